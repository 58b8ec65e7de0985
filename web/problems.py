"""Everything that can go wrong with a page, as a page that says what happened and where to go on."""

from dataclasses import dataclass
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError

from api import problems
from serving.problems import Problem, ProblemType, headers_of
from web.languages import Language, negotiate
from web.leading import lead
from web.visits import Visit
from web.words import N_


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
BY_STATUS: Final = {
    400: NOT_UNDERSTOOD,
    404: NOT_YET,
    405: NOT_ALLOWED,
    429: TOO_MANY,
    500: OURS,
    503: NOT_ANSWERING,
}


def install(app: FastAPI) -> None:
    """Let `app` answer every error with a page; what the reader holds or what was made before, as the API does."""
    problems.install(app, {RequestValidationError: _invalid}, answer)


def words_of(kind: ProblemType) -> Words:
    """Return what a page says about a problem."""
    return BY_PROBLEM.get(kind.name) or BY_STATUS.get(kind.status, NOT_UNDERSTOOD)


def answer(request: Request, problem: Problem) -> Response:
    """Return the page that says what is wrong; an address without its language leads to the page that it means."""
    if problem.kind is problems.NOT_FOUND and (found := lead(request)) is not None:
        return found
    segment = request.scope["path"].split("/")[1]
    language = Language(segment) if segment in set(Language) else negotiate(request.headers.get("accept-language", ""))
    response = Response(headers=headers_of(problem) | {"Vary": "Accept-Language"})
    del response.headers["content-length"]
    visit = Visit(request, response, language)
    return visit.page("problem.html", problem.kind.status, words=words_of(problem.kind), detail=problem.detail)


def _invalid(_request: Request, error: RequestValidationError) -> Problem:
    where, name = error.errors()[0]["loc"][:2]
    if where == "path":
        return Problem(problems.NOT_FOUND)
    return Problem(problems.INVALID_PARAMETER, f"{name}: {error.errors()[0]['msg']}")
