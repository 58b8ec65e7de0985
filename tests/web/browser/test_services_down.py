"""When a service is down or something lacks, pages say what still works.

├── the wallet's node: said before anything is signed; reading goes on
├── a stranger without a wallet: a picture and a link lead to a wallet's own browser
├── two wallets: neither is assumed
├── a currency that hides its permits: needs gas, and exactly the amount is approved
└── a currency without permits: the same, from the pledge to the way back, which needs none
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from tests.web.browser.chapter import OPEN, PLAIN_CURRENCY
from tests.web.browser.conftest import WalletOf
from tests.web.browser.lab import Lab
from tests.web.browser.people import now_of
from tests.web.browser.steps import fails, open_act, pledged, reaches


def test_node__down__is_said_and_pages_stay_readable(page: Page, lab: Lab, wallet_of: WalletOf) -> None:
    wallet = wallet_of(lab.cast.tiago)
    wallet.node_is_down = True
    open_act(page, lab, OPEN, "pledge")
    page.get_by_label("Your pledge", exact=True).fill("5")
    page.get_by_role("button", name="Pledge", exact=True).click()
    assert "does not answer" in fails(page, "node_down")
    assert wallet.signed() == []
    page.goto(f"{lab.url}/en/campaigns/{lab.campaigns[OPEN]}")
    expect(page.locator("h1")).to_have_text("A solar roof for the school")


def test_wallet__none__shows_how_to_come_with_one(page: Page, lab: Lab) -> None:
    open_act(page, lab, OPEN, "pledge")
    page.get_by_label("Your pledge", exact=True).fill("5")
    page.get_by_role("button", name="Pledge", exact=True).click()
    fails(page, "no_wallet")
    expect(page.locator("[data-no-wallet] .qr")).to_be_visible()
    expect(page.locator("[data-no-wallet] a").first).to_have_attribute("href", page.url)


def test_wallet__of_two__is_chosen_by_the_person(page: Page, lab: Lab, wallet_of: WalletOf) -> None:
    olive, cedar = wallet_of(lab.cast.tiago, "Olive Wallet"), wallet_of(lab.cast.rana, "Cedar Wallet")
    open_act(page, lab, OPEN, "pledge")
    page.get_by_label("Your pledge", exact=True).fill("5")
    page.get_by_role("button", name="Pledge", exact=True).click()
    reaches(page, "choose")
    assert not {"eth_requestAccounts"} & {one.method for one in [*olive.asked, *cedar.asked]}
    page.get_by_role("button", name="Use Cedar Wallet").click()
    reaches(page, "in_block")
    expect(page.get_by_role("button", name="Pledge", exact=True)).to_be_focused()
    assert pledged(lab, OPEN, cedar.holder.address) == 5_000_000
    assert olive.signed() == []


def test_currency__without_permits__says_needs_gas_and_approves_exactly(
    page: Page, lab: Lab, wallet_of: WalletOf
) -> None:
    wallet = wallet_of(lab.cast.marco)
    token = lab.contracts["TestEuro"]
    wallet.lacks = {(token.address, selector) for selector in ("0x84b0196e", "0x3644e515")}
    before = pledged(lab, OPEN, wallet.holder.address)
    open_act(page, lab, OPEN, "pledge")
    page.get_by_label("Your pledge", exact=True).fill("7.5")
    page.get_by_role("button", name="Pledge", exact=True).click()
    assert "tEUR needs gas" in fails(page, "needs_gas")
    assert wallet.signed() == []
    page.get_by_role("button", name="Send it from my wallet", exact=True).click()
    reaches(page, "in_block")
    assert pledged(lab, OPEN, wallet.holder.address) - before == 7_500_000
    approval, _pledge = wallet.sent()
    assert approval["to"] == token.address
    assert approval["data"] == token.encode("approve", lab.contracts["Crowdfunding"].address, 7_500_000)
    assert lab.ask("TestEuro", "allowance", wallet.holder.address, lab.contracts["Crowdfunding"].address) == 0


@contextmanager
def plain_campaign(lab: Lab) -> Iterator[int]:
    """List a currency without permits, and open a campaign in it, while this runs."""
    cast, token = lab.cast, lab.contracts[PLAIN_CURRENCY].address
    lab.actor.do(cast.treasurer, "Crowdfunding", "listCurrency", token)
    try:
        opens, days = now_of(lab) + 20, 86_400
        times = (opens, opens + 20 * days, 0, 5 * days, 7 * days, 14 * days)
        amounts, place = (10**9, 2 * 10**9, 5 * 10**6), b"ES-SE".ljust(8, b"\0")
        terms = (cast.seville.address, token, *amounts, *times, place, 1, b"\1" * 32)
        plan = [(10_000, opens + 40 * days, b"\2" * 32)]
        lab.actor.do(cast.seville, "Crowdfunding", "submitCampaign", terms, plan)
        number = int(lab.ask("Crowdfunding", "campaignCount"))
        lab.actor.do(cast.reviewer, "Crowdfunding", "approveCampaign", number)
        lab.processes.wait_until("the opening", lambda: now_of(lab) > opens, 60)
        lab.catch_up()
        yield number
    finally:
        lab.actor.do(cast.treasurer, "Crowdfunding", "delistCurrency", token)


@pytest.mark.long
def test_plain_currency__is_pledged_with_gas_and_comes_back_without(page: Page, lab: Lab, wallet_of: WalletOf) -> None:
    wallet, token = wallet_of(lab.cast.marco), lab.contracts[PLAIN_CURRENCY]
    address, escrow = wallet.holder.address, lab.contracts["Crowdfunding"].address
    lab.actor.do(lab.cast.relayer, PLAIN_CURRENCY, "faucet", address, 100_000_000)
    with plain_campaign(lab) as number:
        lab.campaigns["plain"] = number
        open_act(page, lab, "plain", "pledge")
        page.get_by_label("Your pledge", exact=True).fill("12.5")
        page.get_by_role("button", name="Pledge", exact=True).click()
        assert "HOST needs gas" in fails(page, "needs_gas")
        assert wallet.signed() == []
        page.get_by_role("button", name="Send it from my wallet", exact=True).click()
        reaches(page, "in_block")
        approval, pledge = wallet.sent()
        assert (approval["to"], approval["data"]) == (token.address, token.encode("approve", escrow, 12_500_000))
        assert pledge["to"] == escrow
        assert pledged(lab, "plain", address) == 12_500_000
        assert lab.ask(PLAIN_CURRENCY, "allowance", address, escrow) == 0

    open_act(page, lab, "plain", "withdraw")
    page.get_by_role("button", name="Take the whole pledge back").click()
    reaches(page, "in_block")
    assert lab.ask(PLAIN_CURRENCY, "balanceOf", address) == 100_000_000
    assert len(wallet.signed()) == 1
