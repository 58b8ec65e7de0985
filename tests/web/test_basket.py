"""The basket: what stands in its address is summed leg by leg, and ordered as it was shown or not at all."""

from typing import Any

import pytest

from indexer.store.models import ListingState
from tests.api import case_rows as c
from tests.api import case_scenario as cases
from tests.api import rows as r
from tests.api.case_rows import HOUR
from tests.api.client import Client
from tests.web.conftest import Show
from tests.web.reading import Element, read
from tests.web.running import run
from tests.web.test_desks import forms_of, spec_of
from tests.web.test_market_desks import market
from web.acts import baskets
from web.acts.model import filled

POUND = "0x" + "e7" * 20
NO_HASH = "0x" + "0" * 64


def basket(*lines: tuple[int, int, str]) -> str:
    return "/en/basket?" + "&".join(f"listing={number}&quantity={units}&mode={mode}" for number, units, mode in lines)


def items_of(page: Element) -> list[dict[str, Any]]:
    call = spec_of(page, "order")["call"]
    assert isinstance(call, dict)
    items: list[dict[str, Any]] = call["args"][0]
    return items


def test_basket__of_nothing__offers_no_order(pages: Client) -> None:
    for path in ("/en/basket", basket((cases.BOTH, 0, "pickup"))):
        page = read(pages.get(path).body)
        assert forms_of(page) == []
        assert "Nothing is in the basket" in page.text


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([(999, 1, "pickup")], "There is no such listing"),
        ([(cases.PAUSED, 1, "pickup")], "Nobody can order it at present"),
        ([(cases.SOLD_OUT, 1, "pickup")], "Nobody can order it at present"),
        ([(cases.OLD, 1, "pickup")], "Nobody can order it at present"),
        ([(cases.BOTH, 1, "online")], "It does not come to you in this way"),
        ([(cases.BOTH, 9, "pickup")], "There are not so many left"),
        ([(cases.BOTH, 5, "pickup"), (cases.BOTH, 4, "shipping")], "There are not so many left"),
    ],
)
def test_basket__with_what_the_contract_refuses__says_so_and_orders_nothing(
    pages: Client, lines: list[tuple[int, int, str]], said: str
) -> None:
    page = read(pages.get(basket(*lines, (cases.MONEY_ONLY, 1, "online"))).body)

    assert forms_of(page) == []
    assert said in page.text


@pytest.mark.parametrize("query", ["quantity=-1", "quantity=16777216", "quantity=x", "mode=by_pigeon", "listing=0"])
def test_basket__that_cannot_be__is_not_understood(pages: Client, query: str) -> None:
    assert pages.get(f"/en/basket?listing=1&quantity=1&mode=pickup&{query}").status == 400


def test_basket__of_more_items_than_a_buyer_may_have_orders__is_not_understood(pages: Client) -> None:
    assert pages.get(basket(*((1, 1, "pickup") for _ in range(21)))).status == 400


def test_basket__across_sellers__sums_each_currency_and_the_credits(show: Show) -> None:
    rows = market(
        r.entity(2),
        r.currency(currency=POUND),
        r.metadata(currency=POUND, symbol="tGBP"),
        c.listing(1, price=100, credit_price=HOUR),
        c.listing(2, seller=2, currency=POUND, price=7, credit_price=0),
        c.listing(3, seller=2, price=11, credit_price=2 * HOUR),
    )
    page = show(basket((1, 2, "pickup"), (2, 3, "pickup"), (3, 1, "shipping"), (1, 1, "shipping")), rows)

    spec: dict[str, Any] = spec_of(page, "order")
    permits = {one["currency"].lower(): (one["amount"], one["symbol"]) for one in spec["permits"]}
    assert permits == {r.EURO: ("311", "tEUR"), POUND: ("21", "tGBP")}
    assert [one["quantity"] for one in items_of(page)] == [2, 3, 1, 1]
    assert "5 EIC" in page.text
    signed = spec["permit_call"]["args"][1]
    assert [(one["amount"], one["s"]["index"]) for one in signed] == [("311", 0), ("21", 1)]


def test_basket__items__carry_the_terms_that_are_shown(pages: Client) -> None:
    page = read(pages.get(basket((cases.BOTH, 2, "shipping"), (cases.BOTH, 1, "pickup"))).body)

    posted, fetched = items_of(page)
    assert posted["termsHash"] == r.digest(0x7E)
    assert (posted["deliveryMode"], fetched["deliveryMode"]) == (2, 1)
    assert posted["addressHash"]["$"] == "sealed"
    assert posted["addressHash"]["content"]["salt"]["$"] == "salt"
    assert fetched["addressHash"] == NO_HASH


def test_basket__two_items_to_one_address__have_different_salts(pages: Client) -> None:
    page = read(pages.get(basket((cases.BOTH, 1, "shipping"), (cases.CREDITS_ONLY, 1, "on_site"))).body)

    one, other = (item["addressHash"]["content"]["salt"]["name"] for item in items_of(page))
    assert one != other


def test_basket__to_fetch_for_credits__asks_for_no_address_and_no_leave(show: Show) -> None:
    page = show(basket((1, 1, "pickup")), market(c.listing(1, currency=None, price=0)))

    spec: dict[str, Any] = spec_of(page, "order")
    assert (spec["fields"], spec["permits"], spec["permit_call"]) == ([], [], None)


def test_listing__that_nobody_can_order__cannot_be_put_into_the_basket(show: Show) -> None:
    actions = [
        [one.attributes.get("action") for one in show("/en/listings/1", market(c.listing(1, **changes))).all("form")]
        for changes in ({}, {"state": ListingState.PAUSED})
    ]
    assert ["/en/basket" in found for found in actions] == [True, False]


SCRIPT = """
import { linesOf, merged, queryOf } from "./web/wallet/lines.js";
const kept = [{ listing: "1", quantity: 2, mode: "pickup" }, { listing: "2", quantity: 1, mode: "online" }];
const query = new URLSearchParams("add=1&listing=1&quantity=3&mode=pickup&listing=1&quantity=1&mode=shipping");
const wrong = [
  { listing: "x", quantity: 1, mode: "pickup" }, { listing: "1", quantity: 0, mode: "pickup" },
  { listing: "1", quantity: 1.5, mode: "pickup" }, { listing: "1", quantity: NaN, mode: "pickup" },
  { listing: "1", quantity: 1, mode: "<b>" },
];
console.log(JSON.stringify({
  merged: queryOf(merged(kept, linesOf(query))), wrong: merged([], wrong),
  short: linesOf(new URLSearchParams("listing=1")), round: queryOf(linesOf(new URLSearchParams(queryOf(kept)))),
}));
"""


def test_lines__kept_and_added__are_summed_and_what_cannot_be_is_left_out() -> None:
    assert run(SCRIPT) == {
        "merged": "listing=1&quantity=5&mode=pickup&listing=2&quantity=1&mode=online"
        "&listing=1&quantity=1&mode=shipping",
        "wrong": [],
        "short": [],
        "round": "listing=1&quantity=2&mode=pickup&listing=2&quantity=1&mode=online",
    }


PERMITTED = """
import { contextOf, fillIn } from "./web/wallet/arguments.js";
import { readFileSync } from "node:fs";
const { args, permits } = JSON.parse(readFileSync(0, "utf8"));
const context = contextOf({ account: "0x", now: 0, values: {} });
for (const place of permits) context.permits[place] = { deadline: 9, v: 27, r: `r${place}`, s: `s${place}` };
console.log(JSON.stringify(await fillIn(args, context)));
"""


@pytest.mark.parametrize("permits", [[0, 1, 2], [1], [0, 2], []])
def test_order__permits__are_of_the_currencies_that_take_them_alone(permits: list[int]) -> None:
    item = baskets.item(1, 2, 4, "0xfe")
    known = {f"currency_{n}": f"0x{n}" for n in range(3)} | {f"money_{n}": str(n) for n in range(3)}
    items, signed = run(PERMITTED, {"args": filled(baskets.order([item], 3).permit_args, known), "permits": permits})

    assert items == [item]
    assert signed == [
        {"currency": f"0x{n}", "amount": str(n), "deadline": 9, "v": 27, "r": f"r{n}", "s": f"s{n}"} for n in permits
    ]
