"""Open books: what stands behind the credits, whether the mirror agrees with the chain, and who may do what."""

from typing import Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from api import credits as api_credits
from api import reconciliation, roles
from api.credits import Credits
from api.currencies import all_currencies
from api.database import Mirror
from api.events import EventFilters, EventSort, event_record, list_events, position_of
from api.fields import parse_time
from api.operations import list_operations
from api.paging import PageDep, PageRequest, Position, cut
from api.status import StatusAnswer, status_of
from web.format import Formats
from web.lists import names_of, paging
from web.pictures.coverage import Step, coverage
from web.visits import Visit, VisitDep
from web.words import ROLE_NAMES

ADMINISTRATION: Final = EventFilters(contract="AccessManager")
NEWEST: Final = PageRequest(5, None, "", ())
ANNOUNCED: Final = PageRequest(50, None, "", ())
HOUR: Final = 10**18
"""Base units of the credit in an hour."""

router = APIRouter()


@router.get("/{language}/books")
def show_books(visit: VisitDep) -> HTMLResponse:
    """Show the books of the lab at a glance."""
    with visit.open() as mirror:
        credit = api_credits.credits_of(mirror)
        last = reconciliation.list_reconciliations(mirror, NEWEST)[: NEWEST.limit]
        return visit.page(
            "books/books.html",
            credit=credit,
            names=names_of(visit, mirror, [one.issuer for one in credit.programmes]),
            picture=coverage_picture(visit, mirror, credit),
            lab=StatusAnswer.model_validate(status_of(mirror)),
            currencies=all_currencies(mirror),
            checks=last,
        )


@router.get("/{language}/books/checks")
def list_checks(visit: VisitDep, page: PageDep) -> HTMLResponse:
    """Show every comparison of the mirror with the chain."""
    with visit.open() as mirror:
        found = reconciliation.list_reconciliations(mirror, page)
        shown, cursor = cut(page, found, lambda row: Position(row.id, row.id))
        differing = reconciliation.differences_of(mirror, shown)
        return visit.page("books/checks.html", checks=shown, differing=differing, **paging(page, cursor))


@router.get("/{language}/books/roles")
def show_roles(visit: VisitDep) -> HTMLResponse:
    """Show who may do what, and how long it is announced before."""
    with visit.open() as mirror:
        return visit.page(
            "books/roles.html", roles=roles.all_roles(mirror), known=ROLE_NAMES, closed=roles.closed_contracts(mirror)
        )


@router.get("/{language}/books/administration")
def list_administration(visit: VisitDep, page: PageDep) -> HTMLResponse:
    """Show what was announced, and every act of administration on the contract of the roles."""
    with visit.open() as mirror:
        found = list_events(mirror, ADMINISTRATION, page, EventSort.NEWEST)
        shown, cursor = cut(page, found, position_of)
        return visit.page(
            "books/administration.html",
            announced=list_operations(mirror, ANNOUNCED)[: ANNOUNCED.limit],
            events=[event_record(one) for one in shown],
            **paging(page, cursor),
        )


def coverage_picture(visit: Visit, mirror: Mirror, credit: Credits) -> Markup | None:
    """Return the picture of promised hours beside the supply; None without promised hours."""
    weeks = [(parse_time(week.until), week.hours * HOUR) for week in credit.coverage.weeks]
    capacity, supply = int(credit.coverage.capacity), int(credit.supply)
    if not weeks:
        return None
    steps = [Step(mirror.now, capacity)]
    for until, amount in weeks:
        capacity -= amount
        steps.append(Step(until, capacity))
    _, formats = visit.words.gettext, Formats(visit.words)
    description = _(
        "Promised hours back %(capacity)s today; they end week by week until %(end)s. There are %(supply)s.",
        capacity=formats.plain_money(steps[0].capacity, credit.unit),
        end=formats.day(steps[-1].time).striptags(),
        supply=formats.plain_money(supply, credit.unit),
    )
    ends = (_("today"), formats.day(steps[-1].time).striptags())
    words = (_("Promised hours beside the credits that exist"), description)
    return coverage(steps, supply, words, ends, from_right=visit.words.direction == "rtl")
