"""`eranos index ...` as a person meets it.

every command
├── wrong settings, node, chain, record, database ... one line that says what to do, exit code 1, no traceback
└── all is well ..................................... exit code 0
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

import deployments
from eranos.cli import main
from indexer.chain import Log
from indexer.progress import Progress
from indexer.store.checkpoint import Checkpoint
from indexer.store.session import holding, open_engine
from indexer.sync import Outcome, Step
from tests.indexer.fake_chain import ADDRESSES, CHAIN_ID, FakeNode
from tests.indexer.fake_server import Rpc, serving

HEAD = 100
COMPILER = deployments.CompilerSettings("0.8.37", "cancun", 200, via_ir=False)


def record_of(node: FakeNode, **addresses: str) -> deployments.Deployment:
    """Return the deployment record of a fake chain."""
    contracts = {
        name: deployments.DeployedContract(address, 3, "0x" + "00" * 32, "abc", COMPILER, name)
        for name, address in (ADDRESSES | addresses).items()
    }
    return deployments.Deployment(CHAIN_ID, node.blocks[0].header.hash, contracts)


@dataclass
class Place:
    """Where commands run: a folder, a node, a record."""

    folder: Path
    node: FakeNode
    url: str

    @property
    def database(self) -> Path:
        """Return the default database."""
        return self.folder / f"eranos-{CHAIN_ID}.db"

    def run(self, *arguments: str, **variables: str) -> Result:
        """Run a command of the indexer."""
        return CliRunner(mix_stderr=False).invoke(main, ["index", *arguments], env=variables)

    def ok(self, *arguments: str) -> str:
        """Run a command that must work and return what it printed."""
        result = self.run(*arguments)
        assert result.exit_code == 0, result.output
        return result.stdout


@pytest.fixture
def place(node: FakeNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """Return a place with a running node and a record, and no database yet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(deployments.FOLDER_VARIABLE, str(tmp_path))
    deployments.save(record_of(node))
    with serving(Rpc(node)) as url:
        monkeypatch.setenv("ERANOS_INDEX_RPC_URL", url)
        yield Place(tmp_path, node, url)


def assert_one_line(result: Result, *parts: str) -> None:
    """Check that a command ended with 1 and one line that holds some words."""
    assert result.exit_code == 1, result.output
    assert not isinstance(result.exception, AssertionError)
    lines = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    assert len(lines) == 1, result.output
    assert "Traceback" not in result.output
    for part in parts:
        assert part in lines[0], lines[0]


# ---------------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize("command", ["run", "once", "rebuild", "status", "verify", "digest"])
def test_any__nobody_at_the_address__one_line(place: Place, command: str) -> None:
    result = place.run(command, ERANOS_INDEX_RPC_URL="http://127.0.0.1:1")
    assert_one_line(result, "no node answers at http://127.0.0.1:1", "start one or set ERANOS_INDEX_RPC_URL")


def test_once__setting_of_the_wrong_form__one_line(place: Place) -> None:
    result = place.run("once", ERANOS_INDEX_POLL_SECONDS="soon")
    assert_one_line(result, "ERANOS_INDEX_POLL_SECONDS", "'soon'")


def test_once__node_of_another_chain__one_line(place: Place) -> None:
    deployments.save(replace(record_of(place.node), chain_id=5))
    result = place.run("--chain-id", "5", "once")
    assert_one_line(result, "node is of chain 31337", "set ERANOS_INDEX_RPC_URL")


def test_once__no_record__one_line(place: Place) -> None:
    (place.folder / f"{CHAIN_ID}.json").unlink()
    assert_one_line(place.run("once"), f"{CHAIN_ID}.json does not exist", "`ape run deploy`")


def test_once__record_without_a_contract__one_line(place: Place) -> None:
    record = record_of(place.node)
    deployments.save(replace(record, contracts={"Crowdfunding": record.contracts["Crowdfunding"]}))
    assert_one_line(place.run("once"), "lacks EntityRegistry, InnovationCredit", "deploy again")


def test_once__restarted_local_chain__one_line(place: Place) -> None:
    deployments.save(replace(record_of(place.node), genesis_hash="0x" + "00" * 32))
    assert_one_line(place.run("once"), "local chain was restarted", "`eranos index rebuild`")


def test_rebuild__node_of_another_life__mirror_is_kept(place: Place) -> None:
    place.ok("once")
    before = place.ok("digest")
    deployments.save(replace(record_of(place.node), genesis_hash="0x" + "00" * 32))
    assert_one_line(place.run("rebuild"), "deploy again")
    assert place.ok("digest") == before


def test_once__other_addresses_than_the_mirror__one_line_and_rebuild_helps(place: Place) -> None:
    place.ok("once")
    deployments.save(record_of(place.node, ERC2771Forwarder="0x" + "77" * 20))
    assert_one_line(place.run("once"), "other contract addresses or event ABIs", "`eranos index rebuild`")
    place.ok("rebuild")
    place.ok("once")


@pytest.mark.parametrize("command", ["once", "rebuild", "status", "digest"])
def test_any__no_database_but_another_file__one_line(place: Place, command: str) -> None:
    place.database.write_text("A shopping list, long enough to be no database header at all. " * 20)
    assert_one_line(place.run(command), "file is not a database", "ERANOS_INDEX_DATABASE_URL")


@pytest.mark.parametrize("command", ["once", "status"])
@pytest.mark.parametrize("url", ["nonsense", "nosql://x", "sqlite:////no/such/folder/a.db"])
def test_any__database_url_that_leads_nowhere__one_line(place: Place, command: str, url: str) -> None:
    assert_one_line(place.run("--database-url", url, command), "ERANOS_INDEX_DATABASE_URL")


@pytest.mark.parametrize("command", ["once", "rebuild", "status", "verify", "digest"])
def test_any__schema_newer_than_code__one_line(place: Place, command: str) -> None:
    place.ok("once")
    with sqlite3.connect(place.database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    assert_one_line(place.run(command), "9999 is newer than this code", "update eranos")


@pytest.mark.parametrize("command", ["status", "verify", "digest"])
def test_readers__nothing_indexed_yet__one_line(place: Place, command: str) -> None:
    assert_one_line(place.run(command), "unable to open database file")
    assert not place.database.exists()


def test_rewind__above_the_checkpoint__one_line(place: Place) -> None:
    place.ok("once")
    assert_one_line(place.run("rewind", "--to", "101"), "--to must be from 2 to the checkpoint, block 100")
    assert place.run("rewind").exit_code == 2


@pytest.mark.parametrize("command", [["run"], ["once"], ["rebuild"], ["rewind", "--to", "50"]], ids=lambda c: c[0])
def test_writers__another_indexer_runs__one_line_and_it_goes_on(place: Place, command: list[str]) -> None:
    place.ok("once")
    engine = open_engine(f"sqlite:///{place.database}")
    with holding(engine):
        assert_one_line(place.run(*command), "another process writes to", "stop it first")
        place.ok("status")
    engine.dispose()


def test_verify__changed_row__each_difference_and_exit_code_1(place: Place) -> None:
    place.ok("once")
    with sqlite3.connect(place.database) as connection:
        connection.execute("UPDATE campaigns SET members = members + 1 WHERE campaign_id = 1")
    connection.close()
    result = place.run("verify", "--offline")
    assert_one_line(result, "1 differences: run `eranos index rebuild`")
    assert "campaigns [1] members: mirror" in result.stdout


def test_verify__node_that_answers_no_calls__one_line(place: Place) -> None:
    place.ok("once")
    assert_one_line(place.run("verify"), "does not answer what entities entityCount was at block 100")


def test_status__quarantined_log__exit_code_1(place: Place) -> None:
    strange = place.node.blocks[50]
    place.node.blocks[50] = replace(strange, logs=[*strange.logs, alien_log(place)])
    place.ok("once")
    result = place.run("status")
    assert_one_line(result, "1 logs are quarantined", "see the table `quarantine`")
    assert "quarantined: 1" in result.stdout


def alien_log(place: Place) -> Log:
    """Return a log that no ABI explains, at the end of block 50."""
    some = next(log for block in place.node.blocks for log in block.logs)
    block = place.node.blocks[50].header
    return msgspec.structs.replace(
        some,
        topics=["0x" + "99" * 32],
        block_number="0x32",
        block_hash=block.hash,
        block_timestamp=hex(block.time),
        log_index="0xffff",
    )


# ----------------------------------------------------------------------------------------------------------- success


def test_once__from_nothing_and_again__same_mirror(place: Place) -> None:
    head = place.node.blocks[-1].header.hash
    assert place.ok("once") == f"indexed up to block {HEAD} {head}\n"
    first = place.ok("digest")
    assert first.split()[1:] == [str(HEAD), head]
    place.ok("once")
    assert place.ok("digest") == first
    place.ok("rebuild")
    assert place.ok("digest") == first
    assert place.ok("rewind", "--to", "50").startswith("back at block 50 0x")
    assert place.ok("digest") != first
    place.ok("once")
    assert place.ok("digest") == first
    assert "0 differences from the stored events" in place.ok("verify", "--offline")


def test_status__for_people_and_machines(place: Place) -> None:
    place.ok("once")
    found = json.loads(place.ok("status", "--json"))
    assert {name: found[name] for name in ("chain_id", "block_number", "behind", "quarantined", "activity")} == {
        "chain_id": CHAIN_ID,
        "block_number": HEAD,
        "behind": 0,
        "quarantined": 0,
        "activity": "stopped",
    }
    assert f"block number: {HEAD}\n" in place.ok("status")
    assert found["updated_at"] <= time.time()


def test_options__before_settings(place: Place) -> None:
    url = f"sqlite:///{place.folder}/other.db"
    place.ok("--database-url", url, "--chain-id", str(CHAIN_ID), "--rpc-url", place.url, "once")
    assert not place.database.exists()
    assert place.run("--database-url", url, "digest", ERANOS_INDEX_RPC_URL="http://127.0.0.1:1").exit_code == 0


def wait_until(true: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for something."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.05)


def test_run__follows_until_sigterm__ends_clean(place: Place) -> None:
    variables = os.environ | {"ERANOS_INDEX_POLL_SECONDS": "0.05", "ERANOS_INDEX_RECONCILE_SECONDS": "0.2"}
    command = [sys.executable, "-W", "error::ResourceWarning", "-m", "eranos.cli", "index", "run"]
    with (place.folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=variables, cwd=place.folder, stderr=log)
        try:
            wait_until(
                lambda: place.database.exists() and '"block_number": 100' in place.run("status", "--json").stdout
            )
            place.node.grow(3)
            wait_until(lambda: '"block_number": 103' in place.run("status", "--json").stdout)
            wait_until(lambda: b"does not answer what" in (place.folder / "log").read_bytes())
        finally:
            process.send_signal(signal.SIGTERM)
            code = process.wait(20)
    text = (place.folder / "log").read_text()
    assert code == 0, text
    assert "Traceback" not in text
    assert json.loads(place.ok("status", "--json"))["activity"] == "stopped"


# ---------------------------------------------------------------------------------------------------------- progress


def step_at(number: int, outcome: Outcome = Outcome.ADVANCED, quarantined: int = 0) -> Step:
    """Return a step that led to a block, with the head at 100."""
    return Step(outcome, Checkpoint(1, "", "", 1, number, "", 0, 100, 0, 0), 5, quarantined)


def test_progress__no_screen__lines(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(0) as progress:
        for step in (step_at(10), step_at(50), step_at(40, Outcome.REWOUND), step_at(100, quarantined=2)):
            progress.watch(step)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("block 10, 90 to go, ")
    assert lines[1:] == ["reorg: back to block 40", "2 logs quarantined, see `eranos index status`"]


def test_progress__screen__bar_with_rate_and_time_left(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with Progress(0) as progress:
        progress.watch(step_at(50))
        progress.watch(step_at(100))
    shown = capsys.readouterr().err
    assert f"[{'#' * 15}{'-' * 15}] block 50, 50 to go, " in shown
    assert f"[{'#' * 30}] block 100, 0 to go" in shown
    assert shown.endswith("\n")
    assert Progress(0).line(10, 20, 2.0) == "block 10, 20 to go, 0 events/s, 4 s left"
    assert Progress(0).line(0, 20, 2.0).endswith("time left unknown")
