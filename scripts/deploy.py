"""Deploys the lab's contracts and hands out its roles.

`deploy_lab` is the only way a lab comes to be: this script, the tests and the local story all call it.
"""

from dataclasses import dataclass, fields
from pathlib import Path

import ape
from ape.api import AccountAPI
from ape.contracts import ContractContainer, ContractInstance
from eth_utils import keccak

DAY = 24 * 60 * 60

#: Role ids in the AccessManager (docs/protocol.md, "Authority"). 0 is OpenZeppelin's admin role.
ADMIN, REGISTRAR, REVOKER, REVIEWER, TREASURER, ARBITER, GUARDIAN = range(7)

ROLE_LABELS = {
    REGISTRAR: "registrar",
    REVOKER: "revoker",
    REVIEWER: "reviewer",
    TREASURER: "treasurer",
    ARBITER: "arbiter",
    GUARDIAN: "guardian",
}

#: Seconds between scheduling an act of this role and being allowed to do it. The registrar holds two roles, because
#: everything the registrar does is immediate except revoking an entity.
EXECUTION_DELAYS = {ADMIN: 5 * DAY, REVOKER: 3 * DAY, TREASURER: 2 * DAY}

#: Seconds until a newly granted arbiter may rule, so that nobody appoints one for a case at hand.
ARBITER_GRANT_DELAY = 5 * DAY

#: Which role may call what: contract -> role -> functions. Everything else `restricted` belongs to the admin.
PERMISSIONS = {
    "registry": {
        REGISTRAR: ("verify", "refuse", "suspend", "startRecovery"),
        REVOKER: ("revoke",),
        GUARDIAN: ("pauseEntry", "resumeEntry"),
    },
    "credit": {
        TREASURER: ("openProgramme", "closeProgramme"),
        GUARDIAN: ("pauseEntry", "resumeEntry"),
    },
    "crowdfunding": {
        REVIEWER: ("approveCampaign", "rejectCampaign"),
        TREASURER: ("listCurrency", "delistCurrency"),
        GUARDIAN: ("pauseEntry", "resumeEntry"),
    },
}

FORWARDER_NAME = "Eranos Forwarder"


@dataclass(frozen=True)
class RoleHolders:
    """Addresses that get the roles. The admin should be a multi-signature account, on local chains any account."""

    admin: str
    registrar: str
    reviewer: str
    treasurer: str
    arbiter: str
    guardian: str


@dataclass(frozen=True)
class Lab:
    """The deployed contracts, in the order in which they were deployed."""

    authority: ContractInstance
    forwarder: ContractInstance
    registry: ContractInstance
    credit: ContractInstance
    delivery: ContractInstance
    crowdfunding: ContractInstance

    def items(self) -> list[tuple[str, ContractInstance]]:
        """Returns (field name, contract) of every contract, in deployment order."""
        return [(field.name, getattr(self, field.name)) for field in fields(self)]


def deploy_lab(deployer: AccountAPI, holders: RoleHolders) -> Lab:
    """Deploys every contract and sets up the roles; the deployer keeps none.

    Args:
        deployer: Pays for everything and is admin until the last step.
        holders: Who gets which role.

    Returns:
        The deployed lab.
    """
    openzeppelin = openzeppelin_contracts()
    authority = deployer.deploy(openzeppelin["AccessManager"], deployer)
    forwarder = deployer.deploy(openzeppelin["ERC2771Forwarder"], FORWARDER_NAME)
    registry = deployer.deploy(ape.project.EntityRegistry, authority, forwarder)
    credit = deployer.deploy(ape.project.InnovationCredit, authority, forwarder, registry, [])
    delivery = deployer.deploy(ape.project.Delivery)
    crowdfunding = deployer.deploy(
        linked("Crowdfunding", delivery), authority, forwarder, registry, credit
    )
    lab = Lab(authority, forwarder, registry, credit, delivery, crowdfunding)
    hand_out_roles(deployer, lab, holders)
    return lab


def openzeppelin_contracts() -> dict[str, ContractContainer]:
    """Compiles the two contracts of OpenZeppelin that are deployed as they are.

    Only these two files and what they import: the whole package would take minutes.
    """
    package = ape.project.dependencies.get_dependency("@openzeppelin/contracts", "5.7.0").project
    sources = ("access/manager/AccessManager.sol", "metatx/ERC2771Forwarder.sol")
    return {c.contract_type.name: c for c in package.load_contracts(*sources).values()}


def linked(name: str, *libraries: ContractInstance) -> ContractContainer:
    """Compiles a contract against deployed libraries.

    Ape caches linked code without regard to the addresses in it, so the result stays out of its cache.
    """
    solidity = ape.compilers.solidity
    for library in libraries:
        contract_type = library.contract_type
        solidity.libraries[contract_type.source_id] = {contract_type.name: library.address}
    source = ape.project.path / "contracts" / f"{name}.sol"
    contract_types = {c.name: c for c in solidity.compile((Path(source),), project=ape.project)}
    return ContractContainer(contract_types[name])


def hand_out_roles(deployer: AccountAPI, lab: Lab, holders: RoleHolders) -> None:
    """Labels and grants the roles, maps the functions, and takes the admin role from the deployer."""
    authority = lab.authority
    for role, label in ROLE_LABELS.items():
        authority.labelRole(role, label, sender=deployer)
    for contract_name, by_role in PERMISSIONS.items():
        contract = getattr(lab, contract_name)
        for role, functions in by_role.items():
            selectors = [selector(contract, function) for function in functions]
            authority.setTargetFunctionRole(contract, selectors, role, sender=deployer)
    for role, account in grants(holders):
        authority.grantRole(role, account, EXECUTION_DELAYS.get(role, 0), sender=deployer)
    # Takes effect after five days, as every change of a grant delay does; the first arbiter is in office at once.
    authority.setGrantDelay(ARBITER, ARBITER_GRANT_DELAY, sender=deployer)
    if deployer.address != holders.admin:
        authority.renounceRole(ADMIN, deployer, sender=deployer)


def grants(holders: RoleHolders) -> list[tuple[int, str]]:
    """Returns (role, account) of every role to grant, the admin last."""
    return [
        (REGISTRAR, holders.registrar),
        (REVOKER, holders.registrar),
        (REVIEWER, holders.reviewer),
        (TREASURER, holders.treasurer),
        (ARBITER, holders.arbiter),
        (GUARDIAN, holders.guardian),
        (ADMIN, holders.admin),
    ]


def selector(contract: ContractInstance, function: str) -> bytes:
    """Returns the four bytes by which `function` of `contract` is called."""
    (abi,) = [abi for abi in contract.contract_type.mutable_methods if abi.name == function]
    return bytes(keccak(text=abi.selector)[:4])
