"""The part of the pretend lab with escrows: random acts on orders and on redemptions, totals consistent."""

import random
from typing import Any

from tests.indexer.fake_pools import Emitted, random_hash

ZERO = "0x" + "0" * 40
NO_HASH = "0x" + "0" * 64
CURRENCIES = (f"0x{0xE1:040x}", f"0x{0xE2:040x}", ZERO)
MANY = 12
"""Cases among the newest that acts are about, so that some come to their end in a short chain."""
RULING = 30
"""Seconds; windows are short here, so that chains of some blocks see their ends."""


class FakeMarket:
    """Listings and orders of a lab."""

    def __init__(self) -> None:
        self.listings: dict[int, dict[str, Any]] = {}
        self.orders: dict[int, dict[str, Any]] = {}

    def act(self, rng: random.Random, time: int, account: str) -> list[Emitted]:
        """Return the events of one act by an account, perhaps none."""
        kind = rng.random()
        if not self.listings or kind < 0.12:
            return [self._list(rng, account)]
        if kind < 0.24:
            return [self._change(rng, account)]
        if not self.orders or kind < 0.38:
            return self._place(rng, account)
        order_id = rng.choice(list(self.orders)[-MANY:])
        order = self.orders[order_id]
        if kind < 0.42:
            order["nonce"] += 1
            return [_market("SettlementsVoided", id=order_id, account=account, nonce=order["nonce"])]
        if order["state"] >= 5:
            return self._pay(rng, order_id, order, account)
        return self._advance(rng, order_id, order, time, account)

    def _list(self, rng: random.Random, account: str) -> Emitted:
        listing_id, currency, stock = len(self.listings) + 1, rng.choice(CURRENCIES), rng.randrange(1, 99)
        price = rng.randrange(1, 10**9) if currency != ZERO else 0
        credit_price = rng.choice([0, 10**18, 7]) or (1 if price == 0 else 0)
        self.listings[listing_id] = {"stock": stock, "price": price, "credit": credit_price}
        terms = (currency, price, credit_price, stock, 7, 20, 40, 30, account, random_hash(rng))
        named = {"seller": rng.randrange(1, 9), "account": account}
        return _market("Listed", listingId=listing_id, **named, terms=terms, termsHash=random_hash(rng))

    def _change(self, rng: random.Random, account: str) -> Emitted:
        listing_id = rng.choice(list(self.listings))
        listing, ids, kind = self.listings[listing_id], {"listingId": listing_id}, rng.randrange(3)
        if kind == 0:
            states = {"oldState": 1, "newState": rng.randrange(1, 4)}
            return _market("ListingChanged", **ids, account=account, **states)
        if kind == 1:
            return _market("SellerPayoutChanged", **ids, oldAccount=account, newAccount=ZERO[:-1] + "9")
        listing["price"] = listing["price"] and rng.randrange(1, 10**9)
        prices = {"price": listing["price"], "creditPrice": listing["credit"], "termsHash": random_hash(rng)}
        return _market("PriceUpdated", **ids, account=account, **prices)

    def _place(self, rng: random.Random, account: str) -> list[Emitted]:
        """Return a basket of one to three items."""
        return [e for _ in range(rng.randrange(1, 4)) for e in self._place_one(rng, account)]

    def _place_one(self, rng: random.Random, account: str) -> list[Emitted]:
        listing_id = rng.choice(list(self.listings))
        listing = self.listings[listing_id]
        if not listing["stock"]:
            return []
        order_id, quantity = len(self.orders) + 1, rng.randrange(1, listing["stock"] + 1)
        money, credits_ = listing["price"] * quantity, listing["credit"] * quantity
        listing["stock"] -= quantity
        case = {"listing": listing_id, "buyer": account, "quantity": quantity, "state": 1, "nonce": 0}
        self.orders[order_id] = case | {"money": money, "credits": credits_, "paid": set()}
        legs = {"money": money, "credits": credits_, "deliveryMode": 2}
        placed = {"listingId": listing_id, "buyer": account, "quantity": quantity, **legs}
        return [_market("OrderPlaced", orderId=order_id, **placed, addressHash=_perhaps_hash(rng))]

    def _advance(
        self, rng: random.Random, order_id: int, order: dict[str, Any], time: int, account: str
    ) -> list[Emitted]:
        old, by = order["state"], {"orderId": order_id, "account": account}
        if rng.random() < 0.25 or old == 4:
            new = rng.choice({1: [6, 7, 8], 2: [9, 10, 11], 3: [5, 9, 11], 4: [11, 12, 13]}[old])
            return self._end(rng, order_id, order, account, new)
        order["state"] = new = old + 1
        states = {"oldState": old, "newState": new}
        if new == 2:
            return [_market("OrderAccepted", **by, windowEndsAt=time + 40, **states)]
        if new == 3:
            evidence = {"evidenceHash": _perhaps_hash(rng)}
            return [_market("OrderHandedOver", **by, **evidence, windowEndsAt=time + 30, **states)]
        return [_market("OrderDisputed", **by, reason=random_hash(rng), windowEndsAt=time + RULING, **states)]

    def _end(self, rng: random.Random, order_id: int, order: dict[str, Any], account: str, new: int) -> list[Emitted]:
        old, listing = order["state"], self.listings[order["listing"]]
        order["bps"] = {5: 10_000, 11: rng.randrange(10_001), 12: rng.randrange(10_001)}.get(new, 0)
        order["state"] = new
        listing["stock"] += order["quantity"] if old < 3 else 0
        ended = {"sellerBps": order["bps"], "stock": listing["stock"], "oldState": old, "newState": new}
        events = [_market("OrderEnded", orderId=order_id, account=account, **ended)]
        if new == 12:
            ruled = {"arbiter": account, "sellerBps": order["bps"], "reason": random_hash(rng)}
            events.insert(0, _market("OrderRuled", orderId=order_id, **ruled))
        return events

    def _pay(self, rng: random.Random, order_id: int, order: dict[str, Any], account: str) -> list[Emitted]:
        """Return the payment of some parts that are due, perhaps all."""
        events = []
        for part in range(4):
            leg = order["credits"] if part % 2 else order["money"]
            sellers = leg * order["bps"] // 10_000
            amount = sellers if part > 1 else leg - sellers
            if amount and part not in order["paid"] and rng.random() < 0.7:
                order["paid"].add(part)
                receiver = account if part > 1 else order["buyer"]
                events.append(_market("PartPaid", orderId=order_id, receiver=receiver, part=part, amount=amount))
        return events


class FakeHelp:
    """Offers and redemptions of a lab. Providers are entities 1 to 4, beneficiaries 5 to 8."""

    def __init__(self) -> None:
        self.offers: dict[int, dict[str, Any]] = {}
        self.redemptions: dict[int, dict[str, Any]] = {}

    def act(self, rng: random.Random, time: int, account: str) -> list[Emitted]:
        """Return the events of one act by an account, perhaps none."""
        kind = rng.random()
        if not self.offers or kind < 0.12:
            return [self._offer(rng, time, account)]
        if kind < 0.2:
            return self._close(rng, account)
        if not self.redemptions or kind < 0.33:
            return self._request(rng, time, account)
        redemption_id = rng.choice(list(self.redemptions)[-MANY:])
        redemption = self.redemptions[redemption_id]
        if kind < 0.37:
            redemption["nonce"] += 1
            return [_help("SettlementsVoided", id=redemption_id, account=account, nonce=redemption["nonce"])]
        if redemption["state"] >= 7:
            return []
        return self._advance(rng, redemption_id, redemption, time, account)

    def _offer(self, rng: random.Random, time: int, account: str) -> Emitted:
        offer_id, hours = len(self.offers) + 1, rng.randrange(1, 200)
        until = (time // 200 + rng.randrange(1, 5)) * 200
        provider = rng.randrange(1, 5)
        terms = {"provider": provider, "offered": hours, "until": until}
        self.offers[offer_id] = terms | {"reserved": 0, "confirmed": 0, "closed": False}
        offered = {"provider": provider, "account": account, "hoursOffered": hours, "until": until}
        return _help("HoursOffered", offerId=offer_id, **offered, detailsHash=random_hash(rng))

    def _close(self, rng: random.Random, account: str) -> list[Emitted]:
        offer_id = rng.choice(list(self.offers))
        offer = self.offers[offer_id]
        if offer["closed"]:
            return []
        offer["closed"] = True
        free = offer["offered"] - offer["reserved"] - offer["confirmed"]
        hours = {"hoursRemoved": free, "hoursReserved": offer["reserved"]}
        return [_help("OfferClosed", offerId=offer_id, account=account, **hours)]

    def _request(self, rng: random.Random, time: int, account: str) -> list[Emitted]:
        offer_id = rng.choice(list(self.offers))
        redemption_id, hours = len(self.redemptions) + 1, rng.randrange(1, 20)
        beneficiary = rng.randrange(5, 9)
        case = {"offer": offer_id, "hours": hours, "beneficiary": beneficiary, "need": random_hash(rng)}
        self.redemptions[redemption_id] = case | {"state": 1, "nonce": 0, "documents": (NO_HASH, NO_HASH)}
        asked = {"offerId": offer_id, "beneficiary": beneficiary, "payer": account, "hoursRequested": hours}
        times = {"start": time + 20, "deliverBy": time + 60, "needHash": case["need"]}
        return [_help("HelpRequested", redemptionId=redemption_id, **asked, **times)]

    def _advance(
        self, rng: random.Random, redemption_id: int, r: dict[str, Any], time: int, account: str
    ) -> list[Emitted]:
        old, offer, by = r["state"], self.offers[r["offer"]], {"redemptionId": redemption_id, "account": account}
        if rng.random() < 0.2 or old == 6:
            ends = {1: [8, 9, 10], 2: [11, 12], 4: [7], 5: [13], 6: [14, 15, 16]}
            return self._end(rng, redemption_id, r, account, rng.choice(ends[old]))
        if old == 1:
            free = offer["offered"] - offer["reserved"] - offer["confirmed"]
            if offer["closed"] or free < r["hours"]:
                return []
            r["state"] = 2
            offer["reserved"] += r["hours"]
            states = {"hoursReserved": offer["reserved"], "oldState": 1, "newState": 2}
            return [_help("HelpAccepted", offerId=r["offer"], **by, **states)]
        if old in (4, 5):
            r["state"] = 6
            states = {"windowEndsAt": time + RULING, "oldState": old, "newState": 6}
            return [_help("HelpContested", **by, reason=random_hash(rng), **states)]
        return [self._say(rng, r, by, time)]

    def _say(self, rng: random.Random, r: dict[str, Any], by: dict[str, Any], time: int) -> Emitted:
        if rng.random() < 0.3:
            r["state"] = 5
            reporter = rng.choice([r["beneficiary"], self.offers[r["offer"]]["provider"]])
            states = {"windowEndsAt": time + 15, "oldState": 3, "newState": 5}
            return _help("NoShowReported", **by, reporter=reporter, reason=random_hash(rng), **states)
        r["state"] = 4
        r["documents"] = documents = (r["need"], _perhaps_hash(rng))
        said = {"hoursDelivered": rng.randrange(1, r["hours"] + 1), "needHash": documents[0]}
        r["said"] = said["hoursDelivered"]
        states = {"evidenceHash": documents[1], "windowEndsAt": time + 15, "oldState": 3, "newState": 4}
        return _help("HelpDelivered", **by, **said, **states)

    def _end(self, rng: random.Random, redemption_id: int, r: dict[str, Any], account: str, new: int) -> list[Emitted]:
        old, offer, ids = r["state"], self.offers[r["offer"]], {"redemptionId": redemption_id}
        given = r["said"] if new == 7 else rng.randrange(r["hours"] + 1) if new in (14, 15) else 0
        r["state"] = new
        if old != 1:
            offer["reserved"] -= r["hours"]
            offer["confirmed"] += given
        states = {"oldState": 3 if new == 12 else old, "newState": new}
        returned = {"hoursReturned": r["hours"] - given}
        if given:
            proof = {"provider": offer["provider"], "beneficiary": r["beneficiary"], "hoursDelivered": given}
            proof |= {"needHash": r["documents"][0], "evidenceHash": r["documents"][1]}
            events = [_help("HelpAttested", **ids, **proof, **returned, **states)]
        else:
            events = [_help("CreditsReturned", **ids, account=account, **returned, **states)]
        if new == 15:
            ruled = {"arbiter": account, "hoursDelivered": given, "reason": random_hash(rng)}
            events.insert(0, _help("HelpRuled", **ids, **ruled))
        return events


def _perhaps_hash(rng: random.Random) -> str:
    return rng.choice([NO_HASH, random_hash(rng)])


def _market(name: str, **arguments: Any) -> Emitted:
    return "Marketplace", name, arguments


def _help(name: str, **arguments: Any) -> Emitted:
    return "ProBono", name, arguments
