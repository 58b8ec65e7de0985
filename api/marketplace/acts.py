"""Which acts on a listing or an order are legal, by whom, and until when; see `case_acts` for what that means.

tests/contracts proves it by calling every act at the edges of every window.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from api.act_facts import ALL_KINDS, BodyFacts, account_of, verified_from
from api.case_acts import (
    CaseAct,
    CaseActName,
    CaseActor,
    EscrowGates,
    by_entity,
    expire,
    rule,
    settle,
)
from api.windows import after_pause, in_order
from indexer.store import cases
from indexer.store.cases import PARTS, LegFacts, OrderFacts
from indexer.store.market_models import ListingState, OrderState, Part
from indexer.store.matching import MAX_AMOUNT
from indexer.store.phases import BPS

BUYERS_PARTS: Final = frozenset({Part.BUYER_MONEY, Part.BUYER_CREDITS})


class OrderActFacts(OrderFacts, LegFacts, Protocol):
    """What the acts on an order depend on; a row of `orders` has it all."""

    @property
    def buyer(self) -> str:
        """Account that placed and paid it."""

    @property
    def placed_at(self) -> int:
        """Unix time."""

    @property
    def accepted_at(self) -> int | None:
        """Unix time."""

    @property
    def handed_over_at(self) -> int | None:
        """Unix time."""

    @property
    def disputed_at(self) -> int | None:
        """Unix time."""

    @property
    def ended_at(self) -> int | None:
        """Unix time."""


class ListingActFacts(Protocol):
    """What the acts on a listing depend on; a row of `listings` has it all."""

    @property
    def state(self) -> str:
        """ListingState."""

    @property
    def price(self) -> int:
        """Of one unit, in base units of the currency."""

    @property
    def credit_price(self) -> int:
        """Of one unit, in base units of the credit."""

    @property
    def stock(self) -> int:
        """Units left."""

    @property
    def payout_account(self) -> str:
        """Where the seller is paid."""

    @property
    def listed_at(self) -> int:
        """Unix time."""


def of_listing(
    listing: ListingActFacts, seller: BodyFacts, gates: EscrowGates, now: int, *, currency_listed: bool
) -> list[CaseAct]:
    """Return every act on a listing that is legal at `now`, or will be by time alone.

    Args:
        listing: The listing's stored facts.
        seller: The seller's entity.
        gates: Those of Marketplace.
        now: Unix time of a block, not before the last event of any of these.
        currency_listed: Whether its currency is on the list; true if it has none.
    """
    since = listing.listed_at
    acts = [
        *by_entity(seller, CaseActor.SELLER, since, None, *LISTERS[ListingState(listing.state)]),
        CaseAct(CaseActName.CHANGE_PAYOUT_ACCOUNT, CaseActor.PAYOUT_ACCOUNT, since, None, listing.payout_account),
    ]
    if currency_listed:
        acts += _place(listing, seller, gates, now)
    return in_order(acts, now)


def _place(listing: ListingActFacts, seller: BodyFacts, gates: EscrowGates, now: int) -> Iterator[CaseAct]:
    verified_at = verified_from(seller, now, ALL_KINDS)
    units = min(listing.stock, *(MAX_AMOUNT // price for price in (listing.price, listing.credit_price) if price))
    if listing.state == ListingState.ACTIVE and verified_at is not None and units:
        yield CaseAct(
            CaseActName.PLACE_ORDERS,
            CaseActor.ANYONE,
            max(after_pause(listing.listed_at, gates.paused_until, now), verified_at),
            seller.verified_until,
            excluded=(seller.account,),
            max_quantity=units,
        )


LISTERS: Final = {
    ListingState.ACTIVE: (CaseActName.PAUSE_LISTING, CaseActName.WITHDRAW_LISTING, CaseActName.UPDATE_PRICE),
    ListingState.PAUSED: (CaseActName.RESUME_LISTING, CaseActName.WITHDRAW_LISTING, CaseActName.UPDATE_PRICE),
    ListingState.WITHDRAWN: (),
}


@dataclass(frozen=True, slots=True)
class OrderParties:
    """Who has something to do with an order beside its buyer's account."""

    seller: BodyFacts
    payout_account: str
    """Where the seller of the listing is paid."""
    bought_for: BodyFacts | None
    """Entity that the buyer acted for when the order was placed; None if for none."""


def of_order(order: OrderActFacts, parties: OrderParties, gates: EscrowGates, now: int) -> list[CaseAct]:
    """Return every act on an order that is legal at `now`, or will be by time alone.

    Args:
        order: The order's stored facts.
        parties: Who else has something to do with it.
        gates: Those of Marketplace.
        now: Unix time of a block, not before the last event of any of these.
    """
    acts = [
        *_on_open(order, parties, gates),
        *_payments(order, parties.payout_account),
        *by_entity(parties.seller, CaseActor.SELLER, order.placed_at, None, CaseActName.VOID_SETTLEMENTS),
        CaseAct(CaseActName.VOID_SETTLEMENTS, CaseActor.BUYER, order.placed_at, None, order.buyer),
    ]
    return in_order(acts, now)


def _on_open(order: OrderActFacts, parties: OrderParties, gates: EscrowGates) -> Iterator[CaseAct]:
    state, ends_at = OrderState(order.state), order.window_ends_at
    if ends_at is None:
        return
    since = {
        OrderState.PLACED: order.placed_at,
        OrderState.ACCEPTED: order.accepted_at or 0,
        OrderState.HANDED_OVER: order.handed_over_at or 0,
        OrderState.DISPUTED: order.disputed_at or 0,
    }[state]
    yield from by_entity(parties.seller, CaseActor.SELLER, since, ends_at, *SELLERS.get(state, ()))
    for name in BUYERS.get(state, ()):
        yield CaseAct(name, CaseActor.BUYER, since, ends_at, order.buyer)
    account = account_of(parties.seller)
    if state is not OrderState.PLACED:
        yield from settle(account, order.buyer, BPS, since, ends_at)
    if state is OrderState.DISPUTED:
        bought_for = None if parties.bought_for is None else account_of(parties.bought_for)
        excluded = (order.buyer, parties.payout_account, account, bought_for)
        yield from rule(excluded, BPS, since, ends_at, gates)
    if state is OrderState.HANDED_OVER:
        yield CaseAct(CaseActName.COMPLETE_ORDER, CaseActor.ANYONE, ends_at, None)
    else:
        yield expire(ends_at)


SELLERS: Final = {
    OrderState.PLACED: (CaseActName.ACCEPT_ORDER, CaseActName.DECLINE_ORDER),
    OrderState.ACCEPTED: (CaseActName.HAND_OVER, CaseActName.CANCEL_ORDER),
    OrderState.HANDED_OVER: (CaseActName.CANCEL_ORDER,),
}
BUYERS: Final = {
    OrderState.PLACED: (CaseActName.WITHDRAW_ORDER,),
    OrderState.HANDED_OVER: (CaseActName.COMPLETE_ORDER, CaseActName.DISPUTE_ORDER),
}


def _payments(order: OrderActFacts, payout_account: str) -> Iterator[CaseAct]:
    since = order.ended_at or 0
    amounts = {part: amount for part in PARTS if (amount := cases.due(order, part))}
    for part, amount in amounts.items():
        receiver = order.buyer if part in BUYERS_PARTS else payout_account
        yield CaseAct(CaseActName.PAY_PART, CaseActor.ANYONE, since, None, part=part, receiver=receiver, amount=amount)
    if amounts:
        yield CaseAct(CaseActName.PAY_ORDER, CaseActor.ANYONE, since, None)
