"""Totals of the lab: sums over its events, currency by currency, and of the credit, at any block. They only grow.

A timed job of the indexer keeps what they were at the final blocks in which they changed (`total_models`). A total at a
block is the last one kept, and what events added since: right however far that job is, and fast where it was.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    delete,
    func,
    insert,
    literal,
    select,
    union_all,
)

from indexer.store.columns import block_of, last_key_of
from indexer.store.event_tables import EVENTS
from indexer.store.models import Campaign, Listing, Order, Pool
from indexer.store.rows import table_of
from indexer.store.total_models import Total

TOTALS: Final = table_of(Total)
CREDITS: Final = "credits"
"""Subject of the totals of the credit; all others are currencies."""
PROGRESS: Final = ""
"""Subject of the one row that says up to which block totals are kept."""
CREDIT: Final = 10**18
ZERO: Final = "0x" + "0" * 40
CREDIT_PARTS: Final = (1, 3)
"""Numbers of the parts of an order that are paid in credits."""

Sums = dict[tuple[str, str], int]
"""By subject and name."""


class Source(NamedTuple):
    """Events that change one total."""

    name: str
    contract: str
    event: str
    column: str
    owner: type[Campaign | Pool | Listing | Order] | None = None
    """Whose currency it is in; None for the credit."""
    factor: int = 1
    where: tuple[str, Any] | None = None
    """Column and value of those that count."""
    among: bool = True
    """Whether the column has the value, or one of the values; False for all others."""


def _crowdfunding(name: str, event: str) -> Source:
    return Source(name, "Crowdfunding", event, "amount", Campaign)


def _matching(name: str, event: str, column: str = "amount") -> Source:
    return Source(name, "MatchFunding", event, column, Pool)


SOURCES: Final = (
    _crowdfunding("pledged", "PledgeMade"),
    _crowdfunding("withdrawn", "PledgeWithdrawn"),
    _crowdfunding("refunded", "PledgeRefunded"),
    _crowdfunding("released", "MilestoneReleased"),
    _crowdfunding("collected", "FundsCollected"),
    _matching("pools_funded", "PoolFunded"),
    _matching("pools_called", "CampaignEnrolled", "reserved"),
    _matching("pools_called", "MatchReserved"),
    _matching("pools_freed", "MatchReturned"),
    _matching("pools_freed", "ReservationSettled", "freed"),
    _matching("pools_paid", "MatchReleased"),
    _matching("pools_reclaimed", "MatchReclaimed"),
    Source("orders_paid_in", "Marketplace", "OrderPlaced", "money", Listing),
    Source("orders_paid_out", "Marketplace", "PartPaid", "amount", Order, 1, ("part", CREDIT_PARTS), among=False),
    Source("issued", "InnovationCredit", "Transfer", "value", where=("from", (ZERO,))),
    Source("redeemed", "InnovationCredit", "Transfer", "value", where=("to", (ZERO,))),
    Source("orders_paid_in", "Marketplace", "OrderPlaced", "credits"),
    Source("orders_paid_out", "Marketplace", "PartPaid", "amount", where=("part", CREDIT_PARTS)),
    Source("help_paid_in", "ProBono", "HelpRequested", "hours_requested", factor=CREDIT),
    Source("help_paid_out", "ProBono", "HelpAttested", "hours_returned", factor=CREDIT),
    Source("help_paid_out", "ProBono", "CreditsReturned", "hours_returned", factor=CREDIT),
    Source("help_redeemed", "ProBono", "HelpAttested", "hours_delivered", factor=CREDIT),
)
IDS: Final = {Campaign: "campaign_id", Pool: "pool_id", Listing: "listing_id", Order: "order_id"}


def totals_at(connection: Connection, block: int) -> Sums:
    """Return the totals at a block that is indexed."""
    kept_until, sums = _kept(connection, block)
    for (key, _), amount in _changes(connection, kept_until, block).items():
        sums[key] = sums.get(key, 0) + amount
    return sums


def keep(connection: Connection, last: int, events: int) -> int:
    """Keep the totals at the next final blocks, up to `last`; return how many blocks further that is.

    Args:
        connection: In a transaction that writes.
        last: Last final block that is indexed.
        events: How many events of a kind to read, roughly.
    """
    kept_until, sums = _kept(connection, last)
    if kept_until >= last:
        return 0
    until = min(last, _reach(connection, kept_until, events))
    changes = sorted(_changes(connection, kept_until, until).items(), key=lambda item: item[0][1])
    rows = {}
    for (key, block), amount in changes:
        sums[key] = sums.get(key, 0) + amount
        rows[key, block] = {"subject": key[0], "name": key[1], "block_number": block, "amount": sums[key]}
    if rows:
        connection.execute(insert(TOTALS), list(rows.values()))
    _note(connection, until)
    return until - kept_until


def forget_above(connection: Connection, block: int) -> None:
    """Forget what was kept above a block."""
    if _noted(connection) > block:
        connection.execute(delete(TOTALS).where(TOTALS.c.block_number > block))
        _note(connection, block)


def _noted(connection: Connection) -> int:
    """Return the last block whose totals are kept, -1 if there is none."""
    noted = connection.scalar(select(TOTALS.c.amount).where(TOTALS.c.subject == PROGRESS))
    return -1 if noted is None else int(noted)


def _note(connection: Connection, block: int) -> None:
    connection.execute(delete(TOTALS).where(TOTALS.c.subject == PROGRESS))
    progress = {"subject": PROGRESS, "name": "until", "block_number": 0, "amount": block}
    connection.execute(insert(TOTALS), progress)


def _kept(connection: Connection, block: int) -> tuple[int, Sums]:
    """Return the last block up to `block` whose totals are kept, -1 if there is none, and the totals then."""
    names = sorted({source.name for source in SOURCES})
    newest = [_newest(subject, name, block) for subject in _subjects(connection) for name in names]
    rows = connection.execute(union_all(*newest)).all() if newest else []
    return min(block, _noted(connection)), {(row.subject, row.name): row.amount for row in rows}


def _subjects(connection: Connection) -> Iterator[str]:
    """Yield what totals are kept of, from one to the next, since each has very many."""
    subject = ""
    while (
        found := connection.scalar(select(func.min(TOTALS.c.subject)).where(TOTALS.c.subject > subject))
    ) is not None:
        yield (subject := found)


def _newest(subject: str, name: str, block: int) -> Select[Any]:
    kept = select(TOTALS).where(TOTALS.c.subject == subject, TOTALS.c.name == name, TOTALS.c.block_number <= block)
    return kept.order_by(TOTALS.c.block_number.desc()).limit(1).subquery().select()


def _changes(connection: Connection, after: int, until: int) -> Mapping[tuple[tuple[str, str], int], int]:
    """Return what events of the blocks after one, up to another, add to the totals, by (subject, name) and block."""
    found: defaultdict[tuple[tuple[str, str], int], int] = defaultdict(int)
    for source in SOURCES:
        for subject, key, amount in connection.execute(_amounts(source, after, until)):
            if amount:
                found[(subject, source.name), block_of(key)] += amount * source.factor
    return found


def _amounts(source: Source, after: int, until: int) -> Select[Any]:
    table: Table = EVENTS[source.contract, source.event].table
    inside: list[ColumnElement[bool]] = [
        table.c.event_key > last_key_of(after),
        table.c.event_key <= last_key_of(until),
    ]
    if source.where is not None:
        column, values = source.where
        belongs = table.c[column].in_(values)
        inside.append(belongs if source.among else ~belongs)
    if source.owner is None:
        return select(literal(CREDITS), table.c.event_key, table.c[source.column]).where(*inside)
    owner = table_of(source.owner)
    owned = table.c[IDS[source.owner]] == owner.c[IDS[source.owner]]
    has_money = owner.c.currency.is_not(None)
    columns = select(owner.c.currency, table.c.event_key, table.c[source.column])
    return columns.select_from(table.join(owner, owned)).where(*inside, has_money)


def _reach(connection: Connection, after: int, events: int) -> int:
    """Return a block such that about so many events lie after `after` up to it, and at least one."""
    first = min(_block_numbers(connection, after, 0), default=after)
    return max(first, min(_block_numbers(connection, after, events), default=2**62))


def _block_numbers(connection: Connection, after: int, skipped: int) -> Iterator[int]:
    """Yield, of each table with more events than that, the block of the first one after some are skipped."""
    for contract, event in dict.fromkeys((source.contract, source.event) for source in SOURCES):
        key = EVENTS[contract, event].table.c.event_key
        statement = select(key).where(key > last_key_of(after)).order_by(key).offset(skipped).limit(1)
        if (found := connection.scalar(statement)) is not None:
            yield block_of(found)
