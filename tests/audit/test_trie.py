"""The trie against the one of the Ethereum Foundation's package, and against proofs that were tampered with.

read
├── given the proof that the other implementation makes
│   ├── when the key is there ....... its value
│   └── when it is not .............. None
├── given a proof of ours ........... the same
├── when a node is changed in one bit, left out, doubled, swapped or added .... ProofRefuted
└── given an empty trie ............. None, with no node or the empty one; refused with any other
"""

import pytest
import rlp
from hypothesis import given, settings
from hypothesis import strategies as st
from trie import HexaryTrie

from audit.proofs.errors import ProofRefuted
from audit.proofs.trie import EMPTY_ROOT, Trie, keccak, read

VALUES = st.binary(min_size=1, max_size=40)
ITEMS = st.dictionaries(st.binary(max_size=4), VALUES, max_size=40)
STATE = st.dictionaries(st.integers(0, 2**256 - 1).map(lambda n: keccak(n.to_bytes(32))), VALUES, max_size=60)


def theirs(items: dict[bytes, bytes]) -> HexaryTrie:
    trie = HexaryTrie({})
    for key, value in items.items():
        trie[key] = value
    return trie


def encoded(proof: tuple[object, ...]) -> list[bytes]:
    return [rlp.encode(node) for node in proof]


@given(items=ITEMS | STATE)
def test_root__of_any_items__is_that_of_the_other_implementation(items: dict[bytes, bytes]) -> None:
    assert Trie(items.items()).root == theirs(items).root_hash


@given(items=ITEMS | STATE, other=st.binary(max_size=4))
def test_read__along_their_proof__gives_the_value_or_none(items: dict[bytes, bytes], other: bytes) -> None:
    judge = theirs(items)
    for key in [*items, other]:
        proof = [node for node in encoded(judge.get_proof(key)) if len(node) >= 32 or keccak(node) == judge.root_hash]
        assert read(judge.root_hash, key, proof) == items.get(key)


@given(items=ITEMS | STATE, other=st.binary(max_size=4))
def test_read__along_our_proof__gives_the_value_or_none(items: dict[bytes, bytes], other: bytes) -> None:
    trie = Trie(items.items())
    for key in [*items, other]:
        assert read(trie.root, key, trie.prove(key)) == items.get(key)


@settings(max_examples=30)
@given(items=st.dictionaries(st.binary(min_size=1, max_size=3), VALUES, min_size=2), data=st.data())
def test_read__along_a_changed_proof__refuses(items: dict[bytes, bytes], data: st.DataObject) -> None:
    trie = Trie(items.items())
    proof = trie.prove(next(iter(items)))
    node = data.draw(st.integers(0, len(proof) - 1))
    bit = data.draw(st.integers(0, 8 * len(proof[node]) - 1))
    changed = bytearray(proof[node])
    changed[bit // 8] ^= 1 << bit % 8
    for wrong in (
        [*proof[:node], bytes(changed), *proof[node + 1 :]],
        proof[:-1],
        [*proof, proof[node]],
        [proof[node], *proof],
        [*proof, b""],
    ):
        with pytest.raises(ProofRefuted):
            read(trie.root, next(iter(items)), wrong)


def test_read__of_nodes_in_another_order__refuses() -> None:
    trie = Trie((keccak(bytes([i])), bytes([i]) * 40) for i in range(1, 200))
    proof = trie.prove(keccak(b"\x07"))
    assert len(proof) > 1
    with pytest.raises(ProofRefuted):
        read(trie.root, keccak(b"\x07"), proof[::-1])


def test_read__of_a_node_that_is_no_rlp__refuses() -> None:
    with pytest.raises(ProofRefuted, match="not RLP"):
        read(keccak(b"\xf8"), b"", [b"\xf8"])


def test_read__of_an_empty_trie__gives_none() -> None:
    assert Trie([]).root == EMPTY_ROOT
    assert read(EMPTY_ROOT, b"key", []) is None
    assert read(EMPTY_ROOT, b"key", [rlp.encode(b"")]) is None
    with pytest.raises(ProofRefuted, match="another hash"):
        read(EMPTY_ROOT, b"key", [b"\x01"])
