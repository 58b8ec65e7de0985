"""The desks in front of PostgreSQL show, byte for byte, what they show in front of SQLite."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from indexer.store import schema
from indexer.store.session import open_engine
from tests.api import case_scenario, scenario
from tests.api import rows as r
from tests.api.client import Client, serving
from tests.api.rows import NOW
from tests.postgres import running
from tests.web.conftest import settings_of
from web.app import create_app

PATHS = [
    *("/en/desks/arbiter", f"/en/desks/arbiter/campaigns/{scenario.STOPPED}?account={r.BACKER}"),
    *(f"/en/desks/arbiter/orders/{case_scenario.DISPUTED}", "/en/desks/arbiter/redemptions/6"),
    *(f"/en/desks/pools?account={scenario.TOWN}", f"/en/pools/{scenario.RATIO}/desk", "/en/desks/pools/open"),
    *(f"/en/pools/{scenario.GIFT}/desk", f"/en/desks/issuer?account={scenario.TOWN}"),
    *("/en/desks/treasurer", "/en/desks/guardian", "/en/desks/registrar", "/en/desks/registrar/1"),
]


@pytest.fixture(scope="module")
def both(mirror: Path, documents: Path) -> Iterator[tuple[Client, Client]]:
    """Return clients of the pages on the same mirror in SQLite and in PostgreSQL, at one address."""
    with running() as server, ExitStack() as stack:
        url = server.url(server.create())
        engine = open_engine(url)
        schema.upgrade(engine)
        with Session(engine) as session:
            session.add_all(scenario.rows())
            scenario.add_events(session)
            session.commit()
        engine.dispose()
        lite = settings_of(mirror, documents).model_copy(update={"url": "https://lab.example.org"})
        settings = lite, lite.model_copy(update={"database_url": url})
        one, other = (stack.enter_context(serving(create_app(it, clock=lambda: NOW + 60))) for it in settings)
        yield one, other


@pytest.mark.parametrize("path", PATHS)
def test_desks__of_both_databases__are_the_same(both: tuple[Client, Client], path: str) -> None:
    lite, postgres = (client.get(path) for client in both)
    assert (lite.status, postgres.status) == (200, 200)
    assert lite.body == postgres.body
