"""One campaign whole: what it is for, how far it is, what happens next, and where each of it can be checked."""

from collections.abc import Sequence
from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api import titles
from api.campaigns.queries import Found, find_campaign
from api.campaigns.routes import CampaignId
from api.campaigns.views import detail_values
from api.database import Mirror
from api.entities import profiles_of
from api.objections import objections_of
from api.paging import PageRequest
from api.pledges import pledges_of
from api.pools.queries import called_by
from api.updates import updates_of
from web.campaigns.lists import title_of
from web.campaigns.records import read
from web.descriptions import LONGEST, document_of
from web.lists import pool_names
from web.pictures.progress import progress
from web.pictures.timeline import Mark, timeline
from web.visits import Visit, VisitDep
from web.words import MILESTONE_STATES, STANDING_ACTS

FEW: Final = 5
"""Pledges, objections and updates on the page itself; all of them have pages of their own."""

router = APIRouter()


@router.get("/{language}/campaigns/{campaign_id}")
def show_campaign(visit: VisitDep, campaign_id: CampaignId) -> HTMLResponse:
    """Show one campaign."""
    with visit.open() as mirror:
        found = find_campaign(mirror, campaign_id)
        campaign = detail_values(mirror, found)
        matched = called_by(mirror, [campaign_id])[campaign_id]
        document = document_of(visit.request.app.state.settings.documents, campaign["description_hash"], visit.language)
        return visit.page(
            "campaigns/one.html",
            campaign=campaign,
            name=title_of(visit, found),
            document=document,
            description=document.text("description", LONGEST),
            pictures=document.pictures(),
            matched=matched,
            progress=progress(visit.words, campaign["raised"], matched, campaign["goal"]),
            milestones=_milestones(visit, campaign),
            timeline=_timeline(visit, campaign, mirror.now),
            acts=_acts(campaign["next_acts"]),
            names=_names(visit, mirror, campaign),
            pool_names=pool_names(visit, ((pool["pool_id"], pool["agreement_hash"]) for pool in campaign["pools"])),
            **_records(visit, mirror, found),
        )


def _milestones(visit: Visit, campaign: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the milestones with what their documents say."""
    folder = visit.request.app.state.settings.documents
    return [
        milestone | {"plan": document_of(folder, milestone["document_hash"], visit.language)}
        for milestone in campaign["milestones"]
    ]


def _timeline(visit: Visit, campaign: dict[str, Any], now: int) -> Any:
    """Return the line from the opening to the last milestone."""
    say = visit.words.gettext
    marks = [
        Mark(campaign["opens_at"], "opens", say("Pledging opens")),
        Mark(campaign["deadline"], "deadline", say("Pledging ends")),
    ]
    for milestone in campaign["milestones"]:
        words = say(
            "Milestone %(number)s: %(state)s",
            number=milestone["milestone"] + 1,
            state=say(MILESTONE_STATES[milestone["state"]]),
        )
        marks.append(Mark(milestone["due_date"], milestone["state"], words))
    return timeline("timeline", say("The campaign on a line of time"), marks, now)


def _acts(acts: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Return the acts by when they matter: now, later, and those that are always possible."""
    awaited = [act for act in acts if act["act"] not in STANDING_ACTS]
    return {
        "now": [act for act in awaited if act["legal_now"]],
        "later": [act for act in awaited if not act["legal_now"]],
        "standing": [act for act in acts if act["act"] in STANDING_ACTS],
    }


def _names(visit: Visit, mirror: Mirror, campaign: dict[str, Any]) -> dict[int, str]:
    """Return what the organizer and the managers of pools call themselves."""
    folder = visit.request.app.state.settings.documents
    wanted = {campaign["organizer"].entity_id, *(pool["manager"] for pool in campaign["pools"])}
    return {
        number: titles.name_of(folder, digest) or visit.words.gettext("Entity %(number)s", number=number)
        for number, digest in profiles_of(mirror, wanted).items()
    }


def _records(visit: Visit, mirror: Mirror, found: Found) -> dict[str, Any]:
    """Return the newest pledges, objections and updates, and whether there are more."""
    first = PageRequest(FEW, None, "", ())
    pledges, more_pledges = pledges_of(mirror, first, campaign_id=found.campaign.campaign_id)
    objections, more_objections = objections_of(mirror, found, first)
    updates, more_updates = updates_of(mirror, found.campaign.campaign_id, first)
    return {
        "pledges": pledges,
        "objections": objections,
        "news": read(visit, updates),
        "more": {"pledges": more_pledges, "objections": more_objections, "updates": more_updates},
    }
