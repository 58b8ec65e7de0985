"""What the tests of the relay stand on: one chain for all tests of a module, wallets that no other test uses."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from eth_account.signers.local import LocalAccount

from tests.relay.lab import Lab, running, wallet

_numbers = count(1_000)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Return a lab whose blocks are made as soon as there is a transaction."""
    with running(tmp_path_factory.mktemp("lab")) as made:
        yield made


@pytest.fixture
def new_wallet() -> Callable[[], LocalAccount]:
    """Return a maker of wallets that nobody has used."""
    return lambda: wallet(next(_numbers))


@pytest.fixture
def somebody(new_wallet: Callable[[], LocalAccount]) -> LocalAccount:
    """Return a wallet that nobody has used."""
    return new_wallet()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of this test's own."""
    return tmp_path
