"""cancelCampaign, and the cancellation that follows from a revocation

given no such campaign                                  -> refused
given the caller does not act for the organizer         -> refused
given the organizer
    in a phase after Live, or final                     -> refused
    in Live with the goal reached                       -> refused, until a withdrawal takes raised below it
    in Submitted, Approved, Live below the goal         -> canceled
    suspended or expired                                -> canceled all the same
    with another account than at the submission         -> canceled by the new account only
given the organizer's entity is revoked
    in Submitted, Approved, Live, Extension             -> Canceled, pledges can be refunded
    in the second in which pledging ends, or later      -> the phase stays
"""

import pytest

from scripts.deploy import DAY, REVOKER
from tests.contracts import defaults as d
from tests.contracts.campaign_phases import SMALL_PLEDGE, Phase
from tests.contracts.conftest import act_at, now, travel_to
from tests.contracts.expect import emits, reverts
from tests.contracts.schedule import schedule


def test_cancel__unknown_campaign__reverts(crowdfunding, people):
    with reverts(crowdfunding.Crowdfunding_UnknownCampaign, campaignId=1):
        crowdfunding.cancelCampaign(1, sender=people.organizer)


@pytest.mark.parametrize("role", ["stranger", "payout", "reviewer", "town", "backer"])
def test_cancel__not_the_organizer__reverts(campaigns, crowdfunding, people, role):
    campaign_id = campaigns.reach(Phase.Live)
    account = getattr(people, role)
    with reverts(crowdfunding.Crowdfunding_NotOrganizer, campaignId=campaign_id, account=account):
        crowdfunding.cancelCampaign(campaign_id, sender=account)


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase >= Phase.Extension])
def test_cancel__wrong_phase__reverts(campaigns, crowdfunding, people, phase):
    campaign_id = campaigns.reach(phase)
    with reverts(crowdfunding.Crowdfunding_WrongPhase, campaignId=campaign_id, phase=phase):
        crowdfunding.cancelCampaign(campaign_id, sender=people.organizer)


def test_cancel__goal_reached__reverts_until_a_withdrawal(campaigns, crowdfunding, people):
    campaign_id = campaigns.reach(Phase.Live)
    crowdfunding.pledge(campaign_id, d.GOAL - SMALL_PLEDGE, 0, sender=people.second_backer)
    with reverts(crowdfunding.Crowdfunding_GoalReached, campaignId=campaign_id, raised=d.GOAL, goal=d.GOAL):
        crowdfunding.cancelCampaign(campaign_id, sender=people.organizer)
    crowdfunding.withdrawPledge(campaign_id, sender=people.backer)
    crowdfunding.cancelCampaign(campaign_id, sender=people.organizer)
    assert crowdfunding.phase(campaign_id) == Phase.Canceled


def test_cancel__one_unit_below_the_goal__cancels(campaigns, crowdfunding, people):
    campaign_id = campaigns.reach(Phase.Live)
    crowdfunding.pledge(campaign_id, d.GOAL - SMALL_PLEDGE - 1, 0, sender=people.second_backer)
    crowdfunding.cancelCampaign(campaign_id, sender=people.organizer)
    assert crowdfunding.phase(campaign_id) == Phase.Canceled


@pytest.mark.parametrize("phase", [Phase.Submitted, Phase.Approved, Phase.Live])
def test_cancel__by_the_organizer__cancels_for_good(campaigns, crowdfunding, people, phase):
    campaign_id = campaigns.reach(phase)
    tx = crowdfunding.cancelCampaign(campaign_id, sender=people.organizer)
    emits(
        tx,
        crowdfunding.CampaignCanceled(
            campaignId=campaign_id, account=people.organizer, oldPhase=phase, newPhase=Phase.Canceled
        ),
    )
    for instant in (now(), crowdfunding.campaign(campaign_id).deadline, now() + 200 * DAY):
        travel_to(max(instant, now() + 1))
        assert crowdfunding.phase(campaign_id) == Phase.Canceled


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_cancel__around_the_deadline__cancels_only_before(campaigns, crowdfunding, people, offset):
    campaign_id = campaigns.reach(Phase.Live)
    act_at(crowdfunding.campaign(campaign_id).deadline + offset)
    if offset < 0:
        crowdfunding.cancelCampaign(campaign_id, sender=people.organizer)
    else:
        with reverts(crowdfunding.Crowdfunding_WrongPhase, campaignId=campaign_id, phase=Phase.Failed):
            crowdfunding.cancelCampaign(campaign_id, sender=people.organizer)


def test_cancel__organizer_suspended__cancels(campaigns, crowdfunding, registry, people, entities):
    campaign_id = campaigns.reach(Phase.Live)
    registry.suspend(entities["organizer"], now() + 10 * DAY, d.REASON, sender=people.registrar)
    crowdfunding.cancelCampaign(campaign_id, sender=people.organizer)
    assert crowdfunding.phase(campaign_id) == Phase.Canceled


def test_cancel__organizers_account_changed__belongs_to_the_new_account(
    campaigns, crowdfunding, move_entity, people, entities
):
    campaign_id = campaigns.reach(Phase.Live)
    move_entity(entities["organizer"], people.stranger)
    with reverts(crowdfunding.Crowdfunding_NotOrganizer, campaignId=campaign_id, account=people.organizer):
        crowdfunding.cancelCampaign(campaign_id, sender=people.organizer)
    tx = crowdfunding.cancelCampaign(campaign_id, sender=people.stranger)
    emits(
        tx,
        crowdfunding.CampaignCanceled(
            campaignId=campaign_id, account=people.stranger, oldPhase=Phase.Live, newPhase=Phase.Canceled
        ),
    )


@pytest.fixture
def revoke_organizer(lab, registry, people, entities):
    """Schedules the organizer's revocation; the function returned makes it at any later instant."""
    arguments = (entities["organizer"], d.REASON)

    def prepare():
        schedule(lab.authority, registry.revoke, *arguments, sender=people.registrar, role=REVOKER)

        def revoke_at(instant):
            act_at(instant)
            registry.revoke(*arguments, sender=people.registrar)

        return revoke_at

    return prepare


@pytest.mark.parametrize("phase", [Phase.Submitted, Phase.Approved, Phase.Live, Phase.Extension])
def test_revocation__before_delivering__cancels(campaigns, crowdfunding, revoke_organizer, people, phase):
    campaign_id = campaigns.reach(phase, opensAt=now() + 20 * DAY)
    revoke_at = revoke_organizer()
    revoke_at(now() + 3 * DAY)

    assert crowdfunding.phase(campaign_id) == Phase.Canceled
    with reverts(crowdfunding.Crowdfunding_NotOrganizer, campaignId=campaign_id, account=people.organizer):
        crowdfunding.cancelCampaign(campaign_id, sender=people.organizer)
    with reverts(crowdfunding.Crowdfunding_WrongPhase, campaignId=campaign_id, phase=Phase.Canceled):
        crowdfunding.pledge(campaign_id, d.MIN_PLEDGE, 0, sender=people.backer)
    travel_to(crowdfunding.campaign(campaign_id).pledgingEndsAt + DAY)
    assert crowdfunding.phase(campaign_id) == Phase.Canceled, "for good"
    if phase >= Phase.Live:
        pledged = crowdfunding.pledgeOf(campaign_id, people.backer).amount
        assert crowdfunding.refundable(campaign_id, people.backer) == pledged > 0
        crowdfunding.refund(campaign_id, people.backer, sender=people.stranger)
        assert crowdfunding.campaign(campaign_id).refunded == pledged


@pytest.mark.parametrize("offset, phase", [(-1, Phase.Canceled), (0, Phase.Delivering), (1, Phase.Delivering)])
def test_revocation__around_the_end_of_the_extension__cancels_only_before(
    campaigns, crowdfunding, revoke_organizer, offset, phase
):
    campaign_id = campaigns.reach(Phase.Extension)
    ends_at = crowdfunding.campaign(campaign_id).pledgingEndsAt
    travel_to(ends_at - 4 * DAY)
    revoke_at = revoke_organizer()
    revoke_at(ends_at + offset)
    travel_to(ends_at + 10)
    assert crowdfunding.phase(campaign_id) == phase


@pytest.mark.parametrize("offset, phase", [(-1, Phase.Canceled), (0, Phase.Failed), (1, Phase.Failed)])
def test_revocation__around_a_missed_deadline__cancels_only_before(
    campaigns, crowdfunding, revoke_organizer, people, offset, phase
):
    campaign_id = campaigns.reach(Phase.Live)
    deadline = crowdfunding.campaign(campaign_id).deadline
    travel_to(deadline - 4 * DAY)
    revoke_at = revoke_organizer()
    revoke_at(deadline + offset)
    travel_to(deadline + 10)
    assert crowdfunding.phase(campaign_id) == phase
    assert crowdfunding.refundable(campaign_id, people.backer) == SMALL_PLEDGE, "refunds are the same in both"


def test_revocation__after_the_stretch_goal_in_the_extension__stays_delivering(
    campaigns, crowdfunding, revoke_organizer, people
):
    campaign_id = campaigns.reach(Phase.Extension)
    revoke_at = revoke_organizer()
    reached_at = now() + 5 * DAY
    act_at(reached_at)
    crowdfunding.pledge(campaign_id, d.STRETCH_GOAL - d.GOAL, 0, sender=people.second_backer)
    revoke_at(reached_at + 1)
    assert crowdfunding.phase(campaign_id) == Phase.Delivering


@pytest.mark.parametrize("phase", [Phase.Delivering, Phase.Completed])
def test_revocation__from_delivering_on__leaves_the_phase(
    campaigns, crowdfunding, people, entities, revoke_entity, phase
):
    campaign_id = campaigns.reach(phase)
    revoke_entity(entities["organizer"])
    assert crowdfunding.phase(campaign_id) == phase
    with reverts(crowdfunding.Crowdfunding_NotOrganizer, campaignId=campaign_id, account=people.organizer):
        crowdfunding.claimMilestone(campaign_id, d.HASH, sender=people.organizer)
    with reverts(crowdfunding.Crowdfunding_WrongPhase, campaignId=campaign_id, phase=phase):
        crowdfunding.refund(campaign_id, people.backer, sender=people.backer)


@pytest.mark.parametrize("phase", [Phase.Rejected, Phase.Canceled])
def test_revocation__after_a_decision__leaves_the_phase(campaigns, crowdfunding, entities, revoke_entity, phase):
    campaign_id = campaigns.reach(phase)
    revoke_entity(entities["organizer"])
    assert crowdfunding.phase(campaign_id) == phase
