"""The raw journal: every event of every contract of the lab, as it was emitted."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final, NamedTuple

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, literal, or_, select, union_all

from api import fields
from api.database import Answer, Mirror, ReaderDep
from api.exports import FormatPath, export, export_responses
from api.paging import Page, PageDep, PageRequest, Position, Rows, page_of, seek
from api.problems import INVALID_PARAMETER, UNKNOWN_EVENT, list_failures, read_failures
from api.records import event_path, proof_path
from indexer.store.columns import event_key, last_key_of
from indexer.store.event_tables import CONTRACTS, META_COLUMNS, Argument
from indexer.store.event_tables import EVENTS as BY_NAME
from indexer.store.event_tables import Event as EventType
from serving.problems import Problem

EVENTS: Final[Sequence[EventType]] = tuple(BY_NAME.values())
NAMES: Final = frozenset(event.name for event in EVENTS)
NUMBER_BITS: Final = 48
"""Integers of up to so many bits are JSON numbers, which every reader holds exactly; wider ones are strings."""
ENTITY_COLUMNS: Final = (
    *("entity_id", "organizer", "issuer", "member_id", "manager", "funder"),
    *("seller", "provider", "beneficiary", "reporter"),
)
"""Arguments that name an entity."""
SUBJECTS: Final = ("campaign", "pool", "listing", "order", "offer", "redemption")
"""What an argument named after it and ``_id`` names."""
CASE_CONTRACTS: Final = {"order": "Marketplace", "redemption": "ProBono"}
"""Where an argument `id` names a case."""

# ---------------------------------------------------------------------------------------------------------- schemas

Contract = StrEnum("Contract", [(name, name) for name in CONTRACTS])  # type: ignore[misc]


class EventSort(StrEnum):
    """Order of a list of events, by their place on chain."""

    NEWEST = "newest"
    OLDEST = "oldest"


class EventLinks(BaseModel):
    """Where to read more about an event."""

    self: fields.Path
    transaction: fields.Path = Field(description="All events of its transaction.")
    proof: fields.Path = Field(description="Its proof, once its block is final.")


class Event(BaseModel):
    """One event as its contract emitted it."""

    event_key: int = Field(description="Block number * 2^20 + log index.", examples=[4421844992])
    block_number: int
    block_hash: fields.Hash
    block_time: fields.Time
    tx_hash: fields.Hash
    log_index: int = Field(description="Position in the block.")
    contract: str = Field(description="Name of the contract.", examples=["Crowdfunding"])
    address: fields.Address
    event: str = Field(examples=["PledgeMade"])
    signature: str = Field(description="As hashed for topic 0.")
    arguments: dict[str, Any] = Field(
        description="In declared order, tuples flattened. Integers of more than 48 bits are strings; times are Unix "
        "times and states are numbers, as on chain.",
        examples=[{"campaign_id": 1, "amount": "25000000"}],
    )
    links: EventLinks


class EventPage(Page[Event]):
    """A page of events."""


class EventAnswer(Answer):
    """One event."""

    event: Event


# ---------------------------------------------------------------------------------------------------------- queries


@dataclass(frozen=True, slots=True)
class EventFilters:
    """Which events are asked for: all that meet every one of these."""

    contract: str | None = None
    event: str | None = None
    tx_hash: str | None = None
    campaign: int | None = None
    pool: int | None = None
    listing: int | None = None
    order: int | None = None
    offer: int | None = None
    redemption: int | None = None
    entity: int | None = None
    from_block: int | None = None
    to_block: int | None = None


class Found(NamedTuple):
    """One event: what it is, and its row."""

    type: EventType
    row: Any


def position_of(found: Found) -> Position:
    """Return where an event stands in a list."""
    return Position(found.row.event_key, found.row.event_key)


def list_events(mirror: Mirror, filters: EventFilters, page: PageRequest, sort: EventSort) -> list[Found]:
    """Return the events of a page that meet every filter, and one more if there is one."""
    parts = []
    for number, event in enumerate(EVENTS):
        if filters.contract in {None, event.contract} and filters.event in {None, event.name}:
            conditions = _conditions(event, filters)
            if conditions is not None:
                parts.append(select(event.table.c.event_key, literal(number).label("number")).where(*conditions))
    if not parts:
        return []
    keys = union_all(*parts).subquery()
    statement = seek(select(keys), page, keys.c.event_key, keys.c.event_key, descending=sort is EventSort.NEWEST)
    return events_at(mirror, [(row.event_key, row.number) for row in mirror.session.execute(statement)])


def find_event(mirror: Mirror, key: int) -> Found:
    """Return one event.

    Raises:
        Problem: There is none at this place.
    """
    parts = [
        select(event.table.c.event_key, literal(number).label("number")).where(event.table.c.event_key == key)
        for number, event in enumerate(EVENTS)
    ]
    row = mirror.session.execute(union_all(*parts)).first()
    if row is None:
        raise Problem(UNKNOWN_EVENT, f"There is no event at {key}")
    return events_at(mirror, [(row.event_key, row.number)])[0]


def _conditions(event: EventType, filters: EventFilters) -> list[ColumnElement[bool]] | None:
    """Return the conditions on the table of an event, None if no row of it can meet them."""
    table = event.table
    conditions: list[ColumnElement[bool]] = []
    for subject in SUBJECTS:
        wanted = getattr(filters, subject)
        if wanted is not None:
            name = "id" if CASE_CONTRACTS.get(subject) == event.contract and "id" in table.c else f"{subject}_id"
            if name not in table.c:
                return None
            conditions.append(table.c[name] == wanted)
    if filters.entity is not None:
        naming = [table.c[name] == filters.entity for name in ENTITY_COLUMNS if name in table.c]
        if not naming:
            return None
        conditions.append(or_(*naming))
    if filters.tx_hash is not None:
        conditions.append(table.c.tx_hash == filters.tx_hash)
    if filters.from_block is not None:
        conditions.append(table.c.event_key >= event_key(filters.from_block, 0))
    if filters.to_block is not None:
        conditions.append(table.c.event_key <= last_key_of(filters.to_block))
    return conditions


def events_at(mirror: Mirror, wanted: Iterable[tuple[int, int]]) -> list[Found]:
    """Return events in the order of `wanted`: (event key, index in `EVENTS`)."""
    order = list(wanted)
    by_table: defaultdict[int, list[int]] = defaultdict(list)
    for key, number in order:
        by_table[number].append(key)
    found = {}
    for number, keys in by_table.items():
        table = EVENTS[number].table
        for row in mirror.session.execute(select(table).where(table.c.event_key.in_(keys))):
            found[row.event_key] = Found(EVENTS[number], row)
    return [found[key] for key, _ in order]


def _value(argument: Argument, value: Any) -> Any:
    if argument.type == "address":
        return fields.checksummed(value)
    if argument.type.startswith("uint") and int(argument.type.removeprefix("uint")) > NUMBER_BITS:
        return str(value)
    return value


def event_record(found: Found) -> Event:
    """Return what an answer says about an event."""
    # An argument may have the name of a column in front of it, so that arguments go by position.
    row, values = found.row, found.row[len(META_COLUMNS) :]
    return Event(
        event_key=row.event_key,
        block_number=row.block_number,
        block_hash=row.block_hash,
        block_time=row.block_time,
        tx_hash=row.tx_hash,
        log_index=row.log_index,
        contract=found.type.contract,
        address=row.contract,
        event=found.type.name,
        signature=found.type.signature,
        arguments={a.column: _value(a, value) for a, value in zip(found.type.arguments, values, strict=True)},
        links=EventLinks(
            self=event_path(row.event_key),
            transaction=f"/v1/events?tx_hash={row.tx_hash}",
            proof=proof_path(row.tx_hash, row.log_index),
        ),
    )


# ----------------------------------------------------------------------------------------------------------- routes

router = APIRouter(tags=["events"])


async def event_filters(
    contract: Annotated[Contract | None, Query(description="Name of the contract.")] = None,
    event: Annotated[
        str | None, Query(pattern="^[A-Za-z0-9]{1,40}$", description="Name of the event.", examples=["PledgeMade"])
    ] = None,
    tx_hash: Annotated[fields.HashText | None, Query(description="Hash of the transaction.")] = None,
    campaign: Annotated[fields.Id | None, Query(description="Campaign that the event names.")] = None,
    pool: Annotated[fields.Id | None, Query(description="Pool that the event names.")] = None,
    listing: Annotated[fields.Id | None, Query(description="Listing that the event names.")] = None,
    order: Annotated[fields.Id | None, Query(description="Order that the event names.")] = None,
    offer: Annotated[fields.Id | None, Query(description="Offer that the event names.")] = None,
    redemption: Annotated[fields.Id | None, Query(description="Redemption that the event names.")] = None,
    entity: Annotated[
        fields.Id | None,
        Query(
            description="Entity that the event names: also as organizer, issuer, counted member, manager, funder, "
            "seller, provider, beneficiary or reporter."
        ),
    ] = None,
    from_block: Annotated[fields.BlockNumber | None, Query(description="First block.")] = None,
    to_block: Annotated[fields.BlockNumber | None, Query(description="Last block.")] = None,
) -> EventFilters:
    """Read the filters of a list of events."""
    if event is not None and event not in NAMES:
        raise Problem(INVALID_PARAMETER, f"event: there is no event {event}")
    name = None if contract is None else contract.value
    subjects = (campaign, pool, listing, order, offer, redemption)
    return EventFilters(name, event, tx_hash, *subjects, entity, from_block, to_block)


@router.get("/events", summary="List events", responses=list_failures())
def list_all(
    reader: ReaderDep,
    page: PageDep,
    wanted: Annotated[EventFilters, Depends(event_filters)],
    sort: Annotated[EventSort, Query(description="Order of the list.")] = EventSort.NEWEST,
) -> EventPage:
    """Return the events that meet every filter, of all contracts, by their place on chain."""
    return page_of(EventPage, reader, page, _events(wanted, sort))


@router.get("/events.{form}", summary="Export events", response_class=StreamingResponse, responses=export_responses())
def export_all(
    reader: ReaderDep,
    form: FormatPath,
    wanted: Annotated[EventFilters, Depends(event_filters)],
    sort: Annotated[EventSort, Query(description="Order of the list.")] = EventSort.NEWEST,
) -> StreamingResponse:
    """Return all events that meet every filter, as a file."""
    return export(reader, form, "events", Event, _events(wanted, sort))


def _events(wanted: EventFilters, sort: EventSort) -> Rows[Found, Event]:
    return Rows(
        find=lambda mirror, page: list_events(mirror, wanted, page, sort),
        position=position_of,
        shown=lambda _mirror, found: [event_record(one) for one in found],
    )


@router.get("/events/{event_key}", summary="Read an event", responses=read_failures(UNKNOWN_EVENT))
def read_event(
    reader: ReaderDep,
    key: Annotated[fields.EventKey, Path(alias="event_key", description="Block number * 2^20 + log index.")],
) -> EventAnswer:
    """Return the event at one place of the chain."""
    with reader.open() as mirror:
        return EventAnswer(as_of=mirror.as_of, event=event_record(find_event(mirror, key)))
