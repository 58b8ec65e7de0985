"""Rows of the marketplace and of pro-bono help with sensible defaults, so that a test shows only what differs."""

from typing import Any

from indexer.store import models
from tests.api.rows import BLOCK, BUYER, DAY, EURO, NOW, PAYOUT, digest, key, mirrored

HOUR = 10**18


def listing(listing_id: int, **changes: Any) -> models.Listing:
    """Return an active listing of entity 1 for 100 of the euro and half a credit, with 8 of 10 units left."""
    values: dict[str, Any] = {
        "listing_id": listing_id,
        "seller": 1,
        "account": f"0x{1:040x}",
        "currency": EURO,
        "price": 100,
        "credit_price": HOUR // 2,
        "units": 10,
        "stock": 8,
        "delivery_modes": 3,
        "accept_window": 2 * DAY,
        "deliver_window": 10 * DAY,
        "confirm_window": 5 * DAY,
        "payout_account": PAYOUT,
        "description_hash": digest(0xDE),
        "terms_hash": digest(0x7E),
        "state": models.ListingState.ACTIVE,
        "listed_at": NOW - 30 * DAY,
        "listed_event_key": key(600 + listing_id),
        "orders": 0,
        **mirrored(key(610 + listing_id)),
    }
    return models.Listing(**(values | changes))


def order(order_id: int, **changes: Any) -> models.Order:
    """Return an order of two units of listing 1 that the seller may accept for one more day."""
    values: dict[str, Any] = {
        "order_id": order_id,
        "listing_id": 1,
        "seller": 1,
        "buyer": BUYER,
        "currency": EURO,
        "quantity": 2,
        "money": 201,
        "credits": HOUR,
        "delivery_mode": 2,
        "address_hash": digest(0xAD),
        "state": models.OrderState.PLACED,
        "placed_at": NOW - DAY,
        "placed_event_key": key(620 + order_id),
        "placed_tx_hash": digest(620 + order_id),
        "window_ends_at": NOW + DAY,
        "paid_parts": 0,
        "settlement_nonce": 0,
        **mirrored(key(640 + order_id)),
    }
    return models.Order(**(values | changes))


def payment(order_id: int, part: int, receiver: str, amount: int) -> models.OrderPayment:
    event = key(660 + order_id, part)
    values = {"order_id": order_id, "part": part, "receiver": receiver, "amount": amount}
    return models.OrderPayment(**values, paid_at=NOW - DAY, paid_event_key=event, **mirrored(event))


def money_escrow(held: int, **changes: Any) -> models.MoneyEscrow:
    values = {"currency": EURO, "held": held, "paid_in": held, "paid_out": 0, **mirrored(key(BLOCK))}
    return models.MoneyEscrow(**(values | changes))


def credit_escrow(contract: str, held: int, **changes: Any) -> models.CreditEscrow:
    values = {"contract_name": contract, "held": held, "paid_in": held, "paid_out": 0, "redeemed": 0}
    return models.CreditEscrow(**(values | mirrored(key(BLOCK)) | changes))


def offer(offer_id: int, **changes: Any) -> models.Offer:
    """Return an offer of entity 7 of 100 hours, of which 30 are reserved and 20 given, for ten days more."""
    values: dict[str, Any] = {
        "offer_id": offer_id,
        "provider": 7,
        "account": f"0x{7:040x}",
        "offered": 100,
        "reserved": 30,
        "confirmed": 20,
        "until": NOW + 10 * DAY,
        "details_hash": digest(0xDF),
        "closed": False,
        "offered_at": NOW - 20 * DAY,
        "offered_event_key": key(700 + offer_id),
        "requests": 0,
        **mirrored(key(710 + offer_id)),
    }
    return models.Offer(**(values | changes))


def week(until: int, hours: int) -> models.CapacityWeek:
    return models.CapacityWeek(until=until, hours=hours, **mirrored(key(BLOCK)))


def redemption(redemption_id: int, **changes: Any) -> models.Redemption:
    """Return a request of entity 1 for five hours of offer 1, that starts tomorrow."""
    values: dict[str, Any] = {
        "redemption_id": redemption_id,
        "offer_id": 1,
        "offer_until": NOW + 10 * DAY,
        "provider": 7,
        "beneficiary": 1,
        "payer": BUYER,
        "hours_requested": 5,
        "starts_at": NOW + DAY,
        "deliver_by": NOW + 4 * DAY,
        "need_hash": digest(0xEE),
        "state": models.RedemptionState.REQUESTED,
        "requested_at": NOW - DAY,
        "requested_event_key": key(720 + redemption_id),
        "hours_delivered": 0,
        "hours_given": 0,
        "hours_returned": 0,
        "settlement_nonce": 0,
        **mirrored(key(740 + redemption_id)),
    }
    return models.Redemption(**(values | changes))


def attestation(redemption_id: int, hours: int, **changes: Any) -> models.Attestation:
    event = key(760 + redemption_id)
    values: dict[str, Any] = {
        "redemption_id": redemption_id,
        "provider": 7,
        "beneficiary": 1,
        "hours": hours,
        "hours_returned": 5 - hours,
        "need_hash": digest(0xEE),
        "evidence_hash": digest(0xEF),
        "attested_at": NOW - DAY,
        "attested_event_key": event,
        **mirrored(event),
    }
    return models.Attestation(**(values | changes))


def hours(entity_id: int, given: int, taken: int) -> models.EntityHours:
    return models.EntityHours(entity_id=entity_id, given=given, taken=taken, **mirrored(key(BLOCK)))
