"""The guardian's desk: each contract, whether new business is paused in it, and the act that is possible."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.database import Mirror
from api.roles import Role, all_roles
from api.status import pauses_of
from web.acts import guard
from web.acts.forms import Desk, Form
from web.acts.model import Act
from web.desks.announced import announcements, delays_of, ways
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
        act: To begin a pause or to end one; None if neither is possible.
        ends_at: Unix time from which the contract refuses it; None if no time ends it.
        forms: Of that act, one for each way in which those who hold the role act.
    """

    contract: str
    paused_until: int | None
    pausable_from: int | None
    act: Act | None
    ends_at: int | None = None
    forms: Sequence[Form] = ()


@router.get("/{language}/desks/guardian")
def show_guardian(visit: VisitDep) -> HTMLResponse:
    """Show every contract with what the guardian can do about it."""
    with visit.open() as mirror:
        desk, roles = Desk.of(visit, mirror), all_roles(mirror)
        entries = [_with_forms(desk, roles, one) for one in _entries(mirror)]
        return visit.page(
            "desks/guardian.html",
            desk=desk,
            entries=entries,
            announced=list(announcements(desk, mirror, guard.ACTS)),
            held=any(delays_of(roles, act) for act in guard.ACTS),
            delays=sorted({delay for act in guard.ACTS for delay in delays_of(roles, act) if delay}),
            now=mirror.now,
        )


def _entries(mirror: Mirror) -> list[Entry]:
    pauses = {one.contract_name: one for one in pauses_of(mirror)}
    return [_entry(contract, pauses.get(contract), mirror.now) for contract in guard.CONTRACTS]


def _entry(contract: str, pause: Paused | None, now: int) -> Entry:
    """Return entry to one contract, as `LabContract` has it."""
    if pause is not None and pause.resumed_at is None and now < pause.paused_until:
        return Entry(contract, pause.paused_until, None, guard.resume(contract), pause.paused_until)
    pausable_from = pause.paused_at + guard.INTERVAL if pause is not None else 0
    if now < pausable_from:
        return Entry(contract, None, pausable_from, None)
    return Entry(contract, None, None, guard.pause(contract))


def _with_forms(desk: Desk | None, roles: Sequence[Role], entry: Entry) -> Entry:
    """Return an entry with its forms; what they do is said once, above all of them."""
    if desk is None or entry.act is None:
        return entry
    forms = [
        desk.form(replace(way, says=""), f"{key}-{entry.contract}", ends_at=entry.ends_at)
        for key, way in ways(roles, entry.act)
    ]
    return replace(entry, forms=forms)
