"""Who writes: on PostgreSQL any number of indexers run and one leads; on SQLite a second one is refused (`test_cli`).

holding
├── held by another ............... refused
├── its connection is gone ........ the holder finds out before it writes
└── its holder is gone ............ the next one gets it
run
├── leader killed ................. a follower takes over within five seconds
└── leader cut off from its lock .. steps down at its next write and follows
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

import deployments
from indexer.errors import AnotherWriter
from indexer.fetch import Fetcher
from indexer.store.session import DatabaseTaken, LeadLost, holding, open_engine
from indexer.sync import Indexer
from tests.indexer.conftest import MakeMirror, run
from tests.indexer.fake_chain import FakeNode
from tests.indexer.fake_server import Rpc, serving
from tests.indexer.test_cli import record_of, wait_until
from tests.postgres import Server

TAKES_OVER_WITHIN = 5.0


def cut_off(server: Server, url: str) -> None:
    """End the connection that holds the lock of a database, from outside."""
    name = url.rpartition("/")[2]
    server.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database "
        f"WHERE locktype = 'advisory' AND datname = '{name}'"
    )


@pytest.mark.parametrize("new_database", ["postgresql"], indirect=True)
def test_holding__taken_cut_off_and_free_again(postgres: Server, new_database: Callable[[str], str]) -> None:
    url = new_database("one")
    first, second = open_engine(url), open_engine(url)
    with holding(first) as lead:
        lead.check()
        with pytest.raises(DatabaseTaken, match="another process writes to"), holding(second):
            pass
        cut_off(postgres, url)
        with pytest.raises(LeadLost, match="the connection that held the lock is gone"):
            lead.check()
        with holding(second) as next_lead:
            next_lead.check()
    first.dispose()
    second.dispose()


@pytest.mark.parametrize("new_database", ["postgresql"], indirect=True)
def test_step__lock_connection_died__nothing_written(
    node: FakeNode, make_mirror: MakeMirror, postgres: Server, new_database: Callable[[str], str]
) -> None:
    mirror = make_mirror(node, "one")
    before = mirror.digest()
    with holding(mirror.engine) as lead:
        indexer = Indexer(node, mirror.engine, node.watched(), mirror.fetcher, lead)
        run(indexer.start())
        cut_off(postgres, new_database("one"))
        with pytest.raises(AnotherWriter, match="somebody else may lead by now"):
            run(step_and_stop(indexer, mirror.fetcher))
    assert mirror.digest() == before


async def step_and_stop(indexer: Indexer, fetcher: Fetcher) -> None:
    """Do one step, and end what it asked for ahead in the same event loop."""
    try:
        await indexer.step()
    finally:
        await fetcher.stop()


class Lab:
    """Indexers of one chain and one database, each a process."""

    def __init__(self, folder: Path, node: FakeNode, url: str, database: str) -> None:
        self.folder = folder
        self.node = node
        self._variables = os.environ | {
            "ERANOS_INDEX_RPC_URL": url,
            "ERANOS_INDEX_DATABASE_URL": database,
            "ERANOS_INDEX_POLL_SECONDS": "0.1",
            "ERANOS_INDEX_RECONCILE_SECONDS": "0",
        }
        self._engine = create_engine(database)
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> "subprocess.Popen[bytes]":
        """Start one more indexer."""
        with (self.folder / f"log{len(self.processes)}").open("wb") as log:
            command = [sys.executable, "-m", "eranos.cli", "index", "run"]
            self.processes.append(subprocess.Popen(command, env=self._variables, stderr=log))
        return self.processes[-1]

    def log(self, number: int) -> str:
        """Return what an indexer said."""
        return (self.folder / f"log{number}").read_text()

    def state(self) -> tuple[int, int]:
        """Return epoch and block of the checkpoint; zeros before the first."""
        with self._engine.connect() as connection:
            row = connection.execute(text("SELECT epoch, number FROM checkpoint")).one_or_none()
        return (0, 0) if row is None else (row[0], row[1])

    def close(self) -> None:
        """Stop everything."""
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            process.wait(20)
        self._engine.dispose()


@contextmanager
def lab(folder: Path, database: str) -> Iterator[Lab]:
    """Serve a chain and run indexers on a database."""
    node = FakeNode(seed=61)
    node.grow(60)
    with pytest.MonkeyPatch.context() as patch, serving(Rpc(node)) as url:
        patch.setenv(deployments.FOLDER_VARIABLE, str(folder))
        deployments.save(record_of(node))
        made = Lab(folder, node, url, database)
        try:
            yield made
        finally:
            made.close()


@pytest.mark.parametrize("new_database", ["postgresql"], indirect=True)
def test_run__leader_killed_and_the_next_cut_off__followers_take_over(
    tmp_path: Path, postgres: Server, new_database: Callable[[str], str]
) -> None:
    url = new_database("one")
    with lab(tmp_path, url) as place:
        leader = place.start()
        wait_until(lambda: place.state() == (1, 60))
        place.start()
        place.start()
        wait_until(lambda: all("another indexer leads" in place.log(i) for i in (1, 2)))

        leader.kill()
        leader.wait()
        killed = time.monotonic()
        wait_until(lambda: place.state()[0] == 2)
        assert time.monotonic() - killed < TAKES_OVER_WITHIN

        cut_off(postgres, url)
        place.node.grow(3)
        wait_until(lambda: place.state() == (3, 63))
        wait_until(lambda: sum("following again" in place.log(i) for i in (1, 2)) == 1)
    assert [process.returncode for process in place.processes[1:]] == [0, 0]
