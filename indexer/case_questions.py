"""What a reconciliation asks of listings, orders, offers and redemptions, and of what is in escrow for them."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection

from indexer.questions import Asker, Question, count, facts
from indexer.store import cases
from indexer.store import rows as store
from indexer.store.cases import ORDER_STATES, PARTS, REDEMPTION_STATES
from indexer.store.help_models import CapacityWeek, Offer, Redemption, RedemptionState
from indexer.store.market_models import CreditEscrow, Listing, ListingState, MoneyEscrow, Order, OrderState
from indexer.store.models import CreditTotals
from indexer.store.rows import table_of

ZERO: Final = "0x" + "0" * 40
NO_HASH: Final = "0x" + "0" * 64
LISTING_STATES: Final = tuple(ListingState)


def case_questions(connection: Connection, ask: Asker, now: int) -> Iterator[Question]:
    """Yield what to ask of every listing, order, offer and redemption, and of the escrows."""
    yield from _listings(connection, ask)
    yield from _orders(connection, ask, now)
    yield from _offers(connection, ask, now)
    yield from _redemptions(connection, ask, now)
    yield from _escrows(connection, ask)


LISTING_FIELDS: Final = (
    *("seller", "price", "credit_price", "stock", "delivery_modes", "accept_window", "deliver_window"),
    *("confirm_window", "payout_account", "terms_hash"),
)


def _listings(connection: Connection, ask: Asker) -> Iterator[Question]:
    yield ask("listings", "Marketplace", "listingCount", value=count(connection, Listing))
    for row in store.scan(connection, table_of(Listing)):
        same = {name: row[name] for name in LISTING_FIELDS} | {"currency": row["currency"] or ZERO}
        state = LISTING_STATES.index(row["state"])
        yield ask("listings", "Marketplace", "listing", row["listing_id"], state=state, **same)


ORDER_FIELDS: Final = ("listing_id", "seller", "buyer", "quantity", "money", "credits", "paid_parts")


def _orders(connection: Connection, ask: Asker, now: int) -> Iterator[Question]:
    yield ask("orders", "Marketplace", "orderCount", value=count(connection, Order))
    open_orders: Counter[str] = Counter()
    for row in store.scan(connection, table_of(Order)):
        order_id, order = row["order_id"], facts(row)
        computed = {
            "state": ORDER_STATES.index(cases.order_state_at(order, now)),
            "ended": row["ended_at"] is not None,
            "seller_bps": row["seller_bps"] or 0,
            "window_ends_at": row["window_ends_at"] or 0,
        }
        same = {name: row[name] for name in ORDER_FIELDS}
        yield ask("orders", "Marketplace", "order", order_id, **same, **computed)
        for number, part in enumerate(PARTS if computed["ended"] else ()):
            yield ask("orders", "Marketplace", "dueOf", order_id, number, value=cases.due(order, part))
        nonce = row["settlement_nonce"]
        yield ask("orders", "Marketplace", "settlementNonce", order_id, value=nonce)
        open_orders[row["buyer"]] += row["state"] == OrderState.PLACED
    for buyer, number in open_orders.items():
        yield ask("orders", "Marketplace", "openOrdersOf", buyer, value=number)


def _offers(connection: Connection, ask: Asker, now: int) -> Iterator[Question]:
    yield ask("offers", "ProBono", "offerCount", value=count(connection, Offer))
    open_hours: defaultdict[int, int] = defaultdict(int)
    for row in store.scan(connection, table_of(Offer)):
        same = {name: row[name] for name in ("provider", "offered", "reserved", "confirmed", "until", "closed")}
        yield ask("offers", "ProBono", "offer", row["offer_id"], **same)
        open_hours[row["provider"]] += cases.open_hours(facts(row), now)
    for provider, hours in open_hours.items():
        yield ask("offers", "ProBono", "openHoursOf", provider, value=hours)
    weeks = [facts(row) for row in store.scan(connection, table_of(CapacityWeek))]
    capacity = cases.capacity(weeks, now)
    totals = next(store.scan(connection, table_of(CreditTotals)), {"supply": 0, "redeemed": 0})
    yield ask("capacity_weeks", "ProBono", "capacity", value=capacity)
    yield ask("capacity_weeks", "InnovationCredit", "coverage", capacity=capacity, supply=totals["supply"])
    yield ask("credit_totals", "InnovationCredit", "redeemed", value=totals["redeemed"])


REDEMPTION_FIELDS: Final = (*("offer_id", "provider", "beneficiary", "payer", "hours_requested", "deliver_by"),)


def _redemptions(connection: Connection, ask: Asker, now: int) -> Iterator[Question]:
    yield ask("redemptions", "ProBono", "redemptionCount", value=count(connection, Redemption))
    live: Counter[int] = Counter()
    for row in store.scan(connection, table_of(Redemption)):
        redemption_id, ended = row["redemption_id"], row["ended_at"] is not None
        delivered = row["delivered_at"] is not None
        computed = {
            "state": REDEMPTION_STATES.index(cases.redemption_state_at(facts(row), now)),
            "ended": ended,
            "hours_delivered": row["hours_given"] if ended else row["hours_delivered"],
            "start": row["starts_at"],
            "window_ends_at": row["window_ends_at"] or 0,
            "need_hash": row["need_hash"] if delivered else NO_HASH,
            "evidence_hash": row["evidence_hash"] or NO_HASH,
        }
        same = {name: row[name] for name in REDEMPTION_FIELDS}
        yield ask("redemptions", "ProBono", "redemption", redemption_id, **same, **computed)
        yield ask("redemptions", "ProBono", "settlementNonce", redemption_id, value=row["settlement_nonce"])
        live[row["beneficiary"]] += row["state"] == RedemptionState.REQUESTED
    for beneficiary, number in live.items():
        yield ask("redemptions", "ProBono", "liveRequestsOf", beneficiary, value=number)


def _escrows(connection: Connection, ask: Asker) -> Iterator[Question]:
    """Yield what the escrows must hold at least: anyone can send them more."""
    for row in store.scan(connection, table_of(CreditEscrow)):
        holder = ask.address_of(row["contract_name"])
        yield ask("credit_escrows", "InnovationCredit", "balanceOf", holder, value=row["held"]).at_least()
    holder = ask.address_of("Marketplace")
    for row in store.scan(connection, table_of(MoneyEscrow)):
        yield ask.of_currency("money_escrows", row["currency"], "balanceOf", holder, value=row["held"]).at_least()
