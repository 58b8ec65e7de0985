"""Several people at once, each with a browser and a wallet of their own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

from scripts._lab.rpc import Rpc
from scripts._lab.wallets import Wallet
from tests.web.browser.barriers import violations
from tests.web.browser.lab import Lab
from tests.web.browser.steps import reaches
from tests.web.browser.wallet import BrowserWallet

DAY = 86_400


@dataclass
class Person:
    """Somebody at a page."""

    page: Page
    wallet: BrowserWallet
    lab: Lab

    def goes_to(self, path: str) -> None:
        """Open a page once the index knows the newest block, and look whether everybody can use it."""
        self.lab.catch_up()
        self.page.goto(f"{self.lab.url}/en{path}")
        assert violations(self.page) == []

    def form(self, title: str) -> Locator:
        """Return the form of an act by its heading."""
        return self.page.get_by_role("form", name=title, exact=True)

    def fills(self, form: Locator, **values: str) -> None:
        """Fill fields in by their names."""
        for name, value in values.items():
            field = form.locator(f'[data-name="{name}"]').first
            if field.evaluate("it => it.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)

    def chooses(self, form: Locator, **values: str) -> None:
        """Choose one of a few options by its name and value."""
        for name, value in values.items():
            form.locator(f'[data-name="{name}"][value="{value}"]').check()

    def sends(self, form: Locator) -> None:
        """Press the button of a form."""
        form.locator("[type=submit]").click()

    def acts(self, form: Locator) -> None:
        """Press the button and wait for a block."""
        self.sends(form)
        reaches(form, "in_block")


Meet = Callable[[Wallet], Person]


@contextmanager
def people(browser: Browser, lab: Lab) -> Iterator[Meet]:
    """Make people while the block runs; fails at anything that a browser complains of."""
    contexts: list[Any] = []
    rpcs: list[Rpc] = []
    complaints: list[str] = []

    def meet(holder: Wallet) -> Person:
        context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
        context.set_default_timeout(30_000)
        rpc = Rpc(lab.place.rpc_url)
        contexts.append(context)
        rpcs.append(rpc)
        chain_id = lab.place.chain_id
        wallet = BrowserWallet("Olive Wallet", holder, rpc, chain_id, chain_id, knows={chain_id})
        wallet.announce_in(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return Person(page, wallet, lab)

    yield meet
    for context in contexts:
        context.close()
    for rpc in rpcs:
        rpc.close()
    assert complaints == []


def now_of(lab: Lab) -> int:
    """Return the Unix time of the newest block."""
    return int(lab.rpc.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)


def later(lab: Lab, seconds: int) -> None:
    """Let time pass on the chain: minutes, as every test has the same chain."""
    lab.rpc.call("evm_increaseTime", seconds)
    lab.rpc.call("evm_mine")


def moment(lab: Lab, days: float) -> str:
    """Return a time so many days ahead as a field of date and time takes it."""
    return datetime.fromtimestamp(now_of(lab) + days * DAY, UTC).strftime("%Y-%m-%dT%H:%M")


def day(lab: Lab, days: float) -> str:
    """Return the same as a field of a day."""
    return moment(lab, days)[:10]


def let_pass(lab: Lab, days: float) -> None:
    """Put the clock of a chain forward: only of the lab that is for it."""
    lab.rpc.call("evm_increaseTime", round(days * DAY))
    lab.rpc.call("evm_mine")
    lab.actor.clock.tick()
    lab.catch_up()


def is_stored(lab: Lab, digest: bytes | str) -> bool:
    """Return whether the pages can read a document."""
    name = digest.removeprefix("0x") if isinstance(digest, str) else digest.hex()
    return lab.api.read(f"/documents/{name}")[0] == 200


def wait_until_stored(page: Page, lab: Lab, digest: bytes | str) -> None:
    """Wait until a document is in the store."""
    for _ in range(60):
        if is_stored(lab, digest):
            return
        page.wait_for_timeout(500)
    raise AssertionError(f"not stored: {digest!r}")


def alarmed(page: Page, words: str) -> None:
    """Check that a page tells of a recovery loudly."""
    expect(page.locator(".alarm").first).to_contain_text(words)
