"""Engines and sessions. What differs between databases is said here and in `columns.Uint256`, nowhere else."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import StaticPool

BUSY_MILLISECONDS: Final = 10_000
"""How long SQLite waits for another connection's lock before it gives up."""

READS: Final = "eranos_reads"
"""Execution option of connections that only read."""


def open_engine(url: str, *, read_only: bool = False) -> Engine:
    """Return an engine for a mirror's database.

    Args:
        url: SQLAlchemy URL; ``sqlite:///file`` or ``postgresql+psycopg://...``.
        read_only: Refuse every write, and do not create a missing SQLite file.

    Raises:
        ValueError: `url` is not a database URL.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ValueError(f"{url!r} is not a database URL such as sqlite:///eranos.db") from error
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed, read_only=read_only)
    try:
        engine = create_engine(parsed)
    except NoSuchModuleError as error:
        raise ValueError(f"{url!r} is of no database this installation knows") from error
    return engine.execution_options(postgresql_readonly=True) if read_only else engine


def read_only_sessions(url: str) -> sessionmaker[Session]:
    """Return a factory of sessions that can't write; for the API."""
    return sessionmaker(open_engine(url, read_only=True), expire_on_commit=False)


class DatabaseTaken(Exception):
    """Another process writes to the database."""


@contextmanager
def holding(engine: Engine) -> Iterator[None]:
    """Hold the right to write to a database; it ends with the process, however that ends.

    A lock on a file beside the database, for SQLite. Elsewhere the checkpoint's epoch alone keeps writers apart.

    Raises:
        DatabaseTaken: Another process holds it.
    """
    path = engine.url.database
    if engine.dialect.name != "sqlite" or path in {None, "", ":memory:"}:
        yield
        return
    with Path(f"{path}.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DatabaseTaken(f"another process writes to {path}") from error
        yield


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that only reads, and sees the database as it was at its first statement."""
    with engine.connect() as connection:
        yield connection.execution_options(**{READS: True})


def _open_sqlite(url: URL, *, read_only: bool) -> Engine:
    options: dict[str, Any] = {"connect_args": {"check_same_thread": False}}
    if url.database in {None, "", ":memory:"}:
        options["poolclass"] = StaticPool
    elif read_only:
        # rw and not ro: a reader of a write-ahead log must be able to create its index file. Nothing else is written.
        url = url.set(database=f"file:{url.database}").update_query_dict({"mode": "rw", "uri": "true"})
    engine = create_engine(url, **options)

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        # The driver's own implicit transactions would leave SELECT and DDL outside of them.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        if read_only:
            connection.execute("PRAGMA query_only = ON")
        else:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        # A writer takes the lock first: what it reads in a transaction nobody changes before it commits.
        reads = read_only or connection.get_execution_options().get(READS)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine
