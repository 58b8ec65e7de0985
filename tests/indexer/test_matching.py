"""Formulas of match funding (docs/protocol.md, "Match funding").

earned ......... a ratio always; a gift from the sum and the count of members on
entitled ....... the part of the released milestones; what is left once settled
left ........... least of the pool's and the campaign's rest; nothing after the window or of a gift
reclaimable .... parts of funders floor; the first one takes the rest, when it is the last
tranches, spent  telescope, never negative, never more than was called
"""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.store import matching

END = 1_000_000
FIRST, SECOND, THIRD = "0x01", "0x02", "0x03"


@dataclass(frozen=True)
class Pool:
    """The facts of a pool."""

    rule: str = "capped_ratio"
    ends_at: int = END
    campaign_cap: int = 500
    min_raised: int = 0
    min_members: int = 0
    first_funder: str | None = FIRST
    funded: int = 1_000
    reserved: int = 0
    reclaimed: int = 0
    finished: int = 0
    open_reservations: int = 0


@dataclass(frozen=True)
class Reservation:
    """The facts of a reservation."""

    reserved: int = 101
    paid: int = 0
    qualifying_members: int = 0
    settled_at: int | None = None


@dataclass(frozen=True)
class Funding:
    """The facts of a funding account."""

    account: str = FIRST
    funded: int = 334
    reclaimed: int = 0
    finished: bool = False


GIFT = Pool(rule="threshold_gift", min_raised=200, min_members=3)


@pytest.mark.parametrize(
    ("raised", "members", "amount"), [(199, 3, 0), (200, 2, 0), (200, 3, 101), (201, 4, 101)], ids=str
)
def test_earned__gift__from_both_thresholds_on(raised: int, members: int, amount: int) -> None:
    reservation = Reservation(qualifying_members=members)
    assert matching.earned(GIFT, reservation, raised) == amount
    assert matching.is_earned(GIFT, reservation, raised) is bool(amount)
    assert matching.earned(Pool(), reservation, raised) == 101


def test_entitled__by_what_is_released__floors_and_ends_at_all() -> None:
    parts = [matching.entitled(Pool(), Reservation(), 0, bps) for bps in (0, 3_333, 9_999, 10_000)]
    assert parts == [0, 33, 100, 101]
    assert matching.entitled(GIFT, Reservation(qualifying_members=3), 199, 10_000) == 0
    assert matching.entitled(GIFT, Reservation(qualifying_members=3), 200, 5_000) == 50


def test_entitled__settled__is_what_was_not_freed() -> None:
    assert matching.entitled(Pool(), Reservation(reserved=33, settled_at=5), 0, 0) == 33


def test_left__least_of_pool_and_campaign__until_the_window_ends() -> None:
    reservation = Reservation(reserved=450)
    assert matching.left(Pool(reserved=900), reservation, END - 1) == 50
    assert matching.left(Pool(reserved=990), reservation, END - 1) == 10
    assert matching.left(Pool(reserved=900), reservation, END) == 0
    assert matching.left(replace(GIFT, reserved=900), Reservation(0), END - 1) == 0


def test_reclaimable__while_money_is_reserved__is_a_floored_part() -> None:
    pool = Pool(reserved=500, open_reservations=1)
    assert matching.reclaimable(pool, Funding()) == 167
    assert matching.reclaimable(replace(pool, reclaimed=167), Funding(reclaimed=167)) == 0
    assert not matching.is_last_part(pool, Funding(account=SECOND))


def test_reclaimable__nobody_of_the_pool_or_done__nothing() -> None:
    assert matching.reclaimable(Pool(funded=0, first_funder=None), Funding(funded=0)) == 0
    assert matching.reclaimable(Pool(), Funding(finished=True)) == 0


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2, 0), (2, 1, 0)])
def test_reclaimable__in_any_order__sums_to_what_was_not_reserved(order: tuple[int, ...]) -> None:
    pool = Pool(reserved=3)
    fundings = [Funding(FIRST, 334), Funding(SECOND, 333), Funding(THIRD, 333)]
    for i in (*order, 0):
        amount, last = matching.reclaimable(pool, fundings[i]), matching.is_last_part(pool, fundings[i])
        done = fundings[i].finished
        fundings[i] = replace(fundings[i], reclaimed=fundings[i].reclaimed + amount, finished=last)
        ended = fundings[i].funded if last and not done else 0
        pool = replace(pool, reclaimed=pool.reclaimed + amount, finished=pool.finished + ended)
    assert (pool.reclaimed, pool.finished) == (997, 1_000)
    assert [f.reclaimed for f in fundings] == [333, 332, 332]


AMOUNTS = st.integers(0, 2**96 - 1)
SHARES = st.lists(st.integers(1, 800), min_size=1, max_size=12).map(lambda some: [*some, 10_000 - sum(some)])


@given(total=AMOUNTS, shares=SHARES)
def test_tranches__of_any_total__telescope_to_it(total: int, shares: list[int]) -> None:
    parts = matching.tranches(total, shares)
    assert sum(parts) == total
    assert all(part >= 0 for part in parts)


@given(matches=st.lists(AMOUNTS, max_size=8), shares=SHARES, released=st.integers(0, 13))
def test_spent__by_any_milestones__every_unit_has_one_place(
    matches: list[int], shares: list[int], released: int
) -> None:
    tranches = matching.tranches(sum(matches), shares)[:released]
    parts = matching.spent(matches, tranches)
    assert [sum(column) for column in zip(*parts, strict=True)] == (tranches if matches else [])
    assert all(0 <= sum(row) <= called for row, called in zip(parts, matches, strict=True))
    assert all(part >= 0 for row in parts for part in row)
    if released >= len(shares):
        assert [sum(row) for row in parts] == matches


def test_spent__in_proportion__one_unit_at_most_off() -> None:
    assert matching.spent([50, 30, 21], [50, 51]) == [[24, 26], [15, 15], [11, 10]]
