"""Reads campaigns from the mirror."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from api.acts import Gates
from api.database import Mirror
from api.paging import PageRequest, Position, seek
from api.problems import UNKNOWN_CAMPAIGN
from indexer.store.models import (
    Campaign,
    Currency,
    CurrencyMetadata,
    Entity,
    Journal,
    LabPause,
    Milestone,
    MilestoneState,
    Target,
)
from indexer.store.phases import REVIEW_DURATION, Phase
from serving.problems import Problem

CONTRACT: Final = "Crowdfunding"
MATCH_CONTRACT: Final = "MatchFunding"
PLEDGING: Final = (Phase.LIVE, Phase.EXTENSION)
"""Phases in which anybody may pledge."""
COMING: Final = (Phase.APPROVED,)
"""Phases after which that begins by time alone."""


class Found(NamedTuple):
    """A campaign with what its phase and amounts need."""

    campaign: Campaign
    organizer: Entity
    currency: Currency
    metadata: CurrencyMetadata | None


class CampaignSort(StrEnum):
    """Order of a list of campaigns."""

    NEWEST = "newest"
    OLDEST = "oldest"
    UPDATED = "updated"  # changed last in front
    OPENING = "opening"  # opening first in front
    DEADLINE = "deadline"  # ending first in front
    RAISED = "raised"  # most raised in front
    GOAL = "goal"  # highest goal in front


_ORDER: Final[dict[CampaignSort, tuple[InstrumentedAttribute[int], bool]]] = {
    CampaignSort.NEWEST: (Campaign.submitted_event_key, True),
    CampaignSort.OLDEST: (Campaign.submitted_event_key, False),
    CampaignSort.UPDATED: (Campaign.last_event_key, True),
    CampaignSort.OPENING: (Campaign.opens_at, False),
    CampaignSort.DEADLINE: (Campaign.deadline, False),
    CampaignSort.RAISED: (Campaign.raised, True),
    CampaignSort.GOAL: (Campaign.goal, True),
}
"""Column and whether it descends."""


@dataclass(frozen=True, slots=True)
class CampaignFilters:
    """Which campaigns are asked for: all that meet every one of these. Times are Unix times, ranges half open."""

    phases: Sequence[Phase] = ()
    """Any of them; empty for all."""
    themes: Sequence[int] = ()
    """Any of them, by number; empty for all."""
    territory: str | None = None
    """ISO 3166-2; a country's code stands for all its parts."""
    currency: str | None = None
    organizer: int | None = None
    opens_from: int | None = None
    opens_before: int | None = None
    deadline_from: int | None = None
    deadline_before: int | None = None
    campaign_ids: Sequence[int] | None = None
    """None for all."""


def list_campaigns(mirror: Mirror, filters: CampaignFilters, sort: CampaignSort, page: PageRequest) -> Sequence[Found]:
    """Return the campaigns of a page, and one more if there is one."""
    column, descending = _ORDER[sort]
    statement = _campaigns().where(*_conditions(filters, mirror.now))
    statement = seek(statement, page, column.expression, Campaign.submitted_event_key.expression, descending=descending)
    return [Found(*row) for row in mirror.session.execute(statement)]


def list_submitted(mirror: Mirror, page: PageRequest) -> Sequence[Found]:
    """Return the campaigns of a page that wait for a review, the one that opens first in front, and one more if any."""
    return list_campaigns(mirror, CampaignFilters(phases=[Phase.SUBMITTED]), CampaignSort.OPENING, page)


def descriptions(mirror: Mirror, filters: CampaignFilters) -> Sequence[tuple[int, str]]:
    """Return (campaign id, hash of its description) of all campaigns that meet the filters."""
    statement = (
        select(Campaign.campaign_id, Campaign.description_hash)
        .join(Entity, Entity.entity_id == Campaign.organizer)
        .where(*_conditions(filters, mirror.now))
    )
    return [(campaign_id, digest) for campaign_id, digest in mirror.session.execute(statement)]


def count_campaigns(mirror: Mirror, filters: CampaignFilters) -> int:
    """Return how many campaigns meet the filters."""
    statement = select(func.count()).select_from(Campaign).join(Entity, Entity.entity_id == Campaign.organizer)
    return mirror.session.scalar(statement.where(*_conditions(filters, mirror.now))) or 0


def used_territories(mirror: Mirror) -> Sequence[str]:
    """Return the codes of all territories that any campaign is in."""
    statement = (
        select(Campaign.territory).where(Campaign.territory.is_not(None)).distinct().order_by(Campaign.territory)
    )
    return [code for code in mirror.session.scalars(statement) if code is not None]


def position_of(found: Found, sort: CampaignSort) -> Position:
    """Return where a campaign stands in a list."""
    return Position(getattr(found.campaign, _ORDER[sort][0].key), found.campaign.submitted_event_key)


def find_campaign(mirror: Mirror, campaign_id: int) -> Found:
    """Return one campaign.

    Raises:
        Problem: There is none with this id.
    """
    row = mirror.session.execute(_campaigns().where(Campaign.campaign_id == campaign_id)).one_or_none()
    if row is None:
        raise Problem(UNKNOWN_CAMPAIGN, f"There is no campaign {campaign_id}")
    return Found(*row)


def gates_of(mirror: Mirror, currency: Currency) -> Gates:
    """Return what stops acts on every campaign and pool in a currency."""
    closed = mirror.session.scalar(
        select(Target.closed).join(Journal, Journal.contract == Target.target).where(Journal.contract_name == CONTRACT)
    )
    return Gates(
        currency_listed=currency.listed,
        paused_until=_paused_until(mirror, CONTRACT),
        match_paused_until=_paused_until(mirror, MATCH_CONTRACT),
        closed=bool(closed),
    )


def _paused_until(mirror: Mirror, contract: str) -> int:
    pause = mirror.session.get(LabPause, contract)
    return 0 if pause is None else pause.paused_until if pause.resumed_at is None else pause.resumed_at


def payable_to(mirror: Mirror, account: str) -> Sequence[Found]:
    """Return the campaigns that have released money for a payout account and not paid it yet, the oldest in front."""
    due = (Campaign.payout_account == account, Campaign.released > Campaign.collected)
    statement = _campaigns().where(*due).order_by(Campaign.campaign_id)
    return [Found(*row) for row in mirror.session.execute(statement)]


def objected_to(mirror: Mirror, most: int) -> Sequence[Found]:
    """Return the campaigns with a claim to which somebody objected and on which an arbiter may have to rule now.

    Whether the objections weigh enough to stop the claim is for `acts` to say.

    Args:
        mirror: Where to look.
        most: Only so many, those whose time for a ruling ends first.
    """
    ends_at = Milestone.window_ends_at + Campaign.ruling_window
    objected = (Milestone.objectors > 0) | (Milestone.objected_amount > 0) | (Milestone.objected_pools > 0)
    statement = (
        _campaigns()
        .join(Milestone, Milestone.campaign_id == Campaign.campaign_id)
        .where(
            Milestone.milestone == Campaign.current_milestone,
            Milestone.state == MilestoneState.CLAIMED.value,
            Milestone.window_ends_at <= mirror.now,
            ends_at > mirror.now,
            objected,
            phase_expression(mirror.now) == Phase.DELIVERING.value,
        )
        .order_by(ends_at, Campaign.campaign_id)
    )
    return [Found(*row) for row in mirror.session.execute(statement.limit(most))]


def phase_expression(now: int) -> ColumnElement[str]:
    """Return the phase at `now` as SQL over `Campaign` joined with its organizer's `Entity`.

    It equals `indexer.store.phases.phase_at`, which a test shows on random campaigns; only a filter needs it in SQL.
    """
    c = Campaign
    review_ends_at = c.submitted_at + REVIEW_DURATION
    submitted = c.state == Phase.SUBMITTED
    ends_at = case(
        (and_(submitted, review_ends_at < c.opens_at), review_ends_at),
        (submitted, c.opens_at),
        (c.raised < c.goal, c.deadline),
        (c.raised == c.stretch_goal, func.coalesce(c.stretch_goal_reached_at, c.deadline)),
        else_=c.deadline + c.extension,
    )
    going_on = ends_at > now
    return case(
        (c.state.in_([Phase.REJECTED, Phase.CANCELED, Phase.TERMINATED]), c.state),
        (Entity.revoked_at < ends_at, Phase.CANCELED.value),
        (and_(submitted, going_on), Phase.SUBMITTED.value),
        (submitted, Phase.LAPSED.value),
        (and_(going_on, c.opens_at > now), Phase.APPROVED.value),
        (and_(going_on, c.deadline > now), Phase.LIVE.value),
        (going_on, Phase.EXTENSION.value),
        (c.raised < c.goal, Phase.FAILED.value),
        (c.current_milestone == c.milestone_count, Phase.COMPLETED.value),
        else_=Phase.DELIVERING.value,
    )


def in_territory(code: str) -> ColumnElement[bool]:
    """Return whether a campaign is in a territory; a country's ISO 3166-2 code stands for all its parts."""
    return or_(Campaign.territory == code, Campaign.territory.startswith(f"{code}-", autoescape=True))


def _campaigns() -> Select[Campaign, Entity, Currency, CurrencyMetadata]:
    return (
        select(Campaign, Entity, Currency, CurrencyMetadata)
        .join(Entity, Entity.entity_id == Campaign.organizer)
        .join(Currency, Currency.currency == Campaign.currency)
        .outerjoin(CurrencyMetadata, CurrencyMetadata.currency == Campaign.currency)
    )


def _conditions(filters: CampaignFilters, now: int) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.phases:
        conditions.append(phase_expression(now).in_([phase.value for phase in filters.phases]))
    if filters.themes:
        bits = sum(1 << theme for theme in set(filters.themes))
        conditions.append(Campaign.themes.bitwise_and(bits) != 0)
    if filters.territory is not None:
        conditions.append(in_territory(filters.territory))
    if filters.currency is not None:
        conditions.append(Campaign.currency == filters.currency)
    if filters.campaign_ids is not None:
        conditions.append(Campaign.campaign_id.in_(filters.campaign_ids))
    if filters.organizer is not None:
        conditions.append(Campaign.organizer == filters.organizer)
    for column, start, end in (
        (Campaign.opens_at, filters.opens_from, filters.opens_before),
        (Campaign.deadline, filters.deadline_from, filters.deadline_before),
    ):
        conditions += [column >= start] if start is not None else []
        conditions += [column < end] if end is not None else []
    return conditions
