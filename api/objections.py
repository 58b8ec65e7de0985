"""Objections to the claims of a campaign's milestones."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import select

from api import fields
from api.campaigns.queries import Found, find_campaign
from api.campaigns.routes import CampaignId
from api.database import Mirror, ReaderDep
from api.paging import Page, PageDep, PageRequest, Position, cut, links, seek
from api.pools.queries import places_of
from api.problems import UNKNOWN_CAMPAIGN, list_failures
from api.records import CurrencyUnit, EventLink, currency_unit, last_event, values_of
from indexer.store import models


class ObjectionSort(StrEnum):
    """Order of a list of objections."""

    NEWEST = "newest"
    OLDEST = "oldest"


class ObjectionLinks(BaseModel):
    """Where to read more about an objection."""

    campaign: fields.Path
    pledge: fields.Path | None = Field(description="Null if only pools object.")


class Objection(BaseModel):
    """What one account objected to, as a backer, as the manager of pools, or as both.

    The amount is in base units of `currency`.
    """

    campaign_id: int = Field(examples=[1])
    milestone: int = Field(description="Index from 0.")
    attempt: int = Field(description="Number of the claim objected to, from 1.")
    account: fields.Address
    currency: CurrencyUnit
    amount: fields.Amount = Field(description="The account's pledge, which objects as a whole; 0 if it has none.")
    pools: list[int] = Field(description="Pools that object by their manager, with what they reserve.", examples=[[1]])
    counted: bool = Field(description="Whether a member counted in the campaign objects with it.")
    objected_at: fields.Time
    last_event: EventLink = Field(description="The objection on chain.")
    links: ObjectionLinks


class ObjectionPage(Page[Objection]):
    """A page of objections."""


router = APIRouter(tags=["campaigns"])


@router.get(
    "/campaigns/{campaign_id}/objections",
    summary="List objections to a campaign's claims",
    responses=list_failures(UNKNOWN_CAMPAIGN),
)
def list_of_campaign(
    reader: ReaderDep,
    page: PageDep,
    campaign_id: CampaignId,
    milestone: Annotated[
        fields.MilestoneIndex | None, Query(description="Index of the milestone, from 0.", examples=[0])
    ] = None,
    sort: Annotated[ObjectionSort, Query(description="Order of the list.")] = ObjectionSort.NEWEST,
) -> ObjectionPage:
    """Return who objected to which claim of a campaign's milestones, and with how much; earlier attempts included."""
    with reader.open() as mirror:
        items, cursor = objections_of(mirror, find_campaign(mirror, campaign_id), page, sort, milestone)
        return ObjectionPage(
            as_of=mirror.as_of, items=items, next_cursor=cursor, links=links(reader.request, page, cursor)
        )


def objections_of(
    mirror: Mirror,
    found: Found,
    page: PageRequest,
    sort: ObjectionSort = ObjectionSort.NEWEST,
    milestone: int | None = None,
) -> tuple[list[Objection], str | None]:
    """Return a page of the objections to a campaign's claims, and the cursor of the next page."""
    campaign_id = found.campaign.campaign_id
    unit = currency_unit(found.campaign.currency, found.currency, found.metadata)
    rows = _objections(mirror, page, sort, campaign_id, milestone)
    shown, cursor = cut(page, rows, lambda row: Position(row.objected_event_key, row.objected_event_key))
    pools = places_of(mirror, campaign_id)
    return [Objection.model_validate(_objection(row, unit, pools)) for row in shown], cursor


def _objections(
    mirror: Mirror, page: PageRequest, sort: ObjectionSort, campaign_id: int, milestone: int | None
) -> Sequence[models.Objection]:
    statement = select(models.Objection).where(models.Objection.campaign_id == campaign_id)
    if milestone is not None:
        statement = statement.where(models.Objection.milestone == milestone)
    key = models.Objection.objected_event_key.expression
    return mirror.session.scalars(seek(statement, page, key, key, descending=sort is ObjectionSort.NEWEST)).all()


def _objection(row: models.Objection, unit: CurrencyUnit, pools: Sequence[int]) -> dict[str, Any]:
    path = f"/v1/campaigns/{row.campaign_id}"
    pledge = f"{path}/pledges/{fields.checksummed(row.account)}" if row.amount else None
    computed = {
        "currency": unit,
        "pools": [pool_id for place, pool_id in enumerate(pools) if row.pools >> place & 1],
        "last_event": last_event(row),
        "links": ObjectionLinks(campaign=path, pledge=pledge),
    }
    return values_of(row) | computed
