"""The one row that says how far the mirror is, moved by compare-and-swap so that two writers can't both succeed."""

from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, Table, delete, insert, select, update

from indexer.store.progress import Checkpoint as CheckpointRow

ID: Final = 1
MOST_BEHIND: Final = 10
"""Blocks behind the head from which readers should not rely on a mirror."""

TABLE: Final[Table] = CheckpointRow.__table__  # type: ignore[assignment]


class CheckpointConflict(Exception):
    """Another process moved the checkpoint since it was read."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a mirror is; see `progress.Checkpoint` for the fields."""

    chain_id: int
    genesis_hash: str
    config_digest: str
    epoch: int
    number: int
    hash: str
    block_time: int
    head_number: int
    safe_number: int
    finalized_number: int

    def label(self) -> str:
        """Return whether the checkpoint's block is ``finalized``, ``safe`` or neither (``head``)."""
        if self.number <= self.finalized_number:
            return "finalized"
        return "safe" if self.number <= self.safe_number else "head"


def read(connection: Connection) -> Checkpoint | None:
    """Return the checkpoint, None if nothing was ever indexed."""
    row = connection.execute(select(TABLE).where(TABLE.c.id == ID)).one_or_none()
    return None if row is None else Checkpoint(*row[1:])


def create(connection: Connection, checkpoint: Checkpoint) -> None:
    """Store the first checkpoint of an empty mirror."""
    connection.execute(insert(TABLE).values(id=ID, **_values(checkpoint)))


def move(connection: Connection, old: Checkpoint, new: Checkpoint) -> None:
    """Replace `old`, as it was read, by `new`, in the caller's transaction.

    Raises:
        CheckpointConflict: The stored one is no longer `old`; the caller must roll back and stop.
    """
    unchanged = (TABLE.c.id == ID, TABLE.c.epoch == old.epoch, TABLE.c.number == old.number, TABLE.c.hash == old.hash)
    if connection.execute(update(TABLE).where(*unchanged).values(_values(new))).rowcount != 1:
        raise CheckpointConflict(f"block {old.number} of epoch {old.epoch} is no longer the checkpoint")


def take_over(connection: Connection, checkpoint: Checkpoint) -> Checkpoint:
    """Begin a new epoch: whoever wrote before fails at the next write.

    Raises:
        CheckpointConflict: The stored one is no longer `checkpoint`.
    """
    taken = replace(checkpoint, epoch=checkpoint.epoch + 1)
    move(connection, checkpoint, taken)
    return taken


def remove(connection: Connection) -> None:
    """Forget the checkpoint, when the mirror is emptied."""
    connection.execute(delete(TABLE))


def _values(checkpoint: Checkpoint) -> dict[str, Any]:
    return {column.name: getattr(checkpoint, column.name) for column in TABLE.columns if column.name != "id"}
