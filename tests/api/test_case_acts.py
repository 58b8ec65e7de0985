"""next acts on orders, redemptions, listings and offers, on facts alone (tests/contracts proves them on the contracts)

orders ......... who may do what in each state, from when, until when; what time has decided, by anyone
payments ....... each part that is due, with amount and receiver; all of them at once
redemptions .... the same; acceptance only by a verified provider with enough free hours
settle, rule ... signers in the order of the arguments; no party rules; not without both accounts, or when closed
listings ....... by the seller and the payout account; orders while active, in stock, verified, listed, not paused
offers ......... closed by the provider, by anyone while it is not verified; requests until just before the end
"""

from typing import Any

import pytest

from api.case_acts import CaseAct, CaseActName, EscrowGates
from api.marketplace.acts import OrderParties, of_listing, of_order
from api.pro_bono.acts import Parties, of_offer, of_redemption
from indexer.store import models
from indexer.store.market_models import Part
from indexer.store.matching import MAX_AMOUNT
from tests.api import case_rows as c
from tests.api import rows as r
from tests.api.rows import BUYER, DAY, NOW

SELLER = r.entity(1, account=r.ORGANIZER)
PROVIDER = r.entity(7, kinds=4)
REVOKED = {"state": models.EntityState.REVOKED, "revoked_at": NOW - DAY}
PARTIES = Parties(PROVIDER, SELLER)
EDGE = NOW + DAY
"""End of the present window in the rows."""

Shown = tuple[str, str, int, int | None]


def shown(acts: list[CaseAct]) -> set[Shown]:
    """Return name, actor and window of each act, but of those that are always there."""
    found = {(act.name.value, act.by.value, act.starts_at, act.ends_at) for act in acts}
    return {act for act in found if act[0] != "voidSettlements"}


def on_order(
    seller: models.Entity = SELLER,
    gates: EscrowGates | None = None,
    bought_for: models.Entity | None = None,
    **changes: Any,
) -> list[CaseAct]:
    parties = OrderParties(seller, r.PAYOUT, bought_for)
    return of_order(c.order(1, **changes), parties, gates or EscrowGates(), NOW)


def on_redemption(
    parties: Parties = PARTIES, offer: models.Offer | None = None, gates: EscrowGates | None = None, **changes: Any
) -> list[CaseAct]:
    offer = offer or c.offer(1)
    return of_redemption(c.redemption(1, **changes), offer, parties, gates or EscrowGates(), NOW)


SINCE = NOW - 2 * DAY
TIMES = {"accepted_at": SINCE, "handed_over_at": SINCE, "disputed_at": SINCE}


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (
            "placed",
            {
                ("acceptOrder", "seller", NOW - DAY, EDGE),
                ("declineOrder", "seller", NOW - DAY, EDGE),
                ("withdrawOrder", "buyer", NOW - DAY, EDGE),
                ("expire", "anyone", EDGE, None),
            },
        ),
        (
            "accepted",
            {
                ("handOver", "seller", SINCE, EDGE),
                ("cancelOrder", "seller", SINCE, EDGE),
                ("settle", "anyone", SINCE, EDGE),
                ("expire", "anyone", EDGE, None),
            },
        ),
        (
            "handed_over",
            {
                ("cancelOrder", "seller", SINCE, EDGE),
                ("completeOrder", "buyer", SINCE, EDGE),
                ("disputeOrder", "buyer", SINCE, EDGE),
                ("settle", "anyone", SINCE, EDGE),
                ("completeOrder", "anyone", EDGE, None),
            },
        ),
        (
            "disputed",
            {
                ("settle", "anyone", SINCE, EDGE),
                ("rule", "arbiter", SINCE, EDGE),
                ("expire", "anyone", EDGE, None),
            },
        ),
    ],
)
def test_order__in_each_state__is_for_those_whose_turn_it_is(state: str, expected: set[Shown]) -> None:
    assert shown(on_order(state=state, **TIMES)) == expected
    over = {("completeOrder" if state == "handed_over" else "expire", "anyone", NOW, None)}
    assert shown(on_order(state=state, **TIMES, window_ends_at=NOW)) == over


def test_order__of_a_revoked_seller__is_left_to_buyer_and_time() -> None:
    revoked = r.entity(1, **REVOKED)
    acts = on_order(revoked, state="handed_over", **TIMES)
    assert {act.by.value for act in acts} == {"buyer", "anyone"}
    assert CaseActName.SETTLE not in {act.name for act in acts}
    (rule,) = [a for a in on_order(revoked, state="disputed", **TIMES) if a.name is CaseActName.RULE]
    assert rule.excluded == (BUYER, r.PAYOUT)


def test_order__disputed__is_settled_by_both_and_ruled_on_by_no_party() -> None:
    acts = {act.name: act for act in on_order(state="disputed", **TIMES)}
    assert acts[CaseActName.SETTLE].signers == (r.ORGANIZER, BUYER)
    assert acts[CaseActName.RULE].excluded == (BUYER, r.PAYOUT, r.ORGANIZER)
    assert acts[CaseActName.RULE].max_share == acts[CaseActName.SETTLE].max_share == 10_000
    (rule,) = [a for a in on_order(state="disputed", bought_for=PROVIDER, **TIMES) if a.name is CaseActName.RULE]
    assert rule.excluded == (BUYER, r.PAYOUT, r.ORGANIZER, PROVIDER.account)
    closed = on_order(state="disputed", gates=EscrowGates(closed=True), **TIMES)
    assert CaseActName.RULE not in {act.name for act in closed}


def test_order__ended__pays_what_is_due() -> None:
    ended = {"state": "ruled", "window_ends_at": None, "ended_at": NOW - DAY, "seller_bps": 6_000}
    payments = [(a.part, a.amount, a.receiver) for a in on_order(**ended) if a.name is CaseActName.PAY_PART]
    assert payments == [
        (Part.BUYER_MONEY, 81, BUYER),
        (Part.BUYER_CREDITS, 4 * 10**17, BUYER),
        (Part.SELLER_MONEY, 120, r.PAYOUT),
        (Part.SELLER_CREDITS, 6 * 10**17, r.PAYOUT),
    ]
    assert ("payOrder", "anyone", NOW - DAY, None) in shown(on_order(**ended))
    assert shown(on_order(**ended, paid_parts=0b1111)) == set()


STARTED = {"accepted_at": SINCE, "starts_at": NOW - 3, "delivered_at": SINCE, "reported_at": SINCE, "reporter": 7}
SAID = STARTED | {"contested_at": SINCE, "window_ends_at": EDGE}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (
            {},
            {
                ("acceptHelp", "provider", NOW - DAY, EDGE),
                ("declineHelp", "provider", NOW - DAY, EDGE),
                ("withdrawHelp", "beneficiary", NOW - DAY, EDGE),
                ("expire", "anyone", EDGE, None),
            },
        ),
        (
            {"state": "accepted", "accepted_at": SINCE},
            {
                ("cancelHelp", "provider", SINCE, EDGE),
                ("cancelHelp", "beneficiary", SINCE, EDGE),
                ("deliverHelp", "provider", EDGE, NOW + 4 * DAY),
                ("reportNoShow", "provider", EDGE, NOW + 4 * DAY),
                ("reportNoShow", "beneficiary", EDGE, NOW + 4 * DAY),
                ("expire", "anyone", NOW + 4 * DAY, None),
            },
        ),
        (
            {"state": "delivered", **SAID},
            {
                ("confirmHelp", "beneficiary", SINCE, EDGE),
                ("contest", "beneficiary", SINCE, EDGE),
                ("confirmHelp", "anyone", EDGE, None),
            },
        ),
        (
            {"state": "no_show", **SAID},
            {("contest", "beneficiary", SINCE, EDGE), ("expire", "anyone", EDGE, None)},
        ),
        (
            {"state": "no_show", **SAID, "reporter": 1},
            {("contest", "provider", SINCE, EDGE), ("expire", "anyone", EDGE, None)},
        ),
        (
            {"state": "contested", **SAID},
            {
                ("settle", "anyone", SINCE, EDGE),
                ("rule", "arbiter", SINCE, EDGE),
                ("expire", "anyone", EDGE, None),
            },
        ),
        ({"state": "confirmed", **STARTED}, set()),
    ],
)
def test_redemption__in_each_state__is_for_those_whose_turn_it_is(facts: dict[str, Any], expected: set[Shown]) -> None:
    assert shown(on_redemption(**facts)) == expected


@pytest.mark.parametrize(
    ("provider", "offer", "window"),
    [
        ({"kinds": 1}, {}, None),
        ({"kinds": 4, "state": models.EntityState.REGISTERED}, {}, None),
        ({"kinds": 4}, {"closed": True}, None),
        ({"kinds": 4}, {"offered": 54}, None),
        ({"kinds": 4}, {"offered": 55}, (NOW - DAY, EDGE)),
        ({"kinds": 6, "suspended_until": NOW + 9}, {}, (NOW + 9, EDGE)),
        ({"kinds": 4, "suspended_until": NOW}, {}, (NOW - DAY, EDGE)),
        ({"kinds": 4, "suspended_until": EDGE}, {}, None),
        ({"kinds": 4, "verified_until": NOW + 9}, {}, (NOW - DAY, NOW + 9)),
    ],
)
def test_accept__only_while_verified_and_with_free_hours(
    provider: dict[str, Any], offer: dict[str, Any], window: tuple[int, int] | None
) -> None:
    parties = Parties(r.entity(7, **provider), SELLER)
    acts = [a for a in on_redemption(parties, c.offer(1, **offer)) if a.name is CaseActName.ACCEPT_HELP]
    assert [(act.starts_at, act.ends_at) for act in acts] == ([window] if window else [])


def test_redemption__contested__needs_both_accounts_and_an_arbiter_who_is_no_party() -> None:
    acts = {act.name: act for act in on_redemption(state="contested", **SAID)}
    assert acts[CaseActName.SETTLE].signers == (PROVIDER.account, r.ORGANIZER)
    assert acts[CaseActName.RULE].excluded == (BUYER, PROVIDER.account, r.ORGANIZER)
    assert acts[CaseActName.RULE].max_share == 5
    revoked = Parties(PROVIDER, r.entity(1, **REVOKED))
    assert CaseActName.SETTLE not in {act.name for act in on_redemption(revoked, state="contested", **SAID)}


def on_listing(
    seller: models.Entity = SELLER, *, paused_until: int = 0, listed: bool = True, **changes: Any
) -> list[CaseAct]:
    gates = EscrowGates(paused_until=paused_until)
    return of_listing(c.listing(1, **changes), seller, gates, NOW, currency_listed=listed)


@pytest.mark.parametrize(
    ("state", "names"),
    [
        ("active", {"pauseListing", "withdrawListing", "updatePrice", "changePayoutAccount", "placeOrders"}),
        ("paused", {"resumeListing", "withdrawListing", "updatePrice", "changePayoutAccount"}),
        ("withdrawn", {"changePayoutAccount"}),
    ],
)
def test_listing__in_each_state__is_the_sellers(state: str, names: set[str]) -> None:
    assert {act.name.value for act in on_listing(state=state)} == names


@pytest.mark.parametrize(
    ("changes", "window"),
    [
        ({}, (NOW - 30 * DAY, SELLER.verified_until)),
        ({"stock": 0}, None),
        ({"listed": False}, None),
        ({"seller": r.entity(1, **REVOKED)}, None),
        ({"seller": r.entity(1, suspended_until=EDGE)}, (EDGE, SELLER.verified_until)),
        ({"paused_until": EDGE}, (EDGE, SELLER.verified_until)),
        ({"paused_until": NOW}, (NOW - 30 * DAY, SELLER.verified_until)),
        ({"price": MAX_AMOUNT, "credit_price": MAX_AMOUNT + 1}, None),
    ],
)
def test_place__while_active_in_stock_verified_and_listed(
    changes: dict[str, Any], window: tuple[int, int] | None
) -> None:
    acts = [act for act in on_listing(**changes) if act.name is CaseActName.PLACE_ORDERS]
    assert [(act.starts_at, act.ends_at) for act in acts] == ([window] if window else [])


def test_place__of_dear_units__as_many_as_a_leg_can_hold() -> None:
    (act,) = [a for a in on_listing(price=MAX_AMOUNT // 3) if a.name is CaseActName.PLACE_ORDERS]
    assert (act.max_quantity, act.excluded) == (3, (r.ORGANIZER,))


def on_offer(provider: models.Entity = PROVIDER, *, paused_until: int = 0, **changes: Any) -> set[Shown]:
    return shown(of_offer(c.offer(1, **changes), provider, EscrowGates(paused_until=paused_until), NOW))


BEGAN, UNTIL = NOW - 20 * DAY, NOW + 10 * DAY
CLOSE = ("closeOffer", "provider", BEGAN, None)
REQUEST = ("requestHelp", "sse_entity", BEGAN, UNTIL - 1)
EXPIRED = ("closeOffer", "anyone", PROVIDER.verified_until, None)


def test_offer__of_a_verified_provider__is_closed_by_it_or_after_its_verification_by_anyone() -> None:
    assert on_offer() == {CLOSE, REQUEST, EXPIRED}
    assert on_offer(closed=True) == set()
    assert on_offer(offered=50) == {CLOSE, EXPIRED}
    assert on_offer(paused_until=EDGE) == {CLOSE, EXPIRED, ("requestHelp", "sse_entity", EDGE, UNTIL - 1)}
    assert on_offer(until=NOW + 1) == {CLOSE, EXPIRED}


def test_offer__of_a_provider_that_is_not_verified__is_closed_by_anyone() -> None:
    suspended = r.entity(7, kinds=4, suspended_until=EDGE)
    assert ("closeOffer", "anyone", BEGAN, EDGE) in on_offer(suspended)
    anyone = ("closeOffer", "anyone", BEGAN, None)
    assert on_offer(r.entity(7, kinds=1)) == {CLOSE, REQUEST, anyone}
    assert on_offer(r.entity(7, kinds=4, **REVOKED)) == {REQUEST, anyone}
