"""Pictures: their numbers, and the words beside them."""

from itertools import pairwise

import pytest

from tests.api.rows import DAY, NOW
from tests.web.reading import Element, read
from web.languages import Language, catalogue_of
from web.pictures.progress import LENGTH, progress
from web.pictures.timeline import CLOSEST, MARGIN, WIDTH, Mark, timeline

WORDS = catalogue_of(Language.ENGLISH)
HUGE = 2**96 - 1


def widths(picture: Element) -> dict[str, tuple[int, int]]:
    return {
        one.attributes["class"]: (int(one.attributes.get("x", 0)), int(one.attributes["width"]))
        for one in picture.all("rect")
    }


@pytest.mark.parametrize(
    ("raised", "matched", "goal", "pledged", "public"),
    [
        (0, 0, 1_000, (0, 0), (0, 0)),
        (700, 0, 1_000, (0, 700), (700, 0)),
        (700, 300, 1_000, (0, 700), (700, 300)),
        (999, 0, 1_000, (0, 999), (999, 0)),
        (1_000, 1_000, 1_000, (0, 500), (500, 500)),
        (5_000, 0, 1_000, (0, 1_000), (1_000, 0)),
        (1, 0, 1, (0, 1_000), (1_000, 0)),
        (HUGE, HUGE, HUGE, (0, 500), (500, 500)),
        (HUGE, HUGE, 1, (0, 1_000), (1_000, 0)),
    ],
)
def test_progress__parts__are_to_scale_and_inside(
    raised: int, matched: int, goal: int, pledged: tuple[int, int], public: tuple[int, int]
) -> None:
    found = widths(read(str(progress(WORDS, raised, matched, goal)).encode()))

    assert found["pledged"] == pledged
    assert found["matched"] == public
    assert pledged[1] + public[1] <= LENGTH
    assert ("goal" in found) is (raised + matched > goal)


def test_progress__is_told_in_words() -> None:
    picture = read(str(progress(WORDS, 999, 250, 1_000)).encode())

    assert next(picture.all("title")).text == "Pledged: 99 % of the goal. Public money on top: 25 %."
    assert next(picture.all("svg")).attributes["role"] == "img"


def marks(*times: int) -> list[Mark]:
    kinds = ["opens", "deadline", *["planned"] * (len(times) - 2)]
    return [Mark(time, kind, f"Mark {n}") for n, (time, kind) in enumerate(zip(times, kinds, strict=True))]


@pytest.mark.parametrize(
    "times",
    [
        (NOW, NOW + DAY),
        (NOW, NOW),
        (NOW, NOW + DAY, NOW + 2 * DAY, NOW + 900 * DAY),
        (NOW - DAY, *range(NOW, NOW + 13)),
        (0, 2**40 - 1, 2**40 - 1),
        (NOW, NOW + 100 * DAY, *range(NOW + 100 * DAY, NOW + 112 * DAY, DAY)),
    ],
)
def test_timeline__marks__are_on_the_line_in_order_and_apart(times: tuple[int, ...]) -> None:
    picture = read(str(timeline("t", "Title", marks(*times), NOW)).encode())

    drawn = [one for one in picture.all() if one.attributes.get("class", "").startswith("mark")]
    places = [int(one.attributes.get("cx") or one.attributes["d"][1:].split()[0]) for one in drawn]
    assert len(places) == len(times)
    assert all(MARGIN <= place <= WIDTH - MARGIN for place in places)
    assert all(later - before >= CLOSEST for before, later in pairwise(places))


@pytest.mark.parametrize(("now", "shown"), [(NOW - 1, False), (NOW, True), (NOW + DAY, True), (NOW + DAY + 1, False)])
def test_timeline__now__is_shown_while_it_is_on_the_line(now: int, shown: bool) -> None:
    picture = read(str(timeline("t", "Title", marks(NOW, NOW + DAY), now)).encode())

    assert any(one.attributes.get("class") == "now" for one in picture.all("path")) is shown


def test_timeline__is_told_in_words() -> None:
    picture = read(str(timeline("t", "Title <b>", marks(NOW, NOW + DAY), NOW)).encode())

    assert next(picture.all("title")).text == "Title <b>"
    assert next(picture.all("desc")).text == "Mark 0. Mark 1."
    assert next(picture.all("svg")).attributes["aria-labelledby"] == "t t-desc"
