"""An indexer killed at any instant loses nothing and doubles nothing (SIGKILL: no handler, no clean-up)."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import deployments
from indexer.store import checkpoint as checkpoints
from indexer.store.session import open_engine, reading
from indexer.verify import compare_with_events
from tests.indexer.conftest import MakeMirror
from tests.indexer.fake_chain import FakeNode
from tests.indexer.fake_server import Rpc, serving
from tests.indexer.test_cli import record_of

KILLS = 250 if os.environ.get("ERANOS_FAULTS") == "full" else 3
"""On each database."""


def test_once__killed_at_random_instants__same_mirror_as_left_in_peace(
    tmp_path: Path, new_database: Callable[[str], str], make_mirror: MakeMirror
) -> None:
    chance = random.Random(1)
    node = FakeNode(seed=51)
    node.grow(400, acts=5)
    fresh = make_mirror(node)
    fresh.catch_up()
    rpc = Rpc(node)
    rpc.delay = 0.004
    with pytest.MonkeyPatch.context() as patch, serving(rpc) as url:
        patch.setenv(deployments.FOLDER_VARIABLE, str(tmp_path))
        deployments.save(record_of(node))
        patch.setenv("ERANOS_INDEX_RPC_URL", url)
        patch.setenv("ERANOS_INDEX_MAX_RANGE", "4")
        killed = 0
        while killed < KILLS:
            name = f"after_{killed}"
            kills = _index(new_database(name), chance, KILLS - killed)
            assert kills, "no process was killed at its work"
            killed += kills
            survivor = make_mirror(node, name)
            assert survivor.digest() == fresh.digest()
            with reading(survivor.engine) as connection:
                assert list(compare_with_events(connection)) == []


def _index(database: str, chance: random.Random, most: int) -> int:
    """Index the whole chain into a new database, killing the process again and again; return how often."""
    command = [sys.executable, "-m", "eranos.cli", "index", "once"]
    variables = os.environ | {"ERANOS_INDEX_DATABASE_URL": database}
    killed = 0
    while True:
        before = _checkpoint(database)
        process = subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if killed < most:
            _wait_for_progress(database, before, process)
            time.sleep(chance.random() * 0.05)
            process.kill()
        _, errors = process.communicate(timeout=60)
        if process.returncode == 0:
            return killed
        assert process.returncode == -9, errors.decode()
        killed += 1


def _wait_for_progress(database: str, before: int, process: "subprocess.Popen[bytes]") -> None:
    """Wait until the process has committed something, so that the kill falls into its work."""
    end = time.monotonic() + 30
    while _checkpoint(database) == before and process.poll() is None and time.monotonic() < end:
        time.sleep(0.005)


def _checkpoint(database: str) -> int:
    """Return the number of the last applied block, -1 before the first."""
    engine = open_engine(database, read_only=True)
    try:
        with reading(engine) as connection:
            if not engine.dialect.has_table(connection, "checkpoint"):
                return -1
            stored = checkpoints.read(connection)
            return -1 if stored is None else stored.number
    finally:
        engine.dispose()
