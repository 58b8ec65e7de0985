"""The way of a pool's money as a file: for each part of each match, who called it and what became of it."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from api import fields
from api.database import Mirror, ReaderDep
from api.exports import FormatPath, export, export_responses
from api.paging import Position, Rows
from api.pools import queries, schemas, views
from api.pools.queries import Found, Owed
from api.pools.routes import PoolId
from api.problems import UNKNOWN_POOL
from api.records import EventLink, event_path
from indexer.store import matching

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


@router.get(
    "/pools/{pool_id}/matches.{form}",
    summary="Export the way of a pool's money",
    response_class=StreamingResponse,
    responses=export_responses(UNKNOWN_POOL),
)
def export_ways(reader: ReaderDep, pool_id: PoolId, form: FormatPath) -> StreamingResponse:
    """Return for every match of a pool which milestone spent how much of it, what waits, and what was freed."""

    def shown(mirror: Mirror, campaigns: Sequence[Owed]) -> Iterator[Way]:
        found = queries.find_pool(mirror, pool_id)
        # One campaign at a time: how much of a match each milestone spent depends on all of its matches.
        return (way for owed in campaigns for way in _ways(mirror, found, owed))

    rows = Rows(find=lambda mirror, page: queries.list_owed(mirror, pool_id, page), position=_place_of, shown=shown)
    return export(reader, form, f"pool-{pool_id}-matches", Way, rows)


def _place_of(owed: Owed) -> Position:
    key = owed.reservation.requested_event_key
    return Position(key, key)


def _ways(mirror: Mirror, found: Found, owed: Owed) -> Iterator[Way]:
    pool_id, campaign_id = owed.reservation.pool_id, owed.reservation.campaign_id
    rows = queries.matches_in(mirror, pool_id, campaign_id)
    tranches = views.spent_tranches(owed, found.pool, queries.milestones_of(mirror, [campaign_id])[campaign_id])
    payments = _payments(mirror, pool_id, campaign_id)
    settled = owed.reservation.settled_at is not None
    for row, parts in zip(rows, matching.spent([row.amount for row in rows], tranches), strict=True):
        match = schemas.Match.model_validate(views.match_values(row, parts, settled=settled))
        ways = [
            *(_way(match, Fate.SPENT, one.amount, one.milestone, payments.get(one.milestone)) for one in match.spent),
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
