"""Deploying by the command that a person types, on chains of its own.

given a chain
├── that is local
│   ├── when deployed twice: the second run sends nothing and the record stays the same
│   ├── when cut again and again: ends with one lab, as planned, nothing deployed twice
│   ├── when cut between sending and hearing of it: the next run adopts the contract
│   ├── when nobody says yes, or the deployer cannot pay: nothing is sent
│   ├── when the chain restarted: the old record is forgotten
│   ├── when other roles are asked for than the chain has: refused, with what differs
│   └── when somebody was given more than the plan says: refused, with what differs
├── that nobody knows
│   ├── without --unknown-chain: refused
│   └── otherwise: deployed, without test currency
└── of which the record is about another genesis: refused
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import ape
import pytest
from ape_test.accounts import TestAccount

import deployments
from scripts._deployment import nonces
from scripts._deployment.errors import DeployerNotAdmin, NotEnoughFunds, RealityDiffers
from scripts._deployment.lab import ADMIN, ARBITER, CONTRACTS, EXECUTION_DELAYS, GUARDIAN, PERMISSIONS, ROLE_LABELS
from scripts._lab.acts import PURSE
from scripts._lab.local import HOST, START, Place, connected
from scripts._lab.processes import Processes
from scripts._lab.rpc import Rpc
from scripts._lab.wallets import Cast
from scripts.deploy import RoleHolders, deploy
from tests.e2e.conftest import free_port

#: Belongs to no chain that we know.
UNKNOWN_CHAIN = 424242
#: Key of the first account of Ape's and anvil's own test phrase.
RICH = "TEST::0"
#: On a local chain, the test currency included.
CONTRACTS_DEPLOYED = len(CONTRACTS) + 1
#: Transactions of a whole deployment on a local chain: the contracts; each role labelled and granted; for each contract
#: each role that may call it; the delay of arbiters; the admin, and the end of the deployer's power.
TRANSACTIONS = CONTRACTS_DEPLOYED + 2 * len(ROLE_LABELS) + sum(map(len, PERMISSIONS.values())) + 3


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of records for each test."""
    monkeypatch.setenv(deployments.FOLDER_VARIABLE, str(tmp_path / "records"))
    return tmp_path / "records"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Place]]:
    """Starts chains; they end with the test."""
    with Processes(tmp_path / "logs") as processes:

        def start(chain_id: int = 31337) -> Place:
            place = Place(tmp_path, free_port(), 0, chain_id)
            command = ["anvil", "--host", HOST, "--port", str(place.rpc_port), "--chain-id", str(chain_id)]
            processes.start(f"chain-{place.rpc_port}", command, {})
            rpc = Rpc(place.rpc_url)
            processes.at_end(rpc.close)
            processes.wait_until("the chain", lambda: answers(rpc), START)
            return place

        yield start


def answers(rpc: Rpc) -> bool:
    try:
        rpc.call("anvil_setBalance", Cast().deployer.address, hex(PURSE))
    except Exception:  # noqa: BLE001 - whatever it is, the chain is not ready
        return False
    return True


def command(place: Place, *options: str) -> subprocess.CompletedProcess[str]:
    """Runs `ape run deploy` against a chain."""
    ape_command = str(Path(sys.executable).with_name("ape"))
    arguments = [ape_command, "run", "deploy", "--network", place.rpc_url, "--account", RICH, *options]
    return subprocess.run(arguments, capture_output=True, text=True, check=False, env=dict(os.environ))


def holder_options() -> list[str]:
    cast = Cast()
    return [part for name in RoleHolders.__dataclass_fields__ for part in (f"--{name}", getattr(cast, name).address)]


def holders() -> RoleHolders:
    cast = Cast()
    return RoleHolders(**{name: getattr(cast, name).address for name in RoleHolders.__dataclass_fields__})


def deployer() -> TestAccount:
    wallet = Cast().deployer
    return TestAccount(index=0, address_str=wallet.address, private_key=wallet.key)


def nonce_of(place: Place, address: str) -> int:
    rpc = Rpc(place.rpc_url)
    try:
        return int(rpc.call("eth_getTransactionCount", address, "latest"), 16)
    finally:
        rpc.close()


class Cut(BaseException):
    """The machine was switched off."""


@contextmanager
def cut_after(monkeypatch: pytest.MonkeyPatch, transactions: int, *, unheard: bool = False) -> Iterator[None]:
    """Switches the machine off after some transactions; with `unheard` before the last one's receipt arrives."""
    original, count = TestAccount.call, 0

    def call(self: TestAccount, *arguments: object, **options: object) -> object:
        nonlocal count
        if count == transactions:
            raise Cut
        receipt = original(self, *arguments, **options)
        count += 1
        if unheard and count == transactions:
            raise Cut
        return receipt

    with monkeypatch.context() as patch:
        patch.setattr(TestAccount, "call", call)
        yield


def test_deploy__twice__second_run_sends_nothing(start: Callable[..., Place], records: Path) -> None:
    place = start()
    first = command(place, "--yes")
    assert first.returncode == 0, first.stdout + first.stderr
    record = (records / "31337.json").read_bytes()
    sent = nonce_of(place, json_address(first.stdout))

    second = command(place, "--yes")
    assert second.returncode == 0, second.stdout + second.stderr
    assert "deployed" not in second.stdout
    assert "done" not in second.stdout
    assert nonce_of(place, json_address(first.stdout)) == sent
    assert (records / "31337.json").read_bytes() == record
    assert [path.name for path in records.iterdir()] == ["31337.json"]


def json_address(output: str) -> str:
    """Returns the deployer's address from the first line of the command's output."""
    return next(line for line in output.splitlines() if "deployer" in line).split()[-1]


def test_deploy__answered_no__sends_nothing(start: Callable[..., Place], records: Path) -> None:
    place = start()
    refused = command(place)  # standard input is empty: nobody says yes
    assert refused.returncode != 0
    assert "At most about" in refused.stdout
    assert not records.exists()


def test_deploy__cut_again_and_again__ends_with_one_lab(
    start: Callable[..., Place], records: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, runs = start(), 0
    with connected(place):
        while True:
            runs += 1
            try:
                # Each contract on its own; the roles, which are all alike to a resumed run, a few at a time.
                with cut_after(monkeypatch, 1 if runs <= CONTRACTS_DEPLOYED + 2 else 4):
                    deploy(deployer(), holders())
                break
            except Cut:
                assert runs < TRANSACTIONS, "no run gets further than the one before"
    record = deployments.load(31337)
    assert set(record.contracts) == {name for name, _ in CONTRACTS.values()} | {"TestEuro"}
    assert nonce_of(place, Cast().deployer.address) == TRANSACTIONS
    assert record.roles["arbiter"].id == ARBITER


def test_deploy__cut_before_the_receipt__adopts_the_contract(
    start: Callable[..., Place], records: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, lines = start(), []
    with connected(place):
        for transactions in (1, 2):
            with pytest.raises(Cut), cut_after(monkeypatch, transactions, unheard=True):
                deploy(deployer(), holders())
        deploy(deployer(), holders(), tell=lines.append)
    adopted = [line.split()[1] for line in lines if line.startswith("adopted")]
    assert adopted == ["EntityRegistry"]
    assert nonce_of(place, Cast().deployer.address) == TRANSACTIONS
    registry = deployments.load(31337).contracts["EntityRegistry"]
    assert registry.address == nonces.address_created_by(Cast().deployer.address, 2)
    assert registry.block_number == 3


def test_deploy__with_other_roles_than_the_chain_has__is_refused(start: Callable[..., Place], records: Path) -> None:
    with connected(start()):
        deployed = deploy(deployer(), holders())
        with pytest.raises(DeployerNotAdmin, match=r"is not the admin any more.*make .* reviewer"):
            deploy(deployer(), replace(holders(), reviewer=Cast().caller.address))
        assert not deployed.lab.authority.hasRole(ADMIN, deployer())[0]


def test_deploy__with_powers_given_away__is_refused(start: Callable[..., Place], records: Path) -> None:
    with connected(start()):
        # The deployer stays admin, who announces a change of roles five days ahead.
        mine, stranger = replace(holders(), admin=deployer().address), Cast().caller.address
        lab = deploy(deployer(), mine).lab
        selector = bytes(lab.crowdfunding.collect.encode_input(1)[:4])
        acts = [
            (lab.authority.setTargetFunctionRole, (lab.crowdfunding, [selector], ARBITER)),
            (lab.authority.grantRole, (GUARDIAN, stranger, 0)),
        ]
        for act, arguments in acts:
            lab.authority.schedule(lab.authority, act.encode_input(*arguments), 0, sender=deployer())
        ape.chain.mine(deltatime=EXECUTION_DELAYS[ADMIN])
        for act, arguments in acts:
            act(*arguments, sender=deployer())
        differences = rf"{stranger} is guardian; crowdfunding\.collect belongs to the arbiter"
        with pytest.raises(RealityDiffers, match=differences):
            deploy(deployer(), mine)


def test_deploy__on_a_restarted_local_chain__begins_anew(start: Callable[..., Place], records: Path) -> None:
    with connected(start()):
        deploy(deployer(), holders())
    genesis = deployments.load(31337).genesis_hash
    time.sleep(1.1)  # the genesis block of a local chain holds its start in seconds
    with connected(start()):
        deploy(deployer(), holders())
    assert deployments.load(31337).genesis_hash != genesis


def test_deploy__on_an_unknown_chain__is_refused_without_the_flag(start: Callable[..., Place], records: Path) -> None:
    place = start(UNKNOWN_CHAIN)
    done = command(place, "--yes", *holder_options())
    assert done.returncode == 1
    assert one_line_error(done) == (
        f"chain {UNKNOWN_CHAIN} is not known (known: 100, 1337, 10200, 31337, 560048, 11155111). "
        "Pass --unknown-chain if you mean it."
    )
    assert not records.exists()


def test_deploy__on_an_unknown_chain_with_the_flag__has_no_test_currency(
    start: Callable[..., Place], records: Path
) -> None:
    place = start(UNKNOWN_CHAIN)
    done = command(place, "--yes", "--unknown-chain", *holder_options())
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(deployments.load(UNKNOWN_CHAIN).contracts) == {name for name, _ in CONTRACTS.values()}

    # The same chain id with another first block is another chain: on a public one that is no restart.
    path = records / f"{UNKNOWN_CHAIN}.json"
    record = json.loads(path.read_text())
    path.write_text(json.dumps(record | {"genesis_hash": "0x" + "11" * 32}))
    other = command(place, "--yes", "--unknown-chain", *holder_options())
    assert other.returncode == 1
    assert "is about a chain with genesis 0x1111" in one_line_error(other)


def test_deploy__by_an_account_without_funds__is_refused_before_anything_is_sent(
    start: Callable[..., Place], records: Path
) -> None:
    place = start()
    rpc = Rpc(place.rpc_url)
    rpc.call("anvil_setBalance", Cast().deployer.address, hex(10**15))
    rpc.close()
    with connected(place), pytest.raises(NotEnoughFunds, match=r"has 0\.001 ETH, the deployment may cost"):
        deploy(deployer(), holders())
    assert nonce_of(place, Cast().deployer.address) == 0


def one_line_error(done: subprocess.CompletedProcess[str]) -> str:
    """Returns the message of a command that failed, and asserts that it is one line and no traceback."""
    lines = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
    assert len(lines) == 1, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    return lines[0].removeprefix("Error: ")
