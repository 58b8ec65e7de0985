"""Block headers: their bytes from what a node says, and what is read from bytes whose hash is trusted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import rlp

from audit.proofs.errors import BlockInvalid, ProofRefuted
from audit.proofs.hex_text import bytes_of, minimal, text_of
from audit.proofs.trie import HASH_BYTES, decoded, keccak

FIELDS: Final = (
    ("parentHash", bytes_of),
    ("sha3Uncles", bytes_of),
    ("miner", bytes_of),
    ("stateRoot", bytes_of),
    ("transactionsRoot", bytes_of),
    ("receiptsRoot", bytes_of),
    ("logsBloom", bytes_of),
    ("difficulty", minimal),
    ("number", minimal),
    ("gasLimit", minimal),
    ("gasUsed", minimal),
    ("timestamp", minimal),
    ("extraData", bytes_of),
    ("mixHash", bytes_of),
    ("nonce", bytes_of),
    ("baseFeePerGas", minimal),  # London
    ("withdrawalsRoot", bytes_of),  # Shanghai
    ("blobGasUsed", minimal),  # Cancun
    ("excessBlobGas", minimal),
    ("parentBeaconBlockRoot", bytes_of),
    ("requestsHash", bytes_of),  # Prague
)
"""In the order of the header, with how each is written in RLP. A later fork adds at the end."""
OLDEST_FIELDS: Final = 15
"""Fields of every header since the first block."""
HASHES: Final = ("parentHash", "stateRoot", "transactionsRoot", "receiptsRoot")
NUMBER_BYTES: Final = 4
"""Of block numbers and times; enough until the year 2106."""
PLACES: Final = {name: place for place, (name, _) in enumerate(FIELDS)}


@dataclass(frozen=True, slots=True)
class Header:
    """What a check needs of a header."""

    encoded: bytes
    """RLP of all fields."""
    hash: bytes
    parent_hash: bytes
    state_root: bytes
    transactions_root: bytes
    receipts_root: bytes
    number: int
    time: int
    """Unix seconds."""

    @classmethod
    def read(cls, encoded: bytes, block_hash: bytes) -> Self:
        """Return a header from its bytes; fields of later forks than we know, at the end, are left alone.

        Raises:
            ProofRefuted: The bytes have another hash, or are no header.
        """
        if keccak(encoded) != block_hash:
            found = text_of(keccak(encoded))
            raise ProofRefuted(f"the header is that of block {found}, not of {text_of(block_hash)}")
        fields = decoded(encoded, "the header")
        if not isinstance(fields, list) or len(fields) < OLDEST_FIELDS:
            raise ProofRefuted(f"a header has at least {OLDEST_FIELDS} fields")
        parent, state, transactions, receipts = (_sized(fields, name, HASH_BYTES, HASH_BYTES) for name in HASHES)
        number, time = (int.from_bytes(_sized(fields, name, 0, NUMBER_BYTES)) for name in ("number", "timestamp"))
        return cls(encoded, block_hash, parent, state, transactions, receipts, number, time)


def _sized(fields: list[Any], name: str, least: int, most: int) -> bytes:
    value = fields[PLACES[name]]
    if not isinstance(value, bytes) or not least <= len(value) <= most:
        raise ProofRefuted(f"{name} of the header has another form")
    return value


def encode(block: Mapping[str, Any]) -> bytes:
    """Return the bytes of a header from a block as a node sends it.

    Raises:
        BlockInvalid: They have another hash than the node says: a field is wrong, or of a fork that we do not know.
    """
    try:
        fields = [write(block[name]) for name, write in FIELDS if block.get(name) is not None]
        encoded: bytes = rlp.encode(fields)
        claimed = bytes_of(block["hash"])
    except (AttributeError, KeyError, ValueError) as error:
        raise BlockInvalid(f"the node's block lacks a field, or has one of another form: {error}") from error
    if keccak(encoded) != claimed:
        raise BlockInvalid(
            f"the fields of block {block.get('number')} do not hash to {block['hash']}: "
            "the node changed one, or the chain has fields that this version does not know"
        )
    return encoded
