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
    "/offers?q=nothing&spoken=es",
    *(f"/offers/{number}" for number in range(1, 5)),
    *(f"/redemptions/{number}" for number in case_scenario.REDEMPTIONS),
    *(f"/attestations/{number}" for number in (case_scenario.CONFIRMED, case_scenario.RULED_HELP)),
    "/credits",
    f"/credits?account={scenario.HOLDERS[0]}",
    f"/credits?account={rows.BUYER}",
    "/credits?account=0x" + "99" * 20,
    "/credits/transfer",
    f"/credits/transfer?account={scenario.HOLDERS[0]}",
    "/credits/transfer?account=0x" + "99" * 20,
    "/credits/transfer?account=0x12",
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
    "/desks/pools/open",
    "/desks/pools",
    *(f"/desks/pools?account={account}" for account in (scenario.TOWN, scenario.REGION, rows.ORGANIZER, "0x12")),
    *(f"/pools/{number}/desk" for number in (scenario.RATIO, scenario.GIFT, scenario.ASKED)),
    "/desks/arbiter",
    *(f"/desks/arbiter/campaigns/{number}" for number in (scenario.STOPPED, scenario.DELIVERING, scenario.SUBMITTED)),
    f"/desks/arbiter/campaigns/{scenario.STOPPED}?account={rows.ORGANIZER}",
    *(f"/desks/arbiter/orders/{number}" for number in (case_scenario.DISPUTED, case_scenario.PLACED)),
    *(f"/desks/arbiter/redemptions/{number}" for number in (1, 6)),
    "/desks/treasurer",
    "/desks/guardian",
    "/desks/issuer",
    *(f"/desks/issuer?account={account}" for account in (scenario.TOWN, scenario.REGION, "0x12", "0x" + "99" * 20)),
    *(
        f"/desks/help{page}?account={account}"
        for page in ("", "/offer")
        for account in (rows.ORGANIZER, rows.PAYOUT, scenario.TOWN, rows.MEMBER, "0x" + "f1" * 20, "0x12")
    ),
    "/desks/help",
    "/desks/help/offer",
    *(f"/offers/{number}/{step}" for number in range(1, 5) for step in ("ask", "close")),
    *(f"/redemptions/{number}/desk" for number in case_scenario.REDEMPTIONS),
    "/sell",
    "/sell?currency=credits",
    "/sell?currency=nothing",
    *(f"/listings/{number}/desk" for number in range(1, 7)),
    *(f"/orders/{number}/desk" for number in case_scenario.ORDERS),
    *(
        f"/desks/{desk}?account={account}"
        for desk in ("shop", "orders")
        for account in (rows.ORGANIZER, rows.BUYER, "0x" + "99" * 20, "0x12", "")
    ),
    "/my",
    "/my?account=nobody",
    "/my?account=0x" + "99" * 20,
    *(f"/my?account={holder}" for holder in scenario.HOLDERS),
    *(f"/my?account={account}" for account in (scenario.TOWN, rows.ORGANIZER, rows.MEMBER, rows.BUYER, rows.BACKER)),
    "/receipts/0x" + "77" * 32,
    "/receipts/" + rows.digest(310),
    "/help",
    "/glossary",
    "/accessibility",
)
