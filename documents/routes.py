"""What the service answers."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from hashlib import sha256
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel, Field, ValidationError
from starlette.requests import ClientDisconnect

from documents import VERSION, erasing, kinds, problems, search, uploads
from documents.kinds import PICTURE, Kind
from documents.problems import Fault, failures, of_faults
from documents.reading import PICTURES
from documents.settings import Settings
from documents.store import Kept, Record, Store, now, rfc3339
from serving.callers import Buckets, caller_of
from serving.conditional import is_held
from serving.problems import Problem

HEADERS: Final = {
    # What is behind a hash never changes, but it may be erased: caches ask again after ten minutes.
    "Cache-Control": "public, max-age=600",
    # Whatever the file is, nothing in it runs or loads here.
    "Content-Security-Policy": "default-src 'none'; sandbox",
}
PLACES_OF_CALLER: Final = 16
"""Of the places in which uploads are read: whoever sends slowly holds one for a minute."""
SMALL_BODY: Final = 4_096
"""Bytes of a request to erase."""

log = logging.getLogger(__name__)


@asynccontextmanager
async def in_time(settings: Settings) -> AsyncIterator[None]:
    """Give a body the time that one upload has.

    Raises:
        Problem: It is over, or the caller hung up.
    """
    try:
        async with asyncio.timeout(settings.upload_seconds):
            yield
    except TimeoutError as error:
        message = f"The whole upload must come within {settings.upload_seconds:g} s"
        raise Problem(problems.UPLOAD_TOO_SLOW, message) from error
    except ClientDisconnect as error:
        raise Problem(problems.INVALID_UPLOAD, "The upload ended early") from error


def refuse_too_many(request: Request, buckets: Buckets, what: str) -> None:
    """Count an upload or a search.

    Raises:
        Problem: Its caller sent too many.
    """
    if not buckets.per_minute:
        return
    left, seconds = buckets.take(caller_of(request.scope))
    if left < 0:
        message = f"{buckets.per_minute} {what} a minute are looked at; the next one in {seconds} s"
        raise Problem(problems.TOO_MANY_REQUESTS, message, retry_after=seconds)


@contextmanager
def place_of(request: Request) -> Iterator[None]:
    """Take one of the places that a caller has for uploads which are being read.

    Raises:
        Problem: It has taken all: the others are for others.
    """
    if not request.app.state.uploads.per_minute:
        yield
        return
    caller, taken = caller_of(request.scope), request.app.state.taken
    if taken[caller] >= PLACES_OF_CALLER:
        message = f"{PLACES_OF_CALLER} uploads of one caller are read at the same time"
        raise Problem(problems.TOO_MANY_REQUESTS, message, retry_after=1)
    taken[caller] += 1
    try:
        yield
    finally:
        taken.subtract({caller: 1})
        if not taken[caller]:
            del taken[caller]


async def refuse_too_many_searches(request: Request) -> None:
    """Count a search; in the one thread that counts.

    Raises:
        Problem: Its caller sent too many.
    """
    refuse_too_many(request, request.app.state.searches, "searches")


async def refuse_unknown_parameters(request: Request) -> None:
    """Refuse a parameter that the route does not know, and one that is given twice.

    Raises:
        Problem: There is such a one.
    """
    known = {one.alias for one in request.scope["route"].dependant.query_params}
    given = [name for name, _ in request.query_params.multi_items()]
    for name in given:
        if name not in known or given.count(name) > 1:
            message = f"{name[:40]!a} is unknown or there twice; known: {', '.join(sorted(known)) or 'none'}"
            raise Problem(problems.UNKNOWN_PARAMETER, message)


router = APIRouter(dependencies=[Depends(refuse_unknown_parameters)])

Digest = Annotated[
    str,
    Path(alias="sha256", pattern="^[0-9a-f]{64}$", description="SHA-256 of the document: 64 digits in lower case."),
]
KindName = Annotated[str | None, Query(pattern="^[a-z]{1,20}$", description="What it is: a kind, or `picture`.")]
DigestText = Annotated[
    str | None, Query(pattern="^(0x)?[0-9a-f]{64}$", description="SHA-256 that was put on chain, to compare with.")
]


def record_of(record: Record) -> dict[str, Any]:
    """Return a record on chain as an answer names it; its path is one of the lab's API."""
    return record._asdict()


def kept_of(kept: Kept, records: list[Record]) -> dict[str, Any]:
    """Return a document as an answer describes it."""
    return {
        "sha256": kept.sha256,
        "kind": kept.kind,
        "media_type": kept.media_type,
        "size": kept.size,
        "account": kept.account or None,
        "accepted_at": rfc3339(kept.accepted_at),
        "href": f"/documents/{kept.sha256}",
        "records": [record_of(one) for one in records],
    }


@router.post(
    "/documents",
    summary="Give a document or a picture",
    status_code=201,
    responses={
        200: {"description": "It was here already."},
        **failures(
            *(problems.INVALID_PARAMETER, problems.UNKNOWN_PARAMETER, problems.INVALID_UPLOAD),
            *(problems.UPLOAD_TOO_SLOW, problems.UNKNOWN_HASH, problems.KIND_DIFFERS, problems.UNNAMED_PICTURE),
            *(problems.ERASED_DOCUMENT, problems.TOO_LARGE, problems.UNSUPPORTED_TYPE, problems.HASH_DIFFERS),
            *(problems.INVALID_JSON, problems.NESTED_TOO_DEEP, problems.SCHEMA_VIOLATED, problems.BROKEN_PICTURE),
            *(problems.PICTURE_WITH_METADATA, problems.PICTURE_WITH_PROFILE, problems.ANIMATED_PICTURE),
            *(problems.PICTURE_TOO_BIG, problems.HIDDEN_DATA, problems.ACCOUNT_LIMIT, problems.TOO_MANY_REQUESTS),
            *(problems.MIRROR_UNAVAILABLE, problems.STORE_BUSY, problems.STORE_FULL),
        ),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "*/*": {"schema": {"type": "string", "format": "binary"}},
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["file"],
                        "properties": {
                            "file": {"type": "string", "format": "binary"},
                            "kind": {"type": "string"},
                            "sha256": {"type": "string"},
                        },
                    }
                },
            },
        }
    },
)
async def give(
    request: Request, kind: KindName = None, digest: Annotated[DigestText, Query(alias="sha256")] = None
) -> Response:
    """Keep the bytes of the body, or the file of a form, if they are in order and their hash is on chain."""
    state = request.app.state
    settings: Settings = state.settings
    refuse_too_many(request, state.uploads, "uploads")
    with place_of(request):
        async with state.slots:
            async with in_time(settings):
                upload = await uploads.receive(request, uploads.Limits.of(settings), kind, digest)
            kept, new = await run_in_threadpool(uploads.accept, upload, state.store, state.lab, settings)
    state.meter.took(kept.kind, new=new)
    if new:
        log.info("took in %s: %s, %s bytes, of %s", kept.sha256, kept.kind, kept.size, kept.account or "-")
    records = await run_in_threadpool(state.store.records_of, kept.sha256)
    return JSONResponse(kept_of(kept, records), 201 if new else 200, {"Location": f"/documents/{kept.sha256}"})


@router.get(
    "/documents/{sha256}",  # noqa: FAST003 - that it is an alias is not seen through `Digest`
    summary="Read a document",
    response_class=Response,
    responses={
        200: {"description": "The document, as it was hashed.", "content": {"*/*": {}}},
        304: {"description": "The client holds the document (`If-None-Match`)."},
        **failures(
            *(problems.INVALID_PARAMETER, problems.UNKNOWN_PARAMETER),
            *(problems.UNKNOWN_DOCUMENT, problems.ERASED_DOCUMENT, problems.STORE_BUSY),
        ),
    },
)
def read(request: Request, digest: Digest) -> Response:
    """Return the file whose bytes have this SHA-256. It never changes, but it may be erased."""
    store: Store = request.app.state.store
    store.refuse_erased(digest)
    kept = store.find(digest)
    content = store.files.read(digest) if kept is not None else None
    if kept is None or content is None or sha256(content).hexdigest() != digest:
        raise Problem(problems.UNKNOWN_DOCUMENT, f"No document with the SHA-256 {digest} is kept here")
    headers = {"ETag": f'"{digest}"', **HEADERS}
    if is_held(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=kept.media_type, headers=headers)


class Erasure(BaseModel):
    """A signed request to erase a profile."""

    account: Annotated[str, Field(pattern="^0x[0-9a-fA-F]{40}$", description="Acts for the entity, and signed this.")]
    reason: Annotated[
        str, Field(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$", description="Public.")
    ]
    deadline: Annotated[int, Field(ge=0, lt=2**63, description="Unix time.")]
    signature: Annotated[str, Field(pattern="^0x[0-9a-fA-F]{130}$")]


@router.post(
    "/documents/{sha256}/erasure",  # noqa: FAST003 - as above
    summary="Erase a profile",
    responses=failures(
        *(problems.INVALID_PARAMETER, problems.UNKNOWN_PARAMETER, problems.SIGNATURE_REFUSED),
        *(problems.INVALID_UPLOAD, problems.UPLOAD_TOO_SLOW),
        *(problems.NOT_YOURS_TO_ERASE, problems.UNKNOWN_DOCUMENT, problems.ERASED_DOCUMENT, problems.TOO_LARGE),
        *(problems.UNKNOWN_HASH, problems.TOO_MANY_REQUESTS, problems.MIRROR_UNAVAILABLE, problems.STORE_BUSY),
    ),
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/json": {"schema": Erasure.model_json_schema()}}}
    },
)
async def erase(request: Request, digest: Digest) -> dict[str, Any]:
    """Erase the profile of the entity that the signing account acts for; the hash on chain stays."""
    state = request.app.state
    refuse_too_many(request, state.uploads, "uploads")
    async with in_time(state.settings):
        wanted = await _erasure(request)
    asked = erasing.Request(digest, wanted.account.lower(), wanted.reason, wanted.deadline, wanted.signature)
    removed = await run_in_threadpool(erasing.erase, asked, state.store, state.lab, now())
    state.meter.removed(len(removed))
    log.info("erased %s on the word of %s", ", ".join(removed), asked.account)
    return {"erased": removed, "erasure": state.store.files.erasure(digest)}


async def _erasure(request: Request) -> Erasure:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk[: SMALL_BODY + 1 - len(body)]
        if len(body) > SMALL_BODY:
            raise Problem(problems.TOO_LARGE, f"A request to erase has at most {SMALL_BODY} bytes")
    try:
        return Erasure.model_validate_json(bytes(body))
    except ValidationError as error:
        faults = [Fault(".".join(str(part) for part in one["loc"]), one["msg"]) for one in error.errors()]
        message = f"{faults[0].path or 'body'}: {faults[0].detail}"
        raise of_faults(problems.INVALID_PARAMETER, message, faults) from error


@router.get(
    "/search",
    summary="Search the documents",
    dependencies=[Depends(refuse_too_many_searches)],
    responses=failures(
        *(problems.INVALID_PARAMETER, problems.UNKNOWN_PARAMETER, problems.TOO_MANY_REQUESTS, problems.STORE_BUSY)
    ),
)
def look_for(
    request: Request,
    q: Annotated[str, Query(min_length=1, max_length=200, description="Words; each may be the beginning of one.")],
    kind: Annotated[Kind | None, Query(description="Kind of document.")] = None,
    language: Annotated[
        str | None, Query(max_length=11, pattern="^[A-Za-z0-9-]+$", description="Language tag, such as ar or pt-BR.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=50, description="Hits of a page.")] = 20,
    cursor: Annotated[str | None, Query(max_length=40, description="`next_cursor` of the page before.")] = None,
) -> dict[str, Any]:
    """Return the documents that hold every word, the best in front. Snippets are plain text, marks are places in it."""
    request.app.state.meter.searched()
    hits, following = search.find(request.app.state.store, search.Query(q, kind, language, limit, cursor))
    items = [
        {
            "sha256": hit.sha256,
            "kind": hit.kind,
            "language": hit.language,
            "title": hit.title,
            "snippet": {"text": hit.snippet, "marks": hit.marks},
            "accepted_at": rfc3339(hit.accepted_at),
            "href": f"/documents/{hit.sha256}",
            "records": [record_of(one) for one in hit.records],
        }
        for hit in hits
    ]
    return {"items": items, "next_cursor": following}


@router.get("/schemas", summary="List the schemas", responses=failures(problems.UNKNOWN_PARAMETER))
def list_schemas() -> dict[str, Any]:
    """Return where the schema of each kind of document is."""
    return {"schemas": {kind: f"/schemas/{kind}.json" for kind in Kind}}


@router.get(
    "/schemas/{kind}.json",
    summary="Read a schema",
    response_class=Response,
    responses={
        200: {"description": "JSON Schema, draft 2020-12.", "content": {"application/schema+json": {}}},
        **failures(problems.INVALID_PARAMETER, problems.UNKNOWN_PARAMETER),
    },
)
def read_schema(kind: Kind) -> Response:
    """Return the schema that documents of a kind follow."""
    headers = {"Cache-Control": "public, max-age=600"}
    return Response(kinds.schema_bytes(kind), media_type="application/schema+json", headers=headers)


@router.get(
    "/status", summary="Read limits and totals", responses=failures(problems.UNKNOWN_PARAMETER, problems.STORE_BUSY)
)
def read_status(request: Request) -> dict[str, Any]:
    """Return what is taken in, how much is kept, and what to sign for an erasure (null if the mirror is away)."""
    settings: Settings = request.app.state.settings
    try:
        mirror = request.app.state.lab.status()
    except Problem:
        mirror = None
    at = mirror and {"block_number": mirror.as_of.block_number, "blocks_behind": mirror.lag.blocks}
    return {
        "version": VERSION,
        "kept": request.app.state.store.totals()._asdict(),
        "kinds": [*Kind, PICTURE],
        "limits": {
            "json_bytes": settings.max_json_bytes,
            "picture_bytes": settings.max_picture_bytes,
            "picture_pixels": settings.max_pixels,
            "picture_types": [media_type for _, media_type in PICTURES],
            "account_files_per_day": settings.account_files_per_day,
            "account_bytes_per_day": settings.account_bytes_per_day,
            "uploads_per_minute": settings.uploads_per_minute,
            "searches_per_minute": settings.searches_per_minute,
        },
        "mirror": at,
        "erasing": mirror and erasing.typed_message(mirror.chain_id),
    }


@router.get("/health", summary="Read whether documents can be read", responses=failures(problems.STORE_BUSY))
def read_health(request: Request) -> dict[str, str]:
    """Return 200 if the database can be read; 503 if not."""
    request.app.state.store.totals()
    return {"status": "ok"}


@router.get(
    "/ready",
    summary="Read whether documents can be given",
    responses=failures(problems.STORE_BUSY, problems.MIRROR_UNAVAILABLE),
)
def read_ready(request: Request) -> dict[str, str]:
    """Return 200 if files can be kept and the lab's mirror answers; 503 with the reason if not."""
    request.app.state.store.probe()
    request.app.state.lab.status()
    return {"status": "ok"}


@router.get(
    "/metrics", summary="Read counters", response_class=PlainTextResponse, responses=failures(problems.STORE_BUSY)
)
def read_metrics(request: Request) -> PlainTextResponse:
    """Return counters in the text format of Prometheus."""
    store: Store = request.app.state.store
    return PlainTextResponse(request.app.state.meter.as_text(store.totals(), store.files.folder))


@router.get("/problems", summary="List the kinds of problems", responses=failures(problems.UNKNOWN_PARAMETER))
def list_problems() -> dict[str, Any]:
    """Return everything that can go wrong."""
    return {"problems": [kind.explanation() for kind in problems.PROBLEM_TYPES.values()]}


@router.get("/problems/{name}", summary="Read what a problem means", responses=failures(problems.NOT_FOUND))
def read_problem(name: str) -> dict[str, Any]:
    """Return what a kind of problem means and what to do."""
    kind = problems.PROBLEM_TYPES.get(name)
    if kind is None:
        raise Problem(problems.NOT_FOUND, "There is no problem of this name: see /problems")
    return kind.explanation()
