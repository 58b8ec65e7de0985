"""The frame of the handlers: which rows a batch of events touches, and what becomes of them. Pure.

A handler names the rows it touches by their keys and gets them as they are, None where there is none yet. Some keys are
not in the event, but in a row that it touches: these are links. For each row it returns the columns that change, in the
same order; all columns of a new row, in a dictionary that nobody else holds; None for one it leaves alone. It changes
nothing itself: `Working` does, so that a row that many events touch is read once and written once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from itertools import islice
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
"""(event as a dictionary, touched rows...) -> what changes in each of these rows."""


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


class Working:
    """Rows of read models in memory, as the mirror has them or will have them after the present transaction.

    Rows change in place. Whoever rolls a transaction back, or changes the mirror in another way, has to `forget` them.
    """

    def __init__(self) -> None:
        self.rows: dict[str, dict[Key, Row]] = {name: {} for name in TABLES}
        """What is known, by table and key; of other keys nothing is known, once loaded, there is no row."""
        self.changed: dict[str, dict[Key, Row]] = {name: {} for name in TABLES}
        """What the mirror does not have yet."""
        self.new: dict[str, set[Key]] = {name: set() for name in TABLES}
        """Keys of changed rows that the mirror has in no form."""
        self._steps: dict[Table, Callable[[tuple[Any, ...]], None] | None] = {}

    def at(self, place: Place) -> Row | None:
        """Return what is known to be at a place."""
        return self.rows[place[0]].get(place[1])

    def wanted(self, events: Mapping[Table, Sequence[tuple[Any, ...]]]) -> dict[str, set[Key]]:
        """Return the keys that events touch and of which nothing is known, by table of the read model.

        Args:
            events: Rows of event tables, by table.
        """
        wanted: dict[str, set[Key]] = {}
        for table, values in events.items():
            for touch, keys in zip(plan(table).touches, plan(table).keys, strict=True):
                if "event_key" not in touch.key:  # no earlier event has made such a row
                    wanted.setdefault(touch.table, set()).update(keys(values) - self.rows[touch.table].keys())
        return wanted

    def linked(self, events: Mapping[Table, Sequence[tuple[Any, ...]]]) -> dict[str, set[Key]]:
        """Return the keys to which links lead from rows that are known, and of which nothing is known.

        Args:
            events: Rows of event tables, by table; what they touch is known.
        """
        wanted: dict[str, set[Key]] = {}
        for name, key in _linked(events, self.at):
            if key not in self.rows[name]:
                wanted.setdefault(name, set()).add(key)
        return wanted

    def fold(self, events: Iterable[EventRow]) -> None:
        """Apply events in chain order; what they touch has to be known.

        Raises:
            EventsInconsistent: An event needs a row that no earlier event created.
        """
        steps = self._steps
        for _, event, values, _ in events:
            try:
                step = steps[event.table]
            except KeyError:
                step = steps[event.table] = self._step(event.table)
            if step is not None:
                step(values)

    def fold_journals(self, events: Iterable[EventRow]) -> None:
        """Count events, in chain order, in the journals of their contracts."""
        counted: dict[str, list[EventRow]] = {}
        for row in events:
            if plan(row.event.table).journaled:
                counted.setdefault(row.event.contract, []).append(row)
        rows, changed = self.rows["journals"], self.changed["journals"]
        for name, some in counted.items():
            key, last = (name,), some[-1].values
            if key not in rows:
                self.new["journals"].add(key)
            sequence, digest = _journal(rows.get(key))
            for _, event, values, hashed in some:
                digest = keccak(digest + JOURNAL_PADDING + (hashed or event_hash(event, values)))[:26]
            counts = {"sequence": sequence + len(some), "digest": "0x" + digest.hex()}
            whole = {"contract_name": name, "contract": last[CONTRACT_COLUMN]} | counts | _stamps(last)
            rows[key] = changed[key] = whole

    def written(self, most: int) -> None:
        """Take note that the mirror has what changed; of each table keep at most so many rows, the last ones known."""
        for name, rows in self.rows.items():
            self.changed[name].clear()
            self.new[name].clear()
            for key in list(islice(rows, max(0, len(rows) - most))):
                del rows[key]

    def forget(self) -> None:
        """Know nothing any more."""
        for name in TABLES:
            for each in (self.rows, self.changed, self.new):
                each[name].clear()

    def _step(self, table: Table) -> Callable[[tuple[Any, ...]], None] | None:
        """Return what applies one row of an event table to the rows held here."""
        known = plan(table)
        return known.bind(self.rows, self.changed, self.new) if known.bind else None


class Plan(NamedTuple):
    """What folding an event takes, worked out once for each event table."""

    touches: tuple[Touch, ...]
    keys: tuple[Callable[[Sequence[tuple[Any, ...]]], set[Key]], ...]
    """For each touch: rows of the event table -> keys touched."""
    links: tuple[tuple[int, Link], ...]
    """Each with the index of the touch that it starts from."""
    bind: Callable[..., Callable[[tuple[Any, ...]], None]] | None
    """Rows, changed rows and new keys of a `Working` -> what applies one row of the event table to them."""
    journaled: bool


@cache
def plan(table: Table) -> Plan:
    """Return the plan of an event table; only when every handler is registered."""
    event = BY_TABLE[table]
    known = HANDLERS.get((event.contract, event.name))
    columns = tuple(table.columns.keys())
    touches, links = (known.touches, known.links) if known else ((), ())
    sources = [touch.table for touch in touches]
    starts = tuple((sources.index(link.source), link) for link in links)
    keys = [f"({''.join(_key_part(part, columns) for part in touch.key)})" for touch in touches]
    namespace: dict[str, Any] = {"missing": partial(_missing, event)}
    if known:
        namespace["handler"] = known.handler
        exec(compile(source(touches, keys, starts, columns), f"<fold of {table.name}>", "exec"), namespace)  # noqa: S102 - text is ours
    return Plan(
        touches=touches,
        keys=tuple(eval(f"lambda rows: {{{key} for v in rows}}") for key in keys),  # noqa: S307 - text is ours
        links=starts,
        bind=namespace.get("bind"),
        journaled=is_journaled(event),
    )


def source(
    touches: Sequence[Touch], keys: Sequence[str], links: Sequence[tuple[int, Link]], columns: Sequence[str]
) -> str:
    """Return the text of what applies one row `v` of an event table."""
    head, load, store = [], [], []
    for i, (touch, key) in enumerate(zip(touches, keys, strict=True)):
        load.append(f"key{i} = {key}; row{i} = rows{i}.get(key{i})")
        if touch.required:
            load.append(f"if row{i} is None: missing(v, {touch.table!r}, key{i})")
    for i, (start, link) in enumerate(links, start=len(touches)):
        load.append(
            f"key{i} = (None if row{start} is None else row{start}[{link.column!r}],); row{i} = rows{i}.get(key{i})"
        )
    tables = [*(touch.table for touch in touches), *(link.table for _, link in links)]
    for i, table in enumerate(tables):
        head += [f"{name}{i} = {name}[{table!r}]" for name in ("rows", "changed", "new")]
        store += [
            f"if after{i} is not None:",
            f"    if row{i} is None: row{i} = rows{i}[key{i}] = after{i}; new{i}.add(key{i})",
            f"    else: row{i}.update(after{i})",
            f"    row{i}.update(stamps); changed{i}[key{i}] = row{i}",
        ]
    after = "".join(f"after{i}, " for i in range(len(tables)))
    before = "".join(f", row{i}" for i in range(len(tables)))
    fields = ", ".join(f"{name!r}: v[{i}]" for i, name in enumerate(columns))
    stamps = ", ".join(f"{name!r}: v[{i}]" for name, i in STAMPS.items())
    call = [f"{after}= handler({{{fields}}}{before})", f"stamps = {{{stamps}}}"]
    lines = ["def bind(rows, changed, new):", *(f"    {line}" for line in head), "    def step(v):"]
    return "\n".join([*lines, *(f"        {line}" for line in (*load, *call, *store)), "    return step"])


def _key_part(part: str | int, columns: tuple[str, ...]) -> str:
    return f"v[{columns.index(part)}], " if isinstance(part, str) and part in columns else f"{part!r}, "


def by_table(events: Iterable[EventRow]) -> dict[Table, list[tuple[Any, ...]]]:
    """Return rows of event tables by table, each in the order of the events."""
    found: dict[Table, list[tuple[Any, ...]]] = {}
    for _, event, values, _ in events:
        found.setdefault(event.table, []).append(values)
    return found


def places(events: Iterable[EventRow]) -> set[Place]:
    """Return every place that events touch, journals included."""
    touched: set[Place] = set()
    for table, values in by_table(events).items():
        known = plan(table)
        for touch, keys in zip(known.touches, known.keys, strict=True):
            touched.update((touch.table, key) for key in keys(values))
        if known.journaled:
            touched.add(("journals", (BY_TABLE[table].contract,)))
    return touched


def linked_places(events: Iterable[EventRow], present: Mapping[Place, Row | None]) -> set[Place]:
    """Return every place to which events are led by links.

    Args:
        events: The events.
        present: What is at `places(events)`.
    """
    return _linked(by_table(events), present.get)


def _linked(events: Mapping[Table, Sequence[tuple[Any, ...]]], at: Callable[[Place], Row | None]) -> set[Place]:
    found: set[Place] = set()
    for table, values in events.items():
        known = plan(table)
        for start, link in known.links:
            rows = [at((link.source, key)) for key in known.keys[start](values)]
            found.update((link.table, (row[link.column],)) for row in rows if row and row[link.column] is not None)
    return found


def fold(events: Sequence[EventRow], present: Mapping[Place, Row | None]) -> Rows:
    """Apply events in order, and change nothing in place.

    Args:
        events: In chain order.
        present: What is at `places(events)` and `linked_places` of them; a place where nothing is may be left out.

    Returns:
        Every row that the events changed, as it is after the last of them.

    Raises:
        EventsInconsistent: An event needs a row that no earlier event created.
    """
    working = Working()
    for (name, key), row in present.items():
        if row is not None:
            working.rows[name][key] = dict(row)
    working.fold(events)
    working.fold_journals(events)
    return {(name, key): row for name, rows in working.changed.items() for key, row in rows.items()}


def as_dict(event: Event, values: tuple[Any, ...]) -> Row:
    """Return an event row by column."""
    return dict(zip(event.table.columns.keys(), values, strict=True))


CONTRACT_COLUMN: Final = META_COLUMNS.index("contract")
STAMPS: Final = {
    stamp: META_COLUMNS.index(name)
    for stamp, name in {
        "last_event_key": "event_key",
        "last_tx_hash": "tx_hash",
        "last_log_index": "log_index",
        "last_block_time": "block_time",
    }.items()
}
"""Columns of every read model that tell of the last event, and where they stand in its row."""
JOURNAL_PADDING: Final = bytes(6)
"""A digest has 26 bytes and is hashed as a word."""


def _missing(event: Event, values: tuple[Any, ...], table: str, key: Key) -> None:
    raise EventsInconsistent(
        f"{event.contract}.{event.name} in block {as_dict(event, values)['block_number']} speaks of {table} "
        f"{', '.join(map(str, key))}, which no earlier event created: run `eranos index rebuild`"
    )


def _stamps(values: tuple[Any, ...]) -> Row:
    return {name: values[i] for name, i in STAMPS.items()}


def _journal(row: Row | None) -> tuple[int, bytes]:
    return (row["sequence"], bytes.fromhex(row["digest"][2:])) if row else (0, bytes(26))


def event_hash(event: Event, values: tuple[Any, ...]) -> bytes:
    """Return ``keccak256(abi.encode(topic0, argument, ...))`` of an event row (docs/protocol.md, "Journal")."""
    return keccak(bytes.fromhex(TOPICS[event.table.name] + ENCODERS[event.table.name](values)))


TOPICS: Final = {event.table.name: topic_of(event)[2:] for event in EVENTS.values()}
BY_TABLE: Final = {event.table: event for event in EVENTS.values()}
