"""The part of the pretend lab that matches: random acts on pools, totals consistent."""

import random
from typing import Any

Emitted = tuple[str, str, dict[str, Any]]
"""Contract, event, arguments by ABI name; a tuple argument is a tuple."""

MAX_POOLS = 3
MANY = 4


class FakePools:
    """Pools and what they owe the campaigns of a lab."""

    def __init__(self) -> None:
        self.pools: dict[int, dict[str, Any]] = {}
        self.reservations: dict[tuple[int, int], dict[str, Any]] = {}
        self.places: dict[int, list[int]] = {}
        """Pools of each campaign, in the order of their enrolment."""

    def act(self, rng: random.Random, campaigns: list[int], account: str) -> list[Emitted]:
        """Return the events of one act by an account, perhaps none."""
        if not self.pools or (len(self.pools) < MANY and rng.random() < 0.2):
            return [self._open(rng, account)]
        pool_id = rng.choice(list(self.pools))
        pool = self.pools[pool_id]
        kind = rng.random()
        if kind < 0.12:
            return [] if pool["ended"] else [self._fund(rng, pool_id, pool, account)]
        if kind < 0.24:
            asked = {campaign for p, campaign in self.reservations if p == pool_id}
            free = [i for i in campaigns if i not in asked]
            return [self._request(pool_id, rng.choice(free), account)] if free else []
        if kind < 0.27:
            return self._reclaim(rng, pool_id, pool)
        own = [key for key, r in self.reservations.items() if key[0] == pool_id and not r["settled"]]
        return self._on_campaign(rng, pool, rng.choice(own), account) if own else []

    def _open(self, rng: random.Random, account: str) -> Emitted:
        pool_id, gift = len(self.pools) + 1, rng.random() < 0.3
        empty = {"funded": 0, "unreserved": 0, "open": 0, "reclaimed": 0, "ended": False, "fundings": {}}
        self.pools[pool_id] = empty | {"gift": gift, "finished": set()}
        terms = (f"0x{rng.randrange(1, 4):040x}", 1, 2**39, int(gift), 4_000, 10**20)
        terms += (0, False, 0, 10**19, 5, 7) if gift else (10_000, True, 10**18, 0, 0, 0)
        opened = {"manager": rng.randrange(1, 9), "account": account, "terms": (*terms, random_hash(rng))}
        return _matching("PoolOpened", poolId=pool_id, **opened)

    def _fund(self, rng: random.Random, pool_id: int, pool: dict[str, Any], account: str) -> Emitted:
        amount = rng.randrange(1, 10**22)
        mine = pool["fundings"].setdefault(account, {"funded": 0, "reclaimed": 0})
        mine["funded"] += amount
        pool["funded"] += amount
        pool["unreserved"] += amount
        totals = {"amount": amount, "fundedByAccount": mine["funded"], "funded": pool["funded"]}
        return _matching("PoolFunded", poolId=pool_id, funder=rng.randrange(1, 5), account=account, **totals)

    def _request(self, pool_id: int, campaign_id: int, account: str) -> Emitted:
        empty = {"enrolled": False, "settled": False, "reserved": 0, "paid": 0, "qualifying": 0, "matches": {}}
        self.reservations[pool_id, campaign_id] = empty
        return _matching("PoolRequested", poolId=pool_id, campaignId=campaign_id, account=account)

    def _on_campaign(
        self, rng: random.Random, pool: dict[str, Any], key: tuple[int, int], account: str
    ) -> list[Emitted]:
        ids, r = {"poolId": key[0], "campaignId": key[1]}, self.reservations[key]
        if not r["enrolled"]:
            return self._enrol(rng, pool, ids, account)
        kind = rng.random()
        if kind < 0.5:
            return self._change(rng, pool, r, ids, account)
        if kind < 0.65:
            return self._return(rng, pool, r, ids)
        if kind < 0.93 and r["reserved"] > r["paid"]:
            amount = rng.randrange(1, r["reserved"] - r["paid"] + 1)
            r["paid"] += amount
            paid = {"payoutAccount": account, "milestones": rng.randrange(1, 4), "amount": amount, "paid": r["paid"]}
            return [_matching("MatchReleased", **ids, **paid)]
        if kind > 0.93:
            return [self._settle(rng, pool, r, ids)]
        return []

    def _enrol(self, rng: random.Random, pool: dict[str, Any], ids: dict[str, int], account: str) -> list[Emitted]:
        places = self.places.setdefault(ids["campaignId"], [])
        if pool["ended"] or len(places) == MAX_POOLS:
            return []
        places.append(ids["poolId"])
        r = self.reservations[ids["poolId"], ids["campaignId"]]
        r["enrolled"] = True
        r["reserved"] = rng.randrange(pool["unreserved"] + 1) if pool["gift"] else 0
        pool["unreserved"] -= r["reserved"]
        pool["open"] += 1
        return [_matching("CampaignEnrolled", **ids, account=account, reserved=r["reserved"])]

    def _change(
        self, rng: random.Random, pool: dict[str, Any], r: dict[str, Any], ids: dict[str, int], account: str
    ) -> list[Emitted]:
        if pool["gift"]:
            old, r["qualifying"] = r["qualifying"], max(0, r["qualifying"] + rng.choice([-1, 1]))
            return [_matching("QualifyingMembersChanged", **ids, oldMembers=old, newMembers=r["qualifying"])]
        if pool["ended"] or not pool["unreserved"]:
            return []
        amount = rng.randrange(1, pool["unreserved"] // 4 + 2)
        pool["unreserved"] -= amount
        r["reserved"] += amount
        r["matches"][account] = r["matches"].get(account, 0) + amount
        called = {"pledged": amount + 1, "amount": amount, "reserved": r["reserved"]}
        return [_matching("MatchReserved", **ids, backer=account, **called)]

    def _return(
        self, rng: random.Random, pool: dict[str, Any], r: dict[str, Any], ids: dict[str, int]
    ) -> list[Emitted]:
        unpaid = sorted(backer for backer, amount in r["matches"].items() if amount <= r["reserved"] - r["paid"])
        if not unpaid:
            return []
        backer = rng.choice(unpaid)
        amount = r["matches"].pop(backer)
        r["reserved"] -= amount
        pool["unreserved"] += amount
        return [_matching("MatchReturned", **ids, backer=backer, amount=amount, reserved=r["reserved"])]

    def _settle(self, rng: random.Random, pool: dict[str, Any], r: dict[str, Any], ids: dict[str, int]) -> Emitted:
        freed = rng.choice([r["reserved"] - r["paid"], rng.randrange(r["reserved"] - r["paid"] + 1)])
        r["reserved"] -= freed
        r["settled"] = True
        pool["unreserved"] += freed
        pool["open"] -= 1
        return _matching("ReservationSettled", **ids, freed=freed, reserved=r["reserved"])

    def _reclaim(self, rng: random.Random, pool_id: int, pool: dict[str, Any]) -> list[Emitted]:
        waiting = [a for a in pool["fundings"] if a not in pool["finished"]]
        if not waiting or rng.random() < 0.3:
            return []
        pool["ended"] = True
        account = rng.choice(waiting)
        mine, first = pool["fundings"][account], next(iter(pool["fundings"]))
        last = not pool["open"] and (account != first or waiting == [first])
        amount = pool["unreserved"] * mine["funded"] // pool["funded"] - mine["reclaimed"]
        if last:
            pool["finished"].add(account)
            amount = pool["unreserved"] - pool["reclaimed"] if account == first else amount
        elif amount == 0:
            return []
        mine["reclaimed"] += amount
        pool["reclaimed"] += amount
        paid = {"account": account, "amount": amount, "reclaimed": mine["reclaimed"]}
        return [_matching("MatchReclaimed", poolId=pool_id, **paid)]


def random_hash(rng: random.Random) -> str:
    """Return 32 random bytes."""
    return f"0x{rng.getrandbits(256):064x}"


def _matching(name: str, **arguments: Any) -> Emitted:
    return "MatchFunding", name, arguments
