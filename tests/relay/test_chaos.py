"""Everything at once, in random order: requests, blocks, reorgs, crashes, other carriers, fees, dropped transactions.

Whatever happened, in the end the log says of each request what the chain says, once, and no nonce was used twice or
skipped.
"""

import os
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from eth_account.signers.local import LocalAccount

from relay.chain import Chain
from relay.forwarding import execute
from relay.records import State
from relay.store import Store
from serving.problems import Problem
from tests.relay.inside import Inside, forward
from tests.relay.lab import Lab, register, running, update
from tests.relay.test_carrying import Crash, mine, send

SEEDS = range(100 if os.environ.get("ERANOS_FAULTS") == "full" else 3)
ACTS = 80
NewWallet = Callable[[], LocalAccount]


@pytest.fixture
def slow(folder: Path) -> Iterator[Lab]:
    with running(folder, "--no-mining") as made:
        yield made


class Chaos:
    """Does one random thing after the other."""

    def __init__(self, lab: Lab, path: Path, seed: int, new_wallet: NewWallet, patch: pytest.MonkeyPatch) -> None:
        self.lab, self.path, self.new_wallet, self.patch = lab, path, new_wallet, patch
        self.chance = random.Random(seed)
        self.accepted: dict[str, dict[str, str]] = {}
        self.grown = 0
        """Blocks that a reorg may take back."""
        self.wallets: list[LocalAccount] = []
        self.relay = self.born()

    def born(self) -> Inside:
        settings = {"replace_seconds": 0.05, "max_batch": 3, "max_fee_wei": 10**12}
        return Inside(self.lab, self.path, **settings)

    def accept(self) -> None:
        self.post(self.new_wallet(), register())

    def accept_another(self) -> None:
        """Accept a further request of an account, where the last one is in a block."""
        if self.wallets:
            self.post(self.chance.choice(self.wallets), update(self.chance.randrange(9)))

    def post(self, who: LocalAccount, data: bytes) -> None:
        posted = self.lab.signed(who, data)
        with suppress(Problem):  # its last request is under way, or failed
            self.accepted[self.relay.accept(posted).id] = posted

    def step(self) -> None:
        self.relay.step()

    def mine(self) -> None:
        mine(self.lab)
        self.grown += 1

    def reorg(self) -> None:
        depth = min(self.grown, self.chance.randint(1, 3))
        if depth:
            self.lab.rpc.call("anvil_reorg", depth, [])

    def drop(self) -> None:
        self.lab.rpc.call("anvil_dropAllTransactions")

    def carry(self) -> None:
        """Somebody else carries a request, perhaps for the second time."""
        if self.accepted:
            posted = self.chance.choice(list(self.accepted.values()))
            send(self.lab, self.new_wallet(), self.lab.forwarder, bytes.fromhex(execute(forward(posted))[2:]))

    def spoil(self) -> None:
        """The author makes the request fail."""
        if self.accepted:
            posted = self.chance.choice(list(self.accepted.values()))
            author = next(who for who in self.wallets if who.address == posted["from"])
            send(self.lab, author, self.lab.registry, register())

    def raise_fee(self) -> None:
        self.lab.rpc.call("anvil_setNextBlockBaseFeePerGas", hex(self.chance.randint(1, 30) * 10**9))

    def crash(self) -> None:
        """Die at a random point of a step, and be born again."""
        owner, name = self.chance.choice([(Store, "begin"), (Store, "mine"), (Store, "add_attempt"), (Chain, "send")])
        usual = getattr(owner, name)
        if owner is Chain:

            async def die(*arguments: object) -> None:
                if self.chance.random() < 0.5:
                    await usual(*arguments)
                raise Crash

        else:

            def die(*arguments: object) -> None:  # type: ignore[misc]
                if self.chance.random() < 0.5:
                    usual(*arguments)
                raise Crash

        with self.patch.context() as patch:
            patch.setattr(owner, name, die)
            with suppress(Crash):
                self.relay.step()
        self.relay.end()
        self.relay = self.born()

    def play(self) -> None:
        usual = self.new_wallet

        def remembered() -> LocalAccount:
            self.wallets.append(usual())
            return self.wallets[-1]

        self.new_wallet = remembered
        acts = [self.accept] * 5 + [self.accept_another] * 3 + [self.step] * 6 + [self.mine] * 4 + [self.crash] * 2
        acts += [self.reorg, self.drop, self.carry, self.spoil, self.raise_fee]
        for _ in range(ACTS):
            self.chance.choice(acts)()

    def settle(self) -> None:
        """Let time pass until nothing can change any more."""
        for _ in range(60):
            self.relay.step()
            mine(self.lab, 2)
            entries = [self.relay.entry(id_) for id_ in self.accepted]
            if all(entry.final for entry in entries) and not self.relay.store.in_flight():
                break
        else:
            raise AssertionError([entry for entry in entries if not entry.final])
        # What somebody else has carried becomes final, too.
        mine(self.lab, 5)
        self.relay.step()


@pytest.mark.parametrize("seed", SEEDS)
def test_relay__whatever_happens__ends_each_request_once(
    slow: Lab, folder: Path, new_wallet: NewWallet, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chaos = Chaos(slow, folder / "relay.db", seed, new_wallet, monkeypatch)
    try:
        chaos.play()
        chaos.settle()
        entries = [chaos.relay.entry(id_) for id_ in chaos.accepted]
    finally:
        chaos.relay.end()

    executed = [(account, nonce) for account, nonce, _ in slow.executed()]
    assert len(set(executed)) == len(executed)
    for entry in entries:
        # An account whose request was refused may have signed another one with the same nonce.
        went_through = (entry.request.account, entry.nonce) in slow.went_through(entry.request.signature)
        assert entry.state is (State.MINED if went_through else State.REFUSED), entry
        assert (entry.reason is None) == went_through
    used = [int(transaction["nonce"], 16) for transaction in slow.sender_transactions()]
    assert used == list(range(len(used)))
    assert len(entries) > 3
