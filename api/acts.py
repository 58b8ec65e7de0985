"""Which acts on a campaign are legal, by whom, and until when: with `match_acts` the one place where that is computed.

`next_acts` is a pure function of stored facts and a time. It mirrors contracts/Crowdfunding.sol and MatchFunding.sol
(docs/protocol.md, "Who may do what when"): **as long as no further event happens, the contract accepts `act` by `by` in
every block whose time t is in [starts_at, ends_at), and in no block from `now` on that is outside of it.** An act that
is not listed is refused at every time from `now` on. tests/contracts proves that by calling every act at the edges of
every window.

What the function does not know, and the contract asks as well:

- the amount and the currency's own rules: a pledge needs an allowance and `min_amount` to `max_amount` base units
  (`pledgeWithPermit` is the same act), and a `minMatch` of at most what `quote` says;
- which account is meant: withdrawPledge needs a pledge of the caller, refund one of the backer named, not yet refunded;
- who holds the reviewer's and the arbiter's role now: see `roles`. By hand, not through the AccessManager's schedule;
- whether an arbiter is a backer, or acts for a member who is counted in the campaign: then the arbiter can't rule;
- who objected to a claim already: each backer may once;
- the new payout account, which is neither zero, nor Crowdfunding or MatchFunding, nor the currency;
- which pool is meant by requestPool: any that is there and that the campaign did not ask for.
"""

from collections.abc import Iterator, Sequence

from api import match_acts
from api.act_facts import (
    Act,
    ActFacts,
    ActName,
    Actor,
    AskedPool,
    Gates,
    OrganizerFacts,
    PlanFacts,
    enrolled,
    reserved_of,
)
from api.windows import in_order
from indexer.store import phases
from indexer.store.phases import CampaignFacts, MilestonePhase, Phase, Reserved

__all__ = ["Act", "ActName", "Actor", "AskedPool", "Gates", "next_acts", "tranche"]


def next_acts(
    campaign: ActFacts,
    milestones: Sequence[PlanFacts],
    organizer: OrganizerFacts,
    pools: Sequence[AskedPool],
    gates: Gates,
    now: int,
) -> list[Act]:
    """Return every act that is legal at `now`, or will be by time alone.

    Args:
        campaign: The campaign's stored facts.
        milestones: All its milestones, by index.
        organizer: The organizer's entity.
        pools: Every pool that the campaign asked for.
        gates: Pause, currency and authority.
        now: Unix time of a block, not before the last event of any of these.

    Returns:
        The acts by the start of their window, those that end first in front; each window is half open and not empty.
    """
    phase = phases.phase_at(campaign, organizer.revoked_at, now)
    acts = [
        *_review(campaign, organizer, gates, phase),
        *_cancel(campaign, organizer, phase),
        *_pledge(campaign, organizer, pools, gates, phase, now),
        *_refund(campaign, organizer, phase),
        *_deliver(campaign, milestones, organizer, pools, gates, now),
        *_collect(campaign, milestones),
        *_post(campaign, organizer),
        Act(ActName.CHANGE_PAYOUT_ACCOUNT, Actor.PAYOUT_ACCOUNT, campaign.submitted_at, None, campaign.payout_account),
        *match_acts.of_campaign(campaign, milestones, organizer, pools, gates, now),
    ]
    return in_order(acts, now)


def _review(campaign: ActFacts, organizer: OrganizerFacts, gates: Gates, phase: Phase) -> Iterator[Act]:
    if phase != Phase.SUBMITTED or gates.closed:
        return
    for name in (ActName.APPROVE, ActName.REJECT):
        excluded = (organizer.account, campaign.payout_account)
        yield Act(name, Actor.REVIEWER, campaign.submitted_at, phases.lapses_at(campaign), excluded=excluded)


def _cancel(campaign: ActFacts, organizer: OrganizerFacts, phase: Phase) -> Iterator[Act]:
    if phase not in {Phase.SUBMITTED, Phase.APPROVED, Phase.LIVE} or campaign.raised >= campaign.goal:
        return
    # A revoked organizer's campaign is in none of these phases, so that there is an account to act.
    ends_at = phases.lapses_at(campaign) if phase == Phase.SUBMITTED else campaign.deadline
    yield Act(ActName.CANCEL, Actor.ORGANIZER, campaign.submitted_at, ends_at, organizer.account)


def _pledge(
    campaign: ActFacts,
    organizer: OrganizerFacts,
    pools: Sequence[AskedPool],
    gates: Gates,
    phase: Phase,
    now: int,
) -> Iterator[Act]:
    if phase not in {Phase.APPROVED, Phase.LIVE, Phase.EXTENSION}:
        return
    rest = campaign.stretch_goal - campaign.raised
    if gates.currency_listed and rest:
        # A pause or a suspension that is over says nothing about the time before `now`.
        stops = [end for end in (gates.paused_until, organizer.suspended_until) if end > now]
        yield Act(
            ActName.PLEDGE,
            Actor.ANYONE,
            max(campaign.opens_at, *stops) if stops else campaign.opens_at,
            phases.pledging_ends_at(campaign),
            excluded=(organizer.account, *(account for p in enrolled(pools) for account in p.funded_by)),
            min_amount=min(max(1, campaign.min_pledge), rest),
            max_amount=rest,
        )
    if campaign.raised:
        yield Act(ActName.WITHDRAW, Actor.BACKER, campaign.opens_at, phases.withdrawable_until(campaign))


def _refund(campaign: ActFacts, organizer: OrganizerFacts, phase: Phase) -> Iterator[Act]:
    rest = campaign.raised - campaign.refunded - (campaign.released if phase == Phase.TERMINATED else 0)
    starts = {
        Phase.LIVE: campaign.deadline if campaign.raised < campaign.goal else None,
        Phase.FAILED: campaign.deadline,
        Phase.CANCELED: campaign.canceled_at if campaign.state == Phase.CANCELED else organizer.revoked_at,
        Phase.TERMINATED: campaign.terminated_at,
    }
    starts_at = starts.get(phase)
    if rest and starts_at is not None:
        yield Act(ActName.REFUND, Actor.ANYONE, starts_at, None, max_amount=rest)


def _deliver(
    campaign: ActFacts,
    milestones: Sequence[PlanFacts],
    organizer: OrganizerFacts,
    pools: Sequence[AskedPool],
    gates: Gates,
    now: int,
) -> Iterator[Act]:
    phase = phases.phase_at(campaign, organizer.revoked_at, now)
    pledged = campaign.raised >= campaign.goal and phase in {Phase.LIVE, Phase.EXTENSION}
    if phase != Phase.DELIVERING and not pledged:
        return
    current = milestones[campaign.current_milestone]
    previous = milestones[campaign.current_milestone - 1] if campaign.current_milestone else None
    reserved = reserved_of(campaign, pools)
    state, since = phases.standing_at(campaign, current, reserved, organizer.revoked_at, now)
    if state in {MilestonePhase.CLAIMED, MilestonePhase.STOPPED}:
        yield from _judge(campaign, current, organizer, enrolled(pools), gates)
        state, since = phases.settles(campaign, current, reserved)
    if state is MilestonePhase.RELEASABLE:
        books = tranche(campaign, milestones, current.milestone)
        yield Act(ActName.RELEASE, Actor.ANYONE, since or 0, None, milestone=current.milestone, max_amount=books)
    else:
        released_at = previous.released_at if previous is not None else None
        starts_at = max(phases.pledging_ends_at(campaign), released_at or 0, since or 0)
        yield from _claim_or_end(campaign, current, previous, organizer, reserved, starts_at)


def _judge(
    campaign: ActFacts, current: PlanFacts, organizer: OrganizerFacts, pools: Sequence[AskedPool], gates: Gates
) -> Iterator[Act]:
    """Yield who may speak about the open claim."""
    window_ends_at, index, attempt = current.window_ends_at or 0, current.milestone, current.attempts
    since = current.claimed_at or 0
    if current.objected_amount < campaign.raised:
        yield Act(ActName.OBJECT, Actor.BACKER, since, window_ends_at, milestone=index, attempt=attempt)
    silent = {p.managed_by for place, p in enumerate(pools) if not current.objected_pools >> place & 1}
    for account in sorted(account for account in silent if account is not None):
        yield Act(ActName.OBJECT, Actor.POOL_MANAGER, since, window_ends_at, account, milestone=index, attempt=attempt)
    decides_at = phases.settles(campaign, current, reserved_of(campaign, pools)).since or 0
    if decides_at > window_ends_at and not gates.closed:
        named = (account for p in pools for account in (p.managed_by, *p.funded_by, *p.paid_in_by))
        parties = {account for account in named if account is not None}
        excluded = (organizer.account, campaign.payout_account, *sorted(parties))
        yield Act(
            ActName.RULE, Actor.ARBITER, window_ends_at, decides_at, None, excluded, milestone=index, attempt=attempt
        )


def _claim_or_end(
    campaign: ActFacts,
    current: PlanFacts,
    previous: PlanFacts | None,
    organizer: OrganizerFacts,
    reserved: Reserved,
    starts_at: int,
) -> Iterator[Act]:
    """Yield who may claim, or end it all, from an instant on at which no claim is open or releasable."""
    revoked_at, index = organizer.revoked_at, current.milestone
    claim_by = phases.claim_by(campaign, current, previous, reserved, revoked_at, starts_at)
    open_to_all_at = max(starts_at, claim_by)
    if revoked_at is not None or current.attempts >= phases.MAX_ATTEMPTS:
        open_to_all_at = max(starts_at, revoked_at or 0)
    else:
        account, attempt = organizer.account, current.attempts + 1
        yield Act(ActName.CLAIM, Actor.ORGANIZER, starts_at, claim_by, account, milestone=index, attempt=attempt)
        yield Act(ActName.TERMINATE, Actor.ORGANIZER, starts_at, claim_by, account, milestone=index)
    yield Act(ActName.TERMINATE, Actor.ANYONE, open_to_all_at, None, milestone=index)


def _post(campaign: ActFacts, organizer: OrganizerFacts) -> Iterator[Act]:
    if organizer.revoked_at is None:
        yield Act(ActName.POST_UPDATE, Actor.ORGANIZER, campaign.submitted_at, None, organizer.account)


def _collect(campaign: ActFacts, milestones: Sequence[PlanFacts]) -> Iterator[Act]:
    amount = campaign.released - campaign.collected
    if amount:
        since = milestones[campaign.current_milestone - 1].released_at or 0
        yield Act(ActName.COLLECT, Actor.ANYONE, since, None, max_amount=amount)


def tranche(campaign: CampaignFacts, milestones: Sequence[PlanFacts], index: int) -> int:
    """Return what the release of a milestone books from the campaign's present total, in base units.

    Args:
        campaign: The campaign's stored facts.
        milestones: All its milestones, by index.
        index: Index of the milestone, from 0.
    """
    before = sum(m.share_bps for m in milestones[:index])
    return phases.tranche(campaign.raised, before + milestones[index].share_bps, before)
