"""Puts the API together: routers, problem handlers, headers, and the OpenAPI document."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import APIRouter, Depends, FastAPI, Request
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from api import (
    VERSION,
    campaigns,
    cards,
    currencies,
    documents,
    entities,
    events,
    feeds,
    grants,
    hashes,
    objections,
    pledges,
    problems,
    proofs,
    reconciliation,
    reference,
    roles,
    stats,
    status,
    stream,
    totals,
    updates,
)
from api import (
    credits as credit,
)
from api.database import Present, engine_of
from api.kept import Keep, Kept
from api.marketplace import routes as marketplace
from api.paging import refuse_unknown_parameters
from api.pools import routes as pools
from api.pools import ways
from api.pro_bono import routes as pro_bono
from api.problems import DATABASE_UNAVAILABLE, MIRROR_NOT_READY, TOO_MANY_REQUESTS, UNKNOWN_PARAMETER, answer, failures
from api.settings import Settings
from indexer.store.models import Checkpoint
from serving.callers import Buckets, RateLimit
from serving.problems import Problem
from serving.service import Scripts, Service

DESCRIPTION: Final = (
    "Read-only window on the lab's contracts, mirrored into SQL. Amounts are strings of base units, beside `decimals` "
    "and `symbol` of their currency; times are RFC 3339 in UTC; addresses are EIP-55. Every answer carries `as_of`: "
    "the block up to which it is true; phases are those at the time of that block. Lists go by `limit` and `cursor`. "
    "Errors are RFC 9457 problems. Every record links to the event that changed it last, and to its proof, so that it "
    "can be checked against the chain."
)
SCRIPTS: Final = Scripts(
    methods=("GET", "HEAD"),
    sent=("If-None-Match",),
    read=("ETag", "Retry-After", "RateLimit", "RateLimit-Policy"),
)

V1: Final = (
    *(campaigns, cards, pledges, objections, updates, pools, ways, grants),
    *(marketplace, pro_bono, entities, credit, currencies),
    *(events, hashes, proofs, stream, feeds, stats, totals, roles, status, reconciliation),
)


class Health(BaseModel):
    """Whether the API can answer."""

    status: str = Field(examples=["ok"])
    indexed: bool = Field(description="Whether anything was indexed yet.")


health_router = APIRouter(tags=["status"])


@health_router.get(
    "/health", summary="Read whether the API can answer", responses=failures(UNKNOWN_PARAMETER, DATABASE_UNAVAILABLE)
)
def read_health(request: Request) -> Health:
    """Return 200 if the database can be read; 503 if not."""
    with Session(request.app.state.engine) as session:
        return Health(status="ok", indexed=session.scalar(select(Checkpoint.id)) is not None)


class Ready(BaseModel):
    """That readers may rely on the mirror."""

    status: str = Field(examples=["ok"])


@health_router.get(
    "/ready",
    summary="Read whether readers may rely on the mirror",
    responses=failures(UNKNOWN_PARAMETER, DATABASE_UNAVAILABLE, MIRROR_NOT_READY),
)
def read_ready(request: Request) -> Ready:
    """Return 200 if everything up to the head is there, and lists are fast; 503 with the reason if not."""
    with Session(request.app.state.engine) as session:
        if (why_not := status.why_not_ready(session)) is not None:
            raise Problem(MIRROR_NOT_READY, why_not)
        return Ready(status="ok")


def create_app(settings: Settings) -> FastAPI:
    """Return the application.

    Args:
        settings: Where the mirror and the documents are.

    Raises:
        DatabaseMissing: There is no mirror that these settings could mean.
    """
    engine = engine_of(settings.database())

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        engine.dispose()

    app = Service(title="Eranos API", version=VERSION, description=DESCRIPTION, scripts=SCRIPTS, lifespan=lifespan)
    app.state.engine = engine
    app.state.settings = settings
    app.state.pulse = stream.Pulse(engine)
    app.state.kept = Kept()
    problems.install(app)
    app.add_middleware(Keep, kept=app.state.kept, present_etag=Present(engine).etag)
    if settings.requests_per_minute:
        buckets = Buckets(settings.requests_per_minute)
        app.add_middleware(RateLimit, buckets=buckets, kind=TOO_MANY_REQUESTS, answer=answer)
    checked = [Depends(refuse_unknown_parameters)]
    for resource in V1:
        app.include_router(resource.router, prefix="/v1", dependencies=checked)
    for router in (documents.router, reference.problems_router, health_router):
        app.include_router(router, dependencies=checked)
    app.include_router(reference.router)
    return app
