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

from indexer.store.columns import UINT256_DIGITS, Base, Uint256, last_key_of, uint256_text

Row = dict[str, Any]
Key = tuple[Any, ...]

ROWS_PER_FETCH: Final = 1000
"""Rows a scan holds in memory at a time."""

COPY_FROM: Final = 20
"""Rows from which PostgreSQL's COPY is worth its round trip."""

KEYS_PER_QUERY: Final = (100, 10, 1)
"""How many keys SQLite looks up in one statement; half of what looking up a row takes is the statement."""


class Statements(NamedTuple):
    """SQL of one table on one database, and the functions that fit its rows to the driver."""

    insert: str
    upsert: str
    select: str
    """Rows by their keys: on SQLite, those to be put in place of ``{keys}``."""
    delete: str
    """One row by its key; on PostgreSQL, all rows with one of many keys."""
    copy: str
    of_event: Callable[[Sequence[Sequence[Any]]], Sequence[Sequence[Any]]]
    """Tuples -> what the driver takes."""
    of_model: Callable[[Collection[Row]], list[Sequence[Any]]]
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
        # A join, as a list of composite keys (`(a, b) IN (...)`) would make SQLite scan the whole table.
        wanted = ", ".join(f"k{i}" for i in range(len(keys)))
        same = " AND ".join(f"{key} = k{i}" for i, key in enumerate(keys))
        these = f"WITH wanted({wanted}) AS (VALUES {{keys}})"
        select = f"{these} SELECT {', '.join(names)} FROM wanted CROSS JOIN {table.name} ON {same}"  # noqa: S608
    else:
        types = [column.type.compile(_postgresql()) for column in table.primary_key]
        wanted = ", ".join(f"%s::{kind}[]" for kind in types)
        where = f"({', '.join(keys)}) IN (SELECT * FROM unnest({wanted}))"  # noqa: S608
        select = f"SELECT {', '.join(names)} FROM {table.name} WHERE {where}"  # noqa: S608
    return Statements(
        insert=insert,
        upsert=f"{insert} ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changes}",
        select=select,
        delete=f"DELETE FROM {table.name} WHERE {where}",  # noqa: S608
        copy=f"COPY {table.name} ({', '.join(names)}) FROM STDIN",
        of_event=_of_event(table, lite),
        of_model=_of_model(table, lite),
        as_row=_reader(table),
    )


def _postgresql() -> Any:
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - whoever uses SQLite does not pay for it

    return postgresql.dialect()  # type: ignore[no-untyped-call]


def _of_event(table: Table, lite: bool) -> Any:  # noqa: FBT001
    """Return a function from tuples in column order to what the driver takes; what was decoded is in range."""
    wide = [lite and isinstance(column.type, Uint256) for column in table.columns]
    if not any(wide):
        return lambda rows: rows
    parts = [f"str(r[{i}]).zfill({UINT256_DIGITS})" if w else f"r[{i}]" for i, w in enumerate(wide)]
    return eval(f"lambda rows: [({', '.join(parts)},) for r in rows]")  # noqa: S307 - text is ours


def _of_model(table: Table, lite: bool) -> Any:  # noqa: FBT001
    """Return a function from dictionaries to what the driver takes; it refuses numbers that are out of range."""
    parts, wide = [], []
    for column in table.columns:
        value = fit = f"r[{column.name!r}]"
        if isinstance(column.type, Uint256):
            wide.append(column.name)
            fit = f"str({value}).zfill({UINT256_DIGITS})" if lite else value
        parts.append(f"(None if {value} is None else {fit})" if column.nullable and fit != value else fit)
    fitted = eval(f"lambda rows: [({', '.join(parts)},) for r in rows]")  # noqa: S307 - text is ours

    def fit_all(rows: Collection[Row]) -> list[Sequence[Any]]:
        for name in wide:
            # Of a whole column at once: the least and the greatest tell of all.
            values = [value for row in rows if (value := row[name]) is not None]
            for value in (min(values, default=0), max(values, default=0)):
                uint256_text(value)  # refuses it
        result: list[Sequence[Any]] = fitted(rows)
        return result

    return fit_all


def _reader(table: Table) -> Callable[[Sequence[Any]], Row]:
    parts = []
    for i, column in enumerate(table.columns):
        kind = "int" if isinstance(column.type, Uint256) else "bool" if isinstance(column.type, Boolean) else ""
        value = f"{kind}(r[{i}])" if kind else f"r[{i}]"
        parts.append(f"{column.name!r}: " + (f"None if r[{i}] is None else {value}" if kind else value))
    reader: Callable[[Sequence[Any]], Row] = eval(f"lambda r: {{{', '.join(parts)}}}", {})  # noqa: S307 - text is ours
    return reader


def pack(table: Table, rows: Sequence[Row | None]) -> list[str | None]:
    """Return rows of a read model as text, from which `unpack` makes them again; the same on every database."""
    packed = iter(statements(table, "sqlite").of_model([row for row in rows if row is not None]))
    return [None if row is None else msgspec.json.encode(next(packed)).decode() for row in rows]


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
            raw = list(_looked_up(cursor, sql.select, wanted))
        else:
            raw = cursor.execute(sql.select, _by_column(table, wanted)).fetchall()
    rows = map(sql.as_row, raw)
    names = [column.name for column in table.primary_key]
    return {tuple([row[name] for name in names]): row for row in rows}


def _looked_up(cursor: Any, statement: str, keys: Sequence[Key]) -> Iterator[Sequence[Any]]:
    """Yield the rows that SQLite has for some keys, many of them in one statement."""
    start = 0
    while start < len(keys):
        # Few sizes, so that the statements stay prepared.
        size = next(size for size in KEYS_PER_QUERY if size <= len(keys) - start)
        some = keys[start : start + size]
        marks = ", ".join([f"({', '.join('?' * len(some[0]))})"] * size)
        yield from cursor.execute(statement.format(keys=marks), [part for key in some for part in key])
        start += size


@cache
def _key_fitter(table: Table, dialect: str) -> Callable[[Key], Key]:
    """Return what makes a key fit for the driver."""
    wide = [isinstance(column.type, Uint256) and dialect == "sqlite" for column in table.primary_key]
    if not any(wide):
        return lambda key: key
    return lambda key: tuple(uint256_text(v) if w else v for v, w in zip(key, wide, strict=True))


def insert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Write rows of a read model whose keys are new."""
    sql = statements(table, connection.dialect.name)
    _write(connection, sql.insert, sql.copy, sql.of_model(rows))


def replace(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Write rows of a read model, each whole, in place of those with the same keys."""
    sql = statements(table, connection.dialect.name)
    if connection.dialect.name == "sqlite" or len(rows) < COPY_FROM:
        _execute_many(connection, sql.upsert, sql.of_model(rows))
        return
    remove(connection, table, [key_of(table, row) for row in rows])
    _copy(connection, sql.copy, sql.of_model(rows))


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
    _write(connection, sql.insert, sql.copy, sql.of_event(rows))


def _write(connection: Connection, insert_: str, copy: str, values: Sequence[Sequence[Any]]) -> None:
    if connection.dialect.name == "sqlite" or len(values) < COPY_FROM:
        _execute_many(connection, insert_, values)
    else:
        _copy(connection, copy, values)


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
