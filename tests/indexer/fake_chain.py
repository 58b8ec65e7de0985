"""A chain in memory that answers as a node does; it can be extended, reorganized, made to lag and made to lie.

Logs are encoded by `eth_abi` and journals hashed here, so that nothing the indexer does is used to test the indexer.
"""

import copy
import pickle
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from eth_abi.abi import encode
from eth_hash.auto import keccak

from deployments import abi
from indexer.chain import Call, Header, Log, Marks, Node
from indexer.events import LAB_CONTRACTS, Watched
from indexer.store.event_tables import CONTRACTS, NOT_JOURNALED
from tests.indexer.fake_lab import Emitted, FakeLab

CHAIN_ID = 31337
GENESIS_TIME = 1_700_000_000
FINALITY = 16
"""Blocks above the finalized one, here."""

ADDRESSES = {name: f"0x{0xC0DE00 + i:040x}" for i, name in enumerate(CONTRACTS)}
EVENT_ABIS = {(c, item["name"]): item for c in CONTRACTS for item in abi(c) if item["type"] == "event"}
JOURNAL_CALL = "0x" + keccak(b"journal()")[:4].hex()

Journals = dict[str, tuple[int, bytes]]


@dataclass
class FakeBlock:
    """A block and what is true after it."""

    header: Header
    logs: list[Log]
    lab: FakeLab
    journals: Journals


@dataclass
class FakeNode:
    """The node of a fake chain; see `indexer.chain.Node`."""

    seed: int = 0
    with_times: bool = True
    blocks: list[FakeBlock] = field(default_factory=list)
    orphans: dict[str, FakeBlock] = field(default_factory=dict)
    finality: int = FINALITY
    asked: list[str] = field(default_factory=list)
    forks: int = 0

    def __post_init__(self) -> None:
        if not self.blocks:
            genesis = Header(0, block_hash(f"genesis {self.seed}"), "0x" + "0" * 64, GENESIS_TIME, 0)
            self.blocks.append(FakeBlock(genesis, [], FakeLab(self.seed), dict.fromkeys(LAB_CONTRACTS, (0, bytes(26)))))

    # -------------------------------------------------------------------------------------------- what tests do

    def watched(self) -> Watched:
        """Return the deployment of this chain."""
        names = {address: name for name, address in ADDRESSES.items()}
        return Watched(CHAIN_ID, self.blocks[0].header.hash, names, 3)

    def grow(self, blocks: int, acts: int = 3) -> None:
        """Add blocks, each with some random acts; the contracts are deployed in block 3."""
        for _ in range(blocks):
            parent = self.blocks[-1]
            lab = forked(parent.lab)
            time = parent.header.time + 12
            emitted = lab.acts(time, lab.random.randrange(acts + 1)) if len(self.blocks) >= 3 else []
            self.add(emitted, lab)

    def add(self, emitted: Sequence[Emitted], lab: FakeLab | None = None) -> None:
        """Add one block with these events."""
        parent = self.blocks[-1]
        number, time = len(self.blocks), parent.header.time + 12
        hash_ = block_hash(f"{self.seed} {self.forks} {number} {parent.header.hash}")
        logs = [self._log(event, number, hash_, time, i) for i, event in enumerate(emitted)]
        journals = journals_after(parent.journals, emitted)
        header = Header(number, hash_, parent.header.hash, time, bloom_of(logs))
        self.blocks.append(FakeBlock(header, logs, lab or parent.lab, journals))

    def reorg(self, depth: int, blocks: int, acts: int = 3) -> None:
        """Replace the last `depth` blocks by `blocks` others."""
        self.forks += 1
        self.orphans |= {block.header.hash: block for block in self.blocks[-depth:]}
        del self.blocks[-depth:]
        self.blocks[-1] = copy.copy(self.blocks[-1])
        self.blocks[-1].lab = forked(self.blocks[-1].lab)
        self.blocks[-1].lab.random.seed(f"{self.seed} {self.forks}")
        self.grow(blocks, acts)

    def _log(self, event: Emitted, number: int, hash_: str, time: int, index: int) -> Log:
        topics, data = encode_log(event)
        tx_hash = block_hash(f"tx {hash_} {index // 2}")
        stamp = hex(time) if self.with_times else None
        return Log(ADDRESSES[event[0]], topics, data, hex(number), hash_, tx_hash, hex(index), stamp)

    # ------------------------------------------------------------------------------------------- what nodes answer

    async def identity(self) -> tuple[int, str]:
        """See `Node`."""
        return CHAIN_ID, self.blocks[0].header.hash

    async def marks(self) -> Marks:
        """See `Node`."""
        head = len(self.blocks) - 1
        return Marks(
            self.blocks[-1].header, max(0, head - self.finality // 2), self.blocks[max(0, head - self.finality)].header
        )

    async def headers(self, numbers: Sequence[int]) -> list[Header | None]:
        """See `Node`."""
        self.asked.append(f"headers {len(numbers)}")
        return [self.blocks[n].header if n < len(self.blocks) else None for n in numbers]

    async def logs(self, addresses: Sequence[str], first: int, last: int) -> list[Log]:
        """See `Node`."""
        self.asked.append(f"logs {first} {last}")
        return [log for block in self.blocks[first : last + 1] for log in block.logs if log.address in addresses]

    async def block_logs(self, addresses: Sequence[str], headers: Sequence[Header]) -> list[list[Log]]:
        """See `Node`."""
        return [await self.logs_of(addresses, header) for header in headers]

    async def logs_of(self, addresses: Sequence[str], header: Header) -> list[Log]:
        """Return the logs of one block, also of one that was replaced."""
        self.asked.append(f"block_logs {header.number}")
        block = self.blocks[header.number] if header.number < len(self.blocks) else None
        if block is None or block.header.hash != header.hash:
            block = self.orphans[header.hash]
        return [log for log in block.logs if log.address in addresses]

    def pinned(self) -> Node:
        """See `Node`."""
        return self

    def failed(self) -> None:
        """See `Node`."""

    def worked(self) -> None:
        """See `Node`."""

    async def calls(self, calls: Sequence[Call], block_hash: str) -> list[bytes | None]:
        """See `Node`; only journals are known here."""
        known = {block.header.hash: block for block in self.blocks} | self.orphans
        names = {address: name for name, address in ADDRESSES.items()}
        answers: list[bytes | None] = []
        for call in calls:
            sequence, digest = known[block_hash].journals.get(names.get(call.to, ""), (0, bytes(26)))
            known_call = call.data == JOURNAL_CALL
            answers.append(sequence.to_bytes(32) + digest.ljust(32, b"\0") if known_call else None)
        return answers


def forked(lab: FakeLab) -> FakeLab:
    """Return a copy of a lab; by pickle, which takes a tenth of the time of `copy.deepcopy`."""
    twin: FakeLab = pickle.loads(pickle.dumps(lab))  # noqa: S301 - our own bytes
    return twin


def block_hash(text: str) -> str:
    """Return a made-up hash."""
    return "0x" + keccak(text.encode()).hex()


def encode_log(event: Emitted) -> tuple[list[str], str]:
    """Return topics and data of an event as the compiler would have them."""
    contract, name, arguments = event
    item = EVENT_ABIS[contract, name]
    indexed = [i for i in item["inputs"] if i["indexed"]]
    plain = [i for i in item["inputs"] if not i["indexed"]]
    topics = [topic0(item)] + [encode([kind(i)], [value(i, arguments)]) for i in indexed]
    data = encode([kind(i) for i in plain], [value(i, arguments) for i in plain])
    return ["0x" + topic.hex() for topic in topics], "0x" + data.hex()


def topic0(item: dict[str, Any]) -> bytes:
    """Return the hash of an event's signature."""
    return keccak(f"{item['name']}({','.join(kind(i) for i in item['inputs'])})".encode())


def kind(item: dict[str, Any]) -> str:
    """Return the canonical type of an argument."""
    if item["type"] == "tuple":
        return f"({','.join(kind(c) for c in item['components'])})"
    return str(item["type"])


def value(item: dict[str, Any], arguments: dict[str, Any]) -> Any:
    """Return an argument as `eth_abi` wants it."""
    given = arguments[item["name"]]
    if item["type"] == "tuple":
        return tuple(_value(c["type"], v) for c, v in zip(item["components"], given, strict=True))
    return _value(item["type"], given)


def _value(abi_type: str, given: Any) -> Any:
    return bytes.fromhex(given[2:]) if abi_type.startswith("bytes") else given


def journals_after(journals: Journals, emitted: Sequence[Emitted]) -> Journals:
    """Return the journals after some events, by the formula of the protocol."""
    after = dict(journals)
    for contract, name, arguments in emitted:
        if contract not in LAB_CONTRACTS or name in NOT_JOURNALED:
            continue
        item = EVENT_ABIS[contract, name]
        types = ["bytes32", *(kind(i) for i in item["inputs"])]
        event_hash = keccak(encode(types, [topic0(item), *(value(i, arguments) for i in item["inputs"])]))
        sequence, digest = after[contract]
        after[contract] = sequence + 1, keccak(digest.ljust(32, b"\0") + event_hash)[:26]
    return after


def bloom_of(logs: Sequence[Log]) -> int:
    """Return a bloom with the addresses of some logs (Yellow Paper, 4.4.3); topics are left out."""
    bloom = 0
    for log in logs:
        digest = keccak(bytes.fromhex(log.address[2:]))
        for i in (0, 2, 4):
            bloom |= 1 << (int.from_bytes(digest[i : i + 2]) & 2047)
    return bloom
