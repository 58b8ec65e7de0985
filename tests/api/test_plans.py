"""How lists are read: from one end of an index, not by sorting all records.

given a list in the order that it has by itself, or in the opposite one
└── the database sorts nothing but records of the same place
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from indexer.store.session import open_engine
from tests.api.client import Client

LISTS = ("campaigns", "entities", "listings", "orders", "offers", "redemptions", "attestations")


@contextmanager
def asked() -> Iterator[list[tuple[str, Any]]]:
    """Gather the statements that any engine is asked, with their values."""
    found: list[tuple[str, Any]] = []

    def keep(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        found.append((statement, values))

    event.listen(Engine, "before_cursor_execute", keep)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", keep)


@pytest.mark.parametrize("sort", ["newest", "oldest"])
@pytest.mark.parametrize("name", LISTS)
def test_list__by_age__is_read_from_an_index(client: Client, mirror: Path, name: str, sort: str) -> None:
    with asked() as statements:
        # A number that no other test asks for, lest the answer be one that was made before.
        assert client.get(f"/v1/{name}?sort={sort}&limit=37").status == 200
    (found,) = [(text, values) for text, values in statements if "ORDER BY" in text and f"FROM {name}" in text]
    engine = open_engine(f"sqlite:///{mirror}")
    with engine.connect() as connection:
        plan = [str(row[-1]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {found[0]}", found[1])]
    engine.dispose()

    assert any(f"USING INDEX ix_{name}_" in step for step in plan), plan
    assert "USE TEMP B-TREE FOR ORDER BY" not in plan
