"""The table of proofs: operation, not mirror, since a proof may be made at any time and in more than one way."""

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from indexer.store.columns import Base, Hash, Int, IntKey


class EventProof(Base):
    """The proof of one event of a final block."""

    __tablename__ = "ops_proofs"

    event_key: Mapped[IntKey]
    block_hash: Mapped[Hash]  # of the block it was made of
    tx_hash: Mapped[Hash] = mapped_column(index=True)  # who asks for a proof names transaction and log
    log_index: Mapped[Int]
    proof: Mapped[bytes | None] = mapped_column(LargeBinary)  # the file of docs/proofs.md by zlib; none if it failed
