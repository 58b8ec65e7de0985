"""Several nodes, sockets, and how often a failing node is asked.

Endpoints
├── the present one fails ............... the next is asked, and answers of two never meet in one step
├── the next one is of another chain .... not believed, the one after it is asked
└── all fail ............................ at most five requests a second together
follow
├── silent, cut, nonsense, repeated ..... no wake for nothing, and the socket is opened again
└── a new head .......................... wakes
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import WSMsgType, web

from indexer import chain, heads
from indexer.chain import HttpNode, Pace
from indexer.endpoints import Endpoints, open_nodes
from indexer.errors import NodeAnswerInvalid, NodeUnavailable, RetryableError
from indexer.fetch import Fetcher
from indexer.sync import Indexer, Outcome
from tests.indexer.conftest import MakeMirror, run
from tests.indexer.fake_chain import FakeNode
from tests.indexer.fake_server import Rpc, serving
from tests.indexer.test_chain import answering


class Counting(Rpc):
    """A server that counts requests and can be made to fail."""

    def __init__(self, node: FakeNode) -> None:
        super().__init__(node)
        self.requests: list[float] = []
        self.works = True

    async def __call__(self, request: web.Request) -> web.Response:
        """Answer or fail."""
        self.requests.append(time.monotonic())
        return await super().__call__(request) if self.works else web.Response(status=503)


async def steps(indexer: Indexer, most: int) -> None:
    """Step until there is nothing left to do."""
    for _ in range(most):
        if (await indexer.step()).outcome is Outcome.IDLE:
            return


def test_endpoints__one_fails__next_one_is_asked(make_mirror: MakeMirror) -> None:
    node = FakeNode(seed=71)
    node.grow(60)
    first, second = Counting(node), Counting(node)
    mirror = make_mirror(node)

    async def main(urls: str) -> None:
        nodes = open_nodes(urls, 5)
        assert isinstance(nodes, Endpoints)
        fetcher = Fetcher(nodes, node.watched(), target_logs=40, max_range=10)
        indexer = Indexer(nodes, mirror.engine, node.watched(), fetcher)
        await indexer.start()
        await indexer.step()
        first.works, before = False, len(second.requests)
        with pytest.raises(NodeUnavailable, match="503"):
            await steps(indexer, 100)
        nodes.failed()
        asked = len(first.requests)
        await steps(indexer, 100)
        assert len(first.requests) == asked
        assert len(second.requests) > before == 0
        await fetcher.stop()
        await nodes.close()

    with serving(first) as one, serving(second) as other:
        run(main(f"{one}, {other}"))
    fresh = make_mirror(node)
    fresh.catch_up()
    assert mirror.digest() == fresh.digest()


def test_endpoints__next_one_is_of_another_chain__not_believed(make_mirror: MakeMirror) -> None:
    node, stranger = FakeNode(seed=71), FakeNode(seed=72)
    node.grow(60)
    stranger.grow(60)
    mirror = make_mirror(node)

    async def main(urls: str) -> None:
        nodes = open_nodes(urls, 5)
        fetcher = Fetcher(nodes, node.watched(), target_logs=40, max_range=10)
        indexer = Indexer(nodes, mirror.engine, node.watched(), fetcher)
        await indexer.start()
        nodes.failed()
        before = indexer.checkpoint
        with pytest.raises(NodeAnswerInvalid, match="the node's genesis is"):
            await indexer.step()
        assert indexer.checkpoint == before
        nodes.failed()
        assert (await indexer.step()).outcome is Outcome.ADVANCED
        await fetcher.stop()
        await nodes.close()

    with serving(Rpc(node)) as one, serving(Rpc(stranger)) as other:
        run(main(f"{one},{other}"))


def test_failing__many_questions_to_two_nodes__at_most_five_a_second(node: FakeNode) -> None:
    server = Counting(node)
    server.works = False

    async def main(url: str) -> None:
        nodes = open_nodes(f"{url},{url}", 5)
        nodes.failed()
        await asyncio.gather(*[nodes.marks() for _ in range(6)], return_exceptions=True)
        await nodes.close()

    with serving(server) as url:
        run(main(url))
    gaps = [later - earlier for earlier, later in zip(server.requests, server.requests[1:], strict=False)]
    assert len(gaps) == 5
    assert min(gaps) > chain.SLOW_SECONDS * 0.8


def test_worked__after_failing__no_pauses(node: FakeNode) -> None:
    pace = Pace()

    async def main() -> None:
        one = HttpNode.open("http://127.0.0.1:1", 1, pace)
        one.failed()
        assert pace.slow
        one.worked()
        assert not pace.slow
        await one.close()

    run(main())


def test_answer__larger_than_allowed__refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "LARGEST_ANSWER", 1000)

    async def main(url: str) -> None:
        node = HttpNode.open(url, 5)
        try:
            await node.marks()
        finally:
            await node.close()

    with serving(answering(b"x" * 2000)) as url, pytest.raises(RetryableError, match="more than 1000 bytes"):
        run(main(url))


HEAD = '{"method":"eth_subscription","params":{"result":{"number":"0x%x","hash":"0x%x"}}}'


def follow(speak: Callable[[web.WebSocketResponse, int], Awaitable[Any]], monkeypatch: pytest.MonkeyPatch) -> int:
    """Return how often a follower was woken by a server that speaks so at its n-th connection, up to the third."""
    monkeypatch.setattr(heads, "FIRST_PAUSE", 0.01)
    opened = woken = 0
    done = asyncio.Event()

    def wake() -> None:
        nonlocal woken
        woken += 1

    async def handler(request: web.Request) -> web.WebSocketResponse:
        nonlocal opened
        opened += 1
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if opened == 3:
            done.set()
        message = await socket.receive()
        if message.type is WSMsgType.TEXT:
            await speak(socket, opened)
        return socket

    async def main() -> None:
        application = web.Application()
        application.router.add_get("/", handler)
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        following = asyncio.create_task(heads.follow(f"ws://127.0.0.1:{runner.addresses[0][1]}", wake, silence=0.2))
        await asyncio.wait_for(done.wait(), 20)
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await runner.cleanup()

    run(main())
    return woken


def test_follow__silent__opened_again_and_no_wake(monkeypatch: pytest.MonkeyPatch) -> None:
    async def say_nothing(_socket: web.WebSocketResponse, _time: int) -> None:
        await asyncio.sleep(1)

    assert follow(say_nothing, monkeypatch) == 0


def test_follow__nonsense_then_cut__opened_again_and_no_wake(monkeypatch: pytest.MonkeyPatch) -> None:
    async def babble(socket: web.WebSocketResponse, _time: int) -> None:
        for text in ("", "[]", '{"id":1,"result":"0x1"}', "<html>", '{"params":{"result":7}}'):
            await socket.send_str(text)

    assert follow(babble, monkeypatch) == 0


def test_follow__same_head_again_and_again__one_wake_each(monkeypatch: pytest.MonkeyPatch) -> None:
    async def repeat(socket: web.WebSocketResponse, time_: int) -> None:
        for number in (1, 1, 1, 2, 2):
            await socket.send_str(HEAD % (number, time_))

    assert follow(repeat, monkeypatch) == 2 * 2
