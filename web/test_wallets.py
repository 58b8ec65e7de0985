"""The page that hands a test wallet to the browser, in a local lab."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from web.visits import VisitDep

router = APIRouter()


@router.get("/{language}/test-wallets")
def show_test_wallets(visit: VisitDep) -> HTMLResponse:
    """Show the people of the local lab, each with a button that makes this browser theirs."""
    with visit.open():
        if visit.test_lab is None:
            raise HTTPException(404)
        return visit.page("test_wallets.html")
