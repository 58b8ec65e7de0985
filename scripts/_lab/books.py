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
from typing import Any, Final, NoReturn

from scripts._lab.contracts import Contract, all_of, ask_all
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
        campaigns, pools = all_of(self.rpc, (self.crowdfunding, "campaign"), (self.match_funding, "pool"))
        pledges, milestones, funders, reservations = self._parts(campaigns, pools)
        held: dict[str, int] = defaultdict(int)
        for number, campaign in campaigns.items():
            held[campaign["currency"]] += _check_campaign(number, campaign, pledges[number], milestones[number])
        for address, amount in held.items():
            balance = self._balance(address, self.crowdfunding)
            if balance != amount + self.donated[address]:
                differ(f"balance of {address}", balance, f"{amount} held + {self.donated[address]} donated")
        held.clear()
        for number, pool in pools.items():
            _check_pool(number, pool, funders[number], reservations[number])
            held[pool["terms"]["currency"]] += pool["funded"] - pool["paid"] - pool["reclaimed"]
        for address, amount in held.items():
            balance = self._balance(address, self.match_funding)
            if balance != amount:
                differ(f"balance of pools in {address}", balance, amount)
        self.checks += 1

    def _parts(self, campaigns: dict[int, Any], pools: dict[int, Any]) -> list[dict[int, list[Any]]]:
        """Returns pledges and milestones of each campaign, fundings and reservations of each pool; one request."""
        keys = (
            (self.crowdfunding, "pledgeOf", {number: sorted(self.backers[number]) for number in campaigns}),
            (self.crowdfunding, "milestone", {number: range(c["milestoneCount"]) for number, c in campaigns.items()}),
            (self.match_funding, "fundingOf", {number: sorted(self.funders[number]) for number in pools}),
            (self.match_funding, "reservation", dict.fromkeys(pools, tuple(campaigns))),
        )
        asked = [
            (contract, view, (number, part))
            for contract, view, parts in keys
            for number in parts
            for part in parts[number]
        ]
        answers = iter(ask_all(self.rpc, asked))
        return [{number: [next(answers) for _ in parts[number]] for number in parts} for _, _, parts in keys]

    def _balance(self, currency: str, holder: Contract) -> int:
        return int(Contract("currency", currency, self.currency.abi).ask(self.rpc, "balanceOf", holder.address))


def _check_campaign(number: int, campaign: dict[str, Any], pledges: list[Any], milestones: list[Any]) -> int:
    """Returns what the contract must hold for one campaign, in base units."""
    raised, released, refunded = campaign["raised"], campaign["released"], campaign["refunded"]
    # A refund erases the pledge.
    settled = raised - sum(pledge["amount"] for pledge in pledges)
    if settled < 0 or (settled and campaign["phase"] not in REFUNDING):
        differ(f"raised of campaign {number}", raised, raised - settled)
    if campaign["phase"] == TERMINATED:
        part = settled * (raised - released) // raised
        if abs(refunded - part) > len(pledges):
            differ(f"refunded of terminated campaign {number}", refunded, f"about {part}")
    elif refunded != settled:
        differ(f"refunded of campaign {number}", refunded, settled)
    tranches = sum(m["tranche"] for m in milestones if m["state"] == RELEASED)
    if tranches != released:
        differ(f"released of campaign {number}", released, tranches)
    books = int(raised - released - refunded)
    finished = campaign["phase"] == COMPLETED or (campaign["phase"] in REFUNDING and settled == raised)
    if books < 0 or (finished and books):
        differ(f"books of campaign {number} in phase {campaign['phase']}", books, 0)
    return books + int(released - campaign["collected"])


def _check_pool(number: int, pool: dict[str, Any], fundings: list[Any], owed: list[Any]) -> None:
    """Compares a pool's totals with those of its funders and of its campaigns."""
    funders = [dict(zip(("funded", "reclaimed"), row, strict=True)) for row in fundings]
    for name, rows in (("funded", funders), ("reclaimed", funders), ("reserved", owed), ("paid", owed)):
        total = sum(row[name] for row in rows)
        if pool[name] != total:
            differ(f"{name} of pool {number}", pool[name], total)
    free = pool["funded"] - pool["reserved"] - pool["reclaimed"]
    if free < 0 or pool["paid"] > pool["reserved"]:
        differ(f"unreserved rest of pool {number}", free, "0 or more")


def differ(what: str, found: object, needed: object) -> NoReturn:
    """Raises `BooksDiffer`."""
    message = f"{what} is {found}, not {needed}"
    raise BooksDiffer(message)
