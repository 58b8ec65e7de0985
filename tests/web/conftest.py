"""Fixtures: the pages in front of the mirror that the API's tests fill."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path

import pytest

import deployments
from deployments import CompilerSettings, DeployedContract, Deployment
from indexer.store.columns import Base
from tests.api.client import Client, serving
from tests.api.conftest import blank, documents, make_mirror, mirror
from tests.api.rows import NOW
from tests.web.reading import Element, read
from web.app import create_app
from web.settings import Settings

__all__ = ["blank", "documents", "make_mirror", "mirror"]

PagesOf = Callable[..., Client]
Show = Callable[[str, Iterable[Base]], Element]


def settings_of(mirror: Path, documents: Path | None = None) -> Settings:
    """Return settings without limits."""
    return Settings(
        database_url=f"sqlite:///{mirror}",
        documents=documents,
        requests_per_minute=0,
        relay_url="https://relay.example.org",
    )


@pytest.fixture(scope="session", autouse=True)
def record(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep a record of a deployment on the mirror's chain: forms of acts name the contracts."""
    compiler = CompilerSettings("0.8.37", "cancun", 200, via_ir=False)
    names = [name for name in deployments.abi_names() if name != "Currency"]
    contracts = {
        name: DeployedContract(f"0x{place + 0xC0:040x}", 1, "0x" + "0" * 64, "none", compiler, name)
        for place, name in enumerate(names)
    }
    folder = tmp_path_factory.mktemp("deployments")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(deployments.FOLDER_VARIABLE, str(folder))
        deployments.save(Deployment(31337, "0x" + "0" * 64, contracts))
        yield folder


@pytest.fixture(scope="session")
def pages(mirror: Path, documents: Path) -> Iterator[Client]:
    """Return a client of the pages on a mirror with one of everything."""
    with serving(create_app(settings_of(mirror, documents), clock=lambda: NOW + 60)) as asking:
        yield asking


@pytest.fixture(scope="session")
def blank_pages(blank: Path) -> Iterator[Client]:
    """Return a client of the pages on a mirror with nothing in it."""
    with serving(create_app(settings_of(blank))) as asking:
        yield asking


@pytest.fixture
def pages_of(tmp_path: Path, blank: Path, documents: Path) -> Iterator[PagesOf]:
    """Return a factory of clients of the pages on a mirror of their own, with the scenario's events.

    Their documents are the scenario's too, unless some are given.
    """
    with ExitStack() as stack:

        def make(rows: Iterable[Base], contents: Iterable[bytes] | None = None, clock: float = NOW + 60) -> Client:
            path, folder = tmp_path / "own.db", documents
            if contents is not None:
                folder = tmp_path / "own-documents"
                folder.mkdir()
                for content in contents:
                    (folder / sha256(content).hexdigest()).write_bytes(content)
            make_mirror(path, rows, blank, events=True)
            return stack.enter_context(serving(create_app(settings_of(path, folder), clock=lambda: clock)))

        yield make


@pytest.fixture
def show(tmp_path: Path, blank: Path) -> Show:
    """Return a function that shows a page on a mirror with some rows."""

    def shown(path: str, rows: Iterable[Base]) -> Element:
        file = tmp_path / "mirror.db"
        make_mirror(file, rows, blank)
        with serving(create_app(settings_of(file), clock=lambda: NOW + 60)) as client:
            answer = client.get(path)
        assert answer.status == 200, answer
        return read(answer.body)

    return shown
