"""Writes a batch, or takes one back: rows, derived rows, undo rows and checkpoint in one transaction."""

import heapq
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Table, delete, insert, select

from indexer.chain import Header
from indexer.decode import EventRow
from indexer.errors import EventsInconsistent, LogsMissing, ReorgBelowFinality
from indexer.events import LAB_CONTRACTS, Watched
from indexer.fetch import Batch, JournalState
from indexer.handlers import TABLES, Rows, Working, by_table, linked_places, places
from indexer.store import rows as store
from indexer.store import totals
from indexer.store.columns import block_of
from indexer.store.event_tables import EVENTS
from indexer.store.models import Block, QuarantinedLog, Undo
from indexer.store.rows import Key, Row, table_of

BLOCKS: Final = table_of(Block)
UNDO: Final = table_of(Undo)
QUARANTINE: Final = table_of(QuarantinedLog)
EVENT_TABLES: Final = tuple(event.table for event in EVENTS.values())
EVENTS_PER_FOLD: Final = 5_000
"""Events folded at a time when read models are derived again: bounds memory."""

JOURNALS: Final = {"journals": {(name,) for name in LAB_CONTRACTS}}

ROWS_KEPT: Final = 500
"""Rows of each read model that stay in memory from one transaction to the next: those that many events touch."""


def write(
    connection: Connection,
    batch: Batch,
    events: Sequence[EventRow],
    quarantined: Sequence[Row],
    working: Working,
    watched: Watched,
) -> None:
    """Write the rows of a batch and everything derived from them.

    Args:
        connection: In a transaction.
        batch: What it ends with, and the journals after it.
        events: Decoded, in chain order.
        quarantined: Rows of the table of logs that nothing explains.
        working: Rows of read models as the mirror has them. If the transaction is not committed they are so no more.
        watched: The contracts.

    Raises:
        LogsMissing: With these rows a journal is not what the contract says it is.
    """
    grouped = by_table(events)
    for table, values in grouped.items():
        store.append(connection, table, values)
    if quarantined:
        connection.execute(insert(QUARANTINE), quarantined)
    load_touched(connection, working, grouped)
    try:
        _fold_by_block(connection, batch.blocks, events, working)
    except EventsInconsistent:
        # Perhaps the node withheld what comes before: then another one helps, and nobody has to act.
        working.forget()
        load(connection, working, JOURNALS)
        working.fold_journals(events)
        check_journals(connection, working, batch.journals, watched)
        raise
    check_journals(connection, working, batch.journals, watched)
    write_rows(connection, working)
    for header in batch.blocks or [batch.last]:
        remember_block(connection, header)


def _fold_by_block(
    connection: Connection, headers: Sequence[Header], events: Sequence[EventRow], working: Working
) -> None:
    """Fold blocks above the finalized one by one, and keep what each of them changed; what is final, all at once."""
    if not headers:
        working.fold(events)
        working.fold_journals(events)
        return
    events_of = {number: list(some) for number, some in groupby(events, key=lambda row: block_of(row.key))}
    for header in headers:
        of_block = events_of.get(header.number, [])
        touched = places(of_block)
        touched |= linked_places(of_block, {place: working.at(place) for place in touched})
        before = {place: dict(row) if (row := working.at(place)) else None for place in touched}
        working.fold(of_block)
        working.fold_journals(of_block)
        remember(connection, header.number, {place: row for place, row in before.items() if working.at(place) != row})


def load_touched(connection: Connection, working: Working, events: Mapping[Table, Sequence[tuple[Any, ...]]]) -> None:
    """Have every row in memory that a batch of events touches, and the journals."""
    load(connection, working, working.wanted(events))
    load(connection, working, working.linked(events))
    load(connection, working, JOURNALS)


def load(connection: Connection, working: Working, wanted: Mapping[str, Collection[Key]]) -> None:
    """Have the rows with some keys in memory, if the mirror has them."""
    for name, keys in wanted.items():
        missing = [key for key in keys if key not in working.rows[name]]
        working.rows[name].update(store.load(connection, TABLES[name], missing))


def write_rows(connection: Connection, working: Working) -> None:
    """Write changed rows of read models, each once, in the order of their keys."""
    for name, changed in working.changed.items():
        new = working.new[name]
        store.insert(connection, TABLES[name], [changed[key] for key in sorted(new)])
        store.replace(connection, TABLES[name], [changed[key] for key in sorted(changed.keys() - new)])
    working.written(ROWS_KEPT)


def check_journals(
    connection: Connection, working: Working, journals: Mapping[str, JournalState | None], watched: Watched
) -> None:
    """Compare the journals recomputed from rows with those on chain, where the node still knows them.

    A contract with a quarantined log is left out: its journal can't be right, and the quarantine is loud already.
    """
    explained = set(watched.names) - set(connection.scalars(select(QUARANTINE.c.contract).distinct()))
    for name, on_chain in journals.items():
        row = working.at(("journals", (name,))) or {"sequence": 0, "digest": "0x" + "0" * 52}
        found = JournalState(row["sequence"], row["digest"])
        if on_chain is not None and found != on_chain and watched.address_of(name) in explained:
            raise LogsMissing(
                f"{name} counts {on_chain.sequence} events, the node has shown {found.sequence}"
                f"{'' if found.sequence != on_chain.sequence else ' other ones'}: the node withholds logs, use another"
            )


# ------------------------------------------------------------------------------------------- above the finalized block


def remember(connection: Connection, block_number: int, before: Rows) -> None:
    """Keep what rows were before a block changed them."""
    undo = []
    for table, group in groupby(sorted(before), key=lambda place: place[0]):
        keys = [key for _, key in group]
        packed = store.pack(TABLES[table], [before[table, key] for key in keys])
        undo += [
            (block_number, table, msgspec.json.encode(key).decode(), row) for key, row in zip(keys, packed, strict=True)
        ]
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
        store.insert(connection, TABLES[name], rows)
    connection.execute(delete(UNDO).where(UNDO.c.block_number > number))
    connection.execute(delete(BLOCKS).where(BLOCKS.c.number > number))


# ------------------------------------------------------------------------------------------------- from events again


def derive_again(connection: Connection, number: int) -> None:
    """Delete events above a block and derive every read model from those that remain; for a rewind below finality."""
    store.remove_events_above(connection, (*EVENT_TABLES, QUARANTINE), number)
    totals.forget_above(connection, number)
    for table in (*TABLES.values(), UNDO, BLOCKS):
        connection.execute(delete(table))
    events = stored_events(connection)
    working = Working()
    while some := list(islice(events, EVENTS_PER_FOLD)):
        load_touched(connection, working, by_table(some))
        working.fold(some)
        working.fold_journals(some)
        write_rows(connection, working)


def stored_events(connection: Connection) -> Iterator[EventRow]:
    """Yield every stored event in chain order."""
    tables = [_events_of(connection, event) for event in EVENTS.values()]
    return heapq.merge(*tables, key=lambda row: row.key)


def _events_of(connection: Connection, event: Any) -> Iterator[EventRow]:
    for row in store.scan(connection, event.table):
        yield EventRow(row["event_key"], event, tuple(row.values()))
