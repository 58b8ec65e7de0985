"""Ordering a whole basket with one signature: its items and currencies are those of one page."""

from collections.abc import Sequence
from typing import Final

from web.acts.market import MARKETPLACE, NO_HASH
from web.acts.model import Act, Field, Kind, Permit, Template, given, permitted, salt, sealed, typed
from web.words import N_

ADDRESS_LETTERS: Final = 1_000
ADDRESS: Final = Field(
    name="address",
    label=N_("Where to deliver"),
    kind=Kind.PROSE,
    most=ADDRESS_LETTERS,
    hint=N_(
        "Nobody sees it now: the chain gets a hash that can't be guessed, and the address stays in this browser. Once "
        "a seller accepted, the order's page makes a link that only you hand over."
    ),
)


def item(listing: Template, quantity: Template, mode: Template, terms: Template, place: int | None = None) -> Template:
    """Return one item of a basket.

    Args:
        listing: Number.
        quantity: Units.
        mode: Bit of the way of delivery.
        terms: Hash of the terms that the page shows.
        place: Of the item in the basket, so that its address has a salt of its own; None if it goes to no address.
    """
    address = {"type": "delivery-address", "text": typed("address"), "salt": salt(f"item-{place}")}
    return {
        "listingId": listing,
        "quantity": quantity,
        "deliveryMode": mode,
        "termsHash": terms,
        "addressHash": NO_HASH if place is None else sealed(address),
    }


def order(items: Sequence[Template], currencies: int) -> Act:
    """Return the act that orders all items or none.

    The page gives `currency_0`, `money_0` and so on: what the items cost in each currency. Credits need no leave.
    """
    places = range(currencies)
    permits = [Permit(currency=given(f"currency_{n}"), spender=MARKETPLACE, amount=given(f"money_{n}")) for n in places]
    signed = [
        {
            "currency": one.currency,
            "amount": one.amount,
            **{part: permitted(place, part) for part in ("deadline", "v", "r", "s")},
        }
        for place, one in enumerate(permits)
    ]
    return Act(
        contract=MARKETPLACE,
        function="placeOrders",
        args=(items,),
        permits=permits,
        permit_function="placeOrdersWithPermits" if permits else "",
        permit_args=(items, signed) if permits else (),
        title=N_("Order all of it"),
        says=N_(
            "All of it is ordered, or nothing. What you pay waits in escrow; whatever a seller does not accept or hand "
            "over in time comes back to your account."
        ),
        fields=(ADDRESS,) if any(one["addressHash"] != NO_HASH for one in items) else (),
        button=N_("Order and pay into escrow"),
        then=N_("Your orders are on “My orders”, with what is next in each and by when."),
    )


_ITEM: Final = item(given("listing"), given("quantity"), given("mode"), given("terms"), 0)
ACTS: Final = (order([_ITEM], 1), order([_ITEM], 0))
"""Baskets of one item, for the tests: for money, and for credits alone."""
