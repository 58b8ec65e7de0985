"""Tables of the indexer's own progress: how far it is, what it may have to undo, what it could not explain.

They are no part of the mirror: a digest leaves them out, and only the checkpoint is of interest to readers.
"""

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from indexer.store.columns import Address, Base, Hash, Int, IntKey, Name, Time


class Block(Base):
    """A block above the finalized one whose events are in the tables; needed to find a common ancestor."""

    __tablename__ = "blocks"

    number: Mapped[IntKey]
    hash: Mapped[Hash]
    parent_hash: Mapped[Hash]
    time: Mapped[Time]


class Checkpoint(Base):
    """The one row that says what the mirror holds: every event of one chain up to one block.

    It changes in the transaction that writes the rows, and only where `epoch`, `number` and `hash` still are what the
    writer read: a second writer finds nothing to update and stops.
    """

    __tablename__ = "checkpoint"

    id: Mapped[IntKey]  # always 1
    chain_id: Mapped[Int]
    genesis_hash: Mapped[Hash]
    config_digest: Mapped[Hash]  # of contract addresses, first blocks and event ABIs
    epoch: Mapped[Int]  # raised by each process that takes over writing
    number: Mapped[Int]  # last applied block
    hash: Mapped[Hash]
    block_time: Mapped[Time]
    # What the node said at that step, for the label of `as_of`: a block at or below these is safe or finalized.
    head_number: Mapped[Int]
    safe_number: Mapped[Int]
    finalized_number: Mapped[Int]


class Undo(Base):
    """What a read-model row was before a block above the finalized one changed it; null if it did not exist."""

    __tablename__ = "undo"

    block_number: Mapped[IntKey]
    table_name: Mapped[Name] = mapped_column(primary_key=True)
    row_key: Mapped[str] = mapped_column(Text, primary_key=True)  # primary key, as a JSON list in column order
    row: Mapped[str | None] = mapped_column(Text)  # JSON object


class QuarantinedLog(Base):
    """A log of one of our contracts that no event of the ABI explains. Never skipped in silence: `status` shows it."""

    __tablename__ = "quarantine"

    event_key: Mapped[IntKey]
    block_number: Mapped[Int]
    log_index: Mapped[Int]
    block_time: Mapped[Time]
    block_hash: Mapped[Hash]
    tx_hash: Mapped[Hash]
    contract: Mapped[Address]
    topics: Mapped[str] = mapped_column(Text)  # JSON list of 0x text
    data: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
