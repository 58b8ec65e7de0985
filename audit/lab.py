"""The contracts of a lab, from its deployment record, and the block up to which it is audited."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import deployments
from audit.errors import NodeUnavailable, NodeUntrue, UnknownSubject
from audit.node import Log, Node
from audit.progress import Progress
from audit.proofs.headers import Header
from audit.proofs.hex_text import text_of
from deployments import DeployedContract

TARGET_LOGS: Final = 5_000
"""Logs aimed at in one answer."""
FIRST_RANGE: Final = 10
LARGEST_RANGE: Final = 50_000


@dataclass(frozen=True)
class Lab:
    """A lab, a node that tells about it, and the block as of which it is looked at."""

    node: Node
    contracts: dict[str, DeployedContract]
    """By name."""
    header: Header

    @classmethod
    def open(cls, node: Node, block_hash: str | None) -> "Lab":
        """Return the lab of the node's chain as of a block that the auditor believes in, else the finalized one.

        Raises:
            NodeUntrue: The block is not on the node's chain.
        """
        deployment = deployments.load(node.chain_id)
        header = node.header(block_hash) if block_hash else node.named("finalized")
        if node.named(hex(header.number)).hash != header.hash:
            raise NodeUntrue(f"block {text_of(header.hash)} is not on the chain of the node at {node.name}")
        return cls(node, dict(deployment.contracts), header)

    @property
    def block_hash(self) -> str:
        """Return the hash of the block as of which the lab is looked at."""
        return text_of(self.header.hash)

    @property
    def journaled(self) -> dict[str, DeployedContract]:
        """Return the contracts that keep a journal, by name."""
        return {name: each for name, each in self.contracts.items() if each.journal_slot is not None}

    def contract(self, name: str) -> DeployedContract:
        """Return a contract by name.

        Raises:
            UnknownSubject: There is none.
        """
        if name not in self.contracts:
            raise UnknownSubject(f"the lab has no contract {name}; it has {', '.join(sorted(self.contracts))}")
        return self.contracts[name]

    def logs(self, names: Sequence[str], progress: Progress) -> Iterator[list[Log]]:
        """Yield all logs of some contracts up to the block, in chain order, some thousand at a time.

        Raises:
            NodeUnavailable: The node refuses even the logs of a single block.
        """
        contracts = [self.contract(name) for name in names]
        addresses = [each.address.lower() for each in contracts]
        first, width = min((each.block_number for each in contracts), default=0), FIRST_RANGE
        progress.begin(first, self.header.number)
        while first <= self.header.number:
            last = min(first + width - 1, self.header.number)
            try:
                found = self.node.logs(addresses, first, last)
            except NodeUnavailable:
                if width == 1:
                    raise
                width = max(1, width // 2)
                continue
            yield found
            progress.at(last, len(found))
            first = last + 1
            width = _next_width(width, len(found))
        progress.end()


def _next_width(width: int, found: int) -> int:
    """Return how many blocks to ask for, after so many gave so many logs."""
    if 2 * found < TARGET_LOGS:
        return min(LARGEST_RANGE, 2 * width)
    return max(1, width // 2) if found > 2 * TARGET_LOGS else width
