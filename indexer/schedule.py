"""Timed jobs beside the loop; the only module that imports APScheduler.

- wake: look at the head, whether or not the node announced a block;
- heartbeat: say that the indexer is alive;
- currencies: read names and symbols of newly listed currencies;
- reconcile: compare the mirror with the contracts and publish the result.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Final

from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS: Final = 15
CURRENCY_SECONDS: Final = 30

Job = Callable[[], Awaitable[None]]


def start(
    *,
    wake: Callable[[], None],
    heartbeat: Callable[[], None],
    currencies: Job,
    reconcile: Job,
    poll_seconds: float,
    reconcile_seconds: float,
) -> AsyncIOScheduler:
    """Start the jobs in the running event loop.

    Args:
        wake: Wakes the loop.
        heartbeat: Notes that the indexer is alive.
        currencies: Reads metadata of currencies.
        reconcile: Compares mirror and chain once.
        poll_seconds: Between two wakes.
        reconcile_seconds: Between two reconciliations; 0: never.

    Returns:
        The scheduler, for the caller to shut down.
    """
    # A run that is late or still going on is not made up for: the next one sees the newer state anyway.
    scheduler = AsyncIOScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1})
    scheduler.add_job(_in_loop(wake), "interval", seconds=poll_seconds, misfire_grace_time=None)
    scheduler.add_job(_in_loop(heartbeat), "interval", seconds=HEARTBEAT_SECONDS)
    scheduler.add_job(currencies, "interval", seconds=CURRENCY_SECONDS)
    if reconcile_seconds:
        scheduler.add_job(reconcile, "interval", seconds=reconcile_seconds)
    scheduler.start()
    return scheduler


def _in_loop(function: Callable[[], None]) -> Job:
    """Return the function as a coroutine: plain functions would run in a thread of the scheduler's own."""

    async def job() -> None:
        function()

    return job
