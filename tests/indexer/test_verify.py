"""Verification: the mirror against its own events, and against the contracts.

compare_with_events
├── any value of any read model changed ... that value is reported
├── a row missing, a row too many ......... reported
└── untouched ............................. nothing to report
reconcile
├── the node has the state no more ........ retryable
├── the contracts say something else ...... every such value is reported and published
└── they agree ............................ nothing to report
"""

import re
from collections.abc import Sequence
from typing import Any

import pytest
from eth_abi.abi import encode
from sqlalchemy import delete, select, update

import deployments
from indexer import checks, reconcile
from indexer.chain import Call
from indexer.contracts import text_of, view
from indexer.errors import MirrorEmpty, NodeUnavailable
from indexer.events import LAB_CONTRACTS, Watched, watched
from indexer.questions import Question
from indexer.store import checkpoint as checkpoints
from indexer.store import rows as store
from indexer.store.event_tables import snake
from indexer.store.models import (
    READ_MODELS,
    Base,
    Currency,
    CurrencyMetadata,
    Entity,
    Journal,
    MoneyEscrow,
    Reconciliation,
    ReconciliationDifference,
)
from indexer.store.session import reading
from indexer.verify import Difference, compare_with_events
from tests.indexer.conftest import SEED, MakeMirror, Mirror, run
from tests.indexer.fake_chain import FakeNode


@pytest.fixture
def mirror(node: FakeNode, make_mirror: MakeMirror) -> Mirror:
    """Return a mirror of the whole chain."""
    made = make_mirror(node)
    made.catch_up()
    return made


def differences(mirror: Mirror) -> list[Difference]:
    """Compare a mirror with its events."""
    with reading(mirror.engine) as connection:
        return list(compare_with_events(connection))


def other(value: Any) -> Any:
    """Return another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return value[:-1] + ("0" if value[-1:] != "0" else "1")
    return 1 if value is None else value + 1


def spoil(mirror: Mirror, model: type[Base]) -> list[Difference]:
    """Change every value of the first row of a read model; return the differences that makes."""
    table = store.table_of(model)
    keys = {column.name for column in table.primary_key}
    with reading(mirror.engine) as connection:
        row = next(store.scan(connection, table))
    values = [name for name in sorted(row) if name not in keys]
    spoiled = {name: other(row[name]) for name in values}
    with mirror.engine.begin() as connection:
        connection.execute(update(table).where(*(table.c[key] == row[key] for key in keys)).values(spoiled))
    key = ", ".join(map(str, store.key_of(table, row)))
    return [Difference(table.name, key, name, str(spoiled[name]), str(row[name])) for name in values]


def test_compare__each_value_of_each_read_model_changed__reported(mirror: Mirror) -> None:
    expected = [difference for model in READ_MODELS for difference in spoil(mirror, model)]
    assert {difference.subject for difference in expected} == {model.__tablename__ for model in READ_MODELS}
    assert differences(mirror) == expected


def test_compare__row_missing_or_too_many__reported(mirror: Mirror) -> None:
    with mirror.engine.begin() as connection:
        connection.execute(delete(store.table_of(Entity)).where(Entity.entity_id == 1))
        extra = next(store.scan(connection, store.table_of(Entity))) | {"entity_id": 999}
        store.insert(connection, store.table_of(Entity), [extra])
    found = [d for d in differences(mirror) if d.subject == "entities"]
    assert found == [
        Difference("entities", "999", "row", "there", "missing"),
        Difference("entities", "1", "row", "missing", "there"),
    ]


@pytest.mark.parametrize("seed", range(20, 23))
def test_compare__untouched__nothing(make_mirror: MakeMirror, seed: int) -> None:
    node = FakeNode(seed=seed)
    node.grow(120, acts=12)
    made = make_mirror(node)
    made.catch_up()
    assert differences(made) == []


class Contracts(FakeNode):
    """A chain whose contracts answer what a reconciliation expects, but for the answers to be spoiled."""

    def agree(self, mirror: Mirror, *, spoil: int = 0) -> None:
        """Learn the answers from a mirror; the first `spoil` of them come back as zero words."""
        with reading(mirror.engine) as connection:
            stored = checkpoints.read(connection)
            assert stored is not None
            questions = list(reconcile._questions(connection, self.watched(), stored.block_time))
        self.answers: dict[Call, bytes | None] = {q.call: self.answer(q) for q in questions}
        for question in questions[:spoil]:
            self.answers[question.call] = bytes(32 * 32)

    @staticmethod
    def answer(question: Question) -> bytes:
        """Return the answer that agrees with the mirror."""
        types = question.view.results
        names = question.view.names
        if not names:
            return encode(types, [question.expected["value"]])
        flat = re.sub("[()]", "", types[0]).split(",") if types[0].startswith("(") else list(types)
        given = [question.expected.get(snake(n)) for n in names]
        values = [zero(t) if g is None else raw(t, g) for t, g in zip(flat, given, strict=True)]
        return encode(flat, values)

    async def calls(self, calls: Sequence[Call], block_hash: str) -> list[bytes | None]:
        """See `Node`."""
        if not hasattr(self, "answers"):
            return await super().calls(calls, block_hash)
        return [self.answers.get(call) for call in calls]


def zero(abi_type: str) -> Any:
    """Return a value of a field nobody compares."""
    return "0x" + "00" * 20 if abi_type == "address" else bytes(1) if abi_type.startswith("bytes") else 0


def raw(abi_type: str, given: Any) -> Any:
    """Return a value of a row as `eth_abi` takes it."""
    return bytes.fromhex(given[2:]) if abi_type.startswith("bytes") else given


@pytest.fixture
def contracts(hundred_blocks: FakeNode, make_mirror: MakeMirror) -> tuple[Contracts, Mirror]:
    """Return a chain whose contracts answer, and its mirror."""
    node = Contracts(SEED, blocks=list(hundred_blocks.blocks))
    made = make_mirror(node)
    made.catch_up()
    return node, made


def test_reconcile__empty_mirror__refused(node: FakeNode) -> None:
    with pytest.raises(MirrorEmpty, match="run `eranos index once`"):
        checks.checkpoint_of(None)
    missing = deployment_without("Crowdfunding")
    with pytest.raises(Exception, match="lacks Crowdfunding: deploy again"):
        watched(missing)


def deployment_without(name: str) -> Any:
    """Return a deployment record that lacks a contract."""
    compiler = deployments.CompilerSettings("0.8.37", "cancun", 200, via_ir=False)
    others = [n for n in ("AccessManager", "ERC2771Forwarder", *LAB_CONTRACTS) if n != name]
    record = {
        n: deployments.DeployedContract("0x" + "Ab" * 20, 3, "0x" + "00" * 32, "abc", compiler, n) for n in others
    }
    return deployments.Deployment(1, "0x" + "00" * 32, record)


def test_reconcile__state_gone__retryable(contracts: tuple[Contracts, Mirror]) -> None:
    node, mirror = contracts
    with pytest.raises(NodeUnavailable, match="does not answer what entities entityCount was at block 100"):
        run(checks.check(mirror.engine, node, node.watched()))


def test_reconcile__contracts_disagree__each_value_reported_and_published(contracts: tuple[Contracts, Mirror]) -> None:
    node, mirror = contracts
    node.agree(mirror, spoil=2)
    report = run(checks.check(mirror.engine, node, node.watched()))
    fields = {d.field for d in report.differences}
    assert {"value", "account", "kinds", "state"} <= fields
    ((stored, compared, block),) = mirror.rows(
        select(Reconciliation.differences, Reconciliation.compared, Reconciliation.block_number)
    )
    assert (stored, compared, block) == (len(report.differences), report.compared, 100)
    rows = mirror.rows(select(ReconciliationDifference.subject, ReconciliationDifference.chain))
    assert len(rows) == stored
    assert {subject for subject, _ in rows} == {"entities"}


def test_reconcile__contracts_agree__nothing(contracts: tuple[Contracts, Mirror]) -> None:
    node, mirror = contracts
    node.agree(mirror)
    report = run(checks.check(mirror.engine, node, node.watched()))
    assert report.differences == []
    assert report.compared > 500
    asked = {call.to for call in node.answers}
    currencies = {currency for (currency,) in mirror.rows(select(MoneyEscrow.currency))}
    assert currencies
    assert asked - currencies == set(node.watched().addresses) - {node.watched().address_of("ERC2771Forwarder")}


def balance_of_escrow(mirror: Mirror, node: FakeNode) -> tuple[Call, int]:
    """Return the question how much of some currency orders hold, and what the mirror expects at least."""
    currency, held = mirror.rows(select(MoneyEscrow.currency, MoneyEscrow.held).where(MoneyEscrow.held > 0))[0]
    return view("Currency", "balanceOf").call(currency, node.watched().address_of("Marketplace")), held


@pytest.mark.parametrize("answer", [None, b"", b"\x01", bytes(31)], ids=str)
def test_reconcile__currency_that_answers_nonsense__is_a_difference(
    contracts: tuple[Contracts, Mirror], answer: bytes | None
) -> None:
    node, mirror = contracts
    node.agree(mirror)
    call, held = balance_of_escrow(mirror, node)
    node.answers[call] = answer
    report = run(checks.check(mirror.engine, node, node.watched()))
    assert report.differences == [Difference("money_escrows", call.to, "value", str(held), "no answer")]


@pytest.mark.parametrize(("more", "differences"), [(-1, 1), (0, 0), (1, 0)])
def test_reconcile__escrow_with_more_or_less_than_its_books__only_less_is_a_difference(
    contracts: tuple[Contracts, Mirror], more: int, differences: int
) -> None:
    node, mirror = contracts
    node.agree(mirror)
    call, held = balance_of_escrow(mirror, node)
    node.answers[call] = encode(["uint256"], [held + more])
    report = run(checks.check(mirror.engine, node, node.watched()))
    assert len(report.differences) == differences


def test_reconciliations__old_ones__forgotten(
    contracts: tuple[Contracts, Mirror], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "KEPT", 3)
    node, mirror = contracts
    node.agree(mirror, spoil=1)
    for _ in range(5):
        run(checks.check(mirror.engine, node, node.watched()))
    assert len(mirror.rows(select(Reconciliation.id))) == 3
    oldest = min(i for (i,) in mirror.rows(select(ReconciliationDifference.reconciliation_id)))
    assert oldest == 3


def test_currencies__names_and_symbols__read_once_and_cleaned(contracts: tuple[Contracts, Mirror]) -> None:
    node, mirror = contracts
    listed = [c for (c,) in mirror.rows(select(Currency.currency))]
    name, symbol = view("Currency", "name"), view("Currency", "symbol")
    node.answers = {name.call(listed[0]): encode(["string"], ["Test\n Euro"]), symbol.call(listed[0]): b"\x01"}
    assert run(checks.read_currencies(mirror.engine, node)) == len(listed)
    found = dict(mirror.rows(select(CurrencyMetadata.currency, CurrencyMetadata.name)))
    assert found == dict.fromkeys(listed, "") | {listed[0]: "Test Euro"}
    assert run(checks.read_currencies(mirror.engine, node)) == 0
    assert text_of(None) == ""


def test_watched__contract_by_name() -> None:
    lab: Watched = FakeNode().watched()
    assert [lab.names[lab.address_of(name)] for name in LAB_CONTRACTS] == list(LAB_CONTRACTS)
    assert lab.config_digest() == FakeNode().watched().config_digest()
    assert Journal.__tablename__ == "journals"
