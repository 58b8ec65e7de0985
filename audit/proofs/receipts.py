"""Receipts and transactions as the tries of a block hold them (EIP-2718): legacy, typed, and of types to come."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import rlp

from audit.proofs.errors import BlockInvalid, ProofRefuted
from audit.proofs.hex_text import bytes_of, minimal, number_of
from audit.proofs.trie import HASH_BYTES, decoded, keccak

LOGS_FIELD: Final = 3
"""Place of the logs in a receipt; (status or root, gas, bloom) come before."""
FIRST_LIST_BYTE: Final = 0xC0
"""RLP of a list begins here or above; below is the type of a typed envelope (EIP-2718)."""
EIP155_BASE: Final = 35
WORD_BYTES: Final = 32
ADDRESS_BYTES: Final = 20

_SIGNATURE: Final = (("yParity", minimal), ("r", minimal), ("s", minimal))
_CALL: Final = (("gas", minimal), ("to", lambda text: bytes_of(text or "0x")), ("value", minimal), ("input", bytes_of))
_FEES: Final = (("maxPriorityFeePerGas", minimal), ("maxFeePerGas", minimal))


def _access_list(items: Any) -> list[Any]:
    return [[bytes_of(i["address"]), [bytes_of(key) for key in i["storageKeys"]]] for i in items]


def _authorizations(items: Any) -> list[Any]:
    named = (("chainId", minimal), ("address", bytes_of), ("nonce", minimal), *_SIGNATURE)
    return [[write(item[name]) for name, write in named] for item in items]


def _hashes(items: Any) -> list[bytes]:
    return [bytes_of(item) for item in items]


_ACCESS: Final = ("accessList", _access_list)
_TYPED_BASE: Final = (("chainId", minimal), ("nonce", minimal))
TRANSACTION_FIELDS: Final[Mapping[int, tuple[tuple[str, Any], ...]]] = {
    0: (("nonce", minimal), ("gasPrice", minimal), *_CALL, ("v", minimal), ("r", minimal), ("s", minimal)),
    1: (*_TYPED_BASE, ("gasPrice", minimal), *_CALL, _ACCESS, *_SIGNATURE),
    2: (*_TYPED_BASE, *_FEES, *_CALL, _ACCESS, *_SIGNATURE),
    3: (
        *(*_TYPED_BASE, *_FEES, *_CALL, _ACCESS),
        *(("maxFeePerBlobGas", minimal), ("blobVersionedHashes", _hashes), *_SIGNATURE),
    ),
    4: (*_TYPED_BASE, *_FEES, *_CALL, _ACCESS, ("authorizationList", _authorizations), *_SIGNATURE),
}
"""Fields of each type of transaction, in order, with how each is written in RLP."""


@dataclass(frozen=True, slots=True)
class Log:
    """One log of a receipt."""

    address: bytes
    topics: tuple[bytes, ...]
    data: bytes


def trie_key(index: int) -> bytes:
    """Return the key of the transaction at this place of its block, in both tries."""
    key: bytes = rlp.encode(index)
    return key


def encode_receipt(receipt: Mapping[str, Any]) -> bytes:
    """Return a receipt as it stands in the trie, from what a node says.

    Types that we do not know are written like those we know: none so far has changed the form of receipts.

    Raises:
        BlockInvalid: A field is missing, or has another form.
    """
    try:
        # Before Byzantium a receipt had the root of the state instead of success or failure.
        outcome = minimal(receipt["status"]) if receipt.get("status") is not None else bytes_of(receipt["root"])
        logs = [[bytes_of(g["address"]), _hashes(g["topics"]), bytes_of(g["data"])] for g in receipt["logs"]]
        gas, bloom = minimal(receipt["cumulativeGasUsed"]), bytes_of(receipt["logsBloom"])
        kind = number_of(receipt.get("type") or "0x0")
        payload: bytes = rlp.encode([outcome, gas, bloom, logs])
        return bytes([kind]) + payload if kind else payload
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BlockInvalid(f"the node's receipt lacks a field, or has one of another form: {error}") from error


def logs_of(encoded: bytes) -> list[Log]:
    """Return the logs of a receipt that was proved.

    Raises:
        ProofRefuted: It has not the form of a receipt.
    """
    try:
        fields = decoded(encoded if encoded[0] >= FIRST_LIST_BYTE else encoded[1:], "a receipt")
        return [_log(item) for item in fields[LOGS_FIELD]]
    except (IndexError, TypeError, ValueError) as error:
        raise ProofRefuted(f"what stands in the receipts trie has not the form of a receipt: {error}") from error


def encode_transaction(transaction: Mapping[str, Any]) -> bytes | None:
    """Return a signed transaction as it stands in the trie; None if that can't be told from what the node says.

    So it is with types that we do not know, and with fields that nodes name in their own way: who asks needs the raw
    transaction then. What is returned has the hash that the node says.
    """
    try:
        kind = number_of(transaction.get("type") or "0x0")
        values = dict(transaction)
        values.setdefault("yParity", transaction.get("v"))
        fields = [write(values[name]) for name, write in TRANSACTION_FIELDS[kind]]
        payload: bytes = rlp.encode(fields)
        encoded = bytes([kind]) + payload if kind else payload
        return encoded if keccak(encoded) == bytes_of(transaction["hash"]) else None
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def chain_id_of(encoded: bytes) -> int | None:
    """Return the chain that a transaction was signed for; None if it names none, or is of a type we do not know.

    Raises:
        ProofRefuted: It has not the form of a transaction of its type.
    """
    kind = encoded[0] if encoded and encoded[0] < FIRST_LIST_BYTE else 0
    if kind not in TRANSACTION_FIELDS:
        return None
    names = [name for name, _ in TRANSACTION_FIELDS[kind]]
    fields = decoded(encoded[1:] if kind else encoded, "a transaction")
    if not isinstance(fields, list) or len(fields) != len(names):
        raise ProofRefuted(f"a transaction of type {kind} has {len(names)} fields")
    told = fields[names.index("chainId" if kind else "v")]
    if not isinstance(told, bytes) or len(told) > WORD_BYTES:
        raise ProofRefuted("a transaction names its chain by something else than a number")
    number = int.from_bytes(told)
    return number if kind else (number - EIP155_BASE) // 2 if number >= EIP155_BASE else None


def _log(item: Any) -> Log:
    address, topics, data = item
    if not isinstance(address, bytes) or len(address) != ADDRESS_BYTES or not isinstance(data, bytes):
        raise TypeError("a log has other fields than address, topics, data")
    if not isinstance(topics, list) or any(not isinstance(t, bytes) or len(t) != HASH_BYTES for t in topics):
        raise TypeError(f"a topic has {HASH_BYTES} bytes")
    return Log(address, tuple(topics), data)
