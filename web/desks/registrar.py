"""The registrar's desk: who waits to be verified, and every act on one entity."""

from collections.abc import Iterator

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.entities import KIND_BITS, EntityDetail, EntityId, detail_of, in_recovery, list_waiting, position_of, records
from api.fields import parse_time
from api.paging import PageDep, cut
from web.acts import entities as acts
from web.acts.forms import Desk, Form
from web.desks.announced import announcements, subjects
from web.lists import names_of, paging, text_of
from web.visits import VisitDep

REGISTERED, VERIFIED = "registered", "verified"

router = APIRouter()


@router.get("/{language}/desks/registrar")
def show_registrar(visit: VisitDep, page: PageDep) -> HTMLResponse:
    """Show who waits to be verified, the first one in front, and what else is under way."""
    with visit.open() as mirror:
        found = list_waiting(mirror, page)
        shown, cursor = cut(page, found, position_of)
        recovering, revoking = in_recovery(mirror), subjects(mirror, acts.REVOKE)
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
        announced = list(announcements(desk, mirror, [acts.REVOKE], about=entity_id))
        return visit.page(
            "desks/registrar_one.html",
            desk=desk,
            entity=entity,
            names=names_of(visit, mirror, [entity_id]),
            profile=text_of(visit, entity.profile_hash, "about"),
            announced=announced,
            forms=list(_forms(desk, mirror.now, entity, is_announced=bool(announced))) if desk else [],
            now=mirror.now,
        )


def _forms(desk: Desk, now: int, entity: EntityDetail, *, is_announced: bool) -> Iterator[Form]:
    """Yield the forms of what may be done, as `EntityRegistry` has it."""
    known = {"entity": entity.entity_id}
    if entity.state not in {REGISTERED, VERIFIED}:
        return
    yield desk.form(
        acts.VERIFY, "verify", known, changes={"kinds": {"ticked": [str(KIND_BITS[kind]) for kind in entity.kinds]}}
    )
    if entity.state == REGISTERED:
        yield desk.form(acts.REFUSE, "refuse", known)
    else:
        yield desk.form(acts.SUSPEND, "suspend", known)
        if not is_announced:
            yield desk.form(acts.ANNOUNCE_REVOCATION, "announce", known)
    if entity.recovery_barred_until is None or parse_time(entity.recovery_barred_until) <= now:
        yield desk.form(acts.START_RECOVERY, "recovery", known)
