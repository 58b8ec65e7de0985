"""Builds and stores the proof of each event once its block is final; off the hot path, a timed job.

A proof is made by the code that auditors check it with, and checked before it is stored. A block of which the node says
what does not lead to the block's hash, or which it has pruned, gives no proofs and holds up no other: that is logged,
and tried once more by each new process.
"""

import asyncio
import logging
import zlib
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple, Protocol, TypeVar

from sqlalchemy import Column, ColumnElement, Connection, Engine, asc, delete, desc, func, insert, select, union_all

from audit.proofs import proof as proofs
from audit.proofs.errors import ProofError
from audit.proofs.hex_text import bytes_of
from indexer.apply import EVENT_TABLES
from indexer.chain import WholeBlock
from indexer.errors import RetryableError
from indexer.store import checkpoint as checkpoints
from indexer.store.columns import block_of, last_key_of
from indexer.store.proof_models import EventProof
from indexer.store.rows import table_of
from indexer.store.session import reading
from indexer.sync import writing

T = TypeVar("T")

log = logging.getLogger(__name__)

PROOFS: Final = table_of(EventProof)
EVENTS_PER_RUN: Final = 500
EVENTS_PER_COMMIT: Final = 50
"""So that the loop never waits long for the database."""


class BlockSource(Protocol):
    """What proofs need of a node."""

    async def whole_block(self, block_hash: str) -> WholeBlock:
        """Return a block with all transactions and receipts."""


class Place(NamedTuple):
    """An event that needs a proof."""

    event_key: int
    block_hash: str
    tx_hash: str
    log_index: int


class Prover:
    """Builds what is missing, in the order of the chain."""

    def __init__(self, engine: Engine, source: BlockSource) -> None:
        self._engine = engine
        self._source = source
        self._tested = False
        self._repaired = -1
        """Key of the last event that this process tried once more."""
        self._inherited = -1
        """Key of the last event that another process tried before."""
        self._refusal = ""
        """Why the last self-test failed; said once."""

    async def run(self) -> int:
        """Build and store some proofs that are missing; return how many places were looked at.

        Raises:
            RetryableError: The node gave no answer, or none to believe.
            DatabaseUnusable: The database refused.
        """
        if not self._tested and not await self._self_test():
            return 0
        tried = await self._build(await asyncio.to_thread(self._read, missing))
        return tried + await self._repair()

    async def _self_test(self) -> bool:
        """Return whether the node's roots are right, in a block that needs a proof; False if none does yet.

        A release of a node that computes wrong roots would fail for block after block: one line says so at once. The
        block is the newest one, which a node that prunes is likeliest to have.
        """
        for place in await asyncio.to_thread(self._read, newest):
            whole = await self._source.whole_block(place.block_hash)
            try:
                await asyncio.to_thread(proofs.Block.of, whole.block, whole.receipts, whole.raw)
            except ProofError as error:
                if self._refusal != str(error):
                    self._refusal = str(error)
                    log.warning("no proofs are made with this node: %s", error)
                return False
            log.info("the node's roots of transactions and receipts are right: proofs are made")
            self._inherited = await asyncio.to_thread(self._read, _last_tried)
            self._tested = True
        return self._tested

    async def _build(self, places: Sequence[Place]) -> int:
        waiting: list[dict[str, Any]] = []
        for block_hash, some in groupby(places, key=lambda place: place.block_hash):
            whole = await self._whole(block_hash)
            waiting += await asyncio.to_thread(_rows, whole, list(some))
            if len(waiting) >= EVENTS_PER_COMMIT:
                await asyncio.to_thread(self._store, waiting)
                waiting = []
        await asyncio.to_thread(self._store, waiting)
        return len(places)

    async def _whole(self, block_hash: str) -> WholeBlock | None:
        """Return a block, None if the node tells the newest one but not this: it has pruned it.

        Raises:
            RetryableError: It does not tell the newest one either.
        """
        try:
            return await self._source.whole_block(block_hash)
        except RetryableError as error:
            for place in await asyncio.to_thread(self._read, newest):
                await self._source.whole_block(place.block_hash)
            log.warning("no proofs of block %s, which the node does not have: %s", block_hash, error)
            return None

    async def _repair(self) -> int:
        """Try once more what failed in another process; return how many places were looked at."""
        between = self._repaired, self._inherited
        places = await asyncio.to_thread(self._read, lambda connection: to_repair(connection, *between))
        tried = await self._build(places)
        self._repaired = places[-1].event_key if places else self._repaired
        return tried

    def _read(self, wanted: Callable[[Connection], T]) -> T:
        with reading(self._engine) as connection:
            return wanted(connection)

    def _store(self, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            with writing(self._engine) as connection:
                connection.execute(delete(PROOFS).where(PROOFS.c.event_key.in_([row["event_key"] for row in rows])))
                connection.execute(insert(PROOFS), rows)


def missing(connection: Connection) -> list[Place]:
    """Return the first events of final blocks that come after all that were tried, in chain order."""
    last, after = _last_final(connection), _last_tried(connection)
    return _places(connection, lambda key, _: (key > after) & (key <= last))


def newest(connection: Connection) -> list[Place]:
    """Return the last event of final blocks, if there is one."""
    last = _last_final(connection)
    return _places(connection, lambda key, _: key <= last, newest_first=True)


def _last_tried(connection: Connection) -> int:
    """Return the key of the last event of which a proof was tried; -1 if none was."""
    tried = connection.scalar(select(func.max(PROOFS.c.event_key)))
    return -1 if tried is None else tried


def _last_final(connection: Connection) -> int:
    """Return the key of the last event that a final block can have; -1 if nothing was indexed."""
    checkpoint = checkpoints.read(connection)
    return -1 if checkpoint is None else last_key_of(min(checkpoint.number, checkpoint.finalized_number))


def to_repair(connection: Connection, after: int, last: int) -> list[Place]:
    """Return the first events between two keys whose proof could not be made, or is of a block that was replaced."""

    def broken(key: Column[Any], block_hash: Column[Any]) -> ColumnElement[bool]:
        wrong = PROOFS.c.proof.is_(None) | (PROOFS.c.block_hash != block_hash)
        return (
            (key > after) & (key <= last) & select(PROOFS.c.event_key).where(PROOFS.c.event_key == key, wrong).exists()
        )

    return _places(connection, broken)


def _places(
    connection: Connection,
    wanted: Callable[[Column[Any], Column[Any]], ColumnElement[bool]],
    *,
    newest_first: bool = False,
) -> list[Place]:
    limit, order = (1, desc) if newest_first else (EVENTS_PER_RUN, asc)
    parts = [
        select(t.c.event_key, t.c.block_hash, t.c.tx_hash, t.c.log_index)
        .where(wanted(t.c.event_key, t.c.block_hash))
        .order_by(order(t.c.event_key))
        .limit(limit)
        .subquery()
        .select()
        for t in EVENT_TABLES
    ]
    found = union_all(*parts).subquery()
    rows = connection.execute(select(found).order_by(order(found.c.event_key)).limit(limit))
    return [Place(*row) for row in rows]


def _rows(whole: WholeBlock | None, places: Sequence[Place]) -> list[dict[str, Any]]:
    """Return the rows of a block's proofs; without a proof where none could be made."""
    if whole is None:
        return [place._asdict() | {"proof": None} for place in places]
    try:
        block = proofs.Block.of(whole.block, whole.receipts, whole.raw)
        made: list[bytes | None] = [_made(block, place) for place in places]
    except ProofError as error:
        log.warning("no proofs of block %d: %s", block_of(places[0].event_key), error)
        made = [None] * len(places)
    return [place._asdict() | {"proof": text} for place, text in zip(places, made, strict=True)]


def _made(block: proofs.Block, place: Place) -> bytes:
    """Return the file of one proof, compressed.

    Raises:
        ProofError: It can't be made, or proves another event than the one that is mirrored.
    """
    text = proofs.write(block.prove(place.log_index))
    record = proofs.check(proofs.parse(text), bytes_of(place.block_hash))
    if record.tx_hash != place.tx_hash:
        raise ProofError(f"log {place.log_index} is of transaction {record.tx_hash}, mirrored is {place.tx_hash}")
    return zlib.compress(text)
