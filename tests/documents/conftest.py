"""Fixtures: a lab that tells what is on chain, and the service in front of a store of its own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from documents.app import create_app
from documents.settings import Settings
from documents.store import Store
from tests.api.client import Answer, Client, serving
from tests.documents import samples as s
from tests.documents.fake_lab import FakeLab, answering


@dataclass
class Service:
    """The service over a real socket."""

    client: Client
    store: Store
    settings: Settings

    def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        """Read something."""
        return self.client.get(path, headers)

    def post(self, path: str, body: Any, headers: dict[str, str] | None = None) -> Answer:
        """Send a body over a connection of its own: the server hangs up on bodies that it does not read."""
        connection = HTTPConnection("127.0.0.1", self.client.connection.port, timeout=30)
        try:
            connection.request("POST", path, body, headers or {})
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def give(self, content: bytes, query: str = "") -> Answer:
        """Give a document."""
        return self.post(f"/documents{query}", content, {"Content-Type": "application/octet-stream"})

    def leftovers(self) -> list[str]:
        """Return the names of files that are on their way."""
        return [path.name for path in (self.settings.folder / ".incoming").iterdir()]


@pytest.fixture
def lab() -> Iterator[FakeLab]:
    """Return a lab whose API answers."""
    with answering() as found:
        yield found


@pytest.fixture
def service_of(tmp_path: Path, lab: FakeLab) -> Iterator[Callable[..., Service]]:
    """Return a factory of services with settings of their own, all on the same store."""
    with ExitStack() as stack:

        def make(**changes: Any) -> Service:
            values = {
                "folder": tmp_path / "files",
                "database": tmp_path / "documents.db",
                "api_url": lab.url,
                "uploads_per_minute": 0,
                "searches_per_minute": 0,
            }
            settings = Settings(**(values | changes))
            app = create_app(settings)
            app.state.store.prepare()
            return Service(stack.enter_context(serving(app)), app.state.store, settings)

        yield make


@pytest.fixture
def service(service_of: Callable[..., Service]) -> Service:
    """Return a service that keeps nothing yet."""
    return service_of()


@pytest.fixture
def kept(service: Service, lab: FakeLab) -> bytes:
    """Return a document that the service keeps."""
    content = s.packed(s.document())
    lab.name(content, "campaign")
    assert service.give(content).status == 201
    return content
