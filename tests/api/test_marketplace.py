"""Listings and orders

unknown ones, malformed filters ........ refused, each with its own problem
lists .................................. by every filter, page by page
a listing .............................. terms, prices, stock, whether it can be ordered, next acts
an order ............................... legs, state at the time of the block, what goes to whom, next acts
the state as SQL ....................... equals that of `cases`, at every edge
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.fields import rfc3339
from api.marketplace.queries import order_state_expression
from indexer.store import cases
from indexer.store.models import Order, OrderState
from indexer.store.session import open_engine
from tests.api import case_rows as c
from tests.api import case_scenario as cs
from tests.api import rows as r
from tests.api import scenario as s
from tests.api.client import Client
from tests.api.rows import BUYER, DAY, NOW


@pytest.mark.parametrize(
    "path, problem",
    [
        ("/v1/listings/99", "unknown-listing"),
        ("/v1/orders/99", "unknown-order"),
        ("/v1/listings/0", "invalid-parameter"),
        (f"/v1/orders/{2**32}", "invalid-parameter"),
        ("/v1/listings?state=sold", "invalid-parameter"),
        ("/v1/listings?delivery_mode=drone", "invalid-parameter"),
        ("/v1/listings?currency=0x12", "invalid-address"),
        ("/v1/listings?in_stock=perhaps", "invalid-parameter"),
        ("/v1/orders?buyer=0x12", "invalid-address"),
        ("/v1/orders?basket=0x12", "invalid-parameter"),
        ("/v1/orders?state=placed&limit=0", "invalid-limit"),
        ("/v1/orders?listing=1&cursor=x", "invalid-cursor"),
        ("/v1/listings?price=1", "unknown-parameter"),
    ],
)
def test_paths__that_cannot_be__are_refused(client: Client, path: str, problem: str) -> None:
    assert client.get(path).problem == problem


@pytest.mark.parametrize(
    "query, expected",
    [
        ("", [6, 5, 4, 3, 2, 1]),
        ("sort=oldest&limit=2", [1, 2]),
        ("sort=ordered&limit=2", [cs.BOTH, cs.CREDITS_ONLY]),
        ("sort=updated&limit=1", [6]),
        ("state=paused", [cs.PAUSED]),
        ("state=paused&state=withdrawn", [cs.PAUSED]),
        ("seller=7", [cs.MONEY_ONLY]),
        (f"currency={s.OLD_EURO}", [cs.OLD]),
        ("takes_credits=false", [cs.MONEY_ONLY]),
        ("takes_credits=true&seller=1&delivery_mode=on_site", [cs.CREDITS_ONLY]),
        ("delivery_mode=online&delivery_mode=on_site", [cs.CREDITS_ONLY, cs.MONEY_ONLY]),
        ("in_stock=false", [cs.SOLD_OUT]),
        ("in_stock=true&state=active", [6, 3, 2, 1]),
    ],
)
def test_listings__by_filters__are_those_that_meet_them(client: Client, query: str, expected: list[int]) -> None:
    assert [item["listing_id"] for item in client.get(f"/v1/listings?{query}").json()["items"]] == expected


@pytest.mark.parametrize(
    "query, expected",
    [
        ("", list(range(10, 0, -1))),
        ("sort=oldest&limit=3", [1, 2, 3]),
        ("sort=updated&limit=2", [10, 9]),
        (f"listing={cs.CREDITS_ONLY}", [cs.DECLINED]),
        ("seller=7", []),
        (f"buyer={'0x' + 'b7' * 20}", [cs.DECLINED]),
        (f"currency={r.EURO}&ended=true", [cs.RULED]),
        (f"basket={r.digest(0xBA)}", [cs.ACCEPTED, cs.PLACED]),
        ("ended=true", [cs.DECLINED, cs.RULED]),
        ("state=placed", [cs.PLACED]),
        ("state=completed&state=ruled", [9, cs.RULED]),
        ("ended=false&state=unruled", [10]),
    ],
)
def test_orders__by_filters__are_those_that_meet_them(client: Client, query: str, expected: list[int]) -> None:
    assert [item["order_id"] for item in client.get(f"/v1/orders?{query}").json()["items"]] == expected


@pytest.mark.parametrize("path, name", [("/v1/listings?", "listing_id"), ("/v1/orders?ended=false&", "order_id")])
def test_lists__page_by_page__show_each_once(client: Client, path: str, name: str) -> None:
    following: str | None = f"{path}limit=3"
    seen: list[int] = []
    while following is not None:
        page = client.get(following).json()
        seen += [item[name] for item in page["items"]]
        following = page["links"]["next"]
    assert seen == [item[name] for item in client.get(f"{path}limit=100").json()["items"]]
    assert len(set(seen)) == len(seen) > 5


def listing(client: Client, listing_id: int) -> Any:
    return client.get(f"/v1/listings/{listing_id}").json()["listing"]


def order(client: Client, order_id: int) -> Any:
    return client.get(f"/v1/orders/{order_id}").json()["order"]


def acts_of(record: Any) -> list[tuple[str, str]]:
    return [(act["act"], act["by"]) for act in record["next_acts"]]


def test_listing__with_two_prices__has_terms_and_stock(client: Client) -> None:
    found = listing(client, cs.BOTH)
    assert (found["price"], found["credit_price"], found["stock"], found["units"]) == ("100", "5" + "0" * 17, 8, 10)
    assert (found["currency"]["symbol"], found["credit"]["symbol"]) == ("tEUR", "EIC")
    assert found["delivery_modes"] == ["pickup", "shipping"]
    assert (found["seller"]["entity_id"], found["order_count"], found["orderable"]) == (1, 9, True)
    assert found["unruled_of_seller"] == 1
    (place,) = [act for act in found["next_acts"] if act["act"] == "placeOrders"]
    assert (place["max_quantity"], place["legal_now"]) == (8, True)
    assert [account.lower() for account in place["excluded"]] == [r.ORGANIZER]
    assert client.get(found["links"]["orders"]).status == client.get(found["links"]["events"]).status == 200


def test_listings__that_cannot_be_ordered__say_so(client: Client) -> None:
    items = client.get("/v1/listings").json()["items"]
    assert {item["listing_id"]: item["orderable"] for item in items} == {
        cs.BOTH: True,
        cs.MONEY_ONLY: True,
        cs.CREDITS_ONLY: True,
        cs.SOLD_OUT: False,
        cs.PAUSED: False,
        cs.OLD: False,
    }
    assert ("resumeListing", "seller") in acts_of(listing(client, cs.PAUSED))


def test_listing__for_credits_alone__has_no_currency(client: Client) -> None:
    found = listing(client, cs.CREDITS_ONLY)
    assert (found["currency"], found["price"]) == (None, "0")


@pytest.mark.parametrize("order_id", cs.ORDERS)
def test_order__in_each_state__says_which(client: Client, order_id: int) -> None:
    found = order(client, order_id)
    assert found["state"] == cs.ORDERS[order_id]
    assert found["ended"] is (order_id in {cs.RULED, cs.DECLINED})
    ends_at = rfc3339(NOW + DAY) if order_id <= cs.DISPUTED else None
    assert found["state_ends_at"] == ends_at


def test_order__ruled__parts_both_legs_and_says_what_is_paid(client: Client) -> None:
    found = order(client, cs.RULED)
    parts = [(p["part"], p["amount"], p["receiver"].lower(), p["paid_at"] is None) for p in found["parts"]]
    assert parts == [
        ("buyer_money", "81", BUYER, False),
        ("buyer_credits", "4" + "0" * 17, BUYER, True),
        ("seller_money", "120", r.PAYOUT, True),
        ("seller_credits", "6" + "0" * 17, r.PAYOUT, True),
    ]
    payments = [(a["part"], a["amount"]) for a in found["next_acts"] if a["act"] == "payPart"]
    assert payments == [(part, amount) for part, amount, _, due in parts if due]
    assert (found["seller_bps"], found["arbiter"].lower()) == (6_000, r.ARBITER)


def test_order__declined__gives_all_back(client: Client) -> None:
    found = order(client, cs.DECLINED)
    assert [(p["part"], p["amount"]) for p in found["parts"]] == [("buyer_credits", "1" + "0" * 18)]
    assert (found["currency"], found["address_hash"], found["delivery_mode"]) == (None, None, "on_site")


def test_order__open__has_no_parts_but_acts(client: Client) -> None:
    found = order(client, cs.HANDED_OVER)
    assert found["parts"] == []
    assert ("completeOrder", "buyer") in acts_of(found)
    (settle,) = [act for act in found["next_acts"] if act["act"] == "settle"]
    assert [account.lower() for account in settle["signers"]] == [r.ORGANIZER, BUYER]
    assert settle["max_share"] == 10_000
    assert [item["order_id"] for item in client.get(order(client, 1)["links"]["basket"]).json()["items"]] == [2, 1]


def test_order__unruled__is_counted_for_both_parties(client: Client) -> None:
    found = order(client, cs.PLACED)
    assert (found["unruled_of_seller"], found["unruled_of_buyer"]) == (1, 1)
    assert order(client, cs.DECLINED)["unruled_of_buyer"] == 0


ELSEWHERE = "0x" + "f9" * 20


@pytest.mark.parametrize(
    "tenures, excluded",
    [
        ([], False),
        ([(50, BUYER)], True),
        ([(50, BUYER), (60, ELSEWHERE)], False),
        ([(50, BUYER), (900, ELSEWHERE)], True),
        ([(900, BUYER)], False),
        ([(50, ELSEWHERE), (60, BUYER)], True),
    ],
    ids=["of nobody", "since before", "until before", "until after", "since after", "second account"],
)
def test_rule__of_an_order__excludes_the_entity_that_the_buyer_acted_for(
    client_of: Callable[..., Client], tenures: list[tuple[int, str]], excluded: bool
) -> None:
    disputed = {"state": OrderState.DISPUTED, "disputed_at": NOW - DAY}
    rows = [r.checkpoint(), r.currency(), r.entity(1), c.listing(1), c.order(1, **disputed)]
    rows += [r.entity(9, account=ELSEWHERE), *(r.tenure(9, block, account, NOW) for block, account in tenures)]
    (rule,) = [act for act in order(client_of(rows), 1)["next_acts"] if act["act"] == "rule"]
    assert (ELSEWHERE in {account.lower() for account in rule["excluded"]}) is excluded


@pytest.mark.parametrize("state", list(OrderState)[1:])
def test_state__as_sql__equals_that_of_cases(
    client_of: Callable[..., Client], state: OrderState, tmp_path: Path
) -> None:
    ended = state in list(OrderState)[5:]
    row = c.order(1, state=state, window_ends_at=None if ended else NOW)
    expected = [cases.order_state_at(row, NOW + d) for d in (-1, 0, 1)]
    client_of([row])
    engine = open_engine(f"sqlite:///{tmp_path}/own.db", read_only=True)
    with Session(engine) as session:
        found = [session.scalar(select(order_state_expression(NOW + d)).select_from(Order)) for d in (-1, 0, 1)]
    engine.dispose()
    assert found == [state.value for state in expected]
