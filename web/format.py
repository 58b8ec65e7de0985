"""Amounts, times, addresses and texts as people of each language read them, as safe HTML.

Numbers, addresses and hashes are isolated, so that they keep their order inside of text that runs from right to left.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Context, Decimal, localcontext
from functools import lru_cache
from typing import Any, Final, Protocol

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal, format_percent
from markupsafe import Markup, escape

from api import fields
from web import words
from web.event_words import EVENTS
from web.languages import Catalogue

MOST_DIGITS: Final = Context(prec=120)
"""Room for every uint256 with all decimals, exactly."""
BASIS_POINTS: Final = 10_000
MINUTE: Final = 60
ALL_TABLES: Final = words.TABLES | {"event": EVENTS}
KEPT: Final = 8_192
"""Shown values that are kept, of each kind: the same ones stand on many pages, and Babel takes its time."""
_SHOWN: Final = 6
_HEX: Final = re.compile(r"0x[0-9a-fA-F]+")
_URL: Final = re.compile(r"https://[^\s<>\"'`{}|\\^\[\]]{1,300}", re.ASCII)
_SAFE_END: Final = ".,;:!?)"


Time = int | str
"""Unix time, or RFC 3339 as the API's records have it; their amounts are texts as well."""


class Unit(Protocol):
    """What amounts are counted in; `api.records.CurrencyUnit` is one."""

    @property
    def decimals(self) -> int | None:
        """Amounts are base units: 10^decimals of them are one unit; None if unknown."""

    @property
    def symbol(self) -> str | None:
        """As its contract says; None until read."""


@dataclass(frozen=True, slots=True)
class Formats:
    """The functions that templates call, in one language."""

    words: Catalogue

    def number(self, value: int | Decimal) -> Markup:
        """Return a number, grouped as people group it."""
        with localcontext(MOST_DIGITS):
            shown = format_decimal(value, locale=self.words.locale, decimal_quantization=False)
        return Markup("<bdi>{}</bdi>").format(shown)

    def money(self, amount: int | str, unit: Unit) -> Markup:
        """Return an amount of base units with its symbol: whole, or with at least two decimals where it has any."""
        return _money(self.words, amount, unit.decimals, unit.symbol)

    def plain_money(self, amount: int | str, unit: Unit) -> str:
        """Return the same as text."""
        return _plain_money(self.words, amount, unit.decimals, unit.symbol)

    def whole_money(self, amount: int, unit: Unit) -> Markup:
        """Return an amount cut to whole units, for figures that are read at a glance; exactly in its title."""
        cut = amount - amount % 10 ** (unit.decimals or 0)
        exactly = self.plain_money(amount, unit)
        return Markup('<bdi class="money" title="{}">{}</bdi>').format(exactly, self.plain_money(cut, unit))

    def percent(self, part: int, whole: int) -> Markup:
        """Return a share, cut to whole percents: what is not reached is never shown as reached."""
        share = Decimal(100 * part // whole if whole else 0).scaleb(-2, MOST_DIGITS)
        with localcontext(MOST_DIGITS):
            shown = format_percent(share, locale=self.words.locale)
        return Markup("<bdi>{}</bdi>").format(shown)

    def moment(self, time: Time) -> Markup:
        """Return a Unix time with date, hour and time zone."""
        # By hours of 24: shorter, and the same in every language.
        shown = format_date(_utc(time).date(), "long", locale=self.words.locale), _utc(time).strftime("%H:%M")
        return Markup('<time datetime="{}"><bdi>{}, {} UTC</bdi></time>').format(fields.rfc3339(_unix(time)), *shown)

    def day(self, time: Time) -> Markup:
        """Return the day of a Unix time, in UTC."""
        shown = format_date(_utc(time).date(), "long", locale=self.words.locale)
        return Markup('<time datetime="{}"><bdi>{}</bdi></time>').format(fields.rfc3339(_unix(time)), shown)

    def relative(self, time: Time, now: int) -> Markup:
        """Return how far a time is from now in words, "in 3 days"; exactly in its title."""
        shown = format_timedelta(
            _utc(time) - _utc(now), add_direction=True, threshold=1.5, locale=self.words.locale, granularity="minute"
        )
        exact = format_datetime(_utc(time), "long", tzinfo=UTC, locale=self.words.locale)
        return Markup('<time datetime="{}" title="{}" data-relative>{}</time>').format(
            fields.rfc3339(_unix(time)), exact, shown
        )

    def passed(self, time: Time, now: int) -> bool:
        """Return whether a time is over."""
        return _unix(time) <= now

    def duration(self, seconds: int) -> Markup:
        """Return how long something takes, "3 days"."""
        shown = format_timedelta(seconds, threshold=1.5, locale=self.words.locale, granularity="minute")
        return Markup("<bdi>{}</bdi>").format(shown)

    def address(self, text: str) -> Markup:
        """Return an account or contract: shortened to the eye, whole for copying and for who listens."""
        whole = fields.checksummed(text)
        return _shortened(whole)

    def digest(self, text: str) -> Markup:
        """Return a hash in the same way."""
        return _shortened(text)

    def territory(self, code: str | None) -> Markup:
        """Return the name of a country, with the code of its part."""
        if code is None:
            return escape(self.words.gettext("Everywhere"))
        country, _, part = code.partition("-")
        name = self._country(country)
        return (
            Markup('<bdi>{}</bdi> <bdi class="code">{}</bdi>').format(name, code)
            if part
            else Markup("<bdi>{}</bdi>").format(name)
        )

    def _country(self, code: str) -> str:
        message = words.COUNTRIES.get(code)
        return self.words.gettext(message) if message else str(self.words.locale.territories.get(code, code))

    def plain_territory(self, code: str) -> str:
        """Return the same as text."""
        return self.territory(code).striptags()

    def word(self, table: str, key: Any) -> str:
        """Return the word for a code; a code that has none stands for itself."""
        message = ALL_TABLES[table].get(key)
        return self.words.gettext(message) if message is not None else f"#{key}"

    def prose(self, text: str) -> Markup:
        """Return a text of a stranger as paragraphs; addresses that begin with https:// become links."""
        paragraphs = [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
        return Markup("\n").join(Markup('<p dir="auto">{}</p>').format(_linked(part)) for part in paragraphs)


@lru_cache(maxsize=KEPT)
def _money(catalogue: Catalogue, amount: int | str, decimals: int | None, symbol: str | None) -> Markup:
    return Markup('<bdi class="money">{}</bdi>').format(_plain_money(catalogue, amount, decimals, symbol))


@lru_cache(maxsize=KEPT)
def _plain_money(catalogue: Catalogue, amount: int | str, decimals: int | None, symbol: str | None) -> str:
    value = Decimal(amount).scaleb(-(decimals or 0), MOST_DIGITS)
    pattern = "#,##0" if value == value.to_integral_value(context=MOST_DIGITS) else "#,##0.00################"
    with localcontext(MOST_DIGITS):
        digits = format_decimal(value, pattern, locale=catalogue.locale, decimal_quantization=False)
    nameless = catalogue.gettext("base units") if decimals is None else catalogue.gettext("units")
    return f"{digits}\N{NO-BREAK SPACE}{symbol or nameless}"


def _unix(time: Time) -> int:
    return int(fields.parse_time(time))


def _utc(time: Time) -> datetime:
    return datetime.fromtimestamp(min(_unix(time), fields.LAST_TIME), UTC)


@lru_cache(maxsize=KEPT)
def _shortened(text: str) -> Markup:
    short = f"{text[: 2 + _SHOWN]}…{text[-_SHOWN + 2 :]}" if _HEX.fullmatch(text) else text
    return Markup('<bdi dir="ltr" class="hex" title="{}" data-whole="{}">{}</bdi>').format(text, text, short)


def _linked(text: str) -> Markup:
    pieces, end = [], 0
    for match in _URL.finditer(text):
        url = match[0].rstrip(_SAFE_END)
        pieces += [_lines(text[end : match.start()]), _link(url)]
        end = match.start() + len(url)
    return Markup("").join([*pieces, _lines(text[end:])])


def _link(url: str) -> Markup:
    return Markup('<a href="{}" rel="nofollow noopener ugc" dir="ltr">{}</a>').format(url, url)


def _lines(text: str) -> Markup:
    return Markup("<br>").join(escape(line) for line in text.split("\n"))
