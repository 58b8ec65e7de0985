"""The loop: pauses, giving up, stopping, and what the status row says of it."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from indexer.errors import AnotherWriter, NodeUnavailable, ReorgBelowFinality
from indexer.loop import FIRST_PAUSE, LONGEST_PAUSE, TRIES_OF_ONCE, Loop
from indexer.status import StatusBoard, status_of
from indexer.store.session import reading
from indexer.sync import Outcome, Step
from tests.indexer.conftest import MakeMirror, Mirror, run
from tests.indexer.fake_chain import FakeNode


class Clock:
    """Replaces sleeping: remembers how long, and lets no time pass."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        """Remember."""
        self.slept.append(seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return a clock that stands still, for the loop only: servers of other tests sleep in threads of their own."""
    made = Clock()
    monkeypatch.setattr("indexer.loop.asyncio", SimpleNamespace(Event=asyncio.Event, sleep=made.sleep))
    return made


class Flaky(FakeNode):
    """A node that fails some times, then works."""

    failures = 0
    retry_after = 0.0

    async def marks(self) -> Any:
        """Fail or answer."""
        if self.failures:
            self.failures -= 1
            raise NodeUnavailable("no node answers", self.retry_after)
        return await super().marks()


@pytest.fixture
def flaky() -> Flaky:
    """Return a chain of thirty blocks behind a flaky node."""
    node = Flaky(seed=1)
    node.grow(30)
    return node


def loop_of(mirror: Mirror) -> Loop:
    """Return a loop around a mirror's indexer."""
    return Loop(mirror.indexer, mirror.fetcher, StatusBoard(mirror.engine))


def status(mirror: Mirror) -> dict[str, Any]:
    """Return what `status` shows."""
    with reading(mirror.engine) as connection:
        return dict(status_of(connection))


def ignore(_step: Step) -> None:
    """Watch nothing."""


def test_once__node_keeps_failing__gives_up_after_growing_pauses(
    flaky: Flaky, make_mirror: MakeMirror, clock: Clock
) -> None:
    mirror = make_mirror(flaky)
    flaky.failures = 1000
    with pytest.raises(NodeUnavailable):
        run(loop_of(mirror).once(ignore))
    assert clock.slept == [FIRST_PAUSE * 2**i for i in range(TRIES_OF_ONCE - 1)]
    assert max(clock.slept) <= LONGEST_PAUSE
    assert status(mirror)["activity"] == "failing"
    assert status(mirror)["last_error"] == "no node answers"


def test_once__node_asks_to_wait__waits(flaky: Flaky, make_mirror: MakeMirror, clock: Clock) -> None:
    mirror = make_mirror(flaky)
    flaky.failures, flaky.retry_after = 2, 9
    run(loop_of(mirror).once(ignore))
    assert clock.slept == [9, 9]


def test_once__fatal__not_tried_again(flaky: Flaky, make_mirror: MakeMirror, clock: Clock) -> None:
    first = make_mirror(flaky, "same")
    make_mirror(flaky, "same").catch_up()
    with pytest.raises(AnotherWriter):
        run(loop_of(first).once(ignore))
    assert clock.slept == []


def test_once__reorg_below_finality__status_tells_why_it_stopped(
    flaky: Flaky, make_mirror: MakeMirror, clock: Clock
) -> None:
    mirror = make_mirror(flaky)
    run(loop_of(mirror).once(ignore))
    flaky.reorg(20, 25)
    with pytest.raises(ReorgBelowFinality):
        run(loop_of(mirror).once(ignore))
    found = status(mirror)
    assert found["activity"] == "stopped"
    assert "was final" in found["last_error"]


def test_once__node_recovers__ends_at_the_head(flaky: Flaky, make_mirror: MakeMirror, clock: Clock) -> None:
    mirror = make_mirror(flaky)
    flaky.failures = TRIES_OF_ONCE - 1
    steps: list[Step] = []
    last = run(loop_of(mirror).once(steps.append))
    assert (last.checkpoint.number, steps[-1]) == (30, last)
    assert len(clock.slept) == TRIES_OF_ONCE - 1
    found = status(mirror)
    assert (found["activity"], found["block_number"], found["behind"], found["label"]) == ("following", 30, 0, "head")
    assert (found["quarantined"], found["undoable_blocks"]) == (0, 16)


def test_status__never_indexed__says_so(flaky: Flaky, make_mirror: MakeMirror) -> None:
    mirror = make_mirror(flaky)
    with mirror.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM checkpoint")
    found = status(mirror)
    assert found["block_number"] is None
    assert found["activity"] is None


def test_run__grows_reorganizes_and_stops__follows(flaky: Flaky, make_mirror: MakeMirror) -> None:
    mirror = make_mirror(flaky)
    loop = loop_of(mirror)
    heads: list[int] = []
    acts: list[Callable[[], object]] = [lambda: flaky.grow(3), lambda: flaky.reorg(2, 4), loop.stop.set]

    def play(step: Step) -> None:
        heads.append(step.checkpoint.number)
        if step.outcome is Outcome.IDLE:
            acts.pop(0)()
            loop.wake.set()

    run(asyncio.wait_for(loop.run(play), 10))
    assert heads[-1] == 35
    found = status(mirror)
    assert (found["activity"], found["reorgs"]) == ("stopped", 1)


def test_run__stopped_while_failing__ends_soon(flaky: Flaky, make_mirror: MakeMirror) -> None:
    mirror = make_mirror(flaky)
    flaky.failures, flaky.retry_after = 1000, 60
    loop = loop_of(mirror)

    async def main() -> None:
        running = asyncio.create_task(loop.run(ignore))
        await asyncio.sleep(0.05)
        loop.stop.set()
        loop.wake.set()
        await asyncio.wait_for(running, 5)

    run(main())
    assert status(mirror)["activity"] == "stopped"
