"""A small relay with the interface of `eranos relay`, that a test can take down, slow down and let refuse."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from hexbytes import HexBytes

from scripts._lab.acts import GAS, MAX_FEE, TIP
from scripts._lab.contracts import Contract
from scripts._lab.rpc import Rpc
from scripts._lab.wallets import Wallet


@dataclass
class Relay:
    """Carries requests through the forwarder, one transaction each."""

    rpc_url: str
    forwarder: Contract
    wallet: Wallet
    chain_id: int
    url: str = ""
    is_down: bool = False
    refusal: dict[str, Any] | None = None
    requests: list[dict[str, Any]] = field(default_factory=list)
    """Everything that was asked of it."""
    _sent: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def accept(self, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Return the answer to a request, after sending it."""
        self.requests.append(request)
        if self.refusal is not None:
            return int(self.refusal["status"]), self.refusal
        numbers = ("value", "gas", "deadline")
        assert all(isinstance(request[name], str) and request[name].isdecimal() for name in numbers), request
        values = (
            *(request["from"], request["to"], int(request["value"]), int(request["gas"]), int(request["deadline"])),
            *(HexBytes(request["data"]), HexBytes(request["signature"])),
        )
        data = self.forwarder.encode("execute", values)
        with self._lock:
            rpc = Rpc(self.rpc_url)
            try:
                try:
                    call = {"from": self.wallet.address, "to": self.forwarder.address, "data": data}
                    rpc.call("eth_call", call, "latest")
                except Exception as error:  # noqa: BLE001 - whatever the node has against it is a refusal
                    return 422, {"type": "/problems/reverts", "title": "It would revert", "detail": str(error)[:200]}
                name = f"r{len(self._sent) + 1}"
                self._sent[name] = self._send(rpc, data)
            finally:
                rpc.close()
        return 202, {"id": name, "state": "accepted"}

    def status(self, name: str) -> tuple[int, dict[str, Any]]:
        """Return how far a request is."""
        if name not in self._sent:
            return 404, {"type": "/problems/unknown-request", "title": "No such request"}
        return 200, {"id": name, "state": "sent", "tx_hash": self._sent[name], "block_number": None, "reason": None}

    def _send(self, rpc: Rpc, data: str) -> str:
        nonce = int(rpc.call("eth_getTransactionCount", self.wallet.address, "pending"), 16)
        transaction: dict[str, Any] = {
            "chainId": self.chain_id,
            "nonce": nonce,
            "to": self.forwarder.address,
            "data": data,
            "value": 0,
            "gas": GAS,
            "maxFeePerGas": MAX_FEE,
            "maxPriorityFeePerGas": TIP,
        }
        signed = self.wallet.account.sign_transaction(transaction)
        return str(rpc.call("eth_sendRawTransaction", signed.raw_transaction.to_0x_hex()))


@contextmanager
def running(relay: Relay) -> Iterator[Relay]:
    """Serve a relay while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

        def answer(self, status: int, body: dict[str, Any]) -> None:
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Access-Control-Allow-Headers", "Content-Type")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def do_OPTIONS(self) -> None:
            self.answer(200, {})

        def do_GET(self) -> None:
            if relay.is_down:
                self.close_connection = True
            elif self.path == "/health":
                self.answer(200, {"status": "ok"})
            else:
                self.answer(*relay.status(self.path.removeprefix("/relay/")))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if relay.is_down:
                self.close_connection = True
            else:
                self.answer(*relay.accept(json.loads(body)["request"]))

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    relay.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield relay
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
