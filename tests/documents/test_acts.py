"""What the pages write is taken in: every document that an act makes follows the schema of its kind

├── its kind is one of those that the record is asked for
├── all that the schema requires is in a field that has to be filled in
└── no field lets more be typed than the schema takes
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from documents.kinds import Kind, check, schema_bytes
from web.acts import ALL
from web.acts.model import PROSE_LETTERS, Act, Field, leaves
from web.acts.model import Kind as FieldKind

BEYOND = 30_000
"""More letters than any schema takes."""


def documents_of(act: Act) -> Iterator[Mapping[str, Any]]:
    """Yield the template of every document that an act makes."""
    for _, _, args in act.calls():
        yield from (leaf for leaf in leaves(args) if leaf["$"] == "document")


def decides(act: Act, name: str) -> bool:
    """Return whether an act makes its document only if a field is not empty."""
    found = (leaf for _, _, args in act.calls() for leaf in leaves(args))
    return any(leaf["$"] == "when" and leaf["name"] == name and leaf["is"] == "" for leaf in found)


CASES = [(act, leaf) for act in ALL for leaf in documents_of(act)]
each_document = pytest.mark.parametrize(
    "act, leaf", CASES, ids=[f"{act.function}-{leaf['kind']}" for act, leaf in CASES]
)


def fields_beside(act: Act, leaf: Mapping[str, Any]) -> Sequence[Field]:
    """Return the fields from which a document is made: those of the rows in which it is written, before the act's."""
    for _, _, args in act.calls():
        for rows in leaves(args):
            if rows["$"] == "each" and any(leaf == part for part in leaves(rows["of"])):
                return (*field_of(act.fields, rows["name"]).fields, *act.fields)
    return act.fields


def field_of(fields: Sequence[Field], name: str) -> Field:
    return next(field for field in fields if field.name == name)


def sample(act: Act, leaf: Mapping[str, Any], *, whole: bool) -> Any:
    """Return a document as the pages make it: with every field as long as may be, or only those that must be there."""
    return _sample(act, fields_beside(act, leaf), leaf["content"], whole=whole)


def _sample(act: Act, fields: Sequence[Field], template: Any, *, whole: bool) -> Any:
    if not isinstance(template, Mapping):
        return template
    if "$" not in template:
        members = {name: _sample(act, fields, part, whole=whole) for name, part in template.items()}
        return {name: value for name, value in members.items() if value}
    if template["$"] == "digest":
        return "ab" * 32
    if template["name"] == "language":
        return "pt"
    field = field_of(fields, template["name"])
    if template["$"] == "each":
        rows = (field.most if whole else field.least) or 0
        return [_sample(act, (*field.fields, *fields), template["of"], whole=whole)] * rows
    if not (whole or field.required or decides(act, field.name)):
        return None
    if field.choices:
        return field.choices[-1][0]
    most = field.most or (PROSE_LETTERS if field.kind is FieldKind.PROSE else BEYOND)
    text = "ж" * most if whole else "x"
    if field.kind is FieldKind.LINK:
        text = ("https://" + text)[:most]
    return {"pt": text, "ar": text} if template["$"] == "worded" else text


@each_document
def test_document__with_what_must_be_filled_in__follows_the_schema(act: Act, leaf: Mapping[str, Any]) -> None:
    check(Kind(leaf["kind"]), sample(act, leaf, whole=False))


@each_document
def test_document__with_all_that_may_be_filled_in__follows_the_schema(act: Act, leaf: Mapping[str, Any]) -> None:
    check(Kind(leaf["kind"]), sample(act, leaf, whole=True))


@each_document
def test_document__of_each_act__has_members_that_the_schema_knows(act: Act, leaf: Mapping[str, Any]) -> None:
    assert leaf["content"].keys() <= json.loads(schema_bytes(Kind(leaf["kind"])))["properties"].keys()


def test_documents__of_all_acts__are_of_many_kinds() -> None:
    assert {leaf["kind"] for _, leaf in CASES} >= {"campaign", "milestone", "evidence", "update", "profile", "reason"}
