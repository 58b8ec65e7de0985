"""The acts of ProBono and Marketplace that the plan sets ceilings for, and those around them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import ape
from ape.api import ReceiptAPI

from scripts.deploy import DAY

if TYPE_CHECKING:
    from benchmarks.gas import Stage

WEEK: Final = 7 * DAY
HASH: Final = b"\x11" * 32
EURO, CREDIT = 10**6, 10**18
SHIPPING: Final = 2
BASKET: Final = 20


def now() -> int:
    """Time of the last block."""
    return int(ape.chain.blocks.head.timestamp)


def promise_hours(stage: Stage) -> ReceiptAPI:
    """The town, which is a provider too, promises 500 hours."""
    until = (now() // WEEK + 40) * WEEK
    return stage.lab.pro_bono.offerHours(500, until, HASH, sender=stage.town)


def play_help(stage: Stage) -> Iterator[tuple[str, ReceiptAPI]]:
    """Help that is given in full, in part, and not at all; the organizer holds credits and asked for help before."""
    pro_bono, beneficiary, provider = stage.lab.pro_bono, stage.organizer, stage.town
    # The first act after a while lets the weeks that have begun pass; the second is the usual one.
    promise_hours(stage)
    yield "offer hours", promise_hours(stage)
    start = now() + 20 * DAY

    def request() -> ReceiptAPI:
        return pro_bono.requestHelp(1, 5 * CREDIT, start, start + 10 * DAY, HASH, sender=beneficiary)

    for _ in range(4):
        request()
    yield "request help", request()
    for redemption_id in range(1, 4):
        accepted = pro_bono.acceptHelp(redemption_id, sender=provider)
    yield "accept help", accepted
    ape.chain.mine(timestamp=start)
    for redemption_id, hours in ((1, 5), (2, 5), (3, 3)):
        delivered = pro_bono.deliverHelp(redemption_id, hours, HASH, HASH, sender=provider)
    yield "deliver help", delivered
    pro_bono.confirmHelp(1, sender=beneficiary)
    yield "confirm help", pro_bono.confirmHelp(2, sender=beneficiary)
    yield "confirm help, some hours back", pro_bono.confirmHelp(3, sender=beneficiary)
    yield "expire a request", pro_bono.expire(4, sender=stage.relayer)


def play_market(stage: Stage) -> Iterator[tuple[str, ReceiptAPI]]:
    """Orders for money and credits; the member has ordered before, and has another order open."""
    marketplace, seller, buyer = stage.lab.marketplace, stage.organizer, stage.member
    stage.euro.approve(marketplace, 2**256 - 1, sender=buyer)
    for _ in range(BASKET - 1):
        listed = _list(stage)
    yield "list something", listed
    _list(stage)
    for _ in range(3):
        placed = marketplace.placeOrders([_item(stage, 1)], sender=buyer)
    yield "place an order, two legs", placed
    marketplace.acceptOrder(1, sender=seller)
    yield "accept an order", marketplace.acceptOrder(2, sender=seller)
    marketplace.handOver(1, HASH, sender=seller)
    yield "hand over", marketplace.handOver(2, HASH, sender=seller)
    marketplace.completeOrder(1, sender=buyer)
    yield "complete an order", marketplace.completeOrder(2, sender=buyer)
    marketplace.payOrder(1, sender=stage.relayer)
    yield "pay an order, two legs", marketplace.payOrder(2, sender=stage.relayer)
    yield "withdraw an order", marketplace.withdrawOrder(3, sender=buyer)
    items = [_item(stage, listing_id) for listing_id in range(1, BASKET + 1)]
    yield "place a basket of 20 items", marketplace.placeOrders(items, sender=buyer)


def _list(stage: Stage) -> ReceiptAPI:
    terms = (stage.euro, EURO, CREDIT // 10, 1_000, SHIPPING, DAY, DAY, 3 * DAY, stage.payout, HASH)
    return stage.lab.marketplace.list(terms, sender=stage.organizer)


def _item(stage: Stage, listing_id: int) -> tuple[Any, ...]:
    return listing_id, 2, SHIPPING, stage.lab.marketplace.listing(listing_id).termsHash, HASH
