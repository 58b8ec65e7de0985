"""Jobs that write ``ops_*`` rows: a reconciliation with the chain, names and symbols of currencies, and totals."""

import time
from typing import Final

from sqlalchemy import Engine, delete, insert, select

from indexer.chain import Node
from indexer.contracts import text_of, view
from indexer.errors import MirrorEmpty
from indexer.events import Watched
from indexer.reconcile import Report, reconcile
from indexer.store import totals
from indexer.store.checkpoint import Checkpoint, read
from indexer.store.models import Currency, CurrencyMetadata, Reconciliation, ReconciliationDifference
from indexer.store.rows import table_of
from indexer.store.session import reading
from indexer.sync import writing

RECONCILIATIONS: Final = table_of(Reconciliation)
DIFFERENCES: Final = table_of(ReconciliationDifference)
METADATA: Final = table_of(CurrencyMetadata)
KEPT: Final = 100
"""Reconciliations kept; the page shows the last ones."""
EVENTS_PER_STEP: Final = 2_000
"""Events of a kind read at a time to keep totals, so that the loop never waits long for the database."""
STEPS_PER_RUN: Final = 20


async def check(engine: Engine, node: Node, watched: Watched) -> Report:
    """Compare the mirror with the chain and publish the result.

    Raises:
        MirrorEmpty: Nothing was indexed yet.
        NodeUnavailable: The node does not answer, or has the checkpoint's state no more.
    """
    with reading(engine) as connection:
        report = await reconcile(connection, node, watched, checkpoint_of(read(connection)))
    publish(engine, report)
    return report


def checkpoint_of(checkpoint: Checkpoint | None) -> Checkpoint:
    """Return a checkpoint that must be there."""
    if checkpoint is None:
        raise MirrorEmpty("nothing was indexed yet: run `eranos index once`")
    return checkpoint


def publish(engine: Engine, report: Report) -> None:
    """Store the result of a reconciliation and forget old ones."""
    result = {
        "checked_at": int(time.time()),
        "block_number": report.block_number,
        "block_hash": report.block_hash,
        "compared": report.compared,
        "differences": len(report.differences),
    }
    with writing(engine) as connection:
        number = connection.execute(insert(RECONCILIATIONS).values(result).returning(RECONCILIATIONS.c.id)).scalar_one()
        names = {"key": "row_key", "expected": "chain"}
        rows = [{names.get(k, k): v for k, v in d._asdict().items()} for d in report.differences]
        if rows:
            connection.execute(insert(DIFFERENCES), [row | {"reconciliation_id": number} for row in rows])
        connection.execute(delete(RECONCILIATIONS).where(RECONCILIATIONS.c.id <= number - KEPT))
        connection.execute(delete(DIFFERENCES).where(DIFFERENCES.c.reconciliation_id <= number - KEPT))


async def read_currencies(engine: Engine, node: Node) -> int:
    """Ask each listed currency without metadata for its name and symbol; return how many were asked.

    No event carries them, so they stay outside the mirror. A token that answers nonsense gets empty texts.
    """
    known = select(METADATA.c.currency)
    with reading(engine) as connection:
        checkpoint = checkpoint_of(read(connection))
        wanted = select(Currency.currency, Currency.decimals).where(Currency.currency.not_in(known))
        currencies = list(connection.execute(wanted))
    if not currencies:
        return 0
    calls = [view("Currency", name).call(c.currency) for c in currencies for name in ("name", "symbol")]
    texts = [text_of(answer) for answer in await node.calls(calls, checkpoint.hash)]
    rows = [
        {
            "currency": currency.currency,
            "name": texts[2 * i],
            "symbol": texts[2 * i + 1],
            "decimals": currency.decimals,
            "block_number": checkpoint.number,
        }
        for i, currency in enumerate(currencies)
    ]
    with writing(engine) as connection:
        connection.execute(insert(METADATA), rows)
    return len(rows)


def keep_totals(engine: Engine) -> int:
    """Keep the totals at the next final blocks; return how many blocks further that is."""
    with reading(engine) as connection:
        checkpoint = read(connection)
    further = 0
    for _ in range(STEPS_PER_RUN if checkpoint else 0):
        with writing(engine) as connection:
            last = checkpoint_of(read(connection))
            step = totals.keep(connection, min(last.number, last.finalized_number), EVENTS_PER_STEP)
        if not step:
            break
        further += step
    return further
