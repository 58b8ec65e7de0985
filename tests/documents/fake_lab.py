"""A lab's API of a few lines: which hashes are on chain, who acts for an entity, and every way of not answering."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

AUTHOR = "0x" + "0a" * 20
CHAIN_ID = 31337


@dataclass
class FakeLab:
    """What the API answers."""

    url: str = ""
    namings: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    accounts: dict[int, str] = field(default_factory=dict)
    block: int = 1_000
    behind: int = 0
    asked: list[str] = field(default_factory=list)
    broken: tuple[int, bytes, dict[str, str]] | None = None
    """Answered to everything, if set: status, body, headers."""

    def name(self, content: bytes, kind: str, **changes: Any) -> str:
        """Put the hash of a document on chain; returns it."""
        digest = sha256(content).hexdigest()
        known = self.namings.setdefault(digest, [])
        values: dict[str, Any] = {
            "kind": kind,
            "account": AUTHOR,
            "entity_id": 1,
            "contract": "Crowdfunding",
            "event": "CampaignSubmitted",
            "record": "/v1/campaigns/1",
            "named_at": {"event_key": 1_000 + len(known), "href": "/v1/events/1000"},
        }
        known.append(values | changes)
        return digest

    def answer(self, path: str) -> tuple[int, bytes, dict[str, str]]:
        """Return status, body and headers."""
        self.asked.append(path)
        if self.broken is not None:
            return self.broken
        name = path.partition("?")[0].rpartition("/")[2]
        if path.startswith("/v1/hashes/"):
            if name in self.namings:
                return 200, json.dumps({"items": self.namings[name]}).encode(), {}
            return 404, b'{"type": "/problems/unknown-hash"}', {}
        if path.startswith("/v1/entities/"):
            return 200, json.dumps({"entity": {"account": self.accounts[int(name)]}}).encode(), {}
        assert path == "/v1/status", path
        status = {"chain_id": CHAIN_ID, "as_of": {"block_number": self.block}, "lag": {"blocks": self.behind}}
        return 200, json.dumps(status).encode(), {}


@contextmanager
def answering() -> Iterator[FakeLab]:
    """Answer while the block runs."""
    lab = FakeLab()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body, headers = lab.answer(self.path)
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: Any) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    lab.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield lab
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
