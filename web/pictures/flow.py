"""Money on its way, as the language reads, from left to right or from right to left: stages, and ribbons between.

The height of a bar or a ribbon is its amount. Drawn twice, for wide and for narrow screens, so that its words are
legible on both; the style sheet shows one.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from markupsafe import Markup, escape

WIDE: Final = 720
NARROW: Final = 328
HIGHEST: Final = 190
"""Height of the bars of a stage together, where it holds everything."""
LEAST: Final = 3
"""Height below which nobody would see a bar."""
BAR: Final = 10
LABEL: Final = 38
"""Room for two lines above a bar."""
FIRST_LINE, SECOND_LINE = 14, 31
GAP: Final = 10
LETTERS: Final = {WIDE: 30, NARROW: 15}
"""Letters of a name that fit in a stage."""


class Tone(StrEnum):
    """What an amount is, for its colour; the words beside it say the same."""

    PUBLIC = "public"
    CITIZEN = "citizen"
    SPENT = "spent"
    WAITING = "waiting"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class Stop:
    """One bar: who put in, a campaign, a milestone."""

    key: str
    label: str
    amount: int
    shown: str
    """The amount as people read it."""
    tone: Tone


@dataclass(frozen=True, slots=True)
class Ribbon:
    """What goes from a bar to one of the next stage."""

    source: str
    target: str
    amount: int


@dataclass(frozen=True, slots=True)
class _Place:
    stage: int
    y: float
    scale: float


@dataclass(frozen=True, slots=True)
class _Sheet:
    width: int
    stages: int
    from_right: bool

    def x(self, stage: int, along: float = 0.0) -> float:
        """Return where a bar of a stage begins, or a place `along` from there."""
        step = (self.width - BAR) / max(1, self.stages - 1)
        x = stage * step + along
        return round(self.width - x if self.from_right else x, 1)

    def anchor(self, stage: int) -> str:
        """Return which end of its words stands at a bar; in a right-to-left text, the start is on the right."""
        return "start" if stage == 0 else "end" if stage == self.stages - 1 else "middle"


def flow(
    stages: Sequence[Sequence[Stop]], ribbons: Sequence[Ribbon], title: str, description: str, *, from_right: bool
) -> Markup:
    """Return the picture, for wide and for narrow screens.

    Args:
        stages: The bars of each stage, from the first to the last; those of nothing are left out.
        ribbons: From bars of one stage to bars of the next.
        title: What the picture is.
        description: What it shows, in words that replace it.
        from_right: Whether the language is read from right to left.
    """
    seen = [[stop for stop in stage if stop.amount] for stage in stages]
    drawn = []
    # Where there is little room, words of neighbouring stages stand on lines of their own.
    for width, name, drop in ((WIDE, "wide", 0.0), (NARROW, "narrow", float(LABEL))):
        places, height = _places(seen, drop)
        sheet = _Sheet(width, len(seen), from_right)
        parts = Markup("".join([*_ribbons(ribbons, places, sheet), *_bars(seen, places, sheet)]))  # noqa: S704 - escaped
        drawn.append(
            Markup(
                '<svg class="flow {0}" viewBox="0 0 {1} {2}" role="img" aria-labelledby="flow-{0} flow-{0}-words">'
                '<title id="flow-{0}">{3}</title><desc id="flow-{0}-words">{4}</desc>{5}</svg>'
            ).format(name, width, round(height), title, description, parts)
        )
    return Markup("\n").join(drawn)


def _places(stages: Sequence[Sequence[Stop]], drop: float) -> tuple[dict[str, _Place], float]:
    """Return where each bar stands, by its key, and the height of all; stages in the middle begin `drop` lower."""
    total = max((sum(stop.amount for stop in stage) for stage in stages), default=0)
    places, bottom = {}, 0.0
    for number, stage in enumerate(stages):
        y = drop if 0 < number < len(stages) - 1 else 0.0
        for stop in stage:
            height = max(LEAST, HIGHEST * stop.amount / total)
            places[stop.key] = _Place(number, y + LABEL, height / stop.amount)
            y += LABEL + height + GAP
        bottom = max(bottom, y)
    return places, bottom


def _bars(stages: Sequence[Sequence[Stop]], places: dict[str, _Place], sheet: _Sheet) -> list[str]:
    drawn = []
    for stop in (stop for stage in stages for stop in stage):
        place = places[stop.key]
        left = min(sheet.x(place.stage), sheet.x(place.stage, BAR))
        edge = {"start": 0.0, "middle": BAR / 2, "end": float(BAR)}[sheet.anchor(place.stage)]
        anchor, x = sheet.anchor(place.stage), sheet.x(place.stage, edge)
        drawn.append(
            f'<rect class="bar {stop.tone}" x="{left}" y="{place.y:.1f}" width="{BAR}"'
            f' height="{stop.amount * place.scale:.1f}"/>'
            f'<text class="{anchor}" x="{x}" y="{place.y - LABEL + FIRST_LINE:.1f}">'
            f"{escape(_cut(stop.label, LETTERS[sheet.width]))}</text>"
            f'<text class="{anchor} amount" x="{x}" y="{place.y - LABEL + SECOND_LINE:.1f}">'
            f"{escape(_isolated(stop.shown))}</text>"
        )
    return drawn


def _ribbons(ribbons: Sequence[Ribbon], places: dict[str, _Place], sheet: _Sheet) -> list[str]:
    """Return them as SVG; there are many, of numbers only, which need no escaping."""
    leaving: defaultdict[str, float] = defaultdict(float)
    arriving: defaultdict[str, float] = defaultdict(float)
    drawn = []
    for ribbon in (ribbon for ribbon in ribbons if ribbon.amount):
        source, target = places[ribbon.source], places[ribbon.target]
        heights = ribbon.amount * source.scale, ribbon.amount * target.scale
        tops = source.y + leaving[ribbon.source], target.y + arriving[ribbon.target]
        leaving[ribbon.source] += heights[0]
        arriving[ribbon.target] += heights[1]
        drawn.append(_ribbon((sheet.x(source.stage, BAR), sheet.x(target.stage)), tops, heights))
    return drawn


def _ribbon(ends: tuple[float, float], tops: tuple[float, float], heights: tuple[float, float]) -> str:
    (start, end), middle = ends, sum(ends) / 2
    above, below = tops, (tops[0] + heights[0], tops[1] + heights[1])
    return (
        f'<path class="ribbon" d="M{start} {above[0]:.1f}'
        f"C{middle:.1f} {above[0]:.1f} {middle:.1f} {above[1]:.1f} {end} {above[1]:.1f}"
        f'V{below[1]:.1f}C{middle:.1f} {below[1]:.1f} {middle:.1f} {below[0]:.1f} {start} {below[0]:.1f}Z"/>'
    )


def _cut(text: str, letters: int) -> str:
    return text if len(text) <= letters else text[: letters - 1] + "…"


def _isolated(text: str) -> str:
    """Return a text that keeps its own order in whatever stands around it."""
    return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"
