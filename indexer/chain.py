"""JSON-RPC in, plain records out.

`Node` is the seam: a handful of questions, so that a fake chain of a few dozen lines can replay any history in a test.
`HttpNode` asks a real node. Whatever it cannot believe becomes a retryable error; nothing here decides what is stored.
"""

import asyncio
import operator
import re
import time
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final, Generic, NamedTuple, Protocol, Self, TypeVar
from urllib.parse import urlsplit

import aiohttp
import msgspec
from sha3 import keccak_256

from audit.proofs.proof import without_raw
from indexer.errors import NodeAnswerInvalid, NodeUnavailable
from indexer.store.columns import LOG_INDEX_BITS

HASH: Final = re.compile("0x[0-9a-f]{64}")
QUANTITY: Final = re.compile("0x[0-9a-fA-F]+")
DATA: Final = re.compile("0x([0-9a-fA-F]{2})*")
CALLS_PER_REQUEST: Final = 100
"""Nodes cap the entries of one batch; all we know of take a hundred."""
LARGEST_ANSWER: Final = 64 * 2**20
"""Bytes of one answer. A larger one is refused unread, and a smaller range asked for."""
READ_BUFFER: Final = 2**20
WITH_TRANSACTIONS: Final = True
SLOW_SECONDS: Final = 0.2
"""Between two requests while the node is failing."""


def keccak(data: bytes) -> bytes:
    """Return Keccak-256, by the extension module: others take ten times as long, and every event is hashed twice."""
    digest: bytes = keccak_256(data).digest()
    return digest


class Log(msgspec.Struct, rename="camel", gc=False):
    """A log as the node sends it, everything hex text."""

    address: str
    topics: list[str]
    data: str
    block_number: str
    block_hash: str
    transaction_hash: str
    log_index: str
    block_timestamp: str | None = None
    removed: bool = False


class Header(NamedTuple):
    """What we need of a block's header."""

    number: int
    hash: str
    parent_hash: str
    time: int
    """Unix seconds."""
    logs_bloom: int
    """2048 bits."""


class Marks(NamedTuple):
    """The node's own view of its chain."""

    head: Header
    safe: int
    finalized: Header


class Call(NamedTuple):
    """A contract call that changes nothing."""

    to: str
    data: str
    """0x text."""


class WholeBlock(NamedTuple):
    """A block as a node sends it, with what is needed to build both of its tries."""

    block: dict[str, Any]
    """With all transactions."""
    receipts: list[dict[str, Any]]
    raw: dict[str, bytes]
    """By hash, transactions whose bytes can't be told from what the node says of them."""


class Node(Protocol):
    """What the indexer asks of a chain; every question may raise a `RetryableError`."""

    async def identity(self) -> tuple[int, str]:
        """Return chain id and genesis hash."""

    async def marks(self) -> Marks:
        """Return head, safe and finalized block."""

    async def headers(self, numbers: Sequence[int]) -> list[Header | None]:
        """Return the headers of blocks by number, None for those the node has not."""

    async def logs(self, addresses: Sequence[str], first: int, last: int) -> list[Log]:
        """Return the logs of contracts in blocks `first` to `last`, both included, in chain order."""

    async def block_logs(self, addresses: Sequence[str], headers: Sequence[Header]) -> list[list[Log]]:
        """Return the logs of contracts in exactly these blocks, in order, one list for each block."""

    async def calls(self, calls: Sequence[Call], block_hash: str) -> list[bytes | None]:
        """Return what contracts answer in the state after a block, None where the node answers with an error."""

    def pinned(self) -> "Node":
        """Return the one node to ask for what belongs together: answers of two nodes are never mixed."""

    def failed(self) -> None:
        """Take note that a step failed: ask less often, or another node."""

    def worked(self) -> None:
        """Take note that a step succeeded."""


class _Header(msgspec.Struct, rename="camel"):
    number: str
    hash: str
    parent_hash: str
    timestamp: str
    logs_bloom: str


class _Error(msgspec.Struct):
    code: int = 0
    message: str = ""


T = TypeVar("T")


class _Answer(msgspec.Struct, Generic[T]):
    id: int | None = None
    result: T | None = None
    error: _Error | None = None


class Pace:
    """Keeps requests apart while a node is failing: restarting nodes are not helped by being asked all the time."""

    def __init__(self) -> None:
        self.slow = False
        self._turn = asyncio.Lock()
        self._last = float("-inf")

    async def turn(self) -> None:
        """Return when the next request may go out."""
        if not self.slow:
            return
        async with self._turn:
            await asyncio.sleep(max(0.0, self._last + SLOW_SECONDS - time.monotonic()))
            self._last = time.monotonic()


class HttpNode:
    """A node behind an HTTP address."""

    def __init__(self, url: str, session: aiohttp.ClientSession, pace: Pace | None = None) -> None:
        """Args: nodes that share a `pace` are together asked no oftener than one."""
        self._url = url
        self._pace = pace or Pace()
        parts = urlsplit(url)
        self.name = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
        """Where the node is, without what may be a secret: user, password, path and query of its address."""
        self._session = session
        self._next_id = 0
        self._decoders: dict[Any, msgspec.json.Decoder[Any]] = {}

    @classmethod
    def open(cls, url: str, timeout: float, pace: Pace | None = None) -> Self:
        """Return a node; `timeout` is in seconds for one answer. Needs a running event loop."""
        # With the small buffer of the default, reading a large answer stops and goes a thousand times.
        patience = aiohttp.ClientTimeout(total=timeout)
        return cls(url, aiohttp.ClientSession(timeout=patience, read_bufsize=READ_BUFFER), pace)

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def identity(self) -> tuple[int, str]:
        """Return chain id and genesis hash."""
        chain_id = await self._ask(str, "eth_chainId")
        (genesis,) = await self.headers([0])
        if genesis is None:
            raise NodeAnswerInvalid(f"the node at {self.name} has no block 0")
        return _number(chain_id), genesis.hash

    async def marks(self) -> Marks:
        """Return head, safe and finalized block."""
        head, safe, finalized = await self._blocks(["latest", "safe", "finalized"])
        if head is None or safe is None or finalized is None:
            raise NodeUnavailable(f"the node at {self.name} does not know its head or its finalized block yet")
        return Marks(head, safe.number, finalized)

    async def headers(self, numbers: Sequence[int]) -> list[Header | None]:
        """Return headers by number, None for blocks the node has not."""
        headers = await self._blocks([hex(number) for number in numbers])
        for number, header in zip(numbers, headers, strict=True):
            if header is not None and header.number != number:
                raise NodeAnswerInvalid(f"asked for block {number}, got {header.number}")
        return headers

    async def logs(self, addresses: Sequence[str], first: int, last: int) -> list[Log]:
        """Return logs of a range of blocks, in chain order."""
        where = {"fromBlock": hex(first), "toBlock": hex(last)}
        logs = await self._ask(list[Log], "eth_getLogs", {"address": list(addresses), **where})
        return checked(logs, addresses, first, last)

    async def block_logs(self, addresses: Sequence[str], headers: Sequence[Header]) -> list[list[Log]]:
        """Return logs of blocks by their hashes, in order."""
        questions = [("eth_getLogs", [{"address": list(addresses), "blockHash": h.hash}]) for h in headers]
        answers = await self._ask_many(list[Log], questions)
        for header, answer in zip(headers, answers, strict=True):
            if answer.error is not None or answer.result is None:
                reason = answer.error.message if answer.error else "it answered with nothing"
                raise NodeUnavailable(f"the node at {self.name} refused eth_getLogs of a block: {reason}")
            if any(log.block_hash != header.hash for log in answer.result):
                raise NodeAnswerInvalid(f"asked for logs of block {header.hash}, got others")
        return [
            checked(answer.result or [], addresses, header.number, header.number)
            for header, answer in zip(headers, answers, strict=True)
        ]

    async def calls(self, calls: Sequence[Call], block_hash: str) -> list[bytes | None]:
        """Return the answers of contracts in the state after a block."""
        at = {"blockHash": block_hash}
        questions = [("eth_call", [{"to": call.to, "data": call.data}, at]) for call in calls]
        answers = await self._ask_many(str, questions)
        results = [None if answer.error else answer.result for answer in answers]
        if not all(result is None or DATA.fullmatch(result) for result in results):
            raise NodeAnswerInvalid(f"the node at {self.name} answered eth_call with something else than bytes")
        return [None if result is None else bytes.fromhex(result[2:]) for result in results]

    async def whole_block(self, block_hash: str) -> WholeBlock:
        """Return a block with all transactions and receipts, for proofs; nothing of it is checked here."""
        whole = await self._ask(dict[str, Any], "eth_getBlockByHash", block_hash, WITH_TRANSACTIONS)
        try:
            receipts = await self._ask(list[dict[str, Any]], "eth_getBlockReceipts", whole["number"])
            hidden = without_raw(whole)
        except (KeyError, TypeError, AttributeError) as error:
            raise NodeAnswerInvalid(f"the node at {self.name} sent no block {block_hash}") from error
        texts = [await self._ask(str, "eth_getRawTransactionByHash", tx_hash) for tx_hash in hidden]
        if not all(map(DATA.fullmatch, texts)):
            raise NodeAnswerInvalid(f"the node at {self.name} sent a transaction that is no bytes")
        raw = {tx_hash: bytes.fromhex(text[2:]) for tx_hash, text in zip(hidden, texts, strict=True)}
        return WholeBlock(whole, receipts, raw)

    def pinned(self) -> Node:
        """Return itself."""
        return self

    def failed(self) -> None:
        """Leave a pause between two requests from now on."""
        self._pace.slow = True

    def worked(self) -> None:
        """Ask as fast as wanted again."""
        self._pace.slow = False

    async def _blocks(self, tags: Sequence[str]) -> list[Header | None]:
        # Never with transactions: a full block is a hundred times its header.
        answers = await self._ask_many(_Header, [("eth_getBlockByNumber", [tag, False]) for tag in tags])
        for answer in answers:
            if answer.error:
                raise NodeUnavailable(f"the node at {self.name} refused eth_getBlockByNumber: {answer.error.message}")
        return [None if a.result is None else _header(a.result) for a in answers]

    async def _ask(self, kind: type[T], method: str, *params: Any) -> T:
        (answer,) = await self._ask_many(kind, [(method, list(params))])
        if answer.error is not None:
            raise NodeUnavailable(f"the node at {self.name} refused {method}: {answer.error.message}")
        if answer.result is None:
            raise NodeAnswerInvalid(f"the node at {self.name} answered {method} with nothing")
        return answer.result

    async def _ask_many(self, kind: type[T], questions: Sequence[tuple[str, list[Any]]]) -> list[_Answer[T]]:
        """Return one answer for each question, in their order."""
        answers: list[_Answer[T]] = []
        for start in range(0, len(questions), CALLS_PER_REQUEST):
            answers += await self._ask_batch(kind, questions[start : start + CALLS_PER_REQUEST])
        return answers

    async def _ask_batch(self, kind: type[T], questions: Sequence[tuple[str, list[Any]]]) -> list[_Answer[T]]:
        first = self._next_id
        self._next_id += len(questions)
        request = [
            {"jsonrpc": "2.0", "id": first + i, "method": method, "params": params}
            for i, (method, params) in enumerate(questions)
        ]
        single = len(questions) == 1
        body = await self._post(msgspec.json.encode(request[0] if single else request))
        form: Any = _Answer
        answers: list[_Answer[T]] = [self._read(form[kind], body)] if single else self._read(list[form[kind]], body)
        answers.sort(key=lambda answer: -1 if answer.id is None else answer.id)
        if [answer.id for answer in answers] != [first + i for i in range(len(questions))]:
            raise NodeAnswerInvalid(f"the node at {self.name} answered other questions than were asked")
        return answers

    def _read(self, kind: Any, body: bytearray) -> Any:
        decoder = self._decoders.get(kind)
        if decoder is None:
            decoder = self._decoders[kind] = msgspec.json.Decoder(kind)
        try:
            return decoder.decode(body)
        except msgspec.DecodeError as error:
            raise NodeAnswerInvalid(f"the node at {self.name} sent no JSON-RPC answer: {error}") from error

    async def _post(self, body: bytes) -> bytearray:
        await self._pace.turn()
        try:
            async with self._session.post(self._url, data=body, headers={"Content-Type": "application/json"}) as answer:
                content = await self._content(answer)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            reason = str(error) or type(error).__name__
            raise NodeUnavailable(
                f"no node answers at {self.name} ({reason}): start one or set ERANOS_INDEX_RPC_URL"
            ) from error
        if answer.status != HTTPStatus.OK:
            wait = answer.headers.get("Retry-After", "")
            message = f"the node at {self.name} answered with HTTP status {answer.status}"
            raise NodeUnavailable(message, float(wait) if wait.isdigit() else 0)
        return content

    async def _content(self, answer: aiohttp.ClientResponse) -> bytearray:
        """Return the body of an answer, if it is not too large."""
        body = bytearray()
        async for chunk in answer.content.iter_any():
            body += chunk
            if len(body) > LARGEST_ANSWER:
                answer.close()
                raise NodeUnavailable(f"the node at {self.name} sends more than {LARGEST_ANSWER} bytes at once")
        return body


def checked(logs: list[Log], addresses: Sequence[str], first: int, last: int) -> list[Log]:
    """Return the node's logs in chain order, each once.

    What many logs share is looked at once: this sees every log there is.

    Raises:
        NodeAnswerInvalid: One is of another contract or block than asked for, was removed, or contradicts another.
    """
    known = set(addresses)
    if not {log.address for log in logs} <= known:
        for log in logs:
            log.address = log.address.lower()
    numbers = {text: _number(text) for text in {log.block_number for log in logs}}
    indexes = {text: _number(text) for text in {log.log_index for log in logs}}
    _check_asked_for(logs, known, numbers, first, last)
    _check_hashes(logs)
    places = [numbers[log.block_number] << LOG_INDEX_BITS | indexes[log.log_index] for log in logs]
    if any(map(operator.ge, places, places[1:])):
        return _ordered(logs, places)
    return logs


def _check_asked_for(logs: list[Log], known: set[str], numbers: dict[str, int], first: int, last: int) -> None:
    strange = {log.address for log in logs} - known
    outside = [number for number in numbers.values() if not first <= number <= last]
    if strange or outside or any([log.removed for log in logs]):  # noqa: C419 - a list is built faster than it is asked
        raise NodeAnswerInvalid(
            f"asked for blocks {first} to {last} of our contracts, got "
            f"{f'block {outside[0]}' if outside else f'a log of {strange.pop()}' if strange else 'a removed log'}"
        )


def _check_hashes(logs: list[Log]) -> None:
    blocks = {(log.block_number, log.block_hash, log.block_timestamp) for log in logs}
    numbers = {number for number, _, _ in blocks}
    if len(numbers) != len(blocks):
        raise NodeAnswerInvalid(f"logs of two different blocks of one number among {len(numbers)} in one answer")
    if len({hash_ for _, hash_, _ in blocks}) != len(blocks):
        raise NodeAnswerInvalid(f"logs of two blocks with one hash among {len(numbers)} in one answer")
    if not all(HASH.fullmatch(hash_) for _, hash_, _ in blocks):
        raise NodeAnswerInvalid("the block hash of a log is malformed")
    if not all(QUANTITY.fullmatch(time) for _, _, time in blocks if time is not None):
        raise NodeAnswerInvalid("the block time of a log is malformed")
    if not all(map(HASH.fullmatch, {log.transaction_hash for log in logs})):
        raise NodeAnswerInvalid("the transaction hash of a log is malformed")


def _ordered(logs: list[Log], places: list[int]) -> list[Log]:
    by_place: dict[int, Log] = {}
    for log, place in zip(logs, places, strict=True):
        if by_place.setdefault(place, log) != log:
            raise NodeAnswerInvalid(f"two different logs at the same place of block {place >> LOG_INDEX_BITS}")
    return [by_place[place] for place in sorted(by_place)]


def _header(raw: _Header) -> Header:
    if not (HASH.fullmatch(raw.hash) and HASH.fullmatch(raw.parent_hash)):
        raise NodeAnswerInvalid(f"block {raw.number} has a malformed hash")
    return Header(_number(raw.number), raw.hash, raw.parent_hash, _number(raw.timestamp), _number(raw.logs_bloom))


def _number(text: str) -> int:
    """Return the number a node wrote as 0x text."""
    if not QUANTITY.fullmatch(text):
        raise NodeAnswerInvalid(f"{text[:80]!r} is not a number")
    return int(text, 16)


def may_hold_logs_of(header: Header, address: str) -> bool:
    """Return whether a block's bloom names a contract: False is certain, True may be wrong (Yellow Paper, 4.4.3)."""
    digest = keccak(bytes.fromhex(address[2:]))
    return all(header.logs_bloom >> (int.from_bytes(digest[i : i + 2]) & 2047) & 1 for i in (0, 2, 4))
