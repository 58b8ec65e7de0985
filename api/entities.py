"""Entities of the registry: who they are, which accounts acted for them, and recoveries of lost keys."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from sqlalchemy import select

from api import fields
from api.database import Answer, Mirror, ReaderDep
from api.errors import Problem
from api.exports import FormatPath, export, export_responses, rows_of
from api.paging import Page, PageDep, PageRequest, Position, cut, links, seek
from api.problems import INVALID_ADDRESS, UNKNOWN_ENTITY, list_failures, read_failures
from api.records import EventLink, document_path, event_path, last_event, values_of
from indexer.store import models
from indexer.store.models import EntityAccount, EntityState

# ---------------------------------------------------------------------------------------------------------- schemas


class Kind(StrEnum):
    """What an entity is; a member is a natural person and nothing else."""

    SSE = "sse"
    PUBLIC_BODY = "public_body"
    PROVIDER = "provider"
    MEMBER = "member"


KIND_BITS: Final = {kind: 1 << bit for bit, kind in enumerate(Kind)}
"""Bit of each kind in `IEntityRegistry`."""


class EntitySort(StrEnum):
    """Order of a list of entities, by registration."""

    NEWEST = "newest"
    OLDEST = "oldest"


class Recovery(BaseModel):
    """A pending recovery of an entity whose key is lost; the present account may veto it."""

    account: fields.Address = Field(description="Takes over.")
    finishable_at: fields.Time = Field(description="A veto must come before; from here on anyone may finish it.")


class Tenure(BaseModel):
    """A time in which an account acted for an entity, [since, until)."""

    account: fields.Address
    since: fields.Time
    until: fields.Time | None = Field(description="Null while it acts for the entity.")
    event: fields.Path = Field(description="The event with which it began.")


class EntityLinks(BaseModel):
    """Where to read more about an entity."""

    self: fields.Path
    profile: fields.Path
    reason: fields.Path | None
    campaigns: fields.Path
    events: fields.Path
    registration: fields.Path = Field(description="The event of its registration.")


class Entity(BaseModel):
    """An entity of the registry."""

    entity_id: int = Field(examples=[3])
    kinds: list[Kind] = Field(description="What it is; what it applied for until it is verified.")
    state: EntityState = Field(description="As stored. Time ends a verification: see `verified`.")
    verified: bool = Field(description="Whether it is verified, and not suspended, at the time of `as_of`.")
    suspended: bool = Field(description="Whether it is suspended at the time of `as_of`.")
    account: fields.Address = Field(description="Acts for it, or did last if it was refused or revoked.")
    registered_at: fields.Time
    verified_at: fields.Time | None = Field(description="Last verification or renewal.")
    verified_until: fields.Time | None = Field(
        description="End of the verification (times after the year 9999 as its last second); of a revoked entity its "
        "revocation; null if it was never verified."
    )
    suspended_until: fields.Time | None = Field(description="End of the last suspension.")
    refused_at: fields.Time | None
    revoked_at: fields.Time | None
    reason: fields.Hash | None = Field(
        description="SHA-256 of the reasons of the last refusal, suspension, revocation."
    )
    profile_hash: fields.Hash = Field(description="SHA-256 of the profile document.")
    last_event: EventLink
    links: EntityLinks


class EntityPage(Page[Entity]):
    """A page of entities."""


class EntityDetail(Entity):
    """An entity with the history of its accounts."""

    accounts: list[Tenure] = Field(description="Every account that acted for it, the first one in front.")
    proposed_account: fields.Address | None = Field(description="May take over by its own acceptance.")
    recovery: Recovery | None = Field(description="A pending recovery.")
    recovery_barred_until: fields.Time | None = Field(description="A veto bars new recoveries until then.")


class EntityAnswer(Answer):
    """One entity."""

    entity: EntityDetail


# ---------------------------------------------------------------------------------------------------------- queries


def list_entities(
    mirror: Mirror,
    page: PageRequest,
    sort: EntitySort,
    *,
    kinds: Sequence[Kind] = (),
    state: EntityState | None = None,
    account: str | None = None,
) -> Sequence[models.Entity]:
    """Return the entities of a page that meet every filter, and one more if there is one."""
    statement = select(models.Entity)
    if kinds:
        bits = sum(KIND_BITS[kind] for kind in set(kinds))
        statement = statement.where(models.Entity.kinds.bitwise_and(bits) != 0)
    if state is not None:
        statement = statement.where(models.Entity.state == state.value)
    if account is not None:
        statement = statement.where(models.Entity.account == account)
    key = models.Entity.registered_event_key.expression
    return mirror.session.scalars(seek(statement, page, key, key, descending=sort is EntitySort.NEWEST)).all()


def find_entity(mirror: Mirror, entity_id: int) -> models.Entity:
    """Return one entity.

    Raises:
        Problem: There is none with this id.
    """
    row = mirror.session.get(models.Entity, entity_id)
    if row is None:
        raise Problem(UNKNOWN_ENTITY, f"There is no entity {entity_id}")
    return row


def tenures_of(mirror: Mirror, entity: models.Entity) -> list[Tenure]:
    """Return the accounts that acted for an entity, the first one in front."""
    statement = select(EntityAccount).where(EntityAccount.entity_id == entity.entity_id)
    rows = mirror.session.scalars(statement.order_by(EntityAccount.since_event_key)).all()
    ends = [row.since_at for row in rows[1:]] + [entity.refused_at or entity.revoked_at]
    return [
        Tenure(account=row.account, since=row.since_at, until=end, event=event_path(row.since_event_key))
        for row, end in zip(rows, ends, strict=True)
    ]


def _entity(row: models.Entity, now: int) -> dict[str, Any]:
    path = f"/v1/entities/{row.entity_id}"
    suspended = row.state == EntityState.VERIFIED and now < row.suspended_until
    computed = {
        "kinds": [kind for kind, bit in KIND_BITS.items() if row.kinds & bit],
        "suspended": suspended,
        "verified": row.state == EntityState.VERIFIED and now < row.verified_until and not suspended,
        "verified_until": row.verified_until or None,
        "suspended_until": row.suspended_until or None,
        "last_event": last_event(row),
        "links": EntityLinks(
            self=path,
            profile=document_path(row.profile_hash),
            reason=document_path(row.reason),
            campaigns=f"/v1/campaigns?organizer={row.entity_id}",
            events=f"/v1/events?entity={row.entity_id}",
            registration=event_path(row.registered_event_key),
        ),
    }
    return values_of(row) | computed


# ----------------------------------------------------------------------------------------------------------- routes

router = APIRouter(tags=["entities"])


Kinds = Annotated[list[Kind], Query(alias="kind", description="Kind; repeat it for any of several.")]
State = Annotated[EntityState | None, Query(description="Stored state.")]
Account = Annotated[fields.AddressText | None, Query(description="Account that acts for the entity, or did last.")]
Sort = Annotated[EntitySort, Query(description="Order of the list.")]


@router.get("/entities", summary="List entities", responses=list_failures(INVALID_ADDRESS))
def list_all(
    reader: ReaderDep,
    page: PageDep,
    kinds: Kinds = [],  # noqa: B006
    state: State = None,
    account: Account = None,
    sort: Sort = EntitySort.NEWEST,
) -> EntityPage:
    """Return the entities that meet every filter."""
    with reader.open() as mirror:
        found = list_entities(mirror, page, sort, kinds=kinds, state=state, account=account)
        shown, cursor = cut(page, found, _position)
        items = [Entity.model_validate(_entity(row, mirror.now)) for row in shown]
        return EntityPage(
            as_of=mirror.as_of, items=items, next_cursor=cursor, links=links(reader.request, page, cursor)
        )


@router.get(
    "/entities.{form}",
    summary="Export entities",
    response_class=StreamingResponse,
    responses=export_responses(INVALID_ADDRESS),
)
def export_all(
    reader: ReaderDep,
    form: FormatPath,
    kinds: Kinds = [],  # noqa: B006
    state: State = None,
    account: Account = None,
    sort: Sort = EntitySort.NEWEST,
) -> StreamingResponse:
    """Return all entities that meet every filter, as a file."""

    def part(mirror: Mirror, page: PageRequest) -> tuple[list[Entity], Position | None]:
        found = list_entities(mirror, page, sort, kinds=kinds, state=state, account=account)
        shown, after = rows_of(page, found, _position)
        return [Entity.model_validate(_entity(row, mirror.now)) for row in shown], after

    return export(reader, form, "entities", Entity, part)


def _position(row: models.Entity) -> Position:
    return Position(row.registered_event_key, row.registered_event_key)


@router.get("/entities/{entity_id}", summary="Read an entity", responses=read_failures(UNKNOWN_ENTITY))
def read_entity(
    reader: ReaderDep,
    entity_id: Annotated[fields.Id, Path(description="Number of the entity, from 1.", examples=[3])],
) -> EntityAnswer:
    """Return an entity with every account that acted for it, and a pending change of account."""
    with reader.open() as mirror:
        row = find_entity(mirror, entity_id)
        recovery = None
        if row.recovery_account is not None and row.recovery_finishable_at is not None:
            recovery = Recovery(account=row.recovery_account, finishable_at=row.recovery_finishable_at)
        more = {
            "accounts": tenures_of(mirror, row),
            "recovery": recovery,
            "recovery_barred_until": row.recovery_barred_until or None,
        }
        return EntityAnswer(as_of=mirror.as_of, entity=EntityDetail.model_validate(_entity(row, mirror.now) | more))
