"""Everything that can go wrong over HTTP, as RFC 9457 problems (`application/problem+json`).

Each kind of problem has a stable address, `/problems/<name>`, that explains it. This is the only place where an error
becomes an answer.
"""

import logging
from collections.abc import Mapping
from typing import Any, Final

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from relay.errors import NodeFailure
from serving import problems
from serving.problems import INTERNAL_ERROR, Meaning, Problem, ProblemType, kinds_in, of_framework, responses_of

MAX_ERRORS: Final = 10
ENDING: Final = "The act itself is still possible: any account with ether can send it."

log = logging.getLogger(__name__)

MALFORMED: Final = ProblemType(
    "malformed-request",
    400,
    "The request has not the form of one",
    "A field is missing, unknown, or has not the form or the bounds that the document of this service gives it.",
    "`errors` names each field and what it needs. Numbers are decimal strings; bytes are hex with 0x.",
)
INVALID_PARAMETER: Final = ProblemType(
    "invalid-parameter",
    400,
    "A part of the address is not valid",
    "An account is 0x and 40 hexadecimal digits, a request's id 0x and 64 of them.",
    "Copy it again from where it comes.",
)
TOO_LARGE: Final = ProblemType(
    "request-too-large",
    413,
    "The request is too long",
    "The body has more bytes than any request needs.",
    "Send one request at a time.",
)
WRONG_TARGET: Final = ProblemType(
    "wrong-target",
    422,
    "The request goes to another contract",
    "The relay pays for calls of the lab's contracts only; `contracts` of /status lists them.",
    "Check the address and the chain, or send it as a transaction of your own.",
)
UNKNOWN_FUNCTION: Final = ProblemType(
    "unknown-function",
    422,
    "The relay does not pay for this function",
    "It carries the acts of people; `contracts` of /status lists them. Administration is never carried.",
    "Send it as a transaction of your own.",
)
BAD_SIGNATURE: Final = ProblemType(
    "bad-signature",
    422,
    "The signature is not that of the account",
    "It is not the account's signature over this very request: a field was changed, it was signed for another chain, "
    "forwarder or nonce, or its form is not the one that the forwarder takes (65 bytes, s in the lower half, v 27 or "
    "28). Accounts that are contracts can't sign for the forwarder.",
    "Sign again: the forwarder's domain is in /status, the nonce is the present one of the account.",
)
WRONG_NONCE: Final = ProblemType(
    "wrong-nonce",
    409,
    "The request was signed with another nonce",
    "The forwarder executes requests of an account one after the other. This one was executed already, or it comes "
    "before one that is missing.",
    "Read the forwarder's present nonce of the account, and sign again with it.",
)
REQUEST_WAITING: Final = ProblemType(
    "request-waiting",
    409,
    "Another request of this account is under way",
    "One request of an account is carried at a time, so that each can be tried out on what the last one left.",
    "Wait until the request `id` is mined or refused, then sign again with the new nonce.",
)
DEADLINE_PASSED: Final = ProblemType(
    "deadline-passed",
    422,
    "The request has expired",
    "The forwarder executes nothing after its deadline.",
    "Sign again.",
)
DEADLINE_TOO_NEAR: Final = ProblemType(
    "deadline-too-near",
    422,
    "The request expires too soon",
    "A block has to take it before its deadline; `limits` of /status has the shortest time.",
    "Sign again with a later deadline. A clock that is slow is the most frequent cause.",
)
DEADLINE_TOO_FAR: Final = ProblemType(
    "deadline-too-far",
    422,
    "The request stays valid for too long",
    "Who holds a signed request can submit it until its deadline; `limits` of /status has the longest time.",
    "Sign again with an earlier deadline, in seconds, not milliseconds.",
)
TOO_MUCH_GAS: Final = ProblemType(
    "too-much-gas",
    422,
    "The request asks for too much gas",
    "`limits` of /status has the most that one request may ask for.",
    "Ask for less: what the call was measured to need, and a tenth more.",
)
VALUE_NOT_ZERO: Final = ProblemType(
    "value-not-zero",
    422,
    "The request would send ether",
    "The relay pays gas and nothing else; no act of the lab takes ether.",
    "Sign again with the value 0.",
)
CALL_FAILS: Final = ProblemType(
    "call-would-fail",
    422,
    "The contract would refuse it",
    "The relay tried the request without sending it, and the contract refused. `error` has its reason if it gave one.",
    "Look the error up in the list of errors, mend the cause, and sign again.",
)
QUOTA_USED: Final = ProblemType(
    "quota-used",
    429,
    "The account's quota is used up",
    "The relay pays for so many requests and so much gas of one account in a day; /quota/{address} has what is left.",
    f"Go on after the seconds in the header `Retry-After`. {ENDING}",
)
LAB_QUOTA_USED: Final = ProblemType(
    "lab-quota-used",
    503,
    "The relay has paid its share for today",
    "The gas of all accounts together in a day is limited.",
    f"Go on after the seconds in the header `Retry-After`. {ENDING}",
)
OUT_OF_BALANCE: Final = ProblemType(
    "out-of-balance",
    503,
    "The relay can't pay",
    "The account that pays gas has too little ether for what waits and for this request.",
    f"Those who run the relay have been told. {ENDING}",
)
FEES_TOO_HIGH: Final = ProblemType(
    "fees-too-high",
    503,
    "Gas is too dear now",
    "The chain asks for a higher fee than the relay pays.",
    f"Try again later. {ENDING}",
)
NODE_UNAVAILABLE: Final = ProblemType(
    "node-unavailable",
    503,
    "The chain can't be reached now",
    "The relay's node does not answer, or answers with something that can't be. Nothing was accepted.",
    f"Try again after the seconds in the header `Retry-After`. {ENDING}",
)
UNKNOWN_REQUEST: Final = ProblemType(
    "unknown-request", 404, "There is no such request", "No request with this id was accepted here.", "Check the id."
)
UNKNOWN_PROBLEM: Final = ProblemType(
    "unknown-problem",
    404,
    "There is no such kind of problem",
    "The name after /problems/ is not one of this service.",
    "See docs/errors.md for all of them.",
)
NOT_FOUND: Final = ProblemType(
    "not-found", 404, "There is nothing at this address", "The path is not one of this service.", "See /openapi.json."
)
METHOD_NOT_ALLOWED: Final = ProblemType(
    "method-not-allowed", 405, "Not that way", "The path is there, but not for this method.", "See /openapi.json."
)
TOO_MANY_REQUESTS: Final = ProblemType(
    "too-many-requests",
    429,
    "Too many requests",
    "One caller sent more requests in a minute than are answered.",
    "Go on after the seconds in the header `Retry-After`.",
)

PROBLEM_TYPES: Final = kinds_in(globals())
"""Every kind of problem by its name."""


class InvalidInput(BaseModel):
    """One field that is not valid."""

    name: str = Field(examples=["request.deadline"])
    detail: str = Field(examples=["Input should be a valid string"])


class RevertReason(BaseModel):
    """Why a contract refuses a call."""

    name: str = Field(description='Of the custom error; "" if it gave none.', examples=["Crowdfunding_NotLive"])
    arguments: dict[str, str] = Field(description="By name.")
    text: str = Field(description="The same in one line.")


class ProblemDocument(BaseModel):
    """An RFC 9457 problem."""

    type: str = Field(description="Address of what explains it.", examples=["/problems/wrong-target"])
    title: str = Field(description="The same for all problems of this type.")
    status: int = Field(description="HTTP status code.", examples=[422])
    detail: str = Field(description="What is wrong with this request.")
    instance: str = Field(description="Path of the request.", examples=["/relay"])
    errors: list[InvalidInput] | None = Field(None, description="Each field that is not valid.")
    error: RevertReason | None = Field(None, description="Why the contract refuses the call.")
    id: str | None = Field(None, description="The request that is under way.")
    nonce: str | None = Field(None, description="The forwarder's present nonce of the account.")


def failures(*kinds: ProblemType) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a route that can fail in these ways, and in those in which every route can."""
    return responses_of((*kinds, TOO_MANY_REQUESTS, INTERNAL_ERROR), {"model": ProblemDocument})


def answer(request: Request, problem: Problem) -> Response:
    """Return the answer that says what is wrong; one to a request that was posted is counted."""
    if request.method == "POST":
        request.app.state.refusals[problem.kind.name] += 1
    return problems.answer(request, problem)


def _node(_request: Request, error: NodeFailure) -> Problem:
    log.warning("%s", error)
    return Problem(NODE_UNAVAILABLE)


def _invalid(_request: Request, error: RequestValidationError) -> Problem:
    found = error.errors()[:MAX_ERRORS]
    where = str(found[0]["loc"][0])
    errors = [{"name": ".".join(str(part) for part in item["loc"][1:])[:80], "detail": item["msg"]} for item in found]
    kind = MALFORMED if where == "body" else INVALID_PARAMETER
    return Problem(kind, f"{errors[0]['name'] or where}: {errors[0]['detail']}", errors=errors)


MEANINGS: Final[Mapping[type[Exception], Meaning]] = {
    NodeFailure: _node,
    RequestValidationError: _invalid,
    HTTPException: of_framework({404: NOT_FOUND, 405: METHOD_NOT_ALLOWED}, otherwise=MALFORMED),
}
"""What each error means for the caller."""
