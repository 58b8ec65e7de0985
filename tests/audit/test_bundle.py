"""Bundles and blocks that somebody made up: all hashes fit, as they name themselves, and what they say does not.

check(bundle)
├── given a part of a block that has not its form .................... ProofRefuted, never another error
├── given a journal twice, or after events that it would not count ... ProofRefuted
├── given an event of a contract that the bundle does not name ....... ProofRefuted
├── given words that would steer a terminal .......................... printed as their codes
└── given a bundle whose journal counts its events .................. holds
write(bundle)
└── given a node that fails in the middle ............................ the file is what it was
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import rlp
from click.testing import CliRunner

from audit import bundle as bundles
from audit.bundle import Head, JournalLine
from audit.cli import audit
from audit.errors import NodeUnavailable
from audit.journals import Replay
from audit.lab import Lab
from audit.node import Log
from audit.progress import Progress
from audit.proofs import proof as proofs
from audit.proofs.errors import ProofRefuted
from audit.proofs.headers import Header
from audit.proofs.hex_text import text_of
from audit.proofs.proof import Proof, Record
from audit.proofs.receipts import trie_key
from audit.proofs.trie import Trie, keccak
from audit.state import check as check_state

QUIET = Progress(shown=False)
AT, ELSEWHERE = b"\xaa" * 20, b"\xbb" * 20
TRANSFER = keccak(b"Transfer(address,address,uint256)")
LEGACY = rlp.encode([b"", b"", b"", b"", b"", b"", b"\x25", b"", b""])  # signed for chain 1
NUMBER = 5


def header(transactions: bytes, receipts: bytes, state: bytes = b"\1" * 32, number: int = NUMBER) -> bytes:
    roots = [b"\1" * 32] * 3 + [state, transactions, receipts]
    return rlp.encode([*roots, b"", b"", bytes([number]), b"", b"", b"\x65" * 4, b"", b"", b""])


def transfer(value: int, at: bytes = AT) -> list[Any]:
    return [at, [TRANSFER, bytes(32), bytes(32)], value.to_bytes(32)]


def receipt(*logs: list[Any]) -> bytes:
    return rlp.encode([b"\1", b"\2", bytes(256), list(logs)])


def only(value: Any) -> bytes:
    """Return the node of a trie with one item, at the key of a block's first transaction."""
    return rlp.encode([b"\x20" + trie_key(0), value])


def made_up(transaction: bytes, outcome: bytes, block: bytes | None = None) -> Proof:
    """Return the proof of a transfer whose nodes and header fit, whatever they say."""
    encoded = header(keccak(transaction), keccak(outcome)) if block is None else block
    record = Record(1, NUMBER, text_of(keccak(encoded)), "", text_of(bytes(32)), "", "Transfer", "", {})
    way = (text_of(transaction),), (text_of(outcome),)
    return Proof("eranos-proof", 1, record, text_of(encoded), 0, *way, 0)


def nested(depth: int) -> bytes:
    """Return RLP of lists in lists."""
    item = b"\xc0"
    for _ in range(depth):
        length = len(item)
        size = length.to_bytes((length.bit_length() + 7) // 8)
        item = (bytes([0xC0 + length]) if length < 56 else bytes([0xF7 + len(size)]) + size) + item
    return item


DEEP = nested(3_000)
OUTCOME = only(receipt(transfer(7)))
FORGED = {
    "no transaction": made_up(only(b""), OUTCOME),
    "transaction cut off": made_up(only(b"\xff\xff"), OUTCOME),
    "transaction of another form": made_up(only(b"\x02" + rlp.encode(b"abc")), OUTCOME),
    "transaction without fields": made_up(only(b"\x02\xc0"), OUTCOME),
    "transaction that is a list of lists": made_up(only(rlp.encode([[b"a"]] * 9)), OUTCOME),
    "transaction that is a part of the trie": made_up(only([b"a"]), OUTCOME),
    "transaction of a chain above any number": made_up(only(rlp.encode([b"\xff" * 5_000] * 9)), OUTCOME),
    "deep transaction": made_up(only(b"\x02" + DEEP), OUTCOME),
    "node that is text": made_up(rlp.encode(b"x" * 17), OUTCOME),
    "node without a path": made_up(rlp.encode([b"", b"x" * 40]), OUTCOME),
    "node whose path is a list": made_up(rlp.encode([[b"a"], b"x" * 40]), OUTCOME),
    "node of three items": made_up(rlp.encode([b"aaa", b"b", b"c"]), OUTCOME),
    "deep node": made_up(DEEP, OUTCOME),
    "receipt that is a part of the trie": made_up(only(LEGACY), only([b"a"])),
    "deep receipt": made_up(only(LEGACY), only(b"\x02" + DEEP)),
    "log of a short address": made_up(only(LEGACY), only(receipt([b"\xaa", *transfer(7)[1:]]))),
    "log of short topics": made_up(only(LEGACY), only(receipt([AT, [TRANSFER, b"", b"\1"], bytes(32)]))),
    "log of topics in topics": made_up(only(LEGACY), only(receipt([AT, [[TRANSFER]], bytes(32)]))),
    "deep header": made_up(only(LEGACY), OUTCOME, DEEP),
}


@pytest.mark.parametrize("name", FORGED)
def test_proof__that_fits_and_has_not_the_form_of_one__is_refuted(name: str) -> None:
    proof = proofs.parse(proofs.write(FORGED[name]))
    with pytest.raises(ProofRefuted):
        proofs.check(proof, keccak(bytes.fromhex(proof.header[2:])))


ACCOUNTS = {
    "text": rlp.encode(b"a" * 40),
    "too few": rlp.encode([b""] * 3),
    "a list": rlp.encode([b"", b"", [b""], b""]),
}


@pytest.mark.parametrize("name", ACCOUNTS)
def test_state__with_an_account_of_another_form__is_refuted(name: str) -> None:
    trie = Trie([(keccak(AT), ACCOUNTS[name])])
    with pytest.raises(ProofRefuted, match="form of an account"):
        check_state(trie.root, text_of(AT), 0, list(map(text_of, trie.prove(keccak(AT)))), [])


@pytest.mark.parametrize("value", [rlp.encode([b"a"]), rlp.encode(b"\1" * 33)])
def test_state__with_a_slot_of_another_form__is_refuted(value: bytes) -> None:
    storage, key = Trie([(keccak(bytes(32)), value)]), keccak(bytes(32))
    state = Trie([(keccak(AT), rlp.encode([b"", b"", storage.root, bytes(32)]))])
    ways = [list(map(text_of, trie.prove(at))) for trie, at in ((state, keccak(AT)), (storage, key))]
    with pytest.raises(ProofRefuted, match="form of a slot"):
        check_state(state.root, text_of(AT), 0, *ways)


# Bundles


def event(value: int, number: int, at: bytes = AT) -> bytes:
    """Return the line of one transfer in a block of its own."""
    sent, outcome = (Trie([(trie_key(0), each)]) for each in (LEGACY, receipt(transfer(value, at))))
    encoded = header(sent.root, outcome.root, number=number)
    block = proofs.Block(Header.read(encoded, keccak(encoded)), [LEGACY], [receipt(transfer(value, at))])
    return proofs.write(block.prove(0))


def journaled(*values: int) -> tuple[bytes, bytes, str]:
    """Return head and journal of a contract whose journal counts transfers of these values, and the block's hash."""
    replay = Replay()
    for value in values:
        topics = [text_of(each) for each in transfer(value)[1]]
        replay.take(Log(text_of(AT), topics, text_of(value.to_bytes(32)), "0x5", "", "", "0x0"))
    kept = int.from_bytes(replay.kept.digest) << 48 | replay.kept.sequence
    storage = Trie([(keccak(bytes(32)), rlp.encode(kept.to_bytes(32)))])
    state = Trie([(keccak(AT), rlp.encode([b"", b"", storage.root, bytes(32)]))])
    encoded = header(bytes(32), bytes(32), state.root, number=9)
    ways = state.prove(keccak(AT)), storage.prove(keccak(bytes(32)))
    head = Head("eranos-bundle", 1, 1, text_of(encoded), {"InnovationCredit": text_of(AT)})
    journal = JournalLine("InnovationCredit", 0, *(list(map(text_of, way)) for way in ways))
    lines = (msgspec.json.encode(head) + b"\n", msgspec.json.encode(journal) + b"\n")
    return *lines, text_of(keccak(encoded))


def check(folder: Path, block_hash: str, *lines: bytes) -> bundles.Opened:
    file = folder / "made.bundle"
    file.write_bytes(b"".join(lines))
    return bundles.check(file, block_hash, QUIET)


def test_bundle__with_an_event_before_the_journal_that_would_count_it__is_refuted(tmp_path: Path) -> None:
    head, journal, block_hash = journaled(7)
    for lines in ((event(1, 1), journal, event(7, 2)), (journal, event(1, 1), journal, event(7, 2))):
        with pytest.raises(ProofRefuted, match="comes twice, or after an event"):
            check(tmp_path, block_hash, head, *lines)
    with pytest.raises(ProofRefuted, match="comes twice"):
        check(tmp_path, block_hash, head, journal, journal, event(7, 2))


def test_bundle__with_an_event_of_a_contract_that_it_does_not_name__is_refuted(tmp_path: Path) -> None:
    head, journal, block_hash = journaled(7)
    with pytest.raises(ProofRefuted, match="which the bundle does not name"):
        check(tmp_path, block_hash, head, journal, event(7, 2), event(8, 3, ELSEWHERE))


def test_bundle__with_another_event_than_those_counted__does_not_hold(tmp_path: Path) -> None:
    head, journal, block_hash = journaled(7)
    assert not check(tmp_path, block_hash, head, journal).holds
    assert not check(tmp_path, block_hash, head, journal, event(8, 2)).holds
    assert not check(tmp_path, block_hash, head, journal, event(7, 2), event(7, 3)).holds


def test_bundle__whose_journal_counts_its_events__holds(tmp_path: Path) -> None:
    head, journal, block_hash = journaled(7, 8)
    opened = check(tmp_path, block_hash, head, journal, event(7, 2), event(8, 3))
    assert opened.holds
    assert (opened.events, opened.without_journal) == (2, [])


STEERING = "x\x1b[2K\r\nholds: \u202eall\x9b"


def test_bundle__with_words_that_steer_the_terminal__is_told_in_one_line_each(tmp_path: Path) -> None:
    head, journal, block_hash = journaled(7)
    named = msgspec.json.decode(head) | {"contracts": {"InnovationCredit": text_of(AT), STEERING: STEERING}}
    file = tmp_path / "made.bundle"
    file.write_bytes(b"".join([msgspec.json.encode(named), b"\n", journal, event(7, 2)]))

    told = CliRunner().invoke(audit, ["proof", str(file), "--block-hash", block_hash], color=True)

    lines = told.stdout.rstrip("\n").split("\n")
    assert (told.exit_code, len(lines)) == (0, 3)
    assert all(line.isprintable() for line in lines), lines


class Failing(Lab):
    """A lab whose node fails after it began to tell."""

    def logs(self, *_: Any) -> Iterator[list[Log]]:
        yield []
        raise NodeUnavailable("gone")


def test_write__with_a_node_that_fails__leaves_what_was_there(tmp_path: Path) -> None:
    class Telling:
        chain_id = 1

    encoded = header(bytes(32), bytes(32))
    lab = Failing(Telling(), {}, Header.read(encoded, keccak(encoded)))  # type: ignore[arg-type]
    file = tmp_path / "lab.bundle"
    file.write_bytes(b"an older one")

    with pytest.raises(NodeUnavailable, match="gone"):
        bundles.write(lab, file, QUIET)

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"lab.bundle": b"an older one"}
