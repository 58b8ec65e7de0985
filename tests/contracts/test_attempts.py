"""A second attempt at a milestone begins with nothing of the first.

given a claim that members, money and a pool's manager objected to
    when time rejects it and the milestone is claimed again
        → nobody has objected, and without objections it is releasable
        → one member alone does not stop it
        → the same members stop it again by objecting again
"""

import pytest

from tests.contracts import defaults as d
from tests.contracts.campaign_phases import MilestoneState
from tests.contracts.conftest import travel_to

AMOUNT = 100 * d.EURO


@pytest.fixture
def reclaimed(campaigns, crowdfunding, pools, people, entities):
    """(id of a campaign whose first milestone is claimed for the second time, end of its window)"""
    pledges = dict.fromkeys((people.member, people.second_member), AMOUNT) | {people.backer: AMOUNT - 1}
    campaign_id = campaigns.funded_by(pledges, approved=pools.enrol(pools.open()))
    window_ends_at = campaigns.open_claim(campaign_id)
    campaigns.object(campaign_id, people.member, people.second_member, people.town)
    milestone = crowdfunding.milestone(campaign_id, 0)
    assert (milestone.objectors, milestone.objectedAmount, milestone.objectedPools) == (2, 2 * AMOUNT, 0b1)
    travel_to(window_ends_at + d.RULING_WINDOW)
    assert crowdfunding.milestone(campaign_id, 0).state == MilestoneState.Rejected
    return campaign_id, campaigns.open_claim(campaign_id)


def test_claim_milestone__after_objections__forgets_them(reclaimed, crowdfunding):
    campaign_id, window_ends_at = reclaimed
    milestone = crowdfunding.milestone(campaign_id, 0)
    assert (milestone.objectors, milestone.objectedAmount, milestone.objectedPools) == (0, 0, 0)
    travel_to(window_ends_at)
    assert crowdfunding.milestone(campaign_id, 0).state == MilestoneState.Releasable


def test_claim_milestone__after_objections__counts_new_ones_from_nothing(reclaimed, campaigns, crowdfunding, people):
    campaign_id, window_ends_at = reclaimed
    campaigns.object(campaign_id, people.member)
    milestone = crowdfunding.milestone(campaign_id, 0)
    assert (milestone.objectors, milestone.objectedAmount, milestone.objectedPools) == (1, AMOUNT, 0)
    travel_to(window_ends_at)
    assert crowdfunding.milestone(campaign_id, 0).state == MilestoneState.Releasable


def test_claim_milestone__after_objections__is_stopped_by_the_same_people_again(
    reclaimed, campaigns, crowdfunding, people
):
    campaign_id, window_ends_at = reclaimed
    campaigns.object(campaign_id, people.member, people.second_member)
    travel_to(window_ends_at)
    assert crowdfunding.milestone(campaign_id, 0).state == MilestoneState.Stopped
