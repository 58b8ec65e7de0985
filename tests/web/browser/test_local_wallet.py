"""The wallets that a local lab hands to browsers.

├── nobody chosen: this browser has no wallet
└── somebody chosen: the browser is that person from then on, signs for the relay, and sends directly
"""

from playwright.sync_api import Page, expect

from tests.web.browser.chapter import OPEN
from tests.web.browser.lab import Lab
from tests.web.browser.steps import fails, open_act, pledged, reaches


def pledge(page: Page, lab: Lab, amount: str, *, directly: bool = False) -> None:
    open_act(page, lab, OPEN, "pledge")
    page.get_by_label("Your pledge", exact=True).fill(amount)
    if directly:
        page.get_by_label("I do: send it from my wallet").check()
    page.get_by_role("button", name="Pledge", exact=True).click()


def test_test_wallet__nobody_chosen__is_none(page: Page, lab: Lab) -> None:
    pledge(page, lab, "5")
    fails(page, "no_wallet")


def test_test_wallet__chosen__signs_and_sends_as_that_person(page: Page, lab: Lab) -> None:
    holder = lab.cast.tiago
    before = pledged(lab, OPEN, holder.address)
    page.goto(f"{lab.url}/en/test-wallets")
    button = page.get_by_role("button", name=f"Be this person {holder.name}", exact=True)
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")

    pledge(page, lab, "5")
    reaches(page, "in_block")
    pledge(page, lab, "6", directly=True)
    reaches(page, "in_block")
    assert pledged(lab, OPEN, holder.address) - before == 11_000_000
