"""Brings a database to the schema of this code, and says when that cannot be done.

An empty database gets the tables of the models at once; tests hold them equal to what the migrations make. Alembic is
loaded only where something has to be migrated: an indexer that starts would wait for it, and keep it in memory.
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Column, Connection, Engine, MetaData, String, Table, insert, inspect, select

from indexer.store.models import Base

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS: Final = Path(__file__).parent / "migrations"
VERSION: Final = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))
"""Where Alembic notes the last migration."""


class UnknownSchema(Exception):
    """The database was made by code that knows migrations which this one does not have."""


def config(connection: Connection | None = None) -> "Config":
    """Return Alembic's configuration; migrations run in the transaction of `connection`."""
    from alembic.config import Config  # noqa: PLC0415 - see above

    configuration = Config()
    # Alembic reads a percent sign as the start of a variable.
    configuration.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    configuration.attributes["connection"] = connection
    return configuration


def head_revision() -> str:
    """Return the revision of this code: the one that no other follows."""
    revisions = _revisions()
    (head,) = revisions.keys() - revisions.values()
    return head


def _revisions() -> dict[str, str | None]:
    """Return what each revision follows."""
    found = {}
    for path in (MIGRATIONS / "versions").glob("*.py"):
        text = path.read_text()
        named = dict(re.findall(r'^(revision|down_revision) = (?:"(\w+)"|None)$', text, re.MULTILINE))
        found[named["revision"]] = named["down_revision"] or None
    return found


def revision_of(connection: Connection) -> str | None:
    """Return the revision of a database, None if it is empty."""
    if not inspect(connection).has_table(VERSION.name):
        return None
    return connection.scalar(select(VERSION.c.version_num))


def upgrade(engine: Engine) -> None:
    """Bring a database to the schema of this code in one transaction.

    Raises:
        UnknownSchema: The database is newer than this code.
    """
    with engine.begin() as connection:
        _check_known(connection)
        found = revision_of(connection)
        if found is None:
            VERSION.create(connection, checkfirst=True)
            Base.metadata.create_all(connection, checkfirst=False)
            connection.execute(insert(VERSION).values(version_num=head_revision()))
    if found not in {None, head_revision()}:
        migrate(engine, "head")


def migrate(engine: Engine, revision: str) -> None:
    """Run the migrations up to `revision` in one transaction."""
    from alembic import command  # noqa: PLC0415 - see above

    with engine.begin() as connection:
        _check_known(connection)
        command.upgrade(config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Migrate a database down to `revision` (``base`` empties it) in one transaction."""
    from alembic import command  # noqa: PLC0415 - see above

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
    if found is not None and found not in _revisions():
        raise UnknownSchema(f"its schema {found} is newer than this code ({head_revision()})")
