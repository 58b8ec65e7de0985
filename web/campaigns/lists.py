"""The list of campaigns that people search, and the card of one."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse

from api import titles
from api.campaigns import queries
from api.campaigns.queries import CampaignFilters, CampaignSort, Found
from api.campaigns.routes import filters
from api.campaigns.views import campaign_values
from api.currencies import all_currencies
from api.database import Mirror
from api.paging import PageDep, cut
from api.pools.queries import called_by
from web.pictures.progress import progress
from web.visits import Visit, VisitDep
from web.words import PHASES, SORTS, THEMES

MAX_WORDS: Final = 100
"""Letters of a search."""

SEARCHED: Final = ("title", "summary", "description")
"""Fields of a description in which words are looked for."""

router = APIRouter()


@router.get("/{language}/campaigns")
def list_campaigns(
    visit: VisitDep,
    page: PageDep,
    wanted: Annotated[CampaignFilters, Depends(filters)],
    q: Annotated[str, Query(max_length=MAX_WORDS)] = "",
    sort: CampaignSort = CampaignSort.NEWEST,
) -> HTMLResponse:
    """Show the campaigns that meet every filter and have every word of the search in what they say of themselves."""
    with visit.open() as mirror:
        if q.split():
            wanted = replace(wanted, campaign_ids=_meant(visit, mirror, wanted, q))
        found = queries.list_campaigns(mirror, wanted, sort, page)
        shown, cursor = cut(page, found, lambda one: queries.position_of(one, sort))
        return visit.page(
            "campaigns/list.html",
            cards=cards_of(visit, mirror, shown),
            count=queries.count_campaigns(mirror, wanted),
            next_page=page.link(cursor) if cursor else None,
            is_first=page.after is None,
            first_page=page.link(None),
            filters=wanted,
            filtered=bool(page.query),
            q=q,
            sort=sort,
            choices=_choices(mirror),
        )


def cards_of(visit: Visit, mirror: Mirror, found: Sequence[Found]) -> list[dict[str, Any]]:
    """Return what a card of each campaign shows."""
    matched = called_by(mirror, [one.campaign.campaign_id for one in found])
    folder = visit.request.app.state.settings.documents
    return [
        campaign_values(one, mirror.now)
        | {
            "title": title_of(visit, one),
            "organizer_name": titles.name_of(folder, one.organizer.profile_hash),
            "matched": matched[one.campaign.campaign_id],
            "picture": progress(visit.words, one.campaign.raised, matched[one.campaign.campaign_id], one.campaign.goal),
        }
        for one in found
    ]


def title_of(visit: Visit, found: Found) -> str:
    """Return the title of a campaign; its number where it has none here."""
    folder, campaign = visit.request.app.state.settings.documents, found.campaign
    title = titles.title_of(folder, campaign.description_hash, visit.language)
    return title or visit.words.gettext("Campaign %(number)s", number=campaign.campaign_id)


def _meant(visit: Visit, mirror: Mirror, wanted: CampaignFilters, q: str) -> list[int]:
    """Return the ids of the campaigns with every word of `q` in title, summary and description in one language."""
    folder = visit.request.app.state.settings.documents
    return titles.search(folder, queries.descriptions(mirror, wanted), q, SEARCHED)


def _choices(mirror: Mirror) -> dict[str, Any]:
    """Return what the filters offer."""
    codes = queries.used_territories(mirror)
    countries = {code.partition("-")[0] for code in codes if not code.startswith("0x")}
    return {
        "territories": sorted(countries | {code for code in codes if not code.startswith("0x")}),
        "phases": list(PHASES),
        "themes": list(THEMES),
        "currencies": all_currencies(mirror),
        "sorts": list(SORTS),
    }
