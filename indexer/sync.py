"""One step of the indexer: look at the chain, fetch what follows the checkpoint, decode it, write it.

A checkpoint that the node's chain no longer holds leads back to the common ancestor. Rows and checkpoint change in one
transaction, so that a process killed at any instant goes on where the last transaction ended.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError

from indexer import apply
from indexer.chain import Header, Marks, Node
from indexer.decode import Decoded, decode
from indexer.errors import (
    AnotherWriter,
    ConfigurationChanged,
    DatabaseUnusable,
    EventsInconsistent,
    FatalError,
    GapInHistory,
    LogsMissing,
    MirrorOfAnotherChain,
    NodeAnswerInvalid,
    ReorgBelowFinality,
    RetryableError,
)
from indexer.events import Watched
from indexer.fetch import Batch, Fetcher, TipReplaced
from indexer.handlers import Working
from indexer.store import checkpoint as checkpoints
from indexer.store import indexes
from indexer.store.checkpoint import Checkpoint, CheckpointConflict
from indexer.store.session import Lead, LeadLost, reading

log = logging.getLogger(__name__)

EVENTS_PER_COMMIT: Final = 6_000
"""Events of a backfill after which a transaction is closed: rows that change often are written once for all of them."""

BATCHES_PER_COMMIT: Final = 16
"""The same where blocks are empty: how much is fetched again after a kill."""

LONG_WAY: Final = 100
"""Blocks of history from which it is worth doing without secondary indexes until they are loaded."""

MARKS_SECONDS: Final = 2.0
"""How long the node's word on its own head is good enough in the middle of a backfill."""


class Outcome(StrEnum):
    """What a step did."""

    ADVANCED = "advanced"
    REWOUND = "rewound"
    IDLE = "idle"


@dataclass(frozen=True, slots=True)
class Step:
    """One step and where it led."""

    outcome: Outcome
    checkpoint: Checkpoint
    events: int = 0
    quarantined: int = 0


class Indexer:
    """The one writer of a mirror."""

    def __init__(
        self, node: Node, engine: Engine, watched: Watched, fetcher: Fetcher, lead: Lead | None = None
    ) -> None:
        """Args: `lead` is the right to write, asked for at each write; without one the checkpoint alone decides."""
        self.node = node
        self._lead = lead or Lead()
        self._engine = engine
        self._watched = watched
        self._fetcher = fetcher
        self._working = Working()
        """Rows of read models that were written or read lately."""
        self._checkpoint: Checkpoint | None = None
        self._verified: int | None = None
        """The last block after which this process knows every journal to be right."""
        self._trusted: Node | None = None
        self._bare = False
        """Whether secondary indexes are to be built at the end of the backfill."""
        self._asked: tuple[float, Node | None, Marks | None] = (0.0, None, None)

    @property
    def checkpoint(self) -> Checkpoint:
        """Return the last applied block; only after `start`."""
        if self._checkpoint is None:
            raise RuntimeError("not started")
        return self._checkpoint

    @property
    def loading(self) -> bool:
        """Return whether history is being loaded, and readers would lack secondary indexes."""
        return self._bare

    async def start(self) -> Checkpoint:
        """Check that node, deployment and mirror belong together, and take over writing.

        Raises:
            MirrorOfAnotherChain: Chain id or genesis differ.
            ConfigurationChanged: Contracts or event ABIs differ.
            AnotherWriter: Somebody else is starting right now.
        """
        await self._trust(self.node.pinned())
        self._working.forget()
        with self._writing() as connection:
            stored = checkpoints.read(connection)
            if stored is not None:
                check_mirror(self._watched, stored)
                self._checkpoint = checkpoints.take_over(connection, stored)
                self._bare = bool(indexes.missing(connection))
        if self._checkpoint is None:
            await self._begin(await self.node.marks())
        return self.checkpoint

    async def step(self) -> Step:
        """Apply what follows the checkpoint, or go back to the common ancestor.

        Raises:
            RetryableError: Nothing changed; try again later.
            FatalError: Nothing changed; a person has to act.
        """
        try:
            return await self._step(self.node.pinned())
        except RetryableError:
            self._trusted = None
            raise

    async def _step(self, node: Node) -> Step:
        await self._trust(node)
        marks = await self._marks_of(node)
        if self._is_replaced_by(marks.head):
            return await self._return_to_common_ancestor(node, marks)
        try:
            batches = await self._gather(node, marks)
        except TipReplaced:
            return await self._return_to_common_ancestor(node, marks)
        if not batches:
            return self._idle(marks)
        try:
            return self._apply(batches, marks)
        except (LogsMissing, EventsInconsistent):
            if not await self._gap_is_older(node):
                raise
        return await self._fetch_again()

    async def _gap_is_older(self, node: Node) -> bool:
        """Return whether the mirror lacks events already, of blocks whose journals the node refused to tell."""
        journals = await self._fetcher.journals(node, self.checkpoint.hash)
        with reading(self._engine) as connection:
            working = Working()
            apply.load(connection, working, apply.JOURNALS)
            try:
                apply.check_journals(connection, working, journals, self._watched)
            except LogsMissing:
                return True
        return False

    async def _fetch_again(self) -> Step:
        """Go back to the last block after which every journal was right, and report it.

        Raises:
            GapInHistory: Which one that is, an earlier process knew.
        """
        if self._verified is None:
            raise GapInHistory(
                f"events are missing at or below block {self.checkpoint.number}, whose journals the node did not tell "
                f"when they were stored: run `eranos index rebuild`"
            )
        log.error(
            "events are missing between blocks %d and %d, whose journals the node did not tell: fetching them again",
            self._verified,
            self.checkpoint.number,
        )
        return await self.rewind(max(self._verified, self._first_block()))

    async def _trust(self, node: Node) -> None:
        """Make sure that a node is of our chain, when it is asked for the first time, and after every failure."""
        if node is self._trusted:
            return
        try:
            check_chain(self._watched, *await node.identity())
        except MirrorOfAnotherChain as error:
            if node is self.node:
                raise
            raise NodeAnswerInvalid(str(error)) from error  # there are others to ask
        self._trusted = node

    async def _gather(self, node: Node, marks: Marks) -> list[tuple[Batch, Decoded]]:
        """Fetch and decode what one transaction will hold: a batch at the head, many of them in a backfill.

        What came before an error is kept: the error will come again.
        """
        found: list[tuple[Batch, Decoded]] = []
        at, events = self.checkpoint, 0
        while events < EVENTS_PER_COMMIT and len(found) < BATCHES_PER_COMMIT:
            try:
                batch = await self._fetcher.next_batch(node, at, marks)
            except (RetryableError, TipReplaced):
                if not found:
                    raise
                break
            if batch is None:
                break
            decoded = decode(batch.logs, self._watched.names, batch.times)
            batch = replace(batch, logs=[])  # nothing holds them while the next ones come
            found.append((batch, decoded))
            at, events = _at(at, batch.last), events + len(decoded.rows)
            if at.number >= marks.finalized.number:
                break
        return found

    async def _marks_of(self, node: Node) -> Marks:
        """Ask where the node's chain stands; far below its finalized block, what it said a moment ago will do."""
        now = time.monotonic()
        asked, of, marks = self._asked
        if (
            marks is None
            or of is not node
            or now - asked > MARKS_SECONDS
            or self.checkpoint.number >= marks.finalized.number
        ):
            marks = await node.marks()
            self._asked = now, node, marks
        return marks

    async def rewind(self, number: int) -> Step:
        """Forget everything above a block, finalized or not, by order of a person.

        Raises:
            MirrorOfAnotherChain: The node has no such block.
            FatalError: The block is above the checkpoint or below the first one.
        """
        old = self.checkpoint
        if not self._first_block() <= number <= old.number:
            raise FatalError(f"--to must be from {self._first_block()} to the checkpoint, block {old.number}")
        (header,) = await self.node.headers([number])
        if header is None:
            raise MirrorOfAnotherChain(f"the node has no block {number}: is it the right one, and in sync?")
        new = _at(old, header)
        self._working.forget()
        with self._writing() as connection:
            kept = apply.stored_blocks(connection).get(number)
            checkpoints.move(connection, old, new)
            if kept is not None and kept.hash == header.hash:
                apply.undo_above(connection, number)
            else:
                apply.derive_again(connection, number)
                apply.remember_block(connection, header)
        self._moved_back(new)
        return Step(Outcome.REWOUND, new)

    def _moved_back(self, new: Checkpoint) -> None:
        self._checkpoint = new
        if self._verified is not None:
            self._verified = min(self._verified, new.number)

    async def _begin(self, marks: Marks) -> None:
        """Store the first checkpoint: the block before the first contract, or the finalized one if that is older."""
        number = max(0, min(self._watched.first_block - 1, marks.finalized.number))
        (header,) = await self.node.headers([number])
        if header is None:
            raise NodeAnswerInvalid(f"the node lacks block {number}, below its finalized block")
        digest = self._watched.config_digest()
        first = Checkpoint(
            self._watched.chain_id, self._watched.genesis_hash, digest, 1, number, header.hash, 0, 0, 0, 0
        )
        first = _seen(_at(first, header), marks)
        with self._writing() as connection:
            checkpoints.create(connection, first)
            if marks.finalized.number - number >= LONG_WAY:
                indexes.drop(connection)
                self._bare = True
            apply.remember_block(connection, header)
        self._checkpoint = first
        self._verified = first.number

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """Open a transaction, if the right to write is still ours."""
        try:
            self._lead.check()
        except LeadLost as error:
            raise AnotherWriter(f"{error}: somebody else may lead by now") from error
        try:
            with writing(self._engine) as connection:
                yield connection
        except BaseException:
            self._working.forget()
            raise

    def _first_block(self) -> int:
        return max(0, self._watched.first_block - 1)

    def _is_replaced_by(self, head: Header) -> bool:
        """Return whether a head at or below the checkpoint is of another branch; a node that lags is not."""
        if head.number >= self.checkpoint.number:
            return head.number == self.checkpoint.number and head.hash != self.checkpoint.hash
        with reading(self._engine) as connection:
            stored = apply.stored_blocks(connection).get(head.number)
        return stored is not None and stored.hash != head.hash

    def _apply(self, batches: list[tuple[Batch, Decoded]], marks: Marks) -> Step:
        batch = batches[-1][0]
        events = [row for _, decoded in batches for row in decoded.rows]
        quarantined = [row for _, decoded in batches for row in decoded.quarantined]
        old, new = self.checkpoint, _seen(_at(self.checkpoint, batch.last), marks)
        with self._writing() as connection:
            checkpoints.move(connection, old, new)
            apply.write(connection, batch, events, quarantined, self._working, self._watched)
            apply.forget_final(connection, new.number, new.finalized_number)
            if self._bare and new.number >= new.finalized_number:
                indexes.build(connection)
        self._bare = self._bare and new.number < new.finalized_number
        self._checkpoint = new
        if None not in batch.journals.values():
            self._verified = new.number
        return Step(Outcome.ADVANCED, new, len(events), len(quarantined))

    def _idle(self, marks: Marks) -> Step:
        """Note what became safe or final meanwhile."""
        old, new = self.checkpoint, _seen(self.checkpoint, marks)
        if new != old:
            with self._writing() as connection:
                checkpoints.move(connection, old, new)
                apply.forget_final(connection, new.number, new.finalized_number)
            self._checkpoint = new
        return Step(Outcome.IDLE, new)

    async def _return_to_common_ancestor(self, node: Node, marks: Marks) -> Step:
        with reading(self._engine) as connection:
            stored = apply.stored_blocks(connection)
        numbers = [number for number in stored if number <= marks.head.number]
        headers = await node.headers(numbers)
        common = (h for h in headers if h is not None and stored[h.number].hash == h.hash)
        ancestor = max(common, key=lambda header: header.number, default=None)
        old = self.checkpoint
        if ancestor is None:
            raise ReorgBelowFinality(
                f"block {min(stored)}, which was final, is not on the node's chain: ask another node; "
                f"if the chain did go back, run `eranos index rebuild`"
            )
        new = _at(old, ancestor)
        if new.number == old.number:
            raise NodeAnswerInvalid(f"the node holds block {old.number}, but not as the parent of the next one")
        self._working.forget()
        with self._writing() as connection:
            checkpoints.move(connection, old, new)
            apply.undo_above(connection, new.number)
        self._moved_back(new)
        return Step(Outcome.REWOUND, new)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open a transaction; what goes wrong in the database becomes an error with advice.

    Raises:
        AnotherWriter: Somebody else moved the checkpoint.
        DatabaseUnusable: The database refused.
    """
    try:
        with engine.begin() as connection:
            yield connection
    except CheckpointConflict as error:
        raise AnotherWriter(f"another indexer writes to this database ({error}): stop one of them") from error
    except DatabaseError as error:
        reason = str(error.orig).partition("\n")[0]  # PostgreSQL goes on with the statement
        raise DatabaseUnusable(f"the database refused: {reason}: is it writable, is its disk full?") from error


def check_chain(watched: Watched, chain_id: int, genesis: str) -> None:
    """Refuse a node of another chain than the deployment's."""
    if chain_id != watched.chain_id:
        raise MirrorOfAnotherChain(
            f"the node is of chain {chain_id}, the deployment of chain {watched.chain_id}: set ERANOS_INDEX_RPC_URL"
        )
    if genesis != watched.genesis_hash:
        raise MirrorOfAnotherChain(
            f"the node's genesis is {genesis}, the deployment's is {watched.genesis_hash}: "
            f"a local chain was restarted, deploy again and run `eranos index rebuild`"
        )


def check_mirror(watched: Watched, stored: Checkpoint) -> None:
    """Refuse a mirror of another chain or another configuration than the deployment's."""
    if (stored.chain_id, stored.genesis_hash) != (watched.chain_id, watched.genesis_hash):
        raise MirrorOfAnotherChain(
            f"the database mirrors chain {stored.chain_id} with genesis {stored.genesis_hash}, not chain "
            f"{watched.chain_id} with {watched.genesis_hash}: use another database or run `eranos index rebuild`"
        )
    if stored.config_digest != watched.config_digest():
        raise ConfigurationChanged(
            "the database was made for other contract addresses or event ABIs: run `eranos index rebuild`"
        )


def _at(checkpoint: Checkpoint, header: Header) -> Checkpoint:
    return replace(checkpoint, number=header.number, hash=header.hash, block_time=header.time)


def _seen(checkpoint: Checkpoint, marks: Marks) -> Checkpoint:
    """Return the checkpoint with the node's view; what was final once stays so, whatever a lagging node says."""
    finalized = max(checkpoint.finalized_number, marks.finalized.number)
    safe = max(checkpoint.safe_number, marks.safe, finalized)
    return replace(checkpoint, head_number=marks.head.number, safe_number=safe, finalized_number=finalized)
