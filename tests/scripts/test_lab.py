"""Parts of the local lab that need no chain.

├── wallets: one key each, from a phrase that is not everybody's
├── documents: what the story tells is complete, in the organizer's language and in English; people stay unnamed
├── amounts: exact, or refused
├── ports: taken, or no number
└── processes: end with the block, after an error, and if we are killed; one that ends by itself is noticed
"""

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from scripts._lab.documents import SOURCES, Library, salted_profile
from scripts._lab.errors import FolderTaken, NotReady, PortTaken, ProcessEnded, ProgramMissing, SettingInvalid
from scripts._lab.local import MARK, emptied
from scripts._lab.processes import Processes, check_port
from scripts._lab.stage import euros, hours
from scripts._lab.wallets import PHRASE, Cast
from scripts.up import port_of

#: First account of the phrase that most tools use in tests.
WATCHED = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
CAMPAIGNS = sorted(path.stem for path in SOURCES.glob("*-*.json"))
LANGUAGES = {"en", "es", "fr", "pt", "el", "ar"}
SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


def test_wallets__each_has_a_key_of_its_own() -> None:
    everyone = Cast().everyone()
    assert [wallet.index for wallet in everyone] == list(range(len(everyone)))
    assert len({wallet.address for wallet in everyone}) == len(everyone)
    assert WATCHED not in {wallet.address for wallet in everyone}
    assert not PHRASE.startswith("test test")


def test_wallets__cast__is_what_the_story_needs() -> None:
    cast = Cast()
    assert len(cast.backers()) == 8
    assert 0 < len(cast.members()) < 8
    assert any(not wallet.has_ether for wallet in cast.backers())


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_documents__campaign__is_told_in_its_own_language_and_in_english(name: str, tmp_path: Path) -> None:
    library = Library(tmp_path)
    digest = library.description(name)
    content = (tmp_path / digest.hex()).read_bytes()
    assert sha256(content).digest() == digest
    document = parsed(content)
    for part in ("title", "summary", "description"):
        assert {document["language"], "en"} <= set(document[part]) <= LANGUAGES, part
        assert all(text.strip() for text in document[part].values()), part
    assert library.plan(name)


def parsed(content: bytes) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(content)
    return document


def test_documents__all__cover_all_languages(tmp_path: Path) -> None:
    library = Library(tmp_path)
    titles = [parsed((tmp_path / library.description(name).hex()).read_bytes())["title"] for name in CAMPAIGNS]
    assert set().union(*titles) == LANGUAGES


def test_salted_profile__names_nobody_and_differs_for_each() -> None:
    hashes = {salted_profile(wallet.address) for wallet in Cast().members()}
    assert len(hashes) == len(Cast().members())


@pytest.mark.parametrize(("text", "units"), [("5", 5_000_000), ("0.000001", 1), ("1000.333333", 1_000_333_333)])
def test_euros__decimals__are_exact(text: str, units: int) -> None:
    assert euros(text) == units


def test_euros_and_hours__too_many_decimals__are_refused() -> None:
    with pytest.raises(ValueError, match="more than six decimals"):
        euros("0.0000001")
    with pytest.raises(ValueError, match="more than eighteen decimals"):
        hours("0.0000000000000000001")


def test_check_port__taken__is_one_clear_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port} cannot be used .*ERANOS_API_PORT"):
            check_port(port, "ERANOS_API_PORT")
    check_port(port, "ERANOS_API_PORT")


@pytest.mark.parametrize("text", ["0", "65536", "-1", "8000.0", "http", " 80"])
def test_port_of__no_port__is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERANOS_RPC_PORT", text)
    with pytest.raises(SettingInvalid, match="ERANOS_RPC_PORT is"):
        port_of("ERANOS_RPC_PORT", 8545)


@pytest.mark.parametrize(("text", "port"), [("", 8545), ("9000", 9000), ("65535", 65535)])
def test_port_of__unset_or_a_port__is_taken(text: str, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERANOS_RPC_PORT", text)
    assert port_of("ERANOS_RPC_PORT", 8545) == port


def test_emptied__folder_of_a_lab__is_empty_and_closed_to_others(tmp_path: Path) -> None:
    with emptied(tmp_path):
        (tmp_path / "old").mkdir()
        (tmp_path / "old" / "file").touch()
    with emptied(tmp_path):
        assert [path.name for path in tmp_path.iterdir()] == [MARK]
        with pytest.raises(FolderTaken, match="another lab runs in"), emptied(tmp_path):
            pass


def test_emptied__folder_of_something_else__is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(FolderTaken, match="holds other things than a lab"), emptied(tmp_path):
        pass
    assert (tmp_path / "thesis.txt").exists()


def test_processes__at_the_end_of_the_block__are_ended(tmp_path: Path) -> None:
    def fail() -> None:
        with Processes(tmp_path) as processes:
            started.append(processes.start("one", SLEEP, {}).process)
            started.append(processes.start("two", SLEEP, {}).process)
            raise ZeroDivisionError

    started: list[subprocess.Popen[bytes]] = []
    with pytest.raises(ZeroDivisionError):
        fail()
    assert [process.returncode for process in started] == [-signal.SIGTERM] * 2


def test_processes__sigterm__ends_them(tmp_path: Path) -> None:
    def run() -> None:
        with Processes(tmp_path) as processes:
            started.append(processes.start("one", SLEEP, {}).process)
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)

    started: list[subprocess.Popen[bytes]] = []
    with pytest.raises(KeyboardInterrupt):
        run()
    assert started[0].returncode == -signal.SIGTERM


def test_processes__of_a_killed_parent__are_killed(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.touch()
    child = f"import fcntl, time; held = open({str(lock)!r}); fcntl.flock(held, fcntl.LOCK_EX); time.sleep(60)"
    parent = f"""
from pathlib import Path
from scripts._lab.processes import Processes
with Processes(Path({str(tmp_path)!r})) as processes:
    processes.start("holder", [{sys.executable!r}, "-c", {child!r}], {{}})
    processes.watch()
"""
    with subprocess.Popen([sys.executable, "-c", parent]) as process:
        wait_until(lambda: is_held(lock))
        process.kill()
    wait_until(lambda: not is_held(lock))


def is_held(path: Path) -> bool:
    """Whether a living process holds a lock on a file."""
    with path.open() as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def wait_until(ready: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 20
    while not ready():
        assert time.monotonic() < give_up
        time.sleep(0.01)


def test_processes__in_the_end__leave_no_leash(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        child = processes.start("one", SLEEP, {})
        assert child.leash.poll() is None
    assert child.leash.returncode == -signal.SIGKILL


def test_processes__one_that_ends_by_itself__is_noticed_with_its_last_words(tmp_path: Path) -> None:
    def run() -> None:
        with Processes(tmp_path) as processes:
            processes.start("talker", [sys.executable, "-c", "print('no room'); raise SystemExit(3)"], {})
            processes.wait_until("nothing", lambda: False, 30)

    with pytest.raises(ProcessEnded, match="talker ended with code 3: no room"):
        run()


def test_processes__that_take_too_long__are_given_up(tmp_path: Path) -> None:
    def run() -> None:
        with Processes(tmp_path) as processes:
            processes.start("one", SLEEP, {})
            processes.wait_until("the impossible", lambda: False, 0.2)

    with pytest.raises(NotReady, match="the impossible took longer than 0 seconds"):
        run()


def test_processes__missing_program__is_one_clear_line(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes, pytest.raises(ProgramMissing, match="no-such-program is not installed"):
        processes.start("one", ["no-such-program"], {})
