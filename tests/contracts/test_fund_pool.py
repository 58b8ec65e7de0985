"""fundPool

given entry is paused                                     -> refused (test_pause.py)
given no such pool                                        -> refused
given the caller acts for no verified public body         -> refused
given the currency was delisted                           -> refused (test_match_currencies.py)
given a moment outside [opensAt, endsAt)                  -> refused; each edge is tried
given an open pool
    when the amount is zero                               -> refused
    when the pool would hold 2^96 or more                 -> refused, with what is left
    when the funder organizes a campaign the pool matches -> refused, also once that is over
    when allowance or balance are missing                 -> refused by the currency
    when all is well                                      -> funded; by account, and in total
        by an account the entity moved to                 -> counted for that account
"""

import pytest

from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.conftest import act_at, now
from tests.contracts.expect import emits, reverts

AMOUNT = 100 * d.EURO


@pytest.fixture
def pool_id(pools):
    """An open pool without funds."""
    return pools.open(funds=0)


def test_fund_pool__unknown__reverts(pools, match_funding, people):
    with reverts(match_funding.MatchFunding_UnknownPool, poolId=1):
        match_funding.fundPool(1, AMOUNT, sender=people.town)


@pytest.mark.parametrize("role", ["stranger", "organizer", "member", "provider"])
def test_fund_pool__no_public_body__reverts(pool_id, match_funding, people, role):
    account = getattr(people, role)
    with reverts(match_funding.MatchFunding_NotPublicBody, account=account):
        match_funding.fundPool(pool_id, AMOUNT, sender=account)


def test_fund_pool__suspended__reverts_until_the_suspension_ends(pool_id, match_funding, registry, people, entities):
    until = now() + 2 * DAY
    registry.suspend(entities["region"], until, d.REASON, sender=people.registrar)
    act_at(until - 1)
    with reverts(match_funding.MatchFunding_NotPublicBody, account=people.region):
        match_funding.fundPool(pool_id, AMOUNT, sender=people.region)
    act_at(until)
    match_funding.fundPool(pool_id, AMOUNT, sender=people.region)


def test_fund_pool__revoked__reverts(pool_id, match_funding, people, entities, revoke_entity):
    revoke_entity(entities["town"])
    with reverts(match_funding.MatchFunding_NotPublicBody, account=people.town):
        match_funding.fundPool(pool_id, AMOUNT, sender=people.town)


@pytest.mark.parametrize(
    "edge, offset", [("opensAt", -1), ("opensAt", 0), ("endsAt", -1), ("endsAt", 0), ("endsAt", 1)]
)
def test_fund_pool__around_the_window__funds_within_it(pools, match_funding, people, edge, offset):
    opens_at, ends_at = now() + DAY, now() + 2 * DAY
    pool_id = pools.open(funds=0, opensAt=opens_at, endsAt=ends_at)
    moment = {"opensAt": opens_at, "endsAt": ends_at}[edge] + offset
    act_at(moment)
    if opens_at <= moment < ends_at:
        match_funding.fundPool(pool_id, AMOUNT, sender=people.region)
    else:
        refused = {"poolId": pool_id, "opensAt": opens_at, "endsAt": ends_at}
        with reverts(match_funding.MatchFunding_OutsideWindow, **refused):
            match_funding.fundPool(pool_id, AMOUNT, sender=people.region)
    assert now() == moment


def test_fund_pool__zero__reverts(pool_id, match_funding, people):
    with reverts(match_funding.MatchFunding_ZeroAmount, poolId=pool_id):
        match_funding.fundPool(pool_id, 0, sender=people.town)


@pytest.mark.parametrize("amount", [2**96 - AMOUNT, 2**96, 2**256 - 1])
def test_fund_pool__more_than_it_can_hold__reverts_with_what_is_left(pools, match_funding, people, amount):
    pool_id = pools.open(funds=AMOUNT)
    left = 2**96 - 1 - AMOUNT
    with reverts(match_funding.MatchFunding_PoolFull, poolId=pool_id, amount=amount, left=left):
        match_funding.fundPool(pool_id, amount, sender=people.region)


def test_fund_pool__to_the_last_unit_it_can_hold__funds(pools, match_funding, euro, people):
    pool_id = pools.open(funds=AMOUNT)
    left = 2**96 - 1 - AMOUNT
    euro.faucet(people.region, left, sender=people.deployer)
    match_funding.fundPool(pool_id, left, sender=people.region)
    assert match_funding.pool(pool_id).funded == 2**96 - 1
    with reverts(match_funding.MatchFunding_PoolFull, poolId=pool_id, amount=1, left=0):
        match_funding.fundPool(pool_id, 1, sender=people.region)


def test_fund_pool__by_an_organizer_it_matches__reverts(
    pools, create_campaign, crowdfunding, match_funding, move_entity, people, public_organizer
):
    """Whatever became of the campaign, and whatever account acts for the organizer."""
    pools.open()
    pool_id = pools.open()
    assert pool_id != public_organizer, "one id could be taken for the other"
    campaign_id = create_campaign(approved=pools.enrol(pool_id))
    refused = {"poolId": pool_id, "entityId": public_organizer}
    with reverts(match_funding.MatchFunding_FunderIsOrganizer, **refused):
        match_funding.fundPool(pool_id, AMOUNT, sender=people.organizer)
    crowdfunding.cancelCampaign(campaign_id, sender=people.organizer)
    match_funding.settleReservation(pool_id, campaign_id, sender=people.stranger)
    move_entity(public_organizer, people.stranger)
    with reverts(match_funding.MatchFunding_FunderIsOrganizer, **refused):
        match_funding.fundPool(pool_id, AMOUNT, sender=people.stranger)


def test_fund_pool__by_an_organizer_that_only_asked__funds(
    pools, create_campaign, match_funding, euro, people, public_organizer
):
    pool_id, other = pools.open(), pools.open()
    create_campaign(approved=pools.enrol(other))
    create_campaign(phase="Approved", approved=pools.request(pool_id))
    euro.approve(match_funding, AMOUNT, sender=people.organizer)
    match_funding.fundPool(pool_id, AMOUNT, sender=people.organizer)
    assert match_funding.isFunder(pool_id, public_organizer)


def test_fund_pool__no_allowance__reverts(pool_id, match_funding, euro, people):
    euro.approve(match_funding, AMOUNT - 1, sender=people.region)
    with reverts(euro.ERC20InsufficientAllowance, spender=match_funding, allowance=AMOUNT - 1, needed=AMOUNT):
        match_funding.fundPool(pool_id, AMOUNT, sender=people.region)
    assert match_funding.pool(pool_id).funded == 0


def test_fund_pool__no_balance__reverts(pool_id, match_funding, euro, people):
    balance = euro.balanceOf(people.region)
    with reverts(euro.ERC20InsufficientBalance, sender=people.region, balance=balance, needed=balance + 1):
        match_funding.fundPool(pool_id, balance + 1, sender=people.region)


def test_fund_pool__first_again_and_by_another__adds_up(pool_id, pools, match_funding, euro, people, entities):
    steps = (("region", 7 * d.EURO, 7 * d.EURO), ("region", 1, 7 * d.EURO + 1), ("town", AMOUNT, AMOUNT))
    funded = 0
    for role, amount, by_account in steps:
        funder, sequence = getattr(people, role), match_funding.journal().sequence
        balance = euro.balanceOf(funder)
        funded += amount

        tx = match_funding.fundPool(pool_id, amount, sender=funder)

        emits(
            tx,
            match_funding.PoolFunded(
                poolId=pool_id,
                funder=entities[role],
                account=funder,
                amount=amount,
                fundedByAccount=by_account,
                funded=funded,
            ),
            euro.Transfer(**{"from": funder, "to": match_funding, "value": amount}),
        )
        assert match_funding.journal().sequence == sequence + 1, "journal"
        assert tuple(match_funding.fundingOf(pool_id, funder)) == (by_account, 0), "account"
        assert match_funding.isFunder(pool_id, entities[role]), "entity"
        assert euro.balanceOf(funder) == balance - amount, "balance"
        pools.assert_books_agree()
    pool = match_funding.pool(pool_id)
    assert (pool.funded, pool.reserved, pool.paid, pool.reclaimed) == (funded, 0, 0, 0)
    assert match_funding.firstFunder(pool_id) == people.region


def test_fund_pool__two_pools__are_kept_apart(pools, match_funding, people):
    first, second = pools.open(funds=1), pools.open(funds=AMOUNT)
    assert [match_funding.pool(pool_id).funded for pool_id in (first, second)] == [1, AMOUNT]
    assert [match_funding.fundingOf(pool_id, people.town).funded for pool_id in (first, second)] == [1, AMOUNT]
    pools.assert_books_agree()


def test_fund_pool__funders_account_changed__counts_for_the_new_account(
    pools, match_funding, move_entity, euro, people, entities
):
    """Authority follows the entity, money the account."""
    pool_id = pools.open(funds=AMOUNT)
    move_entity(entities["town"], people.stranger)
    with reverts(match_funding.MatchFunding_NotPublicBody, account=people.town):
        match_funding.fundPool(pool_id, AMOUNT, sender=people.town)
    euro.approve(match_funding, 5, sender=people.stranger)
    tx = match_funding.fundPool(pool_id, 5, sender=people.stranger)
    emits(
        tx,
        match_funding.PoolFunded(
            poolId=pool_id,
            funder=entities["town"],
            account=people.stranger,
            amount=5,
            fundedByAccount=5,
            funded=AMOUNT + 5,
        ),
        euro.Transfer(**{"from": people.stranger, "to": match_funding, "value": 5}),
    )
    assert match_funding.fundingOf(pool_id, people.town).funded == AMOUNT
