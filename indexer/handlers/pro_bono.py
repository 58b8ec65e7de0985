"""Handlers of ProBono."""

from typing import Final

from indexer.handlers.folding import Link, Touch, handles
from indexer.handlers.marketplace import hash_or_none, paid_in, paid_out
from indexer.store.cases import HOUR, REDEMPTION_STATES
from indexer.store.help_models import RedemptionState
from indexer.store.rows import Row

OFFER: Final = Touch("offers", ("offer_id",), required=True)
REDEMPTION: Final = Touch("redemptions", ("redemption_id",), required=True)
CREDITS: Final = Touch("credit_escrows", ("ProBono",))
ITS_OFFER: Final = Link("offers", "redemptions", "offer_id")
ITS_WEEK: Final = Link("capacity_weeks", "redemptions", "offer_until")
WEEK: Final = Link("capacity_weeks", "offers", "until")


NOTHING_YET: Final = (
    *("accepted_at", "delivered_at", "evidence_hash", "reported_at", "reporter", "report_reason"),
    *("contested_at", "contest_reason", "window_ends_at", "arbiter", "ruling_reason", "ended_at", "ended_by"),
)


@handles("ProBono", "HoursOffered", Touch("offers", ("offer_id",)), Touch("capacity_weeks", ("until",)))
def hours_offered(e: Row, _offer: Row | None, week: Row | None) -> tuple[Row, Row]:
    """A new offer, whose hours back credits until its week begins."""
    offer = {name: e[name] for name in ("offer_id", "provider", "account", "until", "details_hash")}
    offer |= {"offered": e["hours_offered"], "closed": False, "closed_at": None, "closed_by": None}
    offer |= dict.fromkeys(("reserved", "confirmed", "requests"), 0)
    offer |= {"offered_at": e["block_time"], "offered_event_key": e["event_key"]}
    week = week or {"until": e["until"], "hours": 0}
    return offer, week | {"hours": week["hours"] + e["hours_offered"]}


@handles("ProBono", "OfferClosed", OFFER, links=(WEEK,))
def offer_closed(e: Row, offer: Row, week: Row) -> tuple[Row, Row]:
    """Hours that nobody had reserved, taken back."""
    closed = {"closed": True, "closed_at": e["block_time"], "closed_by": e["account"]}
    return offer | closed, _less(e, week, e["hours_removed"])


def _less(e: Row, week: Row, hours: int) -> Row:
    """Return a week with fewer open hours; once it has begun, the contract leaves it alone."""
    return week | {"hours": week["hours"] - (hours if e["block_time"] < week["until"] else 0)}


# The week is touched because the redemption leads to it.
@handles("ProBono", "HelpRequested", OFFER, Touch("redemptions", ("redemption_id",)), CREDITS, links=(WEEK,))
def help_requested(
    e: Row, offer: Row, _redemption: Row | None, held: Row | None, _week: Row
) -> tuple[Row, Row, Row | None, None]:
    """A request, with credits in escrow."""
    same = ("redemption_id", "offer_id", "beneficiary", "payer", "hours_requested", "deliver_by", "need_hash")
    redemption = {name: e[name] for name in same}
    redemption |= {"offer_until": offer["until"], "provider": offer["provider"], "starts_at": e["start"]}
    redemption |= {"state": RedemptionState.REQUESTED.value, "requested_at": e["block_time"]}
    redemption |= dict.fromkeys(NOTHING_YET)
    redemption |= dict.fromkeys(("hours_delivered", "hours_given", "hours_returned", "settlement_nonce"), 0)
    held = paid_in(held, {"contract_name": "ProBono"}, e["hours_requested"] * HOUR)
    offer = offer | {"requests": offer["requests"] + 1}
    return offer, redemption | {"requested_event_key": e["event_key"]}, held, None


@handles("ProBono", "HelpAccepted", OFFER, REDEMPTION)
def help_accepted(e: Row, offer: Row, redemption: Row) -> tuple[Row, Row]:
    """A request whose hours are reserved now."""
    accepted = {"state": REDEMPTION_STATES[e["new_state"]].value, "accepted_at": e["block_time"]}
    return offer | {"reserved": e["hours_reserved"]}, redemption | accepted


def _advanced(e: Row) -> Row:
    return {"state": REDEMPTION_STATES[e["new_state"]].value, "window_ends_at": e["window_ends_at"]}


@handles("ProBono", "HelpDelivered", REDEMPTION)
def help_delivered(e: Row, redemption: Row) -> tuple[Row]:
    """Hours given, as the provider says."""
    said = {"hours_delivered": e["hours_delivered"], "evidence_hash": hash_or_none(e["evidence_hash"])}
    return (redemption | _advanced(e) | said | {"delivered_at": e["block_time"]},)


@handles("ProBono", "NoShowReported", REDEMPTION)
def no_show_reported(e: Row, redemption: Row) -> tuple[Row]:
    """A party that did not come, as the other says."""
    reported = {"reported_at": e["block_time"], "reporter": e["reporter"], "report_reason": e["reason"]}
    return (redemption | _advanced(e) | reported,)


@handles("ProBono", "HelpContested", REDEMPTION)
def help_contested(e: Row, redemption: Row) -> tuple[Row]:
    """A statement that the other party contests."""
    return (redemption | _advanced(e) | {"contested_at": e["block_time"], "contest_reason": e["reason"]},)


@handles("ProBono", "HelpRuled", REDEMPTION)
def help_ruled(e: Row, redemption: Row) -> tuple[Row]:
    """A ruling; the end that follows carries it out."""
    return (redemption | {"arbiter": e["arbiter"], "ruling_reason": e["reason"]},)


@handles(
    "ProBono",
    "HelpAttested",
    REDEMPTION,
    Touch("attestations", ("redemption_id",)),
    Touch("entity_hours", ("provider",)),
    Touch("entity_hours", ("beneficiary",)),
    CREDITS,
    links=(ITS_OFFER, ITS_WEEK),
)
def help_attested(
    e: Row,
    redemption: Row,
    _attestation: Row | None,
    given: Row | None,
    taken: Row | None,
    held: Row,
    offer: Row,
    week: Row,
) -> tuple[Row, ...]:
    """Help that was given: its credits are burned, the others went back."""
    hours = e["hours_delivered"]
    attestation = {name: e[name] for name in ("redemption_id", "provider", "beneficiary", "hours_returned")}
    attestation |= {"hours": hours, "attested_at": e["block_time"], "attested_event_key": e["event_key"]}
    attestation |= {name: hash_or_none(e[name]) for name in ("need_hash", "evidence_hash")}
    given = given or {"entity_id": e["provider"], "given": 0, "taken": 0}
    taken = taken or {"entity_id": e["beneficiary"], "given": 0, "taken": 0}
    burned = hours * HOUR
    held = paid_out(held, e["hours_returned"] * HOUR)
    held = held | {"held": held["held"] - burned, "redeemed": held["redeemed"] + burned}
    ended = redemption | _ended(e) | {"hours_given": hours, "hours_returned": e["hours_returned"]}
    return (
        ended,
        attestation,
        given | {"given": given["given"] + hours},
        taken | {"taken": taken["taken"] + hours},
        held,
        *_freed(e, redemption, offer, week, hours),
    )


@handles("ProBono", "CreditsReturned", REDEMPTION, CREDITS, links=(ITS_OFFER, ITS_WEEK))
def credits_returned(e: Row, redemption: Row, held: Row, offer: Row, week: Row) -> tuple[Row, ...]:
    """An end without help: all credits went back."""
    ended = redemption | _ended(e) | {"hours_returned": e["hours_returned"], "ended_by": e["account"]}
    held = paid_out(held, e["hours_returned"] * HOUR)
    if e["old_state"] == REDEMPTION_STATES.index(RedemptionState.REQUESTED):  # nothing was reserved
        return ended, held, offer, week
    return ended, held, *_freed(e, redemption, offer, week, 0)


def _ended(e: Row) -> Row:
    return {"state": REDEMPTION_STATES[e["new_state"]].value, "window_ends_at": None, "ended_at": e["block_time"]}


def _freed(e: Row, redemption: Row, offer: Row, week: Row, given: int) -> tuple[Row, Row]:
    """Return offer and week after a reservation ended, of which some hours were given.

    What was given, and what nobody can ask for any more, is promised no longer.
    """
    reserved = redemption["hours_requested"]
    totals = {"reserved": offer["reserved"] - reserved, "confirmed": offer["confirmed"] + given}
    return offer | totals, _less(e, week, reserved if offer["closed"] else given)


@handles("ProBono", "SettlementsVoided", Touch("redemptions", ("id",), required=True))
def redemption_settlements_voided(e: Row, redemption: Row) -> tuple[Row]:
    """Settlements signed before are worthless."""
    return (redemption | {"settlement_nonce": e["nonce"]},)
