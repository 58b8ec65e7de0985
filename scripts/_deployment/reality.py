"""Compares a deployed lab with the plan, asking the chain only."""

from collections.abc import Iterator

import ape
from ape.api import AccountAPI

from scripts._deployment.errors import RealityDiffers
from scripts._deployment.lab import (
    ADMIN,
    CONTRACTS,
    JOURNALED,
    PERMISSIONS,
    Lab,
    RoleHolders,
    events,
    grants,
    role_name,
    role_steps,
    selector,
)

#: Bytes of code a contract may have (EIP-170 allows 24,576): room for a fix without a new design.
MAX_CODE_SIZE = 22_500
JOURNAL_SLOT = 0
#: Bits of `sequence`, the low part of the slot; `digest` is above it.
SEQUENCE_BITS = 48


def check(lab: Lab, deployer: AccountAPI, holders: RoleHolders, since_block: int) -> None:
    """Raises `RealityDiffers` with every difference between the lab and the plan."""
    differences = [
        *_steps_undone(lab, deployer, holders, since_block),
        *_roles_beyond_the_plan(lab, holders, since_block),
        *_functions_beyond_the_plan(lab),
        *_wrong_links(lab),
        *_wrong_code_sizes(lab),
        *_wrong_journal_slots(lab),
    ]
    if differences:
        message = f"the lab differs from the plan: {'; '.join(differences)}"
        raise RealityDiffers(message)


def _steps_undone(lab: Lab, deployer: AccountAPI, holders: RoleHolders, since_block: int) -> Iterator[str]:
    for step in role_steps(deployer, lab, holders, since_block=since_block):
        if not step.is_done():
            yield f"not done: {step.title}"


def _roles_beyond_the_plan(lab: Lab, holders: RoleHolders, since_block: int) -> Iterator[str]:
    """Nobody but the holders may have a role, whoever granted it."""
    granted = {(int(log.roleId), str(log.account)) for log in events(lab.authority.RoleGranted, since_block)}
    for role, account in sorted(granted - set(grants(holders))):
        if lab.authority.hasRole(role, account)[0]:
            yield f"{account} is {role_name(role)}"


def _functions_beyond_the_plan(lab: Lab) -> Iterator[str]:
    """Every function that the plan gives to nobody must be the admin's."""
    for field, by_role in PERMISSIONS.items():
        contract = getattr(lab, field)
        planned = {function for functions in by_role.values() for function in functions}
        for name in {abi.name for abi in contract.contract_type.mutable_methods} - planned:
            role = lab.authority.getTargetFunctionRole(contract, selector(contract, name))
            if role != ADMIN:
                yield f"{field}.{name} belongs to the {role_name(role)}"


def _wrong_links(lab: Lab) -> Iterator[str]:
    for field in JOURNALED:
        contract = getattr(lab, field)
        links = {"authority": lab.authority, "trustedForwarder": lab.forwarder}
        if field != "registry":
            links["registry"] = lab.registry
        if field == "crowdfunding":
            links |= {"credit": lab.credit, "matchFunding": lab.match_funding}
        if field == "match_funding":
            links["crowdfunding"] = lab.crowdfunding
        if field == "credit":
            links |= {"marketplace": lab.marketplace, "proBono": lab.pro_bono}
        if field == "marketplace":
            links |= {"credit": lab.credit, "crowdfunding": lab.crowdfunding}
        if field == "pro_bono":
            links["credit"] = lab.credit
        for view, target in links.items():
            found = getattr(contract, view)()
            if found != target.address:
                yield f"{field}.{view}() is {found}, not {target.address}"


def _wrong_code_sizes(lab: Lab) -> Iterator[str]:
    for field, contract in lab.items():
        size = len(ape.networks.provider.get_code(contract.address))
        if size >= MAX_CODE_SIZE:
            yield f"{CONTRACTS[field][0]} has {size} bytes, {MAX_CODE_SIZE} are too many"


def _wrong_journal_slots(lab: Lab) -> Iterator[str]:
    for field in JOURNALED:
        contract = getattr(lab, field)
        slot = int.from_bytes(ape.networks.provider.get_storage(contract.address, JOURNAL_SLOT))
        sequence, digest = contract.journal()
        if slot != sequence | int.from_bytes(digest) << SEQUENCE_BITS:
            yield f"{field} keeps its journal elsewhere than in slot {JOURNAL_SLOT}"
