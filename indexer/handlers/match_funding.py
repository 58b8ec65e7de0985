"""Handlers of MatchFunding."""

from typing import Final

from indexer.handlers.folding import Touch, handles
from indexer.store.event_tables import EVENTS
from indexer.store.models import Rule
from indexer.store.rows import Row

RULES: Final = tuple(rule.value for rule in Rule)
"""By their number on chain."""

POOL: Final = Touch("pools", ("pool_id",), required=True)
RESERVATION: Final = Touch("reservations", ("campaign_id", "pool_id"), required=True)
MATCH: Final = Touch("matches", ("pool_id", "campaign_id", "backer"))

TERMS: Final = tuple(
    a.column.removeprefix("terms_")
    for a in EVENTS["MatchFunding", "PoolOpened"].arguments
    if a.column.startswith("terms_")
)


@handles("MatchFunding", "PoolOpened", Touch("pools", ("pool_id",)))
def pool_opened(e: Row, _pool: Row | None) -> tuple[Row]:
    """A new pool with its terms."""
    pool = {name: e[name] for name in ("pool_id", "manager", "account")}
    pool |= {name: e[f"terms_{name}"] for name in TERMS}
    pool |= {"rule": RULES[e["terms_rule"]], "first_funder": None}
    pool |= {"opened_at": e["block_time"], "opened_event_key": e["event_key"]}
    totals = ("funded", "reserved", "paid", "reclaimed", "finished", "open_reservations", "campaigns")
    return (pool | dict.fromkeys(totals, 0),)


@handles(
    "MatchFunding",
    "PoolFunded",
    POOL,
    Touch("funders", ("pool_id", "funder")),
    Touch("fundings", ("pool_id", "account")),
)
def pool_funded(e: Row, pool: Row, funder: Row | None, funding: Row | None) -> tuple[Row, Row, Row]:
    """Money of a public body, the first of its account or more."""
    none = {"pool_id": e["pool_id"], "entity_id": e["funder"], "funded": 0}
    funder = funder or none
    first = {"reclaimed": 0, "finished": False, "reclaimed_at": None, "first_event_key": e["event_key"]}
    paid_in = {name: e[name] for name in ("pool_id", "account", "funder")}
    paid_in |= {"funded": e["funded_by_account"], "funded_at": e["block_time"]}
    return (
        pool | {"funded": e["funded"], "first_funder": pool["first_funder"] or e["account"]},
        funder | {"funded": funder["funded"] + e["amount"]},
        (funding or first) | paid_in,
    )


@handles("MatchFunding", "PoolRequested", Touch("reservations", ("campaign_id", "pool_id")))
def pool_requested(e: Row, _reservation: Row | None) -> tuple[Row]:
    """A campaign that asks for a pool."""
    ids = {"pool_id": e["pool_id"], "campaign_id": e["campaign_id"]}
    asked = {"requested_at": e["block_time"], "requested_by": e["account"], "requested_event_key": e["event_key"]}
    nothing_yet = dict.fromkeys(("enrolled_at", "enrolled_by", "place", "settled_at"))
    amounts = dict.fromkeys(("reserved", "freed", "paid", "qualifying_members", "backers"), 0)
    return (ids | asked | nothing_yet | amounts,)


@handles("MatchFunding", "CampaignEnrolled", POOL, RESERVATION, Touch("campaigns", ("campaign_id",), required=True))
def campaign_enrolled(e: Row, pool: Row, reservation: Row, campaign: Row) -> tuple[Row, Row, Row]:
    """A pool that matches a campaign from now on; a gift is set aside at once."""
    enrolled = {"enrolled_at": e["block_time"], "enrolled_by": e["account"], "place": campaign["pools"]}
    totals = {name: pool[name] + 1 for name in ("open_reservations", "campaigns")}
    return (
        pool | totals | {"reserved": pool["reserved"] + e["reserved"]},
        reservation | enrolled | {"reserved": e["reserved"]},
        campaign | {"pools": campaign["pools"] + 1},
    )


@handles("MatchFunding", "MatchReserved", POOL, RESERVATION, MATCH)
def match_reserved(e: Row, pool: Row, reservation: Row, match: Row | None) -> tuple[Row, Row, Row]:
    """Public money that a pledge called."""
    ids = {name: e[name] for name in ("pool_id", "campaign_id", "backer")}
    match = match or ids | {"amount": 0, "calls": 0, "returned_at": None, "first_event_key": e["event_key"]}
    called = {"amount": match["amount"] + e["amount"], "calls": match["calls"] + 1, "called_at": e["block_time"]}
    backers = reservation["backers"] + (match["amount"] == 0)
    return (
        pool | {"reserved": pool["reserved"] + e["amount"]},
        reservation | {"reserved": e["reserved"], "backers": backers},
        match | called,
    )


@handles("MatchFunding", "MatchReturned", POOL, RESERVATION, MATCH._replace(required=True))
def match_returned(e: Row, pool: Row, reservation: Row, match: Row) -> tuple[Row, Row, Row]:
    """The match of a pledge that was withdrawn."""
    return (
        pool | {"reserved": pool["reserved"] - e["amount"]},
        reservation | {"reserved": e["reserved"], "backers": reservation["backers"] - 1},
        match | {"amount": 0, "returned_at": e["block_time"]},
    )


@handles("MatchFunding", "QualifyingMembersChanged", RESERVATION)
def qualifying_members_changed(e: Row, reservation: Row) -> tuple[Row]:
    """Another count of members who hold enough for a gift."""
    return (reservation | {"qualifying_members": e["new_members"]},)


@handles(
    "MatchFunding",
    "MatchReleased",
    POOL,
    RESERVATION,
    Touch("match_releases", ("pool_id", "campaign_id", "event_key")),
)
def match_released(e: Row, pool: Row, reservation: Row, _release: Row | None) -> tuple[Row, Row, Row]:
    """What milestones released was worth of a reservation, paid."""
    names = ("pool_id", "campaign_id", "payout_account", "milestones", "amount")
    release = {name: e[name] for name in names}
    release |= {"released_event_key": e["event_key"], "released_at": e["block_time"]}
    return pool | {"paid": pool["paid"] + e["amount"]}, reservation | {"paid": e["paid"]}, release


@handles("MatchFunding", "ReservationSettled", POOL, RESERVATION)
def reservation_settled(e: Row, pool: Row, reservation: Row) -> tuple[Row, Row]:
    """What a campaign's phase left without purpose, freed."""
    totals = {"reserved": pool["reserved"] - e["freed"], "open_reservations": pool["open_reservations"] - 1}
    settled = {"reserved": e["reserved"], "freed": e["freed"], "settled_at": e["block_time"]}
    return pool | totals, reservation | settled


@handles("MatchFunding", "MatchReclaimed", POOL, Touch("fundings", ("pool_id", "account"), required=True))
def match_reclaimed(e: Row, pool: Row, funding: Row) -> tuple[Row, Row]:
    """A funding account's part of what no campaign called.

    It is the last part when nothing is reserved any more; of the first funding account, when all others had theirs.
    """
    others = pool["finished"] + funding["funded"] == pool["funded"]
    last = pool["open_reservations"] == 0 and (e["account"] != pool["first_funder"] or others)
    finished = pool["finished"] + (funding["funded"] if last else 0)
    reclaimed = {"reclaimed": e["reclaimed"], "reclaimed_at": e["block_time"], "finished": last}
    return pool | {"reclaimed": pool["reclaimed"] + e["amount"], "finished": finished}, funding | reclaimed
