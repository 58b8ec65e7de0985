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

T = TypeVar("T")


class Mirror:
    """A mirror of a fake chain."""

    def __init__(self, node: FakeNode, url: str, **limits: int) -> None:
        self.node = node
        self.engine: Engine = open_engine(url)
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
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database file with the schema and nothing in it."""
    path = tmp_path_factory.mktemp("empty") / "empty.db"
    engine = open_engine(f"sqlite:///{path}")
    schema.upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def make_mirror(empty_database: Path, tmp_path: Path) -> Iterator[MakeMirror]:
    """Return a factory of mirrors, each in its own database file; the same name opens the same file."""
    made: list[Mirror] = []

    def make(node: FakeNode, name: str | None = None, **limits: int) -> Mirror:
        path = tmp_path / f"{name or len(made)}.db"
        if not path.exists():
            shutil.copy(empty_database, path)
        made.append(Mirror(node, f"sqlite:///{path}", **limits))
        return made[-1]

    yield make
    for mirror in made:
        mirror.engine.dispose()


@pytest.fixture(scope="session")
def hundred_blocks() -> FakeNode:
    """Return a chain of a hundred blocks with every kind of event; not to be changed."""
    fake = FakeNode(seed=3)
    fake.grow(100, acts=12)
    return fake


@pytest.fixture
def node(hundred_blocks: FakeNode) -> FakeNode:
    """Return a chain of a hundred blocks with every kind of event."""
    return FakeNode(seed=3, blocks=list(hundred_blocks.blocks))
