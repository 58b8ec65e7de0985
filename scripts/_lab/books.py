"""Checks money against books from contract views alone, after each act of the story.

For each currency, over its campaigns::

    books   = pledged - released - refunded              what backers still have at stake
    balance >= books + (released - collected)            what the contract holds
    balance == that                                      while nobody donates

For each pool of match funding::

    funded    = what its accounts paid in
    reserved  = what its campaigns are owed, paid or not
    balance   = funded - paid - reclaimed, over its pools

with paid <= reserved <= funded, and `reclaimed` at most what is not reserved.

For each campaign: `raised` and `refunded` are the sums over its backers, `released` is the sum of its released
tranches, books are never negative, and are zero once it is finished. Of a terminated campaign, `refunded` is the part
of what was not released that belongs to those who were refunded, but for less than a unit of each.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Final

from scripts._lab.contracts import Contract
from scripts._lab.errors import BooksDiffer
from scripts._lab.rpc import Rpc

COMPLETED: Final = 6
#: Failed, Canceled, Rejected, Lapsed, Terminated.
REFUNDING: Final = (7, 8, 9, 10, 11)
TERMINATED: Final = 11
RELEASED: Final = 5


@dataclass
class Books:
    """What must always be true of the money.

    Attributes:
        rpc: The chain.
        crowdfunding: The contract that holds backers' money.
        match_funding: The contract that holds public money.
        currency: The contracts' token, one ABI for all currencies.
        backers: Addresses that ever pledged, by campaign.
        funders: Addresses that ever paid in, by pool.
        donated: Base units that somebody sent without pledging, by currency.
    """

    rpc: Rpc
    crowdfunding: Contract
    match_funding: Contract
    currency: Contract
    backers: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    funders: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    donated: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    checks: int = 0

    def check(self) -> None:
        """Raises `BooksDiffer` if any rule of this module is broken now."""
        held: dict[str, int] = defaultdict(int)
        campaigns = self.crowdfunding.ask(self.rpc, "campaignCount")
        for number, campaign in enumerate(self._views("campaign", range(1, campaigns + 1)), start=1):
            held[campaign["currency"]] += self._check_campaign(number, campaign)
        for address, amount in held.items():
            token = Contract("currency", address, self.currency.abi)
            balance = token.ask(self.rpc, "balanceOf", self.crowdfunding.address)
            if balance != amount + self.donated[address]:
                _differ(f"balance of {address}", balance, f"{amount} held + {self.donated[address]} donated")
        self._check_pools(campaigns)
        self.checks += 1

    def _check_pools(self, campaigns: int) -> None:
        count = self.match_funding.ask(self.rpc, "poolCount")
        pools = dict(enumerate(self._asked("pool", [(number,) for number in range(1, count + 1)]), start=1))
        held: dict[str, int] = defaultdict(int)
        for number, pool in pools.items():
            self._check_pool(number, pool, campaigns)
            held[pool["terms"]["currency"]] += pool["funded"] - pool["paid"] - pool["reclaimed"]
        for address, amount in held.items():
            token = Contract("currency", address, self.currency.abi)
            balance = token.ask(self.rpc, "balanceOf", self.match_funding.address)
            if balance != amount:
                _differ(f"balance of pools in {address}", balance, amount)

    def _check_pool(self, number: int, pool: dict[str, Any], campaigns: int) -> None:
        """Compares a pool's totals with those of its funders and of its campaigns."""
        paid_in = self._asked("fundingOf", [(number, funder) for funder in sorted(self.funders[number])])
        funders = [dict(zip(("funded", "reclaimed"), row, strict=True)) for row in paid_in]
        owed = self._asked("reservation", [(number, campaign) for campaign in range(1, campaigns + 1)])
        for name, rows in (("funded", funders), ("reclaimed", funders), ("reserved", owed), ("paid", owed)):
            total = sum(row[name] for row in rows)
            if pool[name] != total:
                _differ(f"{name} of pool {number}", pool[name], total)
        free = pool["funded"] - pool["reserved"] - pool["reclaimed"]
        if free < 0 or pool["paid"] > pool["reserved"]:
            _differ(f"unreserved rest of pool {number}", free, "0 or more")

    def _asked(self, function: str, keys: list[tuple[Any, ...]]) -> list[Any]:
        answers = self.rpc.batch([self.match_funding.view(function, *key) for key in keys])
        return [self.match_funding.decode(function, answer) for answer in answers]

    def _check_campaign(self, number: int, campaign: dict[str, Any]) -> int:
        """Returns what the contract must hold for one campaign, in base units."""
        raised, released, refunded = campaign["raised"], campaign["released"], campaign["refunded"]
        pledges = self._pledges(number)
        # A refund erases the pledge.
        settled = raised - sum(pledge["amount"] for pledge in pledges)
        if settled < 0 or (settled and campaign["phase"] not in REFUNDING):
            _differ(f"raised of campaign {number}", raised, raised - settled)
        if campaign["phase"] == TERMINATED:
            part = settled * (raised - released) // raised
            if abs(refunded - part) > len(pledges):
                _differ(f"refunded of terminated campaign {number}", refunded, f"about {part}")
        elif refunded != settled:
            _differ(f"refunded of campaign {number}", refunded, settled)
        if released:
            self._check_tranches(number, campaign)
        books = int(raised - released - refunded)
        finished = campaign["phase"] == COMPLETED or (campaign["phase"] in REFUNDING and settled == raised)
        if books < 0 or (finished and books):
            _differ(f"books of campaign {number} in phase {campaign['phase']}", books, 0)
        return books + int(released - campaign["collected"])

    def _check_tranches(self, number: int, campaign: dict[str, Any]) -> None:
        calls = [self.crowdfunding.view("milestone", number, i) for i in range(campaign["milestoneCount"])]
        milestones = [self.crowdfunding.decode("milestone", answer) for answer in self.rpc.batch(calls)]
        tranches = sum(m["tranche"] for m in milestones if m["state"] == RELEASED)
        if tranches != campaign["released"]:
            _differ(f"released of campaign {number}", campaign["released"], tranches)

    def _pledges(self, campaign: int) -> list[dict[str, Any]]:
        calls = [self.crowdfunding.view("pledgeOf", campaign, backer) for backer in sorted(self.backers[campaign])]
        return [self.crowdfunding.decode("pledgeOf", answer) for answer in self.rpc.batch(calls)]

    def _views(self, function: str, keys: range) -> list[dict[str, Any]]:
        answers = self.rpc.batch([self.crowdfunding.view(function, key) for key in keys])
        return [self.crowdfunding.decode(function, answer) for answer in answers]


def _differ(what: str, found: object, needed: object) -> None:
    message = f"{what} is {found}, not {needed}"
    raise BooksDiffer(message)
