"""eranos documents
├── run, status, erase: what can't be done is said in one line, and ends with 1
├── status ... counts, reads every file, and ends with 1 if files and database do not agree
├── erase .... removes a document of any kind, with a reason, and leaves a record
└── run ...... ends by a signal; killed at any moment, it leaves no half file, and keeps all that it said it took
"""

import itertools
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from documents import cli
from documents.files import Files
from documents.settings import Settings
from documents.store import Offered, Quota, Store
from serving.listening import listen
from tests.documents import samples as s
from tests.documents.fake_lab import FakeLab

NEED = s.packed(s.document("need"))
DIGEST = sha256(NEED).hexdigest()
ROUNDS = 4


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Run in an empty folder, with a free port and no other settings."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"ERANOS_DOCUMENTS_{name.upper()}", raising=False)
    with listen("127.0.0.1", 0, "") as free:
        monkeypatch.setenv("ERANOS_DOCUMENTS_PORT", str(free.getsockname()[1]))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return a store that keeps one document."""
    made = Store(tmp_path / "eranos-documents.db", Files(tmp_path / "eranos-documents"))
    made.prepare()
    made.add(Offered(DIGEST, NEED, "need", "application/json", "0x12"), Quota(9, 9_999), 1)
    return made


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.documents, list(arguments))


def one_line(result: Result) -> str:
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    (line,) = [line for line in result.output.splitlines() if line.startswith("Error: ")]
    return line


@pytest.mark.parametrize(
    "name, value",
    [
        ("PORT", "0"),
        ("PORT", "http"),
        ("MAX_JSON_BYTES", "5"),
        ("API_URL", "ftp://example.org"),
        ("API_URL", "http://me:secret@example.org"),
        ("API_URL", "file:///etc/passwd"),
        ("API_URL", "http://"),
        ("API_URL", "http://example.org/?x="),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_setting__malformed__is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"ERANOS_DOCUMENTS_{name}", value)

    line = one_line(run("status"))

    assert f"ERANOS_DOCUMENTS_{name}" in line
    assert "secret" not in line


@pytest.mark.parametrize("command", [["run"], ["status"], ["erase", DIGEST, "--reason", "x"]], ids=lambda c: str(c[0]))
def test_folder__that_is_a_file__is_one_line(command: list[str]) -> None:
    Path("eranos-documents").write_text("")

    assert "ERANOS_DOCUMENTS_FOLDER" in one_line(run(*command))


@pytest.mark.parametrize("command", [["run"], ["status"], ["erase", DIGEST, "--reason", "x"]], ids=lambda c: str(c[0]))
def test_database__that_is_none__is_one_line(command: list[str]) -> None:
    Path("eranos-documents.db").write_text("no database at all" * 1_000)

    assert "ERANOS_DOCUMENTS_DATABASE" in one_line(run(*command))


def test_database__of_a_later_version__is_one_line(store: Store) -> None:
    with sqlite3.connect(store.database) as connection:
        connection.execute("PRAGMA user_version = 9")
    connection.close()

    assert "is of version 9" in one_line(run("status"))


def test_run__where_another_runs__is_one_line(store: Store) -> None:
    with store.files.taken():
        assert "stop it first" in one_line(run("run"))


def test_run__at_a_port_that_is_taken__is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with listen("127.0.0.1", 0, "") as other:
        monkeypatch.setenv("ERANOS_DOCUMENTS_PORT", str(other.getsockname()[1]))

        assert "ERANOS_DOCUMENTS_PORT" in one_line(run("run"))


@pytest.mark.parametrize(
    "arguments",
    [("12", "--reason", "x"), (DIGEST, "--reason", " "), (DIGEST, "--reason", "a\nb"), ("ab" * 32, "--reason", "x")],
)
def test_erase__of_nothing_or_without_a_reason__is_one_line(store: Store, arguments: tuple[str, ...]) -> None:
    one_line(run("erase", *arguments))
    assert store.files.has(DIGEST)


def test_erase__without_the_option__is_explained(store: Store) -> None:
    assert run("erase", DIGEST).exit_code == 2
    assert store.files.has(DIGEST)


def test_erase__with_a_reason__leaves_a_record(store: Store) -> None:
    result = run("erase", f"0x{DIGEST}", "--reason", "Court order 5/2026")

    assert (result.exit_code, result.output) == (0, f"erased {DIGEST}\n")
    assert not store.files.has(DIGEST)
    record = store.files.erasure(DIGEST)
    assert record is not None
    assert (record["by"], record["reason"], record["kind"]) == ("operator", "Court order 5/2026", "need")
    assert "erased at" in one_line(run("erase", DIGEST, "--reason", "again"))


def test_status__of_a_sound_store__counts(store: Store) -> None:
    result = run("status", "--json")

    assert result.exit_code == 0
    assert json.loads(result.output) == {"documents": 1, "pictures": 0, "bytes": len(NEED), "erased": 0, "amiss": []}
    assert "documents: 1" in run("status").output


@pytest.mark.parametrize("harm", ["missing", "changed", "unknown"])
def test_status__of_a_store_that_was_harmed__says_what(store: Store, harm: str) -> None:
    path = store.files.folder / DIGEST
    if harm == "missing":
        path.unlink()
    elif harm == "changed":
        path.write_bytes(NEED.replace(b"olive", b"grape"))
    else:
        (store.files.folder / ("ab" * 32)).write_bytes(b"x")

    result = run("status")

    assert result.exit_code == 1
    assert {"missing": "is missing", "changed": "another content", "unknown": "does not know"}[harm] in result.output


# The process


@contextmanager
def running(lab: FakeLab) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run the service as a process of its own, until the block is left."""
    port = int(os.environ["ERANOS_DOCUMENTS_PORT"])
    settings = {"ERANOS_DOCUMENTS_API_URL": lab.url, "ERANOS_DOCUMENTS_UPLOADS_PER_MINUTE": "0"}
    limits = {"ERANOS_DOCUMENTS_ACCOUNT_FILES_PER_DAY": "1000000", "ERANOS_DOCUMENTS_LOG_FORMAT": "json"}
    command = [str(Path(sys.executable).with_name("eranos")), "documents", "run"]
    with Path("log").open("ab") as log:
        process = subprocess.Popen(command, env=os.environ | settings | limits, stderr=log)
    try:
        give_up = time.monotonic() + 30
        while not answers(port):
            assert process.poll() is None, Path("log").read_text()
            assert time.monotonic() < give_up
            time.sleep(0.05)
        yield process, port
    finally:
        process.kill()
        process.wait()


def answers(port: int) -> bool:
    try:
        return ask(port, "GET", "/health") == 200
    except OSError:
        return False


def ask(port: int, method: str, path: str, body: bytes | None = None) -> int:
    """Return the status of an answer."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, body)
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_run__until_a_signal__ends_cleanly(lab: FakeLab, number: signal.Signals) -> None:
    lab.name(NEED, "need")
    with running(lab) as (process, port):
        assert ask(port, "POST", "/documents", NEED) == 201
        process.send_signal(number)
        code = process.wait(20)

    assert code == {signal.SIGINT: 0, signal.SIGTERM: -signal.SIGTERM}[number]
    lines = [json.loads(line) for line in Path("log").read_text().splitlines()]
    assert any(line["message"].startswith(f"took in {DIGEST}: need") for line in lines)
    assert not any("traceback" in line for line in lines)


def test_run__killed_at_any_moment__leaves_no_half_file(lab: FakeLab, tmp_path: Path) -> None:
    rng, numbers = random.Random(7), itertools.count()
    taken: list[str] = []
    store = Store(tmp_path / "eranos-documents.db", Files(tmp_path / "eranos-documents"))

    def give_many(port: int) -> None:
        while True:
            content = s.packed(s.document("need", text={"en": f"{next(numbers)} " + "x" * 15_000}))
            digest = lab.name(content, "need")
            try:
                if ask(port, "POST", "/documents", content) == 201:
                    taken.append(digest)
            except (OSError, HTTPException):
                return

    for _ in range(ROUNDS):
        with running(lab) as (process, port):
            givers = [threading.Thread(target=give_many, args=(port,)) for _ in range(4)]
            for giver in givers:
                giver.start()
            time.sleep(rng.uniform(0.1, 0.6))
            process.kill()
            for giver in givers:
                giver.join()
        assert all(line.endswith("a file that the database does not know") for line in store.amiss())
        for digest in store.files.names():
            assert sha256((store.files.folder / digest).read_bytes()).hexdigest() == digest

    assert len(taken) > ROUNDS
    with running(lab) as (_, port):
        assert list((store.files.folder / ".incoming").iterdir()) == []
        assert {ask(port, "GET", f"/documents/{digest}") for digest in taken} == {200}
