"""Handlers of the EntityRegistry."""

from typing import Final

from indexer.handlers.folding import Touch, handles
from indexer.store.models import EntityState
from indexer.store.rows import Row

ENTITY_STATES: Final = tuple(state.value for state in EntityState)
ZERO: Final = "0x" + "0" * 40

ENTITY: Final = Touch("entities", ("entity_id",), required=True)


@handles(
    "EntityRegistry",
    "EntityRegistered",
    Touch("entities", ("entity_id",)),
    Touch("entity_accounts", ("entity_id", "event_key")),
)
def entity_registered(e: Row, _entity: Row | None, _account: Row | None) -> tuple[Row, Row]:
    """A new entity and its first account."""
    entity = {
        "entity_id": e["entity_id"],
        "account": e["account"],
        "kinds": e["kinds"],
        "state": ENTITY_STATES[e["new_state"]],
        "profile_hash": e["profile_hash"],
        "registered_at": e["block_time"],
        "registered_event_key": e["event_key"],
        "verified_at": None,
        "verified_until": 0,
        "suspended_until": 0,
        "refused_at": None,
        "revoked_at": None,
        "reason": None,
        "proposed_account": None,
        "recovery_account": None,
        "recovery_finishable_at": None,
        "recovery_barred_until": 0,
    }
    return entity, _entity_account(e, e["account"])


def _entity_account(e: Row, account: str) -> Row:
    return {
        "entity_id": e["entity_id"],
        "since_event_key": e["event_key"],
        "account": account,
        "since_at": e["block_time"],
    }


@handles("EntityRegistry", "EntityVerified", ENTITY)
def entity_verified(e: Row, entity: Row) -> tuple[Row]:
    """A verification or its renewal."""
    state = ENTITY_STATES[e["new_state"]]
    until = {"verified_at": e["block_time"], "verified_until": e["verified_until"]}
    return (entity | {"kinds": e["kinds"], "state": state} | until,)


@handles("EntityRegistry", "EntityRefused", ENTITY)
def entity_refused(e: Row, entity: Row) -> tuple[Row]:
    """A refused registration."""
    return (entity | {"state": ENTITY_STATES[e["new_state"]], "refused_at": e["block_time"], "reason": e["reason"]},)


@handles("EntityRegistry", "EntitySuspended", ENTITY)
def entity_suspended(e: Row, entity: Row) -> tuple[Row]:
    """A suspension, which ends by itself."""
    return (entity | {"suspended_until": e["suspended_until"], "reason": e["reason"]},)


@handles("EntityRegistry", "EntityRevoked", ENTITY)
def entity_revoked(e: Row, entity: Row) -> tuple[Row]:
    """A revocation; the contract keeps its instant where the end of the verification was."""
    at = {"revoked_at": e["revoked_at"], "verified_until": e["revoked_at"]}
    return (entity | {"state": ENTITY_STATES[e["new_state"]], "reason": e["reason"]} | at,)


@handles("EntityRegistry", "ProfileUpdated", ENTITY)
def profile_updated(e: Row, entity: Row) -> tuple[Row]:
    """Another profile document."""
    return (entity | {"profile_hash": e["profile_hash"]},)


@handles("EntityRegistry", "AccountProposed", ENTITY)
def account_proposed(e: Row, entity: Row) -> tuple[Row]:
    """A proposed account, or the withdrawal of the proposal."""
    proposed = e["proposed_account"]
    return (entity | {"proposed_account": None if proposed == ZERO else proposed},)


@handles("EntityRegistry", "AccountChanged", ENTITY, Touch("entity_accounts", ("entity_id", "event_key")))
def account_changed(e: Row, entity: Row, _account: Row | None) -> tuple[Row, Row]:
    """Another account; a pending proposal or recovery ends with it."""
    ended = {"proposed_account": None, "recovery_account": None, "recovery_finishable_at": None}
    return entity | {"account": e["new_account"]} | ended, _entity_account(e, e["new_account"])


@handles("EntityRegistry", "RecoveryStarted", ENTITY)
def recovery_started(e: Row, entity: Row) -> tuple[Row]:
    """A recovery, which replaces a pending one."""
    return (entity | {"recovery_account": e["new_account"], "recovery_finishable_at": e["finishable_at"]},)


@handles("EntityRegistry", "RecoveryVetoed", ENTITY)
def recovery_vetoed(e: Row, entity: Row) -> tuple[Row]:
    """The end of a recovery."""
    ended = {"recovery_account": None, "recovery_finishable_at": None}
    return (entity | ended | {"recovery_barred_until": e["barred_until"]},)
