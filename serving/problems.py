"""RFC 9457 problems (`application/problem+json`): what one is, how it is answered, and which failures become one.

Which kinds of problems there are is told by each service. Each kind has a stable address, `/problems/<name>`, that
explains it.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

MEDIA_TYPE: Final = "application/problem+json"
UNAVAILABLE: Final = 503
RETRY_SECONDS: Final = 5
"""When to come back to what is unavailable, unless the problem knows better."""
MAX_INSTANCE: Final = 200
"""Characters of the path that an answer repeats."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A kind of problem: what its page says."""

    name: str
    status: int
    title: str
    meaning: str
    remedy: str

    @property
    def path(self) -> str:
        """Return its stable address, which is also the `type` of such a problem."""
        return f"/problems/{self.name}"

    def explanation(self) -> dict[str, Any]:
        """Return what its page says, as an answer holds it."""
        return {
            "type": self.path,
            "title": self.title,
            "status": self.status,
            "meaning": self.meaning,
            "remedy": self.remedy,
        }


INTERNAL_ERROR: Final = ProblemType(
    "internal-error",
    500,
    "The server failed",
    "This is a mistake in the server, not in the request.",
    "Try again later and report the path and the time to those who run the lab.",
)


class Problem(Exception):
    """An answer that is a problem.

    Attributes:
        kind: Which one.
        detail: What is wrong with this request, one sentence for its author; "" if the kind says it all.
        retry_after: Seconds after which to try again, None if the kind knows.
        headers: Further ones of the answer.
        members: Further ones of the problem.
    """

    def __init__(
        self,
        kind: ProblemType,
        detail: str = "",
        *,
        retry_after: int | None = None,
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(detail or kind.meaning)
        self.kind = kind
        self.detail = detail
        self.retry_after = retry_after
        self.headers: Mapping[str, str] = headers or {}
        self.members: Mapping[str, Any] = members


Meaning = Callable[[Request, Any], Problem]
"""What an error means for the caller."""
Answer = Callable[[Request, Problem], Response]
"""How a problem is answered."""


def kinds_in(names: Mapping[str, Any]) -> dict[str, ProblemType]:
    """Return the kinds of problems among the names of a module, by their own name, in the order of their status."""
    kinds = [kind for kind in names.values() if isinstance(kind, ProblemType)]
    return {kind.name: kind for kind in sorted(kinds, key=lambda kind: kind.status)}


def headers_of(problem: Problem) -> dict[str, str]:
    """Return the headers of the answer to which a problem leads: it is not kept, and says when to come back."""
    seconds = problem.retry_after
    if seconds is None and problem.kind.status == UNAVAILABLE:
        seconds = RETRY_SECONDS
    coming_back = {} if seconds is None else {"Retry-After": str(seconds)}
    return {"Cache-Control": "no-store", **coming_back, **problem.headers}


def answer(request: Request, problem: Problem, **members: Any) -> Response:
    """Return the answer that says what is wrong, with further members for every problem of a service."""
    kind = problem.kind
    document = {
        "type": kind.path,
        "title": kind.title,
        "status": kind.status,
        "detail": problem.detail or kind.meaning,
        "instance": quote(request.scope["path"], safe="/:@!$&'()*+,;=-._~", errors="replace")[:MAX_INSTANCE],
        **problem.members,
        **members,
    }
    return JSONResponse(document, kind.status, headers_of(problem), MEDIA_TYPE)


def responses_of(kinds: Iterable[ProblemType], body: Mapping[str, Any]) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a route that can fail in these ways.

    Args:
        kinds: The ways; those of one status share its description.
        body: What the description of the API says of such an answer: its `model`, or its `content`.
    """
    responses: dict[int | str, dict[str, Any]] = {}
    for kind in dict.fromkeys(kinds):
        known = responses.setdefault(kind.status, {**body, "description": ""})
        link = f"[{kind.title}]({kind.path})"
        known["description"] = f"{known['description']}; {link}" if known["description"] else link
    return responses


def install(app: FastAPI, meanings: Mapping[type[Exception], Meaning], answer: Answer = answer) -> None:
    """Let `app` answer every error as a problem.

    Args:
        app: The application.
        meanings: What each error means that is no problem itself; one that is not here is a mistake of ours.
        answer: Says what is wrong.
    """
    own: dict[type[Exception], Meaning] = {Exception: mistake_of_ours, Problem: lambda _request, error: error}
    for error, meaning in (own | dict(meanings)).items():
        app.add_exception_handler(error, _handler(meaning, answer))


def of_framework(by_status: Mapping[int, ProblemType], otherwise: ProblemType) -> Meaning:
    """Return what a refusal of the framework itself (`HTTPException`) means.

    Args:
        by_status: Kinds by the status that the framework chose.
        otherwise: Kind of every other mistake of a caller.
    """

    def meaning(_request: Request, error: HTTPException) -> Problem:
        callers = error.status_code < INTERNAL_ERROR.status
        kind = by_status.get(error.status_code, otherwise if callers else INTERNAL_ERROR)
        headers = {name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"}
        return Problem(kind, headers=headers)

    return meaning


def mistake_of_ours(request: Request, error: Exception) -> Problem:
    """Log an error that nobody expected; the caller learns nothing of the inside."""
    log.error("request failed: %s", request.scope["path"].encode("ascii", "backslashreplace"), exc_info=error)
    return Problem(INTERNAL_ERROR)


def _handler(meaning: Meaning, answer: Answer) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def handle(request: Request, error: Exception) -> Response:
        return answer(request, meaning(request, error))

    return handle
