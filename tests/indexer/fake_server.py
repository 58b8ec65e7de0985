"""A fake chain behind a real HTTP address, as a node's JSON-RPC; in a thread of its own."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from aiohttp import web

from indexer.chain import Call, Header
from tests.indexer.fake_chain import FakeNode

Handler = Callable[[web.Request], Awaitable[web.Response]]


class Rpc:
    """Answers JSON-RPC requests from a fake chain."""

    def __init__(self, node: FakeNode) -> None:
        self.node = node
        self.delay = 0.0
        """Seconds before each answer, so that a process can be killed in the middle."""

    async def __call__(self, request: web.Request) -> web.Response:
        """Answer one request or batch."""
        body = msgspec.json.decode(await request.read())
        await asyncio.sleep(self.delay)
        answers = [await self._answer(q) for q in (body if isinstance(body, list) else [body])]
        return web.Response(body=msgspec.json.encode(answers if isinstance(body, list) else answers[0]))

    async def _answer(self, question: dict[str, Any]) -> dict[str, Any]:
        try:
            result = await getattr(self, question["method"])(*question["params"])
        except (KeyError, AttributeError) as error:
            return {"jsonrpc": "2.0", "id": question["id"], "error": {"code": -32000, "message": f"unknown {error}"}}
        return {"jsonrpc": "2.0", "id": question["id"], "result": result}

    async def eth_chainId(self) -> str:
        """Answer with the chain's id."""
        return hex((await self.node.identity())[0])

    async def eth_getBlockByNumber(self, tag: str, _full: bool) -> dict[str, str] | None:
        """Answer with a header."""
        marks = await self.node.marks()
        named = {"latest": marks.head.number, "safe": marks.safe, "finalized": marks.finalized.number}
        (header,) = await self.node.headers([named[tag] if tag in named else int(tag, 16)])
        return None if header is None else as_json(header)

    async def eth_getLogs(self, where: dict[str, Any]) -> list[Any]:
        """Answer with logs of a range or a block."""
        if "blockHash" in where:
            block = next(b for b in self.node.blocks if b.header.hash == where["blockHash"])
            return list(await self.node.logs_of(where["address"], block.header))
        return list(await self.node.logs(where["address"], int(where["fromBlock"], 16), int(where["toBlock"], 16)))

    async def eth_call(self, call: dict[str, str], at: dict[str, str]) -> str:
        """Answer a contract call."""
        (answer,) = await self.node.calls([Call(call["to"], call["data"])], at["blockHash"])
        if answer is None:
            raise KeyError(call["data"])
        return "0x" + answer.hex()


def as_json(header: Header) -> dict[str, str]:
    """Return a header as nodes send it."""
    return {
        "number": hex(header.number),
        "hash": header.hash,
        "parentHash": header.parent_hash,
        "timestamp": hex(header.time),
        "logsBloom": f"0x{header.logs_bloom:0512x}",
    }


@contextmanager
def serving(handler: Handler) -> Iterator[str]:
    """Serve POST requests at an address of 127.0.0.1 and yield it."""
    loop = asyncio.new_event_loop()
    ready: list[str] = []
    started = threading.Event()

    async def answer(request: web.Request) -> web.Response:
        return await handler(request)

    async def start() -> web.AppRunner:
        application = web.Application(client_max_size=2**26)
        application.router.add_post("/", answer)
        runner = web.AppRunner(application)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        ready.append(f"http://127.0.0.1:{runner.addresses[0][1]}")
        return runner

    def main() -> None:
        runner = loop.run_until_complete(start())
        started.set()
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.run_until_complete(loop.shutdown_asyncgens())

    thread = threading.Thread(target=main)
    thread.start()
    started.wait(10)
    try:
        yield ready[0]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
