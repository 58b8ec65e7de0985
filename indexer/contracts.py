"""Asking contracts what they think: calls built and answers read by the exported ABI."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

from eth_abi.abi import decode, encode

from deployments import abi
from indexer.chain import Call, keccak


@dataclass(frozen=True, slots=True)
class View:
    """One function of a contract that only reads."""

    name: str
    selector: bytes
    arguments: tuple[str, ...]
    results: tuple[str, ...]
    fields: Sequence[Mapping[str, Any]]
    """The result's fields as the ABI has them; empty if it is one value."""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the result's fields; those of a struct in a struct follow its own name and ``_``."""
        return tuple(_names(self.fields, ""))

    @classmethod
    def of(cls, contract: str, function: str) -> Self:
        """Return the function of a contract by name; our ABIs have no overloads among views."""
        item = next(i for i in abi(contract) if i["type"] == "function" and i["name"] == function)
        arguments = tuple(_type(i) for i in item["inputs"])
        selector = keccak(f"{function}({','.join(arguments)})".encode())[:4]
        outputs = item["outputs"]
        fields = outputs[0]["components"] if outputs[0]["type"] == "tuple" else outputs if len(outputs) > 1 else ()
        return cls(function, selector, arguments, tuple(_type(o) for o in outputs), fields)

    def call(self, to: str, *values: Any) -> Call:
        """Return the call of this function on a contract."""
        return Call(to, "0x" + (self.selector + encode(self.arguments, values)).hex())

    def read(self, answer: bytes) -> Any:
        """Return an answer: a dictionary by field name, or the one value."""
        results = decode(self.results, answer)
        values = results[0] if self.results[0].startswith("(") else results
        return dict(zip(self.names, _flat(self.fields, values), strict=True)) if self.fields else values[0]


@cache
def view(contract: str, function: str) -> View:
    """Return a function of a contract, read from the ABI once."""
    return View.of(contract, function)


def text_of(answer: bytes | None) -> str:
    """Return a token's name or symbol from its answer, cleaned; empty if it answered something else than a text."""
    if not answer:
        return ""
    try:
        (text,) = decode(["string"], answer)
    except Exception:  # noqa: BLE001 - a foreign contract may answer anything
        return ""
    printable: str = "".join(character for character in text if character.isprintable())
    return printable[:64]


def _names(fields: Sequence[Mapping[str, Any]], prefix: str) -> Iterator[str]:
    for field in fields:
        name = prefix + field["name"]
        if field["type"] == "tuple":
            yield from _names(field["components"], f"{name}_")
        else:
            yield name


def _flat(fields: Sequence[Mapping[str, Any]], values: Sequence[Any]) -> Iterator[Any]:
    for field, value in zip(fields, values, strict=True):
        if field["type"] == "tuple":
            yield from _flat(field["components"], value)
        else:
            yield value


def _type(item: dict[str, Any]) -> str:
    components: Sequence[dict[str, Any]] = item.get("components", ())
    if item["type"].startswith("tuple"):
        return f"({','.join(map(_type, components))})" + str(item["type"]).removeprefix("tuple")
    return str(item["type"])
