"""How the mirror is doing: how far it is, whether it agrees with the chain, and what it could not explain."""

import re
from collections.abc import Sequence
from typing import Any, Final

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api import fields
from api.database import NOTHING_INDEXED, Answer, Mirror, ReaderDep
from api.problems import read_failures
from api.records import EventLink, last_event, values_of
from indexer.store import indexes, models
from indexer.store.checkpoint import MOST_BEHIND
from indexer.store.models import IndexerStatus, LabPause, QuarantinedLog

SHOWN_LOGS: Final = 20
NOT_FOLLOWING: Final = frozenset({"failing", "stopped"})
"""Activities of an indexer while which the mirror grows old."""
_URL: Final = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s'\"]+", re.IGNORECASE)

# ---------------------------------------------------------------------------------------------------------- schemas


class Checkpoint(BaseModel):
    """How far the mirror is, and where the node saw the chain at that step."""

    block_number: int
    block_hash: fields.Hash
    block_time: fields.Time
    epoch: int = Field(description="Raised by each indexer that takes over writing.")
    head_number: int
    safe_number: int
    finalized_number: int


class Lag(BaseModel):
    """How far the mirror is behind, as the indexer knew at its last step."""

    blocks: int
    seconds: int | None = Field(
        description="From the time of the checkpoint's block to the indexer's last sign of life; null if unknown. On a "
        "quiet chain without new blocks it grows although nothing is missing."
    )


class Indexer(BaseModel):
    """What the indexer is doing; times are of its machine's clock."""

    activity: str = Field(description="backfilling, following, failing or stopped.", examples=["following"])
    updated_at: fields.Time = Field(description="Last sign of life.")
    last_error: str | None
    last_error_at: fields.Time | None
    reorgs: int = Field(description="Since the database was made.")
    refetches: int = Field(description="Answers of the node that lacked logs and were asked for again.")
    gaps: int = Field(description="Blocks whose stored events differed from a second look at the node.")


class Journal(BaseModel):
    """A contract's journal, recomputed from the mirrored events; compare it with `journal()` on chain."""

    contract: str = Field(examples=["Crowdfunding"])
    address: fields.Address
    sequence: int = Field(description="Events that it counts.")
    digest: str = Field(description="Hash chain over them, 26 bytes.")
    last_event: EventLink


class LastReconciliation(BaseModel):
    """The last comparison of the mirror with contract calls."""

    checked_at: fields.Time
    block_number: int
    block_hash: fields.Hash
    compared: int = Field(description="Values compared.")
    differences: int = Field(description="Values that differ.")


class QuarantinedEvent(BaseModel):
    """A log of a contract of the lab that no ABI explains."""

    block_number: int
    tx_hash: fields.Hash
    log_index: int
    address: fields.Address
    reason: str


class Quarantine(BaseModel):
    """Logs that no ABI explains. None is skipped in silence."""

    count: int
    newest: list[QuarantinedEvent] = Field(description="The newest 20.")


class Pause(BaseModel):
    """A pause of a contract's entry acts. Exits are never paused."""

    contract: str
    paused_until: fields.Time
    active: bool = Field(description="Whether entry acts are stopped at the time of `as_of`.")


class StatusAnswer(Answer):
    """How the mirror is doing."""

    chain_id: int = Field(examples=[31337])
    genesis_hash: fields.Hash
    checkpoint: Checkpoint
    lag: Lag
    indexer: Indexer | None
    journals: list[Journal]
    quarantine: Quarantine
    reconciliation: LastReconciliation | None = Field(description="Null if none was made yet.")
    pauses: list[Pause]


# ---------------------------------------------------------------------------------------------------------- queries


def status_of(mirror: Mirror) -> dict[str, Any]:
    """Return everything that the status answer holds."""
    session, checkpoint = mirror.session, mirror.checkpoint
    indexer = session.scalars(select(IndexerStatus)).first()
    last = session.scalars(select(models.Reconciliation).order_by(models.Reconciliation.id.desc()).limit(1)).first()
    journals = session.scalars(select(models.Journal).order_by(models.Journal.contract_name))
    return {
        "as_of": mirror.as_of,
        "chain_id": checkpoint.chain_id,
        "genesis_hash": checkpoint.genesis_hash,
        "checkpoint": values_of(checkpoint) | {"block_number": checkpoint.number, "block_hash": checkpoint.hash},
        "lag": {
            "blocks": max(0, checkpoint.head_number - checkpoint.number),
            "seconds": max(0, indexer.updated_at - checkpoint.block_time) if indexer else None,
        },
        "indexer": values_of(indexer) | {"last_error": without_addresses(indexer.last_error)} if indexer else None,
        "journals": [
            values_of(row) | {"contract": row.contract_name, "address": row.contract, "last_event": last_event(row)}
            for row in journals
        ],
        "quarantine": _quarantine(mirror),
        "reconciliation": values_of(last) if last else None,
        "pauses": [_pause(row, mirror.now) for row in pauses_of(mirror)],
    }


def pauses_of(mirror: Mirror) -> Sequence[LabPause]:
    """Return the last pause of each contract that was ever paused."""
    return mirror.session.scalars(select(LabPause).order_by(LabPause.contract_name)).all()


def seen_following(mirror: Mirror) -> int | None:
    """Return when the indexer, as far as it told, last kept the mirror up to date; None if it does not now.

    Returns:
        Unix time of its machine's clock.
    """
    indexer = mirror.session.scalars(select(IndexerStatus)).first()
    return indexer.updated_at if indexer and indexer.activity not in NOT_FOLLOWING else None


def why_not_ready(session: Session) -> str | None:
    """Return why readers should not rely on the mirror yet, None if they may."""
    checkpoint = session.scalars(select(models.Checkpoint)).first()
    if checkpoint is None:
        return NOTHING_INDEXED
    if indexes.missing(session.connection()):
        return f"history is being loaded: block {checkpoint.number} of {checkpoint.finalized_number}"
    behind = checkpoint.head_number - checkpoint.number
    return f"{behind} blocks behind the head" if behind > MOST_BEHIND else None


def without_addresses(message: str | None) -> str | None:
    """Return an error message without network addresses: a node's may hold a key."""
    return None if message is None else _URL.sub("(address)", message)


def _quarantine(mirror: Mirror) -> dict[str, Any]:
    newest = mirror.session.scalars(select(QuarantinedLog).order_by(QuarantinedLog.event_key.desc()).limit(SHOWN_LOGS))
    return {
        "count": mirror.session.scalar(select(func.count()).select_from(QuarantinedLog)),
        "newest": [values_of(row) | {"address": row.contract} for row in newest],
    }


def _pause(row: LabPause, now: int) -> dict[str, Any]:
    until = row.paused_until if row.resumed_at is None else row.resumed_at
    return {"contract": row.contract_name, "paused_until": until, "active": now < until}


# ----------------------------------------------------------------------------------------------------------- routes

router = APIRouter(prefix="/status", tags=["status"])


@router.get("", summary="Read the mirror's status", responses=read_failures())
def read_status(reader: ReaderDep) -> StatusAnswer:
    """Return how far the mirror is, its journals, and the last comparison with the chain."""
    with reader.open_now() as mirror:
        return StatusAnswer.model_validate(status_of(mirror))
