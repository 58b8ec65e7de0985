"""Questions to a node that is not trusted: what can be checked against a block hash is checked here."""

import http.client
from collections.abc import Sequence
from functools import cached_property
from http import HTTPStatus
from itertools import pairwise
from typing import Any, Final, NamedTuple, Self
from urllib.parse import urlsplit

import msgspec

from audit.errors import NodeUnavailable, NodeUntrue
from audit.proofs import headers
from audit.proofs.errors import BlockInvalid, ProofError
from audit.proofs.headers import Header
from audit.proofs.hex_text import bytes_of, number_of, text_of
from audit.proofs.proof import Block, without_raw

TIMEOUT: Final = 60
"""Seconds for one answer."""
CALLS_PER_REQUEST: Final = 100
"""Nodes cap the entries of one batch; all we know of take a hundred."""


LARGEST_CHAIN_ID: Final = 2**63 - 1
"""By EIP-2294, a little less."""
HEADER: Final = False
WITH_TRANSACTIONS: Final = True


class Log(msgspec.Struct, rename="camel", gc=False):
    """A log as a node sends it, everything hex text."""

    address: str
    topics: list[str]
    data: str
    block_number: str
    block_hash: str
    transaction_hash: str
    log_index: str
    removed: bool = False


class Call(NamedTuple):
    """A contract call that changes nothing."""

    to: str
    data: bytes


class _Error(msgspec.Struct):
    message: str = ""


class _Answer(msgspec.Struct):
    id: int | None = None
    result: Any = None
    error: _Error | None = None


class _Logs(msgspec.Struct):
    result: list[Log] | None = None
    error: _Error | None = None


class Node:
    """A node behind an HTTP address; one connection, one question at a time. A context manager."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise NodeUnavailable(f"{url} is no HTTP address of a node")
        self.name = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        """Without what may be a secret: user, password, path and query."""
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(parts.hostname, parts.port, timeout=TIMEOUT)
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._answers = msgspec.json.Decoder(list[_Answer])
        self._logs = msgspec.json.Decoder(_Logs)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._connection.close()

    @cached_property
    def chain_id(self) -> int:
        """Return the chain's id."""
        found = self._number(self.ask("eth_chainId"))
        if found > LARGEST_CHAIN_ID:
            raise NodeUntrue(f"the node at {self.name} names a chain id of {found.bit_length()} bits")
        return found

    def ask(self, method: str, *params: Any) -> Any:
        """Return the answer to one question; None is one."""
        return self.ask_many([(method, params)])[0]

    def ask_many(self, questions: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        """Return the answers to many questions, in their order.

        Raises:
            NodeUnavailable: The node does not answer, or answers one of them with an error.
            NodeUntrue: It answers other questions.
        """
        found: list[Any] = []
        for start in range(0, len(questions), CALLS_PER_REQUEST):
            found += self._batch(questions[start : start + CALLS_PER_REQUEST])
        return found

    def header(self, block_hash: str) -> Header:
        """Return the header of a block, which hashes to the block's hash."""
        return self._header(self.ask("eth_getBlockByHash", block_hash, HEADER), block_hash)

    def named(self, tag: str) -> Header:
        """Return the header of a block by number or tag; which block that is, the node decides."""
        block = self.ask("eth_getBlockByNumber", tag, HEADER)
        return self._header(block, block.get("hash") if isinstance(block, dict) else None)

    def block(self, block_hash: str) -> Block:
        """Return a whole block, whose transactions and receipts lead to its hash."""
        told = self.ask("eth_getBlockByHash", block_hash, WITH_TRANSACTIONS)
        header = self._header(told, block_hash)
        receipts = self.ask("eth_getBlockReceipts", hex(header.number))
        try:
            raw = {name: bytes_of(self.ask("eth_getRawTransactionByHash", name)) for name in without_raw(told)}
            return Block.of(told, receipts, raw)
        except (BlockInvalid, ValueError, KeyError, TypeError) as error:
            raise NodeUntrue(f"the node at {self.name} does not tell what block {block_hash} is: {error}") from error

    def logs(self, addresses: Sequence[str], first: int, last: int) -> list[Log]:
        """Return the logs of contracts (lower-case addresses) in a range of blocks, in chain order.

        Raises:
            NodeUntrue: One is of another contract or block, or out of order.
        """
        where = {"address": list(addresses), "fromBlock": hex(first), "toBlock": hex(last)}
        body = self._post({"jsonrpc": "2.0", "id": 1, "method": "eth_getLogs", "params": [where]})
        try:
            answer = self._logs.decode(body)
        except msgspec.DecodeError as error:
            raise NodeUntrue(f"the node at {self.name} answers eth_getLogs with something else: {error}") from error
        if answer.error is not None or answer.result is None:
            reason = answer.error.message if answer.error else "it answered with nothing"
            raise NodeUnavailable(f"the node at {self.name} refuses eth_getLogs: {reason}")
        self._check(answer.result, set(addresses), first, last)
        return answer.result

    def calls(self, calls: Sequence[Call], block_hash: str) -> list[bytes]:
        """Return what contracts answer in the state after a block."""
        at = {"blockHash": block_hash}
        answers = self.ask_many([("eth_call", [{"to": c.to, "data": text_of(c.data)}, at]) for c in calls])
        return [self._bytes(answer) for answer in answers]

    def code(self, address: str, header: Header) -> bytes:
        """Return the code at an address as of a block."""
        return self._bytes(self.ask("eth_getCode", address, hex(header.number)))

    def _check(self, logs: Sequence[Log], addresses: set[str], first: int, last: int) -> None:
        try:
            places = [(int(log.block_number, 16), int(log.log_index, 16)) for log in logs]
        except ValueError as error:
            raise NodeUntrue(f"the node at {self.name} names no place of a log: {error}") from error
        if any(not one < other for one, other in pairwise(places)):
            raise NodeUntrue(f"the node at {self.name} sends logs of blocks {first} to {last} out of order")
        strange = {log.address for log in logs} - addresses
        if strange or (places and not first <= places[0][0] <= places[-1][0] <= last) or any(g.removed for g in logs):
            raise NodeUntrue(f"the node at {self.name} sends other logs than those of blocks {first} to {last}")

    def _header(self, block: Any, block_hash: str | None) -> Header:
        if not isinstance(block, dict):
            raise NodeUnavailable(f"the node at {self.name} has no block {block_hash or 'of that name'}")
        if block.get("hash") != block_hash:
            raise NodeUntrue(f"asked for block {block_hash}, the node at {self.name} sent {block.get('hash')}")
        try:
            return Header.read(headers.encode(block), bytes_of(block_hash))
        except (ProofError, ValueError) as error:
            raise NodeUntrue(f"the node at {self.name} does not tell what block {block_hash} is: {error}") from error

    def _batch(self, questions: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        body = [
            {"jsonrpc": "2.0", "id": i, "method": method, "params": list(params)}
            for i, (method, params) in enumerate(questions)
        ]
        try:
            answers = self._answers.decode(self._post(body))
        except (msgspec.DecodeError, RecursionError) as error:
            raise NodeUnavailable(f"the node at {self.name} sends no JSON-RPC answer: {error}") from error
        answers.sort(key=lambda answer: -1 if answer.id is None else answer.id)
        if [answer.id for answer in answers] != list(range(len(questions))):
            raise NodeUntrue(f"the node at {self.name} answers other questions than were asked")
        for (method, _), answer in zip(questions, answers, strict=True):
            if answer.error is not None:
                raise NodeUnavailable(f"the node at {self.name} refuses {method}: {answer.error.message}")
        return [answer.result for answer in answers]

    def _post(self, body: Any) -> bytes:
        for last in (False, True):
            try:
                kind = {"Content-Type": "application/json"}
                self._connection.request("POST", self._path, msgspec.json.encode(body), kind)
                answer = self._connection.getresponse()
                content = answer.read()
                break
            except (http.client.HTTPException, OSError) as error:
                # Once more, on a new connection: a node closes one that was not used for a while.
                self._connection.close()
                if last:
                    reason = str(error) or type(error).__name__
                    raise NodeUnavailable(
                        f"no node answers at {self.name} ({reason}): name one by --rpc-url"
                    ) from error
        if answer.status != HTTPStatus.OK:
            raise NodeUnavailable(f"the node at {self.name} answers with HTTP status {answer.status}")
        return content

    def _bytes(self, answer: Any) -> bytes:
        try:
            return bytes_of(answer)
        except ValueError as error:
            raise NodeUntrue(f"the node at {self.name} answers with something else than bytes: {error}") from error

    def _number(self, answer: Any) -> int:
        try:
            return number_of(answer)
        except ValueError as error:
            raise NodeUntrue(f"the node at {self.name} answers with something else than a number: {error}") from error
