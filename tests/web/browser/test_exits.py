"""What a backer does after the pledge, in a real browser.

├── take back: the whole pledge, without gas
├── a failed campaign: refunded for another account; and from “My page”, where nothing is left then
├── an objection: counted once; a second one is refused in words
├── payment: anybody may have the organizer paid
├── a receipt: says what was done, and leads to its proof
└── the chain takes the block back: the state goes back in words, then forward again
"""

from playwright.sync_api import Page, expect

from scripts._lab.rpc import Rpc
from tests.web.browser.chapter import CLAIMED, FAILED, OPEN, RELEASED
from tests.web.browser.conftest import WalletOf
from tests.web.browser.lab import Lab
from tests.web.browser.steps import check_request, fails, held, open_act, pledged, reaches


def test_withdraw__gasless__brings_the_whole_pledge_back(page: Page, lab: Lab, wallet_of: WalletOf) -> None:
    wallet = wallet_of(lab.cast.carmen)
    amount, before = pledged(lab, OPEN, wallet.holder.address), held(lab, wallet.holder.address)
    assert amount > 0
    open_act(page, lab, OPEN, "withdraw")
    page.get_by_role("button", name="Take the whole pledge back").click()
    reaches(page, "in_block")
    assert pledged(lab, OPEN, wallet.holder.address) == 0
    assert held(lab, wallet.holder.address) - before == amount
    (request,) = wallet.signed()
    check_request(lab, request, wallet.holder.address)


def test_refund__of_another_account__goes_to_who_pledged(page: Page, lab: Lab, wallet_of: WalletOf) -> None:
    wallet_of(lab.cast.carmen)
    backer = lab.cast.pierre.address
    before = held(lab, backer)
    open_act(page, lab, FAILED, "refund")
    page.get_by_label("Account that pledged").fill("0x12")
    page.get_by_role("button", name="Send the money back").click()
    expect(page.locator("[data-summary]")).to_contain_text("is no account")
    page.get_by_label("Account that pledged").fill(backer)
    page.get_by_role("button", name="Send the money back").click()
    reaches(page, "in_block")
    assert held(lab, backer) - before == 140_500_000
    page.reload()
    page.get_by_label("Account that pledged").fill(backer)
    page.get_by_role("button", name="Send the money back").click()
    assert "refund" in fails(page, "Crowdfunding_NoPledge").lower() or "pledge" in fails(page, "Crowdfunding_NoPledge")


def test_my_page__of_a_failed_campaign__pays_back_and_is_empty_then(page: Page, lab: Lab, wallet_of: WalletOf) -> None:
    wallet = wallet_of(lab.cast.nadia)
    before = held(lab, wallet.holder.address)
    page.goto(f"{lab.url}/en/my")
    page.get_by_label("Account", exact=True).fill(wallet.holder.address)
    page.get_by_role("button", name="Show", exact=True).click()
    due = page.locator(".dues details", has_text="Refund of a pledge")
    due.locator("summary").click()
    due.get_by_role("button", name="Send the money back").click()
    reaches(due, "in_block")
    assert held(lab, wallet.holder.address) - before == 60_000_000
    due.get_by_role("link", name="Receipt").click()
    expect(page.locator("h1")).to_have_text("Receipt")
    expect(page.locator("main")).to_contain_text("A library of things")
    expect(page.locator("main").get_by_role("link", name="Check this record").first).to_be_visible()
    page.goto(f"{lab.url}/en/my?account={wallet.holder.address}")
    expect(page.locator(".dues details", has_text="A library of things")).to_have_count(0)


def test_object__once__counts_and_a_second_time_is_explained(page: Page, lab: Lab, wallet_of: WalletOf) -> None:
    wallet_of(lab.cast.yusra)
    open_act(page, lab, CLAIMED, "object")
    page.get_by_role("button", name="Object", exact=True).click()
    reaches(page, "in_block")
    view = lab.ask("Crowdfunding", "milestone", lab.campaigns[CLAIMED], 0)
    assert view["objectedAmount"] == 500_000_000
    page.get_by_role("button", name="Object", exact=True).click()
    fails(page, "Crowdfunding_AlreadyObjected")


def test_collect__by_anybody__pays_the_payout_account(page: Page, lab: Lab, wallet_of: WalletOf) -> None:
    wallet_of(lab.cast.tiago)
    before = held(lab, lab.cast.seville.address)
    open_act(page, lab, RELEASED, "collect")
    page.get_by_role("button", name="Pay out", exact=True).click()
    reaches(page, "in_block")
    assert held(lab, lab.cast.seville.address) - before == 1_000_000_000


def test_state__of_a_block_that_is_taken_back__goes_back_in_words(page: Page, lab: Lab, wallet_of: WalletOf) -> None:
    wallet_of(lab.cast.marco)
    rpc = Rpc(lab.place.rpc_url)
    open_act(page, lab, OPEN, "pledge")
    page.get_by_label("Your pledge", exact=True).fill("5")
    page.get_by_label("I do: send it from my wallet").check()
    page.get_by_role("button", name="Pledge", exact=True).click()
    reaches(page, "in_block")
    rpc.call("anvil_reorg", 3, [])
    rpc.close()
    reaches(page, "back")
    expect(page.locator("[data-state-of]")).to_contain_text("took that block back")
