"""A relay inside the test, driven step by step, over the same chain and log as a real one."""

import asyncio
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from relay.acceptance import Acceptance
from relay.acts import targets_of
from relay.chain import Chain
from relay.following import Follower
from relay.forwarding import Domain, ForwardRequest
from relay.metrics import Meter
from relay.node import Node
from relay.records import Entry
from relay.schemas import PostedRequest
from relay.sending import Sender
from relay.settings import Settings
from relay.store import Store
from relay.worker import Worker
from serving.problems import Problem
from tests.relay.lab import CHAIN_ID, FORWARDER_NAME, Lab

T = TypeVar("T")


class Inside:
    """One life of a relay; another one may go on with its log."""

    def __init__(self, lab: Lab, path: Path, url: str | None = None, **settings: Any) -> None:
        self.runner = asyncio.Runner()
        self.lab = lab
        self.settings = Settings(**settings)
        self.store = Store(path)
        self.store.claim(CHAIN_ID, lab.record.genesis_hash, lab.forwarder)
        self.node = Node(url or lab.rpc.url, self.settings.rpc_timeout)
        domain = Domain(FORWARDER_NAME, "1", CHAIN_ID, lab.forwarder)
        self.chain = Chain(self.node, domain, lab.relayer.address)
        self.meter = Meter(self.settings.alarm_wei)
        self.sender = Sender(self.chain, self.store, lab.relayer, self.settings, self.meter)
        follower = Follower(self.chain, self.store, self.meter)
        self.worker = Worker(self.chain, follower, self.sender, self.meter, 0.01)
        self.acceptance = Acceptance(self.chain, self.store, self.settings, targets_of(lab.record), self.meter)

    def run(self, task: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(task)

    def step(self, times: int = 1) -> str | None:
        """Let the worker do so many steps; returns what keeps it from sending."""
        trouble = None
        for _ in range(times):
            trouble = self.run(self.worker.step())
        return trouble

    def carry(self) -> None:
        """Work until nothing waits; the node makes a block some moments after it has a transaction."""
        for _ in range(200):
            self.step()
            if self.store.oldest_waiting() is None and not self.store.in_flight():
                return
            time.sleep(0.01)
        raise AssertionError(f"still waiting: {self.step()}")

    def accept(self, posted: dict[str, str]) -> Entry:
        return self.run(self.acceptance.accept(forward(posted)))

    def refusal(self, posted: dict[str, str]) -> Problem:
        """Return the problem with which a request is refused; nothing may have been written."""
        before = self.store.by_state()
        try:
            self.accept(posted)
        except Problem as problem:
            assert self.store.by_state() == before
            return problem
        raise AssertionError("it was accepted")

    def entry(self, id_: str) -> Entry:
        found = self.store.entry(id_)
        assert found is not None
        return found

    def end(self) -> None:
        self.run(self.node.close())
        self.store.close()
        self.runner.close()


@contextmanager
def inside(lab: Lab, path: Path, url: str | None = None, **settings: Any) -> Iterator[Inside]:
    """Run a relay until the context is left."""
    relay = Inside(lab, path, url, **settings)
    try:
        yield relay
    finally:
        relay.end()


def forward(posted: dict[str, str]) -> ForwardRequest:
    """Return a posted request as the forwarder knows it."""
    return PostedRequest.model_validate(posted).request()
