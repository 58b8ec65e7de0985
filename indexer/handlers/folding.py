"""The frame of the handlers: which rows a batch of events touches, and what becomes of them. Pure.

A handler names the rows it touches by their keys and gets them as they are, None where there is none yet. Some keys are
not in the event, but in a row that it touches: these are links. A handler returns
the same rows as they are to be, in the same order, None for one it leaves alone. `fold` runs the handlers of a batch of
events over one working set, so that each touched row is read once and written once, whatever happened to it between.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import Table

from indexer.chain import keccak
from indexer.decode import ENCODERS, EventRow
from indexer.errors import EventsInconsistent
from indexer.events import is_journaled, topic_of
from indexer.store.event_tables import EVENTS, META_COLUMNS, Event
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


class Link(NamedTuple):
    """A row whose key an event does not name: a row that it touches has it, in a column that never changes.

    The event that creates the row with the key must touch the row that it leads to as well. So all the rows of a batch
    are known from its events and from the rows that were there before.
    """

    table: str
    source: str
    """Table of the touched row."""
    column: str
    """Its column that holds the key; null leads nowhere."""


NOWHERE: Final[Place] = ("", ())
"""Where a link leads that has no key: no row is there."""


class Registered(NamedTuple):
    """A handler and what it touches."""

    handler: Handler
    touches: tuple[Touch, ...]
    links: tuple[Link, ...]


HANDLERS: Final[dict[tuple[str, str], Registered]] = {}
"""By (contract, event name). An event without one is only stored and journaled."""


def handles(contract: str, event: str, *touches: Touch, links: tuple[Link, ...] = ()) -> Callable[[Handler], Handler]:
    """Register a function as the handler of an event; it gets the rows of `touches`, then those of `links`."""

    def register(handler: Handler) -> Handler:
        if (contract, event) not in EVENTS:
            raise LookupError(f"{contract} has no event {event}")
        HANDLERS[contract, event] = Registered(handler, touches, links)
        return handler

    return register


class Plan(NamedTuple):
    """What folding an event takes, worked out once for each event table."""

    handler: Handler | None
    places: Callable[[tuple[Any, ...]], tuple[Place, ...]]
    """Row of the event table -> what it touches, in the order of the handler's arguments."""
    fields: Callable[[tuple[Any, ...]], Row]
    """Row of the event table -> the same by column."""
    touches: tuple[Touch, ...]
    links: tuple[tuple[int, Link], ...]
    """Each with the index of the touch that it starts from."""
    journal: Place | None
    """The journal that counts the event."""


@cache
def plan(table: Table) -> Plan:
    """Return the plan of an event table; only when every handler is registered."""
    event = BY_TABLE[table]
    known = HANDLERS.get((event.contract, event.name))
    columns = tuple(table.columns.keys())
    touches, links = (known.touches, known.links) if known else ((), ())
    sources = [touch.table for touch in touches]
    touched = "".join(f"({t.table!r}, ({''.join(_key_part(part, columns) for part in t.key)})), " for t in touches)
    by_column = ", ".join(f"{name!r}: v[{i}]" for i, name in enumerate(columns))
    return Plan(
        handler=known.handler if known else None,
        places=eval(f"lambda v: ({touched})"),  # noqa: S307 - text is ours
        fields=eval(f"lambda v: {{{by_column}}}"),  # noqa: S307 - text is ours
        touches=touches,
        links=tuple((sources.index(link.source), link) for link in links),
        journal=("journals", (event.contract,)) if is_journaled(event) else None,
    )


def _key_part(part: str | int, columns: tuple[str, ...]) -> str:
    return f"v[{columns.index(part)}], " if isinstance(part, str) and part in columns else f"{part!r}, "


def places(events: Iterable[EventRow]) -> set[Place]:
    """Return every place that a batch of events touches, journals included."""
    touched: set[Place] = set()
    for row in events:
        known = plan(row.event.table)
        touched.update(known.places(row.values))
        if known.journal is not None:
            touched.add(known.journal)
    return touched


def linked_places(events: Iterable[EventRow], present: Mapping[Place, Row | None]) -> set[Place]:
    """Return every place to which a batch of events is led by links.

    Args:
        events: The batch.
        present: What is at `places(events)`.
    """
    linked: set[Place] = set()
    for row in events:
        known = plan(row.event.table)
        if known.links:
            touched = known.places(row.values)
            linked.update(_follow(link, present.get(touched[source])) for source, link in known.links)
    linked.discard(NOWHERE)
    return linked


def _follow(link: Link, source: Row | None) -> Place:
    key = source[link.column] if source is not None else None
    return NOWHERE if key is None else (link.table, (key,))


def fold(events: Sequence[EventRow], present: Mapping[Place, Row | None]) -> Rows:
    """Apply events in order.

    Args:
        events: In chain order.
        present: What is at `places(events)` and `linked_places` of them; a place where nothing is may be left out.

    Returns:
        Every row that the events changed, as it is after the last of them.

    Raises:
        EventsInconsistent: An event needs a row that no earlier event created.
    """
    rows: Rows = {}
    last: dict[Place, tuple[Any, ...]] = {}
    for _, event, values, _ in events:
        handler, places_of, fields_of, touches, links, _ = plan(event.table)
        if handler is not None:
            touched: tuple[Place, ...] = places_of(values)
            before = [rows[place] if place in rows else present.get(place) for place in touched]
            if None in before:
                _check_required(touches, event, values, touched, before)
            if links:
                led_to = [_follow(link, before[source]) for source, link in links]
                before += [rows[place] if place in rows else present.get(place) for place in led_to]
                touched += tuple(led_to)
            for place, row in zip(touched, handler(fields_of(values), *before), strict=True):
                if row is not None:
                    rows[place] = row
                    last[place] = values
    folded = {place: (rows[place] or {}) | _stamps(values) for place, values in last.items()}
    return folded | fold_journals(events, present)


def fold_journals(events: Sequence[EventRow], present: Mapping[Place, Row | None]) -> Rows:
    """Count events in the journals; arguments and result as those of `fold`, the journals alone."""
    journals: dict[Place, tuple[int, bytes]] = {}
    last: dict[Place, tuple[Any, ...]] = {}
    for _, event, values, hashed in events:
        if (journal := plan(event.table).journal) is not None:
            sequence, digest = journals.get(journal) or _journal(present.get(journal))
            digest = keccak(digest + JOURNAL_PADDING + (hashed or event_hash(event, values)))[:26]
            journals[journal] = sequence + 1, digest
            last[journal] = values
    rows: Rows = {}
    for place, (sequence, digest) in journals.items():
        name, contract = place[1][0], last[place][CONTRACT_COLUMN]
        row = {"contract_name": name, "contract": contract, "sequence": sequence, "digest": "0x" + digest.hex()}
        rows[place] = row | _stamps(last[place])
    return rows


def as_dict(event: Event, values: tuple[Any, ...]) -> Row:
    """Return an event row by column."""
    return dict(zip(event.table.columns.keys(), values, strict=True))


CONTRACT_COLUMN: Final = META_COLUMNS.index("contract")
KEY_COLUMN, TX_COLUMN, INDEX_COLUMN, TIME_COLUMN = (
    META_COLUMNS.index(name) for name in ("event_key", "tx_hash", "log_index", "block_time")
)
JOURNAL_PADDING: Final = bytes(6)
"""A digest has 26 bytes and is hashed as a word."""


def _check_required(
    touches: Sequence[Touch],
    event: Event,
    values: tuple[Any, ...],
    touched: Sequence[Place],
    before: Sequence[Row | None],
) -> None:
    for touch, place, row in zip(touches, touched, before, strict=True):
        if touch.required and row is None:
            raise EventsInconsistent(
                f"{event.contract}.{event.name} in block {as_dict(event, values)['block_number']} speaks of {place[0]} "
                f"{', '.join(map(str, place[1]))}, which no earlier event created: run `eranos index rebuild`"
            )


def _stamps(values: tuple[Any, ...]) -> Row:
    return {
        "last_event_key": values[KEY_COLUMN],
        "last_tx_hash": values[TX_COLUMN],
        "last_log_index": values[INDEX_COLUMN],
        "last_block_time": values[TIME_COLUMN],
    }


def _journal(row: Row | None) -> tuple[int, bytes]:
    return (row["sequence"], bytes.fromhex(row["digest"][2:])) if row else (0, bytes(26))


def event_hash(event: Event, values: tuple[Any, ...]) -> bytes:
    """Return ``keccak256(abi.encode(topic0, argument, ...))`` of an event row (docs/protocol.md, "Journal")."""
    return keccak(bytes.fromhex(TOPICS[event.table.name] + ENCODERS[event.table.name](values)))


TOPICS: Final = {event.table.name: topic_of(event)[2:] for event in EVENTS.values()}
BY_TABLE: Final = {event.table: event for event in EVENTS.values()}
