"""A real node, anvil, whose chain holds the events of a made-up lab and can be reorganized at will.

Where the contracts of the lab would be stands code that logs what it is called with. It knows no `journal()`.
"""

import random
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from indexer.chain import HttpNode
from indexer.events import Watched
from scripts._lab.errors import RpcError
from scripts._lab.rpc import Rpc
from tests.indexer.fake_chain import ADDRESSES, CHAIN_ID, encode_log, forked
from tests.indexer.fake_lab import Emitted, FakeLab
from tests.postgres import free_port

FINALITY = 64
"""Blocks above the finalized one: two epochs of 32."""

STOP, EQ, SUB, SHR, LOAD, SIZE, COPY, DUP, REVERT = "00", "14", "03", "1c", "35", "36", "37", "80", "fd"
DEST, JUMP_IF, LOG = "5b", "57", 0xA0


def push(value: int) -> str:
    """Return the code that puts a number of two bytes onto the stack."""
    return f"61{value:04x}"


def logger() -> str:
    """Return the code: the first byte it is called with is the number of topics, then come topics and data."""
    blocks = []
    for topics in range(1, 5):
        size = push(1 + 32 * topics) + SIZE + SUB
        pushed = "".join(push(1 + 32 * i) + LOAD for i in reversed(range(topics)))
        copied = size + push(1 + 32 * topics) + push(0) + COPY
        blocks.append(DEST + copied + pushed + size + push(0) + f"{LOG + topics:02x}" + STOP)
    number = push(0) + LOAD + push(248) + SHR
    start = len(number) // 2 + 9 * len(blocks) + 7
    head = number
    for topics, block in enumerate(blocks, start=1):
        head += DUP + push(topics) + EQ + push(start) + JUMP_IF
        start += len(block) // 2
    return "0x" + head + push(0) + push(0) + REVERT + "".join(blocks)


class AnvilNode:
    """A node for the indexer, and the orders that change its chain; see `indexer.chain.Node` for the questions."""

    def __init__(self, url: str, seed: int) -> None:
        self.url = url
        self.rpc = Rpc(url)
        self.random = random.Random(seed)
        self.sender = self.rpc.call("eth_accounts")[0]
        for address in ADDRESSES.values():
            self.rpc.call("anvil_setCode", address, logger())
        self.rpc.call("evm_mine")
        self.labs = [FakeLab(seed), FakeLab(seed)]
        """After each block."""
        self.sent: list[list[dict[str, str]]] = [[], []]
        """Transactions of each block."""

    def watched(self) -> Watched:
        """Return the deployment of this chain."""
        genesis = self.rpc.call("eth_getBlockByNumber", "0x0", False)["hash"]
        return Watched(CHAIN_ID, genesis, {address: name for name, address in ADDRESSES.items()}, 1)

    @property
    def head(self) -> int:
        """Return the number of the last block."""
        return len(self.labs) - 1

    def grow(self, blocks: int, acts: int = 3) -> None:
        """Add blocks, each with some random acts."""
        for _ in range(blocks):
            lab = forked(self.labs[-1])
            lab.random.seed(self.random.random())
            emitted = lab.acts(lab.time + 12, self.random.randrange(acts + 1))
            self.labs.append(lab)
            self.sent.append([self._transaction(event) for event in emitted])
            self.rpc.batch([("eth_sendTransaction", [each]) for each in self.sent[-1]])
            self.rpc.call("evm_mine")

    def reorg(self, depth: int, kept: int) -> None:
        """Replace the last `depth` blocks, as many by others: the events of the first `kept` come one block later."""
        kept = min(kept, depth - 1)
        first = len(self.labs) - depth
        moved = [self.sent[first + i] for i in range(kept)]
        self.rpc.call("anvil_reorg", depth, [[each, i + 1] for i, some in enumerate(moved) for each in some])
        labs = [self.labs[first - 1], *self.labs[first : first + kept]]
        self.labs[first:] = labs + [labs[-1]] * (depth - len(labs))
        self.sent[first:] = [[], *moved] + [[] for _ in range(depth - kept - 1)]

    def _transaction(self, event: Emitted) -> dict[str, str]:
        topics, data = encode_log(event)
        called = f"0x{len(topics):02x}" + "".join(topic[2:] for topic in topics) + data[2:]
        return {"from": self.sender, "to": ADDRESSES[event[0]], "data": called, "gas": hex(10**6)}

    # ------------------------------------------------------------------------------------------- what nodes answer

    def __getattr__(self, question: str) -> Callable[..., Any]:
        """Ask through a connection of its own: each step of a test has an event loop of its own."""

        async def ask(*arguments: Any) -> Any:
            node = HttpNode.open(self.url, 30)
            try:
                return await getattr(node, question)(*arguments)
            finally:
                await node.close()

        return ask

    def pinned(self) -> "AnvilNode":
        """See `Node`."""
        return self

    def failed(self) -> None:
        """See `Node`."""

    def worked(self) -> None:
        """See `Node`."""


@contextmanager
def anvil(seed: int) -> Iterator[AnvilNode]:
    """Run a node."""
    program = shutil.which("anvil")
    if program is None:
        raise RuntimeError("anvil is not on the path: run tests by make, or after `make setup` with .toolchain/bin")
    port = free_port()
    command = [program, "--port", str(port), "--chain-id", str(CHAIN_ID), "--no-mining", "--timestamp", "1700000000"]
    with subprocess.Popen([*command, "--silent"]) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            while True:
                try:
                    node = AnvilNode(url, seed)
                    break
                except RpcError:
                    if process.poll() is not None:
                        raise
                    time.sleep(0.05)
            yield node
            node.rpc.close()
        finally:
            process.terminate()
