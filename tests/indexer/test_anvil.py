"""Reorgs of a real node: the mirror equals a fresh index of the chain that stands, and that of its own events."""

import os
import random
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from indexer.apply import EVENT_TABLES
from indexer.sync import Outcome
from tests.indexer.anvil import FINALITY, AnvilNode, anvil
from tests.indexer.conftest import MakeMirror
from tests.indexer.test_faults import assert_as_fresh

REORGS = 100 if os.environ.get("ERANOS_FAULTS") == "full" else 5
"""On each database."""


@pytest.fixture
def chain() -> Iterator[AnvilNode]:
    """Return a node whose chain is longer than what can still be replaced."""
    with anvil(seed=7) as node:
        node.grow(FINALITY + 10)
        yield node


def test_reorgs__of_a_real_node__as_a_fresh_index(make_mirror: MakeMirror, chain: AnvilNode) -> None:
    chance = random.Random(8)
    mirror = make_mirror(chain)
    rewound = 0
    for i in range(REORGS):
        for _ in range(chance.choice([1, 3, 100])):  # in the middle, or at the head
            outcome = mirror.step().outcome
            rewound += outcome is Outcome.REWOUND
            if outcome is Outcome.IDLE:
                break
        for _ in range(chance.choice([1, 1, 2])):
            depth = FINALITY if i == 1 else chance.randint(1, FINALITY)
            chain.reorg(depth, chance.randrange(depth))
        chain.grow(chance.randrange(4))
    chain.grow(1)
    mirror.catch_up()
    assert rewound
    stored = [mirror.rows(select(func.count()).select_from(table))[0][0] for table in EVENT_TABLES]
    assert sum(stored) == sum(map(len, chain.sent)) > 0
    assert_as_fresh(mirror, make_mirror)
