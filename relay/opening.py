"""Opens the file of the request log: one writer, its tables, and commits that wait for the disk."""

import fcntl
import os
import sqlite3
from pathlib import Path
from typing import Final

from relay.errors import LogTaken, LogUnusable

VERSION: Final = 1
_SCHEMA: Final = """
CREATE TABLE identity (chain_id INTEGER NOT NULL, genesis_hash TEXT NOT NULL, forwarder TEXT NOT NULL);
CREATE TABLE requests (
    id TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    account TEXT NOT NULL,
    target TEXT NOT NULL,
    nonce INTEGER NOT NULL,
    gas INTEGER NOT NULL,
    deadline INTEGER NOT NULL,
    data BLOB NOT NULL,
    signature BLOB NOT NULL,
    accepted_at INTEGER NOT NULL,
    accepted_block INTEGER NOT NULL,
    day INTEGER NOT NULL,
    gas_counted INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    sender TEXT,
    sender_nonce INTEGER,
    tx_hash TEXT,
    block_number INTEGER,
    block_hash TEXT,
    final INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX one_open_request_of_a_nonce ON requests (account, nonce) WHERE final = 0;
CREATE INDEX requests_by_fingerprint ON requests (fingerprint);
CREATE INDEX requests_by_day ON requests (day, account);
CREATE INDEX requests_by_state ON requests (state);
CREATE INDEX requests_not_final ON requests (state) WHERE final = 0;
CREATE INDEX requests_by_transaction ON requests (sender, sender_nonce);
CREATE TABLE transactions (
    sender TEXT NOT NULL,
    nonce INTEGER NOT NULL,
    gas INTEGER NOT NULL,
    data BLOB NOT NULL,
    tx_hash TEXT,
    block_number INTEGER,
    block_hash TEXT,
    gas_used INTEGER,
    fee_wei TEXT,
    final INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (sender, nonce)
);
CREATE INDEX transactions_not_final ON transactions (sender, nonce) WHERE final = 0;
CREATE TABLE attempts (
    tx_hash TEXT PRIMARY KEY,
    sender TEXT NOT NULL,
    nonce INTEGER NOT NULL,
    raw BLOB NOT NULL,
    max_fee TEXT NOT NULL,
    tip TEXT NOT NULL,
    signed_at REAL NOT NULL,
    FOREIGN KEY (sender, nonce) REFERENCES transactions (sender, nonce)
);
CREATE INDEX attempts_by_nonce ON attempts (sender, nonce);
"""


def locked(path: Path) -> int:
    """Return the handle of a lock that lasts as long as this process.

    Raises:
        LogTaken: Another process holds it.
        LogUnusable: The file of the lock can't be written.
    """
    try:
        handle = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise LogUnusable(f"{path} can't be written: {error.strerror}: set ERANOS_RELAY_DATABASE") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise LogTaken(f"another relay writes {path}: stop it first, or set ERANOS_RELAY_DATABASE") from error
    return handle


def opened(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """Return a connection to the log, which is made if there is none.

    Raises:
        LogUnusable: There is none to read, or another version made it.
    """
    if read_only and not path.exists():
        raise LogUnusable(f"there is no request log {path}: start `eranos relay run`, or set ERANOS_RELAY_DATABASE")
    mode = "ro" if read_only else "rwc"
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode={mode}", uri=True, isolation_level=None, check_same_thread=False
    )
    connection.row_factory = sqlite3.Row
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version not in {0, VERSION}:
        raise LogUnusable(f"{path} was made by another version ({version}, this is {VERSION}): update this code")
    if not read_only:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # a commit returns when it is on disk
        connection.execute("PRAGMA foreign_keys = ON")
        if version == 0:
            connection.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
    return connection
