"""Fixtures: a whole lab, a real browser, and in it two wallets of ours."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, sync_playwright

import deployments
from scripts._lab.rpc import Rpc
from scripts._lab.wallets import Wallet
from tests.web.browser import keyboard
from tests.web.browser.lab import Lab, whole_lab
from tests.web.browser.people import Meet, people
from tests.web.browser.wallet import BrowserWallet

UNPACKED = Path(__file__).parents[3] / ".toolchain" / "browser"
#: Milliseconds that a page may take for anything. Generous: a test machine may be busy.
PATIENCE = 20_000
FULL = os.environ.get("ERANOS_BROWSER") == "full"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long jobs to `make test-web`."""
    long = [] if FULL else [item for item in items if item.get_closest_marker("long")]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if item not in long]


@pytest.fixture(autouse=True)
def hands(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a test does to a page it does by keyboard alone in the whole run; in the daily one a sample does."""
    if FULL or request.node.get_closest_marker("keyboard"):
        for name, act in keyboard.ACTS.items():
            monkeypatch.setattr(Locator, name, act)
            # What stands on a page is acted on by itself, so that no way leads around.
            monkeypatch.delattr(Page, name)


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A lab of its own for all browser tests."""
    folder = tmp_path_factory.mktemp("browser-lab")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(deployments.FOLDER_VARIABLE, str(folder / "records"))
        with whole_lab(folder) as lab:
            yield lab


@pytest.fixture(scope="session")
def later(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Another one, for tests that put the chain's clock forward; each finds it at another time."""
    folder = tmp_path_factory.mktemp("later-lab")
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            # Only what is started here looks there: the other lab has its own records.
            patch.setenv(deployments.FOLDER_VARIABLE, str(folder / "records"))
            lab = stack.enter_context(whole_lab(folder))
        yield lab


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    with sync_playwright() as playwright:
        browser = launched(playwright)
        yield browser
        browser.close()


def launched(playwright: Playwright) -> Browser:
    """Start Chromium with the libraries and fonts that its package brings."""
    environment = {
        **os.environ,
        "LD_LIBRARY_PATH": str(UNPACKED / "al2023" / "lib"),
        "FONTCONFIG_PATH": str(UNPACKED / "fonts"),
    }
    return playwright.chromium.launch(
        executable_path=UNPACKED / "chromium",
        args=["--headless=shell", "--no-sandbox", "--font-render-hinting=none"],
        env=environment,
    )


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh browser, as a person has it who was never here."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page of that browser; fails at anything that the browser complains of."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None,
    )
    yield page
    assert complaints == []


WalletOf = Callable[..., BrowserWallet]


@pytest.fixture
def wallet_of(context: BrowserContext, lab: Lab) -> Iterator[WalletOf]:
    """Makes announced wallets of people of the lab."""
    rpcs = []

    def make(holder: Wallet, name: str = "Olive Wallet", *, on_chain: int | None = None) -> BrowserWallet:
        rpc = Rpc(lab.place.rpc_url)
        rpcs.append(rpc)
        chain_id = lab.place.chain_id
        wallet = BrowserWallet(name, holder, rpc, chain_id, on_chain or chain_id, knows={chain_id})
        wallet.announce_in(context)
        return wallet

    yield make
    for rpc in rpcs:
        rpc.close()


@pytest.fixture
def meet(browser: Browser, lab: Lab) -> Iterator[Meet]:
    """Return a function that has somebody come with a browser and a wallet of their own."""
    with people(browser, lab) as meet:
        yield meet


@pytest.fixture
def meet_later(browser: Browser, later: Lab) -> Iterator[Meet]:
    """Return the same for the lab whose clock may be moved."""
    with people(browser, later) as meet:
        yield meet
