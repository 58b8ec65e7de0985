"""Several nodes of one chain: one is asked at a time, and when it fails, the next.

A step pins the node that it asks, so that answers of two nodes never meet in one range or one block.
"""

import logging
from collections.abc import Sequence

from indexer.chain import Call, Header, HttpNode, Log, Marks, Node, Pace, WholeBlock

log = logging.getLogger(__name__)


class Endpoints:
    """A `Node` that is one of several."""

    def __init__(self, nodes: Sequence[HttpNode]) -> None:
        """Args: the nodes, the preferred one first."""
        self._nodes = nodes
        self._present = 0

    async def close(self) -> None:
        """Close all connections."""
        for node in self._nodes:
            await node.close()

    def pinned(self) -> Node:
        """Return the node asked at present."""
        return self._nodes[self._present]

    def failed(self) -> None:
        """Go on with the next node."""
        self._present = (self._present + 1) % len(self._nodes)
        self._nodes[self._present].failed()
        log.warning("asking the node at %s from now on", self._nodes[self._present].name)

    def worked(self) -> None:
        """Ask as fast as wanted again."""
        self._nodes[self._present].worked()

    async def identity(self) -> tuple[int, str]:
        """Return chain id and genesis hash."""
        return await self.pinned().identity()

    async def marks(self) -> Marks:
        """Return head, safe and finalized block."""
        return await self.pinned().marks()

    async def headers(self, numbers: Sequence[int]) -> list[Header | None]:
        """Return headers by number."""
        return await self.pinned().headers(numbers)

    async def logs(self, addresses: Sequence[str], first: int, last: int) -> list[Log]:
        """Return logs of a range of blocks."""
        return await self.pinned().logs(addresses, first, last)

    async def block_logs(self, addresses: Sequence[str], headers: Sequence[Header]) -> list[list[Log]]:
        """Return logs of blocks by their hashes."""
        return await self.pinned().block_logs(addresses, headers)

    async def calls(self, calls: Sequence[Call], block_hash: str) -> list[bytes | None]:
        """Return what contracts answer in the state after a block."""
        return await self.pinned().calls(calls, block_hash)

    async def whole_block(self, block_hash: str) -> WholeBlock:
        """Return a block with all transactions and receipts."""
        return await self._nodes[self._present].whole_block(block_hash)


def open_nodes(urls: str, timeout: float) -> HttpNode | Endpoints:
    """Return the node, or the nodes, behind addresses separated by commas. Needs a running event loop.

    Args:
        urls: HTTP addresses, the preferred one first.
        timeout: Seconds for one answer.
    """
    pace = Pace()
    nodes = [HttpNode.open(url.strip(), timeout, pace) for url in urls.split(",")]
    return nodes[0] if len(nodes) == 1 else Endpoints(nodes)
