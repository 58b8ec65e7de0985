"""What a contract stores, proved by `eth_getProof` against the root of the state in a header (EIP-1186)."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from audit.errors import NodeUntrue
from audit.node import Node
from audit.proofs.errors import ProofRefuted
from audit.proofs.headers import Header
from audit.proofs.hex_text import bytes_of
from audit.proofs.trie import HASH_BYTES, decoded, keccak, read

ACCOUNT_FIELDS: Final = 4


class Account(NamedTuple):
    """An account as the trie of the state has it."""

    nonce: int
    balance: int
    storage_root: bytes
    code_hash: bytes


class Proved(NamedTuple):
    """What was proved of an account, and the nodes that prove it, for whoever checks again."""

    account: Account
    slot: int
    """Value of the storage slot asked for."""
    account_proof: Sequence[str]
    slot_proof: Sequence[str]


def proved(node: Node, address: str, slot: int, header: Header) -> Proved:
    """Return an account and one slot of its storage as of a block.

    Raises:
        NodeUntrue: What the node says does not follow from the header.
        NodeUnavailable: It has that state no more.
    """
    answer = node.ask("eth_getProof", address, [f"0x{slot:064x}"], hex(header.number))
    try:
        account_proof, slot_proof = answer["accountProof"], answer["storageProof"][0]["proof"]
        account, value = check(header.state_root, address, slot, account_proof, slot_proof)
    except (ProofRefuted, KeyError, IndexError, TypeError, ValueError) as error:
        raise NodeUntrue(
            f"the node at {node.name} proves nothing about {address} at block {header.number}: {error}"
        ) from error
    return Proved(account, value, account_proof, slot_proof)


def check(
    state_root: bytes, address: str, slot: int, account_proof: Sequence[Any], slot_proof: Sequence[Any]
) -> tuple[Account, int]:
    """Return an account and the value of one slot, from proofs against a root of the state.

    Raises:
        ProofRefuted: The proofs do not hold, or there is no such account.
        ValueError: Something in them is no 0x text.
    """
    stored = read(state_root, keccak(bytes_of(address)), list(map(bytes_of, account_proof)))
    if stored is None:
        raise ProofRefuted(f"there is no account {address}")
    fields = decoded(stored, "an account")
    if not isinstance(fields, list) or [type(each) for each in fields] != [bytes] * ACCOUNT_FIELDS:
        raise ProofRefuted(f"what the state has at {address} has not the form of an account")
    nonce, balance, storage_root, code_hash = fields
    account = Account(int.from_bytes(nonce), int.from_bytes(balance), storage_root, code_hash)
    kept = read(storage_root, keccak(slot.to_bytes(HASH_BYTES)), list(map(bytes_of, slot_proof)))
    value = b"" if kept is None else decoded(kept, "a slot")
    if not isinstance(value, bytes) or len(value) > HASH_BYTES:
        raise ProofRefuted(f"what {address} stores at {slot} has not the form of a slot")
    return account, int.from_bytes(value)
