"""The API in front of PostgreSQL answers, byte for byte, what it answers in front of SQLite."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from api.app import create_app
from api.fields import rfc3339
from api.settings import Settings
from indexer.store import schema
from indexer.store.models import ListingState, OrderState, RedemptionState
from indexer.store.session import open_engine
from tests.api import case_scenario as cs
from tests.api import rows as r
from tests.api import scenario as s
from tests.api.client import Client, serving
from tests.api.rows import DAY, NOW
from tests.api.test_app import READ
from tests.postgres import running

LISTS = [
    *(f"/v1/listings?state={state}" for state in ListingState),
    *(f"/v1/listings?takes_credits={word}&in_stock={word}" for word in ("true", "false")),
    "/v1/listings?delivery_mode=online&delivery_mode=pickup&seller=1",
    *(f"/v1/orders?state={state}" for state in OrderState),
    *(f"/v1/orders?ended={word}&seller=1&currency={r.EURO}" for word in ("true", "false")),
    f"/v1/orders?basket={r.digest(0xBA)}&buyer={r.BUYER}",
    *(f"/v1/redemptions?state={state}" for state in RedemptionState),
    "/v1/redemptions?ended=false&provider=7&beneficiary=1",
    *(f"/v1/offers?has_free_hours={word}&sort=ending" for word in ("true", "false")),
    f"/v1/offers?until_from={rfc3339(NOW + DAY)}&until_before={rfc3339(NOW + 10 * DAY)}",
    "/v1/attestations?provider=7&sort=oldest",
    *(f"/v1/{name}?limit=2&sort=updated" for name in ("listings", "orders", "offers", "redemptions")),
    *(f"/v1/orders/{number}" for number in cs.ORDERS),
    *(f"/v1/redemptions/{number}" for number in cs.REDEMPTIONS),
    *(f"/v1/campaigns?phase={phase}" for phase in sorted(set(s.PHASES.values()))),
    *(f"/v1/pools/{number}/matches.csv" for number in (s.RATIO, s.GIFT)),
    "/v1/events?order=1",
    "/v1/entities/7",
]


@pytest.fixture(scope="module")
def postgres_client() -> Iterator[Client]:
    """Return a client of the API on a mirror in PostgreSQL with one of everything."""
    with running() as server:
        url = server.url(server.create())
        engine = open_engine(url)
        schema.upgrade(engine)
        with Session(engine) as session:
            session.add_all(s.rows())
            s.add_events(session)
            session.commit()
        engine.dispose()
        with serving(create_app(Settings(database_url=url))) as asking:
            yield asking


@pytest.mark.parametrize("path", [*READ, *LISTS])
def test_answers__of_both_databases__are_the_same(client: Client, postgres_client: Client, path: str) -> None:
    lite, postgres = client.get(path), postgres_client.get(path)
    assert (lite.status, postgres.status) == (200, 200)
    assert lite.body == postgres.body
