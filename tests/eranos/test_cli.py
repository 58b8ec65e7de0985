"""The one command: lists its groups without loading them, and fails in plain words."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from eranos import cli


def test_help__lists_every_group_and_loads_none() -> None:
    program = (
        "import sys; from click.testing import CliRunner; from eranos.cli import main;"
        "print(CliRunner().invoke(main, ['--help']).output);"
        "print('loaded:', sorted({'api', 'indexer', 'sqlalchemy', 'web3', 'ape'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    for name, (_, line) in cli.GROUPS.items():
        assert name in done.stdout
        assert line in done.stdout
    assert "loaded: []" in done.stdout


@pytest.mark.parametrize("name", sorted(cli.GROUPS))
def test_group__asked_for__is_loaded_from_its_package(name: str) -> None:
    command = cli.main.get_command(click.Context(cli.main), name)
    assert isinstance(command, click.Command)
    assert CliRunner().invoke(cli.main, [name, "--help"]).exit_code == 0


def test_command__unknown__is_one_clear_line() -> None:
    result = CliRunner().invoke(cli.main, ["crowdfund"])
    assert result.exit_code == 2
    assert "No such command 'crowdfund'" in result.output


def test_group__not_a_command__is_a_mistake_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(cli.GROUPS, "index", ("eranos.cli:GROUPS", "Not a command."))
    with pytest.raises(TypeError, match=r"eranos\.cli\.GROUPS is not a click command"):
        cli.main.get_command(click.Context(cli.main), "index")


def test_version__is_that_of_the_distribution() -> None:
    assert CliRunner().invoke(cli.main, ["--version"]).output.startswith("eranos, version 0.")
