"""Asks a real server over a real socket, so that what is tested is what a caller meets, byte for byte."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from typing import Any

import uvicorn
from fastapi import FastAPI

from serving.listening import listen


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """By name in lower case."""
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def problem(self) -> str:
        """Name of the problem type; the answer must be a problem."""
        assert self.headers["content-type"] == "application/problem+json", self
        document = self.json()
        assert document["status"] == self.status
        return str(document["type"].removeprefix("/problems/"))


class Client:
    """One connection to a server, opened again when it was closed."""

    def __init__(self, port: int) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=30)

    def get(self, path: str, headers: Mapping[str, str] | None = None, method: str = "GET") -> Answer:
        """Send a request; `path` is sent as it is."""
        # http.client refuses what no path may hold; a caller with a raw socket need not ask it.
        self.connection._validate_path = lambda url: None  # type: ignore[attr-defined]
        self.connection._encode_request = lambda request: request.encode("latin-1")  # type: ignore[attr-defined]
        try:
            response, body = self._ask(method, path, headers or {})
        except ConnectionResetError:  # idle for too long, or after a failure: the server hung up before it was asked
            response, body = self._ask(method, path, headers or {})
        return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, body)

    def _ask(self, method: str, path: str, headers: Mapping[str, str]) -> tuple[HTTPResponse, bytes]:
        try:
            self.connection.request(method, path, headers=dict(headers))
            response = self.connection.getresponse()
            if response.headers.get("content-type", "").startswith("text/event-stream"):
                self.connection.close()  # it would never end
                return response, b""
            return response, response.read()
        except BaseException:
            self.connection.close()
            raise


@contextmanager
def serving(app: FastAPI) -> Iterator[Client]:
    """Serve `app` in a thread while the block runs."""
    with listen("127.0.0.1", 0, "") as listener:
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="error", server_header=False, timeout_graceful_shutdown=1)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        client = Client(listener.getsockname()[1])
        try:
            yield client
        finally:
            client.connection.close()
            server.should_exit = True
            thread.join()
