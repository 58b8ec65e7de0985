"""The processes of the lab: all of them end when the lab ends, however that comes about."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from scripts._lab.errors import NotReady, PortTaken, ProcessEnded, ProgramMissing

#: Seconds in which a process may end by itself before it is killed.
GRACE: Final = 10
POLL: Final = 0.1
#: A shell that kills the process group $0 when its input ends: that is when we are no more, however that came about.
LEASH: Final = 'read -r _; kill -s KILL -- "-$0"'
#: What ends the lab. The first is Ctrl-C, the last a closed terminal.
STOPPING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class Child:
    """A process we started, where its words go, and what ends it if we are killed."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    leash: subprocess.Popen[bytes]

    def last_words(self) -> str:
        """Returns the last line of its log."""
        lines = [line for line in self.log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
        return lines[-1].strip() if lines else "it said nothing"


@dataclass
class Processes:
    """Starts processes, and ends them in the opposite order when the `with` block is left.

    SIGTERM and SIGHUP leave the block the way Ctrl-C does. Each process is on a leash, which kills it if we are killed.
    """

    logs: Path
    children: list[Child] = field(default_factory=list)
    _endings: list[Callable[[], None]] = field(default_factory=list)

    def __enter__(self) -> Self:
        """Makes every stopping signal raise KeyboardInterrupt."""
        for number in STOPPING:
            signal.signal(number, _interrupt)
        self.logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends everything; a second Ctrl-C does not stop that."""
        for number in STOPPING:
            signal.signal(number, signal.SIG_IGN)
        for ending in self._endings:
            ending()
        for child in reversed(self.children):
            _end(child)
        for number in STOPPING:
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def start(self, name: str, command: list[str], environment: Mapping[str, str]) -> Child:
        """Starts a process whose output goes to a log of that name.

        Raises:
            ProgramMissing: There is no such program.
        """
        log = self.logs / f"{name}.log"
        with log.open("ab") as output:
            try:
                process = subprocess.Popen(
                    command,
                    env={**os.environ, **environment},
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,  # Ctrl-C is for us, we end the children in order
                )
            except FileNotFoundError as error:
                message = f"{command[0]} is not installed: run `make setup`."
                raise ProgramMissing(message) from error
        child = Child(name, process, log, _leash(process))
        self.children.append(child)
        return child

    def at_end(self, ending: Callable[[], None]) -> None:
        """Has something done before the processes are ended, such as closing a connection to one of them."""
        self._endings.append(ending)

    def kill(self, child: Child) -> None:
        """Kills a process at once, as a power cut would."""
        child.process.kill()
        _end(child)
        self.children.remove(child)

    def check(self) -> None:
        """Raises `ProcessEnded` if one of them is no more."""
        for child in self.children:
            code = child.process.poll()
            if code is not None:
                message = f"{child.name} ended with code {code}: {child.last_words()} (all of it: {child.log})"
                raise ProcessEnded(message)

    def wait_until(self, what: str, ready: Callable[[], bool], seconds: float) -> None:
        """Waits for something while all processes live.

        Raises:
            ProcessEnded: One of them ended meanwhile.
            NotReady: It took too long.
        """
        give_up = time.monotonic() + seconds
        while not ready():
            self.check()
            if time.monotonic() > give_up:
                message = f"{what} took longer than {seconds:.0f} seconds; see {self.logs}"
                raise NotReady(message)
            time.sleep(POLL)

    def watch(self) -> None:
        """Stays until Ctrl-C, or until a process ends, which is an error."""
        while True:
            self.check()
            time.sleep(1)


def check_port(port: int, variable: str) -> None:
    """Raises `PortTaken` if something listens at a port of this machine.

    Args:
        port: TCP port.
        variable: Environment variable that can name another port.
    """
    with socket.socket() as probe:
        # As servers do it: a connection that is closing from the last run is no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            message = f"port {port} cannot be used ({error.strerror}): set {variable} to a free one."
            raise PortTaken(message) from error


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _leash(process: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        ["sh", "-c", LEASH, str(process.pid)],
        stdin=subprocess.PIPE,  # nobody but us holds the other end
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _end(child: Child) -> None:
    """Ends a process, and then its leash."""
    if child.process.poll() is None:
        child.process.terminate()
        try:
            child.process.wait(GRACE)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()
    child.leash.kill()
    child.leash.communicate()
