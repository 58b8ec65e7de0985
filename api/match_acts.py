"""Which acts of match funding are legal, by whom, and until when; see `acts`, whose promise holds here too."""

from collections.abc import Iterator, Sequence

from api.act_facts import (
    Act,
    ActFacts,
    ActName,
    Actor,
    AskedPool,
    Gates,
    OrganizerFacts,
    PlanFacts,
    TermFacts,
    enrolled,
    verified_from,
)
from api.windows import after_pause, in_order
from indexer.store import matching, phases
from indexer.store.matching import FundingFacts
from indexer.store.models import Rule
from indexer.store.phases import Phase

OPEN_PHASES = frozenset({Phase.APPROVED, Phase.LIVE, Phase.EXTENSION})


def of_pool(
    pool: TermFacts, fundings: Sequence[FundingFacts], organizers: Sequence[str], gates: Gates, now: int
) -> list[Act]:
    """Return the acts on a pool itself that are legal at `now`, or will be by time alone.

    Args:
        pool: The pool's stored facts.
        fundings: Every account that paid in.
        organizers: Accounts that act for the organizers whose campaigns it matches.
        gates: Pause, and its currency.
        now: Unix time of a block, not before the last event of any of these.
    """
    return in_order((*_fund(pool, organizers, gates, now), *_reclaim(pool, fundings)), now)


def _fund(pool: TermFacts, organizers: Sequence[str], gates: Gates, now: int) -> Iterator[Act]:
    room = matching.MAX_AMOUNT - pool.funded
    if gates.currency_listed and room:
        yield Act(
            ActName.FUND_POOL,
            Actor.PUBLIC_BODY,
            after_pause(pool.opens_at, gates.match_paused_until, now),
            pool.ends_at,
            excluded=tuple(organizers),
            min_amount=1,
            max_amount=room,
            pool_id=pool.pool_id,
        )


def _reclaim(pool: TermFacts, fundings: Sequence[FundingFacts]) -> Iterator[Act]:
    for funding in fundings:
        amount = matching.reclaimable(pool, funding)
        # The last part may be nothing; it still has to be taken before the first funder gets what flooring leaves.
        if amount or (funding.funded and not funding.finished and matching.is_last_part(pool, funding)):
            yield Act(
                ActName.RECLAIM,
                Actor.ANYONE,
                pool.ends_at,
                None,
                max_amount=amount,
                pool_id=pool.pool_id,
                funding_account=funding.account,
            )


def full(pools: int) -> bool:
    """Return whether a campaign that so many pools match can't be enrolled in another one."""
    return pools >= matching.MAX_POOLS


def of_campaign(
    campaign: ActFacts,
    milestones: Sequence[PlanFacts],
    organizer: OrganizerFacts,
    pools: Sequence[AskedPool],
    gates: Gates,
    now: int,
) -> Iterator[Act]:
    """Yield the acts between a campaign and its pools; see `acts.next_acts`."""
    phase = phases.phase_at(campaign, organizer.revoked_at, now)
    ends_at = phases.pledging_ends_at(campaign)
    if phase in OPEN_PHASES:
        yield Act(ActName.REQUEST_POOL, Actor.ORGANIZER, campaign.submitted_at, ends_at, organizer.account)
    places_left = not full(len(enrolled(pools)))
    for asked in pools:
        if asked.reservation.place is not None:
            yield from _release(campaign, milestones, asked)
            yield from _settle(campaign, milestones, organizer, asked, phase)
        elif phase in OPEN_PHASES and places_left:
            yield from _enrol(campaign, milestones, asked, gates, now)


def _enrol(
    campaign: ActFacts, milestones: Sequence[PlanFacts], asked: AskedPool, gates: Gates, now: int
) -> Iterator[Act]:
    pool, manager = asked.pool, asked.manager
    verified_at = verified_from(manager, now)
    if verified_at is None or not gates.currency_listed or pool.currency != campaign.currency:
        return
    if milestones[0].share_bps > pool.max_first_tranche_bps:
        return
    if campaign.organizer in {manager.entity_id, *(funder.entity_id for funder in asked.funders)}:
        return
    gift = pool.rule == Rule.THRESHOLD_GIFT
    if gift and (pool.min_raised < campaign.goal or pool.campaign_cap > pool.funded - pool.reserved):
        return
    starts_at = max(
        asked.reservation.requested_at, after_pause(pool.opens_at, gates.match_paused_until, now), verified_at
    )
    closes_at = campaign.opens_at if gift else phases.pledging_ends_at(campaign)
    ends_at = min(pool.ends_at, manager.verified_until, closes_at)
    yield Act(ActName.ENROL, Actor.POOL_MANAGER, starts_at, ends_at, manager.account, pool_id=pool.pool_id)


def _release(campaign: ActFacts, milestones: Sequence[PlanFacts], asked: AskedPool) -> Iterator[Act]:
    due = entitled(campaign, milestones, asked) - asked.reservation.paid
    if due:
        since = milestones[campaign.current_milestone - 1].released_at or 0
        pool_id = asked.pool.pool_id
        yield Act(ActName.RELEASE_MATCH, Actor.ANYONE, since, None, max_amount=due, pool_id=pool_id)


def _settle(
    campaign: ActFacts, milestones: Sequence[PlanFacts], organizer: OrganizerFacts, asked: AskedPool, phase: Phase
) -> Iterator[Act]:
    if asked.reservation.settled_at is not None:
        return
    below_goal = campaign.raised < campaign.goal
    missed = not matching.is_earned(asked.pool, asked.reservation, campaign.raised)
    pledging_ends_at = phases.pledging_ends_at(campaign)
    starts = {
        Phase.COMPLETED: campaign.completed_at,
        Phase.FAILED: campaign.deadline,
        Phase.CANCELED: campaign.canceled_at if campaign.state == Phase.CANCELED else organizer.revoked_at,
        Phase.TERMINATED: campaign.terminated_at,
    }
    # Before the end of pledging time alone leads to Failed, or to Delivering, where a missed gift is free at once.
    starts |= dict.fromkeys({*OPEN_PHASES, Phase.DELIVERING}, pledging_ends_at if below_goal or missed else None)
    starts_at = starts.get(phase)
    if starts_at is not None:
        freed = asked.reservation.reserved - entitled(campaign, milestones, asked)
        yield Act(ActName.SETTLE, Actor.ANYONE, starts_at, None, max_amount=freed, pool_id=asked.pool.pool_id)


def entitled(campaign: ActFacts, milestones: Sequence[PlanFacts], asked: AskedPool) -> int:
    """Return what the milestones released so far entitle the campaign to, in base units."""
    released_bps = sum(m.share_bps for m in milestones[: campaign.current_milestone])
    return matching.entitled(asked.pool, asked.reservation, campaign.raised, released_bps)
