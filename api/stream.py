"""Events as they are indexed, as server-sent events that resume by their last id and announce reorganisations.

Each id says where in the chain the reader is: the event's key, the last digits of its block's hash, and the finalized
block at that time. When the block is no longer there, everything above that finalized block is told again, after a
`reorg` that says so; blocks up to it never change.
"""

import asyncio
import json
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Annotated, Final, NamedTuple

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from sqlalchemy import Engine, func, select, union_all
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from api import fields
from api.database import AsOf, Mirror, Reader, ReaderDep
from api.events import EVENTS, EventFilters, EventSort, event_filters, event_record, list_events
from api.paging import PageRequest, Position
from api.problems import INVALID_PARAMETER, STREAMS_FULL, read_failures
from indexer.store.columns import block_of, last_key_of
from indexer.store.models import Checkpoint
from serving.callers import caller_of
from serving.problems import Problem

MAX_STREAMS: Final = 200
"""Readers at the same time, in one process."""
MAX_OF_CALLER: Final = 40
"""The same of one caller, so that nobody takes all places; a school or an office is one caller, too."""
POLL_SECONDS: Final = 0.25
"""Between two looks at the checkpoint, for all readers together; nobody looks while nobody reads."""
HEARTBEAT_SECONDS: Final = 15
LONGEST_SECONDS: Final = 3_600
"""After which a reader is asked to come back, so that no connection lives for ever."""
RETRY_MILLISECONDS: Final = 2_000
BATCH: Final = 200

_HASH_DIGITS: Final = 16
_ID: Final = re.compile(r"(0|[1-9][0-9]{0,18})\.([0-9a-f]{16})\.(0|[1-9][0-9]{0,18})")


class Reorg(BaseModel):
    """The chain was reorganized: forget every event of these blocks; those that replace them follow."""

    from_block: int = Field(description="First block that is not the one you know.", examples=[4210])


class Place(NamedTuple):
    """How far a reader is."""

    key: int
    """Of the last event told, or of the end of the last block looked at."""
    block_hash: str
    """Of that event's block, its last 16 digits; empty if no event was told."""
    finalized: int
    """Number of the finalized block then."""

    @property
    def id(self) -> str:
        """Return it as an event id."""
        return f"{self.key}.{self.block_hash}.{self.finalized}"


@dataclass
class Pulse:
    """Tells all readers of one process when the mirror has moved."""

    engine: Engine
    readers: Counter[str] = field(default_factory=Counter)
    """By caller."""
    tip: tuple[int, str, int] = (-1, "", -1)
    _moved: asyncio.Event = field(default_factory=asyncio.Event)
    _watch: asyncio.Task[None] | None = None

    def join(self, caller: str) -> None:
        """Count a reader in.

        Raises:
            Problem: There are too many, or too many of this caller.
        """
        if self.readers[caller] >= MAX_OF_CALLER:
            raise Problem(STREAMS_FULL, f"{MAX_OF_CALLER} streams of one caller are served at the same time")
        if self.readers.total() >= MAX_STREAMS:
            raise Problem(STREAMS_FULL, STREAMS_FULL.meaning)
        self.readers[caller] += 1
        if self._watch is None or self._watch.done():
            self._watch = asyncio.get_running_loop().create_task(self._look())

    def leave(self, caller: str) -> None:
        """Count a reader out."""
        self.readers -= Counter({caller: 1})

    async def moved(self, seen: tuple[int, str, int]) -> None:
        """Return once the mirror is elsewhere than at `seen`, or after a heartbeat."""
        if self.tip == seen:
            try:
                await asyncio.wait_for(self._moved.wait(), HEARTBEAT_SECONDS)
            except TimeoutError:
                return

    async def _look(self) -> None:
        while self.readers:
            # What can't be read now is asked for again; the reader's own look says if it stays so.
            tip = await run_in_threadpool(self._tip)
            if tip is not None and tip != self.tip:
                self.tip = tip
                self._moved.set()
                self._moved = asyncio.Event()
            await asyncio.sleep(POLL_SECONDS)

    def _tip(self) -> tuple[int, str, int] | None:
        try:
            with Session(self.engine) as session:
                row = session.execute(select(Checkpoint.number, Checkpoint.hash, Checkpoint.finalized_number)).first()
        except DBAPIError:
            return None
        return None if row is None else (row.number, row.hash, row.finalized_number)


class Told(NamedTuple):
    """What one look at the mirror came to."""

    messages: list[str]
    place: Place
    more: bool


@dataclass
class Teller:
    """What one reader was told, and what comes next."""

    reader: Reader
    filters: EventFilters
    place: Place
    recent: list[Place] = field(default_factory=list)
    """Told events above the finalized block, oldest first."""
    as_of: AsOf | None = None

    def look(self) -> Told:
        """Return what has happened since the last look, in one view of the mirror."""
        with self.reader.open_now() as mirror:
            messages = self._reorg(mirror)
            page = PageRequest(BATCH, Position(self.place.key, self.place.key), "", ())
            found = list_events(mirror, self._from_here(), page, EventSort.OLDEST)
            finalized = mirror.checkpoint.finalized_number
            for one in found[:BATCH]:
                self._tell(Place(one.row.event_key, one.row.block_hash[-_HASH_DIGITS:], finalized))
                messages.append(_message("event", event_record(one), self.place.id))
            more = len(found) > BATCH
            if not more:
                messages += self._block(mirror)
            return Told(messages, self.place, more)

    def _from_here(self) -> EventFilters:
        """Return the filters without the blocks that were told, so that no index has to be read from its beginning."""
        return replace(self.filters, from_block=max(self.filters.from_block or 0, block_of(self.place.key)))

    def _tell(self, place: Place) -> None:
        self.place = place
        self.recent = [one for one in self.recent if block_of(one.key) > place.finalized]
        self.recent.append(place)

    def _block(self, mirror: Mirror) -> list[str]:
        """Say up to which block everything was told, if that is new."""
        if mirror.as_of == self.as_of:
            return []
        self.as_of = mirror.as_of
        return [_message("block", mirror.as_of)]

    def _reorg(self, mirror: Mirror) -> list[str]:
        """Go back to the last told event that is still there, and say so, if the last one is not."""
        if _stands(mirror, self.place):
            return []
        # Where one event stands, all before it do.
        kept = bisect_left(self.recent, 1, key=lambda one: 0 if _stands(mirror, one) else 1)
        if kept:
            first, back = block_of(self.recent[kept].key), self.recent[kept - 1]
        else:
            # Of what a reader was told before it came to us, only the finalized block is known.
            finalized = self.place.finalized
            first, back = finalized + 1, Place(last_key_of(finalized), "", finalized)
        self.recent, self.place = self.recent[:kept], back
        return [_message("reorg", Reorg(from_block=first), back.id)]


def _stands(mirror: Mirror, place: Place) -> bool:
    if not place.block_hash or block_of(place.key) <= place.finalized:
        return True
    return _digits_at(mirror, place.key) == place.block_hash


router = APIRouter(tags=["events"])


@router.get(
    "/stream",
    summary="Follow events",
    response_class=StreamingResponse,
    responses=read_failures(STREAMS_FULL)
    | {200: {"description": "Server-sent events without end.", "content": {"text/event-stream": {}}}},
)
async def follow(
    request: Request,
    reader: ReaderDep,
    wanted: Annotated[EventFilters, Depends(event_filters)],
    after: Annotated[
        fields.EventKey | None, Query(description="Begin behind this event; unset: with what comes.")
    ] = None,
    last_event_id: Annotated[
        str | None, Header(max_length=80, description="Id of the last message, as browsers send it: go on behind it.")
    ] = None,
) -> StreamingResponse:
    """Tell events as they are indexed.

    Messages: `event` (as in /v1/events), `reorg` (forget what you heard from `from_block` on) and `block` (everything
    up to this block was told). An id is opaque; a browser sends the last one by itself when it comes back.
    """
    teller = Teller(reader, wanted, await run_in_threadpool(_start, reader, after, last_event_id))
    pulse: Pulse = request.app.state.pulse
    caller = caller_of(request.scope)
    pulse.join(caller)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_tell(pulse, caller, teller), media_type="text/event-stream", headers=headers)


async def _tell(pulse: Pulse, caller: str, teller: Teller) -> AsyncIterator[str]:
    try:
        yield f"retry: {RETRY_MILLISECONDS}\n\n"
        loop = asyncio.get_running_loop()
        end = loop.time() + LONGEST_SECONDS
        while loop.time() < end:
            seen = pulse.tip
            try:
                told = await run_in_threadpool(teller.look)
            except (DBAPIError, Problem):
                return  # the reader comes back, and hears then what is wrong
            yield "".join(told.messages) or ": still here\n\n"
            if not told.more:
                await pulse.moved(seen)
    finally:
        pulse.leave(caller)


def _start(reader: Reader, after: int | None, last_id: str | None) -> Place:
    """Return where a reader begins.

    Raises:
        Problem: Its last id is none of ours, or nothing is indexed yet.
    """
    with reader.open_now() as mirror:
        if last_id:
            match = _ID.fullmatch(last_id)
            numbers = [int(match[1]), int(match[3])] if match else [2**63]
            if match is None or max(numbers) > fields.INT63_MAX:
                raise Problem(INVALID_PARAMETER, "Last-Event-ID: send the id of a message of this stream as it was")
            return Place(numbers[0], match[2], numbers[1])
        finalized = mirror.checkpoint.finalized_number
        # An event that is there shows, when it is not any more, that blocks were replaced before any was told.
        key = _newest(mirror) if after is None else after
        return Place(key, _digits_at(mirror, key), finalized)


def _newest(mirror: Mirror) -> int:
    """Return the key of the newest event, 0 if there is none."""
    # The highest of each table comes from its index.
    newest = union_all(*(select(func.max(event.table.c.event_key).label("key")) for event in EVENTS)).subquery()
    return mirror.session.scalar(select(func.max(newest.c.key))) or 0


def _digits_at(mirror: Mirror, key: int) -> str:
    """Return the last digits of the hash of the block in which an event is; empty if there is no such event."""
    number = block_of(key)
    page = PageRequest(1, Position(key - 1, key - 1), "", ())
    found = list_events(mirror, EventFilters(from_block=number, to_block=number), page, EventSort.OLDEST)
    is_there = bool(found) and found[0].row.event_key == key
    return str(found[0].row.block_hash[-_HASH_DIGITS:]) if is_there else ""


def _message(kind: str, data: BaseModel, place: str | None = None) -> str:
    body = json.dumps(data.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":"))
    identified = f"id: {place}\n" if place else ""
    return f"event: {kind}\n{identified}data: {body}\n\n"
