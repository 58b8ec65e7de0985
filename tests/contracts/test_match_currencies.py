"""Pools in a currency that misbehaves, or that was delisted

delisted
    openPool, fundPool, enrol                              -> refused
    releaseMatch, settleReservation, reclaim, withdrawal   -> go on
funding
    when less, more or nothing arrives                     -> refused with what arrived
    when the token returns false                           -> refused
an exit: releaseMatch, reclaim
    when it costs the contract more than the amount        -> refused, and may be tried again
    when the token returns false                           -> refused, and may be tried again
    when the recipient is blocked                          -> refused, nobody else waits
    when the recipient gets less                           -> paid: that is between token and recipient
a token that calls back
    into any act of MatchFunding that moves money          -> refused
    into Crowdfunding                                      -> done, on books that already hold the act
    into a view                                            -> sees the books after the act
a currency that shrinks                                    -> hurts nobody who uses another
donations                                                  -> not counted
"""

import pytest

from tests.contracts import defaults as d
from tests.contracts.campaign_phases import Phase
from tests.contracts.conftest import now, travel_to
from tests.contracts.expect import reverts

AMOUNT = 100 * d.EURO


@pytest.fixture(scope="session")
def funders(hostile, match_funding, people, entities):
    """The town and the region, which hold the hostile currency and allow the contract all."""
    for funder in (people.town, people.region):
        hostile.faucet(funder, 10_000 * d.EURO, sender=people.deployer)
        hostile.approve(match_funding, 2**256 - 1, sender=funder)
    return people.town, people.region


@pytest.fixture
def open_pool(pools, funders, hostile):
    """Opens and funds a pool in the hostile currency, which still behaves; returns its id."""

    def open_pool(**changes):
        return pools.open(currency=hostile.address, **changes)

    return open_pool


# --------------------------------------------------------------------------------------------------------- delisted


def test_delisted__entry_acts__revert(pools, create_campaign, crowdfunding, match_funding, euro, people, as_treasurer):
    pool_id = pools.open()
    campaign_id = create_campaign(approved=pools.request(pool_id))
    as_treasurer(crowdfunding.delistCurrency, euro)
    acts = (
        lambda: match_funding.openPool(pools.ratio_terms(), sender=people.town),
        lambda: match_funding.fundPool(pool_id, AMOUNT, sender=people.town),
        lambda: match_funding.enrol(pool_id, campaign_id, sender=people.town),
    )
    for act in acts:
        with reverts(match_funding.MatchFunding_CurrencyNotListed, currency=euro):
            act()


def test_delisted__exits__go_on(
    pools, create_campaign, campaigns, crowdfunding, match_funding, euro, people, as_treasurer
):
    pool_id = pools.open(endsAt=now() + d.OPENING_DELAY + 10 * 86_400)
    campaign_id = create_campaign(extension=0, approved=pools.enrol(pool_id))
    for backer, amount in ((people.backer, d.GOAL), (people.second_backer, AMOUNT)):
        crowdfunding.pledge(campaign_id, amount, amount // 2, sender=backer)
    as_treasurer(crowdfunding.delistCurrency, euro)
    crowdfunding.withdrawPledge(campaign_id, sender=people.second_backer)
    assert pools.reserved(pool_id, campaign_id) == d.GOAL // 2
    travel_to(crowdfunding.campaign(campaign_id).deadline)
    for _ in d.MILESTONES:
        campaigns.claim_and_release(campaign_id)
    assert match_funding.releaseMatch(pool_id, campaign_id, sender=people.stranger).return_value == d.GOAL // 2
    match_funding.settleReservation(pool_id, campaign_id, sender=people.stranger)
    tx = match_funding.reclaim(pool_id, people.town, sender=people.stranger)
    assert tx.return_value == d.POOL_FUNDS - d.GOAL // 2
    assert euro.balanceOf(match_funding) == 0


# ---------------------------------------------------------------------------------------------------------- funding


@pytest.mark.parametrize("fee", [1, AMOUNT - 1, AMOUNT])
def test_fund_pool__fee_on_transfer__reverts(open_pool, match_funding, hostile, people, fee):
    pool_id = open_pool(funds=0)
    hostile.setFee(fee, sender=people.attacker)
    received = {"currency": hostile, "expected": AMOUNT, "received": AMOUNT - fee}
    with reverts(match_funding.Crowdfunding_ReceivedDiffers, **received):
        match_funding.fundPool(pool_id, AMOUNT, sender=people.town)
    assert match_funding.pool(pool_id).funded == 0


def test_fund_pool__token_takes_instead_of_giving__reverts(open_pool, match_funding, hostile, people):
    pool_id = open_pool()
    hostile.setTheft(7, sender=people.attacker)
    with reverts(match_funding.Crowdfunding_ReceivedDiffers, currency=hostile, expected=AMOUNT, received=0):
        match_funding.fundPool(pool_id, AMOUNT, sender=people.town)


def test_fund_pool__more_arrives__reverts(open_pool, match_funding, hostile, people):
    pool_id = open_pool(funds=0)
    hostile.setHook(hostile, hostile.faucet.encode_input(match_funding, 5), sender=people.attacker)
    received = {"currency": hostile, "expected": AMOUNT, "received": AMOUNT + 5}
    with reverts(match_funding.Crowdfunding_ReceivedDiffers, **received):
        match_funding.fundPool(pool_id, AMOUNT, sender=people.town)


def test_fund_pool__token_returns_false__reverts(open_pool, match_funding, hostile, people):
    pool_id = open_pool(funds=0)
    hostile.setReturnsFalse(True, sender=people.attacker)
    with reverts(match_funding.SafeERC20FailedOperation, token=hostile):
        match_funding.fundPool(pool_id, AMOUNT, sender=people.town)
    assert not match_funding.isFunder(pool_id, match_funding.pool(pool_id).manager)


# ------------------------------------------------------------------------------------------------------------ exits


@pytest.fixture(params=["releaseMatch", "reclaim"])
def way_out(request, open_pool, pools, campaigns, match_funding, hostile, people):
    """(call, amount, recipient) of each act that pays out; another pool's money lies in the same currency."""
    open_pool()
    pool_id = open_pool(endsAt=now() + d.OPENING_DELAY + d.LIVE)
    if request.param == "releaseMatch":
        campaign_id = campaigns.reach(Phase.Delivering, currency=hostile.address, approved=pools.enrol(pool_id))
        campaigns.claim_and_release(campaign_id)
        return (
            lambda: match_funding.releaseMatch(pool_id, campaign_id, sender=people.stranger),
            d.GOAL // 2 * 3_000 // 10_000,
            people.payout,
        )
    travel_to(match_funding.pool(pool_id).terms.endsAt)
    return (
        lambda: match_funding.reclaim(pool_id, people.town, sender=people.stranger),
        d.POOL_FUNDS,
        people.town,
    )


def assert_pays(way_out, hostile, fee=0):
    leave, amount, recipient = way_out
    before = hostile.balanceOf(recipient)
    assert leave().return_value == amount
    assert hostile.balanceOf(recipient) == before + amount - fee


def test_exit__costs_more__reverts_and_works_later(way_out, match_funding, hostile, people):
    leave, amount, _ = way_out
    hostile.setSurcharge(1, sender=people.attacker)
    with reverts(match_funding.Crowdfunding_PaidTooMuch, currency=hostile, amount=amount, lost=amount + 1):
        leave()
    hostile.setSurcharge(0, sender=people.attacker)
    assert_pays(way_out, hostile)


def test_exit__token_returns_false__reverts_and_works_later(way_out, match_funding, hostile, people):
    leave, _, _ = way_out
    hostile.setReturnsFalse(True, sender=people.attacker)
    with reverts(match_funding.SafeERC20FailedOperation, token=hostile):
        leave()
    hostile.setReturnsFalse(False, sender=people.attacker)
    assert_pays(way_out, hostile)


def test_exit__recipient_blocked__reverts_and_works_later(way_out, hostile, people):
    leave, _, recipient = way_out
    hostile.setBlocked(recipient, True, sender=people.attacker)
    with reverts(hostile.HostileToken_Blocked, account=recipient):
        leave()
    hostile.setBlocked(recipient, False, sender=people.attacker)
    assert_pays(way_out, hostile)


def test_exit__less_arrives__pays_all_the_same(way_out, hostile, people):
    hostile.setFee(2, sender=people.attacker)
    assert_pays(way_out, hostile, fee=2)


def test_exit__token_looks_in__sees_the_books_after_the_act(way_out, match_funding, hostile, people):
    leave, _, recipient = way_out
    view = match_funding.reclaimable if recipient == people.town else match_funding.reservation
    argument = people.town if recipient == people.town else 1
    hostile.setHook(match_funding, view.encode_input(2, argument), sender=people.attacker)
    leave()
    seen = bytes(hostile.hookResult())
    paid_or_left = int.from_bytes(seen[4 * 32 : 5 * 32] if len(seen) > 32 else seen, "big")
    assert paid_or_left == (0 if recipient == people.town else d.GOAL // 2 * 3_000 // 10_000)


def test_release_match__payout_account_blocked__holds_up_nobody_else(
    open_pool, pools, campaigns, crowdfunding, match_funding, hostile, people
):
    """Neither the backers nor the funders, nor the settlement; and it may name another account."""
    pool_id = open_pool(endsAt=now() + d.OPENING_DELAY + d.LIVE)
    campaign_id = campaigns.reach(Phase.Terminated, currency=hostile.address, approved=pools.enrol(pool_id))
    hostile.setBlocked(people.payout, True, sender=people.attacker)
    with reverts(hostile.HostileToken_Blocked, account=people.payout):
        match_funding.releaseMatch(pool_id, campaign_id, sender=people.stranger)
    due = d.GOAL // 2 * 3_000 // 10_000
    crowdfunding.refund(campaign_id, people.backer, sender=people.stranger)
    assert (
        match_funding.settleReservation(pool_id, campaign_id, sender=people.stranger).return_value == d.GOAL // 2 - due
    )
    assert match_funding.reclaim(pool_id, people.town, sender=people.stranger).return_value == d.POOL_FUNDS - due
    crowdfunding.changePayoutAccount(campaign_id, people.stranger, sender=people.payout)
    assert match_funding.releaseMatch(pool_id, campaign_id, sender=people.stranger).return_value == due
    assert hostile.balanceOf(match_funding) == 0


@pytest.mark.parametrize("blocked, other", [("town", "region"), ("region", "town")])
def test_reclaim__one_funder_blocked__the_others_get_their_part(
    open_pool, match_funding, hostile, people, blocked, other
):
    """All but the rest of flooring, which is the first funder's once everybody is done."""
    pool_id = open_pool(funds=100, endsAt=now() + 1_000)
    match_funding.fundPool(pool_id, 50, sender=people.region)
    travel_to(now() + 1_000)
    parts = {"town": 100, "region": 50}
    hostile.setBlocked(getattr(people, blocked), True, sender=people.attacker)
    with reverts(hostile.HostileToken_Blocked, account=getattr(people, blocked)):
        match_funding.reclaim(pool_id, getattr(people, blocked), sender=people.stranger)
    tx = match_funding.reclaim(pool_id, getattr(people, other), sender=people.stranger)
    assert tx.return_value == parts[other]
    hostile.setBlocked(getattr(people, blocked), False, sender=people.attacker)
    tx = match_funding.reclaim(pool_id, getattr(people, blocked), sender=people.stranger)
    assert tx.return_value == parts[blocked]


# ------------------------------------------------------------------------------------------------------- re-entrance


@pytest.fixture(params=["fundPool", "releaseMatch", "reclaim"])
def reentry(request, match_funding, people):
    """Calldata of each act that moves money, for the first pool."""
    arguments = {"fundPool": (1, 1), "releaseMatch": (1, 1), "reclaim": (1, people.town.address)}[request.param]
    return getattr(match_funding, request.param).encode_input(*arguments)


def test_exit__token_calls_back__reverts(way_out, reentry, match_funding, hostile, people):
    leave, _, _ = way_out
    hostile.setHook(match_funding, reentry, sender=people.attacker)
    with reverts(match_funding.ReentrancyGuardReentrantCall):
        leave()


def test_fund_pool__token_calls_back__reverts(open_pool, reentry, match_funding, hostile, people):
    pool_id = open_pool()
    hostile.setHook(match_funding, reentry, sender=people.attacker)
    with reverts(match_funding.ReentrancyGuardReentrantCall):
        match_funding.fundPool(pool_id, AMOUNT, sender=people.town)


def test_pledge__token_calls_into_the_pools__finds_the_pledge_reserved(
    open_pool, pools, create_campaign, crowdfunding, match_funding, hostile, people
):
    """The same unit of a cap can't be quoted twice in one call."""
    pool_id = open_pool(campaignCap=AMOUNT // 2)
    campaign_id = create_campaign(currency=hostile.address, approved=pools.enrol(pool_id))
    look = match_funding.quote.encode_input(campaign_id, people.second_backer, AMOUNT)
    hostile.setHook(match_funding, look, sender=people.attacker)
    crowdfunding.pledge(campaign_id, AMOUNT, AMOUNT // 2, sender=people.backer)
    assert int.from_bytes(hostile.hookResult(), "big") == 0


@pytest.mark.parametrize("act", ["withdrawPledge", "refund"])
def test_way_back__token_settles_in_the_middle__frees_once(
    open_pool, pools, create_campaign, crowdfunding, match_funding, hostile, people, act
):
    """Settling is open to anyone at any time, also to a token in the middle of a refund."""
    pool_id = open_pool()
    campaign_id = create_campaign(currency=hostile.address, approved=pools.enrol(pool_id))
    crowdfunding.pledge(campaign_id, AMOUNT, AMOUNT // 2, sender=people.backer)
    settle = match_funding.settleReservation.encode_input(pool_id, campaign_id)
    hostile.setHook(match_funding, settle, sender=people.attacker)
    if act == "withdrawPledge":
        with reverts(match_funding.MatchFunding_WrongPhase, campaignId=campaign_id, phase=Phase.Live):
            crowdfunding.withdrawPledge(campaign_id, sender=people.backer)
        return
    crowdfunding.cancelCampaign(campaign_id, sender=people.organizer)
    crowdfunding.refund(campaign_id, people.backer, sender=people.stranger)
    assert int.from_bytes(hostile.hookResult(), "big") == AMOUNT // 2
    assert match_funding.pool(pool_id).reserved == 0
    with reverts(match_funding.MatchFunding_AlreadySettled, poolId=pool_id, campaignId=campaign_id):
        match_funding.settleReservation(pool_id, campaign_id, sender=people.stranger)


# --------------------------------------------------------------------------------------------------- other currencies


def test_reclaim__currency_shrank__hurts_this_currency_only(open_pool, pools, match_funding, hostile, people):
    sound, shrunk = pools.open(endsAt=now() + 1_000), open_pool(endsAt=now() + 1_000)
    hostile.shrink(match_funding, 1, sender=people.attacker)
    travel_to(now() + 1_000)
    held = d.POOL_FUNDS - 1
    with reverts(hostile.ERC20InsufficientBalance, sender=match_funding, balance=held, needed=d.POOL_FUNDS):
        match_funding.reclaim(shrunk, people.town, sender=people.stranger)
    assert match_funding.reclaim(sound, people.town, sender=people.stranger).return_value == d.POOL_FUNDS
    hostile.faucet(match_funding, 1, sender=people.attacker)
    assert match_funding.reclaim(shrunk, people.town, sender=people.stranger).return_value == d.POOL_FUNDS


def test_donation__to_the_contract__is_not_counted(pools, match_funding, euro, people):
    pool_id = pools.open(endsAt=now() + 1_000)
    euro.transfer(match_funding, 5, sender=people.attacker)
    travel_to(now() + 1_000)
    assert match_funding.pool(pool_id).funded == d.POOL_FUNDS
    assert match_funding.reclaim(pool_id, people.town, sender=people.stranger).return_value == d.POOL_FUNDS
    assert euro.balanceOf(match_funding) == 5
