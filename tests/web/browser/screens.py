"""Pictures of every page for docs/screens: `make screens`. English and Arabic, telephone and desktop.

They are made of the lab of the tests, so that whoever changes a page sees what it has become.
"""

import io
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

import deployments
from tests.web.browser.chapter import CLAIMED, FAILED, OPEN
from tests.web.browser.conftest import launched
from tests.web.browser.lab import Lab, whole_lab

FOLDER: Final = Path(__file__).parents[3] / "docs" / "screens"
DEVICES: Final = {
    "telephone": {"width": 360, "height": 740},
    "desktop": {"width": 1200, "height": 800},
}
TALLEST: Final = 1_500
"""Pixels; what is below is more of the same."""
QUALITY: Final = 38


def pages(lab: Lab) -> dict[str, str]:
    """Return the pages by the name of their picture."""
    c, marco, seville = lab.campaigns, lab.cast.marco.address, lab.cast.seville.address
    seller = lab.api.get("/v1/listings/1")["listing"]["seller"]["account"]
    provider = lab.api.get("/v1/offers/1")["offer"]["provider"]["account"]
    manager = lab.api.get("/v1/pools/1")["pool"]["manager"]["account"]
    order, disputed = (in_state(lab, "orders", state)["order_id"] for state in ("accepted", "disputed"))
    case = in_state(lab, "redemptions", "requested")["redemption_id"]
    return {
        "home": "",
        "campaigns": "/campaigns",
        "campaign-live": f"/campaigns/{c[OPEN]}",
        "campaign-delivering": "/campaigns/1",
        "pledge": f"/campaigns/{c[OPEN]}/pledge",
        "withdraw": f"/campaigns/{c[OPEN]}/withdraw",
        "refund": f"/campaigns/{c[FAILED]}/refund",
        "object": f"/campaigns/{c[CLAIMED]}/object",
        "my": f"/my?account={marco}",
        "receipt": f"/receipts/{transaction(lab, marco)}",
        "pools": "/pools",
        "pool": "/pools/1",
        "provenance": "/pools/1/campaigns/1",
        "entities": "/entities",
        "entity": "/entities/1",
        "listings": "/listings",
        "listing": "/listings/1",
        "order": "/orders/1",
        "offers": "/offers",
        "redemption": "/redemptions/1",
        "attestation": "/attestations/1",
        "credits": f"/credits?account={seville}",
        "transfer": "/credits/transfer",
        "books": "/books",
        "roles": "/books/roles",
        "help": "/help",
        "glossary": "/glossary",
        "desks": "/desks",
        "register": "/register",
        "entity-desk": f"/desks/entity?account={seville}",
        "registrar": "/desks/registrar",
        "registrar-one": "/desks/registrar/1",
        "start": "/start",
        "organizer": f"/desks/campaigns?account={seville}",
        "organizer-one": f"/campaigns/{c[OPEN]}/desk",
        "reviewer": "/desks/reviewer",
        "public-body": f"/desks/pools?account={manager}",
        "pool-opening": "/desks/pools/open",
        "pool-desk": "/pools/1/desk",
        "sell": "/sell",
        "shop": f"/desks/shop?account={seller}",
        "listing-desk": "/listings/1/desk",
        "basket": "/basket?listing=1&quantity=2&mode=shipping&listing=2&quantity=1&mode=on_site",
        "orders": f"/desks/orders?account={marco}",
        "order-desk": f"/orders/{order}/desk",
        "order-settling": f"/orders/{order}/settle",
        "help-desk": f"/desks/help?account={provider}",
        "offering": "/desks/help/offer",
        "asking": "/offers/1/ask",
        "help-case": f"/redemptions/{case}/desk",
        "arbiter": "/desks/arbiter",
        "arbiter-order": f"/desks/arbiter/orders/{disputed}",
        "treasurer": "/desks/treasurer",
        "issuer": "/desks/issuer",
        "guardian": "/desks/guardian",
        "test-wallets": "/test-wallets",
        "not-found": "/nothing-is-here",
    }


def in_state(lab: Lab, resource: str, state: str) -> dict[str, Any]:
    """Return the newest of the orders or requests for help in a state."""
    found: list[dict[str, Any]] = lab.api.get(f"/v1/{resource}?limit=100")["items"]
    return next(one for one in found if one["state"] == state)


def transaction(lab: Lab, backer: str) -> str:
    """Return a transaction in which an account pledged."""
    return str(lab.api.get(f"/v1/backers/{backer}")["items"][0]["last_event"]["tx_hash"])


def take(browser: Browser, lab: Lab, folder: Path) -> None:
    """Take all pictures."""
    for device, size in DEVICES.items():
        context = browser.new_context(viewport=size)  # type: ignore[arg-type]
        page = context.new_page()
        for language in ("en", "ar"):
            for name, path in pages(lab).items():
                page.goto(f"{lab.url}/{language}{path}")
                height = min(TALLEST, page.evaluate("document.documentElement.scrollHeight"))
                page.set_viewport_size({"width": size["width"], "height": height})
                taken = Image.open(io.BytesIO(page.screenshot()))
                taken.save(folder / f"{name}-{language}-{device}.webp", quality=QUALITY, method=4)
                page.set_viewport_size(size)  # type: ignore[arg-type]
        context.close()


def main() -> int:
    """Take all pictures into docs/screens."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.webp"):
        old.unlink()
    with tempfile.TemporaryDirectory() as place:
        os.environ[deployments.FOLDER_VARIABLE] = f"{place}/records"
        with whole_lab(Path(place) / "lab") as lab, sync_playwright() as playwright:
            browser = launched(playwright)
            take(browser, lab, FOLDER)
            browser.close()
    print(f"{len(list(FOLDER.glob('*.webp')))} pictures in {FOLDER}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
