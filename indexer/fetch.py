"""Gets the next part of the chain from the node: by range up to the finalized block, block by block above it.

History and live blocks come through the same door: one `Batch`, decoded and written the same way.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from indexer.chain import Call, Header, Log, Marks, Node, keccak, may_hold_logs_of
from indexer.errors import NodeAnswerInvalid, RetryableError
from indexer.events import LAB_CONTRACTS, Watched
from indexer.store.checkpoint import Checkpoint

log = logging.getLogger(__name__)

JOURNAL_CALL: Final = "0x" + keccak(b"journal()")[:4].hex()
FIRST_SPAN: Final = 1_000
"""Blocks of the first range; small enough for every node we know of."""


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
    final: bool
    """Whether it ends at or below the finalized block. If not, it is a single block."""


class Fetcher:
    """Asks for one batch after another, in ranges that grow and shrink with what they hold."""

    def __init__(self, node: Node, watched: Watched, *, target_logs: int, max_range: int) -> None:
        """Args: `target_logs` to aim at in one answer, and the most blocks to ask for at once."""
        self._node = node
        self._watched = watched
        self._target_logs = target_logs
        self._max_range = max_range
        self._span = min(FIRST_SPAN, max_range)
        self._told = False
        self.refetches = 0
        """Empty answers asked for again, because the block's bloom names one of our contracts."""

    async def next_batch(self, checkpoint: Checkpoint, marks: Marks) -> Batch | None:
        """Return what follows the checkpoint, None at the head.

        Raises:
            TipReplaced: The checkpoint's block is not on the node's chain.
            RetryableError: The node gave no answer, or none to believe.
        """
        if checkpoint.number < marks.finalized.number:
            try:
                return await self._range(checkpoint, marks.finalized.number)
            except RetryableError:
                # Too many logs, too many blocks, too slow: nodes word it in many ways, a smaller range always helps.
                self._span = max(1, self._span // 2)
                raise
        if checkpoint.number < marks.head.number:
            return await self._block(checkpoint)
        return None

    async def _range(self, checkpoint: Checkpoint, finalized: int) -> Batch:
        first, end = checkpoint.number + 1, min(finalized, checkpoint.number + self._span)
        tip, last = await self._node.headers([checkpoint.number, end])
        if tip is None or last is None:
            raise NodeAnswerInvalid(f"the node lacks block {end}, below its finalized block {finalized}")
        if tip.hash != checkpoint.hash:
            raise TipReplaced
        logs = await self._node.logs(self._watched.addresses, first, end)
        if any(log.block_hash != last.hash for log in logs if int(log.block_number, 16) == end):
            raise NodeAnswerInvalid(f"logs of block {end} are not of the block with hash {last.hash}")
        self._adapt(len(logs))
        return Batch(last, logs, await self._times(logs), await self._journals(last), final=True)

    async def _block(self, checkpoint: Checkpoint) -> Batch:
        (header,) = await self._node.headers([checkpoint.number + 1])
        if header is None:
            raise NodeAnswerInvalid(f"the node lacks block {checkpoint.number + 1}, below its head")
        if header.parent_hash != checkpoint.hash:
            raise TipReplaced
        logs = await self._node.block_logs(self._watched.addresses, header)
        if self._looks_incomplete(header, logs):
            self.refetches += 1
            logs = await self._node.block_logs(self._watched.addresses, header)
        return Batch(header, logs, {header.number: header.time}, await self._journals(header), final=False)

    def _looks_incomplete(self, header: Header, logs: list[Log]) -> bool:
        seen = {log.address for log in logs}
        return any(a not in seen and may_hold_logs_of(header, a) for a in self._watched.addresses)

    def _adapt(self, found: int) -> None:
        if found * 2 < self._target_logs:
            self._span = min(self._span * 2, self._max_range)
        elif found > self._target_logs:
            self._span = max(1, self._span * self._target_logs // found)

    async def _times(self, logs: list[Log]) -> dict[int, int]:
        numbers = sorted({int(log.block_number, 16) for log in logs if log.block_timestamp is None})
        headers = await self._node.headers(numbers) if numbers else []
        times = {header.number: header.time for header in headers if header is not None}
        if len(times) != len(numbers):
            raise NodeAnswerInvalid("the node lacks the header of a block whose logs it sent")
        return times

    async def _journals(self, header: Header) -> dict[str, JournalState | None]:
        calls = [Call(self._watched.address_of(name), JOURNAL_CALL) for name in LAB_CONTRACTS]
        answers = await self._node.calls(calls, header.hash)
        if None in answers and not self._told:
            self._told = True
            log.warning(
                "the node does not answer journal() at block %d: missing logs go unnoticed there", header.number
            )
        return dict(zip(LAB_CONTRACTS, map(_journal_state, answers), strict=True))


def _journal_state(answer: bytes | None) -> JournalState | None:
    if answer is None:
        return None
    if not answer:  # not deployed yet
        return JournalState(0, "0x" + "0" * 52)
    return JournalState(int.from_bytes(answer[:32]), "0x" + answer[32:58].hex())
