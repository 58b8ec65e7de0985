"""Where pools are read."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import StreamingResponse

from api import facts, fields, match_acts
from api.campaigns.queries import gates_of
from api.campaigns.routes import CampaignId
from api.database import Mirror, ReaderDep
from api.exports import FormatPath, export, export_responses
from api.paging import PageDep, PageRequest, Position, Rows, cut, links, page_of
from api.past import At
from api.pools import queries, schemas, views
from api.pools.queries import Found, Owed, PoolFilters, PoolSort
from api.problems import INVALID_ADDRESS, UNKNOWN_BLOCK, UNKNOWN_POOL, UNKNOWN_RESERVATION, list_failures, read_failures
from api.records import currency_unit
from api.windows import in_order
from indexer.store import matching
from indexer.store.models import Rule

router = APIRouter(tags=["pools"])

PoolId = Annotated[fields.Id, Path(description="Number of the pool, from 1.", examples=[1])]


async def filters(
    manager: Annotated[fields.Id | None, Query(description="Entity id of the public body that opened it.")] = None,
    funder: Annotated[fields.Id | None, Query(description="Entity id of a public body that paid in.")] = None,
    currency: Annotated[fields.AddressText | None, Query(description="Contract of the currency.")] = None,
    rule: Annotated[Rule | None, Query(description="How it matches.")] = None,
    is_open: Annotated[bool | None, Query(description="Whether the block's time lies in its window.")] = None,
) -> PoolFilters:
    """Read the filters of a list of pools."""
    return PoolFilters(manager, funder, currency, rule, is_open)


@router.get("/pools", summary="List pools", responses=list_failures(INVALID_ADDRESS))
def list_pools(
    reader: ReaderDep,
    page: PageDep,
    wanted: Annotated[PoolFilters, Depends(filters)],
    sort: Annotated[PoolSort, Query(description="Order of the list.")] = PoolSort.NEWEST,
) -> schemas.PoolPage:
    """Return the pools that meet every filter."""
    return page_of(schemas.PoolPage, reader, page, _pools(wanted, sort))


@router.get(
    "/pools.{form}",
    summary="Export pools",
    response_class=StreamingResponse,
    responses=export_responses(INVALID_ADDRESS),
)
def export_pools(
    reader: ReaderDep,
    form: FormatPath,
    wanted: Annotated[PoolFilters, Depends(filters)],
    sort: Annotated[PoolSort, Query(description="Order of the list.")] = PoolSort.NEWEST,
) -> StreamingResponse:
    """Return all pools that meet every filter, as a file."""
    return export(reader, form, "pools", schemas.Pool, _pools(wanted, sort))


def _pools(wanted: PoolFilters, sort: PoolSort) -> Rows[Found, schemas.Pool]:
    return Rows(
        find=lambda mirror, page: queries.list_pools(mirror, wanted, sort, page),
        position=lambda one: queries.position_of(one, sort),
        shown=lambda mirror, found: records(found, mirror.now),
    )


def records(found: Sequence[Found], now: int) -> list[schemas.Pool]:
    """Return what answers say about some pools."""
    return [schemas.Pool.model_validate(views.pool_values(one, now)) for one in found]


@router.get("/pools/{pool_id}", summary="Read a pool", responses=read_failures(UNKNOWN_POOL, UNKNOWN_BLOCK))
def read_pool(reader: ReaderDep, pool_id: PoolId, at: At = None) -> schemas.PoolAnswer:
    """Return a pool's terms, totals and funders, and who may do what next, until when."""
    with reader.open(at, facts.of_pool(pool_id)) as mirror:
        return schemas.PoolAnswer(as_of=mirror.as_of, pool=detail_of(mirror, pool_id))


def detail_of(mirror: Mirror, pool_id: int) -> schemas.PoolDetail:
    """Return everything about a pool.

    Raises:
        Problem: There is none with this id.
    """
    return shown_whole(mirror, queries.find_pool(mirror, pool_id))


def shown_whole(mirror: Mirror, found: Found) -> schemas.PoolDetail:
    """Return everything about a pool that was found."""
    pool_id, now = found.pool.pool_id, mirror.now
    fundings = queries.fundings_of(mirror, pool_id)
    organizers = queries.organizer_accounts(mirror, pool_id)
    nexts = match_acts.of_pool(found.pool, fundings, organizers, gates_of(mirror, found.currency), now)
    more = {
        "fundings": [views.funding_values(found.pool, row, now) for row in fundings],
        "next_acts": [views.act_values(act, now) for act in nexts],
    }
    return schemas.PoolDetail.model_validate(views.pool_values(found, now) | more)


@router.get("/pools/{pool_id}/campaigns", summary="List a pool's campaigns", responses=list_failures(UNKNOWN_POOL))
def list_campaigns(reader: ReaderDep, page: PageDep, pool_id: PoolId) -> schemas.PoolCampaignPage:
    """Return the campaigns that asked for a pool, with what it owes them; those that asked last in front."""
    with reader.open() as mirror:
        pool = queries.find_pool(mirror, pool_id)
        owed = queries.list_owed(mirror, pool_id, page)
        key = "requested_event_key"
        shown, cursor = cut(
            page, owed, lambda one: Position(getattr(one.reservation, key), getattr(one.reservation, key))
        )
        items = campaigns_of(mirror, pool, shown)
        return schemas.PoolCampaignPage(
            as_of=mirror.as_of, items=items, next_cursor=cursor, links=links(reader.request, page, cursor)
        )


@router.get(
    "/pools/{pool_id}/campaigns/{campaign_id}",
    summary="Read what a pool owes a campaign",
    responses=read_failures(UNKNOWN_RESERVATION, UNKNOWN_POOL, UNKNOWN_BLOCK),
)
def read_reservation(
    reader: ReaderDep, pool_id: PoolId, campaign_id: CampaignId, at: At = None
) -> schemas.ProvenanceAnswer:
    """Return what a pool owes a campaign, which milestone spends how much of it, and what was paid."""
    with reader.open(at, facts.of_reservation(pool_id, campaign_id)) as mirror:
        return schemas.ProvenanceAnswer(as_of=mirror.as_of, reservation=provenance_of(mirror, pool_id, campaign_id))


def provenance_of(mirror: Mirror, pool_id: int, campaign_id: int) -> schemas.Provenance:
    """Return what a pool owes a campaign, by the milestones that spend it.

    Raises:
        Problem: The campaign never asked for the pool, or there is no such pool.
    """
    owed, found = queries.find_owed(mirror, pool_id, campaign_id), queries.find_pool(mirror, pool_id)
    milestones = queries.milestones_of(mirror, [campaign_id])[campaign_id]
    (shown,) = _campaigns(mirror, found, [owed])
    more = {
        "currency": currency_unit(found.pool.currency, found.currency, found.metadata),
        "agreement_hash": found.pool.agreement_hash,
        "tranches": views.tranche_values(owed, found.pool, milestones),
        "releases": [views.release_values(row) for row in queries.releases_of(mirror, pool_id, campaign_id)],
    }
    return schemas.Provenance.model_validate(shown | more)


@router.get(
    "/pools/{pool_id}/campaigns/{campaign_id}/matches",
    summary="List who called a match",
    responses=list_failures(UNKNOWN_RESERVATION, UNKNOWN_POOL),
)
def list_matches(reader: ReaderDep, page: PageDep, pool_id: PoolId, campaign_id: CampaignId) -> schemas.MatchPage:
    """Return whose pledges called how much from a pool for a campaign, and which milestone spent it; oldest first."""
    with reader.open() as mirror:
        items, cursor = matches_of(mirror, pool_id, campaign_id, page)
        return schemas.MatchPage(
            as_of=mirror.as_of, items=items, next_cursor=cursor, links=links(reader.request, page, cursor)
        )


def matches_of(
    mirror: Mirror, pool_id: int, campaign_id: int, page: PageRequest
) -> tuple[list[schemas.Match], str | None]:
    """Return a page of who called how much from a pool for a campaign, and the cursor of the next page.

    Raises:
        Problem: The campaign never asked for the pool, or there is no such pool.
    """
    owed, found = queries.find_owed(mirror, pool_id, campaign_id), queries.find_pool(mirror, pool_id)
    milestones = queries.milestones_of(mirror, [campaign_id])[campaign_id]
    called = queries.called_amounts(mirror, pool_id, campaign_id)
    spent = matching.spent(list(called.values()), views.spent_tranches(owed, found.pool, milestones))
    parts = dict(zip(called, spent, strict=True))
    settled = owed.reservation.settled_at is not None
    rows = queries.list_matches(mirror, pool_id, campaign_id, page)
    shown, cursor = cut(page, rows, lambda row: Position(row.first_event_key, row.first_event_key))
    matches = [views.match_values(row, parts[row.backer], settled=settled) for row in shown]
    return [schemas.Match.model_validate(one) for one in matches], cursor


def campaigns_of(mirror: Mirror, found: Found, owed: Sequence[Owed]) -> list[schemas.PoolCampaign]:
    """Return what answers say about campaigns of a pool."""
    return [schemas.PoolCampaign.model_validate(one) for one in _campaigns(mirror, found, owed)]


def _campaigns(mirror: Mirror, found: Found, owed: Sequence[Owed]) -> list[dict[str, Any]]:
    ids, now = [one.campaign.campaign_id for one in owed], mirror.now
    milestones, asked = queries.milestones_of(mirror, ids), queries.asked_pools(mirror, ids)
    gates = gates_of(mirror, found.currency)
    shown = []
    for one in owed:
        plan, pools = milestones[one.campaign.campaign_id], asked[one.campaign.campaign_id]
        acts = match_acts.of_campaign(one.campaign, plan, one.organizer, pools, gates, now)
        nexts = in_order((act for act in acts if act.pool_id == found.pool.pool_id), now)
        own = next(p for p in pools if p.pool.pool_id == found.pool.pool_id)
        shown.append(views.campaign_of_pool(one, own, plan, nexts, now))
    return shown
