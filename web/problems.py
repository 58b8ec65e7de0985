"""Everything that can go wrong with a page, as a page that says what happened and where to go on."""

import logging
from dataclasses import dataclass
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DatabaseError, DataError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from api import problems
from api.errors import Problem
from api.problems import ProblemType
from web.languages import Language, negotiate
from web.leading import lead
from web.visits import Visit
from web.words import N_

log = logging.getLogger(__name__)

RETRY_SECONDS: Final = 5


@dataclass(frozen=True, slots=True)
class Words:
    """What a page says about a problem."""

    title: str
    meaning: str
    remedy: str


NOT_FOUND: Final = Words(
    N_("This page does not exist"),
    N_("The address may be mistyped, or it belongs to something that was never here."),
    N_("Look for it in the list of campaigns, or begin at the front page."),
)
NOT_YET: Final = Words(
    N_("There is no such record here yet"),
    N_("Nothing with this number is on the chain, as far as this server has read it."),
    N_("If it was made just now, wait some seconds and load this page again. Else look for it in the list."),
)
NOT_UNDERSTOOD: Final = Words(
    N_("This address asks for something that cannot be"),
    N_("A part of the address has not the form that it needs; perhaps it was cut or changed on its way."),
    N_("Begin the list anew, or begin at the front page."),
)
OUT_OF_PLACE: Final = Words(
    N_("This link no longer fits the list"),
    N_("It pointed to a place in a list with other filters, another order or another language."),
    N_("Begin the list anew; nothing is lost."),
)
NOT_ANSWERING: Final = Words(
    N_("The records can't be read at the moment"),
    N_("This server can't reach its copy of the records. The money is on the chain; nothing happens to it meanwhile."),
    N_("Load this page again in a minute."),
)
NOTHING_YET: Final = Words(
    N_("The records are still being loaded"),
    N_("This server has just begun to read the chain."),
    N_("Load this page again in a minute."),
)
NOT_ALLOWED: Final = Words(
    N_("This page can only be read"),
    N_("Nothing can be sent to this address."),
    N_("Begin at the front page."),
)
TOO_MANY: Final = Words(
    N_("Too many pages at once"),
    N_("From your network more pages were asked for than this server gives to one network in a minute."),
    N_("Wait some seconds and load this page again."),
)
OURS: Final = Words(
    N_("Something went wrong on our side"),
    N_("This page could not be made. The fault is ours, and it is in our log. No money is touched by it."),
    N_("Load this page again; if it stays like this, tell the lab."),
)

BY_PROBLEM: Final = {
    problems.INVALID_CURSOR.name: OUT_OF_PLACE,
    problems.FOREIGN_CURSOR.name: OUT_OF_PLACE,
    problems.MIRROR_NOT_READY.name: NOTHING_YET,
    problems.DATABASE_UNAVAILABLE.name: NOT_ANSWERING,
    problems.NOT_FOUND.name: NOT_FOUND,
}
"""Words of those problems that a status alone does not tell."""
BY_STATUS: Final = {400: NOT_UNDERSTOOD, 404: NOT_YET, 405: NOT_ALLOWED, 500: OURS, 503: NOT_ANSWERING}


def install(app: FastAPI) -> None:
    """Let `app` answer every error with a page; what the reader holds or what was made before, as the API does."""
    problems.install(app)
    app.exception_handler(Problem)(_problem)
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(HTTPException)(_http)
    for error in (DatabaseError, InterfaceError, PoolTimeout):
        app.exception_handler(error)(_database)
    app.exception_handler(DataError)(_internal)
    app.exception_handler(Exception)(_internal)


def words_of(kind: ProblemType) -> Words:
    """Return what a page says about a problem."""
    return BY_PROBLEM.get(kind.name) or BY_STATUS.get(kind.status, NOT_UNDERSTOOD)


def answer(request: Request, status: int, words: Words, detail: str = "") -> Response:
    """Return the page that says what is wrong."""
    segment = request.scope["path"].split("/")[1]
    language = Language(segment) if segment in set(Language) else negotiate(request.headers.get("accept-language", ""))
    response = Response(headers={"Cache-Control": "no-store", "Vary": "Accept-Language"})
    if status == problems.DATABASE_UNAVAILABLE.status:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    del response.headers["content-length"]
    return Visit(request, response, language).page("problem.html", status, words=words, detail=detail)


def too_many(request: Request, detail: str) -> Response:
    """Return the page for a request too many."""
    return answer(request, problems.TOO_MANY_REQUESTS.status, TOO_MANY, detail)


async def _problem(request: Request, error: Problem) -> Response:
    return answer(request, error.kind.status, words_of(error.kind), error.detail)


async def _invalid(request: Request, error: RequestValidationError) -> Response:
    where, name = error.errors()[0]["loc"][:2]
    if where == "path":
        return lead(request) or answer(request, problems.NOT_FOUND.status, NOT_FOUND)
    return answer(request, 400, NOT_UNDERSTOOD, f"{name}: {error.errors()[0]['msg']}")


async def _http(request: Request, error: HTTPException) -> Response:
    if error.status_code == problems.NOT_FOUND.status:
        return lead(request) or answer(request, error.status_code, NOT_FOUND)
    words = BY_STATUS.get(error.status_code, OURS)
    page = answer(request, error.status_code, words)
    page.headers.update({name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"})
    return page


async def _database(request: Request, error: Exception) -> Response:
    log.warning("the mirror can't be read: %s", error)
    return answer(request, problems.DATABASE_UNAVAILABLE.status, NOT_ANSWERING)


async def _internal(request: Request, error: Exception) -> Response:
    log.error("page failed: %s", request.scope["path"].encode("ascii", "backslashreplace"), exc_info=error)
    return answer(request, problems.INTERNAL_ERROR.status, OURS)
