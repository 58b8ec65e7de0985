"""One record and its proof: what it says, in which block it is, and how anyone checks that without this server."""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import HTMLResponse

from api import fields
from api.database import Mirror
from api.events import CASE_CONTRACTS, Event, event_record, find_event
from api.pools.queries import agreements_of
from api.problems import NOT_FINAL_YET
from api.proofs import find_proof
from serving.problems import Problem
from web.event_words import SUBJECTS
from web.lists import pool_names
from web.visits import Visit, VisitDep

router = APIRouter()


@router.get("/{language}/records/{event_key}")
def show_record(visit: VisitDep, key: Annotated[fields.EventKey, Path(alias="event_key")]) -> HTMLResponse:
    """Show one record and whether its proof can be had."""
    with visit.open() as mirror:
        event = event_record(find_event(mirror, key))
        size = _size_of_proof(mirror, event.tx_hash, event.log_index)
        confirmations = mirror.checkpoint.head_number - event.block_number
        return visit.page(
            "records/one.html",
            event=event,
            subjects=_subjects(visit, mirror, event),
            size=size,
            confirmations=max(0, confirmations),
            finalized=mirror.checkpoint.finalized_number,
        )


def _size_of_proof(mirror: Mirror, tx_hash: str, log_index: int) -> int | None:
    """Return the bytes of a record's proof; None while there is none yet."""
    try:
        return len(find_proof(mirror, tx_hash, log_index))
    except Problem as problem:
        if problem.kind is not NOT_FINAL_YET:
            raise
        return None


def _subjects(visit: Visit, mirror: Mirror, event: Event) -> list[tuple[str, str]]:
    """Return the pages of what a record names, each with what it is called."""
    named = dict(event.arguments)
    for kind, contract in CASE_CONTRACTS.items():
        if event.contract == contract and "id" in named:
            named[f"{kind}_id"] = named["id"]
    pools = pool_names(visit, agreements_of(mirror, {named["pool_id"]} if "pool_id" in named else ()).items())
    return [
        (
            f"/{folder}/{named[argument]}",
            pools[named[argument]] if argument == "pool_id" else visit.words.gettext(words, number=named[argument]),
        )
        for argument, folder, words in SUBJECTS
        if named.get(argument)
    ]
