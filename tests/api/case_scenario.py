"""One of everything in escrow: an order and a redemption in each state, listings and offers that are open or not."""

from collections.abc import Iterator

from indexer.store.columns import Base
from indexer.store.models import ListingState, OrderState, RedemptionState
from tests.api import case_rows as c
from tests.api import rows as r
from tests.api.case_rows import HOUR
from tests.api.rows import BUYER, DAY, NOW

BOTH, MONEY_ONLY, CREDITS_ONLY, SOLD_OUT, PAUSED, OLD = range(1, 7)
"""Listing ids: two prices; one each; without stock; paused; in a delisted currency."""

PLACED, ACCEPTED, HANDED_OVER, DISPUTED, RULED, DECLINED = range(1, 7)
"""Order ids by state; Ruled has one part paid, Declined is one of credits alone."""
OVERDUE = {7: "lapsed", 8: "undelivered", 9: "completed", 10: "unruled"}
"""Order ids by the state that time has made of them."""
ORDERS = {
    **dict(enumerate(("placed", "accepted", "handed_over", "disputed", "ruled", "declined"), start=1)),
    **OVERDUE,
}

OPEN, FULL, CLOSED, OVER = range(1, 5)
"""Offer ids."""

REDEMPTIONS = dict(
    enumerate(
        (
            *("requested", "accepted", "underway", "delivered", "no_show", "contested", "confirmed", "ruled"),
            *("canceled", "lapsed", "expired", "confirmed", "missed", "unruled"),
        ),
        start=1,
    )
)
"""States by redemption id; the last five are those that time has made."""
CONFIRMED, RULED_HELP, CANCELED = 7, 8, 9


def rows() -> Iterator[Base]:
    """Yield every row."""
    yield from _listings()
    yield from _orders()
    yield from _offers()
    yield from _redemptions()
    yield c.attestation(CONFIRMED, 3)
    yield c.attestation(RULED_HELP, 5, need_hash=None, evidence_hash=None)
    yield c.hours(7, 8, 0)
    yield c.hours(1, 0, 8)
    yield c.money_escrow(1_400)
    yield c.credit_escrow("Marketplace", 9 * HOUR, paid_in=10 * HOUR, paid_out=HOUR)
    yield c.credit_escrow("ProBono", 60 * HOUR, paid_in=80 * HOUR, paid_out=12 * HOUR, redeemed=8 * HOUR)
    yield r.journal("Marketplace", r.MARKETPLACE)


def _listings() -> Iterator[Base]:
    yield c.listing(BOTH, orders=9)
    yield c.listing(MONEY_ONLY, credit_price=0, delivery_modes=8, seller=7)
    yield c.listing(CREDITS_ONLY, currency=None, price=0, orders=1, delivery_modes=4)
    yield c.listing(SOLD_OUT, stock=0)
    yield c.listing(PAUSED, state=ListingState.PAUSED)
    yield c.listing(OLD, currency="0x" + "e1" * 20)


def _orders() -> Iterator[Base]:
    accepted = {"accepted_at": NOW - 20 * DAY}
    handed_over = accepted | {"handed_over_at": NOW - 15 * DAY, "evidence_hash": r.digest(0xE7)}
    disputed = handed_over | {"disputed_at": NOW - 12 * DAY, "dispute_reason": r.digest(0xD1)}
    ended = {"window_ends_at": None, "ended_at": NOW - DAY, "ended_by": r.ARBITER}
    basket = {"placed_tx_hash": r.digest(0xBA)}
    yield c.order(PLACED, **basket)
    yield c.order(ACCEPTED, state=OrderState.ACCEPTED, **accepted, **basket)
    yield c.order(HANDED_OVER, state=OrderState.HANDED_OVER, **handed_over)
    yield c.order(DISPUTED, state=OrderState.DISPUTED, **disputed)
    ruling = {"arbiter": r.ARBITER, "ruling_reason": r.digest(0xD2), "seller_bps": 6_000, "paid_parts": 1}
    yield c.order(RULED, state=OrderState.RULED, **disputed, **ended, **ruling)
    yield c.payment(RULED, 0, BUYER, 81)
    yield c.order(
        DECLINED,
        state=OrderState.DECLINED,
        listing_id=CREDITS_ONLY,
        currency=None,
        money=0,
        address_hash=None,
        delivery_mode=4,
        seller_bps=0,
        buyer="0x" + "b7" * 20,
        **ended,
    )
    stored = (OrderState.PLACED, OrderState.ACCEPTED, OrderState.HANDED_OVER, OrderState.DISPUTED)
    facts = ({}, accepted, handed_over, disputed)
    for number, state, times in zip(OVERDUE, stored, facts, strict=True):
        yield c.order(number, state=state, window_ends_at=NOW, **times)


def _offers() -> Iterator[Base]:
    yield c.offer(OPEN, requests=14)
    yield c.offer(FULL, offered=50, until=NOW + 3 * DAY)
    yield c.offer(CLOSED, closed=True, closed_at=NOW - DAY, closed_by=r.PAYOUT, provider=2)
    yield c.offer(OVER, until=NOW)
    for until, hours in ((NOW, 500), (NOW + 3 * DAY, 30), (NOW + 10 * DAY, 40), (NOW + 11 * DAY, 0)):
        yield c.week(until, hours)


def _redemptions() -> Iterator[Base]:
    accepted = {"accepted_at": NOW - 20 * DAY}
    under_way = accepted | {"starts_at": NOW - 19 * DAY}
    delivered = under_way | {"delivered_at": NOW - 13 * DAY, "hours_delivered": 3, "evidence_hash": r.digest(0xEF)}
    reported = under_way | {"reported_at": NOW - 13 * DAY, "reporter": 7, "report_reason": r.digest(0xEA)}
    contested = delivered | {"contested_at": NOW - 10 * DAY, "contest_reason": r.digest(0xEB)}
    window = {"window_ends_at": NOW + DAY}
    ended = {"ended_at": NOW - DAY}
    yield c.redemption(1)
    yield c.redemption(2, state=RedemptionState.ACCEPTED, **accepted)
    yield c.redemption(3, state=RedemptionState.ACCEPTED, **under_way)
    yield c.redemption(4, state=RedemptionState.DELIVERED, **delivered, **window)
    yield c.redemption(5, state=RedemptionState.NO_SHOW, **reported, **window)
    yield c.redemption(6, state=RedemptionState.CONTESTED, **contested, **window)
    yield c.redemption(7, state=RedemptionState.CONFIRMED, **delivered, **ended, hours_given=3, hours_returned=2)
    ruling = {"arbiter": r.ARBITER, "ruling_reason": r.digest(0xEC), "hours_given": 5}
    yield c.redemption(8, state=RedemptionState.RULED, **reported, **ended, **ruling)
    back = {"hours_returned": 5, "ended_by": BUYER, "payer": "0x" + "b7" * 20}
    yield c.redemption(9, state=RedemptionState.CANCELED, **accepted, **ended, **back)
    over = {"window_ends_at": NOW}
    yield c.redemption(10, starts_at=NOW)
    yield c.redemption(11, state=RedemptionState.ACCEPTED, **(under_way | {"deliver_by": NOW}))
    yield c.redemption(12, state=RedemptionState.DELIVERED, **delivered, **over)
    yield c.redemption(13, state=RedemptionState.NO_SHOW, **reported, **over)
    yield c.redemption(14, state=RedemptionState.CONTESTED, **contested, **over)
