"""What a file is
├── JSON, PNG, JPEG or WebP by its first bytes
└── anything else: unsupported-type, by name where it is one that people try
JSON
├── that is not UTF-8, breaks the grammar, names a field twice, holds half a character: invalid-json
├── nested deeper than any schema, however deep: nested-too-deep or invalid-json, whatever the interpreter allows
└── else: what orjson reads
"""

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.kinds import Kind, check
from documents.reading import MAX_DEPTH, media_type_of, read_json
from serving.problems import Problem


@pytest.mark.parametrize(
    "content, named",
    [
        (b"%PDF-1.7", "PDF"),
        (b"GIF89a", "GIF"),
        (b"PK\x03\x04", "ZIP"),
        (b"\x1f\x8b\x08", "archive"),
        (b"\0\0\0\x18ftypheic", "HEIC"),
        (b"II*\0", "TIFF"),
        (b"<svg onload=alert(1)>", "SVG"),
        (b'<?xml version="1.0"?>\n<!-- a --><svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b"\n <!DOCTYPE html><script>", "HTML"),
        (b"<html>", "HTML"),
        (b"BM\0\0\0\0", "no document"),
        (b"[]", "no document"),
        (b'"text"', "no document"),
        (b"", "no document"),
        (b"\xef\xbb\xbf{}", "no document"),
        (b"\0{}", "no document"),
        (b"RIFF\0\0\0\0WAVE", "no document"),
    ],
)
def test_type__that_is_not_taken_in__is_named(content: bytes, named: str) -> None:
    with pytest.raises(Problem, match=named) as caught:
        media_type_of(content)

    assert caught.value.kind.name == "unsupported-type"


@pytest.mark.parametrize(
    "content, expected",
    [
        (b' \n{"a": 1}', "application/json"),
        (b"\x89PNG", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
    ],
)
def test_type__by_the_first_bytes__is_found(content: bytes, expected: str) -> None:
    assert media_type_of(content) == expected


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"{}{}",
        b"{} trailing",
        b'{"a": 1,}',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 01}',
        b"{'a': 1}",
        b'{"a": "\xff"}',
        b'{"a": "\xed\xa0\x80"}',
        b'{"a": "\\ud800"}',
        b'{"\\ud800": 1}',
        b'{"a": "\\udc00\\ud800"}',
        b'{"a": "\0"}',
        b'{"a": "\n"}',
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}',
        b'{"a": 1, "\\u0061": 2}',
        b"[]",
        b"\0",
    ],
)
def test_json__broken_or_ambiguous__is_refused(content: bytes) -> None:
    with pytest.raises(Problem) as caught:
        read_json(content)

    assert caught.value.kind.name == "invalid-json"
    assert len(caught.value.detail) <= 200


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 100, 1_000, 100_000])
@pytest.mark.parametrize("opening, closing", [('{"a":', "}"), ("[", "]")])
def test_json__nested_deep__is_refused_whatever_the_interpreter_allows(depth: int, opening: str, closing: str) -> None:
    content = ('{"a":' + opening * (depth - 1) + "0" + closing * (depth - 1) + "}").encode()
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(1_000_000)
    try:
        with pytest.raises(Problem) as caught:
            read_json(content)
    finally:
        sys.setrecursionlimit(before)

    assert caught.value.kind.name in {"nested-too-deep", "invalid-json"}


def test_json__nested_as_deep_as_may_be__is_read() -> None:
    content = '{"a":' * MAX_DEPTH + "0" + "}" * MAX_DEPTH

    assert str(read_json(content.encode())).count("{") == MAX_DEPTH


@given(st.binary())
def test_read__of_any_bytes__is_refused_or_a_document(content: bytes) -> None:
    for sample in (content, b"{" + content, b'{"type": "need", "text": {"en": "' + content + b'"}}'):
        try:
            media_type_of(sample)
            check(Kind.NEED, read_json(sample))
        except Problem:
            continue


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_check__of_any_json__is_refused_or_a_document(value: object) -> None:
    content = json.dumps({"type": "campaign", "title": value, "pictures": value, "links": value, "budget": [value]})
    with pytest.raises(Problem):
        check(Kind.CAMPAIGN, read_json(content.encode()))


def test_json__with_every_kind_of_text__is_read() -> None:
    assert read_json('{"a": "\\ud83c\\udf3f ز \\u0000"}'.encode()) == {"a": "🌿 ز \0"}
