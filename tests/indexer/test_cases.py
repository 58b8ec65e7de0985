"""Where orders and redemptions stand, and who gets what (docs/protocol.md, "ProBono", "Marketplace")

states ... the last second of one, the first of the next, at every edge; an ended one stays what it is
parts .... of a leg floor for the seller and sum to it; nothing before the end, nothing twice
hours .... free ones of an open offer, open ones until its end; a week counts until it begins
"""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.store import cases
from indexer.store.cases import HOUR, PARTS
from indexer.store.help_models import RedemptionState as R
from indexer.store.market_models import OrderState as O
from indexer.store.market_models import Part

START, END, WINDOW = 1_000, 2_000, 1_500
MAX = 2**96 - 1


@dataclass(frozen=True)
class Order:
    """The facts of an order."""

    state: str = O.PLACED
    window_ends_at: int | None = WINDOW
    money: int = 1_001
    credits: int = 7
    seller_bps: int | None = None
    paid_parts: int = 0


@dataclass(frozen=True)
class Redemption:
    """The facts of a redemption."""

    state: str = R.REQUESTED
    starts_at: int = START
    deliver_by: int = END
    window_ends_at: int | None = None


@dataclass(frozen=True)
class Offer:
    """The facts of an offer."""

    offered: int = 100
    reserved: int = 30
    confirmed: int = 20
    until: int = END
    closed: bool = False


@dataclass(frozen=True)
class Week:
    """The facts of a week."""

    until: int
    hours: int


@pytest.mark.parametrize(
    ("state", "then"),
    [(O.PLACED, O.LAPSED), (O.ACCEPTED, O.UNDELIVERED), (O.HANDED_OVER, O.COMPLETED), (O.DISPUTED, O.UNRULED)],
)
def test_order__at_the_end_of_its_window__is_what_time_decides(state: O, then: O) -> None:
    order = Order(state)
    assert [cases.order_state_at(order, WINDOW + d) for d in (-1, 0, 1)] == [state, then, then]
    assert [cases.order_ends_at(order, WINDOW + d) for d in (-1, 0)] == [WINDOW, None]


@pytest.mark.parametrize("state", cases.ORDER_STATES[5:])
def test_order__ended__stays_what_it_is(state: O) -> None:
    order = Order(state, None, seller_bps=0)
    assert [cases.order_state_at(order, time) for time in (0, WINDOW, 2**40)] == [state] * 3
    assert cases.order_ends_at(order, 0) is None


EDGES = [
    (Redemption(), START, R.REQUESTED, R.LAPSED),
    (Redemption(R.ACCEPTED), START, R.ACCEPTED, R.UNDERWAY),
    (Redemption(R.ACCEPTED), END, R.UNDERWAY, R.EXPIRED),
    (Redemption(R.DELIVERED, window_ends_at=WINDOW), WINDOW, R.DELIVERED, R.CONFIRMED),
    (Redemption(R.NO_SHOW, window_ends_at=WINDOW), WINDOW, R.NO_SHOW, R.MISSED),
    (Redemption(R.CONTESTED, window_ends_at=WINDOW), WINDOW, R.CONTESTED, R.UNRULED),
]


@pytest.mark.parametrize(("redemption", "edge", "before", "after"), EDGES)
def test_redemption__at_each_edge__half_open(redemption: Redemption, edge: int, before: R, after: R) -> None:
    assert [cases.redemption_state_at(redemption, edge + d) for d in (-1, 0, 1)] == [before, after, after]
    assert cases.redemption_ends_at(redemption, edge - 1) == edge
    assert cases.redemption_ends_at(redemption, edge) == (END if after is R.UNDERWAY else None)


@pytest.mark.parametrize("state", cases.REDEMPTION_STATES[7:])
def test_redemption__ended__stays_what_it_is(state: R) -> None:
    redemption = Redemption(state)
    assert [cases.redemption_state_at(redemption, time) for time in (0, START, END, 2**40)] == [state] * 4
    assert cases.redemption_ends_at(redemption, 0) is None


def test_parts__before_the_end__are_nothing() -> None:
    assert cases.parts_of(Order()) == dict.fromkeys(PARTS, 0)
    assert cases.due(Order(), Part.BUYER_MONEY) == 0


def test_parts__of_a_split__floor_for_the_seller() -> None:
    parts = cases.parts_of(Order(O.RULED, None, seller_bps=6_000))
    assert parts == {
        Part.BUYER_MONEY: 401,
        Part.BUYER_CREDITS: 3,
        Part.SELLER_MONEY: 600,
        Part.SELLER_CREDITS: 4,
    }


def test_due__of_each_part__is_what_was_not_paid() -> None:
    order = Order(O.RULED, None, seller_bps=6_000)
    for number, part in enumerate(PARTS):
        paid = replace(order, paid_parts=1 << number)
        assert cases.is_paid(paid, part)
        assert cases.due(paid, part) == 0
        assert sum(cases.due(paid, other) for other in PARTS) == 1_008 - cases.parts_of(order)[part]


@given(money=st.integers(0, MAX), hours=st.integers(0, MAX), bps=st.integers(0, 10_000))
def test_parts__of_any_split__sum_to_the_legs(money: int, hours: int, bps: int) -> None:
    parts = cases.parts_of(Order(O.SETTLED, None, money, hours, bps))
    assert parts[Part.BUYER_MONEY] + parts[Part.SELLER_MONEY] == money
    assert parts[Part.BUYER_CREDITS] + parts[Part.SELLER_CREDITS] == hours
    assert all(0 <= part <= max(money, hours) for part in parts.values())
    assert parts[Part.SELLER_MONEY] * 10_000 <= money * bps < (parts[Part.SELLER_MONEY] + 1) * 10_000


def test_hours__of_an_offer__are_open_until_its_end_and_free_until_it_is_closed() -> None:
    assert (cases.free_hours(Offer()), cases.free_hours(Offer(closed=True))) == (50, 0)
    assert [cases.open_hours(Offer(), END + d) for d in (-1, 0)] == [80, 0]
    assert [cases.open_hours(Offer(closed=True), END + d) for d in (-1, 0)] == [30, 0]


def test_capacity__of_weeks__counts_those_that_have_not_begun() -> None:
    weeks = [Week(END, 3), Week(END + 1, 4), Week(END - 1, 100)]
    assert cases.capacity(weeks, END) == 4 * HOUR
    assert cases.capacity(weeks, END - 1) == 7 * HOUR
    assert cases.capacity([], END) == 0
