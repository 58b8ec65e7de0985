"""What a file is, from its bytes alone, and JSON of strangers read within bounds."""

import json
import re
from typing import Any, Final, NoReturn

import orjson

from documents.problems import INVALID_JSON, NESTED_TOO_DEEP, UNSUPPORTED_TYPE
from serving.problems import Problem

MAX_DEPTH: Final = 8
"""Lists and objects in one another; the schemas need four."""

PICTURES: Final = (
    (re.compile(rb"\x89PNG"), "image/png"),
    (re.compile(rb"\xff\xd8"), "image/jpeg"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
)
JSON: Final = "application/json"
_OTHERS: Final = (
    (re.compile(rb"%PDF-"), "a PDF"),
    (re.compile(rb"GIF8"), "a GIF"),
    (re.compile(rb"PK[\x03\x05\x07]"), "an archive (ZIP)"),
    (re.compile(rb"\x1f\x8b|BZh|\xfd7zXZ|7z\xbc\xaf|Rar!"), "an archive"),
    (re.compile(rb"....ftyp", re.DOTALL), "a film or a HEIC or AVIF picture"),
    (re.compile(rb"II\*\0|MM\0\*"), "a TIFF"),
    (re.compile(rb"\s*<.*<?svg", re.DOTALL | re.IGNORECASE), "an SVG"),
    (re.compile(rb"\s*<"), "HTML or XML"),
)
_SNIFFED: Final = 1_024


def media_type_of(content: bytes) -> str:
    """Return which of the types that are taken in a file is, or claims to be.

    Raises:
        Problem: It is none of them.
    """
    for signature, media_type in PICTURES:
        if signature.match(content):
            return media_type
    start = content[:_SNIFFED]
    if re.match(rb"\s*\{", start):
        return JSON
    name = next((name for signature, name in _OTHERS if signature.match(start)), "no document of a known type")
    raise Problem(UNSUPPORTED_TYPE, f"This is {name}; take JSON, PNG, JPEG or WebP")


def read_json(content: bytes) -> dict[str, Any]:
    """Return a document; equal bytes mean the same to every reader of JSON.

    Raises:
        Problem: It is not valid, ambiguous, or nested too deep.
    """
    try:
        # Has a bound of its own for nesting, whatever the interpreter allows.
        document = orjson.loads(content)
    except ValueError as error:
        raise Problem(INVALID_JSON, f"The document can't be read: {error}"[:200]) from error
    if _is_deeper(document, MAX_DEPTH):
        raise Problem(NESTED_TOO_DEEP, f"The document has more than {MAX_DEPTH} lists and objects in one another")
    # Readers differ on which of two equal names counts. Nesting is bounded by now.
    json.loads(content, object_pairs_hook=_distinct, parse_constant=_no_number)
    if not isinstance(document, dict):
        raise Problem(INVALID_JSON, "The document is no JSON object")
    return document


def _is_deeper(document: Any, bound: int) -> bool:
    level = [document]
    for _ in range(bound):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return any(isinstance(one, dict | list) for one in level)


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Problem(INVALID_JSON, "An object of the document names a field twice")
    return found


def _no_number(name: str) -> NoReturn:
    raise Problem(INVALID_JSON, f"{name} is no number of JSON")
