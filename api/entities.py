"""Entities of the registry: who they are, which accounts acted for them, and recoveries of lost keys."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Annotated, Any, Final, NamedTuple

from fastapi import APIRouter, Path, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from sqlalchemy import Select, case, func, select

from api import facts, fields
from api.database import Answer, Mirror, ReaderDep
from api.exports import FormatPath, export, export_responses
from api.marketplace.queries import unruled
from api.paging import Page, PageDep, PageRequest, Position, Rows, page_of, seek
from api.past import At
from api.problems import INVALID_ADDRESS, UNKNOWN_BLOCK, UNKNOWN_ENTITY, list_failures, read_failures
from api.records import EventLink, document_path, event_path, last_event, values_of
from indexer.store import models
from indexer.store.models import EntityAccount, EntityHours, EntityState, Offer
from serving.problems import Problem

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
    listings: fields.Path
    offers: fields.Path
    help_given: fields.Path = Field(description="Attestations of help that it gave.")
    help_taken: fields.Path = Field(description="Attestations of help that it got.")
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
    hours_given: int = Field(description="Hours of pro-bono help that it gave, as attested.")
    hours_taken: int = Field(description="Hours of pro-bono help that it got, as attested.")
    last_event: EventLink
    links: EntityLinks


class EntityPage(Page[Entity]):
    """A page of entities."""


class EntityDetail(Entity):
    """An entity with the history of its accounts."""

    hours_open: int = Field(description="Hours that it promises: neither given, nor taken back, nor over.")
    unruled_orders: int = Field(
        description="Disputed orders in which it sold and that no arbiter ruled on in time, so that all went back."
    )
    accounts: list[Tenure] = Field(description="Every account that acted for it, the first one in front.")
    proposed_account: fields.Address | None = Field(description="May take over by its own acceptance.")
    recovery: Recovery | None = Field(description="A pending recovery.")
    recovery_barred_until: fields.Time | None = Field(description="A veto bars new recoveries until then.")


class EntityAnswer(Answer):
    """One entity."""

    entity: EntityDetail


# ---------------------------------------------------------------------------------------------------------- queries


class Found(NamedTuple):
    """An entity, and its hours of help if there are any."""

    entity: models.Entity
    hours: EntityHours | None


def list_entities(
    mirror: Mirror,
    page: PageRequest,
    sort: EntitySort,
    *,
    kinds: Sequence[Kind] = (),
    state: EntityState | None = None,
    account: str | None = None,
) -> Sequence[Found]:
    """Return the entities of a page that meet every filter, and one more if there is one."""
    statement = _entities()
    if kinds:
        bits = sum(KIND_BITS[kind] for kind in set(kinds))
        statement = statement.where(models.Entity.kinds.bitwise_and(bits) != 0)
    if state is not None:
        statement = statement.where(models.Entity.state == state.value)
    if account is not None:
        statement = statement.where(models.Entity.account == account)
    key = models.Entity.registered_event_key.expression
    statement = seek(statement, page, key, key, descending=sort is EntitySort.NEWEST)
    return [Found(*row) for row in mirror.session.execute(statement)]


def find_entity(mirror: Mirror, entity_id: int) -> Found:
    """Return one entity.

    Raises:
        Problem: There is none with this id.
    """
    row = mirror.session.execute(_entities().where(models.Entity.entity_id == entity_id)).one_or_none()
    if row is None:
        raise Problem(UNKNOWN_ENTITY, f"There is no entity {entity_id}")
    return Found(*row)


def _entities() -> Select[models.Entity, EntityHours]:
    return select(models.Entity, EntityHours).outerjoin(EntityHours, EntityHours.entity_id == models.Entity.entity_id)


def list_waiting(mirror: Mirror, page: PageRequest) -> Sequence[Found]:
    """Return the entities of a page that wait to be verified, the first one in front, and one more if there is one."""
    return list_entities(mirror, page, EntitySort.OLDEST, state=EntityState.REGISTERED)


def live_of(mirror: Mirror, account: str) -> int | None:
    """Return the id of the registered or verified entity that an account acts for; None if it acts for none."""
    entity = models.Entity
    live = (EntityState.REGISTERED.value, EntityState.VERIFIED.value)
    return mirror.session.scalar(
        select(entity.entity_id).where(entity.account == account, entity.state.in_(live)).limit(1)
    )


def proposed_to(mirror: Mirror, account: str) -> Sequence[int]:
    """Return the ids of the live entities that an account may take over by its own acceptance."""
    entity = models.Entity
    live = (EntityState.REGISTERED.value, EntityState.VERIFIED.value)
    statement = select(entity.entity_id).where(entity.proposed_account == account, entity.state.in_(live))
    return mirror.session.scalars(statement.order_by(entity.entity_id)).all()


def in_recovery(mirror: Mirror) -> Sequence[int]:
    """Return the ids of the entities with a pending recovery, that which can be finished first in front."""
    entity = models.Entity
    statement = select(entity.entity_id).where(entity.recovery_account.is_not(None))
    return mirror.session.scalars(statement.order_by(entity.recovery_finishable_at, entity.entity_id)).all()


def profiles_of(mirror: Mirror, entity_ids: Iterable[int]) -> dict[int, str]:
    """Return the SHA-256 of the profile of each of some entities, by their ids."""
    wanted = models.Entity.entity_id.in_(set(entity_ids))
    rows = mirror.session.execute(select(models.Entity.entity_id, models.Entity.profile_hash).where(wanted))
    return {entity_id: digest for entity_id, digest in rows}  # noqa: C416 - rows are no pairs


def open_hours_of(mirror: Mirror, entity_id: int) -> int:
    """Return the hours that a provider promises: the sum of `indexer.store.cases.open_hours` of its offers."""
    free = case((Offer.closed, 0), else_=Offer.offered - Offer.reserved - Offer.confirmed)
    statement = select(func.sum(free + Offer.reserved)).where(Offer.provider == entity_id, Offer.until > mirror.now)
    return int(mirror.session.scalar(statement) or 0)


def tenures_of(mirror: Mirror, entity: models.Entity) -> list[Tenure]:
    """Return the accounts that acted for an entity, the first one in front."""
    statement = select(EntityAccount).where(EntityAccount.entity_id == entity.entity_id)
    rows = mirror.session.scalars(statement.order_by(EntityAccount.since_event_key)).all()
    ends = [row.since_at for row in rows[1:]] + [entity.refused_at or entity.revoked_at]
    return [
        Tenure(account=row.account, since=row.since_at, until=end, event=event_path(row.since_event_key))
        for row, end in zip(rows, ends, strict=True)
    ]


def _entity(found: Found, now: int) -> dict[str, Any]:
    row, hours = found
    path = f"/v1/entities/{row.entity_id}"
    suspended = row.state == EntityState.VERIFIED and now < row.suspended_until
    computed = {
        "kinds": [kind for kind, bit in KIND_BITS.items() if row.kinds & bit],
        "suspended": suspended,
        "verified": row.state == EntityState.VERIFIED and now < row.verified_until and not suspended,
        "verified_until": row.verified_until or None,
        "suspended_until": row.suspended_until or None,
        "hours_given": hours.given if hours else 0,
        "hours_taken": hours.taken if hours else 0,
        "last_event": last_event(row),
        "links": EntityLinks(
            self=path,
            profile=document_path(row.profile_hash),
            reason=document_path(row.reason),
            campaigns=f"/v1/campaigns?organizer={row.entity_id}",
            listings=f"/v1/listings?seller={row.entity_id}",
            offers=f"/v1/offers?provider={row.entity_id}",
            help_given=f"/v1/attestations?provider={row.entity_id}",
            help_taken=f"/v1/attestations?beneficiary={row.entity_id}",
            events=f"/v1/events?entity={row.entity_id}",
            registration=event_path(row.registered_event_key),
        ),
    }
    return values_of(row) | computed


# ----------------------------------------------------------------------------------------------------------- routes

router = APIRouter(tags=["entities"])


EntityId = Annotated[fields.Id, Path(description="Number of the entity, from 1.", examples=[3])]
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
    return page_of(EntityPage, reader, page, _rows(kinds, state, account, sort))


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
    return export(reader, form, "entities", Entity, _rows(kinds, state, account, sort))


def _rows(
    kinds: Sequence[Kind], state: EntityState | None, account: str | None, sort: EntitySort
) -> Rows[Found, Entity]:
    return Rows(
        find=lambda mirror, page: list_entities(mirror, page, sort, kinds=kinds, state=state, account=account),
        position=position_of,
        shown=lambda mirror, found: records(found, mirror.now),
    )


def records(found: Sequence[Found], now: int) -> list[Entity]:
    """Return what answers say about some entities."""
    return [Entity.model_validate(_entity(one, now)) for one in found]


def position_of(found: Found) -> Position:
    """Return where an entity stands in a list."""
    return Position(found.entity.registered_event_key, found.entity.registered_event_key)


@router.get("/entities/{entity_id}", summary="Read an entity", responses=read_failures(UNKNOWN_ENTITY, UNKNOWN_BLOCK))
def read_entity(
    reader: ReaderDep,
    entity_id: EntityId,
    at: At = None,
) -> EntityAnswer:
    """Return an entity with every account that acted for it, and a pending change of account."""
    with reader.open(at, facts.of_entity(entity_id)) as mirror:
        return EntityAnswer(as_of=mirror.as_of, entity=detail_of(mirror, entity_id))


def detail_of(mirror: Mirror, entity_id: int) -> EntityDetail:
    """Return everything about an entity.

    Raises:
        Problem: There is none with this id.
    """
    found = find_entity(mirror, entity_id)
    row = found.entity
    recovery = None
    if row.recovery_account is not None and row.recovery_finishable_at is not None:
        recovery = Recovery(account=row.recovery_account, finishable_at=row.recovery_finishable_at)
    more = {
        "hours_open": open_hours_of(mirror, entity_id),
        "unruled_orders": unruled(mirror, seller=entity_id),
        "accounts": tenures_of(mirror, row),
        "recovery": recovery,
        "recovery_barred_until": row.recovery_barred_until or None,
    }
    return EntityDetail.model_validate(_entity(found, mirror.now) | more)
