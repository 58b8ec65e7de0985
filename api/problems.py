"""Everything that can go wrong over HTTP, as RFC 9457 problems (`application/problem+json`).

Each kind of problem has a stable address, `/problems/<name>`, that explains it. This is the only place where an error
becomes an answer.
"""

import logging
from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import DatabaseError, DataError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from api.errors import Known, NotModified
from serving import problems
from serving.problems import (
    INTERNAL_ERROR,
    Answer,
    Meaning,
    Problem,
    ProblemType,
    kinds_in,
    mistake_of_ours,
    of_framework,
    responses_of,
)

MAX_ERRORS: Final = 20

log = logging.getLogger(__name__)

INVALID_PARAMETER: Final = ProblemType(
    "invalid-parameter",
    400,
    "A parameter is not valid",
    "A part of the path or of the query has not the form, or lies outside the bounds, that the API documents.",
    "`errors` names each parameter and what it needs. See /docs for every parameter.",
)
UNKNOWN_PARAMETER: Final = ProblemType(
    "unknown-parameter",
    400,
    "There is no such parameter",
    "The query holds a parameter that this address does not know. It is refused, because a filter that is ignored "
    "in silence gives an answer to another question.",
    "Correct its name, or leave it out. See /docs for every parameter.",
)
INVALID_ADDRESS: Final = ProblemType(
    "invalid-address",
    400,
    "An address is not valid",
    "An account or contract was not written as 0x and 40 hexadecimal digits, or its EIP-55 checksum (the pattern of "
    "upper and lower case) is wrong, which most often means that a digit was changed.",
    "Copy the address again from where it comes. In lower case it has no checksum and is accepted as it is.",
)
INVALID_LIMIT: Final = ProblemType(
    "invalid-limit",
    400,
    "The page size is not valid",
    "`limit` is the number of records of a page: 1 to 100.",
    "Ask for at most 100 and follow `links.next` for more.",
)
INVALID_CURSOR: Final = ProblemType(
    "invalid-cursor",
    400,
    "The cursor is not valid",
    "`cursor` is not one that this API gave out, or it was cut or changed on the way.",
    "Follow `links.next` of an answer as it is, or begin without a cursor.",
)
FOREIGN_CURSOR: Final = ProblemType(
    "cursor-of-another-query",
    400,
    "The cursor belongs to another query",
    "A cursor goes on with the very query that it came from. This one came from another address, filter or order, "
    "where it would skip records or repeat them.",
    "Keep every parameter but `limit` as it was, or begin the new query without a cursor.",
)
NOT_FOUND: Final = ProblemType(
    "not-found",
    404,
    "There is nothing at this address",
    "The path is not one of this API.",
    "See /docs for every path.",
)
UNKNOWN_CAMPAIGN: Final = ProblemType(
    "unknown-campaign",
    404,
    "There is no such campaign",
    "No campaign with this id was submitted up to the block in `as_of`.",
    "If it was submitted just now, wait until the block of its transaction is indexed: see /v1/status.",
)
UNKNOWN_PLEDGE: Final = ProblemType(
    "unknown-pledge",
    404,
    "There is no such pledge",
    "This account pledged nothing to this campaign up to the block in `as_of`.",
    "Check the address and the campaign, or wait until the block of the pledge is indexed: see /v1/status.",
)
UNKNOWN_BACKER: Final = ProblemType(
    "unknown-backer",
    404,
    "This account backs nothing",
    "This account pledged to no campaign up to the block in `as_of`.",
    "Check the address, or wait until the block of the pledge is indexed: see /v1/status.",
)
UNKNOWN_POOL: Final = ProblemType(
    "unknown-pool",
    404,
    "There is no such pool",
    "No pool with this id was opened up to the block in `as_of`.",
    "If it was opened just now, wait until the block of its transaction is indexed: see /v1/status.",
)
UNKNOWN_RESERVATION: Final = ProblemType(
    "unknown-reservation",
    404,
    "The pool has nothing to do with this campaign",
    "The campaign's organizer did not ask for this pool up to the block in `as_of`.",
    "See /v1/campaigns/{campaign_id} for the pools of a campaign, or wait until the block is indexed: see /v1/status.",
)
UNKNOWN_LISTING: Final = ProblemType(
    "unknown-listing",
    404,
    "There is no such listing",
    "Nothing was listed under this id up to the block in `as_of`.",
    "If it was listed just now, wait until the block of its transaction is indexed: see /v1/status.",
)
UNKNOWN_ORDER: Final = ProblemType(
    "unknown-order",
    404,
    "There is no such order",
    "No order with this id was placed up to the block in `as_of`.",
    "If it was placed just now, wait until the block of its transaction is indexed: see /v1/status.",
)
UNKNOWN_OFFER: Final = ProblemType(
    "unknown-offer",
    404,
    "There is no such offer",
    "No hours were offered under this id up to the block in `as_of`.",
    "If they were offered just now, wait until the block of the transaction is indexed: see /v1/status.",
)
UNKNOWN_REDEMPTION: Final = ProblemType(
    "unknown-redemption",
    404,
    "There is no such redemption",
    "No help was asked for under this id up to the block in `as_of`.",
    "If it was asked for just now, wait until the block of the transaction is indexed: see /v1/status.",
)
UNKNOWN_ATTESTATION: Final = ProblemType(
    "unknown-attestation",
    404,
    "This redemption proves no help",
    "It ended without help, or had not ended, up to the block in `as_of`.",
    "See /v1/redemptions/{redemption_id} for where it stands.",
)
UNKNOWN_ENTITY: Final = ProblemType(
    "unknown-entity",
    404,
    "There is no such entity",
    "No entity with this id was registered up to the block in `as_of`.",
    "If it registered just now, wait until the block of its transaction is indexed: see /v1/status.",
)
UNKNOWN_HOLDER: Final = ProblemType(
    "unknown-holder",
    404,
    "This account never held credits",
    "No credit was sent to this account up to the block in `as_of`.",
    "Check the address, or wait until the block of the transfer is indexed: see /v1/status.",
)
UNKNOWN_BLOCK: Final = ProblemType(
    "unknown-block",
    404,
    "There is no state at this block",
    "The block in `at` is not indexed yet, or comes before everything that the lab's contracts recorded.",
    "See /v1/status for the last block; if it was made just now, wait until it is indexed.",
)
UNKNOWN_EVENT: Final = ProblemType(
    "unknown-event",
    404,
    "There is no such event",
    "No event of the lab's contracts stands at this place of the chain. A reorganisation of the chain may have taken "
    "it away.",
    "Look for it by its transaction: /v1/events?tx_hash=...",
)
NOT_FINAL_YET: Final = ProblemType(
    "not-final-yet",
    404,
    "There is no proof yet",
    "The event is on chain, but its block is not final yet, or its proof is still being made. A block that the chain "
    "may still replace proves nothing.",
    "Ask again when `finalized` in /v1/status has reached the event's block.",
)
UNKNOWN_DOCUMENT: Final = ProblemType(
    "unknown-document",
    404,
    "There is no such document here",
    "This server holds no document with this SHA-256. The hash on chain stays valid without it: whoever has the "
    "document can prove that it is the one.",
    "Ask the author of the record for the document and compare its SHA-256 with the hash.",
)
UNKNOWN_HASH: Final = ProblemType(
    "unknown-hash",
    404,
    "No record names this document",
    "No event up to the block in `as_of` holds this SHA-256.",
    "If it was put on chain just now, wait until the block of its transaction is indexed: see /v1/status.",
)
ERASED_DOCUMENT: Final = ProblemType(
    "erased-document",
    410,
    "This document was erased",
    "The person or organisation it describes, or those who run the lab, had it erased; `detail` says when, by whom and "
    "why. The hash on chain and every total stay as they are, and the document is not taken in again.",
    "Nothing: it does not come back. The records that named it stay readable.",
)
NO_GRANTS: Final = ProblemType(
    "no-grants",
    404,
    "There are no grants to show",
    "No pool owes anything to a campaign in a currency for which this server knows the ISO 4217 code, and the "
    "360Giving standard has no empty package.",
    "See /v1/pools for what pools hold; those who run the server set the codes in ERANOS_API_CURRENCY_CODES.",
)
UNKNOWN_PROBLEM: Final = ProblemType(
    "unknown-problem",
    404,
    "There is no such kind of problem",
    "The name after /problems/ is not one of this API.",
    "See /problems for all of them.",
)
METHOD_NOT_ALLOWED: Final = ProblemType(
    "method-not-allowed",
    405,
    "This API is for reading only",
    "Only GET, HEAD and OPTIONS are answered. Facts about money are written on chain by the accounts they concern.",
    "Send the transaction to the contract; what to call is in `next_acts` of a campaign, an order or a redemption.",
)
TOO_MANY_REQUESTS: Final = ProblemType(
    "too-many-requests",
    429,
    "Too many requests",
    "One caller sent more requests in a minute than are answered. The headers `RateLimit` and `RateLimit-Policy` of "
    "every answer say how many there may be and how many are left.",
    "Go on after the seconds in the header `Retry-After`. Whole lists are one request as an export, such as "
    "/v1/campaigns.csv, and news come by themselves over /v1/stream.",
)
DATABASE_UNAVAILABLE: Final = ProblemType(
    "database-unavailable",
    503,
    "The mirror can't be read now",
    "The database does not answer, is busy, or is being made anew. Money and records are on chain and not concerned.",
    "Try again after the seconds in the header `Retry-After`.",
)
EXPORTS_BUSY: Final = ProblemType(
    "exports-busy",
    503,
    "Other exports are being read",
    "Reading a whole list takes the server some time, so that it does so for few callers at once.",
    "Try again after the seconds in the header `Retry-After`.",
)
STREAMS_FULL: Final = ProblemType(
    "streams-full",
    503,
    "Too many are following",
    "The server holds a connection open for each reader of the stream, and holds as many as it can; of one caller, 40.",
    "Try again after the seconds in the header `Retry-After`, or ask /v1/events now and then.",
)
MIRROR_NOT_READY: Final = ProblemType(
    "mirror-not-ready",
    503,
    "The mirror is not ready",
    "Nothing is indexed yet, so that there is no state to answer from; or readers should wait, since history is being "
    "loaded or the mirror is far behind the chain (`/ready` only).",
    "Start the indexer, or try again after the seconds in the header `Retry-After`.",
)

PROBLEM_TYPES: Final = kinds_in(globals())
"""Every kind of problem by its name."""

_BY_ERROR: Final = {"invalid_address": INVALID_ADDRESS, "invalid_limit": INVALID_LIMIT}


class InvalidInput(BaseModel):
    """One parameter that is not valid."""

    where: str = Field(description="`path` or `query`.", examples=["query"])
    name: str = Field(examples=["phase"])
    detail: str = Field(examples=["Input should be 'live'"])


class ProblemDocument(BaseModel):
    """An RFC 9457 problem."""

    type: Annotated[str, Field(description="Address of the page that explains it.", examples=["/problems/not-found"])]
    title: Annotated[str, Field(description="The same for all problems of this type.")]
    status: Annotated[int, Field(description="HTTP status code.", examples=[404])]
    detail: Annotated[str, Field(description="What is wrong with this request.")]
    instance: Annotated[str, Field(description="Path of the request.", examples=["/v1/campaigns/99"])]
    errors: Annotated[list[InvalidInput] | None, Field(description="Each parameter that is not valid.")] = None
    as_of: Annotated[
        dict[str, Any] | None, Field(description="Block that was looked at, where a record was looked for.")
    ] = None


def failures(*kinds: ProblemType) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a route that can fail in these ways, and in that in which every route can."""
    return responses_of((*kinds, TOO_MANY_REQUESTS, INTERNAL_ERROR), {"model": ProblemDocument})


def read_failures(*kinds: ProblemType) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a route that reads the mirror, beside its success."""
    common = (INVALID_PARAMETER, UNKNOWN_PARAMETER, DATABASE_UNAVAILABLE, MIRROR_NOT_READY)
    return {304: {"description": "The answer that the client holds (`If-None-Match`) is the present one."}} | failures(
        *common, *kinds
    )


def list_failures(*kinds: ProblemType) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a route that reads a page of a list, beside its success."""
    return read_failures(INVALID_LIMIT, INVALID_CURSOR, FOREIGN_CURSOR, *kinds)


def answer(request: Request, problem: Problem) -> Response:
    """Return the answer that says what is wrong, and at which block a record was looked for."""
    as_of = getattr(request.state, "as_of", None)
    return problems.answer(request, problem, **({} if as_of is None else {"as_of": as_of.model_dump(mode="json")}))


def install(app: FastAPI, meanings: Mapping[type[Exception], Meaning] | None = None, answer: Answer = answer) -> None:
    """Let `app` answer every error as a problem, and what the client holds or what was made before as it is.

    Args:
        app: The application.
        meanings: What errors mean that mean something else than in `MEANINGS`.
        answer: Says what is wrong.
    """
    problems.install(app, {**MEANINGS, **(meanings or {})}, answer)
    app.exception_handler(NotModified)(_not_modified)
    app.exception_handler(Known)(_known)


async def _not_modified(_request: Request, error: NotModified) -> Response:
    return Response(status_code=304, headers={"ETag": error.etag, "Cache-Control": error.cache_control})


async def _known(request: Request, error: Known) -> Response:
    return error.answer.to(request)


def _invalid(_request: Request, error: RequestValidationError) -> Problem:
    found = error.errors()
    kinds = {_BY_ERROR.get(item["type"], INVALID_PARAMETER) for item in found}
    kind = kinds.pop() if len(kinds) == 1 else INVALID_PARAMETER
    errors = [
        InvalidInput(where=str(item["loc"][0]), name=str(item["loc"][1]), detail=item["msg"])
        for item in found[:MAX_ERRORS]
    ]
    detail = f"{errors[0].name}: {errors[0].detail}"
    return Problem(kind, detail, errors=[one.model_dump() for one in errors])


def _unreadable(_request: Request, error: Exception) -> Problem:
    # The message may name files and hosts: it belongs in the log, not in the answer.
    log.warning("the mirror can't be read: %s", error)
    return Problem(DATABASE_UNAVAILABLE)


MEANINGS: Final[Mapping[type[Exception], Meaning]] = {
    RequestValidationError: _invalid,
    HTTPException: of_framework({404: NOT_FOUND, 405: METHOD_NOT_ALLOWED}, otherwise=INVALID_PARAMETER),
    DatabaseError: _unreadable,
    InterfaceError: _unreadable,
    PoolTimeout: _unreadable,
    # A value that the database refuses should have been refused here: that is our mistake, not its state.
    DataError: mistake_of_ours,
}
"""What each error means for the caller."""
