"""What documents of strangers say: only what has the expected form, cut, and without letters that steer."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from api.documents import ERASURE
from web.descriptions import LINE, LONGEST, MOST_BYTES, SHORT, Document, Link, document_of
from web.languages import Language


def document(content: dict[str, Any], language: str = "en") -> Document:
    return Document(content, Language(language))


@pytest.mark.parametrize(
    ("value", "language", "found"),
    [
        ("one", "en", (None, "one")),
        ({"en": "one", "es": "uno"}, "es", ("es", "uno")),
        ({"en": "one", "es": "uno"}, "fr", ("en", "one")),
        ({"pt": "um", "es": "uno"}, "fr", ("es", "uno")),  # the document's own language
        ({"de": "eins"}, "fr", ("de", "eins")),
        ({"fr": "  ", "en": "one"}, "fr", ("en", "one")),
        ({"fr": 7, "en": "one"}, "fr", ("en", "one")),
        ({'" onload="x': "one"}, "fr", (None, "one")),
        ({"zz-zz-zz-zz": "one"}, "fr", (None, "one")),
    ],
)
def test_text__is_in_the_language_that_suits_best(value: object, language: str, found: tuple[str | None, str]) -> None:
    text = document({"language": "es", "text": value}, language).text("text")

    assert text is not None
    assert (text.language, text.words) == found


@pytest.mark.parametrize(
    "value", [None, 7, True, [], ["x"], {}, {"en": None}, {"en": ["x"]}, "", " \n ", "\u202e\u2066", {"en": {}}]
)
def test_text__that_is_none__is_left_out(value: object) -> None:
    assert document({"text": value}).text("text") is None
    assert document({"text": value}).line("text") is None
    assert document({}).text("text") is None


def test_text__too_long__is_cut_and_says_so() -> None:
    text = document({"text": "ع" * 50_000}).text("text", LONGEST)

    assert text is not None
    assert len(text.words.encode()) <= LONGEST
    assert text.cut
    assert document({"text": "x" * SHORT}).text("text") == document({"text": "x" * SHORT}).text("text")
    whole = document({"text": "x" * SHORT}).text("text")
    assert whole is not None
    assert not whole.cut


def test_text__letters_that_steer__are_dropped() -> None:
    text = document({"text": "a\u202eb\u2066c\x00d\x1b[31me\r\nf\tg\u200dh"}).text("text")

    assert text is not None
    assert text.words == "abcd[31me\nf g\u200dh"


def test_line__is_one_line() -> None:
    line = document({"title": "  one\n\n two\u2028three " + "x" * 500}).line("title")

    assert line is not None
    assert line.words.startswith("one two three x")
    assert len(line.words) <= LINE


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example",
        "javascript:alert(1)",
        "https:/a.example",
        "https://a.example/\n",
        "https://a.example/ b",
        'https://a.example/"x',
        "//a.example",
        "HTTPS://A.EXAMPLE",
        "https://",
        "https://a.example/" + "x" * 600,
        7,
        None,
        ["https://a.example"],
    ],
)
def test_link__that_is_not_safe__is_left_out(url: object) -> None:
    assert document({"links": [{"url": url, "title": {"en": "x"}}]}).links() == []


@pytest.mark.parametrize(
    "digest", ["", "ab", "AB" * 32, "0x" + "ab" * 31, "ab" * 32 + "/..", "../" * 20, None, 7, ["ab" * 32]]
)
def test_picture__that_is_no_hash__is_left_out(digest: object) -> None:
    assert document({"pictures": [{"sha256": digest, "alt": {"en": "x"}}]}).pictures() == []


@pytest.mark.parametrize("percent", [0, -1, 101, "5", 5.5, True, None])
def test_budget__with_a_share_that_is_none__is_left_out(percent: object) -> None:
    assert document({"budget": [{"item": {"en": "x"}, "share_percent": percent}]}).budget() == []


def test_lists__of_any_length_and_form__are_bounded() -> None:
    many: dict[str, Any] = {
        "pictures": [{"sha256": "ab" * 32}] * 1000,
        "links": [{"url": "https://a.example"}] * 1000,
        "budget": [{"item": "x", "share_percent": 1}] * 1000,
    }

    assert [len(found) for found in (document(many).pictures(), document(many).links(), document(many).budget())] == [
        12,
        12,
        50,
    ]
    for odd in (None, 7, "x", {"a": 1}, [None, 7, "x", []]):
        content = dict.fromkeys(many, odd)
        assert document(content).pictures() == document(content).links() == document(content).budget() == []


@pytest.mark.parametrize("content", [b"", b"[]", b"7", b"null", b"{", b"\xff", b"[" * 100_000, b'{"a":' * 100_000])
def test_document__that_is_no_object__is_empty(tmp_path: Path, content: bytes) -> None:
    digest = sha256(content).hexdigest()
    (tmp_path / digest).write_bytes(content)

    assert not document_of(tmp_path, f"0x{digest}", Language.ENGLISH).is_here


def test_document__too_large_or_tampered_or_absent__is_empty(tmp_path: Path) -> None:
    large = json.dumps({"title": "x" * MOST_BYTES}).encode()
    (tmp_path / sha256(large).hexdigest()).write_bytes(large)
    (tmp_path / ("ab" * 32)).write_bytes(b"{}")

    for digest in (sha256(large).hexdigest(), "ab" * 32, "cd" * 32):
        assert not document_of(tmp_path, f"0x{digest}", Language.ENGLISH).is_here
    assert not document_of(None, "0x" + "ab" * 32, Language.ENGLISH).is_here
    assert not document_of(tmp_path, None, Language.ENGLISH).is_here


def test_picture__described_as_long_as_the_schema_takes__is_described_whole() -> None:
    words = "ق" * 600
    (picture,) = document({"pictures": [{"sha256": "ab" * 32, "alt": {"ar": words}}]}).pictures()

    assert picture.alt is not None
    assert (picture.alt.words, picture.alt.cut) == (words, False)


def test_document__that_was_erased_after_it_was_read__is_empty(tmp_path: Path) -> None:
    content = b'{"title": "x"}'
    digest = sha256(content).hexdigest()
    (tmp_path / digest).write_bytes(content)
    assert document_of(tmp_path, f"0x{digest}", Language.ENGLISH).is_here

    (tmp_path / f"{digest}{ERASURE}").write_bytes(b"{}")

    assert not document_of(tmp_path, f"0x{digest}", Language.ENGLISH).is_here


def test_document__that_comes_later__is_read_then(tmp_path: Path) -> None:
    content = b'{"title": "x"}'
    digest = f"0x{sha256(content).hexdigest()}"
    assert not document_of(tmp_path, digest, Language.ENGLISH).is_here

    (tmp_path / digest.removeprefix("0x")).write_bytes(content)

    assert document_of(tmp_path, digest, Language.ENGLISH).is_here


def test_document__that_was_erased__says_nothing_any_more(tmp_path: Path) -> None:
    content = b'{"name": "Somebody"}'
    digest = sha256(content).hexdigest()
    (tmp_path / digest).write_bytes(content)
    assert document_of(tmp_path, f"0x{digest}", Language.ENGLISH).is_here

    (tmp_path / f"{digest}.erased").write_bytes(b"{}")

    assert not document_of(tmp_path, f"0x{digest}", Language.ENGLISH).is_here


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://a.example/b", "a.example"),
        ("https://a.example?b=/c@d", "a.example"),
        ("https://a.example#b@c", "a.example"),
        ("https://bank.example@evil.example:8443/bank.example", "evil.example:8443"),
    ],
)
def test_link__tells_whose_page_it_is(url: str, host: str) -> None:
    assert Link(url, None).host == host
