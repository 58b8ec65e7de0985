"""reclaim

given no such pool                                                 -> refused
given the pool's window is open                                    -> refused; each edge is tried
given an account that funded nothing, or got all its part          -> refused
given nothing is unreserved                                        -> refused
given money that nothing has reserved
    one funder                                                     -> all of it
    several                                                        -> floor(unreserved * funded / all funds) each
        what flooring leaves                                       -> to the first, once nothing is open and
                                                                      all others are done
    freed later                                                    -> reclaimed later, by the same proportions
    an order of calls, and how often                               -> does not matter to what each gets
    a funder that the currency blocks                              -> waits alone
    a funder's account that changed, a manager revoked             -> to the account that paid
by anyone; the money goes to whom it belongs; a reservation is never taken back
"""

from itertools import permutations

import pytest

from tests.contracts import defaults as d
from tests.contracts.campaign_phases import Phase
from tests.contracts.conftest import act_at, now, travel_to
from tests.contracts.expect import emits, reverts

ENDS = d.OPENING_DELAY + d.LIVE


def reclaim(match_funding, people, pool_id, funder):
    return match_funding.reclaim(pool_id, funder, sender=people.stranger)


def reclaimed(match_funding, pool_id, funder, amount, total):
    return match_funding.MatchReclaimed(poolId=pool_id, account=funder, amount=amount, reclaimed=total)


@pytest.fixture
def third(euro, match_funding, people, verify):
    """A third public body that can fund."""
    verify(people.stranger, d.PUBLIC_BODY)
    euro.approve(match_funding, 2**256 - 1, sender=people.stranger)
    return people.stranger


def test_reclaim__unknown_pool__reverts(match_funding, people):
    with reverts(match_funding.MatchFunding_UnknownPool, poolId=1):
        reclaim(match_funding, people, 1, people.town)


@pytest.mark.parametrize("offset", [-1, 0])
def test_reclaim__around_the_end_of_the_window__pays_from_then_on(pools, match_funding, euro, people, offset):
    ends_at = now() + 1_000
    pool_id = pools.open(endsAt=ends_at)
    balance = euro.balanceOf(people.town)
    act_at(ends_at + offset)
    if offset < 0:
        with reverts(match_funding.MatchFunding_WindowOpen, poolId=pool_id, endsAt=ends_at):
            reclaim(match_funding, people, pool_id, people.town)
        assert match_funding.reclaimable(pool_id, people.town) == 0
    else:
        assert reclaim(match_funding, people, pool_id, people.town).return_value == d.POOL_FUNDS
        assert euro.balanceOf(people.town) == balance + d.POOL_FUNDS


@pytest.fixture
def ended(pools):
    """A pool that nothing is reserved of, after its window."""
    pool_id = pools.open(endsAt=now() + 1_000)
    travel_to(now() + 1_000)
    return pool_id


@pytest.mark.parametrize("role", ["region", "organizer", "stranger"])
def test_reclaim__no_funder__reverts(ended, match_funding, people, role):
    with reverts(match_funding.MatchFunding_NothingDue, poolId=ended):
        reclaim(match_funding, people, ended, getattr(people, role))


def test_reclaim__nobody_funded__reverts(pools, match_funding, people):
    pool_id = pools.open(funds=0, endsAt=now() + 1_000)
    travel_to(now() + 1_000)
    assert match_funding.reclaimable(pool_id, people.town) == 0
    with reverts(match_funding.MatchFunding_NothingDue, poolId=pool_id):
        reclaim(match_funding, people, pool_id, people.town)


def test_reclaim__twice__reverts(ended, pools, match_funding, people):
    """Other pools' money lies in the same contract."""
    pools.open()
    reclaim(match_funding, people, ended, people.town)
    with reverts(match_funding.MatchFunding_NothingDue, poolId=ended):
        reclaim(match_funding, people, ended, people.town)
    pools.assert_books_agree()


@pytest.mark.parametrize("phase", [Phase.Extension, Phase.Delivering])
def test_reclaim__all_is_reserved__reverts(pools, campaigns, match_funding, people, phase):
    """Nobody takes a reservation back."""
    pool_id = pools.open(funds=100 * d.EURO, endsAt=now() + ENDS)
    campaign_id = campaigns.reach(phase, approved=pools.enrol(pool_id))
    assert now() >= match_funding.pool(pool_id).terms.endsAt
    assert pools.reserved(pool_id, campaign_id) == 100 * d.EURO
    with reverts(match_funding.MatchFunding_NothingDue, poolId=pool_id):
        match_funding.reclaim(pool_id, people.town, sender=people.town)


def test_reclaim__gift_set_aside__reverts(pools, create_campaign, match_funding, people):
    pool_id = pools.open_gift(funds=d.GIFT, endsAt=now() + d.OPENING_DELAY)
    create_campaign(approved=pools.enrol(pool_id))
    with reverts(match_funding.MatchFunding_NothingDue, poolId=pool_id):
        reclaim(match_funding, people, pool_id, people.town)


def test_reclaim__one_funder__gets_what_is_unreserved(pools, campaigns, crowdfunding, match_funding, euro, people):
    pool_id = pools.open(endsAt=now() + ENDS)
    campaign_id = campaigns.reach(Phase.Extension, approved=pools.enrol(pool_id))
    unreserved = d.POOL_FUNDS - d.GOAL // 2
    balance, sequence = euro.balanceOf(people.town), match_funding.journal().sequence
    assert match_funding.reclaimable(pool_id, people.town) == unreserved

    tx = reclaim(match_funding, people, pool_id, people.town)

    assert tx.return_value == unreserved
    emits(
        tx,
        reclaimed(match_funding, pool_id, people.town, unreserved, unreserved),
        euro.Transfer(**{"from": match_funding, "to": people.town, "value": unreserved}),
    )
    assert match_funding.journal().sequence == sequence + 1, "journal"
    assert euro.balanceOf(people.town) == balance + unreserved, "balance"
    assert tuple(match_funding.fundingOf(pool_id, people.town)) == (d.POOL_FUNDS, unreserved), "account"
    pool = match_funding.pool(pool_id)
    assert (pool.reserved, pool.reclaimed, pool.openReservations) == (d.GOAL // 2, unreserved, 1), "pool"
    assert match_funding.reclaimable(pool_id, people.town) == 0
    pools.assert_books_agree()
    assert pools.reserved(pool_id, campaign_id) == d.GOAL // 2, "the campaign keeps its part"


@pytest.fixture
def shared(pools, match_funding, people):
    """Opens a pool that the town, the region and a third body funded with 1, 2 and 4 units, in this order."""

    def shared(*funders, **changes):
        pool_id = pools.open(funds=1, **changes)
        for funder, amount in zip(funders, (2, 4), strict=True):
            match_funding.fundPool(pool_id, amount, sender=funder)
        return pool_id

    return shared


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_reclaim__three_funders_in_any_order__get_their_parts_and_the_first_the_rest(
    shared, third, pools, create_campaign, crowdfunding, match_funding, euro, people, order
):
    """Of 7 units, 2 go to a campaign: 5 * 1/7, 5 * 2/7 and 5 * 4/7 leave 2 units for the first, when all is over."""
    funders = (people.town, people.region, third)
    pool_id = shared(people.region, third, endsAt=now() + ENDS)
    campaign_id = create_campaign(minPledge=0, goal=4, stretchGoal=4, extension=0, approved=pools.enrol(pool_id))
    crowdfunding.pledge(campaign_id, 4, 2, sender=people.backer)
    travel_to(now() + d.LIVE)
    parts = (0, 1, 2)
    assert [match_funding.reclaimable(pool_id, funder) for funder in funders] == list(parts)
    for index in order:
        if parts[index]:
            assert reclaim(match_funding, people, pool_id, funders[index]).return_value == parts[index]
        with reverts(match_funding.MatchFunding_NothingDue, poolId=pool_id):
            reclaim(match_funding, people, pool_id, funders[index])
    pools.assert_books_agree()
    # The campaign never delivers: its 2 units come back as well, and nothing is open any more.
    crowdfunding.terminate(campaign_id, sender=people.organizer)
    match_funding.settleReservation(pool_id, campaign_id, sender=people.stranger)
    finally_ = {0: 1, 1: 2, 2: 4}
    for index in (*(index for index in order if index), 0):
        reclaim(match_funding, people, pool_id, funders[index])
        assert match_funding.fundingOf(pool_id, funders[index]).reclaimed == finally_[index]
    assert euro.balanceOf(match_funding) == 0, "books end at zero"


def test_reclaim__first_funder_before_the_others__gets_the_rest_when_they_are_done(
    shared, third, pools, create_campaign, campaigns, crowdfunding, match_funding, euro, people
):
    """2 of 7 units are spent for good: 0, 1 and 2 of the other 5, and 2 for the first at the very end."""
    pool_id = shared(people.region, third, endsAt=now() + ENDS)
    campaign_id = create_campaign(minPledge=0, goal=4, stretchGoal=4, extension=0, approved=pools.enrol(pool_id))
    crowdfunding.pledge(campaign_id, 4, 2, sender=people.backer)
    travel_to(crowdfunding.campaign(campaign_id).deadline)
    for _ in d.MILESTONES:
        campaigns.claim_and_release(campaign_id)
    match_funding.releaseMatch(pool_id, campaign_id, sender=people.stranger)
    reclaim(match_funding, people, pool_id, third)
    assert match_funding.reclaimable(pool_id, people.town) == 0, "a reservation is open"
    match_funding.settleReservation(pool_id, campaign_id, sender=people.stranger)
    with reverts(match_funding.MatchFunding_NothingDue, poolId=pool_id):
        reclaim(match_funding, people, pool_id, people.town)
    tx = reclaim(match_funding, people, pool_id, third)
    emits(tx, reclaimed(match_funding, pool_id, third, 0, 2))
    with reverts(match_funding.MatchFunding_NothingDue, poolId=pool_id):
        reclaim(match_funding, people, pool_id, third)
    assert match_funding.reclaimable(pool_id, people.town) == 0, "the region is not done"
    reclaim(match_funding, people, pool_id, people.region)
    assert match_funding.reclaimable(pool_id, people.town) == 2
    assert reclaim(match_funding, people, pool_id, people.town).return_value == 2
    with reverts(match_funding.MatchFunding_NothingDue, poolId=pool_id):
        reclaim(match_funding, people, pool_id, people.town)
    assert euro.balanceOf(match_funding) == 0, "books end at zero"


def test_reclaim__two_funders_and_money_freed_late__keeps_the_proportions(
    pools, create_campaign, crowdfunding, match_funding, people
):
    pool_id = pools.open(funds=100 * d.EURO, endsAt=now() + ENDS)
    match_funding.fundPool(pool_id, 50 * d.EURO, sender=people.region)
    campaign_id = create_campaign(approved=pools.enrol(pool_id))
    crowdfunding.pledge(campaign_id, 120 * d.EURO, 60 * d.EURO, sender=people.backer)
    travel_to(crowdfunding.campaign(campaign_id).deadline)
    assert reclaim(match_funding, people, pool_id, people.town).return_value == 60 * d.EURO
    match_funding.settleReservation(pool_id, campaign_id, sender=people.stranger)
    tx = reclaim(match_funding, people, pool_id, people.region)
    assert tx.return_value == 50 * d.EURO, "both parts at once"
    assert reclaim(match_funding, people, pool_id, people.town).return_value == 40 * d.EURO
    assert match_funding.pool(pool_id).reclaimed == 150 * d.EURO
    pools.assert_books_agree()


def test_reclaim__funder_that_paid_twice__gets_the_part_of_both(pools, match_funding, people):
    pool_id = pools.open(funds=10, endsAt=now() + 1_000)
    match_funding.fundPool(pool_id, 20, sender=people.region)
    match_funding.fundPool(pool_id, 30, sender=people.town)
    travel_to(now() + 1_000)
    assert [reclaim(match_funding, people, pool_id, who).return_value for who in (people.region, people.town)] == [
        20,
        40,
    ]


@pytest.mark.parametrize("how", ["account changed", "revoked", "suspended"])
def test_reclaim__whatever_became_of_the_funder__goes_to_the_account_that_paid(
    ended, match_funding, registry, euro, people, entities, revoke_entity, how, move_entity
):
    """Authority follows the entity, money the account."""
    if how == "account changed":
        move_entity(entities["town"], people.attacker)
    elif how == "revoked":
        revoke_entity(entities["town"])
    else:
        registry.suspend(entities["town"], now() + 5 * 86_400, d.REASON, sender=people.registrar)
    with reverts(match_funding.MatchFunding_NothingDue, poolId=ended):
        match_funding.reclaim(ended, people.attacker, sender=people.attacker)
    balance = euro.balanceOf(people.town)
    match_funding.reclaim(ended, people.town, sender=people.attacker)
    assert euro.balanceOf(people.town) == balance + d.POOL_FUNDS
