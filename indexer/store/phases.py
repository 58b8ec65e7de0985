"""Where a campaign and a milestone stand at an instant, computed from stored facts as the contract computes it.

Pure functions of row facts and a block time; docs/protocol.md, section 3, is the source of every rule. A phase is never
stored: time alone changes it. `revoked_at` is always that of the organizer's entity (`entities.revoked_at`).
"""

from enum import StrEnum
from typing import Final, Protocol

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
    RELEASABLE = "releasable"
    RELEASED = "released"


PHASES: Final = tuple(Phase)
"""Phases by their number on chain."""

MILESTONE_PHASES: Final = tuple(MilestonePhase)
"""States of milestones by their number on chain."""

FINAL_PHASES: Final = frozenset(PHASES[PHASES.index(Phase.COMPLETED) :])
REFUNDING_PHASES: Final = frozenset({Phase.FAILED, Phase.CANCELED})


class CampaignFacts(Protocol):
    """What a phase depends on; a row of `campaigns` has it all."""

    @property
    def state(self) -> str:
        """Last irreversible act: submitted, approved, rejected, canceled or completed."""

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
        """Last act: planned, claimed or released."""

    @property
    def window_ends_at(self) -> int | None:
        """End of the last claim's window, None if never claimed."""


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
    if campaign.state in {Phase.REJECTED, Phase.CANCELED}:
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


def milestone_at(milestone: MilestoneFacts, now: int) -> MilestonePhase:
    """Return the state of a milestone at `now`."""
    if milestone.state == MilestonePhase.RELEASED:
        return MilestonePhase.RELEASED
    if milestone.window_ends_at is None:
        return MilestonePhase.PLANNED
    return MilestonePhase.CLAIMED if now < milestone.window_ends_at else MilestonePhase.RELEASABLE


def claim_by(campaign: CampaignFacts, milestone: MilestoneFacts, previous: MilestoneFacts | None) -> int:
    """Return the instant before which the current milestone of a delivering campaign must be claimed.

    Args:
        campaign: The campaign's stored facts.
        milestone: Its current milestone.
        previous: The milestone before, which is released; None for the first.
    """
    releasable_at = previous.window_ends_at if previous is not None else None
    return max(milestone.due_date, pledging_ends_at(campaign), releasable_at or 0) + CLAIM_DURATION


def tranche(raised: int, cumulative_bps: int, previous_cumulative_bps: int) -> int:
    """Return what the release of a milestone books, in base units; the differences telescope to `raised`.

    Args:
        raised: The campaign's total in base units.
        cumulative_bps: Sum of the shares up to and including this milestone.
        previous_cumulative_bps: The same without it.
    """
    return raised * cumulative_bps // BPS - raised * previous_cumulative_bps // BPS


def refundable(phase: Phase, amount: int, *, refunded: bool) -> int:
    """Return what `refund` would pay now for a pledge of `amount` base units in a campaign in `phase`."""
    return 0 if refunded or phase not in REFUNDING_PHASES else amount
