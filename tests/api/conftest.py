"""Fixtures: a mirror filled through the store's models, and the API in front of it."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from api.app import create_app
from api.settings import Settings
from indexer.store import schema
from indexer.store.columns import Base
from indexer.store.session import open_engine
from tests.api import scenario
from tests.api.client import Client, serving
from tests.indexer.conftest import Mirror
from tests.indexer.fake_chain import FakeNode

INDEXED_SEED, INDEXED_BLOCKS = 19, 200


def make_mirror(path: Path, rows: Iterable[Base], blank: Path | None = None, *, events: bool = False) -> None:
    """Make a mirror that holds these rows, from a blank one if there is one: migrations take their time."""
    if blank is not None:
        shutil.copy(blank, path)
    engine = open_engine(f"sqlite:///{path}")
    if blank is None:
        schema.upgrade(engine)
    with Session(engine) as session:
        session.add_all(rows)
        if events:
            scenario.add_events(session)
        session.commit()
    engine.dispose()


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a mirror with nothing in it."""
    path = tmp_path_factory.mktemp("blank") / "blank.db"
    make_mirror(path, [])
    return path


@pytest.fixture(scope="session")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of documents."""
    folder = tmp_path_factory.mktemp("documents")
    scenario.write_documents(folder)
    return folder


@pytest.fixture(scope="session")
def mirror(tmp_path_factory: pytest.TempPathFactory, blank: Path) -> Path:
    """Return the file of a mirror with one of everything; nobody writes to it."""
    path = tmp_path_factory.mktemp("mirror") / "mirror.db"
    make_mirror(path, scenario.rows(), blank, events=True)
    return path


@pytest.fixture(scope="session")
def client(mirror: Path, documents: Path) -> Iterator[Client]:
    """Return a client of the API on that mirror."""
    with serving(
        create_app(Settings(database_url=f"sqlite:///{mirror}", documents=documents, requests_per_minute=0))
    ) as asking:
        yield asking


def index(node: FakeNode, path: Path, blank: Path) -> None:
    """Make a mirror of a chain, from a blank one."""
    shutil.copy(blank, path)
    engine = open_engine(f"sqlite:///{path}")
    Mirror(node, engine).catch_up()
    engine.dispose()


@pytest.fixture(scope="session")
def indexed_client(tmp_path_factory: pytest.TempPathFactory, blank: Path) -> Iterator[Client]:
    """Return a client of the API on a mirror that an indexer made: every row follows from events."""
    path = tmp_path_factory.mktemp("indexed") / "indexed.db"
    node = FakeNode(INDEXED_SEED)
    node.grow(INDEXED_BLOCKS, acts=8)
    index(node, path, blank)
    with serving(create_app(Settings(database_url=f"sqlite:///{path}", requests_per_minute=0))) as asking:
        yield asking


@pytest.fixture(scope="session")
def blank_client(blank: Path) -> Iterator[Client]:
    """Return a client of the API on a mirror with nothing in it."""
    with serving(create_app(Settings(database_url=f"sqlite:///{blank}", requests_per_minute=0))) as asking:
        yield asking


@pytest.fixture
def client_of(tmp_path: Path, blank: Path) -> Iterator[Callable[[Iterable[Base]], Client]]:
    """Return a factory of clients of the API on a mirror of their own."""
    with ExitStack() as stack:

        def make(rows: Iterable[Base]) -> Client:
            path = tmp_path / "own.db"
            make_mirror(path, rows, blank)
            return stack.enter_context(serving(create_app(Settings(database_url=f"sqlite:///{path}"))))

        yield make
