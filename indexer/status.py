"""What the indexer is doing, in the one row of ``ops_indexer_status``; never part of the mirror."""

import logging
import time
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Engine, func, insert, select, update

from indexer.metrics import Meter
from indexer.store.checkpoint import read
from indexer.store.models import Block, IndexerStatus, QuarantinedLog
from indexer.store.rows import table_of
from indexer.sync import writing

log = logging.getLogger(__name__)

TABLE: Final = table_of(IndexerStatus)
ID: Final = 1


class Activity(StrEnum):
    """What the indexer is doing."""

    BACKFILLING = "backfilling"
    FOLLOWING = "following"
    FAILING = "failing"  # it keeps trying
    STOPPED = "stopped"


class StatusBoard:
    """Keeps the status row."""

    def __init__(self, engine: Engine, meter: Meter | None = None) -> None:
        self._engine = engine
        self._meter = meter or Meter()
        self._activity: Activity | None = None

    def doing(self, activity: Activity) -> None:
        """Note a change of activity."""
        if activity is not self._activity:
            log.info("%s", activity)
            self._write(activity=activity.value)
            self._activity = activity

    def alive(self) -> None:
        """Note that the indexer still runs, so that readers can tell a quiet chain from a dead process."""
        self._write()

    def failed(self, error: Exception) -> None:
        """Note an error after which the indexer tries again."""
        log.warning("%s", error)
        self._meter.errors += 1
        self._meter.alive()
        self._note(Activity.FAILING, error)

    def ended(self, error: Exception) -> None:
        """Note an error that ends the indexer, for whoever looks at its status later."""
        self._note(Activity.STOPPED, error)

    def _note(self, activity: Activity, error: Exception) -> None:
        self._write(activity=activity.value, last_error=str(error), last_error_at=int(time.time()))
        self._activity = activity

    def count(self, column: str, more: int = 1) -> None:
        """Add to ``reorgs``, ``refetches`` or ``gaps``."""
        if more:
            if column != "reorgs":
                setattr(self._meter, column, getattr(self._meter, column) + more)
            self._write(**{column: TABLE.c[column] + more})

    def _write(self, **values: Any) -> None:
        first = {"activity": Activity.BACKFILLING.value, "reorgs": 0, "refetches": 0, "gaps": 0}
        with writing(self._engine) as connection:
            if connection.scalar(select(TABLE.c.id)) is None:
                connection.execute(insert(TABLE).values(id=ID, updated_at=int(time.time()), **first))
            connection.execute(update(TABLE).values(updated_at=int(time.time()), **values))


def status_of(connection: Connection) -> Mapping[str, Any]:
    """Return everything `eranos index status` shows, as JSON values; block fields are None if nothing was indexed."""
    checkpoint = read(connection)
    row = connection.execute(select(TABLE)).mappings().one_or_none()
    quarantined = connection.scalar(select(func.count()).select_from(table_of(QuarantinedLog)))
    undoable = connection.scalar(select(func.count()).select_from(table_of(Block)))
    return {
        "chain_id": checkpoint and checkpoint.chain_id,
        "block_number": checkpoint and checkpoint.number,
        "block_hash": checkpoint and checkpoint.hash,
        "block_time": checkpoint and checkpoint.block_time,
        "label": checkpoint and checkpoint.label(),
        "head_number": checkpoint and checkpoint.head_number,
        "safe_number": checkpoint and checkpoint.safe_number,
        "finalized_number": checkpoint and checkpoint.finalized_number,
        "behind": checkpoint and max(0, checkpoint.head_number - checkpoint.number),
        "epoch": checkpoint and checkpoint.epoch,
        "undoable_blocks": max(0, (undoable or 0) - 1),
        "quarantined": quarantined,
        **({name: row[name] for name in row if name != "id"} if row else {"activity": None}),
    }
