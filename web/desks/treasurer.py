"""The treasurer's desk: what was announced and when it can be done, the currencies, and the programmes of credits."""

from collections.abc import Iterator

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.credits import Credits, credits_of
from api.currencies import Currency, all_currencies
from api.database import Mirror
from api.roles import all_roles
from web.acts import treasury
from web.acts.forms import Desk, Form
from web.desks.announced import announcements, ways
from web.lists import names_of
from web.visits import Visit, VisitDep

router = APIRouter()


@router.get("/{language}/desks/treasurer")
def show_treasurer(visit: VisitDep) -> HTMLResponse:
    """Show what is announced, and every act of the treasurer."""
    with visit.open() as mirror:
        desk, credit, currencies = Desk.of(visit, mirror), credits_of(mirror), all_currencies(mirror)
        announced = sorted(
            announcements(desk, mirror, treasury.OF_TREASURER), key=lambda one: one.announced.operation.executable_at
        )
        return visit.page(
            "desks/treasurer.html",
            desk=desk,
            announced=announced,
            currencies=currencies,
            credit=credit,
            names=names_of(visit, mirror, {one.issuer for one in credit.programmes}),
            forms=list(_forms(visit, mirror, desk, currencies, credit)) if desk else [],
            now=mirror.now,
        )


def _forms(visit: Visit, mirror: Mirror, desk: Desk, currencies: list[Currency], credit: Credits) -> Iterator[Form]:
    """Yield the forms of each act, in the ways in which its role acts."""
    say = visit.words.gettext
    listed = [(one.address, one.symbol or one.address) for one in currencies if one.listed]
    going_on = [
        (str(one.programme_id), say("Programme %(number)s", number=one.programme_id))
        for one in credit.programmes
        if one.closed_at is None
    ]
    roles = all_roles(mirror)
    choices = {treasury.DELIST_CURRENCY.function: listed, treasury.CLOSE_PROGRAMME.function: going_on}
    for act in treasury.OF_TREASURER:
        chosen = choices.get(act.function)
        if chosen == []:
            continue
        changes = {act.fields[0].name: {"choices": chosen}} if chosen else {}
        for key, way in ways(roles, act):
            yield desk.form(way, key, changes=changes)
