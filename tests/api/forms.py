"""Compares a JSON value with a JSON Schema, as far as our OpenAPI document uses it; unknown words fail."""

import re
from collections.abc import Callable, Iterator
from typing import Any

TYPES: dict[str, type] = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}
SILENT = {"title", "description", "examples", "default", "format"}


def mismatches(schema: Any, value: Any, document: Any, where: str) -> Iterator[str]:
    """Yield what of `value` is not as `schema` says."""
    for word, meaning in schema.items():
        if word not in SILENT:
            yield from WORDS.get(word, _unknown)(meaning, value, document, where)


def _reference(meaning: str, value: Any, document: Any, where: str) -> Iterator[str]:
    yield from mismatches(document["components"]["schemas"][meaning.rsplit("/", 1)[1]], value, document, where)


def _any_of(meaning: Any, value: Any, document: Any, where: str) -> Iterator[str]:
    found = [list(mismatches(part, value, document, where)) for part in meaning]
    if all(found):
        yield from found[0]


def _type(meaning: str, value: Any, document: Any, where: str) -> Iterator[str]:
    if not isinstance(value, TYPES[meaning]) or (isinstance(value, bool) and meaning != "boolean"):
        yield f"{where}: {value!r} is no {meaning}"


def _enum(meaning: Any, value: Any, document: Any, where: str) -> Iterator[str]:
    if value not in meaning:
        yield f"{where}: {value!r} is not in {meaning}"


def _pattern(meaning: str, value: Any, document: Any, where: str) -> Iterator[str]:
    if isinstance(value, str) and not re.search(meaning, value):
        yield f"{where}: {value!r} does not match {meaning}"


def _required(meaning: Any, value: Any, document: Any, where: str) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (f"{where}: {name} is missing" for name in meaning if name not in value)


def _properties(meaning: Any, value: Any, document: Any, where: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in value.items():
            if name in meaning:
                yield from mismatches(meaning[name], item, document, f"{where}.{name}")
            else:
                yield f"{where}: {name} is not declared"


def _items(meaning: Any, value: Any, document: Any, where: str) -> Iterator[str]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from mismatches(meaning, item, document, f"{where}[{index}]")


def _additional(meaning: Any, value: Any, document: Any, where: str) -> Iterator[str]:
    if meaning is not True:
        yield f"{where}: what is {meaning!r}?"


def _unknown(meaning: Any, value: Any, document: Any, where: str) -> Iterator[str]:
    yield f"{where}: what is {meaning!r}?"


WORDS: dict[str, Callable[[Any, Any, Any, str], Iterator[str]]] = {
    "$ref": _reference,
    "anyOf": _any_of,
    "type": _type,
    "enum": _enum,
    "pattern": _pattern,
    "required": _required,
    "properties": _properties,
    "items": _items,
    "additionalProperties": _additional,
}
