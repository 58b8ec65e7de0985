"""What a lab consists of: its contracts in order, who may do what in them, and the steps that bring that about."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Final

import ape
from ape.api import AccountAPI
from ape.contracts import ContractContainer, ContractInstance
from ape.contracts.base import ContractEvent
from ape.types import ContractLog
from eth_utils import keccak

from scripts._deployment.nonces import address_created_by
from scripts._deployment.sources import container

DAY: Final = 24 * 60 * 60

#: Role ids in the AccessManager (docs/protocol.md, "Authority"). 0 is OpenZeppelin's admin role.
ADMIN, REGISTRAR, REVOKER, REVIEWER, TREASURER, ARBITER, GUARDIAN = range(7)

ROLE_LABELS: Final = {
    REGISTRAR: "registrar",
    REVOKER: "revoker",
    REVIEWER: "reviewer",
    TREASURER: "treasurer",
    ARBITER: "arbiter",
    GUARDIAN: "guardian",
}

#: Seconds between scheduling an act of this role and being allowed to do it. The registrar holds two roles, because
#: everything the registrar does is immediate except revoking an entity.
EXECUTION_DELAYS: Final = {ADMIN: 5 * DAY, REVOKER: 3 * DAY, TREASURER: 2 * DAY}

#: Seconds until a newly granted arbiter may rule, so that nobody appoints one for a case at hand.
ARBITER_GRANT_DELAY: Final = 5 * DAY

#: Which role may call what: contract -> role -> functions. Everything else `restricted` belongs to the admin.
PERMISSIONS: Final[dict[str, dict[int, tuple[str, ...]]]] = {
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
        ARBITER: ("rule",),
        GUARDIAN: ("pauseEntry", "resumeEntry"),
    },
    "match_funding": {
        GUARDIAN: ("pauseEntry", "resumeEntry"),
    },
    "marketplace": {
        ARBITER: ("rule",),
        GUARDIAN: ("pauseEntry", "resumeEntry"),
    },
    "pro_bono": {
        ARBITER: ("rule",),
        GUARDIAN: ("pauseEntry", "resumeEntry"),
    },
}

FORWARDER_NAME: Final = "Eranos Forwarder"

#: Field of `Lab` -> (contract, constructor arguments from the addresses of `deployer` and of all fields). Of contracts
#: that know each other, the earlier one is told where the later one will be: that follows from the deployer's nonce.
CONTRACTS: Final[dict[str, tuple[str, Callable[[Mapping[str, str]], list[object]]]]] = {
    "authority": ("AccessManager", lambda at: [at["deployer"]]),
    "forwarder": ("ERC2771Forwarder", lambda at: [FORWARDER_NAME]),
    "registry": ("EntityRegistry", lambda at: [at["authority"], at["forwarder"]]),
    "credit": (
        "InnovationCredit",
        lambda at: [at["authority"], at["forwarder"], at["registry"], at["marketplace"], at["pro_bono"]],
    ),
    "submission": ("Submission", lambda at: []),
    "delivery": ("Delivery", lambda at: []),
    "pool_opening": ("PoolOpening", lambda at: []),
    "crowdfunding": (
        "Crowdfunding",
        lambda at: [at["authority"], at["forwarder"], at["registry"], at["credit"], at["match_funding"]],
    ),
    "match_funding": (
        "MatchFunding",
        lambda at: [at["authority"], at["forwarder"], at["registry"], at["crowdfunding"]],
    ),
    "listings": ("Listings", lambda at: []),
    "marketplace": (
        "Marketplace",
        lambda at: [at["authority"], at["forwarder"], at["registry"], at["credit"], at["crowdfunding"]],
    ),
    "pro_bono": ("ProBono", lambda at: [at["authority"], at["forwarder"], at["registry"], at["credit"]]),
}

#: Fields of `Lab` that are libraries.
LIBRARY_FIELDS: Final = ("submission", "delivery", "pool_opening", "listings")

#: Public nodes refuse to search more blocks at once than some thousands.
BLOCKS_A_QUERY: Final = 5_000

#: The contracts whose events are journaled, all in storage slot 0.
JOURNALED: Final = ("registry", "credit", "crowdfunding", "match_funding", "marketplace", "pro_bono")


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
    submission: ContractInstance
    delivery: ContractInstance
    pool_opening: ContractInstance
    crowdfunding: ContractInstance
    match_funding: ContractInstance
    listings: ContractInstance
    marketplace: ContractInstance
    pro_bono: ContractInstance

    def items(self) -> list[tuple[str, ContractInstance]]:
        """Returns (field name, contract) of every contract, in deployment order."""
        return [(field.name, getattr(self, field.name)) for field in fields(self)]


@dataclass(frozen=True)
class Step:
    """One transaction of the set-up. `is_done` asks the chain, not a file."""

    title: str
    is_done: Callable[[], bool]
    act: Callable[[], object]


#: Creates the contract of one field from its code and constructor arguments.
Create = Callable[[str, ContractContainer, list[object]], ContractInstance]


def deploy_lab(deployer: AccountAPI, holders: RoleHolders) -> Lab:
    """Deploys every contract and sets up the roles; the deployer keeps none.

    Args:
        deployer: Pays for everything and is admin until the last step.
        holders: Who gets which role.

    Returns:
        The deployed lab.
    """
    lab = create_contracts(deployer, lambda _, code, arguments: deployer.deploy(code, *arguments))
    for step in role_steps(deployer, lab, holders):
        step.act()
    return lab


def create_contracts(deployer: AccountAPI, create: Create) -> Lab:
    """Makes every contract exist, in order, by `create`."""
    at = {"deployer": str(deployer.address)}
    instances = {}
    for field, (name, arguments) in CONTRACTS.items():
        instances[field] = create(field, container(name, libraries_of(at)), arguments(addresses(deployer, at)))
        at[field] = str(instances[field].address)
    return Lab(**instances)


def addresses(deployer: AccountAPI, at: Mapping[str, str]) -> dict[str, str]:
    """Returns the address of every field: those in `at`, and where the others come if created next in order."""
    missing = [field for field in CONTRACTS if field not in at]
    to_come = enumerate(missing, start=deployer.nonce)
    return {**at, **{field: address_created_by(deployer.address, nonce) for nonce, field in to_come}}


def libraries_of(at: Mapping[str, str]) -> dict[str, str]:
    """Returns address by name of the libraries among the contracts `at` these addresses."""
    return {CONTRACTS[field][0]: at[field] for field in LIBRARY_FIELDS if field in at}


def role_steps(deployer: AccountAPI, lab: Lab, holders: RoleHolders, *, since_block: int = 0) -> list[Step]:
    """Returns the steps that hand out the roles, in order; the last takes the admin role from the deployer.

    Args:
        deployer: Admin until the last step.
        lab: The deployed contracts.
        holders: Who gets which role.
        since_block: Where to begin to look for what only events tell.
    """
    everyone = [(role, account) for role, account in grants(holders) if role != ADMIN]
    steps = [
        *(_label(deployer, lab, role, since_block) for role in ROLE_LABELS),
        *(_permit(deployer, lab, name, role) for name, by_role in PERMISSIONS.items() for role in by_role),
        *(_grant(deployer, lab, role, account) for role, account in everyone),
        _delay_grants_of_arbiters(deployer, lab, since_block),
        _grant(deployer, lab, ADMIN, holders.admin),
    ]
    if deployer.address != holders.admin:
        steps.append(_renounce(deployer, lab))
    return steps


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


def role_name(role: int) -> str:
    """Returns the name of a role id."""
    return ROLE_LABELS.get(role, "admin")


def selectors(contract: ContractInstance, role: int, field: str) -> dict[str, bytes]:
    """Returns by name the four bytes by which the functions of `role` in `contract` are called."""
    return {function: selector(contract, function) for function in PERMISSIONS[field][role]}


def selector(contract: ContractInstance, function: str) -> bytes:
    """Returns the four bytes by which `function` of `contract` is called."""
    (abi,) = [abi for abi in contract.contract_type.mutable_methods if abi.name == function]
    return bytes(keccak(text=abi.selector)[:4])


def _label(deployer: AccountAPI, lab: Lab, role: int, since_block: int) -> Step:
    label = ROLE_LABELS[role]
    return Step(
        f"label role {role} {label}",
        lambda: any(log.label == label for log in events(lab.authority.RoleLabel, since_block, role)),
        lambda: lab.authority.labelRole(role, label, sender=deployer),
    )


def _permit(deployer: AccountAPI, lab: Lab, field: str, role: int) -> Step:
    contract = getattr(lab, field)
    functions = selectors(contract, role, field)

    def is_done() -> bool:
        roles = {lab.authority.getTargetFunctionRole(contract, chosen) for chosen in functions.values()}
        return roles == {role}

    return Step(
        f"let the {role_name(role)} call {', '.join(functions)} of {field}",
        is_done,
        lambda: lab.authority.setTargetFunctionRole(contract, list(functions.values()), role, sender=deployer),
    )


def _grant(deployer: AccountAPI, lab: Lab, role: int, account: str) -> Step:
    delay = EXECUTION_DELAYS.get(role, 0)
    return Step(
        f"make {account} {role_name(role)}, {delay // DAY} days from announcing to acting",
        lambda: tuple(lab.authority.hasRole(role, account)) == (True, delay),
        lambda: lab.authority.grantRole(role, account, delay, sender=deployer),
    )


def _delay_grants_of_arbiters(deployer: AccountAPI, lab: Lab, since_block: int) -> Step:
    # Takes effect after five days, as every change of a grant delay does; the first arbiter is in office at once.
    def is_done() -> bool:
        changes = events(lab.authority.RoleGrantDelayChanged, since_block, ARBITER)
        return any(log.delay == ARBITER_GRANT_DELAY for log in changes)

    return Step(
        f"let later arbiters wait {ARBITER_GRANT_DELAY // DAY} days",
        is_done,
        lambda: lab.authority.setGrantDelay(ARBITER, ARBITER_GRANT_DELAY, sender=deployer),
    )


def _renounce(deployer: AccountAPI, lab: Lab) -> Step:
    return Step(
        "take the admin role from the deployer",
        lambda: not lab.authority.hasRole(ADMIN, deployer)[0],
        lambda: lab.authority.renounceRole(ADMIN, deployer, sender=deployer),
    )


def events(event: ContractEvent, since_block: int, role: int | None = None) -> Iterator[ContractLog]:
    """Yields the events of one kind, or those about one role, in steps that a public node answers."""
    end = ape.chain.blocks.height + 1
    topics = None if role is None else {"roleId": role}
    for start in range(since_block, end, BLOCKS_A_QUERY):
        yield from event.range(start, min(start + BLOCKS_A_QUERY, end), search_topics=topics)
