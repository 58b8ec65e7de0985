"""One story for all: played once on a chain of its own, indexed twice while it is played.

One indexer is left in peace, the other is killed ten times. Both must end with the same mirror.
"""

import os
import random
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

import deployments
from deployments import Deployment
from scripts._lab.contracts import Contract
from scripts._lab.http import Api
from scripts._lab.local import Place, deploy_lab_on, eranos, start_api, start_chain, start_indexer, wait_for_block
from scripts._lab.processes import Child, Processes
from scripts._lab.rpc import Rpc
from scripts._lab.storytelling import tell_story

KILLS = 10
#: Names the seed of a failed run, to repeat it.
SEED_VARIABLE = "ERANOS_E2E_SEED"
#: Acts of the story, roughly; kills happen among them.
ACTS = 300
#: Makes the indexer commit often, so that a kill falls between commits.
SMALL_STEPS = {"ERANOS_INDEX_MAX_RANGE": "3", "ERANOS_INDEX_POLL_SECONDS": "0.05"}
PATIENCE = 60


def free_port() -> int:
    """Returns a port that nothing listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def checkpoint_of(place: Place) -> int:
    """Returns the last block indexed, -1 if there is none yet."""
    path = place.database_url.removeprefix("sqlite:///")
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as connection:
            row = connection.execute("select number from checkpoint").fetchone()
    except sqlite3.OperationalError:  # no file or no table yet
        return -1
    return -1 if row is None else int(row[0])


def run_eranos(place: Place, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs a command of ours with the settings of a place."""
    return subprocess.run(
        [eranos(), *arguments], env={**os.environ, **place.environment}, capture_output=True, text=True, check=False
    )


@dataclass
class Saboteur:
    """Kills an indexer at ten random moments of the story, every second time while it is writing.

    Attributes:
        processes: Where the indexer runs.
        place: What it writes to.
        seed: Makes a failing run repeatable; printed with it.
    """

    processes: Processes
    place: Place
    seed: int
    killed_at: list[int] = field(default_factory=list)
    """Checkpoint at each kill."""
    acts: int = 0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.moments = set(self.random.sample(range(5, ACTS), KILLS))
        self.child: Child = start_indexer(self.processes, self.place, SMALL_STEPS)
        self.started_from = -1

    def after_act(self) -> None:
        """Kills and starts again if this is one of the moments."""
        self.acts += 1
        if self.acts not in self.moments:
            return
        if len(self.killed_at) % 2:
            time.sleep(self.random.uniform(0, 2))
        else:
            self._until_it_writes()
            time.sleep(self.random.uniform(0, 0.05))
        self.processes.kill(self.child)
        self.started_from = checkpoint_of(self.place)
        self.killed_at.append(self.started_from)
        self.child = start_indexer(self.processes, self.place, SMALL_STEPS)

    def _until_it_writes(self) -> None:
        self.processes.wait_until("a write", lambda: checkpoint_of(self.place) > self.started_from, PATIENCE)


@dataclass(frozen=True)
class Played:
    """What is left when the story is told and indexed."""

    rpc: Rpc
    deployment: Deployment
    contracts: dict[str, Contract]
    transactions: int
    checks: int
    calm: Place
    """The mirror of the indexer that was left in peace."""
    disturbed: Place
    """The mirror of the indexer that was killed."""
    saboteur: Saboteur

    def head(self) -> int:
        """Returns the number of the last block; nobody makes another one."""
        return int(self.rpc.call("eth_blockNumber"), 16)


@pytest.fixture(scope="session", autouse=True)
def records(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keeps the records of these chains out of the repository."""
    folder = tmp_path_factory.mktemp("deployments")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(deployments.FOLDER_VARIABLE, str(folder))
        yield folder


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory, records: Path) -> Iterator[Played]:
    """The story, played to the end and indexed up to its last block."""
    folder = tmp_path_factory.mktemp("lab")
    rpc_port, api_port = free_port(), free_port()
    calm = Place(folder / "calm", rpc_port, api_port)
    disturbed = Place(folder / "disturbed", rpc_port, api_port)
    for place in (calm, disturbed):
        place.folder.mkdir()
    with Processes(folder / "logs") as processes, Processes(folder / "disturbed" / "logs") as victims:
        rpc = start_chain(processes, calm)
        deployment = deploy_lab_on(calm, rpc)
        start_indexer(processes, calm)
        saboteur = Saboteur(victims, disturbed, seed=int(os.environ.get(SEED_VARIABLE) or random.randrange(2**32)))
        print(f"kills are drawn from the seed {saboteur.seed}")
        told = tell_story(rpc, deployment, calm.documents, tell=lambda line: None, after_act=saboteur.after_act)
        result = Played(rpc, deployment, told.contracts, told.transactions, told.checks, calm, disturbed, saboteur)
        head = result.head()
        for place, owner in ((calm, processes), (disturbed, victims)):
            owner.wait_until("the indexer", lambda place=place: checkpoint_of(place) >= head, PATIENCE)
        yield result


@pytest.fixture(scope="session")
def api(played: Played, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """The API over the mirror of the indexer that was left in peace."""
    with Processes(tmp_path_factory.mktemp("api-logs")) as processes:
        api = start_api(processes, played.calm)
        wait_for_block(processes, api, played.head())
        yield api


@contextmanager
def forged(played: Played, folder: Path, *statements: str) -> Iterator[Api]:
    """The API over a copy of that mirror in which somebody has written."""
    place = replace(played.calm, folder=folder, api_port=free_port())
    paths = [where.database_url.removeprefix("sqlite:///") for where in (played.calm, place)]
    with closing(sqlite3.connect(paths[0])) as original, closing(sqlite3.connect(paths[1])) as copy:
        original.backup(copy)
        for statement in statements:
            assert copy.execute(statement).rowcount == 1, statement
        copy.commit()
    with Processes(folder / "logs") as processes:
        api = start_api(processes, place)
        wait_for_block(processes, api, played.head())
        yield api
