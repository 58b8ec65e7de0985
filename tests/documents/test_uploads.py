"""POST /documents
├── malformed: no body, cut off, a form of anything else, unknown parameters, too slow ... refused
├── too large, announced or not: cut off after one byte too many ......................... too-large
├── what is no document ................................................................. each with its own reason
├── with another hash than announced .................................................... hash-differs
├── a hash that no record names ......................................................... unknown-hash, with the block
├── an API that does not answer, answers nonsense, redirects ............................ mirror-unavailable
├── another kind than the record names .................................................. kind-differs
├── against its schema .................................................................. schema-violated
├── a picture that no document names .................................................... unnamed-picture
├── an account, or a caller, that gave enough ........................................... account-limit, ...
├── a full disk, a locked database ...................................................... store-full, store-busy
├── nothing of what is refused is kept
└── else it is kept once, however often and from how many sides it comes, and served as it was hashed
"""

import errno
import json
import os
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from documents.files import Files
from documents.kinds import Kind
from tests.api.client import Answer
from tests.documents import samples as s
from tests.documents.conftest import Service
from tests.documents.fake_lab import AUTHOR, FakeLab

NEED = s.packed(s.document("need"))


def digest_of(content: bytes) -> str:
    return sha256(content).hexdigest()


def form(*parts: tuple[str, str | None, bytes]) -> tuple[bytes, dict[str, str]]:
    """Return body and headers of a form: (name, file name, content) of each part."""
    body = b""
    for name, filename, content in parts:
        file = f'; filename="{filename}"' if filename else ""
        body += f'--line\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode() + content + b"\r\n"
    return body + b"--line--\r\n", {"Content-Type": "multipart/form-data; boundary=line"}


def nothing_kept(service: Service) -> bool:
    """Return whether neither folder nor database holds anything."""
    return not list(service.store.files.names()) and not any(service.store.totals()) and not service.leftovers()


def naming_picture(lab: FakeLab, *pictures: bytes, kind: str = "profile", **changes: Any) -> bytes:
    """Put the hash of a document on chain that names pictures; returns it."""
    named = [{"sha256": digest_of(picture), "alt": {"en": "A press"}} for picture in pictures]
    content = s.packed(s.document(kind, pictures=named))
    lab.name(content, kind, **changes)
    return content


# What is refused before anybody is asked


@pytest.mark.parametrize(
    "content, problem",
    [
        (b"", "invalid-upload"),
        (b"%PDF-1.7", "unsupported-type"),
        (b"<svg onload=alert(1)>", "unsupported-type"),
        (b"<!doctype html>", "unsupported-type"),
        (b"PK\x03\x04", "unsupported-type"),
        (b'{"type": "need", "type": "need"}', "invalid-json"),
        (b'{"type": "\\ud800"}', "invalid-json"),
        (b'{"type": "\0"}', "invalid-json"),
        (b'{"a":' * 9 + b"0" + b"}" * 9, "nested-too-deep"),
        (b"{", "invalid-json"),
    ],
)
def test_upload__of_no_document__is_refused_without_asking(
    service: Service, lab: FakeLab, content: bytes, problem: str
) -> None:
    lab.name(content, "need")

    assert service.give(content).problem == problem
    assert lab.asked == []
    assert nothing_kept(service)


@pytest.mark.parametrize(
    "content, problem",
    [
        (s.picture()[:-1], "broken-picture"),
        (s.picture() + b"PK\x03\x04", "hidden-data"),
        (s.picture(pnginfo=s.text_chunk()), "picture-with-metadata"),
        (s.picture("JPEG", exif=s.exif()), "picture-with-metadata"),
        (s.picture(icc_profile=b"\0" * 200), "picture-with-profile"),
        (s.animated("WEBP"), "animated-picture"),
        (s.png(10, 10, b"\0" * 10_000_000), "hidden-data"),
        (s.png(10_000, 10_000, b"\0"), "picture-too-big"),
    ],
)
def test_upload__of_a_picture_that_is_none__says_why(
    service: Service, lab: FakeLab, content: bytes, problem: str
) -> None:
    document = naming_picture(lab, content)
    assert service.give(document).status == 201

    assert service.give(content).problem == problem
    assert list(service.store.files.names()) == [digest_of(document)]


@pytest.mark.parametrize(
    "query, problem",
    [
        ("?kind=Need", "invalid-parameter"),
        ("?kind=" + "x" * 30, "invalid-parameter"),
        ("?sha256=12", "invalid-parameter"),
        ("?sha=12", "unknown-parameter"),
        ("?kind=need&kind=need", "unknown-parameter"),
        (f"?sha256={'00' * 32}", "hash-differs"),
    ],
)
def test_upload__with_wrong_parameters__is_refused(service: Service, lab: FakeLab, query: str, problem: str) -> None:
    lab.name(NEED, "need")

    assert service.give(NEED, query).problem == problem
    assert nothing_kept(service)


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [("kind", None, b"need")],
        [("file", "a", NEED), ("file", "b", NEED)],
        [("file", "a", NEED), ("other", None, b"x")],
        [("file", "a", NEED), ("kind", None, b"x" * 500)],
        [("file", "a", b"")],
    ],
    ids=["nothing", "no file", "two files", "another field", "a long field", "an empty file"],
)
def test_upload__of_a_form_with_anything_else__is_refused(
    service: Service, lab: FakeLab, parts: list[tuple[str, str | None, bytes]]
) -> None:
    lab.name(NEED, "need")

    assert service.post("/documents", *form(*parts)).problem == "invalid-upload"
    assert nothing_kept(service)


@pytest.mark.parametrize(
    "headers, body",
    [
        ({"Content-Type": "multipart/form-data"}, NEED),
        ({"Content-Type": "multipart/form-data; boundary=line"}, NEED),
        ({"Content-Type": "multipart/form-data; boundary=line"}, form(("file", "a", NEED))[0][:-20]),
    ],
    ids=["no boundary", "no form", "cut off"],
)
def test_upload__of_a_broken_form__is_refused(service: Service, headers: dict[str, str], body: bytes) -> None:
    assert service.post("/documents", body, headers).problem == "invalid-upload"


@pytest.mark.parametrize("start, most", [(b"{", 2_000), (b"\x89PNG\r\n\x1a\n", 4_000)], ids=["document", "picture"])
@pytest.mark.parametrize("announced", [True, False])
def test_upload__of_too_many_bytes__is_cut_off(
    service_of: Callable[..., Service], start: bytes, most: int, announced: bool
) -> None:
    service = service_of(max_json_bytes=2_000, max_picture_bytes=4_000)
    content = start + b" " * (most + 1 - len(start))
    body: Any = content if announced else iter([content])

    answer = service.post("/documents", body)

    assert (answer.status, answer.problem) == (413, "too-large")
    assert answer.json()["max_bytes"] == most
    assert service.post("/documents", *form(("file", "a", content))).problem == "too-large"
    assert service.give(start + b" " * (most - len(start))).problem != "too-large"


def test_upload__without_an_end__is_not_read_on(service_of: Callable[..., Service]) -> None:
    service = service_of(max_json_bytes=2_000, max_picture_bytes=2_000)
    sent = 0
    with socket.create_connection(("127.0.0.1", service.client.connection.port), timeout=10) as line:
        line.sendall(b"POST /documents HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            for _ in range(2_000):
                sent += line.send(b"10000\r\n{" + b" " * 65_535 + b"\r\n")
        except OSError:
            pass
    assert sent < 20 * 2**20


@pytest.mark.parametrize("path", ["/documents", f"/documents/{'ab' * 32}/erasure"])
def test_upload__that_is_too_slow__is_ended(service_of: Callable[..., Service], path: str) -> None:
    service = service_of(upload_seconds=0.2)
    with socket.create_connection(("127.0.0.1", service.client.connection.port), timeout=10) as line:
        line.sendall(f"POST {path} HTTP/1.1\r\n".encode() + b"Host: x\r\nContent-Length: 100\r\n\r\n{")
        answer = b"".join(iter(lambda: line.recv(65_536), b""))

    assert b" 408 " in answer
    assert b"upload-too-slow" in answer


@pytest.mark.parametrize("path", ["/documents", f"/documents/{'ab' * 32}/erasure"])
def test_upload__that_is_broken_off__is_no_failure_of_the_server(
    service: Service, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_connection(("127.0.0.1", service.client.connection.port), timeout=10) as line:
        line.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{{".encode())
    give_up = time.monotonic() + 10
    while b'refused_total{problem="invalid-upload"} 1' not in service.get("/metrics").body:
        assert time.monotonic() < give_up
        time.sleep(0.01)

    assert not caplog.records


# What the lab says


@pytest.mark.parametrize("behind", [0, 7])
def test_upload__of_a_hash_that_is_nowhere__says_how_far_the_mirror_is(
    service: Service, lab: FakeLab, behind: int
) -> None:
    lab.behind = behind

    answer = service.give(NEED)

    assert (answer.status, answer.problem) == (409, "unknown-hash")
    assert answer.json()["as_of"] == {"block_number": 1_000, "blocks_behind": behind}
    assert f"block 1000, {behind} blocks behind" in answer.json()["detail"]
    assert answer.headers["retry-after"] == "5"
    assert nothing_kept(service)


@pytest.mark.parametrize(
    "broken",
    [
        (500, b"{}", {}),
        (503, b'{"type": "/problems/mirror-not-ready"}', {}),
        (429, b"{}", {}),
        (404, b'{"type": "/problems/not-found"}', {}),
        (404, b"nonsense", {}),
        (404, b"[]", {}),
        (200, b"nonsense", {}),
        (200, b'{"items": [{}]}', {}),
        (200, b"[]", {}),
        (200, b" " * (2**20 + 1), {}),
        (200, b"{", {"Content-Length": "5000"}),
        (302, b"", {"Location": "http://169.254.169.254/"}),
    ],
    ids=["500", "503", "429", "404", "404 text", "404 list", "text", "empty item", "list", "long", "short", "redirect"],
)
def test_upload__while_the_api_does_not_tell__is_refused_for_now(
    service_of: Callable[..., Service], lab: FakeLab, broken: tuple[int, bytes, dict[str, str]]
) -> None:
    service = service_of(api_timeout=1)
    lab.broken = broken

    answer = service.give(NEED)

    assert (answer.status, answer.problem) == (503, "mirror-unavailable")
    assert answer.headers["retry-after"] == "5"
    assert nothing_kept(service)


def test_upload__without_an_api__is_refused_for_now(service_of: Callable[..., Service]) -> None:
    service = service_of(api_url="http://127.0.0.1:9")

    assert service.give(NEED).problem == "mirror-unavailable"
    assert service.get("/ready").problem == "mirror-unavailable"
    assert service.get("/status").json()["mirror"] is None


@pytest.mark.parametrize(
    "named, said, query",
    [("evidence", "need", ""), ("need", "evidence", ""), ("need", "need", "?kind=evidence"), ("unheard", "need", "")],
)
def test_upload__of_another_kind_than_on_chain__is_refused(
    service: Service, lab: FakeLab, named: str, said: str, query: str
) -> None:
    content = s.packed(s.document(said))
    lab.name(content, named)

    answer = service.give(content, query)

    assert (answer.status, answer.problem) == (409, "kind-differs")
    assert nothing_kept(service)


def test_upload__against_its_schema__names_each_place(service: Service, lab: FakeLab) -> None:
    content = s.packed(s.document("need", text={"english": "x"}, extra=1))
    lab.name(content, "need")

    answer = service.give(content)

    assert (answer.status, answer.problem) == (422, "schema-violated")
    assert {error["path"] for error in answer.json()["errors"]} == {"/text/english", "/extra"}
    assert service.get(answer.json()["schema"]).status == 200
    assert nothing_kept(service)


def test_upload__of_a_picture_that_nobody_names__is_refused(service: Service, lab: FakeLab, kept: bytes) -> None:
    lab.name(s.picture(), "evidence")

    answer = service.give(s.picture())

    assert (answer.status, answer.problem) == (409, "unnamed-picture")


@pytest.mark.parametrize("form_", s.TYPES)
def test_upload__of_a_picture_that_a_document_names__is_kept(service: Service, lab: FakeLab, form_: str) -> None:
    content = s.picture(form_)
    service.give(naming_picture(lab, content, account="0x" + "0B" * 20))

    assert service.give(content, "?kind=need").problem == "kind-differs"
    answer = service.give(content, "?kind=picture")

    assert (answer.status, answer.json()["kind"], answer.json()["account"]) == (201, "picture", "0x" + "0b" * 20)
    served = service.get(answer.json()["href"])
    assert (served.status, served.body) == (200, content)
    assert served.headers["content-type"] == s.TYPES[form_]
    assert service.give(content).status == 200


# Limits


def test_upload__of_an_account_that_gave_enough__waits_for_tomorrow(
    service_of: Callable[..., Service], lab: FakeLab
) -> None:
    service = service_of(account_files_per_day=2)
    contents = [s.packed(s.document("need", text={"en": str(number)})) for number in range(4)]
    for content in contents[:3]:
        lab.name(content, "need")
    lab.name(contents[3], "need", account="0x" + "0b" * 20)

    assert [service.give(content).status for content in contents[:2]] == [201, 201]
    answer = service.give(contents[2])

    assert (answer.status, answer.problem) == (429, "account-limit")
    assert 0 < int(answer.headers["retry-after"]) <= 86_400
    assert AUTHOR in answer.json()["detail"]
    assert not service.store.files.has(digest_of(contents[2]))
    assert service.give(contents[0]).status == 200
    assert service.give(contents[3]).status == 201


def test_upload__of_more_bytes_than_an_account_may__is_refused_and_not_counted(
    service_of: Callable[..., Service], lab: FakeLab
) -> None:
    small, large = NEED, s.packed(s.document("need", text={"en": "x" * 3_000}))
    service = service_of(account_bytes_per_day=len(small) + 100)
    for content in (small, large):
        lab.name(content, "need", account=None)

    assert service.give(large).problem == "account-limit"
    assert service.give(small).status == 201


def test_upload__of_a_caller_that_sent_too_many__is_refused(service_of: Callable[..., Service]) -> None:
    service = service_of(uploads_per_minute=2)

    problems = [service.give(b"<html>").problem for _ in range(3)]

    assert problems == ["unsupported-type", "unsupported-type", "too-many-requests"]


def test_upload__of_a_caller_that_sends_slowly__leaves_places_to_others(
    service_of: Callable[..., Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("documents.routes.PLACES_OF_CALLER", 1)
    service = service_of(uploads_per_minute=100_000)
    slow = socket.create_connection(("127.0.0.1", service.client.connection.port))
    slow.sendall(b"POST /documents HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n<html>")

    def answers() -> Iterator[str]:
        end = time.monotonic() + 10
        while time.monotonic() < end:
            yield service.give(b"<html>").problem

    assert next((one for one in answers() if one == "too-many-requests"), None), "the place is taken"
    slow.close()
    assert next((one for one in answers() if one == "unsupported-type"), None), "the place is free again"


# The store


def test_upload__on_a_full_disk__keeps_nothing(service: Service, lab: FakeLab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.name(NEED, "need")

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        answer = service.give(NEED)

    assert (answer.status, answer.problem) == (507, "store-full")
    assert nothing_kept(service)
    assert service.give(NEED).status == 201


def test_upload__when_the_last_step_fails__leaves_file_and_database_as_they_were(
    service: Service, lab: FakeLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.name(NEED, "need")

    def full(_files: Files, _incoming: Path, _name: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Files, "keep", full)
        assert service.give(NEED).problem == "store-full"

    assert nothing_kept(service)


def test_upload__while_the_database_is_locked__is_refused_for_now(
    service: Service, lab: FakeLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.name(NEED, "need")
    monkeypatch.setattr("documents.store.LOCK_SECONDS", 0.1)
    other = sqlite3.connect(service.settings.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    answer = service.give(NEED)
    other.execute("ROLLBACK")
    other.close()

    assert (answer.status, answer.problem) == (503, "store-busy")
    assert answer.headers["retry-after"] == "5"
    assert nothing_kept(service)
    assert service.give(NEED).status == 201


def test_upload__from_twenty_sides_at_once__is_kept_once(service: Service, lab: FakeLab) -> None:
    lab.name(NEED, "need")
    start = threading.Barrier(20)

    def give(_number: int) -> Answer:
        start.wait()
        return service.give(NEED)

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(give, range(20)))

    assert sorted(answer.status for answer in answers) == [200] * 19 + [201]
    assert service.store.totals().documents == 1
    assert service.store.amiss() == []
    assert not service.leftovers()
    with sqlite3.connect(service.settings.database) as connection:
        assert connection.execute("SELECT files, bytes FROM usage").fetchall() == [(1, len(NEED))]
    connection.close()


@pytest.mark.parametrize("kind", list(Kind))
def test_upload__of_each_kind__is_kept_and_served_as_it_was_hashed(service: Service, lab: FakeLab, kind: Kind) -> None:
    content = s.packed(s.document(kind))
    digest = lab.name(content, kind)
    lab.name(content, "unheard", account=None)

    answer = service.give(content, f"?kind={kind}&sha256=0x{digest}")

    assert answer.status == 201
    assert answer.headers["location"] == f"/documents/{digest}"
    told = answer.json()
    assert (told["sha256"], told["kind"], told["size"]) == (digest, kind, len(content))
    assert [record["kind"] for record in told["records"]] == [kind, "unheard"]
    served = service.get(told["href"])
    assert (served.status, served.body) == (200, content)
    assert served.headers["content-type"] == "application/json"
    assert served.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert served.headers["x-content-type-options"] == "nosniff"
    assert (service.settings.folder / digest).read_bytes() == content
    assert service.get(told["href"], {"If-None-Match": served.headers["etag"]}).status == 304


def test_upload__by_a_form__is_kept(service: Service, lab: FakeLab) -> None:
    digest = lab.name(NEED, "need")

    answer = service.post(
        "/documents", *form(("kind", None, b"need"), ("sha256", None, digest.encode()), ("file", "a.json", NEED))
    )

    assert (answer.status, answer.json()["sha256"]) == (201, digest)
    wrong = service.post("/documents", *form(("sha256", None, b"00" * 32), ("file", "a.json", NEED)))
    assert wrong.problem == "hash-differs"


def test_upload__sent_again__learns_of_records_that_came_later(service: Service, lab: FakeLab) -> None:
    lab.name(NEED, "need")
    service.give(NEED)
    lab.name(NEED, "need", record="/v1/redemptions/2")

    answer = service.give(NEED)

    assert answer.status == 200
    assert [record["record"] for record in answer.json()["records"]] == ["/v1/campaigns/1", "/v1/redemptions/2"]


def test_upload__whose_file_got_lost__brings_it_back(service: Service, kept: bytes) -> None:
    (service.settings.folder / digest_of(kept)).unlink()
    assert service.get(f"/documents/{digest_of(kept)}").problem == "unknown-document"

    assert service.give(kept).status == 201
    assert service.get(f"/documents/{digest_of(kept)}").body == kept


def test_read__of_a_file_that_was_changed__is_unknown(service: Service, kept: bytes) -> None:
    (service.settings.folder / digest_of(kept)).write_bytes(kept + b" ")

    assert service.get(f"/documents/{digest_of(kept)}").problem == "unknown-document"


@pytest.mark.parametrize("name", ["secret.txt", "AB" * 32, "ab" * 31, "ab" * 32 + "%0A", ".incoming", "..%2fx"])
def test_read__by_no_hash__is_refused(service: Service, name: str) -> None:
    assert service.get(f"/documents/{name}").status in {400, 404}


def test_upload__from_a_browser__is_allowed_from_anywhere(service: Service) -> None:
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}
    answer = service.client.get("/documents", asked | {"Access-Control-Request-Headers": "content-type"}, "OPTIONS")

    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    refused = service.post("/documents", b"", {"Origin": "https://example.org"})
    assert refused.headers["access-control-allow-origin"] == "*"


def test_upload__with_another_method__is_refused(service: Service) -> None:
    answer = service.client.get("/documents", method="PUT")

    assert (answer.status, answer.problem) == (405, "method-not-allowed")
    assert answer.headers["allow"] == "POST"


def test_service__tells_machines_how_it_is(service: Service, kept: bytes) -> None:
    service.give(b"<html>")
    lines = service.get("/metrics").body.decode().splitlines()

    assert "eranos_documents_documents 1" in lines
    assert 'eranos_documents_accepted_total{kind="campaign"} 1' in lines
    assert 'eranos_documents_refused_total{problem="unsupported-type"} 1' in lines
    assert service.get("/health").json() == service.get("/ready").json() == {"status": "ok"}
    status = service.get("/status").json()
    assert status["kept"] == {"documents": 1, "pictures": 0, "bytes": len(kept), "erased": 0}
    assert status["limits"]["json_bytes"] == 2**20
    assert json.dumps(status["mirror"]) == '{"block_number": 1000, "blocks_behind": 0}'


def test_problems__of_every_kind__are_explained(service: Service) -> None:
    listed = service.get("/problems").json()["problems"]

    assert [service.get(one["type"]).json() for one in listed] == listed
    assert service.get("/problems/none").problem == "not-found"
    text = service.get("/openapi.json").body.decode()
    # Those have no route.
    assert {one["type"] for one in listed if f"({one['type']})" not in text} == {"/problems/method-not-allowed"}


def test_schemas__of_every_kind__are_published(service: Service) -> None:
    listed = service.get("/schemas").json()["schemas"]

    assert set(listed) == set(Kind)
    for kind, path in listed.items():
        answer = service.get(path)
        assert answer.headers["content-type"] == "application/schema+json"
        assert answer.json()["properties"]["type"] == {"const": kind}
    assert service.get("/schemas/none.json").problem == "invalid-parameter"


def test_clock__of_quotas__is_the_day(service_of: Callable[..., Service], lab: FakeLab, monkeypatch: Any) -> None:
    service = service_of(account_files_per_day=1)
    contents = [s.packed(s.document("need", text={"en": str(number)})) for number in range(2)]
    for content in contents:
        lab.name(content, "need")
    monkeypatch.setattr("documents.store.now", lambda: int(time.time()) // 86_400 * 86_400 + 86_399)
    assert [service.give(content).status for content in contents] == [201, 429]
    monkeypatch.setattr("documents.store.now", lambda: int(time.time()) // 86_400 * 86_400 + 86_400)

    assert service.give(contents[1]).status == 201
