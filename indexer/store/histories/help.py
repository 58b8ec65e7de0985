"""Each row of the read models of ProBono, and of escrows of credits, as a function of the whole history of its subject.

See `definitions`.
"""

from typing import Final

from indexer.store.histories.history import Definition, History, Join, of
from indexer.store.histories.market import CREDIT_PARTS, told
from indexer.store.rows import Row

CREDIT: Final = 10**18
ENDS: Final = (
    *("confirmed", "declined", "withdrawn", "lapsed", "canceled", "expired", "missed", "settled", "ruled", "unruled"),
)
"""By the number of the state, from 7 on."""


def offer(h: History) -> Row:
    """Return a row of `offers`."""
    _, offered = h.last("HoursOffered")
    closed = h.last("OfferClosed")[1]
    return {
        "offer_id": h.key[0],
        **{name: offered[name] for name in ("provider", "account", "until", "details_hash")},
        "offered": offered["hours_offered"],
        "reserved": _reserved(h),
        "confirmed": h.total("HelpAttested", "hours_delivered"),
        "closed": bool(closed),
        "closed_at": closed.get("block_time"),
        "closed_by": closed.get("account"),
        "offered_at": offered["block_time"],
        "offered_event_key": offered["event_key"],
        "requests": len(h.all("HelpRequested")),
    }


def _reserved(h: History) -> int:
    """Return the hours of requests that were accepted and have not ended."""
    ended = {row["redemption_id"] for row in h.all("HelpAttested", "CreditsReturned")}
    accepted = {row["redemption_id"] for row in h.all("HelpAccepted")}
    return sum(row["hours_requested"] for row in h.all("HelpRequested") if row["redemption_id"] in accepted - ended)


def capacity_week(h: History) -> Row:
    """Return a row of `capacity_weeks`: what the offers until that time promised in the last moment before it."""
    (until,) = h.key
    offers: dict[int, History] = {}
    for name, row in h.events:
        if name == "HoursOffered" or row["block_time"] < until:
            offers.setdefault(row["offer_id"], History((row["offer_id"],))).events.append((name, row))
    return {"until": until, "hours": sum(map(_open, offers.values()))}


def _open(h: History) -> int:
    if h.all("OfferClosed"):
        return _reserved(h)
    return h.total("HoursOffered", "hours_offered") - h.total("HelpAttested", "hours_delivered")


def redemption(h: History) -> Row:
    """Return a row of `redemptions`."""
    _, requested = h.last("HelpRequested")
    end, ended = h.last("HelpAttested", "CreditsReturned")
    act, last = h.last("HelpRequested", "HelpAccepted", "HelpDelivered", "NoShowReported", "HelpContested")
    word = "no_show" if act == "NoShowReported" else act.removeprefix("Help").lower()
    same = ("offer_id", "beneficiary", "payer", "hours_requested", "deliver_by", "need_hash", "provider")
    return {
        "redemption_id": h.key[0],
        **{name: requested[name] for name in same},
        "offer_until": requested["until"],
        "starts_at": requested["start"],
        "state": ENDS[ended["new_state"] - 7] if ended else word,
        "requested_at": requested["block_time"],
        "requested_event_key": requested["event_key"],
        "accepted_at": h.value("HelpAccepted", "block_time"),
        "delivered_at": h.value("HelpDelivered", "block_time"),
        "hours_delivered": h.value("HelpDelivered", "hours_delivered", 0),
        "evidence_hash": told(h.value("HelpDelivered", "evidence_hash")),
        "reported_at": h.value("NoShowReported", "block_time"),
        "reporter": h.value("NoShowReported", "reporter"),
        "report_reason": h.value("NoShowReported", "reason"),
        "contested_at": h.value("HelpContested", "block_time"),
        "contest_reason": h.value("HelpContested", "reason"),
        "window_ends_at": None if ended else last.get("window_ends_at"),
        "arbiter": h.value("HelpRuled", "arbiter"),
        "ruling_reason": h.value("HelpRuled", "reason"),
        "hours_given": h.total("HelpAttested", "hours_delivered"),
        "hours_returned": ended.get("hours_returned", 0),
        "ended_at": ended.get("block_time"),
        "ended_by": ended["account"] if end == "CreditsReturned" else None,
        "settlement_nonce": len(h.all("SettlementsVoided")),
    }


def attestation(h: History) -> Row:
    """Return a row of `attestations`."""
    ((_, attested),) = h.events
    return {
        **{name: attested[name] for name in ("redemption_id", "provider", "beneficiary", "hours_returned")},
        "hours": attested["hours_delivered"],
        "need_hash": told(attested["need_hash"]),
        "evidence_hash": told(attested["evidence_hash"]),
        "attested_at": attested["block_time"],
        "attested_event_key": attested["event_key"],
    }


def entity_hours(h: History) -> Row:
    """Return a row of `entity_hours`."""
    (entity_id,) = h.key
    hours = {
        side: sum(row["hours_delivered"] for _, row in h.events if row[side] == entity_id)
        for side in ("provider", "beneficiary")
    }
    return {"entity_id": entity_id, "given": hours["provider"], "taken": hours["beneficiary"]}


def credit_escrow(h: History) -> Row:
    """Return a row of `credit_escrows`."""
    taken = h.total("OrderPlaced", "credits") + h.total("HelpRequested", "hours_requested") * CREDIT
    hours_back = sum(row["hours_returned"] for row in h.all("HelpAttested", "CreditsReturned"))
    given = h.total("PartPaid", "amount") + hours_back * CREDIT
    burned = h.total("HelpAttested", "hours_delivered") * CREDIT
    held = {"held": taken - given - burned, "paid_in": taken, "paid_out": given, "redeemed": burned}
    return {"contract_name": h.key[0]} | held


def has_credits(name: str, row: Row) -> bool:
    """Return whether an event moves credits."""
    if name == "OrderPlaced":
        return bool(row["credits"])
    return name != "PartPaid" or row["part"] in CREDIT_PARTS


ASKED: Final = Join("HelpRequested", "redemption_id")
OFFERED: Final = Join("HoursOffered", "offer_id")
HELP: Final = ("ProBono",)
ENDINGS: Final = ("HelpAttested", "CreditsReturned")

HELP_DEFINITIONS: Final = {
    "credit_escrows": Definition(
        credit_escrow,
        ("Marketplace", "ProBono"),
        of("OrderPlaced", "PartPaid", "HelpRequested", *ENDINGS, by=("=contract_name",)),
        where=has_credits,
    ),
    "offers": Definition(
        offer,
        HELP,
        of("HoursOffered", "OfferClosed", "HelpRequested", "HelpAccepted", *ENDINGS, by=("offer_id",)),
        joins=(ASKED,),
    ),
    "capacity_weeks": Definition(
        capacity_week,
        HELP,
        of("HoursOffered", "OfferClosed", "HelpRequested", "HelpAccepted", *ENDINGS, by=("until",)),
        context=("HelpRequested", "HelpAccepted"),
        joins=(ASKED, OFFERED),
    ),
    "redemptions": Definition(
        redemption,
        HELP,
        of(
            *("HelpRequested", "HelpAccepted", "HelpDelivered", "NoShowReported", "HelpContested", "HelpRuled"),
            *ENDINGS,
            by=("redemption_id",),
        )
        | of("SettlementsVoided", by=("id",))
        | {"HoursOffered": ()},
        joins=(OFFERED,),
    ),
    "attestations": Definition(attestation, HELP, of("HelpAttested", by=("redemption_id",))),
    "entity_hours": Definition(entity_hours, HELP, {"HelpAttested": (("provider",), ("beneficiary",))}),
}
