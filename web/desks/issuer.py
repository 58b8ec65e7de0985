"""The issuer's desk: its programmes of credits, what covers an issue, and the issue itself."""

from itertools import islice
from typing import Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.coverage import Coverage
from api.credits import Programme, credits_of, programmes_of
from api.database import Mirror
from api.fields import parse_time
from api.status import pauses_of
from web.acts import treasury
from web.acts.forms import Desk, Form
from web.books import coverage_picture
from web.desks.accounts import Typed, holder_of
from web.lists import names_of
from web.visits import VisitDep

MOST: Final = 10
"""Programmes with a form on the desk, the newest ones; the others come up when these are closed."""

router = APIRouter()


@router.get("/{language}/desks/issuer")
def show_issuer(visit: VisitDep, typed: Typed = "") -> HTMLResponse:
    """Show the programmes of the entity that an account acts for, and how many credits the promised hours allow."""
    with visit.open() as mirror:
        holder, desk, credit = holder_of(mirror, typed), Desk.of(visit, mirror), credits_of(mirror)
        programmes = programmes_of(mirror, holder.entity.entity_id) if holder.entity else []
        paused_until = _paused_until(mirror)
        may = holder.entity is not None and holder.entity.verified and paused_until <= mirror.now
        made = ((one.programme_id, _form(desk, one, credit.coverage)) for one in programmes) if desk and may else ()
        forms = dict(islice(((number, form) for number, form in made if form), MOST))
        return visit.page(
            "desks/issuer.html",
            desk=desk,
            holder=holder,
            names=names_of(visit, mirror, [holder.entity.entity_id] if holder.entity else []),
            credit=credit,
            picture=coverage_picture(visit, mirror, credit),
            programmes=programmes,
            paused_until=paused_until if paused_until > mirror.now else None,
            forms=forms,
            now=mirror.now,
        )


def _form(desk: Desk, programme: Programme, coverage: Coverage) -> Form | None:
    """Return the form of an issue out of a programme; None if it may issue nothing now."""
    most = min(int(programme.cap) - int(programme.issued), int(coverage.issuable))
    if not programme.open or most <= 0:
        return None
    number = programme.programme_id
    changes = {"amount": {"most": most}}
    ends_at = parse_time(programme.ends_at)
    return desk.form(treasury.ISSUE, f"issue-{number}", {"programme": number}, ends_at=ends_at, changes=changes)


def _paused_until(mirror: Mirror) -> int:
    """Return when the last pause of issuing ends or ended; 0 if there was none."""
    pauses = (one for one in pauses_of(mirror) if one.contract_name == treasury.CREDIT)
    return next((one.paused_until if one.resumed_at is None else one.resumed_at for one in pauses), 0)
