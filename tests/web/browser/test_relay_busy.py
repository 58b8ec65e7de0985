"""The relay carries one act of an account at a time; the pages wait for the last one.

├── of this browser: the next act waits in words, asks the wallet nothing meanwhile, and then goes on
└── of another device: the relay says so after the signature; the page waits and asks the wallet anew
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page

from tests.web.browser.chapter import OPEN
from tests.web.browser.conftest import WalletOf
from tests.web.browser.lab import Lab
from tests.web.browser.steps import open_act, pledged, reaches
from tests.web.browser.wallet import BrowserWallet

FORGET = "Object.keys(localStorage).forEach((key) => key.startsWith('eranos-relayed') && localStorage.removeItem(key))"


def send(page: Page, amount: str) -> None:
    page.get_by_label("Your pledge", exact=True).fill(amount)
    page.get_by_role("button", name="Pledge", exact=True).click()


@contextmanager
def under_way(page: Page, lab: Lab) -> Iterator[None]:
    """Hold a first pledge back between the relay and its block while this runs; then open the form once more."""
    open_act(page, lab, OPEN, "pledge")
    with lab.without_blocks():
        send(page, "5")
        reaches(page, "sent")
        open_act(page, lab, OPEN, "pledge")
        yield


def counted(wallet: BrowserWallet) -> list[str]:
    return [one["primaryType"] for one in wallet.signed()]


def test_relay__busy_with_the_last_act__is_waited_for_in_words(page: Page, lab: Lab, wallet_of: WalletOf) -> None:
    wallet = wallet_of(lab.cast.marco)
    before = pledged(lab, OPEN, wallet.holder.address)
    with under_way(page, lab):
        send(page, "6")
        reaches(page, "relay_waiting")
        assert "still bringing your last act" in page.locator("[data-state-of]").inner_text()
        assert counted(wallet) == ["Permit", "ForwardRequest"]
    reaches(page, "in_block")

    assert pledged(lab, OPEN, wallet.holder.address) - before == 11_000_000
    assert counted(wallet) == ["Permit", "ForwardRequest"] * 2
    assert wallet.sent() == []


@pytest.mark.long
def test_relay__busy_with_an_act_of_another_device__asks_the_wallet_anew(
    page: Page, lab: Lab, wallet_of: WalletOf
) -> None:
    wallet = wallet_of(lab.cast.marco)
    before = pledged(lab, OPEN, wallet.holder.address)
    with under_way(page, lab):
        page.evaluate(FORGET)
        send(page, "7")
        reaches(page, "relay_waiting")
        assert counted(wallet) == ["Permit", "ForwardRequest"] * 2
    reaches(page, "in_block")

    assert pledged(lab, OPEN, wallet.holder.address) - before == 12_000_000
    assert counted(wallet) == ["Permit", "ForwardRequest"] * 3
    assert wallet.sent() == []
