"""The guardian's desk: each contract, whether new business is paused in it, and the one act that is possible."""

from dataclasses import dataclass
from typing import Protocol

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.database import Mirror
from api.status import pauses_of
from web.acts import guard
from web.acts.forms import Desk, Form
from web.visits import VisitDep

router = APIRouter()


class Paused(Protocol):
    """What the mirror knows of the last pause of a contract, in Unix times."""

    paused_at: int
    paused_until: int
    resumed_at: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """Entry to one contract.

    Attributes:
        contract: Name.
        paused_until: Unix time; None if it is open.
        pausable_from: Unix time from which on a pause can begin; None if one can now, or is under way.
        form: To begin a pause or to end one; None if neither is possible.
    """

    contract: str
    paused_until: int | None
    pausable_from: int | None
    form: Form | None


@router.get("/{language}/desks/guardian")
def show_guardian(visit: VisitDep) -> HTMLResponse:
    """Show every contract with what the guardian can do about it."""
    with visit.open() as mirror:
        desk = Desk.of(visit, mirror)
        return visit.page("desks/guardian.html", desk=desk, entries=_entries(desk, mirror), now=mirror.now)


def _entries(desk: Desk | None, mirror: Mirror) -> list[Entry]:
    pauses = {one.contract_name: one for one in pauses_of(mirror)}
    return [_entry(desk, contract, pauses.get(contract), mirror.now) for contract in guard.CONTRACTS]


def _entry(desk: Desk | None, contract: str, pause: Paused | None, now: int) -> Entry:
    """Return entry to one contract, as `LabContract` has it."""
    if pause is not None and pause.resumed_at is None and now < pause.paused_until:
        form = desk.form(guard.resume(contract), f"resume-{contract}", ends_at=pause.paused_until) if desk else None
        return Entry(contract, pause.paused_until, None, form)
    pausable_from = pause.paused_at + guard.INTERVAL if pause is not None else 0
    if now < pausable_from:
        return Entry(contract, None, pausable_from, None)
    return Entry(contract, None, None, desk.form(guard.pause(contract), f"pause-{contract}") if desk else None)
