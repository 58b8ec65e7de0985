"""The basket: what stands in the address of the page, with both legs summed, to be ordered with one signature.

The browser keeps it (web/wallet/basket.js); the server remembers nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from api.case_schemas import CREDIT_UNIT, CreditUnit
from api.database import Mirror
from api.fields import Id
from api.marketplace import routes
from api.marketplace.schemas import MODE_BITS, DeliveryMode, ListingDetail
from api.records import CurrencyUnit
from serving.problems import Problem
from web.acts import baskets
from web.acts.forms import Desk, Form
from web.acts.market import MOST_UNITS
from web.lists import heading_of, names_of
from web.visits import Visit, VisitDep
from web.words import N_

MOST_ITEMS: Final = 20
"""As many open orders as a buyer may have."""
TO_AN_ADDRESS: Final = frozenset({DeliveryMode.SHIPPING, DeliveryMode.ON_SITE})
GONE: Final = N_("There is no such listing. Take it out of the basket.")
NOT_ORDERABLE: Final = N_("Nobody can order it at present. Take it out of the basket, or wait.")
OTHER_MODE: Final = N_("It does not come to you in this way. Choose another one.")
TOO_MANY: Final = N_("There are not so many left. Order fewer.")

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Line:
    """One item of a basket.

    Attributes:
        number: Of the listing.
        quantity: Units.
        mode: How it comes to the buyer.
        listing: None if there is none.
        title: Of the listing.
        fault: Message that says why the contract would refuse it; empty if it would not.
    """

    number: int
    quantity: int
    mode: DeliveryMode
    listing: ListingDetail | None
    title: str
    fault: str

    @property
    def money(self) -> int:
        """Leg in the listing's currency, in base units."""
        return self.quantity * int(self.listing.price) if self.listing else 0

    @property
    def credits(self) -> int:
        """Leg in credits, in base units."""
        return self.quantity * int(self.listing.credit_price) if self.listing else 0


@router.get("/{language}/basket")
def show_basket(
    visit: VisitDep,
    listing: Annotated[list[Id], Query(max_length=MOST_ITEMS)] = [],  # noqa: B006
    quantity: Annotated[list[Annotated[int, Query(ge=0, le=MOST_UNITS)]], Query(max_length=MOST_ITEMS)] = [],  # noqa: B006
    mode: Annotated[list[DeliveryMode], Query(max_length=MOST_ITEMS)] = [],  # noqa: B006
) -> HTMLResponse:
    """Show a basket: its items, what they cost in every currency and in credits, and the form that orders them."""
    with visit.open() as mirror:
        wanted: Counter[tuple[int, DeliveryMode]] = Counter()
        for number, units, way in zip(listing, quantity, mode, strict=False):
            wanted[number, way] += units
        lines = list(_lines(visit, mirror, {key: units for key, units in wanted.items() if units}))
        desk = Desk.of(visit, mirror)
        return visit.page(
            "market/basket.html",
            desk=desk,
            chain=mirror.checkpoint.chain_id,
            lines=lines,
            names=names_of(visit, mirror, {one.listing.seller.entity_id for one in lines if one.listing}),
            sums=sums_of(lines),
            credits=sum(one.credits for one in lines),
            credit=CreditUnit.model_validate(CREDIT_UNIT),
            form=_form(desk, lines) if desk and lines and not any(one.fault for one in lines) else None,
            modes=list(DeliveryMode),
            most=MOST_ITEMS,
            now=mirror.now,
        )


def sums_of(lines: Iterable[Line]) -> list[tuple[CurrencyUnit, int]]:
    """Return what a basket costs in each currency."""
    units: dict[str, CurrencyUnit] = {}
    sums: Counter[str] = Counter()
    for line in lines:
        if line.listing and line.listing.currency and line.money:
            units[line.listing.currency.address] = line.listing.currency
            sums[line.listing.currency.address] += line.money
    return [(units[address], amount) for address, amount in sums.items()]


def _lines(visit: Visit, mirror: Mirror, wanted: dict[tuple[int, DeliveryMode], int]) -> Iterator[Line]:
    units: Counter[int] = Counter()
    for (number, mode), quantity in wanted.items():
        try:
            listing = routes.listing_of(mirror, number)
        except Problem:
            yield Line(number, quantity, mode, None, heading_of(visit, "", "listing", number), GONE)
            continue
        units[number] += quantity
        title = heading_of(visit, listing.description_hash, "listing", number)
        yield Line(number, quantity, mode, listing, title, _fault(listing, mode, units[number]))


def _fault(listing: ListingDetail, mode: DeliveryMode, units: int) -> str:
    """Return why the contract would refuse an item, as far as it does not depend on who orders."""
    if not listing.orderable:
        return NOT_ORDERABLE
    if mode not in listing.delivery_modes:
        return OTHER_MODE
    return TOO_MANY if units > listing.stock else ""


def _form(desk: Desk, lines: Sequence[Line]) -> Form:
    sums = sums_of(lines)
    items = [
        baskets.item(
            line.number,
            line.quantity,
            MODE_BITS[line.mode],
            line.listing.terms_hash if line.listing else "",
            place if line.mode in TO_AN_ADDRESS else None,
        )
        for place, line in enumerate(lines)
    ]
    given = {f"currency_{place}": unit.address for place, (unit, _) in enumerate(sums)}
    amounts = {f"money_{place}": str(amount) for place, (_, amount) in enumerate(sums)}
    act = baskets.order(items, len(sums))
    return desk.form(act, "order", given | amounts, units=[unit for unit, _ in sums])
