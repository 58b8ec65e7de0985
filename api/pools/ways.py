"""The way of a pool's money as a file: for each part of each match, who called it and what became of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from api import fields
from api.database import Mirror, ReaderDep
from api.exports import FormatPath, export, export_responses
from api.paging import PageRequest, Position, Rows
from api.pools import queries, schemas, views
from api.pools.routes import PoolId
from api.problems import UNKNOWN_POOL
from api.records import EventLink, event_path
from indexer.store import matching, models

NOTHING: Final = "0"

router = APIRouter(tags=["pools"])


class Fate(StrEnum):
    """What became of money that a pledge called."""

    SPENT = "spent"
    WAITING = "waiting"
    FREED = "freed"


class Way(BaseModel):
    """Where one part of a match is. The parts of a pool add up to everything that pledges called and kept."""

    pool_id: int
    campaign_id: int
    backer: fields.Address = Field(description="Whose pledges called it.")
    fate: Fate = Field(
        description="`spent`: by a milestone that was released; `waiting`: reserved for milestones to come; `freed`: "
        "back with the pool."
    )
    milestone: int | None = Field(description="That spent it, from 0; null otherwise.")
    amount: fields.Amount = Field(description="Base units of the pool's currency.")
    payment: fields.Path | None = Field(description="The event that paid it to the campaign; null while it is due.")
    called_at: fields.Time
    pledge: fields.Path
    last_event: EventLink = Field(description="Of the match.")


@dataclass(frozen=True, slots=True)
class Places:
    """What became of all matches between a pool and a campaign.

    Attributes:
        parts: By backer, what each released milestone spent.
        payments: The event that paid a milestone, by milestone.
        settled: Whether what is not spent was freed.
    """

    parts: Mapping[str, Sequence[int]]
    payments: Mapping[int, str]
    settled: bool


@router.get(
    "/pools/{pool_id}/matches.{form}",
    summary="Export the way of a pool's money",
    response_class=StreamingResponse,
    responses=export_responses(UNKNOWN_POOL),
)
def export_ways(reader: ReaderDep, pool_id: PoolId, form: FormatPath) -> StreamingResponse:
    """Return for every match of a pool which milestone spent how much of it, what waits, and what was freed."""
    places: dict[int, Places] = {}

    def shown(mirror: Mirror, found: Sequence[models.Match]) -> list[Way]:
        for number in {row.campaign_id for row in found} - places.keys():
            places[number] = _places(mirror, pool_id, number)
        return [way for row in found for way in _ways(row, places[row.campaign_id])]

    def find(mirror: Mirror, page: PageRequest) -> Sequence[models.Match]:
        queries.find_pool(mirror, pool_id)
        return queries.list_pool_matches(mirror, pool_id, page)

    rows = Rows(find, lambda row: Position(row.first_event_key, row.first_event_key), shown)
    return export(reader, form, f"pool-{pool_id}-matches", Way, rows)


def _places(mirror: Mirror, pool_id: int, campaign_id: int) -> Places:
    owed, found = queries.find_owed(mirror, pool_id, campaign_id), queries.find_pool(mirror, pool_id)
    called = queries.called_amounts(mirror, pool_id, campaign_id)
    tranches = views.spent_tranches(owed, found.pool, queries.milestones_of(mirror, [campaign_id])[campaign_id])
    parts = dict(zip(called, matching.spent(list(called.values()), tranches), strict=True))
    return Places(parts, _payments(mirror, pool_id, campaign_id), settled=owed.reservation.settled_at is not None)


def _ways(row: models.Match, places: Places) -> Iterator[Way]:
    match = schemas.Match.model_validate(views.match_values(row, places.parts[row.backer], settled=places.settled))
    paid = places.payments
    ways = [
        *(_way(match, Fate.SPENT, one.amount, one.milestone, paid.get(one.milestone)) for one in match.spent),
        _way(match, Fate.WAITING, match.waiting),
        _way(match, Fate.FREED, match.freed),
    ]
    yield from (way for way in ways if way.amount != NOTHING)


def _payments(mirror: Mirror, pool_id: int, campaign_id: int) -> dict[int, str]:
    """Return the event that paid each milestone that was paid, by milestone."""
    paid: dict[int, str] = {}
    for release in queries.releases_of(mirror, pool_id, campaign_id):
        paid |= dict.fromkeys(range(len(paid), release.milestones), event_path(release.released_event_key))
    return paid


def _way(match: schemas.Match, fate: Fate, amount: str, milestone: int | None = None, paid: str | None = None) -> Way:
    return Way(
        pool_id=match.pool_id,
        campaign_id=match.campaign_id,
        backer=match.backer,
        fate=fate,
        milestone=milestone,
        amount=amount,
        payment=paid,
        called_at=fields.parse_time(match.called_at),
        pledge=match.pledge,
        last_event=match.last_event,
    )
