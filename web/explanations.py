"""Pages that explain: help, the glossary, and the accessibility statement. They need no record."""

from typing import Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from web.glossary import GLOSSARY
from web.visits import VisitDep

PREPARED: Final = 1_795_305_600
"""Day of the accessibility statement: 2026-11-22, Unix time."""

router = APIRouter()


@router.get("/{language}/help")
def show_help(visit: VisitDep) -> HTMLResponse:
    """Show how pledging, refunds, public money and credits work."""
    return visit.page("help/help.html")


@router.get("/{language}/glossary")
def show_glossary(visit: VisitDep) -> HTMLResponse:
    """Show what each word of the lab means."""
    return visit.page("help/glossary.html", glossary=GLOSSARY)


@router.get("/{language}/accessibility")
def show_accessibility(visit: VisitDep) -> HTMLResponse:
    """Show the accessibility statement."""
    return visit.page("help/accessibility.html", prepared=PREPARED)
