"""Events and views as words of 32 bytes: all that concerns money has static arguments, each of which is one word."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from audit.errors import NodeUntrue
from audit.node import Call, Log
from audit.proofs.records import events, type_of
from audit.proofs.trie import keccak
from deployments import abi

WORD: Final = 32
HEX_WORD: Final = 2 * WORD
Values = dict[str, int]
"""Arguments by name; those of a struct have the struct's name and a dot before theirs."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the arguments of an event stand."""

    name: str
    fields: tuple[str, ...]
    """Indexed ones first, as in our events."""
    topics: int

    def read(self, log: Log) -> Values:
        """Return the arguments of a log.

        Raises:
            NodeUntrue: It has not the form of the event.
        """
        data = log.data
        words = [*log.topics[1:], *[data[i : i + HEX_WORD] for i in range(2, len(data), HEX_WORD)]]
        if len(words) != len(self.fields) or len(log.topics) != self.topics:
            raise NodeUntrue(f"a log of block {int(log.block_number, 16)} has not the form of {self.name}")
        return dict(zip(self.fields, [int(word, 16) for word in words], strict=True))


@cache
def layouts(contract: str) -> Mapping[str, Layout]:
    """Return the events of a contract that have static arguments only, by topic 0 as nodes write it."""
    found = {}
    for event in events(contract):
        if not any(each["type"] in {"string", "bytes"} or each["type"].endswith("[]") for each in event.inputs):
            fields = tuple(name for each in event.inputs for name in _names(each, ""))
            found["0x" + event.topic.hex()] = Layout(event.name, fields, 1 + event.indexed)
    return found


@dataclass(frozen=True, slots=True)
class View:
    """A function that only reads, with static arguments and results."""

    selector: bytes
    fields: tuple[str, ...]

    def call(self, to: str, *arguments: int) -> Call:
        """Return the call of this function on a contract."""
        return Call(to, self.selector + b"".join(argument.to_bytes(WORD) for argument in arguments))

    def read(self, answer: bytes) -> Values:
        """Return the results by name; a single one that has none is called `value`.

        Raises:
            NodeUntrue: The answer has another form.
        """
        if len(answer) != WORD * len(self.fields):
            raise NodeUntrue(f"a call was answered with {len(answer)} bytes, not {WORD * len(self.fields)}")
        words = [int.from_bytes(answer[i : i + WORD]) for i in range(0, len(answer), WORD)]
        return dict(zip(self.fields, words, strict=True))


@cache
def view(contract: str, function: str) -> View:
    """Return a function of a contract from its ABI."""
    item = next(i for i in abi(contract) if i["type"] == "function" and i["name"] == function)
    selector = keccak(f"{function}({','.join(map(type_of, item['inputs']))})".encode())[:4]
    outputs: Sequence[Mapping[str, Any]] = item["outputs"]
    if len(outputs) == 1:
        outputs = outputs[0].get("components") or [{**outputs[0], "name": outputs[0]["name"] or "value"}]
    return View(selector, tuple(name for each in outputs for name in _names(each, "")))


def _names(item: Mapping[str, Any], prefix: str) -> Iterator[str]:
    name = prefix + item["name"]
    if item["type"] == "tuple":
        for each in item["components"]:
            yield from _names(each, f"{name}.")
    else:
        yield name
