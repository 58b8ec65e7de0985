"""Fetching ahead: what comes out is in order, of one node, and no more than was wanted.

Fetcher
├── an answer that came late ................ handed out before those behind it
├── an error ................................ what is under way is given up, then one range at a time
├── another node ............................ nothing of the one before is used
└── a history ............................... loaded without secondary indexes, which are there at its end
"""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy import Engine

from indexer.chain import Log
from indexer.errors import NodeUnavailable
from indexer.fetch import FIRST_SPAN, IN_FLIGHT, Fetcher
from indexer.store import indexes
from indexer.store.session import reading
from indexer.sync import Outcome
from tests.indexer.conftest import MakeMirror, run
from tests.indexer.fake_chain import FakeNode


class Slow(FakeNode):
    """A node whose first answers come last, and that counts how many it works on."""

    at_work = 0
    most_at_work = 0
    refuses = False

    async def logs(self, addresses: Sequence[str], first: int, last: int) -> list[Log]:
        """Answer late, the odd ranges later than the even ones."""
        self.at_work += 1
        self.most_at_work = max(self.at_work, self.most_at_work)
        try:
            await asyncio.sleep(0.004 if len(self.asked) % 2 else 0)
            if self.refuses:
                self.refuses = False
                raise NodeUnavailable("query returned more than 10000 results")
            return await super().logs(addresses, first, last)
        finally:
            self.at_work -= 1


def slow_chain() -> Slow:
    """Return a chain of 200 blocks."""
    node = Slow(seed=31)
    node.grow(200, acts=2)
    return node


def test_next_batch__answers_out_of_order__same_mirror(make_mirror: MakeMirror) -> None:
    node = slow_chain()
    mirror = make_mirror(node, max_range=FIRST_SPAN)
    mirror.catch_up()
    fresh = make_mirror(FakeNode(seed=31, blocks=node.blocks))
    fresh.catch_up()
    assert node.most_at_work == IN_FLIGHT
    assert mirror.digest() == fresh.digest()


def test_next_batch__error__one_range_at_a_time_until_one_succeeds(make_mirror: MakeMirror) -> None:
    node = slow_chain()
    mirror = make_mirror(node, max_range=FIRST_SPAN)
    node.refuses = True
    with pytest.raises(NodeUnavailable, match="more than 10000"):
        mirror.catch_up()
    assert node.at_work == 0

    async def first_after() -> int:
        node.most_at_work = 0
        await mirror.fetcher.next_batch(node, mirror.indexer.checkpoint, await node.marks())
        await mirror.fetcher.stop()
        return node.most_at_work

    assert run(first_after()) == 1
    mirror.catch_up()
    assert node.most_at_work == IN_FLIGHT


def test_next_batch__other_node__asks_it_and_not_the_one_before(make_mirror: MakeMirror) -> None:
    first, second = slow_chain(), slow_chain()
    mirror = make_mirror(first)
    fetcher = Fetcher(first, first.watched(), target_logs=40, max_range=FIRST_SPAN)

    async def main() -> None:
        marks = await first.marks()
        batch = await fetcher.next_batch(first, mirror.indexer.checkpoint, marks)
        assert batch is not None
        again = await fetcher.next_batch(second, mirror.indexer.checkpoint, marks)
        assert again is not None
        assert again.last == batch.last
        await fetcher.stop()

    run(main())
    assert "logs 3 12" in second.asked


def missing(engine: Engine) -> list[str]:
    """Return the names of secondary indexes that are missing."""
    with reading(engine) as connection:
        return [str(index.name) for index in indexes.missing(connection)]


def test_history__long__indexes_are_missing_until_its_end(make_mirror: MakeMirror) -> None:
    node = slow_chain()
    mirror = make_mirror(node, max_range=1)
    assert len(missing(mirror.engine)) == len(list(indexes._all())) > 0
    assert mirror.step().outcome is Outcome.ADVANCED
    mirror.restart()
    assert missing(mirror.engine)
    mirror.catch_up()
    assert missing(mirror.engine) == []


def test_history__short__indexes_stay(node: FakeNode, make_mirror: MakeMirror) -> None:
    assert missing(make_mirror(node).engine) == []
