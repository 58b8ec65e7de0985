"""Where public money came from, and where it went: a pool's, and one campaign's down to the milestone."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

from markupsafe import Markup

from web.format import Formats, Unit
from web.languages import Catalogue
from web.pictures.flow import Ribbon, Stop, Tone, flow

MOST: Final = 6
"""Bars of a stage that have a name of their own; the smaller ones share one."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one of several has of a sum, in base units."""

    label: str
    amount: int


@dataclass(frozen=True, slots=True)
class PoolBooks:
    """A pool's sums, in base units: funded = what campaigns have reserved + free + reclaimed."""

    funders: Sequence[Share]
    """The largest, or all."""
    campaigns: Sequence[Share]
    """What the largest, or all, have reserved."""
    funded: int
    reserved: int
    paid: int
    free: int
    reclaimed: int


@dataclass(frozen=True, slots=True)
class MatchBooks:
    """One campaign's part of a pool, in base units: what backers called = spent + waiting + freed."""

    backers: Sequence[Share]
    milestones: Sequence[Share]
    """What each released one spent."""
    waiting: int
    freed: int


@dataclass(frozen=True, slots=True)
class Way:
    """Stages of money, and what goes from each to the next."""

    stages: Sequence[Sequence[Stop]]
    ribbons: Sequence[Ribbon]


def of_pool(words: Catalogue, unit: Unit, books: PoolBooks) -> Markup:
    """Return a picture of the way of a pool's money: funders, campaigns, what became of it."""
    _ = words.gettext
    says = _("From those who paid in, over the campaigns, to what became of it.")
    return _drawn(words, way_of_pool(words, unit, books), _("The way of the pool's money"), says)


def of_match(words: Catalogue, unit: Unit, pool: str, books: MatchBooks) -> Markup:
    """Return a picture of the way of public money in one campaign: the pool, who called it, the milestones."""
    _ = words.gettext
    says = _("From the pool, over the pledges that called it, to the milestones.")
    return _drawn(words, way_of_match(words, unit, pool, books), _("The way of each public euro"), says)


def way_of_pool(words: Catalogue, unit: Unit, books: PoolBooks) -> Way:
    """Return the way of a pool's money. Each stage holds all that was paid in."""
    _ = words.gettext
    into = _Stage(unit, words, "in", Tone.PUBLIC).named(books.funders, books.funded, _("Other funders"))
    over = _Stage(unit, words, "to", Tone.CITIZEN).named(books.campaigns, books.reserved, _("Other campaigns"))
    over += [_Stage(unit, words, "free", Tone.BACK).one(_("Not reserved"), books.free + books.reclaimed)]
    ends = [
        _Stage(unit, words, "paid", Tone.SPENT).one(_("Paid to campaigns"), books.paid),
        _Stage(unit, words, "waiting", Tone.WAITING).one(_("Waits for milestones"), books.reserved - books.paid),
        _Stage(unit, words, "left", Tone.BACK).one(_("Still free"), books.free),
        _Stage(unit, words, "back", Tone.BACK).one(_("Back with funders"), books.reclaimed),
    ]
    ribbons = [*_proportional(into, over), *_proportional(over[:-1], ends[:2]), *_proportional(over[-1:], ends[2:])]
    return Way((into, over, ends), ribbons)


def way_of_match(words: Catalogue, unit: Unit, pool: str, books: MatchBooks) -> Way:
    """Return the way of public money in one campaign. Each stage holds all that was called."""
    _ = words.gettext
    called = sum(one.amount for one in books.backers)
    origin = [_Stage(unit, words, "pool", Tone.PUBLIC).one(pool, called)]
    callers = _Stage(unit, words, "by", Tone.CITIZEN).named(books.backers, called, _("Other pledges"))
    ends = [
        *_Stage(unit, words, "milestone", Tone.SPENT).all(books.milestones),
        _Stage(unit, words, "waiting", Tone.WAITING).one(_("Waits for milestones"), books.waiting),
        _Stage(unit, words, "freed", Tone.BACK).one(_("Back in the pool"), books.freed),
    ]
    return Way((origin, callers, ends), [*_proportional(origin, callers), *_proportional(callers, ends)])


def _drawn(words: Catalogue, way: Way, title: str, says: str) -> Markup:
    """Return the picture, with every figure in the words that replace it."""
    told = [", ".join(f"{stop.label}: {stop.shown}" for stop in stage if stop.amount) for stage in way.stages]
    return flow(way.stages, way.ribbons, title, f"{says} {'; '.join(told)}.", from_right=words.direction == "rtl")


@dataclass(frozen=True, slots=True)
class _Stage:
    unit: Unit
    words: Catalogue
    key: str
    tone: Tone

    def one(self, label: str, amount: int, number: int = 0) -> Stop:
        shown = Formats(self.words).plain_money(amount, self.unit)
        return Stop(f"{self.key}{number}", label, amount, shown, self.tone)

    def all(self, shares: Sequence[Share]) -> list[Stop]:
        return [self.one(share.label, share.amount, number) for number, share in enumerate(shares)]

    def named(self, shares: Sequence[Share], whole: int, others: str) -> list[Stop]:
        """Return a bar for each of the largest, in their order, and one for all others of the whole."""
        largest = sorted(shares, key=lambda share: -share.amount)[:MOST]
        rest = whole - sum(share.amount for share in largest)
        return self.all([*largest, *([Share(others, rest)] if rest else [])])


def _proportional(sources: Sequence[Stop], targets: Sequence[Stop]) -> list[Ribbon]:
    """Return ribbons as if every target drew on every source alike: money of one pool is not told apart."""
    ends = list(accumulate((source.amount for source in sources), initial=0))
    total = ends[-1]
    if not total:
        return []
    ribbons = []
    for target in targets:
        parts = [target.amount * end // total for end in ends]
        ribbons += [
            Ribbon(source.key, target.key, end - start)
            for source, (start, end) in zip(sources, pairwise(parts), strict=True)
        ]
    return ribbons
