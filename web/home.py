"""The front page: what the lab is, what happens in it, and where to go on."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from web.visits import VisitDep

router = APIRouter()


@router.get("/{language}")
def show_home(visit: VisitDep) -> HTMLResponse:
    """Show the front page."""
    with visit.open():
        return visit.page("home/home.html")
