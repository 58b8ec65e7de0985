"""The checkpoint and its fence.

move
├── another writer moved it, took over, or removed it ... CheckpointConflict, nothing changed
└── unchanged since it was read ......................... replaced
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from indexer.store import checkpoint as checkpoints
from indexer.store import schema
from indexer.store.checkpoint import Checkpoint, CheckpointConflict
from indexer.store.session import open_engine

FIRST = Checkpoint(1, "0x" + "0a" * 32, "0x" + "0c" * 32, 1, 7, "0x" + "07" * 32, 70, 20, 12, 10)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Return a database with a checkpoint."""
    opened = open_engine(f"sqlite:///{tmp_path}/a.db")
    schema.upgrade(opened)
    with opened.begin() as connection:
        checkpoints.create(connection, FIRST)
    yield opened
    opened.dispose()


def moved_meanwhile(connection: Connection) -> None:
    """Do what another writer would."""
    checkpoints.move(connection, FIRST, replace(FIRST, number=8))


def reorganized_meanwhile(connection: Connection) -> None:
    """Replace the block at the same height."""
    checkpoints.move(connection, FIRST, replace(FIRST, hash="0x" + "08" * 32))


def taken_over_meanwhile(connection: Connection) -> None:
    """Start another process."""
    checkpoints.take_over(connection, FIRST)


@pytest.mark.parametrize(
    "meanwhile", [moved_meanwhile, reorganized_meanwhile, taken_over_meanwhile, checkpoints.remove]
)
def test_move__changed_meanwhile__conflict(engine: Engine, meanwhile: Callable[[Connection], None]) -> None:
    with engine.begin() as connection:
        meanwhile(connection)
        before = checkpoints.read(connection)
        with pytest.raises(CheckpointConflict, match="block 7 of epoch 1"):
            checkpoints.move(connection, FIRST, replace(FIRST, number=9))
        assert checkpoints.read(connection) == before


def test_move__unchanged__replaced(engine: Engine) -> None:
    new = replace(FIRST, number=9, hash="0x" + "09" * 32, block_time=90, head_number=21, finalized_number=11)
    with engine.begin() as connection:
        checkpoints.move(connection, FIRST, new)
    with engine.begin() as connection:
        assert checkpoints.read(connection) == new


def test_take_over__raises_the_epoch(engine: Engine) -> None:
    with engine.begin() as connection:
        assert checkpoints.take_over(connection, FIRST) == replace(FIRST, epoch=2)


def test_label__by_what_the_node_said() -> None:
    labels = {number: replace(FIRST, number=number).label() for number in (10, 11, 12, 13)}
    assert labels == {10: "finalized", 11: "safe", 12: "safe", 13: "head"}
