"""The frame of the handlers: which rows a batch of events touches, and what becomes of them. Pure.

A handler names the rows it touches by their keys and gets them as they are, None where there is none yet. It returns
the same rows as they are to be, in the same order, None for one it leaves alone. `fold` runs the handlers of a batch of
events over one working set, so that each touched row is read once and written once, whatever happened to it between.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final, NamedTuple

from indexer.chain import keccak
from indexer.decode import ENCODERS, EventRow
from indexer.errors import EventsInconsistent
from indexer.events import is_journaled, topic_of
from indexer.store.event_tables import EVENTS, Event
from indexer.store.models import READ_MODELS
from indexer.store.rows import Key, Row, table_of

TABLES: Final = {model.__tablename__: table_of(model) for model in READ_MODELS}

Place = tuple[str, Key]
"""(table name, primary key): where one row of a read model is."""

Rows = dict[Place, Row | None]
"""Rows of read models by place, None where there is none."""

Handler = Callable[..., tuple[Row | None, ...]]
"""(event as a dictionary, touched rows...) -> the same rows, changed."""


class Touch(NamedTuple):
    """A row that an event touches: its table, and for each key column the event's column or a constant."""

    table: str
    key: tuple[str | int, ...]
    required: bool = False
    """Some earlier event must have created it."""


class Registered(NamedTuple):
    """A handler and what it touches."""

    handler: Handler
    touches: tuple[Touch, ...]


HANDLERS: Final[dict[tuple[str, str], Registered]] = {}
"""By (contract, event name). An event without one is only stored and journaled."""


def handles(contract: str, event: str, *touches: Touch) -> Callable[[Handler], Handler]:
    """Register a function as the handler of an event."""

    def register(handler: Handler) -> Handler:
        if (contract, event) not in EVENTS:
            raise LookupError(f"{contract} has no event {event}")
        HANDLERS[contract, event] = Registered(handler, touches)
        return handler

    return register


def places(events: Iterable[EventRow]) -> set[Place]:
    """Return every place that a batch of events touches, journals included."""
    touched: set[Place] = set()
    for _key, event, values in events:
        if known := HANDLERS.get((event.contract, event.name)):
            fields = as_dict(event, values)
            touched.update(_place(touch, fields) for touch in known.touches)
        if is_journaled(event):
            touched.add(("journals", (event.contract,)))
    return touched


def fold(events: Iterable[EventRow], present: Mapping[Place, Row]) -> Rows:
    """Apply events in order.

    Args:
        events: In chain order.
        present: The rows that exist at `places(events)`.

    Returns:
        Every row that the events changed, as it is after the last of them.

    Raises:
        EventsInconsistent: An event needs a row that no earlier event created.
    """
    rows: Rows = dict(present)
    changed: set[Place] = set()
    for key, event, values in events:
        fields = as_dict(event, values)
        if known := HANDLERS.get((event.contract, event.name)):
            changed.update(_apply(known, key, event, fields, rows))
        if is_journaled(event):
            changed.add(_journal(event, values, fields, rows))
    return {place: rows[place] for place in changed}


def as_dict(event: Event, values: tuple[Any, ...]) -> Row:
    """Return an event row by column."""
    return dict(zip(COLUMNS[event.table.name], values, strict=True))


COLUMNS: Final = {event.table.name: tuple(event.table.columns.keys()) for event in EVENTS.values()}


def _apply(known: Registered, key: int, event: Event, fields: Row, rows: Rows) -> Collection[Place]:
    touched = [_place(touch, fields) for touch in known.touches]
    for touch, place in zip(known.touches, touched, strict=True):
        if touch.required and rows.get(place) is None:
            raise EventsInconsistent(
                f"{event.contract}.{event.name} in block {fields['block_number']} speaks of {place[0]} "
                f"{', '.join(map(str, place[1]))}, which no earlier event created: run `eranos index rebuild`"
            )
    results = known.handler(fields, *(rows.get(place) for place in touched))
    changed = [(place, row) for place, row in zip(touched, results, strict=True) if row is not None]
    rows.update((place, _stamped(row, key, fields)) for place, row in changed)
    return [place for place, _ in changed]


def _place(touch: Touch, fields: Row) -> Place:
    return touch.table, tuple(part if isinstance(part, int) else fields.get(part, part) for part in touch.key)


def _stamped(row: Row, key: int, fields: Row) -> Row:
    return row | {
        "last_event_key": key,
        "last_tx_hash": fields["tx_hash"],
        "last_log_index": fields["log_index"],
        "last_block_time": fields["block_time"],
    }


def _journal(event: Event, values: tuple[Any, ...], fields: Row, rows: Rows) -> Place:
    place = ("journals", (event.contract,))
    row = rows.get(place) or {
        "contract_name": event.contract,
        "contract": fields["contract"],
        "sequence": 0,
        "digest": "0x" + "0" * 52,
    }
    digest = journal_digest(row["digest"], event_hash(event, values))
    rows[place] = _stamped(row | {"sequence": row["sequence"] + 1, "digest": digest}, fields["event_key"], fields)
    return place


def event_hash(event: Event, values: tuple[Any, ...]) -> bytes:
    """Return ``keccak256(abi.encode(topic0, argument, ...))`` of an event row (docs/protocol.md, "Journal")."""
    return keccak(bytes.fromhex(TOPICS[event.table.name] + ENCODERS[event.table.name](values)))


TOPICS: Final = {event.table.name: topic_of(event)[2:] for event in EVENTS.values()}


def journal_digest(digest: str, hash_of_event: bytes) -> str:
    """Return the journal digest after one more event; 26 bytes as 0x text, before and after."""
    return "0x" + keccak(bytes.fromhex(digest[2:]).ljust(32, b"\0") + hash_of_event)[:26].hex()
