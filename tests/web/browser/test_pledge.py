"""Pledges in a real browser.

├── refused before anything is signed: nothing typed, more than the account holds, another chain, a locked wallet
├── refused while signing: the wallet says no, the race for the match is lost
├── the relay is down: nothing is signed, the direct way is offered and works
├── gasless: two signatures in the right domains for exactly the amount, in a block, final
└── direct: a permit for exactly the amount, one transaction
"""

import pytest
from playwright.sync_api import Page, expect

from tests.web.browser.chapter import OPEN, RACE
from tests.web.browser.conftest import WalletOf
from tests.web.browser.lab import Lab
from tests.web.browser.steps import check_permit, check_request, fails, open_act, pledged, reaches

ANOTHER_CHAIN = 1


def open_pledge(page: Page, lab: Lab, amount: str, name: str = OPEN) -> None:
    open_act(page, lab, name, "pledge")
    page.get_by_label("Your pledge", exact=True).fill(amount)


def send(page: Page) -> None:
    page.get_by_role("button", name="Pledge", exact=True).click()


def test_pledge__nothing_typed__is_said_at_the_field(page: Page, lab: Lab, wallet_of: WalletOf) -> None:
    wallet = wallet_of(lab.cast.nadia)
    open_pledge(page, lab, "")
    send(page)
    summary = page.locator("[data-summary]")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("“Your pledge” is empty")
    summary.get_by_role("link").click()
    expect(page.get_by_label("Your pledge", exact=True)).to_be_focused()
    for text, said in (("12.3456789", "more than 6 digits"), ("1", "at least 5"), ("one", "is no amount")):
        page.get_by_label("Your pledge", exact=True).fill(text)
        send(page)
        expect(summary).to_contain_text(said)
        expect(page.get_by_label("Your pledge", exact=True)).to_have_value(text)
    assert wallet.signed() == []


def test_pledge__more_than_the_account_holds__is_said_before_the_wallet_opens(
    page: Page, lab: Lab, wallet_of: WalletOf
) -> None:
    wallet = wallet_of(lab.cast.caller)
    open_pledge(page, lab, "100")
    send(page)
    assert "100 tEUR are needed" in fails(page, "balance_low")
    assert wallet.signed() == []


def test_pledge__on_another_chain__offers_to_switch_and_goes_on(page: Page, lab: Lab, wallet_of: WalletOf) -> None:
    wallet = wallet_of(lab.cast.yusra, on_chain=ANOTHER_CHAIN)
    wallet.knows = set()
    open_pledge(page, lab, "6")
    send(page)
    fails(page, "wrong_chain")
    assert wallet.signed() == []
    page.get_by_role("button", name="Switch to").click()
    reaches(page, "in_block")
    assert wallet.on_chain == lab.place.chain_id
    assert "wallet_addEthereumChain" in [one.method for one in wallet.asked]


def test_pledge__locked_wallet__says_so_and_loses_nothing(page: Page, lab: Lab, wallet_of: WalletOf) -> None:
    wallet = wallet_of(lab.cast.nadia)
    wallet.is_locked = True
    open_pledge(page, lab, "7")
    send(page)
    fails(page, "locked")
    wallet.is_locked = False
    expect(page.get_by_label("Your pledge", exact=True)).to_have_value("7")
    send(page)
    reaches(page, "in_block")


def test_pledge__rejected_signature__changes_nothing(page: Page, lab: Lab, wallet_of: WalletOf) -> None:
    wallet = wallet_of(lab.cast.nadia)
    before = pledged(lab, OPEN, wallet.holder.address)
    wallet.rejects = {"eth_signTypedData_v4", "eth_sendTransaction"}
    open_pledge(page, lab, "8")
    send(page)
    assert "You said no" in fails(page, "rejected")
    expect(page.get_by_label("Your pledge", exact=True)).to_have_value("8")
    assert pledged(lab, OPEN, wallet.holder.address) == before


def test_pledge__race_for_the_match_lost__is_explained(page: Page, lab: Lab, wallet_of: WalletOf) -> None:
    wallet = wallet_of(lab.cast.nadia)
    open_pledge(page, lab, "50", RACE)
    page.get_by_role("button", name="Use Olive Wallet").click()
    expect(page.locator("[data-read=match]")).to_contain_text("50 tEUR")

    def somebody_else_is_faster() -> None:
        units = 40 * 10**6
        signed = lab.actor.permit(lab.cast.carmen, "TestEuro", "Crowdfunding", units)
        lab.actor.do(
            lab.cast.carmen, "Crowdfunding", "pledgeWithPermit", lab.campaigns[RACE], units, 40 * 10**6, *signed
        )

    wallet.before["eth_signTypedData_v4"] = somebody_else_is_faster
    send(page)
    words = fails(page, "Crowdfunding_MatchBelowMinimum")
    assert "20 tEUR" in words
    assert pledged(lab, RACE, wallet.holder.address) == 0


def test_pledge__relay_down__offers_the_direct_way(page: Page, lab: Lab, wallet_of: WalletOf) -> None:
    wallet = wallet_of(lab.cast.pierre)
    lab.stop_relay()
    try:
        open_pledge(page, lab, "9")
        send(page)
        fails(page, "relay_down")
        assert wallet.signed() == []
        page.get_by_role("button", name="Send it from my wallet", exact=True).click()
        reaches(page, "in_block")
    finally:
        lab.start_relay()
    assert len(wallet.sent()) == 1


@pytest.mark.keyboard
def test_pledge__gasless__is_in_a_block_and_then_final(page: Page, lab: Lab, wallet_of: WalletOf) -> None:
    wallet = wallet_of(lab.cast.nadia)
    address = wallet.holder.address
    before, ether = pledged(lab, OPEN, address), lab.rpc.call("eth_getBalance", address, "latest")
    open_pledge(page, lab, "25.50")
    send(page)
    reaches(page, "in_block")
    reaches(page, "final")
    assert pledged(lab, OPEN, address) - before == 25_500_000
    assert lab.rpc.call("eth_getBalance", address, "latest") == ether
    permit, request = wallet.signed()
    check_permit(lab, permit, address, 25_500_000)
    check_request(lab, request, address)
    assert wallet.sent() == []


def test_pledge__direct__signs_a_permit_and_sends_once(page: Page, lab: Lab, wallet_of: WalletOf) -> None:
    wallet = wallet_of(lab.cast.marco)
    before = pledged(lab, OPEN, wallet.holder.address)
    open_pledge(page, lab, "11,25")
    page.get_by_label("I do: send it from my wallet").check()
    send(page)
    reaches(page, "in_block")
    assert pledged(lab, OPEN, wallet.holder.address) - before == 11_250_000
    (permit,) = wallet.signed()
    check_permit(lab, permit, wallet.holder.address, 11_250_000)
    assert len(wallet.sent()) == 1
