"""Brings a database to the schema of this code, and says when that cannot be done."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine

MIGRATIONS: Final = Path(__file__).parent / "migrations"


class UnknownSchema(Exception):
    """The database was made by code that knows migrations which this one does not have."""


def config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration; migrations run in the transaction of `connection`."""
    configuration = Config()
    # Alembic reads a percent sign as the start of a variable.
    configuration.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    configuration.attributes["connection"] = connection
    return configuration


def head_revision() -> str:
    """Return the revision of this code."""
    head = ScriptDirectory.from_config(config()).get_current_head()
    if head is None:
        raise RuntimeError(f"no migrations in {MIGRATIONS}")
    return head


def revision_of(connection: Connection) -> str | None:
    """Return the revision of a database, None if it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Migrate a database up to `revision` in one transaction.

    Raises:
        UnknownSchema: The database is newer than this code.
    """
    with engine.begin() as connection:
        _check_known(connection)
        command.upgrade(config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Migrate a database down to `revision` (``base`` empties it) in one transaction."""
    with engine.begin() as connection:
        _check_known(connection)
        command.downgrade(config(connection), revision)


def check(connection: Connection) -> None:
    """Accept a database whose schema is exactly that of this code.

    Raises:
        UnknownSchema: It is newer, older, or not a mirror at all.
    """
    _check_known(connection)
    if (found := revision_of(connection)) != head_revision():
        raise UnknownSchema(f"its schema is {found or 'empty'}, this code needs {head_revision()}")


def _check_known(connection: Connection) -> None:
    found = revision_of(connection)
    try:
        if found is not None:
            ScriptDirectory.from_config(config()).get_revision(found)
    except CommandError as error:
        raise UnknownSchema(f"its schema {found} is newer than this code ({head_revision()})") from error
