"""Pledges, of a campaign and of a backer, with what can be taken back now."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Path, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from sqlalchemy import Select, select

from api import facts, fields
from api.campaigns.queries import find_campaign
from api.campaigns.routes import CampaignId
from api.database import Answer, Mirror, ReaderDep
from api.exports import FormatPath, export, export_responses
from api.paging import Page, PageDep, PageRequest, Position, Rows, cut, links, seek
from api.past import At
from api.pools.queries import matches_of
from api.pools.schemas import PledgeMatch
from api.pools.views import pledge_match
from api.problems import (
    INVALID_ADDRESS,
    UNKNOWN_BACKER,
    UNKNOWN_BLOCK,
    UNKNOWN_CAMPAIGN,
    UNKNOWN_PLEDGE,
    list_failures,
    read_failures,
)
from api.records import CurrencyUnit, EventLink, currency_unit, event_path, last_event, values_of
from indexer.store import models, phases
from indexer.store.models import Currency, CurrencyMetadata, Entity
from indexer.store.phases import Phase
from serving.problems import Problem

# ---------------------------------------------------------------------------------------------------------- schemas


class PledgeSort(StrEnum):
    """Order of a list of pledges, by the first pledge of the account to the campaign."""

    NEWEST = "newest"
    OLDEST = "oldest"


class PledgeLinks(BaseModel):
    """Where to read more about a pledge."""

    self: fields.Path
    campaign: fields.Path
    backer: fields.Path
    first_event: fields.Path


class Pledge(BaseModel):
    """What one account pledged to one campaign. Amounts are base units of `currency`."""

    campaign_id: int = Field(examples=[1])
    campaign_phase: Phase
    backer: fields.Address
    currency: CurrencyUnit
    amount: fields.Amount = Field(description="Pledged and not withdrawn; keeps its value when it is refunded.")
    refundable: fields.Amount = Field(
        description="What `refund` pays to the backer now, whoever calls it; a part of it in a terminated campaign."
    )
    withdrawable_until: fields.Time | None = Field(
        description="Until then the backer can take the whole pledge back; null if that is not possible now."
    )
    member_id: int | None = Field(description="Entity id of the member counted through it; null if none.")
    matched: fields.Amount = Field(description="Public money that it called, over all pools; withdrawn with it.")
    matches: list[PledgeMatch] = Field(description="The same by pool.")
    calls: int = Field(description="Pledges made, withdrawn ones included.")
    refunded: bool
    refunded_amount: fields.Amount = Field(description="What came back; less than `amount` after a termination.")
    refunded_at: fields.Time | None
    pledged_at: fields.Time = Field(description="Last pledge made.")
    withdrawn_at: fields.Time | None = Field(description="Last withdrawal.")
    last_event: EventLink
    links: PledgeLinks


class PledgePage(Page[Pledge]):
    """A page of pledges."""


class PledgeAnswer(Answer):
    """One pledge."""

    pledge: Pledge


# ---------------------------------------------------------------------------------------------------------- queries


class Found(NamedTuple):
    """A pledge with what its amounts need."""

    pledge: models.Pledge
    campaign: models.Campaign
    organizer: Entity
    currency: Currency
    metadata: CurrencyMetadata | None


def list_pledges(
    mirror: Mirror, page: PageRequest, sort: PledgeSort, *, campaign_id: int | None = None, backer: str | None = None
) -> Sequence[Found]:
    """Return the pledges of a page, of a campaign or of a backer, and one more if there is one."""
    statement = _pledges()
    if campaign_id is not None:
        statement = statement.where(models.Pledge.campaign_id == campaign_id)
    if backer is not None:
        statement = statement.where(models.Pledge.backer == backer)
    key = models.Pledge.first_event_key.expression
    statement = seek(statement, page, key, key, descending=sort is PledgeSort.NEWEST)
    return [Found(*row) for row in mirror.session.execute(statement)]


def find_pledge(mirror: Mirror, campaign_id: int, backer: str) -> Found:
    """Return one pledge.

    Raises:
        Problem: The account never pledged to the campaign, or there is no such campaign.
    """
    of_both = (models.Pledge.campaign_id == campaign_id, models.Pledge.backer == backer)
    row = mirror.session.execute(_pledges().where(*of_both)).one_or_none()
    if row is None:
        find_campaign(mirror, campaign_id)
        raise Problem(UNKNOWN_PLEDGE, f"{fields.checksummed(backer)} did not pledge to campaign {campaign_id}")
    return Found(*row)


def has_a_stake(mirror: Mirror, campaign_id: int, account: str, entity_id: int | None) -> bool:
    """Return whether an account, or the member that it acts for, has a pledge in a campaign."""
    own = models.Pledge.backer == account
    counted = own if entity_id is None else own | (models.Pledge.member_id == entity_id)
    statement = select(models.Pledge.backer).where(models.Pledge.campaign_id == campaign_id, counted)
    return mirror.session.scalar(statement.where(models.Pledge.amount > 0).limit(1)) is not None


def backs_something(mirror: Mirror, backer: str) -> bool:
    """Return whether an account ever pledged."""
    return (
        mirror.session.scalar(select(models.Pledge.backer).where(models.Pledge.backer == backer).limit(1)) is not None
    )


def _pledges() -> Select[models.Pledge, models.Campaign, Entity, Currency, CurrencyMetadata]:
    return (
        select(models.Pledge, models.Campaign, Entity, Currency, CurrencyMetadata)
        .join(models.Campaign, models.Campaign.campaign_id == models.Pledge.campaign_id)
        .join(Entity, Entity.entity_id == models.Campaign.organizer)
        .join(Currency, Currency.currency == models.Campaign.currency)
        .outerjoin(CurrencyMetadata, CurrencyMetadata.currency == models.Campaign.currency)
    )


def _pledge(found: Found, matches: Sequence[models.Match], now: int) -> Pledge:
    row, campaign = found.pledge, found.campaign
    phase = phases.phase_at(campaign, found.organizer.revoked_at, now)
    until = phases.withdrawable_until(campaign)
    backer = fields.checksummed(row.backer)
    campaign_path = f"/v1/campaigns/{row.campaign_id}"
    computed = {
        "campaign_phase": phase,
        "currency": currency_unit(campaign.currency, found.currency, found.metadata),
        "refundable": phases.refundable(campaign, phase, row.amount, refunded=row.refunded),
        "withdrawable_until": until if phase == Phase.LIVE and now < until and row.amount else None,
        "member_id": row.member_id or None,
        "matched": sum(match.amount for match in matches),
        "matches": [pledge_match(match) for match in matches if match.amount],
        "last_event": last_event(row),
        "links": PledgeLinks(
            self=f"{campaign_path}/pledges/{backer}",
            campaign=campaign_path,
            backer=f"/v1/backers/{backer}",
            first_event=event_path(row.first_event_key),
        ),
    }
    return Pledge.model_validate(values_of(row) | computed)


# ----------------------------------------------------------------------------------------------------------- routes

router = APIRouter(tags=["pledges"])

Backer = Annotated[fields.AddressText, Path(description="Account that pledged.")]
Sort = Annotated[PledgeSort, Query(description="Order of the list.")]


@router.get(
    "/campaigns/{campaign_id}/pledges",
    summary="List a campaign's pledges",
    responses=list_failures(UNKNOWN_CAMPAIGN),
)
def list_of_campaign(
    reader: ReaderDep, page: PageDep, campaign_id: CampaignId, sort: Sort = PledgeSort.NEWEST
) -> PledgePage:
    """Return what each account pledged to a campaign, withdrawn and refunded pledges included."""
    with reader.open() as mirror:
        find_campaign(mirror, campaign_id)
        found = list_pledges(mirror, page, sort, campaign_id=campaign_id)
        return _page(reader, mirror, page, found)


@router.get(
    "/campaigns/{campaign_id}/pledges/{backer}",
    summary="Read one pledge",
    responses=read_failures(INVALID_ADDRESS, UNKNOWN_PLEDGE, UNKNOWN_CAMPAIGN, UNKNOWN_BLOCK),
)
def read_pledge(reader: ReaderDep, campaign_id: CampaignId, backer: Backer, at: At = None) -> PledgeAnswer:
    """Return what one account pledged to a campaign."""
    with reader.open(at, facts.of_pledges(backer, campaign_id)) as mirror:
        found = find_pledge(mirror, campaign_id, backer)
        matches = matches_of(mirror, [(campaign_id, backer)])[campaign_id, backer]
        return PledgeAnswer(as_of=mirror.as_of, pledge=_pledge(found, matches, mirror.now))


@router.get(
    "/backers/{address}",
    summary="List a backer's pledges",
    responses=list_failures(INVALID_ADDRESS, UNKNOWN_BACKER, UNKNOWN_BLOCK),
)
def list_of_backer(
    reader: ReaderDep,
    page: PageDep,
    address: Backer,
    sort: Sort = PledgeSort.NEWEST,
    at: At = None,
) -> PledgePage:
    """Return what one account pledged to any campaign, and what of it can be taken back now."""
    with reader.open(at, facts.of_pledges(address)) as mirror:
        if not backs_something(mirror, address):
            raise Problem(UNKNOWN_BACKER, f"{fields.checksummed(address)} pledged to no campaign")
        return _page(reader, mirror, page, list_pledges(mirror, page, sort, backer=address))


@router.get(
    "/pledges.{form}",
    summary="Export pledges",
    response_class=StreamingResponse,
    responses=export_responses(UNKNOWN_CAMPAIGN),
)
def export_pledges(
    reader: ReaderDep,
    form: FormatPath,
    campaign: Annotated[fields.Id | None, Query(description="Only those to this campaign.")] = None,
    sort: Sort = PledgeSort.NEWEST,
) -> StreamingResponse:
    """Return what each account pledged to any campaign or to one, as a file."""

    def find(mirror: Mirror, page: PageRequest) -> Sequence[Found]:
        if campaign is not None:
            find_campaign(mirror, campaign)
        return list_pledges(mirror, page, sort, campaign_id=campaign)

    return export(reader, form, "pledges", Pledge, Rows(find, _position, _records))


def pledges_of(
    mirror: Mirror,
    page: PageRequest,
    sort: PledgeSort = PledgeSort.NEWEST,
    *,
    campaign_id: int | None = None,
    backer: str | None = None,
) -> tuple[list[Pledge], str | None]:
    """Return a page of the pledges of a campaign or of a backer, and the cursor of the next page."""
    found = list_pledges(mirror, page, sort, campaign_id=campaign_id, backer=backer)
    shown, cursor = cut(page, found, _position)
    return _records(mirror, shown), cursor


def _page(reader: ReaderDep, mirror: Mirror, page: PageRequest, found: Sequence[Found]) -> PledgePage:
    shown, cursor = cut(page, found, _position)
    items = _records(mirror, shown)
    return PledgePage(as_of=mirror.as_of, items=items, next_cursor=cursor, links=links(reader.request, page, cursor))


def _position(found: Found) -> Position:
    return Position(found.pledge.first_event_key, found.pledge.first_event_key)


def _records(mirror: Mirror, found: Sequence[Found]) -> list[Pledge]:
    keys = [(one.pledge.campaign_id, one.pledge.backer) for one in found]
    matches = matches_of(mirror, keys)
    return [_pledge(one, matches[key], mirror.now) for one, key in zip(found, keys, strict=True)]
