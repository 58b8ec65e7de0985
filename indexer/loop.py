"""Runs steps: to the present head once, or for ever with a pause at the head and a longer one after an error."""

import asyncio
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from indexer.errors import AnotherWriter, DatabaseUnusable, FatalError, NodeUnavailable, RetryableError
from indexer.fetch import Fetcher
from indexer.status import Activity, StatusBoard
from indexer.sync import Indexer, Outcome, Step

FIRST_PAUSE: Final = 0.2
"""Seconds after the first error: never more than five attempts a second while a node is failing."""

LONGEST_PAUSE: Final = 30.0
OBJECTS_PER_COLLECTION: Final = 500_000
TRIES_OF_ONCE: Final = 8
"""Failures in a row after which a run that should end gives up."""

Watcher = Callable[[Step], None]


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Look for cyclic garbage rarely: by the thousands, rows are made and dropped that hold no cycles.

    Looking through them again and again took a third of the time of a backfill.
    """
    usual = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_PER_COLLECTION, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


class Loop:
    """Repeats an indexer's step."""

    def __init__(
        self, indexer: Indexer, fetcher: Fetcher, board: StatusBoard, stop: asyncio.Event | None = None
    ) -> None:
        """Args: set `stop` to end after the present step."""
        self._indexer = indexer
        self._fetcher = fetcher
        self._board = board
        self._failures = 0
        self.wake = asyncio.Event()
        """Set it to look at the chain at once."""
        self.stop = stop or asyncio.Event()
        """Set it to end after the present step."""

    async def once(self, watch: Watcher) -> Step:
        """Index up to the head and return the last step.

        Raises:
            RetryableError: The same step failed `TRIES_OF_ONCE` times in a row.
            FatalError: A person has to act.
        """
        with _rare_collections():
            return await self._once(watch)

    async def _once(self, watch: Watcher) -> Step:
        while True:
            try:
                step = await self._step(watch)
            except RetryableError as error:
                if self._failures >= TRIES_OF_ONCE:
                    raise
                await asyncio.sleep(self._pause(error))
                continue
            if step.outcome is Outcome.IDLE or self.stop.is_set():
                return step

    async def run(self, watch: Watcher) -> None:
        """Follow the chain until `stop` is set.

        Raises:
            FatalError: A person has to act.
        """
        with _rare_collections():
            await self._run(watch)

    async def _run(self, watch: Watcher) -> None:
        while not self.stop.is_set():
            try:
                step = await self._step(watch)
            except RetryableError as error:
                await self._rest(self._pause(error))
                continue
            if step.outcome is Outcome.IDLE:
                await self._rest(None)
        self._board.doing(Activity.STOPPED)

    async def _step(self, watch: Watcher) -> Step:
        refetches = self._fetcher.refetches
        try:
            step = await self._indexer.step()
        except RetryableError as error:
            self._failures += 1
            self._indexer.node.failed()
            self._board.failed(error)
            raise
        except (AnotherWriter, DatabaseUnusable):
            raise  # the row is another's now, or can't be written
        except FatalError as error:
            self._board.ended(error)
            raise
        if self._failures:
            self._failures = 0
            self._indexer.node.worked()
        self._board.count("refetches", self._fetcher.refetches - refetches)
        if step.outcome is Outcome.REWOUND:
            self._board.count("reorgs")
        final = step.outcome is Outcome.ADVANCED and step.checkpoint.number < step.checkpoint.finalized_number
        self._board.doing(Activity.BACKFILLING if final else Activity.FOLLOWING)
        watch(step)
        return step

    def _pause(self, error: RetryableError) -> float:
        asked: float = error.retry_after if isinstance(error, NodeUnavailable) else 0
        return max(asked, min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (self._failures - 1)))

    async def _rest(self, seconds: float | None) -> None:
        """Wait for `wake`, after an error `seconds` instead; not longer than until asked to stop."""
        stop = asyncio.ensure_future(self.stop.wait())
        wake = asyncio.ensure_future(self.wake.wait() if seconds is None else asyncio.sleep(seconds))
        await asyncio.wait({stop, wake}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        wake.cancel()
        self.wake.clear()
