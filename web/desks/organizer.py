"""The organizer's desk: the own campaigns with what is next in each, and every act on one of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.act_facts import ActName, Actor
from api.campaigns.queries import CampaignFilters, CampaignSort, Found, find_campaign, list_campaigns, position_of
from api.campaigns.routes import CampaignId
from api.campaigns.views import detail_values
from api.database import Mirror
from api.paging import PageDep, PageRequest, cut
from api.pools.queries import PoolFilters, PoolSort, list_pools
from web.acts import campaigns as acts
from web.acts.forms import Desk, Form
from web.acts.model import Act
from web.campaigns.lists import title_of
from web.desks.accounts import Typed, holder_of
from web.lists import names_of, paging, pool_names
from web.visits import Visit, VisitDep

BY: Final = frozenset({Actor.ORGANIZER, Actor.PAYOUT_ACCOUNT, Actor.ANYONE})
PAYMENTS: Final = frozenset({ActName.RELEASE, ActName.COLLECT, ActName.RELEASE_MATCH})
WAITED_FOR: Final = PAYMENTS | {ActName.CLAIM}
"""Acts of the organizer that bring the campaign on; all others are choices."""
ACTS: Final[Mapping[ActName, Act]] = {
    ActName.CLAIM: acts.CLAIM,
    ActName.POST_UPDATE: acts.POST_UPDATE,
    ActName.REQUEST_POOL: acts.REQUEST_POOL,
    ActName.RELEASE: acts.RELEASE_ONLY,
    ActName.CHANGE_PAYOUT_ACCOUNT: acts.CHANGE_PAYOUT,
    ActName.CANCEL: acts.CANCEL,
    ActName.TERMINATE: acts.TERMINATE,
}
"""What the page of one campaign has a form for, in this order; payments have a page of their own."""
POOLS: Final = PageRequest(50, None, "", ())

router = APIRouter()


@router.get("/{language}/desks/campaigns")
def show_organizer(visit: VisitDep, page: PageDep, typed: Typed = "") -> HTMLResponse:
    """Show the campaigns of the entity that an account acts for, each with what is next in it and by when."""
    with visit.open() as mirror:
        holder = holder_of(mirror, typed)
        found: Sequence[Found] = []
        cursor = None
        if holder.entity:
            filters = CampaignFilters(organizer=holder.entity.entity_id)
            rows = list_campaigns(mirror, filters, CampaignSort.NEWEST, page)
            found, cursor = cut(page, rows, lambda one: position_of(one, CampaignSort.NEWEST))
        shown = [_with_next(visit, mirror, one) for one in found]
        return visit.page(
            "desks/organizer.html",
            desk=Desk.of(visit, mirror),
            holder=holder,
            names=names_of(visit, mirror, [holder.entity.entity_id] if holder.entity else []),
            campaigns=sorted(shown, key=lambda one: (one["next"] is None, _end(one["next"]))),
            now=mirror.now,
            **paging(page, cursor),
        )


@router.get("/{language}/campaigns/{campaign_id}/desk")
def show_organizer_of(visit: VisitDep, campaign_id: CampaignId) -> HTMLResponse:
    """Show one campaign to its organizer: what is next, and every act that is possible now."""
    with visit.open() as mirror:
        found = find_campaign(mirror, campaign_id)
        campaign = detail_values(mirror, found)
        desk = Desk.of(visit, mirror)
        return visit.page(
            "desks/organizer_one.html",
            desk=desk,
            campaign=campaign,
            title=title_of(visit, found),
            next=next_of(campaign),
            paying=[
                act for act in campaign["next_acts"] if act["act"] in WAITED_FOR - {ActName.CLAIM} and act["legal_now"]
            ],
            later=[act for act in campaign["next_acts"] if not act["legal_now"] and act["act"] in ACTS],
            forms=list(_forms(visit, mirror, desk, campaign)) if desk else [],
            now=mirror.now,
        )


def next_of(campaign: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the organizer's next act: one that brings the campaign on, now rather than later, ending first."""
    own = [act for act in campaign["next_acts"] if act["act"] in WAITED_FOR and act["by"] in BY]
    return min(
        own, key=lambda act: (not act["legal_now"], act["from"] if not act["legal_now"] else 0, _end(act)), default=None
    )


def _end(act: Mapping[str, Any] | None) -> float:
    return float("inf") if act is None or act["until"] is None else act["until"]


def _with_next(visit: Visit, mirror: Mirror, found: Found) -> dict[str, Any]:
    campaign = detail_values(mirror, found)
    return campaign | {"title": title_of(visit, found), "next": next_of(campaign)}


def _forms(visit: Visit, mirror: Mirror, desk: Desk, campaign: Mapping[str, Any]) -> Iterator[Form]:
    """Yield the form of each act of the organizer that is legal now, the one that is waited for in front."""
    legal = {act["act"]: act for act in campaign["next_acts"] if act["legal_now"] and act["by"] in BY}
    for name, act in ACTS.items():
        if name not in legal:
            continue
        changes = {}
        if name is ActName.REQUEST_POOL:
            choices = _pools(visit, mirror, campaign)
            if not choices:
                continue
            changes = {"pool": {"choices": choices, "value": choices[0][0]}}
        given = {"campaign": campaign["campaign_id"]}
        yield desk.form(
            act, name.value, given, unit=campaign["currency"], ends_at=legal[name]["until"], changes=changes
        )


def _pools(visit: Visit, mirror: Mirror, campaign: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the open pools in the campaign's currency that it did not ask for, each by its name and its manager's."""
    asked = {pool["pool_id"] for pool in campaign["pools"]}
    filters = PoolFilters(currency=campaign["currency"].address.lower(), is_open=True)
    rows = list_pools(mirror, filters, PoolSort.ENDING, POOLS)[: POOLS.limit]
    found = [one for one in rows if one.pool.pool_id not in asked]
    names = names_of(visit, mirror, {one.manager.entity_id for one in found})
    called = pool_names(visit, ((one.pool.pool_id, one.pool.agreement_hash) for one in found))
    return [(str(one.pool.pool_id), f"{called[one.pool.pool_id]} – {names[one.manager.entity_id]}") for one in found]
