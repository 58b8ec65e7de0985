"""Each row of the read models of MatchFunding, as a function of the whole history of its subject; see `definitions`."""

from typing import Final

from indexer.store.histories.history import History
from indexer.store.rows import Row

RULES: Final = ("capped_ratio", "threshold_gift")


def pool(h: History) -> Row:
    """Return a row of `pools`."""
    _, opened = h.last("PoolOpened")
    terms = {name.removeprefix("terms_"): value for name, value in opened.items() if name.startswith("terms_")}
    called = h.total("MatchReserved", "amount") - h.total("MatchReturned", "amount")
    set_aside = h.total("CampaignEnrolled", "reserved")
    return {
        "pool_id": h.key[0],
        **{name: opened[name] for name in ("manager", "account")},
        **terms,
        "rule": RULES[terms["rule"]],
        "opened_at": opened["block_time"],
        "opened_event_key": opened["event_key"],
        "first_funder": next((row["account"] for row in h.all("PoolFunded")), None),
        "funded": h.total("PoolFunded", "amount"),
        "reserved": called + set_aside - h.total("ReservationSettled", "freed"),
        "paid": h.total("MatchReleased", "amount"),
        "reclaimed": h.total("MatchReclaimed", "amount"),
        "finished": sum(_funded_by(h, account) for account in _finished(h)),
        "open_reservations": len(h.all("CampaignEnrolled")) - len(h.all("ReservationSettled")),
        "campaigns": len(h.all("CampaignEnrolled")),
    }


def _funded_by(h: History, account: str) -> int:
    return sum(row["amount"] for row in h.all("PoolFunded") if row["account"] == account)


def _finished(h: History) -> set[str]:
    """Return the accounts that reclaimed their last part of a pool: nothing was reserved any more.

    The first funding account does so only when all others did, since what flooring leaves is its part.
    """
    accounts = dict.fromkeys(row["account"] for row in h.all("PoolFunded"))
    first, others = next(iter(accounts), None), set(list(accounts)[1:])
    open_reservations = 0
    finished: set[str] = set()
    for name, row in h.events:
        open_reservations += (name == "CampaignEnrolled") - (name == "ReservationSettled")
        settled = name == "MatchReclaimed" and open_reservations == 0
        if settled and (row["account"] != first or others <= finished):
            finished.add(row["account"])
    return finished


def funder(h: History) -> Row:
    """Return a row of `funders`."""
    return {"pool_id": h.key[0], "entity_id": h.key[1], "funded": h.total("PoolFunded", "amount")}


def funding(h: History) -> Row:
    """Return a row of `fundings`, made of the history of its pool up to its last event."""
    account = h.key[1]
    paid_in = [row for row in h.all("PoolFunded") if row["account"] == account]
    back = [row for row in h.all("MatchReclaimed") if row["account"] == account]
    return {
        "pool_id": h.key[0],
        "account": account,
        "funder": paid_in[-1]["funder"],
        "funded": sum(row["amount"] for row in paid_in),
        "reclaimed": sum(row["amount"] for row in back),
        "finished": account in _finished(h),
        "funded_at": paid_in[-1]["block_time"],
        "reclaimed_at": back[-1]["block_time"] if back else None,
        "first_event_key": paid_in[0]["event_key"],
    }


def reservation(h: History) -> Row:
    """Return a row of `reservations`, made of the history of its campaign up to its last event."""
    pool_id = h.key[1]
    own = History(h.key)
    own.events = [(name, row) for name, row in h.events if row["pool_id"] == pool_id]
    enrolled = [row["pool_id"] for row in h.all("CampaignEnrolled")]
    called: dict[str, int] = {}
    for name, row in own.events:
        if name in {"MatchReserved", "MatchReturned"}:
            sign = 1 if name == "MatchReserved" else -1
            called[row["backer"]] = called.get(row["backer"], 0) + sign * row["amount"]
    freed = own.total("ReservationSettled", "freed")
    return {
        "pool_id": pool_id,
        "campaign_id": h.key[0],
        "requested_at": own.value("PoolRequested", "block_time"),
        "requested_by": own.value("PoolRequested", "account"),
        "requested_event_key": own.value("PoolRequested", "event_key"),
        "enrolled_at": own.value("CampaignEnrolled", "block_time"),
        "enrolled_by": own.value("CampaignEnrolled", "account"),
        "place": enrolled.index(pool_id) if pool_id in enrolled else None,
        "reserved": own.value("CampaignEnrolled", "reserved", 0) + sum(called.values()) - freed,
        "freed": freed,
        "paid": own.total("MatchReleased", "amount"),
        "qualifying_members": own.value("QualifyingMembersChanged", "new_members", 0),
        "backers": sum(amount > 0 for amount in called.values()),
        "settled_at": own.value("ReservationSettled", "block_time"),
    }


def match(h: History) -> Row:
    """Return a row of `matches`."""
    return {
        "pool_id": h.key[0],
        "campaign_id": h.key[1],
        "backer": h.key[2],
        "amount": h.total("MatchReserved", "amount") - h.total("MatchReturned", "amount"),
        "calls": len(h.all("MatchReserved")),
        "first_event_key": h.events[0][1]["event_key"],
        "called_at": h.value("MatchReserved", "block_time"),
        "returned_at": h.value("MatchReturned", "block_time"),
    }


def match_release(h: History) -> Row:
    """Return a row of `match_releases`."""
    ((_, released),) = h.events
    return {
        **{name: released[name] for name in ("pool_id", "campaign_id", "payout_account", "milestones", "amount")},
        "released_event_key": h.key[2],
        "released_at": released["block_time"],
    }
