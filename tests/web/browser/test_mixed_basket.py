"""A basket in two currencies, one of them without permits: its leave costs gas and comes first, and all is ordered."""

import pytest
from playwright.sync_api import expect

from scripts._lab.clock import DAY
from scripts._lab.contracts import TEST_CURRENCY, Contract
from scripts._lab.stage import EURO
from tests.web.browser import scenery
from tests.web.browser.lab import Lab
from tests.web.browser.people import Meet
from tests.web.browser.steps import check_permit, fails
from tests.web.browser.test_market import basket

CROWN = "TestCrown"
NO_PERMITS = ("0x84b0196e", "0x3644e515")
"""Selectors by which a currency tells the domain of its permits: `eip712Domain` and `DOMAIN_SEPARATOR`."""

LISTEN = """() => {
  const [place, told] = [document.querySelector("[data-state-of]"), (window.told = [])];
  const observer = new MutationObserver(() => told.push(place.textContent));
  observer.observe(place, { childList: true, subtree: true, characterData: true });
}"""


@pytest.fixture
def crown(later: Lab) -> Contract:
    """Return another currency that is accepted."""
    address = scenery.a_listed_currency(later, "c2")
    token = Contract(CROWN, address, later.contracts[TEST_CURRENCY].abi)
    later.contracts[CROWN] = later.actor.contracts[CROWN] = token
    return token


def listed(lab: Lab, currency: str, price: int) -> int:
    seller, windows = lab.cast.nablus, (3 * DAY, 10 * DAY, 4 * DAY)
    terms = (currency, price * EURO, 0, 5, scenery.PICKUP, *windows, seller.address, scenery.document("listing"))
    lab.actor.do(seller, "Marketplace", "list", terms)
    return int(lab.ask("Marketplace", "listingCount"))


@pytest.mark.long
def test_basket__with_a_currency_without_permits__asks_for_its_leave_first(
    meet_later: Meet, later: Lab, crown: Contract
) -> None:
    lab, wallet = later, later.cast.marco
    euro, market = lab.contracts[TEST_CURRENCY].address, lab.contracts["Marketplace"].address
    lines = [(listed(lab, currency, price), 1, "pickup") for currency, price in ((euro, 10), (crown.address, 7))]
    for currency in (TEST_CURRENCY, CROWN):
        lab.actor.do(lab.cast.relayer, currency, "faucet", wallet.address, 20 * EURO)
    before, orders = held_in(lab, wallet.address), int(lab.ask("Marketplace", "orderCount"))

    buyer = meet_later(wallet)
    buyer.wallet.lacks = {(crown.address, selector) for selector in NO_PERMITS}
    lab.catch_up()
    lab.processes.wait_until("the symbols of currencies", lab.knows_symbols, 60)
    buyer.goes_to(basket(*lines))
    form = buyer.form("Order all of it")
    buyer.sends(form)
    said = fails(form, "needs_gas")
    assert "tCRN needs gas" in said
    assert "tEUR" not in said
    assert (buyer.wallet.signed(), buyer.wallet.sent()) == ([], [])

    buyer.page.evaluate(LISTEN)
    form.get_by_role("button", name="Send it from my wallet", exact=True).click()
    expect(form.locator("[data-state-of]")).to_have_attribute("data-state", "in_block", timeout=60_000)
    told = " ".join(buyer.page.evaluate("window.told")).replace("\N{NO-BREAK SPACE}", " ")
    steps = (
        "exactly 7 tCRN, once. This costs gas",
        "exactly 10 tEUR, once. This costs nothing",
        "asks you to send the act",
    )
    places = [told.index(one) for one in steps]
    assert places == sorted(places)
    approval, order = buyer.wallet.sent()
    assert (approval["to"], approval["data"]) == (crown.address, crown.encode("approve", market, 7 * EURO))
    assert order["to"] == market
    (permit,) = buyer.wallet.signed()
    check_permit(lab, permit, wallet.address, 10 * EURO, "Marketplace")
    assert int(lab.ask("Marketplace", "orderCount")) == orders + 2
    assert held_in(lab, wallet.address) == (before[0] - 10 * EURO, before[1] - 7 * EURO)
    assert [int(lab.ask(name, "allowance", wallet.address, market)) for name in (TEST_CURRENCY, CROWN)] == [0, 0]


def held_in(lab: Lab, address: str) -> tuple[int, int]:
    """Return the euros and crowns of an account, in base units."""
    euros, crowns = (int(lab.ask(name, "balanceOf", address)) for name in (TEST_CURRENCY, CROWN))
    return euros, crowns
