"""What is refused at the door, each with its own problem, and what is let in.

accept
├── given another target, chain's forwarder included ... wrong-target
├── given a selector of administration, of a view, of nothing ... unknown-function
├── given value ........................................ value-not-zero
├── given more gas than is carried ..................... too-much-gas
├── given a deadline in the past, near, far ............ deadline-...
├── given a field changed after signing ................ bad-signature
├── given another chain, forwarder, name or version .... bad-signature
├── given a malleable or cut signature ................. bad-signature
├── given a nonce before or after ...................... wrong-nonce
├── given another request under way .................... request-waiting
├── given a call that reverts .......................... call-would-fail, with the error
├── given too little gas for the call .................. call-would-fail
├── given quotas used .................................. quota-used, lab-quota-used
├── given a relay without ether, or dear gas ........... out-of-balance, fees-too-high
└── else ............................................... on disk, once
"""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_account.signers.local import LocalAccount

from relay.forwarding import is_canonical
from relay.records import State
from relay.store import Store
from serving.problems import Problem
from tests.relay.inside import Inside, forward, inside
from tests.relay.lab import ETHER, GAS, Lab, call, register, update, wallet

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
NewWallet = Callable[[], LocalAccount]


@pytest.fixture
def relay(lab: Lab, folder: Path) -> Iterator[Inside]:
    with inside(lab, folder / "relay.db", max_fee_wei=10**12) as made:
        yield made


def test_accept__of_a_signed_request__is_on_disk(relay: Inside, lab: Lab, somebody: LocalAccount) -> None:
    posted = lab.signed(somebody, register())

    entry = relay.accept(posted)

    log = Store(relay.store._path, read_only=True)
    kept = log.entry(entry.id)
    log.close()
    assert kept is not None
    assert (kept.state, kept.nonce, kept.request) == (State.ACCEPTED, 0, forward(posted))


def test_accept__of_the_same_request__has_one_entry(relay: Inside, lab: Lab, somebody: LocalAccount) -> None:
    posted = lab.signed(somebody, register())

    assert relay.accept(posted).id == relay.accept(posted).id

    assert relay.store.by_state()[State.ACCEPTED] == 1


@pytest.mark.parametrize("where", ["the forwarder", "nobody", "a token"])
def test_accept__of_another_target__wrong_target(relay: Inside, lab: Lab, somebody: LocalAccount, where: str) -> None:
    target = {"the forwarder": lab.forwarder, "nobody": "0x" + "00" * 20, "a token": wallet(-7).address}[where]

    assert relay.refusal(lab.signed(somebody, register(), to=target)).kind.name == "wrong-target"


@pytest.mark.parametrize(
    "data",
    [
        call("pauseEntry()"),
        call("setAuthority(address)", "0x" + "11" * 20),
        call("verify(uint32,uint8,uint40)", 1, 1, 1),
        call("revoke(uint32,bytes32)", 1, b""),
        call("entityCount()"),
        call("isTrustedForwarder(address)", "0x" + "11" * 20),
        b"\0\0\0\0",
        register()[:3] + b"\0",
    ],
    ids=lambda data: data[:4].hex(),
)
def test_accept__of_no_act__unknown_function(relay: Inside, lab: Lab, somebody: LocalAccount, data: bytes) -> None:
    assert relay.refusal(lab.signed(somebody, data)).kind.name == "unknown-function"


@pytest.mark.parametrize(
    "name,value,problem",
    [
        ("value", 1, "value-not-zero"),
        ("value", 2**256 - 1, "value-not-zero"),
        ("gas", 3_500_001, "too-much-gas"),
        ("gas", 2**256 - 1, "too-much-gas"),
        ("deadline", 2**48 - 1, "deadline-too-far"),
        ("deadline", 0, "deadline-passed"),
    ],
)
def test_accept__of_numbers_out_of_bounds__refused(
    relay: Inside, lab: Lab, somebody: LocalAccount, name: str, value: int, problem: str
) -> None:
    assert relay.refusal(lab.signed(somebody, register(), **{name: value})).kind.name == problem


@pytest.mark.parametrize(
    "seconds,problem",
    [(-2, "deadline-passed"), (30, "deadline-too-near"), (57, "deadline-too-near"), (86_405, "deadline-too-far")],
)
def test_accept__of_deadlines__past_near_and_far(
    relay: Inside, lab: Lab, somebody: LocalAccount, seconds: int, problem: str
) -> None:
    posted = lab.signed(somebody, register(), deadline=lab.time() + seconds)

    assert relay.refusal(posted).kind.name == problem


@pytest.mark.parametrize("seconds", [63, 86_395])
def test_accept__of_deadlines_between__accepted(relay: Inside, lab: Lab, somebody: LocalAccount, seconds: int) -> None:
    assert relay.accept(lab.signed(somebody, register(), deadline=lab.time() + seconds))


@pytest.mark.parametrize("name", ["from", "gas", "deadline", "data"])
def test_accept__of_a_field_changed_after_signing__bad_signature(
    relay: Inside, lab: Lab, somebody: LocalAccount, name: str
) -> None:
    posted = lab.signed(somebody, register(1))
    changed = {
        "from": wallet(-5).address,
        "gas": str(GAS + 1),
        "deadline": str(int(posted["deadline"]) + 1),
        "data": "0x" + register(2).hex(),
    }

    assert relay.refusal(posted | {name: changed[name]}).kind.name == "bad-signature"


@pytest.mark.parametrize(
    "domain",
    [{"chainId": 1}, {"verifyingContract": "0x" + "11" * 20}, {"name": "Eranos"}, {"version": "2"}],
    ids=lambda domain: next(iter(domain)),
)
def test_accept__of_another_domain__bad_signature(
    relay: Inside, lab: Lab, somebody: LocalAccount, domain: dict[str, Any]
) -> None:
    assert relay.refusal(lab.signed(somebody, register(), domain=domain)).kind.name == "bad-signature"


def test_accept__of_a_malleable_signature__bad_signature(relay: Inside, lab: Lab, somebody: LocalAccount) -> None:
    posted = lab.signed(somebody, register())
    signature = bytes.fromhex(posted["signature"][2:])
    r, s, v = signature[:32], int.from_bytes(signature[32:64]), signature[64]

    forms = [
        r + (ORDER - s).to_bytes(32) + bytes([55 - v]),  # the other form of the same signature
        r + signature[32:64] + bytes([v - 27]),
        bytes(64) + b"\x1b",
        b"\xff" * 64 + b"\x1b",
    ]

    assert is_canonical(signature)
    for form in forms:
        assert relay.refusal(posted | {"signature": "0x" + form.hex()}).kind.name == "bad-signature"
    assert relay.accept(posted)


@pytest.mark.parametrize("nonce", [1, 2])
def test_accept__of_a_later_nonce__wrong_nonce(relay: Inside, lab: Lab, somebody: LocalAccount, nonce: int) -> None:
    problem = relay.refusal(lab.signed(somebody, register(), nonce=nonce))

    assert (problem.kind.name, problem.members["nonce"]) == ("wrong-nonce", "0")


def test_accept__of_a_nonce_far_away__bad_signature(relay: Inside, lab: Lab, somebody: LocalAccount) -> None:
    assert relay.refusal(lab.signed(somebody, register(), nonce=3)).kind.name == "bad-signature"


def test_accept__after_it_was_executed__wrong_nonce(
    relay: Inside, lab: Lab, folder: Path, somebody: LocalAccount
) -> None:
    posted = lab.signed(somebody, register())
    relay.accept(posted)
    relay.carry()

    with inside(lab, folder / "another.db") as another:  # which has not seen it
        assert another.refusal(posted).kind.name == "wrong-nonce"


def test_accept__while_another_is_under_way__request_waiting(relay: Inside, lab: Lab, somebody: LocalAccount) -> None:
    first = relay.accept(lab.signed(somebody, register(1)))

    problem = relay.refusal(lab.signed(somebody, register(2)))

    assert (problem.kind.name, problem.members["id"]) == ("request-waiting", first.id)


def test_accept__after_the_first_is_mined__accepted(relay: Inside, lab: Lab, somebody: LocalAccount) -> None:
    first = relay.accept(lab.signed(somebody, register()))
    relay.carry()

    second = relay.accept(lab.signed(somebody, update(2)))
    relay.carry()

    assert [relay.entry(each.id).state for each in (first, second)] == [State.MINED, State.MINED]


def test_accept__of_a_call_that_reverts__names_the_error(relay: Inside, lab: Lab, somebody: LocalAccount) -> None:
    problem = relay.refusal(lab.signed(somebody, update(2)))

    assert problem.kind.name == "call-would-fail"
    assert problem.members["error"]["name"] == "EntityRegistry_NoEntity"
    assert problem.members["error"]["arguments"] == {"account": somebody.address}


def test_accept__of_a_call_with_too_little_gas__call_would_fail(
    relay: Inside, lab: Lab, somebody: LocalAccount
) -> None:
    problem = relay.refusal(lab.signed(somebody, register(), gas=40_000))

    assert problem.kind.name == "call-would-fail"


def test_accept__beyond_the_accounts_requests__quota_used(lab: Lab, folder: Path, somebody: LocalAccount) -> None:
    with inside(lab, folder / "relay.db", account_requests_per_day=1) as relay:
        relay.accept(lab.signed(somebody, register()))
        relay.carry()

        problem = relay.refusal(lab.signed(somebody, update(2)))

    assert problem.kind.name == "quota-used"
    assert 0 < (problem.retry_after or 0) <= 86_400


def test_accept__beyond_the_accounts_gas__quota_used(lab: Lab, folder: Path, somebody: LocalAccount) -> None:
    with inside(lab, folder / "relay.db", max_request_gas=10**6, account_gas_per_day=1_950_000) as relay:
        relay.accept(lab.signed(somebody, register(), gas=10**6))
        relay.carry()  # 120,000 gas count from now on
        longest = update(2) + bytes(16_384 - len(update(2)))

        assert relay.refusal(lab.signed(somebody, longest, gas=10**6)).kind.name == "quota-used"
        assert relay.accept(lab.signed(somebody, update(2), gas=10**6))


def test_accept__spread_over_accounts__lab_quota_used(lab: Lab, folder: Path, new_wallet: NewWallet) -> None:
    with inside(lab, folder / "relay.db", account_gas_per_day=5_000_000, gas_per_day=5_000_000) as relay:
        refused = []
        for _ in range(6):
            try:
                relay.accept(lab.signed(new_wallet(), register(), gas=1_000_000))
            except Exception as problem:  # noqa: BLE001 - which one is what is asked
                refused.append(problem)

        assert [each.kind.name for each in refused] == ["lab-quota-used"] * 2
        assert relay.store.by_state()[State.ACCEPTED] == 4


def test_accept__by_a_relay_without_ether__out_of_balance(lab: Lab, relay: Inside, somebody: LocalAccount) -> None:
    lab.rpc.call("anvil_setBalance", lab.relayer.address, hex(10**12))
    try:
        assert relay.refusal(lab.signed(somebody, register())).kind.name == "out-of-balance"
    finally:
        lab.rpc.call("anvil_setBalance", lab.relayer.address, hex(100 * ETHER))


def test_accept__while_gas_is_dear__fees_too_high(lab: Lab, folder: Path, somebody: LocalAccount) -> None:
    with inside(lab, folder / "relay.db", max_fee_wei=1_000) as relay:
        assert relay.refusal(lab.signed(somebody, register())).kind.name == "fees-too-high"


# At the same moment


def together(relay: Inside, posted: list[dict[str, str]]) -> list[Any]:
    """Post requests at once; returns what became of each."""

    async def accept() -> list[Any]:
        each = (relay.acceptance.accept(forward(one)) for one in posted)
        return await asyncio.gather(*each, return_exceptions=True)

    return relay.run(accept())


def problems(outcomes: list[Any]) -> list[str]:
    return [outcome.kind.name for outcome in outcomes if isinstance(outcome, Problem)]


def test_accept__of_more_than_the_quota_at_once__keeps_within_it(lab: Lab, folder: Path, new_wallet: NewWallet) -> None:
    with inside(lab, folder / "relay.db", account_gas_per_day=5_000_000, gas_per_day=5_000_000) as relay:
        outcomes = together(relay, [lab.signed(new_wallet(), register(), gas=1_000_000) for _ in range(7)])

        assert problems(outcomes) == ["lab-quota-used"] * 3
        assert relay.store.by_state()[State.ACCEPTED] == 4


def test_accept__of_the_same_at_once__has_one_entry(relay: Inside, lab: Lab, somebody: LocalAccount) -> None:
    outcomes = together(relay, [lab.signed(somebody, register())] * 3)

    assert len({outcome.id for outcome in outcomes}) == 1
    assert relay.store.by_state()[State.ACCEPTED] == 1


def test_accept__of_two_of_one_account_at_once__keeps_one(relay: Inside, lab: Lab, somebody: LocalAccount) -> None:
    outcomes = together(relay, [lab.signed(somebody, register(n)) for n in range(3)])

    assert problems(outcomes) == ["request-waiting"] * 2
    assert relay.store.by_state()[State.ACCEPTED] == 1
