"""Whatever goes wrong, nothing is lost and nothing doubled: the mirror equals a fresh index of the chain that stands.

In `make test` a sample of each; `make test-faults` plays all of it (`ERANOS_FAULTS=full`).

faults
├── of the chain ...... random reorgs of 1 to 64 blocks: in a backfill, at restart, offline, in a row, shorter, moved
├── of nodes .......... answers cut, empty, partial, false, of another form; limits, hangs, refusals; two that disagree
├── of the process .... killed at each statement that writes (at random instants: `test_kill`)
├── of the database ... full, read-only, its connection cut, its server crashed
└── of the clock ...... a day off, or in 2106
"""

import asyncio
import copy
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from aiohttp import web
from sqlalchemy import Engine, event

from indexer import chain, loop
from indexer.endpoints import Endpoints, open_nodes
from indexer.errors import DatabaseUnusable, RetryableError
from indexer.events import BY_TOPIC, is_journaled
from indexer.fetch import Fetcher
from indexer.loop import Loop
from indexer.status import StatusBoard
from indexer.store import rows as store
from indexer.store.session import reading
from indexer.sync import Indexer, Outcome
from indexer.verify import compare_with_events
from tests.indexer.conftest import MakeMirror, Mirror, run
from tests.indexer.fake_chain import FakeNode
from tests.indexer.fake_server import Rpc, serving
from tests.postgres import Server

FULL = os.environ.get("ERANOS_FAULTS") == "full"
FINALITY = 64
CHAINS, REORGS = (40, 25) if FULL else (3, 6)
LIES = 12 if FULL else 1
EVERY_STATEMENT = 1 if FULL else 30


def assert_as_fresh(mirror: Mirror, make_mirror: MakeMirror) -> None:
    """Check that a mirror equals a fresh one of its chain, and its own events."""
    fresh = make_mirror(mirror.node)
    fresh.catch_up()
    assert mirror.digest() == fresh.digest()
    with reading(mirror.engine) as connection:
        assert list(compare_with_events(connection)) == []


# --------------------------------------------------------------------------------------------------------- the chain


@pytest.mark.parametrize("seed", range(CHAINS))
def test_reorgs__at_any_time_and_depth__as_a_fresh_index(make_mirror: MakeMirror, seed: int) -> None:
    chance = random.Random(seed)
    node = FakeNode(seed=1000 + seed, finality=FINALITY)
    node.grow(chance.randrange(10, 90))
    limits = {"max_range": chance.choice([3, 10, 1_000]), "target_logs": chance.choice([5, 40, 1_000])}
    mirror = make_mirror(node, **limits)
    final = 0
    for _ in range(REORGS):
        for _ in range(chance.choice([0, 1, 3, 200])):  # offline, in the middle, or at the head
            if mirror.step().outcome is Outcome.IDLE:
                break
        if chance.random() < 0.3:
            mirror.restart(**limits)
        final = max(final, len(node.blocks) - 1 - FINALITY)
        for _ in range(chance.choice([1, 1, 2])):
            depth = chance.randint(1, min(FINALITY, len(node.blocks) - 1 - final))
            node.reorg(depth, chance.randrange(depth + 5))
            if len(node.blocks) - 1 <= final:
                node.grow(final + 2 - len(node.blocks))
        node.grow(chance.randrange(4))
    node.grow(1)
    mirror.catch_up()
    assert_as_fresh(mirror, make_mirror)


def test_reorg__same_transactions_in_other_blocks__as_a_fresh_index(make_mirror: MakeMirror) -> None:
    node = FakeNode(seed=81)
    node.grow(30)
    labels = [[("AccessManager", "RoleLabel", {"roleId": 5, "label": text})] for text in ("one", "two", "three")]
    for events in labels:
        node.add(events)
    mirror = make_mirror(node)
    mirror.catch_up()
    node.reorg(3, 0)
    for events in [*reversed(labels), []]:
        node.add(events)
    mirror.catch_up()
    assert_as_fresh(mirror, make_mirror)


# --------------------------------------------------------------------------------------------------------- the nodes

LIMITS = (
    "query returned more than 10000 results",
    "block range is too wide",
    "Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range",
    "exceed maximum block range: 5000",
    "limit exceeded",
    "demande trop grande",
)
JOURNALED = frozenset(topic for (_, topic), known in BY_TOPIC.items() if is_journaled(known))


class Lying(Rpc):
    """A server that lies now and then, in every way we know of, and is honest in the end."""

    def __init__(self, node: FakeNode, seed: int, lies: int) -> None:
        super().__init__(node)
        self.chance = random.Random(seed)
        self.left = lies
        self.told: set[str] = set()

    async def __call__(self, request: web.Request) -> web.Response:
        """Answer, or lie."""
        answer = await super().__call__(request)
        if not self.left or self.chance.random() < 0.5:
            return answer
        self.left -= 1
        kind = self.chance.choice([name for name in dir(self) if name.startswith("lie_")])
        self.told.add(kind)
        assert isinstance(answer.body, bytes)
        lie = getattr(self, kind)(answer.body)
        if lie == "hang":
            await asyncio.sleep(1)
        return lie if isinstance(lie, web.Response) else web.Response(body=lie if isinstance(lie, bytes) else b"")

    def lie_cut(self, body: bytes) -> bytes:
        """A body cut in the middle."""
        return body[: self.chance.randrange(len(body))]

    def lie_html(self, body: bytes) -> bytes:
        """A page for people."""
        return b"<html><body>Bad gateway</body></html>"

    def lie_nothing(self, body: bytes) -> bytes:
        """An empty body."""
        return b""

    def lie_hang(self, body: bytes) -> str:
        """No answer in time."""
        return "hang"

    def lie_busy(self, body: bytes) -> web.Response:
        """Too many requests."""
        return web.Response(status=429, headers={"Retry-After": "0"})

    def lie_down(self, body: bytes) -> web.Response:
        """An error of the server."""
        return web.Response(status=self.chance.choice([500, 502, 503, 504]), body=body)

    def lie_limit(self, body: bytes) -> bytes:
        """A limit, in any words."""
        error = {"code": -32000, "message": self.chance.choice(LIMITS)}
        return self._each(body, lambda answer: {"jsonrpc": "2.0", "id": answer["id"], "error": error})

    def lie_ids(self, body: bytes) -> bytes:
        """Answers to other questions."""
        return self._each(body, lambda answer: answer | {"id": answer["id"] + 1})

    def lie_null(self, body: bytes) -> bytes:
        """Nothing as result."""
        return self._each(body, lambda answer: answer | {"result": None})

    def lie_empty(self, body: bytes) -> bytes:
        """No logs, with status 200."""
        return self._logs(body, lambda logs: [])

    def lie_partial(self, body: bytes) -> bytes:
        """One log less."""
        return self._logs(body, lambda logs: without(logs, self.chance))

    def lie_twice(self, body: bytes) -> bytes:
        """Every log twice, in any order: no lie, but odd."""
        return self._logs(body, lambda logs: self.chance.sample(logs * 2, len(logs) * 2))

    def lie_removed(self, body: bytes) -> bytes:
        """Logs that were taken back."""
        return self._logs(body, lambda logs: [log | {"removed": True} for log in logs])

    def lie_elsewhere(self, body: bytes) -> bytes:
        """Logs of blocks that were not asked for."""
        return self._logs(body, lambda logs: [log | {"blockNumber": "0x1"} for log in logs])

    def lie_forged(self, body: bytes) -> bytes:
        """Logs of several blocks that have one hash; of one alone below finality, nothing would ever tell."""
        forged = {"blockHash": "0x" + "ab" * 32}
        return self._logs(body, lambda logs: [log | forged for log in logs] if blocks_of(logs) > 1 else logs)

    def _each(self, body: bytes, change: Callable[[dict[str, Any]], dict[str, Any]]) -> bytes:
        answers = msgspec.json.decode(body)
        return msgspec.json.encode([change(a) for a in answers] if isinstance(answers, list) else change(answers))

    def _logs(self, body: bytes, change: Callable[[list[Any]], list[Any]]) -> bytes:
        """Change answers that hold logs which a journal counts; nothing else would ever tell that one is missing."""

        def changed(answer: dict[str, Any]) -> dict[str, Any]:
            logs = answer.get("result")
            counted = isinstance(logs, list) and any(log["topics"][0] in JOURNALED for log in logs)
            return answer | {"result": change(logs)} if counted and logs else answer

        return self._each(body, changed)


def blocks_of(logs: list[Any]) -> int:
    """Return how many blocks some logs are of."""
    return len({log["blockNumber"] for log in logs})


def without(logs: list[Any], chance: random.Random) -> list[Any]:
    """Return logs without one that a journal counts."""
    gone = chance.choice([i for i, log in enumerate(logs) if log["topics"][0] in JOURNALED])
    return logs[:gone] + logs[gone + 1 :]


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no time pass between attempts."""
    monkeypatch.setattr(loop, "FIRST_PAUSE", 0.0)
    monkeypatch.setattr(loop, "TRIES_OF_ONCE", 10_000)
    monkeypatch.setattr(chain, "SLOW_SECONDS", 0.0)


@pytest.mark.parametrize("seed", range(LIES))
def test_lies__of_any_kind__as_a_fresh_index(make_mirror: MakeMirror, seed: int, no_pauses: None) -> None:
    node = FakeNode(seed=2000 + seed)
    node.grow(120)
    mirror = make_mirror(node)
    server = Lying(node, seed, lies=80)

    async def main(url: str) -> None:
        peer = open_nodes(url, 0.3)
        fetcher = Fetcher(peer, node.watched(), target_logs=30, max_range=8)
        indexer = Indexer(peer, mirror.engine, node.watched(), fetcher)
        try:
            await indexer.start()
            await Loop(indexer, fetcher, StatusBoard(mirror.engine)).once(lambda step: None)
        finally:
            await fetcher.stop()
            await peer.close()

    with serving(server) as url:
        while True:
            try:
                run(main(url))
                break
            except RetryableError:
                continue  # at the start; a supervisor starts it again
    assert len(server.told) > 10
    assert_as_fresh(mirror, make_mirror)


def test_nodes__that_disagree_above_finality__as_the_one_that_is_left(make_mirror: MakeMirror, no_pauses: None) -> None:
    node = FakeNode(seed=82)
    node.grow(60)
    other = replace(node, blocks=copy.copy(node.blocks), orphans={})
    other.reorg(6, 9)
    mirror = make_mirror(node)

    async def main(urls: str) -> None:
        nodes = open_nodes(urls, 5)
        assert isinstance(nodes, Endpoints)
        fetcher = Fetcher(nodes, node.watched(), target_logs=40, max_range=10)
        indexer = Indexer(nodes, mirror.engine, node.watched(), fetcher)
        await indexer.start()
        outcomes = set()
        for _ in range(41):
            outcomes.add((await indexer.step()).outcome)
            nodes.failed()
        assert Outcome.REWOUND in outcomes
        while (await indexer.step()).outcome is not Outcome.IDLE:
            pass
        await fetcher.stop()
        await nodes.close()

    with serving(Rpc(node)) as one, serving(Rpc(other)) as two:
        run(main(f"{one},{two}"))
    mirror.node = other
    assert_as_fresh(mirror, make_mirror)


# ------------------------------------------------------------------------------------------------------- the process


class Killed(BaseException):
    """The end of the process: nobody catches it."""


@contextmanager
def killed_at(engine: Engine, number: int) -> Iterator[list[int]]:
    """Die at the n-th statement that writes, before it is executed; yields how many there were so far."""
    seen = [0]

    def count(statement: str) -> None:
        if not statement.lstrip().upper().startswith(("SELECT", "BEGIN", "PRAGMA")):
            seen[0] += 1
            if seen[0] == number:
                raise Killed

    def before(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        count(statement)

    copy_rows = store._copy

    def counted(connection: Any, statement: str, values: Any) -> None:
        count(statement)
        copy_rows(connection, statement, values)

    event.listen(engine, "before_cursor_execute", before)
    store._copy = counted
    try:
        yield seen
    finally:
        store._copy = copy_rows
        event.remove(engine, "before_cursor_execute", before)


def test_killed__at_each_statement_that_writes__as_a_fresh_index(make_mirror: MakeMirror) -> None:
    node = FakeNode(seed=83, finality=8)
    node.grow(24, acts=6)
    first = list(node.blocks)
    node.reorg(4, 6)
    second = list(node.blocks)
    mirror = make_mirror(node, **SMALL_STEPS)

    def live() -> None:
        for node.blocks in (first, second):
            mirror.catch_up()

    with killed_at(mirror.engine, 0) as seen:
        live()
    digest = mirror.digest()
    assert seen[0] > 50
    for number in range(1, seen[0], EVERY_STATEMENT):
        run(mirror.indexer.rewind(2))
        mirror.restart(**SMALL_STEPS)
        with killed_at(mirror.engine, number), suppress(Killed):
            live()
        mirror.engine.dispose()
        mirror.restart(**SMALL_STEPS)
        node.blocks = second
        mirror.catch_up()
        assert mirror.digest() == digest, number
    assert_as_fresh(mirror, make_mirror)


SMALL_STEPS = {"max_range": 6, "target_logs": 30}


# ------------------------------------------------------------------------------------------------------ the database


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
def test_database__full__stops_and_goes_on_when_there_is_room(node: FakeNode, make_mirror: MakeMirror) -> None:
    mirror = make_mirror(node)
    with mirror.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DatabaseUnusable, match="full: is it writable, is its disk full"):
        mirror.catch_up()
    mirror.engine.dispose()
    mirror.restart()
    mirror.catch_up()
    assert_as_fresh(mirror, make_mirror)


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
def test_database__read_only__stops_and_changes_nothing(node: FakeNode, make_mirror: MakeMirror) -> None:
    mirror = make_mirror(node)
    before = mirror.digest()
    with mirror.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")
    with pytest.raises(DatabaseUnusable, match="readonly database: is it writable"):
        mirror.catch_up()
    assert mirror.digest() == before


@pytest.mark.parametrize("new_database", ["postgresql"], indirect=True)
def test_database__connection_cut__stops_and_goes_on_when_it_is_back(
    node: FakeNode, make_mirror: MakeMirror, postgres: Server, new_database: Callable[[str], str]
) -> None:
    mirror = make_mirror(node, "one", max_range=5)
    mirror.step()
    name = new_database("one").rpartition("/")[2]
    postgres.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    with pytest.raises(DatabaseUnusable, match=r"the database refused: .*: is it writable"):
        mirror.catch_up()
    mirror.engine.dispose()
    mirror.restart(max_range=5)
    mirror.catch_up()
    assert_as_fresh(mirror, make_mirror)


@pytest.mark.parametrize("new_database", ["postgresql"], indirect=True)
def test_database__server_crashed__stops_and_goes_on_when_it_is_back(
    node: FakeNode, make_mirror: MakeMirror, postgres: Server
) -> None:
    mirror = make_mirror(node, "one", max_range=5)
    mirror.step()
    postgres.stop(signal.SIGQUIT)
    with pytest.raises(DatabaseUnusable, match=r"the database refused: .*: is it writable"):
        mirror.catch_up()
    mirror.engine.dispose()
    with pytest.raises(DatabaseUnusable, match=r"the database refused: .*: is it writable"):
        mirror.restart(max_range=5)
    postgres.start()
    mirror.restart(max_range=5)
    mirror.catch_up()
    assert_as_fresh(mirror, make_mirror)


@pytest.mark.parametrize("new_database", ["postgresql"], indirect=True)
def test_database__no_room_for_the_servers_files__stops_and_goes_on_when_there_is(
    node: FakeNode, make_mirror: MakeMirror, postgres: Server
) -> None:
    mirror = make_mirror(node, "one", max_range=5)
    mirror.step()
    before = mirror.digest()
    with mirror.engine.connect() as connection:
        process = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    # No file system can be filled without being root. The kernel refuses all the same to let the server's process make
    # a file longer, and the server takes the same way as on a full disk.
    postgres.bound_files(process, PAGE)
    with pytest.raises(DatabaseUnusable, match=r"could not extend file .*: is it writable, is its disk full"):
        mirror.catch_up()
    assert mirror.digest() == before
    mirror.engine.dispose()
    mirror.restart(max_range=5)
    mirror.catch_up()
    assert_as_fresh(mirror, make_mirror)


PAGE = 8192
"""Bytes of one page of PostgreSQL: no table grows beyond its first."""


# --------------------------------------------------------------------------------------------------------- the clock


@pytest.mark.parametrize("now", [1_700_000_000 - 86_400, 2**32 + 1_000], ids=["a day off", "in 2106"])
def test_clock__wrong__same_mirror(
    node: FakeNode, make_mirror: MakeMirror, monkeypatch: pytest.MonkeyPatch, now: int
) -> None:
    right = make_mirror(node)
    right.catch_up()
    monkeypatch.setattr(time, "time", lambda: float(now))
    wrong = make_mirror(node)
    wrong.catch_up()
    StatusBoard(wrong.engine).alive()
    assert wrong.digest() == right.digest()
