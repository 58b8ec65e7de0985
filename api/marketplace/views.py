"""What an answer says about listings and orders, made of rows."""

from collections.abc import Sequence
from typing import Any

from api.case_acts import CaseAct, CaseActName, EscrowGates
from api.case_schemas import CREDIT_UNIT, party
from api.marketplace import acts, schemas
from api.marketplace.queries import FoundListing, FoundOrder
from api.records import currency_unit, document_path, event_path, last_event, values_of
from indexer.store import cases
from indexer.store.models import Entity, Order, OrderPayment


def listing_acts(found: FoundListing, gates: EscrowGates, now: int) -> list[CaseAct]:
    """Return the acts on a listing."""
    listed = found.listing.currency is None or (found.currency is not None and found.currency.listed)
    return acts.of_listing(found.listing, found.seller, gates, now, currency_listed=listed)


def listing_values(found: FoundListing, gates: EscrowGates, now: int) -> dict[str, Any]:
    """Return what `schemas.Listing` takes."""
    row = found.listing
    path = f"/v1/listings/{row.listing_id}"
    orders = [act for act in listing_acts(found, gates, now) if act.name is CaseActName.PLACE_ORDERS]
    computed = {
        "orderable": any(act.is_legal_at(now) for act in orders),
        "seller": party(found.seller),
        "currency": row.currency and currency_unit(row.currency, found.currency, found.metadata),
        "credit": CREDIT_UNIT,
        "delivery_modes": [mode for mode, bit in schemas.MODE_BITS.items() if row.delivery_modes & bit],
        "order_count": row.orders,
        "last_event": last_event(row),
        "links": schemas.ListingLinks(
            self=path,
            description=document_path(row.description_hash) or "",
            orders=f"/v1/orders?listing={row.listing_id}",
            events=f"/v1/events?listing={row.listing_id}",
            listing=event_path(row.listed_event_key),
        ),
    }
    return values_of(row) | computed


def order_acts(found: FoundOrder, bought_for: Entity | None, gates: EscrowGates, now: int) -> list[CaseAct]:
    """Return the acts on an order."""
    parties = acts.OrderParties(found.seller, found.listing.payout_account, bought_for)
    return acts.of_order(found.order, parties, gates, now)


def order_values(found: FoundOrder, payments: Sequence[OrderPayment], now: int) -> dict[str, Any]:
    """Return what `schemas.Order` takes."""
    row = found.order
    modes = {bit: mode for mode, bit in schemas.MODE_BITS.items()}
    computed = {
        "state": cases.order_state_at(row, now),
        "state_ends_at": cases.order_ends_at(row, now),
        "ended": row.ended_at is not None,
        "seller": party(found.seller),
        "currency": row.currency and currency_unit(row.currency, found.currency, found.metadata),
        "credit": CREDIT_UNIT,
        "delivery_mode": modes[row.delivery_mode],
        "basket": row.placed_tx_hash,
        "parts": _parts(row, found.listing.payout_account, payments),
        "last_event": last_event(row),
        "links": schemas.OrderLinks(
            self=f"/v1/orders/{row.order_id}",
            listing=f"/v1/listings/{row.listing_id}",
            basket=f"/v1/orders?basket={row.placed_tx_hash}",
            evidence=document_path(row.evidence_hash),
            dispute=document_path(row.dispute_reason),
            ruling=document_path(row.ruling_reason),
            events=f"/v1/events?order={row.order_id}",
            placement=event_path(row.placed_event_key),
        ),
    }
    return values_of(row) | computed


def _parts(order: Order, payout_account: str, payments: Sequence[OrderPayment]) -> list[schemas.OrderPart]:
    paid = {cases.PARTS[payment.part]: payment for payment in payments}
    parts = []
    for part, amount in cases.parts_of(order).items():
        if amount:
            payment = paid.get(part)
            receiver = order.buyer if part in acts.BUYERS_PARTS else payout_account
            parts.append(
                schemas.OrderPart(
                    part=part,
                    amount=amount,
                    receiver=payment.receiver if payment else receiver,
                    paid_at=payment.paid_at if payment else None,
                    event=event_path(payment.paid_event_key) if payment else None,
                )
            )
    return parts
