"""Acts of roles that must wait: scheduled in the authority first, called once the delay has passed."""

from typing import Any

import ape
from ape.api import AccountAPI
from ape.contracts import ContractInstance

from scripts.deploy import ADMIN, DAY, EXECUTION_DELAYS, REVOKER

#: A scheduled act can be called for one week (OpenZeppelin `AccessManager.expiration`).
EXPIRATION = 7 * DAY


def schedule(
    authority: ContractInstance,
    method: Any,
    *arguments: Any,
    sender: AccountAPI,
    role: int,
) -> int:
    """Schedules a call as early as its role allows.

    Returns:
        The first Unix time at which it may be made.
    """
    tx = authority.schedule(method.contract, method.encode_input(*arguments), 0, sender=sender)
    return int(tx.timestamp) + EXECUTION_DELAYS[role]


def operation_id(authority: ContractInstance, method: Any, *arguments: Any, sender: AccountAPI) -> bytes:
    """Returns the id under which the authority knows a scheduled call."""
    return bytes(authority.hashOperation(sender, method.contract, method.encode_input(*arguments)))


def revoke(
    authority: ContractInstance,
    registry: ContractInstance,
    entity_id: int,
    reason: bytes,
    sender: AccountAPI,
) -> Any:
    """Revokes an entity at the first instant at which that is possible; returns the receipt."""
    ready = schedule(authority, registry.revoke, entity_id, reason, sender=sender, role=REVOKER)
    ape.chain.pending_timestamp = ready
    return registry.revoke(entity_id, reason, sender=sender)


def administer(authority: ContractInstance, method: Any, *arguments: Any, sender: AccountAPI) -> Any:
    """Calls a function of the authority the way an admin must: schedule, wait five days, call; returns the receipt."""
    ready = schedule(authority, method, *arguments, sender=sender, role=ADMIN)
    ape.chain.pending_timestamp = ready
    return method(*arguments, sender=sender)
