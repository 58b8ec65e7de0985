"""Starting a campaign: one form, with a preview beside it."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from api import fields
from api.currencies import Currency, all_currencies
from web.acts import campaigns as acts
from web.acts.forms import Desk
from web.visits import VisitDep

router = APIRouter()


@router.get("/{language}/start")
def show_start(
    visit: VisitDep, currency: Annotated[fields.AddressText | None, Query(description="Contract.")] = None
) -> HTMLResponse:
    """Show the form of a new campaign in a currency; the first one that is listed, if none is named."""
    with visit.open() as mirror:
        desk = Desk.of(visit, mirror)
        listed = [one for one in all_currencies(mirror) if one.listed]
        unit = chosen(listed, currency)
        form = desk.form(acts.SUBMIT, "start", {"currency": unit.address}, unit=unit) if desk and unit else None
        return visit.page("desks/start.html", desk=desk, form=form, unit=unit, currencies=listed)


def chosen(listed: list[Currency], wanted: str | None) -> Currency | None:
    """Return the wanted currency if it is listed, else the first one that is; None if none is."""
    same = (one for one in listed if one.address.lower() == wanted)
    return next(same, listed[0] if listed else None)
