"""Signed requests of people without ether to Crowdfunding

given a request for a pledge
    when changed, used, expired or for another domain                 -> refused, nothing moves
    when the signer is the organizer, or the pledge is refused anyway -> refused, the request stays good
every act of a person                  -> as if the signer had called; money moves from and to the signer
every act of anyone                    -> done
an address appended to a direct call   -> is nobody's signature
(the forwarder itself: test_forwarder.py; restricted functions refuse it: test_authority.py)
"""

import pytest
from eth_utils import to_bytes

from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.campaign_phases import SMALL_PLEDGE, MilestoneState, Phase
from tests.contracts.conftest import act_at, now
from tests.contracts.expect import emits, reverts
from tests.contracts.forward import as_forwarder, recovered, signed
from tests.contracts.permits import permit

AMOUNT = 50 * d.EURO


@pytest.fixture
def forwarder(lab):
    return lab.forwarder


@pytest.fixture
def send(forwarder, people):
    """Signs a call in the name of `signer` and has the relayer submit it; returns the receipt."""

    def send(signer, method, *arguments):
        return forwarder.execute(signed(forwarder, signer, method, *arguments).as_struct(), sender=people.relayer)

    return send


def executed(forwarder, signer, nonce=0):
    return forwarder.ExecutedForwardRequest(signer=signer, nonce=nonce, success=True)


@pytest.fixture
def request_to_pledge(campaigns, crowdfunding, forwarder, people):
    """A request of `second_backer` to pledge to a live campaign."""
    campaign_id = campaigns.reach(Phase.Live)
    return signed(forwarder, people.second_backer, crowdfunding.pledge, campaign_id, AMOUNT, 0)


def assert_refused(forwarder, crowdfunding, people, request, nonce=0):
    """The forwarder takes somebody else for the signer, and nothing moves."""
    before = crowdfunding.pledgeOf(1, people.second_backer)
    with reverts(
        forwarder.ERC2771ForwarderInvalidSigner,
        **{"signer": recovered(forwarder, request, nonce), "from": request.signer},
    ):
        forwarder.execute(request.as_struct(), sender=people.relayer)
    assert crowdfunding.pledgeOf(1, people.second_backer) == before


@pytest.mark.parametrize("changed", ["amount", "signer", "gas", "deadline"])
def test_forwarded_pledge__changed__reverts(request_to_pledge, crowdfunding, forwarder, people, changed):
    change = {
        "amount": {"data": to_bytes(hexstr=crowdfunding.pledge.encode_input(1, AMOUNT + 1, 0).hex())},
        "signer": {"signer": people.backer.address},
        "gas": {"gas": request_to_pledge.gas - 1},
        "deadline": {"deadline": request_to_pledge.deadline + 1},
    }[changed]
    assert_refused(forwarder, crowdfunding, people, request_to_pledge.altered(**change))


def test_forwarded_pledge__replayed__reverts(request_to_pledge, crowdfunding, forwarder, people):
    forwarder.execute(request_to_pledge.as_struct(), sender=people.relayer)
    assert_refused(forwarder, crowdfunding, people, request_to_pledge, nonce=1)


@pytest.mark.parametrize("offset", [0, 1])
def test_forwarded_pledge__around_its_deadline__pledges_to_that_second(
    request_to_pledge, crowdfunding, forwarder, people, offset
):
    act_at(request_to_pledge.deadline + offset)
    if offset == 0:
        forwarder.execute(request_to_pledge.as_struct(), sender=people.relayer)
        assert crowdfunding.pledgeOf(1, people.second_backer).amount == AMOUNT
    else:
        with reverts(forwarder.ERC2771ForwarderExpiredRequest, deadline=request_to_pledge.deadline):
            forwarder.execute(request_to_pledge.as_struct(), sender=people.relayer)


@pytest.mark.parametrize(
    "difference",
    [{"chainId": 1}, {"name": "Another Forwarder"}, {"version": "2"}, {"verifyingContract": "0x" + "11" * 20}],
)
def test_forwarded_pledge__another_domain__reverts(campaigns, crowdfunding, forwarder, people, difference):
    campaign_id = campaigns.reach(Phase.Live)
    request = signed(forwarder, people.second_backer, crowdfunding.pledge, campaign_id, AMOUNT, 0, **difference)
    assert_refused(forwarder, crowdfunding, people, request)


def test_forwarded_pledge__by_the_organizer__reverts(campaigns, crowdfunding, forwarder, send, people, entities):
    campaign_id = campaigns.reach(Phase.Live)
    with reverts(forwarder.FailedCall):
        send(people.organizer, crowdfunding.pledge, campaign_id, AMOUNT, 0)
    with reverts(
        crowdfunding.Crowdfunding_OrganizerCannotPledge, campaignId=campaign_id, organizer=entities["organizer"]
    ):
        as_forwarder(forwarder, people.organizer, crowdfunding.pledge, campaign_id, AMOUNT, 0)


def test_forwarded_pledge__too_early__reverts_and_the_request_stays_good(campaigns, crowdfunding, forwarder, people):
    campaign_id = campaigns.reach(Phase.Approved)
    request = signed(
        forwarder, people.second_backer, crowdfunding.pledge, campaign_id, AMOUNT, 0, deadline=now() + 10 * DAY
    )
    with reverts(forwarder.FailedCall):
        forwarder.execute(request.as_struct(), sender=people.relayer)
    act_at(crowdfunding.campaign(campaign_id).opensAt)
    forwarder.execute(request.as_struct(), sender=people.relayer)
    assert crowdfunding.pledgeOf(campaign_id, people.second_backer).amount == AMOUNT


def test_direct_call__appended_address__is_not_believed(campaigns, crowdfunding, people):
    campaign_id = campaigns.reach(Phase.Live)
    calldata = bytes(crowdfunding.withdrawPledge.encode_input(campaign_id)) + to_bytes(hexstr=people.backer.address)
    with reverts(crowdfunding.Crowdfunding_NoPledge, campaignId=campaign_id, backer=people.attacker):
        people.attacker.transfer(crowdfunding, 0, data=calldata)


def test_forwarded_pledge__good__is_the_signers(request_to_pledge, crowdfunding, forwarder, euro, people):
    before = euro.balanceOf(people.second_backer)
    ether = people.second_backer.balance

    tx = forwarder.execute(request_to_pledge.as_struct(), sender=people.relayer)

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
        executed(forwarder, people.second_backer),
    )
    assert crowdfunding.pledgeOf(1, people.second_backer).amount == AMOUNT
    assert crowdfunding.pledgeOf(1, people.relayer).amount == 0
    assert euro.balanceOf(people.second_backer) == before - AMOUNT
    assert people.second_backer.balance == ether, "no gas"


def test_forwarded_pledge_with_permit__nothing_allowed__is_the_signers(
    create_campaign, crowdfunding, forwarder, euro, send, people, entities
):
    campaign_id = create_campaign()
    euro.approve(crowdfunding, 0, sender=people.member)
    signed_permit = permit(euro, people.member, crowdfunding, AMOUNT, now() + DAY)

    tx = send(people.member, crowdfunding.pledgeWithPermit, campaign_id, AMOUNT, 0, *signed_permit)

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
        executed(forwarder, people.member),
    )


def test_forwarded_withdrawal__of_the_signer__returns_to_the_signer(
    campaigns, crowdfunding, forwarder, euro, send, people
):
    before = euro.balanceOf(people.backer)
    campaign_id = campaigns.reach(Phase.Live)
    tx = send(people.backer, crowdfunding.withdrawPledge, campaign_id)
    emits(
        tx,
        crowdfunding.PledgeWithdrawn(
            campaignId=campaign_id, backer=people.backer, memberId=0, amount=SMALL_PLEDGE, raised=0, members=0
        ),
        euro.Transfer(**{"from": crowdfunding, "to": people.backer, "value": SMALL_PLEDGE}),
        executed(forwarder, people.backer),
    )
    assert euro.balanceOf(people.backer) == before


def test_forwarded_organizer__from_plan_to_claim__is_the_signer(
    campaigns, campaign_terms, crowdfunding, send, people, entities
):
    terms = campaign_terms()
    send(people.organizer, crowdfunding.submitCampaign, terms, [(10_000, terms["deadline"], d.HASH)])
    assert crowdfunding.campaign(1).organizer == entities["organizer"]
    send(people.organizer, crowdfunding.cancelCampaign, 1)
    assert crowdfunding.phase(1) == Phase.Canceled
    campaign_id = campaigns.reach(Phase.Delivering)
    send(people.organizer, crowdfunding.claimMilestone, campaign_id, d.HASH)
    assert crowdfunding.milestone(campaign_id, 0).state == MilestoneState.Claimed


def test_forwarded_news_and_termination__by_the_organizer__are_the_signers(campaigns, crowdfunding, send, people):
    campaign_id = campaigns.reach(Phase.Delivering)
    send(people.organizer, crowdfunding.postUpdate, campaign_id, d.HASH)
    send(people.organizer, crowdfunding.terminate, campaign_id)
    assert crowdfunding.phase(campaign_id) == Phase.Terminated


def test_forwarded_objection__of_a_backer__is_the_signers(campaigns, crowdfunding, forwarder, send, people):
    campaign_id = campaigns.reach(Phase.Delivering)
    crowdfunding.claimMilestone(campaign_id, d.HASH, sender=people.organizer)
    tx = send(people.backer, crowdfunding.object, campaign_id, 0, 1)
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
        executed(forwarder, people.backer),
    )
    assert crowdfunding.pledgeOf(campaign_id, people.relayer).objections == 0


def test_forwarded_organizer__by_a_stranger__reverts(campaigns, crowdfunding, forwarder, send, people):
    campaign_id = campaigns.reach(Phase.Live)
    with reverts(forwarder.FailedCall):
        send(people.stranger, crowdfunding.cancelCampaign, campaign_id)
    with reverts(crowdfunding.Crowdfunding_NotOrganizer, campaignId=campaign_id, account=people.stranger):
        as_forwarder(forwarder, people.stranger, crowdfunding.cancelCampaign, campaign_id)


def test_forwarded_payout_account__of_the_signer__changes(campaigns, crowdfunding, send, people):
    campaign_id = campaigns.reach(Phase.Live)
    send(people.payout, crowdfunding.changePayoutAccount, campaign_id, people.stranger)
    assert crowdfunding.campaign(campaign_id).payoutAccount == people.stranger


def test_forwarded_refund__by_anyone__goes_to_the_backer(campaigns, crowdfunding, euro, send, people):
    before = euro.balanceOf(people.backer)
    campaign_id = campaigns.reach(Phase.Failed)
    send(people.stranger, crowdfunding.refund, campaign_id, people.backer)
    assert euro.balanceOf(people.backer) == before


def test_forwarded_release_and_collect__by_anyone__pay_the_payout_account(campaigns, crowdfunding, euro, send, people):
    campaign_id = campaigns.reach(Phase.Delivering)
    campaigns.claim(campaign_id)
    before = euro.balanceOf(people.payout)
    send(people.stranger, crowdfunding.releaseMilestone, campaign_id)
    send(people.stranger, crowdfunding.collect, campaign_id)
    assert euro.balanceOf(people.payout) == before + d.GOAL * 3_000 // 10_000


def test_forwarded_review__by_the_reviewer__reverts(campaigns, crowdfunding, forwarder, people):
    campaign_id = campaigns.reach(Phase.Submitted)
    with reverts(crowdfunding.Lab_ForwardedAdministration, signer=people.reviewer):
        as_forwarder(forwarder, people.reviewer, crowdfunding.approveCampaign, campaign_id)
    assert crowdfunding.phase(campaign_id) == Phase.Submitted
