"""What the relay tells about itself: counts, balance, and what is wrong; `/metrics` for Prometheus."""

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from relay.records import State
from relay.store import Store
from serving.metrics import Metric, as_text, labelled

STUCK_SECONDS: Final = 180.0
"""Without a look at the chain, answered or not, for so long the process is not healthy: supervisors restart it."""


@dataclass
class Meter:
    """Counts what the running relay does.

    Attributes:
        refusals: Requests that were not accepted, by kind of problem.
        balance: At the last look, in wei.
        alarm: Below this the balance raises the alarm.
        head_time: Of the last block.
        trouble: What keeps the relay from sending, None if nothing does.
    """

    alarm: int
    refusals: Counter[str] = field(default_factory=Counter)
    balance: int | None = None
    head_number: int = 0
    head_time: int = 0
    trouble: str | None = "no look at the chain yet"
    replacements: int = 0
    reorgs: int = 0
    last_sign: float = field(default_factory=time.monotonic)

    def alive(self) -> None:
        """Take note that the worker does its work, or waits as it should."""
        self.last_sign = time.monotonic()

    def why_not_healthy(self) -> str | None:
        """Return what is wrong with the process, None if nothing is."""
        silent = time.monotonic() - self.last_sign
        return f"no look at the chain for {silent:.0f} s" if silent > STUCK_SECONDS else None

    def why_not_ready(self) -> str | None:
        """Return why requests would not be carried now, None if they would."""
        return self.trouble or self.why_not_healthy()

    @property
    def balance_is_low(self) -> bool:
        """Tell whether the balance raises the alarm."""
        return self.balance is not None and self.balance < self.alarm

    def chain_time(self) -> int:
        """Return the earliest time that the next block can have."""
        return max(int(time.time()), self.head_time)

    def as_text(self, store: Store) -> str:
        """Return everything in Prometheus' text format."""
        by_problem = labelled("problem", self.refusals)
        by_state = labelled("state", store.by_state())
        metrics = (
            *self._own(),
            *_of_log(store),
            ("refusals_total", "counter", "Requests not accepted, by problem, since the start.", by_problem),
            ("requests", "gauge", "Accepted requests by state.", by_state),
        )
        return as_text("eranos_relay", metrics)

    def _own(self) -> list[Metric]:
        return [
            ("ready", "gauge", "Whether requests are carried now.", int(self.why_not_ready() is None)),
            ("balance_wei", "gauge", "Balance of the account that pays, -1 if unknown.", _or(self.balance, -1)),
            ("balance_alarm", "gauge", "Whether the balance is below the alarm.", int(self.balance_is_low)),
            ("head_block", "gauge", "Head of the chain at the last look.", self.head_number),
            (
                "replacements_total",
                "counter",
                "Transactions sent at a higher fee, since the start.",
                self.replacements,
            ),
            ("reorgs_total", "counter", "Blocks with something of ours that vanished, since the start.", self.reorgs),
        ]


def _of_log(store: Store) -> list[Metric]:
    states = store.by_state()
    gas, wei = store.spent()
    oldest = store.oldest_waiting()
    age = 0 if oldest is None else max(0, int(time.time()) - oldest)
    waiting = states[State.ACCEPTED] + states[State.SENT]
    return [
        ("waiting_requests", "gauge", "Accepted requests that are in no block.", waiting),
        ("oldest_waiting_seconds", "gauge", "Age of the oldest of them.", age),
        ("transactions_in_flight", "gauge", "Signed transactions that are in no block.", len(store.in_flight())),
        ("gas_spent_total", "counter", "Gas paid for, ever.", gas),
        ("fees_spent_wei_total", "counter", "Fees paid, ever, in wei.", wei),
    ]


def _or(value: int | None, other: int) -> int:
    return other if value is None else value
