"""Updates: news for backers that organizers published."""

from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import select

from api import fields
from api.campaigns.queries import find_campaign
from api.campaigns.routes import CampaignId
from api.database import Mirror, ReaderDep
from api.paging import Page, PageDep, PageRequest, Position, cut, links, seek
from api.problems import UNKNOWN_CAMPAIGN, list_failures
from api.records import EventLink, document_path, last_event, values_of
from indexer.store import models


class UpdateSort(StrEnum):
    """Order of a list of updates."""

    NEWEST = "newest"
    OLDEST = "oldest"


class UpdateLinks(BaseModel):
    """Where to read more about an update."""

    campaign: fields.Path
    document: fields.Path


class Update(BaseModel):
    """News for backers of a campaign."""

    campaign_id: int = Field(examples=[1])
    document_hash: fields.Hash = Field(description="SHA-256 of the document.")
    posted_at: fields.Time
    last_event: EventLink = Field(description="Its publication on chain.")
    links: UpdateLinks


class UpdatePage(Page[Update]):
    """A page of updates."""


router = APIRouter(tags=["campaigns"])


@router.get(
    "/campaigns/{campaign_id}/updates", summary="List a campaign's updates", responses=list_failures(UNKNOWN_CAMPAIGN)
)
def list_of_campaign(
    reader: ReaderDep,
    page: PageDep,
    campaign_id: CampaignId,
    sort: Annotated[UpdateSort, Query(description="Order of the list.")] = UpdateSort.NEWEST,
) -> UpdatePage:
    """Return the news that a campaign's organizer published for its backers."""
    with reader.open() as mirror:
        find_campaign(mirror, campaign_id)
        items, cursor = updates_of(mirror, campaign_id, page, sort)
        return UpdatePage(
            as_of=mirror.as_of, items=items, next_cursor=cursor, links=links(reader.request, page, cursor)
        )


def updates_of(
    mirror: Mirror, campaign_id: int, page: PageRequest, sort: UpdateSort = UpdateSort.NEWEST
) -> tuple[list[Update], str | None]:
    """Return a page of a campaign's news, and the cursor of the next page."""
    key = models.Update.posted_event_key.expression
    statement = select(models.Update).where(models.Update.campaign_id == campaign_id)
    rows = mirror.session.scalars(seek(statement, page, key, key, descending=sort is UpdateSort.NEWEST)).all()
    shown, cursor = cut(page, rows, lambda row: Position(row.posted_event_key, row.posted_event_key))
    return [Update.model_validate(_update(row)) for row in shown], cursor


def _update(row: models.Update) -> dict[str, Any]:
    shown = UpdateLinks(campaign=f"/v1/campaigns/{row.campaign_id}", document=document_path(row.document_hash) or "")
    return values_of(row) | {"last_event": last_event(row), "links": shown}
