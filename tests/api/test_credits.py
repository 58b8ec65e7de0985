"""GET /v1/credits, /v1/credits/programmes, /v1/credits/holders
when nothing was ever issued: zeros
else totals, programmes by opening, holders by balance over all pages
"""

from collections.abc import Callable

import pytest

from tests.api import rows as r
from tests.api import scenario as s
from tests.api.client import Client


@pytest.mark.parametrize(
    "path, problem",
    [
        ("holders?account=0x0", "invalid-address"),
        ("holders?sort=name", "invalid-parameter"),
        ("programmes?limit=0", "invalid-limit"),
        ("nothing", "not-found"),
    ],
)
def test_lists__malformed__are_refused(client: Client, path: str, problem: str) -> None:
    assert client.get(f"/v1/credits/{path}").problem == problem


def test_credits__of_an_empty_lab__are_zero(client_of: Callable[..., Client]) -> None:
    found = client_of([r.checkpoint()]).get("/v1/credits").json()["credits"]

    assert (found["supply"], found["issued"], found["holders"]) == ("0", "0", 0)
    assert (found["programmes"], found["last_event"]) == ([], None)


def test_credits__with_programmes__have_totals(client: Client) -> None:
    found = client.get("/v1/credits").json()["credits"]

    assert found["unit"] == {"decimals": 18, "symbol": "EIC"}
    assert (found["supply"], found["issued"], found["redeemed"]) == ("90" + "0" * 18, "100" + "0" * 18, "10" + "0" * 18)
    assert [item["programme_id"] for item in found["programmes"]] == [3, 2, 1]


def test_programmes__by_opening__say_whether_open(client: Client) -> None:
    items = client.get("/v1/credits/programmes?sort=oldest").json()["items"]

    assert [(item["programme_id"], item["open"], item["issuer"]) for item in items] == [
        (1, True, 2),
        (2, False, 2),
        (3, True, 2),
    ]
    assert items[2]["ends_at"] == "9999-12-31T23:59:59Z"


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5])
def test_holders__by_balance__go_through_all_pages(client: Client, limit: int) -> None:
    seen: list[tuple[str, str]] = []
    following: str | None = f"/v1/credits/holders?limit={limit}"
    while following is not None:
        page = client.get(following).json()
        seen += [(item["account"].lower(), item["balance"]) for item in page["items"]]
        following = page["links"]["next"]

    # Equal balances stand by their first event; who holds nothing is no holder.
    holders = [s.HOLDERS[0], s.HOLDERS[1], s.HOLDERS[3], s.HOLDERS[2]]
    assert seen == list(zip(holders, [f"{n}{'0' * 18}" for n in (40, 30, 10, 10)], strict=True))


def test_holders__of_one_account__are_that_one(client: Client) -> None:
    (item,) = client.get(f"/v1/credits/holders?account={s.HOLDERS[1]}").json()["items"]

    assert (item["balance"], item["sent"]) == ("30" + "0" * 18, "10" + "0" * 18)
    assert client.get(f"/v1/credits/holders?account={s.HOLDERS[4]}").json()["items"] == []


def test_holder__who_passed_all_on__is_still_there(client: Client) -> None:
    found = client.get(f"/v1/credits/holders/{s.HOLDERS[4]}").json()["holder"]

    assert (found["account"].lower(), found["balance"]) == (s.HOLDERS[4], "0")
    assert found["received"] == found["sent"] != "0"


def test_holder__who_holds_some__is_as_in_the_list(client: Client) -> None:
    (listed,) = client.get(f"/v1/credits/holders?account={s.HOLDERS[1]}").json()["items"]

    assert client.get(f"/v1/credits/holders/{s.HOLDERS[1]}").json()["holder"] == listed


@pytest.mark.parametrize(
    "account, status, problem", [("0x" + "99" * 20, 404, "unknown-holder"), ("0x12", 400, "invalid-address")]
)
def test_holder__that_is_none__is_a_problem(client: Client, account: str, status: int, problem: str) -> None:
    answer = client.get(f"/v1/credits/holders/{account}")

    assert (answer.status, answer.problem) == (status, problem)
