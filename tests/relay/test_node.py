"""A node that fails or lies can hold the relay up. It can't make it pay twice, skip a nonce, or say what is not true.

ask
├── given no JSON, HTML, a list, nothing, too much, a page that moved ... NodeUnavailable
├── given an answer that hangs or drips .............................. NodeUnavailable, in time
└── given an error ................................................... NodeRefused, or CallReverted
worker
├── given a count of transactions that is too high ................... sends nothing, skips nothing
├── given one that is too low ........................................ uses no nonce twice
├── given receipts of other transactions, broken logs ................ nothing is written
└── given a chain id or genesis of another chain ..................... see test_cli
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_account.signers.local import LocalAccount

from relay.errors import CallReverted, NodeRefused, NodeUnavailable
from relay.node import MAX_ANSWER
from relay.records import State
from tests.relay.inside import Inside, inside
from tests.relay.lab import Lab, register, update
from tests.relay.liar import Liar, lying

NewWallet = Callable[[], LocalAccount]


@pytest.fixture
def liar(lab: Lab) -> Iterator[Liar]:
    with lying(lab.rpc.url) as made:
        yield made


@pytest.fixture
def relay(lab: Lab, liar: Liar, folder: Path) -> Iterator[Inside]:
    with inside(lab, folder / "relay.db", liar.url, rpc_timeout=1) as made:
        yield made


@pytest.mark.parametrize(
    "raw",
    [
        (200, b"<html>Bad gateway</html>"),
        (502, b"<html>Bad gateway</html>"),
        (200, b"[]"),
        (200, b"null"),
        (200, b""),
        (200, b"{}"),
        (200, b'{"error": 7}'),
        (200, b"[" * 100_000),
        (200, b'{"result": "' + b"0" * MAX_ANSWER + b'"}'),
        (302, b""),
        (200, b'{"result": NaN}'),
        (200, b'{"result": "0x"}'),
        (200, b'{"result": "-0x1"}'),
        (200, b'{"result": {"number": "0x1"}}'),
        (200, b'{"result": "0x' + b"f" * 80 + b'"}'),
        (200, b'{"result": null}'),
    ],
    ids=range(16),
)
def test_relay__given_nonsense__accepts_and_sends_nothing(
    relay: Inside, lab: Lab, liar: Liar, somebody: LocalAccount, raw: tuple[int, bytes]
) -> None:
    posted = lab.signed(somebody, register())
    liar.raw = raw

    with pytest.raises(NodeUnavailable):
        relay.accept(posted)
    with pytest.raises(NodeUnavailable):
        relay.step()

    assert relay.store.by_state()[State.ACCEPTED] == 0
    liar.raw = None
    assert relay.accept(posted)


def test_relay__given_an_answer_without_end__reads_no_more_than_it_must(relay: Inside, liar: Liar) -> None:
    liar.raw = (200, b'{"result": "' + b"0" * MAX_ANSWER + b'"}')

    with pytest.raises(NodeUnavailable, match="longer than"):
        relay.run(relay.node.ask("eth_chainId"))


@pytest.mark.parametrize("what", [{"raw": (200, b'{"error": {"code": -32005, "message": "limit exceeded"}}')}])
def test_relay__given_an_error__is_refused(relay: Inside, liar: Liar, what: dict[str, Any]) -> None:
    liar.raw = what["raw"]

    with pytest.raises(NodeRefused, match="limit exceeded"):
        relay.run(relay.node.ask("eth_call"))


@pytest.mark.parametrize(
    "error",
    [
        b'{"code": 3, "message": "execution reverted", "data": "0x"}',
        b'{"code": 3, "message": "execution reverted", "data": "0x12345678"}',
        b'{"code": -32000, "message": "execution reverted"}',
        b'{"code": -32000, "message": "out of gas"}',
        b'{"code": 3, "message": "reverted", "data": {"a": 1}}',
        b'{"code": 3, "message": "reverted", "data": "0x08c379a0ffff"}',
        b'{"code": 3, "message": null, "data": "0x"}',
    ],
)
def test_relay__given_a_revert_of_any_form__is_a_revert(relay: Inside, liar: Liar, error: bytes) -> None:
    liar.raw = (200, b'{"error": ' + error + b"}")

    with pytest.raises(CallReverted):
        relay.run(relay.node.ask("eth_call"))


def test_relay__given_a_node_that_drips__gives_up_in_time(
    relay: Inside, lab: Lab, liar: Liar, somebody: LocalAccount
) -> None:
    posted = lab.signed(somebody, register())
    liar.drips = True
    began = time.monotonic()

    with pytest.raises(NodeUnavailable):
        relay.accept(posted)

    assert time.monotonic() - began < 5


@pytest.mark.parametrize("counted", [5, 2**40, 2**63])
def test_worker__given_too_high_a_count__skips_no_nonce(
    relay: Inside, lab: Lab, liar: Liar, new_wallet: NewWallet, counted: int
) -> None:
    entry = relay.accept(lab.signed(new_wallet(), register()))
    relay.carry()
    after = relay.store.next_nonce(lab.relayer.address)
    waiting = relay.accept(lab.signed(new_wallet(), register()))
    liar.lies["eth_getTransactionCount"] = lambda truth: hex(int(truth, 16) + counted)

    if counted < 2**63:
        assert "counts more transactions" in (relay.step() or "")
    else:
        with pytest.raises(NodeUnavailable):
            relay.step()

    assert relay.store.next_nonce(lab.relayer.address) == after
    liar.lies.clear()
    relay.carry()
    assert [relay.entry(each.id).state for each in (entry, waiting)] == [State.MINED] * 2


def test_worker__given_too_low_a_count__uses_no_nonce_twice(
    relay: Inside, lab: Lab, liar: Liar, new_wallet: NewWallet
) -> None:
    relay.accept(lab.signed(new_wallet(), register()))
    relay.carry()
    first = relay.store.next_nonce(lab.relayer.address)
    assert first is not None
    liar.lies["eth_getTransactionCount"] = lambda truth: "0x0"
    entry = relay.accept(lab.signed(new_wallet(), register()))
    relay.step()

    (transaction,) = relay.store.in_flight()
    assert transaction.nonce == first
    liar.lies.clear()
    relay.carry()
    assert relay.entry(entry.id).state is State.MINED


@pytest.mark.parametrize(
    "lie",
    [
        lambda truth: truth and truth | {"transactionHash": "0x" + "11" * 32},
        lambda truth: truth and truth | {"logs": [{"address": 7}]},
        lambda truth: truth and truth | {"logs": None},
        lambda truth: truth and truth | {"blockNumber": "0x" + "f" * 20},
        lambda truth: truth and {name: value for name, value in truth.items() if name != "blockHash"},
        lambda truth: 7,
    ],
)
def test_worker__given_receipts_that_can_not_be__writes_nothing(
    relay: Inside, lab: Lab, liar: Liar, somebody: LocalAccount, lie: Callable[[Any], Any]
) -> None:
    liar.lies["eth_getTransactionReceipt"] = lie
    entry = relay.accept(lab.signed(somebody, register()))
    relay.step()
    end = time.monotonic() + 10
    while lab.nonce(somebody.address) == 0 and time.monotonic() < end:
        time.sleep(0.01)

    with pytest.raises(NodeUnavailable):
        relay.step(2)

    assert relay.entry(entry.id).state is State.SENT
    liar.lies.clear()
    relay.carry()
    assert relay.entry(entry.id).state is State.MINED


def test_worker__given_no_receipt_and_a_deadline_behind__does_not_refuse_what_was_executed(
    relay: Inside, lab: Lab, liar: Liar, somebody: LocalAccount
) -> None:
    liar.lies["eth_getTransactionReceipt"] = lambda truth: None
    entry = relay.accept(lab.signed(somebody, register()))
    relay.step()
    end = time.monotonic() + 10
    while lab.nonce(somebody.address) == 0 and time.monotonic() < end:
        time.sleep(0.01)
    liar.lies["eth_getBlockByNumber"] = lambda truth: truth | {"timestamp": hex(2**40)}

    relay.run(relay.worker._follower.follow(relay.run(relay.chain.finalized())))

    assert relay.entry(entry.id).state is State.MINED


def test_accept__given_a_nonce_that_is_a_lie__is_not_accepted(
    relay: Inside, lab: Lab, liar: Liar, somebody: LocalAccount
) -> None:
    posted = lab.signed(somebody, register())
    liar.lies["eth_call"] = lambda truth: "0x" + (7).to_bytes(32).hex()

    assert relay.refusal(posted).kind.name == "bad-signature"


def test_worker__given_a_simulation_that_is_a_lie__is_refused_on_chain(
    relay: Inside, lab: Lab, liar: Liar, somebody: LocalAccount
) -> None:
    """The node says that all goes through; the forwarder decides."""
    posted = lab.signed(somebody, update(1))
    usual = relay.chain.simulate

    async def believe(request: object) -> None:
        return None

    relay.chain.simulate = believe  # type: ignore[method-assign]
    entry = relay.accept(posted)
    relay.carry()
    relay.chain.simulate = usual  # type: ignore[method-assign]

    ended = relay.entry(entry.id)
    assert ended.state is State.REFUSED
    assert ended.reason == f"the contract refused it: EntityRegistry_NoEntity(account: {somebody.address})"
