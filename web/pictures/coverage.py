"""Promised hours week by week, beside the credits that they back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

WIDTH: Final = 640
HEIGHT: Final = 200
WORDS: Final = 22
"""Room above and below the steps."""
LINE: Final = 10
"""From the bottom of that room to the words' own line."""


@dataclass(frozen=True, slots=True)
class Step:
    """Capacity from one time on, until the next step."""

    time: int
    """Unix time."""
    capacity: int
    """Credits that promised hours back, in base units."""


def coverage(
    steps: Sequence[Step], supply: int, words: tuple[str, str], ends: tuple[str, str], *, from_right: bool
) -> Markup:
    """Return how the capacity falls, as promises end, beside the line of the present supply.

    Args:
        steps: The first one is now; each other one when promised hours end; the last one has a capacity of 0.
        supply: Credits that there are, in base units.
        words: Title, and the description that replaces the picture.
        ends: What stands below the first and the last instant.
        from_right: Whether time runs from right to left.
    """
    highest = max(supply, *(step.capacity for step in steps)) or 1
    start, length = steps[0].time, max(1, steps[-1].time - steps[0].time)

    def x(time: int) -> float:
        along = WIDTH * (time - start) / length
        return WIDTH - along if from_right else along

    def y(amount: int) -> float:
        return WORDS + HEIGHT * (1 - amount / highest)

    path = f"M{x(start):.1f} {y(0):.1f}V{y(steps[0].capacity):.1f}" + "".join(
        f"H{x(step.time):.1f}V{y(step.capacity):.1f}" for step in steps[1:]
    )
    title, description = words
    return Markup(
        '<svg class="coverage" viewBox="0 0 {0} {1}" role="img" aria-labelledby="coverage coverage-words">'
        '<title id="coverage">{2}</title><desc id="coverage-words">{3}</desc>'
        '<path class="capacity" d="{4}Z"/><path class="supply" d="M0 {5:.1f}H{0}"/>'
        '<path class="ground" d="M0 {6:.1f}H{0}"/>'
        '<text class="start" x="{7:.0f}" y="{11:.0f}">{9}</text>'
        '<text class="end" x="{8:.0f}" y="{11:.0f}">{10}</text></svg>'
    ).format(
        *(WIDTH, HEIGHT + 3 * WORDS, title, description, path, y(supply), y(0)),
        *(x(start), x(steps[-1].time), *ends, HEIGHT + 2 * WORDS + LINE),
    )
