"""What a person sees while the indexer catches up: a bar with rate and time left, or plain lines where there is no screen."""

import sys
import time
from typing import Final, Self

import click

from indexer.sync import Outcome, Step

LINE_SECONDS: Final = 10.0
"""Between two lines, where there is no terminal."""


class Progress:
    """Shows steps on standard error; a context manager."""

    def __init__(self, first: int) -> None:
        """Args: `first`: block at which the run begins."""
        self._first = first
        self._done = first
        self._events = 0
        self._began = self._spoke = time.monotonic()
        self._bar: click.progressbar[int] | None = None  # type: ignore[valid-type]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._finish()

    def watch(self, step: Step) -> None:
        """Take note of a step."""
        self._events += step.events
        if step.quarantined:
            click.echo(f"{step.quarantined} logs quarantined, see `eranos index status`", err=True)
        if step.outcome is Outcome.REWOUND:
            click.echo(f"reorg: back to block {step.checkpoint.number}", err=True)
        if sys.stderr.isatty():
            self._draw(step)
        elif step.outcome is Outcome.ADVANCED and time.monotonic() - self._spoke > LINE_SECONDS:
            self._spoke = time.monotonic()
            click.echo(self._line(step), err=True)

    def _draw(self, step: Step) -> None:
        number, head = step.checkpoint.number, step.checkpoint.head_number
        if self._bar is None and head - number > 1:
            self._bar = click.progressbar(
                length=head - self._done, label="indexing", show_pos=True, file=sys.stderr, item_show_func=self._rate
            )
        if self._bar is not None:
            self._bar.length = max(1, head - self._first)
            self._bar.update(max(0, number - self._done), number)
            if number >= head:
                self._finish()
        self._done = number

    def _rate(self, _item: object) -> str:
        return f"{self._events / max(time.monotonic() - self._began, 0.001):,.0f} events/s"

    def _line(self, step: Step) -> str:
        seconds = time.monotonic() - self._began
        rate = (step.checkpoint.number - self._first) / seconds
        left = max(0, step.checkpoint.head_number - step.checkpoint.number)
        time_left = f"{left / rate:,.0f} s left" if rate > 0 else "time left unknown"
        return f"block {step.checkpoint.number}, {left} to go, {self._rate(None)}, {time_left}"

    def _finish(self) -> None:
        if self._bar is not None:
            self._bar.render_finish()
            self._bar = None
