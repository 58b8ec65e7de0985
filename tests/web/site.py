"""Every page, by an address below the language on the mirror with one of everything. Who adds a page adds it here."""

from tests.api import scenario

PAGES = (
    "",
    "/campaigns",
    "/campaigns?phase=live&sort=deadline",
    *(f"/campaigns/{number}" for number in scenario.PHASES),
    f"/campaigns/{scenario.LIVE}/pledges",
    f"/campaigns/{scenario.SUBMITTED}/pledges",
    f"/campaigns/{scenario.STOPPED}/objections",
    f"/campaigns/{scenario.LIVE}/objections",
    f"/campaigns/{scenario.DELIVERING}/updates",
    f"/campaigns/{scenario.LIVE}/updates",
    "/campaigns?q=nothing+has+this+title",
    *(
        f"/campaigns/{number}/{step}"
        for number in (scenario.LIVE, scenario.DELIVERING, scenario.FAILED, scenario.APPROVED)
        for step in ("pledge", "withdraw", "refund", "object", "collect")
    ),
)
