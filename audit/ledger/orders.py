"""The books of Marketplace: stocks, both legs of each order, and to whom their parts go."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from audit.ledger.findings import Book, Findings
from audit.ledger.words import Values

BPS: Final = 10_000
HANDED_OVER: Final = 3
"""Number of that state; what ends before it gives the stock back."""


class Part(IntEnum):
    """One payment that an ended order may owe."""

    BUYER_MONEY = 0
    BUYER_CREDITS = 1
    SELLER_MONEY = 2
    SELLER_CREDITS = 3


@dataclass(slots=True)
class Listing:
    """One listing."""

    currency: int
    price: int
    credit_price: int
    stock: int
    payout_account: int


@dataclass(slots=True)
class Order:
    """One order: two legs in escrow, parted when it ends."""

    listing: int
    buyer: int
    quantity: int
    money: int
    credits: int
    seller_bps: int | None = None
    """None while it is open."""
    paid_parts: int = 0
    paid_money: int = 0
    paid_credits: int = 0

    def part(self, part: Part) -> int:
        """Return what a part of an ended order comes to: the seller's floors, the buyer's is the rest."""
        if self.seller_bps is None:
            return 0
        leg = self.money if part in {Part.BUYER_MONEY, Part.SELLER_MONEY} else self.credits
        sellers = leg * self.seller_bps // BPS
        return sellers if part in {Part.SELLER_MONEY, Part.SELLER_CREDITS} else leg - sellers

    def due(self, part: Part) -> int:
        """Return what of a part is not paid yet."""
        return 0 if self.paid_parts >> part & 1 else self.part(part)


class OrderBook(Book):
    """All listings and orders."""

    def __init__(self, findings: Findings) -> None:
        super().__init__(findings)
        self.listings: dict[int, Listing] = {}
        self.orders: dict[int, Order] = {}
        self.handlers = {
            "Listed": self._listed,
            "PriceUpdated": self._priced,
            "SellerPayoutChanged": self._payout_changed,
            "OrderPlaced": self._placed,
            "OrderEnded": self._ended,
            "PartPaid": self._paid,
        }

    def _listed(self, e: Values) -> None:
        names = ("currency", "price", "creditPrice", "stock", "payoutAccount")
        self.listings[e["listingId"]] = Listing(*(e[f"terms.{name}"] for name in names))

    def _priced(self, e: Values) -> None:
        listing = self.listings[e["listingId"]]
        listing.price, listing.credit_price = e["price"], e["creditPrice"]

    def _payout_changed(self, e: Values) -> None:
        listing = self.listings[e["listingId"]]
        self.said(f"listing {e['listingId']}", e, oldAccount=listing.payout_account)
        listing.payout_account = e["newAccount"]

    def _placed(self, e: Values) -> None:
        listing, quantity = self.listings[e["listingId"]], e["quantity"]
        money, credits_ = listing.price * quantity, listing.credit_price * quantity
        self.orders[e["orderId"]] = Order(e["listingId"], e["buyer"], quantity, money, credits_)
        listing.stock -= quantity
        self.said(_name(e), e, money=money, credits=credits_)

    def _ended(self, e: Values) -> None:
        order = self.orders[e["orderId"]]
        listing = self.listings[order.listing]
        order.seller_bps = e["sellerBps"]
        if e["oldState"] < HANDED_OVER:
            listing.stock += order.quantity
        self.said(_name(e), e, stock=listing.stock)

    def _paid(self, e: Values) -> None:
        order, part = self.orders[e["orderId"]], Part(e["part"])
        amount = order.due(part)
        order.paid_parts |= 1 << part
        if part in {Part.BUYER_MONEY, Part.SELLER_MONEY}:
            order.paid_money += amount
        else:
            order.paid_credits += amount
        buyers = part in {Part.BUYER_MONEY, Part.BUYER_CREDITS}
        receiver = order.buyer if buyers else self.listings[order.listing].payout_account
        self.said(_name(e), e, amount=amount, receiver=receiver)


def _name(e: Values) -> str:
    return f"order {e['orderId']}"
