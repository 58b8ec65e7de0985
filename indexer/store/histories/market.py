"""Each row of the read models of Marketplace, as a function of the whole history of its subject; see `definitions`."""

from typing import Final

from indexer.store.histories.history import Definition, History, Join, of
from indexer.store.rows import Row

ZERO: Final = "0x" + "0" * 40
NO_HASH: Final = "0x" + "0" * 64

LISTING_STATES: Final = ("none", "active", "paused", "withdrawn")
ENDS: Final = (
    *("completed", "declined", "withdrawn", "lapsed", "canceled", "undelivered", "settled", "ruled", "unruled"),
)
"""By the number of the state, from 5 on."""
HANDED_OVER: Final = 3
"""Number of the state from which on no unit comes back into stock."""
CREDIT_PARTS: Final = (1, 3)


def told(value: str | None) -> str | None:
    """Return a hash or account, None for zero."""
    return None if value in {ZERO, NO_HASH} else value


def listing(h: History) -> Row:
    """Return a row of `listings`."""
    _, listed = h.last("Listed")
    _, priced = h.last("PriceUpdated")
    gone = {row["order_id"]: row["quantity"] for row in h.all("OrderPlaced")}
    back = [row["order_id"] for row in h.all("OrderEnded") if row["old_state"] < HANDED_OVER]
    windows = ("accept_window", "deliver_window", "confirm_window")
    return {
        "listing_id": h.key[0],
        **{name: listed[name] for name in ("seller", "account")},
        **{name: listed[f"terms_{name}"] for name in (*windows, "delivery_modes", "description_hash")},
        "currency": told(listed["terms_currency"]),
        "price": priced.get("price", listed["terms_price"]),
        "credit_price": priced.get("credit_price", listed["terms_credit_price"]),
        "terms_hash": priced.get("terms_hash", listed["terms_hash"]),
        "units": listed["terms_stock"],
        "stock": listed["terms_stock"] - sum(gone.values()) + sum(gone[order_id] for order_id in back),
        "payout_account": h.value("SellerPayoutChanged", "new_account", listed["terms_payout_account"]),
        "state": LISTING_STATES[h.value("ListingChanged", "new_state", 1)],
        "listed_at": listed["block_time"],
        "listed_event_key": listed["event_key"],
        "orders": len(gone),
    }


def order(h: History) -> Row:
    """Return a row of `orders`."""
    _, placed = h.last("OrderPlaced")
    _, ended = h.last("OrderEnded")
    act, last = h.last("OrderPlaced", "OrderAccepted", "OrderHandedOver", "OrderDisputed")
    words = {"OrderPlaced": "placed", "OrderHandedOver": "handed_over"}
    answer_by = placed["block_time"] + placed["terms_accept_window"]
    window_ends_at = answer_by if act == "OrderPlaced" else last["window_ends_at"]
    return {
        "order_id": h.key[0],
        **{name: placed[name] for name in ("listing_id", "seller", "buyer", "quantity", "money", "credits")},
        "currency": told(placed["terms_currency"]),
        "delivery_mode": placed["delivery_mode"],
        "address_hash": told(placed["address_hash"]),
        "state": ENDS[ended["new_state"] - 5] if ended else words.get(act, act.removeprefix("Order").lower()),
        "placed_at": placed["block_time"],
        "placed_event_key": placed["event_key"],
        "placed_tx_hash": placed["tx_hash"],
        "accepted_at": h.value("OrderAccepted", "block_time"),
        "handed_over_at": h.value("OrderHandedOver", "block_time"),
        "evidence_hash": told(h.value("OrderHandedOver", "evidence_hash")),
        "disputed_at": h.value("OrderDisputed", "block_time"),
        "dispute_reason": h.value("OrderDisputed", "reason"),
        "window_ends_at": None if ended else window_ends_at,
        "arbiter": h.value("OrderRuled", "arbiter"),
        "ruling_reason": h.value("OrderRuled", "reason"),
        "seller_bps": ended.get("seller_bps"),
        "ended_at": ended.get("block_time"),
        "ended_by": ended.get("account"),
        "paid_parts": sum(1 << row["part"] for row in h.all("PartPaid")),
        "settlement_nonce": len(h.all("SettlementsVoided")),
    }


def order_payment(h: History) -> Row:
    """Return a row of `order_payments`."""
    ((_, paid),) = h.events
    return {
        **{name: paid[name] for name in ("order_id", "part", "receiver", "amount")},
        "paid_at": paid["block_time"],
        "paid_event_key": paid["event_key"],
    }


def money_escrow(h: History) -> Row:
    """Return a row of `money_escrows`."""
    taken, given = h.total("OrderPlaced", "money"), h.total("PartPaid", "amount")
    return {"currency": h.key[0], "held": taken - given, "paid_in": taken, "paid_out": given}


def has_money(name: str, row: Row) -> bool:
    """Return whether an event moves money."""
    if name == "OrderPlaced":
        return bool(row["money"])
    return name == "PartPaid" and row["part"] not in CREDIT_PARTS


PLACED: Final = Join("OrderPlaced", "order_id")
LISTED: Final = Join("Listed", "listing_id")
MARKET: Final = ("Marketplace",)

ORDER_EVENTS: Final = (
    *("OrderPlaced", "OrderAccepted", "OrderHandedOver", "OrderDisputed", "OrderRuled", "OrderEnded", "PartPaid"),
)

MARKET_DEFINITIONS: Final = {
    "listings": Definition(
        listing,
        MARKET,
        of(
            *("Listed", "ListingChanged", "PriceUpdated", "SellerPayoutChanged", "OrderPlaced", "OrderEnded"),
            by=("listing_id",),
        ),
        joins=(PLACED,),
    ),
    "orders": Definition(
        order,
        MARKET,
        of(*ORDER_EVENTS, by=("order_id",)) | of("SettlementsVoided", by=("id",)) | {"Listed": ()},
        joins=(LISTED,),
    ),
    "order_payments": Definition(order_payment, MARKET, of("PartPaid", by=("order_id", "part"))),
    "money_escrows": Definition(
        money_escrow,
        MARKET,
        of("OrderPlaced", "PartPaid", by=("terms_currency",)) | {"Listed": ()},
        joins=(PLACED, LISTED),
        where=has_money,
    ),
}
