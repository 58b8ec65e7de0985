"""Which blocks a node is asked for: all up to the block, each once, in ranges that fit the node and the chain.

Lab.logs
├── given a node that refuses even one block ........ NodeUnavailable
├── given a node that refuses wide ranges ........... narrower ones
├── given a chain with few events .................. wider ones
└── given a chain with many ........................ narrower ones
"""

from collections.abc import Sequence

import pytest

from audit.errors import NodeUnavailable, UnknownSubject
from audit.lab import LARGEST_RANGE, TARGET_LOGS, Lab
from audit.node import Log, Node
from audit.progress import Progress
from audit.proofs.headers import Header
from deployments import CompilerSettings, DeployedContract

SETTINGS = CompilerSettings("", "", 0, via_ir=False)
FIRST = 7


class Chain(Node):
    """A node that tells so many logs a block, and refuses wider ranges than it likes."""

    def __init__(self, per_block: int, widest: int = 10**9) -> None:
        super().__init__("http://127.0.0.1:1")
        self.per_block, self.widest = per_block, widest
        self.asked: list[tuple[int, int]] = []

    def logs(self, addresses: Sequence[str], first: int, last: int) -> list[Log]:
        if last - first >= self.widest:
            raise NodeUnavailable("too wide")
        self.asked.append((first, last))
        log = Log("0x", [], "0x", hex(first), "0x", "0x", "0x0")
        return [log] * (self.per_block * (last - first + 1))


def asked(node: Chain, last: int) -> list[tuple[int, int]]:
    """Read all logs and return the ranges, which must be all blocks, each once."""
    contract = DeployedContract("0x" + "AA" * 20, FIRST, "", "", SETTINGS, "Vault", 0)
    lab = Lab(node, {"Vault": contract}, Header(b"", b"", b"", b"", b"", b"", last, 0))
    count = sum(len(some) for some in lab.logs(["Vault"], Progress(shown=False)))
    assert count == node.per_block * (last - FIRST + 1)
    assert [block for first, end in node.asked for block in range(first, end + 1)] == list(range(FIRST, last + 1))
    return node.asked


def test_logs__of_a_node_that_refuses_everything__could_not_be_read() -> None:
    with pytest.raises(NodeUnavailable, match="too wide"):
        asked(Chain(1, widest=0), 100)


def test_logs__of_a_node_that_refuses_wide_ranges__come_in_narrow_ones() -> None:
    assert max(last - first + 1 for first, last in asked(Chain(1, widest=3), 100)) == 2


def test_logs__of_a_chain_with_few_events__come_in_wide_ranges() -> None:
    assert max(last - first + 1 for first, last in asked(Chain(0), 300_000)) == LARGEST_RANGE
    assert len(asked(Chain(0), 300_000)) < 30


def test_logs__of_a_chain_with_many_events__come_in_narrow_ranges() -> None:
    ranges = asked(Chain(3_000), 100)
    assert [last - first + 1 for first, last in ranges[:4]] == [10, 5, 2, 2]
    assert 2 * TARGET_LOGS >= 3_000 * 2


def test_logs__before_the_first_block__are_none() -> None:
    assert asked(Chain(1), FIRST - 1) == []


def test_contract__that_is_unknown__is_named_with_those_known() -> None:
    contract = DeployedContract("0x" + "AA" * 20, FIRST, "", "", SETTINGS, "Vault", None)
    lab = Lab(Chain(0), {"Vault": contract}, Header(b"", b"", b"", b"", b"", b"", 9, 0))
    with pytest.raises(UnknownSubject, match="no contract Nothing; it has Vault"):
        lab.contract("Nothing")
    assert lab.journaled == {}
