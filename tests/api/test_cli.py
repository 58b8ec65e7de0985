"""eranos api
when a setting is malformed, the mirror is missing or of another version, or the port is taken
it says so in one line and ends with 1
"""

import shutil
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api import cli
from api.settings import Settings
from serving.listening import listen


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Run in an empty folder, without settings and without patience, and never serve."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"ERANOS_API_{name.upper()}", raising=False)
    monkeypatch.setenv("ERANOS_API_PORT", "1")
    with listen("127.0.0.1", 0, "") as free:
        monkeypatch.setenv("ERANOS_API_PORT", str(free.getsockname()[1]))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cli, "PATIENCE_SECONDS", 0)
    monkeypatch.setattr("uvicorn.Server.run", lambda self, sockets: None)


def run() -> Result:
    return CliRunner().invoke(cli.api)


def one_line(result: Result) -> str:
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    (line,) = [line for line in result.output.splitlines() if line.startswith("Error: ")]
    return line


@pytest.mark.parametrize("port", ["0", "65536", "http", "8000.5", ""])
def test_port__malformed__is_named(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("ERANOS_API_PORT", port)

    assert "ERANOS_API_PORT" in one_line(run())


def test_mirror__nowhere__says_what_to_set() -> None:
    assert "ERANOS_API_DATABASE_URL" in one_line(run())


def test_mirror__two_here__asks_which(tmp_path: Path) -> None:
    for name in ("eranos-1.db", "eranos-2.db"):
        (tmp_path / name).touch()

    assert "eranos-1.db, eranos-2.db" in one_line(run())


@pytest.mark.parametrize("url", ["sqlite:///none.db", "nonsense", "mysql://nobody@nowhere/x", "nosuch://x"])
def test_mirror__missing__is_one_line(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("ERANOS_API_DATABASE_URL", url)

    assert "ERANOS_API_DATABASE_URL" in one_line(run())
    assert not Path("none.db").exists()


def test_mirror__of_another_version__is_one_line(tmp_path: Path, blank: Path) -> None:
    shutil.copy(blank, tmp_path / "eranos-1.db")
    with sqlite3.connect(tmp_path / "eranos-1.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()

    assert "newer than this code" in one_line(run())


@pytest.mark.parametrize("content", [b"", b"x" * 5_000], ids=["empty", "other"])
def test_mirror__that_is_none__is_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "eranos-1.db").write_bytes(content)

    assert "eranos-1.db" in one_line(run())


def test_port__taken__is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, blank: Path) -> None:
    shutil.copy(blank, tmp_path / "eranos-1.db")
    with listen("127.0.0.1", 0, "") as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("ERANOS_API_PORT", str(port))

        line = one_line(run())

    assert f"127.0.0.1:{port}" in line
    assert "ERANOS_API_PORT" in line


def test_host__of_another_machine__is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, blank: Path) -> None:
    shutil.copy(blank, tmp_path / "eranos-1.db")
    monkeypatch.setenv("ERANOS_API_HOST", "192.0.2.1")

    assert "ERANOS_API_HOST" in one_line(run())


def test_api__with_the_only_mirror_here__serves(tmp_path: Path, blank: Path) -> None:
    shutil.copy(blank, tmp_path / "eranos-1.db")

    result = run()

    assert result.exit_code == 0, result.output
    assert "Serving http://127.0.0.1:" in result.output


def test_settings__hold_no_way_to_a_node() -> None:
    of_the_mirror = {"host", "port", "database_url", "documents", "requests_per_minute"}
    assert set(Settings.model_fields) == of_the_mirror | {"publisher", "grants_prefix", "currency_codes"}
