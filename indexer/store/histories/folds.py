"""Rows of read models made from stored events: all of them, or some, and as of any block."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Table, and_, false, or_, select, true

from indexer.store import rows as store
from indexer.store.columns import last_key_of
from indexer.store.event_tables import EVENTS, Event
from indexer.store.histories.definitions import ZERO
from indexer.store.histories.history import Definition, History, Join
from indexer.store.rows import Key, Row

STAMPS: Final = {
    "last_event_key": "event_key",
    "last_tx_hash": "tx_hash",
    "last_log_index": "log_index",
    "last_block_time": "block_time",
}
"""Columns of every read model, and where they come from in the last event of a row."""

Found = list[tuple[Event, Row]]
"""Events with their rows."""


def rows_of(connection: Connection, definition: Definition) -> dict[Key, Row]:
    """Return every row of a read model as its definition has it, by key."""
    return fold(definition, _every_event(connection, definition))


def rows_at(connection: Connection, definition: Definition, keys: Collection[Key], block: int) -> dict[Key, Row]:
    """Return the rows with some keys as they were at a block; those that were not there yet are left out."""
    if not keys:
        return {}
    rows = fold(definition, _events_at(connection, definition, keys, block))
    return {key: rows[key] for key in keys if key in rows}


def fold(definition: Definition, events: Sequence[tuple[Event, Row]]) -> dict[Key, Row]:
    """Return the rows that events make, by key; the events are those of whole histories."""
    histories: dict[Key, History] = {}
    for event, row in _joined(events, definition.joins):
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
        key: definition.row(history) | stamps(_last(history, definition.context)) for key, history in histories.items()
    }


def stamps(row: Row) -> Row:
    """Return what a row of a read model says of the event that changed it last."""
    return {stamp: row[column] for stamp, column in STAMPS.items()}


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


def _key_part(column: str, event: Event, row: Row) -> Any:
    return _constant(column, event) if column.startswith("=") else row[column]


def _constant(column: str, event: Event) -> Any:
    return {"=1": 1, "=contract_name": event.contract}[column]


# ------------------------------------------------------------------------------------------------------------ events


def _every_event(connection: Connection, definition: Definition) -> Found:
    found = [(event, row) for event in _kinds(definition) for row in store.scan(connection, event.table)]
    return _in_order(found)


def _events_at(connection: Connection, definition: Definition, keys: Collection[Key], block: int) -> Found:
    """Return the events up to a block of the histories with some keys, and those that tell them what they lack."""
    found: Found = []
    for event in _kinds(definition):
        places = definition.events[event.name]
        belongs = or_(*(_belongs(event, columns, keys, definition) for columns in places)) if places else None
        if belongs is not None:
            found += _read(connection, event, belongs, block)
    there = {row["event_key"] for _, row in found}
    for join in definition.joins:
        source = _event(definition, join.event)
        subjects = {row[join.on] for _, row in found if join.on in row}
        more = _read(connection, source, source.table.c[join.on].in_(subjects), block)
        found += [(event, row) for event, row in more if row["event_key"] not in there]
        there |= {row["event_key"] for _, row in more}
    return _in_order(found)


def _belongs(
    event: Event, columns: Sequence[str], keys: Collection[Key], definition: Definition
) -> ColumnElement[bool]:
    """Return the condition that a row may belong to one of the histories; of a key with many parts, each part alone."""
    return and_(*(_is_in(event, column, {key[i] for key in keys}, definition) for i, column in enumerate(columns)))


def _is_in(event: Event, column: str, values: Collection[Any], definition: Definition) -> ColumnElement[bool]:
    if column.startswith("="):
        return true() if _constant(column, event) in values else false()
    table: Table = event.table
    if column in table.c:
        return table.c[column].in_(values)
    for join in definition.joins:
        source = _event(definition, join.event)
        if join.on in table.c and source is not event:
            subjects = select(source.table.c[join.on]).where(_is_in(source, column, values, definition))
            return table.c[join.on].in_(subjects)
    raise KeyError(f"{event.name} does not find its history by {column}")


def _read(connection: Connection, event: Event, condition: ColumnElement[bool], block: int) -> Found:
    statement = select(event.table).where(condition, event.table.c.event_key <= last_key_of(block))
    return [(event, row._asdict()) for row in connection.execute(statement)]


def _kinds(definition: Definition) -> list[Event]:
    return [
        EVENTS[contract, name]
        for contract in definition.contracts
        for name in definition.events
        if (contract, name) in EVENTS
    ]


def _event(definition: Definition, name: str) -> Event:
    return next(event for event in _kinds(definition) if event.name == name)


def _in_order(found: Found) -> Found:
    return sorted(found, key=lambda item: int(item[1]["event_key"]))
