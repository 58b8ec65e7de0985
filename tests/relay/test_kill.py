"""A relay killed at any instant under load (SIGKILL: no handler, no clean-up).

Each request that was accepted ends mined or refused, once; no nonce of the relay is used twice or skipped.
"""

import os
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from tests.relay.lab import GAS, Lab, register, running, wallet
from tests.relay.process import Relay

KILLS = 25 if os.environ.get("ERANOS_FAULTS") == "full" else 3
REQUESTS = 100
ACCOUNTS = 80
"""The other requests come from accounts that have asked before, or ask for too much."""
ANSWERS = 90 // KILLS
"""How many requests each life of the relay answers before it is killed."""
PATIENCE = 60 + 20 * KILLS
PAID = 60
"""Requests that the day's gas is enough for, if each takes all it may."""


@pytest.fixture
def slow_lab(tmp_path: Path) -> Iterator[Lab]:
    """Return a lab that makes two blocks a second."""
    with running(tmp_path, "--block-time", "0.5") as made:
        yield made


@dataclass
class Crowd:
    """Posts many requests at once, and again whenever the relay was killed under its hands."""

    relay: Relay
    posted: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Accepted request by id."""
    refused: list[str] = field(default_factory=list)
    """Kind of problem of each request that was not accepted."""

    @property
    def answered(self) -> int:
        return len(self.posted) + len(self.refused)

    def post(self, request: dict[str, str]) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                status, answer = self.relay.post(request)
            except (OSError, HTTPException, ValueError):  # killed meanwhile: whether it was accepted is not known
                time.sleep(0.1)
                continue
            if answer.get("type") == "/problems/node-unavailable":  # a busy machine
                continue
            if status == 202:
                assert self.posted.setdefault(answer["id"], request) == request
            else:
                self.refused.append(answer["type"])
            return
        raise AssertionError("the relay did not come back")


def test_relay__killed_under_a_hundred_parallel_requests__ends_each_once(slow_lab: Lab) -> None:
    chance = random.Random(7)
    relay = Relay(
        slow_lab, account_requests_per_day=1, max_batch=9, replace_seconds=3, rpc_timeout=60, gas_per_day=PAID * 280_000
    )
    wallets = [wallet(n % ACCOUNTS) for n in range(REQUESTS)]
    deadline = slow_lab.time() + 3_000
    requests = [
        slow_lab.signed(who, register(n), nonce=0, deadline=deadline, gas=GAS + n) for n, who in enumerate(wallets)
    ]
    crowd = Crowd(relay)
    relay.start()
    try:
        with ThreadPoolExecutor(REQUESTS) as pool:
            posting = [pool.submit(crowd.post, request) for request in requests]
            for _ in range(KILLS):
                answered = min(REQUESTS, crowd.answered + ANSWERS)
                relay.wait_until(lambda: crowd.answered >= answered, f"{answered} answers")  # noqa: B023 - called here
                time.sleep(chance.random())
                relay.kill()
                relay.start()
            for each in posting:
                each.result()
        ends = {id_: relay.ended(id_) for id_ in crowd.posted}
        relay.wait_until(lambda: all(relay.get(f"/relay/{id_}")[1]["final"] for id_ in ends), "finality")
    finally:
        relay.stop()

    _check_requests(slow_lab, crowd, ends)
    _check_nonces(slow_lab)


def _check_requests(lab: Lab, crowd: Crowd, ends: dict[str, dict[str, Any]]) -> None:
    assert crowd.answered == REQUESTS
    assert PAID <= len(crowd.posted) <= ACCOUNTS
    assert {"/problems/quota-used", "/problems/request-waiting", "/problems/lab-quota-used"} >= set(crowd.refused)
    assert {end["state"] for end in ends.values()} == {"mined"}
    accounts = sorted(end["account"] for end in ends.values())
    assert len(accounts) == len(set(accounts))
    assert sorted(lab.executed()) == [(account, 0, True) for account in accounts]
    assert lab.entities() == len(accounts)


def _check_nonces(lab: Lab) -> None:
    used = [int(transaction["nonce"], 16) for transaction in lab.sender_transactions()]
    assert used == list(range(len(used)))
    pending = lab.rpc.call("eth_getTransactionCount", lab.relayer.address, "pending")
    assert int(pending, 16) == len(used)
