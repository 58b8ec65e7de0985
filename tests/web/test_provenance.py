"""Pictures of public money: each stage holds the whole, what leaves a bar arrives, and words say the same."""

import re
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from api.records import CurrencyUnit
from tests.web.reading import Element, read
from web.languages import Language, catalogue_of
from web.pictures.flow import BAR, HIGHEST, NARROW, WIDE
from web.pictures.provenance import (
    MOST,
    MatchBooks,
    PoolBooks,
    Share,
    Way,
    of_match,
    of_pool,
    way_of_match,
    way_of_pool,
)

EURO = CurrencyUnit(address="0x" + "e0" * 20, decimals=6, symbol="tEUR", name="Test Euro")
ENGLISH, ARABIC = catalogue_of(Language.ENGLISH), catalogue_of(Language.ARABIC)
AMOUNTS = st.integers(min_value=0, max_value=2**96 - 1)
SHARES = st.lists(st.builds(Share, st.text(max_size=40), AMOUNTS), min_size=1, max_size=12)


@st.composite
def pools(draw: st.DrawFn) -> PoolBooks:
    """Draw the books of a pool; funders paid in what campaigns have, what is free and what went back."""
    campaigns, free, reclaimed = draw(SHARES), draw(AMOUNTS), draw(AMOUNTS)
    reserved = sum(one.amount for one in campaigns)
    paid = draw(st.integers(0, reserved))
    first = draw(st.integers(0, reserved + free + reclaimed))
    funders = [Share("A town", first), Share("A region", reserved + free + reclaimed - first)]
    return PoolBooks(funders, campaigns, reserved + free + reclaimed, reserved, paid, free, reclaimed)


@st.composite
def matches(draw: st.DrawFn) -> MatchBooks:
    """Draw what became of public money in a campaign."""
    backers = draw(SHARES)
    called = sum(one.amount for one in backers)
    cuts = sorted(draw(st.lists(st.integers(0, called), min_size=3, max_size=3)))
    spent = [Share("Milestone 1", cuts[0]), Share("Milestone 2", cuts[1] - cuts[0])]
    return MatchBooks(backers, spent, cuts[2] - cuts[1], called - cuts[2])


def assert_conserves(way: Way, whole: int) -> None:
    """Assert that each stage holds the whole, that bars fill exactly, and that none gives more than it has."""
    amounts = {stop.key: stop.amount for stage in way.stages for stop in stage}
    assert len(amounts) == sum(len(stage) for stage in way.stages)
    assert all(sum(stop.amount for stop in stage) == whole for stage in way.stages)
    arriving: Counter[str] = Counter()
    leaving: Counter[str] = Counter()
    for ribbon in way.ribbons:
        assert ribbon.amount >= 0
        arriving[ribbon.target] += ribbon.amount
        leaving[ribbon.source] += ribbon.amount
    assert all(arriving[stop.key] == stop.amount for stage in way.stages[1:] for stop in stage)
    for stop in (stop for stage in way.stages[:-1] for stop in stage):
        # Each ribbon may be rounded by less than one base unit.
        assert abs(leaving[stop.key] - stop.amount) <= len(way.ribbons)


@given(pools())
def test_way_of_pool__every_unit_has_one_place_in_each_stage(books: PoolBooks) -> None:
    assert_conserves(way_of_pool(ENGLISH, EURO, books), sum(one.amount for one in books.funders))


@given(matches())
def test_way_of_match__every_unit_has_one_place_in_each_stage(books: MatchBooks) -> None:
    assert_conserves(way_of_match(ENGLISH, EURO, "Pool 1", books), sum(one.amount for one in books.backers))


def test_way__of_many__names_the_largest_and_sums_the_others() -> None:
    many = [Share(f"Backer {number}", number) for number in range(1, 21)]
    callers = way_of_match(ENGLISH, EURO, "Pool 1", MatchBooks(many, [], 210, 0)).stages[1]

    assert [stop.label for stop in callers] == [f"Backer {number}" for number in range(20, 14, -1)] + ["Other pledges"]
    assert len(callers) == MOST + 1
    assert callers[-1].amount == sum(range(1, 15))


def pictures(markup: Markup) -> list[Element]:
    """Return the drawn pictures."""
    return list(read(str(markup).encode()).all("svg"))


MILLION = 10**6
TOWN, NETS = Share("A <b>town</b>", 900 * MILLION), Share("Nets", 600 * MILLION)
SUMS = {"funded": 900, "reserved": 600, "paid": 200, "free": 250, "reclaimed": 50}
BOOKS = PoolBooks([TOWN], [NETS], **{name: amount * MILLION for name, amount in SUMS.items()})


def test_picture__is_drawn_wide_and_narrow__with_words_that_replace_it() -> None:
    wide, narrow = pictures(of_pool(ENGLISH, EURO, BOOKS))

    for svg, width in ((wide, WIDE), (narrow, NARROW)):
        assert svg.attributes["viewbox"].split()[2] == str(width)
        assert svg.attributes["role"] == "img"
        named = svg.attributes["aria-labelledby"].split()
        (title,), (words,) = svg.all("title"), svg.all("desc")
        assert named == [title.attributes["id"], words.attributes["id"]]
        for figure in ("A <b>town</b>: 900", "Nets: 600", "Paid to campaigns: 200", "Back with funders: 50"):
            assert figure in words.text.replace("\xa0", " ")
        assert not list(svg.all("b"))


def test_picture__bars__are_as_high_as_their_amounts() -> None:
    wide, _ = pictures(of_pool(ENGLISH, EURO, BOOKS))
    heights = [float(one.attributes["height"]) for one in wide.all("rect")]

    # In the order of the stages; of the first one, all of it.
    assert heights[0] == HIGHEST
    assert heights[1:3] == [round(HIGHEST * 6 / 9, 1), round(HIGHEST * 3 / 9, 1)]
    assert all(one.attributes["width"] == str(BAR) for one in wide.all("rect"))


def test_picture__from_right_to_left__is_mirrored_and_its_words_are_not() -> None:
    left, _ = pictures(of_pool(ENGLISH, EURO, BOOKS))
    right, _ = pictures(of_pool(ARABIC, EURO, BOOKS))
    places = [[float(one.attributes["x"]) for one in svg.all("rect")] for svg in (left, right)]

    assert places[1] == [WIDE - BAR - x for x in places[0]]
    assert [one.attributes["class"] for one in right.all("text")] == [
        one.attributes["class"] for one in left.all("text")
    ]
    assert not re.search("transform", str(of_pool(ARABIC, EURO, BOOKS)))


def test_picture__of_one_campaign__names_pool_pledge_and_milestone() -> None:
    books = MatchBooks([Share("0xb1b1…b1b1", 401)], [Share("Milestone 1", 200)], 201, 0)
    (words,) = pictures(of_match(ENGLISH, EURO, "Pool 1", books))[0].all("desc")

    assert "Pool 1: 0.000401 tEUR; 0xb1b1…b1b1: 0.000401 tEUR; Milestone 1: 0.0002 tEUR, Waits" in words.text.replace(
        "\xa0", " "
    )
