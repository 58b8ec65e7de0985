"""rule, what happens without a ruling, and the three attempts

given no such campaign, or another phase than Delivering          -> refused (test_delivery_phases.py)
given the caller is no arbiter, or not in person                  -> refused (and test_authority.py)
given an arbiter who is a party
    organizer, payout account, backer                             -> refused
    the other account of a counted member                         -> refused
    manager or funder of a pool, or the account that funded it    -> refused
    who withdrew its pledge before                                -> rules
given a milestone or an attempt that is not the present claim     -> refused
given the claim is not stopped, or is ruled already               -> refused
given a stopped claim
    before or after the ruling window                             -> refused; each edge is tried
    in it, when released                                          -> Releasable from that second
          when rejected                                           -> Rejected from that second
    when nobody rules, from the end of the window on
        (o >= 2 and 2o > M) or 2w > P                             -> Rejected
        otherwise                                                 -> Releasable
given a rejected milestone
    before claimBy, which starts anew with the rejection          -> may be claimed, with nothing of the claim before
    from then on                                                  -> refused
    after the third attempt                                       -> refused
"""

import pytest

from tests.contracts import defaults as d
from tests.contracts.campaign_phases import MilestoneState, Phase
from tests.contracts.conftest import act_at, now, travel_to
from tests.contracts.expect import emits, reverts

#: Milestones due so early that other instants set `claimBy`.
EARLY = ((5_000, 0), (5_000, 1))

verdicts = pytest.mark.parametrize(
    "release, state", [(True, MilestoneState.Releasable), (False, MilestoneState.Rejected)]
)


def rule(crowdfunding, sender, campaign_id, *, index=0, attempt=1, release=True):
    return crowdfunding.rule(campaign_id, index, attempt, release, d.REASON, sender=sender)


def state_of(crowdfunding, campaign_id, index=0):
    return MilestoneState(crowdfunding.milestone(campaign_id, index).state)


@pytest.mark.parametrize("role", ["organizer", "payout", "backer", "reviewer", "admin", "guardian", "stranger"])
def test_rule__no_arbiter__reverts(campaigns, crowdfunding, people, role):
    campaign_id = campaigns.reach(Phase.Delivering)
    campaigns.stop(campaign_id)
    caller = getattr(people, role)
    with reverts(crowdfunding.AccessManagedUnauthorized, caller=caller.address):
        rule(crowdfunding, caller, campaign_id)


def test_rule__executed_by_the_authority__reverts(campaigns, lab, crowdfunding, people):
    """There the arbiter's account could not be told from a party's."""
    campaign_id = campaigns.reach(Phase.Delivering)
    campaigns.stop(campaign_id)
    calldata = crowdfunding.rule.encode_input(campaign_id, 0, 1, True, d.REASON)
    with reverts(crowdfunding.Lab_ActByAuthority, authority=lab.authority.address):
        lab.authority.execute(crowdfunding, calldata, sender=people.arbiter)
    assert state_of(crowdfunding, campaign_id) == MilestoneState.Stopped


@pytest.fixture(params=["organizer", "payout account", "backer", "member that moved", "member that moves on"])
def partial(request, campaigns, crowdfunding, move_entity, people, entities):
    """Id of a campaign with a stopped claim to which the arbiter is a party, one way or another."""
    pledges = {people.backer: 1_001, people.member: 500}
    if request.param == "backer":
        pledges[people.arbiter] = 1
    changes = {"payoutAccount": people.arbiter.address} if request.param == "payout account" else {}
    if request.param == "member that moved":
        # The member's money comes from the old account, and the member acts through the arbiter's now.
        campaign_id = campaigns.funded_by(pledges)
        move_entity(entities["member"], people.arbiter)
    elif request.param == "member that moves on":
        # The arbiter's account was the one that counted; it keeps the pledge.
        move_entity(entities["member"], people.arbiter)
        del pledges[people.member]
        campaign_id = campaigns.funded_by(pledges | {people.arbiter: 500})
        move_entity(entities["member"], people.stranger)
    else:
        campaign_id = campaigns.funded_by(pledges, **changes)
    campaigns.stop(campaign_id)
    if request.param == "organizer":
        move_entity(entities["organizer"], people.arbiter)
    return campaign_id


@verdicts
def test_rule__party__reverts(partial, crowdfunding, people, release, state):
    with reverts(crowdfunding.Crowdfunding_ArbiterIsParty, campaignId=partial, arbiter=people.arbiter):
        rule(crowdfunding, people.arbiter, partial, release=release)
    assert state_of(crowdfunding, partial) == MilestoneState.Stopped


def test_rule__payout_account_changed_to_the_arbiter__reverts(campaigns, crowdfunding, people):
    campaign_id = campaigns.reach(Phase.Delivering)
    campaigns.stop(campaign_id)
    crowdfunding.changePayoutAccount(campaign_id, people.arbiter, sender=people.payout)
    with reverts(crowdfunding.Crowdfunding_ArbiterIsParty, campaignId=campaign_id, arbiter=people.arbiter):
        rule(crowdfunding, people.arbiter, campaign_id)


def test_rule__member_without_a_pledge__rules(campaigns, crowdfunding, verify, people):
    verify(people.arbiter, d.MEMBER)
    campaign_id = campaigns.reach(Phase.Delivering)
    campaigns.stop(campaign_id)
    rule(crowdfunding, people.arbiter, campaign_id)


def test_rule__pledge_withdrawn_before__rules(campaigns, crowdfunding, verify, people):
    member_id = verify(people.arbiter, d.MEMBER)
    campaign_id = campaigns.reach(Phase.Live)
    crowdfunding.pledge(campaign_id, d.GOAL, 0, sender=people.arbiter)
    assert crowdfunding.countedThrough(campaign_id, member_id) == people.arbiter
    crowdfunding.withdrawPledge(campaign_id, sender=people.arbiter)
    crowdfunding.pledge(campaign_id, d.GOAL, 0, sender=people.backer)
    travel_to(crowdfunding.campaign(campaign_id).pledgingEndsAt)
    campaigns.stop(campaign_id)
    rule(crowdfunding, people.arbiter, campaign_id)


@pytest.fixture(params=["manager", "funder of the first", "funder of the last", "funding account that moved on"])
def party_of_a_pool(request, pools, campaigns, match_funding, move_entity, euro, people, entities):
    """Id of a campaign with a stopped claim and three pools, one of which the arbiter manages or funded."""
    pool_ids = [pools.open(funds=0) for _ in range(3)]
    campaign_id = campaigns.reach(Phase.Delivering, approved=pools.enrol(*pool_ids))
    if request.param == "manager":
        move_entity(entities["town"], people.arbiter)
    elif request.param == "funding account that moved on":
        # The entity acts through another account now; the money comes back to the arbiter's.
        move_entity(entities["region"], people.arbiter)
        euro.approve(match_funding, 1, sender=people.arbiter)
        match_funding.fundPool(pool_ids[1], 1, sender=people.arbiter)
        move_entity(entities["region"], people.stranger)
    else:
        match_funding.fundPool(pool_ids[0 if "first" in request.param else 2], 1, sender=people.region)
        move_entity(entities["region"], people.arbiter)
    campaigns.stop(campaign_id)
    return campaign_id


@verdicts
def test_rule__party_of_a_pool__reverts(party_of_a_pool, crowdfunding, people, release, state):
    """What the arbiter rules decides whether the pool's money comes back."""
    with reverts(crowdfunding.Crowdfunding_ArbiterIsParty, campaignId=party_of_a_pool, arbiter=people.arbiter):
        rule(crowdfunding, people.arbiter, party_of_a_pool, release=release)
    assert state_of(crowdfunding, party_of_a_pool) == MilestoneState.Stopped


def test_rule__public_body_of_another_pool__rules(
    pools, campaigns, crowdfunding, match_funding, registry, people, entities
):
    """One that funded and manages pools for others only."""
    match_funding.openPool(pools.ratio_terms(), sender=people.region)
    match_funding.fundPool(1, d.EURO, sender=people.region)
    registry.proposeAccount(people.arbiter, sender=people.region)
    campaign_id = campaigns.reach(Phase.Delivering, approved=pools.enrol(pools.open()))
    registry.acceptAccount(entities["region"], sender=people.arbiter)
    campaigns.stop(campaign_id)
    rule(crowdfunding, people.arbiter, campaign_id)


@pytest.mark.parametrize("index, attempt", [(0, 1), (2, 1), (255, 1), (1, 0), (1, 1), (1, 3), (1, 255)])
def test_rule__not_the_present_claim__reverts(campaigns, crowdfunding, people, index, attempt):
    """The present one is the second attempt of the second milestone."""
    campaign_id = campaigns.reach(Phase.Delivering)
    campaigns.claim_and_release(campaign_id)
    campaigns.reject(campaign_id)
    campaigns.stop(campaign_id)
    with reverts(crowdfunding.Crowdfunding_NotPresentClaim, campaignId=campaign_id, milestone=index, attempt=attempt):
        rule(crowdfunding, people.arbiter, campaign_id, index=index, attempt=attempt)
    rule(crowdfunding, people.arbiter, campaign_id, index=1, attempt=2)


@pytest.mark.parametrize("attempt", [0, 1])
def test_rule__nothing_claimed__reverts(campaigns, crowdfunding, people, attempt):
    campaign_id = campaigns.reach(Phase.Delivering)
    with reverts(crowdfunding.Crowdfunding_NotPresentClaim, campaignId=campaign_id, milestone=0, attempt=attempt):
        rule(crowdfunding, people.arbiter, campaign_id, attempt=attempt)


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_rule__not_stopped__reverts(campaigns, crowdfunding, people, offset):
    """Nor does a ruling come before the window's end from which on the claim can be released."""
    campaign_id = campaigns.reach(Phase.Delivering)
    window_ends_at = campaigns.open_claim(campaign_id)
    state = MilestoneState.Claimed if offset < 0 else MilestoneState.Releasable
    act_at(window_ends_at + offset)
    with reverts(crowdfunding.Crowdfunding_WrongMilestoneState, campaignId=campaign_id, milestone=0, state=state):
        rule(crowdfunding, people.arbiter, campaign_id)


@verdicts
def test_rule__twice__reverts(campaigns, crowdfunding, people, release, state):
    campaign_id = campaigns.reach(Phase.Delivering)
    campaigns.stop(campaign_id)
    rule(crowdfunding, people.arbiter, campaign_id, release=release)
    with reverts(crowdfunding.Crowdfunding_WrongMilestoneState, campaignId=campaign_id, milestone=0, state=state):
        rule(crowdfunding, people.arbiter, campaign_id, release=not release)


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_rule__around_the_end_of_the_objection_window__rules_from_that_second(campaigns, crowdfunding, people, offset):
    campaign_id = campaigns.reach(Phase.Delivering)
    window_ends_at = campaigns.open_claim(campaign_id)
    campaigns.object(campaign_id, people.backer)
    act_at(window_ends_at + offset)
    if offset < 0:
        with reverts(
            crowdfunding.Crowdfunding_WrongMilestoneState,
            campaignId=campaign_id,
            milestone=0,
            state=MilestoneState.Claimed,
        ):
            rule(crowdfunding, people.arbiter, campaign_id)
    else:
        rule(crowdfunding, people.arbiter, campaign_id)
        assert state_of(crowdfunding, campaign_id) == MilestoneState.Releasable
    assert now() == window_ends_at + offset


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_rule__around_the_end_of_the_ruling_window__rules_only_before(campaigns, crowdfunding, people, offset):
    campaign_id = campaigns.reach(Phase.Delivering)
    ruling_ends_at = campaigns.stop(campaign_id) + d.RULING_WINDOW
    assert crowdfunding.milestone(campaign_id, 0).rulingEndsAt == ruling_ends_at
    act_at(ruling_ends_at + offset)
    if offset < 0:
        rule(crowdfunding, people.arbiter, campaign_id)
        travel_to(ruling_ends_at + d.RULING_WINDOW)
        assert state_of(crowdfunding, campaign_id) == MilestoneState.Releasable, "the ruling holds"
    else:
        with reverts(
            crowdfunding.Crowdfunding_WrongMilestoneState,
            campaignId=campaign_id,
            milestone=0,
            state=MilestoneState.Rejected,
        ):
            rule(crowdfunding, people.arbiter, campaign_id)


@verdicts
def test_rule__stopped__decides_at_once(campaigns, crowdfunding, people, release, state):
    campaign_id = campaigns.reach(Phase.Delivering, milestones=EARLY)
    ruled_at = campaigns.stop(campaign_id) + 5 * 86_400
    act_at(ruled_at)

    tx = rule(crowdfunding, people.arbiter, campaign_id, release=release)

    emits(
        tx,
        crowdfunding.MilestoneRuled(
            campaignId=campaign_id,
            milestone=0,
            arbiter=people.arbiter,
            attempt=1,
            reason=d.REASON,
            oldState=MilestoneState.Stopped,
            newState=state,
        ),
    )
    milestone = crowdfunding.milestone(campaign_id, 0)
    assert (milestone.state, milestone.rulingEndsAt, milestone.attempts) == (state, 0, 1)
    assert (milestone.objectors, milestone.objectedAmount) == (0, d.GOAL), "stays on record"
    if release:
        crowdfunding.releaseMilestone(campaign_id, sender=people.stranger)
        assert crowdfunding.milestone(campaign_id, 1).claimBy == ruled_at + d.CLAIM_DURATION, "of the next"
    else:
        assert milestone.claimBy == ruled_at + d.CLAIM_DURATION
        with reverts(crowdfunding.Crowdfunding_WrongMilestoneState, campaignId=campaign_id, milestone=0, state=state):
            crowdfunding.releaseMilestone(campaign_id, sender=people.stranger)


# ----------------------------------------------------------------------------------------------- without a ruling


@pytest.mark.parametrize(
    "counted, objecting, state",
    [
        (2, 2, MilestoneState.Rejected),
        (3, 2, MilestoneState.Rejected),
        (4, 2, MilestoneState.Releasable),
        (10, 2, MilestoneState.Releasable),
        (10, 5, MilestoneState.Releasable),
        (10, 6, MilestoneState.Rejected),
        (11, 5, MilestoneState.Releasable),
        (11, 6, MilestoneState.Rejected),
    ],
)
def test_no_ruling__members_object__rejects_from_more_than_half_on(
    campaigns, crowdfunding, people, many_members, counted, objecting, state
):
    campaign_id = campaigns.funded_by({people.backer: 1_001} | dict.fromkeys(many_members[:counted], 1))
    window_ends_at = campaigns.open_claim(campaign_id)
    campaigns.object(campaign_id, *many_members[:objecting])
    ruling_ends_at = window_ends_at + d.RULING_WINDOW
    for instant, expected in ((window_ends_at, 2), (ruling_ends_at - 1, 2), (ruling_ends_at, state)):
        travel_to(instant)
        assert state_of(crowdfunding, campaign_id) == expected
    if state == MilestoneState.Releasable:
        crowdfunding.releaseMilestone(campaign_id, sender=people.stranger)
    else:
        crowdfunding.claimMilestone(campaign_id, d.HASH, sender=people.organizer)


@pytest.mark.parametrize(
    "raised, objecting, state",
    [
        pytest.param(1_000, 500, MilestoneState.Releasable, id="2w = P"),
        pytest.param(1_000, 501, MilestoneState.Rejected, id="2w = P + 2"),
        pytest.param(1_001, 500, MilestoneState.Releasable, id="2w = P - 1"),
        pytest.param(1_001, 501, MilestoneState.Rejected, id="2w = P + 1"),
    ],
)
def test_no_ruling__money_objects__rejects_from_more_than_half_on(
    campaigns, crowdfunding, people, many_members, raised, objecting, state
):
    """Two of ten members stop the claim in any case, so that only the money decides what follows."""
    heads = dict.fromkeys(many_members[:10], 1)
    money = {people.second_backer: objecting - 2, people.backer: raised - objecting - 8}
    campaign_id = campaigns.funded_by(heads | money)
    assert crowdfunding.campaign(campaign_id).raised == raised
    window_ends_at = campaigns.open_claim(campaign_id)
    campaigns.object(campaign_id, people.second_backer, *many_members[:2])
    assert crowdfunding.milestone(campaign_id, 0).objectedAmount == objecting
    travel_to(window_ends_at + d.RULING_WINDOW)
    assert state_of(crowdfunding, campaign_id) == state


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_release__no_ruling__releases_from_the_end_of_the_ruling_window(
    campaigns, crowdfunding, people, many_members, offset
):
    campaign_id = campaigns.funded_by({people.backer: 1_001} | dict.fromkeys(many_members[:10], 1), milestones=EARLY)
    ruling_ends_at = campaigns.open_claim(campaign_id) + d.RULING_WINDOW
    campaigns.object(campaign_id, *many_members[:2])
    act_at(ruling_ends_at + offset)
    if offset < 0:
        with reverts(
            crowdfunding.Crowdfunding_WrongMilestoneState,
            campaignId=campaign_id,
            milestone=0,
            state=MilestoneState.Stopped,
        ):
            crowdfunding.releaseMilestone(campaign_id, sender=people.stranger)
    else:
        crowdfunding.releaseMilestone(campaign_id, sender=people.stranger)
        assert crowdfunding.milestone(campaign_id, 1).claimBy == ruling_ends_at + d.CLAIM_DURATION


# ------------------------------------------------------------------------------------------------- three attempts


@pytest.fixture(params=["ruling", "no ruling"])
def rejected(request, campaigns, people):
    """(id of a campaign whose first milestone has just been rejected, instant of the rejection)"""
    campaign_id = campaigns.reach(Phase.Delivering, milestones=EARLY)
    if request.param == "ruling":
        return campaign_id, campaigns.reject(campaign_id)
    rejected_at = campaigns.stop(campaign_id) + d.RULING_WINDOW
    travel_to(rejected_at)
    return campaign_id, rejected_at


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_claim_milestone__around_claim_by_after_a_rejection__claims_only_before(rejected, crowdfunding, people, offset):
    campaign_id, rejected_at = rejected
    claim_by = rejected_at + d.CLAIM_DURATION
    assert crowdfunding.milestone(campaign_id, 0).claimBy == claim_by
    act_at(claim_by + offset)
    if offset < 0:
        crowdfunding.claimMilestone(campaign_id, d.HASH, sender=people.organizer)
    else:
        with reverts(crowdfunding.Crowdfunding_ClaimTooLate, campaignId=campaign_id, milestone=0, claimBy=claim_by):
            crowdfunding.claimMilestone(campaign_id, d.HASH, sender=people.organizer)


@pytest.mark.parametrize("offset", [-1, 0])
def test_claim_milestone__rejected_long_before_the_due_date__keeps_its_time(campaigns, crowdfunding, people, offset):
    campaign_id = campaigns.reach(Phase.Delivering)
    claim_by = crowdfunding.milestone(campaign_id, 0).claimBy
    campaigns.reject(campaign_id)
    assert crowdfunding.milestone(campaign_id, 0).claimBy == claim_by
    act_at(claim_by + offset)
    if offset < 0:
        crowdfunding.claimMilestone(campaign_id, d.HASH, sender=people.organizer)
    else:
        with reverts(crowdfunding.Crowdfunding_ClaimTooLate, campaignId=campaign_id, milestone=0, claimBy=claim_by):
            crowdfunding.claimMilestone(campaign_id, d.HASH, sender=people.organizer)


def test_claim_milestone__after_a_rejection__starts_with_nothing(rejected, crowdfunding, people):
    campaign_id, _ = rejected
    tx = crowdfunding.claimMilestone(campaign_id, d.OTHER_HASH, sender=people.organizer)
    emits(
        tx,
        crowdfunding.MilestoneClaimed(
            campaignId=campaign_id,
            milestone=0,
            attempt=2,
            evidenceHash=d.OTHER_HASH,
            windowEndsAt=tx.timestamp + d.OBJECTION_WINDOW,
            oldState=MilestoneState.Rejected,
            newState=MilestoneState.Claimed,
        ),
    )
    milestone = crowdfunding.milestone(campaign_id, 0)
    assert (milestone.state, milestone.attempts) == (MilestoneState.Claimed, 2)
    assert (milestone.objectors, milestone.objectedAmount) == (0, 0)
    travel_to(milestone.windowEndsAt)
    assert state_of(crowdfunding, campaign_id) == MilestoneState.Releasable, "nobody objects, no ruling is left"


@verdicts
def test_rule__second_attempt__is_ruled_anew(rejected, campaigns, crowdfunding, people, release, state):
    campaign_id, _ = rejected
    campaigns.stop(campaign_id)
    assert state_of(crowdfunding, campaign_id) == MilestoneState.Stopped
    rule(crowdfunding, people.arbiter, campaign_id, attempt=2, release=release)
    assert state_of(crowdfunding, campaign_id) == state


def test_claim_milestone__fourth_attempt__reverts(campaigns, crowdfunding, people):
    campaign_id = campaigns.reach(Phase.Delivering)
    for attempt in (1, 2, 3):
        campaigns.reject(campaign_id)
        assert crowdfunding.milestone(campaign_id, 0).attempts == attempt
    assert now() < crowdfunding.milestone(campaign_id, 0).claimBy
    with reverts(crowdfunding.Crowdfunding_NoAttemptLeft, campaignId=campaign_id, milestone=0, attempts=3):
        crowdfunding.claimMilestone(campaign_id, d.HASH, sender=people.organizer)


def test_release__third_attempt__gives_the_next_milestone_three_again(campaigns, crowdfunding, people):
    campaign_id = campaigns.reach(Phase.Delivering)
    for _ in range(2):
        campaigns.reject(campaign_id)
    campaigns.claim_and_release(campaign_id)
    for _ in range(3):
        campaigns.reject(campaign_id)
    with reverts(crowdfunding.Crowdfunding_NoAttemptLeft, campaignId=campaign_id, milestone=1, attempts=3):
        crowdfunding.claimMilestone(campaign_id, d.HASH, sender=people.organizer)
