"""What strangers write runs nothing in a real browser: 0 scripts, no foreign request, no complaint of the policy."""

import os
from collections.abc import Iterable
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Dialog, Request

from tests.api import rows as r
from tests.api.client import Client
from tests.web.hostile import CORPUS, SCRIPTS
from tests.web.test_hostile import CASES, hostile
from tests.web.test_hostile_records import hostile as records

__all__ = ["hostile", "records"]

STEP = 1 if os.environ.get("ERANOS_BROWSER") == "full" else 12
PLACES = range(1, len(CASES) + 1, STEP)


def complaints_of(browser: Browser, pages: Client, paths: Iterable[str]) -> list[str]:
    """Open pages one after the other, and return everything that ran, was asked of others or was complained of."""
    here = f"http://127.0.0.1:{pages.connection.port}"
    context = browser.new_context()
    page = context.new_page()
    complaints: list[str] = []

    def refuse(dialog: Dialog) -> None:
        complaints.append(f"dialog {dialog.message} on {page.url}")
        dialog.dismiss()

    def look(request: Request) -> None:
        if not request.url.startswith((here, "data:")):
            complaints.append(f"request {request.url} on {page.url}")

    page.on("dialog", refuse)
    page.on("request", look)
    page.on("pageerror", lambda error: complaints.append(f"{error} on {page.url}"))
    page.on(
        "console",
        lambda message: (
            complaints.append(f"{message.text} on {page.url}") if "Content Security" in message.text else None
        ),
    )
    for path in paths:
        page.goto(f"{here}{path}")
        assert page.title(), path
    context.close()
    return complaints


def test_text__of_strangers__runs_nothing(browser: Browser, hostile: Client) -> None:
    paths = [f"/en/campaigns/{place}{page}" for place in PLACES for page in ("", "/pledge", "/updates")]
    assert complaints_of(browser, hostile, [*paths, f"/en/my?account={r.BACKER}", "/ar/campaigns"]) == []


def test_text__of_strangers_at_the_market__runs_nothing(browser: Browser, records: Client) -> None:
    paths = [
        path.format(number)
        for number in range(1, len(CORPUS) + 1, STEP)
        for path in (
            *("/en/listings/{0}", "/en/listings/{0}/desk", "/en/orders/{0}/desk", "/en/orders/{0}/settle"),
            *("/en/basket?listing={0}&quantity=1&mode=pickup", "/en/desks/shop?account=0x{0:040x}"),
        )
    ]
    behind = [
        f"/en/orders/1/{page}#{name}={quote(evil, safe='')}"
        for evil in SCRIPTS[::STEP]
        for page, name in (("desk", "address"), ("settle", "share=1&deadline=1&nonce=0&seller_signature"))
    ]
    assert complaints_of(browser, records, [*paths, *behind, "/ar/sell", "/ar/basket"]) == []


@pytest.mark.parametrize(
    "account", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "javascript:alert(1)"]
)
def test_account__typed_by_a_stranger__runs_nothing(browser: Browser, hostile: Client, account: str) -> None:
    here = f"http://127.0.0.1:{hostile.connection.port}"
    context = browser.new_context()
    page = context.new_page()
    shown: list[str] = []
    page.on("dialog", lambda dialog: (shown.append(dialog.message), dialog.dismiss()))
    page.goto(f"{here}/en/my")
    page.get_by_label("Account", exact=True).fill(account)
    page.get_by_role("button", name="Show", exact=True).click()
    assert page.get_by_label("Account", exact=True).input_value() == account
    context.close()
    assert shown == []
