"""Kinds of documents, and the published schema of each."""

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

import orjson
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from documents.problems import SCHEMA_VIOLATED, Fault, of_faults

SCHEMAS: Final = Path(__file__).parent / "schemas"
MAX_FAULTS: Final = 20


class Kind(StrEnum):
    """What a document is to the record that names it; the same words as in the lab's API."""

    CAMPAIGN = "campaign"
    MILESTONE = "milestone"
    EVIDENCE = "evidence"
    UPDATE = "update"
    PROFILE = "profile"
    LISTING = "listing"
    OFFER = "offer"
    NEED = "need"
    REASON = "reason"
    PROGRAMME = "programme"
    AGREEMENT = "agreement"


PICTURE: Final = "picture"
"""Kind of a file that no record names, but a document."""


def schema_bytes(kind: Kind) -> bytes:
    """Return the schema of a kind as it is published."""
    return (SCHEMAS / f"{kind}.json").read_bytes()


def check(kind: Kind, document: Any) -> None:
    """Compare a document with the schema of its kind.

    Raises:
        Problem: It differs; every place is named, up to twenty.
    """
    faults: list[Fault] = []
    for error in _validator(kind).iter_errors(document):
        faults += _faults(error)
        if len(faults) >= MAX_FAULTS:
            break
    if faults:
        first = faults[0]
        message = f"As a document of the kind {kind}: {first.path or 'the document'} {first.detail}"
        raise of_faults(SCHEMA_VIOLATED, message, faults[:MAX_FAULTS], schema=f"/schemas/{kind}.json")


@cache
def _validator(kind: Kind) -> Draft202012Validator:
    return Draft202012Validator(orjson.loads(schema_bytes(kind)))


def _faults(error: ValidationError) -> Iterator[Fault]:
    """Yield what is wrong, in our words: those of the validator repeat the document, whatever its size."""
    at = "".join(f"/{_escaped(part)}" for part in error.absolute_path)
    if error.validator == "required":
        for name in error.validator_value:
            if isinstance(error.instance, dict) and name not in error.instance:
                yield Fault(f"{at}/{_escaped(name)}", "is missing")
    elif error.validator == "additionalProperties":
        for name in _unknown(error):
            yield Fault(f"{at}/{_escaped(name)}", "is not known here, or is no language tag such as es or pt-BR")
    else:
        yield Fault(at, _WORDS.get(str(error.validator), "is not as the schema says").format(error.validator_value))


_WORDS: Final = {
    "type": "must be of the type {}",
    "const": "must be {}",
    "minLength": "must have at least {} characters",
    "maxLength": "must have at most {} characters",
    "minItems": "must have at least {} items",
    "maxItems": "must have at most {} items",
    "minProperties": "must be there in at least {} language",
    "maxProperties": "must be there in at most {} languages",
    "minimum": "must be at least {}",
    "maximum": "must be at most {}",
    "pattern": "is empty, or has not the form that the schema says",
    "not": "holds a control character",
    "anyOf": "lacks what the schema asks one of for",
}


def _unknown(error: ValidationError) -> list[str]:
    known, patterns = error.schema.get("properties", {}), error.schema.get("patternProperties", {})
    return [name for name in error.instance if name not in known and not any(re.search(one, name) for one in patterns)]


def _escaped(part: object) -> str:
    """Return one step of a JSON pointer, cut where a stranger made it long."""
    return str(part)[:80].replace("~", "~0").replace("/", "~1")
