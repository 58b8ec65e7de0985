"""One campaign as docs/protocol.md describes it, without a chain: what is refused, what follows, which phase it is.

Each act is asked twice: `refuse_...` names the error that the contract must answer with, None if it must accept; the
method of the act's name then changes the model. Times are Unix times, amounts base units.
"""

from dataclasses import dataclass, field

from scripts.deploy import DAY
from tests.contracts.campaign_phases import MilestoneState, Phase
from tests.invariants.pool_model import PoolModel

BPS = 10_000
FINAL = {Phase.Completed, Phase.Failed, Phase.Canceled, Phase.Rejected, Phase.Lapsed, Phase.Terminated}
MAX_ATTEMPTS = 3


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
    ruling_window: int
    plan: list[tuple[int, int]]  # (share in bps, due date)
    members: set[str]  # backers that are verified members

    decision: Phase = Phase.Submitted
    revoked_at: int | None = None
    pledges: dict[str, int] = field(default_factory=dict)
    refunds: dict[str, int] = field(default_factory=dict)
    stretch_goal_reached_at: int | None = None
    current: int = 0
    claimed_at: int | None = None
    attempts: int = 0
    objecting: set[str] = field(default_factory=set)  # to the last claim
    objections: dict[str, int] = field(default_factory=dict)  # bits as the contract keeps them
    ruling: tuple[MilestoneState, int] | None = None  # what the arbiter made of the last claim, and when
    previous_releasable_at: int = 0
    collected: int = 0
    pools: list[PoolModel] = field(default_factory=list)  # enrolled, in that order
    objecting_pools: set[int] = field(default_factory=set)  # places of pools whose manager objects to the last claim

    # ------------------------------------------------------------------------------------------------------ computed

    @property
    def raised(self) -> int:
        return sum(self.pledges.values())

    @property
    def released(self) -> int:
        return self.raised * sum(share for share, _ in self.plan[: self.current]) // BPS

    @property
    def total_refunded(self) -> int:
        return sum(self.refunds.values())

    @property
    def counted_members(self) -> int:
        return len(self.members & self.pledges.keys())

    @property
    def objectors(self) -> int:
        return len(self.members & self.objecting)

    @property
    def objected_amount(self) -> int:
        return sum(self.pledges[backer] for backer in self.objecting)

    def is_majority_of_money(self) -> bool:
        reserved = [pool.owed(self) for pool in self.pools]
        objecting = self.objected_amount + sum(reserved[place] for place in self.objecting_pools)
        return 2 * objecting > self.raised + sum(reserved)

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

    def ruling_ends_at(self) -> int:
        return self.window_ends_at() + self.ruling_window

    def claim_by(self, time: int) -> int:
        due_date = self.plan[self.current][1]
        state, since = self.standing(time)
        rejected_at = since if state == MilestoneState.Rejected else 0
        return max(due_date, self.pledging_ends_at(), self.previous_releasable_at, rejected_at) + 30 * DAY

    def phase(self, time: int) -> Phase:
        """The phase at `time`, as the table "Phases" has it."""
        if self.decision in (Phase.Rejected, Phase.Canceled, Phase.Terminated):
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
        return self.standing(time)[0]

    def standing(self, time: int) -> tuple[MilestoneState, int]:
        """(state of the current milestone, instant it became Rejected or Releasable, 0 in other states)"""
        if self.claimed_at is None:
            return MilestoneState.Planned, 0
        if self.revoked_at is None:
            return self.standing_of_claim(time)
        state, since = self.standing_of_claim(self.revoked_at)
        return (state, since) if since else (MilestoneState.Rejected, self.revoked_at)

    def standing_of_claim(self, time: int) -> tuple[MilestoneState, int]:
        """The same of the last claim, as if the organizer were never revoked."""
        if time < self.window_ends_at():
            return MilestoneState.Claimed, 0
        if self.ruling:
            return self.ruling
        by_money = self.is_majority_of_money()
        by_a_fifth = self.objectors >= 2 and 5 * self.objectors >= self.counted_members
        if not by_money and not by_a_fifth and not self.objecting_pools:
            return MilestoneState.Releasable, self.window_ends_at()
        if time < self.ruling_ends_at():
            return MilestoneState.Stopped, 0
        by_members = self.objectors >= 2 and 2 * self.objectors > self.counted_members
        rejected = by_money or by_members
        return MilestoneState.Rejected if rejected else MilestoneState.Releasable, self.ruling_ends_at()

    def refundable(self, backer: str, time: int) -> int:
        """What a refund pays."""
        phase = self.phase(time)
        if phase not in (Phase.Failed, Phase.Canceled, Phase.Terminated):
            return 0
        if backer not in self.pledges or backer in self.refunds:
            return 0
        if phase != Phase.Terminated:
            return self.pledges[backer]
        rest_pledged = sum(amount for other, amount in self.pledges.items() if other not in self.refunds)
        return self.pledges[backer] * (self.raised - self.released - self.total_refunded) // rest_pledged

    def edges(self, time: int) -> list[int]:
        """Instants after `time` at which something changes by time alone, in order."""
        instants = [self.lapses_at(), self.opens_at, self.deadline - self.withdrawal_cutoff, self.deadline]
        instants += [self.pledging_ends_at(), self.window_ends_at(), self.ruling_ends_at()]
        if self.current < len(self.plan):
            instants.append(self.claim_by(time))
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
        if backer == "organizer":
            return "OrganizerCannotPledge"
        if amount == 0:
            return "ZeroAmount"
        if amount > self.rest:
            return "PledgeAboveRest"
        return "PledgeBelowMinimum" if amount < self.min_pledge and amount != self.rest else None

    def refuse_withdrawal(self, backer: str, time: int) -> str | None:
        if self.phase(time) != Phase.Live:
            return "WrongPhase"
        if time >= self.deadline - self.withdrawal_cutoff:
            return "WithdrawalClosed"
        return None if backer in self.pledges else "NoPledge"

    def refuse_refund(self, backer: str, time: int) -> str | None:
        if self.phase(time) not in (Phase.Failed, Phase.Canceled, Phase.Terminated):
            return "WrongPhase"
        return "NoPledge" if backer not in self.pledges or backer in self.refunds else None

    def refuse_claim(self, time: int) -> str | None:
        if self.revoked_at is not None:
            return "NotOrganizer"
        if self.phase(time) != Phase.Delivering:
            return "WrongPhase"
        if self.milestone_state(time) not in (MilestoneState.Planned, MilestoneState.Rejected):
            return "WrongMilestoneState"
        if self.attempts == MAX_ATTEMPTS:
            return "NoAttemptLeft"
        return None if time < self.claim_by(time) else "ClaimTooLate"

    def refuse_objection(self, backer: str, attempt: int, time: int) -> str | None:
        refusal = self.refuse_on_claim(attempt, MilestoneState.Claimed, time)
        if refusal:
            return refusal
        if backer not in self.pledges and not self.managed_by(backer):
            return "NoPledge"
        heard = backer in self.objecting or backer not in self.pledges
        return "AlreadyObjected" if heard and self.managed_by(backer) <= self.objecting_pools else None

    def managed_by(self, who: str) -> set[int]:
        """Places of the pools that somebody manages."""
        return {place for place, pool in enumerate(self.pools) if pool.manager == who}

    def refuse_ruling(self, attempt: int, time: int) -> str | None:
        return self.refuse_on_claim(attempt, MilestoneState.Stopped, time)

    def refuse_on_claim(self, attempt: int, needed: MilestoneState, time: int) -> str | None:
        if self.phase(time) != Phase.Delivering:
            return "WrongPhase"
        if attempt != self.attempts or attempt == 0:
            return "NotPresentClaim"
        return None if self.milestone_state(time) == needed else "WrongMilestoneState"

    def refuse_termination(self, who: str, time: int) -> str | None:
        if self.phase(time) != Phase.Delivering:
            return "WrongPhase"
        if self.milestone_state(time) not in (MilestoneState.Planned, MilestoneState.Rejected):
            return "WrongMilestoneState"
        if who == "organizer" or self.revoked_at is not None or self.attempts == MAX_ATTEMPTS:
            return None
        return None if time >= self.claim_by(time) else "TerminateTooEarly"

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

    def refund(self, backer: str, time: int) -> int:
        self.refunds[backer] = self.refundable(backer, time)
        return self.refunds[backer]

    def claim(self, time: int) -> None:
        self.claimed_at, self.attempts = time, self.attempts + 1
        self.objecting, self.objecting_pools, self.ruling = set(), set(), None

    def object(self, backer: str) -> None:
        self.objecting_pools |= self.managed_by(backer)
        if backer not in self.pledges or backer in self.objecting:
            return
        self.objecting.add(backer)
        bit = 1 << (MAX_ATTEMPTS * self.current + self.attempts - 1)
        self.objections[backer] = self.objections.get(backer, 0) | bit

    def rule(self, verdict: MilestoneState, time: int) -> None:
        self.ruling = (verdict, time)

    def release(self, time: int) -> int:
        before = self.released
        _, self.previous_releasable_at = self.standing(time)
        self.current, self.claimed_at, self.attempts = self.current + 1, None, 0
        self.objecting, self.objecting_pools, self.ruling = set(), set(), None
        return self.released - before

    def collect(self) -> int:
        amount = self.released - self.collected
        self.collected = self.released
        return amount
