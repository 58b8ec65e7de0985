"""Currencies that are or were on the allow-list."""

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import select

from api import fields
from api.database import Answer, Mirror, ReaderDep
from api.problems import read_failures
from api.records import CurrencyUnit, EventLink, currency_unit, last_event
from indexer.store import models
from indexer.store.models import CurrencyMetadata

# ---------------------------------------------------------------------------------------------------------- schemas


class CurrencyLinks(BaseModel):
    """Where to read more about a currency."""

    campaigns: fields.Path
    pools: fields.Path
    listings: fields.Path


class Currency(CurrencyUnit):
    """A currency that is or was listed. Delisting stops entry to campaigns in it, never an exit."""

    listed: bool
    listed_at: fields.Time
    delisted_at: fields.Time | None = Field(description="Null while it is listed.")
    last_event: EventLink
    links: CurrencyLinks


class CurrenciesAnswer(Answer):
    """Every currency that was ever listed."""

    currencies: list[Currency]


# ---------------------------------------------------------------------------------------------------------- queries


def all_currencies(mirror: Mirror) -> list[Currency]:
    """Return every currency, the first one listed in front."""
    statement = (
        select(models.Currency, CurrencyMetadata)
        .outerjoin(CurrencyMetadata, CurrencyMetadata.currency == models.Currency.currency)
        .order_by(models.Currency.listed_at, models.Currency.currency)
    )
    return [_currency(row, metadata) for row, metadata in mirror.session.execute(statement)]


def _currency(row: models.Currency, metadata: CurrencyMetadata | None) -> Currency:
    unit = currency_unit(row.currency, row, metadata)
    return Currency(
        **(vars(unit) | {"address": row.currency}),
        listed=row.listed,
        listed_at=row.listed_at,
        delisted_at=row.delisted_at,
        last_event=last_event(row),
        links=_links(fields.checksummed(row.currency)),
    )


def _links(address: str) -> CurrencyLinks:
    return CurrencyLinks(**{name: f"/v1/{name}?currency={address}" for name in ("campaigns", "pools", "listings")})


# ----------------------------------------------------------------------------------------------------------- routes

router = APIRouter(prefix="/currencies", tags=["currencies"])


@router.get("", summary="List currencies", responses=read_failures())
def list_all(reader: ReaderDep) -> CurrenciesAnswer:
    """Return every currency that is or was on the treasurer's allow-list."""
    with reader.open() as mirror:
        return CurrenciesAnswer(as_of=mirror.as_of, currencies=all_currencies(mirror))
