"""Where campaigns are read."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import StreamingResponse

from api import facts, fields
from api.campaigns import queries, schemas
from api.campaigns.queries import CampaignFilters, CampaignSort
from api.campaigns.views import detail_values, records_of
from api.database import ReaderDep
from api.exports import FormatPath, export, export_responses
from api.paging import PageDep, Rows, page_of
from api.past import At
from api.problems import INVALID_ADDRESS, UNKNOWN_BLOCK, UNKNOWN_CAMPAIGN, list_failures, read_failures
from indexer.store.phases import Phase

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
    return page_of(schemas.CampaignPage, reader, page, _campaigns(wanted, sort))


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
    return export(reader, form, "campaigns", schemas.Campaign, _campaigns(wanted, sort))


def _campaigns(wanted: CampaignFilters, sort: CampaignSort) -> Rows[queries.Found, schemas.Campaign]:
    return Rows(
        find=lambda mirror, page: queries.list_campaigns(mirror, wanted, sort, page),
        position=lambda one: queries.position_of(one, sort),
        shown=lambda mirror, found: records_of(found, mirror.now),
    )


@router.get(
    "/campaigns/{campaign_id}", summary="Read a campaign", responses=read_failures(UNKNOWN_CAMPAIGN, UNKNOWN_BLOCK)
)
def read_campaign(reader: ReaderDep, campaign_id: CampaignId, at: At = None) -> schemas.CampaignAnswer:
    """Return a campaign's terms, totals and milestones, and who may do what next, until when."""
    with reader.open(at, facts.of_campaign(campaign_id)) as mirror:
        detail = detail_values(mirror, queries.find_campaign(mirror, campaign_id))
        return schemas.CampaignAnswer(as_of=mirror.as_of, campaign=schemas.CampaignDetail.model_validate(detail))
