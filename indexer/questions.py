"""What a reconciliation asks: one call of a contract, and the answer that the mirror expects."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, Final, NamedTuple, Self

from sqlalchemy import Connection, func, select

from indexer.chain import Call
from indexer.contracts import View, view
from indexer.events import Watched
from indexer.store.columns import Base
from indexer.store.event_tables import snake
from indexer.store.rows import Row, table_of

WORD: Final = 32
"""Bytes of a number."""


class Question(NamedTuple):
    """One call and what the mirror expects as its answer."""

    subject: str
    key: str
    call: Call
    view: View
    expected: Row
    """By field in snake case; ``value`` if the answer is one value. Fields left out are not compared."""
    is_least: bool = False
    """Whether an answer may be more than what is expected."""
    is_foreign: bool = False
    """Whether it is asked for one number of a contract that is not ours, and that may answer anything, or nothing."""

    def at_least(self) -> Self:
        """Return the same question, whose answer may be more than what is expected."""
        return self._replace(is_least=True)

    def read(self, answer: bytes) -> Row | None:
        """Return an answer by field, None if a contract that is not ours gave none."""
        if self.is_foreign and len(answer) < WORD:
            return None
        fields = self.view.read(answer)
        return {snake(n): plain(v) for n, v in fields.items()} if isinstance(fields, dict) else {"value": plain(fields)}

    def agrees(self, expected: Any, answer: Any) -> bool:
        """Return whether an answer is what is expected."""
        return bool(answer >= expected if self.is_least else answer == expected)


class Asker:
    """Builds questions to the watched contracts."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched

    def __call__(self, subject: str, contract: str, function: str, *arguments: Any, **expected: Any) -> Question:
        """Return what to ask a contract's view, and the fields that are expected of its answer."""
        return self._ask(subject, self.address_of(contract), view(contract, function), arguments, expected)

    def of_currency(self, subject: str, currency: str, function: str, *arguments: Any, **expected: Any) -> Question:
        """Return what to ask a view of a currency, which is a contract that is not ours."""
        question = self._ask(subject, currency, view("Currency", function), arguments, expected)
        return question._replace(key=currency, is_foreign=True)

    def address_of(self, contract: str) -> str:
        """Return the address of the watched contract with this name."""
        return self._watched.address_of(contract)

    def _ask(self, subject: str, to: str, asked: View, arguments: Sequence[Any], expected: Row) -> Question:
        call = asked.call(to, *arguments)
        function = asked.name
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
