"""Questions to a node that may be broken, lying, or forgetful; each ends in one line.

Node
├── given no address, nobody there, an error status, no JSON, an error ... NodeUnavailable
├── given answers to other questions, of another form .................... NodeUntrue
├── given a block that the node has pruned ............................... NodeUnavailable, and its events still proved
└── given a secret in the address ........................................ not in any message
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from audit import state
from audit.errors import AuditError, NodeUnavailable, NodeUntrue
from audit.node import Call, Node
from audit.proofs.headers import Header
from audit.proofs.hex_text import bytes_of
from audit.proofs.proof import check
from tests.audit.anvil import emit, running

HASH = "0x" + "12" * 32
NOWHERE = Header(b"", b"", b"", b"", b"", b"", 7, 0)


@contextmanager
def answering(answer: Callable[[Any], tuple[int, bytes]]) -> Iterator[Node]:
    """Serve a node that answers a decoded request with a status and a body."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            status, body = answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        with Node(f"http://user:secret@127.0.0.1:{server.server_port}/key?token=secret") as node:
            yield node
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def results(*values: Any) -> Callable[[Any], tuple[int, bytes]]:
    """Return an answer with these results, in the order of the questions."""
    answers = [{"jsonrpc": "2.0", "id": i, "result": value} for i, value in enumerate(values)]
    return lambda request: (200, json.dumps(answers if isinstance(request, list) else answers[0]).encode())


def fails(answer: Callable[[Any], tuple[int, bytes]], ask: Callable[[Node], object], kind: type[AuditError]) -> str:
    with answering(answer) as node, pytest.raises(kind) as failure:
        ask(node)
    message = str(failure.value)
    assert "secret" not in message
    assert "\n" not in message
    return message


def chain_id(node: Node) -> int:
    return node.chain_id


@pytest.mark.parametrize("url", ["ftp://example.org", "example.org", "http://", ""])
def test_node__at_no_address__is_unavailable(url: str) -> None:
    with pytest.raises(NodeUnavailable, match="no HTTP address"):
        Node(url)


def test_node__that_is_not_there__is_unavailable() -> None:
    with Node("http://127.0.0.1:1") as node, pytest.raises(NodeUnavailable, match="name one by --rpc-url"):
        node.ask("eth_chainId")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda request: (503, b""), "HTTP status 503"),
        (lambda request: (200, b"<html>"), "no JSON-RPC answer"),
        (lambda request: (200, b"[" * 100_000), "no JSON-RPC answer"),
        (lambda request: (200, b'[{"id":0,"error":{"code":1,"message":"missing trie node"}}]'), "missing trie node"),
    ],
    ids=["status", "no JSON", "deep", "error"],
)
def test_ask__of_a_broken_node__is_unavailable(answer: Callable[[Any], tuple[int, bytes]], words: str) -> None:
    assert words in fails(answer, chain_id, NodeUnavailable)


@pytest.mark.parametrize(
    "body", [b"[]", b'[{"id":7,"result":"0x1"}]', b'[{"result":"0x1"}]', b'[{"id":0},{"id":1}]'], ids=str
)
def test_ask__answered_with_something_else__is_untrue(body: bytes) -> None:
    fails(lambda request: (200, body), chain_id, NodeUntrue)


@pytest.mark.parametrize("value", [None, 1, "1", "0x", "0xzz", [], hex(2**63), "0x" + "f" * 600])
def test_chain_id__of_another_form__is_untrue(value: Any) -> None:
    fails(results(value), chain_id, NodeUntrue)


@pytest.mark.parametrize("value", [None, 1, "0x1", "0x 1", []])
def test_calls_and_code__of_another_form__are_untrue(value: Any) -> None:
    fails(results(value), lambda node: node.calls([Call("0x", b"")], HASH), NodeUntrue)
    fails(results(value), lambda node: node.code("0x", NOWHERE), NodeUntrue)


@pytest.mark.parametrize("value", [None, 1, "block", []])
def test_header__that_there_is_not__is_unavailable(value: Any) -> None:
    fails(results(value), lambda node: node.header(HASH), NodeUnavailable)
    fails(results(value), lambda node: node.named("finalized"), NodeUnavailable)


@pytest.mark.parametrize("value", [{}, {"hash": HASH}, {"hash": "0x34"}, {"hash": HASH, "number": []}])
def test_header__that_does_not_hash_to_its_block__is_untrue(value: Any) -> None:
    fails(results(value), lambda node: node.header(HASH), NodeUntrue)


@pytest.mark.parametrize("value", [{}, {"hash": None}, {"hash": 7}, {"hash": HASH}])
def test_named__block_without_a_hash__is_untrue(value: Any) -> None:
    fails(results(value), lambda node: node.named("finalized"), NodeUntrue)


@pytest.mark.parametrize("value", [[{}], [7], {}, "logs", [{"address": "0x"}]])
def test_logs__of_another_form__are_untrue(value: Any) -> None:
    fails(results(value), lambda node: node.logs([], 0, 9), NodeUntrue)


def test_logs__that_are_refused__are_unavailable() -> None:
    fails(results(None), lambda node: node.logs([], 0, 9), NodeUnavailable)
    refusal = b'{"id":1,"error":{"message":"range too wide"}}'
    assert "range too wide" in fails(lambda request: (200, refusal), lambda node: node.logs([], 0, 9), NodeUnavailable)


@pytest.mark.parametrize("value", [None, {}, {"accountProof": []}, {"accountProof": [], "storageProof": []}, 7])
def test_state__of_another_form__is_untrue(value: Any) -> None:
    fails(results(value), lambda node: state.proved(node, "0x" + "AA" * 20, 0, NOWHERE), NodeUntrue)


def test_node__that_has_pruned_a_block__could_not_be_asked_but_still_gives_proofs() -> None:
    with running("--prune-history") as anvil, Node(anvil.url) as node:
        emitter = anvil.emitter()
        mined = anvil.mine({"from": anvil.accounts[0], "to": emitter, "data": emit(1)})
        anvil.call("anvil_mine", hex(1_000))
        header = node.header(mined["hash"])

        with pytest.raises(NodeUnavailable, match="eth_getProof"):
            state.proved(node, emitter, 0, header)

        proof = node.block(mined["hash"]).prove(0)
        assert check(proof, bytes_of(mined["hash"])).block_number == header.number
