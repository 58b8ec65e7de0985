"""Gets the next part of the chain from the node: by range up to the finalized block, by block hash above it.

History and live blocks come through the same door: one `Batch`, decoded and written the same way. While one batch is
decoded and written the next is on its way: `IN_FLIGHT` ranges are asked for at a time and handed out in order. Each
range is asked of one node alone.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from indexer.chain import Call, Header, Log, Marks, Node, keccak, may_hold_logs_of
from indexer.errors import NodeAnswerInvalid, RetryableError
from indexer.events import LAB_CONTRACTS, Watched
from indexer.store.checkpoint import Checkpoint

log = logging.getLogger(__name__)

JOURNAL_CALL: Final = "0x" + keccak(b"journal()")[:4].hex()
FIRST_SPAN: Final = 10
"""Blocks of the first range: few logs even where blocks are full. It grows while answers are small."""

GROWTH: Final = 4
"""How much larger the next range may be than the last one."""

IN_FLIGHT: Final = 2
"""Ranges asked for at a time: enough that the node works while we do, and that memory is bounded."""

ASK_AGAIN: Final = 2
"""How often a node is asked once more for journals that it refuses to tell."""

MOST_BLOCKS: Final = 32
"""Blocks above the finalized one that are applied in one transaction, when there are as many."""


class TipReplaced(Exception):
    """The node's chain does not hold the last applied block."""


class JournalState(NamedTuple):
    """Answer of a contract's ``journal()``."""

    sequence: int
    digest: str
    """26 bytes as 0x text."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A part of the chain that follows the checkpoint directly."""

    last: Header
    """Its last block."""
    logs: list[Log]
    """In chain order."""
    times: Mapping[int, int]
    """Block time by number, for logs without one."""
    journals: Mapping[str, JournalState | None]
    """By contract name, after the last block; None where the node has that state no more."""
    blocks: Sequence[Header] = ()
    """Above the finalized block: each block of the batch, in order. Empty if all of it is final."""


class _Span:
    """How many blocks to ask for at once, so that answers hold about as many logs as wanted."""

    def __init__(self, first: int, most: int, target_logs: int) -> None:
        self.size = min(first, most)
        self._most = most
        self._target_logs = target_logs

    def adapt(self, blocks: int, found: int) -> None:
        """Learn from an answer."""
        fitting = blocks * self._target_logs // found if found else self._most
        if fitting < self.size or blocks >= self.size:
            self.size = max(1, min(fitting, blocks * GROWTH, self._most))

    def halve(self) -> None:
        """Learn from an error."""
        self.size = max(1, self.size // 2)


class _Range(NamedTuple):
    """A range under way."""

    node: Node
    first: int
    last: int
    answer: "asyncio.Task[tuple[Header, Batch]]"
    """The block before the range, and the range."""


class Fetcher:
    """Asks for one batch after another, in ranges that grow and shrink with what they hold."""

    def __init__(self, node: Node, watched: Watched, *, target_logs: int, max_range: int) -> None:
        """Args: `target_logs` to aim at in one answer, and the most blocks to ask for at once."""
        self._node = node
        self._watched = watched
        self._span = _Span(FIRST_SPAN, max_range, target_logs)
        self._blocks = _Span(1, MOST_BLOCKS, target_logs)
        self._under_way: deque[_Range] = deque()
        self._patient = False
        self._told = False
        self.refetches = 0
        """Empty answers asked for again, because the block's bloom names one of our contracts."""

    async def next_batch(self, node: Node, checkpoint: Checkpoint, marks: Marks) -> Batch | None:
        """Return what follows the checkpoint, None at the head.

        Args:
            node: The one that gave `marks`.
            checkpoint: The last applied block.
            marks: What the node says of its chain now.

        Raises:
            TipReplaced: The checkpoint's block is not on the node's chain.
            RetryableError: The node gave no answer, or none to believe.
        """
        final = checkpoint.number < marks.finalized.number
        if not final:
            await self.stop()
            if checkpoint.number >= marks.head.number:
                return None
        try:
            if final:
                return await self._next_range(node, checkpoint, marks.finalized.number)
            return await self._next_blocks(node, checkpoint, marks.head.number)
        except RetryableError:
            # Too many logs, too many blocks, too slow: nodes word it in many ways, a smaller range always helps.
            (self._span if final else self._blocks).halve()
            self._patient = True
            await self.stop()
            raise

    async def stop(self) -> None:
        """Give up what is under way."""
        tasks = [each.answer for each in self._under_way]
        self._under_way.clear()
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.gather(*tasks, return_exceptions=True)

    # ---------------------------------------------------------------------------------------------------- by range

    async def _next_range(self, node: Node, checkpoint: Checkpoint, finalized: int) -> Batch:
        if self._under_way and (self._under_way[0].node, self._under_way[0].first) != (node, checkpoint.number + 1):
            await self.stop()
        self._send(node, checkpoint.number + 1, finalized)
        tip, batch = await self._under_way[0].answer
        done = self._under_way.popleft()
        if tip.hash != checkpoint.hash:
            await self.stop()
            raise TipReplaced
        self._span.adapt(done.last - done.first + 1, len(batch.logs))
        self._patient = False
        self._send(node, done.last + 1, finalized)
        await asyncio.sleep(0)  # lets the new requests go out before the answer at hand is worked on
        return batch

    def _send(self, node: Node, first: int, finalized: int) -> None:
        """Ask for the ranges from `first` on until enough are under way; after an error, for one alone."""
        if self._under_way:
            first = self._under_way[-1].last + 1
        while first <= finalized and len(self._under_way) < (1 if self._patient else IN_FLIGHT):
            last = min(finalized, first + self._span.size - 1)
            task = asyncio.create_task(self._range(node, first, last))
            self._under_way.append(_Range(node, first, last, task))
            first = last + 1

    async def _range(self, node: Node, first: int, last: int) -> tuple[Header, Batch]:
        (tip, end), logs = await asyncio.gather(
            _known(node, [first - 1, last]), node.logs(self._watched.addresses, first, last)
        )
        if any(log.block_hash != end.hash for log in logs[-1:] if int(log.block_number, 16) == last):
            raise NodeAnswerInvalid(f"logs of block {last} are not of the block with hash {end.hash}")
        return tip, Batch(end, logs, await _times(node, logs), await self._journals(node, end))

    # ---------------------------------------------------------------------------------------------------- by block

    async def _next_blocks(self, node: Node, checkpoint: Checkpoint, head: int) -> Batch:
        """Return blocks that follow each other and the checkpoint by parent hash, their logs asked for by hash."""
        first = checkpoint.number + 1
        headers = await _known(node, range(first, min(head, checkpoint.number + self._blocks.size) + 1))
        if headers[0].parent_hash != checkpoint.hash:
            raise TipReplaced
        for parent, header in pairwise(headers):
            if header.parent_hash != parent.hash:
                raise NodeAnswerInvalid(f"block {header.number} does not follow the one before: the chain is changing")
        answers = await node.block_logs(self._watched.addresses, headers)
        for i, (header, logs) in enumerate(zip(headers, answers, strict=True)):
            if self._looks_incomplete(header, logs):
                self.refetches += 1
                (answers[i],) = await node.block_logs(self._watched.addresses, [header])
        logs = [log for answer in answers for log in answer]
        self._blocks.adapt(len(headers), len(logs))
        times = {header.number: header.time for header in headers}
        return Batch(headers[-1], logs, times, await self._journals(node, headers[-1]), headers)

    def _looks_incomplete(self, header: Header, logs: list[Log]) -> bool:
        seen = {log.address for log in logs}
        return any(a not in seen and may_hold_logs_of(header, a) for a in self._watched.addresses)

    async def _journals(self, node: Node, header: Header) -> dict[str, JournalState | None]:
        found = await self.journals(node, header.hash)
        if None not in found.values():
            self._told = False
        elif not self._told:
            # A node that has answered before refuses now and then; one that keeps no old states refuses always.
            for _ in range(ASK_AGAIN):
                found = await self.journals(node, header.hash)
                if None not in found.values():
                    return found
            self._told = True
            log.warning(
                "the node does not answer journal() at block %d: missing logs go unnoticed there", header.number
            )
        return found

    async def journals(self, node: Node, block_hash: str) -> dict[str, JournalState | None]:
        """Return the journals after a block by contract name, None where the node does not say."""
        calls = [Call(self._watched.address_of(name), JOURNAL_CALL) for name in LAB_CONTRACTS]
        answers = await node.calls(calls, block_hash)
        return dict(zip(LAB_CONTRACTS, map(_journal_state, answers), strict=True))


async def _known(node: Node, numbers: Sequence[int]) -> list[Header]:
    """Return the headers of blocks that the node must have."""
    headers = await node.headers(numbers)
    found = [header for header in headers if header is not None]
    if len(found) != len(numbers):
        missing = next(number for number, header in zip(numbers, headers, strict=True) if header is None)
        raise NodeAnswerInvalid(f"the node lacks block {missing}, below its head")
    return found


async def _times(node: Node, logs: list[Log]) -> dict[int, int]:
    """Return the times of blocks whose logs carry none."""
    numbers = sorted({int(text, 16) for text in {log.block_number for log in logs if log.block_timestamp is None}})
    return {header.number: header.time for header in await _known(node, numbers)} if numbers else {}


def _journal_state(answer: bytes | None) -> JournalState | None:
    if answer is None:
        return None
    if not answer:  # not deployed yet
        return JournalState(0, "0x" + "0" * 52)
    return JournalState(int.from_bytes(answer[:32]), "0x" + answer[32:58].hex())
