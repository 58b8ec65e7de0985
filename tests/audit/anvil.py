"""A chain of its own for tests: a real node, whose blocks are made when the test says so."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audit.proofs.trie import keccak
from scripts._lab.errors import RpcError
from scripts._lab.rpc import Rpc

ANVIL = Path(__file__).resolve().parents[2] / ".toolchain" / "bin" / "anvil"
PATIENCE = 30.0
TRANSFER = keccak(b"Transfer(address,address,uint256)").hex()
# calldata: n. for (; n > 0; n--) emit Transfer(n, n, n). The constructor returns the 59 bytes behind it.
EMITTER = "0x603b80600a5f395ff3005f355b8015603957805f5280807f" + TRANSFER + "60205fa3600190036002565b00"


@dataclass(frozen=True)
class Anvil:
    """A running node, its address and its accounts."""

    url: str
    rpc: Rpc
    accounts: list[str]

    def call(self, method: str, *params: Any) -> Any:
        return self.rpc.call(method, *params)

    def mine(self, *transactions: dict[str, Any] | str) -> dict[str, Any]:
        """Mine one block of these transactions, given as fields or as signed bytes, and return it whole."""
        sent = [
            self.call("eth_sendRawTransaction", t) if isinstance(t, str) else self.call("eth_sendTransaction", t)
            for t in transactions
        ]
        self.call("anvil_mine", "0x1")
        block: dict[str, Any] = self.call("eth_getBlockByNumber", "latest", True)
        assert [t["hash"] for t in block["transactions"]] == sent
        return block

    def receipts(self, block: dict[str, Any]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call("eth_getBlockReceipts", block["number"])
        return found

    def emitter(self) -> str:
        """Deploy a contract that emits as many events as it is told, and return its address."""
        block = self.mine({"from": self.accounts[0], "data": EMITTER})
        address: str = self.receipts(block)[0]["contractAddress"]
        return address


def emit(count: int) -> str:
    """Return the call data that makes an emitter emit so many events."""
    return f"0x{count:064x}"


@contextmanager
def running(*options: str) -> Iterator[Anvil]:
    """Run a node until the test is over."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(ANVIL), "--port", str(port), "--no-mining", "--order", "fifo", "--silent", *options]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        rpc = Rpc(f"http://127.0.0.1:{port}")
        try:
            yield Anvil(rpc.url, rpc, _accounts(rpc))
        finally:
            rpc.close()
            process.terminate()


def _accounts(rpc: Rpc) -> list[str]:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            found: list[str] = rpc.call("eth_accounts")
        except RpcError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return found
