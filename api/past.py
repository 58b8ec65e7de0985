"""The mirror as it was at an earlier block: rows that changed since are made again from the events up to that block.

An answer as of an earlier block is given by the same code as any other: it reads a small database in memory that holds
what the answer is made of, as it was. Rows that did not change since are copied, others are folded.

Blocks are known by the lab's events, and those above the finalized one by themselves: a block in which nothing of the
lab happened is answered as of the one before it in which something did.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any, Final, Literal

from fastapi import Query
from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError
from sqlalchemy import Connection, Select, Table, bindparam, create_engine, insert, literal, select, union_all
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from api.fields import BLOCK_MAX, parse_decimal
from api.problems import UNKNOWN_BLOCK
from indexer.store import rows as store
from indexer.store.columns import last_key_of
from indexer.store.event_tables import EVENTS, NOT_JOURNALED
from indexer.store.histories.definitions import DEFINITIONS
from indexer.store.histories.folds import rows_at
from indexer.store.models import Block, Checkpoint, Currency, CurrencyMetadata, Journal, LabPause, Target
from indexer.store.rows import Key, Row
from serving.problems import Problem

Label = Literal["head", "safe", "finalized"]
LABELS: Final = ("head", "safe", "finalized")

Facts = Iterable[Select[Any]]
"""The rows that an answer is made of: statements that each select one model. Their conditions name only what never
changes, such as ids, since the rows are found as they are now."""

GATES: Final[Facts] = (
    *(select(Currency), select(CurrencyMetadata)),
    *(select(Target), select(Journal), select(LabPause)),
)
"""What every answer about money or acts is made of, beside its own rows; of all these there are few."""


def _parse(text: Any) -> Any:
    number = text if text in LABELS else parse_decimal(text)
    if isinstance(number, int) and number > BLOCK_MAX:
        raise PydanticCustomError("invalid_block", "There is no block with such a number")
    return number


At = Annotated[
    int | Label | None,
    BeforeValidator(_parse),
    WithJsonSchema({"type": "string", "pattern": "^(head|safe|finalized|0|[1-9][0-9]{0,12})$"}),
    Query(
        description="Block to answer as of: its number, `head`, `safe` or `finalized`. `as_of` names the last block up "
        "to it in which something happened. Answers at the number of a finalized block never change.",
        examples=["4217", "finalized"],
    ),
]

_memory: Final = create_engine("sqlite://", poolclass=NullPool)
"""Each connection is an empty database of its own."""


def checkpoint_at(session: Session, present: Checkpoint, at: int | Label) -> Checkpoint:
    """Return what the checkpoint was at a block.

    Raises:
        Problem: The block is not indexed yet, or nothing happened up to it.
    """
    labeled = {"head": present.number, "safe": present.safe_number, "finalized": present.finalized_number}
    number = min(labeled[at], present.number) if isinstance(at, str) else at
    if number > present.number:
        raise Problem(UNKNOWN_BLOCK, f"Block {number} is not indexed yet; the last one is {present.number}")
    if number == present.number:
        return present
    known = session.execute(_LAST_KNOWN, {"number": number, "key": last_key_of(number)}).first()
    if known is None:
        raise Problem(UNKNOWN_BLOCK, f"Nothing happened up to block {number}")
    then = {"number": known.number, "hash": known.hash, "block_time": known.time}
    columns = store.table_of(Checkpoint).columns
    return Checkpoint(**{column.name: getattr(present, column.name) for column in columns} | then)


def _last_known() -> Select[Any]:
    """Return the last block up to `number` of which number, hash and time are known."""
    last_event = (
        select(t.c.block_number.label("number"), t.c.block_hash.label("hash"), t.c.block_time.label("time"))
        .where(t.c.event_key <= bindparam("key"))
        .order_by(t.c.event_key.desc())
        .limit(1)
        .subquery()
        .select()
        for t in (event.table for event in EVENTS.values())
    )
    kept = select(Block.number, Block.hash, Block.time).where(Block.number <= bindparam("number"))
    known = union_all(*last_event, kept).subquery()
    return select(known).order_by(known.c.number.desc()).limit(1)


def _began() -> Select[Any]:
    """Return the contracts that had a journal at an event key."""
    first = (
        select(literal(event.contract)).where(event.table.c.event_key <= bindparam("key")).limit(1).subquery().select()
        for event in EVENTS.values()
        if event.name not in NOT_JOURNALED
    )
    return select(union_all(*first).subquery())


_LAST_KNOWN: Final = _last_known()
_BEGAN: Final = _began()


@contextmanager
def filled(present: Session, facts: Facts, block: int) -> Iterator[Session]:
    """Open a database in memory that holds some facts as they were at a block."""
    connection = present.connection()
    rows: dict[Table, dict[Key, Row]] = {}
    for statement in facts:
        table = store.table_of(statement.column_descriptions[0]["entity"])
        found = {store.key_of(table, row): row for row in (r._asdict() for r in connection.execute(statement))}
        rows.setdefault(table, {}).update(found)
    with _memory.connect() as memory:
        for table, now in rows.items():
            table.create(memory)
            if then := list(_at(connection, table, now, block)):
                memory.execute(insert(table), then)
        with Session(memory) as past:
            yield past


def _at(connection: Connection, table: Table, now: Mapping[Key, Row], block: int) -> Iterator[Row]:
    """Yield rows as they were at a block; those that no event tells of, such as names of currencies, as they are."""
    last = last_key_of(block)
    if table.name == Journal.__tablename__:
        # Of journals an answer tells only whose they are.
        began = set(connection.scalars(_BEGAN, {"key": last}))
        yield from (row for row in now.values() if row["contract_name"] in began)
        return
    changed = [key for key, row in now.items() if row.get("last_event_key", 0) > last]
    yield from (row for key, row in now.items() if row.get("last_event_key", 0) <= last)
    if changed:
        yield from rows_at(connection, DEFINITIONS[table.name], changed, block).values()
