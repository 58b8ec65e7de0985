"""The seller's side of the marketplace: listing something, the own shop with what is next in it, and one listing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from api.case_acts import CaseActName
from api.currencies import all_currencies
from api.database import Mirror
from api.fields import Id
from api.marketplace import queries, routes
from api.marketplace.queries import ListingFilters, ListingSort, OrderFilters, OrderSort
from api.marketplace.routes import ListingId
from api.marketplace.schemas import ListingDetail
from api.paging import PageDep, PageRequest, cut
from web.acts import market as acts
from web.acts.forms import Desk, Form
from web.acts.model import Act
from web.desks.accounts import Holder, Typed, holder_of
from web.desks.orders import SELLER, in_turn, with_next
from web.lists import heading_of, names_of, paging
from web.visits import Visit, VisitDep

CREDITS_ALONE: Final = "credits"
"""In the place of a currency."""
ACTS: Final[Mapping[CaseActName, Act]] = {
    CaseActName.UPDATE_PRICE: acts.UPDATE_PRICE,
    CaseActName.PAUSE_LISTING: acts.PAUSE,
    CaseActName.RESUME_LISTING: acts.RESUME,
    CaseActName.CHANGE_PAYOUT_ACCOUNT: acts.CHANGE_PAYOUT,
    CaseActName.WITHDRAW_LISTING: acts.WITHDRAW_LISTING,
}
"""What the page of one listing has a form for, in this order."""
AT_MOST: Final = PageRequest(50, None, "", ())
"""Orders of a kind; the oldest of those that go on."""
LONGEST: Final = 42
"""Letters of an address."""

router = APIRouter()


@router.get("/{language}/sell")
def show_sell(visit: VisitDep, currency: Annotated[str, Query(max_length=LONGEST)] = "") -> HTMLResponse:
    """Show the form of a new listing in a currency, or for credits alone; in the first currency if none is named."""
    with visit.open() as mirror:
        desk = Desk.of(visit, mirror)
        listed = [one for one in all_currencies(mirror) if one.listed]
        unit = next((one for one in listed if one.address.lower() == currency.lower()), listed[0] if listed else None)
        alone = unit is None or currency == CREDITS_ALONE
        form = None
        if desk and alone:
            form = desk.form(acts.LIST_FOR_CREDITS, "list-credits")
        elif desk and unit:
            form = desk.form(acts.LIST, "list", {"currency": unit.address}, unit=unit)
        chosen = CREDITS_ALONE if alone or unit is None else unit.address
        return visit.page("market/sell.html", desk=desk, form=form, chosen=chosen, currencies=listed)


@router.get("/{language}/desks/shop")
def show_shop(visit: VisitDep, page: PageDep, typed: Typed = "") -> HTMLResponse:
    """Show what the entity that an account acts for sells: orders by what is next, and the listings."""
    with visit.open() as mirror:
        holder = holder_of(mirror, typed)
        number = holder.entity.entity_id if holder.entity else None
        listings, cursor = _listings(mirror, holder, page)
        return visit.page(
            "market/shop.html",
            desk=Desk.of(visit, mirror),
            holder=holder,
            names=names_of(visit, mirror, [number] if number is not None else []),
            **(_orders(visit, mirror, OrderFilters(seller=number)) if number is not None else {"orders": []}),
            listings=[
                (one, heading_of(visit, one.description_hash, "listing", one.listing_id))
                for one in routes.listings_of(mirror, listings)
            ],
            now=mirror.now,
            **paging(page, cursor),
        )


@router.get("/{language}/desks/shop/orders")
def show_shop_orders(
    visit: VisitDep, page: PageDep, typed: Typed = "", listing: Id | None = None, *, ended: bool = False
) -> HTMLResponse:
    """Show all orders of the entity that an account acts for, or those of one listing: that go on, or that ended."""
    with visit.open() as mirror:
        holder, sort = holder_of(mirror, typed), OrderSort.UPDATED if ended else OrderSort.OLDEST
        rows: Sequence[queries.FoundOrder] = []
        if holder.entity is not None:
            wanted = OrderFilters(seller=holder.entity.entity_id, listing=listing, ended=ended)
            rows = queries.list_orders(mirror, wanted, sort, page)
        shown, cursor = cut(page, rows, lambda one: queries.order_position(one, sort))
        return visit.page(
            "market/shop_orders.html",
            holder=holder,
            listing=listing,
            ended=ended,
            orders=list(with_next(visit, mirror, shown, SELLER)),
            now=mirror.now,
            **paging(page, cursor),
        )


@router.get("/{language}/listings/{listing_id}/desk")
def show_listing_desk(visit: VisitDep, listing_id: ListingId) -> HTMLResponse:
    """Show one listing to its seller: its orders by what is next, and every act that is possible now."""
    with visit.open() as mirror:
        listing, desk = routes.listing_of(mirror, listing_id), Desk.of(visit, mirror)
        return visit.page(
            "market/listing.html",
            desk=desk,
            listing=listing,
            title=heading_of(visit, listing.description_hash, "listing", listing_id),
            names=names_of(visit, mirror, [listing.seller.entity_id]),
            **_orders(visit, mirror, OrderFilters(listing=listing_id)),
            forms=list(_forms(desk, listing)) if desk else [],
            now=mirror.now,
        )


def _listings(mirror: Mirror, holder: Holder, page: PageRequest) -> tuple[Sequence[queries.FoundListing], str | None]:
    if holder.entity is None:
        return [], None
    found = queries.list_listings(mirror, ListingFilters(seller=holder.entity.entity_id), ListingSort.NEWEST, page)
    return cut(page, found, lambda one: queries.listing_position(one, ListingSort.NEWEST))


def _orders(visit: Visit, mirror: Mirror, filters: OrderFilters) -> dict[str, Any]:
    """Return the orders that go on, or of which something is still to be paid, by what the seller has to do first.

    `more` is whether there are others, which the lists of orders have.
    """
    going_on, ended = replace(filters, ended=False), replace(filters, ended=True)
    found = queries.list_orders(mirror, going_on, OrderSort.OLDEST, AT_MOST)
    over = queries.list_orders(mirror, ended, OrderSort.UPDATED, AT_MOST)
    unpaid = [one for one in with_next(visit, mirror, over[: AT_MOST.limit], SELLER) if one["next"] is not None]
    shown = sorted([*with_next(visit, mirror, found[: AT_MOST.limit], SELLER), *unpaid], key=in_turn)
    return {"orders": shown, "more": max(len(found), len(over)) > AT_MOST.limit}


def _forms(desk: Desk, listing: ListingDetail) -> Iterator[Form]:
    """Yield the form of each act of the seller that is legal now."""
    legal = {act.act for act in listing.next_acts if act.legal_now}
    for name, act in ACTS.items():
        if name not in legal:
            continue
        for_credits = name is CaseActName.UPDATE_PRICE and listing.currency is None
        chosen = acts.UPDATE_CREDITS if for_credits else act
        yield desk.form(chosen, name.value, {"listing": listing.listing_id}, unit=listing.currency)
