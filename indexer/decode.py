"""Turns raw logs into event rows, by one function generated per event from the ABI.

A decoder slices hex text: an address or hash enters a row as the text the node sent, only numbers are converted. It
accepts exactly the encoding that Solidity emits (clean upper bits, tails in order, zero padding, nothing after the
end). Whatever else comes is not an event of ours: it goes to the quarantine, where people see it.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial, reduce
from itertools import chain, repeat
from operator import add, itemgetter, or_
from struct import Struct
from typing import Any, Final, NamedTuple

import msgspec
from sha3 import keccak_256

from indexer.chain import Log
from indexer.events import BY_TOPIC, is_journaled
from indexer.store.columns import LOG_INDEX_BITS
from indexer.store.event_tables import EVENTS, META_COLUMNS, Argument, Event

Place = tuple[int, int, int, int, str]
"""Event key, block number, log index, block time and block hash: the first of `META_COLUMNS`."""

Decoder = Callable[[Log, Place], tuple[Any, ...]]
"""(log, where it stands) -> row in the order of the event table's columns."""

KEY: Final = itemgetter(0)

AT_ONCE: Final = 1_000
"""Logs decoded together: enough to share the work, and few enough that the copies of their text take little room."""
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
    decoded = Decoded([], [])
    for start in range(0, len(logs), AT_ONCE):
        some = _decode_some(logs[start : start + AT_ONCE], names, times)
        decoded.rows.extend(some.rows)
        decoded.quarantined.extend(some.quarantined)
    return decoded


def _decode_some(logs: Sequence[Log], names: Mapping[str, str], times: Mapping[int, int]) -> Decoded:
    groups: dict[tuple[str, str], list[tuple[Log, Place]]] = {}
    for log, place in zip(logs, _places(logs, times), strict=True):
        group = log.address, log.topics[0] if log.topics else ""
        try:
            groups[group].append((log, place))
        except KeyError:
            groups[group] = [(log, place)]
    rows: list[EventRow] = []
    quarantined: list[dict[str, Any]] = []
    for (address, topic), group_ in groups.items():
        some, places = zip(*group_, strict=True)
        known = DECODERS.get((names[address], topic))
        try:
            if known is None:
                raise MalformedLog(f"no event of {names[address]} has this topic")
            rows += known.all(some, places)
        except ValueError:
            rows += _one_by_one(known, some, places, names[address], quarantined)
    rows.sort(key=KEY)
    quarantined.sort(key=lambda row: int(row["event_key"]))
    return Decoded(rows, quarantined)


def _places(logs: Sequence[Log], times: Mapping[int, int]) -> Iterator[Place]:
    """Yield where each log stands; of what all logs of a block share there is one object, not one for each of them."""
    blocks = {}
    for text, log in {log.block_number: log for log in logs}.items():
        number, stamp = int(text, 16), log.block_timestamp
        time = int(stamp, 16) if stamp is not None else times[number]
        blocks[text] = number, number << LOG_INDEX_BITS, time, log.block_hash
    indexes = {text: int(text, 16) for text in {log.log_index for log in logs}}
    for log in logs:
        number, first, time, block_hash = blocks[log.block_number]
        index = indexes[log.log_index]
        yield first | index, number, index, time, block_hash


def _one_by_one(
    known: "Known | None",
    logs: Sequence[Log],
    places: Sequence[Place],
    name: str,
    quarantined: list[dict[str, Any]],
) -> Iterator[EventRow]:
    for log, place in zip(logs, places, strict=True):
        try:
            if known is None:
                raise MalformedLog(f"no event of {name} has this topic")
            yield EventRow(place[0], known.event, known.one(log, place))
        except ValueError as error:
            quarantined.append(_quarantined(log, place, str(error)))


def _quarantined(log: Log, place: Place, reason: str) -> dict[str, Any]:
    return {
        **dict(zip(META_COLUMNS, place, strict=False)),
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
    meta = "*place, log.transaction_hash, log.address"
    return "def decode(log, place):\n" + "\n".join(lines) + f"\n    return ({meta}, {row})\n"


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
    all: Callable[[Sequence[Log], Sequence[Place]], Sequence[EventRow]]
    """(logs, where each stands) -> rows; `MalformedLog` if one of the logs is odd."""


def build_all(event: Event, one: Decoder) -> Any:
    """Return the decoder of many logs of an event."""
    if {a.type for a in event.arguments} & {"string", "bytes"}:
        return lambda logs, places: [
            EventRow(place[0], event, one(log, place)) for log, place in zip(logs, places, strict=True)
        ]
    order = sorted(event.arguments, key=lambda a: not a.indexed)
    topics = sum(a.indexed for a in order)
    words = len(order) - topics
    formats, masks = [_format(a.type) for a in order], [_padding(a) for a in order]
    # Indexed arguments come first in every journaled event, so that its log holds what the journal hashes.
    hashed = is_journaled(event) and order == list(event.arguments)
    pieces = Struct("x32s" * (1 + topics) + f"x{32 * words}s")
    namespace: dict[str, Any] = {
        "Malformed": MalformedLog,
        "texts_of": partial(_texts, topics, words * WORD),
        "raw_of": partial(
            _raw,
            topics + 2,
            int("0" * WORD + "".join(f"ff{m}" for m in masks[:topics]) + "ff" + "".join(masks[topics:]), 16),
        ),
        "unpack": Struct(
            ">33x" + "".join(f"x{f}" for f in formats[:topics]) + "x" + "".join(formats[topics:])
        ).iter_unpack,
        "hashes_of": partial(_hashes, pieces) if hashed else lambda raw: repeat(None),
        "rows_of": partial(map, partial(tuple.__new__, EventRow)),
        "event": repeat(event),
        "key_of": KEY,
    }
    exec(compile(source_all(event, order), f"<decoder of many {event.table.name}>", "exec"), namespace)  # noqa: S102 - text is ours
    return namespace["decode"]


def source_all(event: Event, order: Sequence[Argument]) -> str:
    """Return the text of the decoder of many logs of an event with static arguments.

    It checks column by column what the decoder of one log checks field by field, and accepts nothing else.

    Args:
        event: What to decode.
        order: Its arguments as they stand in a log.
    """
    names = {a.column: f"n{i}" for i, a in enumerate(order)}
    topics = sum(a.indexed for a in order)
    texts = {a.column: (i + 1) * WORD + 2 * (min(i, topics) + 2) for i, a in enumerate(order)}
    values = ", ".join(_value(a, names[a.column], texts[a.column]) for a in event.arguments)
    unpacked = ", ".join(part for a in order for part in _parts(a.type, names[a.column]))
    checks = [
        f"    if any({names[a.column]} > 1 for ({unpacked},) in unpack(raw)): raise Malformed({a.column!r})\n"
        for a in order
        if a.type == "bool"
    ]
    return (
        f"def decode(logs, places):\n"
        f"    texts = texts_of(logs)\n"
        f"    raw = raw_of(texts)\n"
        f"{''.join(checks)}"
        f"    address = logs[0].address\n"
        f"    rows = [(*place, log.transaction_hash, address, {values})"
        f" for log, place, b, ({unpacked}{',' if unpacked else ''}) in zip(logs, places, texts, unpack(raw))]\n"
        f"    return list(rows_of(zip(map(key_of, places), event, rows, hashes_of(raw))))\n"
    )


QUAD: Final = 64
"""Bits of the widest number that `struct` knows."""


def _format(kind: str) -> str:
    """Return how `struct` reads a word: numbers as one number or the parts of one, all else not at all."""
    if kind != "bool" and not kind.startswith("uint"):
        return "32x"
    bits = 8 if kind == "bool" else int(kind.removeprefix("uint"))
    small = {8: "B", 16: "H", 32: "I", 64: "Q"}
    if bits in small:
        return f"{32 - bits // 8}x{small[bits]}"
    return f"{32 - -(-bits // QUAD) * 8}x" + "Q" * -(-bits // QUAD)


def _parts(kind: str, name: str) -> list[str]:
    """Return the names of what `_format` reads, the most significant part first."""
    count = sum(_format(kind).count(letter) for letter in "BHIQ")
    return [name] if count == 1 else [f"{name}_{i}" for i in range(count)]


def _value(argument: Argument, name: str, at: int) -> str:
    """Return the expression of one argument's value, from its parts or from text `b` where its word is at `at`."""
    kind, end = argument.type, at + WORD
    if kind == "bool":
        return f"{name} == 1"
    if kind.startswith("uint"):
        parts = _parts(kind, name)
        return "(" + " | ".join(f"{p} << {QUAD * i}" if i else p for i, p in enumerate(reversed(parts))) + ")"
    if kind == "address":
        return f"'0x' + b[{end - 40}:{end}]"
    return f"'0x' + b[{at}:{at + 2 * int(kind.removeprefix('bytes'))}]"


def _padding(argument: Argument) -> str:
    """Return a mask of the digits of a word that must be zero."""
    if argument.type == "bool":
        return "f" * (WORD - 1) + "0"
    if argument.type == "address" or argument.type.startswith("uint"):
        digits = 40 if argument.type == "address" else int(argument.type.removeprefix("uint")) // 4
        return ("f" * (WORD - digits)).ljust(WORD, "0")
    digits = 2 * int(argument.type.removeprefix("bytes"))
    return ("f" * (WORD - digits)).rjust(WORD, "0")


def _texts(topics: int, digits: int, logs: Sequence[Log]) -> list[str]:
    """Return topics and data of each log as one text, each part with its 0x.

    Args:
        topics: Number of indexed arguments.
        digits: Number of hex digits of the others.
        logs: Logs of one event.

    Raises:
        MalformedLog: One of them is of another size.
    """
    lists, data = [log.topics for log in logs], [log.data for log in logs]
    if set(map(len, lists)) != {topics + 1} or set(map(len, data)) != {digits + 2}:
        raise MalformedLog("of another size")
    if set(map(len, chain.from_iterable(lists))) != {WORD + 2}:
        raise MalformedLog("a topic is not of 32 bytes")
    return list(map(add, map("".join, lists), data))


def _raw(parts: int, padding: int, texts: Sequence[str]) -> bytes:
    """Return the bytes of what `_texts` returns; each 0x becomes a byte of zero.

    Args:
        parts: Number of topics, and one for the data.
        padding: Mask of the bits that must be zero.
        texts: All of one length.

    Raises:
        MalformedLog: Something else than digits, not spelled as every node does, or a bit of the padding is set.
    """
    together, size = "".join(texts), len(texts[0])
    raw = bytes.fromhex(together.replace("x", "0"))
    # Blanks would make it shorter, and capital letters other than it is.
    if len(raw) * 2 != len(together) or together != together.lower():
        raise MalformedLog("not hex digits")
    starts = range(1, parts * (WORD + 2), WORD + 2)
    if together.count("x") != len(starts) * len(texts) or any(together[at::size] != "x" * len(texts) for at in starts):
        raise MalformedLog("0x is not where it should be")
    step = size // 2
    # All logs at once: a bit that is set in one of them is set in all together.
    if reduce(or_, map(int.from_bytes, [raw[i : i + step] for i in range(0, len(raw), step)])) & padding:
        raise MalformedLog("an argument is out of its range")
    return raw


def _hashes(pieces: Struct, raw: bytes) -> list[bytes]:
    return [keccak_256(one).digest() for one in map(b"".join, pieces.iter_unpack(raw))]


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
