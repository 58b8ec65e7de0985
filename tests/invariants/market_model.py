"""Listings and orders as docs/protocol.md describes them: what is refused, and what follows.

As in `crowdfunding_model.py`, `refuse_...` names the error that the contract must answer with, None if it must accept,
and the method of the act's name then changes the model. People are named by their roles in the tests.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import Final

from scripts.deploy import DAY
from tests.contracts.orders import ListingState, OrderState, Part

BPS: Final = 10_000
MAX_OPEN: Final = 20
RULING_WINDOW: Final = 30 * DAY
#: Who may do what, and in which states.
ACTS: Final = {
    "acceptOrder": ("seller", {OrderState.Placed}),
    "declineOrder": ("seller", {OrderState.Placed}),
    "withdrawOrder": ("buyer", {OrderState.Placed}),
    "cancelOrder": ("seller", {OrderState.Accepted, OrderState.HandedOver}),
    "handOver": ("seller", {OrderState.Accepted}),
    "disputeOrder": ("buyer", {OrderState.HandedOver}),
}
#: Where an act leads.
LEADS: Final = {
    "acceptOrder": OrderState.Accepted,
    "declineOrder": OrderState.Declined,
    "withdrawOrder": OrderState.Withdrawn,
    "cancelOrder": OrderState.Canceled,
    "handOver": OrderState.HandedOver,
    "disputeOrder": OrderState.Disputed,
}
#: Where time leads.
BY_TIME: Final = {
    OrderState.Placed: OrderState.Lapsed,
    OrderState.Accepted: OrderState.Undelivered,
    OrderState.HandedOver: OrderState.Completed,
    OrderState.Disputed: OrderState.Unruled,
}
SETTLING: Final = (OrderState.Accepted, OrderState.HandedOver, OrderState.Disputed)


@dataclass
class ListingModel:
    """What somebody offers."""

    seller: str
    price: int
    credit_price: int
    stock: int
    windows: dict[OrderState, int]  # of Placed, Accepted and HandedOver
    state: ListingState = ListingState.Active

    @property
    def prices(self) -> tuple[int, int]:
        return self.price, self.credit_price


@dataclass(frozen=True)
class Item:
    """One item of a basket."""

    place: int  # of the listing
    quantity: int
    mode: int = 2
    outdated: bool = False  # whether the buyer saw other terms


@dataclass
class OrderModel:
    """One order, as the last act left it."""

    listing: ListingModel
    buyer: str
    quantity: int
    money: int
    credits: int
    since: int
    state: OrderState = OrderState.Placed
    share: int = 0
    paid: set[Part] = field(default_factory=set)

    @property
    def ended(self) -> bool:
        return self.state >= OrderState.Completed

    @property
    def window_ends_at(self) -> int:
        if self.ended:
            return 0
        return self.since + self.listing.windows.get(self.state, RULING_WINDOW)

    def state_at(self, time: int) -> OrderState:
        over = not self.ended and time >= self.window_ends_at
        return BY_TIME[self.state] if over else self.state

    def part(self, part: Part) -> int:
        """What is its owner's once the order has ended."""
        leg = self.money if part in (Part.BuyerMoney, Part.SellerMoney) else self.credits
        sellers = leg * self.share // BPS
        return sellers if part in (Part.SellerMoney, Part.SellerCredits) else leg - sellers

    def due(self, part: Part) -> int:
        return 0 if not self.ended or part in self.paid else self.part(part)


@dataclass
class MarketModel:
    """All of them.

    Attributes:
        verified_until: Of the entities, by who acts for them; others act for none.
        suspended_until: Of those that were suspended.
    """

    verified_until: dict[str, int]
    suspended_until: dict[str, int] = field(default_factory=dict)
    listings: list[ListingModel] = field(default_factory=list)
    orders: list[OrderModel] = field(default_factory=list)

    # ------------------------------------------------------------------------------------------------------ computed

    def is_verified(self, who: str, time: int) -> bool:
        return self.suspended_until.get(who, 0) <= time < self.verified_until.get(who, 0)

    def open_orders(self, buyer: str) -> int:
        return sum(order.buyer == buyer and order.state == OrderState.Placed for order in self.orders)

    def held(self, *parts: Part) -> int:
        """What the contract must hold of the leg that these two parts are of."""
        legs = ((order, order.money if parts[0] == Part.BuyerMoney else order.credits) for order in self.orders)
        return sum(leg - sum(order.part(part) for part in order.paid & set(parts)) for order, leg in legs)

    def edges(self, time: int) -> list[int]:
        ends = {order.window_ends_at for order in self.orders if order.state_at(time) == order.state}
        return sorted(end for end in ends if end > time)

    # ------------------------------------------------------------------------------------------------------- refusals

    def refuse_listing_act(self, listing: ListingModel, needed: ListingState | None, who: str) -> str | None:
        """Args: needed: None if any but Withdrawn will do."""
        wrong = "Marketplace_WrongListingState"
        if needed is None and listing.state == ListingState.Withdrawn:
            return wrong
        if who != listing.seller:
            return "Marketplace_NotSeller"
        return None if needed in (None, listing.state) else wrong

    def refuse_price(self, listing: ListingModel, prices: tuple[int, int], who: str) -> str | None:
        if who != listing.seller:
            return "Marketplace_NotSeller"
        if listing.state == ListingState.Withdrawn:
            return "Marketplace_WrongListingState"
        price, credit_price = prices
        same_currency = (listing.price == 0) == (price == 0)
        return None if same_currency and (price or credit_price) else "Marketplace_InvalidPrice"

    def refuse_basket(self, buyer: str, items: list[Item], time: int) -> str | None:
        if not items:
            return "Marketplace_EmptyBasket"
        if self.open_orders(buyer) + len(items) > MAX_OPEN:
            return "Marketplace_TooManyOrders"
        left = [listing.stock for listing in self.listings]
        for item in items:
            if refusal := self.refuse_item(buyer, item, left[item.place], time):
                return refusal
            left[item.place] -= item.quantity
        pays_credits = any(self.listings[item.place].credit_price for item in items)
        return "Marketplace_NotVerified" if pays_credits and not self.is_verified(buyer, time) else None

    def refuse_item(self, buyer: str, item: Item, left: int, time: int) -> str | None:
        listing = self.listings[item.place]
        if listing.state != ListingState.Active:
            return "Marketplace_WrongListingState"
        if item.outdated:
            return "Marketplace_TermsChanged"
        if buyer == listing.seller:
            return "Marketplace_OwnListing"
        if not self.is_verified(listing.seller, time):
            return "Marketplace_SellerNotVerified"
        if not 0 < item.quantity <= left:
            return "Marketplace_NotEnoughStock"
        return None if item.mode in (1, 2) else "Marketplace_InvalidDeliveryMode"

    def refuse_act(self, act: str, order: OrderModel, who: str, time: int) -> str | None:
        part, states = ACTS[act]
        if who != (order.listing.seller if part == "seller" else order.buyer):
            return "Escrow_NotParty"
        return None if order.state_at(time) in states else "Marketplace_WrongState"

    def refuse_completion(self, order: OrderModel, who: str, time: int) -> str | None:
        state = order.state_at(time)
        if state == OrderState.HandedOver:
            return None if who == order.buyer else "Escrow_NotParty"
        return None if state == OrderState.Completed and not order.ended else "Marketplace_WrongState"

    def refuse_expiry(self, order: OrderModel, time: int) -> str | None:
        late = order.state_at(time) > OrderState.Completed and not order.ended
        return None if late else "Marketplace_WrongState"

    def refuse_ruling(self, order: OrderModel, share: int, time: int) -> str | None:
        if order.state_at(time) != OrderState.Disputed:
            return "Marketplace_WrongState"
        return None if share <= BPS else "Escrow_ShareTooLarge"

    def refuse_settlement(self, order: OrderModel, share: int, deadline: int, time: int) -> str | None:
        """With both signatures as they should be."""
        if order.state_at(time) not in SETTLING:
            return "Marketplace_WrongState"
        if share > BPS:
            return "Escrow_ShareTooLarge"
        return None if time < deadline else "Escrow_SettlementExpired"

    def refuse_payment(self, order: OrderModel, parts: list[Part]) -> str | None:
        return None if any(order.due(part) for part in parts) else "Marketplace_NothingDue"

    # ----------------------------------------------------------------------------------------------------------- acts

    def place(self, buyer: str, items: list[Item], time: int) -> None:
        for item in items:
            listing = self.listings[item.place]
            listing.stock -= item.quantity
            money, credits_ = (item.quantity * price for price in listing.prices)
            self.orders.append(OrderModel(listing, buyer, item.quantity, money, credits_, time))

    def step(self, act: str, order: OrderModel, time: int) -> None:
        if LEADS[act] >= OrderState.Completed:
            self.end(order, LEADS[act])
        else:
            order.state, order.since = LEADS[act], time

    def end(self, order: OrderModel, state: OrderState, share: int = 0) -> None:
        if order.state in (OrderState.Placed, OrderState.Accepted):
            order.listing.stock += order.quantity
        order.state, order.share = state, share

    def pay(self, order: OrderModel, parts: list[Part]) -> dict[Part, int]:
        """Returns what each part is paid."""
        dues = {part: order.due(part) for part in parts if order.due(part)}
        order.paid |= dues.keys()
        return dues


def all_parts(orders: list[OrderModel]) -> list[tuple[int, Part]]:
    """(id, part) of every part of these orders."""
    return list(product(range(1, len(orders) + 1), Part))
