"""What a person does and sees on pages with acts, and what a test looks for there."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.web.browser.lab import Lab

PATIENCE = 40_000
"""Milliseconds until a transaction is in a block and indexed, or final."""


def open_act(page: Page, lab: Lab, name: str, step: str, language: str = "en") -> None:
    """Open the page of an act on a campaign."""
    page.goto(f"{lab.url}/{language}/campaigns/{lab.campaigns[name]}/{step}")


def reaches(scope: Page | Locator, name: str) -> None:
    """Wait until an act is in a state; it may not have cost the page its focus."""
    expect(scope.locator("[data-state-of]")).to_have_attribute("data-state", name, timeout=PATIENCE)
    page = scope if isinstance(scope, Page) else scope.page
    expect(page.locator(":focus")).to_have_count(1)


def fails(scope: Page | Locator, name: str) -> str:
    """Wait for a failure, which takes the focus, and return its words."""
    place = scope.locator("[data-failure]")
    expect(place).to_have_attribute("data-failure", name, timeout=PATIENCE)
    expect(place).to_be_visible()
    expect(place).to_be_focused()
    return place.inner_text().replace("\N{NO-BREAK SPACE}", " ")


def pledged(lab: Lab, name: str, address: str) -> int:
    """Return the pledge of an account, in base units."""
    return int(lab.ask("Crowdfunding", "pledgeOf", lab.campaigns[name], address)["amount"])


def held(lab: Lab, address: str) -> int:
    """Return the test euros of an account, in base units."""
    return int(lab.ask("TestEuro", "balanceOf", address))


def check_permit(lab: Lab, typed: dict[str, Any], owner: str, amount: int, contract: str = "Crowdfunding") -> None:
    """Check that a permit is for a contract of ours and exactly an amount, in the domain of the currency."""
    assert typed["primaryType"] == "Permit"
    token = lab.contracts["TestEuro"].address
    assert (typed["domain"]["verifyingContract"], typed["domain"]["chainId"]) == (token, lab.place.chain_id)
    message = typed["message"]
    assert (message["owner"], message["spender"]) == (owner, lab.contracts[contract].address)
    assert int(message["value"]) == amount


def check_request(lab: Lab, typed: dict[str, Any], owner: str, contract: str = "Crowdfunding") -> None:
    """Check that a request is to a contract of ours, in the domain of our forwarder."""
    assert typed["primaryType"] == "ForwardRequest"
    assert typed["domain"]["verifyingContract"] == lab.contracts["ERC2771Forwarder"].address
    assert typed["domain"]["chainId"] == lab.place.chain_id
    message = typed["message"]
    assert (message["from"], message["to"]) == (owner, lab.contracts[contract].address)
    assert message["value"] == "0"
