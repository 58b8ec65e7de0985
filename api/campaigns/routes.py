"""Where campaigns are read."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import StreamingResponse

from api import acts, fields
from api.act_facts import AskedPool, enrolled, reserved_of
from api.campaigns import queries, schemas
from api.campaigns.queries import CampaignFilters, CampaignSort, Found
from api.database import Mirror, ReaderDep
from api.exports import FormatPath, export, export_responses, rows_of
from api.paging import PageDep, PageRequest, Position, cut, links
from api.pools.queries import asked_pools
from api.pools.views import act_values, pool_of_campaign
from api.problems import INVALID_ADDRESS, UNKNOWN_CAMPAIGN, list_failures, read_failures
from api.records import currency_unit, document_path, event_path, last_event, values_of
from indexer.store import phases
from indexer.store.models import Milestone
from indexer.store.phases import MilestonePhase, Phase

router = APIRouter(tags=["campaigns"])

CampaignId = Annotated[fields.Id, Path(description="Number of the campaign, from 1.", examples=[1])]


async def filters(
    phase: Annotated[list[Phase], Query(description="Phase; repeat it for any of several.")] = [],  # noqa: B006
    theme: Annotated[list[fields.ThemeNumber], Query(description="Theme; repeat it for any of several.")] = [],  # noqa: B006
    territory: Annotated[
        fields.Territory | None,
        Query(description="ISO 3166-2 code; a country's code stands for all its parts.", examples=["ES", "ES-SE"]),
    ] = None,
    currency: Annotated[fields.AddressText | None, Query(description="Contract of the currency.")] = None,
    organizer: Annotated[fields.Id | None, Query(description="Entity id of the organizer.")] = None,
    opens_from: Annotated[fields.TimeText | None, Query(description="Opens at this time or later.")] = None,
    opens_before: Annotated[fields.TimeText | None, Query(description="Opens before this time.")] = None,
    deadline_from: Annotated[fields.TimeText | None, Query(description="Deadline at this time or later.")] = None,
    deadline_before: Annotated[fields.TimeText | None, Query(description="Deadline before this time.")] = None,
) -> CampaignFilters:
    """Read the filters of a list of campaigns."""
    return CampaignFilters(
        phase, theme, territory, currency, organizer, opens_from, opens_before, deadline_from, deadline_before
    )


@router.get("/campaigns", summary="List campaigns", responses=list_failures(INVALID_ADDRESS))
def list_campaigns(
    reader: ReaderDep,
    page: PageDep,
    wanted: Annotated[CampaignFilters, Depends(filters)],
    sort: Annotated[CampaignSort, Query(description="Order of the list.")] = CampaignSort.NEWEST,
) -> schemas.CampaignPage:
    """Return the campaigns that meet every filter. Phases are those at the time of the block in `as_of`."""
    with reader.open() as mirror:
        found = queries.list_campaigns(mirror, wanted, sort, page)
        shown, cursor = cut(page, found, lambda one: queries.position_of(one, sort))
        items = _records(shown, mirror.now)
        return schemas.CampaignPage(
            as_of=mirror.as_of, items=items, next_cursor=cursor, links=links(reader.request, page, cursor)
        )


@router.get(
    "/campaigns.{form}",
    summary="Export campaigns",
    response_class=StreamingResponse,
    responses=export_responses(INVALID_ADDRESS),
)
def export_campaigns(
    reader: ReaderDep,
    form: FormatPath,
    wanted: Annotated[CampaignFilters, Depends(filters)],
    sort: Annotated[CampaignSort, Query(description="Order of the list.")] = CampaignSort.NEWEST,
) -> StreamingResponse:
    """Return all campaigns that meet every filter, as a file."""

    def part(mirror: Mirror, page: PageRequest) -> tuple[list[schemas.Campaign], Position | None]:
        found = queries.list_campaigns(mirror, wanted, sort, page)
        shown, after = rows_of(page, found, lambda one: queries.position_of(one, sort))
        return _records(shown, mirror.now), after

    return export(reader, form, "campaigns", schemas.Campaign, part)


@router.get("/campaigns/{campaign_id}", summary="Read a campaign", responses=read_failures(UNKNOWN_CAMPAIGN))
def read_campaign(reader: ReaderDep, campaign_id: CampaignId) -> schemas.CampaignAnswer:
    """Return a campaign's terms, totals and milestones, and who may do what next, until when."""
    with reader.open() as mirror:
        found = queries.find_campaign(mirror, campaign_id)
        milestones = queries.milestones_of(mirror, campaign_id)
        gates = queries.gates_of(mirror, found.currency)
        pools = asked_pools(mirror, [campaign_id])[campaign_id]
        now = mirror.now
        nexts = acts.next_acts(found.campaign, milestones, found.organizer, pools, gates, now)
        detail = _campaign(found, now) | {
            "milestones": [_milestone(found, milestones, index, pools, now) for index in range(len(milestones))],
            "pools": [pool_of_campaign(asked, found.campaign, milestones, now) for asked in pools],
            "next_acts": [act_values(act, now) for act in nexts],
        }
        return schemas.CampaignAnswer(as_of=mirror.as_of, campaign=schemas.CampaignDetail.model_validate(detail))


def _records(found: Sequence[Found], now: int) -> list[schemas.Campaign]:
    return [schemas.Campaign.model_validate(_campaign(one, now)) for one in found]


def _campaign(found: Found, now: int) -> dict[str, Any]:
    row, organizer = found.campaign, found.organizer
    path = f"/v1/campaigns/{row.campaign_id}"
    computed = {
        "phase": phases.phase_at(row, organizer.revoked_at, now),
        "phase_ends_at": phases.phase_ends_at(row, organizer.revoked_at, now),
        "lapses_at": phases.lapses_at(row),
        "withdrawable_until": phases.withdrawable_until(row),
        "pledging_ends_at": phases.pledging_ends_at(row),
        "pool_count": row.pools,
        "themes": [number for number in range(32) if row.themes >> number & 1],
        "organizer": schemas.Organizer(
            entity_id=organizer.entity_id,
            account=organizer.account,
            suspended_until=organizer.suspended_until or None,
            revoked_at=organizer.revoked_at,
            href=f"/v1/entities/{organizer.entity_id}",
        ),
        "currency": currency_unit(row.currency, found.currency, found.metadata),
        "last_event": last_event(row),
        "links": schemas.CampaignLinks(
            self=path,
            description=document_path(row.description_hash),
            pledges=f"{path}/pledges",
            objections=f"{path}/objections",
            updates=f"{path}/updates",
            events=f"/v1/events?campaign={row.campaign_id}",
            submission=event_path(row.submitted_event_key),
        ),
    }
    return values_of(row) | computed


def _milestone(
    found: Found, milestones: Sequence[Milestone], index: int, pools: Sequence[AskedPool], now: int
) -> dict[str, Any]:
    campaign, row, revoked_at = found.campaign, milestones[index], found.organizer.revoked_at
    phase = phases.phase_at(campaign, revoked_at, now)
    reserved = reserved_of(campaign, pools)
    state = phases.milestone_at(campaign, row, reserved, revoked_at, now)
    current = phase == Phase.DELIVERING and index == campaign.current_milestone
    previous = milestones[index - 1] if index else None
    computed = {
        "state": state,
        "state_ends_at": phases.milestone_ends_at(campaign, row, reserved, revoked_at, now),
        "objected_pools": [
            p.pool.pool_id for place, p in enumerate(enrolled(pools)) if row.objected_pools >> place & 1
        ],
        "ruling_ends_at": phases.ruling_ends_at(campaign, row) if state is MilestonePhase.STOPPED else None,
        "tranche": acts.tranche(campaign, milestones, index) if row.tranche is None else row.tranche,
        "claim_by": phases.claim_by(campaign, row, previous, reserved, revoked_at, now) if current else None,
        "last_event": last_event(row),
        "links": schemas.MilestoneLinks(
            document=document_path(row.document_hash),
            evidence=document_path(row.evidence_hash),
            reason=document_path(row.reason),
        ),
    }
    return values_of(row) | computed
