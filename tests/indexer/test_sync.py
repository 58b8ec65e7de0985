"""The step: start, ranges, blocks, reorgs, missing logs.

start
├── another chain, another genesis .................... refused
├── other contracts or ABIs ........................... refused
└── another process already writes .................... that one fails at its next write
step
├── the node withholds, lags, contradicts itself ...... retryable, or nothing happens; never a rewind
├── the reorg reaches below the finalized block ....... loud stop, nothing deleted
├── history and live blocks ........................... same rows as any other way to get there
└── any reorg ......................................... same rows as a fresh index of the new chain
"""

import random
from collections.abc import Sequence
from dataclasses import replace

import msgspec
import pytest
from sqlalchemy import func, select, update

from indexer import apply, sync
from indexer.chain import Call, Header, Log
from indexer.errors import (
    AnotherWriter,
    ConfigurationChanged,
    DatabaseUnusable,
    EventsInconsistent,
    FatalError,
    GapInHistory,
    LogsMissing,
    MirrorOfAnotherChain,
    NodeAnswerInvalid,
    ReorgBelowFinality,
)
from indexer.events import topic_of
from indexer.fetch import Fetcher
from indexer.store import rows as store
from indexer.store.checkpoint import TABLE as CHECKPOINT
from indexer.store.models import EVENTS, READ_MODELS, Block, Campaign, QuarantinedLog, Undo
from indexer.sync import Outcome
from tests.indexer.conftest import SEED, MakeMirror, Mirror, run
from tests.indexer.fake_chain import ADDRESSES, FINALITY, FakeNode

NEVER_EMITTED = {"AuthorityUpdated", "EIP712DomainChanged"}


def count(mirror: Mirror, model: type[Block | Undo | QuarantinedLog | Campaign]) -> int:
    """Return the number of rows of a table."""
    ((number,),) = mirror.rows(select(func.count()).select_from(model))
    return int(number)


# ------------------------------------------------------------------------------------------------------------- start


def test_check_chain__another_chain_or_genesis__refused(node: FakeNode) -> None:
    with pytest.raises(MirrorOfAnotherChain, match="node is of chain 1, the deployment of chain 31337"):
        sync.check_chain(node.watched(), 1, node.blocks[0].header.hash)
    with pytest.raises(MirrorOfAnotherChain, match="local chain was restarted, deploy again"):
        sync.check_chain(node.watched(), 31337, "0x" + "00" * 32)


def test_start__database_of_another_chain__refused(node: FakeNode, make_mirror: MakeMirror) -> None:
    make_mirror(node, "same").catch_up()
    restarted = FakeNode(seed=2)
    restarted.grow(30)
    with pytest.raises(MirrorOfAnotherChain, match="use another database or run `eranos index rebuild`"):
        make_mirror(restarted, "same")


def test_start__changed_abi_or_addresses__refused(node: FakeNode, make_mirror: MakeMirror) -> None:
    mirror = make_mirror(node)
    with mirror.engine.begin() as connection:
        connection.execute(update(CHECKPOINT).values(config_digest="0x" + "00" * 32))
    with pytest.raises(ConfigurationChanged, match="run `eranos index rebuild`"):
        mirror.restart()


def test_start__second_process__first_one_stops_at_its_next_write(node: FakeNode, make_mirror: MakeMirror) -> None:
    first = make_mirror(node, "same")
    first.step()
    second = make_mirror(node, "same")
    before = second.digest()
    with pytest.raises(AnotherWriter, match="stop one of them"):
        first.step()
    assert second.digest() == before
    second.catch_up()


def test_writing__database_refuses__advice(node: FakeNode, make_mirror: MakeMirror) -> None:
    mirror = make_mirror(node)
    with mirror.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE campaigns")
    with pytest.raises(DatabaseUnusable, match=r"(no such table: |relation \")campaigns.*: is it writable"):
        mirror.catch_up()


def test_checkpoint__before_start__programming_error(node: FakeNode, make_mirror: MakeMirror) -> None:
    mirror = make_mirror(node)
    fresh = sync.Indexer(node, mirror.engine, node.watched(), mirror.fetcher)
    with pytest.raises(RuntimeError, match="not started"):
        _ = fresh.checkpoint


# --------------------------------------------------------------------------------------------------- nodes that fail


def test_step__node_withholds_a_log_of_a_range__nothing_written(make_mirror: MakeMirror) -> None:
    class Withholding(FakeNode):
        withholds = True

        async def logs(self, addresses: Sequence[str], first: int, last: int) -> list[Log]:
            found = await super().logs(addresses, first, last)
            lab = [log for log in found if log.address == ADDRESSES["Crowdfunding"]]
            return [log for log in found if log is not lab[-1]] if self.withholds and lab else found

    node = Withholding(seed=3)
    node.grow(80)
    mirror = make_mirror(node, target_logs=10_000)
    before = mirror.indexer.checkpoint
    with pytest.raises(LogsMissing, match=r"Crowdfunding counts \d+ events, the node has shown \d+: .* use another"):
        mirror.step()
    assert mirror.indexer.checkpoint == before
    assert count(mirror, Campaign) == 0
    node.withholds = False
    mirror.catch_up()


class Pruned(FakeNode):
    """Tells no journal of a block below `tells_from`, and there withholds a log now and then."""

    tells_from = 40
    withheld = 0

    async def logs(self, addresses: Sequence[str], first: int, last: int) -> list[Log]:
        found = await super().logs(addresses, first, last)
        lab = [log for log in found if log.address == ADDRESSES["Crowdfunding"]]
        if not lab or last >= self.tells_from or self.withheld:
            return found
        self.withheld += 1
        return [log for log in found if log is not lab[-1]]

    async def calls(self, calls: Sequence[Call], block_hash: str) -> list[bytes | None]:
        known = {block.header.hash: number for number, block in enumerate(self.blocks)}
        told = await super().calls(calls, block_hash)
        return told if known[block_hash] >= self.tells_from else [None] * len(told)


def test_step__log_withheld_while_no_journal_is_told__fetched_again(
    make_mirror: MakeMirror, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "BATCHES_PER_COMMIT", 1)
    node = Pruned(seed=3)
    node.grow(80)
    mirror = make_mirror(node, max_range=8)
    with pytest.raises((LogsMissing, EventsInconsistent)):
        mirror.catch_up()  # of the first range whose journals are told; those of the checkpoint are not
    assert node.withheld == 1
    node.tells_from = 0
    mirror.catch_up()
    assert "events are missing between blocks 2 and" in caplog.text
    fresh = make_mirror(node)
    fresh.catch_up()
    assert mirror.digest() == fresh.digest()


def test_step__log_withheld_from_an_earlier_process__stops(
    make_mirror: MakeMirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "BATCHES_PER_COMMIT", 1)
    node = Pruned(seed=3)
    node.grow(80)
    mirror = make_mirror(node, max_range=8)
    with pytest.raises((LogsMissing, EventsInconsistent)):
        mirror.catch_up()
    node.tells_from = 0
    mirror.restart(max_range=8)
    before = mirror.indexer.checkpoint
    with pytest.raises(GapInHistory, match=r"events are missing at or below block \d+, .* `eranos index rebuild`"):
        mirror.catch_up()
    assert mirror.indexer.checkpoint == before


def test_step__journal_refused_once__asked_again(make_mirror: MakeMirror) -> None:
    class Moody(FakeNode):
        refused = 0

        async def calls(self, calls: Sequence[Call], block_hash: str) -> list[bytes | None]:
            self.refused += 1
            told = await super().calls(calls, block_hash)
            return told if self.refused % 2 == 0 else [None] * len(told)

    node = Moody(seed=3)
    node.grow(80)
    mirror = make_mirror(node)
    mirror.catch_up()
    assert mirror.indexer._verified == mirror.indexer.checkpoint.number


def test_step__node_shows_another_event_than_was_journaled__nothing_written(make_mirror: MakeMirror) -> None:
    class Forging(FakeNode):
        async def logs(self, addresses: Sequence[str], first: int, last: int) -> list[Log]:
            found = await super().logs(addresses, first, last)
            registered = topic_of(EVENTS["EntityRegistry", "EntityRegistered"])
            for forged in (log for log in found if log.topics[0] == registered):
                forged.data = forged.data[:66] + "ab" * 32 + forged.data[130:]
            return found

    node = Forging(seed=4)
    node.grow(80)
    mirror = make_mirror(node)
    with pytest.raises(LogsMissing, match="other ones"):
        mirror.catch_up()


def test_step__empty_answer_though_the_bloom_names_us__asked_again(make_mirror: MakeMirror) -> None:
    class Forgetful(FakeNode):
        async def logs_of(self, addresses: Sequence[str], header: Header) -> list[Log]:
            found = await super().logs_of(addresses, header)
            return [] if self.asked.count(f"block_logs {header.number}") == 1 else found

    node = Forgetful(seed=5)
    node.grow(40)
    mirror = make_mirror(node)
    mirror.catch_up()
    blocks = sum(bool(block.logs) for block in node.blocks[-FINALITY:])
    assert mirror.fetcher.refetches == blocks > 0


def test_step__node_with_an_older_head__never_rewinds(node: FakeNode, make_mirror: MakeMirror) -> None:
    mirror = make_mirror(node)
    mirror.catch_up()
    before, digest, all_blocks = mirror.indexer.checkpoint, mirror.digest(), node.blocks
    for lag in (1, FINALITY // 2, FINALITY + 5):
        node.blocks = all_blocks[:-lag]
        assert mirror.step().outcome is Outcome.IDLE
        now = mirror.indexer.checkpoint
        assert (now.number, now.hash, now.finalized_number) == (before.number, before.hash, before.finalized_number)
    assert mirror.digest() == digest


def test_step__node_contradicts_itself__retryable(node: FakeNode, make_mirror: MakeMirror) -> None:
    mirror = make_mirror(node)
    mirror.catch_up()
    node.grow(1)
    last = node.blocks[-1]
    node.blocks[-1] = replace(last, header=last.header._replace(parent_hash="0x" + "00" * 32))
    with pytest.raises(NodeAnswerInvalid, match="but not as the parent of the next one"):
        mirror.step()


def test_step__range_whose_logs_are_of_another_block__retryable(make_mirror: MakeMirror) -> None:
    class Torn(FakeNode):
        async def headers(self, numbers: Sequence[int]) -> list[Header | None]:
            found = await super().headers(numbers)
            return [h._replace(hash="0x" + "00" * 32) if h and h.number == 60 else h for h in found]

    node = Torn(seed=1)
    node.grow(76, acts=9)
    mirror = make_mirror(node)
    with pytest.raises(NodeAnswerInvalid, match="logs of block 60 are not of"):
        mirror.catch_up()


def test_step__node_lacks_a_block_below_its_head__retryable(make_mirror: MakeMirror) -> None:
    class Holed(FakeNode):
        async def headers(self, numbers: Sequence[int]) -> list[Header | None]:
            return [None if h and h.number == 60 else h for h in await super().headers(numbers)]

    node = Holed(seed=1)
    node.grow(76)
    with pytest.raises(NodeAnswerInvalid, match="lacks block 60, below its head"):
        make_mirror(node).catch_up()


def test_range__errors_and_answers__shrink_and_grow_it(make_mirror: MakeMirror) -> None:
    class Limited(FakeNode):
        limit = 7

        async def logs(self, addresses: Sequence[str], first: int, last: int) -> list[Log]:
            if last - first >= self.limit:
                raise NodeAnswerInvalid("range too large")
            return await super().logs(addresses, first, last)

    node = Limited(seed=7)
    node.grow(60)
    mirror = make_mirror(node, max_range=64, target_logs=1_000)
    failures = 0
    while mirror.indexer.checkpoint.number < 40:
        try:
            mirror.step()
        except NodeAnswerInvalid:
            failures += 1
    assert failures > 3
    spans = [int(b) - int(a) + 1 for kind, a, b in (x.split() for x in node.asked if x.startswith("logs "))]
    assert max(spans) <= 7


def test_range__many_logs__aims_at_the_target(make_mirror: MakeMirror) -> None:
    node = FakeNode(seed=8)
    node.grow(160, acts=8)
    make_mirror(node, target_logs=50, max_range=10).catch_up()
    asked = [(int(a), int(b)) for kind, a, b in (x.split() for x in node.asked if x.startswith("logs "))]
    sizes = [sum(len(block.logs) for block in node.blocks[first : last + 1]) for first, last in asked]
    assert 20 < sum(sizes[3:-1]) / len(sizes[3:-1]) < 80


# ------------------------------------------------------------------------------------------------- below finality


def test_step__reorg_below_the_finalized_block__stops_and_deletes_nothing(
    node: FakeNode, make_mirror: MakeMirror
) -> None:
    mirror = make_mirror(node)
    mirror.catch_up()
    digest = mirror.digest()
    node.reorg(FINALITY + 3, FINALITY + 6)
    with pytest.raises(ReorgBelowFinality, match="which was final, is not on the node's chain: ask another node"):
        mirror.catch_up()
    assert mirror.digest() == digest


def test_step__reorg_below_finality_while_offline__stops(node: FakeNode, make_mirror: MakeMirror) -> None:
    mirror = make_mirror(node)
    mirror.catch_up()
    node.reorg(FINALITY + 3, 3 * FINALITY)
    mirror.restart()
    with pytest.raises(ReorgBelowFinality):
        mirror.catch_up()


def test_fold__event_about_something_unknown__stops(make_mirror: MakeMirror) -> None:
    node = FakeNode(seed=9)
    node.grow(4, acts=0)
    node.add([("EntityRegistry", "ProfileUpdated", {"entityId": 77, "profileHash": "0x" + "11" * 32})])
    mirror = make_mirror(node)
    with pytest.raises(EventsInconsistent, match="block 5 speaks of entities 77, which no earlier event created"):
        mirror.catch_up()


# ----------------------------------------------------------------------------------------------------------- success


def test_step__log_no_abi_explains__quarantined_and_the_rest_goes_on(node: FakeNode, make_mirror: MakeMirror) -> None:
    strange = replace(node.blocks[50])
    node.blocks[50] = strange
    alien = Log(
        ADDRESSES["Crowdfunding"], ["0x" + "99" * 32], "0x", "0x32", strange.header.hash, "0x" + "01" * 32, "0xfff"
    )
    strange.logs = [*strange.logs, alien]
    mirror = make_mirror(node)
    mirror.catch_up()
    assert mirror.rows(select(QuarantinedLog.block_number, QuarantinedLog.log_index)) == [(50, 0xFFF)]
    assert mirror.indexer.checkpoint.number == 100


def test_reorg__of_everything_that_ever_happened__leaves_no_row(
    hundred_blocks: FakeNode, make_mirror: MakeMirror
) -> None:
    node = FakeNode(SEED, blocks=list(hundred_blocks.blocks), finality=200)
    mirror = make_mirror(node)
    mirror.catch_up()
    tables = [store.table_of(model) for model in READ_MODELS]
    assert all(mirror.rows(select(table).limit(1)) for table in tables)
    node.reorg(98, 99, acts=0)
    mirror.catch_up()
    tables += [event.table for event in EVENTS.values()]
    assert [table.name for table in tables if mirror.rows(select(table).limit(1))] == []


@pytest.mark.parametrize("kept", [0, 1, 10**6])
def test_step__few_rows_or_all_kept_in_memory__same_rows(
    node: FakeNode, make_mirror: MakeMirror, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    usual = make_mirror(node)
    usual.catch_up()
    monkeypatch.setattr(apply, "ROWS_KEPT", kept)
    other = make_mirror(node)
    other.catch_up()
    known = [len(rows) for rows in other.indexer._working.rows.values()]
    assert max(known) <= kept
    assert other.digest() == usual.digest()


def test_step__transaction_fails_after_the_fold__what_was_folded_is_forgotten(
    node: FakeNode, make_mirror: MakeMirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror = make_mirror(node)
    mirror.step()
    with monkeypatch.context() as patch:
        patch.setattr(apply, "check_journals", lambda *_: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            mirror.step()
    assert not any(mirror.indexer._working.rows.values())
    mirror.catch_up()
    fresh = make_mirror(node)
    fresh.catch_up()
    assert mirror.digest() == fresh.digest()


def test_step__every_way_to_the_head__same_rows(node: FakeNode, make_mirror: MakeMirror) -> None:
    whole = make_mirror(node, target_logs=10_000)
    whole.catch_up()
    assert {k[1] for k, e in EVENTS.items() if not whole.rows(select(e.table).limit(1))} <= NEVER_EMITTED
    assert all(whole.rows(select(model).limit(1)) for model in READ_MODELS)

    by_small_ranges = make_mirror(node, target_logs=1, max_range=3)
    by_small_ranges.catch_up()
    untimed = [
        replace(block, logs=[msgspec.structs.replace(log, block_timestamp=None) for log in block.logs])
        for block in node.blocks
    ]
    from_headers = make_mirror(replace(node, blocks=untimed))
    from_headers.catch_up()
    assert whole.digest() == by_small_ranges.digest() == from_headers.digest()


def test_step__chain_that_grows_while_it_is_followed__same_rows(make_mirror: MakeMirror) -> None:
    node = FakeNode(seed=10)
    node.grow(5)
    live = make_mirror(node)
    for _ in range(40):
        node.grow(node.blocks[-1].lab.random.randrange(4))
        live.catch_up()
        live.restart()
    fresh = make_mirror(node)
    fresh.catch_up()
    assert live.digest() == fresh.digest()
    assert live.indexer.checkpoint.label() == "head"


def test_idle__as_blocks_become_final__undo_rows_go(node: FakeNode, make_mirror: MakeMirror) -> None:
    mirror = make_mirror(node)
    mirror.catch_up()
    assert count(mirror, Block) == FINALITY + 1
    assert count(mirror, Undo) > 0
    node.finality = 0
    mirror.catch_up()
    assert (count(mirror, Block), count(mirror, Undo)) == (1, 0)
    assert mirror.indexer.checkpoint.label() == "finalized"
    assert mirror.step().checkpoint == mirror.indexer.checkpoint


REORGS = [
    pytest.param(1, 1, id="same height, another hash"),
    pytest.param(5, 9, id="longer"),
    pytest.param(9, 4, id="shorter"),
    pytest.param(FINALITY, FINALITY, id="down to the finalized block"),
    pytest.param(7, 0, id="blocks vanish, then return"),
]


@pytest.mark.parametrize(("depth", "blocks"), REORGS)
@pytest.mark.parametrize("restart", [False, True], ids=["running", "offline"])
def test_reorg__of_each_shape__same_rows_as_fresh(
    make_mirror: MakeMirror, depth: int, blocks: int, *, restart: bool
) -> None:
    node = FakeNode(seed=depth * 100 + blocks)
    node.grow(60, acts=5)
    mirror = make_mirror(node)
    mirror.catch_up()
    node.reorg(depth, blocks, acts=5)
    if restart:
        mirror.restart()
    mirror.catch_up()
    node.grow(depth, acts=5)
    mirror.catch_up()
    fresh = make_mirror(node)
    fresh.catch_up()
    assert mirror.digest() == fresh.digest()


@pytest.mark.parametrize("seed", range(8))
def test_reorg__random_ones_at_random_moments__same_rows_as_fresh(make_mirror: MakeMirror, seed: int) -> None:
    chance = random.Random(seed)
    node = FakeNode(seed=1000 + seed)
    node.grow(chance.randrange(4, 40), acts=4)
    mirror = make_mirror(node, max_range=chance.choice([3, 1_000]))
    for _ in range(12):
        for _ in range(chance.randrange(6)):
            mirror.step()
        node.grow(chance.randrange(8), acts=4)
        final = max(mirror.indexer.checkpoint.finalized_number, len(node.blocks) - 1 - FINALITY)
        depth = min(chance.randrange(1, FINALITY + 1), len(node.blocks) - 1 - final)
        if depth > 0 and chance.random() < 0.7:
            node.reorg(depth, depth + chance.randrange(-1, 3), acts=4)
        if chance.random() < 0.2:
            mirror.restart()
    node.grow(1)
    mirror.catch_up()
    fresh = make_mirror(node)
    fresh.catch_up()
    assert mirror.digest() == fresh.digest()


# ------------------------------------------------------------------------------------------------------------ rewind


@pytest.mark.parametrize("to", [-1, 1, 101])
def test_rewind__outside_the_mirror__refused(node: FakeNode, make_mirror: MakeMirror, to: int) -> None:
    mirror = make_mirror(node)
    mirror.catch_up()
    with pytest.raises(FatalError, match="--to must be from 2 to the checkpoint, block 100"):
        run(mirror.indexer.rewind(to))


def test_rewind__node_without_that_block__refused(node: FakeNode, make_mirror: MakeMirror) -> None:
    mirror = make_mirror(node)
    mirror.catch_up()
    del node.blocks[50:]
    with pytest.raises(MirrorOfAnotherChain, match="the node has no block 60"):
        run(mirror.indexer.rewind(60))


@pytest.mark.parametrize("to", [2, 30, 84, 90, 100], ids=lambda n: f"to {n}")
def test_rewind__and_again_to_the_head__same_rows(node: FakeNode, make_mirror: MakeMirror, to: int) -> None:
    mirror = make_mirror(node)
    mirror.catch_up()
    digest = mirror.digest()
    run(mirror.indexer.rewind(to))
    assert mirror.indexer.checkpoint.number == to
    shorter = replace(node, blocks=node.blocks[: to + 1])
    fresh = make_mirror(shorter)
    fresh.catch_up()
    assert mirror.digest() == fresh.digest()
    mirror.catch_up()
    assert mirror.digest() == digest


def test_fetcher__limits__are_kept(node: FakeNode) -> None:
    fetcher = Fetcher(node, node.watched(), target_logs=5, max_range=2)
    assert fetcher.refetches == 0
