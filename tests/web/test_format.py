"""Amounts, times, hashes and texts as people read them."""

from dataclasses import dataclass

import pytest
from markupsafe import Markup

from tests.api.rows import NOW
from web.format import Formats
from web.languages import Language, catalogue_of

DAY = 86_400
EVIL = "<script>alert(1)</script>\"'&"


@dataclass
class Money:
    decimals: int | None = 6
    symbol: str | None = "tEUR"


def formats(language: str = "en") -> Formats:
    return Formats(catalogue_of(Language(language)))


@pytest.mark.parametrize(
    ("language", "amount", "text"),
    [
        ("en", 0, "0 tEUR"),
        ("en", 1_000_000, "1 tEUR"),
        ("en", 1_500_000, "1.50 tEUR"),
        ("en", 1, "0.000001 tEUR"),
        ("en", 12_345_678_901_234, "12,345,678.901234 tEUR"),
        ("es", 12_345_678_500_000, "12.345.678,50 tEUR"),
        ("pt", 12_345_678_500_000, "12\xa0345\xa0678,50 tEUR"),
        ("el", 1_234_500_000, "1.234,50 tEUR"),
        ("fr", 1_234_500_000, "1\u202f234,50 tEUR"),
        ("ar", 1_234_500_000, "1,234.50 tEUR"),
    ],
)
def test_money__is_exact_and_grouped_as_people_do(language: str, amount: int, text: str) -> None:
    assert formats(language).plain_money(amount, Money()) == text.replace(" tEUR", "\xa0tEUR")


@pytest.mark.parametrize("amount", [2**96 - 1, 2**256 - 1, 10**77])
def test_money__of_the_largest_amounts__loses_no_digit(amount: int) -> None:
    for decimals in (0, 6, 18):
        digits = formats().plain_money(amount, Money(decimals)).removesuffix("\xa0tEUR").replace(",", "")
        whole, _, rest = digits.partition(".")
        assert int(whole + rest.ljust(decimals, "0")) == amount


def test_money__without_a_symbol__says_units() -> None:
    assert formats().plain_money(1_500_000, Money(symbol=None)) == "1.50\xa0units"
    assert formats().plain_money(1_500_000, Money(None, None)) == "1,500,000\xa0base units"


def test_money__with_a_hostile_symbol__is_text() -> None:
    shown = formats().money(1, Money(symbol=EVIL))

    assert "<script" not in shown
    assert isinstance(shown, Markup)


def test_money__cut_to_whole_units__keeps_the_rest_in_its_title() -> None:
    shown = formats().whole_money(1_999_999, Money())

    assert shown.striptags().replace("\xa0", " ") == "1 tEUR"
    assert "1.999999" in shown


@pytest.mark.parametrize(
    ("part", "whole", "text"), [(0, 3, "0%"), (999, 1000, "99%"), (1, 1, "100%"), (7, 3, "233%"), (5, 0, "0%")]
)
def test_percent__never_shows_more_than_is_reached(part: int, whole: int, text: str) -> None:
    assert formats().percent(part, whole).striptags() == text


def test_percent__of_the_largest_amounts__is_shown() -> None:
    assert formats().percent(2**96 - 1, 1).striptags().endswith("%")


def test_moment__says_the_time_zone() -> None:
    shown = formats().moment(NOW)

    assert "UTC" in shown
    assert 'datetime="2026-03-01T12:00:00Z"' in shown


def test_moment__of_a_record_of_the_api__is_the_same() -> None:
    assert formats().moment("2026-03-01T12:00:00Z") == formats().moment(NOW)


@pytest.mark.parametrize("time", [0, 2**40 - 1])
@pytest.mark.parametrize("language", Language)
def test_times__as_far_as_the_chain_reaches__are_shown(time: int, language: str) -> None:
    one = formats(language)

    assert all(shown(time) for shown in (one.moment, one.day))
    assert one.relative(time, NOW)


@pytest.mark.parametrize(
    ("distance", "text"),
    [
        (3 * DAY, "in 3 days"),
        (-2 * DAY, "2 days ago"),
        (90, "in 2 minutes"),
        (5, "in 1 minute"),
        (400 * DAY, "in 13 months"),
    ],
)
def test_relative__is_in_words_with_the_exact_time_beside(distance: int, text: str) -> None:
    shown = formats().relative(NOW + distance, NOW)

    assert shown.striptags() == text
    assert "UTC" in shown
    assert "datetime=" in shown


def test_address__is_short_to_the_eye_and_whole_for_copying() -> None:
    whole = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"

    shown = formats().address(whole.lower())

    assert shown.striptags() == "0x709979…79C8"
    assert f'title="{whole}"' in shown
    assert 'dir="ltr"' in shown


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (None, "Everywhere"),
        ("ES", "Spain"),
        ("ES-SE", "Spain ES-SE"),
        ("PS-RBH", "Palestine PS-RBH"),
        ("ZZ-1", "Unknown Region ZZ-1"),
    ],
)
def test_territory__has_its_name(code: str | None, text: str) -> None:
    assert formats().territory(code).striptags() == text


def test_territory__that_is_no_code__is_text() -> None:
    assert "<script" not in formats().territory(EVIL)
    assert formats().territory("0xff").striptags() == "0xff"


def test_word__of_an_unknown_code__stands_for_itself() -> None:
    assert formats().word("theme", 31) == "#31"
    assert formats().word("phase", "live") == "Open for pledges"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("one\n\ntwo", '<p dir="auto">one</p>\n<p dir="auto">two</p>'),
        ("one\ntwo", '<p dir="auto">one<br>two</p>'),
        ("\n\n \n\n", ""),
        ("<b>x</b>", '<p dir="auto">&lt;b&gt;x&lt;/b&gt;</p>'),
    ],
)
def test_prose__is_paragraphs_and_nothing_else(text: str, html: str) -> None:
    assert formats().prose(text) == html


def test_prose__links__to_safe_addresses_only() -> None:
    shown = formats().prose("See https://lab.example/a?b=1&c=2. javascript:alert(1) http://a.example data:text/html,x")

    assert shown.count("<a ") == 1
    assert 'href="https://lab.example/a?b=1&amp;c=2"' in shown
    assert 'rel="nofollow noopener ugc"' in shown


@pytest.mark.parametrize(
    "text", ['https://a.example/"onclick="x', "https://a.example/<script>", "https://a.example/'x"]
)
def test_prose__link__ends_before_what_could_leave_it(text: str) -> None:
    shown = formats().prose(text)

    assert 'href="https://a.example/"' in shown
    assert "<script" not in shown
    assert '"onclick' not in shown
