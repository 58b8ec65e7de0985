"""claimMilestone, releaseMilestone, and what milestone shows

given no such campaign, or another phase than Delivering          -> refused (test_delivery_phases.py)
claimMilestone
    given the caller does not act for the organizer               -> refused
    given the current milestone is Claimed or Releasable          -> refused
    given it is Planned
        from claimBy on, by each of its three sources             -> refused
        before that, also before the due date                     -> Claimed
    given the organizer is suspended or expired                   -> Claimed all the same
releaseMilestone
    given the current milestone is Planned or Claimed             -> refused
    given it is Releasable, from the second its window ends       -> booked, by anyone; no money moves
        the last one                                              -> Completed
    then the next can be claimed
amounts
    for any total and shares                                      -> floors that telescope to the total
"""

from itertools import accumulate, pairwise

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.campaign_phases import MilestoneState, Phase
from tests.contracts.conftest import act_at, now, travel_to
from tests.contracts.expect import emits, reverts
from tests.contracts.isolation import isolated

BPS = 10_000


@pytest.mark.parametrize("role", ["backer", "payout", "reviewer", "stranger", "town"])
def test_claim_milestone__not_the_organizer__reverts(campaigns, crowdfunding, people, role):
    campaign_id = campaigns.reach(Phase.Delivering)
    account = getattr(people, role)
    with reverts(crowdfunding.Crowdfunding_NotOrganizer, campaignId=campaign_id, account=account):
        crowdfunding.claimMilestone(campaign_id, d.HASH, sender=account)


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_claim_milestone__around_the_start_of_delivering__claims_from_that_second(
    campaigns, crowdfunding, people, offset
):
    campaign_id = campaigns.reach(Phase.Extension)
    act_at(crowdfunding.campaign(campaign_id).pledgingEndsAt + offset)
    if offset < 0:
        with reverts(crowdfunding.Crowdfunding_WrongPhase, campaignId=campaign_id, phase=Phase.Extension):
            crowdfunding.claimMilestone(campaign_id, d.HASH, sender=people.organizer)
    else:
        crowdfunding.claimMilestone(campaign_id, d.HASH, sender=people.organizer)


def test_milestone_acts__planned__can_only_be_claimed(campaigns, crowdfunding, people):
    campaign_id = campaigns.reach(Phase.Delivering)
    with reverts(
        crowdfunding.Crowdfunding_WrongMilestoneState,
        campaignId=campaign_id,
        milestone=0,
        state=MilestoneState.Planned,
    ):
        crowdfunding.releaseMilestone(campaign_id, sender=people.stranger)
    crowdfunding.claimMilestone(campaign_id, d.HASH, sender=people.organizer)


def test_milestone_acts__claimed__can_neither_be_claimed_nor_released(campaigns, crowdfunding, people):
    campaign_id = campaigns.reach(Phase.Delivering)
    crowdfunding.claimMilestone(campaign_id, d.HASH, sender=people.organizer)
    refused = {"campaignId": campaign_id, "milestone": 0, "state": MilestoneState.Claimed}
    with reverts(crowdfunding.Crowdfunding_WrongMilestoneState, **refused):
        crowdfunding.claimMilestone(campaign_id, d.HASH, sender=people.organizer)
    with reverts(crowdfunding.Crowdfunding_WrongMilestoneState, **refused):
        crowdfunding.releaseMilestone(campaign_id, sender=people.stranger)


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_milestone_acts__around_the_end_of_the_window__release_from_that_second(
    campaigns, crowdfunding, people, offset
):
    campaign_id = campaigns.reach(Phase.Delivering)
    claimed_at = crowdfunding.claimMilestone(campaign_id, d.HASH, sender=people.organizer).timestamp
    ends_at = claimed_at + d.OBJECTION_WINDOW
    assert crowdfunding.milestone(campaign_id, 0).windowEndsAt == ends_at
    state = MilestoneState.Claimed if offset < 0 else MilestoneState.Releasable
    act_at(ends_at + offset)
    with reverts(crowdfunding.Crowdfunding_WrongMilestoneState, campaignId=campaign_id, milestone=0, state=state):
        crowdfunding.claimMilestone(campaign_id, d.HASH, sender=people.organizer)
    assert (now(), crowdfunding.milestone(campaign_id, 0).state) == (ends_at + offset, state)


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_release_milestone__around_the_end_of_the_window__releases_from_that_second(
    campaigns, crowdfunding, people, offset
):
    campaign_id = campaigns.reach(Phase.Delivering)
    tx = crowdfunding.claimMilestone(campaign_id, d.HASH, sender=people.organizer)
    act_at(tx.timestamp + d.OBJECTION_WINDOW + offset)
    if offset < 0:
        with reverts(
            crowdfunding.Crowdfunding_WrongMilestoneState,
            campaignId=campaign_id,
            milestone=0,
            state=MilestoneState.Claimed,
        ):
            crowdfunding.releaseMilestone(campaign_id, sender=people.stranger)
    else:
        crowdfunding.releaseMilestone(campaign_id, sender=people.stranger)


@pytest.fixture(params=["due date", "end of pledging", "end of pledging at the stretch goal", "milestone before"])
def waiting_for(request, campaigns, crowdfunding, people):
    """(campaign id, milestone, instant from which the 30 days count), once for each thing an organizer waits for."""
    if request.param == "due date":
        campaign_id = campaigns.reach(Phase.Delivering)
        return campaign_id, 0, crowdfunding.milestone(campaign_id, 0).dueDate
    plan = ((5_000, 0), (5_000, 1))
    if request.param == "end of pledging":
        campaign_id = campaigns.reach(Phase.Delivering, milestones=plan)
        return campaign_id, 0, crowdfunding.campaign(campaign_id).deadline + d.EXTENSION
    if request.param == "end of pledging at the stretch goal":
        campaign_id = campaigns.reach(Phase.Extension, milestones=plan)
        act_at(now() + 3 * DAY)
        tx = crowdfunding.pledge(campaign_id, d.STRETCH_GOAL - d.GOAL, 0, sender=people.second_backer)
        return campaign_id, 0, tx.timestamp
    campaign_id = campaigns.reach(Phase.Delivering, milestones=plan)
    act_at(now() + 29 * DAY)
    claimed_at = crowdfunding.claimMilestone(campaign_id, d.HASH, sender=people.organizer).timestamp
    travel_to(claimed_at + d.OBJECTION_WINDOW + 20 * DAY)  # a late release gains no time
    crowdfunding.releaseMilestone(campaign_id, sender=people.stranger)
    return campaign_id, 1, claimed_at + d.OBJECTION_WINDOW


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_claim_milestone__around_claim_by__claims_only_before(waiting_for, crowdfunding, people, offset):
    campaign_id, index, waited_for = waiting_for
    claim_by = waited_for + d.CLAIM_DURATION
    assert crowdfunding.milestone(campaign_id, index).claimBy == claim_by
    act_at(claim_by + offset)
    if offset < 0:
        crowdfunding.claimMilestone(campaign_id, d.HASH, sender=people.organizer)
    else:
        with reverts(crowdfunding.Crowdfunding_ClaimTooLate, campaignId=campaign_id, milestone=index, claimBy=claim_by):
            crowdfunding.claimMilestone(campaign_id, d.HASH, sender=people.organizer)


@pytest.mark.parametrize("standing", ["suspended", "expired"])
def test_claim_milestone__organizer_without_standing__claims(
    campaigns, crowdfunding, registry, people, entities, standing
):
    campaign_id = campaigns.reach(Phase.Delivering)
    if standing == "suspended":
        registry.suspend(entities["organizer"], now() + 30 * DAY, d.REASON, sender=people.registrar)
    else:
        registry.verify(entities["organizer"], d.SSE, now() + 2, sender=people.registrar)
        travel_to(now() + 10)
    assert not registry.isVerified(people.organizer, d.SSE)
    crowdfunding.claimMilestone(campaign_id, d.HASH, sender=people.organizer)
    assert crowdfunding.milestone(campaign_id, 0).state == MilestoneState.Claimed


def test_claim_milestone__organizers_account_changed__belongs_to_the_new_account(
    campaigns, crowdfunding, move_entity, people, entities
):
    campaign_id = campaigns.reach(Phase.Delivering)
    move_entity(entities["organizer"], people.stranger)
    with reverts(crowdfunding.Crowdfunding_NotOrganizer, campaignId=campaign_id, account=people.organizer):
        crowdfunding.claimMilestone(campaign_id, d.HASH, sender=people.organizer)
    crowdfunding.claimMilestone(campaign_id, d.HASH, sender=people.stranger)
    assert crowdfunding.campaign(campaign_id).payoutAccount == people.payout, "money follows the account"


def test_claim_milestone__planned__opens_its_window(campaigns, crowdfunding, people):
    campaign_id = campaigns.reach(Phase.Delivering)
    tx = crowdfunding.claimMilestone(campaign_id, d.OTHER_HASH, sender=people.organizer)
    emits(
        tx,
        crowdfunding.MilestoneClaimed(
            campaignId=campaign_id,
            milestone=0,
            attempt=1,
            evidenceHash=d.OTHER_HASH,
            windowEndsAt=tx.timestamp + d.OBJECTION_WINDOW,
            oldState=MilestoneState.Planned,
            newState=MilestoneState.Claimed,
        ),
    )
    milestone = crowdfunding.milestone(campaign_id, 0)
    assert (milestone.state, milestone.attempts) == (MilestoneState.Claimed, 1)
    assert (milestone.claimedAt, milestone.windowEndsAt) == (tx.timestamp, tx.timestamp + d.OBJECTION_WINDOW)
    other = crowdfunding.milestone(campaign_id, 1)
    assert (other.state, other.claimedAt, other.windowEndsAt, other.claimBy) == (MilestoneState.Planned, 0, 0, 0)


@pytest.mark.parametrize("role", ["organizer", "backer", "reviewer", "payout", "stranger"])
def test_release_milestone__by_anyone__books_and_moves_no_money(campaigns, crowdfunding, euro, people, role):
    raised = d.GOAL + 1
    campaign_id = campaigns.reach(Phase.Delivering, raised=raised)
    campaigns.claim(campaign_id)
    tranche = raised * 3_000 // BPS
    assert crowdfunding.milestone(campaign_id, 0).state == MilestoneState.Releasable
    assert crowdfunding.milestone(campaign_id, 0).tranche == tranche, "shown before"

    tx = crowdfunding.releaseMilestone(campaign_id, sender=getattr(people, role))

    assert tx.return_value == tranche, "return value"
    emits(
        tx,
        crowdfunding.MilestoneReleased(
            campaignId=campaign_id,
            milestone=0,
            amount=tranche,
            released=tranche,
            oldState=MilestoneState.Releasable,
            newState=MilestoneState.Released,
        ),
    )
    campaign = crowdfunding.campaign(campaign_id)
    assert (campaign.released, campaign.collected, campaign.currentMilestone) == (tranche, 0, 1), "campaign"
    milestone = crowdfunding.milestone(campaign_id, 0)
    assert (milestone.state, milestone.tranche, milestone.claimBy) == (MilestoneState.Released, tranche, 0)
    assert crowdfunding.phase(campaign_id) == Phase.Delivering
    assert euro.balanceOf(crowdfunding) == raised, "contract"


def test_release_milestone__twice__reverts(campaigns, crowdfunding, people):
    campaign_id = campaigns.reach(Phase.Delivering)
    campaigns.claim_and_release(campaign_id)
    with reverts(
        crowdfunding.Crowdfunding_WrongMilestoneState,
        campaignId=campaign_id,
        milestone=1,
        state=MilestoneState.Planned,
    ):
        crowdfunding.releaseMilestone(campaign_id, sender=people.stranger)


def test_release_milestone__last__completes(campaigns, crowdfunding, people):
    raised = d.GOAL + 7
    campaign_id = campaigns.reach(Phase.Delivering, raised=raised, milestones=((3_333, 0), (6_667, 1)))
    campaigns.claim_and_release(campaign_id)
    campaigns.claim(campaign_id)
    rest = raised - raised * 3_333 // BPS

    tx = crowdfunding.releaseMilestone(campaign_id, sender=people.stranger)

    assert tx.return_value == rest
    emits(
        tx,
        crowdfunding.MilestoneReleased(
            campaignId=campaign_id,
            milestone=1,
            amount=rest,
            released=raised,
            oldState=MilestoneState.Releasable,
            newState=MilestoneState.Released,
        ),
        crowdfunding.CampaignCompleted(campaignId=campaign_id, oldPhase=Phase.Delivering, newPhase=Phase.Completed),
    )
    campaign = crowdfunding.campaign(campaign_id)
    assert (campaign.phase, campaign.currentMilestone, campaign.released) == (Phase.Completed, 2, raised)
    travel_to(now() + 1000 * DAY)
    assert crowdfunding.phase(campaign_id) == Phase.Completed, "for good"


@st.composite
def plans(draw: st.DrawFn) -> tuple[int, list[int]]:
    """(raised, shares in bps), raised from one unit to the greatest amount there is, one to four milestones."""
    cuts = draw(st.sets(st.integers(1, BPS - 1), max_size=3))
    shares = [after - before for before, after in pairwise([0, *sorted(cuts), BPS])]
    raised = draw(st.one_of(st.integers(1, 20), st.integers(1, 2**96 - 1), st.just(2**96 - 1)))
    return raised, shares


@given(plan=plans())
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_release_milestone__any_total_and_shares__telescopes_to_the_unit(campaigns, crowdfunding, euro, people, plan):
    raised, shares = plan
    note(f"raised {raised}, shares {shares}")
    with isolated():
        euro.transfer(people.deployer, euro.balanceOf(people.backer), sender=people.backer)
        euro.faucet(people.backer, raised, sender=people.deployer)
        campaign_id = campaigns.reach(
            Phase.Delivering,
            raised=raised,
            goal=raised,
            stretchGoal=raised,
            minPledge=0,
            milestones=[(share, due) for due, share in enumerate(shares)],
        )
        cumulative = [raised * share // BPS for share in accumulate(shares)]
        expected = [after - before for before, after in pairwise([0, *cumulative])]
        assert [crowdfunding.milestone(campaign_id, i).tranche for i in range(len(shares))] == expected
        for amount, released in zip(expected, cumulative, strict=True):
            campaigns.claim(campaign_id)
            assert crowdfunding.releaseMilestone(campaign_id, sender=people.stranger).return_value == amount
            assert crowdfunding.campaign(campaign_id).released == released
        assert sum(expected) == raised
        assert crowdfunding.collect(campaign_id, sender=people.stranger).return_value == raised
        assert euro.balanceOf(crowdfunding) == 0
