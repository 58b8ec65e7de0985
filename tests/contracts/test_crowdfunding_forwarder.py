"""Signed requests of people without ether to Crowdfunding

given a request for a pledge
    when the signer is the organizer, or the pledge is refused anyway -> refused, the request stays good
every act of a person                  -> as if the signer had called; money moves from and to the signer
every act of anyone                    -> done
an address appended to a direct call   -> is nobody's signature
(requests that were changed or used: test_forwarded_money.py; administration: test_authority.py)
"""

from eth_utils import to_bytes

from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.campaign_phases import SMALL_PLEDGE, MilestoneState, Phase
from tests.contracts.conftest import act_at, now
from tests.contracts.expect import emits, reverts
from tests.contracts.permits import permit

AMOUNT = 50 * d.EURO


def test_forwarded_pledge__by_the_organizer__reverts(campaigns, crowdfunding, relay, people, entities):
    campaign_id = campaigns.reach(Phase.Live)
    values = {"campaignId": campaign_id, "organizer": entities["organizer"]}
    refused = crowdfunding.Crowdfunding_OrganizerCannotPledge, values
    relay.assert_reverts(*refused, people.organizer, crowdfunding.pledge, campaign_id, AMOUNT, 0)


def test_forwarded_pledge__too_early__reverts_and_the_request_stays_good(campaigns, crowdfunding, relay, people):
    campaign_id = campaigns.reach(Phase.Approved)
    request = relay.sign(people.second_backer, crowdfunding.pledge, campaign_id, AMOUNT, 0, deadline=now() + 10 * DAY)
    with reverts(relay.forwarder.FailedCall):
        relay.submit(request)
    act_at(crowdfunding.campaign(campaign_id).opensAt)
    relay.submit(request)
    assert crowdfunding.pledgeOf(campaign_id, people.second_backer).amount == AMOUNT


def test_direct_call__appended_address__is_not_believed(campaigns, crowdfunding, people):
    campaign_id = campaigns.reach(Phase.Live)
    calldata = bytes(crowdfunding.withdrawPledge.encode_input(campaign_id)) + to_bytes(hexstr=people.backer.address)
    with reverts(crowdfunding.Crowdfunding_NoPledge, campaignId=campaign_id, backer=people.attacker):
        people.attacker.transfer(crowdfunding, 0, data=calldata)


def test_forwarded_pledge__good__is_the_signers(campaigns, crowdfunding, relay, euro, people):
    campaign_id = campaigns.reach(Phase.Live)
    before = euro.balanceOf(people.second_backer)
    ether = people.second_backer.balance

    tx = relay.send(people.second_backer, crowdfunding.pledge, campaign_id, AMOUNT, 0)

    emits(
        tx,
        crowdfunding.PledgeMade(
            campaignId=1,
            backer=people.second_backer,
            memberId=0,
            amount=AMOUNT,
            pledged=AMOUNT,
            raised=SMALL_PLEDGE + AMOUNT,
        ),
        euro.Transfer(**{"from": people.second_backer, "to": crowdfunding, "value": AMOUNT}),
        relay.executed(people.second_backer),
    )
    assert crowdfunding.pledgeOf(1, people.second_backer).amount == AMOUNT
    assert crowdfunding.pledgeOf(1, people.relayer).amount == 0
    assert euro.balanceOf(people.second_backer) == before - AMOUNT
    assert people.second_backer.balance == ether, "no gas"


def test_forwarded_pledge_with_permit__nothing_allowed__is_the_signers(
    create_campaign, crowdfunding, relay, euro, people, entities
):
    campaign_id = create_campaign()
    euro.approve(crowdfunding, 0, sender=people.member)
    signed_permit = permit(euro, people.member, crowdfunding, AMOUNT, now() + DAY)

    tx = relay.send(people.member, crowdfunding.pledgeWithPermit, campaign_id, AMOUNT, 0, *signed_permit)

    emits(
        tx,
        euro.Approval(owner=people.member, spender=crowdfunding, value=AMOUNT),
        crowdfunding.MemberCounted(
            campaignId=campaign_id, backer=people.member, memberId=entities["member"], members=1
        ),
        crowdfunding.PledgeMade(
            campaignId=campaign_id,
            backer=people.member,
            memberId=entities["member"],
            amount=AMOUNT,
            pledged=AMOUNT,
            raised=AMOUNT,
        ),
        euro.Transfer(**{"from": people.member, "to": crowdfunding, "value": AMOUNT}),
        relay.executed(people.member),
    )


def test_forwarded_withdrawal__of_the_signer__returns_to_the_signer(campaigns, crowdfunding, relay, euro, people):
    before = euro.balanceOf(people.backer)
    campaign_id = campaigns.reach(Phase.Live)
    tx = relay.send(people.backer, crowdfunding.withdrawPledge, campaign_id)
    emits(
        tx,
        crowdfunding.PledgeWithdrawn(
            campaignId=campaign_id, backer=people.backer, memberId=0, amount=SMALL_PLEDGE, raised=0, members=0
        ),
        euro.Transfer(**{"from": crowdfunding, "to": people.backer, "value": SMALL_PLEDGE}),
        relay.executed(people.backer),
    )
    assert euro.balanceOf(people.backer) == before


def test_forwarded_organizer__from_plan_to_claim__is_the_signer(
    campaigns, campaign_terms, crowdfunding, relay, people, entities
):
    terms = campaign_terms()
    relay.send(people.organizer, crowdfunding.submitCampaign, terms, [(10_000, terms["deadline"], d.HASH)])
    assert crowdfunding.campaign(1).organizer == entities["organizer"]
    relay.send(people.organizer, crowdfunding.cancelCampaign, 1)
    assert crowdfunding.phase(1) == Phase.Canceled
    campaign_id = campaigns.reach(Phase.Delivering)
    relay.send(people.organizer, crowdfunding.claimMilestone, campaign_id, d.HASH)
    assert crowdfunding.milestone(campaign_id, 0).state == MilestoneState.Claimed


def test_forwarded_news_and_termination__by_the_organizer__are_the_signers(campaigns, crowdfunding, relay, people):
    campaign_id = campaigns.reach(Phase.Delivering)
    relay.send(people.organizer, crowdfunding.postUpdate, campaign_id, d.HASH)
    relay.send(people.organizer, crowdfunding.terminate, campaign_id)
    assert crowdfunding.phase(campaign_id) == Phase.Terminated


def test_forwarded_objection__of_a_backer__is_the_signers(campaigns, crowdfunding, relay, people):
    campaign_id = campaigns.reach(Phase.Delivering)
    crowdfunding.claimMilestone(campaign_id, d.HASH, sender=people.organizer)
    tx = relay.send(people.backer, crowdfunding.object, campaign_id, 0, 1)
    emits(
        tx,
        crowdfunding.MilestoneObjected(
            campaignId=campaign_id,
            milestone=0,
            account=people.backer,
            attempt=1,
            objectors=0,
            objectedAmount=d.GOAL,
            objectedPools=0,
        ),
        relay.executed(people.backer),
    )
    assert crowdfunding.pledgeOf(campaign_id, people.relayer).objections == 0


def test_forwarded_organizer__by_a_stranger__reverts(campaigns, crowdfunding, relay, people):
    campaign_id = campaigns.reach(Phase.Live)
    refused = crowdfunding.Crowdfunding_NotOrganizer, {"campaignId": campaign_id, "account": people.stranger}
    relay.assert_reverts(*refused, people.stranger, crowdfunding.cancelCampaign, campaign_id)


def test_forwarded_payout_account__of_the_signer__changes(campaigns, crowdfunding, relay, people):
    campaign_id = campaigns.reach(Phase.Live)
    relay.send(people.payout, crowdfunding.changePayoutAccount, campaign_id, people.stranger)
    assert crowdfunding.campaign(campaign_id).payoutAccount == people.stranger


def test_forwarded_refund__by_anyone__goes_to_the_backer(campaigns, crowdfunding, euro, relay, people):
    before = euro.balanceOf(people.backer)
    campaign_id = campaigns.reach(Phase.Failed)
    relay.send(people.stranger, crowdfunding.refund, campaign_id, people.backer)
    assert euro.balanceOf(people.backer) == before


def test_forwarded_release_and_collect__by_anyone__pay_the_payout_account(campaigns, crowdfunding, euro, relay, people):
    campaign_id = campaigns.reach(Phase.Delivering)
    campaigns.claim(campaign_id)
    before = euro.balanceOf(people.payout)
    relay.send(people.stranger, crowdfunding.releaseMilestone, campaign_id)
    relay.send(people.stranger, crowdfunding.collect, campaign_id)
    assert euro.balanceOf(people.payout) == before + d.GOAL * 3_000 // 10_000
