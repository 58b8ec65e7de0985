"""The keyboard is enough, and the focus is never lost; whole jobs by keyboard are all other tests of this folder.

├── hands of the tests: fail at a trap, at what no key leads to, at a focus that is out of sight, unmarked or lost
├── every page: is gone through by Tab; begins with a way past its head; a menu left or escaped from closes
└── what had the focus goes away, the focus goes on: a row of a form, a wallet that is chosen or left
"""

import pytest
from playwright.sync_api import Page, expect

from tests.web.browser.chapter import OPEN
from tests.web.browser.conftest import FULL, WalletOf
from tests.web.browser.keyboard import go_through
from tests.web.browser.lab import Lab
from tests.web.browser.steps import open_act
from tests.web.browser.test_access import paths

pytestmark = pytest.mark.keyboard

TRAP = "<a href='#' onkeydown='event.preventDefault()'>Trap</a>"
RING = "<style>:focus-visible { outline: 3px solid black }</style>"
WANTED = "<button>Wanted</button>"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (f"{RING}{TRAP}{WANTED}{TRAP}", "does not lead to"),
        (f"{RING}<button tabindex='-1'>Wanted</button><button>Another</button>", "does not lead to"),
        (f"<style>* {{ outline: 0 !important }}</style>{WANTED}", "'marked': False"),
        (f"{RING}<a href='#' style='position: fixed; top: -50px'>Unseen</a>{WANTED}{TRAP * 2}", "'seen': False"),
    ],
    ids=["trap", "left out", "unmarked", "unseen"],
)
def test_hands__that_can_not_go_on__fail(page: Page, content: str, reason: str) -> None:
    page.set_content(content)
    with pytest.raises(AssertionError, match=reason):
        page.get_by_role("button", name="Wanted").click()


def test_hands__whose_focus_a_page_loses__fail(page: Page) -> None:
    page.set_content(f"{RING}<button onclick='this.remove()'>Once</button>{WANTED}")
    page.get_by_role("button", name="Once").click()
    with pytest.raises(AssertionError, match="lost"):
        page.get_by_role("button", name="Wanted").click()


@pytest.mark.parametrize("language", ["en", pytest.param("ar", marks=pytest.mark.long)])
def test_pages__are_gone_through_by_tab(page: Page, lab: Lab, language: str) -> None:
    missed = {}
    for path in paths(lab)[:: 1 if FULL else 12]:
        page.goto(f"{lab.url}/{language}{path}")
        missed[path] = go_through(page)
    assert not any(missed.values()), {path: one for path, one in missed.items() if one}


def test_page__begins_with_a_way_past_its_head(page: Page, lab: Lab) -> None:
    page.goto(f"{lab.url}/en/campaigns")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("main :focus")).to_have_count(1)


def test_menu__left_or_escaped_from__closes(page: Page, lab: Lab) -> None:
    page.goto(f"{lab.url}/en/campaigns")
    summary, links = page.locator("[data-menu] summary"), page.locator("[data-menu] a")
    summary.click()
    page.keyboard.press("Tab")
    expect(links.first).to_be_focused()
    page.keyboard.press("Escape")
    expect(links.first).to_be_hidden()
    expect(summary).to_be_focused()
    summary.click()
    for _ in range(links.count()):
        page.keyboard.press("Tab")
    expect(links.last).to_be_focused()
    page.keyboard.press("Tab")
    expect(links.last).to_be_hidden()
    expect(page.locator("main :focus")).to_have_count(1)


def test_row__added_and_taken_away__leaves_the_focus_at_its_group(page: Page, lab: Lab) -> None:
    page.goto(f"{lab.url}/en/start")
    group = page.locator('[data-rows="milestones"]')
    rows, add = group.locator("[data-row]"), group.locator("[data-add-row]")
    add.click()
    expect(rows.last.locator("[data-name]").first).to_be_focused()
    rows.last.locator("[data-remove-row]").click()
    expect(rows).to_have_count(1)
    expect(add).to_be_focused()


def test_wallet__chosen_and_left__leaves_the_focus_in_its_place(page: Page, lab: Lab, wallet_of: WalletOf) -> None:
    wallet_of(lab.cast.tiago, "Olive Wallet")
    wallet_of(lab.cast.rana, "Cedar Wallet")
    open_act(page, lab, OPEN, "pledge")
    page.get_by_role("button", name="Use Cedar Wallet").click()
    leave = page.get_by_role("button", name="Use another wallet")
    expect(leave).to_be_focused()
    leave.click()
    expect(page.get_by_role("button", name="Use Olive Wallet")).to_be_focused()
