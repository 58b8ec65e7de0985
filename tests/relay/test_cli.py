"""The commands of `eranos relay`: what each does, and that every refusal is one line and changes nothing."""

import json
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from eth_account import Account
from eth_account.signers.local import LocalAccount

from eranos.cli import main
from relay import keystore
from relay.errors import KeystoreExists, KeystoreUnusable, LogTaken, LogUnusable
from relay.settings import Settings
from relay.store import Store
from tests.relay.lab import PASSPHRASE, Lab, register
from tests.relay.process import Relay, relaying

Eranos = Callable[..., Result]


@pytest.fixture
def eranos(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Eranos:
    """Return the command, run in a folder of its own."""
    monkeypatch.chdir(folder)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"ERANOS_RELAY_{name.upper()}", raising=False)

    def run(*arguments: str, text: str = "", **variables: str) -> Result:
        return CliRunner().invoke(main, ["relay", *arguments], input=text, env=variables)

    return run


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Encrypt keys with few rounds: the real number takes seconds, on purpose."""
    monkeypatch.setattr("eth_account.signers.local.LocalAccount.encrypt", _encrypt_fast)


def _encrypt_fast(self: LocalAccount, password: str) -> dict[str, Any]:
    return Account.encrypt(self.key, password, "pbkdf2", 2)


def refused(result: Result) -> str:
    """Return the one line with which a command was refused."""
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    (line,) = result.output.strip().splitlines()
    assert line.startswith("Error: ")
    return line


def secret(folder: Path, passphrase: str) -> None:
    """Write a passphrase where nobody else reads it."""
    path = folder / "passphrase"
    path.touch(0o600)
    path.write_text(passphrase)


# Keys


def test_new_key__with_a_passphrase_in_a_file__writes_a_key(eranos: Eranos, folder: Path, fast: None) -> None:
    secret(folder, PASSPHRASE + "\n")

    result = eranos("new-key", "--keystore", "key.json", "--passphrase-file", "passphrase")

    assert result.exit_code == 0, result.output
    path = folder / "key.json"
    assert result.stdout.strip() == keystore.unlock(path, PASSPHRASE).address
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text())["crypto"]["ciphertext"]


def test_new_key__without_a_file__asks_twice(eranos: Eranos, folder: Path, fast: None) -> None:
    result = eranos("new-key", text=f"{PASSPHRASE}\n{PASSPHRASE}\n")

    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[-1] == keystore.unlock(folder / "relay-key.json", PASSPHRASE).address
    assert PASSPHRASE not in result.output


def test_new_key__where_there_is_one__is_refused(eranos: Eranos, folder: Path, fast: None) -> None:
    secret(folder, PASSPHRASE)
    (folder / "relay-key.json").write_text("precious")

    assert "relay-key.json exists" in refused(eranos("new-key", "--passphrase-file", "passphrase"))
    assert (folder / "relay-key.json").read_text() == "precious"


def test_new_key__with_a_short_passphrase__is_refused(eranos: Eranos, folder: Path) -> None:
    secret(folder, "short")

    assert "choose a longer one" in refused(eranos("new-key", "--passphrase-file", "passphrase"))
    assert not (folder / "relay-key.json").exists()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"version": 3}', "{" * 100_000, "\x00", '{"crypto": 7}'])
def test_unlock__of_no_keystore__is_unusable(folder: Path, content: str) -> None:
    path = folder / "key.json"
    path.write_text(content)

    with pytest.raises(KeystoreUnusable, match=r"key\.json"):
        keystore.unlock(path, PASSPHRASE)


def test_unlock__with_another_passphrase__is_unusable_and_keeps_it_secret(folder: Path) -> None:
    path = folder / "key.json"
    path.write_text(json.dumps(Account.encrypt(Account.create().key, PASSPHRASE, "pbkdf2", 2)))

    with pytest.raises(KeystoreUnusable) as refusal:
        keystore.unlock(path, "another passphrase")

    assert "another passphrase" not in str(refusal.value)


def test_create__in_a_folder_that_is_not_there__is_unusable(folder: Path, fast: None) -> None:
    with pytest.raises(KeystoreUnusable, match="can't be written"):
        keystore.create(folder / "nowhere" / "key.json", PASSPHRASE)


def test_create__twice__keeps_the_first(folder: Path, fast: None) -> None:
    first = keystore.create(folder / "key.json", PASSPHRASE)

    with pytest.raises(KeystoreExists):
        keystore.create(folder / "key.json", PASSPHRASE)

    assert keystore.unlock(folder / "key.json", PASSPHRASE).address == first


@pytest.mark.parametrize("mode,warned", [(0o600, False), (0o400, False), (0o640, True), (0o604, True), (0o620, True)])
def test_warning__about_files_of_others__tells_the_mode(folder: Path, mode: int, warned: bool) -> None:
    path = folder / "key.json"
    path.touch()
    path.chmod(mode)

    assert (keystore.warning_about(path) is not None) is warned
    assert keystore.warning_about(folder / "nothing") is None


# Settings


@pytest.mark.parametrize(
    "name,value",
    [
        ("PORT", "0"),
        ("MAX_FEE_WEI", "-1"),
        ("MAX_BATCH_GAS", "20000000"),
        ("MAX_BATCH_GAS", "100000"),
        ("MAX_DEADLINE_SECONDS", "10"),
        ("ACCOUNT_GAS_PER_DAY", "1000"),
        ("GAS_PER_DAY", "5000000"),
        ("POLL_SECONDS", "nan"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_run__with_a_setting_of_the_wrong_form__names_it(eranos: Eranos, name: str, value: str) -> None:
    line = refused(eranos("run", **{f"ERANOS_RELAY_{name}": value}))

    assert f"ERANOS_RELAY_{name}" in line or name.lower() in line


# run


def test_run__without_a_keystore__is_refused(eranos: Eranos, folder: Path) -> None:
    secret(folder, PASSPHRASE)

    assert "eranos relay new-key" in refused(eranos("run", ERANOS_RELAY_PASSPHRASE_FILE="passphrase"))


def test_run__with_nobody_to_ask__is_refused(eranos: Eranos) -> None:
    assert "ERANOS_RELAY_PASSPHRASE_FILE" in refused(eranos("run"))


@pytest.mark.parametrize("content", ["", "\n", None])
def test_run__without_a_passphrase__is_refused(eranos: Eranos, folder: Path, content: str | None) -> None:
    if content is not None:
        secret(folder, content)

    assert "passphrase" in refused(eranos("run", ERANOS_RELAY_PASSPHRASE_FILE="passphrase"))


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the test's own handlers of logs alone."""
    monkeypatch.setattr("relay.cli.set_up", lambda form: None)


def run(lab: Lab, **settings: Any) -> str:
    """Return what a relay says that can't start."""
    result = CliRunner().invoke(main, ["relay", "run"], env=Relay(lab, **settings).variables)
    return refused(result)


def test_run__without_a_node__is_refused(quiet: None, lab: Lab, folder: Path) -> None:
    assert "ERANOS_RELAY_RPC_URL" in run(lab, rpc_url="http://127.0.0.1:1", database=folder / "relay.db")


def test_run__on_another_chain__is_refused(quiet: None, lab: Lab, folder: Path) -> None:
    assert "of chain 31337, not 5" in run(lab, chain_id=5, database=folder / "relay.db")


def test_run__with_the_log_of_another_chain__is_refused(quiet: None, lab: Lab, folder: Path) -> None:
    store = Store(folder / "relay.db")
    store.claim(31337, "0x" + "11" * 32, lab.forwarder)
    store.close()

    assert "the log of another chain" in run(lab, database=folder / "relay.db")


def test_run__at_a_port_that_is_taken__is_refused(quiet: None, lab: Lab, folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert "ERANOS_RELAY_PORT" in run(lab, database=folder / "relay.db", port=port)


def test_run__with_a_file_that_others_may_read__warns(
    quiet: None, lab: Lab, folder: Path, somebody: LocalAccount
) -> None:
    with relaying(lab, database=folder / "relay.db") as relay:
        assert "Warning" not in relay.log.read_text("utf-8")
        passphrase = Path(relay.variables["ERANOS_RELAY_PASSPHRASE_FILE"])
        passphrase.chmod(0o644)
        relay.stop()
        relay.start()
        passphrase.chmod(0o600)

        assert f"Warning: {passphrase} may be used by others" in relay.log.read_text("utf-8")
        assert PASSPHRASE not in relay.log.read_text("utf-8")
        assert "another relay writes" in run(lab, database=folder / "relay.db")
        id_ = relay.post(lab.signed(somebody, register()))[1]["id"]
        relay.ended(id_)
        result = CliRunner().invoke(main, ["relay", "status", "--json"], env=relay.variables)
        assert json.loads(result.stdout)["mined"] == 1
        relay.stop()
        assert "mined" in CliRunner().invoke(main, ["relay", "status"], env=relay.variables).stdout


# status, log


def test_status__without_a_log__is_refused(eranos: Eranos, folder: Path) -> None:
    assert "there is no request log" in refused(eranos("status"))
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("content", [b"no database", b"SQLite format 3\0" + b"x" * 1_000])
def test_store__of_a_file_that_is_no_log__is_unusable(folder: Path, content: bytes) -> None:
    path = folder / "relay.db"
    path.write_bytes(content)

    with pytest.raises(LogUnusable):
        Store(path)

    assert path.read_bytes() == content


def test_store__of_another_version__is_unusable(folder: Path) -> None:
    store = Store(folder / "relay.db")
    store._connection.execute("PRAGMA user_version = 99")
    store.close()

    with pytest.raises(LogUnusable, match="another version"):
        Store(folder / "relay.db")


def test_store__opened_twice__is_taken(folder: Path) -> None:
    store = Store(folder / "relay.db")

    with pytest.raises(LogTaken):
        Store(folder / "relay.db")

    store.close()
    Store(folder / "relay.db").close()


def test_store__of_another_forwarder__is_unusable(folder: Path) -> None:
    store = Store(folder / "relay.db")
    store.claim(1, "0x0", "0xa")
    store.claim(1, "0x0", "0xa")

    with pytest.raises(LogUnusable, match="another forwarder"):
        store.claim(1, "0x0", "0xb")
    with pytest.raises(LogUnusable, match="another chain"):
        store.claim(1, "0x1", "0xa")
    store.close()
