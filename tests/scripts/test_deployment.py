"""Parts of the deployment that need no chain.

├── chains: known, unknown, forked
├── role holders: on a local chain, elsewhere, in wrong checksum
├── records: written and read again while unfinished; of another genesis
└── addresses and code: of a created contract; equal but for immutables
"""

from pathlib import Path
from types import SimpleNamespace

import pytest
from ethpm_types import ContractType

import deployments
from deployments import CompilerSettings, DeployedContract
from scripts._deployment import chains
from scripts._deployment.creation import matches
from scripts._deployment.errors import ForkedNetwork, HolderMissing, InvalidHolder, OtherGenesis, UnknownChain
from scripts._deployment.nonces import address_created_by
from scripts._deployment.records import Intent, Records
from scripts._lab.wallets import Cast
from scripts.deploy import role_holders

GENESIS, OTHER_GENESIS = "0x" + "aa" * 32, "0x" + "bb" * 32
ROLES = ("admin", "registrar", "reviewer", "treasurer", "arbiter", "guardian")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(deployments.FOLDER_VARIABLE, str(tmp_path))
    return tmp_path


def contract(address: str = "0x" + "11" * 20) -> DeployedContract:
    compiler = CompilerSettings("0.8.37+commit.f401782d", "cancun", 200, via_ir=False)
    return DeployedContract(address, 7, "0x" + "22" * 32, "commit", compiler, "Crowdfunding", 0)


def test_identify__known_chains__says_which_are_local() -> None:
    assert chains.identify(31337, "local", allow_unknown=False).local
    assert not chains.identify(11155111, "sepolia", allow_unknown=False).local


def test_identify__unknown_chain__is_refused_unless_allowed() -> None:
    with pytest.raises(UnknownChain, match="chain 5 is not known"):
        chains.identify(5, "custom", allow_unknown=False)
    assert not chains.identify(5, "custom", allow_unknown=True).local


def test_identify__fork__is_refused_even_if_unknown_chains_are_allowed() -> None:
    with pytest.raises(ForkedNetwork, match="sepolia-fork is a fork"):
        chains.identify(11155111, "sepolia-fork", allow_unknown=True)


def test_role_holders__on_a_local_chain__are_the_deployer_where_nobody_was_named() -> None:
    deployer, reviewer = Cast().deployer.address, Cast().reviewer.address
    holders = role_holders({**dict.fromkeys(ROLES), "reviewer": reviewer}, deployer, local=True)
    assert (holders.reviewer, holders.admin, holders.guardian) == (reviewer, deployer, deployer)


def test_role_holders__elsewhere__must_all_be_named() -> None:
    given = {**dict.fromkeys(ROLES, Cast().admin.address), "arbiter": None}
    with pytest.raises(HolderMissing, match="who is to be arbiter"):
        role_holders(given, Cast().deployer.address, local=False)


@pytest.mark.parametrize("wrong", ["0x1234", "alice.eth", Cast().admin.address.lower()])
def test_role_holders__no_checksummed_address__is_refused(wrong: str) -> None:
    with pytest.raises(InvalidHolder, match="--guardian"):
        role_holders({**dict.fromkeys(ROLES), "guardian": wrong}, Cast().deployer.address, local=True)


def test_records__unfinished__are_read_again_as_they_were_written(folder: Path) -> None:
    records = Records(5, GENESIS)
    records.add("Crowdfunding", contract())
    records.intend(Intent("Delivery", 3, 9))
    again = Records.open(5, GENESIS, local=False)
    assert again == records
    assert not (folder / "5.json").exists()


def test_records__finished__leave_only_the_record_that_everybody_reads(folder: Path) -> None:
    records = Records(5, GENESIS)
    records.add("Crowdfunding", contract())
    records.finish()
    assert [path.name for path in folder.iterdir()] == ["5.json"]
    loaded = deployments.load(5)
    assert loaded.contracts == {"Crowdfunding": contract()}
    assert loaded.roles["treasurer"].execution_delay_seconds == 2 * 24 * 60 * 60
    assert loaded.roles["arbiter"].grant_delay_seconds == 5 * 24 * 60 * 60
    assert Records.open(5, GENESIS, local=False).contracts == loaded.contracts


def test_records__of_another_genesis__are_void_on_a_local_chain_and_an_error_elsewhere(folder: Path) -> None:
    records = Records(5, OTHER_GENESIS)
    records.add("Crowdfunding", contract())
    assert Records.open(5, GENESIS, local=True).contracts == {}
    with pytest.raises(OtherGenesis, match=OTHER_GENESIS):
        Records.open(5, GENESIS, local=False)


def test_address_created_by__known_example__is_the_known_address() -> None:
    # The contract of nonces 0 and 1 of this account: the example of EIP-161 discussions and of many libraries' tests.
    account = "0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0"
    assert address_created_by(account, 0) == "0xcd234A471b72ba2F1Ccf0A70FCABA648a5eeCD8d"
    assert address_created_by(account, 1) == "0x343c43A37D37dfF08AE8C4A11544c718AbB4fCF8"


@pytest.mark.parametrize(
    ("deployed", "expected"),
    [
        ("6001600255", True),
        ("60ff600255", False),  # another constant
        ("6001600255aa", False),  # longer
        ("", False),
    ],
)
def test_matches__code__must_be_equal(deployed: str, expected: bool) -> None:
    assert matches(bytes.fromhex(deployed), compiled("6001600255")) is expected


def test_matches__immutables__may_differ_where_the_compiler_left_zeros() -> None:
    assert matches(bytes.fromhex("60aabb55"), compiled("60000055"))
    assert not matches(bytes.fromhex("60aabb56"), compiled("60000055"))


def compiled(runtime: str) -> SimpleNamespace:
    code = ContractType.model_validate({"abi": [], "runtimeBytecode": {"bytecode": "0x" + runtime}})
    return SimpleNamespace(contract_type=code)
