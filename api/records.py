"""What many records have in common: links to the event that changed them last, and the unit of their amounts."""

from typing import Any, Protocol

from pydantic import BaseModel, Field

from api import fields
from indexer.store.columns import block_of
from indexer.store.models import Currency, CurrencyMetadata


class EventLink(BaseModel):
    """Where an event stands on chain."""

    event_key: int = Field(description="Block number * 2^20 + log index.", examples=[4421844992])
    block_number: int = Field(examples=[4217])
    tx_hash: fields.Hash
    log_index: int = Field(description="Position in the block.", examples=[3])
    block_time: fields.Time
    href: fields.Path
    proof: fields.Path = Field(description="Where its proof is, once its block is final.")


class CurrencyUnit(BaseModel):
    """The currency of the amounts in a record. Name and symbol are as its contract says; null until read."""

    address: fields.Address
    decimals: int | None = Field(description="Amounts are base units: 10^decimals of them are one unit.", examples=[6])
    symbol: str | None = Field(examples=["tEUR"])
    name: str | None = Field(examples=["Test Euro"])


class Mirrored(Protocol):
    """A row that names the event that changed it last."""

    @property
    def last_event_key(self) -> int:
        """Packed key."""

    @property
    def last_tx_hash(self) -> str:
        """0x text."""

    @property
    def last_log_index(self) -> int:
        """From 0, in the block."""

    @property
    def last_block_time(self) -> int:
        """Unix time."""


def event_path(event_key: int) -> str:
    """Return where an event is shown."""
    return f"/v1/events/{event_key}"


def proof_path(tx_hash: str, log_index: int) -> str:
    """Return where the proof of an event is served."""
    return f"/v1/proofs/{tx_hash}/{log_index}"


def last_event(row: Mirrored) -> EventLink:
    """Return the link to the event that changed `row` last."""
    return EventLink(
        event_key=row.last_event_key,
        block_number=block_of(row.last_event_key),
        tx_hash=row.last_tx_hash,
        log_index=row.last_log_index,
        block_time=row.last_block_time,
        href=event_path(row.last_event_key),
        proof=proof_path(row.last_tx_hash, row.last_log_index),
    )


def currency_unit(address: str, currency: Currency | None, metadata: CurrencyMetadata | None) -> CurrencyUnit:
    """Return the unit of amounts in a currency."""
    return CurrencyUnit(
        address=address,
        decimals=currency.decimals if currency else None,
        symbol=metadata.symbol if metadata else None,
        name=metadata.name if metadata else None,
    )


def document_path(digest: str | None) -> str | None:
    """Return where the document with this SHA-256 (0x text) is served; None for none."""
    return f"/documents/{digest.removeprefix('0x')}" if digest else None


def values_of(row: object) -> dict[str, Any]:
    """Return the columns of a loaded row by name, for a model that takes those it knows."""
    return dict(vars(row))
