"""Handlers of Marketplace."""

from typing import Final

from indexer.handlers.folding import Link, Touch, handles
from indexer.store.cases import ORDER_STATES, PARTS
from indexer.store.market_models import ListingState, Part
from indexer.store.rows import Row

ZERO: Final = "0x" + "0" * 40
NO_HASH: Final = "0x" + "0" * 64

LISTING_STATES: Final = tuple(ListingState)
"""By their number on chain."""
MONEY_PARTS: Final = frozenset({Part.BUYER_MONEY, Part.SELLER_MONEY})

LISTING: Final = Touch("listings", ("listing_id",), required=True)
ORDER: Final = Touch("orders", ("order_id",), required=True)
CREDITS: Final = Touch("credit_escrows", ("Marketplace",))

SAME_TERMS: Final = (
    *("price", "credit_price", "stock", "delivery_modes", "accept_window", "deliver_window", "confirm_window"),
    *("payout_account", "description_hash"),
)


def hash_or_none(value: str) -> str | None:
    """Return a hash, None for zero, which means that there is none."""
    return None if value == NO_HASH else value


# The escrow of its currency is touched because orders of the listing lead to it.
@handles("Marketplace", "Listed", Touch("listings", ("listing_id",)), Touch("money_escrows", ("terms_currency",)))
def listed(e: Row, _listing: Row | None, _escrow: Row | None) -> tuple[Row, None]:
    """A new listing with its terms."""
    listing = {name: e[name] for name in ("listing_id", "seller", "account", "terms_hash")}
    listing |= {name: e[f"terms_{name}"] for name in SAME_TERMS}
    listing |= {"currency": None if e["terms_currency"] == ZERO else e["terms_currency"], "units": e["terms_stock"]}
    listing |= {"state": ListingState.ACTIVE.value, "orders": 0}
    return listing | {"listed_at": e["block_time"], "listed_event_key": e["event_key"]}, None


@handles("Marketplace", "ListingChanged", LISTING)
def listing_changed(e: Row, listing: Row) -> tuple[Row]:
    """A listing paused, resumed or withdrawn."""
    return (listing | {"state": LISTING_STATES[e["new_state"]].value},)


@handles("Marketplace", "PriceUpdated", LISTING)
def price_updated(e: Row, listing: Row) -> tuple[Row]:
    """Other prices, and another hash for orders to name."""
    return (listing | {name: e[name] for name in ("price", "credit_price", "terms_hash")},)


@handles("Marketplace", "SellerPayoutChanged", LISTING)
def seller_payout_changed(e: Row, listing: Row) -> tuple[Row]:
    """Another payout account, named by the one before."""
    return (listing | {"payout_account": e["new_account"]},)


@handles(
    "Marketplace",
    "OrderPlaced",
    LISTING,
    Touch("orders", ("order_id",)),
    CREDITS,
    links=(Link("money_escrows", "listings", "currency"),),
)
def order_placed(
    e: Row, listing: Row, _order: Row | None, held: Row | None, money: Row | None
) -> tuple[Row, Row, Row | None, Row | None]:
    """An order whose legs are in escrow; its units are no longer in stock."""
    order = {name: e[name] for name in ("order_id", "listing_id", "buyer", "quantity", "money", "credits")}
    order |= {"seller": listing["seller"], "currency": listing["currency"], "state": ORDER_STATES[1].value}
    order |= {"delivery_mode": e["delivery_mode"], "address_hash": hash_or_none(e["address_hash"])}
    order |= {"placed_at": e["block_time"], "placed_event_key": e["event_key"], "placed_tx_hash": e["tx_hash"]}
    nothing_yet = ("accepted_at", "handed_over_at", "evidence_hash", "disputed_at", "dispute_reason", "arbiter")
    order |= dict.fromkeys((*nothing_yet, "ruling_reason", "seller_bps", "ended_at", "ended_by"))
    order |= {"window_ends_at": e["block_time"] + listing["accept_window"], "paid_parts": 0, "settlement_nonce": 0}
    stock = {"stock": listing["stock"] - e["quantity"], "orders": listing["orders"] + 1}
    held = paid_in(held, {"contract_name": "Marketplace"}, e["credits"])
    money = paid_in(money, {"currency": listing["currency"]}, e["money"])
    return listing | stock, order, held, money


def paid_in(escrow: Row | None, key: Row, amount: int) -> Row | None:
    """Return an escrow that took an amount more, None for nothing."""
    if amount == 0:
        return None
    nothing = {"held": 0, "paid_in": 0, "paid_out": 0} | ({"redeemed": 0} if "contract_name" in key else {})
    escrow = escrow or key | nothing
    return escrow | {"held": escrow["held"] + amount, "paid_in": escrow["paid_in"] + amount}


def paid_out(escrow: Row, amount: int) -> Row:
    """Return an escrow that gave an amount out."""
    return escrow | {"held": escrow["held"] - amount, "paid_out": escrow["paid_out"] + amount}


def _advanced(e: Row) -> Row:
    return {"state": ORDER_STATES[e["new_state"]].value, "window_ends_at": e["window_ends_at"]}


@handles("Marketplace", "OrderAccepted", ORDER)
def order_accepted(e: Row, order: Row) -> tuple[Row]:
    """An order that the seller has to hand over."""
    return (order | _advanced(e) | {"accepted_at": e["block_time"]},)


@handles("Marketplace", "OrderHandedOver", ORDER)
def order_handed_over(e: Row, order: Row) -> tuple[Row]:
    """An order that the buyer may complete or dispute."""
    handed_over = {"handed_over_at": e["block_time"], "evidence_hash": hash_or_none(e["evidence_hash"])}
    return (order | _advanced(e) | handed_over,)


@handles("Marketplace", "OrderDisputed", ORDER)
def order_disputed(e: Row, order: Row) -> tuple[Row]:
    """An order that both settle, or an arbiter rules on."""
    return (order | _advanced(e) | {"disputed_at": e["block_time"], "dispute_reason": e["reason"]},)


@handles("Marketplace", "OrderRuled", ORDER)
def order_ruled(e: Row, order: Row) -> tuple[Row]:
    """A ruling; the end that follows carries it out."""
    return (order | {"arbiter": e["arbiter"], "ruling_reason": e["reason"]},)


@handles("Marketplace", "OrderEnded", ORDER, links=(Link("listings", "orders", "listing_id"),))
def order_ended(e: Row, order: Row, listing: Row) -> tuple[Row, Row]:
    """Any end of an order; units that were never handed over are in stock again."""
    ended = {"seller_bps": e["seller_bps"], "ended_at": e["block_time"], "ended_by": e["account"]}
    state = {"state": ORDER_STATES[e["new_state"]].value, "window_ends_at": None}
    return order | state | ended, listing | {"stock": e["stock"]}


@handles(
    "Marketplace",
    "PartPaid",
    ORDER,
    Touch("order_payments", ("order_id", "part")),
    CREDITS,
    links=(Link("money_escrows", "orders", "currency"),),
)
def part_paid(
    e: Row, order: Row, _payment: Row | None, held: Row, money: Row
) -> tuple[Row, Row, Row | None, Row | None]:
    """A part of an ended order, paid to whom it belongs."""
    payment = {name: e[name] for name in ("order_id", "part", "receiver", "amount")}
    payment |= {"paid_at": e["block_time"], "paid_event_key": e["event_key"]}
    order = order | {"paid_parts": order["paid_parts"] | 1 << e["part"]}
    if PARTS[e["part"]] in MONEY_PARTS:
        return order, payment, None, paid_out(money, e["amount"])
    return order, payment, paid_out(held, e["amount"]), None


@handles("Marketplace", "SettlementsVoided", Touch("orders", ("id",), required=True))
def order_settlements_voided(e: Row, order: Row) -> tuple[Row]:
    """Settlements signed before are worthless."""
    return (order | {"settlement_nonce": e["nonce"]},)
