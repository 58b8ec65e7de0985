"""The gas key: an encrypted file, opened once with a passphrase that no command line and no setting holds."""

import json
import os
import stat
from pathlib import Path
from typing import Any, Final

from eth_account import Account
from eth_account.signers.local import LocalAccount

from relay.errors import KeystoreExists, KeystoreUnusable

MIN_PASSPHRASE: Final = 12
MAX_FILE: Final = 65_536
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def create(path: Path, passphrase: str) -> str:
    """Make a new key, write it encrypted, and return its address.

    Raises:
        KeystoreExists: There is a file already.
        KeystoreUnusable: It can't be written, or the passphrase is too short.
    """
    if len(passphrase) < MIN_PASSPHRASE:
        raise KeystoreUnusable(f"the passphrase has less than {MIN_PASSPHRASE} characters: choose a longer one")
    account = Account.create()
    text = json.dumps(account.encrypt(passphrase))
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise KeystoreExists(f"{path} exists: a key is never overwritten; name another file") from error
    except OSError as error:
        raise KeystoreUnusable(f"{path} can't be written: {error.strerror}") from error
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return str(account.address)


def unlock(path: Path, passphrase: str) -> LocalAccount:
    """Return the key of a file.

    Raises:
        KeystoreUnusable: There is none, or the passphrase does not open it.
    """
    keystore = _read(path)
    try:
        key = Account.decrypt(keystore, passphrase)
    except (ValueError, TypeError, KeyError, NotImplementedError, AttributeError) as error:
        # What the library says may tell about the passphrase; that it did not fit is all that helps.
        raise KeystoreUnusable(f"the passphrase does not open {path}, or it is no keystore") from error
    account: LocalAccount = Account.from_key(key)
    return account


def passphrase_in(path: Path) -> str:
    """Return the passphrase that a file holds, without the end of the line.

    Raises:
        KeystoreUnusable: It can't be read, or is empty.
    """
    try:
        with path.open(encoding="utf-8") as file:
            passphrase = file.read(MAX_FILE).rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise KeystoreUnusable(f"the passphrase can't be read from {path}: {_reason(error)}") from error
    if not passphrase:
        raise KeystoreUnusable(f"{path} is empty: write the passphrase of the keystore into it")
    return passphrase


def warning_about(path: Path) -> str | None:
    """Return a warning if others than its owner may use a file, None if not."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return None
    if not mode & _OTHERS:
        return None
    return f"{path} may be used by others than its owner (mode {stat.S_IMODE(mode):o}): run chmod 600 {path}"


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open(encoding="utf-8") as file:
            keystore = json.loads(file.read(MAX_FILE))
    except FileNotFoundError as error:
        message = f"there is no keystore {path}: make one with `eranos relay new-key` or set ERANOS_RELAY_KEYSTORE"
        raise KeystoreUnusable(message) from error
    except (OSError, ValueError, RecursionError) as error:
        raise KeystoreUnusable(f"{path} is no keystore: {_reason(error)}") from error
    if not isinstance(keystore, dict):
        raise KeystoreUnusable(f"{path} is no keystore: restore it, or make one with `eranos relay new-key`")
    return keystore


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
