"""The marketplace, for reading: listings, one listing, one order."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse

from api.marketplace import queries, routes
from api.marketplace.queries import ListingFilters, ListingSort
from api.marketplace.routes import ListingId, OrderId, listing_filters
from api.paging import PageDep, cut
from web.descriptions import LONGEST
from web.lists import document_at, heading_of, names_of, paging, worth_naming
from web.visits import VisitDep
from web.words import DELIVERY_MODES

router = APIRouter()


@router.get("/{language}/listings")
def list_listings(
    visit: VisitDep,
    page: PageDep,
    wanted: Annotated[ListingFilters, Depends(listing_filters)],
    sort: Annotated[ListingSort, Query()] = ListingSort.NEWEST,
) -> HTMLResponse:
    """Show what is listed."""
    with visit.open() as mirror:
        found = queries.list_listings(mirror, wanted, sort, page)
        shown, cursor = cut(page, found, lambda one: queries.listing_position(one, sort))
        listings = routes.listings_of(mirror, shown)
        return visit.page(
            "marketplace/list.html",
            listings=listings,
            titles={
                one.listing_id: heading_of(visit, one.description_hash, "listing", one.listing_id) for one in listings
            },
            names=names_of(visit, mirror, [one.seller.entity_id for one in listings]),
            filters=wanted,
            filtered=bool(page.query),
            modes=list(DELIVERY_MODES),
            **paging(page, cursor),
        )


@router.get("/{language}/listings/{listing_id}")
def show_listing(visit: VisitDep, listing_id: ListingId) -> HTMLResponse:
    """Show one listing."""
    with visit.open() as mirror:
        listing = routes.listing_of(mirror, listing_id)
        document = document_at(visit, listing.description_hash)
        return visit.page(
            "marketplace/listing.html",
            listing=listing,
            title=heading_of(visit, listing.description_hash, "listing", listing_id),
            description=document.text("about", LONGEST),
            pictures=document.pictures(),
            elsewhere=document.links(),
            names=names_of(visit, mirror, [listing.seller.entity_id]),
        )


@router.get("/{language}/orders/{order_id}")
def show_order(visit: VisitDep, order_id: OrderId) -> HTMLResponse:
    """Show one order: where it stands, what is in escrow, and who gets it."""
    with visit.open() as mirror:
        order = routes.order_of(mirror, order_id)
        listing = queries.find_listing(mirror, order.listing_id).listing
        return visit.page(
            "marketplace/order.html",
            order=order,
            nexts=worth_naming(order.next_acts),
            title=heading_of(visit, listing.description_hash, "listing", order.listing_id),
            names=names_of(visit, mirror, [order.seller.entity_id]),
        )
