"""Does the mirror say what its events say? Compares every row of every read model with `store.histories`.

`reconcile` is the other half: it asks the contracts.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from eth_abi.abi import encode
from sqlalchemy import Connection

from indexer.chain import keccak
from indexer.decode import EventRow
from indexer.events import LAB_CONTRACTS, is_journaled, topic_of
from indexer.store import rows as store
from indexer.store.event_tables import EVENTS
from indexer.store.histories.definitions import DEFINITIONS
from indexer.store.histories.folds import rows_of, stamps
from indexer.store.models import READ_MODELS
from indexer.store.rows import Key, Row


class Difference(NamedTuple):
    """One value of the mirror that is not what it should be."""

    subject: str
    """Table compared."""
    key: str
    field: str
    mirror: str
    expected: str
    """What the events, or the chain, say."""


def compare_with_events(connection: Connection) -> Iterator[Difference]:
    """Yield each difference between the read models and what the stored events make of them."""
    for model in READ_MODELS:
        table = store.table_of(model)
        if table.name == "journals":
            expected = {(name,): row for name in LAB_CONTRACTS if (row := journal(connection, name))}
        else:
            expected = rows_of(connection, DEFINITIONS[table.name])
        for row in store.scan(connection, table):
            key = store.key_of(table, row)
            yield from differences(table.name, key, row, expected.pop(key, {}))
        for key, missing in expected.items():
            yield from differences(table.name, key, {}, missing)


def differences(subject: str, key: Key, mirror: Row, expected: Row) -> Iterator[Difference]:
    """Yield each field in which two rows differ; an empty row means that there is none."""
    name = ", ".join(map(str, key))
    if not mirror or not expected:
        yield Difference(subject, name, "row", "there" if mirror else "missing", "there" if expected else "missing")
        return
    for field in sorted(mirror.keys() | expected.keys()):
        ours, theirs = mirror.get(field, "no such field"), expected.get(field, "no such field")
        if ours != theirs:
            yield Difference(subject, name, field, str(ours), str(theirs))


def journal(connection: Connection, contract: str) -> Row | None:
    """Return a contract's journal recomputed from the stored events by `eth_abi`, None before the first."""
    found = [
        EventRow(row["event_key"], event, tuple(row.values()))
        for event in EVENTS.values()
        if event.contract == contract and is_journaled(event)
        for row in store.scan(connection, event.table)
    ]
    digest, last = bytes(26), None
    for last in sorted(found, key=lambda item: item.key):
        digest = keccak(digest.ljust(32, b"\0") + keccak(encoded(last)))[:26]
    if last is None:
        return None
    fields = dict(zip(last.event.table.columns.keys(), last.values, strict=True))
    own = {
        "contract_name": contract,
        "contract": fields["contract"],
        "sequence": len(found),
        "digest": "0x" + digest.hex(),
    }
    return own | stamps(fields)


def encoded(row: EventRow) -> bytes:
    """Return ``abi.encode(topic0, argument, ...)`` of an event row."""
    arguments = row.values[-len(row.event.arguments) :] if row.event.arguments else ()
    types = ["bytes32", *(argument.type for argument in row.event.arguments)]
    values = [_python(kind, value) for kind, value in zip(types, (topic_of(row.event), *arguments), strict=True)]
    return encode(types, values)


def _python(kind: str, value: Any) -> Any:
    return bytes.fromhex(value[2:]) if kind.startswith("bytes") else value
