"""All events of a lab with their proofs in one file, and its check without a network.

JSON, one object a line: first what the file is about, then the proof of each journal in the state of the block, then
the proof of each event in chain order (docs/proofs.md, "Bundles").
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Annotated, Final, Literal, TypeVar

import msgspec

from audit.campaign import prove
from audit.errors import FileUnusable
from audit.journals import Kept, Replay, Replayed, kept_by, proved_slot
from audit.lab import Lab
from audit.node import Log
from audit.progress import Progress
from audit.proofs import proof as proofs
from audit.proofs.errors import ProofRefuted, ProofUnreadable
from audit.proofs.headers import Header
from audit.proofs.hex_text import bytes_of, text_of
from audit.proofs.proof import HexBytes, Proof
from audit.proofs.receipts import logs_of, trie_key
from audit.proofs.trie import read
from audit.state import Proved
from audit.state import check as check_state
from deployments import abi, abi_names

VERSION: Final = 1
BEGINNING: Final = b'{"format":"eranos-bundle"'
LARGEST_LINE: Final = proofs.LARGEST_FILE
T = TypeVar("T")
Place = tuple[int, int, int]
"""Block number, transaction index, place in the receipt."""


class Head(msgspec.Struct, forbid_unknown_fields=True):
    """The first line."""

    format: Literal["eranos-bundle"]
    version: Literal[1]
    chain_id: int
    header: HexBytes
    """RLP of the header of the block as of which the bundle was made."""
    contracts: dict[str, str]
    """Address by name."""


class JournalLine(msgspec.Struct, forbid_unknown_fields=True):
    """The proof of one contract's journal, in the state of that block."""

    journal: str
    """Name of the contract."""
    slot: Annotated[int, msgspec.Meta(ge=0, lt=2**31)]
    account_proof: list[HexBytes]
    slot_proof: list[HexBytes]


@dataclass
class Opened:
    """A bundle that was checked."""

    head: Head
    header: Header
    journals: list[Replayed] = field(default_factory=list)
    events: int = 0
    without_journal: list[str] = field(default_factory=list)
    """Contracts of which the bundle does not show that no event is missing."""
    blocks: set[bytes] = field(default_factory=set)
    """Hashes of the blocks that the events are in."""

    @property
    def holds(self) -> bool:
        """Whether no event of a journal is missing."""
        return all(each.holds for each in self.journals)


def write(lab: Lab, file: Path, progress: Progress) -> int:
    """Write all events of a lab with their proofs into a file, and return how many there are.

    The file gets its name when it is whole: what had that name before stays until then, and if the node fails.

    Raises:
        FileUnusable: The file can't be written.
        NodeUntrue: The node contradicts itself or a block's hash.
        NodeUnavailable: It does not answer, or has forgotten.
    """
    slots = {name: proved_slot(lab, name) for name in lab.journaled}
    contracts = {name: each.address for name, each in lab.contracts.items()}
    head = Head("eranos-bundle", VERSION, lab.node.chain_id, text_of(lab.header.encoded), contracts)
    count = 0
    try:
        with _whole(file) as opened:
            opened.write(msgspec.json.encode(head) + b"\n")
            for name, slot in slots.items():
                opened.write(msgspec.json.encode(_journal_line(name, lab, slot)) + b"\n")
            for logs in lab.logs(list(lab.contracts), progress):
                for made in prove(lab, logs):
                    opened.write(proofs.write(made))
                    count += 1
    except OSError as error:
        raise FileUnusable(f"{file} can't be written: {error.strerror or error}") from error
    return count


@contextmanager
def _whole(file: Path) -> Iterator[IO[bytes]]:
    """Open a file for writing that takes its name, or another's place, at the end only; it is gone after an error."""
    part = file.with_name(f"{file.name}.part")
    try:
        with part.open("wb") as opened:
            yield opened
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def check(file: Path, block_hash: str, progress: Progress) -> Opened:
    """Check a bundle against the hash of the block as of which it was made.

    Args:
        file: The bundle.
        block_hash: Trusted.
        progress: Told how far it is.

    Raises:
        FileUnusable: The file can't be read.
        ProofUnreadable: It is no bundle, or cut off.
        ProofRefuted: A proof in it does not hold, or the events are not in the order of the chain.
    """
    try:
        with file.open("rb") as opened:
            return _check(_lines(opened), block_hash, progress)
    except OSError as error:
        raise FileUnusable(f"{file} can't be read: {error.strerror or error}") from error


def _check(lines: Iterator[bytes], block_hash: str, progress: Progress) -> Opened:
    head = _decoded(next(lines, b""), Head)
    bundle = Opened(head, Header.read(bytes_of(head.header), bytes_of(block_hash)))
    progress.begin(0, bundle.header.number)
    replays: dict[str, Replay] = {}
    kept: dict[str, tuple[str, Kept]] = {}
    addresses = {at.lower() for at in head.contracts.values()}
    last: Place = (0, 0, -1)
    for line in lines:
        if line.startswith(b'{"journal"'):
            journal = _decoded(line, JournalLine)
            address = _address(head, journal.journal)
            if address in kept or bundle.events:
                raise ProofRefuted(f"the journal of {journal.journal} comes twice, or after an event")
            kept[address] = (journal.journal, _kept(bundle.header, address, journal))
            replays[address] = Replay()
            continue
        made = proofs.parse(line)
        log = _checked(made, head, bundle.header.number)
        if log.address not in addresses:
            raise ProofRefuted(f"{made.record.event} is of {made.record.address}, which the bundle does not name")
        place = (made.record.block_number, made.transaction_index, made.log)
        if place <= last:
            raise ProofRefuted(f"the event at {place} comes after the one at {last}")
        last = place
        if log.address in replays:
            replays[log.address].take(log)
        bundle.blocks.add(bytes_of(made.record.block_hash))
        bundle.events += 1
        progress.at(made.record.block_number, 1)
    progress.end()
    left_out = [name for name, at in head.contracts.items() if _keeps_journal(name) and at.lower() not in kept]
    if left_out:
        raise ProofRefuted(f"the bundle leaves out the journal of {', '.join(sorted(left_out))}")
    bundle.without_journal = sorted(name for name, at in head.contracts.items() if at.lower() not in kept)
    bundle.journals = [
        Replayed(f"{name} at {head.contracts[name]}", bundle.header.number, replays[address].kept, chain)
        for address, (name, chain) in kept.items()
    ]
    return bundle


def _checked(made: Proof, head: Head, last_block: int) -> Log:
    """Return the event of a proof that holds against the hash it names itself."""
    record = proofs.check(made, bytes_of(made.record.block_hash))
    if record.chain_id not in {None, head.chain_id} or record.block_number > last_block:
        raise ProofRefuted(f"{record.event} of block {record.block_number} is of another chain, or later")
    header = Header.read(bytes_of(made.header), bytes_of(record.block_hash))
    receipt = read(header.receipts_root, trie_key(made.transaction_index), list(map(bytes_of, made.receipt)))
    log = logs_of(receipt or b"")[made.log]
    place = (hex(record.block_number), record.block_hash, record.tx_hash, hex(made.log))
    return Log(text_of(log.address), [text_of(topic) for topic in log.topics], text_of(log.data), *place)


def _keeps_journal(name: str) -> bool:
    return name in abi_names() and any(item.get("name") == "journal" for item in abi(name))


def _address(head: Head, name: str) -> str:
    if name not in head.contracts:
        raise ProofRefuted(f"the bundle names no address of {name}")
    return head.contracts[name].lower()


def _kept(header: Header, address: str, line: JournalLine) -> Kept:
    try:
        account, value = check_state(header.state_root, address, line.slot, line.account_proof, line.slot_proof)
    except ValueError as error:
        raise ProofRefuted(f"the proof of the journal of {line.journal} does not hold: {error}") from error
    return kept_by(Proved(account, value, line.account_proof, line.slot_proof))


def _journal_line(name: str, lab: Lab, slot: Proved) -> JournalLine:
    place = lab.contract(name).journal_slot or 0
    return JournalLine(name, place, list(slot.account_proof), list(slot.slot_proof))


def _lines(opened: IO[bytes]) -> Iterator[bytes]:
    while line := opened.readline(LARGEST_LINE + 1):
        if not line.endswith(b"\n"):
            raise ProofUnreadable("the bundle is cut off in the middle of a line")
        yield line


def _decoded(line: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(line, type=kind)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ProofUnreadable(f"this is no bundle of version {VERSION}: {error}") from error
