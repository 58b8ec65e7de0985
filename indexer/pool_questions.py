"""What a reconciliation asks of pools."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection

from indexer.questions import Asker, Question, count, facts
from indexer.store import matching
from indexer.store import rows as store
from indexer.store.models import Campaign, Funder, Funding, Match, Pledge, Pool, Reservation, Rule
from indexer.store.rows import Row, table_of

ZERO: Final = "0x" + "0" * 40


def reserved_of(connection: Connection, campaigns: dict[int, Row]) -> dict[int, list[int]]:
    """Return what the pools of each campaign owe it, by place."""
    pools = {row["pool_id"]: facts(row) for row in store.scan(connection, table_of(Pool))}
    reserved: dict[int, list[int]] = {}
    for row in store.scan(connection, table_of(Reservation)):
        if row["place"] is None:
            continue
        campaign = campaigns[row["campaign_id"]]
        places = reserved.setdefault(row["campaign_id"], [0] * campaign["pools"])
        places[row["place"]] = matching.earned(pools[row["pool_id"]], facts(row), campaign["raised"])
    return reserved


POOL_FIELDS: Final = ("manager", "funded", "reserved", "paid", "reclaimed", "open_reservations")
TERMS: Final = (
    *("currency", "opens_at", "ends_at", "max_first_tranche_bps", "campaign_cap", "ratio_bps", "members_only"),
    *("member_cap", "min_raised", "min_member_pledge", "min_members"),
)
RULES: Final = [rule.value for rule in Rule]


def pools(connection: Connection, ask: Asker, now: int) -> Iterator[Question]:
    """Yield what to ask of every pool, its funders and what it owes."""
    yield ask("pools", "MatchFunding", "poolCount", value=count(connection, Pool))
    by_id = {row["pool_id"]: row for row in store.scan(connection, table_of(Pool))}
    for pool_id, row in by_id.items():
        terms = {f"terms_{name}": row[name] for name in TERMS} | {"terms_rule": RULES.index(row["rule"])}
        yield ask("pools", "MatchFunding", "pool", pool_id, **{name: row[name] for name in POOL_FIELDS}, **terms)
        yield ask("pools", "MatchFunding", "firstFunder", pool_id, value=row["first_funder"] or ZERO)
    for row in store.scan(connection, table_of(Funder)):
        yield ask("funders", "MatchFunding", "isFunder", row["pool_id"], row["entity_id"], value=True)
    for row in store.scan(connection, table_of(Funding)):
        key, pool = (row["pool_id"], row["account"]), facts(by_id[row["pool_id"]])
        yield ask("fundings", "MatchFunding", "fundingOf", *key, funded=row["funded"], reclaimed=row["reclaimed"])
        due = matching.reclaimable(pool, facts(row)) if now >= pool.ends_at else 0
        yield ask("fundings", "MatchFunding", "reclaimable", *key, value=due)
    yield from _reservations(connection, ask, by_id)


def _reservations(connection: Connection, ask: Asker, pools: dict[int, Row]) -> Iterator[Question]:
    campaigns = {row["campaign_id"]: row for row in store.scan(connection, table_of(Campaign))}
    places: dict[int, list[int]] = {}
    for row in store.scan(connection, table_of(Reservation)):
        pool_id, campaign = row["pool_id"], campaigns[row["campaign_id"]]
        enrolled = row["enrolled_at"] is not None
        earned = enrolled and matching.is_earned(facts(pools[pool_id]), facts(row), campaign["raised"])
        same = {name: row[name] for name in ("reserved", "paid", "qualifying_members")}
        yield ask(
            "reservations",
            "MatchFunding",
            "reservation",
            pool_id,
            row["campaign_id"],
            requested=True,
            enrolled=enrolled,
            settled=row["settled_at"] is not None,
            earned=earned,
            **same,
        )
        if enrolled:
            places.setdefault(row["campaign_id"], [0] * matching.MAX_POOLS)[row["place"]] = pool_id
            organizer = (pool_id, campaign["organizer"])
            yield ask("reservations", "MatchFunding", "isMatchedOrganizer", *organizer, value=True)
    for campaign_id, pool_ids in places.items():
        yield ask("reservations", "MatchFunding", "poolsOf", campaign_id, value=tuple(pool_ids))
    # The contract erases a pledge that is refunded, and what it called with it.
    refunded = {
        (row["campaign_id"], row["backer"]) for row in store.scan(connection, table_of(Pledge)) if row["refunded"]
    }
    for row in store.scan(connection, table_of(Match)):
        key = (row["pool_id"], row["campaign_id"], row["backer"])
        called = 0 if key[1:] in refunded else row["amount"]
        yield ask("matches", "MatchFunding", "matchOf", *key, value=called)
