"""Where listings and orders are read."""

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import StreamingResponse

from api import facts, fields
from api.case_schemas import NextCaseAct, act_values, escrow_gates
from api.database import Mirror, ReaderDep
from api.exports import FormatPath, export, export_responses
from api.marketplace import queries, schemas, views
from api.marketplace.queries import ListingFilters, ListingSort, OrderFilters, OrderSort
from api.marketplace.schemas import DeliveryMode
from api.paging import PageDep, Rows, page_of
from api.past import At
from api.problems import INVALID_ADDRESS, UNKNOWN_BLOCK, UNKNOWN_LISTING, UNKNOWN_ORDER, list_failures, read_failures
from indexer.store.models import ListingState, OrderState

CONTRACT: Final = "Marketplace"

router = APIRouter(tags=["marketplace"])

ListingId = Annotated[fields.Id, Path(description="Number of the listing, from 1.", examples=[1])]
OrderId = Annotated[fields.Id, Path(description="Number of the order, from 1.", examples=[1])]
Seller = Annotated[fields.Id | None, Query(description="Entity id of the seller.")]


async def listing_filters(
    state: Annotated[list[ListingState], Query(description="State; repeat it for any of several.")] = [],  # noqa: B006
    delivery_mode: Annotated[list[DeliveryMode], Query(description="Mode; repeat it for any of several.")] = [],  # noqa: B006
    seller: Seller = None,
    currency: Annotated[fields.AddressText | None, Query(description="Contract of the currency.")] = None,
    takes_credits: Annotated[bool | None, Query(description="Whether it has a price in credits.")] = None,
    in_stock: Annotated[bool | None, Query(description="Whether units are left.")] = None,
) -> ListingFilters:
    """Read the filters of a list of listings."""
    return ListingFilters(state, delivery_mode, seller, currency, takes_credits, in_stock)


async def order_filters(
    state: Annotated[list[OrderState], Query(description="State at the block's time; repeat it for several.")] = [],  # noqa: B006
    listing: Annotated[fields.Id | None, Query(description="Listing that was ordered.")] = None,
    seller: Seller = None,
    buyer: Annotated[fields.AddressText | None, Query(description="Account that placed it.")] = None,
    currency: Annotated[fields.AddressText | None, Query(description="Contract of the money leg's currency.")] = None,
    basket: Annotated[fields.HashText | None, Query(description="Transaction in which it was placed.")] = None,
    ended: Annotated[bool | None, Query(description="Whether its legs can be paid out.")] = None,
) -> OrderFilters:
    """Read the filters of a list of orders."""
    return OrderFilters(state, listing, seller, buyer, currency, basket, ended)


@router.get("/listings", summary="List listings", responses=list_failures(INVALID_ADDRESS))
def list_listings(
    reader: ReaderDep,
    page: PageDep,
    wanted: Annotated[ListingFilters, Depends(listing_filters)],
    sort: Annotated[ListingSort, Query(description="Order of the list.")] = ListingSort.NEWEST,
) -> schemas.ListingPage:
    """Return the listings that meet every filter."""
    return page_of(schemas.ListingPage, reader, page, _listings(wanted, sort))


@router.get(
    "/listings.{form}",
    summary="Export listings",
    response_class=StreamingResponse,
    responses=export_responses(INVALID_ADDRESS),
)
def export_listings(
    reader: ReaderDep,
    form: FormatPath,
    wanted: Annotated[ListingFilters, Depends(listing_filters)],
    sort: Annotated[ListingSort, Query(description="Order of the list.")] = ListingSort.NEWEST,
) -> StreamingResponse:
    """Return all listings that meet every filter, as a file."""
    return export(reader, form, "listings", schemas.Listing, _listings(wanted, sort))


def _listings(wanted: ListingFilters, sort: ListingSort) -> Rows[queries.FoundListing, schemas.Listing]:
    return Rows(
        find=lambda mirror, page: queries.list_listings(mirror, wanted, sort, page),
        position=lambda one: queries.listing_position(one, sort),
        shown=listings_of,
    )


def listings_of(mirror: Mirror, found: Sequence[queries.FoundListing]) -> list[schemas.Listing]:
    """Return what answers say about some listings."""
    gates = escrow_gates(mirror, CONTRACT)
    return [schemas.Listing.model_validate(views.listing_values(one, gates, mirror.now)) for one in found]


@router.get("/listings/{listing_id}", summary="Read a listing", responses=read_failures(UNKNOWN_LISTING, UNKNOWN_BLOCK))
def read_listing(reader: ReaderDep, listing_id: ListingId, at: At = None) -> schemas.ListingAnswer:
    """Return a listing's terms, prices and stock, and who may do what next, until when."""
    with reader.open(at, facts.of_listing(listing_id)) as mirror:
        return schemas.ListingAnswer(as_of=mirror.as_of, listing=listing_of(mirror, listing_id))


def listing_of(mirror: Mirror, listing_id: int) -> schemas.ListingDetail:
    """Return everything about a listing.

    Raises:
        Problem: There is none with this id.
    """
    found, gates, now = queries.find_listing(mirror, listing_id), escrow_gates(mirror, CONTRACT), mirror.now
    more = {
        "unruled_of_seller": queries.unruled(mirror, seller=found.listing.seller),
        "next_acts": [act_values(act, now) for act in views.listing_acts(found, gates, now)],
    }
    return schemas.ListingDetail.model_validate(views.listing_values(found, gates, now) | more)


@router.get("/orders", summary="List orders", responses=list_failures(INVALID_ADDRESS))
def list_orders(
    reader: ReaderDep,
    page: PageDep,
    wanted: Annotated[OrderFilters, Depends(order_filters)],
    sort: Annotated[OrderSort, Query(description="Order of the list.")] = OrderSort.NEWEST,
) -> schemas.OrderPage:
    """Return the orders that meet every filter. States are those at the time of the block in `as_of`."""
    return page_of(schemas.OrderPage, reader, page, _orders(wanted, sort))


@router.get(
    "/orders.{form}",
    summary="Export orders",
    response_class=StreamingResponse,
    responses=export_responses(INVALID_ADDRESS),
)
def export_orders(
    reader: ReaderDep,
    form: FormatPath,
    wanted: Annotated[OrderFilters, Depends(order_filters)],
    sort: Annotated[OrderSort, Query(description="Order of the list.")] = OrderSort.NEWEST,
) -> StreamingResponse:
    """Return all orders that meet every filter, as a file."""
    return export(reader, form, "orders", schemas.Order, _orders(wanted, sort))


def _orders(wanted: OrderFilters, sort: OrderSort) -> Rows[queries.FoundOrder, schemas.Order]:
    return Rows(
        find=lambda mirror, page: queries.list_orders(mirror, wanted, sort, page),
        position=lambda one: queries.order_position(one, sort),
        shown=orders_of,
    )


def orders_of(mirror: Mirror, found: Sequence[queries.FoundOrder]) -> list[schemas.Order]:
    """Return what answers say about some orders."""
    payments = queries.payments_of(mirror, [one.order.order_id for one in found])
    return [
        schemas.Order.model_validate(views.order_values(one, payments[one.order.order_id], mirror.now)) for one in found
    ]


@router.get("/orders/{order_id}", summary="Read an order", responses=read_failures(UNKNOWN_ORDER, UNKNOWN_BLOCK))
def read_order(reader: ReaderDep, order_id: OrderId, at: At = None) -> schemas.OrderAnswer:
    """Return an order's legs, state and payments, and who may do what next, until when."""
    with reader.open(at, facts.of_order(order_id)) as mirror:
        return schemas.OrderAnswer(as_of=mirror.as_of, order=order_of(mirror, order_id))


def nexts_of(mirror: Mirror, found: Sequence[queries.FoundOrder]) -> list[list[NextCaseAct]]:
    """Return the next legal acts of some orders."""
    gates, now = escrow_gates(mirror, CONTRACT), mirror.now
    acts = (views.order_acts(one, queries.bought_for(mirror, one.order), gates, now) for one in found)
    return [[NextCaseAct.model_validate(act_values(act, now)) for act in some] for some in acts]


def order_of(mirror: Mirror, order_id: int) -> schemas.OrderDetail:
    """Return everything about an order.

    Raises:
        Problem: There is none with this id.
    """
    found, gates, now = queries.find_order(mirror, order_id), escrow_gates(mirror, CONTRACT), mirror.now
    payments = queries.payments_of(mirror, [order_id])[order_id]
    acts = views.order_acts(found, queries.bought_for(mirror, found.order), gates, now)
    more = {
        "unruled_of_seller": queries.unruled(mirror, seller=found.order.seller),
        "unruled_of_buyer": queries.unruled(mirror, buyer=found.order.buyer),
        "next_acts": [act_values(act, now) for act in acts],
    }
    return schemas.OrderDetail.model_validate(views.order_values(found, payments, now) | more)
