"""Every page, by an address below the language on the mirror with one of everything. Who adds a page adds it here."""

from tests.api import scenario

PAGES = (
    "",
    "/campaigns",
    "/campaigns?phase=live&sort=deadline",
    *(f"/campaigns/{number}" for number in scenario.PHASES),
    "/campaigns?q=nothing+has+this+title",
)
