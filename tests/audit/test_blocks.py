"""Whole blocks, of two independent implementations: anvil's as JSON, those of Ape's in-memory chain as bytes.

Block.of
├── given blocks of anvil: no transaction, one, many, 300; all types; receipts without logs and with many
│   └── roots agree, and every log is found at its index in the block
├── given a transaction or receipt of a type that does not exist yet .... the same, with the raw transaction
├── given a header with fields of a later fork ........................... read, the fields left alone
└── given one field changed, one item left out or added ................. BlockInvalid
"""

import copy
from typing import Any

import pytest
import rlp
from eth_account import Account
from eth_tester import EthereumTester
from eth_utils.address import to_checksum_address

from audit.proofs import headers
from audit.proofs.errors import BlockInvalid, ProofRefuted
from audit.proofs.headers import Header
from audit.proofs.hex_text import bytes_of, text_of
from audit.proofs.proof import Block, check, without_raw
from audit.proofs.receipts import chain_id_of, encode_receipt, logs_of, trie_key
from audit.proofs.trie import Trie, keccak
from tests.audit.anvil import Anvil, emit

KEY = "0x" + "7e" * 32
DENSE = {"gas": hex(60_000), "gasPrice": hex(10**10)}


def signed(anvil: Anvil, to: str, **fields: Any) -> str:
    """Return a transaction of a type that the node's own accounts do not send, signed by somebody new."""
    account = Account.create()
    anvil.call("anvil_setBalance", account.address, hex(10**20))
    base = {"chainId": 31337, "nonce": 0, "gas": 200_000, "value": 0, "data": emit(2)}
    base["to"] = to_checksum_address(to)
    fees = {"maxFeePerGas": 10**10, "maxPriorityFeePerGas": 1}
    blobs = fields.pop("blobs", None)
    made = Account.sign_transaction({**base, **fees, **fields}, account.key, blobs=blobs)
    return str(made.raw_transaction.to_0x_hex())


def with_blob(anvil: Anvil, to: str) -> str:
    return signed(anvil, to, type=3, maxFeePerBlobGas=10**10, blobs=[b"\0" * 131072])


def with_authorization(anvil: Anvil, to: str) -> str:
    signer = Account.create()
    authorization = signer.sign_authorization({"chainId": 31337, "address": bytes_of(to), "nonce": 0})
    return signed(anvil, to, type=4, authorizationList=[authorization])


def block_of(anvil: Anvil, block: dict[str, Any]) -> Block:
    return Block.of(block, anvil.receipts(block))


def prove_each(anvil: Anvil, block: dict[str, Any]) -> int:
    """Check the proof of every log of a block against what the node says of it; return how many there are."""
    found = block_of(anvil, block)
    logs = anvil.call("eth_getLogs", {"blockHash": block["hash"]})
    assert len(found.places) == len(logs)
    for index, log in enumerate(logs):
        record = check(found.prove(index), bytes_of(block["hash"]))
        assert record.tx_hash == log["transactionHash"]
        assert record.address.lower() == log["address"]
        assert int(record.arguments["value"]) == int(log["data"], 16)
    return len(logs)


@pytest.mark.parametrize("count", [0, 1, 2, 15, 16, 17, 127, 128, 129, 300])
def test_block__of_so_many_transactions__has_the_roots_of_its_header(anvil: Anvil, emitter: str, count: int) -> None:
    senders = anvil.accounts
    sent = [{"from": senders[i % len(senders)], "to": emitter, "data": emit(i % 3), **DENSE} for i in range(count)]

    assert prove_each(anvil, anvil.mine(*sent)) == sum(i % 3 for i in range(count))


def test_block__of_all_types__has_the_roots_of_its_header(anvil: Anvil, emitter: str) -> None:
    a, b, c, d, *_ = anvil.accounts
    legacy = {"from": a, "to": emitter, "data": emit(0), **DENSE}
    listed = {"from": b, "to": emitter, "data": emit(2), **DENSE}
    listed["accessList"] = [
        {"address": emitter, "storageKeys": ["0x" + "00" * 32, KEY]},
        {"address": a, "storageKeys": []},
    ]
    dynamic = {"from": c, "to": emitter, "data": emit(250), "gas": hex(2_000_000)}
    created = {"from": d, "data": "0x"}
    block = anvil.mine(legacy, listed, dynamic, created, with_authorization(anvil, emitter))

    assert {t["type"] for t in block["transactions"]} == {"0x0", "0x1", "0x2", "0x4"}
    assert prove_each(anvil, block) == 2 + 250 + 2
    assert {chain_id_of(sent) for sent in block_of(anvil, block).transactions} == {31337}


def test_block__with_a_blob__has_the_receipts_root_of_its_header(anvil: Anvil, emitter: str) -> None:
    block = anvil.mine({"from": anvil.accounts[0], "to": emitter, "data": emit(1)}, with_blob(anvil, emitter))
    receipts = anvil.receipts(block)
    trie = Trie((trie_key(i), encode_receipt(receipt)) for i, receipt in enumerate(receipts))

    assert block["transactions"][1]["type"] == "0x3"
    assert without_raw(block) == []  # the transaction has the hash that the node says
    assert text_of(trie.root) == block["receiptsRoot"]
    # This node takes the blobs themselves into the root of the transactions, where they do not belong: no proof then.
    with pytest.raises(BlockInvalid, match="transactions"):
        Block.of(block, receipts)


def test_block__with_a_failed_transaction__has_the_roots_of_its_header(anvil: Anvil, emitter: str) -> None:
    block = anvil.mine({"from": anvil.accounts[0], "to": emitter, "data": emit(30), "gas": hex(40_000)})

    assert anvil.receipts(block)[0]["status"] == "0x0"
    assert prove_each(anvil, block) == 0


def paths_of(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to every text in nested JSON."""
    if isinstance(value, dict):
        return [p for name, part in value.items() for p in paths_of(part, (*path, name))]
    if isinstance(value, list):
        return [p for i, part in enumerate(value) for p in paths_of(part, (*path, i))]
    return [path] if isinstance(value, str) else []


# What a node says beside what is in the block: it follows from the rest, or is nobody's business.
IN_HEADER = {name for name, _ in headers.FIELDS} | {"hash"}
IN_TRANSACTION = {
    *("hash", "type", "chainId", "nonce", "gas", "to", "value", "input", "r", "s", "accessList"),
    *("maxFeePerGas", "maxPriorityFeePerGas"),
}
IN_RECEIPT = {"status", "type", "cumulativeGasUsed", "logsBloom", "logs", "address", "topics", "data"}
BESIDE_LOG = {"blockHash", "blockNumber", "blockTimestamp", "transactionHash", "transactionIndex", "logIndex"}


def counts(path: tuple[Any, ...]) -> bool:
    """Whether the text at a path is part of the block."""
    part, *rest = path
    if part == "block" and rest[0] != "transactions":
        return rest[0] in IN_HEADER
    if part == "block":
        return rest[2] in IN_TRANSACTION
    return rest[1] in IN_RECEIPT and not BESIDE_LOG & set(rest)


def test_block__of_which_the_node_changed_any_one_field__is_refused(anvil: Anvil, emitter: str) -> None:
    a, b, *_ = anvil.accounts
    listed = {"from": b, "to": emitter, "data": emit(1)}
    listed["accessList"] = [{"address": emitter, "storageKeys": [KEY]}]  # type: ignore[assignment]
    block = anvil.mine({"from": a, "to": emitter, "data": emit(2)}, listed)
    told = {"block": block, "receipts": anvil.receipts(block)}
    tried = 0
    for path in paths_of(told):
        if not counts(path):
            continue
        lie = copy.deepcopy(told)
        place = lie
        for step in path[:-1]:
            place = place[step]
        text = place[path[-1]]
        place[path[-1]] = text[:-1] + ("0" if text[-1] != "0" else "1") if len(text) > 2 else "0x01"
        with pytest.raises(BlockInvalid):
            Block.of(lie["block"], lie["receipts"])
        tried += 1

    assert tried > 60


def test_block__of_which_the_node_left_something_out_or_added__is_refused(anvil: Anvil, emitter: str) -> None:
    block = anvil.mine(*({"from": sender, "to": emitter, "data": emit(2)} for sender in anvil.accounts[:3]))
    receipts = anvil.receipts(block)
    lies = [
        (block, receipts[:-1]),
        (block, receipts[1:]),
        (block, [*receipts, receipts[0]]),
        (block, receipts[::-1]),
        ({**block, "transactions": block["transactions"][:-1]}, receipts),
        ({**block, "transactions": [*block["transactions"], block["transactions"][0]]}, receipts),
        (block, [{**receipts[0], "logs": receipts[0]["logs"][:1]}, *receipts[1:]]),
        (block, [{**receipts[0], "logs": receipts[0]["logs"] * 2}, *receipts[1:]]),
        (block, [{**receipts[0], "logs": receipts[0]["logs"][::-1]}, *receipts[1:]]),
        ({name: value for name, value in block.items() if name != "receiptsRoot"}, receipts),
        ({**block, "receiptsRoot": None}, receipts),
        ({**block, "number": 2}, receipts),
        ({**block, "number": "2"}, receipts),
        ({**block, "stateRoot": "0x0 "}, receipts),
    ]
    for told, answered in lies:
        with pytest.raises(BlockInvalid):
            Block.of(told, answered)


def test_block__asked_for_a_log_it_has_not__is_refused(anvil: Anvil, emitter: str) -> None:
    block = block_of(anvil, anvil.mine({"from": anvil.accounts[0], "to": emitter, "data": emit(2)}))
    with pytest.raises(BlockInvalid, match="none at 2"):
        block.prove(2)


# What is not yet


def made_block(transactions: list[bytes], receipts: list[bytes], *later_fields: Any) -> Block:
    """Return a block of a chain to come, from bytes."""
    tries = [Trie((trie_key(i), each) for i, each in enumerate(items)) for items in (transactions, receipts)]
    fields: list[Any] = [b"\1" * 32] * 4 + [tries[0].root, tries[1].root] + [b"", b"", b"\5", b"", b"", b"\x65" * 4]
    encoded = rlp.encode([*fields, b"", b"", b"", *later_fields])
    return Block(Header.read(encoded, keccak(encoded)), transactions, receipts)


def test_block__of_a_later_fork__is_read_and_proved() -> None:
    transfer = [b"\xaa" * 20, [keccak(b"Transfer(address,address,uint256)"), bytes(32), bytes(32)], bytes(32)]
    receipt = rlp.encode([b"\1", b"\2", bytes(256), [transfer]])
    # A later type may add fields to its receipt, as roll-ups do; a later fork adds some to the header.
    later = b"\x7e" + rlp.encode([b"\1", b"\2", bytes(256), [transfer], b"\7"])
    block = made_block([b"\x05 whatever it is", b"\x7e too"], [b"\x05" + receipt, later], b"\7" * 32, [b"\1"], b"")

    for index in range(2):
        record = check(block.prove(index), block.header.hash)
        assert record.chain_id is None
        assert record.event == "Transfer"
        assert record.tx_hash == text_of(keccak(block.transactions[index]))


def test_block__with_a_transaction_of_a_later_type__needs_the_raw_one(anvil: Anvil, emitter: str) -> None:
    block = anvil.mine({"from": anvil.accounts[0], "to": emitter, "data": emit(1)})
    (sent,) = block["transactions"]
    raw = bytes_of(anvil.call("eth_getRawTransactionByHash", sent["hash"]))
    told = {**block, "transactions": [{"type": "0x7e", "hash": sent["hash"]}]}

    assert without_raw(block) == []
    assert without_raw(told) == [sent["hash"]]
    with pytest.raises(BlockInvalid, match="transactions"):
        Block.of(told, anvil.receipts(block))
    with pytest.raises(BlockInvalid, match="transactions"):
        Block.of(told, anvil.receipts(block), {sent["hash"]: raw + b"\0"})
    assert Block.of(told, anvil.receipts(block), {sent["hash"]: raw}).prove(0) == block_of(anvil, block).prove(0)


@pytest.mark.parametrize(
    "fields",
    [[], [b""] * 14, [b""] * 15, [b"\1" * 32] * 8 + [b"\1" * 5] + [b""] * 6, [[b""]] * 15],
    ids=["nothing", "too few", "no roots", "number too large", "lists"],
)
def test_header__that_is_none__is_refused(fields: list[Any]) -> None:
    encoded = rlp.encode(fields)
    with pytest.raises(ProofRefuted):
        Header.read(encoded, keccak(encoded))


def test_header__that_is_no_rlp__is_refused() -> None:
    with pytest.raises(ProofRefuted):
        Header.read(b"\xf8", keccak(b"\xf8"))
    with pytest.raises(ProofRefuted):
        Header.read(b"abc", keccak(b"abc"))


@pytest.mark.parametrize("encoded", [b"\x02", b"\xc0", b"\x02\xc0", rlp.encode([b"", b"", b"", b"x"]), b"\x02\xff"])
def test_logs__of_what_is_no_receipt__are_refused(encoded: bytes) -> None:
    with pytest.raises(ProofRefuted):
        logs_of(encoded)


def test_receipt__from_before_byzantium__has_a_root(anvil: Anvil) -> None:
    receipt = {"root": "0x" + "07" * 32, "cumulativeGasUsed": "0x1", "logsBloom": "0x" + "00" * 256, "logs": []}
    assert rlp.decode(encode_receipt(receipt))[0] == b"\7" * 32


# Ape's in-memory chain


@pytest.fixture(scope="module")
def in_memory() -> EthereumTester:
    return EthereumTester(auto_mine_transactions=False)


@pytest.mark.parametrize("count", [0, 1, 5, 10])
def test_block__of_apes_own_chain__has_the_roots_of_its_header(in_memory: EthereumTester, count: int) -> None:
    kinds = [("legacy", "dynamic", "creation", "listed")[i % 4] for i in range(count)]
    accounts = in_memory.get_accounts()
    for i, kind in enumerate(kinds):
        sent = {"from": accounts[i % 10], "to": accounts[0], "value": i, "gas": 100_000, "data": "0x"}
        sent |= {"gas_price": 10**10} if kind in {"legacy", "listed"} else {}
        sent |= {"access_list": [{"address": accounts[1], "storage_keys": [KEY]}]} if kind == "listed" else {}
        if kind == "creation":
            # Emits one Transfer in its constructor.
            sent["data"] = "0x5f5f7f" + keccak(b"Transfer(address,address,uint256)").hex() + "60205fa3"
            del sent["to"]
        in_memory.send_transaction(sent)
    in_memory.mine_block()
    chain = in_memory.backend.chain
    mined = chain.get_canonical_block_by_number(chain.get_canonical_head().block_number)
    encoded = rlp.encode(mined.header)

    block = Block(
        Header.read(encoded, mined.hash),
        [sent.encode() for sent in mined.transactions],
        [receipt.encode() for receipt in mined.get_receipts(chain.chaindb)],
    )

    assert block.transactions_trie.root == block.header.transactions_root
    assert block.receipts_trie.root == block.header.receipts_root
    assert len(block.places) == kinds.count("creation")
    for index in range(len(block.places)):
        assert check(block.prove(index), mined.hash).block_number == mined.number
