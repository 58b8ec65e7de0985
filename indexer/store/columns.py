"""Column types and the declarative base of every table.

How values are stored, in every table and on every database:

- addresses, hashes and fixed bytes: text, ``0x`` and lower-case hex digits (an address has 42 characters). The spelling
  of the log is kept, so that nothing is converted on the way in; readers show addresses in EIP-55 form.
- unsigned integers of up to 63 bits: BIGINT; wider ones: `Uint256`.
- times: Unix seconds, UTC, BIGINT. Amounts: base units, `Uint256`. Durations: seconds.
- ``event_key``: ``block_number * 2**20 + log_index``; it orders all events of a chain and is the paging cursor.
"""

from typing import Annotated, Any, Final

from sqlalchemy import BigInteger, Dialect, MetaData, Numeric, String, types
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

LOG_INDEX_BITS: Final = 20
"""Room for a million logs in a block; a block of 100 million gas holds fewer than 300,000."""

UINT256_BITS: Final = 256
UINT256_DIGITS: Final = 78
"""Decimal digits of 2**256 - 1."""


@compiles(BigInteger, "sqlite")
def _integer(_type: BigInteger, _compiler: Any, **_options: Any) -> str:
    """Name the type that makes a single key the row's own number: by any other name there is one more tree to keep."""
    return "INTEGER"


class Uint256(types.TypeDecorator[int]):
    """An unsigned integer of up to 256 bits, always `int` in Python.

    NUMERIC(78, 0) where the database has it. SQLite has no such number, so there it is text of 78 digits with leading
    zeros, which sorts as the numbers do; sums are made in Python.
    """

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> types.TypeEngine[Any]:
        """Return text on SQLite and NUMERIC(78, 0) elsewhere."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(UINT256_DIGITS))
        return dialect.type_descriptor(Numeric(UINT256_DIGITS, 0))

    def process_bind_param(self, value: int | None, dialect: Dialect) -> Any:
        """Return what the driver stores.

        Raises:
            OverflowError: `value` is not in [0, 2**256).
        """
        if value is None:
            return None
        if value >> UINT256_BITS:
            raise OverflowError(f"{value} is not a uint256")
        return uint256_text(value) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> int | None:
        """Return the stored number as `int`."""
        return None if value is None else int(value)


def uint256_text(value: int) -> str:
    """Return how SQLite holds `value`: 78 digits with leading zeros.

    Raises:
        OverflowError: `value` is not in [0, 2**256).
    """
    if value >> UINT256_BITS:
        raise OverflowError(f"{value} is not a uint256")
    return "%078d" % value  # noqa: UP031 - twice as fast as an f-string


def event_key(block_number: int, log_index: int) -> int:
    """Return the packed key of the event at `log_index` of block `block_number`."""
    return block_number << LOG_INDEX_BITS | log_index


def block_of(key: int) -> int:
    """Return the number of the block that holds the event with this key."""
    return key >> LOG_INDEX_BITS


def last_key_of(block_number: int) -> int:
    """Return the highest event key a block can hold."""
    return event_key(block_number + 1, 0) - 1


def hex_text(size: int) -> String:
    """Return the column type of `size` bytes as ``0x`` text."""
    return String(2 + 2 * size)


Address = Annotated[str, mapped_column(hex_text(20))]
Hash = Annotated[str, mapped_column(hex_text(32))]
Int = Annotated[int, mapped_column(BigInteger)]
IntKey = Annotated[int, mapped_column(BigInteger, primary_key=True, autoincrement=False)]
Seconds = Annotated[int, mapped_column(BigInteger)]
Time = Annotated[int, mapped_column(BigInteger)]
Amount = Annotated[int, mapped_column(Uint256)]
Name = Annotated[str, mapped_column(String(32))]


class Base(DeclarativeBase):
    """Base of every table; the naming convention gives constraints names that migrations can use."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Mirrored:
    """The event that changed a row last: where it stands, so that each row links to its record."""

    last_event_key: Mapped[Int] = mapped_column(sort_order=100)
    last_tx_hash: Mapped[Hash] = mapped_column(sort_order=100)
    last_log_index: Mapped[Int] = mapped_column(sort_order=100)
    last_block_time: Mapped[Time] = mapped_column(sort_order=100)
