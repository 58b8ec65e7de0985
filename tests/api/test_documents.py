"""GET /documents/{sha256}
when the name is not 64 hexadecimal digits in lower case: invalid-parameter
when it was erased, whether or not the file is still there: erased-document, with the reason, and no title any more
when there is no such file, or its content has another hash, or no folder is set: unknown-document
else the file, which caches ask for again after ten minutes, with a media type from its bytes that no browser runs
"""

import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from api.app import create_app
from api.documents import media_type_of
from api.settings import Settings
from api.titles import name_of
from tests.api import rows as r
from tests.api import scenario as s
from tests.api.client import Client, serving


def path_of(content: bytes) -> str:
    return f"/documents/{sha256(content).hexdigest()}"


@pytest.mark.parametrize(
    "name",
    [
        "secret.txt",
        "0x" + "ab" * 32,
        "AB" * 32,
        "ab" * 31,
        "ab" * 33,
        "ab" * 32 + "%00",
        "ab" * 32 + "%0A",
        "..",
        "%2e%2e%5csecret.txt",
    ],
)
def test_document__by_no_hash__is_refused(client: Client, name: str) -> None:
    answer = client.get(f"/documents/{name}")

    assert (answer.status, answer.problem) == (400, "invalid-parameter")


@pytest.mark.parametrize("name", ["../secret.txt", "%2e%2e%2fsecret.txt", "x/../secret.txt"])
def test_document__through_a_path__is_not_found(client: Client, name: str) -> None:
    answer = client.get(f"/documents/{name}")

    assert (answer.status, answer.problem) == (404, "not-found")


@pytest.mark.parametrize("name", ["00" * 32, s.TAMPERED])
def test_document__missing_or_tampered__is_unknown(client: Client, name: str) -> None:
    answer = client.get(f"/documents/{name}")

    assert (answer.status, answer.problem) == (404, "unknown-document")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "record",
    [
        b'{"by": "0x12", "erased_at": "2026-03-01T00:00:00Z", "reason": "I moved {away}"}',
        b"",
        b"[]",
        b"\xff",
        b'{"by":',
    ],
)
def test_document__that_was_erased__is_gone_with_its_title(tmp_path: Path, mirror: Path, record: bytes) -> None:
    content = b'{"name": "Somebody"}'
    digest = sha256(content).hexdigest()
    (tmp_path / digest).write_bytes(content)
    assert name_of(tmp_path, f"0x{digest}") == "Somebody"
    (tmp_path / f"{digest}.erased").write_bytes(record)
    with serving(create_app(Settings(database_url=f"sqlite:///{mirror}", documents=tmp_path))) as asking:
        answer = asking.get(f"/documents/{digest}")

    assert (answer.status, answer.problem) == (410, "erased-document")
    assert answer.headers["cache-control"] == "no-store"
    assert b"Somebody" not in answer.body
    assert not record.startswith(b'{"by": ') or "I moved {away}" in answer.json()["detail"]
    assert name_of(tmp_path, f"0x{digest}") is None


def test_document__without_a_folder__is_unknown(client_of: Callable[..., Client]) -> None:
    assert client_of([r.checkpoint()]).get(path_of(s.DESCRIPTION)).problem == "unknown-document"


def test_document__by_its_hash__is_served_as_it_was_hashed(client: Client) -> None:
    answer = client.get(path_of(s.DESCRIPTION))

    assert (answer.status, answer.body) == (200, s.DESCRIPTION)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "public, max-age=600"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_document__held_by_the_client__is_not_sent_again(client: Client) -> None:
    first = client.get(path_of(s.PICTURE))

    second = client.get(path_of(s.PICTURE), {"If-None-Match": first.headers["etag"]})

    assert first.headers["content-type"] == "image/png"
    assert (second.status, second.body) == (304, b"")


def test_media_type__of_deep_nesting__is_found_whatever_the_interpreter_allows() -> None:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(1_000_000)  # as some packages do; a parser that relies on it ends the process
    try:
        assert media_type_of(b"[" * 200_000) == "text/plain; charset=utf-8"
    finally:
        sys.setrecursionlimit(before)


@pytest.mark.parametrize(
    "content, expected",
    [
        (b"<svg onload=alert(1)>", "text/plain; charset=utf-8"),
        (b"<!doctype html>", "text/plain; charset=utf-8"),
        (b"[" * 100_000, "text/plain; charset=utf-8"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"%PDF-1.7", "application/pdf"),
        (b"\xff\xfe", "application/octet-stream"),
        (b"", "text/plain; charset=utf-8"),
        (b"{}", "application/json"),
    ],
)
def test_media_type__from_the_bytes__is_harmless(content: bytes, expected: str) -> None:
    assert media_type_of(content) == expected
