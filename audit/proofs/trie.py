"""The Merkle-Patricia trie of Ethereum (Yellow Paper, appendix D): built of a block's items, read along a proof.

Written out here because a proof is checked by whoever trusts nobody: these lines are all there is to read. In the tests
the trie of the Ethereum Foundation's own package is the judge of both halves.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import rlp
from sha3 import keccak_256

from audit.proofs.errors import ProofRefuted

HASH_BYTES: Final = 32
BRANCH_ITEMS: Final = 17
"""One for each next nibble, and the value of the key that ends here."""
PATH_ITEMS: Final = 2
"""Part of the path, and the value or what comes next."""
LEAF_FLAG: Final = 2
ODD_FLAG: Final = 1


def keccak(data: bytes) -> bytes:
    """Return Keccak-256."""
    digest: bytes = keccak_256(data).digest()
    return digest


EMPTY_ROOT: Final = keccak(rlp.encode(b""))


def decoded(encoded: bytes, what: str) -> Any:
    """Return what RLP bytes stand for: bytes, or a list of such.

    Raises:
        ProofRefuted: They are not RLP, or nested so deep that nothing of ours can be in them.
    """
    try:
        return rlp.decode(encoded)
    except (rlp.DecodingError, RecursionError) as error:
        raise ProofRefuted(f"{what} is not RLP") from error


class Trie:
    """A trie over all its items at once."""

    def __init__(self, items: Iterable[tuple[bytes, bytes]]) -> None:
        """Args: items: (key, value), each key once, no value empty."""
        self._nodes: dict[bytes, bytes] = {}
        pairs = sorted((nibbles(key), value) for key, value in items)
        self.root = self._keep(rlp.encode(self._node(pairs, 0) if pairs else b""))

    def prove(self, key: bytes) -> list[bytes]:
        """Return the nodes on the way to a key, encoded, from the root on; those that are part of another left out."""
        way: list[bytes] = []

        def node(reference: bytes) -> Any:
            way.append(self._nodes[reference])
            return rlp.decode(way[-1])

        _walk(self.root, nibbles(key), node)
        return way

    def _keep(self, node: bytes) -> bytes:
        reference = keccak(node)
        self._nodes[reference] = node
        return reference

    def _node(self, pairs: Sequence[tuple[bytes, bytes]], depth: int) -> Any:
        """Return the node over sorted items whose keys agree in the first `depth` nibbles."""
        first, value = pairs[0]
        if len(pairs) == 1:
            return [_packed(first[depth:], LEAF_FLAG), value]
        shared = _shared(first, pairs[-1][0])  # the first and the last of sorted keys share what all share
        if shared > depth:
            return [_packed(first[depth:shared], 0), self._reference(pairs, shared)]
        branch: list[Any] = [b""] * BRANCH_ITEMS
        if len(first) == depth:
            branch[-1], pairs = value, pairs[1:]
        for nibble in {path[depth] for path, _ in pairs}:
            branch[nibble] = self._reference([pair for pair in pairs if pair[0][depth] == nibble], depth + 1)
        return branch

    def _reference(self, pairs: Sequence[tuple[bytes, bytes]], depth: int) -> Any:
        node = self._node(pairs, depth)
        encoded = rlp.encode(node)
        return node if len(encoded) < HASH_BYTES else self._keep(encoded)


def read(root: bytes, key: bytes, proof: Sequence[bytes]) -> bytes | None:
    """Return the value of a key in the trie with this root, None if the proof shows that there is none.

    Nothing is parsed before its hash is known to be right.

    Args:
        root: Hash of the root node, which is trusted.
        key: As it stands in the trie: hashed already, in a trie of the state.
        proof: The nodes on the way, encoded, from the root on; nothing else.

    Raises:
        ProofRefuted: A node is not the one that the one before names, or has not the form of one, or a node is missing
            or too many.
    """
    if root == EMPTY_ROOT and not proof:
        return None  # some nodes prove nothing by nothing, others by the empty root node
    given = iter(proof)

    def node(reference: bytes) -> Any:
        encoded = next(given, None)
        if encoded is None:
            raise ProofRefuted("the proof ends before the way does")
        if keccak(encoded) != reference:
            raise ProofRefuted("a node of the proof has another hash than the one before it says")
        return decoded(encoded, "a node of the proof")

    found = _walk(root, nibbles(key), node)
    if next(given, None) is not None:
        raise ProofRefuted("the proof has nodes beyond the end of the way")
    if not isinstance(found, bytes | None):
        raise ProofRefuted("what stands at the end of the way is a list")
    return found


def nibbles(key: bytes) -> bytes:
    """Return the nibbles of a key, one in each byte."""
    return bytes(nibble for byte in key for nibble in (byte >> 4, byte & 15))


def _walk(root: bytes, path: bytes, node_of: Callable[[bytes], Any]) -> bytes | None:
    """Follow a path from the root and return the value at its end, if there is one.

    Args:
        root: Reference of the root node.
        path: Nibbles.
        node_of: Gives the node that a hash stands for. A short node is part of its parent and stands for itself.
    """
    reference: Any = root
    while reference:
        node = reference if isinstance(reference, list) else node_of(reference)
        if not node:
            return None  # the root of an empty trie
        if isinstance(node, list) and len(node) == BRANCH_ITEMS:
            if not path:
                return node[-1] or None
            reference, path = node[path[0]], path[1:]
            continue
        part, is_leaf = _unpacked(node)
        if is_leaf:
            return node[1] if part == path else None
        if not path.startswith(part):
            return None
        reference, path = node[1], path[len(part) :]
    return None


def _shared(first: bytes, last: bytes) -> int:
    """Return how many nibbles two different paths share at their beginning."""
    pairs = enumerate(zip(first, last, strict=False))
    return next((i for i, (one, other) in pairs if one != other), min(len(first), len(last)))


def _packed(path: bytes, flag: int) -> bytes:
    """Return the nibbles of a path with what tells leaf from extension and odd from even (appendix C)."""
    padded = bytes([flag | ODD_FLAG]) + path if len(path) % 2 else bytes([flag, 0]) + path
    return bytes(high << 4 | low for high, low in zip(padded[::2], padded[1::2], strict=True))


def _unpacked(node: Any) -> tuple[bytes, bool]:
    if not isinstance(node, list) or len(node) != PATH_ITEMS or not isinstance(node[0], bytes) or not node[0]:
        raise ProofRefuted("a node of the proof has not the form of one")
    path = nibbles(node[0])
    return path[1:] if path[0] & ODD_FLAG else path[2:], bool(path[0] & LEAF_FLAG)
