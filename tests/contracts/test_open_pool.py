"""openPool

given entry is paused                                    -> refused (test_pause.py)
given the caller acts for no verified public body        -> refused
given the currency is not listed, or not any more        -> refused
given terms with a value out of bounds                   -> refused with its name and bounds; each edge is tried
    of the window, the first tranche, the cap            for both rules
    of the ratio and the member's cap, or any of a gift  for a capped ratio
    of what must be raised, or any of a ratio            for a threshold gift
given good terms                                         -> opened; the caller's entity is the manager
"""

import pytest

from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.conftest import act_at, now, travel_to
from tests.contracts.expect import emits, reverts

MAX_WINDOW = 2 * 365 * DAY
MAX_UINT96 = 2**96 - 1
ZERO = "0x" + 40 * "0"


def term_name(name):
    return name.encode().ljust(32, b"\0")


def pool_opened(match_funding, terms, **arguments):
    """The event with its terms, which Ape can't build itself: it takes a struct for the only argument."""
    event = match_funding.PoolOpened(**arguments)
    event.event_arguments["terms"] = list((terms | {"currency": terms["currency"].lower()}).values())
    return event


@pytest.mark.parametrize("role", ["stranger", "organizer", "member", "provider", "treasurer"])
def test_open_pool__no_public_body__reverts(pools, match_funding, people, role):
    account = getattr(people, role)
    with reverts(match_funding.MatchFunding_NotPublicBody, account=account):
        match_funding.openPool(pools.ratio_terms(), sender=account)


def test_open_pool__suspended__reverts_until_the_suspension_ends(pools, match_funding, registry, people, entities):
    until = now() + 2 * DAY
    registry.suspend(entities["town"], until, d.REASON, sender=people.registrar)
    act_at(until - 1)
    with reverts(match_funding.MatchFunding_NotPublicBody, account=people.town):
        match_funding.openPool(pools.ratio_terms(), sender=people.town)
    act_at(until)
    match_funding.openPool(pools.ratio_terms(), sender=people.town)


def test_open_pool__revoked__reverts(pools, match_funding, people, entities, revoke_entity):
    revoke_entity(entities["town"])
    with reverts(match_funding.MatchFunding_NotPublicBody, account=people.town):
        match_funding.openPool(pools.ratio_terms(), sender=people.town)


def test_open_pool__verification_expired__reverts(pools, match_funding, registry, people, entities):
    travel_to(registry.entity(entities["town"]).verifiedUntil)
    with reverts(match_funding.MatchFunding_NotPublicBody, account=people.town):
        match_funding.openPool(pools.ratio_terms(), sender=people.town)


def test_open_pool__currency_not_listed__reverts(pools, match_funding, credit, people):
    with reverts(match_funding.MatchFunding_CurrencyNotListed, currency=credit):
        match_funding.openPool(pools.ratio_terms(currency=credit.address), sender=people.town)


def test_open_pool__currency_delisted__reverts(pools, match_funding, crowdfunding, euro, people, as_treasurer):
    as_treasurer(crowdfunding.delistCurrency, euro)
    with reverts(match_funding.MatchFunding_CurrencyNotListed, currency=euro):
        match_funding.openPool(pools.ratio_terms(), sender=people.town)


def assert_out_of_bounds(match_funding, people, terms, term, low, high):
    refused = {"term": term_name(term), "value": int(terms[term]), "min": low, "max": high}
    with reverts(match_funding.MatchFunding_TermOutOfBounds, **refused):
        match_funding.openPool(terms, sender=people.town)
    assert match_funding.poolCount() == 0


@pytest.mark.parametrize("kind", ["ratio_terms", "member_terms", "gift_terms"])
@pytest.mark.parametrize(
    "changes, term, low, high",
    [
        ({"maxFirstTrancheBps": 0}, "maxFirstTrancheBps", 1, 10_000),
        ({"maxFirstTrancheBps": 10_001}, "maxFirstTrancheBps", 1, 10_000),
        ({"campaignCap": 0}, "campaignCap", 1, MAX_UINT96),
    ],
)
def test_open_pool__terms_of_any_rule_out_of_bounds__reverts(
    pools, match_funding, people, kind, changes, term, low, high
):
    terms = getattr(pools, kind)(**changes)
    assert_out_of_bounds(match_funding, people, terms, term, low, high)


@pytest.mark.parametrize(
    "changes, term, low, high",
    [
        ({"ratioBps": 0}, "ratioBps", 1, 2**16 - 1),
        ({"memberCap": 1}, "memberCap", 0, 0),
        ({"membersOnly": True, "memberCap": 0}, "memberCap", 1, d.CAMPAIGN_CAP),
        ({"membersOnly": True, "memberCap": d.CAMPAIGN_CAP + 1}, "memberCap", 1, d.CAMPAIGN_CAP),
        ({"minRaised": 1}, "minRaised", 0, 0),
        ({"minMembers": 1}, "minMembers", 0, 0),
        ({"minMemberPledge": 1}, "minMemberPledge", 0, 0),
    ],
)
def test_open_pool__terms_of_a_ratio_out_of_bounds__reverts(pools, match_funding, people, changes, term, low, high):
    assert_out_of_bounds(match_funding, people, pools.ratio_terms(**changes), term, low, high)


@pytest.mark.parametrize(
    "changes, term, low, high",
    [
        ({"ratioBps": 1}, "ratioBps", 0, 0),
        ({"membersOnly": True}, "membersOnly", 0, 0),
        ({"memberCap": 1}, "memberCap", 0, 0),
        ({"minRaised": 0}, "minRaised", 1, MAX_UINT96),
        ({"minMembers": 1, "minMemberPledge": 0}, "minMemberPledge", 1, MAX_UINT96),
        ({"minMembers": 0, "minMemberPledge": 1}, "minMemberPledge", 0, 0),
    ],
)
def test_open_pool__terms_of_a_gift_out_of_bounds__reverts(pools, match_funding, people, changes, term, low, high):
    assert_out_of_bounds(match_funding, people, pools.gift_terms(**changes), term, low, high)


@pytest.mark.parametrize("opening", [-30 * DAY, 0, 30 * DAY])
@pytest.mark.parametrize("edge, offset", [("first", -1), ("first", 0), ("last", 0), ("last", 1)])
def test_open_pool__around_the_bounds_of_its_end__opens_within_them(
    pools, match_funding, people, opening, edge, offset
):
    """It ends after it opens, in the future, and within two years of opening."""
    moment = now() + 100
    opens_at = moment + opening
    first, last = max(moment, opens_at) + 1, opens_at + MAX_WINDOW
    terms = pools.ratio_terms(opensAt=opens_at, endsAt=(first if edge == "first" else last) + offset)
    act_at(moment)
    if terms["endsAt"] in (first, last):
        match_funding.openPool(terms, sender=people.town)
        assert match_funding.pool(1).terms.endsAt == terms["endsAt"]
    else:
        assert_out_of_bounds(match_funding, people, terms, "endsAt", first, last)


def test_open_pool__opened_so_long_ago_that_no_end_fits__reverts(pools, match_funding, people):
    moment = now() + 100
    terms = pools.ratio_terms(opensAt=moment - MAX_WINDOW, endsAt=moment)
    act_at(moment)
    assert_out_of_bounds(match_funding, people, terms, "endsAt", moment + 1, moment)


GOOD = [
    ("ratio_terms", {}),
    ("ratio_terms", {"ratioBps": 1, "maxFirstTrancheBps": 1, "campaignCap": 1}),
    ("ratio_terms", {"ratioBps": 2**16 - 1, "maxFirstTrancheBps": 10_000, "campaignCap": MAX_UINT96}),
    ("member_terms", {"memberCap": 1}),
    ("member_terms", {"memberCap": d.CAMPAIGN_CAP}),
    ("gift_terms", {}),
    ("gift_terms", {"minRaised": 1, "minMembers": 0, "minMemberPledge": 0}),
    ("gift_terms", {"minRaised": MAX_UINT96, "minMembers": 2**24 - 1, "minMemberPledge": MAX_UINT96}),
]


@pytest.mark.parametrize("kind, changes", GOOD, ids=str)
def test_open_pool__good_terms__are_stored_and_logged(pools, match_funding, people, entities, kind, changes):
    terms = getattr(pools, kind)(**changes)
    sequence = match_funding.journal().sequence

    tx = match_funding.openPool(terms, sender=people.town)

    assert tx.return_value == match_funding.poolCount() == 1
    emits(tx, pool_opened(match_funding, terms, poolId=1, manager=entities["town"], account=people.town))
    pool = match_funding.pool(1)
    for name, value in (terms | {"agreementHash": bytes(32)}).items():
        assert pool.terms[name] == value, name
    assert pool.manager == entities["town"], "manager"
    totals = (pool.funded, pool.reserved, pool.paid, pool.reclaimed, pool.openReservations)
    assert totals == (0, 0, 0, 0, 0), "totals"
    assert match_funding.journal().sequence == sequence + 1, "journal"


def test_open_pool__second__has_the_next_id_and_its_own_manager(pools, match_funding, people, entities):
    for number, role in ((1, "town"), (2, "region"), (3, "town")):
        tx = match_funding.openPool(pools.ratio_terms(), sender=getattr(people, role))
        assert tx.return_value == number
    assert [match_funding.pool(pool_id).manager for pool_id in (1, 2, 3)] == [
        entities[role] for role in ("town", "region", "town")
    ]


@pytest.mark.parametrize("pool_id", [0, 2, 2**32 - 1])
def test_pool__unknown__reverts(pools, match_funding, people, pool_id):
    pools.open(funds=0)
    with reverts(match_funding.MatchFunding_UnknownPool, poolId=pool_id):
        match_funding.pool(pool_id)
    with reverts(match_funding.MatchFunding_UnknownPool, poolId=pool_id):
        match_funding.reclaimable(pool_id, people.town)


def test_views__of_what_there_is_not__are_zero(match_funding, people, entities):
    assert match_funding.poolCount() == 0
    assert list(match_funding.poolsOf(1)) == list(match_funding.reservationsOf(1)) == [0, 0, 0]
    assert not any(match_funding.reservation(1, 1))
    assert match_funding.quote(1, people.backer, 10 * d.EURO) == 0
    assert match_funding.matchOf(1, 1, people.backer) == 0
    assert tuple(match_funding.fundingOf(1, people.town)) == (0, 0)
    assert match_funding.managedBy(1, entities["town"]) == 0
    assert not match_funding.isParty(1, entities["town"], people.town)
    assert match_funding.firstFunder(1) == ZERO
