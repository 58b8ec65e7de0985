"""Reads pools and what they owe from the mirror."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute

from api.act_facts import AskedPool
from api.campaigns.queries import phase_expression
from api.database import Mirror
from api.match_acts import OPEN_PHASES
from api.paging import PageRequest, Position, seek
from api.problems import UNKNOWN_POOL, UNKNOWN_RESERVATION
from indexer.store.models import (
    Campaign,
    Currency,
    CurrencyMetadata,
    Entity,
    EntityState,
    Funder,
    Funding,
    Match,
    MatchRelease,
    Milestone,
    MilestoneState,
    Pool,
    Reservation,
    Rule,
)
from serving.problems import Problem


class Found(NamedTuple):
    """A pool with what its amounts need."""

    pool: Pool
    manager: Entity
    currency: Currency
    metadata: CurrencyMetadata | None


class Owed(NamedTuple):
    """What a pool owes a campaign, with both."""

    reservation: Reservation
    campaign: Campaign
    organizer: Entity


@dataclass(frozen=True, slots=True)
class AskedRows(AskedPool):
    """`AskedPool` made of rows."""

    pool: Pool
    reservation: Reservation
    manager: Entity
    funders: Sequence[Entity]


class PoolSort(StrEnum):
    """Order of a list of pools."""

    NEWEST = "newest"
    OLDEST = "oldest"
    UPDATED = "updated"  # changed last in front
    ENDING = "ending"  # ending first in front
    FUNDED = "funded"  # most funded in front


_ORDER: Final[dict[PoolSort, tuple[InstrumentedAttribute[int], bool]]] = {
    PoolSort.NEWEST: (Pool.opened_event_key, True),
    PoolSort.OLDEST: (Pool.opened_event_key, False),
    PoolSort.UPDATED: (Pool.last_event_key, True),
    PoolSort.ENDING: (Pool.ends_at, False),
    PoolSort.FUNDED: (Pool.funded, True),
}
"""Column and whether it descends."""


@dataclass(frozen=True, slots=True)
class PoolFilters:
    """Which pools are asked for: all that meet every one of these."""

    manager: int | None = None
    funder: int | None = None
    """Entity id of one that paid in."""
    currency: str | None = None
    rule: Rule | None = None
    is_open: bool | None = None
    """Whether the time of the block lies in the window."""


def list_pools(mirror: Mirror, filters: PoolFilters, sort: PoolSort, page: PageRequest) -> Sequence[Found]:
    """Return the pools of a page, and one more if there is one."""
    column, descending = _ORDER[sort]
    statement = _pools().where(*_conditions(filters, mirror.now))
    statement = seek(statement, page, column.expression, Pool.opened_event_key.expression, descending=descending)
    return [Found(*row) for row in mirror.session.execute(statement)]


def position_of(found: Found, sort: PoolSort) -> Position:
    """Return where a pool stands in a list."""
    return Position(getattr(found.pool, _ORDER[sort][0].key), found.pool.opened_event_key)


def find_pool(mirror: Mirror, pool_id: int) -> Found:
    """Return one pool.

    Raises:
        Problem: There is none with this id.
    """
    row = mirror.session.execute(_pools().where(Pool.pool_id == pool_id)).one_or_none()
    if row is None:
        raise Problem(UNKNOWN_POOL, f"There is no pool {pool_id}")
    return Found(*row)


def agreements_of(mirror: Mirror, pool_ids: Collection[int]) -> dict[int, str]:
    """Return the SHA-256 of the agreement of each of some pools."""
    if not pool_ids:
        return {}
    statement = select(Pool.pool_id, Pool.agreement_hash).where(Pool.pool_id.in_(pool_ids))
    return {row.pool_id: row.agreement_hash for row in mirror.session.execute(statement)}


def fundings_of(mirror: Mirror, pool_id: int) -> Sequence[Funding]:
    """Return what each account paid into a pool, in the order of their first payment."""
    statement = select(Funding).where(Funding.pool_id == pool_id).order_by(Funding.first_event_key)
    return mirror.session.scalars(statement).all()


def funded_by(mirror: Mirror, account: str) -> Sequence[int]:
    """Return the ids of the pools into which an account paid, and that owe it a part still."""
    statement = select(Funding.pool_id).where(Funding.account == account, Funding.finished.is_(False))
    return mirror.session.scalars(statement.order_by(Funding.pool_id)).all()


def organizer_accounts(mirror: Mirror, pool_id: int) -> list[str]:
    """Return the accounts that act for organizers whose campaigns a pool matches."""
    statement = (
        select(Entity.account)
        .join(Campaign, Campaign.organizer == Entity.entity_id)
        .join(Reservation, Reservation.campaign_id == Campaign.campaign_id)
        .where(Reservation.pool_id == pool_id, Reservation.place.is_not(None), _live())
        .distinct()
        .order_by(Entity.account)
    )
    return list(mirror.session.scalars(statement))


def list_owed(mirror: Mirror, pool_id: int, page: PageRequest) -> Sequence[Owed]:
    """Return what a pool owes the campaigns of a page, those that asked last in front."""
    key = Reservation.requested_event_key.expression
    statement = seek(_owed().where(Reservation.pool_id == pool_id), page, key, key, descending=True)
    return [Owed(*row) for row in mirror.session.execute(statement)]


def asking(mirror: Mirror, pool_ids: Collection[int]) -> dict[int, int]:
    """Return how many campaigns that may still be enrolled wait for the answer of each of these pools."""
    open_still = phase_expression(mirror.now).in_([phase.value for phase in OPEN_PHASES])
    statement = (
        select(Reservation.pool_id, func.count())
        .join(Campaign, Campaign.campaign_id == Reservation.campaign_id)
        .join(Entity, Entity.entity_id == Campaign.organizer)
        .where(Reservation.pool_id.in_(pool_ids), Reservation.place.is_(None), open_still)
        .group_by(Reservation.pool_id)
    )
    counted = {pool_id: count for pool_id, count in mirror.session.execute(statement)}  # noqa: C416 - rows are no pairs
    return {pool_id: counted.get(pool_id, 0) for pool_id in pool_ids}


def waiting_for(mirror: Mirror, manager: int, most: int) -> list[int]:
    """Return the ids of campaigns that may wait for a manager of pools; which acts are legal is for `acts` to say.

    Args:
        mirror: Where to look.
        manager: Entity whose pools are asked for, or match a campaign of which a claim is open.
        most: Only so many, those that changed last.
    """
    asks = Reservation.place.is_(None) & phase_expression(mirror.now).in_([phase.value for phase in OPEN_PHASES])
    claims = Reservation.place.is_not(None) & (Milestone.state == MilestoneState.CLAIMED.value)
    current = (Milestone.campaign_id == Campaign.campaign_id) & (Milestone.milestone == Campaign.current_milestone)
    statement = (
        select(Campaign.campaign_id)
        .join(Reservation, Reservation.campaign_id == Campaign.campaign_id)
        .join(Pool, Pool.pool_id == Reservation.pool_id)
        .join(Entity, Entity.entity_id == Campaign.organizer)
        .outerjoin(Milestone, current)
        .where(Pool.manager == manager, asks | (claims & (Milestone.window_ends_at > mirror.now)))
        .group_by(Campaign.campaign_id, Campaign.last_event_key)
        .order_by(Campaign.last_event_key.desc())
        .limit(most)
    )
    return list(mirror.session.scalars(statement))


def largest_owed(mirror: Mirror, pool_id: int, count: int) -> Sequence[Owed]:
    """Return for which campaigns a pool has reserved most, the largest in front."""
    statement = _owed().where(Reservation.pool_id == pool_id, Reservation.reserved > 0)
    largest = statement.order_by(Reservation.reserved.desc(), Reservation.requested_event_key).limit(count)
    return [Owed(*row) for row in mirror.session.execute(largest)]


def find_owed(mirror: Mirror, pool_id: int, campaign_id: int) -> Owed:
    """Return what a pool owes a campaign.

    Raises:
        Problem: The campaign never asked for the pool, or there is no such pool.
    """
    of_both = (Reservation.pool_id == pool_id, Reservation.campaign_id == campaign_id)
    row = mirror.session.execute(_owed().where(*of_both)).one_or_none()
    if row is None:
        find_pool(mirror, pool_id)
        raise Problem(UNKNOWN_RESERVATION, f"Campaign {campaign_id} did not ask for pool {pool_id}")
    return Owed(*row)


def milestones_of(mirror: Mirror, campaign_ids: Collection[int]) -> dict[int, list[Milestone]]:
    """Return the milestones of some campaigns, by index."""
    statement = select(Milestone).where(Milestone.campaign_id.in_(campaign_ids))
    found: dict[int, list[Milestone]] = defaultdict(list)
    for row in mirror.session.scalars(statement.order_by(Milestone.campaign_id, Milestone.milestone)):
        found[row.campaign_id].append(row)
    return found


def asked_pools(mirror: Mirror, campaign_ids: Collection[int]) -> dict[int, list[AskedRows]]:
    """Return the pools that some campaigns asked for, in the order in which they did."""
    statement = (
        select(Reservation, Pool, Entity)
        .join(Pool, Pool.pool_id == Reservation.pool_id)
        .join(Entity, Entity.entity_id == Pool.manager)
        .where(Reservation.campaign_id.in_(campaign_ids))
        .order_by(Reservation.requested_event_key)
    )
    rows = mirror.session.execute(statement).all()
    pool_ids = {pool.pool_id for _, pool, _ in rows}
    funders, accounts = _funders(mirror, pool_ids), _accounts(mirror, pool_ids)
    found: dict[int, list[AskedRows]] = defaultdict(list)
    for reservation, pool, manager in rows:
        paid_in = (funders[pool.pool_id], accounts[pool.pool_id])
        found[reservation.campaign_id].append(AskedRows(pool, reservation, manager, *paid_in))
    return found


def places_of(mirror: Mirror, campaign_id: int) -> Sequence[int]:
    """Return the ids of the pools that match a campaign, by place."""
    statement = select(Reservation.pool_id).where(
        Reservation.campaign_id == campaign_id, Reservation.place.is_not(None)
    )
    return mirror.session.scalars(statement.order_by(Reservation.place)).all()


def releases_of(mirror: Mirror, pool_id: int, campaign_id: int) -> Sequence[MatchRelease]:
    """Return what a pool paid to a campaign, oldest first."""
    statement = select(MatchRelease).where(MatchRelease.pool_id == pool_id, MatchRelease.campaign_id == campaign_id)
    return mirror.session.scalars(statement.order_by(MatchRelease.released_event_key)).all()


def called_amounts(mirror: Mirror, pool_id: int, campaign_id: int) -> dict[str, int]:
    """Return what each backer called from a pool for a campaign, in the order of their first match."""
    statement = (
        select(Match.backer, Match.amount)
        .where(Match.pool_id == pool_id, Match.campaign_id == campaign_id)
        .order_by(Match.first_event_key)
    )
    return {backer: amount for backer, amount in mirror.session.execute(statement)}  # noqa: C416 - rows are no pairs


def list_pool_matches(mirror: Mirror, pool_id: int, page: PageRequest) -> Sequence[Match]:
    """Return the matches of a page, with any campaign, those called first in front."""
    key = Match.first_event_key.expression
    return mirror.session.scalars(
        seek(select(Match).where(Match.pool_id == pool_id), page, key, key, descending=False)
    ).all()


def list_matches(mirror: Mirror, pool_id: int, campaign_id: int, page: PageRequest) -> Sequence[Match]:
    """Return the matches of a page, those called first in front."""
    key = Match.first_event_key.expression
    statement = select(Match).where(Match.pool_id == pool_id, Match.campaign_id == campaign_id)
    return mirror.session.scalars(seek(statement, page, key, key, descending=False)).all()


def matches_of(mirror: Mirror, pledges: Iterable[tuple[int, str]]) -> dict[tuple[int, str], list[Match]]:
    """Return what some pledges called, by (campaign, backer), pool by pool."""
    wanted = set(pledges)
    campaign_ids, backers = {campaign for campaign, _ in wanted}, {backer for _, backer in wanted}
    statement = select(Match).where(Match.campaign_id.in_(campaign_ids), Match.backer.in_(backers))
    found: dict[tuple[int, str], list[Match]] = defaultdict(list)
    for row in mirror.session.scalars(statement.order_by(Match.pool_id)):
        found[row.campaign_id, row.backer].append(row)
    return found


def _funders(mirror: Mirror, pool_ids: Collection[int]) -> dict[int, list[Entity]]:
    statement = (
        select(Funder.pool_id, Entity)
        .join(Entity, Entity.entity_id == Funder.entity_id)
        .where(Funder.pool_id.in_(pool_ids))
        .order_by(Funder.pool_id, Funder.entity_id)
    )
    found: dict[int, list[Entity]] = defaultdict(list)
    for pool_id, entity in mirror.session.execute(statement):
        found[pool_id].append(entity)
    return found


def _accounts(mirror: Mirror, pool_ids: Collection[int]) -> dict[int, list[str]]:
    statement = select(Funding.pool_id, Funding.account).where(Funding.pool_id.in_(pool_ids))
    found: dict[int, list[str]] = defaultdict(list)
    for pool_id, account in mirror.session.execute(statement.order_by(Funding.pool_id, Funding.account)):
        found[pool_id].append(account)
    return found


def _live() -> ColumnElement[bool]:
    return Entity.state.in_([EntityState.REGISTERED.value, EntityState.VERIFIED.value])


def _pools() -> Select[Pool, Entity, Currency, CurrencyMetadata]:
    return (
        select(Pool, Entity, Currency, CurrencyMetadata)
        .join(Entity, Entity.entity_id == Pool.manager)
        .join(Currency, Currency.currency == Pool.currency)
        .outerjoin(CurrencyMetadata, CurrencyMetadata.currency == Pool.currency)
    )


def _owed() -> Select[Reservation, Campaign, Entity]:
    return (
        select(Reservation, Campaign, Entity)
        .join(Campaign, Campaign.campaign_id == Reservation.campaign_id)
        .join(Entity, Entity.entity_id == Campaign.organizer)
    )


def _conditions(filters: PoolFilters, now: int) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.manager is not None:
        conditions.append(Pool.manager == filters.manager)
    if filters.funder is not None:
        conditions.append(Pool.pool_id.in_(select(Funder.pool_id).where(Funder.entity_id == filters.funder)))
    if filters.currency is not None:
        conditions.append(Pool.currency == filters.currency)
    if filters.rule is not None:
        conditions.append(Pool.rule == filters.rule)
    if filters.is_open is not None:
        inside = (Pool.opens_at <= now) & (Pool.ends_at > now)
        conditions.append(inside if filters.is_open else ~inside)
    return conditions


def called_by(mirror: Mirror, campaign_ids: Sequence[int]) -> dict[int, int]:
    """Return the public money that the pledges to these campaigns called, in base units, by campaign."""
    called = dict.fromkeys(campaign_ids, 0)
    rows = mirror.session.execute(
        select(Reservation.campaign_id, Reservation.reserved, Reservation.freed).where(
            Reservation.campaign_id.in_(campaign_ids)
        )
    )
    for campaign_id, reserved, freed in rows:
        called[campaign_id] += reserved + freed
    return called
