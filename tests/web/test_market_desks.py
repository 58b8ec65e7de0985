"""What the marketplace's desks offer, to whom and until when, as the mirror has it."""

import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

import pytest

from indexer.store.columns import Base
from indexer.store.models import ListingState, OrderState
from tests.api import case_rows as c
from tests.api import case_scenario as cases
from tests.api import rows as r
from tests.api import scenario
from tests.api.case_rows import HOUR
from tests.api.client import Client
from tests.api.rows import BUYER, DAY, NOW
from tests.web.conftest import Show
from tests.web.reading import Element, read
from tests.web.test_desks import forms_of, spec_of

Pages = Callable[..., Client]
ANYONES = "What anybody can do"
HANDED_OVER = {"accepted_at": NOW - 2 * DAY, "handed_over_at": NOW - DAY}


def market(*more: Base) -> Iterator[Base]:
    """Yield a seller with a listing, and what it is paid in."""
    yield r.checkpoint()
    yield r.journal("Marketplace", r.MARKETPLACE)
    yield r.entity(1, account=r.ORGANIZER)
    yield r.tenure(1, 11, r.ORGANIZER, NOW - 60 * DAY)
    yield r.currency()
    yield r.metadata()
    yield from more


def args_of(page: Element, key: str) -> list[Any]:
    call = spec_of(page, key)["call"]
    assert isinstance(call, dict)
    args: list[Any] = call["args"]
    return args


@pytest.mark.parametrize(
    ("changes", "offered"),
    [
        ({}, ["acceptOrder", "declineOrder", "withdrawOrder"]),
        ({"window_ends_at": NOW + 1}, ["acceptOrder", "declineOrder", "withdrawOrder"]),
        ({"window_ends_at": NOW}, ["expire"]),
        (
            {"state": OrderState.ACCEPTED, "accepted_at": NOW - DAY},
            ["handOver", "cancelOrder", "voidSettlements"],
        ),
        ({"state": OrderState.ACCEPTED, "accepted_at": NOW - DAY, "window_ends_at": NOW}, ["expire"]),
        (
            {"state": OrderState.HANDED_OVER, **HANDED_OVER},
            ["cancelOrder", "completeOrder", "disputeOrder", "voidSettlements"],
        ),
        ({"state": OrderState.HANDED_OVER, **HANDED_OVER, "window_ends_at": NOW}, ["completeOrder"]),
        ({"state": OrderState.DISPUTED, **HANDED_OVER, "disputed_at": NOW}, ["voidSettlements"]),
        (
            {"state": OrderState.DECLINED, "window_ends_at": None, "ended_at": NOW, "seller_bps": 0},
            ["payOrder", "payPart"],
        ),
        (
            {"state": OrderState.DECLINED, "window_ends_at": None, "ended_at": NOW, "seller_bps": 0, "paid_parts": 3},
            [],
        ),
    ],
)
def test_order__forms__are_those_of_the_acts_that_are_legal(
    show: Show, changes: dict[str, Any], offered: list[str]
) -> None:
    page = show("/en/orders/1/desk", market(c.listing(1), c.order(1, **changes)))

    assert forms_of(page) == offered


def test_order__acts__stand_below_who_may(show: Show) -> None:
    placed = show("/en/orders/1/desk", market(c.listing(1), c.order(1)))
    headings = [one.text for one in placed.all() if one.name in {"h2", "h3"}]

    assert headings.index("What the seller can do") < headings.index("Accept the order")
    assert headings.index("What the buyer can do") < headings.index("Take the order back")
    assert ANYONES not in headings
    assert "Possible until" in placed.text


def test_order__without_evidence__hands_over_with_no_hash(pages: Client) -> None:
    page = read(pages.get(f"/en/orders/{cases.ACCEPTED}/desk").body)

    number, evidence = args_of(page, "handOver")
    assert number == cases.ACCEPTED
    assert evidence["is"] == ""
    assert evidence["then"] == "0x" + "0" * 64
    assert evidence["else"]["$"] == "document"


def test_order__parts_to_pay__are_those_that_are_due_by_the_contracts_number(pages: Client) -> None:
    page = read(pages.get(f"/en/orders/{cases.RULED}/desk").body)

    parts = [one.attributes["value"] for one in page.all("input") if one.attributes.get("data-name") == "part"]
    assert parts == ["1", "2", "3"], "the buyer's money is paid"


@pytest.mark.parametrize(
    ("changes", "offered"),
    [
        ({}, ["updatePrice", "pauseListing", "changePayoutAccount", "withdrawListing"]),
        (
            {"state": ListingState.PAUSED},
            ["updatePrice", "resumeListing", "changePayoutAccount", "withdrawListing"],
        ),
        ({"state": ListingState.WITHDRAWN}, ["changePayoutAccount"]),
    ],
)
def test_listing__forms__are_those_that_the_state_allows(
    show: Show, changes: dict[str, Any], offered: list[str]
) -> None:
    assert forms_of(show("/en/listings/1/desk", market(c.listing(1, **changes)))) == offered


def test_listing__for_credits_alone__has_no_price_in_money_to_change(pages: Client) -> None:
    page = read(pages.get(f"/en/listings/{cases.CREDITS_ONLY}/desk").body)

    assert args_of(page, "updatePrice") == [cases.CREDITS_ONLY, 0, {"$": "field", "name": "credits"}]


@pytest.mark.parametrize(
    ("wanted", "currency", "price"),
    [
        ("", r.EURO, {"$": "field", "name": "price"}),
        (f"?currency={scenario.OLD_EURO}", r.EURO, {"$": "field", "name": "price"}),
        ("?currency=credits", "0x" + "0" * 40, 0),
    ],
)
def test_list__names_a_currency_that_is_listed_or_none(
    pages: Client, wanted: str, currency: str, price: object
) -> None:
    page = read(pages.get(f"/en/sell{wanted}").body)

    (terms,) = args_of(page, "list-credits" if price == 0 else "list")
    assert (terms["currency"].lower(), terms["price"]) == (currency, price)


def test_list__without_any_currency__is_for_credits_alone(show: Show) -> None:
    page = show("/en/sell", [r.checkpoint()])

    assert forms_of(page) == ["list"]
    assert args_of(page, "list-credits")[0]["price"] == 0


def numbers_in(page: Element, folder: str) -> list[int]:
    """Return the orders or listings that a list leads to, in its order."""
    links = [one.attributes["href"].split("/") for one in page.all("a") if one.attributes["href"].endswith("/desk")]
    return [int(parts[3]) for parts in links if parts[2] == folder]


def test_shop__orders__begin_with_what_ends_first_and_leave_out_what_is_paid(show: Show) -> None:
    over = {"state": OrderState.DECLINED, "window_ends_at": None, "ended_at": NOW, "seller_bps": 0}
    rows = market(
        c.listing(1),
        c.order(1, window_ends_at=NOW + 3 * DAY),
        c.order(2, window_ends_at=NOW + DAY),
        c.order(3, state=OrderState.HANDED_OVER, **HANDED_OVER),
        c.order(4, **over),
        c.order(5, **over, paid_parts=3),
    )
    page = show(f"/en/desks/shop?account={r.ORGANIZER}", rows)

    assert numbers_in(page, "orders") == [2, 1, 4, 3]
    assert numbers_in(page, "listings") == [1]


OVER = {"state": OrderState.DECLINED, "window_ends_at": None, "ended_at": NOW, "seller_bps": 0}


@pytest.mark.parametrize("count", [50, 51])
@pytest.mark.parametrize("over", [{}, OVER | {"paid_parts": 3}], ids=["going on", "ended"])
def test_shop__with_more_orders_than_it_shows__says_so(show: Show, count: int, over: dict[str, Any]) -> None:
    rows = market(c.listing(1), *(c.order(number, **over) for number in range(1, count + 1)))
    text = show(f"/en/desks/shop?account={r.ORGANIZER}", rows).text

    assert ("These are not all" in text) is (count > 50)


def all_of(client: Client, path: str) -> list[int]:
    """Return the orders that a list leads to, page by page."""
    found: list[int] = []
    while path:
        page = read(client.get(path).body)
        found += numbers_in(page, "orders")
        path = next((one.attributes["href"] for one in page.all("a") if one.attributes.get("rel") == "next"), "")
    return found


def test_shop__lists_of_orders__have_every_one_once(pages_of: Pages) -> None:
    orders = [c.order(number, **(OVER if number % 3 == 0 else {})) for number in range(1, 61)]
    other = c.order(61, listing_id=2), c.order(62, listing_id=3, seller=2)
    pages = pages_of([*market(c.listing(1), c.listing(2), *orders, *other), r.entity(2), c.listing(3, seller=2)])

    path = f"/en/desks/shop/orders?account={r.ORGANIZER}"
    going_on = [number for number in range(1, 61) if number % 3]
    assert all_of(pages, path) == [*going_on, 61]
    assert all_of(pages, f"{path}&listing=1&limit=7") == going_on
    assert all_of(pages, f"{path}&ended=true") == list(range(60, 0, -3))
    assert all_of(pages, f"/en/desks/shop/orders?account={BUYER}") == []


def test_shop__and_its_listings__lead_to_their_lists_of_orders(show: Show) -> None:
    for path, query in ((f"/desks/shop?account={r.ORGANIZER}", ""), ("/listings/1/desk", "&listing=1")):
        page = show(f"/en{path}", market(c.listing(1)))
        found = [one.attributes["href"] for one in page.all("a") if "/desks/shop/orders" in one.attributes["href"]]
        assert [one.partition("?")[2].lower() for one in found] == [
            f"account={r.ORGANIZER}{query}",
            f"account={r.ORGANIZER}{query}&ended=true",
        ]


def test_orders__of_a_buyer__say_what_is_next_for_the_buyer_alone(show: Show) -> None:
    rows = market(c.listing(1), c.order(1), c.order(2, state=OrderState.HANDED_OVER, **HANDED_OVER))
    page = show(f"/en/desks/orders?account={BUYER}", [*rows, c.order(3, buyer=r.ORGANIZER)])

    assert numbers_in(page, "orders") == [2, 1]
    assert "Accept the order" not in page.text
    assert "Confirm; the seller is paid" in page.text


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/en/desks/shop?account=0x12", "This is no account"),
        (f"/en/desks/shop?account={BUYER}", "This account acts for nobody"),
        ("/en/desks/orders?account=0x12", "This is no account"),
        (f"/en/desks/orders?account={'0x' + '99' * 20}", "No order yet"),
    ],
)
def test_desks__of_nobody__say_so(pages: Client, path: str, said: str) -> None:
    assert said in read(pages.get(path).body).text


def test_desks__of_what_is_not_there__are_not_found(pages: Client) -> None:
    assert pages.get("/en/orders/999/desk").status == 404
    assert pages.get("/en/listings/999/desk").status == 404


def test_price__in_both__is_said_on_the_listing(show: Show) -> None:
    page = show("/en/listings/1/desk", market(c.listing(1, price=250, credit_price=2 * HOUR)))

    assert "2 EIC" in page.text


@pytest.mark.parametrize("path", ["/sell", "/sell?currency=credits", "/desks/help/offer", "/start"])
def test_form__of_what_is_offered__takes_links(pages: Client, path: str) -> None:
    page = read(pages.get(f"/en{path}").body)

    (rows,) = (one for one in page.all("fieldset") if one.attributes.get("data-rows") == "links")
    names = {one.attributes["data-name"] for one in rows.all("input")}
    assert names == {"url", "name"}
    fields = [
        field
        for script in page.all("script")
        if "-spec" in script.attributes.get("id", "")
        for field in json.loads(script.text)["fields"]
        if field["name"] == "links"
    ]
    assert [(one["fields"][0]["type"], one["fields"][0]["max"]) for one in fields] == [("link", "500")]


def test_listing_and_offer__lead_where_their_documents_say_and_whose_page_it_is(pages_of: Pages) -> None:
    links = [
        {"url": "https://a.example/x", "title": {"en": "More of it"}},
        {"url": "https://b.example/"},
        {"url": "javascript:alert(1)", "title": {"en": "Not this"}},
        {"url": "http://c.example/", "title": {"en": "Nor this"}},
    ]
    content = json.dumps({"title": {"en": "A bell"}, "links": links}).encode()
    digest = "0x" + sha256(content).hexdigest()
    pages = pages_of(
        [*market(c.listing(1, description_hash=digest)), r.entity(7), c.offer(1, details_hash=digest)], [content]
    )

    for path in ("/listings/1", "/offers/1"):
        page = read(pages.get(f"/en{path}").body)
        found = [one for one in page.all("a") if one.attributes.get("rel") == "nofollow noopener ugc"]
        assert [(one.attributes["href"], one.text) for one in found] == [
            ("https://a.example/x", "More of it a.example"),
            ("https://b.example/", "https://b.example/"),
        ]
