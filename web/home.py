"""The front page: what the lab is, what happens in it, and where to go on."""

from collections.abc import Sequence
from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.campaigns.queries import COMING, PLEDGING, CampaignFilters, CampaignSort, list_campaigns
from api.database import Mirror
from api.paging import PageRequest
from api.stats import brief_totals, phase_counts
from web.campaigns.lists import cards_of
from web.visits import Visit, VisitDep

SHOWN: Final = 6
"""Campaigns on the front page."""

router = APIRouter()


@router.get("/{language}")
def show_home(visit: VisitDep) -> HTMLResponse:
    """Show the front page."""
    with visit.open() as mirror:
        phases = phase_counts(mirror)
        open_now = _cards(visit, mirror, PLEDGING, CampaignSort.DEADLINE)
        return visit.page(
            "home/home.html",
            cards=open_now or _cards(visit, mirror, COMING, CampaignSort.OPENING),
            any_open=bool(open_now),
            open_count=sum(phases.get(phase, 0) for phase in PLEDGING),
            completed=phases.get("completed", 0),
            at_work=phases.get("delivering", 0),
            totals=brief_totals(mirror),
        )


def _cards(visit: Visit, mirror: Mirror, phases: Sequence[Any], sort: CampaignSort) -> list[dict[str, Any]]:
    found = list_campaigns(mirror, CampaignFilters(phases=phases), sort, PageRequest(SHOWN, None, "", ()))
    return cards_of(visit, mirror, found[:SHOWN])
