"""A node that serves a made chain by JSON-RPC, in a process of its own.

It does for each answer what a node does: it looks the logs up and writes them as JSON. Nothing is kept ready, so that
the raw download is no race against memory.
"""

import asyncio
import sys
from typing import Any, Final

import msgspec
from aiohttp import WSMsgType, web

from benchmarks.indexing.chain import NAMES, Block, Chain, keccak

FINALITY: Final = 64
JOURNAL_CALL: Final = "0x" + keccak(b"journal()")[:4].hex()
BLOOM: Final = "0x" + "ff" * 256


class Node:
    """Answers questions about a chain."""

    def __init__(self, chain: Chain, *, with_times: bool) -> None:
        self.chain = chain
        self.stamp = with_times
        self.by_hash = {"0x" + block.hash.hex(): block for block in chain.blocks}
        self.followers: set[web.WebSocketResponse] = set()

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        """Answer a request, a batch or a socket."""
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._socket(request)
        body = msgspec.json.decode(await request.read())
        if isinstance(body, list):
            return web.Response(body=b"[" + b",".join([self._answer(q) for q in body]) + b"]")
        return web.Response(body=self._answer(body))

    async def announce(self) -> None:
        """Tell followers of a new head."""
        head = {"number": hex(len(self.chain.blocks) - 1)}
        note = {"jsonrpc": "2.0", "method": "eth_subscription", "params": {"subscription": "0x1", "result": head}}
        for socket in list(self.followers):
            await socket.send_str(msgspec.json.encode(note).decode())

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
            question = msgspec.json.decode(message.data)
            await socket.send_str(f'{{"jsonrpc":"2.0","id":{question["id"]},"result":"0x1"}}')
            self.followers.add(socket)
        self.followers.discard(socket)
        return socket

    def _answer(self, question: dict[str, Any]) -> bytes:
        try:
            result: bytes = getattr(self, question["method"])(*question["params"])
        except AttributeError:
            return b'{"jsonrpc":"2.0","id":%d,"error":{"code":-32601,"message":"no such method"}}' % question["id"]
        return b'{"jsonrpc":"2.0","id":%d,"result":%s}' % (question["id"], result)

    def eth_chainId(self) -> bytes:  # noqa: N802 - the name is JSON-RPC's
        """Answer with the chain's id."""
        return b'"0x7a69"'

    def eth_getBlockByNumber(self, tag: str, _full: bool) -> bytes:  # noqa: FBT001, N802
        """Answer with a header."""
        head = len(self.chain.blocks) - 1
        named = {"latest": head, "safe": max(0, head - FINALITY // 2), "finalized": max(0, head - FINALITY)}
        number = named[tag] if tag in named else int(tag, 16)
        return b"null" if number > head else msgspec.json.encode(header(self.chain.blocks[number]))

    def eth_getLogs(self, where: dict[str, Any]) -> bytes:  # noqa: N802
        """Answer with logs of a range or a block."""
        if "blockHash" in where:
            blocks = [self.by_hash[where["blockHash"]]]
        else:
            blocks = self.chain.blocks[int(where["fromBlock"], 16) : int(where["toBlock"], 16) + 1]
        wanted = {bytes.fromhex(address[2:]) for address in where["address"]}
        return ("[" + ",".join([text for block in blocks for text in self._logs(block, wanted)]) + "]").encode()

    def eth_call(self, call: dict[str, str], at: dict[str, str]) -> bytes:
        """Answer `journal()`, the only call known here."""
        if call["data"] != JOURNAL_CALL:
            raise AttributeError(call["data"])
        sequence, digest = self.by_hash[at["blockHash"]].journals[NAMES[bytes.fromhex(call["to"][2:])]]
        return f'"0x{sequence:064x}{digest.hex():0<64}"'.encode()

    def _logs(self, block: Block, wanted: set[bytes]) -> list[str]:
        block_hash, number = block.hash.hex(), hex(block.number)
        stamp = f'"blockTimestamp":"{block.time:#x}",' if self.stamp else ""
        return [
            f'{{"address":"0x{log.address.hex()}","topics":["{topics(log.topics)}"],"data":"0x{log.data.hex()}",'
            f'"blockHash":"0x{block_hash}","blockNumber":"{number}",{stamp}'
            f'"transactionHash":"0x{block_hash[:60]}{index >> 1:04x}","transactionIndex":"{index >> 1:#x}",'
            f'"logIndex":"{index:#x}","removed":false}}'
            for index, log in enumerate(block.logs)
            if log.address in wanted
        ]


def topics(words: tuple[bytes, ...]) -> str:
    """Return topics as they stand between the first and the last quotation mark of their JSON list."""
    return '","'.join(["0x" + each.hex() for each in words])


def header(block: Block) -> dict[str, str]:
    """Return a header as nodes send it."""
    return {
        "number": hex(block.number),
        "hash": "0x" + block.hash.hex(),
        "parentHash": "0x" + block.parent_hash.hex(),
        "timestamp": hex(block.time),
        "logsBloom": BLOOM,
    }


async def serve(node: Node) -> None:
    """Serve until standard input ends; a line there is an order: ``grow BLOCKS PER_BLOCK`` or ``reorg DEPTH``."""
    application = web.Application(client_max_size=2**26)
    application.router.add_route("*", "/", node)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    say(f"http://127.0.0.1:{runner.addresses[0][1]} {sum(len(b.logs) for b in node.chain.blocks)}")
    while line := await asyncio.to_thread(sys.stdin.readline):
        order, *numbers = line.split()
        {"grow": node.chain.quiet, "reorg": node.chain.reorg}[order](*map(int, numbers))
        node.by_hash |= {"0x" + block.hash.hex(): block for block in node.chain.blocks}
        head = node.chain.blocks[-1]
        say(f"{head.number} 0x{head.hash.hex()}")
        await node.announce()
    await runner.cleanup()


def say(text: str) -> None:
    """Write a line to whoever started this process."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    SEED, EVENTS, PER_BLOCK, WITH_TIMES = map(int, sys.argv[1:5])
    asyncio.run(serve(Node(Chain(SEED, EVENTS, PER_BLOCK), with_times=bool(WITH_TIMES))))
