"""What the relay carries is decided function by function, and every function of the contracts is decided."""

import json
from collections.abc import Iterator

import pytest
from eth_abi.abi import encode
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak

import deployments
from deployments import CompilerSettings, DeployedContract, Deployment
from relay.acts import ACTS, selector_of, targets_of
from relay.forwarding import Domain, ForwardRequest
from relay.reverts import Revert
from scripts._deployment.lab import PERMISSIONS
from tests.relay.lab import FORWARD_REQUEST, wallet

NOT_CARRIED = {
    "Crowdfunding": {
        "addPool",
        "approveCampaign",
        "rejectCampaign",
        "listCurrency",
        "delistCurrency",
        "rule",
        "pauseEntry",
        "resumeEntry",
        "setAuthority",
    },
    "EntityRegistry": {
        "verify",
        "refuse",
        "suspend",
        "revoke",
        "startRecovery",
        "pauseEntry",
        "resumeEntry",
        "setAuthority",
    },
    # The escrows need no allowance, and a permit is nobody's act: whoever holds it may bring it.
    "InnovationCredit": {
        "approve",
        "transferFrom",
        "permit",
        "redeem",
        "openProgramme",
        "closeProgramme",
        "pauseEntry",
        "resumeEntry",
        "setAuthority",
    },
    "Marketplace": {"rule", "pauseEntry", "resumeEntry", "setAuthority"},
    "MatchFunding": {"onPledge", "onWithdraw", "pauseEntry", "resumeEntry", "setAuthority"},
    "ProBono": {"rule", "pauseEntry", "resumeEntry", "setAuthority"},
}
"""Administration, and what only contracts call."""


def functions(contract: str) -> Iterator[str]:
    """Yield the functions of a contract that change something."""
    for item in deployments.abi(contract):
        if item["type"] == "function" and item["stateMutability"] not in {"view", "pure"}:
            yield item["name"]


@pytest.mark.parametrize("contract", sorted(ACTS))
def test_acts__of_each_contract__are_all_but_administration(contract: str) -> None:
    assert sorted(functions(contract)) == sorted([*ACTS[contract], *NOT_CARRIED[contract]])


def test_acts__of_roles__are_never_carried() -> None:
    restricted = {name for roles in PERMISSIONS.values() for names in roles.values() for name in names}

    assert restricted.isdisjoint(name for names in ACTS.values() for name in names)


def test_targets__of_a_deployment__are_the_contracts_that_have_acts() -> None:
    settings = CompilerSettings("", "", 0, via_ir=False)
    names = [*ACTS, "AccessManager", "ERC2771Forwarder", "TestEuro"]
    contracts = {n: DeployedContract(wallet(i).address, 1, "", "", settings, n) for i, n in enumerate(names)}

    targets = targets_of(Deployment(1, "0x", contracts))

    assert {target.name for target in targets.values()} == set(ACTS)
    assert all(address == target.address.lower() for address, target in targets.items())
    pledge = next(i for i in deployments.abi("Crowdfunding") if i.get("name") == "pledge")
    crowdfunding = next(target for target in targets.values() if target.name == "Crowdfunding")
    assert crowdfunding.functions[keccak(text="pledge(uint32,uint256,uint256)")[:4]] == pledge["name"]


def test_selectors__of_structs__are_those_of_their_fields() -> None:
    (execute,) = [i for i in deployments.abi("ERC2771Forwarder") if i.get("name") == "execute"]

    expected = keccak(text="execute((address,address,uint256,uint256,uint48,bytes,bytes))")[:4]
    assert selector_of(execute) == expected


def test_digest__of_a_request__is_that_of_typed_data() -> None:
    domain = Domain("Eranos Forwarder", "1", 31337, wallet(1).address)
    request = ForwardRequest(wallet(2).address, wallet(3).address, 5, 6, 7, b"\x01\x02\x03", b"")
    message = {"from": request.account, "to": request.target, "value": 5, "gas": 6, "nonce": 8, "deadline": 7}
    shown = {"name": domain.name, "version": "1", "chainId": 31337, "verifyingContract": domain.forwarder}

    signable = encode_typed_data(shown, FORWARD_REQUEST, message | {"data": request.data})

    assert domain.digest(request, 8) == keccak(b"\x19" + signable.version + signable.header + signable.body)


def _error(name: str, types: list[str], *values: object) -> bytes:
    return keccak(text=f"{name}({','.join(types)})")[:4] + encode(types, values)


@pytest.mark.parametrize(
    "data,name,arguments",
    [
        (_error("ERC2771ForwarderExpiredRequest", ["uint48"], 7), "ERC2771ForwarderExpiredRequest", {"deadline": "7"}),
        (_error("Error", ["string"], "no"), "Error", {"message": "no"}),
        (_error("Panic", ["uint256"], 17), "Panic", {"code": "17"}),
        (b"", "", {}),
        (b"\x12\x34\x56\x78", "", {}),
        (_error("Error", ["string"], "no")[:20], "", {}),
        (_error("Error", ["string"], "x" * 10_000), "Error", {"message": "x" * 200}),
    ],
)
def test_revert__of_any_data__is_named_if_known(data: bytes, name: str, arguments: dict[str, str]) -> None:
    revert = Revert.of(data, "execution reverted")

    assert (revert.name, revert.arguments) == (name, arguments)
    assert str(revert)
    assert len(str(revert)) < 500


def test_reverts__of_every_error_of_every_abi__are_known() -> None:
    for contract in deployments.abi_names():
        for item in deployments.abi(contract):
            if item["type"] == "error" and not item["inputs"]:
                assert Revert.of(selector_of(item)).name == item["name"]
    assert json.dumps(Revert.of(b"").arguments) == "{}"
