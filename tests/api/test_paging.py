"""A cursor
when it is malformed, or points to where no record can be: invalid-cursor
when it came from another path, filter or order: cursor-of-another-query
when only the limit changes, or rows are added: it goes on where it was
and a list by nothing but the records' key is ordered by it once
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable

import pytest
from sqlalchemy import select

from api.paging import PageRequest, Position, seek
from indexer.store.models import Listing
from tests.api import rows as r
from tests.api.client import Client


def first_cursor(client: Client, path: str) -> str:
    return str(client.get(path).json()["next_cursor"])


def forged(cursor: str, value: int, key: int) -> str:
    """Return a cursor of the same query that points elsewhere."""
    digest = urlsafe_b64decode(cursor + "=")[:8]
    return urlsafe_b64encode(digest + value.to_bytes(16) + key.to_bytes(8)).decode().rstrip("=")


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c[:-1],
        lambda c: c + "A",
        lambda c: c[:-1] + "%3D",
        lambda c: "",
        lambda c: "%00" * 43,
        lambda c: "é",
        lambda c: "A" * 5_000,
    ],
)
def test_cursor__malformed__is_refused(client: Client, change: Callable[[str], str]) -> None:
    cursor = first_cursor(client, "/v1/campaigns?limit=1")

    answer = client.get(f"/v1/campaigns?limit=1&cursor={change(cursor).replace('é', '%C3%A9')}")

    assert answer.status == 400
    assert answer.problem in {"invalid-cursor", "invalid-parameter"}


@pytest.mark.parametrize(
    "path",
    [
        "/v1/campaigns?limit=1&phase=live",
        "/v1/campaigns?limit=1&sort=newest",
        "/v1/events?limit=1",
        f"/v1/backers/{r.BACKER}?limit=1",
    ],
)
def test_cursor__of_another_query__is_refused(client: Client, path: str) -> None:
    cursor = first_cursor(client, "/v1/campaigns?limit=1")

    answer = client.get(f"{path}&cursor={cursor}")

    assert (answer.status, answer.problem) == (400, "cursor-of-another-query")


@pytest.mark.parametrize("path", ["/v1/campaigns?limit=1", "/v1/credits/holders?limit=1&sort=oldest"])
@pytest.mark.parametrize("value, key", [(2**63, 0), (2**128 - 1, 0), (0, 2**63), (0, 2**64 - 1)])
def test_cursor__to_nowhere__is_refused(client: Client, path: str, value: int, key: int) -> None:
    answer = client.get(f"{path}&cursor={forged(first_cursor(client, path), value, key)}")

    assert (answer.status, answer.problem) == (400, "invalid-cursor")


@pytest.mark.parametrize("value, expected", [(2**128 - 1, 1), (0, 0)])
def test_cursor__beyond_every_amount__goes_from_there(client: Client, value: int, expected: int) -> None:
    path = "/v1/campaigns?limit=1&sort=raised"

    answer = client.get(f"{path}&cursor={forged(first_cursor(client, path), value, 0)}")

    assert (answer.status, len(answer.json()["items"])) == (200, expected)


def test_cursor__with_another_limit__goes_on(client: Client) -> None:
    cursor = first_cursor(client, "/v1/campaigns?limit=2")

    page = client.get(f"/v1/campaigns?limit=100&cursor={cursor}").json()

    assert [item["campaign_id"] for item in page["items"]] == [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert page["links"]["next"] is None


def test_links__of_a_page__keep_the_query(client: Client) -> None:
    links = client.get("/v1/campaigns?territory=ES-SE&phase=live&phase=failed&limit=1").json()["links"]

    assert links["self"] == "/v1/campaigns?territory=ES-SE&phase=live&phase=failed&limit=1"
    assert links["next"].startswith("/v1/campaigns?phase=failed&phase=live&territory=ES-SE&limit=1&cursor=")
    assert [item["campaign_id"] for item in client.get(links["next"]).json()["items"]] == [3]


@pytest.mark.parametrize("descending", [True, False])
def test_seek__by_nothing_but_the_key__names_it_once(descending: bool) -> None:
    key, page = Listing.listed_event_key.expression, PageRequest(20, Position(7, 7), "", ())
    by_key = str(
        seek(select(Listing.listing_id), page, Listing.listed_event_key.expression, key, descending=descending)
    )
    by_price = str(seek(select(Listing.listing_id), page, Listing.price.expression, key, descending=descending))

    direction = "DESC" if descending else "ASC"
    assert by_key.partition("ORDER BY ")[2].partition("\n")[0].strip() == f"listings.listed_event_key {direction}"
    assert " OR " not in by_key
    assert f"listings.price {direction}, listings.listed_event_key {direction}" in by_price
    assert " OR " in by_price
