"""The schema of each kind
├── is a valid schema, closed, and the same in what kinds have in common
├── takes the smallest document of its kind, every document of the story, and every field it names
└── refuses, with the place as a JSON pointer and without repeating the document:
    what is missing or unknown, no language tag, empty or too long text, control characters, links that are no links
"""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from api.hashes import DocumentKind
from documents import pictures
from documents.kinds import MAX_FAULTS, SCHEMAS, Kind, check, schema_bytes
from documents.problems import Fault
from documents.reading import MAX_DEPTH, media_type_of, read_json
from scripts._lab.documents import PICTURES, SOURCES
from serving.problems import Problem
from tests.documents import samples as s

KINDS = list(Kind)
DIGEST = "ab" * 32


def faults(kind: Kind, document: Any) -> list[Fault]:
    """Return what is wrong with a document."""
    with pytest.raises(Problem) as caught:
        check(kind, document)
    assert caught.value.kind.name == "schema-violated"
    return [Fault(**fault) for fault in caught.value.members["errors"]]


def story() -> list[Any]:
    """Return every document of the story."""
    found = []
    for path in sorted(SOURCES.glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        for shelf in content.values():
            if isinstance(shelf, dict) and "type" in shelf:
                found.append(shelf)
            else:
                found += shelf.values() if isinstance(shelf, dict) else shelf
    return found


def definitions() -> dict[str, list[Any]]:
    """Return every form of each definition that schemas share."""
    found: dict[str, list[Any]] = {}
    for kind in Kind:
        for name, value in json.loads(schema_bytes(kind))["$defs"].items():
            found.setdefault(name, []).append(value)
    return found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "change, place",
    [
        ({"type": "other"}, "/type"),
        ({"markup": "<b>"}, "/markup"),
        ({"language": "Spanish"}, "/language"),
        ({"language": "es\n"}, "/language"),
        ({"pictures": [{"sha256": DIGEST}]}, "/pictures/0/alt"),
        ({"pictures": [{"sha256": DIGEST + "\n", "alt": {"en": "A press"}}]}, "/pictures/0/sha256"),
        ({"pictures": [{"sha256": DIGEST.upper(), "alt": {"en": "A press"}}]}, "/pictures/0/sha256"),
        ({"pictures": [{"sha256": DIGEST, "alt": {}}]}, "/pictures/0/alt"),
        ({"links": [{"url": "javascript:alert(1)"}]}, "/links/0/url"),
        ({"links": [{"url": "http://example.org/"}]}, "/links/0/url"),
        ({"links": [{"url": 'https://example.org/"onclick='}]}, "/links/0/url"),
        ({"links": [{"url": "https://example.org/\n"}]}, "/links/0/url"),
    ],
)
def test_check__of_what_all_kinds_share__names_the_place(kind: Kind, change: dict[str, Any], place: str) -> None:
    assert place in {fault.path for fault in faults(kind, s.document(kind, **change))}


@pytest.mark.parametrize(
    "title, place",
    [
        ("no language", "/title"),
        ({}, "/title"),
        ({"english": "x"}, "/title/english"),
        ({"EN": "x"}, "/title/EN"),
        ({"en\n": "x"}, "/title/en\n"),
        ({"a/b~c": "x"}, "/title/a~1b~0c"),
        ({"en": ""}, "/title/en"),
        ({"en": "   "}, "/title/en"),
        ({"en": "x" * 141}, "/title/en"),
        ({"en": "a\0b"}, "/title/en"),
        ({"en": "a\nb"}, "/title/en"),
        ({"en": "trailing\n"}, "/title/en"),
        ({"en": "a\u202eb"}, "/title/en"),
        ({"en": "a\u0085b"}, "/title/en"),
        ({"en": 5}, "/title/en"),
        ({"en": {"en": "x"}}, "/title/en"),
    ],
)
def test_check__of_a_title_that_is_none__names_the_place(title: Any, place: str) -> None:
    assert {fault.path for fault in faults(Kind.CAMPAIGN, s.document(title=title))} == {place}


def test_check__of_many_mistakes__names_up_to_twenty_and_repeats_nothing() -> None:
    wrong = {f"x{number}": "secret " * 1_000 for number in range(100)}

    found = faults(Kind.NEED, {"type": "need", "text": {"en": "x" * 30_000}, **wrong})

    assert len(found) == MAX_FAULTS
    assert all(len(fault.path) + len(fault.detail) < 200 and "secret" not in fault.detail for fault in found)


@pytest.mark.parametrize("kind", KINDS)
def test_check__of_the_smallest_document__needs_each_field(kind: Kind) -> None:
    required = json.loads(schema_bytes(kind))["required"]
    smallest = {name: value for name, value in s.document(kind).items() if name in required}
    if kind is Kind.EVIDENCE:
        assert faults(kind, smallest)[0].path == ""
        smallest["title"] = {"en": "Forty readers"}

    check(kind, smallest)

    for name in required:
        shorter = {one: value for one, value in smallest.items() if one != name}
        assert f"/{name}" in {fault.path for fault in faults(kind, shorter)}


@pytest.mark.parametrize("tag", ["en", "es", "fr", "pt", "el", "ar", "pt-BR", "sr-Latn", "zh-Hant-TW", "kab", "es-419"])
def test_check__in_any_language__passes(tag: str) -> None:
    check(Kind.NEED, {"type": "need", "text": {tag: "Two paragraphs\n\nand a\ttab"}})


@pytest.mark.parametrize("kind", KINDS)
def test_schema__of_each_kind__is_valid_closed_and_says_what_it_is(kind: Kind) -> None:
    schema = json.loads(schema_bytes(kind))
    Draft202012Validator.check_schema(schema)

    assert schema["properties"]["type"] == {"const": kind}
    assert schema["additionalProperties"] is False
    assert schema["title"]
    assert schema["description"]


def test_schemas__of_all_kinds__are_those_of_the_api_and_agree() -> None:
    assert {path.stem for path in SCHEMAS.glob("*.json")} == {*Kind} == {*DocumentKind}
    for name, forms in definitions().items():
        assert all(form == forms[0] for form in forms), name


def test_check__of_every_field_at_once__is_within_the_bound_for_nesting() -> None:
    line = {"en": "A press"}
    more = {
        "language": "en",
        "budget": [{"item": line, "share_percent": 100}],
        "risks": line,
        "pictures": [{"sha256": DIGEST, "alt": line}],
        "links": [{"url": "https://example.org/a?b=c#d", "title": line}],
    }
    document = s.document(**more)

    check(Kind.CAMPAIGN, read_json(s.packed(document)))

    assert MAX_DEPTH > 4


def test_check__of_an_offer__takes_a_skill_and_the_language_of_the_help() -> None:
    more: dict[str, Any] = {"skill": {"en": "Bookkeeping", "es": "Contabilidad"}, "spoken": "es"}

    check(Kind.OFFER, s.document("offer", **more))


@pytest.mark.parametrize(
    ("changes", "path"),
    [({"skill": "law"}, "/skill"), ({"skill": {"en": "x" * 141}}, "/skill/en"), ({"spoken": "Spanish"}, "/spoken")],
)
def test_check__of_an_offer__refuses_other_forms_of_both(changes: dict[str, Any], path: str) -> None:
    assert [fault.path for fault in faults(Kind.OFFER, s.document("offer", **changes))] == [path]


@pytest.mark.parametrize("document", story(), ids=lambda document: document["type"])
def test_check__of_each_document_of_the_story__passes(document: Any) -> None:
    check(Kind(document["type"]), read_json(s.packed(document)))


def test_pictures__of_the_story__are_there_and_named_once() -> None:
    named = [picture["sha256"] for document in story() for picture in document.get("pictures", [])]

    assert sorted(named) == sorted(path.stem for path in PICTURES.iterdir())
    for name in named:
        content = (PICTURES / f"{name}.webp").read_bytes()
        assert sha256(content).hexdigest() == name
        assert pictures.check(content, media_type_of(content), 10**6) == (960, 540)


def test_story__of_all_documents__has_every_kind() -> None:
    assert {document["type"] for document in story()} == {*Kind}
    assert Path(SOURCES).is_dir()
