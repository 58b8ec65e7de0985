"""Compares what the API says of listings, orders, offers, redemptions and credits with what the contracts say."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from scripts._lab.comparison import PAGE, Comparison, unix

LISTING_STATES: Final = ("none", "active", "paused", "withdrawn")
ORDER_STATES: Final = (
    "none",
    "placed",
    "accepted",
    "handed_over",
    "disputed",
    "completed",
    "declined",
    "withdrawn",
    "lapsed",
    "canceled",
    "undelivered",
    "settled",
    "ruled",
    "unruled",
)
REDEMPTION_STATES: Final = (
    "none",
    "requested",
    "accepted",
    "underway",
    "delivered",
    "no_show",
    "contested",
    "confirmed",
    "declined",
    "withdrawn",
    "lapsed",
    "canceled",
    "expired",
    "missed",
    "settled",
    "ruled",
    "unruled",
)
MODES: Final = ("pickup", "shipping", "on_site", "online")
PARTS: Final = ("buyer_money", "buyer_credits", "seller_money", "seller_credits")
HOUR: Final = 10**18
NOTHING: Final = "0x" + 40 * "0"

#: (field of the API, field of the view) of a listing: amounts and numbers; likewise of the others.
LISTING_AMOUNTS: Final = (("price", "price"), ("credit_price", "creditPrice"))
LISTING_NUMBERS: Final = (
    ("stock", "stock"),
    ("accept_window", "acceptWindow"),
    ("deliver_window", "deliverWindow"),
    ("confirm_window", "confirmWindow"),
)
ORDER_NUMBERS: Final = (("ended", "ended"), ("listing_id", "listingId"), ("quantity", "quantity"))
OFFER_NUMBERS: Final = (
    ("hours_offered", "offered"),
    ("hours_reserved", "reserved"),
    ("hours_given", "confirmed"),
    ("closed", "closed"),
)
REDEMPTION_NUMBERS: Final = (("ended", "ended"), ("offer_id", "offerId"), ("hours_requested", "hoursRequested"))


@dataclass
class Counted:
    """What the contracts say of all orders and redemptions together."""

    unruled: Counter[int] = field(default_factory=Counter)
    """Orders that nobody ruled on, by entity id of the seller."""
    given: Counter[int] = field(default_factory=Counter)
    """Hours, by entity id of the provider."""
    taken: Counter[int] = field(default_factory=Counter)
    """Hours, by entity id of the beneficiary."""
    in_escrow: Counter[str] = field(default_factory=Counter)
    """Base units of the credit in what has not ended, by account that paid, lower case."""


def compare(check: Comparison) -> None:
    """Compares everything of both escrows."""
    counted = Counted()
    _listings(check)
    _orders(check, counted)
    _offers(check)
    _redemptions(check, counted)
    _entities(check, counted)
    _credits(check, counted)


def _listings(check: Comparison) -> None:
    seen = []
    for said, block in check.items(f"/v1/listings?{PAGE}"):
        number = said["listing_id"]
        seen.append(number)
        (true,) = check.views("Marketplace", [("listing", (number,))], block)
        what = f"listing {number}"
        check.same(f"{what} state", said["state"], LISTING_STATES[true["state"]])
        check.same(f"{what} seller", said["seller"]["entity_id"], true["seller"])
        currency = said["currency"] and said["currency"]["address"].lower()
        check.same(f"{what} currency", currency or NOTHING, true["currency"].lower())
        for name, view in LISTING_AMOUNTS:
            check.same(f"{what} {name}", said[name], str(true[view]))
        for name, view in LISTING_NUMBERS:
            check.same(f"{what} {name}", said[name], true[view])
        modes = sum(1 << MODES.index(mode) for mode in said["delivery_modes"])
        check.same(f"{what} delivery_modes", modes, true["deliveryModes"])
        check.same(f"{what} payout_account", said["payout_account"].lower(), true["payoutAccount"].lower())
        check.same(f"{what} terms_hash", said["terms_hash"], "0x" + true["termsHash"].hex())
    check.complete("listings", seen, "Marketplace", "listingCount")


def _orders(check: Comparison, counted: Counted) -> None:
    seen = []
    for said, block in check.items(f"/v1/orders?{PAGE}"):
        number = said["order_id"]
        seen.append(number)
        check.accounts.add(said["buyer"].lower())
        calls: list[tuple[str, Sequence[int]]] = [("order", (number,)), ("settlementNonce", (number,))]
        calls += [("dueOf", (number, part)) for part in range(len(PARTS))]
        true, nonce, *due = check.views("Marketplace", calls, block)
        what, state = f"order {number}", ORDER_STATES[true["state"]]
        counted.unruled[true["seller"]] += state == "unruled"
        counted.in_escrow[true["buyer"].lower()] += 0 if true["ended"] else true["credits"]
        check.same(f"{what} state", said["state"], state)
        check.same(f"{what} seller", said["seller"]["entity_id"], true["seller"])
        check.same(f"{what} buyer", said["buyer"].lower(), true["buyer"].lower())
        check.same(f"{what} legs", (said["money"], said["credits"]), (str(true["money"]), str(true["credits"])))
        check.same(f"{what} nonce", said["settlement_nonce"], str(nonce))
        for name, view in ORDER_NUMBERS:
            check.same(f"{what} {name}", said[name], true[view])
        check.same(f"{what} seller_bps", said["seller_bps"] or 0, true["sellerBps"])
        if state in ("placed", "accepted", "handed_over", "disputed"):
            check.same(f"{what} state_ends_at", unix(said["state_ends_at"]), true["windowEndsAt"])
        _parts(check, what, said, true, due)
    check.complete("orders", seen, "Marketplace", "orderCount")


def _parts(check: Comparison, what: str, said: dict[str, Any], true: dict[str, Any], due: list[int]) -> None:
    """Compares what is still to be paid, and whether all parts together are what was paid in."""
    waiting, paid = dict.fromkeys(PARTS, 0), 0
    for part in said["parts"]:
        if part["paid_at"] is None:
            waiting[part["part"]] = int(part["amount"])
        else:
            paid |= 1 << PARTS.index(part["part"])
    check.same(f"{what} parts due", list(waiting.values()), due)
    check.same(f"{what} parts paid", paid, true["paidParts"])
    if true["ended"]:
        sums = [sum(int(p["amount"]) for p in said["parts"] if p["part"].endswith(leg)) for leg in ("money", "credits")]
        check.same(f"{what} sum of parts", sums, [true["money"], true["credits"]])


def _offers(check: Comparison) -> None:
    seen = []
    for said, block in check.items(f"/v1/offers?{PAGE}"):
        number = said["offer_id"]
        seen.append(number)
        (true,) = check.views("ProBono", [("offer", (number,))], block)
        what = f"offer {number}"
        check.same(f"{what} provider", said["provider"]["entity_id"], true["provider"])
        check.same(f"{what} until", unix(said["until"]), true["until"])
        for name, view in OFFER_NUMBERS:
            check.same(f"{what} {name}", said[name], true[view])
    check.complete("offers", seen, "ProBono", "offerCount")


def _redemptions(check: Comparison, counted: Counted) -> None:
    seen, attested = [], {}
    for said, block in check.items(f"/v1/redemptions?{PAGE}"):
        number = said["redemption_id"]
        seen.append(number)
        check.accounts.add(said["payer"].lower())
        true, nonce = check.views("ProBono", [("redemption", (number,)), ("settlementNonce", (number,))], block)
        what = f"redemption {number}"
        check.same(f"{what} state", said["state"], REDEMPTION_STATES[true["state"]])
        check.same(f"{what} nonce", said["settlement_nonce"], str(nonce))
        for side in ("provider", "beneficiary"):
            check.same(f"{what} {side}", said[side]["entity_id"], true[side])
        check.same(f"{what} payer", said["payer"].lower(), true["payer"].lower())
        for name, view in REDEMPTION_NUMBERS:
            check.same(f"{what} {name}", said[name], true[view])
        times = unix(said["starts_at"]), unix(said["deliver_by"])
        check.same(f"{what} times", times, (true["start"], true["deliverBy"]))
        hours = said["hours_given"] if said["ended"] else said["hours_delivered"]
        check.same(f"{what} hours", hours, true["hoursDelivered"])
        counted.in_escrow[true["payer"].lower()] += 0 if true["ended"] else true["hoursRequested"] * HOUR
        if true["ended"] and true["hoursDelivered"]:
            counted.given[true["provider"]] += true["hoursDelivered"]
            counted.taken[true["beneficiary"]] += true["hoursDelivered"]
            attested[number] = (true["provider"], true["beneficiary"], true["hoursDelivered"])
    check.complete("redemptions", seen, "ProBono", "redemptionCount")
    proofs = {
        said["redemption_id"]: (said["provider"], said["beneficiary"], said["hours"])
        for said, _ in check.items(f"/v1/attestations?{PAGE}")
    }
    check.same("attestations", proofs, attested)


def _entities(check: Comparison, counted: Counted) -> None:
    """Compares what the API counts for each entity."""
    for listed, _ in check.items(f"/v1/entities?{PAGE}"):
        number = listed["entity_id"]
        answer = check.api.get(f"/v1/entities/{number}")
        said, block = answer["entity"], answer["as_of"]["block_number"]
        (open_hours,) = check.views("ProBono", [("openHoursOf", (number,))], block)
        what = f"entity {number}"
        hours = said["hours_given"], said["hours_taken"], said["hours_open"]
        check.same(
            f"{what} hours given, taken, open", hours, (counted.given[number], counted.taken[number], open_hours)
        )
        check.same(f"{what} unruled orders", said["unruled_orders"], counted.unruled[number])


def _credits(check: Comparison, counted: Counted) -> None:
    """Compares what stands behind the credits, what the escrows hold, and for whom."""
    answer = check.api.get("/v1/credits")
    said, block = answer["credits"], answer["as_of"]["block_number"]
    holders = [check.contracts[escrow["contract"]].address for escrow in said["escrows"]]
    calls = [("coverage", ()), ("redeemed", ()), *(("balanceOf", (holder,)) for holder in holders)]
    coverage, redeemed, *balances = check.views("InnovationCredit", calls, block)
    shown = said["coverage"]["capacity"], said["coverage"]["supply"]
    check.same("coverage", shown, tuple(map(str, coverage)))
    check.same("redeemed", said["redeemed"], str(redeemed))
    for escrow, balance in zip(said["escrows"], balances, strict=True):
        books = escrow["held"], escrow["balance"]
        check.same(f"credits in {escrow['contract']}", books, (str(balance), str(balance)))
    paid_in = {
        said["account"].lower(): int(said["in_escrow"]) for said, _ in check.items(f"/v1/credits/holders?{PAGE}")
    }
    waiting = {account: amount for account, amount in paid_in.items() if amount}
    check.same(
        "credits in escrow by account", waiting, {who: amount for who, amount in counted.in_escrow.items() if amount}
    )
