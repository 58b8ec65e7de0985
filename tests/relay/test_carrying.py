"""What becomes of accepted requests: carried once, whatever happens between the log and a final block.

worker
├── given several that wait ............ one transaction; those that fail neither sink nor repay the others
├── given one that fails when mined .... refused with the contract's reason; counts to the quota
├── given one that fails before ........ refused, nothing paid
├── given one that uses up its gas ..... alone in its loss
├── given one that expires ............. refused, before it is sent and after
├── given somebody else carried it ..... mined, there
├── given another with its nonce ....... refused
├── given no block takes it ............ sent again at a higher fee, up to the limit
├── given a crash at any point ......... goes on where it was
├── given a reorg ...................... followed to another block
└── given its key used elsewhere ....... sends nothing
"""

import logging
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount

from relay.chain import Chain
from relay.errors import NodeUnavailable
from relay.forwarding import execute
from relay.outcomes import EXPIRED
from relay.records import DAY, Attempt, Entry, State, Transaction
from relay.store import Store
from tests.relay.inside import Inside, forward, inside
from tests.relay.lab import CHAIN_ID, Lab, call, register, running, update

NewWallet = Callable[[], LocalAccount]


@pytest.fixture
def slow(folder: Path) -> Iterator[Lab]:
    """Return a lab whose blocks are made when the test says so."""
    with running(folder, "--no-mining") as made:
        yield made


@pytest.fixture
def relay(slow: Lab, folder: Path) -> Iterator[Inside]:
    with inside(slow, folder / "relay.db", max_fee_wei=10**11) as made:
        yield made


def mine(lab: Lab, blocks: int = 1) -> None:
    lab.rpc.call("anvil_mine", hex(blocks))


def send(lab: Lab, who: LocalAccount, to: str, data: bytes) -> str:
    """Send a transaction of an account's own, with ether that it gets for it."""
    lab.rpc.call("anvil_setBalance", who.address, hex(10**19))
    fields = {
        "chainId": CHAIN_ID,
        "nonce": int(lab.rpc.call("eth_getTransactionCount", who.address, "pending"), 16),
        "to": to,
        "data": data,
        "value": 0,
        "gas": 1_000_000,
        "maxFeePerGas": 10**12,
        "maxPriorityFeePerGas": 3 * 10**9,
    }
    raw = Account.sign_transaction(fields, who.key).raw_transaction
    return str(lab.rpc.call("eth_sendRawTransaction", "0x" + bytes(raw).hex()))


def states(relay: Inside, entries: list[Entry]) -> list[State]:
    return [relay.entry(each.id).state for each in entries]


# Batches


def test_worker__with_several_waiting__carries_them_in_one_transaction(
    relay: Inside, slow: Lab, new_wallet: NewWallet
) -> None:
    entries = [relay.accept(slow.signed(new_wallet(), register())) for _ in range(7)]

    _work(relay, slow)

    assert states(relay, entries) == [State.MINED] * 7
    assert len(slow.sender_transactions()) == 1


def test_worker__with_more_than_fit__fills_several_transactions(slow: Lab, folder: Path, new_wallet: NewWallet) -> None:
    with inside(slow, folder / "small.db", max_batch=3) as relay:
        entries = [relay.accept(slow.signed(new_wallet(), register())) for _ in range(7)]
        _work(relay, slow)

        assert states(relay, entries) == [State.MINED] * 7
    assert [int(t["nonce"], 16) for t in slow.sender_transactions()] == [0, 1, 2]


def test_worker__with_more_gas_than_a_transaction_may_have__splits(
    relay: Inside, slow: Lab, new_wallet: NewWallet
) -> None:
    entries = [relay.accept(slow.signed(new_wallet(), register(), gas=3_400_000)) for _ in range(4)]

    _work(relay, slow)

    assert states(relay, entries) == [State.MINED] * 4
    assert [int(t["gas"], 16) <= 12_000_000 for t in slow.sender_transactions()] == [True, True]


def test_worker__with_one_that_fails_in_the_block__the_others_are_mined_and_it_is_refused(
    relay: Inside, slow: Lab, new_wallet: NewWallet
) -> None:
    """It goes through when it is tried out, and its author makes it fail before a block takes it."""
    griefer = new_wallet()
    bad = relay.accept(slow.signed(griefer, register()))
    good = [relay.accept(slow.signed(new_wallet(), register())) for _ in range(3)]
    relay.step()
    send(slow, griefer, slow.registry, register())  # pays more, and comes first
    mine(slow)
    relay.step()

    assert states(relay, good) == [State.MINED] * 3
    refused = relay.entry(bad.id)
    assert refused.state is State.REFUSED
    assert refused.reason == (
        f"the contract refused it: EntityRegistry_AccountTaken(account: {griefer.address}, entityId: 1)"
    )
    assert (griefer.address, 0, False) in slow.executed()


def test_worker__with_one_that_fails_in_the_block__counts_it_to_the_quota(
    relay: Inside, slow: Lab, somebody: LocalAccount
) -> None:
    bad = relay.accept(slow.signed(somebody, register()))
    relay.step()
    send(slow, somebody, slow.registry, register())
    mine(slow)
    relay.step()

    used = relay.store.used(bad.accepted_at // DAY, somebody.address)

    assert used.requests == 1
    assert used.gas == relay.store.spent()[0] > 50_000


def test_worker__with_one_it_refused_and_another_carries_after_a_reorg__says_that_it_is_mined(
    relay: Inside, slow: Lab, somebody: LocalAccount, new_wallet: Callable[[], LocalAccount]
) -> None:
    posted = slow.signed(somebody, register())
    entry = relay.accept(posted)
    send(slow, somebody, slow.registry, register())
    mine(slow)
    relay.step()
    assert relay.entry(entry.id).state is State.REFUSED
    slow.rpc.call("anvil_reorg", 1, [])
    slow.rpc.call("anvil_dropAllTransactions")
    carried = send(slow, new_wallet(), slow.forwarder, bytes.fromhex(execute(forward(posted))[2:]))
    mine(slow)

    relay.step()
    assert relay.entry(entry.id).state is State.REFUSED, "not final yet"
    mine(slow, 5)
    relay.step()

    known = relay.entry(entry.id)
    assert (known.state, known.reason, known.tx_hash, known.final) == (State.MINED, None, carried, True)
    assert relay.store.used(entry.accepted_at // DAY, somebody.address).gas == 0, "somebody else has paid"


def test_worker__with_one_that_fails_before_it_is_sent__refuses_it_and_pays_nothing(
    relay: Inside, slow: Lab, somebody: LocalAccount
) -> None:
    bad = relay.accept(slow.signed(somebody, register()))
    send(slow, somebody, slow.registry, register())
    mine(slow)

    relay.step()

    refused = relay.entry(bad.id)
    assert (refused.state, refused.final) == (State.REFUSED, True)
    assert refused.reason is not None
    assert refused.reason.startswith("the contract refuses it: EntityRegistry_AccountTaken(")
    assert relay.store.in_flight() == []
    used = relay.store.used(bad.accepted_at // DAY, somebody.address)
    assert (used.requests, used.gas) == (1, 0)


@pytest.mark.parametrize("requests,gas", [(6, 400_000), (1, 3_500_000)])
def test_worker__with_calls_that_use_all_their_gas__each_gets_its_own(
    relay: Inside, slow: Lab, new_wallet: NewWallet, requests: int, gas: int
) -> None:
    """The forwarder destroys a whole transaction in which one call got less gas than was signed for."""
    wallets = [new_wallet() for _ in range(requests)]
    entries = [relay.accept(slow.signed(who, register(), gas=gas)) for who in wallets]
    relay.step()
    slow.rpc.call("anvil_setCode", slow.registry, _burner())
    mine(slow)
    relay.step()

    assert states(relay, entries) == [State.REFUSED] * requests
    assert slow.executed() == [(who.address, 0, False) for who in wallets]


def _burner() -> str:
    """Return code that trusts every forwarder, and goes round and round in every other call."""
    selector = call("isTrustedForwarder(address)", "0x" + "00" * 20)[:4].hex()
    which = f"5f3560e01c63{selector}14601257"  # the first word >> 224 == selector: go to 0x12
    round_and_round = "5b600e56"  # at 0x0e: go there
    yes = "5b60015f5260205ff3"
    return "0x" + which + round_and_round + yes


def test_gas__of_the_longest_calls__suffices(slow: Lab, folder: Path, new_wallet: NewWallet) -> None:
    """Much of the gas around a call goes into its bytes: twenty of the longest that can stand in one transaction."""
    with inside(slow, folder / "relay.db", max_batch=20, max_batch_gas=16_777_216) as relay:
        data = register() + b"\xff" * (16_384 - len(register()))
        wallets = [new_wallet() for _ in range(8)]
        entries = [relay.accept(slow.signed(who, data, gas=210_000)) for who in wallets]
        _work(relay, slow)

        assert states(relay, entries) == [State.MINED] * 8


# Time


def test_worker__with_one_that_expires_in_the_queue__refuses_it(
    relay: Inside, slow: Lab, somebody: LocalAccount
) -> None:
    late = relay.accept(slow.signed(somebody, register(), deadline=slow.time() + 100))
    slow.rpc.call("evm_increaseTime", 90)
    mine(slow)

    relay.step()

    assert (relay.entry(late.id).state, relay.entry(late.id).reason) == (State.REFUSED, EXPIRED)
    assert relay.store.in_flight() == []


def test_worker__with_one_that_expires_in_the_pool__refuses_it_in_its_block(
    relay: Inside, slow: Lab, new_wallet: NewWallet
) -> None:
    late = relay.accept(slow.signed(new_wallet(), register(), deadline=slow.time() + 100))
    good = relay.accept(slow.signed(new_wallet(), register()))
    relay.step()
    slow.rpc.call("evm_increaseTime", 200)
    mine(slow)
    relay.step()

    assert (relay.entry(late.id).state, relay.entry(late.id).reason) == (State.REFUSED, EXPIRED)
    assert relay.entry(good.id).state is State.MINED


def test_worker__with_one_that_no_block_ever_takes__refuses_it_behind_its_deadline(
    relay: Inside, slow: Lab, somebody: LocalAccount
) -> None:
    lost = relay.accept(slow.signed(somebody, register(), deadline=slow.time() + 100))
    relay.step()
    slow.rpc.call("anvil_dropAllTransactions")
    slow.rpc.call("evm_increaseTime", 200)
    mine(slow, 6)
    relay.step()

    ended = relay.entry(lost.id)
    assert (ended.state, ended.reason, ended.final) == (State.REFUSED, EXPIRED, True)


def test_worker__with_one_whose_predecessor_is_undone_for_good__refuses_it_behind_its_deadline(
    relay: Inside, slow: Lab, somebody: LocalAccount
) -> None:
    first = relay.accept(slow.signed(somebody, register(), deadline=slow.time() + 100))
    _work(relay, slow)
    second = relay.accept(slow.signed(somebody, update(1), deadline=slow.time() + 300))
    relay.step()
    slow.rpc.call("anvil_reorg", 1, [])
    slow.rpc.call("anvil_dropAllTransactions")
    slow.rpc.call("evm_increaseTime", 400)
    mine(slow, 6)
    relay.step()

    assert states(relay, [first, second]) == [State.REFUSED] * 2
    assert all(relay.entry(each.id).final for each in (first, second))


def test_worker__with_many_that_wait_for_another__carries_those_behind_them(
    slow: Lab, folder: Path, new_wallet: NewWallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    with inside(slow, folder / "relay.db", max_batch=2) as relay:
        stuck = [relay.accept(slow.signed(new_wallet(), register())) for _ in range(5)]
        behind = relay.accept(slow.signed(new_wallet(), register()))
        usual = relay.sender._is_good

        async def only_the_last(entry: Entry) -> bool:
            return entry.id == behind.id and await usual(entry)

        monkeypatch.setattr(relay.sender, "_is_good", only_the_last)
        _work(relay, slow)

        assert relay.entry(behind.id).state is State.MINED
        assert states(relay, stuck) == [State.ACCEPTED] * 5


# Others


def test_worker__when_somebody_else_carried_it__mined_there(relay: Inside, slow: Lab, new_wallet: NewWallet) -> None:
    posted = [slow.signed(new_wallet(), register()) for _ in range(2)]
    entries = [relay.accept(each) for each in posted]
    relay.step()
    other = send(slow, new_wallet(), slow.forwarder, bytes.fromhex(execute(forward(posted[0]))[2:]))
    mine(slow)
    relay.step()

    assert states(relay, entries) == [State.MINED] * 2
    assert [relay.entry(each.id).tx_hash == other for each in entries] == [True, False]


def test_worker__when_somebody_else_carried_it_before__mined_there_and_not_sent(
    relay: Inside, slow: Lab, new_wallet: NewWallet
) -> None:
    posted = slow.signed(new_wallet(), register())
    entry = relay.accept(posted)
    other = send(slow, new_wallet(), slow.forwarder, bytes.fromhex(execute(forward(posted))[2:]))
    mine(slow)
    relay.step()

    assert (relay.entry(entry.id).state, relay.entry(entry.id).tx_hash) == (State.MINED, other)
    assert relay.store.in_flight() == []


def test_worker__when_another_request_used_the_nonce__refused(
    relay: Inside, slow: Lab, new_wallet: NewWallet, somebody: LocalAccount
) -> None:
    posted = slow.signed(somebody, register(2))
    entry = relay.accept(slow.signed(somebody, register(1)))
    relay.step()
    other = send(slow, new_wallet(), slow.forwarder, bytes.fromhex(execute(forward(posted))[2:]))
    mine(slow)
    relay.step()

    ended = relay.entry(entry.id)
    assert ended.state is State.REFUSED
    assert ended.reason == f"another request with the same nonce was executed, in transaction {other}"


# Fees


def test_worker__when_no_block_takes_it__sends_it_again_at_a_higher_fee(
    slow: Lab, folder: Path, somebody: LocalAccount
) -> None:
    with inside(slow, folder / "relay.db", replace_seconds=0.001) as relay:
        entry = relay.accept(slow.signed(somebody, register()))
        relay.step()
        first = relay.entry(entry.id).tx_hash
        relay.step(3)
        (transaction,) = relay.store.in_flight()
        fees = [(attempt.max_fee, attempt.tip) for attempt in transaction.attempts]
        mine(slow)
        relay.step()

        assert len(fees) == 4
        assert all(b[0] * 8 >= a[0] * 9 and b[1] * 8 >= a[1] * 9 for a, b in pairwise(fees))
        assert relay.entry(entry.id).state is State.MINED
        assert relay.entry(entry.id).tx_hash == transaction.attempts[-1].tx_hash != first
    assert len(slow.sender_transactions()) == 1


def test_worker__at_the_highest_fee__offers_no_more(slow: Lab, folder: Path, somebody: LocalAccount) -> None:
    with inside(slow, folder / "relay.db", replace_seconds=0.001, max_fee_wei=4 * 10**9) as relay:
        relay.accept(slow.signed(somebody, register()))
        relay.step(30)
        (transaction,) = relay.store.in_flight()

        assert 2 < len(transaction.attempts) < 12
        assert transaction.attempts[-1].max_fee <= 4 * 10**9


def test_worker__when_the_base_fee_rises_above_its_offer__is_mined_after_a_replacement(
    slow: Lab, folder: Path, somebody: LocalAccount
) -> None:
    with inside(slow, folder / "relay.db", replace_seconds=0.001) as relay:
        entry = relay.accept(slow.signed(somebody, register()))
        relay.step()
        slow.rpc.call("anvil_setNextBlockBaseFeePerGas", hex(20 * 10**9))
        mine(slow)
        assert relay.store.in_flight()
        relay.step(2)
        mine(slow)
        relay.step()

        assert relay.entry(entry.id).state is State.MINED


def test_worker__while_gas_is_dearer_than_allowed__waits(slow: Lab, folder: Path, somebody: LocalAccount) -> None:
    with inside(slow, folder / "relay.db", max_fee_wei=5 * 10**9) as relay:
        entry = relay.accept(slow.signed(somebody, register()))
        slow.rpc.call("anvil_setNextBlockBaseFeePerGas", hex(20 * 10**9))
        mine(slow)

        assert (relay.step() or "").startswith("gas is too dear")
        assert relay.entry(entry.id).state is State.ACCEPTED


def test_worker__without_enough_ether__waits_and_says_so(relay: Inside, slow: Lab, somebody: LocalAccount) -> None:
    entry = relay.accept(slow.signed(somebody, register()))
    slow.rpc.call("anvil_setBalance", slow.relayer.address, hex(10**12))

    assert "send ether" in (relay.step() or "")
    assert relay.meter.balance_is_low
    slow.rpc.call("anvil_setBalance", slow.relayer.address, hex(10**18))
    assert relay.step() is None
    assert relay.entry(entry.id).state is State.SENT


def test_worker__with_a_balance_below_the_alarm__says_so_once(
    slow: Lab, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with inside(slow, folder / "relay.db", alarm_wei=10**18) as relay:
        for balance in (10**18, 10**18 - 1, 10**18 - 2, 10**18, 10**17):
            slow.rpc.call("anvil_setBalance", slow.relayer.address, hex(balance))
            relay.step()

        assert relay.meter.balance_is_low
        assert "eranos_relay_balance_alarm 1\n" in relay.meter.as_text(relay.store)
    assert [record.message for record in caplog.records].count("the balance is low: send ether") == 2


# Crashes


class Crash(BaseException):
    """The process is no more."""


@pytest.mark.parametrize("point", ["before it is stored", "before it is sent", "after it is sent", "before it is seen"])
def test_worker__killed_at_a_point__goes_on_with_the_same_nonce(
    slow: Lab, folder: Path, somebody: LocalAccount, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    path = folder / "relay.db"
    with inside(slow, path) as relay, monkeypatch.context() as patch:
        entry = relay.accept(slow.signed(somebody, register()))
        _crash(patch, point)
        with pytest.raises(Crash):
            _work(relay, slow)
    with inside(slow, path) as relay:
        _work(relay, slow)

        assert relay.entry(entry.id).state is State.MINED
    assert [int(t["nonce"], 16) for t in slow.sender_transactions()] == [0]
    assert slow.executed() == [(somebody.address, 0, True)]


def _work(relay: Inside, lab: Lab) -> None:
    relay.step()
    mine(lab)
    relay.step()


def _crash(patch: pytest.MonkeyPatch, point: str) -> None:
    usual = Chain.send

    def begin(self: Store, transaction: Transaction, ids: Any) -> None:
        raise Crash

    async def send_nothing(self: Chain, raw: bytes) -> None:
        raise Crash

    async def send_first(self: Chain, raw: bytes) -> None:
        await usual(self, raw)
        raise Crash

    def mine_nothing(self: Store, *arguments: Any) -> None:
        raise Crash

    match point:
        case "before it is stored":
            patch.setattr(Store, "begin", begin)
        case "before it is sent":
            patch.setattr(Chain, "send", send_nothing)
        case "after it is sent":
            patch.setattr(Chain, "send", send_first)
        case _:
            patch.setattr(Store, "mine", mine_nothing)


def test_worker__killed_between_a_replacement_and_its_sending__follows_both(
    slow: Lab, folder: Path, somebody: LocalAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "relay.db"
    with inside(slow, path, replace_seconds=0.001) as relay:
        entry = relay.accept(slow.signed(somebody, register()))
        relay.step()
        with monkeypatch.context() as patch:
            _crash(patch, "before it is sent")
            with pytest.raises(Crash):
                relay.step()
        assert len(relay.store.in_flight()[0].attempts) == 2
    mine(slow)  # the first form
    with inside(slow, path) as relay:
        relay.step()

        assert relay.entry(entry.id).state is State.MINED
        assert relay.entry(entry.id).tx_hash == slow.sender_transactions()[0]["hash"]


# Reorgs


def test_worker__when_its_block_vanishes__sends_it_again(relay: Inside, slow: Lab, new_wallet: NewWallet) -> None:
    entries = [relay.accept(slow.signed(new_wallet(), register())) for _ in range(2)]
    _work(relay, slow)
    before = relay.entry(entries[0].id)
    assert (before.state, before.final) == (State.MINED, False)

    slow.rpc.call("anvil_reorg", 1, [])
    relay.step()
    assert states(relay, entries) == [State.SENT] * 2
    mine(slow)
    relay.step()

    after = relay.entry(entries[0].id)
    assert states(relay, entries) == [State.MINED] * 2
    assert after.block_hash != before.block_hash
    assert relay.meter.reorgs == 1
    assert len(slow.sender_transactions()) == 1


def test_worker__when_a_failed_one_is_undone__it_can_be_mined(relay: Inside, slow: Lab, somebody: LocalAccount) -> None:
    entry = relay.accept(slow.signed(somebody, register()))
    relay.step()
    send(slow, somebody, slow.registry, register())
    mine(slow)
    relay.step()
    assert relay.entry(entry.id).state is State.REFUSED

    slow.rpc.call("anvil_reorg", 1, [])
    slow.rpc.call("anvil_dropAllTransactions")
    _work(relay, slow)

    ended = relay.entry(entry.id)
    assert (ended.state, ended.reason) == (State.MINED, None)


def test_worker__when_a_block_is_final__nothing_changes_any_more(
    relay: Inside, slow: Lab, somebody: LocalAccount
) -> None:
    entry = relay.accept(slow.signed(somebody, register()))
    _work(relay, slow)
    mine(slow, 8)
    relay.step()

    assert relay.entry(entry.id).final
    assert relay.store.unsettled_blocks() == []


def test_worker__when_blocks_vanish_while_it_looks__takes_none_of_them_for_final(
    relay: Inside, slow: Lab, somebody: LocalAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = relay.accept(slow.signed(somebody, register()))
    _work(relay, slow)
    mine(slow, 8)
    slow.rpc.call("anvil_reorg", 9, [])
    with monkeypatch.context() as patch:
        patch.setattr(relay.worker._follower, "_undo_vanished", _look_away)
        relay.step()
    assert not relay.entry(entry.id).final

    relay.step()
    assert relay.entry(entry.id).state is State.SENT


async def _look_away() -> None:
    """See nothing, as if the blocks vanished a moment later."""


# Keys


def test_worker__when_its_key_was_used_elsewhere__sends_nothing(
    relay: Inside, slow: Lab, new_wallet: NewWallet
) -> None:
    first = relay.accept(slow.signed(new_wallet(), register()))
    _work(relay, slow)
    send(slow, slow.relayer, slow.registry, call("entityCount()"))
    mine(slow)
    second = relay.accept(slow.signed(new_wallet(), register()))

    assert "counts more transactions" in (relay.step() or "")
    assert states(relay, [first, second]) == [State.MINED, State.ACCEPTED]
    assert relay.store.in_flight() == []


def test_worker__with_a_new_key__follows_what_the_old_one_signed(
    slow: Lab, folder: Path, new_wallet: NewWallet
) -> None:
    path, old = folder / "relay.db", slow.relayer
    with inside(slow, path) as relay:
        entries = [relay.accept(slow.signed(new_wallet(), register()))]
        relay.step()
    slow.rpc.call("anvil_dropAllTransactions")
    slow.relayer = new_wallet()
    slow.rpc.call("anvil_setBalance", slow.relayer.address, hex(10**18))
    with inside(slow, path) as relay:
        entries.append(relay.accept(slow.signed(new_wallet(), register())))
        _work(relay, slow)

        assert states(relay, entries) == [State.MINED] * 2
    assert [int(t["nonce"], 16) for t in slow.sender_transactions()] == [0]
    slow.relayer = old
    assert [int(t["nonce"], 16) for t in slow.sender_transactions()] == [0]


def test_worker__whose_nonce_another_used__carries_its_requests_with_the_next(
    relay: Inside, slow: Lab, new_wallet: NewWallet
) -> None:
    entry = relay.accept(slow.signed(new_wallet(), register()))
    relay.step()
    slow.rpc.call("anvil_dropAllTransactions")
    send(slow, slow.relayer, slow.registry, call("entityCount()"))
    mine(slow)
    relay.step()
    assert relay.store.next_nonce(slow.relayer.address) == 1  # until the other one is final
    mine(slow, 8)
    _work(relay, slow)

    assert relay.entry(entry.id).state is State.MINED
    assert [t["to"] for t in slow.sender_transactions()] == [slow.registry.lower(), slow.forwarder.lower()]


def test_worker__on_a_used_key_and_a_new_log__begins_at_the_chains_count(
    slow: Lab, folder: Path, somebody: LocalAccount
) -> None:
    send(slow, slow.relayer, slow.registry, call("entityCount()"))
    mine(slow)
    with inside(slow, folder / "relay.db") as relay:
        relay.accept(slow.signed(somebody, register()))
        relay.step()

        assert relay.store.in_flight()[0].nonce == 1


def test_store__of_signed_attempts__keeps_what_is_sent(relay: Inside, slow: Lab, somebody: LocalAccount) -> None:
    relay.accept(slow.signed(somebody, register()))
    relay.step()

    (transaction,) = relay.store.in_flight()
    (attempt,) = transaction.attempts

    assert relay.store._connection.execute("PRAGMA synchronous").fetchone()[0] == 2  # a commit waits for the disk
    assert isinstance(attempt, Attempt)
    assert Account.recover_transaction(attempt.raw) == slow.relayer.address
    assert slow.rpc.call("eth_getTransactionByHash", attempt.tx_hash)["nonce"] == "0x0"


def test_worker__while_the_node_fails__keeps_what_it_has(relay: Inside, slow: Lab, somebody: LocalAccount) -> None:
    entry = relay.accept(slow.signed(somebody, register()))
    relay.node._url = "http://127.0.0.1:1"
    with pytest.raises(NodeUnavailable):
        relay.step()

    assert relay.entry(entry.id).state is State.ACCEPTED
    relay.node._url = slow.rpc.url
    relay.step()
    assert relay.entry(entry.id).state is State.SENT


def test_worker__after_an_update_of_a_mined_entity__in_order(relay: Inside, slow: Lab, somebody: LocalAccount) -> None:
    entries = []
    for data in (register(1), update(2), update(3)):
        entries.append(relay.accept(slow.signed(somebody, data)))
        _work(relay, slow)

    assert states(relay, entries) == [State.MINED] * 3
    assert slow.executed() == [(somebody.address, n, True) for n in range(3)]
