"""Which acts on a campaign are legal, by whom, and until when: the one place where that is computed.

`next_acts` is a pure function of stored facts and a time. It mirrors contracts/Crowdfunding.sol (docs/protocol.md,
"Who may do what when"): **as long as no further event happens, the contract accepts `act` by `by` in every block whose
time t is in [starts_at, ends_at), and in no block from `now` on that is outside of it.** An act that is not
listed is refused at every time from `now` on. tests/contracts proves that by calling every act at the edges of every
window.

What the function does not know, and the contract asks as well:

- the amount and the currency's own rules: a pledge needs an allowance and `min_amount` to `max_amount` base units
  (`pledgeWithPermit` is the same act), and `minMatch` 0 as long as there are no match pools;
- which account is meant: withdrawPledge needs a pledge of the caller, refund one of the backer named, not yet refunded;
- who holds the reviewer's and the arbiter's role now: see `roles`. By hand, not through the AccessManager's schedule;
- whether an arbiter is a backer, or acts for a member who is counted in the campaign: then the arbiter can't rule;
- who objected to a claim already: each backer may once;
- the new payout account, which is neither zero, nor Crowdfunding or MatchFunding, nor the currency.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from indexer.store import phases
from indexer.store.phases import CampaignFacts, MilestoneFacts, MilestonePhase, Phase


class ActName(StrEnum):
    """An act, named after the contract's function."""

    APPROVE = "approveCampaign"
    REJECT = "rejectCampaign"
    CANCEL = "cancelCampaign"
    PLEDGE = "pledge"
    WITHDRAW = "withdrawPledge"
    REFUND = "refund"
    CLAIM = "claimMilestone"
    OBJECT = "object"
    RULE = "rule"
    RELEASE = "releaseMilestone"
    TERMINATE = "terminate"
    COLLECT = "collect"
    POST_UPDATE = "postUpdate"
    CHANGE_PAYOUT_ACCOUNT = "changePayoutAccount"


class Actor(StrEnum):
    """Who may do an act."""

    ANYONE = "anyone"
    ORGANIZER = "organizer"  # the account that acts for the organizer's entity
    REVIEWER = "reviewer"
    ARBITER = "arbiter"
    BACKER = "backer"  # whoever has a pledge in the campaign
    PAYOUT_ACCOUNT = "payout_account"


class ActFacts(CampaignFacts, Protocol):
    """What the acts depend on beside what a phase does; a row of `campaigns` has it all."""

    @property
    def payout_account(self) -> str:
        """Account to which releases are paid."""

    @property
    def min_pledge(self) -> int:
        """Base units."""

    @property
    def released(self) -> int:
        """Base units booked for the organizer."""

    @property
    def collected(self) -> int:
        """Base units of those that were paid out."""

    @property
    def refunded(self) -> int:
        """Base units."""

    @property
    def canceled_at(self) -> int | None:
        """Unix time; None unless the organizer canceled."""

    @property
    def terminated_at(self) -> int | None:
        """Unix time; None unless terminated."""


class PlanFacts(MilestoneFacts, Protocol):
    """What the acts on a milestone depend on; a row of `milestones` has it all."""

    @property
    def share_bps(self) -> int:
        """Basis points."""

    @property
    def claimed_at(self) -> int | None:
        """Unix time of the last claim; None before the first."""

    @property
    def released_at(self) -> int | None:
        """Unix time; None before its release."""


class OrganizerFacts(Protocol):
    """What the acts depend on of the organizer's entity; a row of `entities` has it all."""

    @property
    def account(self) -> str:
        """Account that acts for it, or did when it was revoked."""

    @property
    def suspended_until(self) -> int:
        """End of the last suspension: Unix time, 0 if there was none."""

    @property
    def revoked_at(self) -> int | None:
        """Unix time; None unless revoked."""


@dataclass(frozen=True, slots=True)
class Gates:
    """What stops acts on every campaign, or on all of one currency."""

    currency_listed: bool = True
    paused_until: int = 0
    """End of the last pause of the Crowdfunding contract's entry acts: Unix time, 0 if there was none."""
    closed: bool = False
    """Whether the AccessManager closed the Crowdfunding contract: then no role may act on it."""


@dataclass(frozen=True, slots=True)
class Act:
    """One act and the window in which it is legal."""

    name: ActName
    by: Actor
    starts_at: int
    """Unix time; in the past if the act is legal now."""
    ends_at: int | None
    """Unix time of the first instant at which it no longer is; None if time alone never ends it."""
    account: str | None = None
    """The one account that may, where it is one."""
    excluded: tuple[str, ...] = ()
    """Accounts that may not, though `by` includes them."""
    milestone: int | None = None
    """Index of the milestone it is about."""
    attempt: int | None = None
    """Number of the claim it is about, from 1; of a claim, the number that it will get."""
    min_amount: int | None = None
    """Least that may be pledged, in base units."""
    max_amount: int | None = None
    """Most that may be pledged; of a release or a collection what it books or pays; of refunds what they pay in all."""

    def is_legal_at(self, time: int) -> bool:
        """Return whether the window holds `time`."""
        return self.starts_at <= time and (self.ends_at is None or time < self.ends_at)


def next_acts(
    campaign: ActFacts, milestones: Sequence[PlanFacts], organizer: OrganizerFacts, gates: Gates, now: int
) -> list[Act]:
    """Return every act that is legal at `now`, or will be by time alone.

    Args:
        campaign: The campaign's stored facts.
        milestones: All its milestones, by index.
        organizer: The organizer's entity.
        gates: Pause, currency and authority.
        now: Unix time of a block, not before the last event of any of these.

    Returns:
        The acts by the start of their window, those that end first in front; each window is half open and not empty.
    """
    phase = phases.phase_at(campaign, organizer.revoked_at, now)
    acts = [
        *_review(campaign, organizer, gates, phase),
        *_cancel(campaign, organizer, phase),
        *_pledge(campaign, organizer, gates, phase, now),
        *_refund(campaign, organizer, phase),
        *_deliver(campaign, milestones, organizer, gates, now),
        *_collect(campaign, milestones),
        *_post(campaign, organizer),
        Act(ActName.CHANGE_PAYOUT_ACCOUNT, Actor.PAYOUT_ACCOUNT, campaign.submitted_at, None, campaign.payout_account),
    ]
    live = [act for act in acts if act.ends_at is None or act.ends_at > max(now, act.starts_at)]
    return sorted(live, key=lambda act: (max(act.starts_at, now), act.ends_at is None, act.ends_at or 0))


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


def _pledge(campaign: ActFacts, organizer: OrganizerFacts, gates: Gates, phase: Phase, now: int) -> Iterator[Act]:
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
            excluded=(organizer.account,),
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
    campaign: ActFacts, milestones: Sequence[PlanFacts], organizer: OrganizerFacts, gates: Gates, now: int
) -> Iterator[Act]:
    phase = phases.phase_at(campaign, organizer.revoked_at, now)
    pledged = campaign.raised >= campaign.goal and phase in {Phase.LIVE, Phase.EXTENSION}
    if phase != Phase.DELIVERING and not pledged:
        return
    current = milestones[campaign.current_milestone]
    previous = milestones[campaign.current_milestone - 1] if campaign.current_milestone else None
    state, since = phases.standing_at(campaign, current, organizer.revoked_at, now)
    if state in {MilestonePhase.CLAIMED, MilestonePhase.STOPPED}:
        yield from _judge(campaign, current, organizer, gates)
        state, since = phases.settles(campaign, current)
    if state is MilestonePhase.RELEASABLE:
        books = tranche(campaign, milestones, current.milestone)
        yield Act(ActName.RELEASE, Actor.ANYONE, since or 0, None, milestone=current.milestone, max_amount=books)
    else:
        released_at = previous.released_at if previous is not None else None
        starts_at = max(phases.pledging_ends_at(campaign), released_at or 0, since or 0)
        yield from _claim_or_end(campaign, current, previous, organizer, starts_at)


def _judge(campaign: ActFacts, current: PlanFacts, organizer: OrganizerFacts, gates: Gates) -> Iterator[Act]:
    """Yield who may speak about the open claim."""
    window_ends_at, index, attempt = current.window_ends_at or 0, current.milestone, current.attempts
    if current.objected_amount < campaign.raised:
        since = current.claimed_at or 0
        yield Act(ActName.OBJECT, Actor.BACKER, since, window_ends_at, milestone=index, attempt=attempt)
    decides_at = phases.settles(campaign, current).since or 0
    if decides_at > window_ends_at and not gates.closed:
        excluded = (organizer.account, campaign.payout_account)
        yield Act(
            ActName.RULE, Actor.ARBITER, window_ends_at, decides_at, None, excluded, milestone=index, attempt=attempt
        )


def _claim_or_end(
    campaign: ActFacts, current: PlanFacts, previous: PlanFacts | None, organizer: OrganizerFacts, starts_at: int
) -> Iterator[Act]:
    """Yield who may claim, or end it all, from an instant on at which no claim is open or releasable."""
    revoked_at, index = organizer.revoked_at, current.milestone
    claim_by = phases.claim_by(campaign, current, previous, revoked_at, starts_at)
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
