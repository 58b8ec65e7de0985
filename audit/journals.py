"""Is any event missing? Replays events to the digest that the chain keeps (docs/protocol.md, "Journal")."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from sha3 import keccak_256

from audit.errors import NodeUntrue
from audit.lab import Lab
from audit.node import Log
from audit.progress import Progress
from audit.proofs.records import events
from audit.state import Proved, proved
from deployments import abi_names

NOT_JOURNALED: Final = frozenset({"EntryPaused", "EntryResumed", "Approval", "AuthorityUpdated", "EIP712DomainChanged"})
"""Events of our contracts that the journal does not count. A log of any other kind counts, known to us or not."""
DIGEST_BYTES: Final = 26
SEQUENCE_BITS: Final = 48
ZEROS: Final = bytes(32 - DIGEST_BYTES)


class Kept(NamedTuple):
    """A journal: how many events, and the hash chain over them."""

    sequence: int
    digest: bytes

    def __str__(self) -> str:
        return f"{self.sequence} events, digest 0x{self.digest.hex()}"


@dataclass(frozen=True, slots=True)
class Replayed:
    """A journal twice: as the events give it, and as the chain has it."""

    contract: str
    block_number: int
    events: Kept
    chain: Kept

    @property
    def holds(self) -> bool:
        """Whether no event is missing, made up or changed."""
        return self.events == self.chain

    def line(self) -> str:
        """Return what was found, for a person."""
        if self.holds:
            return f"{self.contract}: complete at block {self.block_number}: {self.events}"
        return (
            f"{self.contract}: at block {self.block_number} the chain keeps {self.chain}; the node shows {self.events}"
        )


class Replay:
    """Takes the events of one contract and keeps its journal."""

    def __init__(self) -> None:
        self._sequence, self._digest = 0, bytes(DIGEST_BYTES)

    def take(self, log: Log) -> None:
        """Take one event into the journal.

        All arguments are static and the indexed ones come first, so that topics and data together are
        ``abi.encode(topic0, argument, ...)``.

        Raises:
            NodeUntrue: The event is not hex text.
        """
        topics = log.topics
        if not topics or topics[0] in not_journaled():
            return
        try:
            event = keccak_256(bytes.fromhex("".join([topic[2:] for topic in topics]) + log.data[2:])).digest()
        except ValueError as error:
            raise NodeUntrue(f"a log of block {int(log.block_number, 16)} is no hex text: {error}") from error
        self._digest = keccak_256(self._digest + ZEROS + event).digest()[:DIGEST_BYTES]
        self._sequence += 1

    @property
    def kept(self) -> Kept:
        """Return the journal so far."""
        return Kept(self._sequence, self._digest)


@cache
def not_journaled() -> frozenset[str]:
    """Return topic 0 of the events that journals do not count, as nodes write it."""
    found = (event for name in abi_names() for event in events(name) if event.name in NOT_JOURNALED)
    return frozenset("0x" + event.topic.hex() for event in found)


def replay(lab: Lab, names: Iterable[str], progress: Progress) -> list[Replayed]:
    """Replay the events of contracts to their journals, and prove what the chain keeps.

    Raises:
        NodeUntrue: The node proves nothing about what the chain keeps.
        NodeUnavailable: The node does not answer, or has that state no more.
    """
    wanted = list(names)
    replays = {lab.contract(name).address.lower(): Replay() for name in wanted}
    # First, because it may fail at once: a node that has forgotten the state keeps nobody waiting for the download.
    chain = {name: kept_by(proved_slot(lab, name)) for name in wanted}
    for logs in lab.logs(wanted, progress):
        for log in logs:
            replays[log.address].take(log)
    return [
        Replayed(name, lab.header.number, replays[lab.contract(name).address.lower()].kept, chain[name])
        for name in wanted
    ]


def proved_slot(lab: Lab, name: str) -> Proved:
    """Return the proof of a contract's journal slot."""
    contract = lab.contract(name)
    return proved(lab.node, contract.address, contract.journal_slot or 0, lab.header)


def kept_by(slot: Proved) -> Kept:
    """Return the journal in a proved slot."""
    digest = (slot.slot >> SEQUENCE_BITS).to_bytes(DIGEST_BYTES)
    return Kept(slot.slot & (1 << SEQUENCE_BITS) - 1, digest)
