"""A view of the mirror
    sees one block, also while the indexer writes the next
    can't write
Many callers at once
    all get an answer
"""

import threading
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from api.app import create_app
from api.database import engine_of
from api.settings import Settings
from indexer.store.models import Checkpoint
from indexer.store.session import open_engine
from tests.api import rows as r
from tests.api.client import Client, serving
from tests.api.conftest import make_mirror


@pytest.fixture
def url(tmp_path: Path, blank: Path) -> str:
    make_mirror(tmp_path / "own.db", [r.checkpoint(), r.currency()], blank)
    return f"sqlite:///{tmp_path}/own.db"


def test_view__while_the_indexer_writes__sees_one_block(url: str) -> None:
    engine, writer = engine_of(url), open_engine(url)
    number = select(Checkpoint.number)
    with Session(engine) as before:
        assert before.scalar(number) == r.BLOCK
        with writer.begin() as connection:
            connection.execute(update(Checkpoint).values(number=r.BLOCK + 1))

        assert before.scalar(number) == r.BLOCK
    with Session(engine) as after:
        assert after.scalar(number) == r.BLOCK + 1
    engine.dispose()
    writer.dispose()


@pytest.mark.parametrize(
    "statement", ["DELETE FROM campaigns", "CREATE TABLE x (y INTEGER)", "PRAGMA user_version = 7"]
)
def test_view__that_would_write__is_refused(url: str, statement: str) -> None:
    engine = engine_of(url)
    with Session(engine) as session, pytest.raises(OperationalError, match="readonly"):
        session.execute(text(statement))
    engine.dispose()


def test_callers__more_than_connections__all_get_an_answer(url: str) -> None:
    statuses: list[int] = []

    def ask(port: int) -> None:
        client = Client(port)
        statuses.extend(client.get("/v1/currencies").status for _ in range(5))
        client.connection.close()

    with serving(create_app(Settings(database_url=url))) as asking:
        callers = [threading.Thread(target=ask, args=(asking.connection.port,)) for _ in range(60)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()

    assert statuses == [200] * 300
