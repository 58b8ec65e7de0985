"""GET /v1/totals
at a block, whether or not totals are kept ... as the books of a mirror that ends there
kept ....................................... once for each final block in which they changed, none above
rewound .................................... forgotten above
"""

import copy
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, func, select

from api.app import create_app
from api.settings import Settings
from indexer import checks
from indexer.store import totals
from indexer.store.models import (
    Campaign,
    CreditEscrow,
    CreditTotals,
    MoneyEscrow,
    Pool,
    Total,
)
from indexer.store.session import open_engine, reading
from tests.api.client import Client, serving
from tests.indexer.conftest import Mirror, run
from tests.indexer.fake_chain import FakeNode

SEED = 23
BLOCKS = 200
STOPS = 6
NET = {
    "pledged": ("net", 1),
    "withdrawn": ("net", -1),
    "pools_called": ("pools_reserved", 1),
    "pools_freed": ("pools_reserved", -1),
}
"""Total -> what it is a part of, and its sign there."""


@pytest.fixture(scope="module")
def node() -> FakeNode:
    """Return a chain in which everything happens."""
    made = FakeNode(SEED)
    made.grow(BLOCKS, acts=8)
    return made


@contextmanager
def indexed(node: FakeNode, path: Path, blank: Path) -> Iterator[Engine]:
    """Open a mirror of a chain."""
    shutil.copy(blank, path)
    engine = open_engine(f"sqlite:///{path}")
    Mirror(node, engine).catch_up()
    yield engine
    engine.dispose()


def kept(engine: Engine) -> tuple[int, int]:
    """Return how many totals are kept, and the last block of them."""
    with reading(engine) as connection:
        statement = select(func.count(), func.max(Total.block_number)).where(Total.subject != totals.PROGRESS)
        count, last = connection.execute(statement).one()
        return count, last or 0


def keep_all(engine: Engine, monkeypatch: pytest.MonkeyPatch, events: int) -> int:
    """Keep all totals that can be, some events at a time; return in how many runs."""
    monkeypatch.setattr(checks, "EVENTS_PER_STEP", events)
    runs = 0
    while checks.keep_totals(engine):
        runs += 1
    return runs


def books(connection: Connection) -> totals.Sums:
    """Return the totals that the read models of a mirror add up to."""
    sums: totals.Sums = {}

    def add(subject: str, name: str, amount: int) -> None:
        sums[subject, name] = sums.get((subject, name), 0) + amount

    for campaign in connection.execute(select(Campaign)):
        add(campaign.currency, "net", campaign.raised)
        for name in ("released", "collected", "refunded"):
            add(campaign.currency, name, getattr(campaign, name))
    for pool in connection.execute(select(Pool)):
        for name in ("funded", "reserved", "paid", "reclaimed"):
            add(pool.currency, f"pools_{name}", getattr(pool, name))
    for money in connection.execute(select(MoneyEscrow)):
        add(money.currency, "orders_paid_in", money.paid_in)
        add(money.currency, "orders_paid_out", money.paid_out)
    for total in connection.execute(select(CreditTotals)):
        add(totals.CREDITS, "issued", total.issued)
        add(totals.CREDITS, "redeemed", total.redeemed)
    for escrow in connection.execute(select(CreditEscrow)):
        kind = {"Marketplace": "orders", "ProBono": "help"}[escrow.contract_name]
        for name in ("paid_in", "paid_out", *(("redeemed",) if kind == "help" else ())):
            add(totals.CREDITS, f"{kind}_{name}", getattr(escrow, name))
    return {key: amount for key, amount in sums.items() if amount}


def as_books(sums: totals.Sums) -> totals.Sums:
    """Return totals in the words of `books`: read models do not remember what was withdrawn and freed."""
    found: totals.Sums = {}
    for (subject, name), amount in sums.items():
        word, sign = NET.get(name, (name, 1))
        found[subject, word] = found.get((subject, word), 0) + sign * amount
    return {key: amount for key, amount in found.items() if amount}


@pytest.mark.parametrize("events", [0, 1, 10_000])
def test_totals__at_any_block__are_the_books_of_a_mirror_that_ends_there(
    node: FakeNode, tmp_path: Path, blank: Path, monkeypatch: pytest.MonkeyPatch, events: int
) -> None:
    with indexed(node, tmp_path / "whole.db", blank) as whole:
        if events:
            assert keep_all(whole, monkeypatch, events) > (1 if events == 1 else 0)
        for block in [BLOCKS, *random.Random(SEED).sample(range(10, BLOCKS), STOPS)]:
            beginning = copy.copy(node)
            beginning.blocks = node.blocks[: block + 1]
            with indexed(beginning, tmp_path / f"{block}.db", blank) as then, reading(then) as connection:
                expected = books(connection)
            with reading(whole) as connection:
                assert as_books(totals.totals_at(connection, block)) == expected, block
            assert expected


def test_totals__that_are_kept__are_of_final_blocks_once(
    node: FakeNode, tmp_path: Path, blank: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with indexed(node, tmp_path / "own.db", blank) as engine:
        keep_all(engine, monkeypatch, 50)
        count, last = kept(engine)

        assert checks.keep_totals(engine) == 0
        assert kept(engine) == (count, last)
        assert 0 < last <= BLOCKS - node.finality


def test_totals__of_blocks_that_are_rewound__are_forgotten(
    node: FakeNode, tmp_path: Path, blank: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with indexed(node, tmp_path / "own.db", blank) as engine:
        keep_all(engine, monkeypatch, 50)
        mirror = Mirror(node, engine)
        run(mirror.indexer.rewind(100))

        assert kept(engine)[1] <= 100
        mirror.catch_up()
        keep_all(engine, monkeypatch, 50)
        assert kept(engine)[1] > 100
        with reading(engine) as connection:
            assert as_books(totals.totals_at(connection, BLOCKS)) == books(connection)


def test_totals__of_nothing_indexed__are_not_kept(tmp_path: Path, blank: Path) -> None:
    shutil.copy(blank, tmp_path / "blank.db")
    engine = open_engine(f"sqlite:///{tmp_path / 'blank.db'}")

    assert checks.keep_totals(engine) == 0
    engine.dispose()


def found(client: Client, at: str = "") -> Any:
    """Return the totals at a block."""
    return client.get(f"/v1/totals{at}").json()


def test_route__at_the_head_and_before__adds_up(node: FakeNode, tmp_path: Path, blank: Path) -> None:
    with indexed(node, tmp_path / "own.db", blank) as engine, reading(engine) as connection:
        expected = books(connection)
    app = create_app(Settings(database_url=f"sqlite:///{tmp_path / 'own.db'}", requests_per_minute=0))
    with serving(app) as client:
        now, before = found(client), found(client, "?at=60")
        early = client.get("/v1/totals?at=1")

    for one in now["currencies"]:
        currency, campaigns = one["currency"]["address"].lower(), one["campaigns"]
        net = int(campaigns["pledged"]) - int(campaigns["withdrawn"])
        assert net == expected.get((currency, "net"), 0)
        assert int(campaigns["held"]) == net - int(campaigns["refunded"]) - int(campaigns["collected"])
        assert int(one["pools"]["reserved"]) == expected.get((currency, "pools_reserved"), 0)
        assert int(one["orders"]["paid_in"]) == expected.get((currency, "orders_paid_in"), 0)
    assert int(now["credits"]["supply"]) == int(now["credits"]["issued"]) - int(now["credits"]["redeemed"])
    assert now["credits"]["issued"] == str(expected[totals.CREDITS, "issued"])
    assert int(before["credits"]["issued"]) < int(now["credits"]["issued"])
    assert before["as_of"]["block_number"] <= 60
    assert len(before["currencies"]) <= len(now["currencies"])
    assert (early.status, early.problem) == (404, "unknown-block")


def test_totals__of_a_long_time_without_changes__are_kept_all_the_same(
    tmp_path: Path, blank: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet = FakeNode(SEED)
    quiet.grow(BLOCKS, acts=0)
    with indexed(quiet, tmp_path / "own.db", blank) as engine:
        assert keep_all(engine, monkeypatch, 1) == 1

        assert kept(engine) == (0, 0)
        with reading(engine) as connection:
            assert totals.totals_at(connection, BLOCKS) == {}
