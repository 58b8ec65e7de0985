"""`ape run up` as a person runs it.

├── --once: plays, checks, ends 0, and leaves nothing running
├── in the foreground: prints what one needs, goes on making blocks that become final, ends at SIGTERM with nothing left
├── a taken port, no port number, twice the same port: one line, before anything starts
└── killed in the middle of the story: nothing is left, the next run works
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import deployments
from scripts._lab.http import Api
from scripts._lab.rpc import Rpc
from scripts._lab.wallets import Cast
from tests.e2e.conftest import free_port

PATIENCE = 240


class Up:
    """One run of the command, in a folder and at ports of its own."""

    def __init__(self, folder: Path, records: Path) -> None:
        self.folder, self.rpc_port, self.api_port, self.relay_port = folder, free_port(), free_port(), free_port()
        self.documents_port, self.web_port = free_port(), free_port()
        self.environment = {
            **os.environ,
            "ERANOS_RPC_PORT": str(self.rpc_port),
            "ERANOS_API_PORT": str(self.api_port),
            "ERANOS_RELAY_PORT": str(self.relay_port),
            "ERANOS_DOCUMENTS_PORT": str(self.documents_port),
            "ERANOS_WEB_PORT": str(self.web_port),
            deployments.FOLDER_VARIABLE: str(records),
            "PYTHONUNBUFFERED": "1",
        }

    def start(self, *options: str) -> subprocess.Popen[str]:
        command = [str(Path(sys.executable).with_name("ape")), "run", "up", "--folder", str(self.folder), *options]
        self.output = (self.folder.parent / "output.txt").open("w+")
        self.process = subprocess.Popen(
            command,
            env=self.environment,
            stdout=self.output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        return self.process

    def printed(self) -> str:
        return (self.folder.parent / "output.txt").read_text()

    def wait_for(self, ready: Callable[[], bool]) -> None:
        give_up = time.monotonic() + PATIENCE
        while not ready():
            assert self.process.poll() is None, self.printed()
            assert time.monotonic() < give_up, self.printed()
            time.sleep(0.05)

    def nothing_is_left(self) -> bool:
        """Whether all ports are free again."""
        for port in (self.rpc_port, self.api_port, self.relay_port, self.documents_port, self.web_port):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return False
        return True


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    run = Up(tmp_path / "lab", tmp_path / "records")
    yield run
    if hasattr(run, "process"):
        if run.process.poll() is None:
            os.killpg(run.process.pid, signal.SIGKILL)
            run.process.wait()
        run.output.close()


def test_up__once__plays_checks_and_ends(up: Up) -> None:
    assert up.start("--once").wait(PATIENCE) == 0, up.printed()
    for part in ("Chain and contracts:", "Story:", "transactions; money agreed", "values of the API equal"):
        assert part in up.printed()
    taken = re.search(r"(\d+) documents and pictures of the story were taken in", up.printed())
    assert taken is not None, up.printed()
    written, kept = ({path.name for path in (up.folder / name).iterdir()} for name in ("written", "documents"))
    assert int(taken[1]) == len(written) > 100
    assert {name for name in kept if len(name) == 64} == written
    assert up.nothing_is_left()


def test_up__in_the_foreground__stays_until_it_is_told_to_end(up: Up) -> None:
    up.start()
    up.wait_for(lambda: "Ctrl-C stops everything" in up.printed())
    printed, cast = up.printed(), Cast()
    here = "http://127.0.0.1"
    for part in (f"{here}:{up.web_port}/", f"{here}:{up.api_port}/docs", f"{here}:{up.rpc_port}", "31337"):
        assert part in printed
    for wallet in cast.everyone():
        assert f"{wallet.address} {wallet.key}" in printed
    assert deployments.FOLDER_VARIABLE in up.environment

    rpc, api = Rpc(f"http://127.0.0.1:{up.rpc_port}"), Api(f"http://127.0.0.1:{up.api_port}")
    pages = Api(f"http://127.0.0.1:{up.web_port}")
    assert [pages.read(path)[0] for path in ("/en", "/en/campaigns/1", "/ar/test-wallets")] == [200, 200, 200]
    pages.close()
    relay = Api(f"http://127.0.0.1:{up.relay_port}")
    try:
        paying = relay.get("/status")
        assert paying["ready"]
        assert len(paying["contracts"]) == 6
        block = rpc.call("eth_getBlockByNumber", "latest", False)
        assert abs(int(block["timestamp"], 16) - time.time()) < 10
        up.wait_for(lambda: number(rpc, "finalized") >= int(block["number"], 16))
        assert api.get("/v1/status")["as_of"]["block_number"] >= int(block["number"], 16)
        assert {grant["currency"] for grant in api.get("/v1/360giving.json")["grants"]} == {"EUR"}
    finally:
        rpc.close()
        api.close()
        relay.close()

    up.process.send_signal(signal.SIGTERM)
    assert up.process.wait(30) == 0
    assert up.nothing_is_left()


def number(rpc: Rpc, tag: str) -> int:
    return int(rpc.call("eth_getBlockByNumber", tag, False)["number"], 16)


def test_up__killed_in_the_story__leaves_nothing(up: Up) -> None:
    up.start()
    up.wait_for(lambda: "registers" in up.printed())
    up.process.kill()
    up.process.wait()
    deadline = time.monotonic() + 10
    while not up.nothing_is_left() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert up.nothing_is_left()


@pytest.mark.parametrize(
    "variable", ["ERANOS_RPC_PORT", "ERANOS_API_PORT", "ERANOS_RELAY_PORT", "ERANOS_DOCUMENTS_PORT"]
)
def test_up__at_a_taken_port__says_so_before_anything_starts(up: Up, variable: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(up.environment[variable])))
        taken.listen()
        assert up.start("--once").wait(PATIENCE) == 1
    assert up.printed().strip().splitlines() == [
        f"Error: port {up.environment[variable]} cannot be used (Address already in use): set {variable} to a free one."
    ]
    assert not up.folder.exists()
