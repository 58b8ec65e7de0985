"""Secondary indexes: taken away while history is loaded, built in one go when it is there.

Keeping an index up to date row by row costs several times what building it once does. Readers are told that the mirror
is not ready as long as one is missing.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, Index, inspect

from indexer.store.columns import Base


def drop(connection: Connection) -> None:
    """Take every secondary index away."""
    present = _present(connection)
    for index in _all():
        if index.name in present:
            index.drop(connection)


def build(connection: Connection) -> int:
    """Build every secondary index that is missing, and return how many were."""
    wanted = missing(connection)
    for index in wanted:
        index.create(connection)
    return len(wanted)


def missing(connection: Connection) -> list[Index]:
    """Return the secondary indexes that are missing."""
    present = _present(connection)
    return [index for index in _all() if index.name not in present]


def _all() -> Iterator[Index]:
    for table in Base.metadata.sorted_tables:
        yield from sorted(table.indexes, key=lambda index: str(index.name))


def _present(connection: Connection) -> set[str | None]:
    found = inspect(connection).get_multi_indexes()
    return {index["name"] for indexes in found.values() for index in indexes}
