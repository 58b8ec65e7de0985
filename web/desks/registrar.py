"""The registrar's desk: who waits to be verified, and every act on one entity."""

from collections.abc import Iterator
from typing import Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.database import Mirror
from api.entities import KIND_BITS, EntityDetail, EntityId, detail_of, in_recovery, list_waiting, position_of, records
from api.fields import parse_time
from api.operations import Announced, waiting
from api.paging import PageDep, cut
from web.acts import entities as acts
from web.acts.delayed import EXPIRES
from web.acts.forms import Desk, Form
from web.lists import names_of, paging, text_of
from web.visits import VisitDep

WORD: Final = 64
"""Letters of one argument in call data."""
SELECTOR: Final = len("0x12345678")

REGISTERED, VERIFIED = "registered", "verified"
REVOKING: Final = ("EntityRegistry", "revoke")

router = APIRouter()


@router.get("/{language}/desks/registrar")
def show_registrar(visit: VisitDep, page: PageDep) -> HTMLResponse:
    """Show who waits to be verified, the first one in front, and what else is under way."""
    with visit.open() as mirror:
        found = list_waiting(mirror, page)
        shown, cursor = cut(page, found, position_of)
        recovering, revoking = (
            in_recovery(mirror),
            [_entity_of(one) for one in waiting(mirror, *REVOKING)],
        )
        numbers = {one.entity.entity_id for one in shown} | {*recovering, *revoking}
        return visit.page(
            "desks/registrar.html",
            entities=records(shown, mirror.now),
            recovering=[detail_of(mirror, number) for number in recovering],
            revoking=revoking,
            names=names_of(visit, mirror, numbers),
            now=mirror.now,
            **paging(page, cursor),
        )


@router.get("/{language}/desks/registrar/{entity_id}")
def show_registrar_of(visit: VisitDep, entity_id: EntityId) -> HTMLResponse:
    """Show one entity to the registrar, with every act that is possible now."""
    with visit.open() as mirror:
        entity, desk = detail_of(mirror, entity_id), Desk.of(visit, mirror)
        announced = [one for one in waiting(mirror, *REVOKING) if _entity_of(one) == entity_id]
        return visit.page(
            "desks/registrar_one.html",
            desk=desk,
            entity=entity,
            names=names_of(visit, mirror, [entity_id]),
            profile=text_of(visit, entity.profile_hash, "about"),
            announced=[one.operation for one in announced if mirror.now < one.operation.executable_at + EXPIRES],
            forms=list(_forms(desk, mirror, entity, announced)) if desk else [],
            now=mirror.now,
        )


def _forms(desk: Desk, mirror: Mirror, entity: EntityDetail, announced: list[Announced]) -> Iterator[Form]:
    """Yield the forms of what may be done, as `EntityRegistry` has it."""
    known, now = {"entity": entity.entity_id}, mirror.now
    if entity.state not in {REGISTERED, VERIFIED}:
        return
    yield desk.form(
        acts.VERIFY, "verify", known, changes={"kinds": {"ticked": [str(KIND_BITS[kind]) for kind in entity.kinds]}}
    )
    if entity.state == REGISTERED:
        yield desk.form(acts.REFUSE, "refuse", known)
    else:
        yield desk.form(acts.SUSPEND, "suspend", known)
        yield from _revoking(desk, known, announced, now)
    if entity.recovery_barred_until is None or parse_time(entity.recovery_barred_until) <= now:
        yield desk.form(acts.START_RECOVERY, "recovery", known)


def _revoking(desk: Desk, known: dict[str, int], announced: list[Announced], now: int) -> Iterator[Form]:
    """Yield the announcement of a revocation, or the revocation itself once an announcement is due."""
    running = [one.operation for one in announced if now < one.operation.executable_at + EXPIRES]
    for operation in running:
        if operation.executable_at <= now:
            reason = {"reason": "0x" + operation.data[-WORD:]}
            ends_at = operation.executable_at + EXPIRES
            yield desk.form(acts.REVOKE_ANNOUNCED, "revoke", known | reason, ends_at=ends_at)
    if not running:
        yield desk.form(acts.REVOKE, "announce", known)


def _entity_of(announced: Announced) -> int:
    return int(announced.operation.data[SELECTOR : SELECTOR + WORD], 16)
