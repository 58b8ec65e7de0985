"""Checks what the escrows hold against their books, from contract views alone, after each act of the story.

For Marketplace, in each currency and in credits::

    balance = legs of orders that run + parts of ended orders that are not paid yet

with the seller's part of a leg floor(leg * sellerBps / 10,000) and the buyer's the rest; sellerBps is 10,000 where an
order was completed, anything where it was settled or ruled, and 0 wherever else it ended. For each listing::

    stock = first stock - units of orders that run or were handed over

For ProBono, one credit being one hour::

    balance  = hours of redemptions that run
    reserved = hours of redemptions that were accepted and run      for each offer
    given    = hours delivered of redemptions that ended            for each offer
    capacity = hours of offers that are not over: those reserved, and those free while the offer takes requests
    supply   = issued by programmes - given = what all accounts hold
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Self

from scripts._lab.books import differ
from scripts._lab.contracts import TEST_CURRENCY, Contract, all_of, ask_all
from scripts._lab.rpc import Rpc

HOUR: Final = 10**18
"""Base units of the credit that one hour of help redeems."""
BPS: Final = 10_000
NO_CURRENCY: Final = "0x" + 40 * "0"

COMPLETED: Final = 5
SPLIT: Final = (11, 12)
"""Settled, Ruled."""
#: Bits of the parts of an order: the buyer's, the seller's.
MONEY_PARTS: Final = (1, 4)
CREDIT_PARTS: Final = (2, 8)

NOT_ACCEPTED: Final = (1, 10)
"""Requested, and Lapsed while nobody has carried it out."""


@dataclass
class EscrowBooks:
    """What must always be true of orders, redemptions and credits.

    Attributes:
        rpc: The chain.
        marketplace: Holds the legs of orders.
        pro_bono: Holds the credits of redemptions.
        credit: The credits.
        currency: The contracts' token, one ABI for all currencies.
        stock: Units that each listing began with.
        handed_over: Orders of which the goods are out of the seller's hands.
    """

    rpc: Rpc
    marketplace: Contract
    pro_bono: Contract
    credit: Contract
    currency: Contract
    stock: dict[int, int] = field(default_factory=dict)
    handed_over: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, rpc: Rpc, contracts: dict[str, Contract]) -> Self:
        """Takes what it needs of a lab's contracts, by name."""
        marketplace, pro_bono = contracts["Marketplace"], contracts["ProBono"]
        return cls(rpc, marketplace, pro_bono, contracts["InnovationCredit"], contracts[TEST_CURRENCY])

    def check(self) -> None:
        """Raises `BooksDiffer` if any rule of this module is broken now."""
        listings, orders, offers, redemptions, programmes = all_of(
            self.rpc,
            (self.marketplace, "listing"),
            (self.marketplace, "order"),
            (self.pro_bono, "offer"),
            (self.pro_bono, "redemption"),
            (self.credit, "programme"),
        )
        self._check_orders(listings, orders)
        self._check_redemptions(redemptions, offers)
        self._check_credits(orders, redemptions, programmes)

    def check_holders(self, accounts: Iterable[str]) -> None:
        """Raises `BooksDiffer` if these accounts and the escrows do not hold all credits that there are."""
        holders = (*accounts, self.marketplace.address, self.pro_bono.address)
        supply, *held = ask_all(
            self.rpc,
            [(self.credit, "totalSupply", ()), *((self.credit, "balanceOf", (holder,)) for holder in holders)],
        )
        if sum(held) != supply:
            differ("credits of all accounts", sum(held), supply)

    def _check_orders(self, listings: dict[int, Any], orders: dict[int, Any]) -> None:
        money = {listing["currency"]: 0 for listing in listings.values() if listing["currency"] != NO_CURRENCY}
        out = dict.fromkeys(listings, 0)
        for number, order in orders.items():
            _check_share(number, order)
            currency = listings[order["listingId"]]["currency"]
            if currency in money:
                money[currency] += _unpaid(order, order["money"], MONEY_PARTS)
            if not order["ended"] or number in self.handed_over:
                out[order["listingId"]] += order["quantity"]
        for number, listing in listings.items():
            if listing["stock"] != self.stock[number] - out[number]:
                differ(f"stock of listing {number}", listing["stock"], f"{self.stock[number]} - {out[number]}")
        for address, amount in money.items():
            token = Contract("currency", address, self.currency.abi)
            balance = token.ask(self.rpc, "balanceOf", self.marketplace.address)
            if balance != amount:
                differ(f"balance of orders in {address}", balance, amount)

    def _check_redemptions(self, redemptions: dict[int, Any], offers: dict[int, Any]) -> None:
        reserved, given = dict.fromkeys(offers, 0), dict.fromkeys(offers, 0)
        for redemption in redemptions.values():
            number = redemption["offerId"]
            if redemption["ended"]:
                given[number] += redemption["hoursDelivered"]
            elif redemption["state"] not in NOT_ACCEPTED:
                reserved[number] += redemption["hoursRequested"]
        now, promised = self._now(), 0
        for number, offer in offers.items():
            found, needed = (offer["reserved"], offer["confirmed"]), (reserved[number], given[number])
            if found != needed:
                differ(f"hours reserved and given of offer {number}", found, needed)
            if now < offer["until"]:
                promised += offer["reserved"] if offer["closed"] else offer["offered"] - offer["confirmed"]
        capacity = self.pro_bono.ask(self.rpc, "capacity")
        if capacity != promised * HOUR:
            differ("capacity", capacity, promised * HOUR)

    def _now(self) -> int:
        return int(self.rpc.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)

    def _check_credits(self, orders: dict[int, Any], redemptions: dict[int, Any], programmes: dict[int, Any]) -> None:
        given = sum(r["hoursDelivered"] for r in redemptions.values() if r["ended"]) * HOUR
        waiting = sum(r["hoursRequested"] for r in redemptions.values() if not r["ended"]) * HOUR
        legs = sum(_unpaid(order, order["credits"], CREDIT_PARTS) for order in orders.values())
        issued = sum(programme["issued"] for programme in programmes.values())
        supply, for_orders, for_help = ask_all(
            self.rpc,
            [
                (self.credit, "totalSupply", ()),
                (self.credit, "balanceOf", (self.marketplace.address,)),
                (self.credit, "balanceOf", (self.pro_bono.address,)),
            ],
        )
        if supply != issued - given:
            differ("supply of credits", supply, f"{issued} issued - {given} for hours given")
        if (for_orders, for_help) != (legs, waiting):
            differ("credits in escrow for orders and help", (for_orders, for_help), (legs, waiting))


def _check_share(number: int, order: dict[str, Any]) -> None:
    """Compares the seller's share with what the state of an ended order says it must be."""
    share, needed = order["sellerBps"], BPS if order["state"] == COMPLETED else 0
    if order["ended"] and order["state"] not in SPLIT and share != needed:
        differ(f"seller's share of order {number}", share, needed)


def _unpaid(order: dict[str, Any], leg: int, parts: tuple[int, int]) -> int:
    """Returns what of a leg must still be in escrow, in base units."""
    if not order["ended"]:
        return leg
    seller = leg * order["sellerBps"] // BPS
    due = zip(parts, (leg - seller, seller), strict=True)
    return sum(amount for bit, amount in due if not order["paidParts"] & bit)
