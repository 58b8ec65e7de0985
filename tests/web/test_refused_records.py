"""What cannot be is refused with a page of words, and never with a fault of ours; entities, pools, listings, books."""

from collections.abc import Iterator

import pytest

from tests.api import rows as r
from tests.api.client import Client
from tests.web.test_problems import problem

NUMBERED = ("pools", "entities", "listings", "orders", "offers", "redemptions", "attestations")
NO_NUMBERS = ("0", "-1", "01", "1e3", "abc", "9" * 30, "9" * 3_000, "%00", "1%2f2", "..%2f..%2fetc", "4294967296")
LISTS = ("pools", "entities", "listings", "offers", "books/checks", "books/administration")


def wrong_queries() -> Iterator[str]:
    """Yield queries whose values cannot be."""
    for path in LISTS:
        for query in ("limit=0", "limit=101", "limit=x", "cursor=x", "cursor=" + "A" * 43, "cursor=" + "A" * 5_000):
            yield f"/en/{path}?{query}"
    for path in ("pools", "entities", "listings", "offers"):
        yield f"/en/{path}?sort=cheapest"
    yield from (f"/en/pools?{query}" for query in ("manager=0", "rule=lottery", "is_open=perhaps", "currency=0x12"))
    yield from (f"/en/entities?{query}" for query in ("kind=king", "kind=sse&kind=%00"))
    yield from (f"/en/listings?{query}" for query in ("delivery_mode=rocket", "state=lost", "seller=x"))
    yield from (f"/en/offers?{query}" for query in ("provider=-1", "has_free_hours=2", "until_from=tomorrow"))


@pytest.mark.parametrize("text", NO_NUMBERS)
@pytest.mark.parametrize("kind", NUMBERED)
def test_record__of_no_number__is_not_found(pages: Client, kind: str, text: str) -> None:
    problem(pages.get(f"/en/{kind}/{text}"), 404)


@pytest.mark.parametrize("kind", NUMBERED)
def test_record__that_is_not_there__is_not_found(pages: Client, kind: str) -> None:
    problem(pages.get(f"/en/{kind}/4294967295"), 404)


@pytest.mark.parametrize("path", ["/en/pools/1/campaigns/99", "/en/pools/99/campaigns/1", "/en/pools/1/campaigns/x"])
def test_reservation__that_is_not_there__is_not_found(pages: Client, path: str) -> None:
    problem(pages.get(path), 404)


def test_attestation__of_help_that_was_not_given__is_not_found(pages: Client) -> None:
    problem(pages.get("/en/attestations/1"), 404)


@pytest.mark.parametrize("path", wrong_queries())
def test_query__that_cannot_be__is_refused(pages: Client, path: str) -> None:
    problem(pages.get(path), 400)


@pytest.mark.parametrize("kind", ["pools", "listings", "offers", "entities"])
def test_cursor__of_another_list__is_refused(pages: Client, kind: str) -> None:
    cursor = pages.get("/v1/campaigns?limit=1").json()["next_cursor"]
    problem(pages.get(f"/en/{kind}?cursor={cursor}"), 400)


@pytest.mark.parametrize(
    "path", ["pools", "books", "books/roles", "entities/1", f"credits?account={r.BUYER}", "records/1"]
)
def test_record__before_anything_is_indexed__comes_later(blank_pages: Client, path: str) -> None:
    answer = blank_pages.get(f"/en/{path}")

    problem(answer, 503)
    assert answer.headers["retry-after"]


@pytest.mark.parametrize("path", ["help", "glossary", "accessibility", "errors.json"])
def test_explanation__before_anything_is_indexed__is_there(blank_pages: Client, path: str) -> None:
    assert blank_pages.get(f"/en/{path}").status == 200


@pytest.mark.parametrize("path", ["pools", "books", "help", "entities/1", "records/1"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_method__that_writes__is_refused(pages: Client, path: str, method: str) -> None:
    problem(pages.get(f"/en/{path}", method=method), 405)
