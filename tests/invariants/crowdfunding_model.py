"""One campaign as docs/protocol.md describes it, without a chain: what is refused, what follows, which phase it is.

Each act is asked twice: `refuse_...` names the error that the contract must answer with, None if it must accept; the
method of the act's name then changes the model. Times are Unix times, amounts base units.
"""

from dataclasses import dataclass, field

from scripts.deploy import DAY
from tests.contracts.campaign_phases import MilestoneState, Phase

BPS = 10_000
FINAL = {Phase.Completed, Phase.Failed, Phase.Canceled, Phase.Rejected, Phase.Lapsed}


@dataclass
class CampaignModel:
    """Facts of a campaign; backers are named by their roles in the tests."""

    submitted_at: int
    goal: int
    stretch_goal: int
    min_pledge: int
    opens_at: int
    deadline: int
    extension: int
    withdrawal_cutoff: int
    objection_window: int
    plan: list[tuple[int, int]]  # (share in bps, due date)
    members: set[str]  # backers that are verified members

    decision: Phase = Phase.Submitted
    revoked_at: int | None = None
    pledges: dict[str, int] = field(default_factory=dict)
    refunded: set[str] = field(default_factory=set)
    stretch_goal_reached_at: int | None = None
    current: int = 0
    claimed_at: int | None = None
    previous_releasable_at: int = 0
    collected: int = 0

    # ------------------------------------------------------------------------------------------------------ computed

    @property
    def raised(self) -> int:
        return sum(self.pledges.values())

    @property
    def released(self) -> int:
        return self.raised * sum(share for share, _ in self.plan[: self.current]) // BPS

    @property
    def total_refunded(self) -> int:
        return sum(self.pledges[backer] for backer in self.refunded)

    @property
    def counted_members(self) -> int:
        return len(self.members & self.pledges.keys())

    @property
    def held(self) -> int:
        """What the contract must hold for this campaign."""
        return self.raised - self.collected - self.total_refunded

    @property
    def rest(self) -> int:
        return self.stretch_goal - self.raised

    def lapses_at(self) -> int:
        return min(self.submitted_at + 30 * DAY, self.opens_at)

    def pledging_ends_at(self) -> int:
        if self.raised < self.goal:
            return self.deadline
        if self.raised == self.stretch_goal:
            return self.stretch_goal_reached_at or self.deadline
        return self.deadline + self.extension

    def window_ends_at(self) -> int:
        return (self.claimed_at or 0) + self.objection_window

    def claim_by(self) -> int:
        due_date = self.plan[self.current][1]
        return max(due_date, self.pledging_ends_at(), self.previous_releasable_at) + 30 * DAY

    def phase(self, time: int) -> Phase:
        """The phase at `time`, as the table "Phases" has it."""
        if self.decision in (Phase.Rejected, Phase.Canceled):
            return self.decision
        submitted = self.decision == Phase.Submitted
        ends_at = self.lapses_at() if submitted else self.pledging_ends_at()
        if self.revoked_at is not None and self.revoked_at < ends_at:
            return Phase.Canceled
        if submitted:
            return Phase.Submitted if time < ends_at else Phase.Lapsed
        if time < self.opens_at:
            return Phase.Approved
        if time < self.deadline:
            return Phase.Live
        if time < ends_at:
            return Phase.Extension
        if self.raised < self.goal:
            return Phase.Failed
        return Phase.Completed if self.current == len(self.plan) else Phase.Delivering

    def milestone_state(self, time: int) -> MilestoneState:
        """State of the current milestone."""
        if self.claimed_at is None:
            return MilestoneState.Planned
        return MilestoneState.Claimed if time < self.window_ends_at() else MilestoneState.Releasable

    def edges(self, time: int) -> list[int]:
        """Instants after `time` at which something changes by time alone, in order."""
        instants = [self.lapses_at(), self.opens_at, self.deadline - self.withdrawal_cutoff, self.deadline]
        instants += [self.pledging_ends_at(), self.window_ends_at()]
        if self.current < len(self.plan):
            instants.append(self.claim_by())
        return sorted({instant for instant in instants if instant > time + 1})

    # ------------------------------------------------------------------------------------------------------- refusals

    def refuse_review(self, time: int) -> str | None:
        return None if self.phase(time) == Phase.Submitted else "WrongPhase"

    def refuse_cancel(self, time: int) -> str | None:
        if self.revoked_at is not None:
            return "NotOrganizer"
        if self.phase(time) not in (Phase.Submitted, Phase.Approved, Phase.Live):
            return "WrongPhase"
        return "GoalReached" if self.raised >= self.goal else None

    def refuse_pledge(self, backer: str, amount: int, time: int) -> str | None:
        if self.phase(time) not in (Phase.Live, Phase.Extension):
            return "WrongPhase"
        if amount == 0:
            return "ZeroAmount"
        if amount > self.rest:
            return "PledgeAboveRest"
        if amount < self.min_pledge and amount != self.rest:
            return "PledgeBelowMinimum"
        return "OrganizerCannotPledge" if backer == "organizer" else None

    def refuse_withdrawal(self, backer: str, time: int) -> str | None:
        if self.phase(time) != Phase.Live:
            return "WrongPhase"
        if time >= self.deadline - self.withdrawal_cutoff:
            return "WithdrawalClosed"
        return None if backer in self.pledges else "NoPledge"

    def refuse_refund(self, backer: str, time: int) -> str | None:
        if self.phase(time) not in (Phase.Failed, Phase.Canceled):
            return "WrongPhase"
        if backer not in self.pledges:
            return "NoPledge"
        return "AlreadyRefunded" if backer in self.refunded else None

    def refuse_claim(self, time: int) -> str | None:
        if self.revoked_at is not None:
            return "NotOrganizer"
        if self.phase(time) != Phase.Delivering:
            return "WrongPhase"
        if self.milestone_state(time) != MilestoneState.Planned:
            return "WrongMilestoneState"
        return None if time < self.claim_by() else "ClaimTooLate"

    def refuse_release(self, time: int) -> str | None:
        if self.phase(time) != Phase.Delivering:
            return "WrongPhase"
        return None if self.milestone_state(time) == MilestoneState.Releasable else "WrongMilestoneState"

    def refuse_collect(self) -> str | None:
        return "NothingToCollect" if self.released == self.collected else None

    # ----------------------------------------------------------------------------------------------------------- acts

    def pledge(self, backer: str, amount: int, time: int) -> None:
        in_extension = self.phase(time) == Phase.Extension
        self.pledges[backer] = self.pledges.get(backer, 0) + amount
        if in_extension and self.rest == 0:
            self.stretch_goal_reached_at = time

    def withdraw(self, backer: str) -> int:
        return self.pledges.pop(backer)

    def refund(self, backer: str) -> int:
        self.refunded.add(backer)
        return self.pledges[backer]

    def release(self) -> int:
        before = self.released
        self.previous_releasable_at = self.window_ends_at()
        self.current, self.claimed_at = self.current + 1, None
        return self.released - before

    def collect(self) -> int:
        amount = self.released - self.collected
        self.collected = self.released
        return amount
