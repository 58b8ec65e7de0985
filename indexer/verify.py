"""Does the mirror say what its events say? Compares every row of every read model with `histories`.

`reconcile` is the other half: it asks the contracts.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from eth_abi.abi import encode
from sqlalchemy import Connection

from indexer.chain import keccak
from indexer.decode import EventRow
from indexer.events import LAB_CONTRACTS, is_journaled, topic_of
from indexer.histories import DEFINITIONS, ZERO
from indexer.history import Definition, History, Join
from indexer.store import rows as store
from indexer.store.event_tables import EVENTS, Event
from indexer.store.models import READ_MODELS
from indexer.store.rows import Key, Row

STAMPS: Final = {
    "last_event_key": "event_key",
    "last_tx_hash": "tx_hash",
    "last_log_index": "log_index",
    "last_block_time": "block_time",
}
"""Columns of every read model, and where they come from in the last event of a row."""


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


def rows_of(connection: Connection, definition: Definition) -> dict[Key, Row]:
    """Return every row of a read model as its definition has it, by key."""
    histories: dict[Key, History] = {}
    for event, row in _joined(events_of(connection, definition), definition.joins):
        places = definition.events[event.name] if definition.where(event.name, row) else ()
        # A set: who sends credits to itself finds the event in its history once.
        for key in {tuple(_key_part(column, event, row) for column in columns) for columns in places}:
            histories.setdefault(key, History(key)).events.append((event.name, row))
    histories.pop((ZERO,), None)  # credits come from zero and go to zero: it is no account
    if definition.each is not None:
        histories = {
            h.key: h
            for history in histories.values()
            for h in _beginnings(history, definition.each, definition.context)
        }
    return {
        key: definition.row(history) | _stamps(_last(history, definition.context)) for key, history in histories.items()
    }


def _joined(events: Sequence[tuple[Event, Row]], joins: Iterable[Join]) -> Sequence[tuple[Event, Row]]:
    for join in joins:
        told = {row[join.on]: row for event, row in events if event.name == join.event}
        events = [(event, told.get(row.get(join.on), {}) | row) for event, row in events]
    return events


def _last(history: History, context: Collection[str]) -> Row:
    return next(row for name, row in reversed(history.events) if name not in context)


def _beginnings(history: History, column: str, context: Collection[str]) -> Iterator[History]:
    """Yield the history up to the last event of each row, under the key that ends with a column of that event."""
    ends = {row[column]: end for end, (name, row) in enumerate(history.events, start=1) if name not in context}
    for part, end in ends.items():
        beginning = History((*history.key, part))
        beginning.events = history.events[:end]
        yield beginning


def events_of(connection: Connection, definition: Definition) -> list[tuple[Event, Row]]:
    """Return the events of a read model in chain order."""
    found = [
        (EVENTS[contract, name], row)
        for contract in definition.contracts
        for name in definition.events
        if (contract, name) in EVENTS
        for row in store.scan(connection, EVENTS[contract, name].table)
    ]
    return sorted(found, key=lambda item: int(item[1]["event_key"]))


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
    return own | _stamps(fields)


def encoded(row: EventRow) -> bytes:
    """Return ``abi.encode(topic0, argument, ...)`` of an event row."""
    arguments = row.values[-len(row.event.arguments) :] if row.event.arguments else ()
    types = ["bytes32", *(argument.type for argument in row.event.arguments)]
    values = [_python(kind, value) for kind, value in zip(types, (topic_of(row.event), *arguments), strict=True)]
    return encode(types, values)


def _python(kind: str, value: Any) -> Any:
    return bytes.fromhex(value[2:]) if kind.startswith("bytes") else value


def _key_part(column: str, event: Event, row: Row) -> Any:
    constants = {"=1": 1, "=contract_name": event.contract}
    return constants[column] if column in constants else row[column]


def _stamps(row: Row) -> Row:
    return {stamp: row[column] for stamp, column in STAMPS.items()}
