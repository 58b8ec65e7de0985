"""The relay over HTTP.

Routes are coroutines, unlike the API's: one thread serves, asks the node and writes the log. So nothing changes but
while a question to the node is open, and a node that hangs holds up only those who asked it.
"""

import asyncio
import logging
import time
from typing import Annotated, Final

from fastapi import APIRouter, FastAPI, Path, Request
from fastapi.responses import JSONResponse, PlainTextResponse

from relay import VERSION
from relay.acceptance import Acceptance
from relay.errors import NodeFailure
from relay.problems import (
    INVALID_PARAMETER,
    MEANINGS,
    NODE_UNAVAILABLE,
    PROBLEM_TYPES,
    TOO_LARGE,
    TOO_MANY_REQUESTS,
    UNKNOWN_PROBLEM,
    UNKNOWN_REQUEST,
    answer,
    failures,
)
from relay.quotas import seconds_left
from relay.records import today
from relay.schemas import (
    Address,
    Contract,
    Domain,
    Id,
    Limits,
    Posted,
    ProblemExplanation,
    Quota,
    QuotasPublished,
    RequestStatus,
    Status,
    Verdict,
)
from relay.settings import MAX_DATA_BYTES
from serving.callers import Buckets, RateLimit
from serving.edge import BodyLimit
from serving.logs import note
from serving.problems import Problem, install
from serving.service import Scripts, Service

DESCRIPTION: Final = (
    "Pays the gas of signed requests (ERC-2771) to the lab's contracts, within published quotas. It can't alter a "
    "request, and anyone else may submit the same one. Errors are RFC 9457 problems."
)
SCRIPTS: Final = Scripts(
    methods=("GET", "POST"), sent=("Content-Type",), read=("Retry-After", "RateLimit", "RateLimit-Policy")
)
UNHEALTHY: Final = 503
MAX_BODY: Final = 65_536
"""Bytes: the longest call, as hex, and room for the rest."""

ACCEPTING: Final = tuple(
    kind
    for kind in PROBLEM_TYPES.values()
    if kind.name
    in {
        "malformed-request",
        "request-too-large",
        "wrong-target",
        "unknown-function",
        "value-not-zero",
        "too-much-gas",
        "deadline-passed",
        "deadline-too-near",
        "deadline-too-far",
        "quota-used",
        "lab-quota-used",
        "bad-signature",
        "wrong-nonce",
        "request-waiting",
        "call-would-fail",
        "out-of-balance",
        "fees-too-high",
        "node-unavailable",
    }
)

router = APIRouter()

log = logging.getLogger(__package__)


@router.post("/relay", status_code=202, summary="Have a signed request carried", responses=failures(*ACCEPTING))
async def post_request(posted: Posted, request: Request) -> RequestStatus:
    """Accept a request: it is on disk when this answers. The same request posted again has the same id."""
    acceptance: Acceptance = request.app.state.acceptance
    try:
        entry = await acceptance.accept(posted.request.request())
    except (Problem, NodeFailure) as error:
        kind = error.kind if isinstance(error, Problem) else NODE_UNAVAILABLE
        note(log, "not accepted", problem=kind.name, account=posted.request.from_, detail=str(error))
        raise
    note(log, "accepted", id=entry.id, account=entry.request.account, target=entry.request.target, state=entry.state)
    request.app.state.wake.set()
    return RequestStatus.of(entry)


@router.get("/relay/{id}", summary="Read how far a request is", responses=failures(INVALID_PARAMETER, UNKNOWN_REQUEST))
async def read_request(id: Annotated[Id, Path()], request: Request) -> RequestStatus:  # noqa: A002
    """Return the request's state; once it is mined and `final`, it never changes again."""
    entry = request.app.state.acceptance.store.entry(id)
    if entry is None:
        raise Problem(UNKNOWN_REQUEST, f"no request {id} was accepted here")
    return RequestStatus.of(entry)


@router.get(
    "/quota/{address}", summary="Read what an account's quota still allows", responses=failures(INVALID_PARAMETER)
)
async def read_quota(address: Annotated[Address, Path()], request: Request) -> Quota:
    """Return what the relay still pays for today."""
    acceptance: Acceptance = request.app.state.acceptance
    settings, day = acceptance.settings, today()
    own, total = acceptance.store.used(day, address), acceptance.store.used(day)
    return Quota(
        account=address,
        requests_per_day=settings.account_requests_per_day,
        requests_left=max(0, settings.account_requests_per_day - own.requests),
        gas_per_day=settings.account_gas_per_day,
        gas_left=max(0, settings.account_gas_per_day - own.gas),
        lab_gas_left=max(0, settings.gas_per_day - total.gas),
        resets_in_seconds=seconds_left(),
    )


@router.get("/status", summary="Read who pays, for what, and how much", responses=failures())
async def read_status(request: Request) -> Status:
    """Return the relay's account, forwarder, contracts, limits, quotas and what waits."""
    acceptance: Acceptance = request.app.state.acceptance
    settings, store, chain, meter = acceptance.settings, acceptance.store, acceptance.chain, acceptance.meter
    oldest = store.oldest_waiting()
    return Status(
        address=chain.sender,
        balance_wei=None if meter.balance is None else str(meter.balance),
        balance_is_low=meter.balance_is_low,
        ready=meter.why_not_ready() is None,
        reason=meter.why_not_ready(),
        chain_id=chain.domain.chain_id,
        head_block=meter.head_number,
        forwarder=chain.forwarder,
        domain=Domain(
            name=chain.domain.name,
            version=chain.domain.version,
            chain_id=chain.domain.chain_id,
            verifying_contract=chain.forwarder,
        ),
        contracts={
            target.name: Contract(address=target.address, functions=sorted(target.functions.values()))
            for target in acceptance.targets.values()
        },
        limits=Limits(
            max_gas=settings.max_request_gas,
            max_data_bytes=MAX_DATA_BYTES,
            min_deadline_seconds=settings.min_deadline_seconds,
            max_deadline_seconds=settings.max_deadline_seconds,
        ),
        quotas=QuotasPublished(
            account_requests_per_day=settings.account_requests_per_day,
            account_gas_per_day=settings.account_gas_per_day,
            gas_per_day=settings.gas_per_day,
            gas_left=max(0, settings.gas_per_day - store.used(today()).gas),
        ),
        requests=store.by_state(),
        oldest_waiting_seconds=0 if oldest is None else max(0, int(time.time()) - oldest),
    )


@router.get("/health", summary="Read whether the process works", responses={UNHEALTHY: {"model": Verdict}})
async def read_health(request: Request) -> JSONResponse:
    """Return 200 if the worker looks at the chain; 503 if not."""
    return _verdict(request.app.state.acceptance.meter.why_not_healthy())


@router.get("/ready", summary="Read whether requests are carried now", responses={UNHEALTHY: {"model": Verdict}})
async def read_ready(request: Request) -> JSONResponse:
    """Return 200 if a request would be carried now; 503 with the reason if not."""
    return _verdict(request.app.state.acceptance.meter.why_not_ready())


@router.get("/metrics", include_in_schema=False)
async def read_metrics(request: Request) -> PlainTextResponse:
    """Return what Prometheus collects."""
    acceptance: Acceptance = request.app.state.acceptance
    return PlainTextResponse(acceptance.meter.as_text(acceptance.store))


@router.get("/problems/{name}", summary="Read what a problem means", responses=failures(UNKNOWN_PROBLEM))
async def read_problem(name: str) -> ProblemExplanation:
    """Return the meaning of a problem, and what to do."""
    kind = PROBLEM_TYPES.get(name)
    if kind is None:
        raise Problem(UNKNOWN_PROBLEM, UNKNOWN_PROBLEM.meaning)
    return ProblemExplanation(**kind.explanation())


def create_app(acceptance: Acceptance, wake: asyncio.Event) -> FastAPI:
    """Return the application.

    Args:
        acceptance: Judges requests.
        wake: Set when one was accepted, for the worker.
    """
    app = Service(title="Eranos relay", version=VERSION, description=DESCRIPTION, scripts=SCRIPTS)
    app.state.acceptance = acceptance
    app.state.refusals = acceptance.meter.refusals
    app.state.wake = wake
    install(app, MEANINGS, answer)
    app.include_router(router)
    app.add_middleware(BodyLimit, most=MAX_BODY, kind=TOO_LARGE, answer=answer)
    if acceptance.settings.requests_per_minute:
        buckets = Buckets(acceptance.settings.requests_per_minute)
        app.add_middleware(RateLimit, buckets=buckets, kind=TOO_MANY_REQUESTS, answer=answer)
    return app


def _verdict(why_not: str | None) -> JSONResponse:
    if why_not is None:
        return JSONResponse({"status": "ok"})
    return JSONResponse({"status": "failing", "reason": why_not}, UNHEALTHY)
