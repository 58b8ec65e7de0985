"""refund, refundable

given no such campaign                                 -> refused
given another phase than Failed, Canceled or Terminated -> refused; refundable is zero
given Failed or Canceled
    when the account has no pledge, or withdrew it     -> refused
    when it was refunded                               -> refused
    when it has one                                    -> the pledge goes to its backer, whoever calls
        years later, during a suspension or revocation of anybody
        the last refund leaves nothing in the books
"""

import pytest

from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.campaign_phases import SMALL_PLEDGE, Phase
from tests.contracts.conftest import act_at, travel_to
from tests.contracts.expect import emits, reverts

refunding = pytest.mark.parametrize("phase", [Phase.Failed, Phase.Canceled])


def test_refund__unknown_campaign__reverts(crowdfunding, people):
    with reverts(crowdfunding.Crowdfunding_UnknownCampaign, campaignId=0):
        crowdfunding.refund(0, people.backer, sender=people.backer)


@pytest.mark.parametrize("phase", [p for p in Phase if p not in (0, Phase.Failed, Phase.Canceled, Phase.Terminated)])
def test_refund__wrong_phase__reverts(campaigns, crowdfunding, people, phase):
    campaign_id = campaigns.reach(phase)
    assert crowdfunding.refundable(campaign_id, people.backer) == 0
    with reverts(crowdfunding.Crowdfunding_WrongPhase, campaignId=campaign_id, phase=phase):
        crowdfunding.refund(campaign_id, people.backer, sender=people.backer)


@refunding
def test_refund__without_pledge__reverts(campaigns, crowdfunding, people, phase):
    campaign_id = campaigns.reach(phase)
    assert crowdfunding.refundable(campaign_id, people.second_backer) == 0
    with reverts(crowdfunding.Crowdfunding_NoPledge, campaignId=campaign_id, backer=people.second_backer):
        crowdfunding.refund(campaign_id, people.second_backer, sender=people.backer)


@refunding
def test_refund__twice__reverts(campaigns, crowdfunding, people, phase):
    campaign_id = campaigns.reach(phase)
    crowdfunding.refund(campaign_id, people.backer, sender=people.backer)
    assert crowdfunding.refundable(campaign_id, people.backer) == 0
    with reverts(crowdfunding.Crowdfunding_NoPledge, campaignId=campaign_id, backer=people.backer):
        crowdfunding.refund(campaign_id, people.backer, sender=people.backer)


@refunding
@pytest.mark.parametrize("role", ["backer", "organizer", "reviewer", "payout", "stranger"])
def test_refund__by_anyone__goes_to_the_backer(campaigns, crowdfunding, euro, people, phase, role):
    before = euro.balanceOf(people.backer)
    campaign_id = campaigns.reach(phase)
    assert crowdfunding.refundable(campaign_id, people.backer) == SMALL_PLEDGE

    tx = crowdfunding.refund(campaign_id, people.backer, sender=getattr(people, role))

    assert tx.return_value == SMALL_PLEDGE, "return value"
    emits(
        tx,
        crowdfunding.PledgeRefunded(
            campaignId=campaign_id, backer=people.backer, amount=SMALL_PLEDGE, refunded=SMALL_PLEDGE
        ),
        euro.Transfer(**{"from": crowdfunding, "to": people.backer, "value": SMALL_PLEDGE}),
    )
    pledge = crowdfunding.pledgeOf(campaign_id, people.backer)
    assert (pledge.amount, pledge.memberId, pledge.objections) == (0, 0, 0), "the pledge is erased"
    campaign = crowdfunding.campaign(campaign_id)
    assert (campaign.raised, campaign.refunded) == (SMALL_PLEDGE, SMALL_PLEDGE), "campaign"
    assert crowdfunding.refundable(campaign_id, people.backer) == 0, "nothing more"
    assert euro.balanceOf(people.backer) == before, "backer"
    assert euro.balanceOf(crowdfunding) == 0, "contract"


def test_refund__of_all_backers__leaves_nothing(campaigns, crowdfunding, euro, people):
    campaign_id = campaigns.reach(Phase.Live)
    amounts = {people.backer: SMALL_PLEDGE, people.second_backer: 5 * d.EURO, people.member: 77 * d.EURO + 7}
    for backer in (people.second_backer, people.member):
        crowdfunding.pledge(campaign_id, amounts[backer], 0, sender=backer)
    travel_to(crowdfunding.campaign(campaign_id).deadline)
    refunded = 0
    for backer, amount in amounts.items():
        refunded += amount
        tx = crowdfunding.refund(campaign_id, backer, sender=people.stranger)
        emits(
            tx,
            crowdfunding.PledgeRefunded(campaignId=campaign_id, backer=backer, amount=amount, refunded=refunded),
            euro.Transfer(**{"from": crowdfunding, "to": backer, "value": amount}),
        )
    campaign = crowdfunding.campaign(campaign_id)
    assert campaign.raised - campaign.released - campaign.refunded == 0, "books"
    assert euro.balanceOf(crowdfunding) == 0, "balance"


@refunding
def test_refund__years_later_and_organizer_revoked__pays(
    campaigns, crowdfunding, people, entities, revoke_entity, phase
):
    campaign_id = campaigns.reach(phase)
    revoke_entity(entities["organizer"])
    travel_to(crowdfunding.campaign(campaign_id).deadline + 20 * 365 * DAY)
    assert crowdfunding.refund(campaign_id, people.backer, sender=people.stranger).return_value == SMALL_PLEDGE


def test_refund__members_account_changed__goes_to_the_account_that_pledged(
    campaigns, crowdfunding, move_entity, euro, people, entities
):
    before = euro.balanceOf(people.member)
    campaign_id = campaigns.reach(Phase.Live)
    crowdfunding.pledge(campaign_id, d.MIN_PLEDGE, 0, sender=people.member)
    move_entity(entities["member"], people.stranger)
    crowdfunding.cancelCampaign(campaign_id, sender=people.organizer)
    with reverts(crowdfunding.Crowdfunding_NoPledge, campaignId=campaign_id, backer=people.stranger):
        crowdfunding.refund(campaign_id, people.stranger, sender=people.stranger)
    crowdfunding.refund(campaign_id, people.member, sender=people.stranger)
    assert euro.balanceOf(people.member) == before


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_refund__around_a_missed_deadline__refunds_from_that_second(campaigns, crowdfunding, people, offset):
    campaign_id = campaigns.reach(Phase.Live)
    instant = crowdfunding.campaign(campaign_id).deadline + offset
    travel_to(instant - 1)
    assert crowdfunding.refundable(campaign_id, people.backer) == (SMALL_PLEDGE if offset == 1 else 0)
    act_at(instant)
    if offset < 0:
        with reverts(crowdfunding.Crowdfunding_WrongPhase, campaignId=campaign_id, phase=Phase.Live):
            crowdfunding.refund(campaign_id, people.backer, sender=people.backer)
    else:
        crowdfunding.refund(campaign_id, people.backer, sender=people.backer)
