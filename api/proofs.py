"""Proofs: one file for each event of a final block, for `eranos audit proof` or whoever checks it by hand."""

import zlib
from hashlib import sha256
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, Field
from sqlalchemy import func, select, union_all

from api import fields
from api.database import IMMUTABLE, Mirror, ReaderDep
from api.errors import NotModified
from api.problems import NOT_FINAL_YET, UNKNOWN_EVENT, read_failures
from indexer.store.event_tables import EVENTS
from indexer.store.models import EventProof
from serving.conditional import is_held
from serving.problems import Problem

# ---------------------------------------------------------------------------------------------------------- schemas

HexBytes = Annotated[str, Field(description="0x text in lower case.", examples=["0xf90262a0"])]


class ProvedRecord(BaseModel):
    """What a proof proves, in words; a checker computes it from the rest."""

    chain_id: int | None = Field(description="That the transaction was signed for.", examples=[31337])
    block_number: int = Field(examples=[4217])
    block_hash: fields.Hash
    block_time: str = Field(description="RFC 3339, UTC.", examples=["2026-11-22T10:25:17Z"])
    tx_hash: fields.Hash
    address: str = Field(description="Contract that emitted the event.", examples=[fields.ADDRESS_EXAMPLE])
    event: str = Field(examples=["PledgeMade"])
    signature: str = Field(description="As hashed for topic 0.")
    arguments: dict[str, Any] = Field(
        description="In declared order; integers as decimal text.", examples=[{"campaignId": "1", "amount": "25000000"}]
    )


class ProofFile(BaseModel):
    """A proof; docs/proofs.md says how to check it."""

    format: Literal["eranos-proof"]
    version: Literal[1]
    record: ProvedRecord
    header: HexBytes = Field(description="RLP of the block's header; its Keccak-256 is the block hash.")
    transaction_index: int = Field(description="Place of the transaction in its block.", examples=[0])
    transaction: list[str] = Field(description="Nodes of the transactions trie, from the root on.")
    receipt: list[str] = Field(description="Nodes of the receipts trie, from the root on.")
    log: int = Field(description="Place of the log in its receipt.", examples=[0])


# ---------------------------------------------------------------------------------------------------------- queries


def find_proof(mirror: Mirror, tx_hash: str, log_index: int) -> bytes:
    """Return the file of an event's proof.

    Raises:
        Problem: There is no such event, or no proof of it yet.
    """
    known = select(EventProof).where(EventProof.tx_hash == tx_hash, EventProof.log_index == log_index)
    stored = mirror.session.scalars(known).first()
    if stored is not None and stored.proof is not None:
        return zlib.decompress(stored.proof)
    if stored is not None or _waits(mirror, tx_hash, log_index):
        raise Problem(NOT_FINAL_YET, NOT_FINAL_YET.meaning)
    raise Problem(UNKNOWN_EVENT, f"Transaction {tx_hash} has no event of the lab at {log_index}")


def _waits(mirror: Mirror, tx_hash: str, log_index: int) -> bool:
    """Return whether there is such an event among those of which no proof was tried; they come after all others."""
    tried = mirror.session.scalar(select(func.max(EventProof.event_key)))
    parts = [
        select(t.c.event_key).where(
            t.c.event_key > (-1 if tried is None else tried), t.c.tx_hash == tx_hash, t.c.log_index == log_index
        )
        for t in (event.table for event in EVENTS.values())
    ]
    return mirror.session.execute(union_all(*parts)).first() is not None


# ----------------------------------------------------------------------------------------------------------- routes

router = APIRouter(prefix="/proofs", tags=["proofs"])


@router.get(
    "/{tx_hash}/{log_index}",
    summary="Read an event's proof",
    response_model=ProofFile,
    responses=read_failures(UNKNOWN_EVENT, NOT_FINAL_YET),
)
def read_proof(
    reader: ReaderDep,
    tx_hash: Annotated[fields.HashText, Path(description="Hash of the transaction.")],
    log_index: Annotated[fields.LogIndex, Path(description="Position of the event in its block.")],
) -> Response:
    """Return the file that proves one event to whoever trusts nothing but its block's hash. It never changes."""
    with reader.open_now() as mirror:
        file = find_proof(mirror, tx_hash, log_index)
    etag = f'"{sha256(file).hexdigest()[:32]}"'
    if is_held(reader.request, etag):
        raise NotModified(etag, IMMUTABLE)
    return Response(file, media_type="application/json", headers={"Cache-Control": IMMUTABLE, "ETag": etag})
