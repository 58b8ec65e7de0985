"""What a person sees of long work: a bar on the screen, nothing where there is none."""

import sys
import time
from typing import Final

import click

DRAW_SECONDS: Final = 0.1
BAR_WIDTH: Final = 30


class Progress:
    """Shows on standard error how far the blocks are."""

    def __init__(self, *, shown: bool | None = None) -> None:
        """Args: shown: by default, if standard error is a screen."""
        self._shown = sys.stderr.isatty() if shown is None else shown
        self._first = self._last = self._events = self._count = 0
        self._began = self._drawn = 0.0

    def begin(self, first: int, last: int) -> None:
        """Take note of which blocks are to come."""
        self._first, self._last, self._events = first, last, 0
        self._began, self._drawn = time.monotonic(), 0.0

    def at(self, block: int, events: int) -> None:
        """Take note that the blocks up to this one are done, with so many events more."""
        self._events += events
        now = time.monotonic()
        if not self._shown or (now - self._drawn < DRAW_SECONDS and block < self._last):
            return
        self._drawn = now
        click.echo(f"\r\x1b[K{self.line(block, now - self._began)}", err=True, nl=False)

    def more(self, count: int, done: str) -> None:
        """Take note of so many more of something whose end is not known before."""
        self._count += count
        now = time.monotonic()
        if self._shown and now - self._drawn >= DRAW_SECONDS:
            self._drawn = now
            click.echo(f"\r\x1b[K{self._count:,} {done}", err=True, nl=False)

    def end(self) -> None:
        """Wipe the line, so that what comes next has its own."""
        self._count = 0
        if self._shown:
            click.echo("\r\x1b[K", err=True, nl=False)

    def line(self, block: int, seconds: float) -> str:
        """Return the bar, with what is left, `seconds` after the beginning."""
        done, whole = block - self._first + 1, max(1, self._last - self._first + 1)
        filled = BAR_WIDTH * done // whole
        rest = seconds * (whole - done) / max(1, done)
        bar = f"[{'#' * filled}{'-' * (BAR_WIDTH - filled)}]"
        return f"{bar} block {block} of {self._last}, {self._events:,} events, {rest:,.0f} s left"
