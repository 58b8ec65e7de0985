"""The request log: every accepted request and every signed transaction, on disk before anything else happens with it.

One file, written by one process. A commit returns when the disk has it, so that kill -9 and a power cut find either
all of a step or nothing of it. The log is not a mirror: it can't be made again from the chain.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from relay.errors import LogUnusable
from relay.forwarding import ForwardRequest
from relay.opening import locked, opened
from relay.records import DAY, Attempt, Entry, Outcome, State, Transaction, Used


class Store:
    """The request log of one relay."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Open the log, or make it.

        Raises:
            LogTaken: Another relay writes it.
            LogUnusable: It can't be opened, or another version made it.
        """
        self._path = path
        self._lock = None if read_only else locked(path)
        try:
            self._connection = opened(path, read_only=read_only)
        except sqlite3.Error as error:
            raise LogUnusable(f"{path} can't be used as the request log: {error}") from error

    def close(self) -> None:
        """Let go of the log."""
        self._connection.close()
        if self._lock is not None:
            os.close(self._lock)

    def claim(self, chain_id: int, genesis_hash: str, forwarder: str) -> None:
        """Make sure that the log is of this chain and forwarder; a new one is from now on.

        Raises:
            LogUnusable: It is of others.
        """
        mine = (chain_id, genesis_hash, forwarder)
        with self._writing() as cursor:
            found = cursor.execute("SELECT chain_id, genesis_hash, forwarder FROM identity").fetchone()
            if found is None:
                cursor.execute("INSERT INTO identity VALUES (?, ?, ?)", mine)
            elif tuple(found) != mine:
                what = "forwarder" if tuple(found)[:2] == mine[:2] else "chain"
                raise LogUnusable(f"{self._path} is the log of another {what}: set ERANOS_RELAY_DATABASE to a new file")

    # ------------------------------------------------------------------------------------------------- requests

    def insert(self, entry: Entry, gas_counted: int) -> None:
        """Write an accepted request; when this returns, it is on disk."""
        request = entry.request
        with self._writing() as cursor:
            cursor.execute(
                "INSERT INTO requests (id, fingerprint, account, target, nonce, gas, deadline, data, signature,"
                " accepted_at, accepted_block, day, gas_counted, state)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(entry.id, request.fingerprint, request.account, request.target, entry.nonce, request.gas),
                    *(request.deadline, request.data, request.signature, entry.accepted_at, entry.accepted_block),
                    *(entry.accepted_at // DAY, gas_counted, State.ACCEPTED),
                ),
            )

    def entry(self, id_: str) -> Entry | None:
        """Return a request by its id."""
        return next(self._entries("WHERE id = ?", id_), None)

    def posted_before(self, request: ForwardRequest) -> Entry | None:
        """Return the request that was posted with the very same content and signature."""
        return next(self._entries("WHERE fingerprint = ?", request.fingerprint), None)

    def open_of(self, account: str, nonce: int) -> Entry | None:
        """Return the request of an account with a nonce that may still be executed, or undone."""
        return next(self._entries("WHERE account = ? AND nonce = ? AND final = 0", account, nonce), None)

    def accepted(self) -> list[Entry]:
        """Return the requests that are in no transaction, the oldest first."""
        return list(self._entries("WHERE state = 'accepted' AND final = 0 ORDER BY rowid"))

    def sent(self) -> list[Entry]:
        """Return the requests that are in a transaction but in no block."""
        return list(self._entries("WHERE state = 'sent' AND final = 0 ORDER BY rowid"))

    def refused(self, deadline: int) -> list[Entry]:
        """Return the requests that we refused to carry and whose deadline is this one or later, the oldest first."""
        return list(
            self._entries("WHERE state = 'refused' AND block_number IS NULL AND deadline >= ? ORDER BY rowid", deadline)
        )

    def requests_of(self, transaction: Transaction) -> list[Entry]:
        """Return the requests that a transaction carries, in its order."""
        return list(
            self._entries("WHERE sender = ? AND sender_nonce = ? ORDER BY rowid", transaction.sender, transaction.nonce)
        )

    def refuse(self, id_: str, reason: str) -> None:
        """End a request that no block took: nothing was paid for it, and its gas counts no more."""
        with self._writing() as cursor:
            cursor.execute(
                "UPDATE requests SET state = 'refused', reason = ?, final = 1, gas_counted = 0"
                " WHERE id = ? AND final = 0",
                (reason, id_),
            )

    def correct(self, outcome: Outcome) -> None:
        """Write for good that somebody else had a request executed which we had refused."""
        with self._writing() as cursor:
            cursor.execute(
                "UPDATE requests SET state = ?, reason = NULL, tx_hash = ?, block_number = ?, block_hash = ?"
                " WHERE id = ? AND state = 'refused' AND block_number IS NULL",
                (outcome.state, outcome.tx_hash, outcome.block_number, outcome.block_hash, outcome.id),
            )

    def settle(self, outcomes: Sequence[Outcome]) -> None:
        """Write how requests ended in blocks."""
        with self._writing() as cursor:
            _settle(cursor, outcomes)

    def used(self, day: int, account: str | None = None) -> Used:
        """Return what was used on a day, by one account or by all."""
        where, values = ("AND account = ?", (day, account)) if account else ("", (day,))
        row = self._connection.execute(
            f"SELECT count(*), coalesce(sum(gas_counted), 0) FROM requests WHERE day = ? {where}",  # noqa: S608
            values,
        ).fetchone()
        return Used(*row)

    # --------------------------------------------------------------------------------------------- transactions

    def next_nonce(self, sender: str) -> int | None:
        """Return the nonce after the last one that was signed, None if none was."""
        row = self._connection.execute("SELECT max(nonce) FROM transactions WHERE sender = ?", (sender,)).fetchone()
        return None if row[0] is None else int(row[0]) + 1

    def begin(self, transaction: Transaction, ids: Sequence[str]) -> None:
        """Write a signed transaction, with the requests it carries, before it is sent."""
        with self._writing() as cursor:
            key = (transaction.sender, transaction.nonce)
            cursor.execute(
                "INSERT INTO transactions (sender, nonce, gas, data) VALUES (?, ?, ?, ?)",
                (*key, transaction.gas, transaction.data),
            )
            for attempt in transaction.attempts:
                _add(cursor, key, attempt)
            cursor.executemany(
                "UPDATE requests SET state = 'sent', sender = ?, sender_nonce = ?, tx_hash = ? WHERE id = ?",
                [(*key, transaction.attempts[-1].tx_hash, id_) for id_ in ids],
            )

    def add_attempt(self, transaction: Transaction, attempt: Attempt) -> None:
        """Write a form with a higher fee before it is sent."""
        key = (transaction.sender, transaction.nonce)
        with self._writing() as cursor:
            _add(cursor, key, attempt)
            cursor.execute(
                "UPDATE requests SET tx_hash = ? WHERE sender = ? AND sender_nonce = ? AND state = 'sent'",
                (attempt.tx_hash, *key),
            )

    def in_flight(self) -> list[Transaction]:
        """Return the transactions that are in no block, by nonce."""
        return list(self._transactions("WHERE final = 0 AND block_number IS NULL ORDER BY sender, nonce"))

    def mine(
        self, transaction: Transaction, attempt: str, block: tuple[int, str], paid: tuple[int, int], ends: list[Outcome]
    ) -> None:
        """Write that a transaction is in a block, what it paid (gas, wei), and how its requests ended there."""
        gas_used, fee_wei = paid
        with self._writing() as cursor:
            cursor.execute(
                "UPDATE transactions SET tx_hash = ?, block_number = ?, block_hash = ?, gas_used = ?, fee_wei = ?"
                " WHERE sender = ? AND nonce = ?",
                (attempt, *block, gas_used, str(fee_wei), transaction.sender, transaction.nonce),
            )
            _settle(cursor, ends)
            cursor.execute(
                "UPDATE requests SET gas_counted = max(1, ? * gas / (SELECT sum(gas) FROM requests AS others"
                " WHERE (others.sender, others.sender_nonce) = (requests.sender, requests.sender_nonce)))"
                " WHERE sender = ? AND sender_nonce = ?",
                (gas_used, transaction.sender, transaction.nonce),
            )

    def unsettled_blocks(self) -> list[tuple[int, str]]:
        """Return number and hash of the blocks that hold something of ours and are not final, the last first."""
        rows = self._connection.execute(
            "SELECT block_number, block_hash FROM requests WHERE final = 0 AND block_number IS NOT NULL UNION"
            " SELECT block_number, block_hash FROM transactions WHERE final = 0 AND block_number IS NOT NULL"
            " ORDER BY 1 DESC"
        )
        return [(number, hash_) for number, hash_ in rows]

    def vanish(self, block_hash: str) -> None:
        """Take back what happened in a block that is no more: its requests are sent or accepted again."""
        with self._writing() as cursor:
            cursor.execute(
                "UPDATE requests SET state = CASE WHEN sender IS NULL THEN 'accepted' ELSE 'sent' END, reason = NULL,"
                " block_number = NULL, block_hash = NULL, tx_hash = (SELECT attempts.tx_hash FROM attempts WHERE"
                " (attempts.sender, attempts.nonce) = (requests.sender, requests.sender_nonce)"
                " ORDER BY attempts.rowid DESC LIMIT 1) WHERE final = 0 AND block_hash = ?",
                (block_hash,),
            )
            cursor.execute(
                "UPDATE transactions SET block_number = NULL, block_hash = NULL, tx_hash = NULL, gas_used = NULL,"
                " fee_wei = NULL WHERE final = 0 AND block_hash = ?",
                (block_hash,),
            )

    def lose(self, transaction: Transaction) -> None:
        """Give a transaction up whose nonce another one has used for good; its requests wait again."""
        key = (transaction.sender, transaction.nonce)
        with self._writing() as cursor:
            cursor.execute("UPDATE transactions SET final = 1 WHERE (sender, nonce) = (?, ?)", key)
            cursor.execute(
                "UPDATE requests SET state = 'accepted', sender = NULL, sender_nonce = NULL, tx_hash = NULL"
                " WHERE state = 'sent' AND final = 0 AND (sender, sender_nonce) = (?, ?)",
                key,
            )

    def finalize(self, number: int) -> None:
        """Write that everything up to a block is final."""
        if not self._connection.execute(
            "SELECT EXISTS (SELECT 1 FROM transactions WHERE final = 0 AND block_number <= ?)"
            " OR EXISTS (SELECT 1 FROM requests WHERE final = 0 AND block_number <= ?)",
            (number, number),
        ).fetchone()[0]:
            return
        with self._writing() as cursor:
            for table in ("requests", "transactions"):
                cursor.execute(f"UPDATE {table} SET final = 1 WHERE final = 0 AND block_number <= ?", (number,))  # noqa: S608

    # -------------------------------------------------------------------------------------------------- figures

    def by_state(self) -> dict[State, int]:
        """Return how many requests there are in each state."""
        rows = dict(self._connection.execute("SELECT state, count(*) FROM requests GROUP BY state").fetchall())
        return {state: rows.get(state, 0) for state in State}

    def oldest_waiting(self) -> int | None:
        """Return when the oldest request that is in no block was accepted."""
        row = self._connection.execute(
            "SELECT min(accepted_at) FROM requests WHERE final = 0 AND state IN ('accepted', 'sent')"
        ).fetchone()
        return None if row[0] is None else int(row[0])

    def waiting_gas(self) -> int:
        """Return the gas that requests in no transaction and transactions in no block may still take."""
        row = self._connection.execute(
            "SELECT (SELECT coalesce(sum(gas_counted), 0) FROM requests WHERE final = 0 AND state = 'accepted')"
            " + (SELECT coalesce(sum(gas), 0) FROM transactions WHERE final = 0 AND block_number IS NULL)"
        ).fetchone()
        return int(row[0])

    def spent(self) -> tuple[int, int]:
        """Return the gas and the wei that all transactions have cost."""
        rows = self._connection.execute("SELECT gas_used, fee_wei FROM transactions WHERE gas_used IS NOT NULL")
        gas = wei = 0
        for gas_used, fee_wei in rows:
            gas, wei = gas + gas_used, wei + int(fee_wei)
        return gas, wei

    # ---------------------------------------------------------------------------------------------------- inside

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Cursor]:
        cursor = self._connection.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        try:
            yield cursor
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        cursor.execute("COMMIT")

    def _entries(self, where: str, *values: Any) -> Iterator[Entry]:
        rows = self._connection.execute(f"SELECT * FROM requests {where}", values).fetchall()  # noqa: S608
        for row in rows:
            request = ForwardRequest(
                row["account"], row["target"], 0, row["gas"], row["deadline"], row["data"], row["signature"]
            )
            yield Entry(
                id=row["id"],
                request=request,
                nonce=row["nonce"],
                accepted_at=row["accepted_at"],
                accepted_block=row["accepted_block"],
                state=State(row["state"]),
                reason=row["reason"],
                tx_hash=row["tx_hash"],
                block_number=row["block_number"],
                block_hash=row["block_hash"],
                final=bool(row["final"]),
            )

    def _transactions(self, where: str) -> Iterator[Transaction]:
        rows = self._connection.execute(f"SELECT * FROM transactions {where}").fetchall()  # noqa: S608
        for row in rows:
            key = (row["sender"], row["nonce"])
            attempts = self._connection.execute(
                "SELECT tx_hash, raw, max_fee, tip, signed_at FROM attempts WHERE (sender, nonce) = (?, ?)"
                " ORDER BY rowid",
                key,
            )
            signed = tuple(Attempt(a[0], a[1], int(a[2]), int(a[3]), a[4]) for a in attempts)
            yield Transaction(*key, row["gas"], row["data"], signed)


def _add(cursor: sqlite3.Cursor, key: tuple[str, int], attempt: Attempt) -> None:
    cursor.execute(
        "INSERT INTO attempts VALUES (?, ?, ?, ?, ?, ?, ?)",
        (attempt.tx_hash, *key, attempt.raw, str(attempt.max_fee), str(attempt.tip), attempt.signed_at),
    )


def _settle(cursor: sqlite3.Cursor, outcomes: Sequence[Outcome]) -> None:
    cursor.executemany(
        "UPDATE requests SET state = ?, reason = ?, tx_hash = ?, block_number = ?, block_hash = ?"
        " WHERE id = ? AND final = 0",
        [(o.state, o.reason, o.tx_hash, o.block_number, o.block_hash, o.id) for o in outcomes],
    )
