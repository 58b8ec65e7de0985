"""The floor of any indexer with typed tables in Python: decode events in the least code there is, and insert them.

And what the journal takes by itself: each log is hashed, and each hash into the journal of its contract.
"""

import sqlite3
from collections.abc import Callable
from typing import Any

from sha3 import keccak_256
from sqlalchemy import create_engine

from indexer.events import topic_of
from indexer.store.columns import LOG_INDEX_BITS, Base, Uint256
from indexer.store.event_tables import EVENTS, META_COLUMNS, Argument, Event

WORD = 64


def values_of(event: Event) -> Callable[[dict[str, Any], int, int], tuple[Any, ...]]:
    """Return a function from (log, block number, log index) to a row of the event's table; it checks nothing."""
    places = {}
    for i, argument in enumerate(a for a in event.arguments if a.indexed):
        places[argument.column] = f"t[{i + 1}]", 2
    for i, argument in enumerate(a for a in event.arguments if not a.indexed):
        places[argument.column] = "d", 2 + i * WORD
    columns = {column.name: isinstance(column.type, Uint256) for column in event.table.columns}
    values = [_value(a, *places[a.column], wide=columns[a.column]) for a in event.arguments]
    meta = f"n << {LOG_INDEX_BITS} | i, n, i, int(log['blockTimestamp'], 16), log['blockHash'], log['transactionHash']"
    text = f"lambda log, t, d, n, i: ({meta}, log['address'], {', '.join(values)})"
    made = eval(text)  # noqa: S307 - text is ours
    return lambda log, number, index: made(log, log["topics"], log["data"], number, index)  # type: ignore[no-any-return]


def _value(argument: Argument, text: str, at: int, *, wide: bool) -> str:
    if argument.type == "address":
        return f"'0x' + {text}[{at + 24}:{at + WORD}]"
    if argument.type.startswith("bytes"):
        return f"'0x' + {text}[{at}:{at + 2 * int(argument.type.removeprefix('bytes') or 32)}]"
    number = f"int({text}[{at}:{at + WORD}], 16)"
    return f"str({number}).zfill(78)" if wide else number


class Store:
    """Event tables of an SQLite file, without indexes."""

    def __init__(self, path: str) -> None:
        engine = create_engine(f"sqlite:///{path}")
        known = [e for e in EVENTS.values() if not {"string", "bytes"} & {a.type for a in e.arguments}]
        Base.metadata.create_all(engine, tables=[event.table for event in known])
        for event in known:
            for index in event.table.indexes:
                index.drop(engine)
        engine.dispose()
        self.events = 0
        self._digest = bytes(32)
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._known = {topic_of(event): (values_of(event), _insert(event)) for event in known}

    def add(self, logs: list[dict[str, Any]]) -> None:
        """Store the logs of an answer in one transaction."""
        rows: dict[str, list[tuple[Any, ...]]] = {}
        for log in logs:
            row, insert = self._known[log["topics"][0]]
            rows.setdefault(insert, []).append(row(log, int(log["blockNumber"], 16), int(log["logIndex"], 16)))
        self._connection.execute("BEGIN")
        for insert, values in rows.items():
            self._connection.executemany(insert, values)
        self._connection.execute("COMMIT")
        self.events += len(logs)

    def journal(self, logs: list[dict[str, Any]]) -> None:
        """Hash logs into one journal."""
        for log in logs:
            event = keccak_256(
                bytes.fromhex("".join([topic[2:] for topic in log["topics"]]) + log["data"][2:])
            ).digest()
            self._digest = keccak_256(self._digest + event).digest()


def _insert(event: Event) -> str:
    marks = ", ".join("?" * (len(META_COLUMNS) + len(event.arguments)))
    return f"INSERT INTO {event.table.name} VALUES ({marks})"  # noqa: S608 - names of our schema
