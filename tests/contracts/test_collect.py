"""collect, and releaseAndCollect

collect
given no such campaign                                   -> refused
given nothing is booked, or all of it is paid            -> refused, in every phase
given something is booked
    when anyone calls                                    -> paid to the payout account
    when several tranches are booked                     -> paid at once
    when the payout account has changed                  -> the new one is paid, what was paid before stays
    when it is completed, terminated, or the organizer revoked -> paid
then, after the last                                     -> books and balance are zero

releaseAndCollect
given no such campaign                                   -> refused (test_delivery_phases.py)
given nothing releasable                                 -> refused as the release is
given a tranche floored to nothing                       -> refused; the release alone is possible
given the payment fails                                  -> nothing is released; the release alone is possible
given something is releasable, when anyone calls         -> released, and paid with all that was booked before
"""

import pytest

from tests.contracts import defaults as d
from tests.contracts.campaign_phases import MilestoneState, Phase
from tests.contracts.expect import emits, reverts

BPS = 10_000
RAISED = d.GOAL + 3
#: Shares by which nothing divides evenly, and what is released in total after each.
MILESTONES = ((3_333, 0), (3_334, 1), (3_333, 2))
RELEASED = [RAISED * share // BPS for share in (3_333, 6_667, BPS)]


def test_collect__unknown_campaign__reverts(crowdfunding, people):
    with reverts(crowdfunding.Crowdfunding_UnknownCampaign, campaignId=1):
        crowdfunding.collect(1, sender=people.payout)


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase not in (0, Phase.Completed, Phase.Terminated)])
def test_collect__nothing_booked__reverts(campaigns, crowdfunding, people, phase):
    campaign_id = campaigns.reach(phase)
    with reverts(crowdfunding.Crowdfunding_NothingToCollect, campaignId=campaign_id):
        crowdfunding.collect(campaign_id, sender=people.payout)


def test_collect__claimed_but_not_released__reverts(campaigns, crowdfunding, people):
    campaign_id = campaigns.reach(Phase.Delivering)
    campaigns.claim(campaign_id)
    with reverts(crowdfunding.Crowdfunding_NothingToCollect, campaignId=campaign_id):
        crowdfunding.collect(campaign_id, sender=people.payout)


def test_collect__twice__reverts(campaigns, crowdfunding, people):
    campaign_id = campaigns.reach(Phase.Completed)
    crowdfunding.collect(campaign_id, sender=people.stranger)
    with reverts(crowdfunding.Crowdfunding_NothingToCollect, campaignId=campaign_id):
        crowdfunding.collect(campaign_id, sender=people.stranger)


def test_collect__share_of_nothing__reverts(campaigns, crowdfunding, people):
    """A tranche may be floored to nothing; then there is nothing to pay, and the next tranche brings it."""
    campaign_id = campaigns.reach(Phase.Delivering, raised=1, goal=1, minPledge=0, milestones=((9_999, 0), (1, 1)))
    campaigns.claim_and_release(campaign_id)
    assert crowdfunding.campaign(campaign_id).released == 0
    with reverts(crowdfunding.Crowdfunding_NothingToCollect, campaignId=campaign_id):
        crowdfunding.collect(campaign_id, sender=people.stranger)
    campaigns.claim_and_release(campaign_id)
    assert crowdfunding.collect(campaign_id, sender=people.stranger).return_value == 1


@pytest.mark.parametrize("role", ["organizer", "backer", "reviewer", "payout", "stranger"])
def test_collect__by_anyone__pays_the_payout_account(campaigns, crowdfunding, euro, people, role):
    campaign_id = campaigns.reach(Phase.Delivering, raised=RAISED, milestones=MILESTONES)
    campaigns.claim_and_release(campaign_id)
    before = euro.balanceOf(people.payout)

    tx = crowdfunding.collect(campaign_id, sender=getattr(people, role))

    assert tx.return_value == RELEASED[0], "return value"
    emits(
        tx,
        crowdfunding.FundsCollected(
            campaignId=campaign_id, payoutAccount=people.payout, amount=RELEASED[0], collected=RELEASED[0]
        ),
        euro.Transfer(**{"from": crowdfunding, "to": people.payout, "value": RELEASED[0]}),
    )
    campaign = crowdfunding.campaign(campaign_id)
    assert (campaign.released, campaign.collected) == (RELEASED[0], RELEASED[0]), "campaign"
    assert euro.balanceOf(people.payout) == before + RELEASED[0], "payout account"
    assert euro.balanceOf(crowdfunding) == RAISED - RELEASED[0], "contract"


def test_collect__after_each_release__leaves_nothing_after_the_last(campaigns, crowdfunding, euro, people):
    campaign_id = campaigns.reach(Phase.Delivering, raised=RAISED, milestones=MILESTONES)
    before = euro.balanceOf(people.payout)
    for released in RELEASED:
        campaigns.claim_and_release(campaign_id)
        crowdfunding.collect(campaign_id, sender=people.stranger)
        assert euro.balanceOf(people.payout) == before + released
    campaign = crowdfunding.campaign(campaign_id)
    assert (campaign.phase, campaign.released, campaign.collected) == (Phase.Completed, RAISED, RAISED)
    assert campaign.raised - campaign.released - campaign.refunded == 0, "books"
    assert euro.balanceOf(crowdfunding) == 0, "balance"


def test_collect__several_tranches__pays_them_at_once(campaigns, crowdfunding, euro, people):
    campaign_id = campaigns.reach(Phase.Completed, raised=RAISED, milestones=MILESTONES)
    assert crowdfunding.collect(campaign_id, sender=people.stranger).return_value == RAISED
    assert euro.balanceOf(crowdfunding) == 0


def test_collect__payout_account_changed__pays_the_new_one(campaigns, crowdfunding, euro, people):
    campaign_id = campaigns.reach(Phase.Delivering, raised=RAISED, milestones=MILESTONES)
    campaigns.claim_and_release(campaign_id)
    crowdfunding.collect(campaign_id, sender=people.stranger)
    campaigns.claim_and_release(campaign_id)
    crowdfunding.changePayoutAccount(campaign_id, people.attacker, sender=people.payout)
    old, new = euro.balanceOf(people.payout), euro.balanceOf(people.attacker)
    tx = crowdfunding.collect(campaign_id, sender=people.stranger)
    emits(
        tx,
        crowdfunding.FundsCollected(
            campaignId=campaign_id,
            payoutAccount=people.attacker,
            amount=RELEASED[1] - RELEASED[0],
            collected=RELEASED[1],
        ),
        euro.Transfer(**{"from": crowdfunding, "to": people.attacker, "value": RELEASED[1] - RELEASED[0]}),
    )
    assert euro.balanceOf(people.payout) == old
    assert euro.balanceOf(people.attacker) == new + RELEASED[1] - RELEASED[0]


def test_collect__organizer_revoked_while_delivering__pays_what_is_booked(
    campaigns, crowdfunding, people, entities, revoke_entity
):
    campaign_id = campaigns.reach(Phase.Delivering, raised=RAISED, milestones=MILESTONES)
    campaigns.claim_and_release(campaign_id)
    revoke_entity(entities["organizer"])
    assert crowdfunding.collect(campaign_id, sender=people.stranger).return_value == RELEASED[0]


def test_release_and_collect__nothing_releasable__reverts(campaigns, crowdfunding, people):
    campaign_id = campaigns.reach(Phase.Live)
    with reverts(crowdfunding.Crowdfunding_WrongPhase, campaignId=campaign_id, phase=Phase.Live):
        crowdfunding.releaseAndCollect(campaign_id, sender=people.payout)
    campaign_id = campaigns.reach(Phase.Delivering)
    with reverts(
        crowdfunding.Crowdfunding_WrongMilestoneState,
        campaignId=campaign_id,
        milestone=0,
        state=MilestoneState.Planned,
    ):
        crowdfunding.releaseAndCollect(campaign_id, sender=people.payout)


def test_release_and_collect__share_of_nothing__reverts(campaigns, crowdfunding, people):
    campaign_id = campaigns.reach(Phase.Delivering, raised=1, goal=1, minPledge=0, milestones=((9_999, 0), (1, 1)))
    campaigns.claim(campaign_id)
    with reverts(crowdfunding.Crowdfunding_NothingToCollect, campaignId=campaign_id):
        crowdfunding.releaseAndCollect(campaign_id, sender=people.stranger)
    crowdfunding.releaseMilestone(campaign_id, sender=people.stranger)


def test_release_and_collect__payment_fails__releases_nothing(campaigns, crowdfunding, hostile, people):
    campaign_id = campaigns.reach(Phase.Delivering, currency=hostile)
    campaigns.claim(campaign_id)
    hostile.setBlocked(people.payout, True, sender=people.deployer)
    with reverts(hostile.HostileToken_Blocked, account=people.payout):
        crowdfunding.releaseAndCollect(campaign_id, sender=people.stranger)
    assert crowdfunding.milestone(campaign_id, 0).state == MilestoneState.Releasable
    crowdfunding.releaseMilestone(campaign_id, sender=people.stranger)
    assert crowdfunding.milestone(campaign_id, 0).state == MilestoneState.Released


@pytest.mark.parametrize("role", ["organizer", "backer", "stranger"])
def test_release_and_collect__by_anyone__books_and_pays_all(campaigns, crowdfunding, euro, people, role):
    campaign_id = campaigns.reach(Phase.Delivering, raised=RAISED, milestones=MILESTONES)
    campaigns.claim_and_release(campaign_id)
    campaigns.claim(campaign_id)
    before = euro.balanceOf(people.payout)

    tx = crowdfunding.releaseAndCollect(campaign_id, sender=getattr(people, role))

    assert tx.return_value == RELEASED[1], "return value"
    emits(
        tx,
        crowdfunding.MilestoneReleased(
            campaignId=campaign_id,
            milestone=1,
            amount=RELEASED[1] - RELEASED[0],
            released=RELEASED[1],
            oldState=MilestoneState.Releasable,
            newState=MilestoneState.Released,
        ),
        crowdfunding.FundsCollected(
            campaignId=campaign_id, payoutAccount=people.payout, amount=RELEASED[1], collected=RELEASED[1]
        ),
        euro.Transfer(**{"from": crowdfunding, "to": people.payout, "value": RELEASED[1]}),
    )
    campaign = crowdfunding.campaign(campaign_id)
    assert (campaign.released, campaign.collected) == (RELEASED[1], RELEASED[1]), "campaign"
    assert euro.balanceOf(people.payout) == before + RELEASED[1], "payout account"
