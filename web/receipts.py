"""The receipt of one transaction: what it did, and where each record can be checked; to print or to keep."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import HTMLResponse

from api import fields
from api.campaigns.queries import find_campaign
from api.database import Mirror
from api.events import Event, EventFilters, EventSort, event_record, list_events
from api.paging import MAX_LIMIT, PageRequest
from api.pools.queries import agreements_of
from api.records import CurrencyUnit, currency_unit
from web.campaigns.lists import title_of
from web.lists import pool_names
from web.visits import Visit, VisitDep
from web.words import TABLES

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Line:
    """One record of a receipt.

    Attributes:
        event: As the contract emitted it.
        says: What it means, in a sentence.
        where: Title of its campaign; "" if it is about none.
        path: Page of the campaign, below the language.
        amount: Base units of `unit`; None if it is about no money.
        unit: Currency of the campaign.
        pool: Name of its pool; "" if it is about none.
        account: Whose act or money it is, 0x text; None if it names nobody.
    """

    event: Event
    says: str
    where: str
    path: str
    amount: int | None
    unit: CurrencyUnit | None
    pool: str
    account: str | None


@router.get("/{language}/receipts/{tx_hash}")
def show_receipt(visit: VisitDep, tx_hash: Annotated[fields.HashText, Path()]) -> HTMLResponse:
    """Show what a transaction did, and whether it is final; before it is in a block, that it is on its way."""
    with visit.open() as mirror:
        lines = list(_lines(visit, mirror, tx_hash))
        is_final = bool(lines) and lines[0].event.block_number <= mirror.checkpoint.finalized_number
        return visit.page("receipts/one.html", tx_hash=tx_hash, lines=lines, is_final=is_final)


def _lines(visit: Visit, mirror: Mirror, tx_hash: str) -> Iterator[Line]:
    page = PageRequest(MAX_LIMIT, None, visit.request.url.path, ())
    found_events = list_events(mirror, EventFilters(tx_hash=tx_hash), page, EventSort.OLDEST)[:MAX_LIMIT]
    events = [event_record(one) for one in found_events]
    pools = pool_names(visit, agreements_of(mirror, {one.arguments.get("pool_id", 0) for one in events}).items())
    for event in events:
        says = visit.words.gettext(TABLES.get("event", {}).get(event.event, event.event))
        account = next((str(event.arguments[name]) for name in ("backer", "account") if name in event.arguments), None)
        number, pool = event.arguments.get("campaign_id"), pools.get(event.arguments.get("pool_id", 0), "")
        if not number:
            yield Line(event, says, "", "", None, None, pool, account)
            continue
        found = find_campaign(mirror, number)
        unit = currency_unit(found.campaign.currency, found.currency, found.metadata)
        amount = int(event.arguments["amount"]) if "amount" in event.arguments else None
        yield Line(event, says, title_of(visit, found), f"/campaigns/{number}", amount, unit, pool, account)
