"""Who may administer what, and how fast: roles of the AccessManager, their holders, functions and delays."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from eth_utils.crypto import keccak
from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import select

from api import fields
from api.coverage import contract_names
from api.database import Answer, Mirror, ReaderDep
from api.problems import read_failures
from api.records import EventLink, last_event
from deployments import abi
from indexer.store import models
from indexer.store.event_tables import CONTRACTS
from indexer.store.models import RoleMember, RoleTarget, Target

ADMIN: Final = 0
PUBLIC: Final = 2**64 - 1

# ---------------------------------------------------------------------------------------------------------- schemas


class RoleHolder(BaseModel):
    """An account that has a role."""

    account: fields.Address
    since: fields.Time = Field(description="May act from then on.")
    active: bool = Field(description="Whether that is so at the time of `as_of`.")
    delay: int = Field(description="Seconds between scheduling an act and being allowed to do it; 0: at once.")
    last_event: EventLink


class Function(BaseModel):
    """A function that holders of a role may call."""

    contract: str | None = Field(description="Name; null if it is no contract of this lab.", examples=["Crowdfunding"])
    address: fields.Address
    selector: str = Field(examples=["0x5a1e1f2c"])
    signature: str | None = Field(description="Null if no known ABI has it.", examples=["approveCampaign(uint32)"])


class Role(BaseModel):
    """A role of the AccessManager."""

    role_id: str = Field(description="0 is admin; 2^64 - 1 is everybody.", examples=["3"])
    name: str = Field(examples=["reviewer"])
    admin: str = Field(description="Role that grants and revokes it.")
    guardian: str = Field(description="Role that may cancel its scheduled acts.")
    grant_delay: int = Field(description="Seconds until a new holder may act.")
    holders: list[RoleHolder]
    functions: list[Function] = Field(
        description="Functions given to this role. Any restricted function given to none belongs to admin."
    )


class ClosedContract(BaseModel):
    """A contract that the admin closed: no role may act on it, users' acts are not concerned."""

    contract: str | None
    address: fields.Address
    last_event: EventLink


class RolesAnswer(Answer):
    """Every role."""

    roles: list[Role]
    closed: list[ClosedContract]


# ---------------------------------------------------------------------------------------------------------- queries


def all_roles(mirror: Mirror) -> list[Role]:
    """Return every role by its id."""
    session, now = mirror.session, mirror.now
    names = contract_names(mirror)
    holders: defaultdict[int, list[RoleHolder]] = defaultdict(list)
    present = select(RoleMember).where(RoleMember.revoked_at.is_(None))
    for member in session.scalars(present.order_by(RoleMember.since, RoleMember.account)):
        holders[member.role_id].append(_holder(member, now))
    functions: defaultdict[int, list[Function]] = defaultdict(list)
    for target in session.scalars(select(RoleTarget).order_by(RoleTarget.target, RoleTarget.selector)):
        functions[target.role_id].append(_function(target, names))
    rows = {row.role_id: row for row in session.scalars(select(models.Role))}
    ids = sorted({ADMIN, *rows, *holders, *functions})
    return [_role(role_id, rows.get(role_id), holders[role_id], functions[role_id], now) for role_id in ids]


def holders_of(roles: Sequence[Role], contract: str, function: str) -> list[RoleHolder]:
    """Return who may call a restricted function, or will: the holders of its role.

    Args:
        roles: All of them.
        contract: Name.
        function: Name.
    """
    given = (role for role in roles for one in role.functions if _is(one, contract, function))
    role = next(given, next(role for role in roles if role.role_id == str(ADMIN)))
    return role.holders


def _is(one: Function, contract: str, function: str) -> bool:
    return one.contract == contract and (one.signature or "").startswith(f"{function}(")


def closed_contracts(mirror: Mirror) -> list[ClosedContract]:
    """Return the contracts that are closed to administration."""
    names = contract_names(mirror)
    rows = mirror.session.scalars(select(Target).where(Target.closed).order_by(Target.target))
    return [
        ClosedContract(contract=names.get(row.target), address=row.target, last_event=last_event(row)) for row in rows
    ]


@cache
def signatures() -> dict[tuple[str, str], str]:
    """Return the signature of each function of the lab's contracts by (contract name, selector)."""
    found = {}
    for contract in CONTRACTS:
        for item in abi(contract):
            if item["type"] == "function":
                signature = f"{item['name']}({','.join(_canonical(i) for i in item['inputs'])})"
                found[contract, "0x" + keccak(text=signature)[:4].hex()] = signature
    return found


def _canonical(item: dict[str, Any]) -> str:
    if item["type"].startswith("tuple"):
        return f"({','.join(_canonical(i) for i in item['components'])}){item['type'].removeprefix('tuple')}"
    return str(item["type"])


def _holder(row: RoleMember, now: int) -> RoleHolder:
    return RoleHolder(
        account=row.account,
        since=row.since,
        active=row.since <= now,
        delay=row.delay if now >= row.delay_since else row.previous_delay,
        last_event=last_event(row),
    )


def _function(row: RoleTarget, names: dict[str, str]) -> Function:
    contract = names.get(row.target)
    return Function(
        contract=contract,
        address=row.target,
        selector=row.selector,
        signature=signatures().get((contract or "", row.selector)),
    )


def _role(
    role_id: int, row: models.Role | None, holders: list[RoleHolder], functions: list[Function], now: int
) -> Role:
    label = row.label if row else ""
    grant_delay = 0
    if row is not None:
        grant_delay = row.grant_delay if now >= row.grant_delay_since else row.previous_grant_delay
    return Role(
        role_id=str(role_id),
        name=label or {ADMIN: "admin", PUBLIC: "everybody"}.get(role_id, f"role {role_id}"),
        admin=str(row.admin if row else ADMIN),
        guardian=str(row.guardian if row else ADMIN),
        grant_delay=grant_delay,
        holders=holders,
        functions=functions,
    )


# ----------------------------------------------------------------------------------------------------------- routes

router = APIRouter(prefix="/roles", tags=["roles"])


@router.get("", summary="List roles", responses=read_failures())
def list_all(reader: ReaderDep) -> RolesAnswer:
    """Return every role with who holds it, what it may do, and how long its acts are announced before."""
    with reader.open() as mirror:
        return RolesAnswer(as_of=mirror.as_of, roles=all_roles(mirror), closed=closed_contracts(mirror))
