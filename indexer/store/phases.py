"""Where a campaign and a milestone stand at an instant, computed from stored facts as the contract computes it.

Pure functions of row facts and a block time; docs/protocol.md, "Crowdfunding", is the source of every rule. A phase is
never stored: time alone changes it. `revoked_at` is always that of the organizer's entity (`entities.revoked_at`).
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple, Protocol

BPS: Final = 10_000
CLAIM_DURATION: Final = 30 * 86_400
REVIEW_DURATION: Final = 30 * 86_400


class Phase(StrEnum):
    """Phase of a campaign, in the order of `ICrowdfunding.Phase`."""

    NONE = "none"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    LIVE = "live"
    EXTENSION = "extension"
    DELIVERING = "delivering"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"
    REJECTED = "rejected"
    LAPSED = "lapsed"
    TERMINATED = "terminated"


class MilestonePhase(StrEnum):
    """State of a milestone as computed, in the order of `ICrowdfunding.MilestoneState`."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    STOPPED = "stopped"
    REJECTED = "rejected"
    RELEASABLE = "releasable"
    RELEASED = "released"


PHASES: Final = tuple(Phase)
"""Phases by their number on chain."""

MILESTONE_PHASES: Final = tuple(MilestonePhase)
"""States of milestones by their number on chain."""

FINAL_PHASES: Final = frozenset(PHASES[PHASES.index(Phase.COMPLETED) :])
REFUNDING_PHASES: Final = frozenset({Phase.FAILED, Phase.CANCELED, Phase.TERMINATED})

MAX_ATTEMPTS: Final = 3
MIN_OBJECTORS: Final = 2
"""People stop a milestone, or reject it, only from two on."""

RELEASE: Final = "release"
"""Word of a ruling; the other one is `reject`."""

Reserved = Sequence[int]
"""What each pool of a campaign owes it, by place; 0 for a gift that is not earned (`matching.earned`)."""


class CampaignFacts(Protocol):
    """What a phase depends on; a row of `campaigns` has it all."""

    @property
    def state(self) -> str:
        """Last irreversible act: submitted, approved, rejected, canceled, completed or terminated."""

    @property
    def submitted_at(self) -> int:
        """Unix time."""

    @property
    def opens_at(self) -> int:
        """Unix time."""

    @property
    def deadline(self) -> int:
        """Unix time."""

    @property
    def extension(self) -> int:
        """Seconds."""

    @property
    def goal(self) -> int:
        """Base units."""

    @property
    def stretch_goal(self) -> int:
        """Base units."""

    @property
    def raised(self) -> int:
        """Base units."""

    @property
    def stretch_goal_reached_at(self) -> int | None:
        """Time of the pledge in the extension that reached the stretch goal, None if none did."""

    @property
    def withdrawal_cutoff(self) -> int:
        """Seconds."""

    @property
    def milestone_count(self) -> int:
        """1 to 12."""

    @property
    def current_milestone(self) -> int:
        """Index of the first milestone that is not released."""

    @property
    def ruling_window(self) -> int:
        """Seconds."""

    @property
    def members(self) -> int:
        """Counted members among the backers."""


class RestFacts(Protocol):
    """What the refunds of a terminated campaign depend on; a row of `campaigns` has it all. All in base units."""

    @property
    def raised(self) -> int:
        """Pledged and not withdrawn."""

    @property
    def released(self) -> int:
        """Booked for the organizer."""

    @property
    def refunded(self) -> int:
        """Paid back."""

    @property
    def rest_pledged(self) -> int:
        """Pledges of a terminated campaign that are not refunded yet."""


class MilestoneFacts(Protocol):
    """What the state of a milestone depends on; a row of `milestones` has it all."""

    @property
    def milestone(self) -> int:
        """Index from 0."""

    @property
    def due_date(self) -> int:
        """Unix time."""

    @property
    def state(self) -> str:
        """Last act: planned, claimed, ruled or released."""

    @property
    def window_ends_at(self) -> int | None:
        """End of the last claim's time for objections, None if never claimed."""

    @property
    def attempts(self) -> int:
        """Claims so far."""

    @property
    def objectors(self) -> int:
        """Counted members who object to the last claim."""

    @property
    def objected_amount(self) -> int:
        """Base units that object to the last claim."""

    @property
    def objected_pools(self) -> int:
        """Bit set of the places of pools that object to the last claim."""

    @property
    def ruling(self) -> str | None:
        """Ruling on the last claim: release or reject, None if there is none."""

    @property
    def ruled_at(self) -> int | None:
        """Time of that ruling."""


def lapses_at(campaign: CampaignFacts) -> int:
    """Return when the submission lapses if nobody approves it."""
    return min(campaign.submitted_at + REVIEW_DURATION, campaign.opens_at)


def withdrawable_until(campaign: CampaignFacts) -> int:
    """Return the end of the time in which a live pledge can be withdrawn."""
    return campaign.deadline - campaign.withdrawal_cutoff


def pledging_ends_at(campaign: CampaignFacts) -> int:
    """Return the first instant at which nobody can pledge any more, as far as the present total tells."""
    if campaign.raised < campaign.goal:
        return campaign.deadline
    if campaign.raised == campaign.stretch_goal:
        return campaign.stretch_goal_reached_at or campaign.deadline
    return campaign.deadline + campaign.extension


def phase_at(campaign: CampaignFacts, revoked_at: int | None, now: int) -> Phase:
    """Return the phase at `now`.

    Args:
        campaign: The campaign's stored facts.
        revoked_at: When the organizer's entity was revoked; None if it was not.
        now: Unix time of a block, not before the last event of the campaign.
    """
    if campaign.state in {Phase.REJECTED, Phase.CANCELED, Phase.TERMINATED}:
        return Phase(campaign.state)
    submitted = campaign.state == Phase.SUBMITTED
    ends_at = lapses_at(campaign) if submitted else pledging_ends_at(campaign)
    if revoked_at is not None and revoked_at < ends_at:
        return Phase.CANCELED
    if submitted:
        return Phase.SUBMITTED if now < ends_at else Phase.LAPSED
    return _open_phase(campaign, now) if now < ends_at else _closed_phase(campaign)


def _open_phase(campaign: CampaignFacts, now: int) -> Phase:
    if now < campaign.opens_at:
        return Phase.APPROVED
    return Phase.LIVE if now < campaign.deadline else Phase.EXTENSION


def _closed_phase(campaign: CampaignFacts) -> Phase:
    if campaign.raised < campaign.goal:
        return Phase.FAILED
    return Phase.COMPLETED if campaign.current_milestone == campaign.milestone_count else Phase.DELIVERING


def phase_ends_at(campaign: CampaignFacts, revoked_at: int | None, now: int) -> int | None:
    """Return when time alone ends the phase of `now`, None if it never does."""
    phase = phase_at(campaign, revoked_at, now)
    ends = {
        Phase.SUBMITTED: lapses_at(campaign),
        Phase.APPROVED: campaign.opens_at,
        Phase.LIVE: campaign.deadline,
        Phase.EXTENSION: pledging_ends_at(campaign),
    }
    return ends.get(phase)


class Standing(NamedTuple):
    """Where a milestone stands."""

    phase: MilestonePhase
    since: int | None
    """When it became Rejected or Releasable; None in other states."""


def milestone_at(
    campaign: CampaignFacts, milestone: MilestoneFacts, reserved: Reserved, revoked_at: int | None, now: int
) -> MilestonePhase:
    """Return the state of a milestone at `now`; see `standing_at`."""
    return standing_at(campaign, milestone, reserved, revoked_at, now).phase


def standing_at(
    campaign: CampaignFacts, milestone: MilestoneFacts, reserved: Reserved, revoked_at: int | None, now: int
) -> Standing:
    """Return the state of a milestone at `now`, and since when it is settled.

    Args:
        campaign: The campaign's stored facts.
        milestone: One of its milestones.
        reserved: What the campaign's pools owe it, which objects where their managers do.
        revoked_at: When the organizer's entity was revoked; None if it was not.
        now: Unix time of a block, not before the last event of any of these.
    """
    if milestone.state == MilestonePhase.RELEASED:
        return Standing(MilestonePhase.RELEASED, None)
    if milestone.window_ends_at is None:
        return Standing(MilestonePhase.PLANNED, None)
    # No other claim lets a campaign be terminated; what its pools free after that changes nothing.
    if campaign.state == Phase.TERMINATED:
        return Standing(MilestonePhase.REJECTED, None)
    settled = settles(campaign, milestone, reserved)
    # A revocation stops the clock: what was open then is rejected by it.
    instant = now if revoked_at is None else revoked_at
    if settled.since is not None and settled.since <= instant:
        return settled
    if revoked_at is not None:
        return Standing(MilestonePhase.REJECTED, revoked_at)
    return Standing(MilestonePhase.CLAIMED if now < milestone.window_ends_at else MilestonePhase.STOPPED, None)


def settles(campaign: CampaignFacts, milestone: MilestoneFacts, reserved: Reserved) -> Standing:
    """Return what time makes of the last claim if nothing else happens, and when: Rejected or Releasable."""
    window_ends_at = milestone.window_ends_at
    if window_ends_at is None:
        return Standing(MilestonePhase.PLANNED, None)
    if milestone.ruling is not None:
        released = milestone.ruling == RELEASE
        return Standing(MilestonePhase.RELEASABLE if released else MilestonePhase.REJECTED, milestone.ruled_at)
    people = milestone.objectors if milestone.objectors >= MIN_OBJECTORS else 0
    objected = sum(amount for place, amount in enumerate(reserved) if milestone.objected_pools >> place & 1)
    by_money = 2 * (milestone.objected_amount + objected) > campaign.raised + sum(reserved)
    if not by_money and not milestone.objected_pools and not (people and 5 * people >= campaign.members):
        return Standing(MilestonePhase.RELEASABLE, window_ends_at)
    rejected = by_money or 2 * people > campaign.members
    phase = MilestonePhase.REJECTED if rejected else MilestonePhase.RELEASABLE
    return Standing(phase, window_ends_at + campaign.ruling_window)


def milestone_ends_at(
    campaign: CampaignFacts, milestone: MilestoneFacts, reserved: Reserved, revoked_at: int | None, now: int
) -> int | None:
    """Return when time alone ends the state of a milestone at `now`, None if it never does."""
    phase = milestone_at(campaign, milestone, reserved, revoked_at, now)
    if phase is MilestonePhase.CLAIMED:
        return milestone.window_ends_at
    return ruling_ends_at(campaign, milestone) if phase is MilestonePhase.STOPPED else None


def ruling_ends_at(campaign: CampaignFacts, milestone: MilestoneFacts) -> int:
    """Return the end of the time for a ruling on the last claim, if it is stopped; 0 if there is no claim."""
    return 0 if milestone.window_ends_at is None else milestone.window_ends_at + campaign.ruling_window


def claim_by(
    campaign: CampaignFacts,
    milestone: MilestoneFacts,
    previous: MilestoneFacts | None,
    reserved: Reserved,
    revoked_at: int | None,
    now: int,
) -> int:
    """Return the instant before which the current milestone of a delivering campaign must be claimed.

    Args:
        campaign: The campaign's stored facts.
        milestone: Its current milestone.
        previous: The milestone before, which is released; None for the first.
        reserved: What the campaign's pools owe it.
        revoked_at: When the organizer's entity was revoked; None if it was not.
        now: Unix time of a block; a rejection of the last claim counts from its instant on.
    """
    releasable_at = None if previous is None else settles(campaign, previous, reserved).since
    phase, since = standing_at(campaign, milestone, reserved, revoked_at, now)
    rejected_at = since if phase is MilestonePhase.REJECTED else None
    waited_for = (milestone.due_date, pledging_ends_at(campaign), releasable_at or 0, rejected_at or 0)
    return max(waited_for) + CLAIM_DURATION


def tranche(raised: int, cumulative_bps: int, previous_cumulative_bps: int) -> int:
    """Return what the release of a milestone books, in base units; the differences telescope to `raised`.

    Args:
        raised: The campaign's total in base units.
        cumulative_bps: Sum of the shares up to and including this milestone.
        previous_cumulative_bps: The same without it.
    """
    return raised * cumulative_bps // BPS - raised * previous_cumulative_bps // BPS


def refundable(campaign: RestFacts, phase: Phase, amount: int, *, refunded: bool) -> int:
    """Return what `refund` would pay now for a pledge of `amount` base units to a campaign in `phase`.

    In Terminated that is the pledge's part of what was not released. Both rests fall with each refund, so that the
    last one empties the books.
    """
    if refunded or not amount or phase not in REFUNDING_PHASES:
        return 0
    if phase != Phase.TERMINATED:
        return amount
    return amount * (campaign.raised - campaign.released - campaign.refunded) // campaign.rest_pledged
