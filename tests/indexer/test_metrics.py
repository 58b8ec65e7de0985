"""Health, readiness and metrics of the running indexer; second looks at final blocks."""

import json
import random
import re
import socket
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from sqlalchemy import delete

from indexer import audit, metrics
from indexer.metrics import Meter, serving
from indexer.status import StatusBoard
from indexer.store.checkpoint import Checkpoint
from indexer.store.models import EVENTS
from indexer.sync import Outcome, Step
from serving.listening import AddressTaken
from tests.indexer.conftest import MakeMirror, run
from tests.indexer.fake_chain import FakeNode


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as some:
        some.bind(("127.0.0.1", 0))
        return int(some.getsockname()[1])


def checkpoint(number: int = 95, head: int = 100) -> Checkpoint:
    """Return a checkpoint."""
    return Checkpoint(1, "", "", 1, number, "", 0, head, 80, 80)


def ask(meter: Meter, path: str) -> tuple[int, str]:
    """Return status and body of an answer."""
    port = free_port()

    async def main() -> tuple[int, str]:
        async with (
            serving(meter, "127.0.0.1", port),
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{port}{path}") as answer,
        ):
            return answer.status, await answer.text()

    return run(main())


def test_serving__taken_port__one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        async def main() -> None:
            async with serving(Meter(), "127.0.0.1", port):
                pass

        with pytest.raises(AddressTaken, match=rf"127\.0\.0\.1:{port} .*: set ERANOS_INDEX_LISTEN_PORT"):
            run(main())


NOT_READY: list[tuple[dict[str, Any], str]] = [
    ({"leading": False}, "another indexer leads"),
    ({"checkpoint": None}, "nothing indexed yet"),
    ({"loading": True}, "loading history: block 95 of 80"),
    ({"checkpoint": checkpoint(80)}, "20 blocks behind the head"),
    ({"last_sign": float("-inf")}, "no step for inf s"),
]


@pytest.mark.parametrize(("changes", "reason"), NOT_READY)
def test_ready__not_yet__says_why(changes: dict[str, Any], reason: str) -> None:
    meter = replace(Meter(leading=True, checkpoint=checkpoint(), loading=False), **changes)
    status, body = ask(meter, "/ready")
    assert (status, json.loads(body)) == (503, {"status": "failing", "reason": reason})
    assert "eranos_index_ready 0\n" in meter.as_text()


def test_health__stuck__503_else_200(monkeypatch: pytest.MonkeyPatch) -> None:
    meter = Meter(leading=True, checkpoint=checkpoint(), loading=False)
    assert ask(meter, "/health")[0] == ask(meter, "/ready")[0] == 200
    monkeypatch.setattr(metrics, "STUCK_SECONDS", -1.0)
    assert ask(meter, "/health")[0] == 503


def test_metrics__after_some_steps__every_figure() -> None:
    meter = Meter(leading=True, loading=False)
    meter.watch(Step(Outcome.ADVANCED, checkpoint(), 7, 2))
    meter.watch(Step(Outcome.REWOUND, checkpoint(90)))
    status, body = ask(meter, "/metrics")
    assert status == 200
    found = dict(re.findall(r"^eranos_index_(\w+) (\d+)$", body, re.MULTILINE))
    assert found == {
        "leading": "1",
        "ready": "1",
        "head_block": "100",
        "indexed_block": "90",
        "finalized_block": "80",
        "lag_blocks": "10",
        "events_total": "7",
        "quarantined_total": "2",
        "reorgs_total": "1",
        "refetches_total": "0",
        "errors_total": "0",
        "gaps_total": "0",
    }
    assert body.count("# HELP") == body.count("# TYPE") == len(found)


def test_board__counts__reach_the_meter(node: FakeNode, make_mirror: MakeMirror) -> None:
    meter = Meter()
    board = StatusBoard(make_mirror(node).engine, meter)
    board.count("gaps", 2)
    board.count("refetches")
    board.failed(RuntimeError("no"))
    assert (meter.gaps, meter.refetches, meter.errors) == (2, 1, 1)


# ------------------------------------------------------------------------------------------------------ second looks


class First(random.Random):
    """Chance that always takes the lowest block."""

    def randint(self, a: int, b: int) -> int:
        """Return the lowest."""
        return a


def look(mirror: Any) -> audit.Look | None:
    """Look again at the first blocks."""
    return run(audit.look_again(mirror.engine, mirror.node, mirror.node.watched(), First()))


def test_look_again__nothing_final__nothing_found(make_mirror: MakeMirror) -> None:
    node = FakeNode(seed=1)
    node.grow(4)
    assert look(make_mirror(node)) is None


def test_look_again__all_is_there__no_gaps(node: FakeNode, make_mirror: MakeMirror) -> None:
    mirror = make_mirror(node)
    mirror.catch_up()
    assert look(mirror) == audit.Look(3, 52, [])


def test_look_again__row_missing_that_no_journal_counts__its_block(
    node: FakeNode, make_mirror: MakeMirror, caplog: pytest.LogCaptureFixture
) -> None:
    mirror = make_mirror(node)
    mirror.catch_up()
    table = EVENTS["AccessManager", "RoleGranted"].table
    ((key, block),) = mirror.rows(table.select().with_only_columns(table.c.event_key, table.c.block_number).limit(1))
    with mirror.engine.begin() as connection:
        connection.execute(delete(table).where(table.c.event_key == key))
    assert look(mirror) == audit.Look(3, 52, [block])
    assert f"run `eranos index rewind --to {block - 1}`" in caplog.text


def test_look_again__node_forgets_once__asked_again(node: FakeNode, make_mirror: MakeMirror) -> None:
    mirror = make_mirror(node)
    mirror.catch_up()
    honest: Callable[..., Any] = node.logs

    async def once_empty(*arguments: Any) -> Any:
        node.logs = honest  # type: ignore[method-assign]
        return []

    node.logs = once_empty  # type: ignore[method-assign]
    assert look(mirror) == audit.Look(3, 52, [])
