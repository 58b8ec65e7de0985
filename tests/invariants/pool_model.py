"""One pool as docs/protocol.md describes it, for the one campaign it may match: what is refused, and what follows.

As in `crowdfunding_model.py`, `refuse_...` names the error that the contract must answer with, None if it must accept,
and the method of the act's name then changes the model.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.contracts.campaign_phases import Phase

if TYPE_CHECKING:
    from tests.invariants.crowdfunding_model import CampaignModel

BPS = 10_000
BEFORE_END = (Phase.Approved, Phase.Live, Phase.Extension)
#: Phases in which a reservation may be settled.
SETTLING = (Phase.Completed, Phase.Failed, Phase.Canceled, Phase.Terminated)


@dataclass
class PoolModel:
    """Facts of a pool; accounts are named by their roles in the tests."""

    kind: str  # "ratio", "members" (a ratio for members only) or "gift"
    manager: str
    opens_at: int
    ends_at: int
    verified_until: int  # of every public body
    campaign_cap: int
    ratio_bps: int = 0
    member_cap: int = 0
    min_raised: int = 0
    min_members: int = 0
    min_member_pledge: int = 0

    funded: dict[str, int] = field(default_factory=dict)  # in the order of the first payments
    requested: bool = False
    enrolled: bool = False
    settled: bool = False
    reserved: int = 0
    paid: int = 0
    matches: dict[str, int] = field(default_factory=dict)
    reclaimed: dict[str, int] = field(default_factory=dict)
    finished: set[str] = field(default_factory=set)  # accounts that took their last part

    # ------------------------------------------------------------------------------------------------------ computed

    @property
    def total(self) -> int:
        return sum(self.funded.values())

    @property
    def unreserved(self) -> int:
        return self.total - self.reserved

    @property
    def held(self) -> int:
        """What the contract must hold for this pool."""
        return self.total - self.paid - sum(self.reclaimed.values())

    def qualifying(self, campaign: CampaignModel) -> int:
        counted = [campaign.pledges[member] for member in campaign.members & campaign.pledges.keys()]
        return sum(amount >= self.min_member_pledge for amount in counted) if self.min_member_pledge else 0

    def is_earned(self, campaign: CampaignModel) -> bool:
        if self.kind != "gift":
            return True
        return campaign.raised >= self.min_raised and self.qualifying(campaign) >= self.min_members

    def owed(self, campaign: CampaignModel) -> int:
        """What the campaign gets in the end, as far as can be said now."""
        return self.reserved if self.is_earned(campaign) else 0

    def entitled(self, campaign: CampaignModel) -> int:
        """What the milestones released so far entitle the campaign to."""
        if self.settled:
            return self.reserved
        return self.owed(campaign) * sum(share for share, _ in campaign.plan[: campaign.current]) // BPS

    def quote(self, campaign: CampaignModel, backer: str, amount: int, time: int) -> int:
        """What a pledge would call."""
        if not self.enrolled or self.kind == "gift" or time >= self.ends_at:
            return 0
        parts = [amount * self.ratio_bps // BPS, self.unreserved, self.campaign_cap - self.reserved]
        if self.kind == "members":
            parts.append(self.member_cap - self.matches.get(backer, 0) if backer in campaign.members else 0)
        return min(parts)

    def reclaimable(self, account: str) -> int:
        """What `reclaim` pays from the end of the window on."""
        if account not in self.funded or account in self.finished:
            return 0
        if self.is_last_part(account) and account == next(iter(self.funded)):
            return self.unreserved - sum(self.reclaimed.values())
        return self.unreserved * self.funded[account] // self.total - self.reclaimed.get(account, 0)

    def is_last_part(self, account: str) -> bool:
        """Whether nothing can be added to it."""
        if self.enrolled and not self.settled:
            return False
        others = self.funded.keys() - self.finished - {account}
        return account != next(iter(self.funded)) or not others

    # ------------------------------------------------------------------------------------------------------- refusals

    def refuse_funding(self, amount: int, time: int) -> str | None:
        return self.refuse_outside(time) or ("ZeroAmount" if amount == 0 else None)

    def refuse_outside(self, time: int) -> str | None:
        if time >= self.verified_until:
            return "NotPublicBody"
        return None if self.opens_at <= time < self.ends_at else "OutsideWindow"

    def refuse_request(self, campaign: CampaignModel, time: int) -> str | None:
        if campaign.revoked_at is not None:
            return "NotOrganizer"
        if campaign.phase(time) not in BEFORE_END:
            return "WrongPhase"
        return "AlreadyRequested" if self.requested else None

    def refuse_enrolment(self, who: str, campaign: CampaignModel, time: int) -> str | None:
        if who != self.manager:
            return "NotManager"
        refusal = self.refuse_outside(time)
        if refusal:
            return refusal
        if not self.requested:
            return "NotRequested"
        if self.enrolled:
            return "AlreadyEnrolled"
        gift = self.kind == "gift"
        if campaign.phase(time) not in ((Phase.Approved,) if gift else BEFORE_END):
            return "WrongPhase"
        if gift and self.min_raised < campaign.goal:
            return "GiftBelowGoal"
        return "NotCovered" if gift and self.campaign_cap > self.unreserved else None

    def refuse_release(self, campaign: CampaignModel) -> str | None:
        if not self.enrolled:
            return "NotEnrolled"
        return None if self.entitled(campaign) > self.paid else "NothingDue"

    def refuse_settlement(self, campaign: CampaignModel, time: int) -> str | None:
        if not self.enrolled:
            return "NotEnrolled"
        if self.settled:
            return "AlreadySettled"
        phase = campaign.phase(time)
        missed = phase == Phase.Delivering and not self.is_earned(campaign)
        return None if missed or phase in SETTLING else "WrongPhase"

    def refuse_reclaim(self, account: str, time: int) -> str | None:
        if time < self.ends_at:
            return "WindowOpen"
        if account not in self.funded or account in self.finished:
            return "NothingDue"
        return None if self.reclaimable(account) or self.is_last_part(account) else "NothingDue"

    # ----------------------------------------------------------------------------------------------------------- acts

    def fund(self, account: str, amount: int) -> None:
        self.funded[account] = self.funded.get(account, 0) + amount

    def enrol(self) -> None:
        self.enrolled = True
        if self.kind == "gift":
            self.reserved = self.campaign_cap

    def call(self, backer: str, amount: int) -> None:
        self.reserved += amount
        self.matches[backer] = self.matches.get(backer, 0) + amount

    def give_back(self, backer: str) -> None:
        self.reserved -= self.matches.pop(backer, 0)

    def release(self, campaign: CampaignModel) -> int:
        amount = self.entitled(campaign) - self.paid
        self.paid += amount
        return amount

    def settle(self, campaign: CampaignModel) -> int:
        entitled = self.entitled(campaign)
        freed = self.reserved - entitled
        self.reserved, self.settled = entitled, True
        return freed

    def reclaim(self, account: str) -> int:
        amount, last = self.reclaimable(account), self.is_last_part(account)
        self.reclaimed[account] = self.reclaimed.get(account, 0) + amount
        if last:
            self.finished.add(account)
        return amount
