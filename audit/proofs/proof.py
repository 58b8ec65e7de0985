"""One event's proof: block hash -> header -> receipts root -> receipt -> log -> record (docs/proofs.md).

The transaction is proved beside its receipt, because a receipt names neither its transaction's hash nor the chain.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated, Any, Final, Literal

import msgspec
from eth_utils.address import to_checksum_address

from audit.proofs import headers
from audit.proofs.errors import BlockInvalid, ProofRefuted, ProofUnreadable
from audit.proofs.headers import Header
from audit.proofs.hex_text import bytes_of, text_of
from audit.proofs.receipts import (
    Log,
    chain_id_of,
    encode_receipt,
    encode_transaction,
    logs_of,
    trie_key,
)
from audit.proofs.records import explained
from audit.proofs.trie import Trie, keccak, read

FORMAT: Final = "eranos-proof"
VERSION: Final = 1
LARGEST_FILE: Final = 16 * 2**20
"""Bytes. A block of the largest gas limit known has smaller receipts."""

# Python's $ would match before a line feed.
HexBytes = Annotated[str, msgspec.Meta(pattern=r"^0x([0-9a-f]{2})*\Z")]
HexHash = Annotated[str, msgspec.Meta(pattern=r"^0x[0-9a-f]{64}\Z")]
Index = Annotated[int, msgspec.Meta(ge=0, lt=2**31)]


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a proof proves, in words. Everything here is computed again when the proof is checked."""

    chain_id: int | None
    """That the transaction was signed for; None if it names none."""
    block_number: int
    block_hash: HexHash
    block_time: str
    """RFC 3339, UTC."""
    tx_hash: HexHash
    address: str
    """Of the contract."""
    event: str
    signature: str
    arguments: dict[str, Any]
    """By name in declared order, integers as decimal text."""


class Proof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file; field for field in docs/proofs.md."""

    format: Literal["eranos-proof"]
    version: Literal[1]
    record: Record
    header: HexBytes
    """RLP of the block's header."""
    transaction_index: Index
    """Place of the transaction in its block, which is its key in both tries."""
    transaction: tuple[HexBytes, ...]
    """Nodes of the transactions trie from the root on; the last one holds the transaction."""
    receipt: tuple[HexBytes, ...]
    """The same of the receipts trie."""
    log: Index
    """Place of the log in its receipt."""


_DECODER: Final = msgspec.json.Decoder(Proof)


@dataclass(frozen=True)
class Block:
    """A block whose transactions and receipts lead to the roots in its header."""

    header: Header
    transactions: Sequence[bytes]
    receipts: Sequence[bytes]

    @classmethod
    def of(
        cls, block: Mapping[str, Any], receipts: Sequence[Mapping[str, Any]], raw: Mapping[str, bytes] | None = None
    ) -> "Block":
        """Return a block from what a node says of it.

        Args:
            block: With all transactions.
            receipts: In order, as `eth_getBlockReceipts` gives them.
            raw: By hash, those transactions that `without_raw` names.

        Raises:
            BlockInvalid: Something does not lead to the block's hash.
        """
        header = Header.read(headers.encode(block), bytes_of(block["hash"]))
        sent = [encode_transaction(t) or (raw or {}).get(str(t["hash"])) for t in block["transactions"]]
        found = cls(header, [t for t in sent if t is not None], [encode_receipt(r) for r in receipts])
        for name, root, trie in (
            ("transactions", header.transactions_root, found.transactions_trie),
            ("receipts", header.receipts_root, found.receipts_trie),
        ):
            if trie.root != root:
                raise BlockInvalid(
                    f"the {name} of block {header.number} do not lead to the root in its header: the node left out or "
                    "changed something, or its release computes wrong roots"
                )
        return found

    @cached_property
    def transactions_trie(self) -> Trie:
        """Return the trie of the transactions."""
        return Trie((trie_key(i), each) for i, each in enumerate(self.transactions))

    @cached_property
    def receipts_trie(self) -> Trie:
        """Return the trie of the receipts."""
        return Trie((trie_key(i), each) for i, each in enumerate(self.receipts))

    @cached_property
    def places(self) -> list[tuple[int, int]]:
        """Return (transaction index, place in its receipt) of every log by its index in the block."""
        return [(i, place) for i, each in enumerate(self.receipts) for place, _ in enumerate(logs_of(each))]

    def prove(self, log_index: int) -> Proof:
        """Return the proof of one log by its index in the block.

        Raises:
            BlockInvalid: The block has no such log.
            ProofUnreadable: No exported ABI has its event.
        """
        if log_index >= len(self.places):
            raise BlockInvalid(f"block {self.header.number} has {len(self.places)} logs, none at {log_index}")
        index, place = self.places[log_index]
        sent, log = self.transactions[index], logs_of(self.receipts[index])[place]
        return Proof(
            format=FORMAT,
            version=VERSION,
            record=_record(self.header, sent, log),
            header=text_of(self.header.encoded),
            transaction_index=index,
            transaction=tuple(map(text_of, self.transactions_trie.prove(trie_key(index)))),
            receipt=tuple(map(text_of, self.receipts_trie.prove(trie_key(index)))),
            log=place,
        )


def without_raw(block: Mapping[str, Any]) -> list[str]:
    """Return the hashes of those transactions whose bytes can't be told from what the node says of them."""
    return [str(t["hash"]) for t in block["transactions"] if encode_transaction(t) is None]


def write(proof: Proof) -> bytes:
    """Return a proof as the bytes of its file."""
    return msgspec.json.encode(proof) + b"\n"


def parse(text: bytes) -> Proof:
    """Return a proof from the bytes of its file; nothing is checked yet.

    Raises:
        ProofUnreadable: It is no proof, or of another version.
    """
    if len(text) > LARGEST_FILE:
        raise ProofUnreadable(f"a proof has at most {LARGEST_FILE} bytes")
    try:
        return _DECODER.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ProofUnreadable(f"this is no proof of version {VERSION}: {error}") from error


def check(proof: Proof, block_hash: bytes) -> Record:
    """Return what a proof proves, given the hash of its block.

    Raises:
        ProofRefuted: The record does not follow from the block hash.
        ProofUnreadable: No exported ABI has the event.
    """
    header = Header.read(bytes_of(proof.header), block_hash)
    key = trie_key(proof.transaction_index)
    sent = read(header.transactions_root, key, list(map(bytes_of, proof.transaction)))
    receipt = read(header.receipts_root, key, list(map(bytes_of, proof.receipt)))
    if sent is None or receipt is None:
        raise ProofRefuted(f"the block has no transaction {proof.transaction_index}")
    logs = logs_of(receipt)
    if proof.log >= len(logs):
        raise ProofRefuted(f"the receipt has {len(logs)} logs, none at {proof.log}")
    found = _record(header, sent, logs[proof.log])
    _compare(proof.record, found)
    return found


def _record(header: Header, sent: bytes, log: Log) -> Record:
    event, arguments = explained(log)
    return Record(
        chain_id=chain_id_of(sent),
        block_number=header.number,
        block_hash=text_of(header.hash),
        block_time=datetime.fromtimestamp(header.time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        tx_hash=text_of(keccak(sent)),
        address=to_checksum_address(log.address),
        event=event.name,
        signature=event.signature,
        arguments=arguments,
    )


def _compare(claimed: Record, found: Record) -> None:
    """Raise unless two records say the same; as JSON, where true and 1 are two things."""
    for name in Record.__struct_fields__:
        said, proved = (msgspec.json.encode(getattr(each, name)) for each in (claimed, found))
        if said != proved:
            raise ProofRefuted(f"the record says {name} {said.decode()[:200]}, proved is {proved.decode()[:200]}")
