"""The page of a record

when its block is not final: says how many blocks are missing, and offers no file
when its block is final and its proof is not made: says so, and offers no file
when there is a proof: offers the file, and the command that checks it offline
when nothing is at the place: is not found
"""

from collections.abc import Callable

import pytest

from indexer.store.columns import Base
from indexer.store.event_tables import EVENTS
from indexer.store.models import Checkpoint
from tests.api import rows as r
from tests.api import scenario
from tests.api.client import Client
from tests.api.test_proofs import FILE, proof
from tests.web.reading import read
from web.event_words import EVENTS as WORDS
from web.event_words import SUBJECTS

PLEDGE = r.key(310, 5)
PATH = f"/en/records/{PLEDGE}"
PagesOf = Callable[..., Client]


def rows(finalized: int, *more: Base) -> list[Base]:
    """Return the scenario's rows as of another final block, and more."""
    plain = [row for row in scenario.rows() if not isinstance(row, Checkpoint)]
    return [*plain, r.checkpoint(finalized_number=finalized), *more]


def links(client: Client) -> dict[str, str]:
    """Return the links of the record's page by their words."""
    return {one.text: one.attributes["href"] for one in read(client.get(PATH).body).all("a")}


def test_record__not_final__says_how_many_blocks_are_missing(pages_of: PagesOf) -> None:
    pages = pages_of(rows(300))

    (main,) = read(pages.get(PATH).body).all("main")
    assert "In a block, not final yet" in main.text
    assert "The block becomes final 10 blocks from now." in main.text
    assert "Download the proof" not in links(pages)


def test_record__final_without_proof__says_that_it_is_being_made(pages_of: PagesOf) -> None:
    pages = pages_of(rows(310))

    (main,) = read(pages.get(PATH).body).all("main")
    assert "Final; its proof is being made" in main.text
    assert "Download the proof" not in links(pages)


def test_record__with_proof__offers_it_and_the_command(pages_of: PagesOf) -> None:
    pages = pages_of(rows(310, proof(PLEDGE, r.digest(310), 5)))

    (main,) = read(pages.get(PATH).body).all("main")
    assert f"eranos audit proof proof-310-5.json --block-hash {r.digest(310)}" in main.text
    assert pages.get(links(pages)["Download the proof"]).body == FILE


def test_record__of_a_pledge__says_what_it_proves_and_leads_to_the_campaign(pages: Client) -> None:
    (main,) = read(pages.get(PATH).body).all("main")
    assert "An account pledged money to the campaign, and paid it in." in main.text
    assert links(pages)[f"Campaign {scenario.LIVE}"] == f"/en/campaigns/{scenario.LIVE}"


@pytest.mark.parametrize(
    ("place", "kind", "number"), [(r.key(41), "Order", 1), (r.key(42), "Request for help", 2), (r.key(61), "Pool", 1)]
)
def test_record__of_a_case__leads_to_it(pages: Client, place: int, kind: str, number: int) -> None:
    words = [one.text for one in read(pages.get(f"/en/records/{place}").body).all("a")]
    assert f"{kind} {number}" in words


@pytest.mark.parametrize("place", ["1", "9223372036854775807", "x", "-1", "1e9", "99999999999999999999"])
def test_record__of_no_place__is_not_found(pages: Client, place: str) -> None:
    assert pages.get(f"/en/records/{place}").status == 404


def test_words__every_event_of_the_contracts__has_a_sentence() -> None:
    assert set(WORDS) == {event.name for event in EVENTS.values()}
    assert all(sentence.endswith(".") for sentence in WORDS.values())


def test_subjects__are_arguments_of_events() -> None:
    columns = {argument.column for event in EVENTS.values() for argument in event.arguments}
    assert {argument for argument, _, _ in SUBJECTS} <= columns
