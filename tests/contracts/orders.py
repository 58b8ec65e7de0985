"""Orders in every state, and the numbers that states have on chain."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import ape
from ape.api import AccountAPI, ReceiptAPI
from ape.contracts import ContractInstance

from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.settlements import settlement, signed_by


class ListingState(IntEnum):
    """`IMarketplace.ListingState`."""

    None_ = 0
    Active = 1
    Paused = 2
    Withdrawn = 3


class OrderState(IntEnum):
    """`IMarketplace.OrderState`."""

    None_ = 0
    Placed = 1
    Accepted = 2
    HandedOver = 3
    Disputed = 4
    Completed = 5
    Declined = 6
    Withdrawn = 7
    Lapsed = 8
    Canceled = 9
    Undelivered = 10
    Settled = 11
    Ruled = 12
    Unruled = 13


class Part(IntEnum):
    """`IMarketplace.Part`."""

    BuyerMoney = 0
    BuyerCredits = 1
    SellerMoney = 2
    SellerCredits = 3


#: States into which time alone leads; somebody has to carry them out.
BY_TIME = (OrderState.Completed, OrderState.Lapsed, OrderState.Undelivered, OrderState.Unruled)

PRICE, CREDIT_PRICE = 7 * d.EURO + 1, d.CREDIT // 3
STOCK, QUANTITY = 50, 3
MONEY, CREDITS = QUANTITY * PRICE, QUANTITY * CREDIT_PRICE
"""Legs of an order unless a test says otherwise."""
SHIPPING = 2
ACCEPT, DELIVER, CONFIRM = 2 * DAY, 10 * DAY, 5 * DAY
SHARE = 6_000
"""Basis points for the seller in rulings and settlements."""


@dataclass(frozen=True)
class Orders:
    """Brings new orders into any state by real acts and the passing of time.

    Attributes:
        marketplace: The contract.
        people: `organizer` sells and is paid at `payout`, `member` buys.
        euro: The currency of listings.
    """

    marketplace: ContractInstance
    people: Any
    euro: ContractInstance

    def terms(self, **changes: Any) -> dict[str, Any]:
        """Terms by name; pass what differs."""
        return {
            "currency": self.euro.address,
            "price": PRICE,
            "creditPrice": CREDIT_PRICE,
            "stock": STOCK,
            "deliveryModes": 3,
            "acceptWindow": ACCEPT,
            "deliverWindow": DELIVER,
            "confirmWindow": CONFIRM,
            "payoutAccount": self.people.payout.address,
            "descriptionHash": d.HASH,
        } | changes

    def list_item(self, **changes: Any) -> int:
        """Lists something; returns the listing's id."""
        sender = changes.pop("sender", self.people.organizer)
        self.marketplace.list(self.terms(**changes), sender=sender)
        return int(self.marketplace.listingCount())

    def item(self, listing_id: int, quantity: int = QUANTITY, **changes: Any) -> dict[str, Any]:
        """One item of a basket, on the present terms."""
        return {
            "listingId": listing_id,
            "quantity": quantity,
            "deliveryMode": SHIPPING,
            "termsHash": changes.get("termsHash") or self.marketplace.listing(listing_id).termsHash,
            "addressHash": d.OTHER_HASH,
        } | changes

    def place(self, listing_id: int, quantity: int = QUANTITY, **changes: Any) -> ReceiptAPI:
        """The member orders one item."""
        sender = changes.pop("sender", self.people.member)
        receipt: ReceiptAPI = self.marketplace.placeOrders([self.item(listing_id, quantity, **changes)], sender=sender)
        return receipt

    def reach(self, state: OrderState, *, listing_id: int | None = None, share: int = SHARE) -> int:
        """Returns the id of a new order that has just come into `state`; those of `BY_TIME` are not carried out."""
        self.place(listing_id or self.list_item())
        order_id = int(self.marketplace.orderCount())
        self._advance(order_id, state, share)
        return order_id

    def reach_end(self, state: OrderState, *, listing_id: int | None = None, share: int = SHARE) -> int:
        """The same, and what time has decided is carried out."""
        order_id = self.reach(state, listing_id=listing_id, share=share)
        if state in BY_TIME:
            self.carry_out(order_id, sender=self.people.stranger)
        return order_id

    def carry_out(self, order_id: int, sender: AccountAPI) -> ReceiptAPI:
        """Carries out what time has decided."""
        completed = self.marketplace.order(order_id).state == OrderState.Completed
        act = self.marketplace.completeOrder if completed else self.marketplace.expire
        receipt: ReceiptAPI = act(order_id, sender=sender)
        return receipt

    def settle(self, order_id: int, share: int = SHARE, **changes: Any) -> ReceiptAPI:
        """Has a settlement signed by seller and buyer, or `signers`, and brings it."""
        deadline = changes.pop("deadline", int(ape.chain.blocks.head.timestamp) + DAY)
        signers = changes.pop("signers", (self.people.organizer, self.people.member))
        message = settlement(self.marketplace, order_id, share, deadline, **changes)
        receipt: ReceiptAPI = self.marketplace.settle(
            order_id, share, deadline, *signed_by(signers, message), sender=self.people.stranger
        )
        return receipt

    def edge(self, order_id: int) -> int:
        """The instant at which time ends the present state."""
        return int(self.marketplace.order(order_id).windowEndsAt)

    def _advance(self, order_id: int, state: OrderState, share: int) -> None:
        marketplace, people = self.marketplace, self.people
        if state == OrderState.Declined:
            marketplace.declineOrder(order_id, sender=people.organizer)
        elif state == OrderState.Withdrawn:
            marketplace.withdrawOrder(order_id, sender=people.member)
        elif state == OrderState.Lapsed:
            self._travel(order_id)
        elif state != OrderState.Placed:
            marketplace.acceptOrder(order_id, sender=people.organizer)
            self._advance_accepted(order_id, state, share)

    def _advance_accepted(self, order_id: int, state: OrderState, share: int) -> None:
        marketplace, people = self.marketplace, self.people
        if state == OrderState.Canceled:
            marketplace.cancelOrder(order_id, sender=people.organizer)
        elif state == OrderState.Undelivered:
            self._travel(order_id)
        elif state != OrderState.Accepted:
            marketplace.handOver(order_id, d.HASH, sender=people.organizer)
        if state == OrderState.Completed:
            self._travel(order_id)
        elif state == OrderState.Disputed or state > OrderState.Undelivered:
            marketplace.disputeOrder(order_id, d.REASON, sender=people.member)
        if state == OrderState.Settled:
            self.settle(order_id, share)
        elif state == OrderState.Ruled:
            marketplace.rule(order_id, share, d.REASON, sender=people.arbiter)
        elif state == OrderState.Unruled:
            self._travel(order_id)

    def _travel(self, order_id: int) -> None:
        ape.chain.mine(timestamp=self.edge(order_id))
