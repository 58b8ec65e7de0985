"""What the request log holds: requests, transactions, their signed forms, and how far each is."""

import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from relay.forwarding import ForwardRequest

DAY: Final = 86_400


class State(StrEnum):
    """How far a request is."""

    ACCEPTED = "accepted"  # on disk, in no transaction yet
    SENT = "sent"  # in a signed transaction that is in no block
    MINED = "mined"  # executed
    REFUSED = "refused"  # never to be executed by us, with a reason


@dataclass(frozen=True, slots=True)
class Entry:
    """One request of the log.

    Attributes:
        nonce: The forwarder's, with which it was signed.
        final: Whether the relay does no more about it. Somebody else may still carry what was refused.
    """

    id: str
    request: ForwardRequest
    nonce: int
    accepted_at: int
    accepted_block: int
    state: State
    reason: str | None
    tx_hash: str | None
    block_number: int | None
    block_hash: str | None
    final: bool


@dataclass(frozen=True, slots=True)
class Attempt:
    """One signed form of a transaction; another one pays a higher fee."""

    tx_hash: str
    raw: bytes
    max_fee: int
    tip: int
    signed_at: float


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transaction of the relay: a nonce of its account, and what it does, whatever it pays.

    Attributes:
        attempts: Its signed forms, the last one last.
    """

    sender: str
    nonce: int
    gas: int
    data: bytes
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True)
class Used:
    """What was used of a quota."""

    requests: int
    gas: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a request ended in a block."""

    id: str
    state: State
    reason: str | None
    tx_hash: str
    block_number: int
    block_hash: str


def today() -> int:
    """Return the number of the present UTC day."""
    return int(time.time()) // DAY
