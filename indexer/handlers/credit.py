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
def programme_closed(e: Row, programme: Row) -> tuple[Row]:
    """The end of a programme."""
    return (programme | {"closed_at": e["block_time"], "issued": e["issued"]},)


@handles("InnovationCredit", "CreditIssued", Touch("programmes", ("programme_id",), required=True))
def credit_issued(e: Row, programme: Row) -> tuple[Row]:
    """Credits from a programme; balances and totals follow from the `Transfer` beside it."""
    return (programme | {"issued": e["issued"]},)


@handles("InnovationCredit", "Transfer", TOTALS, Touch("credit_balances", ("from",)), Touch("credit_balances", ("to",)))
def credit_transferred(
    e: Row, totals: Row | None, sender: Row | None, receiver: Row | None
) -> tuple[Row, Row | None, Row | None]:
    """Credits issued (from zero), redeemed (to zero) or passed on."""
    value, same = e["value"], e["from"] == e["to"]
    totals = totals or NO_TOTALS
    sender = sender or _no_balance(e, e["from"])
    receiver = receiver or _no_balance(e, e["to"])
    if same:
        passed = {"received": sender["received"] + value, "sent": sender["sent"] + value}
        return totals | {"transfers": totals["transfers"] + 1}, sender | passed, None
    sent = sender | {"balance": sender["balance"] - value, "sent": sender["sent"] + value}
    got = receiver | {"balance": receiver["balance"] + value, "received": receiver["received"] + value}
    if e["from"] == ZERO:
        minted = {"issued": totals["issued"] + value, "supply": totals["supply"] + value}
        return totals | minted | {"holders": _holders(totals, receiver, got)}, None, got
    if e["to"] == ZERO:
        burned = {"redeemed": totals["redeemed"] + value, "supply": totals["supply"] - value}
        return totals | burned | {"holders": _holders(totals, sender, sent)}, sent, None
    holders = _holders(totals, receiver, got) + _holders(totals, sender, sent) - totals["holders"]
    return totals | {"transfers": totals["transfers"] + 1, "holders": holders}, sent, got


def _no_balance(e: Row, account: str) -> Row:
    return {"account": account, "balance": 0, "received": 0, "sent": 0, "first_event_key": e["event_key"]}


def _holders(totals: Row, old: Row, new: Row) -> int:
    return int(totals["holders"] - (old["balance"] > 0) + (new["balance"] > 0))
