"""The public body's desk: its pools with what waits in each, and every act on one of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from api import fields
from api.act_facts import ActName, Actor
from api.campaigns.queries import find_campaign
from api.campaigns.views import detail_values
from api.currencies import all_currencies
from api.database import Mirror
from api.entities import EntityDetail, Kind
from api.match_acts import OPEN_PHASES, full
from api.paging import PageDep, PageRequest, cut
from api.pools import queries, routes, schemas
from api.pools.queries import Found, Owed, PoolFilters, PoolSort
from api.pools.routes import PoolId
from web.acts import backing, pools
from web.acts.forms import Desk, Form
from web.acts.model import Act
from web.campaigns.lists import title_of
from web.desks.accounts import Typed, holder_of
from web.desks.start import chosen
from web.lists import names_of, paging, pool_name, pool_names
from web.pools import largest_of, picture_of_pool, place_of
from web.visits import Visit, VisitDep
from web.words import N_

ACTS: Final[Mapping[ActName, Act]] = {
    ActName.ENROL: pools.ENROL,
    ActName.OBJECT: backing.OBJECT_FOR_POOL,
    ActName.RELEASE_MATCH: backing.RELEASE_MATCH,
    ActName.SETTLE: pools.SETTLE_RESERVATION,
}
"""What is done between a pool and one campaign, in this order."""
MOST_RECLAIMS: Final = 20
"""Accounts for which one page offers to give money back; the others come up when these have theirs."""
UNVERIFIED: Final = N_("Not now: the pool's manager has to be verified, and its currency accepted.")
OTHERS: Final = PageRequest(50, None, "", ())
"""Pools of others into which a body paid, as far as its desk shows them."""

router = APIRouter()


@router.get("/{language}/desks/pools")
def show_public_body(visit: VisitDep, page: PageDep, typed: Typed = "") -> HTMLResponse:
    """Show the pools of the public body that an account acts for, each with what waits in it."""
    with visit.open() as mirror:
        holder = holder_of(mirror, typed)
        found: Sequence[Found] = []
        paid_into: Sequence[Found] = []
        cursor = None
        if holder.entity:
            number = holder.entity.entity_id
            rows = queries.list_pools(mirror, PoolFilters(manager=number), PoolSort.NEWEST, page)
            found, cursor = cut(page, rows, lambda one: queries.position_of(one, PoolSort.NEWEST))
            rows = queries.list_pools(mirror, PoolFilters(funder=number), PoolSort.NEWEST, OTHERS)[: OTHERS.limit]
            paid_into = [one for one in rows if one.pool.manager != number]
        return visit.page(
            "desks/public_body.html",
            desk=Desk.of(visit, mirror),
            holder=holder,
            is_public=_is_public(holder.entity),
            names=names_of(visit, mirror, [holder.entity.entity_id] if holder.entity else []),
            pools=routes.records(found, mirror.now),
            asking=queries.asking(mirror, [one.pool.pool_id for one in found]),
            paid_into=routes.records(paid_into, mirror.now),
            titles=pool_names(visit, ((one.pool.pool_id, one.pool.agreement_hash) for one in [*found, *paid_into])),
            now=mirror.now,
            **paging(page, cursor),
        )


@router.get("/{language}/desks/pools/open")
def show_opening(
    visit: VisitDep, currency: Annotated[fields.AddressText | None, Query(description="Contract.")] = None
) -> HTMLResponse:
    """Show the forms of a new pool in a currency; the first one that is listed, if none is named."""
    with visit.open() as mirror:
        desk = Desk.of(visit, mirror)
        listed = [one for one in all_currencies(mirror) if one.listed]
        unit = chosen(listed, currency)
        forms = []
        if desk and unit:
            given = {"currency": unit.address}
            forms = [
                desk.form(act, key, given, unit=unit)
                for key, act in (("ratio", pools.OPEN_RATIO), ("gift", pools.OPEN_GIFT))
            ]
        return visit.page("desks/pool_opening.html", desk=desk, forms=forms, unit=unit, currencies=listed)


@router.get("/{language}/pools/{pool_id}/desk")
def show_pool_desk(visit: VisitDep, page: PageDep, pool_id: PoolId) -> HTMLResponse:
    """Show one pool to who manages it or pays in: which campaigns ask, what is reserved, and every act possible now."""
    with visit.open() as mirror:
        found = queries.find_pool(mirror, pool_id)
        pool = routes.shown_whole(mirror, found)
        names = names_of(visit, mirror, {pool.manager.entity_id, *(one.funder for one in largest_of(pool))})
        shown, cursor = cut(page, queries.list_owed(mirror, pool_id, page), place_of)
        desk = Desk.of(visit, mirror)
        return visit.page(
            "desks/pool.html",
            desk=desk,
            pool=pool,
            name=pool_name(visit, pool.agreement_hash, pool_id),
            names=names,
            campaigns=[_watched(visit, mirror, desk, pool, one) for one in shown],
            picture=picture_of_pool(visit, mirror, found, pool, names),
            forms=list(_on_pool(desk, pool)) if desk else [],
            later=[act for act in pool.next_acts if not act.legal_now][:1],
            now=mirror.now,
            **paging(page, cursor),
        )


def _is_public(entity: EntityDetail | None) -> bool:
    return entity is not None and Kind.PUBLIC_BODY in entity.kinds


def _on_pool(desk: Desk, pool: schemas.PoolDetail) -> Iterator[Form]:
    """Yield the forms of the acts on a pool itself that are legal now."""
    legal = [act for act in pool.next_acts if act.legal_now]
    known = {"pool": pool.pool_id, "currency": pool.currency.address}
    for act in legal:
        if act.act is ActName.FUND_POOL:
            changes = {"amount": {"least": int(act.min_amount or 0), "most": int(act.max_amount or 0)}}
            until = fields.parse_time(act.until) if act.until else None
            yield desk.form(pools.FUND, "fund", known, unit=pool.currency, ends_at=until, changes=changes)
    for act in [act for act in legal if act.act is ActName.RECLAIM][:MOST_RECLAIMS]:
        account = str(act.funding_account)
        yield desk.form(backing.RECLAIM, f"reclaim-{account}", known | {"account": account}, unit=pool.currency)


def _watched(visit: Visit, mirror: Mirror, desk: Desk | None, pool: schemas.PoolDetail, owed: Owed) -> dict[str, Any]:
    """Return what a pool owes a campaign, what may be done about it, and the forms of what may be done now."""
    found = find_campaign(mirror, owed.campaign.campaign_id)
    campaign = detail_values(mirror, found)
    reservation = next(one for one in campaign["pools"] if one["pool_id"] == pool.pool_id)
    acts = [act for act in campaign["next_acts"] if _concerns(act, pool)]
    return {
        "campaign": campaign,
        "title": title_of(visit, found),
        "reservation": reservation,
        "later": [act for act in acts if not act["legal_now"]],
        "refusal": _refusal(campaign, pool, reservation, acts),
        "forms": [_between(desk, campaign, pool, act) for act in acts if act["legal_now"]] if desk else [],
    }


def _concerns(act: Mapping[str, Any], pool: schemas.PoolDetail) -> bool:
    """Return whether an act on a campaign is one between it and a pool, or the manager's objection."""
    if act["act"] is ActName.OBJECT:
        manager = str(pool.manager.account).lower()
        return act["by"] is Actor.POOL_MANAGER and str(act["account"]).lower() == manager
    return act["act"] in ACTS and act["pool_id"] == pool.pool_id


def _between(desk: Desk, campaign: Mapping[str, Any], pool: schemas.PoolDetail, act: Mapping[str, Any]) -> Form:
    number = campaign["campaign_id"]
    given = {"pool": pool.pool_id, "campaign": number, "milestone": act["milestone"], "attempt": act["attempt"]}
    key = f"{ActName(act['act']).value}-{number}"
    return desk.form(ACTS[act["act"]], key, given, unit=pool.currency, ends_at=act["until"])


def _refusal(
    campaign: Mapping[str, Any],
    pool: schemas.PoolDetail,
    reservation: Mapping[str, Any],
    acts: Sequence[Mapping[str, Any]],
) -> str | None:
    """Return the message why a campaign that asks can't be enrolled, now or by time alone; None if it can, or is."""
    if reservation["enrolled_at"] is not None or any(act["act"] is ActName.ENROL for act in acts):
        return None
    return next((message for holds, message in _reasons(campaign, pool) if holds), UNVERIFIED)


def _reasons(campaign: Mapping[str, Any], pool: schemas.PoolDetail) -> Iterator[tuple[bool, str]]:
    """Yield what `MatchFunding.enrol` asks of both, in its words for people, and whether it stands in the way."""
    enrolled = sum(one["enrolled_at"] is not None for one in campaign["pools"])
    bodies = {pool.manager.entity_id, *(one.funder for one in pool.fundings)}
    yield campaign["phase"] not in OPEN_PHASES, N_("Pledging is over, so that it can't be matched any more.")
    yield full(enrolled), N_("Three pools match it already.")
    yield pool.currency.address != campaign["currency"].address, N_("It collects another currency than the pool holds.")
    yield (
        campaign["milestones"][0]["share_bps"] > pool.max_first_tranche_bps,
        N_("Its first milestone releases more at once than the pool allows."),
    )
    yield campaign["organizer"].entity_id in bodies, N_("Its organizer manages the pool or paid into it.")
    if pool.rule.value == "threshold_gift":
        yield int(pool.min_raised) < campaign["goal"], N_("Its goal is higher than what the pool asks it to raise.")
        yield int(pool.campaign_cap) > int(pool.unreserved), N_("The pool does not hold the gift: pay in first.")
        yield campaign["phase"] != "approved", N_("It is open already; a gift has to be set aside before that.")
    yield not pool.is_open, N_("The pool is not open for campaigns.")
