"""Reading and writing many rows at once: no ORM object, one statement for each table.

Rows of read models are dictionaries by column, rows of event tables tuples in column order.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Table, and_, bindparam, delete, insert, select, tuple_, update

from indexer.store.columns import Base, Uint256, last_key_of, uint256_text

Row = dict[str, Any]
Key = tuple[Any, ...]

KEYS_PER_QUERY: Final = 400
"""Composite keys of one IN list; SQLite allows 32,766 values, PostgreSQL 65,535."""

ROWS_PER_FETCH: Final = 1000
"""Rows a scan holds in memory at a time."""


def table_of(model: type[Base]) -> Table:
    """Return the table of a model."""
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{model.__name__} has no table")
    return table


def key_of(table: Table, row: Mapping[str, Any]) -> Key:
    """Return the primary key of a row, in column order."""
    return tuple(row[column.name] for column in table.primary_key)


def load(connection: Connection, table: Table, keys: Collection[Key]) -> dict[Key, Row]:
    """Return the rows with these primary keys, by key; keys without a row are left out."""
    columns = list(table.primary_key)
    found: dict[Key, Row] = {}
    for some in _batches(sorted(keys), KEYS_PER_QUERY):
        matches = columns[0].in_([k[0] for k in some]) if len(columns) == 1 else tuple_(*columns).in_(some)
        for row in connection.execute(select(table).where(matches)):
            present: Row = row._asdict()
            found[key_of(table, present)] = present
    return found


def put(connection: Connection, table: Table, rows: Iterable[Row], present: Collection[Key]) -> None:
    """Write rows of a read model: update those whose key is in `present`, insert the others."""
    old: list[Row] = []
    new: list[Row] = []
    for row in rows:
        (old if key_of(table, row) in present else new).append(row)
    if new:
        connection.execute(insert(table), new)
    if old:
        keys = [column.name for column in table.primary_key]
        matches = and_(*(table.c[name] == bindparam(f"key_{name}") for name in keys))
        values = {c.name: bindparam(f"value_{i}", type_=c.type) for i, c in enumerate(table.c) if c.name not in keys}
        statement = update(table).where(matches).values(values)
        names = {c.name: f"key_{c.name}" if c.name in keys else f"value_{i}" for i, c in enumerate(table.c)}
        connection.execute(statement, [{names[name]: value for name, value in row.items()} for row in old])


def remove(connection: Connection, table: Table, keys: Collection[Key]) -> None:
    """Delete the rows with these primary keys."""
    columns = list(table.primary_key)
    for some in _batches(list(keys), KEYS_PER_QUERY):
        matches = columns[0].in_([k[0] for k in some]) if len(columns) == 1 else tuple_(*columns).in_(some)
        connection.execute(delete(table).where(matches))


def append(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows of an event table, tuples in column order, straight through the driver."""
    style = connection.dialect.paramstyle
    mark = "?" if style == "qmark" else "%s"
    names = ", ".join(connection.dialect.identifier_preparer.format_column(c) for c in table.columns)
    marks = ", ".join([mark] * len(table.columns))
    statement = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608 - names are those of our schema
    convert = _converter(connection, table)
    connection.exec_driver_sql(statement, [convert(row) for row in rows] if convert else list(rows))


def _converter(connection: Connection, table: Table) -> Callable[[tuple[Any, ...]], tuple[Any, ...]] | None:
    """Return what makes a row fit for the driver, None if it is so already."""
    wide = [isinstance(column.type, Uint256) for column in table.columns]
    if connection.dialect.name != "sqlite" or not any(wide):
        return None
    return lambda row: tuple(uint256_text(v) if w else v for v, w in zip(row, wide, strict=True))


def scan(connection: Connection, table: Table, *, last_block: int | None = None) -> Iterator[Row]:
    """Yield the rows of a table in the order of its primary key; of an event table up to `last_block`."""
    query = select(table).order_by(*table.primary_key)
    if last_block is not None:
        query = query.where(table.c.event_key <= last_key_of(last_block))
    with connection.execute(query, execution_options={"yield_per": ROWS_PER_FETCH}) as result:
        for row in result:
            yield row._asdict()


def remove_events_above(connection: Connection, tables: Iterable[Table], block_number: int) -> None:
    """Delete from tables keyed by event key what stands above a block."""
    for table in tables:
        connection.execute(delete(table).where(table.c.event_key > last_key_of(block_number)))


def _batches(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
