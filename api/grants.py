"""Public money as grants in the 360Giving data standard, for those who compare it with grants of others.

A grant is what one pool owes one campaign that it enrolled: awarded is what citizens' pledges called, or a gift that is
kept for the campaign; disbursed is what was paid as milestones were released. The standard wants a currency of
ISO 4217, which no contract tells: settings do.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from sqlalchemy import select
from sqlalchemy.orm import aliased

from api import fields
from api.database import Mirror, ReaderDep, base_of
from api.money import in_units
from api.pools.views import reservation_path
from api.problems import NO_GRANTS, read_failures
from api.records import event_path
from api.settings import Settings
from api.titles import name_of, title_of
from api.words import CAMPAIGN, POOL, Language
from indexer.store.models import Campaign, Currency, Entity, Funder, Pool, Reservation
from serving.problems import Problem

VERSION: Final = "1.3"
LICENSE: Final = "https://creativecommons.org/publicdomain/zero/1.0/"
TERRITORY: Final = re.compile("[A-Z]{2}(-[A-Z0-9]{1,3})?")
"""Of ISO 3166-2, or a country of ISO 3166-1."""

# ---------------------------------------------------------------------------------------------------------- schemas


class _Standard(BaseModel):
    """Fields are written as the standard names them."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, serialize_by_alias=True)


class Organization(_Standard):
    """A public body that funds, or an entity that receives."""

    id: str = Field(examples=["360G-eranos-ORG-3"])
    name: str
    url: str


class Location(_Standard):
    """Where a campaign is."""

    country_code: str = Field(examples=["ES"])
    geo_code: str = Field(examples=["ES-SE"])
    geo_code_type: str = Field(examples=["ISO 3166-2"])


class GrantProgramme(_Standard):
    """The pool."""

    code: str = Field(examples=["2"])
    title: str
    url: str


class Document(_Standard):
    """The event that proves the figures."""

    title: str
    url: str


class Grant(_Standard):
    """What one pool gives to one campaign."""

    id: str = Field(examples=["360G-eranos-31337-2-7"])
    title: str
    description: str
    currency: str = Field(examples=["EUR"])
    amount_awarded: float = Field(description="In units, as the standard wants it; `amountAwardedExact` is exact.")
    amount_awarded_exact: str = Field(description="In units, every digit; not of the standard.", examples=["1250.5"])
    amount_disbursed: float
    amount_disbursed_exact: str = Field(description="Not of the standard.", examples=["0"])
    award_date: date = Field(description="Day on which the pool enrolled the campaign.")
    url: str
    recipient_organization: list[Organization]
    funding_organization: list[Organization]
    grant_programme: list[GrantProgramme]
    beneficiary_location: list[Location]
    related_document: list[Document]
    date_modified: fields.Time
    data_source: str


class Publisher(_Standard):
    """Who publishes."""

    name: str


class GrantPackage(_Standard):
    """A 360Giving grant package."""

    version: str
    title: str
    publisher: Publisher
    license: str
    modified: fields.Time
    download_url: str = Field(alias="downloadURL")
    left_out: int = Field(description="Grants in currencies whose ISO 4217 code is not set; not of the standard.")
    grants: list[Grant]


# ---------------------------------------------------------------------------------------------------------- queries


class Found(NamedTuple):
    """A grant with whom and what it concerns."""

    reservation: Reservation
    pool: Pool
    campaign: Campaign
    organizer: Entity
    manager: Entity
    currency: Currency


def all_grants(mirror: Mirror) -> list[Found]:
    """Return what each pool owes or paid to each campaign that it enrolled, if that is anything, oldest first."""
    manager = aliased(Entity)
    statement = (
        select(Reservation, Pool, Campaign, Entity, manager, Currency)
        .join(Pool, Pool.pool_id == Reservation.pool_id)
        .join(Campaign, Campaign.campaign_id == Reservation.campaign_id)
        .join(Entity, Entity.entity_id == Campaign.organizer)
        .join(manager, manager.entity_id == Pool.manager)
        .join(Currency, Currency.currency == Pool.currency)
        .where(Reservation.enrolled_at.is_not(None), Reservation.reserved > 0)
        .order_by(Reservation.requested_event_key)
    )
    return [Found(*row) for row in mirror.session.execute(statement)]


def funders_of(mirror: Mirror) -> dict[int, list[Entity]]:
    """Return the public bodies that paid into each pool."""
    statement = (
        select(Funder.pool_id, Entity)
        .join(Entity, Entity.entity_id == Funder.entity_id)
        .order_by(Funder.pool_id, Funder.entity_id)
    )
    found: dict[int, list[Entity]] = {}
    for pool_id, entity in mirror.session.execute(statement):
        found.setdefault(pool_id, []).append(entity)
    return found


class _Writer(NamedTuple):
    """Writes grants for one request."""

    settings: Settings
    base: str
    chain_id: int

    def grant(self, found: Found, funders: Sequence[Entity], code: str) -> Grant:
        row, campaign, pool, folder = found.reservation, found.campaign, found.pool, self.settings.documents
        named = title_of(folder, campaign.description_hash, Language.ENGLISH)
        title = named or CAMPAIGN[Language.ENGLISH].format(campaign.campaign_id)
        awarded, disbursed = (in_units(one, found.currency.decimals) for one in (row.reserved, row.paid))
        enrolled_at = row.enrolled_at or 0
        values: dict[str, Any] = {
            "id": f"{self.settings.grants_prefix}-{self.chain_id}-{pool.pool_id}-{campaign.campaign_id}",
            "title": title,
            "description": f"Public match of the citizens' pledges to campaign {campaign.campaign_id} by pool "
            f"{pool.pool_id}, paid as its milestones are released.",
            "currency": code,
            "amount_awarded": float(awarded),
            "amount_awarded_exact": awarded,
            "amount_disbursed": float(disbursed),
            "amount_disbursed_exact": disbursed,
            "award_date": fields.rfc3339(enrolled_at)[:10],
            "url": self.base + reservation_path(pool.pool_id, campaign.campaign_id),
            "recipient_organization": [self._organization(found.organizer)],
            "funding_organization": [self._organization(one) for one in funders or [found.manager]],
            "grant_programme": [self._programme(pool)],
            "beneficiary_location": locations_of(campaign.territory),
            "related_document": [
                Document(title="The event that changed it last", url=self.base + event_path(row.last_event_key))
            ],
            "date_modified": row.last_block_time,
            "data_source": f"{self.base}/v1/360giving.json",
        }
        return Grant.model_validate(values)

    def _organization(self, entity: Entity) -> Organization:
        name = name_of(self.settings.documents, entity.profile_hash) or f"Entity {entity.entity_id}"
        number = f"{self.settings.grants_prefix}-ORG-{self.chain_id}-{entity.entity_id}"
        return Organization(id=number, name=name, url=f"{self.base}/v1/entities/{entity.entity_id}")

    def _programme(self, pool: Pool) -> GrantProgramme:
        title = title_of(self.settings.documents, pool.agreement_hash, Language.ENGLISH)
        return GrantProgramme(
            code=str(pool.pool_id),
            title=title or POOL[Language.ENGLISH].format(pool.pool_id),
            url=f"{self.base}/v1/pools/{pool.pool_id}",
        )


def locations_of(territory: str | None) -> list[Location]:
    """Return the place of a campaign, if its territory is a code."""
    # A contract takes any eight bytes; what is no code is left out.
    if territory is None or not TERRITORY.fullmatch(territory):
        return []
    return [Location(country_code=territory[:2], geo_code=territory, geo_code_type="ISO 3166-2")]


# ----------------------------------------------------------------------------------------------------------- routes

router = APIRouter(tags=["pools"])


@router.get("/360giving.json", summary="Export public money as grants", responses=read_failures(NO_GRANTS))
def read_grants(request: Request, reader: ReaderDep) -> GrantPackage:
    """Return what pools give to campaigns as one package in the 360Giving data standard."""
    settings: Settings = request.app.state.settings
    base = base_of(request)
    with reader.open(variant=lambda _mirror: base) as mirror:
        codes = {address.lower(): code for address, code in settings.currency_codes.items()}
        found = all_grants(mirror)
        told = [(one, codes[one.pool.currency]) for one in found if one.pool.currency in codes]
        if not told:
            raise Problem(NO_GRANTS, f"{len(found)} grants, none in a currency whose ISO 4217 code is set")
        writer = _Writer(settings, base, mirror.checkpoint.chain_id)
        funders = funders_of(mirror)
        return GrantPackage(
            version=VERSION,
            title=f"Public match funding up to block {mirror.as_of.block_number} of chain {mirror.checkpoint.chain_id}",
            publisher=Publisher(name=settings.publisher),
            license=LICENSE,
            modified=mirror.now,
            download_url=f"{writer.base}/v1/360giving.json",
            left_out=len(found) - len(told),
            grants=[writer.grant(one, funders.get(one.pool.pool_id, []), code) for one, code in told],
        )
