"""Exact sums of amounts in SQL, which on SQLite are text.

SQLite has no integers above 63 bits. There the lowest 36 digits are summed in three columns of twelve, each of which
holds nine million summands; every amount of the contracts is below 2^96, which has 29 digits.
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, Dialect, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from indexer.store.columns import UINT256_DIGITS

DIGITS: Final = 12
COLUMNS: Final = 3


class _Sum(TypeDecorator[int]):
    impl = String
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> int:
        """Return the sum; 0 of no rows."""
        if value is None:
            return 0
        parts = [int(part) for part in str(value).split(",")]
        total = 0
        for part in parts:
            total = total * 10**DIGITS + part
        return total


class exact_sum(FunctionElement[int]):  # noqa: N801 - reads as the SQL function it is
    """The sum of a column of amounts, always `int` in Python; 0 of no rows."""

    type = _Sum()
    inherit_cache = True

    def __init__(self, column: ColumnElement[int] | Any) -> None:
        super().__init__(column)


@compiles(exact_sum)
def _numeric(element: exact_sum, compiler: SQLCompiler, **options: Any) -> str:
    return f"SUM({compiler.process(element.clauses, **options)})"


@compiles(exact_sum, "sqlite")
def _text(element: exact_sum, compiler: SQLCompiler, **options: Any) -> str:
    column = compiler.process(element.clauses, **options)
    starts = [UINT256_DIGITS - DIGITS * number + 1 for number in range(COLUMNS, 0, -1)]
    return " || ',' || ".join(f"SUM(CAST(SUBSTR({column}, {start}, {DIGITS}) AS INTEGER))" for start in starts)
