"""Writes a batch, or takes one back: rows, derived rows, undo rows and checkpoint in one transaction."""

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import groupby
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Table, delete, insert, select

from indexer.chain import Header
from indexer.decode import Decoded, EventRow
from indexer.errors import EventsInconsistent, LogsMissing, ReorgBelowFinality
from indexer.events import LAB_CONTRACTS, Watched
from indexer.fetch import Batch, JournalState
from indexer.handlers import TABLES, Place, Rows, fold, fold_journals, linked_places, places
from indexer.store import rows as store
from indexer.store.columns import block_of
from indexer.store.event_tables import EVENTS
from indexer.store.models import Block, QuarantinedLog, Undo
from indexer.store.rows import Row, table_of

BLOCKS: Final = table_of(Block)
UNDO: Final = table_of(Undo)
QUARANTINE: Final = table_of(QuarantinedLog)
EVENT_TABLES: Final = tuple(event.table for event in EVENTS.values())
EVENTS_PER_FOLD: Final = 5_000
"""Events folded at a time when read models are derived again: bounds memory."""

JOURNALS: Final[set[Place]] = {("journals", (name,)) for name in LAB_CONTRACTS}


def write(connection: Connection, batch: Batch, decoded: Decoded, watched: Watched) -> None:
    """Write the rows of a batch and everything derived from them.

    Raises:
        LogsMissing: With these rows a journal is not what the contract says it is.
    """
    write_events(connection, decoded.rows)
    if decoded.quarantined:
        connection.execute(insert(QUARANTINE), decoded.quarantined)
    present = load_touched(connection, decoded.rows, JOURNALS)
    try:
        changed = _fold_by_block(connection, batch.blocks, decoded.rows, present)
    except EventsInconsistent:
        # Perhaps the node withheld what comes before: then another one helps, and nobody has to act.
        check_journals(connection, {**present, **fold_journals(decoded.rows, present)}, batch.journals, watched)
        raise
    check_journals(connection, {**present, **changed}, batch.journals, watched)
    write_rows(connection, changed, present)
    for header in batch.blocks or [batch.last]:
        remember_block(connection, header)


def _fold_by_block(
    connection: Connection, headers: Sequence[Header], events: Sequence[EventRow], present: Mapping[Place, Row]
) -> Rows:
    """Fold blocks above the finalized one by one, and keep what each of them changed; what is final, all at once."""
    if not headers:
        return fold(events, present)
    events_of = {number: list(some) for number, some in groupby(events, key=lambda row: block_of(row.key))}
    working: Rows = dict(present)
    changed: Rows = {}
    for header in headers:
        of_block = fold(events_of.get(header.number, ()), working)
        remember(connection, header.number, of_block, working)
        working.update(of_block)
        changed.update(of_block)
    return changed


def write_events(connection: Connection, events: Iterable[EventRow]) -> None:
    """Append rows to their event tables."""
    by_table: dict[Table, list[tuple[Any, ...]]] = {}
    for row in events:
        by_table.setdefault(row.event.table, []).append(row.values)
    for table, values in by_table.items():
        store.append(connection, table, values)


def load_touched(
    connection: Connection, events: Sequence[EventRow], more: AbstractSet[Place] = frozenset()
) -> dict[Place, Row]:
    """Return the rows that exist at the places which a batch of events touches, and at some more."""
    present = load(connection, places(events) | more)
    return present | load(connection, linked_places(events, present) - present.keys())


def load(connection: Connection, touched: Iterable[Place]) -> dict[Place, Row]:
    """Return the rows that exist at some places."""
    found: dict[Place, Row] = {}
    for name, group in groupby(sorted(touched), key=lambda place: place[0]):
        rows = store.load(connection, TABLES[name], [key for _, key in group])
        found.update(((name, key), row) for key, row in rows.items())
    return found


def write_rows(connection: Connection, changed: Rows, present: Mapping[Place, Row]) -> None:
    """Write changed rows of read models, each once, in the order of their keys."""
    for name, group in groupby(sorted(changed), key=lambda place: place[0]):
        some = list(group)
        rows = [row for place in some if (row := changed[place]) is not None]
        store.put(connection, TABLES[name], rows, {place[1] for place in some if place in present})


def check_journals(
    connection: Connection, rows: Rows, journals: Mapping[str, JournalState | None], watched: Watched
) -> None:
    """Compare the journals recomputed from rows with those on chain, where the node still knows them.

    A contract with a quarantined log is left out: its journal can't be right, and the quarantine is loud already.
    """
    explained = set(watched.names) - set(connection.scalars(select(QUARANTINE.c.contract).distinct()))
    for name, on_chain in journals.items():
        row = rows.get(("journals", (name,))) or {"sequence": 0, "digest": "0x" + "0" * 52}
        found = JournalState(row["sequence"], row["digest"])
        if on_chain is not None and found != on_chain and watched.address_of(name) in explained:
            raise LogsMissing(
                f"{name} counts {on_chain.sequence} events, the node has shown {found.sequence}"
                f"{'' if found.sequence != on_chain.sequence else ' other ones'}: the node withholds logs, use another"
            )


# ------------------------------------------------------------------------------------------- above the finalized block


def remember(connection: Connection, block_number: int, changed: Rows, before: Mapping[Place, Row | None]) -> None:
    """Keep what rows were before a block changed them."""
    undo = []
    for place in sorted(changed):
        table, key = place
        row = before.get(place)
        packed = None if row is None else store.pack(TABLES[table], row)
        undo.append((block_number, table, msgspec.json.encode(key).decode(), packed))
    store.append(connection, UNDO, undo)


def remember_block(connection: Connection, header: Header) -> None:
    """Keep a block, to find a common ancestor by."""
    values = {"number": header.number, "hash": header.hash, "parent_hash": header.parent_hash, "time": header.time}
    connection.execute(insert(BLOCKS), values)


def forget_final(connection: Connection, number: int, finalized: int) -> None:
    """Forget how to undo what is final, but keep the highest final block that is applied, as an anchor."""
    connection.execute(delete(UNDO).where(UNDO.c.block_number <= finalized))
    connection.execute(delete(BLOCKS).where(BLOCKS.c.number < min(number, finalized)))


def stored_blocks(connection: Connection) -> dict[int, Header]:
    """Return the blocks kept, by number, highest first."""
    rows = connection.execute(select(BLOCKS).order_by(BLOCKS.c.number.desc()))
    return {row.number: Header(row.number, row.hash, row.parent_hash, row.time, 0) for row in rows}


def undo_above(connection: Connection, number: int) -> None:
    """Delete what stands above a block that is still kept, and put derived rows back as they were.

    Raises:
        ReorgBelowFinality: The block is kept no more.
    """
    if number not in stored_blocks(connection):
        raise ReorgBelowFinality(f"nothing is kept to undo block {number + 1}: run `eranos index rewind --to {number}`")
    store.remove_events_above(connection, (*EVENT_TABLES, QUARANTINE), number)
    above = select(UNDO).where(UNDO.c.block_number > number).order_by(UNDO.c.block_number)
    earliest: dict[tuple[str, str], str | None] = {}
    for undo in connection.execute(above):
        earliest.setdefault((undo.table_name, undo.row_key), undo.row)
    for name, group in groupby(sorted(earliest), key=lambda place: place[0]):
        keys = list(group)
        rows = [store.unpack(TABLES[name], row) for place in keys if (row := earliest[place]) is not None]
        store.remove(connection, TABLES[name], [tuple(msgspec.json.decode(key)) for _, key in keys])
        store.put(connection, TABLES[name], rows, set())
    connection.execute(delete(UNDO).where(UNDO.c.block_number > number))
    connection.execute(delete(BLOCKS).where(BLOCKS.c.number > number))


# ------------------------------------------------------------------------------------------------- from events again


def derive_again(connection: Connection, number: int) -> None:
    """Delete events above a block and derive every read model from those that remain; for a rewind below finality."""
    store.remove_events_above(connection, (*EVENT_TABLES, QUARANTINE), number)
    for table in (*TABLES.values(), UNDO, BLOCKS):
        connection.execute(delete(table))
    events = stored_events(connection)
    while some := [row for row, _ in zip(events, range(EVENTS_PER_FOLD), strict=False)]:
        present = load_touched(connection, some)
        write_rows(connection, fold(some, present), present)


def stored_events(connection: Connection) -> Iterator[EventRow]:
    """Yield every stored event in chain order."""
    tables = [_events_of(connection, event) for event in EVENTS.values()]
    return heapq.merge(*tables, key=lambda row: row.key)


def _events_of(connection: Connection, event: Any) -> Iterator[EventRow]:
    for row in store.scan(connection, event.table):
        yield EventRow(row["event_key"], event, tuple(row.values()))
