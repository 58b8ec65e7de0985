"""A pool is called by the title of its agreement and its number, wherever it is named."""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from indexer.store import models
from indexer.store.columns import Base
from tests.api import rows as r
from tests.api import scenario
from tests.api.client import Client, serving
from tests.api.conftest import make_mirror
from tests.api.rows import NOW
from tests.web.conftest import settings_of
from tests.web.reading import read
from web.app import create_app

TITLES = {
    scenario.RATIO: {"en": "Town doubles", "el": "Ο δήμος διπλασιάζει", "ar": "البلدية تضاعف"},
    scenario.GIFT: {"en": "Gift of the <b>region</b> & 100%s"},
}
"""Of agreements that are here; that of the third pool is not."""
AGREEMENTS = {
    number: json.dumps({"type": "agreement", "title": title, "rule": {"en": "As told."}}).encode()
    for number, title in TITLES.items()
}
NAME, GIFT = "Town doubles (pool 1)", "Gift of the <b>region</b> & 100%s (pool 2)"


def rows() -> Iterator[Base]:
    """Yield the scenario, with pools whose agreements are here."""
    for row in scenario.rows():
        if isinstance(row, models.Pool) and row.pool_id in AGREEMENTS:
            row.agreement_hash = "0x" + sha256(AGREEMENTS[row.pool_id]).hexdigest()
        if isinstance(row, models.Reservation) and row.campaign_id == scenario.DELIVERING:
            row.paid = 0
        yield row


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory, blank: Path) -> Iterator[Client]:
    """Return a client of the pages with these rows and documents."""
    folder = tmp_path_factory.mktemp("agreements")
    for content in AGREEMENTS.values():
        (folder / sha256(content).hexdigest()).write_bytes(content)
    make_mirror(folder / "mirror.db", rows(), blank, events=True)
    with serving(create_app(settings_of(folder / "mirror.db", folder), clock=lambda: NOW + 60)) as asking:
        yield asking


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/pools", NAME),
        ("/pools", GIFT),
        ("/pools", "Pool 3"),
        (f"/pools/{scenario.RATIO}", NAME),
        (f"/pools/{scenario.GIFT}", GIFT),
        (f"/pools/{scenario.ASKED}", "Pool 3"),
        (f"/pools/{scenario.RATIO}/campaigns/{scenario.LIVE}", NAME),
        (f"/pools/{scenario.RATIO}/desk", NAME),
        (f"/desks/pools?account={scenario.TOWN}", NAME),
        (f"/desks/pools?account={scenario.TOWN}", GIFT),
        ("/entities/2", NAME),
        (f"/campaigns/{scenario.LIVE}", NAME),
        (f"/campaigns/{scenario.LIVE}/pledge", NAME),
        (f"/campaigns/{scenario.DELIVERING}/collect", NAME),
        (f"/my?account={scenario.REGION}", GIFT),
        (f"/receipts/{r.digest(61)}", NAME),
        (f"/records/{r.key(61)}", NAME),
    ],
)
def test_page__names_the_pool_by_title_and_number(named: Client, path: str, name: str) -> None:
    answer = named.get(f"/en{path}")
    assert answer.status == 200
    (main,) = read(answer.body).all("main")
    assert name in main.text


@pytest.mark.parametrize(("language", "name"), [("el", TITLES[scenario.RATIO]["el"]), ("fr", "Town doubles")])
def test_page__in_another_language__names_it_in_that_else_in_english(named: Client, language: str, name: str) -> None:
    page = read(named.get(f"/{language}/pools/{scenario.RATIO}").body)
    (heading,) = page.all("h1")
    assert name in heading.text
    assert str(scenario.RATIO) in heading.text


def test_picture__of_a_match__tells_the_same_name(named: Client) -> None:
    page = read(named.get(f"/en/pools/{scenario.RATIO}/campaigns/{scenario.LIVE}").body)
    assert f"{NAME}: " in next(page.all("desc")).text


def test_asking__offers_pools_by_name_and_manager(named: Client) -> None:
    page = read(named.get(f"/en/campaigns/{scenario.APPROVED}/desk").body)
    offered = [one.text for one in page.all("option")]
    assert f"{NAME} – Entity 2" in offered


@pytest.mark.parametrize("path", [f"/pools/{scenario.RATIO}/campaigns/{scenario.LIVE}", f"/campaigns/{scenario.LIVE}"])
def test_api__tells_the_agreement_with_what_a_pool_owes(named: Client, path: str) -> None:
    answer = named.get(f"/v1{path}").json()
    pool = answer["reservation"] if "reservation" in answer else answer["campaign"]["pools"][0]
    assert pool["agreement_hash"] == "0x" + sha256(AGREEMENTS[scenario.RATIO]).hexdigest()
