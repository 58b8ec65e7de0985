"""Exports of lists
refuse another format, another filter, and more callers than the server reads for at once
hold the very records of the list beside them, in its order, whatever the size of a batch
say of which block they are, and are not sent again to who holds them
let no text of a contract run as a formula in a spreadsheet
"""

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from api import exports
from indexer.store import models
from tests.api import rows as r
from tests.api import scenario as s
from tests.api.client import Client

LISTS = [
    *("campaigns", "pools", "entities", "events", "credits/holders"),
    *("listings", "orders", "offers", "redemptions", "attestations"),
]


@pytest.fixture(params=[1_000, 2], ids=["one batch", "small batches"])
def batches(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "BATCH", request.param)


def records(client: Client, path: str) -> Iterator[Any]:
    """Yield the records of a list."""
    following: str | None = path
    while following:
        page = client.get(following).json()
        yield from page["items"]
        following = page["links"]["next"]


def flat(record: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each plain field of a record with its name in a CSV."""
    for name, value in record.items():
        if isinstance(value, dict) and name != "arguments":
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


@pytest.mark.parametrize("path", ["/v1/campaigns.xml", "/v1/campaigns.CSV", "/v1/pledges.", "/v1/events.json"])
def test_export__in_another_format__is_refused(client: Client, path: str) -> None:
    answer = client.get(path)

    assert answer.problem in {"invalid-parameter", "not-found"}


@pytest.mark.parametrize("query", ["limit=3", "cursor=x", "phases=live", "phase=lively"])
def test_export__with_a_parameter_that_the_list_lacks__is_refused(client: Client, query: str) -> None:
    answer = client.get(f"/v1/campaigns.csv?{query}")

    assert (answer.status, answer.problem) in {(400, "unknown-parameter"), (400, "invalid-parameter")}


def test_export__of_an_unknown_campaigns_pledges__is_not_found(client: Client) -> None:
    assert client.get("/v1/pledges.csv?campaign=99").problem == "unknown-campaign"


def test_export__while_others_are_read__asks_to_come_back(client: Client) -> None:
    taken = [exports._slots.acquire(blocking=False) for _ in range(exports.AT_ONCE)]
    try:
        answer = client.get("/v1/campaigns.csv")
    finally:
        for _ in taken:
            exports._slots.release()

    assert (answer.status, answer.problem, answer.headers["retry-after"]) == (503, "exports-busy", "5")
    assert client.get("/v1/campaigns.csv").status == 200


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.usefixtures("batches")
def test_json_lines__of_each_list__are_its_records(client: Client, name: str) -> None:
    answer = client.get(f"/v1/{name}.jsonl")

    assert answer.headers["content-type"].startswith("application/jsonl")
    assert [json.loads(line) for line in answer.body.splitlines()] == list(records(client, f"/v1/{name}?limit=100"))


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.usefixtures("batches")
def test_csv__of_each_list__has_every_plain_field_of_its_records(client: Client, name: str) -> None:
    answer = client.get(f"/v1/{name}.csv")
    rows = list(csv.DictReader(io.StringIO(answer.body.decode())))
    expected = list(records(client, f"/v1/{name}?limit=100"))

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert len(rows) == len(expected) > 0
    for row, record in zip(rows, expected, strict=True):
        for field, value in flat(record):
            if value is None:  # a nested record that is null has no fields here
                assert all(not text for key, text in row.items() if key == field or key.startswith(f"{field}."))
            else:
                assert row[field] == (value if isinstance(value, str) else json.dumps(value, separators=(",", ":")))
        assert row.get("last_event.href") or row["links.self"], "each row leads to the event that proves it"


@pytest.mark.usefixtures("batches")
def test_export__of_pledges__holds_those_of_all_campaigns_or_of_one(client: Client) -> None:
    def keys(path: str) -> list[tuple[int, str]]:
        lines = [json.loads(line) for line in client.get(path).body.splitlines()]
        return [(one["campaign_id"], one["backer"]) for one in lines]

    of_one = [(one["campaign_id"], one["backer"]) for one in records(client, f"/v1/campaigns/{s.LIVE}/pledges")]
    assert keys(f"/v1/pledges.jsonl?campaign={s.LIVE}") == of_one
    everyone = keys("/v1/pledges.jsonl")
    assert len(everyone) == len(set(everyone)) > len(of_one)
    assert set(of_one) < set(everyone)


def test_export__with_a_filter_and_an_order__is_the_filtered_list(client: Client) -> None:
    query = "phase=live&phase=approved&sort=deadline"
    lines = client.get(f"/v1/campaigns.jsonl?{query}").body.splitlines()

    assert [json.loads(line) for line in lines] == list(records(client, f"/v1/campaigns?{query}"))
    assert lines


def test_export__of_nothing__is_empty(client: Client) -> None:
    assert client.get("/v1/campaigns.jsonl?territory=AQ").body == b""
    assert len(client.get("/v1/campaigns.csv?territory=AQ").body.splitlines()) == 1, "the names of the columns"


def test_export__of_a_block__says_so_and_is_not_sent_twice(client: Client) -> None:
    answer = client.get("/v1/campaigns.csv")

    assert answer.headers["content-disposition"] == f'attachment; filename="campaigns-{r.BLOCK}.csv"'
    assert int(answer.headers["content-length"]) == len(answer.body)
    again = client.get("/v1/campaigns.csv", {"If-None-Match": answer.headers["etag"]})
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize("symbol", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_csv__with_a_currency_named_like_a_formula__is_text(client_of: Callable[..., Client], symbol: str) -> None:
    rows = [row for row in s.rows() if not isinstance(row, models.CurrencyMetadata)]
    asking = client_of([*rows, r.metadata(symbol=symbol)])

    row = next(csv.DictReader(io.StringIO(asking.get("/v1/campaigns.csv").body.decode(), newline="")))

    assert row["currency.symbol"] == f"'{symbol}"
