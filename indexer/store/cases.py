"""Where orders and redemptions stand at an instant, and who gets what, computed as the contracts do.

Pure functions of row facts and a block time; docs/protocol.md, "ProBono" and "Marketplace", has every rule.
A case is an order or a redemption.
"""

from collections.abc import Iterable
from typing import Final, Protocol

from indexer.store.help_models import RedemptionState
from indexer.store.market_models import OrderState, Part
from indexer.store.phases import BPS

HOUR: Final = 10**18
"""Base units of the credit that one hour of help redeems."""

ORDER_STATES: Final = tuple(OrderState)
"""By their number on chain."""
REDEMPTION_STATES: Final = tuple(RedemptionState)
"""By their number on chain."""
PARTS: Final = tuple(Part)
"""By their number on chain."""

ORDER_ENDS: Final = {
    OrderState.PLACED: OrderState.LAPSED,
    OrderState.ACCEPTED: OrderState.UNDELIVERED,
    OrderState.HANDED_OVER: OrderState.COMPLETED,
    OrderState.DISPUTED: OrderState.UNRULED,
}
"""What the end of its window makes of an open state."""
WINDOW_ENDS: Final = {
    RedemptionState.DELIVERED: RedemptionState.CONFIRMED,
    RedemptionState.NO_SHOW: RedemptionState.MISSED,
    RedemptionState.CONTESTED: RedemptionState.UNRULED,
}
"""The same of redemptions, where a confirm or ruling window runs."""


class OrderFacts(Protocol):
    """What the state of an order depends on; a row of `orders` has it all."""

    @property
    def state(self) -> str:
        """OrderState, as the last act left it."""

    @property
    def window_ends_at(self) -> int | None:
        """Unix time; None once it has ended."""


class LegFacts(Protocol):
    """What the parts of an order depend on; a row of `orders` has it all."""

    @property
    def money(self) -> int:
        """Base units of the currency."""

    @property
    def credits(self) -> int:
        """Base units of the credit."""

    @property
    def seller_bps(self) -> int | None:
        """Part of both legs that is the seller's; None before the end."""

    @property
    def paid_parts(self) -> int:
        """Bit set, by the numbers of the parts."""


class RedemptionFacts(Protocol):
    """What the state of a redemption depends on; a row of `redemptions` has it all."""

    @property
    def state(self) -> str:
        """RedemptionState, as the last act left it."""

    @property
    def starts_at(self) -> int:
        """Unix time."""

    @property
    def deliver_by(self) -> int:
        """Unix time."""

    @property
    def window_ends_at(self) -> int | None:
        """Unix time; None if no confirm or ruling window runs."""


class OfferFacts(Protocol):
    """What open hours depend on; a row of `offers` has it all."""

    @property
    def offered(self) -> int:
        """Hours."""

    @property
    def reserved(self) -> int:
        """Hours."""

    @property
    def confirmed(self) -> int:
        """Hours."""

    @property
    def until(self) -> int:
        """Unix time."""

    @property
    def closed(self) -> bool:
        """Whether it takes no more requests."""


class WeekFacts(Protocol):
    """What the capacity depends on; a row of `capacity_weeks` has it all."""

    @property
    def until(self) -> int:
        """Unix time."""

    @property
    def hours(self) -> int:
        """Open."""


def order_state_at(order: OrderFacts, now: int) -> OrderState:
    """Return the state at `now`: Unix time of a block, not before the last event of the order."""
    state = OrderState(order.state)
    if order.window_ends_at is None or now < order.window_ends_at:
        return state
    return ORDER_ENDS[state]


def order_ends_at(order: OrderFacts, now: int) -> int | None:
    """Return when time alone ends the state of `now`, None if it never does."""
    return order.window_ends_at if order.window_ends_at is not None and now < order.window_ends_at else None


def parts_of(order: LegFacts) -> dict[Part, int]:
    """Return what each part of an ended order is, paid or not, in base units; all 0 before its end.

    The seller's parts are floored, so that both parts of a leg sum to it.
    """
    if order.seller_bps is None:
        return dict.fromkeys(PARTS, 0)
    money, hours = (leg * order.seller_bps // BPS for leg in (order.money, order.credits))
    return {
        Part.BUYER_MONEY: order.money - money,
        Part.BUYER_CREDITS: order.credits - hours,
        Part.SELLER_MONEY: money,
        Part.SELLER_CREDITS: hours,
    }


def is_paid(order: LegFacts, part: Part) -> bool:
    """Return whether a part was paid."""
    return bool(order.paid_parts >> PARTS.index(part) & 1)


def due(order: LegFacts, part: Part) -> int:
    """Return what `payPart` would pay now, in base units."""
    return 0 if is_paid(order, part) else parts_of(order)[part]


def redemption_state_at(redemption: RedemptionFacts, now: int) -> RedemptionState:
    """Return the state at `now`: Unix time of a block, not before the last event of the redemption."""
    state = RedemptionState(redemption.state)
    if state is RedemptionState.REQUESTED:
        return state if now < redemption.starts_at else RedemptionState.LAPSED
    if state is RedemptionState.ACCEPTED:
        if now >= redemption.deliver_by:
            return RedemptionState.EXPIRED
        return state if now < redemption.starts_at else RedemptionState.UNDERWAY
    if redemption.window_ends_at is not None and now >= redemption.window_ends_at:
        return WINDOW_ENDS[state]
    return state


def redemption_ends_at(redemption: RedemptionFacts, now: int) -> int | None:
    """Return when time alone ends the state of `now`, None if it never does."""
    ends = {
        RedemptionState.REQUESTED: redemption.starts_at,
        RedemptionState.ACCEPTED: redemption.starts_at,
        RedemptionState.UNDERWAY: redemption.deliver_by,
    }
    ends |= dict.fromkeys(WINDOW_ENDS, redemption.window_ends_at or 0)
    return ends.get(redemption_state_at(redemption, now))


def free_hours(offer: OfferFacts) -> int:
    """Return the hours of an offer that nobody has reserved; requests can still be accepted for so many."""
    return 0 if offer.closed else offer.offered - offer.reserved - offer.confirmed


def open_hours(offer: OfferFacts, now: int) -> int:
    """Return the hours that an offer still promises at `now`."""
    return free_hours(offer) + offer.reserved if now < offer.until else 0


def capacity(weeks: Iterable[WeekFacts], now: int) -> int:
    """Return the credits that open hours can back at `now`, in base units."""
    return HOUR * sum(week.hours for week in weeks if now < week.until)
