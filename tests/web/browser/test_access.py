"""Everybody can use the pages: axe finds nothing anywhere, nothing scrolls sideways.

`make test-web` looks at every page in both themes and both directions, at the least width and at double size; `test`
looks at each once.
"""

import os
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.browser.barriers import violations
from tests.web.browser.chapter import CLAIMED, FAILED, OPEN, RELEASED
from tests.web.browser.conftest import WalletOf
from tests.web.browser.lab import Lab
from tests.web.browser.screens import in_state
from tests.web.browser.steps import fails, open_act, reaches

FULL = os.environ.get("ERANOS_BROWSER") == "full"
ABSENT = "/nothing-is-here"
NARROW, WIDE = {"width": 320, "height": 640}, {"width": 1280, "height": 900}


def paths(lab: Lab) -> list[str]:
    """Return every kind of page, below the language."""
    c, accepted = lab.campaigns, in_state(lab, "orders", "accepted")["order_id"]
    acting = [
        *(f"/campaigns/{c[OPEN]}/{step}" for step in ("pledge", "withdraw", "refund")),
        *(f"/campaigns/{c[FAILED]}/refund", f"/campaigns/{c[CLAIMED]}/object", f"/campaigns/{c[RELEASED]}/collect"),
        *("/my", "/my?account=nobody", f"/my?account={lab.cast.marco.address}", f"/my?account={lab.cast.rana.address}"),
        *("/receipts/0x" + "77" * 32, "/test-wallets", "", f"/campaigns/{c[OPEN]}"),
    ]
    desks = [
        *("/desks", "/register", "/start", "/recoveries", "/desks/registrar", "/desks/registrar/1", "/desks/reviewer"),
        *(f"/desks/{one}?account={lab.cast.seville.address}" for one in ("entity", "campaigns", "pools", "help")),
        *(f"/campaigns/{c[OPEN]}/desk", "/entities/1/recovery", "/desks/entity?account=nobody"),
        *("/desks/pools/open", "/pools/1/desk", "/pools/2/desk", "/desks/arbiter", "/desks/arbiter/campaigns/1"),
        *("/desks/arbiter/orders/1", "/desks/arbiter/redemptions/1", "/desks/treasurer", "/desks/issuer"),
        *("/desks/guardian", "/sell", "/sell?currency=credits", "/basket", "/listings/1/desk"),
        "/basket?listing=1&quantity=2&mode=pickup&listing=2&quantity=1&mode=online",
        *(f"/desks/{one}?account={lab.cast.marco.address}" for one in ("orders", "shop", "shop/orders")),
        *(f"/orders/{order}/desk" for order in one_of_each_state(lab, "orders", "order_id")),
        *(f"/redemptions/{case}/desk" for case in one_of_each_state(lab, "redemptions", "redemption_id")),
        *(f"/{settled}/settle" for settled in ("orders/1", f"orders/{accepted}", "redemptions/1")),
        *("/desks/help/offer", "/offers/1/ask", "/offers/1/close"),
        *(f"/credits?account={lab.cast.seville.address}", "/credits/transfer"),
    ]
    reading = [
        *("/campaigns", "/campaigns/1", "/campaigns/1/pledges", "/pools", "/pools/1", "/pools/1/campaigns/1"),
        *("/entities", "/entities/1", "/listings", "/listings/1", "/orders/1", "/offers", "/offers/1"),
        *("/redemptions/1", "/credits", "/books", "/books/checks", "/books/roles", "/books/administration"),
        *("/help", "/glossary", "/accessibility", ABSENT),
    ]
    return acting + desks + reading


def one_of_each_state(lab: Lab, resource: str, number: str) -> list[int]:
    """Return the newest of the orders or requests in each state."""
    found = lab.api.get(f"/v1/{resource}?limit=100")["items"]
    return list({one["state"]: one[number] for one in reversed(found)}.values())


def sideways(page: Page) -> list[str]:
    """Return the page if it is wider than its window."""
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{page.url} is {wider} px too wide at {page.viewport_size}"] if wider > 0 else []


COMBINATIONS = [("en", "light"), ("en", "dark"), ("ar", "light"), ("ar", "dark")] if FULL else [("en", "light")]


@pytest.mark.parametrize("language, theme", COMBINATIONS)
def test_pages__have_no_barrier(browser: Browser, lab: Lab, language: str, theme: Any) -> None:
    context = browser.new_context(viewport=WIDE, color_scheme=theme)
    page = context.new_page()
    found = []
    for path in paths(lab):
        answer = page.goto(f"{lab.url}/{language}{path}")
        assert answer is not None
        assert answer.status == (404 if path == ABSENT else 200), path
        found += violations(page)
    context.close()
    assert found == []


@pytest.mark.parametrize("language", ["en", "ar"] if FULL else ["ar"])
def test_pages__never_scroll_sideways(browser: Browser, lab: Lab, language: str) -> None:
    """At 320 px, and at 640 px with letters of double size: what a window of 1280 px shows at 200 %."""
    context = browser.new_context(viewport=NARROW)
    page = context.new_page()
    found = []
    for path in paths(lab):
        page.set_viewport_size(NARROW)
        page.goto(f"{lab.url}/{language}{path}")
        found += sideways(page)
        page.set_viewport_size({"width": 640, "height": 450})
        page.evaluate("document.documentElement.style.fontSize = '34px'")
        found += sideways(page)
    context.close()
    assert found == []


def test_states_of_a_form__have_no_barrier(page: Page, lab: Lab, wallet_of: WalletOf) -> None:
    wallet = wallet_of(lab.cast.tiago)
    open_act(page, lab, OPEN, "pledge")
    button = page.get_by_role("button", name="Pledge", exact=True)
    button.click()
    expect(page.locator("[data-summary]")).to_be_focused()
    found = violations(page)
    wallet.rejects = {"eth_signTypedData_v4"}
    page.get_by_label("Your pledge", exact=True).fill("5")
    button.click()
    fails(page, "rejected")
    found += violations(page)
    wallet.rejects = set()
    button.click()
    reaches(page, "in_block")
    found += violations(page)
    reaches(page, "final")
    assert found + violations(page) == []
