"""Tables of the operation of one lab (``ops_*``): results of checks and what only a node's state tells.

They hold clock times and may differ between two indexers of the same chain; a digest leaves them out.
"""

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from indexer.store.columns import Address, Base, Hash, Int, IntKey, Name, Time


class Reconciliation(Base):
    """One comparison of the read models with contract calls at a block."""

    __tablename__ = "ops_reconciliations"

    id: Mapped[int] = mapped_column(primary_key=True)
    checked_at: Mapped[Time]  # clock of the indexer's machine
    block_number: Mapped[Int]
    block_hash: Mapped[Hash]
    compared: Mapped[Int]  # number of values compared
    differences: Mapped[Int]  # number that differ; each is a row of `ops_differences`


class ReconciliationDifference(Base):
    """One value that the mirror and the chain see differently."""

    __tablename__ = "ops_differences"

    id: Mapped[int] = mapped_column(primary_key=True)
    reconciliation_id: Mapped[Int]
    subject: Mapped[Name]  # table or contract compared: campaigns, credit_balances, journals, ...
    row_key: Mapped[str] = mapped_column(Text)
    field: Mapped[Name]
    mirror: Mapped[str] = mapped_column(Text)
    chain: Mapped[str] = mapped_column(Text)


class CurrencyMetadata(Base):
    """Name and symbol of a currency as its contract says; state that no event carries, hence not in the mirror."""

    __tablename__ = "ops_currency_metadata"

    currency: Mapped[Address] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    symbol: Mapped[str] = mapped_column(Text)
    decimals: Mapped[Int]
    block_number: Mapped[Int]  # block at which it was read


class IndexerStatus(Base):
    """What the indexer is doing, for the status page: one row, written at each step outside the mirror."""

    __tablename__ = "ops_indexer_status"

    id: Mapped[IntKey]  # always 1
    activity: Mapped[Name]  # backfilling, following, failing, stopped
    updated_at: Mapped[Time]  # clock of the indexer's machine
    last_error: Mapped[str | None] = mapped_column(Text)
    last_error_at: Mapped[Time | None]
    reorgs: Mapped[Int]  # since the database was made
    refetches: Mapped[Int]
    gaps: Mapped[Int]  # blocks whose stored events differed from a second look at the node
