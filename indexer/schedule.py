"""Timed jobs beside the loop; the only module that imports APScheduler.

- wake: look at the head, whether or not the node announced a block;
- heartbeat: say that the indexer is alive;
- currencies: read names and symbols of newly listed currencies;
- proofs: build the proofs of events that became final;
- totals: keep what the lab's totals were at blocks that became final;
- recheck: look again at a sample of final blocks;
- reconcile: compare the mirror with the contracts and publish the result.

Beside them, what goes on all the time: listening for new heads.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from indexer.errors import RetryableError

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS: Final = 15
CURRENCY_SECONDS: Final = 5
PROOF_SECONDS: Final = 5
TOTAL_SECONDS: Final = 5


class Jobs:
    """Jobs that run at intervals in the event loop, each at most once at a time."""

    def __init__(self) -> None:
        # A run that is late or still going on is not made up for: the next one sees the newer state anyway.
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler = AsyncIOScheduler(timezone="UTC", job_defaults=defaults)
        self._endless: list[Callable[[], Coroutine[Any, Any, None]]] = []
        self._running: set[asyncio.Task[Any]] = set()

    def every(self, seconds: float, job: Callable[[], Awaitable[object] | None]) -> None:
        """Run a function or coroutine function every so many seconds; 0: never."""
        if seconds:
            self._scheduler.add_job(self._guarded(job), "interval", seconds=seconds)

    def always(self, job: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run a coroutine function that ends only when it is stopped."""
        self._endless.append(job)

    def start(self) -> None:
        """Start the jobs."""
        self._scheduler.start()
        self._running |= {asyncio.create_task(job()) for job in self._endless}

    async def stop(self) -> None:
        """Stop the jobs, also those in the middle of their work, and return when all of them have ended."""
        self._scheduler.shutdown(wait=False)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _guarded(self, job: Callable[[], Awaitable[object] | None]) -> Callable[[], Awaitable[None]]:
        """Return a job whose node troubles are only logged: the loop reports them too, and the next run tries again."""

        async def guarded() -> None:
            if (task := asyncio.current_task()) is not None:
                self._running.add(task)
                task.add_done_callback(self._running.discard)
            try:
                if (work := job()) is not None:
                    await work
            except RetryableError as error:
                log.warning("%s", error)
            except asyncio.CancelledError:
                # The scheduler would log it as a failure. Only `stop` cancels a job, and nothing is half done.
                log.info("stopped in the middle of a check")

        return guarded
