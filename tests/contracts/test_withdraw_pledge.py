"""withdrawPledge

given no such campaign                                   -> refused
given another phase than Live                            -> refused
given Live, from deadline - withdrawalCutoff on          -> refused
given Live before that
    when the caller has no pledge, or withdrew it        -> refused
    when the caller has one                              -> the whole pledge goes back, the totals fall
        also from above the goal, and at the stretch goal
        also while the organizer is suspended
        then the backer may pledge again
"""

import pytest

from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.campaign_phases import SMALL_PLEDGE, Phase
from tests.contracts.conftest import act_at, now, travel_to
from tests.contracts.expect import emits, reverts


def test_withdraw_pledge__unknown_campaign__reverts(crowdfunding, people):
    with reverts(crowdfunding.Crowdfunding_UnknownCampaign, campaignId=7):
        crowdfunding.withdrawPledge(7, sender=people.backer)


@pytest.mark.parametrize("phase", [p for p in Phase if p not in (0, Phase.Live)])
def test_withdraw_pledge__wrong_phase__reverts(campaigns, crowdfunding, people, phase):
    campaign_id = campaigns.reach(phase)
    with reverts(crowdfunding.Crowdfunding_WrongPhase, campaignId=campaign_id, phase=phase):
        crowdfunding.withdrawPledge(campaign_id, sender=people.backer)


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_withdraw_pledge__around_the_cutoff__withdraws_only_before(campaigns, crowdfunding, people, offset):
    campaign_id = campaigns.reach(Phase.Live)
    closed_at = crowdfunding.campaign(campaign_id).deadline - d.WITHDRAWAL_CUTOFF
    act_at(closed_at + offset)
    if offset < 0:
        crowdfunding.withdrawPledge(campaign_id, sender=people.backer)
        assert crowdfunding.campaign(campaign_id).raised == 0
    else:
        with reverts(crowdfunding.Crowdfunding_WithdrawalClosed, campaignId=campaign_id, closedAt=closed_at):
            crowdfunding.withdrawPledge(campaign_id, sender=people.backer)


def test_withdraw_pledge__last_second_of_live__reverts(campaigns, crowdfunding, people):
    campaign_id = campaigns.reach(Phase.Live)
    deadline = crowdfunding.campaign(campaign_id).deadline
    act_at(deadline - 1)
    with reverts(
        crowdfunding.Crowdfunding_WithdrawalClosed,
        campaignId=campaign_id,
        closedAt=deadline - d.WITHDRAWAL_CUTOFF,
    ):
        crowdfunding.withdrawPledge(campaign_id, sender=people.backer)


def test_withdraw_pledge__without_pledge__reverts(campaigns, crowdfunding, people):
    campaign_id = campaigns.reach(Phase.Live)
    with reverts(crowdfunding.Crowdfunding_NoPledge, campaignId=campaign_id, backer=people.second_backer):
        crowdfunding.withdrawPledge(campaign_id, sender=people.second_backer)


def test_withdraw_pledge__twice__reverts(campaigns, crowdfunding, people):
    campaign_id = campaigns.reach(Phase.Live)
    crowdfunding.withdrawPledge(campaign_id, sender=people.backer)
    with reverts(crowdfunding.Crowdfunding_NoPledge, campaignId=campaign_id, backer=people.backer):
        crowdfunding.withdrawPledge(campaign_id, sender=people.backer)


def test_withdraw_pledge__of_several_pledges__returns_all(campaigns, crowdfunding, euro, people):
    before = euro.balanceOf(people.backer)
    campaign_id = campaigns.reach(Phase.Live)
    crowdfunding.pledge(campaign_id, d.GOAL, 0, sender=people.second_backer)
    crowdfunding.pledge(campaign_id, 7 * d.EURO + 1, 0, sender=people.backer)
    amount = SMALL_PLEDGE + 7 * d.EURO + 1

    tx = crowdfunding.withdrawPledge(campaign_id, sender=people.backer)

    emits(
        tx,
        crowdfunding.PledgeWithdrawn(
            campaignId=campaign_id, backer=people.backer, memberId=0, amount=amount, raised=d.GOAL, members=0
        ),
        euro.Transfer(**{"from": crowdfunding, "to": people.backer, "value": amount}),
    )
    pledge = crowdfunding.pledgeOf(campaign_id, people.backer)
    assert (pledge.amount, pledge.memberId) == (0, 0), "pledge"
    assert crowdfunding.campaign(campaign_id).raised == d.GOAL, "campaign"
    assert crowdfunding.campaign(campaign_id).refunded == 0, "a withdrawal is no refund"
    assert euro.balanceOf(people.backer) == before, "backer"
    assert euro.balanceOf(crowdfunding) == d.GOAL, "contract"


def test_withdraw_pledge__at_the_stretch_goal__opens_pledging_again(create_campaign, crowdfunding, people):
    campaign_id = create_campaign()
    crowdfunding.pledge(campaign_id, d.STRETCH_GOAL, 0, sender=people.backer)
    crowdfunding.withdrawPledge(campaign_id, sender=people.backer)
    crowdfunding.pledge(campaign_id, d.STRETCH_GOAL - 1, 0, sender=people.backer)
    travel_to(crowdfunding.campaign(campaign_id).deadline)
    assert crowdfunding.phase(campaign_id) == Phase.Extension


def test_withdraw_pledge__below_the_goal_before_the_deadline__campaign_fails(campaigns, crowdfunding, people):
    campaign_id = campaigns.reach(Phase.Live)
    crowdfunding.pledge(campaign_id, d.GOAL - SMALL_PLEDGE, 0, sender=people.second_backer)
    crowdfunding.withdrawPledge(campaign_id, sender=people.backer)
    travel_to(crowdfunding.campaign(campaign_id).deadline)
    assert crowdfunding.phase(campaign_id) == Phase.Failed
    with reverts(crowdfunding.Crowdfunding_NoPledge, campaignId=campaign_id, backer=people.backer):
        crowdfunding.refund(campaign_id, people.backer, sender=people.backer)


def test_withdraw_pledge__organizer_suspended__withdraws(campaigns, crowdfunding, registry, people, entities):
    campaign_id = campaigns.reach(Phase.Live)
    registry.suspend(entities["organizer"], now() + 10 * DAY, d.REASON, sender=people.registrar)
    crowdfunding.withdrawPledge(campaign_id, sender=people.backer)
    assert crowdfunding.campaign(campaign_id).raised == 0


def test_withdraw_pledge__organizer_revoked__belongs_to_refund(
    campaigns, crowdfunding, people, entities, revoke_entity
):
    campaign_id = campaigns.reach(Phase.Live)
    revoke_entity(entities["organizer"])
    with reverts(crowdfunding.Crowdfunding_WrongPhase, campaignId=campaign_id, phase=Phase.Canceled):
        crowdfunding.withdrawPledge(campaign_id, sender=people.backer)
    crowdfunding.refund(campaign_id, people.backer, sender=people.backer)
