from collections.abc import Iterator

import pytest

from tests.audit.anvil import Anvil, running


@pytest.fixture(scope="session")
def anvil() -> Iterator[Anvil]:
    with running() as node:
        yield node


@pytest.fixture(scope="session")
def emitter(anvil: Anvil) -> str:
    return anvil.emitter()
