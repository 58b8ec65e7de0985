"""Every page, by an address below the language on the mirror with one of everything. Who adds a page adds it here."""

from tests.api import case_scenario, rows, scenario

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
    "/pools",
    *(f"/pools/{number}" for number in (scenario.RATIO, scenario.GIFT, scenario.ASKED)),
    *(f"/pools/{scenario.RATIO}/campaigns/{number}" for number in (scenario.LIVE, scenario.TERMINATED)),
    f"/pools/{scenario.GIFT}/campaigns/{scenario.EXTENSION}",
    f"/pools/{scenario.ASKED}/campaigns/{scenario.APPROVED}",
    "/entities",
    "/entities?kind=provider&kind=member",
    *(f"/entities/{number}" for number in range(1, 8)),
    "/listings",
    "/listings?delivery_mode=online&takes_credits=false",
    *(f"/listings/{number}" for number in range(1, 7)),
    *(f"/orders/{number}" for number in case_scenario.ORDERS),
    "/offers",
    "/offers?has_free_hours=true",
    *(f"/offers/{number}" for number in range(1, 5)),
    *(f"/redemptions/{number}" for number in case_scenario.REDEMPTIONS),
    *(f"/attestations/{number}" for number in (case_scenario.CONFIRMED, case_scenario.RULED_HELP)),
    "/credits",
    f"/credits?account={scenario.HOLDERS[0]}",
    f"/credits?account={rows.BUYER}",
    "/credits?account=0x" + "99" * 20,
    "/books",
    "/books/checks",
    "/books/roles",
    "/books/administration",
    *(f"/records/{rows.key(*place)}" for place in ((310, 5), (310, 6), (61, 0), (43, 0))),
    "/desks",
    "/register",
    "/recoveries",
    "/start",
    f"/start?currency={rows.EURO}",
    "/desks/entity",
    "/desks/campaigns",
    *(
        f"/desks/{desk}?account={account}"
        for desk in ("entity", "campaigns")
        for account in (rows.ORGANIZER, scenario.TOWN, scenario.REGION, rows.MEMBER, "0x" + "f1" * 20, "0x12")
    ),
    *(f"/entities/{number}/recovery" for number in (1, 7)),
    "/desks/registrar",
    *(f"/desks/registrar/{number}" for number in range(1, 8)),
    *(f"/campaigns/{number}/desk" for number in scenario.PHASES),
    "/desks/reviewer",
    *(f"/desks/reviewer/{number}" for number in (scenario.SUBMITTED, scenario.LIVE)),
    "/help",
    "/glossary",
    "/accessibility",
)
