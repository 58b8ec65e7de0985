"""Totals of the lab at each final block in which they changed; a shelf of sums that `totals` can make again."""

from sqlalchemy.orm import Mapped, mapped_column

from indexer.store.columns import Address, Amount, Base, IntKey, Name


class Total(Base):
    """What one sum was from the end of a block on."""

    __tablename__ = "ops_totals"

    subject: Mapped[Address] = mapped_column(primary_key=True)  # currency, or "credits"; see `totals`
    name: Mapped[Name] = mapped_column(primary_key=True)
    block_number: Mapped[IntKey]
    amount: Mapped[Amount]
