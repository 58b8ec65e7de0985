"""What is kept: a database of its own, beside the folder of files.

The database says what each file is, which records name it, what was erased, and how much each account gave; it also
holds the words of the documents. Nothing in it can be made again from the chain. One transaction writes at a time, over
all processes, and files are renamed and removed inside of it, so that taking in and erasing never meet.
"""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple

from documents.errors import StoreUnusable
from documents.files import Files
from documents.kinds import PICTURE
from documents.lab import Naming
from documents.passages import Passage
from documents.problems import ACCOUNT_LIMIT, ERASED_DOCUMENT
from documents.words import words_of
from serving.problems import Problem

VERSION: Final = 1
"""Of the tables; `PRAGMA user_version`."""
LOCK_SECONDS: Final = 10.0
DAY: Final = 86_400
TABLES: Final = (
    """CREATE TABLE documents (
        id INTEGER PRIMARY KEY,
        sha256 TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        media_type TEXT NOT NULL,
        size INTEGER NOT NULL,
        account TEXT NOT NULL,
        accepted_at INTEGER NOT NULL
    )""",
    """CREATE TABLE namings (
        document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
        event_key INTEGER NOT NULL,
        kind TEXT NOT NULL,
        record TEXT NOT NULL,
        event TEXT NOT NULL,
        account TEXT,
        entity_id INTEGER,
        PRIMARY KEY (document, event_key)
    ) WITHOUT ROWID""",
    """CREATE TABLE pictures (
        sha256 TEXT NOT NULL,
        document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
        PRIMARY KEY (sha256, document)
    ) WITHOUT ROWID""",
    "CREATE INDEX ix_pictures_document ON pictures (document)",
    """CREATE TABLE passages (
        id INTEGER PRIMARY KEY,
        document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
        language TEXT NOT NULL,
        title TEXT NOT NULL,
        body TEXT NOT NULL
    )""",
    "CREATE INDEX ix_passages_document ON passages (document)",
    # Rows go by the id of the passage. Words are folded by our own code; the tokenizer only parts them.
    "CREATE VIRTUAL TABLE words USING fts5(title, body, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3 4')",
    """CREATE TABLE erasures (
        sha256 TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        erased_at TEXT NOT NULL,
        by TEXT NOT NULL,
        reason TEXT NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE usage (
        account TEXT NOT NULL,
        day INTEGER NOT NULL,
        files INTEGER NOT NULL,
        bytes INTEGER NOT NULL,
        PRIMARY KEY (account, day)
    ) WITHOUT ROWID""",
)


class Record(NamedTuple):
    """A record on chain that names a document."""

    kind: str
    record: str
    event: str
    account: str | None
    entity_id: int | None


class Kept(NamedTuple):
    """A document that is kept."""

    id: int
    sha256: str
    kind: str
    media_type: str
    size: int
    account: str
    accepted_at: int


class Offered(NamedTuple):
    """A document that was found to be in order."""

    sha256: str
    content: bytes
    kind: str
    media_type: str
    account: str
    """That put its hash, or that of the document which names it, on chain; empty if no event names one."""
    namings: Sequence[Naming] = ()
    pictures: Sequence[str] = ()
    passages: Sequence[Passage] = ()


class Quota(NamedTuple):
    """What one account may give in a day."""

    files: int
    bytes: int


class Totals(NamedTuple):
    """How much is kept."""

    documents: int
    pictures: int
    bytes: int
    erased: int


@dataclass(frozen=True)
class Store:
    """Documents, and what is known of them."""

    database: Path
    files: Files

    def prepare(self) -> None:
        """Make folder and tables where they are missing, and finish erasures that were cut.

        Raises:
            FolderUnusable: Files can't be kept there.
            StoreUnusable: The database can't be used.
        """
        self.files.prepare()
        try:
            with self._writing() as connection:
                found = connection.execute("PRAGMA user_version").fetchone()[0]
                if found == 0:
                    for statement in TABLES:
                        connection.execute(statement)
                    connection.execute(f"PRAGMA user_version = {VERSION}")
                elif found != VERSION:
                    raise StoreUnusable(f"{self.database} is of version {found}, this code knows {VERSION}: update it")
        except sqlite3.DatabaseError as error:
            raise StoreUnusable(f"{self.database} can't be used ({error}): set ERANOS_DOCUMENTS_DATABASE") from error
        for digest in self.files.erasures():
            if self.files.has(digest) or self.find(digest) is not None:
                self.erase(digest, by="", reason="", at=0)

    @contextmanager
    def held_open(self) -> Iterator[None]:
        """Keep one connection while the service runs: SQLite tidies up whenever the last one is closed."""
        with closing(self._open()):
            yield

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Open one consistent view."""
        with closing(self._open()) as connection:
            connection.execute("BEGIN")
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Open the one transaction that writes; it is committed in the end, or nothing of it stays."""
        with closing(self._open()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.database, timeout=LOCK_SECONDS, isolation_level=None)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def probe(self) -> None:
        """Make sure that documents can be kept now: that the database can be written to, and the folder.

        Raises:
            FolderUnusable: The folder can't.
            OperationalError: The database can't.
        """
        with self._writing():
            self.files.prepare()

    def find(self, digest: str) -> Kept | None:
        """Return what is known of a document, None if it is not kept."""
        with self.reading() as connection:
            return _find(connection, digest)

    def records_of(self, digest: str) -> list[Record]:
        """Return the records that named a document when it was sent last, the first one in front."""
        with self.reading() as connection:
            kept = _find(connection, digest)
            return [] if kept is None else records_of(connection, kept.id)

    def authors_of_picture(self, digest: str) -> list[Kept]:
        """Return the documents that name a picture, the first one in front."""
        with self.reading() as connection:
            rows = connection.execute(
                "SELECT documents.* FROM pictures JOIN documents ON documents.id = document "
                "WHERE pictures.sha256 = ? ORDER BY documents.id",
                (digest,),
            )
            return [Kept(*row) for row in rows]

    def refuse_erased(self, digest: str) -> None:
        """Make sure that a document was not erased.

        Raises:
            Problem: It was.
        """
        record = self.files.erasure(digest)
        if record is not None:
            known = {"by": "?", "erased_at": "?", "reason": "?"} | record
            message = "The document was erased at {erased_at} by {by}: {reason}".format_map(known)
            raise Problem(ERASED_DOCUMENT, message, erasure=record)

    def add(self, offered: Offered, quota: Quota, now: int) -> tuple[Kept, bool]:
        """Keep a document, unless it is kept.

        Args:
            offered: The document, found to be in order.
            quota: What its account may give in a day.
            now: Unix time.

        Returns:
            What is known of it, and whether it is new.

        Raises:
            Problem: It was erased, or its account gave enough for today, or the disk is full.
        """
        with self.files.incoming(offered.sha256, offered.content) as incoming, self._writing() as connection:
            self.refuse_erased(offered.sha256)
            known = _find(connection, offered.sha256)
            if known is None:
                _count(connection, offered, quota, now)
                known = _insert(connection, offered, now)
            elif self.files.has(offered.sha256):
                _name(connection, known.id, offered.namings)
                return known, False
            self.files.keep(incoming, offered.sha256)
            return known, True

    def erase(self, digest: str, *, by: str, reason: str, at: int) -> list[str]:
        """Remove a document, its words, and the pictures that only it names; leave a record of the erasure of each.

        Args:
            digest: Of the document.
            by: Account, or "operator".
            reason: For everybody to read.
            at: Unix time.

        Returns:
            The hashes of everything that was removed.
        """
        with self._writing() as connection:
            kept = _find(connection, digest)
            removed = [digest] if kept is None else [digest, *_own_pictures(connection, kept.id)]
            record = self.files.erasure(digest) or {"erased_at": rfc3339(at), "by": by, "reason": reason}
            for one in removed:
                self._erase(connection, one, record)
            # What was deleted stays in the pages of the index, and in the log, until they are written anew.
            connection.execute("INSERT INTO words (words) VALUES ('optimize')")
        with closing(self._open()) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return removed

    def _erase(self, connection: sqlite3.Connection, digest: str, why: dict[str, Any]) -> None:
        kept = _find(connection, digest)
        facts = {name: str(why.get(name, "?")) for name in ("erased_at", "by", "reason")}
        record = {"sha256": digest, "kind": kept.kind if kept else "unknown", **facts}
        self.files.erase(digest, record)
        if kept is not None:
            connection.execute(
                "DELETE FROM words WHERE rowid IN (SELECT id FROM passages WHERE document = ?)", (kept.id,)
            )
            connection.execute("DELETE FROM documents WHERE id = ?", (kept.id,))
        connection.execute("INSERT OR IGNORE INTO erasures VALUES (?, ?, ?, ?, ?)", tuple(record.values()))

    def totals(self) -> Totals:
        """Return how much is kept."""
        with self.reading() as connection:
            row = connection.execute(
                "SELECT count(*) - coalesce(sum(kind = ?), 0), coalesce(sum(kind = ?), 0), coalesce(sum(size), 0), "
                "(SELECT count(*) FROM erasures) FROM documents",
                (PICTURE, PICTURE),
            ).fetchone()
        return Totals(*row)

    def amiss(self) -> list[str]:
        """Return what files and database do not agree on, one line for each document."""
        with self.reading() as connection:
            rows = {row[0]: row[1] for row in connection.execute("SELECT sha256, size FROM documents")}
        names = set(self.files.names())
        lines = [f"{digest} is in the database, but its file is missing" for digest in sorted(rows.keys() - names)]
        lines += [f"{digest} is a file that the database does not know" for digest in sorted(names - rows.keys())]
        for digest in sorted(names & rows.keys()):
            content = self.files.read(digest)
            if content is None or len(content) != rows[digest] or sha256(content).hexdigest() != digest:
                lines.append(f"{digest} is a file with another content")
        return lines


def rfc3339(at: int) -> str:
    """Return a Unix time in RFC 3339 form, UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def now() -> int:
    """Return the Unix time."""
    return int(time.time())


def records_of(connection: sqlite3.Connection, document: int) -> list[Record]:
    """Return the records that name a document, the first one in front."""
    rows = connection.execute(
        "SELECT kind, record, event, account, entity_id FROM namings WHERE document = ? ORDER BY event_key", (document,)
    )
    return [Record(*row) for row in rows]


def _find(connection: sqlite3.Connection, digest: str) -> Kept | None:
    row = connection.execute("SELECT * FROM documents WHERE sha256 = ?", (digest,)).fetchone()
    return None if row is None else Kept(*row)


def _count(connection: sqlite3.Connection, offered: Offered, quota: Quota, at: int) -> None:
    """Add a document to what its account gave today.

    Raises:
        Problem: It gave enough.
    """
    size, day = len(offered.content), at // DAY
    connection.execute("DELETE FROM usage WHERE day < ?", (day,))
    row = connection.execute(
        "INSERT INTO usage VALUES (?, ?, 1, ?) ON CONFLICT DO UPDATE SET files = files + 1, bytes = bytes + ? "
        "RETURNING files, bytes",
        (offered.account, day, size, size),
    ).fetchone()
    if row[0] > quota.files or row[1] > quota.bytes:
        whose = offered.account or "accounts that no event names"
        message = f"{whose}: {quota.files} files and {quota.bytes} bytes are taken in a day (UTC)"
        raise Problem(ACCOUNT_LIMIT, message, retry_after=DAY - at % DAY)


def _insert(connection: sqlite3.Connection, offered: Offered, at: int) -> Kept:
    values = (offered.sha256, offered.kind, offered.media_type, len(offered.content), offered.account, at)
    row = connection.execute(
        "INSERT INTO documents (sha256, kind, media_type, size, account, accepted_at) VALUES (?, ?, ?, ?, ?, ?) "
        "RETURNING *",
        values,
    ).fetchone()
    kept = Kept(*row)
    _name(connection, kept.id, offered.namings)
    connection.executemany("INSERT INTO pictures VALUES (?, ?)", [(picture, kept.id) for picture in offered.pictures])
    for passage in offered.passages:
        number = connection.execute(
            "INSERT INTO passages (document, language, title, body) VALUES (?, ?, ?, ?)", (kept.id, *passage)
        ).lastrowid
        folded = [" ".join(word.folded for word in words_of(text)) for text in (passage.title, passage.body)]
        connection.execute("INSERT INTO words (rowid, title, body) VALUES (?, ?, ?)", (number, *folded))
    return kept


def _name(connection: sqlite3.Connection, document: int, namings: Sequence[Naming]) -> None:
    """Note which records name a document; those of blocks that were replaced are forgotten."""
    if not namings:
        return
    connection.execute("DELETE FROM namings WHERE document = ?", (document,))
    connection.executemany(
        "INSERT INTO namings VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (document, one.named_at.event_key, one.kind, one.record, one.event, one.account, one.entity_id)
            for one in namings
        ],
    )


def _own_pictures(connection: sqlite3.Connection, document: int) -> list[str]:
    """Return the pictures that only this document names, and that are kept."""
    rows = connection.execute(
        "SELECT sha256 FROM pictures WHERE document = ? AND sha256 IN (SELECT sha256 FROM documents WHERE kind = ?) "
        "AND (SELECT count(*) FROM pictures AS others WHERE others.sha256 = pictures.sha256) = 1 ORDER BY sha256",
        (document, PICTURE),
    )
    return [row[0] for row in rows]
