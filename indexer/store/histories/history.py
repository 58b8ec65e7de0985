"""The frame of `definitions`: the events of one row, and how events find the rows they belong to."""

from collections.abc import Callable
from typing import Any, NamedTuple

from indexer.store.rows import Row


class History:
    """The events of one row, in chain order."""

    def __init__(self, key: tuple[Any, ...]) -> None:
        self.key = key
        self.events: list[tuple[str, Row]] = []

    def all(self, *names: str) -> list[Row]:
        """Return the events of some names."""
        return [row for name, row in self.events if name in names]

    def last(self, *names: str) -> tuple[str, Row]:
        """Return name and row of the last event of some names; ``("", {})`` if there is none."""
        return next(((name, row) for name, row in reversed(self.events) if name in names), ("", {}))

    def value(self, name: str, column: str, default: Any = None) -> Any:
        """Return a column of the last event of a name, `default` if there is none."""
        return self.last(name)[1].get(column, default)

    def total(self, name: str, column: str) -> int:
        """Return the sum of a column over the events of a name."""
        return sum(row[column] for row in self.all(name))


class Join(NamedTuple):
    """What an earlier event tells of those that name the same subject: the columns that they lack."""

    event: str
    on: str
    """Column that names the subject in both."""


class Definition(NamedTuple):
    """A read model: the row of a history, and the key columns by which each event finds its histories."""

    row: Callable[[History], Row]
    contracts: tuple[str, ...]
    events: dict[str, tuple[tuple[str, ...], ...]]
    each: str | None = None
    """If set, each event is a row of its own, made of the history up to it; this column ends its key."""
    context: tuple[str, ...] = ()
    """Events that are in the history, but make no row, and are not what changed one last."""
    joins: tuple[Join, ...] = ()
    """Applied in order, before the key columns are read."""
    where: Callable[[str, Row], bool] = lambda _name, _row: True
    """Whether an event belongs to a history; names and joined rows."""


def of(*names: str, by: tuple[str, ...]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return the events of a definition that find their histories by the same key columns."""
    return dict.fromkeys(names, (by,))
