"""Records and ABIs as `deployments` reads and writes them.

load
├── given no record of the chain → DeploymentNotFound, which says what to do
├── given a file that is not a record
│   └── each way to be none → DeploymentInvalid, which names what is wrong
├── given the record of another chain → DeploymentInvalid
└── given what save wrote → the same deployment
save
├── given a deployment that load would refuse → ValueError, and the old record stays
└── twice → the same bytes
abi
├── given an unknown name, or one that leaves the folder → AbiNotFound
└── given a name of abi_names → a list of events, functions and errors
"""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import deployments
from deployments import CompilerSettings, DeployedContract, Deployment, Role

CHAIN = 31337
COMPILER = CompilerSettings(version="0.8.37+commit.f401782d", evm_version="cancun", optimizer_runs=200, via_ir=False)
CONTRACT = DeployedContract(
    address="0x5FbDB2315678afecb367f032d93F642f64180aa3",
    block_number=7,
    tx_hash="0x" + "ab" * 32,
    source_commit="0" * 40,
    compiler=COMPILER,
    abi="Crowdfunding",
    journal_slot=1,
)
DEPLOYMENT = Deployment(
    chain_id=CHAIN,
    genesis_hash="0x" + "cd" * 32,
    contracts={
        "Crowdfunding": CONTRACT,
        "AccessManager": replace(CONTRACT, abi="AccessManager", block_number=3, journal_slot=None),
    },
    roles={"arbiter": Role(id=5, execution_delay_seconds=0, grant_delay_seconds=432_000)},
)


@pytest.fixture(autouse=True)
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(deployments.FOLDER_VARIABLE, str(tmp_path))
    return tmp_path


def test_load__no_record__says_what_to_do(records: Path) -> None:
    with pytest.raises(deployments.DeploymentNotFound) as refusal:
        deployments.load(CHAIN)
    message = str(refusal.value)
    for part in (str(records / "31337.json"), "chain 31337", "make up", "ape run deploy", "ERANOS_DEPLOYMENTS"):
        assert part in message


def test_load__no_json__is_refused(records: Path) -> None:
    (records / "31337.json").write_text("{", encoding="utf-8")
    with pytest.raises(deployments.DeploymentInvalid, match=r"31337\.json is not a deployment record"):
        deployments.load(CHAIN)


def changed(*path: str, to: Any) -> Callable[[dict[str, Any]], None]:
    def change(record: dict[str, Any]) -> None:
        for key in path[:-1]:
            record = record[key]
        record[path[-1]] = to

    return change


def without(*path: str) -> Callable[[dict[str, Any]], None]:
    def change(record: dict[str, Any]) -> None:
        for key in path[:-1]:
            record = record[key]
        del record[path[-1]]

    return change


@pytest.mark.parametrize(
    "change, complaint",
    [
        (without("contracts"), "contracts is missing"),
        (without("genesis_hash"), "genesis_hash is missing"),
        (without("contracts", "Crowdfunding", "tx_hash"), "tx_hash is missing"),
        (without("contracts", "Crowdfunding", "compiler", "via_ir"), "via_ir"),
        (changed("chain_id", to="31337"), "chain_id is '31337', not a number"),
        (changed("chain_id", to=True), "chain_id is True, not a number"),
        (changed("genesis_hash", to="0x12"), "genesis_hash is '0x12'"),
        (changed("contracts", to=[]), "items"),
        (changed("contracts", "Crowdfunding", "address", to="0x12"), "address is '0x12'"),
        (changed("contracts", "Crowdfunding", "block_number", to=-1), "block_number is -1"),
        (changed("contracts", "Crowdfunding", "journal_slot", to="1"), "journal_slot is '1'"),
        (changed("contracts", "Crowdfunding", "abi", to="../abi"), "abi is '../abi'"),
        (changed("contracts", "Crowdfunding", "compiler", "flavor", to=1), "flavor"),
    ],
)
def test_load__damaged_record__names_the_damage(
    records: Path, change: Callable[[dict[str, Any]], None], complaint: str
) -> None:
    path = deployments.save(DEPLOYMENT)
    record = json.loads(path.read_text(encoding="utf-8"))
    change(record)
    path.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(deployments.DeploymentInvalid) as refusal:
        deployments.load(CHAIN)
    assert complaint in str(refusal.value)
    assert str(records) in str(refusal.value)


def test_load__record_of_another_chain__is_refused(records: Path) -> None:
    deployments.save(DEPLOYMENT).rename(records / "1.json")
    with pytest.raises(deployments.DeploymentInvalid, match="describes chain 31337, not 1"):
        deployments.load(1)


def test_load__what_was_saved__is_the_same() -> None:
    assert deployments.save(DEPLOYMENT) == deployments.path_of(CHAIN)
    assert deployments.load(CHAIN) == DEPLOYMENT


def test_load__contract_without_abi_name__has_its_own() -> None:
    path = deployments.save(DEPLOYMENT)
    record = json.loads(path.read_text(encoding="utf-8"))
    del record["contracts"]["AccessManager"]["abi"]
    path.write_text(json.dumps(record), encoding="utf-8")
    assert deployments.load(CHAIN).contracts["AccessManager"].abi == "AccessManager"


def test_first_block__is_that_of_the_oldest_contract() -> None:
    assert DEPLOYMENT.first_block == 3
    assert replace(DEPLOYMENT, contracts={}).first_block == 0


def test_save__not_loadable__leaves_the_old_record(records: Path) -> None:
    before = deployments.save(DEPLOYMENT).read_bytes()
    broken = replace(DEPLOYMENT, contracts={"Crowdfunding": replace(CONTRACT, address="nowhere")})
    with pytest.raises(ValueError, match="address is 'nowhere'"):
        deployments.save(broken)
    assert deployments.path_of(CHAIN).read_bytes() == before
    assert [path.name for path in records.iterdir()] == ["31337.json"]


def test_save__twice__gives_the_same_sorted_bytes(records: Path) -> None:
    first = deployments.save(DEPLOYMENT).read_text(encoding="utf-8")
    turned = replace(DEPLOYMENT, contracts=dict(reversed(DEPLOYMENT.contracts.items())))
    assert deployments.save(turned).read_text(encoding="utf-8") == first
    assert first == json.dumps(json.loads(first), indent=2, sort_keys=True) + "\n"
    assert [path.name for path in records.iterdir()] == ["31337.json"]


@pytest.mark.parametrize("name", ["Nothing", "", "../31337", "crowdfunding ", "Crowdfunding.json"])
def test_abi__unknown_name__is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(deployments.AbiNotFound, match="Crowdfunding"):
        deployments.abi(name)


@pytest.mark.parametrize("name", deployments.abi_names())
def test_abi__known_name__is_what_a_decoder_needs(name: str) -> None:
    items = deployments.abi(name)
    assert {item["type"] for item in items} <= {"constructor", "error", "event", "fallback", "function", "receive"}
    for event in (item for item in items if item["type"] == "event"):
        assert event["name"]
        assert event["anonymous"] is False
        assert all({"indexed", "name", "type"} <= argument.keys() for argument in event["inputs"])


def test_abi__of_every_contract_there_is__is_exported() -> None:
    names = {"AccessManager", "Crowdfunding", "Currency", "ERC2771Forwarder", "EntityRegistry", "InnovationCredit"}
    assert names <= set(deployments.abi_names())


def test_abi__of_a_currency__has_permit_transfer_and_its_name() -> None:
    functions = {item["name"] for item in deployments.abi("Currency") if item["type"] == "function"}
    assert functions >= {"balanceOf", "transfer", "transferFrom", "approve", "permit", "nonces", "symbol", "decimals"}
