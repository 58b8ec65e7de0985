"""What a reconciliation asks: one call of a contract, and the answer that the mirror expects."""

from types import SimpleNamespace
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from indexer.chain import Call
from indexer.contracts import View, view
from indexer.events import Watched
from indexer.store.columns import Base
from indexer.store.rows import Row, table_of


class Question(NamedTuple):
    """One call and what the mirror expects as its answer."""

    subject: str
    key: str
    call: Call
    view: View
    expected: Row
    """By field in snake case; ``value`` if the answer is one value. Fields left out are not compared."""


class Asker:
    """Builds questions to the watched contracts."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched

    def __call__(self, subject: str, contract: str, function: str, *arguments: Any, **expected: Any) -> Question:
        """Return what to ask a contract's view, and the fields that are expected of its answer."""
        asked = view(contract, function)
        call = asked.call(self._watched.address_of(contract), *arguments)
        return Question(subject, ", ".join(map(key_text, arguments)) or function, call, asked, expected)


def facts(row: Row) -> Any:
    """Return a row with attributes, as `phases` reads it."""
    return SimpleNamespace(**row)


def count(connection: Connection, model: type[Base]) -> int:
    """Return how many rows a table has."""
    return connection.scalar(select(func.count()).select_from(table_of(model))) or 0


def plain(value: Any) -> Any:
    """Return a value of an answer as rows hold it: bytes as 0x text."""
    return "0x" + value.hex() if isinstance(value, bytes) else value


def key_text(value: Any) -> str:
    """Return an argument of a view for people."""
    return str(plain(value))
