"""A campaign's life on a line: when pledging opens and ends, and when each milestone is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

WIDTH: Final = 640
HEIGHT: Final = 64
MARGIN: Final = 14
LINE_AT: Final = 38
CLOSEST: Final = 22
"""Marks are never drawn closer than this, or nobody could tell them apart; the list beside says when each one is."""

_SVG: Final = Markup(
    '<svg class="picture timeline mirrored" viewBox="0 0 {width} {height}" role="img" aria-labelledby="{id} {id}-desc">'
    '<title id="{id}">{title}</title><desc id="{id}-desc">{description}</desc>'
    '<rect class="rest" x="{start}" y="{y}" width="{length}" height="4" rx="2"/>'
    '<rect class="gone" x="{start}" y="{y}" width="{gone}" height="4" rx="2"/>{marks}{now}</svg>'
)
_CIRCLE: Final = Markup('<circle class="mark {kind}" cx="{x}" cy="{y}" r="9"/>')
_DIAMOND: Final = Markup('<path class="mark {kind}" d="M{x} {top}l10 10-10 10-10-10z"/>')
_NOW: Final = Markup('<path class="now" d="M{x} 26l-8-14h16z"/>')


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment of the line."""

    time: int
    """Unix time."""
    kind: str
    """Class that colours it: opens, deadline, or the state of a milestone."""
    words: str
    """What happens then."""

    @property
    def is_milestone(self) -> bool:
        """Return whether it is drawn as a circle."""
        return self.kind not in {"opens", "deadline"}


def timeline(name: str, title: str, marks: Sequence[Mark], now: int) -> Markup:
    """Return the line.

    Args:
        name: Id of the picture, which no other element of the page has.
        title: What the picture shows.
        marks: By time, at least two.
        now: Unix time of the page's block.
    """
    first, last = marks[0].time, max(mark.time for mark in marks)
    places = _apart([_place(mark.time, first, last) for mark in marks])
    drawn = Markup("").join(_mark(mark, x) for mark, x in zip(marks, places, strict=True))
    gone = min(max(_place(now, first, last), MARGIN), WIDTH - MARGIN)
    return _SVG.format(
        width=WIDTH,
        height=HEIGHT,
        id=name,
        title=title,
        description=" ".join(f"{mark.words}." for mark in marks),
        start=MARGIN,
        y=LINE_AT - 2,
        length=WIDTH - 2 * MARGIN,
        gone=gone - MARGIN,
        marks=drawn,
        now=_NOW.format(x=gone) if first <= now <= last else "",
    )


def _place(time: int, first: int, last: int) -> int:
    return MARGIN + (WIDTH - 2 * MARGIN) * (time - first) // max(1, last - first)


def _apart(places: Sequence[int]) -> list[int]:
    """Return the places, moved until no two are too close and all are on the line."""
    found: list[int] = []
    for place in places:
        found.append(max(place, found[-1] + CLOSEST) if found else place)
    end = WIDTH - MARGIN
    for index in range(len(found) - 1, -1, -1):
        found[index] = min(found[index], end)
        end = found[index] - CLOSEST
    return found


def _mark(mark: Mark, x: int) -> Markup:
    if mark.is_milestone:
        return _CIRCLE.format(kind=mark.kind, x=x, y=LINE_AT)
    return _DIAMOND.format(kind=mark.kind, x=x, top=LINE_AT - 10)
