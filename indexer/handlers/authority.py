"""Handlers of the AccessManager, and of the pauses of every contract of the lab."""

from typing import Final

from indexer.events import LAB_CONTRACTS
from indexer.handlers.folding import Touch, handles
from indexer.store.models import OperationState
from indexer.store.rows import Row

ROLE: Final = Touch("roles", ("role_id",))


def _role(e: Row, role: Row | None, changes: Row) -> Row:
    nothing = {"label": "", "admin": 0, "guardian": 0}
    delays = dict.fromkeys(("grant_delay", "grant_delay_since", "previous_grant_delay"), 0)
    return ({"role_id": e["role_id"]} | nothing | delays if role is None else role) | changes


@handles("AccessManager", "RoleLabel", ROLE)
def role_labeled(e: Row, role: Row | None) -> tuple[Row]:
    """A name for a role."""
    return (_role(e, role, {"label": e["label"]}),)


@handles("AccessManager", "RoleAdminChanged", ROLE)
def role_admin_changed(e: Row, role: Row | None) -> tuple[Row]:
    """Another role that grants and revokes this one."""
    return (_role(e, role, {"admin": e["admin"]}),)


@handles("AccessManager", "RoleGuardianChanged", ROLE)
def role_guardian_changed(e: Row, role: Row | None) -> tuple[Row]:
    """Another role that may cancel scheduled acts of this one."""
    return (_role(e, role, {"guardian": e["guardian"]}),)


@handles("AccessManager", "RoleGrantDelayChanged", ROLE)
def role_grant_delay_changed(e: Row, role: Row | None) -> tuple[Row]:
    """Another delay between granting the role and its use, from `since` on."""
    present = _role(e, role, {})
    delays = _delay_change(present, "grant_delay", e)
    return (present | delays,)


def _delay_change(row: Row, name: str, e: Row) -> Row:
    """Return the columns of a delay that becomes `e["delay"]` at `e["since"]`; until then the one in force stays."""
    in_force = row[name] if row[f"{name}_since"] <= e["block_time"] else row[f"previous_{name}"]
    return {name: e["delay"], f"{name}_since": e["since"], f"previous_{name}": in_force}


@handles("AccessManager", "RoleGranted", ROLE, Touch("role_members", ("role_id", "account")))
def role_granted(e: Row, role: Row | None, member: Row | None) -> tuple[Row, Row]:
    """A new member from `since` on; or for a present member another delay from `since` on."""
    if e["new_member"] or member is None:
        delays = {"delay": e["delay"], "delay_since": e["since"], "previous_delay": e["delay"]}
        member = {"role_id": e["role_id"], "account": e["account"], "granted_at": e["block_time"], "since": e["since"]}
        member |= delays | {"revoked_at": None}
    else:
        member = member | _delay_change(member, "delay", e)
    return _role(e, role, {}), member


@handles("AccessManager", "RoleRevoked", Touch("role_members", ("role_id", "account"), required=True))
def role_revoked(e: Row, member: Row) -> tuple[Row]:
    """The end of a membership."""
    return (member | {"revoked_at": e["block_time"]},)


@handles("AccessManager", "TargetFunctionRoleUpdated", Touch("role_targets", ("target", "selector")))
def target_function_role_updated(e: Row, _target: Row | None) -> tuple[Row]:
    """Another role that may call a function."""
    return ({name: e[name] for name in ("target", "selector", "role_id")},)


TARGET: Final = Touch("targets", ("target",))


def _target(e: Row, target: Row | None) -> Row:
    delays = dict.fromkeys(("admin_delay", "admin_delay_since", "previous_admin_delay"), 0)
    return {"target": e["target"], "closed": False} | delays if target is None else target


@handles("AccessManager", "TargetClosed", TARGET)
def target_closed(e: Row, target: Row | None) -> tuple[Row]:
    """A contract closed to every role, or opened again."""
    return (_target(e, target) | {"closed": e["closed"]},)


@handles("AccessManager", "TargetAdminDelayUpdated", TARGET)
def target_admin_delay_updated(e: Row, target: Row | None) -> tuple[Row]:
    """Another delay for administration of a contract, from `since` on."""
    present = _target(e, target)
    return (present | _delay_change(present, "admin_delay", e),)


OPERATION: Final = Touch("operations", ("operation_id", "nonce"), required=True)


@handles("AccessManager", "OperationScheduled", Touch("operations", ("operation_id", "nonce")))
def operation_scheduled(e: Row, _operation: Row | None) -> tuple[Row]:
    """An act of administration announced."""
    operation = {name: e[name] for name in ("operation_id", "nonce", "caller", "target", "data")}
    times = {"scheduled_at": e["block_time"], "executable_at": e["schedule"], "finished_at": None}
    return (operation | times | {"state": OperationState.SCHEDULED.value},)


@handles("AccessManager", "OperationExecuted", OPERATION)
def operation_executed(e: Row, operation: Row) -> tuple[Row]:
    """An announced act done."""
    return (operation | {"state": OperationState.EXECUTED.value, "finished_at": e["block_time"]},)


@handles("AccessManager", "OperationCanceled", OPERATION)
def operation_canceled(e: Row, operation: Row) -> tuple[Row]:
    """An announced act called off."""
    return (operation | {"state": OperationState.CANCELED.value, "finished_at": e["block_time"]},)


def _handle_pauses(contract: str) -> None:
    pause = Touch("lab_pauses", (contract,))

    @handles(contract, "EntryPaused", pause)
    def entry_paused(e: Row, _pause: Row | None) -> tuple[Row]:
        """Entry acts stopped."""
        times = {"paused_at": e["block_time"], "paused_until": e["until"], "resumed_at": None}
        return ({"contract_name": contract, "contract": e["contract"]} | times,)

    @handles(contract, "EntryResumed", pause._replace(required=True))
    def entry_resumed(e: Row, present: Row) -> tuple[Row]:
        """Entry acts open again before the pause would have ended."""
        return (present | {"resumed_at": e["block_time"]},)


for _contract in LAB_CONTRACTS:
    _handle_pauses(_contract)
