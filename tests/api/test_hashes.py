"""GET /v1/hashes/{sha256}
    when it is not 64 hexadecimal digits in lower case: invalid-parameter
    when no record names it: unknown-hash, with the block that was looked at
    else every record that names it, the first one in front, page by page
        with its kind, its entity if the event tells, and the account that put the hash on chain:
        ├── the one that the event names
        ├── else the one that acted for the entity at that event, not the one that does now
        └── null where the event tells neither
Every argument of every event that is a hash is known to be of a document, or not to be
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.app import create_app
from api.hashes import SOURCES, DocumentKind
from api.settings import Settings
from indexer.store.event_tables import DOCUMENTS, EVENTS
from indexer.store.session import open_engine
from tests.api import rows as r
from tests.api import scenario as s
from tests.api.client import Client, serving
from tests.api.conftest import make_mirror

NEWCOMER = "0x" + "0d" * 20
NOT_DOCUMENTS = {"address_hash", "terms_hash", "operation_id"}
"""A salted address, the digest of a listing's terms, and the AccessManager's own."""
REPEATED = {("ProBono", "HelpDelivered"): {"need_hash"}, ("ProBono", "HelpAttested"): {"need_hash", "evidence_hash"}}
"""Hashes that an earlier event of the same redemption holds."""


def values_of(contract: str, name: str, **given: Any) -> dict[str, Any]:
    """Return arguments of an event, zero where nothing is said."""
    event = EVENTS[contract, name]
    zero = {"address": "0x" + "00" * 20, "bytes32": r.digest(0), "bool": False}
    arguments = {a.column: given.pop(a.column, zero.get(a.type, 0)) for a in event.arguments}
    assert not given
    return arguments


@pytest.fixture
def client_of_events(tmp_path: Path, blank: Path) -> Iterator[Callable[[Iterable[tuple[str, str, int, Any]]], Client]]:
    """Return a factory of clients of the API on a mirror with entity 1, which changed its account, and these events."""
    path = tmp_path / "own.db"
    rows = [r.checkpoint(), r.entity(1, account=NEWCOMER), r.campaign(1)]
    rows += [r.tenure(1, 10, r.ORGANIZER, r.NOW), r.tenure(1, 500, NEWCOMER, r.NOW)]
    make_mirror(path, rows, blank)
    with serving(create_app(Settings(database_url=f"sqlite:///{path}"))) as asking:

        def make(events: Iterable[tuple[str, str, int, Any]]) -> Client:
            engine = open_engine(f"sqlite:///{path}")
            with Session(engine) as session:
                for contract, name, key, arguments in events:
                    s._add(session, contract, name, key, **arguments)
                session.commit()
            engine.dispose()
            return asking

        yield make


@pytest.mark.parametrize("name", ["x", "0x" + "ab" * 32, "AB" * 32, "ab" * 31, "ab" * 33, "ab" * 32 + "%0A"])
def test_hash__malformed__is_refused(client: Client, name: str) -> None:
    answer = client.get(f"/v1/hashes/{name}")

    assert (answer.status, answer.problem) == (400, "invalid-parameter")


@pytest.mark.parametrize("name", ["ab" * 32, r.digest(3)[2:]], ids=["nowhere", "terms of a listing"])
def test_hash__that_no_record_names__is_unknown_as_of_a_block(client: Client, name: str) -> None:
    answer = client.get(f"/v1/hashes/{name}")

    assert (answer.status, answer.problem) == (404, "unknown-hash")
    assert answer.json()["as_of"]["block_number"] == r.BLOCK
    assert f"block {r.BLOCK}" in answer.json()["detail"]


def test_hash__of_several_records__lists_them_from_the_first_on(client: Client) -> None:
    answer = client.get(f"/v1/hashes/{r.digest(1)[2:]}").json()

    assert [(one["event"], one["kind"]) for one in answer["items"]] == [
        ("HelpRequested", "need"),
        ("PoolOpened", "agreement"),
    ]
    assert answer["items"][0]["account"].lower() == r.BUYER
    assert answer["document"] == f"/documents/{r.digest(1)[2:]}"
    assert answer["items"][1]["record"] == f"/v1/pools/{s.RATIO}"
    assert client.get(answer["items"][1]["named_at"]["href"]).status == 200

    first = client.get(f"/v1/hashes/{r.digest(1)[2:]}?limit=1").json()
    second = client.get(first["links"]["next"]).json()
    assert [first["items"], second["items"]] == [[one] for one in answer["items"]]
    assert second["links"]["next"] is None


@pytest.mark.parametrize("event", list(SOURCES), ids=lambda event: event[1])
def test_hash__in_each_event__is_found_with_the_record(
    client_of_events: Callable[..., Client], event: tuple[str, str]
) -> None:
    source = SOURCES[event]
    named = {name: 1 for name in (source.entity,) if name} | ({source.account: r.BUYER} if source.account else {})
    numbers = {a.column: 1 for a in EVENTS[event].arguments if a.column.endswith("_id")}
    values = values_of(*event, **(numbers | named | {DOCUMENTS[event]: r.digest(0xAB)}))
    client = client_of_events([(*event, r.key(100, 3), values)])

    (found,) = client.get(f"/v1/hashes/{r.digest(0xAB)[2:]}").json()["items"]

    expected = r.BUYER if source.account else r.ORGANIZER if source.entity else None
    assert (found["account"] and found["account"].lower()) == expected
    assert found["entity_id"] == (1 if source.entity else None)
    assert (found["kind"], found["contract"], found["event"]) == (source.kind, *event)
    assert found["record"].rpartition("/")[2] in {"1", "programmes"}
    assert found["named_at"]["event_key"] == r.key(100, 3)


def test_hash__put_on_chain_by_a_later_account__names_that_one(client_of_events: Callable[..., Client]) -> None:
    first, later = (
        values_of("EntityRegistry", "ProfileUpdated", entity_id=1, profile_hash=r.digest(0xAB)) for _ in range(2)
    )
    client = client_of_events(
        [
            ("EntityRegistry", "ProfileUpdated", r.key(499), first),
            ("EntityRegistry", "ProfileUpdated", r.key(500), later),
        ]
    )

    found = client.get(f"/v1/hashes/{r.digest(0xAB)[2:]}").json()["items"]

    assert [one["account"].lower() for one in found] == [r.ORGANIZER, NEWCOMER]


def test_hash__looked_for__goes_by_an_index_of_each_table(mirror: Path) -> None:
    engine = open_engine(f"sqlite:///{mirror}")
    with engine.connect() as connection:
        for event, column in DOCUMENTS.items():
            table = EVENTS[event].table.name
            plan = connection.execute(text(f"EXPLAIN QUERY PLAN SELECT event_key FROM {table} WHERE {column} = 'x'"))
            assert f"INDEX ix_{table}_{column}" in " ".join(str(row) for row in plan)
    engine.dispose()


def test_hashes__of_every_event__are_known_to_be_of_a_document_or_not() -> None:
    assert SOURCES.keys() == DOCUMENTS.keys()
    assert {source.kind for source in SOURCES.values()} == set(DocumentKind)
    for key, event in EVENTS.items():
        hashes = {a.column for a in event.arguments if a.type == "bytes32"} - NOT_DOCUMENTS - REPEATED.get(key, set())
        assert hashes == ({DOCUMENTS[key]} if key in DOCUMENTS else set()), key
