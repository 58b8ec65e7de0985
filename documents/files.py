"""The folder of files, each named by the 64 hexadecimal digits of its SHA-256; the lab's API serves the same folder.

A file is written under another name, brought to the disk, and then renamed: whatever happens, a name of 64 digits is a
whole file. A record `<sha256>.erased` beside them says that a document was erased; where there is one, the file is gone
or about to go, and does not come back.
"""

import errno
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from documents.errors import FolderTaken, FolderUnusable
from documents.problems import STORE_FULL
from serving.problems import Problem

ERASURE: Final = ".erased"
INCOMING: Final = ".incoming"
LOCK: Final = ".lock"
DIGITS: Final = 64
FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True)
class Files:
    """Files by their hash."""

    folder: Path

    def prepare(self) -> None:
        """Make the folder if it is not there.

        Raises:
            FolderUnusable: It can't be made, or not be written to.
        """
        try:
            (self.folder / INCOMING).mkdir(parents=True, exist_ok=True)
            with self.incoming("probe", b""):
                pass
        except OSError as error:
            message = f"{self.folder} can't be written to ({error.strerror or error}): set ERANOS_DOCUMENTS_FOLDER"
            raise FolderUnusable(message) from error

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Keep other processes from taking documents into the folder, and clear away what a killed one left.

        Raises:
            FolderTaken: One does already.
        """
        with (self.folder / LOCK).open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                message = f"another `eranos documents run` takes documents into {self.folder}: stop it first"
                raise FolderTaken(message) from error
            for left in (self.folder / INCOMING).iterdir():
                left.unlink()
            yield

    def read(self, digest: str) -> bytes | None:
        """Return a file, None if it is not there."""
        try:
            return (self.folder / digest).read_bytes()
        except FileNotFoundError:
            return None

    def has(self, digest: str) -> bool:
        """Return whether a file is there."""
        return (self.folder / digest).is_file()

    def names(self) -> Iterator[str]:
        """Yield the hash of every file."""
        for path in self.folder.iterdir():
            if len(path.name) == DIGITS:
                yield path.name

    @contextmanager
    def incoming(self, digest: str, content: bytes) -> Iterator[Path]:
        """Bring a file to the disk under another name; `keep` gives it its own, else it is gone in the end.

        Raises:
            Problem: The disk is full.
        """
        name = f"{digest}.{secrets.token_hex(8)}"
        try:
            yield self._write(name, content)
        except OSError as error:
            if error.errno in FULL:
                raise Problem(STORE_FULL, STORE_FULL.meaning) from error
            raise
        finally:
            with suppress(FileNotFoundError):
                (self.folder / INCOMING / name).unlink()

    def keep(self, incoming: Path, name: str) -> None:
        """Give a file that was brought to the disk its name."""
        incoming.replace(self.folder / name)
        self._sync()

    def erasure(self, digest: str) -> dict[str, Any] | None:
        """Return the record of an erasure, None if the document was not erased."""
        try:
            record = orjson.loads((self.folder / f"{digest}{ERASURE}").read_bytes())
        except FileNotFoundError:
            return None
        except ValueError:
            record = {}
        return record if isinstance(record, dict) else {}

    def erasures(self) -> Iterator[str]:
        """Yield the hash of every document that was erased."""
        for path in self.folder.glob(f"*{ERASURE}"):
            yield path.name.removesuffix(ERASURE)

    def erase(self, digest: str, record: dict[str, Any]) -> None:
        """Leave the record of an erasure, unless there is one, and then remove the file."""
        if self.erasure(digest) is None:
            with self.incoming(digest, orjson.dumps(record)) as incoming:
                self.keep(incoming, f"{digest}{ERASURE}")
        with suppress(FileNotFoundError):
            (self.folder / digest).unlink()
        self._sync()

    def _write(self, name: str, content: bytes) -> Path:
        path = self.folder / INCOMING / name
        with path.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        return path

    def _sync(self) -> None:
        """Bring the names in the folder to the disk."""
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
