"""Registering, and the desk of one's own entity: how far it is, its profile, its account, and recoveries."""

from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.entities import EntityDetail, EntityId, Kind, detail_of, in_recovery, proposed_to
from api.fields import parse_time
from web.acts import entities as acts
from web.acts.forms import Desk, Form
from web.descriptions import LONGEST
from web.desks.accounts import Holder, Typed, holder_of
from web.languages import NAMES
from web.lists import document_at, names_of
from web.visits import Visit, VisitDep
from web.words import N_

TOO_LONG: Final = N_("What it says now is too long to stand here: copy it from the entity's page.")

router = APIRouter()


@router.get("/{language}/register")
def show_register(visit: VisitDep) -> HTMLResponse:
    """Show what one can register as, and the forms."""
    with visit.open() as mirror:
        desk = Desk.of(visit, mirror)
        forms = [desk.form(acts.REGISTER, "organisation"), desk.form(acts.REGISTER_MEMBER, "member")] if desk else []
        return visit.page("desks/register.html", desk=desk, forms=forms)


@router.get("/{language}/desks/entity")
def show_entity_desk(visit: VisitDep, typed: Typed = "") -> HTMLResponse:
    """Show the entity that an account acts for, or may take over, and what can be done about it."""
    with visit.open() as mirror:
        holder, desk = holder_of(mirror, typed), Desk.of(visit, mirror)
        offered = proposed_to(mirror, holder.account) if holder.account else []
        shown = [*offered, *([holder.entity.entity_id] if holder.entity else [])]
        return visit.page(
            "desks/entity.html",
            desk=desk,
            holder=holder,
            entity=holder.entity,
            names=names_of(visit, mirror, shown),
            offered=[(number, _taking_over(desk, holder, number)) for number in offered] if desk else [],
            veto=_veto(desk, holder.entity, mirror.now) if desk and holder.entity else None,
            forms=_own(visit, desk, holder.entity) if desk and holder.entity else [],
            now=mirror.now,
        )


@router.get("/{language}/entities/{entity_id}/recovery")
def show_recovery(visit: VisitDep, entity_id: EntityId) -> HTMLResponse:
    """Show the recovery of an entity: who takes over, until when it can be stopped, and from when on finished."""
    with visit.open() as mirror:
        entity, desk = detail_of(mirror, entity_id), Desk.of(visit, mirror)
        return visit.page(
            "desks/recovery.html",
            desk=desk,
            entity=entity,
            names=names_of(visit, mirror, [entity_id]),
            form=recovery_form(desk, entity, mirror.now) if desk else None,
            now=mirror.now,
        )


@router.get("/{language}/recoveries")
def list_recoveries(visit: VisitDep) -> HTMLResponse:
    """Show every pending recovery, for whoever watches the lab."""
    with visit.open() as mirror:
        numbers = in_recovery(mirror)
        return visit.page(
            "desks/recoveries.html",
            entities=[detail_of(mirror, number) for number in numbers],
            names=names_of(visit, mirror, numbers),
            now=mirror.now,
        )


def recovery_form(desk: Desk, entity: EntityDetail, now: int) -> Form | None:
    """Return the form that stops a recovery, or finishes it; None if none is pending."""
    if entity.recovery is None:
        return None
    if now < finishable_at(entity):
        return _veto(desk, entity, now)
    return desk.form(acts.FINISH_RECOVERY, "finish", {"entity": entity.entity_id})


def finishable_at(entity: EntityDetail) -> int:
    """Return the Unix time from which on the pending recovery can be finished."""
    return parse_time(entity.recovery.finishable_at) if entity.recovery else 0


def _veto(desk: Desk, entity: EntityDetail, now: int) -> Form | None:
    if entity.recovery is None or now >= finishable_at(entity):
        return None
    return desk.form(acts.VETO_RECOVERY, "veto", {"entity": entity.entity_id}, ends_at=finishable_at(entity))


def _taking_over(desk: Desk, holder: Holder, number: int) -> Form | None:
    """Return the form of taking an entity over; None for an account that acts for another one."""
    return None if holder.entity else desk.form(acts.ACCEPT_ACCOUNT, f"accept-{number}", {"entity": number})


def _own(visit: Visit, desk: Desk, entity: EntityDetail) -> list[Form]:
    forms = []
    if Kind.MEMBER not in entity.kinds:
        forms.append(desk.form(acts.UPDATE_PROFILE, "profile", changes=_profile(visit, entity)))
    if entity.proposed_account:
        forms.append(desk.form(acts.WITHDRAW_PROPOSAL, "withdraw"))
    return [*forms, desk.form(acts.PROPOSE_ACCOUNT, "propose")]


def _profile(visit: Visit, entity: EntityDetail) -> dict[str, dict[str, Any]]:
    """Return what the present profile says in all its languages, so that writing it anew loses nothing of it."""
    document = document_at(visit, entity.profile_hash)
    lines = {"name": document.line("name"), "place": document.line("place")}
    links = [{"url": one.url, "name": one.title.words if one.title else ""} for one in document.links()]
    first: dict[str, dict[str, Any]] = {"links": {"rows": links}}
    first |= {name: {"value": line.words} for name, line in lines.items() if line}
    about = {code: words for code, words in document.wordings("about").items() if code in NAMES}
    if sum(len(words.encode()) for words in about.values()) >= LONGEST:
        first["about"] = {"hint": TOO_LONG}
        return first
    own = next((code for code in (document.code("language"), *about) if code in about), None)
    if own is None:
        return first
    others = [{"language": code, "about": words} for code, words in about.items() if code != own]
    first |= {"language": {"value": own}, "about": {"value": about[own]}, "translations": {"rows": others}}
    return first
