"""next acts of match funding, on facts alone (tests/contracts proves them against the contract)

fundPool ........... in the window, after a pause, of a listed currency, not by an organizer it matches
requestPool ........ by the organizer until pledging ends
enrol .............. by a manager who is verified, where every term of the pool allows it
releaseMatch ....... of what released milestones are worth and was not paid
settleReservation .. from the phase on that leaves no purpose
reclaim ............ from the window's end, of a part, or of nothing if it is the last
object, rule, pledge  by managers; not by managers and funders; not by funders
"""

from dataclasses import replace
from typing import Any

import pytest

from api import match_acts
from api.acts import Act, ActName, Actor, AskedPool, Gates, next_acts
from indexer.store import models
from indexer.store.matching import MAX_AMOUNT
from tests.api import rows as r
from tests.api.rows import DAY, NOW

TOWN, REGION = r.entity(2, kinds=2), r.entity(7, kinds=2)
LATER = NOW + 41 * DAY
FUNDED: dict[str, Any] = {"raised": 1_500, "members": 4, "pools": 1}


def asked(place: int | None, pool: models.Pool | None = None, **changes: Any) -> AskedPool:
    """Return a pool of the town, funded by town and region, as campaign 1 sees it."""
    pool = pool or r.pool(1)
    return AskedPool(pool, r.reservation(pool.pool_id, 1, place, **changes), TOWN, [TOWN, REGION], [])


def acts(
    *pools: AskedPool,
    campaign: models.Campaign | None = None,
    plan: list[models.Milestone] | None = None,
    organizer: models.Entity | None = None,
    gates: Gates | None = None,
    now: int = NOW,
) -> dict[ActName, Act]:
    campaign = campaign or r.campaign(1)
    plan = plan or r.milestones(1, {}, {})
    found = next_acts(campaign, plan, organizer or r.entity(1), pools, gates or Gates(), now)
    return {act.name: act for act in found}


# The pool itself


def on_pool(pool: models.Pool, *fundings: models.Funding, gates: Gates | None = None, now: int = NOW) -> list[Act]:
    return match_acts.of_pool(pool, fundings, [r.ORGANIZER], gates or Gates(), now)


def test_fund__of_a_full_or_ended_pool_or_delisted_currency__is_not_offered() -> None:
    assert on_pool(r.pool(1, funded=MAX_AMOUNT)) == []
    assert on_pool(r.pool(1), gates=Gates(currency_listed=False)) == []
    assert on_pool(r.pool(1), now=NOW + 50 * DAY) == []


def test_fund__of_an_open_pool__is_for_public_bodies_but_matched_organizers() -> None:
    (fund,) = on_pool(r.pool(1))
    assert (fund.name, fund.by, fund.excluded) == (ActName.FUND_POOL, Actor.PUBLIC_BODY, (r.ORGANIZER,))
    assert (fund.starts_at, fund.ends_at) == (NOW - 50 * DAY, NOW + 50 * DAY)
    assert (fund.min_amount, fund.max_amount, fund.pool_id) == (1, MAX_AMOUNT - 1_000, 1)
    (paused,) = on_pool(r.pool(1), gates=Gates(match_paused_until=NOW + DAY))
    assert paused.starts_at == NOW + DAY
    (over,) = on_pool(r.pool(1), gates=Gates(match_paused_until=NOW))
    assert over.starts_at == NOW - 50 * DAY


def test_reclaim__by_each_funder__from_the_windows_end() -> None:
    pool = r.pool(1, reserved=400, open_reservations=1, first_funder=TOWN.account)
    fundings = r.funding(1, TOWN.account, 700), r.funding(1, REGION.account, 300, reclaimed=180)
    (reclaim,) = [act for act in on_pool(pool, *fundings) if act.name is ActName.RECLAIM]
    assert (reclaim.by, reclaim.starts_at, reclaim.ends_at) == (Actor.ANYONE, NOW + 50 * DAY, None)
    assert (reclaim.funding_account, reclaim.max_amount) == (TOWN.account, 420)


def test_reclaim__of_a_last_part_of_nothing__is_legal_until_it_is_taken() -> None:
    pool = r.pool(1, reserved=1_000, first_funder=TOWN.account)
    first, second = r.funding(1, TOWN.account, 700), r.funding(1, REGION.account, 300)
    found = [(a.funding_account, a.max_amount) for a in on_pool(pool, first, second) if a.name is ActName.RECLAIM]
    assert found == [(REGION.account, 0)], "the first funder comes last"
    second.finished, pool.finished = True, 300
    found = [(a.funding_account, a.max_amount) for a in on_pool(pool, first, second) if a.name is ActName.RECLAIM]
    assert found == [(TOWN.account, 0)]
    first.finished, pool.finished = True, 1_000
    assert [a for a in on_pool(pool, first, second) if a.name is ActName.RECLAIM] == []


# Request and enrolment


def test_request__until_pledging_ends__is_the_organizers() -> None:
    request = acts()[ActName.REQUEST_POOL]
    assert (request.by, request.account, request.ends_at) == (Actor.ORGANIZER, r.entity(1).account, NOW + 30 * DAY)
    assert acts(campaign=r.campaign(1, raised=1_000))[ActName.REQUEST_POOL].ends_at == NOW + 40 * DAY
    assert ActName.REQUEST_POOL not in acts(campaign=r.campaign(1, state="submitted", opens_at=NOW + DAY))
    assert ActName.REQUEST_POOL not in acts(now=NOW + 30 * DAY)


APPROVED = {"opens_at": NOW + 5 * DAY}

REFUSED: dict[str, tuple[AskedPool, dict[str, Any]]] = {
    "enrolled": (asked(0), {}),
    "another currency": (asked(None, r.pool(1, currency="0x" + "e1" * 20)), {}),
    "currency delisted": (asked(None), {"gates": Gates(currency_listed=False)}),
    "first tranche too large": (asked(None, r.pool(1, max_first_tranche_bps=4_999)), {}),
    "window over": (asked(None, r.pool(1, ends_at=NOW)), {}),
    "campaign submitted": (asked(None), {"campaign": r.campaign(1, state="submitted", **APPROVED)}),
    "campaign delivering": (asked(None), {"campaign": r.campaign(1, **FUNDED), "now": LATER}),
    "manager is no public body": (replace(asked(None), manager=r.entity(2, kinds=1)), {}),
    "manager's verification over": (replace(asked(None), manager=r.entity(2, kinds=2, verified_until=NOW)), {}),
    "manager revoked": (replace(asked(None), manager=r.entity(2, kinds=2, state="revoked")), {}),
    "manager is the organizer": (replace(asked(None), manager=r.entity(1, kinds=2)), {}),
    "a funder is the organizer": (replace(asked(None), funders=[r.entity(1)]), {}),
    "gift of a live campaign": (asked(None, r.gift(1)), {}),
    "gift below the goal": (asked(None, r.gift(1, min_raised=999)), {"campaign": r.campaign(1, **APPROVED)}),
    "gift not covered": (asked(None, r.gift(1, reserved=701)), {"campaign": r.campaign(1, **APPROVED)}),
}


@pytest.mark.parametrize("case", REFUSED)
def test_enrol__against_a_term__is_not_offered(case: str) -> None:
    pool, changes = REFUSED[case]
    assert ActName.ENROL not in acts(pool, **changes)


def test_enrol__of_a_fourth_pool__is_not_offered() -> None:
    full = [asked(place, r.pool(place + 2)) for place in range(3)]
    assert ActName.ENROL in acts(*full[:2], asked(None))
    assert ActName.ENROL not in acts(*full, asked(None))


def test_enrol__where_all_allows_it__is_the_managers() -> None:
    enrol = acts(asked(None))[ActName.ENROL]
    assert (enrol.by, enrol.account, enrol.pool_id) == (Actor.POOL_MANAGER, TOWN.account, 1)
    assert enrol.is_legal_at(NOW)
    assert enrol.ends_at == NOW + 30 * DAY
    gift = acts(asked(None, r.gift(1)), campaign=r.campaign(1, **APPROVED))[ActName.ENROL]
    assert gift.ends_at == NOW + 5 * DAY


@pytest.mark.parametrize(
    "pool, gates, start, end",
    [
        (asked(None, r.pool(1, opens_at=NOW + DAY)), Gates(), NOW + DAY, NOW + 30 * DAY),
        (asked(None, r.pool(1, ends_at=NOW + DAY)), Gates(), NOW - 20 * DAY, NOW + DAY),
        (asked(None), Gates(match_paused_until=NOW + DAY), NOW + DAY, NOW + 30 * DAY),
        (
            replace(asked(None), manager=r.entity(2, kinds=2, suspended_until=NOW + DAY, verified_until=NOW + 2 * DAY)),
            Gates(),
            NOW + DAY,
            NOW + 2 * DAY,
        ),
    ],
    ids=["opens later", "ends before", "paused", "manager suspended"],
)
def test_enrol__in_the_narrowest_window(pool: AskedPool, gates: Gates, start: int, end: int) -> None:
    enrol = acts(pool, gates=gates)[ActName.ENROL]
    assert (enrol.starts_at, enrol.ends_at) == (start, end)


# Release and settlement

RELEASED = r.milestones(1, {"state": "released", "released_at": LATER, "window_ends_at": LATER}, {})


def test_release_match__of_a_released_milestone__is_for_anyone() -> None:
    campaign = r.campaign(1, **FUNDED, current_milestone=1, extension=0)
    release = acts(asked(0, reserved=101, paid=20), campaign=campaign, plan=RELEASED, now=LATER)[ActName.RELEASE_MATCH]
    assert (release.by, release.starts_at, release.ends_at) == (Actor.ANYONE, LATER, None)
    assert (release.max_amount, release.pool_id) == (30, 1)
    assert ActName.RELEASE_MATCH not in acts(asked(0, reserved=101, paid=50), campaign=campaign, plan=RELEASED)
    missed = asked(0, r.gift(1), reserved=300, qualifying_members=1)
    assert ActName.RELEASE_MATCH not in acts(missed, campaign=campaign, plan=RELEASED, now=LATER)
    kept = asked(0, r.gift(1), reserved=300, qualifying_members=2)
    assert acts(kept, campaign=campaign, plan=RELEASED, now=LATER)[ActName.RELEASE_MATCH].max_amount == 150


SETTLED: dict[str, tuple[dict[str, Any], dict[str, Any], int, int]] = {
    "below the goal": ({"raised": 5}, {}, NOW + 30 * DAY, 101),
    "failed": ({"raised": 5}, {"now": NOW + 30 * DAY}, NOW + 30 * DAY, 101),
    "canceled": ({"state": "canceled", "canceled_at": NOW - 9}, {}, NOW - 9, 101),
    "organizer revoked": ({}, {"organizer": r.entity(1, revoked_at=NOW - 8)}, NOW - 8, 101),
    "terminated": (
        {"state": "terminated", "terminated_at": LATER, "current_milestone": 1, **FUNDED},
        {"plan": RELEASED, "now": LATER},
        LATER,
        51,
    ),
    "completed": (
        {"state": "completed", "completed_at": LATER, "current_milestone": 2, **FUNDED},
        {"plan": RELEASED, "now": LATER},
        LATER,
        0,
    ),
}


@pytest.mark.parametrize("case", SETTLED)
def test_settle__once_the_phase_leaves_no_purpose__frees_the_rest(case: str) -> None:
    campaign, changes, since, freed = SETTLED[case]
    found = acts(asked(0, reserved=101), campaign=r.campaign(1, **campaign), **changes)
    settle = found[ActName.SETTLE]
    assert (settle.by, settle.starts_at, settle.ends_at) == (Actor.ANYONE, since, None)
    assert (settle.max_amount, settle.pool_id) == (freed, 1)
    settled = asked(0, reserved=101, settled_at=NOW)
    assert ActName.SETTLE not in acts(settled, campaign=r.campaign(1, **campaign), **changes)


def test_settle__of_a_campaign_on_its_way__is_not_offered() -> None:
    for now in (NOW, NOW + 30 * DAY, LATER):
        assert ActName.SETTLE not in acts(asked(0, reserved=101), campaign=r.campaign(1, **FUNDED), now=now)


@pytest.mark.parametrize("members, missed", [(1, True), (2, False)])
def test_settle__of_a_missed_gift__from_the_end_of_pledging_on(members: int, missed: bool) -> None:
    gift = asked(0, r.gift(1), reserved=300, qualifying_members=members)
    for now in (NOW, NOW + 30 * DAY, LATER):
        found = acts(gift, campaign=r.campaign(1, **FUNDED), now=now)
        assert (ActName.SETTLE in found) is missed
        if missed:
            assert (found[ActName.SETTLE].starts_at, found[ActName.SETTLE].max_amount) == (NOW + 40 * DAY, 300)


# Campaigns with pools


def test_pledge__to_a_matched_campaign__is_not_for_its_funders() -> None:
    organizer = r.entity(1).account
    assert acts(asked(0))[ActName.PLEDGE].excluded == (organizer, TOWN.account, REGION.account)
    assert acts(asked(None))[ActName.PLEDGE].excluded == (organizer,)
    gone = replace(asked(0), funders=[r.entity(7, state="revoked")])
    assert acts(gone)[ActName.PLEDGE].excluded == (organizer,), "it acts for nobody any more"


def claimed(**changes: Any) -> list[models.Milestone]:
    claim = {"state": "claimed", "attempts": 1, "claimed_at": LATER, "window_ends_at": LATER + 3 * DAY}
    return r.milestones(1, claim | changes, {})


def test_object__by_managers__while_their_pools_are_silent() -> None:
    campaign = r.campaign(1, **FUNDED)
    other = replace(asked(1, r.pool(2)), manager=REGION)

    def managers(objected_pools: int) -> list[str | None]:
        plan = claimed(objected_pools=objected_pools)
        found = next_acts(campaign, plan, r.entity(1), [asked(0), other], Gates(), LATER)
        return [a.account for a in found if a.name is ActName.OBJECT and a.by is Actor.POOL_MANAGER]

    assert managers(0) == [TOWN.account, REGION.account]
    assert managers(0b01) == [REGION.account]
    assert managers(0b11) == []


def test_rule__with_pools__is_not_for_managers_and_funders() -> None:
    campaign = r.campaign(1, **FUNDED)
    rule = acts(asked(0), campaign=campaign, plan=claimed(objected_pools=1), now=LATER)[ActName.RULE]
    assert set(rule.excluded) == {r.entity(1).account, r.PAYOUT, TOWN.account, REGION.account}
    moved = replace(asked(0), paid_in_by=["0x" + "f7" * 20])
    later = acts(moved, campaign=campaign, plan=claimed(objected_pools=1), now=LATER)[ActName.RULE]
    assert set(later.excluded) == {*rule.excluded, "0x" + "f7" * 20}, "with money in, whomever it acts for"
    assert ActName.RULE not in acts(asked(0), campaign=campaign, plan=claimed(), now=LATER)
