"""Desks: what concerns one person or role, the next legal act and its end first, and a form for each act.

Whose desk it is stands in the address, so that it is read without a wallet. What may be done is told by the mirror; the
contract is asked before anybody signs.
"""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from web.desks import (
    arbiter,
    basket,
    entity,
    guardian,
    helping,
    issuer,
    orders,
    organizer,
    public_body,
    registrar,
    reviewer,
    shop,
    start,
    treasurer,
)
from web.visits import VisitDep

__all__ = ["router"]

router = APIRouter()


@router.get("/{language}/desks")
def list_desks(visit: VisitDep) -> HTMLResponse:
    """Show every desk."""
    with visit.open():
        return visit.page("desks/list.html")


for page in (
    entity,
    registrar,
    start,
    organizer,
    reviewer,
    shop,
    orders,
    basket,
    helping,
    public_body,
    arbiter,
    treasurer,
    issuer,
    guardian,
):
    router.include_router(page.router)
