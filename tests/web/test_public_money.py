"""The pages of public money say what the API says: the rule in words, who paid in, what became of it."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.api import rows as r
from tests.api import scenario
from tests.api.client import Client
from tests.web.reading import Element, read


def main_of(pages: Client, path: str) -> Element:
    """Return the content of a page."""
    answer = pages.get(f"/en{path}")
    assert answer.status == 200
    (main,) = read(answer.body).all("main")
    return main


def table(main: Element, name: str) -> list[list[str]]:
    """Return the rows of the table with this name, each cell as text."""
    (region,) = (one for one in main.all("div") if one.attributes.get("aria-label") == name)
    bodies = region.all("tbody")
    return [
        [cell.text for cell in row.children if isinstance(cell, Element)] for body in bodies for row in body.all("tr")
    ]


def units(text: str) -> int:
    """Return the base units of an amount in tEUR."""
    return int(Decimal(text.replace("\xa0", " ").removesuffix(" tEUR").replace(",", "")) * 10**6)


@pytest.mark.parametrize(
    ("pool", "sentences"),
    [
        (
            scenario.RATIO,
            (
                "For every 100 that a backer pledges, the pool adds 100",
                "One campaign gets at most 0.0005 tEUR",
                "Pledges of everybody count.",
                "may release at most 50%",
            ),
        ),
        (
            scenario.GIFT,
            (
                "A campaign gets 0.0003 tEUR once, if it raises at least 0.0012 tEUR",
                "2 verified members must each have",
            ),
        ),
        (scenario.ASKED, ("Only pledges of verified members count, and one member calls at most 0.00005 tEUR",)),
    ],
)
def test_pool__tells_its_rule_in_words(pages: Client, pool: int, sentences: tuple[str, ...]) -> None:
    told = main_of(pages, f"/pools/{pool}").text.replace("\xa0", " ")
    assert [one for one in sentences if one not in told] == []


def test_pool__who_paid_in__sums_to_what_the_api_says(pages: Client) -> None:
    rows = table(main_of(pages, f"/pools/{scenario.GIFT}"), "Who paid in")
    pool = pages.get(f"/v1/pools/{scenario.GIFT}").json()["pool"]

    assert sum(units(row[1]) for row in rows) == int(pool["funded"])
    assert sum(units(row[2]) for row in rows) == int(pool["reclaimed"])


def test_pool__campaigns__are_those_of_the_api(pages: Client) -> None:
    rows = table(main_of(pages, f"/pools/{scenario.RATIO}"), "Campaigns of the pool")
    items = pages.get(f"/v1/pools/{scenario.RATIO}/campaigns").json()["items"]

    assert [(units(row[2]), units(row[3]), units(row[4])) for row in rows] == [
        (int(one["called"]), int(one["paid"]), int(one["freed"])) for one in items
    ]


def test_reservation__milestones_and_pledges__both_sum_to_what_was_called(pages: Client) -> None:
    path = f"/pools/{scenario.RATIO}/campaigns/{scenario.DELIVERING}"
    main = main_of(pages, path)
    called = int(pages.get(f"/v1{path}").json()["reservation"]["called"])

    assert sum(units(row[2]) for row in table(main, "What each milestone spends")) == called
    matches = table(main, "Whose pledges called it")
    assert sum(units(row[1]) for row in matches) == called
    for row in matches:
        spent = sum(units(amount) for amount in re.findall(r": ([0-9.,]+\s*tEUR)", row[2]))
        assert spent + units(row[3]) + units(row[4]) == units(row[1])


def test_reservation__of_a_gift__has_no_single_pledge(pages: Client) -> None:
    told = main_of(pages, f"/pools/{scenario.GIFT}/campaigns/{scenario.EXTENSION}").text
    assert "the pool has set this money aside as a gift" in told


def test_reservation__that_was_only_asked_for__waits_for_the_manager(pages: Client) -> None:
    main = main_of(pages, f"/pools/{scenario.ASKED}/campaigns/{scenario.APPROVED}")
    assert "the manager has not decided yet" in main.text
    assert not list(main.all("svg"))


def test_picture__of_a_pool__says_the_same_as_its_tables(pages: Client) -> None:
    main = main_of(pages, f"/pools/{scenario.RATIO}")
    words = next(main.all("desc")).text.replace("\xa0", " ")

    assert "Paid to campaigns: 0.0002 tEUR" in words
    assert "Still free: 0.000949 tEUR" in words
    assert f"Campaign {scenario.LIVE}: 0.0005 tEUR" in words


@pytest.mark.parametrize("path", [f"/pools/{scenario.RATIO}", f"/pools/{scenario.RATIO}/campaigns/{scenario.LIVE}"])
def test_csv__that_a_page_offers__is_served(pages: Client, path: str) -> None:
    files = [one.attributes["href"] for one in main_of(pages, path).all("a") if "download" in one.attributes]
    assert files
    for file in files:
        answer = pages.get(file)
        assert answer.status == 200
        assert answer.headers["content-type"].startswith("text/csv")


def test_list__without_pools__says_what_to_expect(pages_of: Callable[..., Client]) -> None:
    pages = pages_of([r.checkpoint()])
    assert "There is no public money here yet" in main_of(pages, "/pools").text
