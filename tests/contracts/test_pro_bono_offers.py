"""ProBono: offers of hours, what credits they back, and requests for help.

offerHours
├── given the caller is no provider verified now → reverts
├── when it is of no hours, or more than 2,000 would be open, or the 21st open offer → reverts
├── when it does not end at a week's beginning, in the future, within 52 weeks and the verification → reverts
└── otherwise → promised: capacity grows
closeOffer
├── given no such offer, a closed one, or another caller while the provider is verified → reverts
└── otherwise → unreserved hours are promised no more, reserved ones are
capacity
├── falls when a week with hours begins, and when hours are given
├── below the supply → issues revert, everything else goes on
└── in the view = after the next act, however long nothing happened
requestHelp
├── given no such offer, a closed one, or one that is over → reverts
├── given the caller is no SSE entity verified now, or the provider itself → reverts
├── when credits are not whole hours, more than are free, or than the caller holds → reverts
├── when not now < start < deliverBy <= the end of the offer → reverts
├── given ten live requests → reverts
└── otherwise → credits are in escrow, without an allowance
"""

import ape
import pytest

from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.conftest import act_at, now, travel_to
from tests.contracts.expect import emits, reverts
from tests.contracts.redemptions import LENGTH, START, State

UNKNOWN = 1_000
MAX_HOURS, MAX_OFFERS, MAX_REQUESTS = 2_000, 20, 10


def weeks_ahead(weeks):
    """The beginning of a week."""
    return (now() // d.WEEK + weeks) * d.WEEK


@pytest.fixture
def provider_id(entities):
    return entities["provider"]


# ------------------------------------------------------------------------------------------------------- offerHours


@pytest.mark.parametrize("role", ["organizer", "member", "stranger"])
def test_offer_hours__no_provider__reverts(pro_bono, people, entities, role):
    account = getattr(people, role)
    with reverts(pro_bono.ProBono_NotProvider, account=account.address):
        pro_bono.offerHours(1, weeks_ahead(2), d.HASH, sender=account)


@pytest.mark.parametrize("end", ["expired", "suspended"])
def test_offer_hours__provider_not_verified_now__reverts(registry, pro_bono, people, provider_id, end):
    until = weeks_ahead(2)
    if end == "expired":
        registry.verify(provider_id, d.PROVIDER, now() + 10, sender=people.registrar)
        travel_to(now() + 10)
    else:
        registry.suspend(provider_id, now() + 2 * DAY, d.REASON, sender=people.registrar)
    with reverts(pro_bono.ProBono_NotProvider, account=people.provider.address):
        pro_bono.offerHours(1, until, d.HASH, sender=people.provider)


@pytest.mark.parametrize("hours", [0, MAX_HOURS + 1])
def test_offer_hours__out_of_bounds__reverts(pro_bono, people, provider_id, hours):
    with reverts(pro_bono.ProBono_HoursOutOfBounds, provider=provider_id, hoursOffered=hours, left=MAX_HOURS):
        pro_bono.offerHours(hours, weeks_ahead(2), d.HASH, sender=people.provider)


def test_offer_hours__more_than_left__reverts(pro_bono, people, provider_id, offer_hours):
    offer_hours(MAX_HOURS - 1)
    with reverts(pro_bono.ProBono_HoursOutOfBounds, provider=provider_id, hoursOffered=2, left=1):
        offer_hours(2)
    offer_hours(1)
    assert pro_bono.openHoursOf(provider_id) == MAX_HOURS


@pytest.mark.parametrize("offset", [1, -1])
def test_offer_hours__not_at_a_weeks_beginning__reverts(pro_bono, people, entities, offset):
    until = weeks_ahead(4) + offset
    moment = now() + 5
    latest = min(moment + 52 * d.WEEK, _verified_until(pro_bono, entities))
    act_at(moment)
    with reverts(pro_bono.ProBono_InvalidUntil, until=until, max=latest):
        pro_bono.offerHours(1, until, d.HASH, sender=people.provider)


@pytest.mark.parametrize("seconds_after", [0, 1])
def test_offer_hours__over_already__reverts(pro_bono, people, entities, seconds_after):
    until = weeks_ahead(1)
    act_at(until + seconds_after)
    latest = until + seconds_after + 52 * d.WEEK
    verified_until = now() + d.VERIFICATION
    with reverts(pro_bono.ProBono_InvalidUntil, until=until, max=min(latest, _verified_until(pro_bono, entities))):
        pro_bono.offerHours(1, until, d.HASH, sender=people.provider)
    assert verified_until > until


def _verified_until(pro_bono, entities):
    registry = ape.project.EntityRegistry.at(pro_bono.registry())
    return registry.entity(entities["provider"]).verifiedUntil


def test_offer_hours__more_than_52_weeks_ahead__reverts(registry, pro_bono, people, provider_id):
    registry.verify(provider_id, d.PROVIDER, now() + 3 * d.VERIFICATION, sender=people.registrar)
    until = weeks_ahead(53)
    act_at(until - 52 * d.WEEK - 1)
    with reverts(pro_bono.ProBono_InvalidUntil, until=until, max=until - 1):
        pro_bono.offerHours(1, until, d.HASH, sender=people.provider)
    act_at(until - 52 * d.WEEK)
    pro_bono.offerHours(1, until, d.HASH, sender=people.provider)


def test_offer_hours__after_the_verification__reverts(registry, pro_bono, people, provider_id):
    until = weeks_ahead(3)
    registry.verify(provider_id, d.PROVIDER, until - 1, sender=people.registrar)
    with reverts(pro_bono.ProBono_InvalidUntil, until=until, max=until - 1):
        pro_bono.offerHours(1, until, d.HASH, sender=people.provider)
    registry.verify(provider_id, d.PROVIDER, until, sender=people.registrar)
    pro_bono.offerHours(1, until, d.HASH, sender=people.provider)


def test_offer_hours__21st_with_open_hours__reverts(pro_bono, people, provider_id, offer_hours):
    for _ in range(MAX_OFFERS):
        offer_hours(1)
    with reverts(pro_bono.ProBono_TooManyOffers, provider=provider_id, max=MAX_OFFERS):
        offer_hours(1)
    pro_bono.closeOffer(7, sender=people.provider)
    offer_hours(3)
    assert pro_bono.openHoursOf(provider_id) == MAX_OFFERS + 2


def test_offer_hours__good__is_promised(pro_bono, people, provider_id):
    until = weeks_ahead(10)

    tx = pro_bono.offerHours(40, until, d.HASH, sender=people.provider)

    assert tx.return_value == pro_bono.offerCount() == 1
    assert tuple(pro_bono.offer(1)) == (provider_id, 40, 0, 0, until, False)
    assert pro_bono.capacity() == 40 * d.CREDIT
    assert pro_bono.openHoursOf(provider_id) == 40
    emits(
        tx,
        pro_bono.HoursOffered(
            offerId=1,
            provider=provider_id,
            account=people.provider,
            hoursOffered=40,
            until=until,
            detailsHash=d.HASH,
        ),
    )


# ------------------------------------------------------------------------------------------------------- closeOffer


@pytest.mark.parametrize("offer_id", [0, UNKNOWN])
def test_close_offer__unknown__reverts(pro_bono, people, entities, offer_id):
    with reverts(pro_bono.ProBono_UnknownOffer, offerId=offer_id):
        pro_bono.closeOffer(offer_id, sender=people.provider)
    with reverts(pro_bono.ProBono_UnknownOffer, offerId=offer_id):
        pro_bono.offer(offer_id)


def test_close_offer__stranger_while_verified__reverts(pro_bono, people, offer_hours):
    offer_id = offer_hours()
    with reverts(pro_bono.ProBono_NotOffering, offerId=offer_id, account=people.stranger):
        pro_bono.closeOffer(offer_id, sender=people.stranger)


def test_close_offer__twice__reverts(pro_bono, people, offer_hours):
    offer_id = offer_hours()
    pro_bono.closeOffer(offer_id, sender=people.provider)
    with reverts(pro_bono.ProBono_OfferClosed, offerId=offer_id):
        pro_bono.closeOffer(offer_id, sender=people.provider)


def test_close_offer__with_hours_reserved__keeps_those(pro_bono, people, provider_id, redemptions):
    redemption_id = redemptions.reach(State.Accepted)

    tx = pro_bono.closeOffer(redemptions.offer_id, sender=people.provider)

    emits(
        tx,
        pro_bono.OfferClosed(
            offerId=redemptions.offer_id, account=people.provider, hoursRemoved=MAX_HOURS - 5, hoursReserved=5
        ),
    )
    assert pro_bono.capacity() == 5 * d.CREDIT
    assert pro_bono.openHoursOf(provider_id) == 5
    pro_bono.cancelHelp(redemption_id, sender=people.provider)
    assert pro_bono.capacity() == pro_bono.openHoursOf(provider_id) == 0


@pytest.mark.parametrize("end", ["suspended", "revoked"])
def test_close_offer__provider_not_verified__anyone_may(
    registry, pro_bono, people, provider_id, offer_hours, revoke_entity, end
):
    offer_id = offer_hours(7)
    if end == "suspended":
        registry.suspend(provider_id, now() + 2 * DAY, d.REASON, sender=people.registrar)
    else:
        revoke_entity(provider_id)
    pro_bono.closeOffer(offer_id, sender=people.stranger)
    assert pro_bono.capacity() == 0
    assert pro_bono.offer(offer_id).closed


# --------------------------------------------------------------------------------------------------------- capacity


def test_capacity__weeks_begin__falls_at_their_first_second(pro_bono, provider_id, offer_hours):
    start = now() // d.WEEK
    for weeks, hours in ((1, 1), (2, 20), (51, 300)):
        offer_hours(hours, weeks=weeks)
    for weeks, before, after in ((1, 321, 320), (2, 320, 300), (51, 300, 0)):
        travel_to((start + weeks) * d.WEEK - 1)
        assert pro_bono.capacity() == before * d.CREDIT
        assert pro_bono.openHoursOf(provider_id) == before
        travel_to((start + weeks) * d.WEEK)
        assert pro_bono.capacity() == after * d.CREDIT
        assert pro_bono.openHoursOf(provider_id) == after


@pytest.mark.parametrize("weeks_idle", [3, 60, 200])
def test_capacity__long_idle__is_what_is_promised_since(
    registry, pro_bono, people, provider_id, offer_hours, weeks_idle
):
    for weeks in (2, 4, 50):
        offer_hours(10, weeks=weeks)
    travel_to(weeks_ahead(weeks_idle))
    left = {3: 20, 60: 0, 200: 0}[weeks_idle]
    assert pro_bono.capacity() == left * d.CREDIT
    registry.verify(provider_id, d.PROVIDER, now() + d.VERIFICATION, sender=people.registrar)

    offer_hours(7, weeks=5)

    assert pro_bono.capacity() == (left + 7) * d.CREDIT
    travel_to(weeks_ahead(5))
    assert pro_bono.capacity() == (10 if weeks_idle == 3 else 0) * d.CREDIT


def test_capacity__offer_closed_after_another_expired__loses_each_once(pro_bono, people, provider_id, offer_hours):
    """Hours whose week has begun have left the total by the time that an offer is closed, and don't leave it again."""
    offer_hours(10, weeks=2)
    offer_hours(30, weeks=6)
    closed = offer_hours(200, weeks=4)
    travel_to(weeks_ahead(3))

    pro_bono.closeOffer(closed, sender=people.provider)

    assert pro_bono.capacity() == 30 * d.CREDIT
    assert pro_bono.openHoursOf(provider_id) == 30
    offer_hours(5, weeks=9)
    assert pro_bono.capacity() == 35 * d.CREDIT


def test_capacity__given_after_the_week_began__falls_once(pro_bono, people, credit, redemptions):
    """Hours that have expired are not taken away again when they are confirmed."""
    until = pro_bono.offer(redemptions.offer_id).until
    travel_to(until - LENGTH - START)
    redemption_id = redemptions.reach(State.Underway)
    travel_to(until - 10)
    pro_bono.deliverHelp(redemption_id, 5, d.HASH, d.OTHER_HASH, sender=people.provider)
    travel_to(until)
    assert pro_bono.capacity() == 0
    pro_bono.confirmHelp(redemption_id, sender=people.organizer)
    assert pro_bono.capacity() == 0
    assert credit.totalSupply() == 95 * d.CREDIT


def test_issue__above_capacity__reverts(credit, pro_bono, people, entities, offer_hours, as_treasurer):
    as_treasurer(credit.openProgramme, entities["town"], 100 * d.CREDIT, now(), now() + 99 * DAY, d.HASH)
    with reverts(credit.InnovationCredit_AboveCapacity, amount=1, supply=0, capacity=0):
        credit.issue(1, people.member, 1, d.HASH, sender=people.town)
    offer_hours(10)
    credit.issue(1, people.member, 4 * d.CREDIT, d.HASH, sender=people.town)
    with reverts(
        credit.InnovationCredit_AboveCapacity,
        amount=6 * d.CREDIT + 1,
        supply=4 * d.CREDIT,
        capacity=10 * d.CREDIT,
    ):
        credit.issue(1, people.member, 6 * d.CREDIT + 1, d.HASH, sender=people.town)
    credit.issue(1, people.member, 6 * d.CREDIT, d.HASH, sender=people.town)
    assert tuple(credit.coverage()) == (10 * d.CREDIT, 10 * d.CREDIT)


def test_issue__capacity_fell_below_supply__reverts_and_credits_move_on(
    credit, pro_bono, people, entities, give_credits, promised_hours
):
    give_credits(10 * d.CREDIT, people.member)
    pro_bono.closeOffer(promised_hours, sender=people.provider)
    assert tuple(credit.coverage()) == (0, 10 * d.CREDIT)
    with reverts(credit.InnovationCredit_AboveCapacity, amount=1, supply=10 * d.CREDIT, capacity=0):
        give_credits(1, people.member)
    credit.transfer(people.organizer, 10 * d.CREDIT, sender=people.member)


def test_redeem__not_pro_bono__reverts(credit, people, give_credits):
    give_credits(d.CREDIT, people.member)
    for account in (people.member, people.admin, people.treasurer):
        with reverts(credit.InnovationCredit_NotRedeemer, account=account):
            credit.redeem(1, sender=account)


def test_allowance__of_an_escrow__is_without_end_and_of_others_is_not(credit, pro_bono, people):
    assert credit.allowance(people.member, pro_bono) == 2**256 - 1
    assert credit.allowance(people.member, people.stranger) == 0
    assert credit.isLabContract(pro_bono)
    assert not credit.isLabContract("0x" + 40 * "0")


# ------------------------------------------------------------------------------------------------------ requestHelp


@pytest.mark.parametrize("offer_id", [0, UNKNOWN])
def test_request_help__unknown_offer__reverts(pro_bono, redemptions, offer_id):
    with reverts(pro_bono.ProBono_UnknownOffer, offerId=offer_id):
        redemptions.request(offerId=offer_id)


def test_request_help__closed_offer__reverts(pro_bono, people, redemptions):
    pro_bono.closeOffer(redemptions.offer_id, sender=people.provider)
    with reverts(pro_bono.ProBono_OfferNotOpen, offerId=redemptions.offer_id):
        redemptions.request()


@pytest.mark.parametrize("seconds_after", [0, 1])
def test_request_help__offer_over__reverts(pro_bono, redemptions, seconds_after):
    until = pro_bono.offer(redemptions.offer_id).until
    act_at(until + seconds_after)
    with reverts(pro_bono.ProBono_OfferNotOpen, offerId=redemptions.offer_id):
        redemptions.request(start=until + 10)


@pytest.mark.parametrize("role", ["member", "town", "provider", "stranger"])
def test_request_help__no_sse_entity__reverts(pro_bono, people, redemptions, role):
    account = getattr(people, role)
    with reverts(pro_bono.ProBono_NotSSEEntity, account=account):
        redemptions.request(sender=account)


def test_request_help__suspended__reverts(registry, pro_bono, people, entities, redemptions):
    registry.suspend(entities["organizer"], now() + 2 * DAY, d.REASON, sender=people.registrar)
    with reverts(pro_bono.ProBono_NotSSEEntity, account=people.organizer):
        redemptions.request()


def test_request_help__of_itself__reverts(registry, pro_bono, people, provider_id, redemptions):
    registry.verify(provider_id, d.SSE | d.PROVIDER, now() + d.VERIFICATION, sender=people.registrar)
    with reverts(pro_bono.ProBono_OwnOffer, offerId=redemptions.offer_id, entityId=provider_id):
        redemptions.request(sender=people.provider)


@pytest.mark.parametrize("credits_", [0, 1, d.CREDIT - 1, d.CREDIT + 1])
def test_request_help__not_whole_hours__reverts(pro_bono, redemptions, credits_):
    with reverts(pro_bono.ProBono_NotWholeHours, credits=credits_):
        redemptions.request(credits=credits_)


@pytest.mark.parametrize("hours", [MAX_HOURS - 4, 2**16 + 1, 2**200])
def test_request_help__more_than_free__reverts(pro_bono, redemptions, hours):
    redemptions.reach(State.Accepted)
    free = MAX_HOURS - 5
    with reverts(
        pro_bono.ProBono_NotEnoughHours,
        offerId=redemptions.offer_id,
        hoursRequested=hours * d.CREDIT % 2**256 // d.CREDIT,
        left=free,
    ):
        redemptions.request(credits=hours * d.CREDIT % 2**256 // d.CREDIT * d.CREDIT)


def test_request_help__more_than_held__reverts(credit, people, redemptions):
    with reverts(
        credit.ERC20InsufficientBalance, sender=people.organizer, balance=100 * d.CREDIT, needed=101 * d.CREDIT
    ):
        redemptions.request(101)


@pytest.mark.parametrize("case", ["start now", "start past", "nothing between", "after the offer"])
def test_request_help__times_in_the_wrong_order__reverts(pro_bono, redemptions, case):
    moment, until = now() + 10, pro_bono.offer(redemptions.offer_id).until
    start, deliver_by = {
        "start now": (moment, moment + DAY),
        "start past": (moment - 1, moment + DAY),
        "nothing between": (moment + DAY, moment + DAY),
        "after the offer": (moment + DAY, until + 1),
    }[case]
    act_at(moment)
    with reverts(pro_bono.ProBono_InvalidTimes, start=start, deliverBy=deliver_by, until=until):
        redemptions.request(start=start, deliverBy=deliver_by)


def test_request_help__at_the_edges_of_the_times__is_requested(pro_bono, redemptions):
    until = pro_bono.offer(redemptions.offer_id).until
    act_at(until - 2)
    redemptions.request(start=until - 1, deliverBy=until)
    assert pro_bono.redemption(1).state == State.Requested


def test_request_help__eleventh__reverts(pro_bono, people, entities, redemptions):
    for _ in range(MAX_REQUESTS):
        redemptions.request(1)
    with reverts(pro_bono.ProBono_TooManyRequests, entityId=entities["organizer"], max=MAX_REQUESTS):
        redemptions.request(1)
    pro_bono.acceptHelp(1, sender=people.provider)
    redemptions.request(1)
    assert pro_bono.liveRequestsOf(entities["organizer"]) == MAX_REQUESTS


def test_request_help__good__is_in_escrow(credit, pro_bono, people, entities, redemptions):
    start = now() + START
    assert credit.allowance(people.organizer, people.provider) == 0

    tx = redemptions.request(start=start)

    emits(
        tx,
        pro_bono.HelpRequested(
            redemptionId=1,
            offerId=redemptions.offer_id,
            beneficiary=entities["organizer"],
            payer=people.organizer,
            hoursRequested=5,
            start=start,
            deliverBy=start + LENGTH,
            needHash=d.HASH,
        ),
        credit.Transfer(**{"from": people.organizer, "to": pro_bono, "value": 5 * d.CREDIT}),
    )
    assert tuple(pro_bono.redemption(1)) == (
        State.Requested,
        False,
        redemptions.offer_id,
        entities["provider"],
        entities["organizer"],
        people.organizer,
        5,
        0,
        start,
        start + LENGTH,
        0,
        bytes(32),
        bytes(32),
    )
    assert tx.return_value == pro_bono.redemptionCount() == 1
    assert credit.balanceOf(pro_bono) == 5 * d.CREDIT
    assert pro_bono.capacity() == MAX_HOURS * d.CREDIT, "asking promises nothing and takes nothing"
