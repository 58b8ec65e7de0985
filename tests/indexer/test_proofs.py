"""The proofs of final events, built from a real node's blocks.

Prover.run
├── given nothing indexed, or nothing final ............ nothing stored
├── given a node whose roots are wrong ................. nothing stored; said once; goes on when they are right
├── given a block that the node tells wrong ............ its events without proof, the others with; tried again by a
│                                                        new process
├── given blocks that the node has pruned, more than one run looks at
│                                                        their events without proof, the others with; tried again by a
│                                                        new process
├── given an event that is not that of the block ....... without proof
├── given a proof of a block that was replaced ......... made anew by a new process
├── given a node that does not answer .................. NodeUnavailable; what was stored stays
└── given final events ................................. a proof of each, of final blocks only, none twice
"""

import asyncio
import logging
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, delete, func, insert, select, update

from audit.proofs import proof as proofs
from audit.proofs.hex_text import bytes_of
from indexer.chain import HttpNode, WholeBlock
from indexer.endpoints import Endpoints
from indexer.errors import NodeAnswerInvalid, NodeUnavailable
from indexer.proofs import PROOFS, Prover
from indexer.store.columns import event_key
from indexer.store.event_tables import EVENTS
from indexer.store.models import Checkpoint
from indexer.store.rows import table_of
from indexer.store.session import open_engine, reading
from indexer.sync import writing
from tests.audit.anvil import Anvil, emit, running

TRANSFERS = EVENTS["InnovationCredit", "Transfer"].table
CHECKPOINT = table_of(Checkpoint)
BLOCKS = 6
"""Each with three transactions of two events."""


class Chain:
    """A real chain with events, and what of it is mirrored."""

    def __init__(self, anvil: Anvil) -> None:
        self.anvil = anvil
        emitter = anvil.emitter()
        senders = anvil.accounts[:3]
        sent = [{"from": sender, "to": emitter, "data": emit(2), "gas": hex(100_000)} for sender in senders]
        self.blocks = [anvil.mine(*sent) for _ in range(BLOCKS)]

    def rows(self) -> list[dict[str, Any]]:
        """Return the event rows of all blocks."""
        return [self._row(log) for b in self.blocks for log in self.anvil.call("eth_getLogs", {"blockHash": b["hash"]})]

    def _row(self, log: dict[str, Any]) -> dict[str, Any]:
        number, index = int(log["blockNumber"], 16), int(log["logIndex"], 16)
        return {
            "event_key": event_key(number, index),
            "block_number": number,
            "log_index": index,
            "block_time": 1,
            "block_hash": log["blockHash"],
            "tx_hash": log["transactionHash"],
            "contract": log["address"],
            "from": "0x" + log["topics"][1][-40:],
            "to": "0x" + log["topics"][2][-40:],
            "value": int(log["data"], 16),
        }


@pytest.fixture(scope="module")
def chain() -> Iterator[Chain]:
    with running() as anvil:
        yield Chain(anvil)


class Source:
    """Asks the chain's node as the indexer does, and may change what it says."""

    def __init__(self, chain: Chain) -> None:
        self.url = chain.anvil.url
        self.change: Callable[[WholeBlock], WholeBlock] = lambda whole: whole
        self.asked = 0

    async def whole_block(self, block_hash: str) -> WholeBlock:
        self.asked += 1
        node = HttpNode.open(self.url, 10)
        try:
            return self.change(await Endpoints([node]).whole_block(block_hash))
        finally:
            await node.close()


@pytest.fixture
def source(chain: Chain) -> Source:
    return Source(chain)


@pytest.fixture
def mirror_engine(new_database: Callable[[str], str]) -> Iterator[Engine]:
    """Return a mirror with nothing in it."""
    opened = open_engine(new_database("proofs"))
    yield opened
    opened.dispose()


@pytest.fixture
def engine(mirror_engine: Engine, chain: Chain) -> Engine:
    """Return a mirror in which all blocks are indexed, and final."""
    last = chain.blocks[-1]
    numbers = dict.fromkeys(("number", "head_number", "safe_number", "finalized_number"), int(last["number"], 16))
    hashes = dict.fromkeys(("hash", "genesis_hash", "config_digest"), last["hash"])
    with writing(mirror_engine) as connection:
        connection.execute(insert(TRANSFERS), chain.rows())
        connection.execute(
            insert(CHECKPOINT), {"id": 1, "chain_id": 1, "epoch": 1, "block_time": 1, **numbers, **hashes}
        )
    return mirror_engine


def finalize(engine: Engine, number: int) -> None:
    with writing(engine) as connection:
        connection.execute(update(CHECKPOINT).values(finalized_number=number))


def run(prover: Prover) -> int:
    return asyncio.run(prover.run())


def stored(engine: Engine) -> dict[int, bytes | None]:
    with reading(engine) as connection:
        return {row.event_key: row.proof for row in connection.execute(select(PROOFS))}


def assert_all_hold(engine: Engine, chain: Chain) -> None:
    rows = {row["event_key"]: row for row in chain.rows()}
    found = stored(engine)
    assert found.keys() == rows.keys()
    for key, file in found.items():
        assert file is not None
        record = proofs.check(proofs.parse(zlib.decompress(file)), bytes_of(rows[key]["block_hash"]))
        assert record.tx_hash == rows[key]["tx_hash"]
        assert record.arguments["value"] == str(rows[key]["value"])


def other_bloom(whole: WholeBlock) -> WholeBlock:
    whole.receipts[-1]["logsBloom"] = "0x" + "11" * 256
    return whole


def test_run__with_nothing_indexed__stores_nothing(mirror_engine: Engine, source: Source) -> None:
    assert run(Prover(mirror_engine, source)) == 0
    assert source.asked == 0


def test_run__with_nothing_final__stores_nothing(engine: Engine, source: Source, chain: Chain) -> None:
    finalize(engine, int(chain.blocks[0]["number"], 16) - 1)
    assert run(Prover(engine, source)) == 0
    assert stored(engine) == {}


def test_run__with_a_node_of_wrong_roots__says_so_once_and_goes_on_when_they_are_right(
    engine: Engine, source: Source, chain: Chain, caplog: pytest.LogCaptureFixture
) -> None:
    prover = Prover(engine, source)
    source.change = other_bloom
    with caplog.at_level(logging.INFO):
        assert [run(prover), run(prover)] == [0, 0]
    assert stored(engine) == {}
    assert [r.levelname for r in caplog.records if "no proofs are made with this node" in r.message] == ["WARNING"]

    source.change = lambda whole: whole
    run(prover)
    assert_all_hold(engine, chain)


def test_run__of_a_block_told_wrong__leaves_its_events_to_a_new_process(
    engine: Engine, source: Source, chain: Chain, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = chain.blocks[2]["hash"]
    source.change = lambda whole: other_bloom(whole) if whole.block["hash"] == wrong else whole
    prover = Prover(engine, source)
    run(prover)
    assert "no proofs of block" in caplog.text
    failed = {row["event_key"] for row in chain.rows() if row["block_hash"] == wrong}
    assert {key for key, file in stored(engine).items() if file is None} == failed
    assert len(stored(engine)) == 6 * BLOCKS

    source.change = lambda whole: whole
    asked = source.asked
    run(prover)
    assert source.asked == asked == BLOCKS + 1  # not again and again
    with writing(engine) as connection:
        connection.execute(delete(PROOFS).where(PROOFS.c.event_key == max(stored(engine))))
    run(Prover(engine, source))
    assert_all_hold(engine, chain)


def test_run__of_blocks_that_the_node_has_pruned__goes_on_with_those_it_has(
    engine: Engine, source: Source, chain: Chain, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.proofs.EVENTS_PER_RUN", 6)
    pruned = {block["hash"] for block in chain.blocks[:4]}

    def forget(whole: WholeBlock) -> WholeBlock:
        if whole.block["hash"] in pruned:
            raise NodeAnswerInvalid("it answered eth_getBlockReceipts with nothing")
        return whole

    source.change = forget
    prover = Prover(engine, source)
    while run(prover):
        pass
    lost = {row["event_key"] for row in chain.rows() if row["block_hash"] in pruned}
    assert {key for key, file in stored(engine).items() if file is None} == lost
    assert len(stored(engine)) == 6 * BLOCKS
    assert "which the node does not have" in caplog.text

    source.change = lambda whole: whole
    again = Prover(engine, source)
    while run(again):
        pass
    assert_all_hold(engine, chain)


def test_run__of_an_event_of_another_transaction_or_place__leaves_it_without_proof(
    engine: Engine, source: Source, chain: Chain
) -> None:
    rows = chain.rows()
    with writing(engine) as connection:
        for row, change in ((rows[0], {"tx_hash": rows[3]["tx_hash"]}), (rows[9], {"log_index": 99})):
            connection.execute(update(TRANSFERS).where(TRANSFERS.c.event_key == row["event_key"]).values(change))
    run(Prover(engine, source))

    blocks = {rows[0]["block_hash"], rows[9]["block_hash"]}
    without = {row["event_key"] for row in rows if row["block_hash"] in blocks}
    assert {key for key, file in stored(engine).items() if file is None} == without


def test_run__by_a_new_process_after_the_chain_was_replaced__makes_the_proofs_anew(
    engine: Engine, source: Source, chain: Chain
) -> None:
    run(Prover(engine, source))
    with writing(engine) as connection:
        connection.execute(update(PROOFS).values(block_hash="0x" + "12" * 32, proof=b"old"))
        newest = connection.scalar(select(func.max(PROOFS.c.event_key)))
        connection.execute(delete(PROOFS).where(PROOFS.c.event_key == newest))
    run(Prover(engine, source))

    assert_all_hold(engine, chain)


def test_run__with_a_node_that_does_not_answer__keeps_what_was_stored(
    engine: Engine, source: Source, chain: Chain
) -> None:
    finalize(engine, int(chain.blocks[2]["number"], 16))
    prover = Prover(engine, source)
    run(prover)
    before = stored(engine)
    finalize(engine, int(chain.blocks[-1]["number"], 16))
    source.url = "http://127.0.0.1:1"

    with pytest.raises(NodeUnavailable):
        run(prover)

    assert stored(engine) == before
    assert len(before) == 3 * 6


def test_run__as_blocks_become_final__stores_each_proof_once(engine: Engine, source: Source, chain: Chain) -> None:
    prover = Prover(engine, source)
    for block in chain.blocks:
        number = int(block["number"], 16)
        finalize(engine, number)
        run(prover)
        assert max(stored(engine)) == event_key(number, 5)
    asked = source.asked
    assert run(prover) == 0
    assert source.asked == asked
    assert_all_hold(engine, chain)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"number": "0x1"},
        {"number": "0x1", "transactions": [7]},
        {"number": "0x1", "transactions": [{"type": "0x7e"}]},
    ],
    ids=["nothing", "no transactions", "no transaction", "no hash"],
)
def test_whole_block__that_is_none__is_no_answer(answer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def ask(self: HttpNode, kind: Any, method: str, *params: Any) -> Any:
        return [] if method == "eth_getBlockReceipts" else answer

    async def main() -> None:
        node = HttpNode.open("http://127.0.0.1:1", 1)
        try:
            await node.whole_block("0x" + "12" * 32)
        finally:
            await node.close()

    monkeypatch.setattr(HttpNode, "_ask", ask)
    with pytest.raises(NodeAnswerInvalid, match="sent no block"):
        asyncio.run(main())


def test_whole_block__with_a_transaction_of_a_later_type__asks_for_its_bytes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tx_hash = "0x" + "34" * 32
    answers: dict[str, Any] = {
        "eth_getBlockByHash": {"number": "0x1", "transactions": [{"type": "0x7e", "hash": tx_hash}]},
        "eth_getBlockReceipts": [],
        "eth_getRawTransactionByHash": "0x7eab",
    }

    async def ask(self: HttpNode, kind: Any, method: str, *params: Any) -> Any:
        return answers[method]

    async def main() -> WholeBlock:
        node = HttpNode.open("http://127.0.0.1:1", 1)
        try:
            return await node.whole_block("0x" + "12" * 32)
        finally:
            await node.close()

    monkeypatch.setattr(HttpNode, "_ask", ask)
    assert asyncio.run(main()).raw == {tx_hash: b"\x7e\xab"}
    answers["eth_getRawTransactionByHash"] = "raw"
    with pytest.raises(NodeAnswerInvalid, match="no bytes"):
        asyncio.run(main())
