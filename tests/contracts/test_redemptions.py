"""ProBono: redemptions from the request to their end.

every act x state x actor → as the table "Redemption acts" of docs/protocol.md says
every edge of a window → the last second of one state, the first of the next
acceptHelp → hours are reserved; refused if they are gone, or the provider is not verified now
deliverHelp → at least an hour, at most those in escrow, for the need that was told
confirmHelp → hours given are burned and attested, the rest goes back
contest → by the party that did not say it
settle → both signed these words, with the present nonce, for this contract and chain, in time; also by a contract
rule → by an arbiter who is no party, of at most the hours in escrow
expire → all back
and every end gives back to the account that paid, whatever became of its entity, also for an old account of it
"""

import pytest

from scripts.deploy import ARBITER, DAY
from tests.contracts import defaults as d
from tests.contracts.acting import documented, who_may
from tests.contracts.conftest import act_at, now, travel_to
from tests.contracts.expect import emits, reverts
from tests.contracts.redemptions import BY_TIME, DELIVERED, REQUESTED, State
from tests.contracts.schedule import administer
from tests.contracts.settlements import settlement, signed_by

UNKNOWN = 1_000
ACTORS = {"provider", "beneficiary", "arbiter", "stranger"}
ENDS = [state for state in State if state >= State.Confirmed]
ROWS = {
    "Requested": (State.Requested, None),
    "Accepted": (State.Accepted, None),
    "Underway": (State.Underway, None),
    "Delivered": (State.Delivered, None),
    "NoShow, said by the provider": (State.NoShow, "provider"),
    "NoShow, said by the beneficiary": (State.NoShow, "organizer"),
    "Contested": (State.Contested, None),
    **{f"{state.name}, to carry out": (state, None) for state in BY_TIME},
}


@pytest.fixture
def actors(people, entities):
    return {
        "provider": people.provider,
        "beneficiary": people.organizer,
        "arbiter": people.arbiter,
        "stranger": people.stranger,
    }


@pytest.fixture
def acts(pro_bono, people):
    """Arguments of each act, good ones if the state is right."""

    def acts(redemption_id):
        deadline = now() + DAY
        signatures = signed_by((people.provider, people.organizer), settlement(pro_bono, redemption_id, 2, deadline))
        return {
            "acceptHelp": (redemption_id,),
            "declineHelp": (redemption_id,),
            "withdrawHelp": (redemption_id,),
            "cancelHelp": (redemption_id,),
            "deliverHelp": (redemption_id, DELIVERED, d.HASH, d.OTHER_HASH),
            "reportNoShow": (redemption_id, d.REASON),
            "confirmHelp": (redemption_id,),
            "contest": (redemption_id, d.REASON),
            "settle": (redemption_id, 2, deadline, *signatures),
            "rule": (redemption_id, DELIVERED, d.REASON),
            "expire": (redemption_id,),
            "voidSettlements": (redemption_id,),
        }

    return acts


# ------------------------------------------------------------------------------------------------------------ table


def test_document__table__names_every_row():
    assert list(documented("Redemption acts", ACTORS)) == [*ROWS, "ended"]


@pytest.mark.parametrize("row", ROWS)
def test_acts__in_each_state__are_those_of_the_table(pro_bono, people, redemptions, actors, acts, row):
    state, by = ROWS[row]
    redemption_id = redemptions.reach(state, by=by and getattr(people, by))
    assert pro_bono.redemption(redemption_id).state == state
    assert not pro_bono.redemption(redemption_id).ended
    assert who_may(pro_bono, acts(redemption_id), actors) == documented("Redemption acts", ACTORS)[row]


@pytest.mark.parametrize("state", ENDS, ids=lambda state: state.name)
def test_acts__ended__are_none(pro_bono, redemptions, actors, acts, state):
    redemption_id = _ended(redemptions, state)
    assert (pro_bono.redemption(redemption_id).state, pro_bono.redemption(redemption_id).ended) == (state, True)
    assert who_may(pro_bono, acts(redemption_id), actors) == documented("Redemption acts", ACTORS)["ended"]
    with reverts(pro_bono.ProBono_WrongState, redemptionId=redemption_id, state=state):
        pro_bono.expire(redemption_id, sender=actors["stranger"])


def _ended(redemptions, state):
    if state != State.Settled:
        return redemptions.reach_end(state)
    redemption_id = redemptions.reach(State.Contested)
    _settle(redemptions, redemption_id, 2)
    return redemption_id


def _settle(redemptions, redemption_id, share, *, signers=None, sender=None, given=None, deadline=None, **changes):
    """Has a settlement signed by `signers` and brings it; `given` is what is brought instead of what was signed."""
    pro_bono, people = redemptions.pro_bono, redemptions.people
    deadline = now() + DAY if deadline is None else deadline
    message = settlement(pro_bono, redemption_id, share, deadline, **changes)
    signatures = signed_by(signers or (people.provider, people.organizer), message)
    arguments = (redemption_id, share, deadline) if given is None else given
    return pro_bono.settle(*arguments, *signatures, sender=sender or people.stranger)


@pytest.mark.parametrize("act", ["acceptHelp", "confirmHelp", "expire", "withdrawHelp", "voidSettlements"])
@pytest.mark.parametrize("redemption_id", [0, UNKNOWN])
def test_acts__unknown_redemption__revert(pro_bono, people, entities, act, redemption_id):
    with reverts(pro_bono.ProBono_UnknownRedemption, redemptionId=redemption_id):
        getattr(pro_bono, act)(redemption_id, sender=people.organizer)
    with reverts(pro_bono.ProBono_UnknownRedemption, redemptionId=redemption_id):
        pro_bono.redemption(redemption_id)


NEXT = {
    State.Requested: State.Lapsed,
    State.Accepted: State.Underway,
    State.Underway: State.Expired,
    State.Delivered: State.Confirmed,
    State.NoShow: State.Missed,
    State.Contested: State.Unruled,
}
LAST_ACTS = {
    State.Requested: ("acceptHelp", "provider"),
    State.Accepted: ("cancelHelp", "beneficiary"),
    State.Underway: ("deliverHelp", "provider"),
    State.Delivered: ("contest", "beneficiary"),
    State.NoShow: ("contest", "beneficiary"),
    State.Contested: ("rule", "arbiter"),
}


@pytest.mark.parametrize("state", NEXT, ids=lambda state: state.name)
def test_state__at_its_end__changes_in_that_second(pro_bono, redemptions, actors, acts, state):
    redemption_id = redemptions.reach(state)
    edge = redemptions.edge(redemption_id)
    act, who = LAST_ACTS[state]
    arguments = acts(redemption_id)[act]
    travel_to(edge - 1)
    assert pro_bono.redemption(redemption_id).state == state
    travel_to(edge)
    assert pro_bono.redemption(redemption_id).state == NEXT[state]
    act_at(edge + 1)
    with reverts(pro_bono.ProBono_WrongState, redemptionId=redemption_id, state=NEXT[state]):
        getattr(pro_bono, act)(*arguments, sender=actors[who])


@pytest.mark.parametrize("row", [row for row, (state, _) in ROWS.items() if state in NEXT])
def test_acts__around_the_end_of_a_window__are_those_of_both_rows(pro_bono, people, redemptions, actors, acts, row):
    state, by = ROWS[row]
    redemption_id = redemptions.reach(state, by=by and getattr(people, by))
    edge, table = redemptions.edge(redemption_id), documented("Redemption acts", ACTORS)
    after = NEXT[state].name if NEXT[state] == State.Underway else f"{NEXT[state].name}, to carry out"
    for instant, expected in ((edge - 1, row), (edge, after)):
        travel_to(instant)
        assert who_may(pro_bono, acts(redemption_id), actors) == table[expected], expected


@pytest.mark.parametrize("state", NEXT, ids=lambda state: state.name)
def test_act__in_the_last_second__is_done(pro_bono, redemptions, actors, acts, state):
    redemption_id = redemptions.reach(state)
    act, who = LAST_ACTS[state]
    arguments = acts(redemption_id)[act]
    act_at(redemptions.edge(redemption_id) - 1)
    getattr(pro_bono, act)(*arguments, sender=actors[who])


# ----------------------------------------------------------------------------------------------------------- accept


def test_accept__hours_gone__reverts(pro_bono, people, entities, credit, redemptions, offer_hours):
    pro_bono.closeOffer(redemptions.offer_id, sender=people.provider)
    small = offer_hours(8)
    for _ in range(2):
        redemptions.request(5, offerId=small)
    pro_bono.acceptHelp(1, sender=people.provider)
    with reverts(pro_bono.ProBono_NotEnoughHours, offerId=small, hoursRequested=5, left=3):
        pro_bono.acceptHelp(2, sender=people.provider)
    pro_bono.cancelHelp(1, sender=people.organizer)
    pro_bono.acceptHelp(2, sender=people.provider)
    assert pro_bono.offer(small).reserved == 5


def test_accept__offer_closed_since__reverts(pro_bono, people, redemptions):
    redemption_id = redemptions.reach(State.Requested)
    pro_bono.closeOffer(redemptions.offer_id, sender=people.provider)
    with reverts(pro_bono.ProBono_NotEnoughHours, offerId=redemptions.offer_id, hoursRequested=REQUESTED, left=0):
        pro_bono.acceptHelp(redemption_id, sender=people.provider)


def test_accept__provider_suspended__reverts(registry, pro_bono, people, entities, redemptions):
    redemption_id = redemptions.reach(State.Requested)
    registry.suspend(entities["provider"], now() + 2 * DAY, d.REASON, sender=people.registrar)
    with reverts(pro_bono.ProBono_NotProvider, account=people.provider):
        pro_bono.acceptHelp(redemption_id, sender=people.provider)
    pro_bono.declineHelp(redemption_id, sender=people.provider)


def test_accept__good__reserves(pro_bono, people, entities, redemptions):
    redemption_id = redemptions.reach(State.Requested)

    tx = pro_bono.acceptHelp(redemption_id, sender=people.provider)

    emits(
        tx,
        pro_bono.HelpAccepted(
            redemptionId=redemption_id,
            offerId=redemptions.offer_id,
            account=people.provider,
            hoursReserved=REQUESTED,
            oldState=State.Requested,
            newState=State.Accepted,
        ),
    )
    assert pro_bono.offer(redemptions.offer_id).reserved == REQUESTED
    assert pro_bono.liveRequestsOf(entities["organizer"]) == 0


# --------------------------------------------------------------------------------------------------------- delivery


@pytest.mark.parametrize("hours", [0, REQUESTED + 1, 2**16 - 1])
def test_deliver__hours_not_in_escrow__reverts(pro_bono, redemptions, hours):
    redemption_id = redemptions.reach(State.Underway)
    with reverts(
        pro_bono.ProBono_HoursNotInEscrow,
        redemptionId=redemption_id,
        hoursDelivered=hours,
        hoursRequested=REQUESTED,
    ):
        redemptions.deliver(redemption_id, hours)


def test_deliver__another_need__reverts(pro_bono, people, redemptions):
    redemption_id = redemptions.reach(State.Underway)
    with reverts(pro_bono.ProBono_OtherNeed, redemptionId=redemption_id, needHash=d.OTHER_HASH):
        pro_bono.deliverHelp(redemption_id, 1, d.OTHER_HASH, d.HASH, sender=people.provider)


@pytest.mark.parametrize("byte", [0, 11, 12, 31])
def test_deliver__another_need_in_one_byte__reverts(pro_bono, people, redemptions, byte):
    # Whoever delivers may make a hash up: no document needs to stand behind it.
    redemption_id = redemptions.reach(State.Underway)
    other = d.HASH[:byte] + b"\0" + d.HASH[byte + 1 :]
    with reverts(pro_bono.ProBono_OtherNeed, redemptionId=redemption_id, needHash=other):
        pro_bono.deliverHelp(redemption_id, DELIVERED, other, d.OTHER_HASH, sender=people.provider)


def test_deliver__at_the_start__opens_the_window(pro_bono, people, redemptions):
    redemption_id = redemptions.reach(State.Accepted)
    start = pro_bono.redemption(redemption_id).start
    act_at(start)

    tx = redemptions.deliver(redemption_id)

    emits(
        tx,
        pro_bono.HelpDelivered(
            redemptionId=redemption_id,
            account=people.provider,
            hoursDelivered=DELIVERED,
            needHash=d.HASH,
            evidenceHash=d.OTHER_HASH,
            windowEndsAt=start + d.CONFIRM_WINDOW,
            oldState=State.Underway,
            newState=State.Delivered,
        ),
    )
    assert pro_bono.redemption(redemption_id).windowEndsAt == start + d.CONFIRM_WINDOW


@pytest.mark.parametrize("by", ["beneficiary", "anyone, after the window"])
@pytest.mark.parametrize("hours", [1, DELIVERED, REQUESTED])
def test_confirm__delivered__burns_and_attests(credit, pro_bono, people, entities, redemptions, by, hours):
    redemption_id = redemptions.reach(State.Underway)
    redemptions.deliver(redemption_id, hours)
    held, capacity = credit.balanceOf(people.organizer), pro_bono.capacity()
    sender = people.organizer
    if by != "beneficiary":
        travel_to(redemptions.edge(redemption_id))
        sender = people.stranger

    tx = pro_bono.confirmHelp(redemption_id, sender=sender)

    returned = REQUESTED - hours
    zero = "0x" + 40 * "0"
    events = [
        pro_bono.HelpAttested(
            redemptionId=redemption_id,
            provider=entities["provider"],
            beneficiary=entities["organizer"],
            hoursDelivered=hours,
            hoursReturned=returned,
            needHash=d.HASH,
            evidenceHash=d.OTHER_HASH,
            oldState=State.Delivered,
            newState=State.Confirmed,
        ),
        credit.Transfer(**{"from": pro_bono, "to": zero, "value": hours * d.CREDIT}),
    ]
    if returned:
        events.append(credit.Transfer(**{"from": pro_bono, "to": people.organizer, "value": returned * d.CREDIT}))
    emits(tx, *events)
    assert credit.balanceOf(people.organizer) == held + returned * d.CREDIT
    assert credit.balanceOf(pro_bono) == 0
    assert (credit.redeemed(), credit.totalSupply()) == (hours * d.CREDIT, (100 - hours) * d.CREDIT)
    assert pro_bono.capacity() == capacity - hours * d.CREDIT
    offer = pro_bono.offer(redemptions.offer_id)
    assert (offer.reserved, offer.confirmed) == (0, hours)
    assert pro_bono.redemption(redemption_id).hoursDelivered == hours


# -------------------------------------------------------------------------------------------- no-shows and contests


@pytest.mark.parametrize("role", ["provider", "organizer"])
def test_no_show__reported__may_be_contested_by_the_other_only(pro_bono, people, entities, redemptions, role):
    redemption_id = redemptions.reach(State.Underway)
    reporter = getattr(people, role)
    other = people.provider if role == "organizer" else people.organizer

    tx = pro_bono.reportNoShow(redemption_id, d.REASON, sender=reporter)

    ends_at = tx.timestamp + d.CONFIRM_WINDOW
    emits(
        tx,
        pro_bono.NoShowReported(
            redemptionId=redemption_id,
            account=reporter,
            reporter=entities[role],
            reason=d.REASON,
            windowEndsAt=ends_at,
            oldState=State.Underway,
            newState=State.NoShow,
        ),
    )
    with reverts(pro_bono.Escrow_NotParty, id=redemption_id, account=reporter):
        pro_bono.contest(redemption_id, d.REASON, sender=reporter)
    tx = pro_bono.contest(redemption_id, d.OTHER_HASH, sender=other)
    emits(
        tx,
        pro_bono.HelpContested(
            redemptionId=redemption_id,
            account=other,
            reason=d.OTHER_HASH,
            windowEndsAt=tx.timestamp + d.ESCROW_RULING_WINDOW,
            oldState=State.NoShow,
            newState=State.Contested,
        ),
    )


def test_contest__delivery_by_the_provider__reverts(pro_bono, people, redemptions):
    redemption_id = redemptions.reach(State.Delivered)
    with reverts(pro_bono.Escrow_NotParty, id=redemption_id, account=people.provider):
        pro_bono.contest(redemption_id, d.REASON, sender=people.provider)


# ------------------------------------------------------------------------------------------------------ settlements


@pytest.fixture
def contested(redemptions):
    return redemptions.reach(State.Contested)


def _fails(redemptions, contested, signer, **arguments):
    pro_bono = redemptions.pro_bono
    before = pro_bono.journal()
    with reverts(pro_bono.Escrow_InvalidSignature, id=contested, signer=signer):
        _settle(redemptions, contested, 2, **arguments)
    assert pro_bono.journal() == before


@pytest.mark.parametrize(
    "difference",
    [
        {"chainId": 1},
        {"name": "Eranos Marketplace"},
        {"version": "2"},
        {"verifyingContract": "0x" + "11" * 20},
        {"id": 2},
        {"nonce": 1},
    ],
    ids=str,
)
def test_settle__other_words_signed__reverts(people, redemptions, contested, difference):
    _fails(redemptions, contested, people.provider, **difference)


def test_settle__signatures_mixed_up__reverts(people, redemptions, contested):
    _fails(redemptions, contested, people.provider, signers=(people.organizer, people.provider))


def test_settle__signed_by_one_only__reverts(people, redemptions, contested):
    _fails(redemptions, contested, people.organizer, signers=(people.provider, people.provider))
    _fails(redemptions, contested, people.provider, signers=(people.attacker, people.organizer))


def test_settle__brought_with_another_share_or_deadline__reverts(people, redemptions, contested):
    deadline = now() + DAY
    for given in ((contested, 3, deadline), (contested, 2, deadline + 1)):
        _fails(redemptions, contested, people.provider, given=given, deadline=deadline)


@pytest.mark.parametrize("seconds_after", [0, 1])
def test_settle__too_late__reverts(pro_bono, redemptions, contested, seconds_after):
    deadline = now() + 50
    act_at(deadline + seconds_after)
    with reverts(pro_bono.Escrow_SettlementExpired, id=contested, deadline=deadline):
        _settle(redemptions, contested, 2, deadline=deadline)


def test_settle__more_than_in_escrow__reverts(pro_bono, redemptions, contested):
    with reverts(pro_bono.Escrow_ShareTooLarge, id=contested, share=REQUESTED + 1, max=REQUESTED):
        _settle(redemptions, contested, REQUESTED + 1)


def test_settle__voided__reverts(pro_bono, people, redemptions, contested):
    deadline = now() + DAY
    message = settlement(pro_bono, contested, 2, deadline)
    signatures = signed_by((people.provider, people.organizer), message)
    with reverts(pro_bono.Escrow_NotParty, id=contested, account=people.attacker):
        pro_bono.voidSettlements(contested, sender=people.attacker)

    tx = pro_bono.voidSettlements(contested, sender=people.provider)

    emits(tx, pro_bono.SettlementsVoided(id=contested, account=people.provider, nonce=1))
    with reverts(pro_bono.Escrow_InvalidSignature, id=contested, signer=people.provider):
        pro_bono.settle(contested, 2, deadline, *signatures, sender=people.stranger)
    _settle(redemptions, contested, 2)


def test_settle__party_revoked__reverts(pro_bono, entities, redemptions, contested, revoke_entity):
    revoke_entity(entities["provider"])
    with reverts(pro_bono.Escrow_InvalidSignature, id=contested, signer="0x" + 40 * "0"):
        _settle(redemptions, contested, 2)


@pytest.mark.parametrize("share", [0, 2, REQUESTED])
def test_settle__both_signed__splits(credit, pro_bono, people, redemptions, contested, share):
    held = credit.balanceOf(people.organizer)
    _settle(redemptions, contested, share, sender=people.attacker)
    assert pro_bono.redemption(contested).state == State.Settled
    assert credit.balanceOf(people.organizer) == held + (REQUESTED - share) * d.CREDIT
    assert credit.redeemed() == share * d.CREDIT
    assert credit.balanceOf(pro_bono) == 0


def test_settle__wallet_that_is_a_contract__by_erc_1271(
    registry, pro_bono, people, entities, redemptions, contested, project
):
    wallet = people.stranger.deploy(project.ContractWallet, people.stranger)
    registry.proposeAccount(wallet, sender=people.provider)
    call = registry.acceptAccount.encode_input(entities["provider"])
    wallet.execute(registry, call, sender=people.stranger)
    _fails(redemptions, contested, wallet.address)
    _settle(redemptions, contested, 2, signers=(people.stranger, people.organizer))
    assert pro_bono.redemption(contested).state == State.Settled


# ---------------------------------------------------------------------------------------------------------- rulings


@pytest.mark.parametrize("role", ["provider", "organizer"])
def test_rule__by_a_party__reverts(lab, pro_bono, people, redemptions, contested, role):
    party = getattr(people, role)
    administer(lab.authority, lab.authority.grantRole, ARBITER, party, 0, sender=people.admin)
    travel_to(now() + 5 * DAY)
    with reverts(pro_bono.Escrow_ArbiterIsParty, id=contested, arbiter=party):
        pro_bono.rule(contested, 1, d.REASON, sender=party)


def test_rule__by_who_paid__reverts(lab, move_entity, pro_bono, people, entities, redemptions, contested):
    """Though another account acts for the beneficiary now."""
    move_entity(entities["organizer"], people.stranger)
    administer(lab.authority, lab.authority.grantRole, ARBITER, people.organizer, 0, sender=people.admin)
    travel_to(now() + 5 * DAY)
    with reverts(pro_bono.Escrow_ArbiterIsParty, id=contested, arbiter=people.organizer):
        pro_bono.rule(contested, 1, d.REASON, sender=people.organizer)


def test_rule__more_than_in_escrow__reverts(pro_bono, people, contested):
    with reverts(pro_bono.Escrow_ShareTooLarge, id=contested, share=REQUESTED + 1, max=REQUESTED):
        pro_bono.rule(contested, REQUESTED + 1, d.REASON, sender=people.arbiter)


def test_rule__no_show_contested__attests_without_documents(credit, pro_bono, people, entities, redemptions):
    redemption_id = redemptions.reach(State.Contested, by=people.organizer)

    tx = pro_bono.rule(redemption_id, REQUESTED, d.REASON, sender=people.arbiter)

    emits(
        tx,
        pro_bono.HelpRuled(
            redemptionId=redemption_id, arbiter=people.arbiter, hoursDelivered=REQUESTED, reason=d.REASON
        ),
        pro_bono.HelpAttested(
            redemptionId=redemption_id,
            provider=entities["provider"],
            beneficiary=entities["organizer"],
            hoursDelivered=REQUESTED,
            hoursReturned=0,
            needHash=bytes(32),
            evidenceHash=bytes(32),
            oldState=State.Contested,
            newState=State.Ruled,
        ),
        credit.Transfer(**{"from": pro_bono, "to": "0x" + 40 * "0", "value": REQUESTED * d.CREDIT}),
    )


# --------------------------------------------------------------------------------------------------- all comes back

OLD_STATES = {
    State.Declined: State.Requested,
    State.Withdrawn: State.Requested,
    State.Lapsed: State.Requested,
    State.Canceled: State.Accepted,
    State.Expired: State.Underway,
    State.Missed: State.NoShow,
    State.Unruled: State.Contested,
}


@pytest.mark.parametrize("state", OLD_STATES, ids=lambda state: state.name)
def test_end__without_help__gives_all_back(credit, pro_bono, people, entities, redemptions, state):
    capacity = pro_bono.capacity()
    redemption_id = redemptions.reach_end(state)
    (log,) = pro_bono.CreditsReturned.range(0, 2**32)
    assert (log.redemptionId, log.hoursReturned, log.oldState, log.newState) == (
        redemption_id,
        REQUESTED,
        OLD_STATES[state],
        state,
    )
    assert credit.balanceOf(people.organizer) == 100 * d.CREDIT
    assert credit.balanceOf(pro_bono) == credit.redeemed() == 0
    assert pro_bono.offer(redemptions.offer_id).reserved == pro_bono.liveRequestsOf(entities["organizer"]) == 0
    assert pro_bono.capacity() == capacity


@pytest.mark.parametrize("end", ["suspended", "revoked", "account changed"])
def test_expire__whatever_became_of_the_beneficiary__returns_to_who_paid(
    registry, credit, pro_bono, people, entities, redemptions, revoke_entity, end, move_entity
):
    redemption_id = redemptions.reach(State.Unruled)
    if end == "suspended":
        registry.suspend(entities["organizer"], now() + 2 * DAY, d.REASON, sender=people.registrar)
    elif end == "revoked":
        revoke_entity(entities["organizer"])
    else:
        move_entity(entities["organizer"], people.stranger)
    tx = pro_bono.expire(redemption_id, sender=people.attacker)
    emits(
        tx,
        pro_bono.CreditsReturned(
            redemptionId=redemption_id,
            account=people.attacker,
            hoursReturned=REQUESTED,
            oldState=State.Contested,
            newState=State.Unruled,
        ),
        credit.Transfer(**{"from": pro_bono, "to": people.organizer, "value": REQUESTED * d.CREDIT}),
    )
    assert credit.balanceOf(people.organizer) == 100 * d.CREDIT


def test_new_account__of_the_beneficiary__acts(move_entity, credit, pro_bono, people, entities, redemptions):
    redemption_id = redemptions.reach(State.Delivered)
    move_entity(entities["organizer"], people.stranger)
    with reverts(pro_bono.Escrow_NotParty, id=redemption_id, account=people.organizer):
        pro_bono.confirmHelp(redemption_id, sender=people.organizer)
    pro_bono.confirmHelp(redemption_id, sender=people.stranger)
    assert credit.balanceOf(people.organizer) == (100 - DELIVERED) * d.CREDIT


# -------------------------------------------------------------------------------------------------- forwarder, pause

STEPS = [
    ("acceptHelp", "provider", State.Requested, State.Accepted),
    ("declineHelp", "provider", State.Requested, State.Declined),
    ("withdrawHelp", "beneficiary", State.Requested, State.Withdrawn),
    ("cancelHelp", "beneficiary", State.Accepted, State.Canceled),
    ("deliverHelp", "provider", State.Underway, State.Delivered),
    ("reportNoShow", "beneficiary", State.Underway, State.NoShow),
    ("confirmHelp", "beneficiary", State.Delivered, State.Confirmed),
    ("contest", "beneficiary", State.Delivered, State.Contested),
    ("settle", "stranger", State.Contested, State.Settled),
    ("voidSettlements", "provider", State.Contested, State.Contested),
    ("expire", "stranger", State.Lapsed, State.Lapsed),
]


@pytest.mark.parametrize(("act", "who", "before", "after"), STEPS, ids=[step[0] for step in STEPS])
def test_act__forwarded_during_a_pause__is_the_signers(
    relay, pro_bono, people, entities, redemptions, actors, acts, act, who, before, after
):
    redemptions.request()
    redemption_id = redemptions.reach(before)
    assert redemption_id not in (entities["organizer"], entities["provider"]), "an id could be taken for another"
    pro_bono.pauseEntry(sender=people.guardian)
    method, arguments = getattr(pro_bono, act), acts(redemption_id)[act]
    if who != "stranger":
        with reverts(pro_bono.Escrow_NotParty, id=redemption_id, account=people.attacker):
            relay.call(people.attacker, method, *arguments)
    relay.send(actors[who], method, *arguments)
    assert pro_bono.redemption(redemption_id).state == after
    assert pro_bono.entryPausedUntil() > now()


def test_entry__forwarded__is_the_signers(relay, pro_bono, people, entities, redemptions):
    start = now() + DAY
    for signer, method, arguments in (
        (people.organizer, pro_bono.requestHelp, (redemptions.offer_id, d.CREDIT, start, start + DAY, d.HASH)),
        (people.provider, pro_bono.closeOffer, (redemptions.offer_id,)),
        (people.provider, pro_bono.offerHours, (3, (now() // d.WEEK + 5) * d.WEEK, d.HASH)),
    ):
        relay.send(signer, method, *arguments)
    assert pro_bono.redemption(1).payer == people.organizer
    assert pro_bono.offer(2).provider == entities["provider"]
    assert pro_bono.capacity() == 3 * d.CREDIT
