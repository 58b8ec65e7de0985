"""What a machine asks of the running indexer over HTTP: `/health`, `/ready`, and `/metrics` for Prometheus."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web

from indexer.store.checkpoint import MOST_BEHIND, Checkpoint
from indexer.sync import Outcome, Step
from serving.listening import listen
from serving.metrics import as_text

STUCK_SECONDS: Final = 120.0
"""Without a step for so long the process is not healthy: supervisors restart it."""


@dataclass
class Meter:
    """Counts what the running indexer does."""

    leading: bool = False
    checkpoint: Checkpoint | None = None
    events: int = 0
    quarantined: int = 0
    reorgs: int = 0
    refetches: int = 0
    errors: int = 0
    gaps: int = 0
    loading: bool = True
    last_sign: float = field(default_factory=time.monotonic)

    def watch(self, step: Step) -> None:
        """Take note of a step."""
        self.checkpoint = step.checkpoint
        self.events += step.events
        self.quarantined += step.quarantined
        self.reorgs += step.outcome is Outcome.REWOUND
        self.alive()

    def alive(self) -> None:
        """Take note that the process does its work, or waits as it should."""
        self.last_sign = time.monotonic()

    def why_not_healthy(self) -> str | None:
        """Return what is wrong with the process, None if nothing is."""
        silent = time.monotonic() - self.last_sign
        return f"no step for {silent:.0f} s" if silent > STUCK_SECONDS else None

    def why_not_ready(self) -> str | None:
        """Return why readers should not rely on the mirror yet, None if they may."""
        at = self.checkpoint
        if not self.leading:
            return "another indexer leads"
        if at is None:
            return "nothing indexed yet"
        if self.loading:
            return f"loading history: block {at.number} of {at.finalized_number}"
        behind = at.head_number - at.number
        return f"{behind} blocks behind the head" if behind > MOST_BEHIND else self.why_not_healthy()

    def as_text(self) -> str:
        """Return everything in Prometheus' text format."""
        at = self.checkpoint
        behind = max(0, at.head_number - at.number) if at else 0
        metrics = (
            ("leading", "gauge", "Whether this process writes.", int(self.leading)),
            ("ready", "gauge", "Whether readers may rely on the mirror.", int(self.why_not_ready() is None)),
            ("head_block", "gauge", "Head of the chain at the last step.", at.head_number if at else 0),
            ("indexed_block", "gauge", "Last applied block.", at.number if at else 0),
            ("finalized_block", "gauge", "Finalized block at the last step.", at.finalized_number if at else 0),
            ("lag_blocks", "gauge", "Blocks between the two.", behind),
            ("events_total", "counter", "Events stored since the start; its rate is rows per second.", self.events),
            ("quarantined_total", "counter", "Logs that no ABI explains, since the start.", self.quarantined),
            ("reorgs_total", "counter", "Reorgs since the start.", self.reorgs),
            ("refetches_total", "counter", "Answers that lacked logs and were asked for again.", self.refetches),
            ("errors_total", "counter", "Steps that failed and were tried again.", self.errors),
            ("gaps_total", "counter", "Blocks whose stored events differ from a second look.", self.gaps),
        )
        return as_text("eranos_index", metrics)


@asynccontextmanager
async def serving(meter: Meter, host: str, port: int) -> AsyncIterator[int]:
    """Answer at an address while the context is open; yields the port. Port 0 answers nowhere.

    Raises:
        AddressTaken: The address can't be listened at.
    """
    if not port:
        yield 0
        return
    with listen(host, port, "ERANOS_INDEX_LISTEN_") as listener:
        runner = web.AppRunner(application(meter), access_log=None)
        await runner.setup()
        try:
            await web.SockSite(runner, listener).start()
            yield port
        finally:
            await runner.cleanup()


def application(meter: Meter) -> web.Application:
    """Return what answers."""

    def verdict(why_not: str | None) -> web.Response:
        body: dict[str, Any] = {"status": "ok"} if why_not is None else {"status": "failing", "reason": why_not}
        return web.json_response(body, status=200 if why_not is None else 503)

    async def health(_request: web.Request) -> web.Response:
        return verdict(meter.why_not_healthy())

    async def ready(_request: web.Request) -> web.Response:
        return verdict(meter.why_not_ready())

    async def metrics(_request: web.Request) -> web.Response:
        return web.Response(text=meter.as_text(), content_type="text/plain", charset="utf-8")

    made = web.Application()
    made.add_routes([web.get("/health", health), web.get("/ready", ready), web.get("/metrics", metrics)])
    return made
