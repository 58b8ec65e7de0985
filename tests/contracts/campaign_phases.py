"""Campaigns in every phase, and the numbers that phases and states have on chain."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import ape
from ape.api import AccountAPI, ReceiptAPI
from ape.contracts import ContractInstance

from tests.contracts import defaults as d


class Phase(IntEnum):
    """`ICrowdfunding.Phase`."""

    None_ = 0
    Submitted = 1
    Approved = 2
    Live = 3
    Extension = 4
    Delivering = 5
    Completed = 6
    Failed = 7
    Canceled = 8
    Rejected = 9
    Lapsed = 10
    Terminated = 11


class MilestoneState(IntEnum):
    """`ICrowdfunding.MilestoneState`."""

    Planned = 0
    Claimed = 1
    Stopped = 2
    Rejected = 3
    Releasable = 4
    Released = 5


#: Pledged by `people.backer` in a campaign that is to miss its goal.
SMALL_PLEDGE = 333 * d.EURO + 1


@dataclass(frozen=True)
class CampaignPhases:
    """Brings new campaigns into any phase by real acts and the passing of time.

    Where a phase can have pledges, `people.backer` has the only one: `SMALL_PLEDGE` where the goal is missed, else
    the goal or, if given, `raised`. In Terminated the first milestone is released and not collected.
    """

    crowdfunding: ContractInstance
    people: Any
    create_campaign: Callable[..., int]

    def reach(self, phase: Phase, *, raised: int = d.GOAL, **changes: Any) -> int:
        """Returns the id of a new campaign that has just come into `phase`."""
        start = {Phase.Submitted: "Submitted", Phase.Rejected: "Submitted", Phase.Lapsed: "Submitted"}
        start |= {Phase.Approved: "Approved"}
        campaign_id = self.create_campaign(phase=start.get(phase, "Live"), **changes)
        match phase:
            case Phase.Submitted | Phase.Approved:
                pass
            case Phase.Rejected:
                self.crowdfunding.rejectCampaign(campaign_id, d.REASON, sender=self.people.reviewer)
            case Phase.Lapsed:
                self._travel(campaign_id, "opensAt")
            case Phase.Live:
                self._pledge(campaign_id, SMALL_PLEDGE)
            case Phase.Canceled:
                self._pledge(campaign_id, SMALL_PLEDGE)
                self.crowdfunding.cancelCampaign(campaign_id, sender=self.people.organizer)
            case Phase.Failed:
                self._pledge(campaign_id, SMALL_PLEDGE)
                self._travel(campaign_id, "deadline")
            case Phase.Extension:
                self._pledge(campaign_id, raised)
                self._travel(campaign_id, "deadline")
            case Phase.Delivering:
                self._pledge(campaign_id, raised)
                self._travel(campaign_id, "pledgingEndsAt")
            case Phase.Completed:
                self._pledge(campaign_id, raised)
                self._travel(campaign_id, "pledgingEndsAt")
                for _ in range(self.crowdfunding.campaign(campaign_id).milestoneCount):
                    self.claim_and_release(campaign_id)
            case Phase.Terminated:
                self._pledge(campaign_id, raised)
                self._travel(campaign_id, "pledgingEndsAt")
                self.claim_and_release(campaign_id)
                self.crowdfunding.terminate(campaign_id, sender=self.people.organizer)
            case _:
                raise ValueError(f"no campaign reaches {phase.name}")
        assert self.crowdfunding.phase(campaign_id) == phase
        return campaign_id

    def claim(self, campaign_id: int) -> None:
        """Claims the current milestone and lets its window end."""
        tx = self.crowdfunding.claimMilestone(campaign_id, d.HASH, sender=self.people.organizer)
        ape.chain.mine(timestamp=tx.timestamp + self.crowdfunding.campaign(campaign_id).objectionWindow)

    def funded_by(self, pledges: dict[AccountAPI, int], **changes: Any) -> int:
        """Returns the id of a new campaign in Delivering with exactly these pledges."""
        raised = sum(pledges.values())
        fits = {"goal": raised, "stretchGoal": raised, "minPledge": 0, "extension": 0}
        campaign_id = self.create_campaign(**(fits | changes))
        for backer, amount in pledges.items():
            self.crowdfunding.pledge(campaign_id, amount, 0, sender=backer)
        self._travel(campaign_id, "deadline")
        return campaign_id

    def open_claim(self, campaign_id: int) -> int:
        """Claims the current milestone; returns when its objection window ends."""
        tx = self.crowdfunding.claimMilestone(campaign_id, d.HASH, sender=self.people.organizer)
        return int(tx.timestamp + self.crowdfunding.campaign(campaign_id).objectionWindow)

    def object(self, campaign_id: int, *backers: AccountAPI) -> None:
        """Each of `backers` objects to the present claim."""
        for backer in backers:
            self.crowdfunding.object(campaign_id, *self.present_claim(campaign_id), sender=backer)

    def stop(self, campaign_id: int) -> int:
        """Claims the current milestone and has it stopped by `people.backer`, who needs half of the money and more.

        Returns:
            The first instant of the ruling window, which is now.
        """
        window_ends_at = self.open_claim(campaign_id)
        self.object(campaign_id, self.people.backer)
        ape.chain.mine(timestamp=window_ends_at)
        return window_ends_at

    def rule(self, campaign_id: int, *, release: bool) -> ReceiptAPI:
        """The arbiter rules on the present claim."""
        claim = self.present_claim(campaign_id)
        receipt: ReceiptAPI = self.crowdfunding.rule(campaign_id, *claim, release, d.REASON, sender=self.people.arbiter)
        return receipt

    def reject(self, campaign_id: int) -> int:
        """Claims the current milestone, which is stopped and rejected; returns the instant of the ruling."""
        self.stop(campaign_id)
        return int(self.rule(campaign_id, release=False).timestamp)

    def present_claim(self, campaign_id: int) -> tuple[int, int]:
        """(index, attempt) of the current milestone's last claim, or of the last milestone's if all are released."""
        campaign = self.crowdfunding.campaign(campaign_id)
        index = min(campaign.currentMilestone, campaign.milestoneCount - 1)
        return index, self.crowdfunding.milestone(campaign_id, index).attempts

    def claim_and_release(self, campaign_id: int) -> None:
        """Takes the current milestone from Planned to Released."""
        self.claim(campaign_id)
        self.crowdfunding.releaseMilestone(campaign_id, sender=self.people.stranger)

    def _pledge(self, campaign_id: int, amount: int) -> None:
        self.crowdfunding.pledge(campaign_id, amount, 0, sender=self.people.backer)

    def _travel(self, campaign_id: int, instant: str) -> None:
        ape.chain.mine(timestamp=self.crowdfunding.campaign(campaign_id)[instant])
