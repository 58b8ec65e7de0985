"""Reading and writing many rows at once: no ORM object, one statement for each table, straight through the driver.

Rows of read models are dictionaries by column, rows of event tables tuples in column order. What turns them into what a
driver takes, and back, is generated once for each table: these functions see every row of the mirror.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Boolean, Connection, Table, delete, select
from sqlalchemy.exc import DBAPIError

from indexer.store.columns import UINT256_BITS, Base, Uint256, last_key_of, uint256_text

Row = dict[str, Any]
Key = tuple[Any, ...]

ROWS_PER_FETCH: Final = 1000
"""Rows a scan holds in memory at a time."""

COPY_FROM: Final = 20
"""Rows from which PostgreSQL's COPY is worth its round trip."""


class Statements(NamedTuple):
    """SQL of one table on one database, and the functions that fit its rows to the driver."""

    insert: str
    upsert: str
    select: str
    """One row by its key; on PostgreSQL, all rows with one of many keys."""
    delete: str
    """The same rows."""
    copy: str
    of_event: Callable[[Iterable[Sequence[Any]]], list[Sequence[Any]]]
    """Tuples -> what the driver takes."""
    of_model: Callable[[Iterable[Row]], list[Sequence[Any]]]
    """Dictionaries -> what the driver takes."""
    as_row: Callable[[Sequence[Any]], Row]
    """What the driver gives -> dictionary."""


@cache
def statements(table: Table, dialect: str) -> Statements:
    """Return how a table is read and written; names in the SQL are those of our schema."""
    lite = dialect == "sqlite"
    names = [f'"{column.name}"' for column in table.columns]
    keys = [f'"{column.name}"' for column in table.primary_key]
    others = [name for name in names if name not in keys]
    mark = "?" if lite else "%s"
    marks = ", ".join([mark] * len(names))
    insert = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608
    changes = ", ".join(f"{name} = excluded.{name}" for name in others)
    if lite:
        where = " AND ".join(f"{key} = ?" for key in keys)
    else:
        types = [column.type.compile(_postgresql()) for column in table.primary_key]
        wanted = ", ".join(f"%s::{kind}[]" for kind in types)
        where = f"({', '.join(keys)}) IN (SELECT * FROM unnest({wanted}))"  # noqa: S608
    return Statements(
        insert=insert,
        upsert=f"{insert} ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changes}",
        select=f"SELECT {', '.join(names)} FROM {table.name} WHERE {where}",  # noqa: S608
        delete=f"DELETE FROM {table.name} WHERE {where}",  # noqa: S608
        copy=f"COPY {table.name} ({', '.join(names)}) FROM STDIN",
        # What was decoded from 32 bytes is in range.
        of_event=_generated(table, lambda i, _: f"r[{i}]", "'%078d' % " if lite else ""),
        of_model=_generated(table, lambda _, name: f"r[{name!r}]", "text" if lite else "checked"),
        as_row=_reader(table),
    )


def _postgresql() -> Any:
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - whoever uses SQLite does not pay for it

    return postgresql.dialect()  # type: ignore[no-untyped-call]


def _generated(table: Table, part: Callable[[int, str], str], wide: str) -> Any:
    """Return a function from rows to what the driver takes.

    Args:
        table: Whose rows they are.
        part: Says where column i of a row stands.
        wide: What makes a `Uint256` fit for the driver, as text in front of the value.
    """
    parts = []
    for i, column in enumerate(table.columns):
        value = part(i, column.name)
        fit = f"{wide}({value})" if isinstance(column.type, Uint256) and wide else value
        parts.append(f"(None if {value} is None else {fit})" if column.nullable and fit != value else fit)
    text = f"lambda rows: [({', '.join(parts)},) for r in rows]"
    return eval(text, {"text": uint256_text, "checked": _checked})  # noqa: S307 - text is ours


def _checked(value: int) -> int:
    """Return a value that is a uint256."""
    if value >> UINT256_BITS:
        raise OverflowError(f"{value} is not a uint256")
    return value


def _reader(table: Table) -> Callable[[Sequence[Any]], Row]:
    parts = []
    for i, column in enumerate(table.columns):
        kind = "int" if isinstance(column.type, Uint256) else "bool" if isinstance(column.type, Boolean) else ""
        value = f"{kind}(r[{i}])" if kind else f"r[{i}]"
        parts.append(f"{column.name!r}: " + (f"None if r[{i}] is None else {value}" if kind else value))
    reader: Callable[[Sequence[Any]], Row] = eval(f"lambda r: {{{', '.join(parts)}}}", {})  # noqa: S307 - text is ours
    return reader


def pack(table: Table, row: Row) -> str:
    """Return a row of a read model as text, from which `unpack` makes it again; the same on every database."""
    return msgspec.json.encode(statements(table, "sqlite").of_model([row])[0]).decode()


def unpack(table: Table, text: str) -> Row:
    """Return the row that was packed."""
    return statements(table, "sqlite").as_row(msgspec.json.decode(text))


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
    sql = statements(table, connection.dialect.name)
    wanted = sorted(map(_key_fitter(table, connection.dialect.name), keys))
    with _cursor(connection) as cursor:
        if connection.dialect.name == "sqlite":
            # One statement for each key: an IN list of composite keys would make SQLite scan the whole table.
            raw = [row for key in wanted if (row := cursor.execute(sql.select, key).fetchone())]
        else:
            raw = cursor.execute(sql.select, _by_column(table, wanted)).fetchall()
    rows = map(sql.as_row, raw)
    names = [column.name for column in table.primary_key]
    return {tuple([row[name] for name in names]): row for row in rows}


@cache
def _key_fitter(table: Table, dialect: str) -> Callable[[Key], Key]:
    """Return what makes a key fit for the driver."""
    wide = [isinstance(column.type, Uint256) and dialect == "sqlite" for column in table.primary_key]
    if not any(wide):
        return lambda key: key
    return lambda key: tuple(uint256_text(v) if w else v for v, w in zip(key, wide, strict=True))


def put(connection: Connection, table: Table, rows: Iterable[Row], present: Collection[Key]) -> None:
    """Write rows of a read model, each whole: those whose key is in `present` are replaced, the others are new."""
    rows = list(rows)
    sql = statements(table, connection.dialect.name)
    values = sql.of_model(rows)
    if connection.dialect.name == "sqlite" or len(rows) < COPY_FROM:
        _execute_many(connection, sql.upsert if present else sql.insert, values)
        return
    remove(connection, table, [key for row in rows if (key := key_of(table, row)) in present])
    _copy(connection, sql.copy, values)


def remove(connection: Connection, table: Table, keys: Collection[Key]) -> None:
    """Delete the rows with these primary keys."""
    sql = statements(table, connection.dialect.name)
    wanted = list(map(_key_fitter(table, connection.dialect.name), keys))
    if connection.dialect.name == "sqlite":
        _execute_many(connection, sql.delete, wanted)
    else:
        connection.exec_driver_sql(sql.delete, tuple(_by_column(table, wanted)))


def _by_column(table: Table, keys: Sequence[Key]) -> list[list[Any]]:
    return [[key[i] for key in keys] for i in range(len(table.primary_key))]


def append(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows of an event table, tuples in column order."""
    sql = statements(table, connection.dialect.name)
    values = sql.of_event(rows)
    if connection.dialect.name == "sqlite" or len(rows) < COPY_FROM:
        _execute_many(connection, sql.insert, values)
    else:
        _copy(connection, sql.copy, values)


def _execute_many(connection: Connection, statement: str, values: Sequence[Sequence[Any]]) -> None:
    if values:
        connection.exec_driver_sql(statement, values)


def _copy(connection: Connection, statement: str, values: Sequence[Sequence[Any]]) -> None:
    with _cursor(connection) as cursor, cursor.copy(statement) as copy:
        for row in values:
            copy.write_row(row)


@contextmanager
def _cursor(connection: Connection) -> Iterator[Any]:
    """Open a cursor of the driver; its errors become those of SQLAlchemy, as everywhere else."""
    cursor = connection.connection.cursor()
    try:
        yield cursor
    except connection.dialect.loaded_dbapi.Error as error:
        raise DBAPIError.instance(None, None, error, connection.dialect.loaded_dbapi.Error) from error
    finally:
        cursor.close()


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
