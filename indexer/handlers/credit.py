"""Handlers of the InnovationCredit."""

from typing import Final

from indexer.handlers.folding import Touch, handles
from indexer.store.rows import Row

ZERO: Final = "0x" + "0" * 40

TOTALS: Final = Touch("credit_totals", (1,))
NO_TOTALS: Final = {"id": 1, "issued": 0, "redeemed": 0, "supply": 0, "holders": 0, "transfers": 0}


@handles("InnovationCredit", "ProgrammeOpened", Touch("programmes", ("programme_id",)))
def programme_opened(e: Row, _programme: Row | None) -> tuple[Row]:
    """A new programme."""
    names = ("programme_id", "issuer", "cap", "starts_at", "ends_at", "purpose_hash")
    opened = {"opened_at": e["block_time"], "opened_event_key": e["event_key"], "closed_at": None}
    return ({name: e[name] for name in names} | {"issued": 0} | opened,)


@handles("InnovationCredit", "ProgrammeClosed", Touch("programmes", ("programme_id",), required=True))
def programme_closed(e: Row, _programme: Row) -> tuple[Row]:
    """The end of a programme."""
    return ({"closed_at": e["block_time"], "issued": e["issued"]},)


@handles("InnovationCredit", "CreditIssued", Touch("programmes", ("programme_id",), required=True))
def credit_issued(e: Row, _programme: Row) -> tuple[Row]:
    """Credits from a programme; balances and totals follow from the `Transfer` beside it."""
    return ({"issued": e["issued"]},)


@handles("InnovationCredit", "Transfer", TOTALS, Touch("credit_balances", ("from",)), Touch("credit_balances", ("to",)))
def credit_transferred(
    e: Row, totals: Row | None, sender: Row | None, receiver: Row | None
) -> tuple[Row, Row | None, Row | None]:
    """Credits issued (from zero), redeemed (to zero) or passed on."""
    value, before = e["value"], totals or NO_TOTALS
    counts = {"holders": before["holders"]}
    sent = got = None
    if e["from"] == e["to"]:
        own = sender or _no_balance(e, e["from"])
        sent = _changed(sender, own, {"received": own["received"] + value, "sent": own["sent"] + value})
    else:
        if e["from"] != ZERO:
            own = sender or _no_balance(e, e["from"])
            left = own["balance"] - value
            counts["holders"] += (left > 0) - (own["balance"] > 0)
            sent = _changed(sender, own, {"balance": left, "sent": own["sent"] + value})
        if e["to"] != ZERO:
            own = receiver or _no_balance(e, e["to"])
            now = own["balance"] + value
            counts["holders"] += (now > 0) - (own["balance"] > 0)
            got = _changed(receiver, own, {"balance": now, "received": own["received"] + value})
    if e["from"] == ZERO:
        counts |= {"issued": before["issued"] + value, "supply": before["supply"] + value}
    elif e["to"] == ZERO:
        counts |= {"redeemed": before["redeemed"] + value, "supply": before["supply"] - value}
    else:
        counts["transfers"] = before["transfers"] + 1
    return _changed(totals, before, counts), sent, got


def _changed(present: Row | None, before: Row, changes: Row) -> Row:
    """Return what a handler returns: the changes alone, or a whole row where there was none."""
    return before | changes if present is None else changes


def _no_balance(e: Row, account: str) -> Row:
    return {"account": account, "balance": 0, "received": 0, "sent": 0, "first_event_key": e["event_key"]}
