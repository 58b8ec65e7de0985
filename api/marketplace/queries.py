"""Reads listings and orders from the mirror."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import InstrumentedAttribute

from api.case_schemas import changed_to
from api.database import Mirror
from api.marketplace.schemas import MODE_BITS, DeliveryMode
from api.paging import PageRequest, Position, seek
from api.problems import UNKNOWN_LISTING, UNKNOWN_ORDER
from indexer.store.cases import ORDER_ENDS
from indexer.store.models import (
    Currency,
    CurrencyMetadata,
    Entity,
    EntityAccount,
    Listing,
    ListingState,
    Order,
    OrderPayment,
    OrderState,
)
from serving.problems import Problem


class FoundListing(NamedTuple):
    """A listing with what its acts and amounts need."""

    listing: Listing
    seller: Entity
    currency: Currency | None
    metadata: CurrencyMetadata | None


class FoundOrder(NamedTuple):
    """An order with what its acts and amounts need."""

    order: Order
    listing: Listing
    seller: Entity
    currency: Currency | None
    metadata: CurrencyMetadata | None


class ListingSort(StrEnum):
    """Order of a list of listings."""

    NEWEST = "newest"
    OLDEST = "oldest"
    UPDATED = "updated"  # changed last in front
    ORDERED = "ordered"  # most often ordered in front


class OrderSort(StrEnum):
    """Order of a list of orders."""

    NEWEST = "newest"
    OLDEST = "oldest"
    UPDATED = "updated"  # changed last in front


_LISTING_ORDER: Final[dict[ListingSort, tuple[InstrumentedAttribute[int], bool]]] = {
    ListingSort.NEWEST: (Listing.listed_event_key, True),
    ListingSort.OLDEST: (Listing.listed_event_key, False),
    ListingSort.UPDATED: (Listing.last_event_key, True),
    ListingSort.ORDERED: (Listing.orders, True),
}
_ORDER_ORDER: Final[dict[OrderSort, tuple[InstrumentedAttribute[int], bool]]] = {
    OrderSort.NEWEST: (Order.placed_event_key, True),
    OrderSort.OLDEST: (Order.placed_event_key, False),
    OrderSort.UPDATED: (Order.last_event_key, True),
}
"""Column and whether it descends."""


@dataclass(frozen=True, slots=True)
class ListingFilters:
    """Which listings are asked for: all that meet every one of these."""

    states: Sequence[ListingState] = ()
    """Any of them; empty for all."""
    modes: Sequence[DeliveryMode] = ()
    """Any of them; empty for all."""
    seller: int | None = None
    currency: str | None = None
    takes_credits: bool | None = None
    in_stock: bool | None = None


@dataclass(frozen=True, slots=True)
class OrderFilters:
    """Which orders are asked for: all that meet every one of these."""

    states: Sequence[OrderState] = ()
    """Any of them, at the time of the block; empty for all."""
    listing: int | None = None
    seller: int | None = None
    buyer: str | None = None
    currency: str | None = None
    basket: str | None = None
    """Transaction."""
    ended: bool | None = None


def list_listings(
    mirror: Mirror, filters: ListingFilters, sort: ListingSort, page: PageRequest
) -> Sequence[FoundListing]:
    """Return the listings of a page, and one more if there is one."""
    column, descending = _LISTING_ORDER[sort]
    statement = _listings().where(*_listing_conditions(filters))
    key = Listing.listed_event_key.expression
    statement = seek(statement, page, column.expression, key, descending=descending)
    return [FoundListing(*row) for row in mirror.session.execute(statement)]


def listing_position(found: FoundListing, sort: ListingSort) -> Position:
    """Return where a listing stands in a list."""
    return Position(getattr(found.listing, _LISTING_ORDER[sort][0].key), found.listing.listed_event_key)


def find_listing(mirror: Mirror, listing_id: int) -> FoundListing:
    """Return one listing.

    Raises:
        Problem: There is none with this id.
    """
    row = mirror.session.execute(_listings().where(Listing.listing_id == listing_id)).one_or_none()
    if row is None:
        raise Problem(UNKNOWN_LISTING, f"There is no listing {listing_id}")
    return FoundListing(*row)


def list_orders(mirror: Mirror, filters: OrderFilters, sort: OrderSort, page: PageRequest) -> Sequence[FoundOrder]:
    """Return the orders of a page, and one more if there is one."""
    column, descending = _ORDER_ORDER[sort]
    statement = _orders().where(*_order_conditions(filters, mirror.now))
    statement = seek(statement, page, column.expression, Order.placed_event_key.expression, descending=descending)
    return [FoundOrder(*row) for row in mirror.session.execute(statement)]


def list_disputed(mirror: Mirror, most: int) -> Sequence[FoundOrder]:
    """Return the orders that wait for an arbiter, those whose time for a ruling ends first in front."""
    waiting = (Order.state == OrderState.DISPUTED.value, Order.window_ends_at > mirror.now)
    statement = _orders().where(*waiting).order_by(Order.window_ends_at, Order.order_id).limit(most)
    return [FoundOrder(*row) for row in mirror.session.execute(statement)]


def order_position(found: FoundOrder, sort: OrderSort) -> Position:
    """Return where an order stands in a list."""
    return Position(getattr(found.order, _ORDER_ORDER[sort][0].key), found.order.placed_event_key)


def find_order(mirror: Mirror, order_id: int) -> FoundOrder:
    """Return one order.

    Raises:
        Problem: There is none with this id.
    """
    row = mirror.session.execute(_orders().where(Order.order_id == order_id)).one_or_none()
    if row is None:
        raise Problem(UNKNOWN_ORDER, f"There is no order {order_id}")
    return FoundOrder(*row)


def bought_for(mirror: Mirror, order: Order) -> Entity | None:
    """Return the entity that the buyer acted for when an order was placed; None if for none."""
    before = EntityAccount.since_event_key < order.placed_event_key
    of_buyer = select(EntityAccount).where(EntityAccount.account == order.buyer, before)
    tenure = mirror.session.scalars(of_buyer.order_by(EntityAccount.since_event_key.desc()).limit(1)).first()
    if tenure is None:
        return None
    since = EntityAccount.since_event_key > tenure.since_event_key
    successors = select(EntityAccount).where(EntityAccount.entity_id == tenure.entity_id, since, before)
    if mirror.session.scalars(successors.limit(1)).first() is not None:
        return None
    return mirror.session.get(Entity, tenure.entity_id)


def payments_of(mirror: Mirror, order_ids: Collection[int]) -> dict[int, list[OrderPayment]]:
    """Return what was paid of some orders, by the number of the part."""
    statement = select(OrderPayment).where(OrderPayment.order_id.in_(order_ids))
    found: dict[int, list[OrderPayment]] = defaultdict(list)
    for row in mirror.session.scalars(statement.order_by(OrderPayment.order_id, OrderPayment.part)):
        found[row.order_id].append(row)
    return found


def unruled(mirror: Mirror, *, seller: int | None = None, buyer: str | None = None) -> int:
    """Return how many disputed orders of a seller or a buyer no arbiter ruled on in time."""
    conditions = [order_state_expression(mirror.now) == OrderState.UNRULED.value]
    conditions += [] if seller is None else [Order.seller == seller]
    conditions += [] if buyer is None else [Order.buyer == buyer]
    return mirror.session.scalar(select(func.count()).select_from(Order).where(*conditions)) or 0


def order_state_expression(now: int) -> ColumnElement[str]:
    """Return the state at `now` as SQL over `Order`; it equals `indexer.store.cases.order_state_at`."""
    over = case(changed_to(ORDER_ENDS), value=Order.state)
    return case((Order.window_ends_at <= now, over), else_=Order.state)


def _listings() -> Select[Listing, Entity, Currency, CurrencyMetadata]:
    return (
        select(Listing, Entity, Currency, CurrencyMetadata)
        .join(Entity, Entity.entity_id == Listing.seller)
        .outerjoin(Currency, Currency.currency == Listing.currency)
        .outerjoin(CurrencyMetadata, CurrencyMetadata.currency == Listing.currency)
    )


def _orders() -> Select[Order, Listing, Entity, Currency, CurrencyMetadata]:
    return (
        select(Order, Listing, Entity, Currency, CurrencyMetadata)
        .join(Listing, Listing.listing_id == Order.listing_id)
        .join(Entity, Entity.entity_id == Order.seller)
        .outerjoin(Currency, Currency.currency == Order.currency)
        .outerjoin(CurrencyMetadata, CurrencyMetadata.currency == Order.currency)
    )


def _listing_conditions(filters: ListingFilters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.states:
        conditions.append(Listing.state.in_([state.value for state in filters.states]))
    if filters.modes:
        bits = sum(MODE_BITS[mode] for mode in set(filters.modes))
        conditions.append(Listing.delivery_modes.bitwise_and(bits) != 0)
    if filters.seller is not None:
        conditions.append(Listing.seller == filters.seller)
    if filters.currency is not None:
        conditions.append(Listing.currency == filters.currency)
    if filters.takes_credits is not None:
        conditions.append(Listing.credit_price > 0 if filters.takes_credits else Listing.credit_price == 0)
    if filters.in_stock is not None:
        conditions.append(Listing.stock > 0 if filters.in_stock else Listing.stock == 0)
    return conditions


def _order_conditions(filters: OrderFilters, now: int) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.states:
        conditions.append(order_state_expression(now).in_([state.value for state in filters.states]))
    if filters.ended is not None:
        conditions.append(Order.ended_at.is_not(None) if filters.ended else Order.ended_at.is_(None))
    for column, wanted in (
        (Order.listing_id, filters.listing),
        (Order.seller, filters.seller),
        (Order.buyer, filters.buyer),
        (Order.currency, filters.currency),
        (Order.placed_tx_hash, filters.basket),
    ):
        if wanted is not None:
            conditions.append(column == wanted)
    return conditions
