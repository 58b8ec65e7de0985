"""A relay as a process of its own, asked over HTTP, killed when a test wants it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from tests.postgres import free_port
from tests.relay.lab import Lab

PATIENCE = 30.0


class Relay:
    """One relay; it may be started and killed many times."""

    def __init__(self, lab: Lab, **settings: Any) -> None:
        self.port: int = settings.pop("port", None) or free_port()
        self.variables = os.environ | lab.environment(self.port, **settings)
        self.log = Path(self.variables["ERANOS_RELAY_DATABASE"]).with_suffix(".log")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [sys.executable, "-m", "eranos.cli", "relay", "run"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, env=self.variables, stdout=log, stderr=log)
        self.wait_until(lambda: self.answers("/health"), "the relay to answer")

    def kill(self) -> None:
        """Kill it as a power cut would."""
        self.stop(signal.SIGKILL)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait()
            self.process = None

    def post(self, request: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Post a request; returns the status and the answer."""
        return self.ask("POST", "/relay", json.dumps({"request": request}).encode())

    def get(self, path: str) -> tuple[int, Any]:
        """Ask for a path."""
        return self.ask("GET", path)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, Any]:
        """Send a request of any kind."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json", **headers})
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        return response.status, json.loads(text) if text[:1] in {b"{", b"["} else text.decode()

    def answers(self, path: str) -> bool:
        """Tell whether a path answers with 200."""
        try:
            return self.get(path)[0] == 200
        except (OSError, HTTPException):
            assert self.process is None or self.process.poll() is None, self.log.read_text("utf-8")
            return False

    def wait_until(self, ready: Any, what: str, seconds: float = PATIENCE) -> None:
        """Wait for something."""
        end = time.monotonic() + seconds
        while not ready():
            assert time.monotonic() < end, f"{what} took too long\n{self.log.read_text('utf-8')[-4000:]}"
            time.sleep(0.05)

    def ended(self, id_: str) -> dict[str, Any]:
        """Wait until a request is mined or refused, and return what is said of it."""
        found: dict[str, Any] = {}

        def ready() -> bool:
            found.update(self.get(f"/relay/{id_}")[1])
            return found["state"] in {"mined", "refused"}

        self.wait_until(ready, f"request {id_}")
        return found


@contextmanager
def relaying(lab: Lab, **settings: Any) -> Iterator[Relay]:
    """Run a relay."""
    relay = Relay(lab, **settings)
    try:
        relay.start()
        yield relay
    finally:
        relay.stop()
