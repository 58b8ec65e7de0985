"""Pools of public money, and campaigns enrolled in them, by real acts."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import ape
from ape.contracts import ContractInstance

from tests.contracts import defaults as d


class Rule(IntEnum):
    """`IMatchFunding.Rule`."""

    CappedRatio = 0
    ThresholdGift = 1


@dataclass(frozen=True)
class MatchPools:
    """Opens pools whose manager and first funder is `people.town`, and enrols campaigns of `people.organizer`."""

    match_funding: ContractInstance
    people: Any
    currency: ContractInstance

    def ratio_terms(self, **changes: Any) -> dict[str, Any]:
        """Terms of a pool that adds half of each pledge; pass what differs from the defaults."""
        opens_at = changes.pop("opensAt", ape.chain.blocks.head.timestamp)
        return {
            "currency": self.currency.address,
            "opensAt": opens_at,
            "endsAt": opens_at + d.POOL_WINDOW,
            "rule": Rule.CappedRatio,
            "maxFirstTrancheBps": d.MAX_FIRST_TRANCHE_BPS,
            "campaignCap": d.CAMPAIGN_CAP,
            "ratioBps": d.RATIO_BPS,
            "membersOnly": False,
            "memberCap": 0,
            "minRaised": 0,
            "minMemberPledge": 0,
            "minMembers": 0,
            "agreementHash": d.HASH,
        } | changes

    def member_terms(self, **changes: Any) -> dict[str, Any]:
        """Terms of a pool that adds half of each pledge of a member."""
        return self.ratio_terms(**{"membersOnly": True, "memberCap": d.MEMBER_CAP} | changes)

    def gift_terms(self, **changes: Any) -> dict[str, Any]:
        """Terms of a pool that gives a fixed sum if the goal is reached with two members."""
        gift = {
            "rule": Rule.ThresholdGift,
            "campaignCap": d.GIFT,
            "ratioBps": 0,
            "minRaised": d.GOAL,
            "minMembers": d.MIN_MEMBERS,
            "minMemberPledge": d.MIN_MEMBER_PLEDGE,
        }
        return self.ratio_terms(**gift | changes)

    def open(self, terms: dict[str, Any] | None = None, *, funds: int = d.POOL_FUNDS, **changes: Any) -> int:
        """Opens and funds a pool by the terms, those of a ratio with these changes by default; returns its id."""
        self.match_funding.openPool(terms or self.ratio_terms(**changes), sender=self.people.town)
        pool_id = int(self.match_funding.poolCount())
        if funds:
            self.match_funding.fundPool(pool_id, funds, sender=self.people.town)
        return pool_id

    def open_for_members(self, *, funds: int = d.POOL_FUNDS, **changes: Any) -> int:
        """Opens and funds a pool for members; returns its id."""
        return self.open(self.member_terms(**changes), funds=funds)

    def open_gift(self, *, funds: int = d.POOL_FUNDS, **changes: Any) -> int:
        """Opens and funds a pool that gives a fixed sum; returns its id."""
        return self.open(self.gift_terms(**changes), funds=funds)

    def request(self, *pool_ids: int) -> Callable[[int], None]:
        """Returns what makes a campaign ask for the pools in this order."""

        def request(campaign_id: int) -> None:
            for pool_id in pool_ids:
                self.match_funding.requestPool(campaign_id, pool_id, sender=self.people.organizer)

        return request

    def enrol(self, *pool_ids: int) -> Callable[[int], None]:
        """Returns what enrols a campaign in the pools in this order."""

        def enrol(campaign_id: int) -> None:
            for pool_id in pool_ids:
                self.request(pool_id)(campaign_id)
                self.match_funding.enrol(pool_id, campaign_id, sender=self.people.town)

        return enrol

    def reserved(self, pool_id: int, campaign_id: int) -> int:
        """Returns what the pool has reserved for the campaign."""
        return int(self.match_funding.reservation(pool_id, campaign_id).reserved)

    def total_reserved(self, campaign_id: int) -> int:
        """Returns what all pools have reserved for the campaign; a gift counts whether earned or not."""
        return sum(self.reserved(pool_id, campaign_id) for pool_id in self.match_funding.poolsOf(campaign_id))

    def assert_books_agree(self) -> None:
        """No pool has promised more than it has, and together they hold what the contract holds."""
        held = 0
        for pool_id in range(1, self.match_funding.poolCount() + 1):
            pool = self.match_funding.pool(pool_id)
            assert pool.paid <= pool.reserved <= pool.funded, f"pool {pool_id}"
            assert pool.paid + pool.reclaimed <= pool.funded, f"pool {pool_id}"
            held += pool.funded - pool.paid - pool.reclaimed
        assert self.currency.balanceOf(self.match_funding) == held, "the contract's balance"
