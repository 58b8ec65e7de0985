"""eranos web: a setting that can't be is named in one line; else it serves pages and API."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api import cli as api_cli
from serving.listening import listen
from web.cli import web
from web.settings import Settings


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Run in an empty folder, without settings and without patience, and never serve."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"ERANOS_WEB_{name.upper()}", raising=False)
    with listen("127.0.0.1", 0, "") as free:
        monkeypatch.setenv("ERANOS_WEB_PORT", str(free.getsockname()[1]))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(api_cli, "PATIENCE_SECONDS", 0)
    monkeypatch.setattr("uvicorn.Server.run", lambda self, sockets: None)


def run() -> Result:
    return CliRunner().invoke(web)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("URL", "lab"),
        ("RELAY_URL", "https://x; y"),
        ("DOCUMENTS_URL", "*"),
        ("RPC_URL", "file:///"),
        ("CURRENCY_CODES", "EUR"),
        ("CURRENCY_CODES", "[]"),
    ],
)
def test_setting__malformed__is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"ERANOS_WEB_{name}", value)
    result = run()

    assert result.exit_code == 1
    assert f"ERANOS_WEB_{name}" in result.output


WALLET = {"name": "Nadia", "role": "backer", "address": "0x" + "1" * 40, "key": "0x" + "2" * 64}


@pytest.mark.parametrize(
    "content",
    [None, b"", b"{}", b"\xff", *(json.dumps([WALLET | {key: "0x1"}]).encode() for key in ("address", "key"))],
    ids=["folder", "empty", "no list", "no text", "short address", "short key"],
)
def test_test_wallets__that_are_none__are_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, blank: Path, content: bytes | None
) -> None:
    file = tmp_path / "wallets"
    file.mkdir() if content is None else file.write_bytes(content)
    monkeypatch.setenv("ERANOS_WEB_DATABASE_URL", f"sqlite:///{blank}")
    monkeypatch.setenv("ERANOS_WEB_TEST_WALLETS", str(file))
    result = run()

    assert result.exit_code == 1
    (line,) = result.output.strip().splitlines()
    assert line.startswith(f"Error: ERANOS_WEB_TEST_WALLETS: {file} is no file of wallets such as `make up` writes")
    assert "2222" not in line


@pytest.mark.parametrize("is_there", [True, False])
def test_documents__that_are_no_folder__are_refused_but_may_come_later(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, blank: Path, is_there: bool
) -> None:
    monkeypatch.setenv("ERANOS_WEB_DATABASE_URL", f"sqlite:///{blank}")
    monkeypatch.setenv("ERANOS_WEB_DOCUMENTS", str(tmp_path / "documents"))
    if is_there:
        (tmp_path / "documents").write_bytes(b"")
    result = run()

    assert result.exit_code == int(is_there)
    assert ("ERANOS_WEB_DOCUMENTS" in result.output) == is_there


def test_test_wallets__of_a_lab__are_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, blank: Path) -> None:
    file = tmp_path / "wallets"
    file.write_text(json.dumps([WALLET]))
    monkeypatch.setenv("ERANOS_WEB_DATABASE_URL", f"sqlite:///{blank}")
    monkeypatch.setenv("ERANOS_WEB_TEST_WALLETS", str(file))

    assert run().exit_code == 0


def test_mirror__nowhere__says_what_to_set() -> None:
    result = run()

    assert result.exit_code == 1
    assert "ERANOS_WEB_DATABASE_URL" in result.output


def test_port__taken__says_what_to_set(monkeypatch: pytest.MonkeyPatch, blank: Path) -> None:
    monkeypatch.setenv("ERANOS_WEB_DATABASE_URL", f"sqlite:///{blank}")
    with listen("127.0.0.1", 0, "") as taken:
        monkeypatch.setenv("ERANOS_WEB_PORT", str(taken.getsockname()[1]))
        result = run()

    assert result.exit_code == 1
    assert "set ERANOS_WEB_PORT or ERANOS_WEB_HOST" in result.output


def test_command__serves_and_says_where(monkeypatch: pytest.MonkeyPatch, blank: Path) -> None:
    monkeypatch.setenv("ERANOS_WEB_DATABASE_URL", f"sqlite:///{blank}")

    result = run()

    assert result.exit_code == 0, result.output
    assert "Serving http://127.0.0.1:" in result.output
