"""Fixtures: a fake chain, and mirrors of it in fresh databases."""

import asyncio
import shutil
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import Engine

from indexer.digest import digest
from indexer.fetch import Fetcher
from indexer.store import checkpoint as checkpoints
from indexer.store import schema
from indexer.store.session import open_engine, reading
from indexer.sync import Indexer, Outcome, Step
from tests.indexer.fake_chain import FakeNode
from tests.postgres import Server, running

T = TypeVar("T")

SEED = 19
"""Of a chain of a hundred blocks in which every event happens."""


class Mirror:
    """A mirror of a fake chain."""

    def __init__(self, node: FakeNode, engine: Engine, **limits: int) -> None:
        self.node = node
        self.engine = engine
        self.restart(**limits)

    def restart(self, target_logs: int = 40, max_range: int = 1_000) -> None:
        """Go on as another process would, knowing only the database."""
        self.fetcher = Fetcher(self.node, self.node.watched(), target_logs=target_logs, max_range=max_range)
        self.indexer = Indexer(self.node, self.engine, self.node.watched(), self.fetcher)
        self.start = run(self.indexer.start())

    def step(self) -> Step:
        """Do one step, and ask for nothing ahead."""
        return run(self._steps(1))

    def catch_up(self) -> Step:
        """Step until there is nothing left to do."""
        return run(self._steps(0))

    async def _steps(self, count: int) -> Step:
        """Do so many steps, or all; what is asked for ahead ends with the event loop."""
        try:
            while (step := await self.indexer.step()).outcome is not Outcome.IDLE:
                if (count := count - 1) == 0:
                    break
            return step
        finally:
            await self.fetcher.stop()

    def digest(self) -> str:
        """Return the digest of the whole mirror."""
        with reading(self.engine) as connection:
            stored = checkpoints.read(connection)
            assert stored is not None
            return digest(connection, stored)

    def rows(self, query: Any) -> list[Any]:
        """Return the rows of a query."""
        with reading(self.engine) as connection:
            return [tuple(row) for row in connection.execute(query)]


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end."""
    return asyncio.run(coroutine)


MakeMirror = Callable[..., Mirror]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Return a PostgreSQL server with an empty mirror as template."""
    with running() as server:
        engine = open_engine(server.url(server.create(name="empty_mirror")))
        schema.upgrade(engine)
        engine.dispose()
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Return a function from a name to the address of a database with an empty mirror, on each kind of database."""
    if request.param == "sqlite":
        empty: Path = request.getfixturevalue("empty_database")

        def create_file(name: str) -> str:
            path = tmp_path / f"{name}.db"
            if not path.exists():
                shutil.copy(empty, path)
            return f"sqlite:///{path}"

        yield create_file
        return
    server: Server = request.getfixturevalue("postgres")
    made: dict[str, str] = {}

    def create(name: str) -> str:
        if name not in made:
            made[name] = server.create("empty_mirror")
        return server.url(made[name])

    yield create
    for database in made.values():
        server.drop(database)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database file with the schema and nothing in it."""
    path = tmp_path_factory.mktemp("empty") / "empty.db"
    engine = open_engine(f"sqlite:///{path}")
    schema.upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def make_mirror(new_database: Callable[[str], str]) -> Iterator[MakeMirror]:
    """Return a factory of mirrors, each in its own database; the same name opens the same one."""
    engines: list[Engine] = []

    def make(node: FakeNode, name: str | None = None, **limits: int) -> Mirror:
        engines.append(open_engine(new_database(name or str(len(engines)))))
        return Mirror(node, engines[-1], **limits)

    yield make
    for engine in engines:
        engine.dispose()


@pytest.fixture(scope="session")
def hundred_blocks() -> FakeNode:
    """Return a chain of a hundred blocks with every kind of event; not to be changed."""
    fake = FakeNode(SEED)
    fake.grow(100, acts=18)
    return fake


@pytest.fixture
def node(hundred_blocks: FakeNode) -> FakeNode:
    """Return a chain of a hundred blocks with every kind of event."""
    return FakeNode(SEED, blocks=list(hundred_blocks.blocks))
