"""Currencies: the list, and what happens when one misbehaves

listCurrency
    given it is listed, the credit, of more than 18 decimals, no token -> refused
    given any other token, also one delisted before                    -> listed
delistCurrency
    given it is not listed                                             -> refused
    given it is, with campaigns in it      -> no new campaign or pledge, every exit goes on
(who may: test_authority.py)
a pledge
    when less, more or nothing arrives, or something is taken          -> refused with what arrived
    when the token returns false                                       -> refused
an exit: withdrawal, refund, collection
    when it costs the contract more than the amount                    -> refused, and may be tried again
    when the token returns false                                       -> refused, and may be tried again
    when the recipient is blocked                                      -> refused, nobody else waits
    when the recipient gets less           -> paid: that is between token and recipient
a token that calls back
    into any act that moves money                                      -> refused
    into a view                                                        -> sees the books after the act
donations                                  -> not counted; they stay when the books end at zero
"""

import ape
import pytest

from tests.contracts import defaults as d
from tests.contracts.campaign_phases import SMALL_PLEDGE, Phase
from tests.contracts.conftest import now, travel_to
from tests.contracts.expect import emits, reverts
from tests.contracts.schedule import operation_id

AMOUNT = 100 * d.EURO
OTHER = 1  # id of a campaign whose backer must never wait for the one that is tested

# ------------------------------------------------------------------------------------------------------- the list


def executed(authority, method, *arguments, sender):
    """The authority's event for the first act of its kind that waited for its delay."""
    return authority.OperationExecuted(operationId=operation_id(authority, method, *arguments, sender=sender), nonce=1)


def test_list_currency__twice__reverts(crowdfunding, euro, as_treasurer):
    with reverts(crowdfunding.Crowdfunding_CurrencyAlreadyListed, currency=euro):
        as_treasurer(crowdfunding.listCurrency, euro)


def test_list_currency__the_credit__reverts(crowdfunding, credit, as_treasurer):
    with reverts(crowdfunding.Crowdfunding_CurrencyRefused, currency=credit, decimals=18):
        as_treasurer(crowdfunding.listCurrency, credit)


@pytest.mark.parametrize("decimals", [19, 255])
def test_list_currency__too_many_decimals__reverts(crowdfunding, people, as_treasurer, decimals):
    token = people.deployer.deploy(ape.project.HostileToken, decimals)
    with reverts(crowdfunding.Crowdfunding_CurrencyRefused, currency=token, decimals=decimals):
        as_treasurer(crowdfunding.listCurrency, token)


@pytest.mark.parametrize("what", ["nobody", "an account", "a contract that is no token"])
def test_list_currency__no_token__reverts(crowdfunding, registry, people, as_treasurer, what):
    address = {"nobody": "0x" + 40 * "0", "an account": people.stranger.address}.get(what, registry.address)
    with reverts(crowdfunding.Crowdfunding_CurrencyRefused, currency=address, decimals=255):
        as_treasurer(crowdfunding.listCurrency, address)


@pytest.mark.parametrize("decimals", [0, 18])
def test_list_currency__decimals_at_their_bounds__lists(lab, crowdfunding, people, as_treasurer, decimals):
    token = people.deployer.deploy(ape.project.HostileToken, decimals)
    assert not crowdfunding.isCurrency(token)
    tx = as_treasurer(crowdfunding.listCurrency, token)
    emits(
        tx,
        executed(lab.authority, crowdfunding.listCurrency, token, sender=people.treasurer),
        crowdfunding.CurrencyListed(currency=token, decimals=decimals),
    )
    assert crowdfunding.isCurrency(token)


def test_delist_currency__not_listed__reverts(crowdfunding, credit, as_treasurer):
    with reverts(crowdfunding.Crowdfunding_CurrencyNotListed, currency=credit):
        as_treasurer(crowdfunding.delistCurrency, credit)


def test_delist_currency__listed__can_be_listed_again(lab, crowdfunding, euro, people, as_treasurer):
    tx = as_treasurer(crowdfunding.delistCurrency, euro)
    emits(
        tx,
        executed(lab.authority, crowdfunding.delistCurrency, euro, sender=people.treasurer),
        crowdfunding.CurrencyDelisted(currency=euro),
    )
    assert not crowdfunding.isCurrency(euro)
    as_treasurer(crowdfunding.listCurrency, euro)
    assert crowdfunding.isCurrency(euro)


@pytest.mark.parametrize("phase", [Phase.Live, Phase.Extension])
def test_delist_currency__campaign_accepts_pledges__stops_pledges_only(
    campaigns, crowdfunding, euro, people, as_treasurer, phase
):
    campaign_id = campaigns.reach(phase)
    as_treasurer(crowdfunding.delistCurrency, euro)
    nonsense = (now() + 1000, 27, bytes(32), bytes(32))
    with reverts(crowdfunding.Crowdfunding_CurrencyNotListed, currency=euro):
        crowdfunding.pledge(campaign_id, AMOUNT, 0, sender=people.second_backer)
    with reverts(crowdfunding.Crowdfunding_CurrencyNotListed, currency=euro):
        crowdfunding.pledgeWithPermit(campaign_id, AMOUNT, 0, *nonsense, sender=people.second_backer)
    assert crowdfunding.phase(campaign_id) == phase


def test_delist_currency__live_campaign__withdrawal_and_refund_go_on(
    campaigns, crowdfunding, euro, people, as_treasurer
):
    campaign_id = campaigns.reach(Phase.Live)
    crowdfunding.pledge(campaign_id, AMOUNT, 0, sender=people.second_backer)
    as_treasurer(crowdfunding.delistCurrency, euro)
    crowdfunding.withdrawPledge(campaign_id, sender=people.second_backer)
    crowdfunding.cancelCampaign(campaign_id, sender=people.organizer)
    crowdfunding.refund(campaign_id, people.backer, sender=people.stranger)
    assert euro.balanceOf(crowdfunding) == 0


def test_delist_currency__delivering_campaign__delivers_and_collects(
    campaigns, crowdfunding, euro, people, as_treasurer
):
    campaign_id = campaigns.reach(Phase.Delivering)
    as_treasurer(crowdfunding.delistCurrency, euro)
    for _ in d.MILESTONES:
        campaigns.claim_and_release(campaign_id)
    assert crowdfunding.collect(campaign_id, sender=people.stranger).return_value == d.GOAL


def test_delist_currency__submitted_campaign__is_reviewed(campaigns, crowdfunding, euro, people, as_treasurer):
    campaign_id = campaigns.reach(Phase.Submitted, opensAt=now() + 20 * 86_400)
    as_treasurer(crowdfunding.delistCurrency, euro)
    crowdfunding.approveCampaign(campaign_id, sender=people.reviewer)
    assert crowdfunding.phase(campaign_id) == Phase.Approved


# -------------------------------------------------------------------------------------- pledges in a hostile currency


@pytest.fixture
def hostile_campaign(create_campaign, hostile):
    """A live campaign in the hostile currency, which still behaves."""
    return create_campaign(currency=hostile.address)


@pytest.mark.parametrize("fee", [1, AMOUNT - 1, AMOUNT])
def test_pledge__fee_on_transfer__reverts(hostile_campaign, crowdfunding, hostile, people, fee):
    hostile.setFee(fee, sender=people.attacker)
    with reverts(crowdfunding.Crowdfunding_ReceivedDiffers, currency=hostile, expected=AMOUNT, received=AMOUNT - fee):
        crowdfunding.pledge(hostile_campaign, AMOUNT, 0, sender=people.backer)


def test_pledge__token_takes_instead_of_giving__reverts(hostile_campaign, crowdfunding, hostile, people):
    crowdfunding.pledge(hostile_campaign, AMOUNT, 0, sender=people.second_backer)
    hostile.setTheft(7, sender=people.attacker)
    with reverts(crowdfunding.Crowdfunding_ReceivedDiffers, currency=hostile, expected=AMOUNT, received=0):
        crowdfunding.pledge(hostile_campaign, AMOUNT, 0, sender=people.backer)


def test_pledge__more_arrives__reverts(hostile_campaign, crowdfunding, hostile, people):
    hostile.setHook(hostile, hostile.faucet.encode_input(crowdfunding, 5), sender=people.attacker)
    with reverts(crowdfunding.Crowdfunding_ReceivedDiffers, currency=hostile, expected=AMOUNT, received=AMOUNT + 5):
        crowdfunding.pledge(hostile_campaign, AMOUNT, 0, sender=people.backer)


def test_pledge__token_returns_false__reverts(hostile_campaign, crowdfunding, hostile, people):
    hostile.setReturnsFalse(True, sender=people.attacker)
    with reverts(crowdfunding.SafeERC20FailedOperation, token=hostile):
        crowdfunding.pledge(hostile_campaign, AMOUNT, 0, sender=people.backer)
    assert crowdfunding.campaign(hostile_campaign).raised == 0


def test_pledge__backer_pays_more_than_arrives__is_between_token_and_backer(
    hostile_campaign, crowdfunding, hostile, people
):
    hostile.setSurcharge(3, sender=people.attacker)
    before = hostile.balanceOf(people.backer)
    crowdfunding.pledge(hostile_campaign, AMOUNT, 0, sender=people.backer)
    assert hostile.balanceOf(people.backer) == before - AMOUNT - 3
    assert crowdfunding.campaign(hostile_campaign).raised == hostile.balanceOf(crowdfunding) == AMOUNT


# ---------------------------------------------------------------------------------------- exits in a hostile currency


@pytest.fixture(params=["withdrawPledge", "refund", "collect", "releaseAndCollect"])
def way_out(request, campaigns, create_campaign, crowdfunding, hostile, people):
    """(call, amount, recipient) of each act that pays out; another backer's money lies in the same currency."""
    opens_at = now() + d.OPENING_DELAY
    assert create_campaign(phase="Approved", opensAt=opens_at, currency=hostile.address) == OTHER
    campaign_id = create_campaign(phase="Approved", opensAt=opens_at, currency=hostile.address)
    travel_to(opens_at)
    crowdfunding.pledge(OTHER, AMOUNT, 0, sender=people.second_backer)
    delivers = request.param in ("collect", "releaseAndCollect")
    crowdfunding.pledge(campaign_id, d.GOAL if delivers else AMOUNT, 0, sender=people.backer)
    if request.param == "withdrawPledge":
        return lambda: crowdfunding.withdrawPledge(campaign_id, sender=people.backer), AMOUNT, people.backer
    if request.param == "refund":
        crowdfunding.cancelCampaign(campaign_id, sender=people.organizer)
        return lambda: crowdfunding.refund(campaign_id, people.backer, sender=people.stranger), AMOUNT, people.backer
    travel_to(crowdfunding.campaign(campaign_id).pledgingEndsAt)
    campaigns.claim(campaign_id)
    if request.param == "collect":
        crowdfunding.releaseMilestone(campaign_id, sender=people.stranger)
    amount = d.GOAL * 3_000 // 10_000
    return lambda: getattr(crowdfunding, request.param)(campaign_id, sender=people.stranger), amount, people.payout


def test_exit__costs_more__reverts_and_works_later(way_out, crowdfunding, hostile, people):
    leave, amount, recipient = way_out
    hostile.setSurcharge(1, sender=people.attacker)
    with reverts(crowdfunding.Crowdfunding_PaidTooMuch, currency=hostile, amount=amount, lost=amount + 1):
        leave()
    hostile.setSurcharge(0, sender=people.attacker)
    before = hostile.balanceOf(recipient)
    leave()
    assert hostile.balanceOf(recipient) == before + amount


def test_exit__token_returns_false__reverts_and_works_later(way_out, crowdfunding, hostile, people):
    leave, amount, recipient = way_out
    hostile.setReturnsFalse(True, sender=people.attacker)
    with reverts(crowdfunding.SafeERC20FailedOperation, token=hostile):
        leave()
    hostile.setReturnsFalse(False, sender=people.attacker)
    before = hostile.balanceOf(recipient)
    leave()
    assert hostile.balanceOf(recipient) == before + amount


def test_exit__less_arrives__pays_all_the_same(way_out, crowdfunding, hostile, people):
    leave, amount, recipient = way_out
    hostile.setFee(2, sender=people.attacker)
    before, escrow = hostile.balanceOf(recipient), hostile.balanceOf(crowdfunding)
    leave()
    assert hostile.balanceOf(recipient) == before + amount - 2
    assert hostile.balanceOf(crowdfunding) == escrow - amount


def test_exit__recipient_blocked__waits_alone(way_out, crowdfunding, hostile, people):
    leave, amount, recipient = way_out
    hostile.setBlocked(recipient, True, sender=people.attacker)
    with reverts(hostile.HostileToken_Blocked, account=recipient):
        leave()
    if crowdfunding.phase(OTHER) == Phase.Live:
        crowdfunding.withdrawPledge(OTHER, sender=people.second_backer)
    else:
        crowdfunding.refund(OTHER, people.second_backer, sender=people.second_backer)
    hostile.setBlocked(recipient, False, sender=people.attacker)
    before = hostile.balanceOf(recipient)
    leave()
    assert hostile.balanceOf(recipient) == before + amount


def test_refund__one_backer_blocked__the_others_are_refunded(hostile_campaign, crowdfunding, hostile, people):
    for backer in (people.backer, people.second_backer):
        crowdfunding.pledge(hostile_campaign, AMOUNT, 0, sender=backer)
    travel_to(crowdfunding.campaign(hostile_campaign).deadline)
    hostile.setBlocked(people.backer, True, sender=people.attacker)
    with reverts(hostile.HostileToken_Blocked, account=people.backer):
        crowdfunding.refund(hostile_campaign, people.backer, sender=people.stranger)
    assert crowdfunding.refundable(hostile_campaign, people.backer) == AMOUNT, "nothing is lost"
    tx = crowdfunding.refund(hostile_campaign, people.second_backer, sender=people.stranger)
    assert tx.return_value == AMOUNT


def test_refund__currency_shrank__hurts_this_currency_only(create_campaign, crowdfunding, euro, hostile, people):
    opens_at = now() + d.OPENING_DELAY
    sound, shrunk = (
        create_campaign(phase="Approved", opensAt=opens_at, currency=currency.address) for currency in (euro, hostile)
    )
    travel_to(opens_at)
    for campaign_id in (sound, shrunk):
        crowdfunding.pledge(campaign_id, AMOUNT, 0, sender=people.backer)
        crowdfunding.cancelCampaign(campaign_id, sender=people.organizer)
    hostile.shrink(crowdfunding, 1, sender=people.attacker)
    with reverts(hostile.ERC20InsufficientBalance, sender=crowdfunding, balance=AMOUNT - 1, needed=AMOUNT):
        crowdfunding.refund(shrunk, people.backer, sender=people.backer)
    assert crowdfunding.refund(sound, people.backer, sender=people.backer).return_value == AMOUNT
    hostile.faucet(crowdfunding, 1, sender=people.attacker)
    assert crowdfunding.refund(shrunk, people.backer, sender=people.backer).return_value == AMOUNT


# --------------------------------------------------------------------------------------------- tokens that call back

NONSENSE_PERMIT = (0, 27, bytes(32), bytes(32))


@pytest.fixture(params=["pledge", "pledgeWithPermit", "withdrawPledge", "refund", "collect", "releaseAndCollect"])
def reentry(request, crowdfunding, people):
    """Calldata of each act that moves money, for the first campaign."""
    arguments = {
        "pledge": (1, AMOUNT, 0),
        "pledgeWithPermit": (1, AMOUNT, 0, *NONSENSE_PERMIT),
        "withdrawPledge": (1,),
        "refund": (1, people.second_backer.address),
        "collect": (1,),
        "releaseAndCollect": (1,),
    }[request.param]
    return getattr(crowdfunding, request.param).encode_input(*arguments)


def test_exit__token_calls_back__reverts(way_out, reentry, crowdfunding, hostile, people):
    leave, _, _ = way_out
    hostile.setHook(crowdfunding, reentry, sender=people.attacker)
    with reverts(crowdfunding.ReentrancyGuardReentrantCall):
        leave()


@pytest.mark.parametrize("act", ["pledge", "pledgeWithPermit"])
def test_pledge__token_calls_back__reverts(hostile_campaign, reentry, crowdfunding, hostile, people, act):
    permit = NONSENSE_PERMIT if act == "pledgeWithPermit" else ()
    hostile.setHook(crowdfunding, reentry, sender=people.attacker)
    with reverts(crowdfunding.ReentrancyGuardReentrantCall):
        getattr(crowdfunding, act)(hostile_campaign, AMOUNT, 0, *permit, sender=people.backer)


def test_refund__token_looks_in__sees_the_books_after_the_act(hostile_campaign, crowdfunding, hostile, people):
    crowdfunding.pledge(hostile_campaign, AMOUNT, 0, sender=people.backer)
    crowdfunding.cancelCampaign(hostile_campaign, sender=people.organizer)
    look = crowdfunding.refundable.encode_input(hostile_campaign, people.backer)
    hostile.setHook(crowdfunding, look, sender=people.attacker)
    crowdfunding.refund(hostile_campaign, people.backer, sender=people.stranger)
    assert int.from_bytes(hostile.hookResult(), "big") == 0


# ------------------------------------------------------------------------------------------------------- donations


def test_donation__failed_campaign__stays_when_all_is_refunded(campaigns, crowdfunding, euro, people):
    campaign_id = campaigns.reach(Phase.Failed)
    euro.transfer(crowdfunding, 5, sender=people.attacker)
    campaign = crowdfunding.campaign(campaign_id)
    assert (campaign.raised, campaign.refunded) == (SMALL_PLEDGE, 0), "not counted"
    assert crowdfunding.refund(campaign_id, people.backer, sender=people.backer).return_value == SMALL_PLEDGE
    campaign = crowdfunding.campaign(campaign_id)
    assert campaign.raised - campaign.released - campaign.refunded == 0, "books"
    assert euro.balanceOf(crowdfunding) == 5, "balance"


def test_donation__completed_campaign__stays_when_all_is_collected(campaigns, crowdfunding, euro, people):
    campaign_id = campaigns.reach(Phase.Completed)
    euro.transfer(crowdfunding, 5, sender=people.attacker)
    assert crowdfunding.collect(campaign_id, sender=people.stranger).return_value == d.GOAL
    assert euro.balanceOf(crowdfunding) == 5


def test_donation__before_a_pledge__is_not_taken_for_it(create_campaign, crowdfunding, euro, people):
    campaign_id = create_campaign()
    euro.transfer(crowdfunding, AMOUNT, sender=people.attacker)
    tx = crowdfunding.pledge(campaign_id, AMOUNT, 0, sender=people.backer)
    emits(
        tx,
        crowdfunding.PledgeMade(
            campaignId=campaign_id,
            backer=people.backer,
            memberId=0,
            amount=AMOUNT,
            pledged=AMOUNT,
            raised=AMOUNT,
        ),
        euro.Transfer(**{"from": people.backer, "to": crowdfunding, "value": AMOUNT}),
    )
    assert euro.balanceOf(crowdfunding) == 2 * AMOUNT
