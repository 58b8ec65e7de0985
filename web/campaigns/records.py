"""The records of a campaign, page by page: pledges, objections, updates."""

from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.campaigns.queries import Found, find_campaign
from api.campaigns.routes import CampaignId
from api.objections import objections_of
from api.paging import DEFAULT_LIMIT, PageDep, PageRequest
from api.pledges import pledges_of
from api.records import currency_unit
from api.updates import Update, updates_of
from web.campaigns.lists import title_of
from web.descriptions import SHORT, Document, document_of
from web.visits import Visit, VisitDep

SHORTER: Final = 300
"""Bytes of each update on pages that show more than usual."""

PICTURES: Final = 3
"""Pictures of each update; the document itself has all."""

router = APIRouter()


@router.get("/{language}/campaigns/{campaign_id}/pledges")
def list_pledges(visit: VisitDep, page: PageDep, campaign_id: CampaignId) -> HTMLResponse:
    """Show what each account pledged."""
    with visit.open() as mirror:
        found = find_campaign(mirror, campaign_id)
        pledges, cursor = pledges_of(mirror, page, campaign_id=campaign_id)
        return visit.page("campaigns/pledges.html", **_frame(visit, found, page, cursor), pledges=pledges)


@router.get("/{language}/campaigns/{campaign_id}/objections")
def list_objections(visit: VisitDep, page: PageDep, campaign_id: CampaignId) -> HTMLResponse:
    """Show who objected to which claim."""
    with visit.open() as mirror:
        found = find_campaign(mirror, campaign_id)
        objections, cursor = objections_of(mirror, found, page)
        return visit.page("campaigns/objections.html", **_frame(visit, found, page, cursor), objections=objections)


@router.get("/{language}/campaigns/{campaign_id}/updates")
def list_updates(visit: VisitDep, page: PageDep, campaign_id: CampaignId) -> HTMLResponse:
    """Show the news that the organizer published."""
    with visit.open() as mirror:
        found = find_campaign(mirror, campaign_id)
        updates, cursor = updates_of(mirror, campaign_id, page)
        return visit.page(
            "campaigns/updates.html",
            **_frame(visit, found, page, cursor),
            news=read(visit, updates),
            longest=SHORT if page.limit <= DEFAULT_LIMIT else SHORTER,
            most_pictures=PICTURES if page.limit <= DEFAULT_LIMIT else 0,
        )


def read(visit: Visit, updates: list[Update]) -> list[tuple[Update, Document]]:
    """Return updates with what they say."""
    folder = visit.request.app.state.settings.documents
    return [(one, document_of(folder, one.document_hash, visit.language)) for one in updates]


def _frame(visit: Visit, found: Found, page: PageRequest, cursor: str | None) -> dict[str, Any]:
    campaign = found.campaign
    return {
        "campaign": campaign,
        "currency": currency_unit(campaign.currency, found.currency, found.metadata),
        "name": title_of(visit, found),
        "next_page": page.link(cursor) if cursor else None,
        "is_first": page.after is None,
        "first_page": page.link(None),
    }
