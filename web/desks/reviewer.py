"""The reviewer's desk: the campaigns that wait for a review, the one that lapses first in front, and both acts."""

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.act_facts import ActName
from api.campaigns.queries import CampaignSort, find_campaign, list_submitted, position_of
from api.campaigns.routes import CampaignId
from api.campaigns.views import campaign_values, detail_values
from api.paging import PageDep, cut
from web.acts import campaigns as acts
from web.acts.forms import Desk, Form
from web.campaigns.lists import title_of
from web.descriptions import LONGEST, document_of
from web.lists import names_of, paging
from web.visits import VisitDep

router = APIRouter()


@router.get("/{language}/desks/reviewer")
def show_reviewer(visit: VisitDep, page: PageDep) -> HTMLResponse:
    """Show the campaigns that wait for a review."""
    with visit.open() as mirror:
        found = list_submitted(mirror, page)
        shown, cursor = cut(page, found, lambda one: position_of(one, CampaignSort.OPENING))
        campaigns = [campaign_values(one, mirror.now) | {"title": title_of(visit, one)} for one in shown]
        return visit.page(
            "desks/reviewer.html",
            campaigns=sorted(campaigns, key=lambda one: one["lapses_at"]),
            names=names_of(visit, mirror, {one.organizer.entity_id for one in shown}),
            now=mirror.now,
            **paging(page, cursor),
        )


@router.get("/{language}/desks/reviewer/{campaign_id}")
def show_reviewer_of(visit: VisitDep, campaign_id: CampaignId) -> HTMLResponse:
    """Show one campaign to the reviewer, with both acts while they are possible."""
    with visit.open() as mirror:
        found = find_campaign(mirror, campaign_id)
        campaign = detail_values(mirror, found)
        desk, folder = Desk.of(visit, mirror), visit.request.app.state.settings.documents
        document = document_of(folder, campaign["description_hash"], visit.language)
        return visit.page(
            "desks/reviewer_one.html",
            desk=desk,
            campaign=campaign,
            title=title_of(visit, found),
            document=document,
            description=document.text("description", LONGEST),
            plans=[document_of(folder, one["document_hash"], visit.language) for one in campaign["milestones"]],
            names=names_of(visit, mirror, [campaign["organizer"].entity_id]),
            forms=list(_forms(desk, campaign)) if desk else [],
            now=mirror.now,
        )


def _forms(desk: Desk, campaign: Mapping[str, Any]) -> Iterator[Form]:
    known = {"campaign": campaign["campaign_id"]}
    legal = {act["act"]: act for act in campaign["next_acts"] if act["legal_now"]}
    for name, act in ((ActName.APPROVE, acts.APPROVE), (ActName.REJECT, acts.REJECT)):
        if name in legal:
            yield desk.form(act, name.value, known, ends_at=legal[name]["until"])
