"""An empty variable is no setting: every process refuses it at the start, in one line that says what to do."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic_settings import BaseSettings

from api.settings import Settings as ApiSettings
from documents.settings import Settings as DocumentsSettings
from eranos.cli import main
from indexer.settings import Settings as IndexerSettings
from relay.settings import Settings as RelaySettings
from web.settings import Settings as WebSettings

COMMANDS: dict[type[BaseSettings], list[str]] = {
    ApiSettings: ["api"],
    WebSettings: ["web"],
    IndexerSettings: ["index", "status"],
    RelaySettings: ["relay", "run"],
    DocumentsSettings: ["documents", "status"],
}
EVERY = [
    (command, f"{kind.model_config['env_prefix']}{name.upper()}")
    for kind, command in COMMANDS.items()
    for name in kind.model_fields
]


@pytest.fixture(autouse=True)
def empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Run where nothing is."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("value", ["", "  "], ids=["empty", "blank"])
@pytest.mark.parametrize(("command", "name"), EVERY, ids=[name for _, name in EVERY])
def test_setting__empty__is_refused_in_one_line(command: list[str], name: str, value: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, command, env={name: value})

    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit), result.exception
    (line,) = result.output.strip().splitlines()
    assert line.startswith(f"Error: {name}: it is empty: give it a value, or unset it")
    assert list(tmp_path.iterdir()) == []
