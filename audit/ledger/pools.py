"""The books of MatchFunding: what each pool of public money holds, owes and pays, and which pledge called it."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from audit.ledger.campaigns import BPS, CampaignBook
from audit.ledger.findings import Book, Findings, written
from audit.ledger.words import Values

CAPPED_RATIO: Final = 0
LARGEST_FIRST_MATCH: Final = 2**88 - 1
"""What one backer may call from a campaign's first ratio pool."""


@dataclass(slots=True)
class Reservation:
    """What one pool owes one campaign."""

    reserved: int = 0
    paid: int = 0
    members: int = 0
    """Who hold enough for a gift."""
    settled: bool = False
    called: dict[int, int] = field(default_factory=dict)
    """By backer."""


@dataclass(slots=True)
class Pool:
    """One pool."""

    terms: Values
    funded: dict[int, int] = field(default_factory=dict)
    """By account, the first one first."""
    reclaimed: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    finished: set[int] = field(default_factory=set)
    """Accounts that took their last part."""
    reservations: dict[int, Reservation] = field(default_factory=dict)
    """By campaign."""
    unreserved: int = 0
    """Funded, less what is reserved and not freed."""
    paid: int = 0

    @property
    def total(self) -> int:
        """Return what was ever paid in."""
        return sum(self.funded.values())

    @property
    def open_reservations(self) -> int:
        """Return how many campaigns are enrolled and not settled."""
        return sum(1 for each in self.reservations.values() if not each.settled)

    @property
    def held(self) -> int:
        """Return what the contract holds for it."""
        return self.total - self.paid - sum(self.reclaimed.values())

    def is_last_part(self, account: int) -> bool:
        """Return whether nothing can be added to what an account may reclaim; the first one waits for all others."""
        others = self.funded.keys() - self.finished - {account}
        return not self.open_reservations and (account != next(iter(self.funded)) or not others)

    def reclaimable(self, account: int) -> int:
        """Return the account's part of what is not reserved, less what it got; the first one also takes the crumbs."""
        if account not in self.funded or account in self.finished:
            return 0
        if account == next(iter(self.funded)) and self.is_last_part(account):
            return self.unreserved - sum(self.reclaimed.values())
        return self.unreserved * self.funded[account] // self.total - self.reclaimed[account]


class PoolBook(Book):
    """All pools."""

    def __init__(self, findings: Findings, campaigns: CampaignBook) -> None:
        super().__init__(findings)
        self.campaigns = campaigns.campaigns
        self.pools: dict[int, Pool] = {}
        self.pools_of: dict[int, list[int]] = defaultdict(list)
        """By campaign, in the order of enrolment."""
        self.handlers = {
            "PoolOpened": self._opened,
            "PoolFunded": self._funded,
            "CampaignEnrolled": self._enrolled,
            "MatchReserved": self._reserved,
            "MatchReturned": self._returned,
            "QualifyingMembersChanged": self._members_changed,
            "MatchReleased": self._released,
            "ReservationSettled": self._settled,
            "MatchReclaimed": self._reclaimed,
        }

    def entitled(self, pool: Pool, campaign_id: int) -> int:
        """Return what the milestones released so far entitle a campaign to."""
        campaign, reservation = self.campaigns[campaign_id], pool.reservations[campaign_id]
        if reservation.settled:
            return reservation.reserved
        return reservation.reserved * campaign.released_bps // BPS if self.is_earned(pool, campaign_id) else 0

    def is_earned(self, pool: Pool, campaign_id: int) -> bool:
        """Return whether the campaign gets what is reserved: always by a ratio, as of now by a gift."""
        if pool.terms["terms.rule"] == CAPPED_RATIO:
            return True
        members = pool.reservations[campaign_id].members
        enough = self.campaigns[campaign_id].raised >= pool.terms["terms.minRaised"]
        return enough and members >= pool.terms["terms.minMembers"]

    def _opened(self, e: Values) -> None:
        self.pools[e["poolId"]] = Pool(e)

    def _funded(self, e: Values) -> None:
        pool, account = self.pools[e["poolId"]], e["account"]
        pool.funded[account] = pool.funded.get(account, 0) + e["amount"]
        pool.unreserved += e["amount"]
        self.said(_name(e), e, fundedByAccount=pool.funded[account], funded=pool.total)

    def _enrolled(self, e: Values) -> None:
        pool = self.pools[e["poolId"]]
        gift = 0 if pool.terms["terms.rule"] == CAPPED_RATIO else pool.terms["terms.campaignCap"]
        pool.reservations[e["campaignId"]] = Reservation(gift)
        pool.unreserved -= gift
        self.pools_of[e["campaignId"]].append(e["poolId"])
        self.said(_reservation(e), e, reserved=gift)

    def _reserved(self, e: Values) -> None:
        pool, backer = self.pools[e["poolId"]], e["backer"]
        reservation = pool.reservations[e["campaignId"]]
        amount = self._quote(pool, e)
        reservation.called[backer] = reservation.called.get(backer, 0) + amount
        reservation.reserved += amount
        pool.unreserved -= amount
        self.said(f"{_reservation(e)}, for {written(backer)}", e, amount=amount, reserved=reservation.reserved)

    def _quote(self, pool: Pool, e: Values) -> int:
        """Return the match of the pledge that the event names, by the pool's rule and caps."""
        reservation, terms = pool.reservations[e["campaignId"]], pool.terms
        called = reservation.called.get(e["backer"], 0)
        amount = min(e["pledged"] * terms["terms.ratioBps"] // BPS, pool.unreserved)
        amount = min(amount, terms["terms.campaignCap"] - reservation.reserved)
        ratio_pools = (p for p in self.pools_of[e["campaignId"]] if self.pools[p].terms["terms.rule"] == CAPPED_RATIO)
        if e["poolId"] == next(ratio_pools):
            amount = min(amount, LARGEST_FIRST_MATCH - called)
        return min(amount, terms["terms.memberCap"] - called) if terms["terms.membersOnly"] else amount

    def _returned(self, e: Values) -> None:
        pool = self.pools[e["poolId"]]
        reservation = pool.reservations[e["campaignId"]]
        amount = reservation.called.pop(e["backer"], 0)
        reservation.reserved -= amount
        pool.unreserved += amount
        subject = f"{_reservation(e)}, for {written(e['backer'])}"
        self.said(subject, e, amount=amount, reserved=reservation.reserved)

    def _members_changed(self, e: Values) -> None:
        reservation = self.pools[e["poolId"]].reservations[e["campaignId"]]
        self.said(_reservation(e), e, oldMembers=reservation.members)
        reservation.members = e["newMembers"]

    def _released(self, e: Values) -> None:
        pool, campaign = self.pools[e["poolId"]], self.campaigns[e["campaignId"]]
        reservation = pool.reservations[e["campaignId"]]
        before, reservation.paid = reservation.paid, self.entitled(pool, e["campaignId"])
        amount = reservation.paid - before
        pool.paid += amount
        where = {"payoutAccount": campaign.payout_account, "milestones": campaign.released_milestones}
        self.said(_reservation(e), e, amount=amount, paid=reservation.paid, **where)

    def _settled(self, e: Values) -> None:
        pool = self.pools[e["poolId"]]
        reservation = pool.reservations[e["campaignId"]]
        kept = self.entitled(pool, e["campaignId"])
        freed = reservation.reserved - kept
        reservation.reserved, reservation.settled = kept, True
        pool.unreserved += freed
        self.said(_reservation(e), e, freed=freed, reserved=kept)

    def _reclaimed(self, e: Values) -> None:
        pool, account = self.pools[e["poolId"]], e["account"]
        amount = pool.reclaimable(account)
        if pool.is_last_part(account):
            pool.finished.add(account)
        pool.reclaimed[account] += amount
        subject = f"{_name(e)}, funding of {written(account)}"
        self.said(subject, e, amount=amount, reclaimed=pool.reclaimed[account])


def _name(e: Values) -> str:
    return f"pool {e['poolId']}"


def _reservation(e: Values) -> str:
    return f"pool {e['poolId']}, campaign {e['campaignId']}"
