"""Turns raw logs into event rows, by one function generated per event from the ABI.

A decoder slices hex text: an address or hash enters a row as the text the node sent, only numbers are converted. It
accepts exactly the encoding that Solidity emits (clean upper bits, tails in order, zero padding, nothing after the
end). Whatever else comes is not an event of ours: it goes to the quarantine, where people see it.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from indexer.chain import Log
from indexer.events import BY_TOPIC
from indexer.store.columns import LOG_INDEX_BITS
from indexer.store.event_tables import EVENTS, Argument, Event

Decoder = Callable[[Log, int, int], tuple[Any, ...]]
"""(log, event key, block time) -> row in the order of the event table's columns."""

LOG_INDEX_MASK: Final = (1 << LOG_INDEX_BITS) - 1
WORD: Final = 64  # hex digits


class MalformedLog(ValueError):
    """A log that has the topic of an event but not its form."""


class EventRow(NamedTuple):
    """One decoded event."""

    key: int
    event: Event
    values: tuple[Any, ...]


class Decoded(NamedTuple):
    """What a batch of logs holds."""

    rows: list[EventRow]
    """In chain order."""
    quarantined: list[dict[str, Any]]
    """Rows of the table `quarantine`."""


def decode(logs: Iterable[Log], names: Mapping[str, str], times: Mapping[int, int]) -> Decoded:
    """Decode logs in chain order.

    Args:
        logs: Logs of watched contracts, in chain order.
        names: Contract name by address.
        times: Block time by block number, for logs that carry none.

    Returns:
        Every log, either as a row or quarantined with the reason.
    """
    rows: list[EventRow] = []
    quarantined: list[dict[str, Any]] = []
    for log in logs:
        number = int(log.block_number, 16)
        key = number << LOG_INDEX_BITS | int(log.log_index, 16)
        time = int(log.block_timestamp, 16) if log.block_timestamp is not None else times[number]
        known = DECODERS.get((names[log.address], log.topics[0] if log.topics else ""))
        try:
            if known is None:
                raise MalformedLog(f"no event of {names[log.address]} has this topic")
            rows.append(EventRow(key, known[0], known[1](log, key, time)))
        except ValueError as error:
            quarantined.append(_quarantined(log, key, number, time, str(error)))
    return Decoded(rows, quarantined)


def _quarantined(log: Log, key: int, number: int, time: int, reason: str) -> dict[str, Any]:
    return {
        "event_key": key,
        "block_number": number,
        "log_index": int(log.log_index, 16),
        "block_time": time,
        "block_hash": log.block_hash,
        "tx_hash": log.transaction_hash,
        "contract": log.address,
        "topics": msgspec.json.encode(log.topics).decode(),
        "data": log.data,
        "reason": reason,
    }


def build(event: Event) -> Decoder:
    """Return the decoder of an event, generated from its arguments."""
    namespace: dict[str, Any] = {
        "Malformed": MalformedLog,
        "body_of": _body,
        "text_at": text_at,
        "bytes_at": bytes_at,
        "end_at": _end_at,
    }
    exec(compile(source(event), f"<decoder of {event.table.name}>", "exec"), namespace)  # noqa: S102 - text is ours
    decoder: Decoder = namespace["decode"]
    return decoder


def source(event: Event) -> str:
    """Return the text of an event's decoder.

    The body is the indexed topics and the data as one run of hex digits; indexed arguments come first in it.
    """
    indexed = [a for a in event.arguments if a.indexed]
    plain = [a for a in event.arguments if not a.indexed]
    position = {a.column: i for i, a in enumerate(indexed + plain)}
    head, dynamic = len(indexed) * WORD, [a for a in plain if a.type in {"string", "bytes"}]
    exact = None if dynamic else WORD * len(plain)
    lines = [f"    body = body_of(log, {len(indexed)}, {exact})"]
    values = {a.column: _static(a, position[a.column] * WORD, lines) for a in event.arguments if a not in dynamic}
    if dynamic:
        lines.append(f"    data, tail = body[{head}:], {len(plain) * WORD}")
    for argument in dynamic:
        at = position[argument.column] * WORD - head
        kind = "text_at" if argument.type == "string" else "bytes_at"
        lines.append(f"    value_{argument.column}, tail = {kind}(data, {at}, tail)")
        values[argument.column] = f"value_{argument.column}"
    if dynamic:
        lines.append("    end_at(data, tail)")
    row = ", ".join(values[a.column] for a in event.arguments)
    meta = (
        f"key, key >> {LOG_INDEX_BITS}, key & {LOG_INDEX_MASK}, time, log.block_hash, log.transaction_hash, log.address"
    )
    return "def decode(log, key, time):\n" + "\n".join(lines) + f"\n    return ({meta}, {row})\n"


def _static(argument: Argument, at: int, lines: list[str]) -> str:
    """Add the check of one static argument to `lines` and return the expression of its value."""
    end, column, kind = at + WORD, argument.column, argument.type
    if kind == "bool" or kind.startswith("uint"):
        bits = 1 if kind == "bool" else int(kind.removeprefix("uint"))
        digits = bits // 4 or 1
        if digits < WORD:
            lines.append(_check(f"body[{at}:{end - digits}] != {'0' * (WORD - digits)!r}", column))
        if kind == "bool":
            lines.append(_check(f"body[{end - 1}] not in '01'", column))
            return f"body[{end - 1}] == '1'"
        return f"int(body[{end - digits}:{end}], 16)"
    if kind == "address":
        lines.append(_check(f"body[{at}:{end - 40}] != {'0' * 24!r}", column))
        return f"'0x' + body[{end - 40}:{end}]"
    if match := re.fullmatch(r"bytes(\d+)", kind):
        digits = 2 * int(match[1])
        if digits < WORD:
            lines.append(_check(f"body[{at + digits}:{end}] != {'0' * (WORD - digits)!r}", column))
        return f"'0x' + body[{at}:{at + digits}]"
    raise TypeError(f"no decoder for an event argument of type {kind}")


def _check(condition: str, column: str) -> str:
    return f"    if {condition}: raise Malformed({column + ' is out of its range'!r})"


def _body(log: Log, topics: int, data_digits: int | None) -> str:
    """Return the hex digits of all arguments, after checking how many there are and that they are such."""
    if len(log.topics) != topics + 1:
        raise MalformedLog(f"{len(log.topics) - 1} indexed arguments, not {topics}")
    if any(len(topic) != WORD + 2 for topic in log.topics):
        raise MalformedLog("a topic is not of 32 bytes")
    if data_digits is not None and len(log.data) != data_digits + 2:
        raise MalformedLog(f"{(len(log.data) - 2) / 2:g} bytes of data, not {data_digits // 2}")
    body = "".join([topic[2:] for topic in log.topics[1:]]) + log.data[2:]
    # Refuses what int() would accept: signs, blanks, underscores. The node's spelling is lower case already, as a rule.
    if len(bytes.fromhex(body)) * 2 != len(body):
        raise MalformedLog("not hex digits")
    return body.lower()


def bytes_at(data: str, at: int, tail: int) -> tuple[str, int]:
    """Return a dynamic byte string as 0x text, and where the next one begins.

    Args:
        data: Hex digits of the log's data.
        at: Where its offset stands in `data`.
        tail: Where it has to begin: right after the one before.
    """
    start = tail + WORD
    offset, size = data[at : at + WORD], data[tail:start]
    if len(size) != WORD or int(offset, 16) * 2 != tail:
        raise MalformedLog("an offset points elsewhere")
    digits = int(size, 16) * 2
    end = start + -(-digits // WORD) * WORD
    if end > len(data) or data[start + digits : end].strip("0"):
        raise MalformedLog("a text or byte string ends elsewhere")
    return "0x" + data[start : start + digits], end


def text_at(data: str, at: int, tail: int) -> tuple[str, int]:
    """Return a dynamic UTF-8 string, and where the next argument begins; see `bytes_at`."""
    digits, tail = bytes_at(data, at, tail)
    text = bytes.fromhex(digits[2:]).decode()
    if "\x00" in text:
        raise MalformedLog("a text holds a NUL, which databases can't store")
    return text, tail


def _end_at(data: str, tail: int) -> None:
    if len(data) != tail:
        raise MalformedLog("data goes on after its end")


DECODERS: Final = {place: (event, build(event)) for place, event in BY_TOPIC.items()}
"""Event and decoder by (contract name, topic 0)."""


def encoder(event: Event) -> Callable[[tuple[Any, ...]], str]:
    """Return a function from a row of the event's table to the hex digits of ``abi.encode(argument, ...)``.

    Only for events with static arguments, as all journaled ones are.
    """
    first = len(event.table.columns) - len(event.arguments)
    parts = [_encoded(f"row[{first + i}]", a.type) for i, a in enumerate(event.arguments)]
    function: Callable[[tuple[Any, ...]], str] = eval("lambda row: f'" + "".join(parts) + "'")  # noqa: S307 - text is ours
    return function


def _encoded(value: str, kind: str) -> str:
    if kind == "address":
        return f"{{{value}[2:]:0>64}}"
    if kind.startswith("bytes"):
        return f"{{{value}[2:]:0<64}}"
    return f"{{{value}:064x}}"


ENCODERS: Final = {
    e.table.name: encoder(e) for e in EVENTS.values() if not {"string", "bytes"} & {a.type for a in e.arguments}
}
"""Encoder by event table, for events with static arguments only."""
