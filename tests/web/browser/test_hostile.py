"""What strangers write runs nothing in a real browser: 0 scripts, no foreign request, no complaint of the policy."""

import os

import pytest
from playwright.sync_api import Browser, Dialog, Request

from tests.api import rows as r
from tests.api.client import Client
from tests.web.test_hostile import CASES, hostile

__all__ = ["hostile"]

STEP = 1 if os.environ.get("ERANOS_BROWSER") == "full" else 12
PLACES = range(1, len(CASES) + 1, STEP)


def test_text__of_strangers__runs_nothing(browser: Browser, hostile: Client) -> None:
    here = f"http://127.0.0.1:{hostile.connection.port}"
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
    for place in PLACES:
        for path in (f"/campaigns/{place}", f"/campaigns/{place}/pledge", f"/campaigns/{place}/updates"):
            page.goto(f"{here}/en{path}")
            assert page.title(), path
    page.goto(f"{here}/en/my?account={r.BACKER}")
    page.goto(f"{here}/ar/campaigns")
    context.close()
    assert complaints == []


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
