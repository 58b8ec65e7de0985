"""What a person sees while the indexer catches up: a bar with rate and time left, or lines where there is no screen."""

import sys
import time
from typing import Final, Self

import click

from indexer.sync import Outcome, Step

LINE_SECONDS: Final = 10.0
"""Between two lines, where there is no terminal."""

DRAW_SECONDS: Final = 0.1
BAR_WIDTH: Final = 30


class Progress:
    """Shows steps on standard error; a context manager."""

    def __init__(self, first: int) -> None:
        """Args: `first`: block at which the run begins."""
        self._first = first
        self._events = 0
        self._began = time.monotonic()
        self._spoke = float("-inf")
        self._drawn = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._end_bar()

    def watch(self, step: Step) -> None:
        """Take note of a step."""
        self._events += step.events
        if step.quarantined:
            self._say(f"{step.quarantined} logs quarantined, see `eranos index status`")
        if step.outcome is Outcome.REWOUND:
            self._say(f"reorg: back to block {step.checkpoint.number}")
        if step.outcome is Outcome.ADVANCED:
            self._advance(step)

    def _advance(self, step: Step) -> None:
        on_screen, now = sys.stderr.isatty(), time.monotonic()
        left = max(0, step.checkpoint.head_number - step.checkpoint.number)
        if not left and not self._drawn:
            return  # following the head block by block is no news
        if now - self._spoke > (DRAW_SECONDS if on_screen else LINE_SECONDS) or (self._drawn and not left):
            self._spoke = now
            text = self.line(step.checkpoint.number, left, now - self._began)
            if on_screen:
                click.echo(f"\r\x1b[K{self.bar(step.checkpoint.number, left)} {text}", err=True, nl=False)
                self._drawn = True
            else:
                click.echo(text, err=True)
        if not left:
            self._end_bar()

    def bar(self, number: int, left: int) -> str:
        """Return how far the run is as a bar."""
        done = max(0, number - self._first)
        filled = BAR_WIDTH * done // max(1, done + left)
        return f"[{'#' * filled}{'-' * (BAR_WIDTH - filled)}]"

    def line(self, number: int, left: int, seconds: float) -> str:
        """Return the same in words; `seconds` since the run began."""
        seconds = max(seconds, 0.001)
        blocks_a_second = (number - self._first) / seconds
        time_left = f"{left / blocks_a_second:,.0f} s left" if blocks_a_second > 0 else "time left unknown"
        return f"block {number}, {left} to go, {self._events / seconds:,.0f} events/s, {time_left}"

    def _say(self, text: str) -> None:
        self._end_bar()
        click.echo(text, err=True)

    def _end_bar(self) -> None:
        if self._drawn:
            click.echo(err=True)
            self._drawn = False
