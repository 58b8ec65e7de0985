"""Migrations.

upgrade
├── a database that knows a later migration ... refused
├── an empty one .............................. has exactly the tables, columns and indexes of the models,
│                                               made from the models or by the migrations
├── one that is up to date .................... unchanged
└── downgrade to base ......................... empty again
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from indexer.store import schema
from indexer.store.event_tables import EVENTS
from indexer.store.models import Base
from indexer.store.session import open_engine, reading
from tests.postgres import Server


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Return an empty database."""
    if request.param == "sqlite":
        opened = open_engine(f"sqlite:///{tmp_path}/empty.db")
    else:
        server: Server = request.getfixturevalue("postgres")
        opened = open_engine(server.url(server.create()))
    yield opened
    opened.dispose()


def test_upgrade__schema_newer_than_code__refused(engine: Engine) -> None:
    schema.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for change in (schema.upgrade, lambda e: schema.downgrade(e, "base")):
        with pytest.raises(schema.UnknownSchema, match="9999 is newer than this code"):
            change(engine)
    with reading(engine) as connection, pytest.raises(schema.UnknownSchema, match="newer"):
        schema.check(connection)


def test_check__empty_database__refused(engine: Engine) -> None:
    with reading(engine) as connection, pytest.raises(schema.UnknownSchema, match="its schema is empty"):
        schema.check(connection)


@pytest.mark.parametrize(
    "way", [schema.upgrade, lambda engine: schema.migrate(engine, "head")], ids=["models", "steps"]
)
def test_upgrade__empty_database__equals_the_models(engine: Engine, way: Callable[[Engine], None]) -> None:
    way(engine)
    with reading(engine) as connection:
        schema.check(connection)
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    names = {(t, i["name"]) for t in inspect(engine).get_table_names() for i in inspect(engine).get_indexes(t)}
    assert names == {(t.name, i.name) for t in Base.metadata.tables.values() for i in t.indexes}


def test_upgrade__twice__changes_nothing(engine: Engine) -> None:
    schema.upgrade(engine)
    schema.upgrade(engine)
    assert set(inspect(engine).get_table_names()) == {*Base.metadata.tables, "alembic_version"}


def test_upgrade__after_an_older_migration__runs_the_later_ones(engine: Engine) -> None:
    schema.migrate(engine, "0001")
    schema.downgrade(engine, "base")
    schema.upgrade(engine)
    assert set(inspect(engine).get_table_names()) == {*Base.metadata.tables, "alembic_version"}


def test_head_revision__as_alembic_says() -> None:
    assert schema.head_revision() == ScriptDirectory.from_config(schema.config()).get_current_head()


def test_downgrade__to_base__leaves_nothing(engine: Engine) -> None:
    schema.upgrade(engine)
    schema.downgrade(engine, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]


def test_migrations__file_names__dated_and_static() -> None:
    for script in ScriptDirectory.from_config(schema.config()).walk_revisions():
        path = Path(script.path)
        assert path.name[:10].replace("_", "").isdigit(), path.name
        assert "store.event_tables" not in path.read_text(), "a migration lists its tables, it does not derive them"
    *_, first = ScriptDirectory.from_config(schema.config()).walk_revisions()
    listed = Path(first.path).read_text()
    assert all(f'"{event.table.name}"' in listed for event in EVENTS.values())
