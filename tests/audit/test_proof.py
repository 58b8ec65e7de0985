"""Proofs as files: what is accepted, and that no byte of one can be changed.

check(parse(file), block hash)
├── given any one bit of the file changed, or any byte inverted or left out .... refused, always
├── given the file cut off anywhere ............................................. ProofUnreadable
├── given another block's hash .................................................. ProofRefuted
├── given parts of two proofs that hold, put together ........................... ProofRefuted
├── given another format, version, field, or a file that is no JSON ............. ProofUnreadable
└── given the file as it was written ............................................ its record
"""

from typing import Any

import msgspec
import pytest

from audit.proofs.errors import ProofError, ProofRefuted, ProofUnreadable
from audit.proofs.hex_text import bytes_of, text_of
from audit.proofs.proof import LARGEST_FILE, Block, Proof, check, parse, write
from audit.proofs.receipts import trie_key
from tests.audit.anvil import Anvil, emit

Made = tuple[list[Proof], bytes]


@pytest.fixture(scope="module")
def made(anvil: Anvil, emitter: str) -> Made:
    """Return the proofs of a block with three transactions, and the block's hash."""
    block = anvil.mine(*({"from": sender, "to": emitter, "data": emit(2)} for sender in anvil.accounts[:3]))
    found = Block.of(block, anvil.receipts(block))
    return [found.prove(i) for i in range(6)], bytes_of(block["hash"])


@pytest.fixture(scope="module")
def file(made: Made) -> bytes:
    return write(made[0][3])


def holds(text: bytes, block_hash: bytes) -> bool:
    try:
        check(parse(text), block_hash)
    except ProofError:
        return False
    return True


def test_check__of_a_file_with_any_bit_changed__never_holds(file: bytes, made: Made) -> None:
    harmless = []
    for i in range(len(file)):
        for change in (1, 2, 4, 8, 16, 32, 64, 128, 255):
            changed = bytearray(file)
            changed[i] ^= change
            if holds(bytes(changed), made[1]):
                harmless.append((i, file[max(0, i - 20) : i + 20], change))

    assert harmless == []


def test_check__of_a_file_with_any_byte_left_out__never_holds(file: bytes, made: Made) -> None:
    last = len(file) - 1  # the line feed at the end means nothing
    assert [i for i in range(last) if holds(file[:i] + file[i + 1 :], made[1])] == []
    assert holds(file[:last], made[1])


def test_parse__of_a_file_cut_off__is_unreadable(file: bytes) -> None:
    for length in range(len(file) - 1):
        with pytest.raises(ProofUnreadable):
            parse(file[:length])


def test_check__against_another_block_hash__refuses(file: bytes, made: Made, anvil: Anvil) -> None:
    parent = bytes_of(anvil.call("eth_getBlockByHash", "0x" + made[1].hex(), False)["parentHash"])
    for wrong in (parent, bytes(32), made[1][::-1]):
        with pytest.raises(ProofRefuted, match="header is that of block"):
            check(parse(file), wrong)


def test_check__of_parts_of_different_proofs__refuses(made: Made) -> None:
    proofs, block_hash = made
    one, other = proofs[0], proofs[5]
    for name in ("record", "transaction_index", "transaction", "receipt", "log"):
        mixed = msgspec.structs.replace(one, **{name: getattr(other, name)})
        with pytest.raises(ProofRefuted):
            check(mixed, block_hash)


def test_check__of_a_place_that_the_block_has_not__refuses(made: Made) -> None:
    proofs, block_hash = made
    with pytest.raises(ProofRefuted, match="none at 2"):
        check(msgspec.structs.replace(proofs[0], log=2), block_hash)
    with pytest.raises(ProofRefuted):
        check(msgspec.structs.replace(proofs[0], transaction_index=3), block_hash)


def test_check__of_a_transaction_that_is_not_there__refuses(anvil: Anvil, emitter: str) -> None:
    mined = anvil.mine({"from": anvil.accounts[0], "to": emitter, "data": emit(1)})
    block = Block.of(mined, anvil.receipts(mined))
    # The way to a key that is not there is a proof that holds, of just that.
    key = trie_key(1)
    ways = {
        "transaction": tuple(map(text_of, block.transactions_trie.prove(key))),
        "receipt": tuple(map(text_of, block.receipts_trie.prove(key))),
    }
    absent = msgspec.structs.replace(block.prove(0), transaction_index=1, **ways)
    with pytest.raises(ProofRefuted, match="no transaction 1"):
        check(absent, block.header.hash)


CHANGES: list[tuple[str, Any]] = [
    ("format", "another"),
    ("version", 2),
    ("version", "1"),
    ("version", True),
    ("surplus", 1),
    ("header", "0xAB"),
    ("header", "0xab\n"),
    ("header", "0xabc"),
    ("header", "0x a b"),
    ("header", None),
    ("receipt", "0x"),
    ("log", -1),
    ("log", 2**31),
    ("log", 1.5),
    ("transaction_index", 2**70),
]


@pytest.mark.parametrize(("name", "value"), CHANGES, ids=[f"{name} {value!r}" for name, value in CHANGES])
def test_parse__of_a_file_with_a_field_of_another_form__is_unreadable(file: bytes, name: str, value: Any) -> None:
    with pytest.raises(ProofUnreadable):
        parse(msgspec.json.encode({**msgspec.json.decode(file), name: value}))


@pytest.mark.parametrize(
    "text",
    [b"", b"{}", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 100_000, b"0" * (LARGEST_FILE + 1)],
    ids=["empty", "object", "list", "null", "no text", "deep list", "deep object", "large"],
)
def test_parse__of_something_else__is_unreadable(text: bytes) -> None:
    with pytest.raises(ProofUnreadable):
        parse(text)


def test_check__of_true_for_one__refuses(made: Made) -> None:
    proofs, block_hash = made
    arguments = {**proofs[0].record.arguments, "value": 2}
    for value in (arguments, {"value": "2"}, {}, dict(reversed(proofs[0].record.arguments.items()))):
        record = msgspec.structs.replace(proofs[0].record, arguments=value)
        with pytest.raises(ProofRefuted, match="arguments"):
            check(msgspec.structs.replace(proofs[0], record=record), block_hash)


def test_check__of_the_file_as_it_was_written__gives_its_record(made: Made) -> None:
    proofs, block_hash = made
    for proof in proofs:
        assert check(parse(write(proof)), block_hash) == proof.record
    indented = msgspec.json.format(write(proofs[0]), indent=2)
    assert check(parse(indented), block_hash) == proofs[0].record


def test_prove__of_an_event_that_no_abi_has__is_unreadable(anvil: Anvil) -> None:
    # LOG1 with topic 0, in a constructor.
    block = anvil.mine({"from": anvil.accounts[0], "data": "0x5f5f5fa1"})
    with pytest.raises(ProofUnreadable, match="update eranos"):
        Block.of(block, anvil.receipts(block)).prove(0)


def test_prove__of_an_event_with_data_of_another_form__refuses(anvil: Anvil) -> None:
    # Topic 0 and two more, as those of Transfer, but no data.
    topic = bytes_of("0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef").hex()
    block = anvil.mine({"from": anvil.accounts[0], "data": f"0x5f5f7f{topic}5f5fa3"})
    with pytest.raises(ProofRefuted, match="form"):
        Block.of(block, anvil.receipts(block)).prove(0)
