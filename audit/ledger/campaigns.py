"""The books of Crowdfunding: pledges, releases, collections, refunds."""

from dataclasses import dataclass, field
from typing import Final

from audit.ledger.findings import Book, Findings, written
from audit.ledger.words import Values

BPS: Final = 10_000


@dataclass(slots=True)
class Campaign:
    """One campaign's money, in base units."""

    currency: int
    payout_account: int
    milestones: int
    shares: list[int] = field(default_factory=list)
    """Basis points by milestone."""
    pledges: dict[int, int] = field(default_factory=dict)
    """What each backer holds: pledged, and neither withdrawn nor refunded."""
    raised: int = 0
    members: int = 0
    released: int = 0
    released_milestones: int = 0
    collected: int = 0
    refunded: int = 0
    rest_pledged: int | None = None
    """Pledges not refunded yet, once it was terminated."""

    @property
    def released_bps(self) -> int:
        """Return the shares of the milestones released, together."""
        return sum(self.shares[: self.released_milestones])

    @property
    def held(self) -> int:
        """Return what the contract holds for it."""
        return self.raised - self.collected - self.refunded

    def refund_of(self, backer: int) -> int:
        """Return what a refund pays: the pledge, or after a termination its part of what was not released."""
        pledge = self.pledges.get(backer, 0)
        if self.rest_pledged is None or not pledge:
            return pledge
        return pledge * (self.raised - self.released - self.refunded) // self.rest_pledged


class CampaignBook(Book):
    """All campaigns."""

    def __init__(self, findings: Findings) -> None:
        super().__init__(findings)
        self.campaigns: dict[int, Campaign] = {}
        self.handlers = {
            "CampaignSubmitted": self._submitted,
            "MilestonePlanned": self._planned,
            "PledgeMade": self._pledged,
            "MemberCounted": self._counted,
            "PledgeWithdrawn": self._withdrawn,
            "PledgeRefunded": self._refunded,
            "MilestoneReleased": self._released,
            "CampaignTerminated": self._terminated,
            "CampaignCompleted": self._completed,
            "PayoutAccountChanged": self._payout_changed,
            "FundsCollected": self._collected,
        }

    def _submitted(self, e: Values) -> None:
        campaign = Campaign(e["terms.currency"], e["terms.payoutAccount"], e["milestoneCount"])
        self.campaigns[e["campaignId"]] = campaign

    def _planned(self, e: Values) -> None:
        shares = self.campaigns[e["campaignId"]].shares
        self.said(_name(e), e, milestone=len(shares))
        shares.append(e["shareBps"])

    def _pledged(self, e: Values) -> None:
        campaign, backer = self.campaigns[e["campaignId"]], e["backer"]
        campaign.pledges[backer] = campaign.pledges.get(backer, 0) + e["amount"]
        campaign.raised += e["amount"]
        self.said(_pledge(e), e, pledged=campaign.pledges[backer], raised=campaign.raised)

    def _counted(self, e: Values) -> None:
        campaign = self.campaigns[e["campaignId"]]
        campaign.members += 1
        self.said(_name(e), e, members=campaign.members)

    def _withdrawn(self, e: Values) -> None:
        campaign = self.campaigns[e["campaignId"]]
        pledge = campaign.pledges.pop(e["backer"], 0)
        campaign.raised -= pledge
        campaign.members -= bool(e["memberId"])
        self.said(_pledge(e), e, amount=pledge, raised=campaign.raised, members=campaign.members)

    def _refunded(self, e: Values) -> None:
        campaign, backer = self.campaigns[e["campaignId"]], e["backer"]
        amount = campaign.refund_of(backer)
        campaign.refunded += amount
        pledge = campaign.pledges.pop(backer, 0)
        if campaign.rest_pledged is not None:
            campaign.rest_pledged -= pledge
        self.said(_pledge(e), e, amount=amount, refunded=campaign.refunded)

    def _released(self, e: Values) -> None:
        campaign = self.campaigns[e["campaignId"]]
        self.said(_name(e), e, milestone=campaign.released_milestones)
        campaign.released_milestones += 1
        before, campaign.released = campaign.released, campaign.raised * campaign.released_bps // BPS
        self.said(_name(e), e, amount=campaign.released - before, released=campaign.released)

    def _terminated(self, e: Values) -> None:
        campaign = self.campaigns[e["campaignId"]]
        campaign.rest_pledged = campaign.raised
        self.said(_name(e), e, restPledged=campaign.raised, restUnreleased=campaign.raised - campaign.released)

    def _completed(self, e: Values) -> None:
        campaign = self.campaigns[e["campaignId"]]
        self.findings.compare(_name(e), "released at completion", campaign.raised, campaign.released, self.source)

    def _payout_changed(self, e: Values) -> None:
        campaign = self.campaigns[e["campaignId"]]
        self.said(_name(e), e, oldAccount=campaign.payout_account)
        campaign.payout_account = e["newAccount"]

    def _collected(self, e: Values) -> None:
        campaign = self.campaigns[e["campaignId"]]
        due = campaign.released - campaign.collected
        campaign.collected += due
        self.said(_name(e), e, amount=due, collected=campaign.collected, payoutAccount=campaign.payout_account)


def _name(e: Values) -> str:
    return f"campaign {e['campaignId']}"


def _pledge(e: Values) -> str:
    return f"campaign {e['campaignId']}, pledge of {written(e['backer'])}"
