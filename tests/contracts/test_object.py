"""object, and which objections stop a claim

given no such campaign, or another phase than Delivering          -> refused (test_delivery_phases.py)
given a milestone that is not the current one                     -> refused
given another attempt than the present one, or none yet           -> refused
given the claim's window is over, whatever came of it             -> refused
given the present claim, in [claim, claim + objectionWindow)
    when the account has no pledge, or withdrew it                -> refused
    when it objected to this claim already                        -> refused
    when it is a backer's that counts no member                   -> its money objects
    when it counts a member                                       -> its money and the member object
    then, with the next attempt and the next milestone            -> it may object again, counted from nothing
at the end of the window, with M members, P pledged, o and w of them objecting
    when (o >= 2 and 5o >= M) or 2w > P                           -> Stopped
    otherwise                                                     -> Releasable
"""

import pytest

from tests.contracts import defaults as d
from tests.contracts.campaign_acts import CampaignActs
from tests.contracts.campaign_phases import MilestoneState, Phase
from tests.contracts.conftest import act_at, now, travel_to
from tests.contracts.expect import emits, reverts


@pytest.fixture
def claimed(campaigns, people):
    """Id of a campaign of 1,001 units by one backer whose second milestone is claimed for the first time."""
    campaign_id = campaigns.funded_by({people.backer: 1_001})
    campaigns.claim_and_release(campaign_id)
    campaigns.open_claim(campaign_id)
    return campaign_id


@pytest.mark.parametrize("attempt", [0, 1])
def test_object__nothing_claimed__reverts(campaigns, crowdfunding, people, attempt):
    campaign_id = campaigns.reach(Phase.Delivering)
    with reverts(crowdfunding.Crowdfunding_NotPresentClaim, campaignId=campaign_id, milestone=0, attempt=attempt):
        crowdfunding.object(campaign_id, 0, attempt, sender=people.backer)


@pytest.mark.parametrize(
    "index, attempt",
    [
        pytest.param(0, 1, id="released milestone"),
        pytest.param(2, 1, id="later milestone"),
        pytest.param(255, 1, id="no milestone"),
        pytest.param(1, 0, id="no attempt"),
        pytest.param(1, 2, id="later attempt"),
        pytest.param(1, 255, id="last attempt there can be a number for"),
    ],
)
def test_object__not_the_present_claim__reverts(claimed, crowdfunding, people, index, attempt):
    with reverts(crowdfunding.Crowdfunding_NotPresentClaim, campaignId=claimed, milestone=index, attempt=attempt):
        crowdfunding.object(claimed, index, attempt, sender=people.backer)


def test_object__old_attempt__reverts(campaigns, crowdfunding, people):
    campaign_id = campaigns.reach(Phase.Delivering)
    campaigns.reject(campaign_id)
    campaigns.open_claim(campaign_id)
    with reverts(crowdfunding.Crowdfunding_NotPresentClaim, campaignId=campaign_id, milestone=0, attempt=1):
        crowdfunding.object(campaign_id, 0, 1, sender=people.backer)
    crowdfunding.object(campaign_id, 0, 2, sender=people.backer)


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_object__around_the_end_of_the_window__objects_only_before(campaigns, crowdfunding, people, offset):
    campaign_id = campaigns.reach(Phase.Delivering)
    window_ends_at = campaigns.open_claim(campaign_id)
    act_at(window_ends_at + offset)
    if offset < 0:
        crowdfunding.object(campaign_id, 0, 1, sender=people.backer)
    else:
        with reverts(
            crowdfunding.Crowdfunding_WrongMilestoneState,
            campaignId=campaign_id,
            milestone=0,
            state=MilestoneState.Releasable,
        ):
            crowdfunding.object(campaign_id, 0, 1, sender=people.backer)
    assert now() == window_ends_at + offset


@pytest.mark.parametrize("state", [MilestoneState.Stopped, MilestoneState.Rejected])
def test_object__window_over_and_stopped__reverts(campaigns, crowdfunding, people, state):
    campaign_id = campaigns.funded_by({people.backer: 601, people.second_backer: 400})
    campaigns.stop(campaign_id)
    if state == MilestoneState.Rejected:
        campaigns.rule(campaign_id, release=False)
    with reverts(crowdfunding.Crowdfunding_WrongMilestoneState, campaignId=campaign_id, milestone=0, state=state):
        crowdfunding.object(campaign_id, 0, 1, sender=people.second_backer)


@pytest.mark.parametrize("role", ["stranger", "organizer", "payout", "arbiter", "member"])
def test_object__without_a_pledge__reverts(claimed, crowdfunding, people, role):
    account = getattr(people, role)
    with reverts(crowdfunding.Crowdfunding_NoPledge, campaignId=claimed, backer=account):
        crowdfunding.object(claimed, 1, 1, sender=account)


def test_object__pledge_withdrawn__reverts(campaigns, crowdfunding, people):
    campaign_id = campaigns.reach(Phase.Live)
    crowdfunding.pledge(campaign_id, d.GOAL, 0, sender=people.member)
    crowdfunding.withdrawPledge(campaign_id, sender=people.backer)
    travel_to(crowdfunding.campaign(campaign_id).pledgingEndsAt)
    campaigns.open_claim(campaign_id)
    with reverts(crowdfunding.Crowdfunding_NoPledge, campaignId=campaign_id, backer=people.backer):
        crowdfunding.object(campaign_id, 0, 1, sender=people.backer)


def test_object__twice__reverts(claimed, crowdfunding, people):
    crowdfunding.object(claimed, 1, 1, sender=people.backer)
    with reverts(
        crowdfunding.Crowdfunding_AlreadyObjected, campaignId=claimed, milestone=1, attempt=1, account=people.backer
    ):
        crowdfunding.object(claimed, 1, 1, sender=people.backer)
    assert crowdfunding.milestone(claimed, 1).objectedAmount == 1_001


def test_object__members_and_others__are_counted_and_logged(campaigns, crowdfunding, people, entities):
    campaign_id = campaigns.funded_by({people.backer: 701, people.member: 200, people.second_member: 100})
    campaigns.open_claim(campaign_id)
    steps = ((people.member, 1, 200), (people.backer, 1, 901), (people.second_member, 2, 1_001))
    for backer, objectors, amount in steps:
        tx = crowdfunding.object(campaign_id, 0, 1, sender=backer)
        emits(
            tx,
            crowdfunding.MilestoneObjected(
                campaignId=campaign_id,
                milestone=0,
                account=backer,
                attempt=1,
                objectors=objectors,
                objectedAmount=amount,
                objectedPools=0,
            ),
        )
        milestone = crowdfunding.milestone(campaign_id, 0)
        assert (milestone.objectors, milestone.objectedAmount) == (objectors, amount), "milestone"
        assert milestone.state == MilestoneState.Claimed, "until the window ends"
        assert milestone.rulingEndsAt == 0, "until it is stopped"
        assert crowdfunding.pledgeOf(campaign_id, backer).objections == 0b1, "pledge"


def test_object__in_the_second_of_the_claim__objects(campaigns, crowdfunding, people):
    """A claim and an objection in one block."""
    campaign_id = campaigns.funded_by({people.backer: 1_001})
    tx = crowdfunding.claimMilestone(campaign_id, d.HASH, sender=people.organizer)
    acts = CampaignActs(crowdfunding, campaign_id, people.backer, people.attacker)
    assert acts.accepted(acts.calls({"backer": people.backer}))["object"] == {"backer"}
    assert now() == tx.timestamp


def test_object__members_other_account__objects_with_money_only(
    campaigns, create_campaign, crowdfunding, move_entity, people, entities
):
    campaign_id = create_campaign(goal=1_000, stretchGoal=1_000, minPledge=0, extension=0)
    crowdfunding.pledge(campaign_id, 600, 0, sender=people.member)
    move_entity(entities["member"], people.stranger)
    crowdfunding.pledge(campaign_id, 400, 0, sender=people.stranger)
    travel_to(crowdfunding.campaign(campaign_id).deadline)
    campaigns.open_claim(campaign_id)
    campaigns.object(campaign_id, people.stranger)
    milestone = crowdfunding.milestone(campaign_id, 0)
    assert (milestone.objectors, milestone.objectedAmount) == (0, 400)
    campaigns.object(campaign_id, people.member)
    milestone = crowdfunding.milestone(campaign_id, 0)
    assert (milestone.objectors, milestone.objectedAmount) == (1, 1_000)


def test_object__revoked_member__still_counts(campaigns, crowdfunding, people, entities, revoke_entity):
    """Status is that at the pledge."""
    campaign_id = campaigns.funded_by({people.backer: 601, people.member: 400})
    revoke_entity(entities["member"])
    campaigns.open_claim(campaign_id)
    campaigns.object(campaign_id, people.member)
    assert crowdfunding.milestone(campaign_id, 0).objectors == 1


def test_object__every_attempt_of_every_milestone__has_a_bit_of_its_own(campaigns, crowdfunding, people):
    """Twelve milestones of three attempts are the most there can be."""
    plan = [(834, due) for due in range(4)] + [(833, due) for due in range(4, 12)]
    campaign_id = campaigns.funded_by({people.backer: 1_001}, milestones=plan)
    objections = 0
    for index in range(12):
        for attempt in (1, 2, 3):
            assert campaigns.stop(campaign_id)
            objections |= 1 << (3 * index + attempt - 1)
            assert crowdfunding.pledgeOf(campaign_id, people.backer).objections == objections, (index, attempt)
            assert crowdfunding.milestone(campaign_id, index).objectedAmount == 1_001, "counted from nothing"
            campaigns.rule(campaign_id, release=attempt == 3)
        crowdfunding.releaseMilestone(campaign_id, sender=people.stranger)
    assert objections == 2**36 - 1
    assert crowdfunding.phase(campaign_id) == Phase.Completed


# ----------------------------------------------------------------------------------------------------- what stops


@pytest.mark.parametrize(
    "counted, objecting, state",
    [
        (1, 1, MilestoneState.Releasable),
        (2, 1, MilestoneState.Releasable),
        (5, 1, MilestoneState.Releasable),
        (2, 2, MilestoneState.Stopped),
        (9, 2, MilestoneState.Stopped),
        (10, 2, MilestoneState.Stopped),
        (11, 2, MilestoneState.Releasable),
        (11, 3, MilestoneState.Stopped),
    ],
)
def test_window_end__members_object__stops_from_two_and_a_fifth_on(
    campaigns, crowdfunding, people, many_members, counted, objecting, state
):
    campaign_id = campaigns.funded_by({people.backer: 1_000} | dict.fromkeys(many_members[:counted], 1))
    assert crowdfunding.campaign(campaign_id).members == counted
    window_ends_at = campaigns.open_claim(campaign_id)
    campaigns.object(campaign_id, *many_members[:objecting])
    travel_to(window_ends_at - 1)
    assert crowdfunding.milestone(campaign_id, 0).state == MilestoneState.Claimed
    travel_to(window_ends_at)
    milestone = crowdfunding.milestone(campaign_id, 0)
    assert milestone.state == state
    stopped = state == MilestoneState.Stopped
    assert milestone.rulingEndsAt == (window_ends_at + d.RULING_WINDOW if stopped else 0)


@pytest.mark.parametrize(
    "raised, objecting, state",
    [
        pytest.param(1_000, 500, MilestoneState.Releasable, id="2w = P"),
        pytest.param(1_000, 501, MilestoneState.Stopped, id="2w = P + 2"),
        pytest.param(1_001, 500, MilestoneState.Releasable, id="2w = P - 1"),
        pytest.param(1_001, 501, MilestoneState.Stopped, id="2w = P + 1"),
    ],
)
@pytest.mark.parametrize("role", ["second_backer", "member"])
def test_window_end__money_objects__stops_from_more_than_half_on(
    campaigns, crowdfunding, people, entities, role, raised, objecting, state
):
    """Whether a member is among them or not: nobody needs a second."""
    objector = getattr(people, role)
    campaign_id = campaigns.funded_by({people.backer: raised - objecting, objector: objecting})
    window_ends_at = campaigns.open_claim(campaign_id)
    campaigns.object(campaign_id, objector)
    travel_to(window_ends_at)
    assert crowdfunding.milestone(campaign_id, 0).state == state


def test_window_end__two_without_membership_object__does_not_stop(campaigns, crowdfunding, people, entities):
    """People who count for no member object with their money alone."""
    campaign_id = campaigns.funded_by({people.member: 998, people.backer: 1, people.second_backer: 1})
    window_ends_at = campaigns.open_claim(campaign_id)
    campaigns.object(campaign_id, people.backer, people.second_backer)
    travel_to(window_ends_at)
    assert crowdfunding.milestone(campaign_id, 0).state == MilestoneState.Releasable
    crowdfunding.releaseMilestone(campaign_id, sender=people.stranger)


def test_release__stopped__reverts(campaigns, crowdfunding, people):
    campaign_id = campaigns.reach(Phase.Delivering)
    campaigns.stop(campaign_id)
    refused = {"campaignId": campaign_id, "milestone": 0, "state": MilestoneState.Stopped}
    with reverts(crowdfunding.Crowdfunding_WrongMilestoneState, **refused):
        crowdfunding.releaseMilestone(campaign_id, sender=people.stranger)
    with reverts(crowdfunding.Crowdfunding_WrongMilestoneState, **refused):
        crowdfunding.claimMilestone(campaign_id, d.HASH, sender=people.organizer)


def test_milestone__releasable__claim_by_stays_where_the_claim_found_it(campaigns, crowdfunding, people):
    """Only a rejection moves it: the end of a window gives no time for a claim that nobody can make."""
    campaign_id = campaigns.reach(Phase.Delivering, milestones=((5_000, 0), (5_000, 1)))
    claim_by = crowdfunding.milestone(campaign_id, 0).claimBy
    campaigns.claim(campaign_id)
    milestone = crowdfunding.milestone(campaign_id, 0)
    assert (milestone.state, milestone.claimBy) == (MilestoneState.Releasable, claim_by)
