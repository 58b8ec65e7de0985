"""The relay has a signed act and does not carry it, or says so: it is done once all the same.

├── it says no: what was signed is sent from the wallet, and nobody can carry it a second time
├── it says no and carries it: nothing is sent from the wallet
└── the wallet declines: what was signed is offered again
"""

import json
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from tests.web.browser.chapter import OPEN
from tests.web.browser.conftest import WalletOf
from tests.web.browser.lab import Lab
from tests.web.browser.steps import fails, open_act, pledged, reaches

ID = "0x" + "a" * 64
SEND_SIGNED = "Send what I signed from my wallet"


def refuses(page: Page) -> None:
    """Have the relay say that it carries a request no more, whatever it does with it."""
    status = {"id": ID, "state": "refused", "tx_hash": None, "reason": "it is out of ether"}
    page.route("**/relay/*", lambda route: route.fulfill(json=status))


def keeps(page: Page) -> list[dict[str, Any]]:
    """Have the relay take requests that it only keeps; return where they come to stand."""
    kept: list[dict[str, Any]] = []

    def take(route: Route) -> None:
        kept.append(json.loads(route.request.post_data or ""))
        route.fulfill(status=202, json={"id": ID, "state": "accepted", "tx_hash": None})

    page.route("**/relay", take)
    return kept


def pledge(page: Page, lab: Lab, amount: str) -> None:
    open_act(page, lab, OPEN, "pledge")
    page.get_by_label("Your pledge", exact=True).fill(amount)
    page.get_by_role("button", name="Pledge", exact=True).click()
    assert "it is out of ether" in fails(page, "relay_refused")


def test_relay__keeps_what_it_refused__is_sent_from_the_wallet_and_done_once(
    page: Page, lab: Lab, wallet_of: WalletOf
) -> None:
    wallet = wallet_of(lab.cast.marco)
    before = pledged(lab, OPEN, wallet.holder.address)
    refuses(page)
    kept = keeps(page)
    pledge(page, lab, "5")
    page.get_by_role("button", name=SEND_SIGNED).click()
    reaches(page, "in_block")

    assert [one["primaryType"] for one in wallet.signed()] == ["Permit", "ForwardRequest"]
    assert [one["to"] for one in wallet.sent()] == [lab.contracts["ERC2771Forwarder"].address]
    assert pledged(lab, OPEN, wallet.holder.address) - before == 5_000_000
    (request,) = kept
    late = httpx.post(f"{lab.place.relay_url}/relay", json=request)
    assert (late.status_code, late.json()["type"].rsplit("/", 1)[-1]) == (409, "wrong-nonce")


def test_relay__carries_what_it_said_no_to__is_not_done_again(page: Page, lab: Lab, wallet_of: WalletOf) -> None:
    wallet = wallet_of(lab.cast.marco)
    before = pledged(lab, OPEN, wallet.holder.address)
    refuses(page)
    pledge(page, lab, "6")
    lab.processes.wait_until(
        "the relay to carry it", lambda: pledged(lab, OPEN, wallet.holder.address) - before == 6_000_000, 60
    )
    page.get_by_role("button", name=SEND_SIGNED).click()
    fails(page, "carried")

    assert wallet.sent() == []
    assert pledged(lab, OPEN, wallet.holder.address) - before == 6_000_000


@pytest.mark.long
def test_wallet__declines_to_carry_it__is_offered_again(page: Page, lab: Lab, wallet_of: WalletOf) -> None:
    wallet = wallet_of(lab.cast.marco)
    before = pledged(lab, OPEN, wallet.holder.address)
    refuses(page)
    keeps(page)
    pledge(page, lab, "7")
    wallet.rejects = {"eth_sendTransaction"}
    page.get_by_role("button", name=SEND_SIGNED).click()
    fails(page, "rejected")
    wallet.rejects = set()
    page.get_by_role("button", name=SEND_SIGNED).click()
    reaches(page, "in_block")
    expect(page.locator("[data-failure]")).to_be_hidden()
    assert pledged(lab, OPEN, wallet.holder.address) - before == 7_000_000
