"""Read-only access to the mirror: one consistent view of it for each request.

Everything an answer holds is read in one transaction, so that rows and `as_of` are of the same block while the indexer
writes on.
"""

from asyncio import Lock
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any, Final

from fastapi import Depends, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import Engine, Row, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from api import VERSION, fields, past
from api.errors import DatabaseMissing, Known, NotModified, SchemaMismatch
from api.past import Facts, Label
from api.problems import MIRROR_NOT_READY
from indexer.store import schema
from indexer.store.models import Checkpoint
from indexer.store.session import READS, open_engine, reading
from serving.conditional import address_of, is_held
from serving.problems import Problem

REVALIDATE: Final = "no-cache"
"""The answer may be kept, and used again only after asking whether it is still the present one."""
IMMUTABLE: Final = "public, max-age=31536000, immutable"
"""The answer will never be another one."""

NOTHING_INDEXED: Final = "nothing is indexed yet"
_PRESENT: Final = select(Checkpoint.__table__)


class AsOf(BaseModel):
    """The block up to which an answer is true. Phases and other states that time changes are those at its time."""

    block_number: int = Field(examples=[4217])
    block_hash: fields.Hash
    block_time: fields.Time
    label: Label = Field(
        description="`finalized`: can't change any more. `safe`: very unlikely to. `head`: may be replaced."
    )


class Answer(BaseModel):
    """Base of every answer."""

    as_of: AsOf


@dataclass(frozen=True, slots=True)
class Mirror:
    """One consistent view of the mirror."""

    session: Session
    checkpoint: Checkpoint
    as_of: AsOf

    @property
    def now(self) -> int:
        """Return the time of the block the answer is as of: Unix time. The machine's clock plays no part."""
        return self.checkpoint.block_time


@dataclass(frozen=True, slots=True)
class Reader:
    """Opens views for one request.

    A route opens its view itself, so that it holds a connection only while its own thread works: routes that wait for
    a connection can't keep from a thread those that have one.
    """

    request: Request
    response: Response

    @contextmanager
    def open_now(self) -> Iterator[Mirror]:
        """Open a view for an answer that also changes between blocks.

        Raises:
            Problem: Nothing is indexed yet.
        """
        with Session(self.request.app.state.engine) as session:
            session.connection(execution_options={READS: True})
            checkpoint = session.scalars(select(Checkpoint)).first()
            if checkpoint is None:
                raise Problem(MIRROR_NOT_READY, NOTHING_INDEXED)
            self.request.state.as_of = _as_of(checkpoint)
            self.response.headers["Cache-Control"] = REVALIDATE
            yield Mirror(session, checkpoint, self.request.state.as_of)

    @contextmanager
    def open(
        self,
        at: int | Label | None = None,
        facts: Facts | None = (),
        *,
        variant: Callable[[Mirror], str] = lambda _mirror: "",
    ) -> Iterator[Mirror]:
        """Open a view, unless the answer as of this very block is held by the client or was made before.

        Args:
            at: Block to open it as of; the last one indexed if there is none.
            facts: What the answer is made of; needed for an earlier block only. None: it keeps to the block by itself.
            variant: Returns what the answer depends on beside the request and the block.

        Raises:
            NotModified: The client holds it.
            Known: It was made before.
            BeingMade: Another request is making it.
            Problem: Nothing is indexed yet, or there is no state at this block.
        """
        with self.open_now() as mirror:
            now = mirror.checkpoint
            then = now if at is None else past.checkpoint_at(mirror.session, now, at)
            self.request.state.as_of = as_of = _as_of(then)
            if isinstance(at, int) and at <= now.finalized_number:
                self.response.headers["Cache-Control"] = IMMUTABLE
            self._make(as_of, variant(mirror), is_present=at is None)
            if then is now or facts is None:
                yield Mirror(mirror.session, then, as_of)
                return
            with past.filled(mirror.session, facts, then.number) as session:
                yield Mirror(session, then, as_of)

    def _make(self, as_of: AsOf, variant: str, *, is_present: bool) -> None:
        """Go on only if the answer has to be made, here and now."""
        etag, headers = _etag(self.request, as_of, variant), self.response.headers
        if is_held(self.request, etag):
            raise NotModified(etag, headers["Cache-Control"])
        if (known := self.request.app.state.kept.get(etag)) is not None:
            raise Known(known)
        if (making := getattr(self.request.state, "making", None)) is not None:
            making.begin(etag)
            making.of_present = is_present and not variant
        headers["ETag"] = etag


class Present:
    """The block that the mirror is at, for many requests at once.

    Whoever asks while it is being read shares the next reading, so that each is told of a reading that began after it
    asked: never of an older block than if it had read by itself.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = Lock()
        self._begun = 0
        self._done = 0
        self._as_of: AsOf | None = None

    async def etag(self, request: Request) -> str | None:
        """Return the ETag that the answer to a request has at this block; None if the block can't be read now."""
        asked = self._begun
        async with self._lock:
            if self._done <= asked:
                self._begun += 1
                self._as_of = await run_in_threadpool(self._read)
                self._done = self._begun
        return None if self._as_of is None else _etag(request, self._as_of)

    def _read(self) -> AsOf | None:
        try:
            with reading(self._engine) as connection:
                row = connection.execute(_PRESENT).first()
        except SQLAlchemyError:  # whoever makes the answer says what is wrong
            return None
        return None if row is None else _as_of(row)


async def _reader(request: Request, response: Response) -> Reader:
    return Reader(request, response)


ReaderDep = Annotated[Reader, Depends(_reader)]


def base_of(request: Request) -> str:
    """Return scheme, host and port at which whoever asks calls us; an answer that holds them is theirs alone."""
    return str(request.base_url).rstrip("/")


def engine_of(url: str) -> Engine:
    """Return an engine that can only read.

    Raises:
        DatabaseMissing: The URL is of no kind of database that can be read here.
    """
    try:
        return open_engine(url, read_only=True)
    except (ValueError, ImportError) as error:
        raise DatabaseMissing(f"ERANOS_API_DATABASE_URL can't be used: {error}") from error


def check_schema(engine: Engine) -> None:
    """Compare the database with what this code reads.

    Raises:
        DatabaseMissing: It can't be opened.
        SchemaMismatch: It was made by another version.
    """
    where = engine.url.render_as_string()
    try:
        with engine.connect() as connection:
            schema.check(connection)
    except DBAPIError as error:
        raise DatabaseMissing(
            f"the mirror at {where} can't be read ({error.orig}): "
            "make it with `eranos index run`, or set ERANOS_API_DATABASE_URL"
        ) from error
    except schema.UnknownSchema as error:
        raise SchemaMismatch(f"the mirror at {where} can't be served: {error}; see `eranos index rebuild`") from error


def _as_of(checkpoint: Checkpoint | Row[Any]) -> AsOf:
    label: Label = "head"
    if checkpoint.number <= checkpoint.finalized_number:
        label = "finalized"
    elif checkpoint.number <= checkpoint.safe_number:
        label = "safe"
    return AsOf(
        block_number=checkpoint.number, block_hash=checkpoint.hash, block_time=checkpoint.block_time, label=label
    )


def _etag(request: Request, as_of: AsOf, variant: str = "") -> str:
    text = f"{VERSION} {variant} {address_of(request)} {as_of.block_hash} {as_of.label}"
    return f'W/"{sha256(text.encode("utf-8", "replace")).hexdigest()[:32]}"'
