"""Pause: the guardian stops entry acts for 72 hours, at most once in 14 days, and never an exit.

pauseEntry
├── given a pause was set less than 14 days ago, ended early or not → reverts
└── otherwise → paused for 72 hours
resumeEntry
├── given no pause, or one that is over → reverts
└── otherwise → entry is open, the 14 days go on
entry acts
├── given a pause → revert until its last second
└── from its end on, or after it was ended → done
all other acts → done during a pause
(who may pause: test_authority.py)
"""

import re

import ape
import pytest

from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.campaign_phases import Phase
from tests.contracts.conftest import act_at, now, travel_to
from tests.contracts.expect import emits, reverts
from tests.contracts.test_authority import ROOT, SOURCES, modified

DURATION, INTERVAL = 3 * DAY, 14 * DAY


@pytest.fixture(params=SOURCES)
def contract(lab, request):
    """Each contract of ours in turn."""
    return getattr(lab, request.param)


@pytest.fixture
def paused_until(contract, people) -> int:
    """End of a pause just set."""
    return contract.pauseEntry(sender=people.guardian).timestamp + DURATION


# ------------------------------------------------------------------------------------------------ setting and ending


def test_entry_paused_until__never__is_zero(contract):
    assert contract.entryPausedUntil() == 0


def test_pause_entry__first__lasts_72_hours(contract, people):
    start = now() + 10
    journal = tuple(contract.journal())
    act_at(start)

    tx = contract.pauseEntry(sender=people.guardian)

    assert contract.entryPausedUntil() == start + DURATION
    assert tuple(contract.journal()) == journal, "not journaled"
    emits(tx, contract.EntryPaused(until=start + DURATION))


@pytest.mark.parametrize("seconds_before", [1, INTERVAL - DURATION, INTERVAL - 1])
def test_pause_entry__within_14_days__reverts(contract, people, paused_until, seconds_before):
    not_before = paused_until - DURATION + INTERVAL
    act_at(not_before - seconds_before)
    with reverts(contract.Lab_PauseTooSoon, notBefore=not_before):
        contract.pauseEntry(sender=people.guardian)


def test_pause_entry__ended_early_within_14_days__reverts(contract, people, paused_until):
    contract.resumeEntry(sender=people.guardian)
    not_before = paused_until - DURATION + INTERVAL
    act_at(not_before - 1)
    with reverts(contract.Lab_PauseTooSoon, notBefore=not_before):
        contract.pauseEntry(sender=people.guardian)


@pytest.mark.parametrize("seconds_after", [0, 1])
def test_pause_entry__14_days_later__pauses_again(contract, people, paused_until, seconds_after):
    start = paused_until - DURATION + INTERVAL + seconds_after
    act_at(start)

    tx = contract.pauseEntry(sender=people.guardian)

    emits(tx, contract.EntryPaused(until=start + DURATION))
    assert contract.entryPausedUntil() == start + DURATION


def test_resume_entry__never_paused__reverts(contract, people):
    with reverts(contract.Lab_NotPaused):
        contract.resumeEntry(sender=people.guardian)


@pytest.mark.parametrize("seconds_after", [0, 1])
def test_resume_entry__pause_over__reverts(contract, people, paused_until, seconds_after):
    act_at(paused_until + seconds_after)
    with reverts(contract.Lab_NotPaused):
        contract.resumeEntry(sender=people.guardian)


def test_resume_entry__twice__reverts(contract, people, paused_until):
    contract.resumeEntry(sender=people.guardian)
    with reverts(contract.Lab_NotPaused):
        contract.resumeEntry(sender=people.guardian)


@pytest.mark.parametrize("seconds_before", [1, DURATION - 1])
def test_resume_entry__during_a_pause__ends_it(contract, people, paused_until, seconds_before):
    moment = paused_until - seconds_before
    act_at(moment)

    tx = contract.resumeEntry(sender=people.guardian)

    assert contract.entryPausedUntil() == 0
    emits(tx, contract.EntryResumed())


# ------------------------------------------------------------------------------------------------------- entry acts


def test_entry_acts__are_those_of_the_protocol():
    page = (ROOT / "docs" / "protocol.md").read_text()
    (table,) = re.findall(r"\| contract \| entry acts \|\n\| --- \| --- \|\n((?:\|.*\n)+)", page)
    told = {cells[0]: set(re.findall(r"`(\w+)`", cells[1])) for cells in re.findall(r"\| (\w+) \| (.*) \|", table)}

    assert told == {SOURCES[contract]: modified(contract, ("whenEntryOpen",)) for contract in SOURCES}


@pytest.fixture
def entry_acts(lab, people, entities, pools, campaign_terms, create_campaign, as_treasurer, redemptions, orders):
    """(contract, act) of every entry act, each good but for a pause."""
    kinds = d.PUBLIC_BODY | d.PROVIDER
    lab.registry.verify(entities["town"], kinds, now() + d.VERIFICATION, sender=people.registrar)
    listing_id = orders.list_item()
    as_treasurer(lab.credit.openProgramme, entities["town"], 9 * d.CREDIT, now(), now() + 99 * DAY, d.HASH)
    opening = (entities["town"], d.CREDIT, 0, now() + 99 * DAY, d.HASH)
    lab.authority.schedule(lab.credit, lab.credit.openProgramme.encode_input(*opening), 0, sender=people.treasurer)
    ape.chain.mine(deltatime=2 * DAY)
    pool_id = pools.open()
    campaign_id = create_campaign(approved=pools.request(pool_id))
    terms = campaign_terms(opensAt=now() + 30 * DAY)
    plan = [(share, terms["deadline"] + due, d.HASH) for share, due in d.MILESTONES]
    no_permit = (0, 27, bytes(32), bytes(32))
    return {
        "register": (lab.registry, lambda: lab.registry.register(d.SSE, d.HASH, sender=people.stranger)),
        "openProgramme": (lab.credit, lambda: lab.credit.openProgramme(*opening, sender=people.treasurer)),
        "issue": (lab.credit, lambda: lab.credit.issue(1, people.member, 1, d.HASH, sender=people.town)),
        "submitCampaign": (
            lab.crowdfunding,
            lambda: lab.crowdfunding.submitCampaign(terms, plan, sender=people.organizer),
        ),
        "pledge": (
            lab.crowdfunding,
            lambda: lab.crowdfunding.pledge(campaign_id, d.MIN_PLEDGE, 0, sender=people.backer),
        ),
        "pledgeWithPermit": (
            lab.crowdfunding,
            lambda: lab.crowdfunding.pledgeWithPermit(campaign_id, d.MIN_PLEDGE, 0, *no_permit, sender=people.backer),
        ),
        "openPool": (
            lab.match_funding,
            lambda: lab.match_funding.openPool(pools.ratio_terms(), sender=people.town),
        ),
        "fundPool": (lab.match_funding, lambda: lab.match_funding.fundPool(pool_id, d.EURO, sender=people.region)),
        "enrol": (lab.match_funding, lambda: lab.match_funding.enrol(pool_id, campaign_id, sender=people.town)),
        "offerHours": (
            lab.pro_bono,
            lambda: lab.pro_bono.offerHours(1, (now() // d.WEEK + 20) * d.WEEK, d.HASH, sender=people.town),
        ),
        "requestHelp": (lab.pro_bono, redemptions.request),
        "list": (lab.marketplace, orders.list_item),
        "placeOrders": (lab.marketplace, lambda: orders.place(listing_id)),
        "placeOrdersWithPermits": (
            lab.marketplace,
            lambda: lab.marketplace.placeOrdersWithPermits([orders.item(listing_id)], [], sender=people.member),
        ),
    }


def test_entry_acts__are_all_tried(entry_acts):
    assert set(entry_acts) == set().union(*(modified(contract, ("whenEntryOpen",)) for contract in SOURCES))


ENTRY_ACTS = (
    *("register", "openProgramme", "issue", "submitCampaign", "pledge", "pledgeWithPermit"),
    *("openPool", "fundPool", "enrol"),
    *("offerHours", "requestHelp", "list", "placeOrders", "placeOrdersWithPermits"),
)


@pytest.mark.parametrize("name", ENTRY_ACTS)
def test_entry_act__around_a_pause__is_stopped_in_it_only(people, entry_acts, name):
    contract, act = entry_acts[name]
    tx = contract.pauseEntry(sender=people.guardian)
    until = tx.timestamp + DURATION
    for moment in (tx.timestamp + 1, until - 1):
        act_at(moment)
        with reverts(contract.Lab_EntryPaused, until=until):
            act()
    act_at(until)
    act()


@pytest.mark.parametrize("name", ["register", "issue", "submitCampaign", "pledge", "fundPool"])
def test_entry_act__pause_ended_early__is_done(people, entry_acts, name):
    contract, act = entry_acts[name]
    contract.pauseEntry(sender=people.guardian)
    contract.resumeEntry(sender=people.guardian)
    act()


# --------------------------------------------------------------------------------------------- everything else goes on


@pytest.fixture
def all_paused(lab, people):
    """Pauses every contract; called once everything is prepared."""

    def pause() -> None:
        for name in SOURCES:
            getattr(lab, name).pauseEntry(sender=people.guardian)

    return pause


def test_paused__registry__other_acts_go_on(lab, registry, people, entities, all_paused):
    registry.register(d.SSE, d.HASH, sender=people.stranger)
    applicant = registry.entityCount()
    registry.register(d.SSE, d.HASH, sender=people.backer)
    tx = registry.startRecovery(entities["member"], people.relayer, sender=people.registrar)
    travel_to(tx.timestamp + 30 * DAY)
    all_paused()

    registry.verify(applicant, d.SSE, now() + DAY, sender=people.registrar)
    registry.refuse(applicant + 1, d.REASON, sender=people.registrar)
    registry.suspend(applicant, now() + 2 * DAY, d.REASON, sender=people.registrar)
    registry.updateProfile(d.HASH, sender=people.stranger)
    registry.proposeAccount(people.second_backer, sender=people.stranger)
    registry.acceptAccount(applicant, sender=people.second_backer)
    registry.finishRecovery(entities["member"], sender=people.attacker)
    registry.startRecovery(entities["provider"], people.attacker, sender=people.registrar)
    registry.vetoRecovery(entities["provider"], sender=people.provider)
    assert registry.entryPausedUntil() > now()


def test_paused__registry__revoke_goes_on(lab, registry, people, entities):
    scheduled = (entities["town"], d.REASON)
    lab.authority.schedule(registry, registry.revoke.encode_input(*scheduled), 0, sender=people.registrar)
    ape.chain.mine(deltatime=3 * DAY)
    registry.pauseEntry(sender=people.guardian)

    registry.revoke(*scheduled, sender=people.registrar)

    assert registry.entityOf(people.town) == 0
    assert registry.entryPausedUntil() > now()


def test_paused__credit__other_acts_go_on(lab, credit, people, entities, as_treasurer, all_paused, promised_hours):
    as_treasurer(credit.openProgramme, entities["town"], 9 * d.CREDIT, now(), now() + 99 * DAY, d.HASH)
    credit.issue(1, people.member, 2 * d.CREDIT, d.HASH, sender=people.town)
    lab.authority.schedule(credit, credit.closeProgramme.encode_input(1), 0, sender=people.treasurer)
    ape.chain.mine(deltatime=2 * DAY)
    all_paused()

    credit.transfer(people.organizer, d.CREDIT, sender=people.member)
    credit.approve(people.stranger, d.CREDIT, sender=people.member)
    credit.transferFrom(people.member, people.organizer, d.CREDIT, sender=people.stranger)
    credit.closeProgramme(1, sender=people.treasurer)

    assert credit.balanceOf(people.organizer) == 2 * d.CREDIT
    assert credit.entryPausedUntil() > now()


def test_paused__crowdfunding_before_delivery__other_acts_go_on(
    crowdfunding, people, euro, create_campaign, all_paused
):
    live = create_campaign()
    crowdfunding.pledge(live, 20 * d.EURO, 0, sender=people.backer)
    crowdfunding.pledge(live, 20 * d.EURO, 0, sender=people.second_backer)
    approved, rejected = create_campaign(phase="Submitted"), create_campaign(phase="Submitted")
    balance = euro.balanceOf(people.backer) + euro.balanceOf(people.second_backer)
    all_paused()

    crowdfunding.approveCampaign(approved, sender=people.reviewer)
    crowdfunding.rejectCampaign(rejected, d.REASON, sender=people.reviewer)
    crowdfunding.changePayoutAccount(live, people.stranger, sender=people.payout)
    crowdfunding.withdrawPledge(live, sender=people.backer)
    crowdfunding.cancelCampaign(live, sender=people.organizer)
    crowdfunding.refund(live, people.second_backer, sender=people.stranger)

    assert euro.balanceOf(people.backer) + euro.balanceOf(people.second_backer) == balance + 40 * d.EURO
    assert crowdfunding.entryPausedUntil() > now()


def test_paused__crowdfunding_in_delivery__other_acts_go_on(crowdfunding, people, euro, create_campaign):
    campaign_id = create_campaign()
    crowdfunding.pledge(campaign_id, d.STRETCH_GOAL, 0, sender=people.backer)
    travel_to(crowdfunding.campaign(campaign_id).deadline)
    crowdfunding.pauseEntry(sender=people.guardian)
    crowdfunding.claimMilestone(campaign_id, d.HASH, sender=people.organizer)
    travel_to(now() + INTERVAL)
    crowdfunding.pauseEntry(sender=people.guardian)
    balance = euro.balanceOf(people.payout)

    crowdfunding.releaseMilestone(campaign_id, sender=people.stranger)
    crowdfunding.collect(campaign_id, sender=people.stranger)

    assert euro.balanceOf(people.payout) == balance + d.STRETCH_GOAL * 3 // 10
    assert crowdfunding.entryPausedUntil() > now()


def test_paused__pools__other_acts_go_on(crowdfunding, match_funding, people, euro, pools, campaigns):
    """A pause of the pools stops no pledge either, nor what it calls."""
    pool_id = pools.open(endsAt=now() + d.OPENING_DELAY + d.LIVE + d.EXTENSION)
    terminated = campaigns.reach(Phase.Terminated, approved=pools.enrol(pool_id))
    travel_to(max(now(), match_funding.pool(pool_id).terms.endsAt))
    second = pools.open()
    live = campaigns.reach(Phase.Live, approved=pools.enrol(second))
    match_funding.pauseEntry(sender=people.guardian)
    reserved = pools.reserved(second, live)

    crowdfunding.pledge(live, 20 * d.EURO, 10 * d.EURO, sender=people.second_backer)
    crowdfunding.withdrawPledge(live, sender=people.second_backer)
    match_funding.requestPool(live, pool_id, sender=people.organizer)
    match_funding.releaseMatch(pool_id, terminated, sender=people.stranger)
    match_funding.settleReservation(pool_id, terminated, sender=people.stranger)
    match_funding.reclaim(pool_id, people.town, sender=people.stranger)

    assert pools.reserved(second, live) == reserved
    assert euro.balanceOf(match_funding) == d.POOL_FUNDS, "the first pool is empty"
    assert match_funding.entryPausedUntil() > now()
