"""Engines and sessions. What differs between databases is said here and in `columns.Uint256`, nowhere else."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import NullPool, StaticPool

BUSY_MILLISECONDS: Final = 10_000
"""How long SQLite waits for another connection's lock before it gives up."""

PAGE_BYTES: Final = 8192
"""Of an SQLite file: rows of ours have half a kilobyte, and many are written in the order of their keys."""

SNAPSHOT: Final[dict[str, Any]] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
"""On PostgreSQL, the options of a connection that sees the database as it was at its first statement."""

LEADER_KEY: Final = 0x6572616E6F73
"""Of the advisory lock; PostgreSQL keeps those of each database apart."""

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
        engine = create_engine(parsed, pool_pre_ping=read_only)
    except NoSuchModuleError as error:
        raise ValueError(f"{url!r} is of no database this installation knows") from error
    return engine.execution_options(**SNAPSHOT) if read_only else engine


def read_only_sessions(url: str) -> sessionmaker[Session]:
    """Return a factory of sessions that can't write; for the API."""
    return sessionmaker(open_engine(url, read_only=True), expire_on_commit=False)


class DatabaseTaken(Exception):
    """Another process writes to the database."""


class LeadLost(Exception):
    """The right to write is no longer ours."""


class Lead:
    """The right to write to a database."""

    def __init__(self, connection: Connection | None = None) -> None:
        """Args: the connection that holds the lock, where there is one."""
        self._connection = connection

    def check(self) -> None:
        """Make sure that the right is still ours.

        Raises:
            LeadLost: The connection that held it is gone.
        """
        if self._connection is None:
            return
        try:
            self._connection.exec_driver_sql("SELECT 1")
        except DBAPIError as error:
            raise LeadLost(f"the connection that held the lock is gone: {error.orig}") from error


@contextmanager
def holding(engine: Engine) -> Iterator[Lead]:
    """Hold the right to write to a database; it ends with the process, however that ends.

    On SQLite a lock on a file beside the database. On PostgreSQL an advisory lock on a connection of its own, which the
    server gives up when it hears nothing from us for a few seconds.

    Raises:
        DatabaseTaken: Another process holds it.
    """
    if engine.dialect.name == "sqlite":
        with _file_locked(engine.url.database):
            yield Lead()
        return
    own = create_engine(engine.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with own.connect() as connection:
        for name, value in (("idle", 2), ("interval", 1), ("count", 2)):
            connection.exec_driver_sql(f"SET tcp_keepalives_{name} = {value}")
        if not connection.scalar(select(func.pg_try_advisory_lock(LEADER_KEY))):
            raise DatabaseTaken(f"another process writes to {engine.url.database}")
        yield Lead(connection)


@contextmanager
def _file_locked(path: str | None) -> Iterator[None]:
    if path in {None, "", ":memory:"}:
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
        snapshot = SNAPSHOT if engine.dialect.name == "postgresql" else {}
        yield connection.execution_options(**{READS: True}, **snapshot)


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
            connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # of a file that does not exist yet
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        # A writer takes the lock first: what it reads in a transaction nobody changes before it commits.
        reads = read_only or connection.get_execution_options().get(READS)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine
