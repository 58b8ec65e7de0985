"""Turns raw logs into event rows, by one function generated per event from the ABI.

A decoder slices hex text: an address or hash enters a row as the text the node sent, only numbers are converted. It
accepts exactly the encoding that Solidity emits (clean upper bits, tails in order, zero padding, nothing after the
end). Whatever else comes is not an event of ours: it goes to the quarantine, where people see it.
"""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any, Final, NamedTuple

import msgspec

from indexer.chain import Log, keccak
from indexer.events import BY_TOPIC, is_journaled
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
    hash: bytes | None = None
    """What the journal hashes, if the log gave it for little; see `handlers.folding.event_hash`."""


class Decoded(NamedTuple):
    """What a batch of logs holds."""

    rows: list[EventRow]
    """In chain order."""
    quarantined: list[dict[str, Any]]
    """Rows of the table `quarantine`."""


def decode(logs: Sequence[Log], names: Mapping[str, str], times: Mapping[int, int]) -> Decoded:
    """Decode logs in chain order.

    Logs of one event are decoded at once. Where anything about one of them is odd they are taken one by one, which
    says which log is odd, and why.

    Args:
        logs: Logs of watched contracts, in chain order.
        names: Contract name by address.
        times: Block time by block number, for logs that carry none.

    Returns:
        Every log, either as a row or quarantined with the reason.
    """
    places = _places(logs, times)
    groups: dict[tuple[str, str], list[int]] = {}
    for index, log in enumerate(logs):
        groups.setdefault((log.address, log.topics[0] if log.topics else ""), []).append(index)
    found: list[EventRow | None] = [None] * len(logs)
    quarantined: list[dict[str, Any]] = []
    for (address, topic), indexes in groups.items():
        some = [logs[i] for i in indexes]
        keys = [places[i] for i in indexes]
        known = DECODERS.get((names[address], topic))
        try:
            if known is None:
                raise MalformedLog(f"no event of {names[address]} has this topic")
            rows = known.all(some, keys)
        except ValueError:
            rows = _one_by_one(known, some, keys, names[address], quarantined)
        for i, row in zip(indexes, rows, strict=True):
            found[i] = row
    quarantined.sort(key=lambda row: int(row["event_key"]))
    return Decoded([row for row in found if row is not None], quarantined)


def _places(logs: Sequence[Log], times: Mapping[int, int]) -> list[tuple[int, int]]:
    """Return key and block time of each log."""
    blocks = {}
    for text, stamp in {(log.block_number, log.block_timestamp) for log in logs}:
        number = int(text, 16)
        blocks[text, stamp] = number << LOG_INDEX_BITS, int(stamp, 16) if stamp is not None else times[number]
    indexes = {text: int(text, 16) for text in {log.log_index for log in logs}}
    return [
        ((block := blocks[log.block_number, log.block_timestamp])[0] | indexes[log.log_index], block[1]) for log in logs
    ]


def _one_by_one(
    known: "Known | None",
    logs: Sequence[Log],
    places: Sequence[tuple[int, int]],
    name: str,
    quarantined: list[dict[str, Any]],
) -> list[EventRow | None]:
    rows: list[EventRow | None] = []
    for log, (key, time) in zip(logs, places, strict=True):
        try:
            if known is None:
                raise MalformedLog(f"no event of {name} has this topic")
            rows.append(EventRow(key, known.event, known.one(log, key, time)))
        except ValueError as error:
            rows.append(None)
            quarantined.append(_quarantined(log, key, time, str(error)))
    return rows


def _quarantined(log: Log, key: int, time: int, reason: str) -> dict[str, Any]:
    return {
        "event_key": key,
        "block_number": key >> LOG_INDEX_BITS,
        "log_index": key & LOG_INDEX_MASK,
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


class Known(NamedTuple):
    """An event and its decoders."""

    event: Event
    one: Decoder
    all: Callable[[Sequence[Log], Sequence[tuple[int, int]]], Sequence[EventRow | None]]
    """(logs, key and block time of each) -> rows; `MalformedLog` if one of the logs is odd."""


def build_all(event: Event, one: Decoder) -> Any:
    """Return the decoder of many logs of an event."""
    if {a.type for a in event.arguments} & {"string", "bytes"}:
        return lambda logs, places: [
            EventRow(key, event, one(log, key, time)) for log, (key, time) in zip(logs, places, strict=True)
        ]
    namespace: dict[str, Any] = {"Malformed": MalformedLog, "bodies_of": _bodies, "Row": EventRow, "event": event}
    exec(compile(source_all(event), f"<decoder of many {event.table.name}>", "exec"), namespace)  # noqa: S102 - text is ours
    return namespace["decode"]


def source_all(event: Event) -> str:
    """Return the text of the decoder of many logs of an event with static arguments.

    It checks column by column what the decoder of one log checks field by field, and accepts nothing else.
    """
    indexed = [a for a in event.arguments if a.indexed]
    order = [*indexed, *(a for a in event.arguments if not a.indexed)]
    position = {a.column: i * WORD for i, a in enumerate(order)}
    checks: list[str] = []
    values = [_static_of_all(a, position[a.column], checks) for a in event.arguments]
    meta = f"k, k >> {LOG_INDEX_BITS}, k & {LOG_INDEX_MASK}, t, log.block_hash, log.transaction_hash, log.address"
    row = ", ".join([meta, *values])
    # Indexed arguments come first in every journaled event, so that its log holds what the journal hashes as it stands.
    hashed = is_journaled(event) and order == list(event.arguments)
    padding = "".join(map(_padding, order)) or "0"
    return (
        f"def decode(logs, places):\n"
        f"    size = {len(indexed)}, {len(order) - len(indexed)}\n"
        f"    bodies, hashes = bodies_of(logs, *size, 0x{padding}, hashed={hashed})\n"
        + "".join(f"    {check}\n" for check in checks)
        + f"    return [Row(k, event, ({row}), h)"
        + " for log, (k, t), b, h in zip(logs, places, bodies, hashes)]\n"
    )


def _padding(argument: Argument) -> str:
    """Return a mask of the digits of a word that must be zero."""
    if argument.type == "bool":
        return "f" * (WORD - 1) + "0"
    if argument.type == "address" or argument.type.startswith("uint"):
        digits = 40 if argument.type == "address" else int(argument.type.removeprefix("uint")) // 4
        return ("f" * (WORD - digits)).ljust(WORD, "0")
    digits = 2 * int(argument.type.removeprefix("bytes"))
    return ("f" * (WORD - digits)).rjust(WORD, "0")


def _static_of_all(argument: Argument, at: int, checks: list[str]) -> str:
    """Return the expression of one static argument's value; what its padding does not tell is added to `checks`."""
    end, column, kind = at + WORD, argument.column, argument.type
    if kind == "bool":
        checks.append(f"if {{b[{end - 1}] for b in bodies}} - {{'0', '1'}}: raise Malformed({column!r})")
        return f"b[{end - 1}] == '1'"
    if kind.startswith("uint"):
        return f"int(b[{end - int(kind.removeprefix('uint')) // 4}:{end}], 16)"
    if kind == "address":
        return f"'0x' + b[{end - 40}:{end}]"
    return f"'0x' + b[{at}:{at + 2 * int(kind.removeprefix('bytes'))}]"


def _bodies(
    logs: Sequence[Log], topics: int, words: int, padding: int, *, hashed: bool
) -> tuple[list[str], Sequence[bytes | None]]:
    """Return the hex digits of all arguments of each log, and the hash of topic 0 and these if wanted.

    Args:
        logs: Logs of one event.
        topics: Number of indexed arguments.
        words: Number of the others.
        padding: Mask of the bits that must be zero.
        hashed: Whether to hash.

    Raises:
        MalformedLog: One of them is of another form, or not spelled as every node does.
    """
    whole, size = (1 + topics + words) * WORD, len(logs)
    texts = ["".join(log.topics) + log.data for log in logs]
    lengths = {(len(log.topics), len(log.data)) for log in logs}
    spelled = whole + 2 * (topics + 2)
    if lengths != {(topics + 1, 2 + words * WORD)} or {len(text) for text in texts} != {spelled}:
        raise MalformedLog("of another size")
    together = "".join(texts)
    starts = [i * (WORD + 2) for i in range(topics + 2)]
    if together.count("x") != len(starts) * size or any(
        together[at::spelled] != "0" * size or together[at + 1 :: spelled] != "x" * size for at in starts
    ):
        raise MalformedLog("0x is not where it should be")
    joined = together.replace("0x", "")
    raw = bytes.fromhex(joined)
    # Blanks would make it shorter, and capital letters other than it is.
    if len(raw) * 2 != len(joined) or joined != joined.lower():
        raise MalformedLog("not hex digits")
    step = whole // 2
    chunks = [raw[i : i + step] for i in range(0, len(raw), step)]
    # All logs at once: a bit that is set in one of them is set in all together.
    if reduce(operator.or_, map(int.from_bytes, chunks)) & padding:
        raise MalformedLog("an argument is out of its range")
    hashes: Sequence[bytes | None] = [keccak(chunk) for chunk in chunks] if hashed else [None] * len(logs)
    return [joined[i + WORD : i + whole] for i in range(0, len(joined), whole)], hashes


def _known(event: Event) -> Known:
    one = build(event)
    return Known(event, one, build_all(event, one))


DECODERS: Final = {place: _known(event) for place, event in BY_TOPIC.items()}
"""Event and decoders by (contract name, topic 0)."""


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
