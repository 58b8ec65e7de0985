"""The node over HTTP.

HttpNode
├── no answer, an error status, no JSON-RPC ......... NodeUnavailable or NodeAnswerInvalid, never anything else
├── an answer to another question ................... NodeAnswerInvalid
├── logs that were not asked for, or contradict ..... NodeAnswerInvalid
└── an honest answer ................................ records, in chain order
"""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest
from aiohttp import web

from indexer.chain import Call, Header, HttpNode, Log, checked, may_hold_logs_of
from indexer.errors import NodeAnswerInvalid, NodeUnavailable, RetryableError
from tests.indexer.conftest import run
from tests.indexer.fake_chain import ADDRESSES, CHAIN_ID, FakeNode
from tests.indexer.fake_server import Handler, Rpc, serving

HERE = ADDRESSES["Crowdfunding"]


def ask(url: str, question: Callable[[HttpNode], Awaitable[Any]], timeout: float = 10) -> Any:
    """Ask a node one question."""

    async def main() -> Any:
        node = HttpNode.open(url, timeout)
        try:
            return await question(node)
        finally:
            await node.close()

    return run(main())


def answering(body: bytes | str, status: int = 200, **headers: str) -> Handler:
    """Return a server that gives one answer whatever it is asked."""

    async def handler(_request: web.Request) -> web.Response:
        return web.Response(body=body, status=status, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return handler


def result(value: Any) -> bytes:
    """Return an answer to the first question."""
    return msgspec.json.encode({"jsonrpc": "2.0", "id": 0, "result": value})


BAD_BODIES = {
    "HTML": b"<html>busy</html>",
    "nothing": b"",
    "cut": result("0x7a69")[:-4],
    "another question": msgspec.json.encode({"jsonrpc": "2.0", "id": 7, "result": "0x1"}),
    "no id": msgspec.json.encode({"jsonrpc": "2.0", "result": "0x1"}),
    "a list": b"[]",
    "another type": result(5),
    "null": result(None),
    "no number": result("0x"),
    "negative": result("-0x1"),
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_identity__answer_that_is_none__invalid(body: bytes) -> None:
    with serving(answering(body)) as url, pytest.raises(NodeAnswerInvalid):
        ask(url, lambda node: node.identity())


@pytest.mark.parametrize("status", [400, 429, 500, 503])
def test_identity__http_error__unavailable_for_as_long_as_it_says(status: int) -> None:
    with serving(answering(b"", status, Retry_After="7")) as url, pytest.raises(NodeUnavailable) as caught:
        ask(url, lambda node: node.identity())
    assert str(status) in str(caught.value)
    assert caught.value.retry_after == 7


def test_identity__json_rpc_error__unavailable() -> None:
    body = msgspec.json.encode({"jsonrpc": "2.0", "id": 0, "error": {"code": -32005, "message": "limit exceeded"}})
    with serving(answering(body)) as url, pytest.raises(NodeUnavailable, match="refused eth_chainId: limit exceeded"):
        ask(url, lambda node: node.identity())


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://", "nonsense", "ftp://127.0.0.1"])
def test_identity__nobody_there__unavailable(url: str) -> None:
    with pytest.raises(NodeUnavailable, match="start one or set ERANOS_INDEX_RPC_URL"):
        ask(url, lambda node: node.identity())


def test_identity__node_hangs__unavailable(node: FakeNode) -> None:
    rpc = Rpc(node)
    rpc.delay = 0.5
    with serving(rpc) as url, pytest.raises(NodeUnavailable, match="TimeoutError"):
        ask(url, lambda n: n.identity(), timeout=0.1)


HEADER = {
    "number": "0x5",
    "hash": "0x" + "11" * 32,
    "parentHash": "0x" + "22" * 32,
    "timestamp": "0x1",
    "logsBloom": "0x00",
}


@pytest.mark.parametrize(
    "changes", [{"number": "0x6"}, {"hash": "0x11"}, {"parentHash": None}, {"timestamp": "soon"}, {"logsBloom": "0x"}]
)
def test_headers__another_or_malformed_block__invalid(changes: dict[str, Any]) -> None:
    with serving(answering(result(HEADER | changes))) as url, pytest.raises(NodeAnswerInvalid):
        ask(url, lambda node: node.headers([5]))


def a_log(**changes: Any) -> Log:
    """Return a log of block 5."""
    fields = {
        "address": HERE,
        "topics": ["0x" + "33" * 32],
        "data": "0x",
        "block_number": "0x5",
        "block_hash": "0x" + "11" * 32,
        "transaction_hash": "0x" + "44" * 32,
        "log_index": "0x0",
    }
    return Log(**fields | changes)


BAD_LOGS = {
    "another contract": [a_log(address="0x" + "99" * 20)],
    "below the range": [a_log(block_number="0x3")],
    "above the range": [a_log(block_number="0x9")],
    "removed": [a_log(removed=True)],
    "malformed hash": [a_log(block_hash="0x11")],
    "malformed transaction": [a_log(transaction_hash="0x" + "GG" * 32)],
    "two at one place": [a_log(), a_log(data="0x00")],
    "two blocks with one hash": [a_log(), a_log(block_number="0x6")],
    "two blocks of one number": [a_log(), a_log(log_index="0x1", block_hash="0x" + "12" * 32)],
    "no number": [a_log(log_index="first")],
}


@pytest.mark.parametrize("logs", BAD_LOGS.values(), ids=BAD_LOGS.keys())
def test_logs__not_asked_for_or_contradicting__invalid(logs: list[Log]) -> None:
    with pytest.raises(NodeAnswerInvalid):
        checked(logs, [HERE], 4, 8)


def test_block_logs__of_another_block__invalid() -> None:
    header = Header(5, "0x" + "77" * 32, "0x" + "22" * 32, 1, 0)
    with serving(answering(result([a_log()]))) as url, pytest.raises(NodeAnswerInvalid, match="got others"):
        ask(url, lambda node: node.block_logs([HERE], [header]))


def test_logs__any_order_and_twice__in_chain_order_and_once() -> None:
    first, second, third = a_log(), a_log(log_index="0xa"), a_log(block_number="0x6", block_hash="0x" + "12" * 32)
    mixed = [third, second, a_log(), first, a_log(address="0x" + HERE[2:].upper())]
    assert checked(mixed, [HERE], 5, 6) == [first, second, third]


def test_node__honest__same_answers_as_the_chain(node: FakeNode) -> None:
    rpc, addresses = Rpc(node), node.watched().addresses
    journal = Call(HERE, "0x" + "00" * 4)
    tip = node.blocks[-1].header
    with serving(rpc) as url:
        assert ask(url, lambda n: n.identity()) == (CHAIN_ID, node.blocks[0].header.hash)
        assert ask(url, lambda n: n.marks()) == run(node.marks())
        many = [*range(len(node.blocks)), 5000]
        assert ask(url, lambda n: n.headers(many)) == [*(b.header for b in node.blocks), None]
        assert ask(url, lambda n: n.logs(addresses, 10, 50)) == run(node.logs(addresses, 10, 50))
        assert ask(url, lambda n: n.block_logs(addresses, [tip])) == [node.blocks[-1].logs]
        assert ask(url, lambda n: n.calls([journal], tip.hash)) == [None]


def test_calls__no_bytes__invalid() -> None:
    with (
        serving(answering(result("0xabc"))) as url,
        pytest.raises(NodeAnswerInvalid, match="something else than bytes"),
    ):
        ask(url, lambda node: node.calls([Call(HERE, "0x")], "0x" + "11" * 32))


def test_bloom__of_a_block__names_its_contracts(node: FakeNode) -> None:
    for block in node.blocks:
        for log in block.logs:
            assert may_hold_logs_of(block.header, log.address)
    assert not may_hold_logs_of(node.blocks[0].header, HERE)


def test_errors__of_the_node__are_retryable() -> None:
    assert issubclass(NodeUnavailable, RetryableError)
    assert issubclass(NodeAnswerInvalid, RetryableError)


def test_name__address_with_secrets__shows_none_of_them() -> None:
    async def name() -> str:
        node = HttpNode.open("https://user:secret@node.example:8443/v3/another-secret?key=third", timeout=1)
        await node.close()
        return node.name

    assert run(name()) == "https://node.example:8443"
