"""Puts the service together: routes, problems, headers."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import FastAPI

from documents import VERSION, routes
from documents.files import Files
from documents.lab import Lab
from documents.metrics import Meter
from documents.problems import MEANINGS, answer
from documents.settings import Settings
from documents.store import Store
from serving.callers import Buckets
from serving.problems import install
from serving.service import Scripts, Service

DESCRIPTION: Final = (
    "Keeps the documents behind the hashes that the lab's contracts hold. A document is taken in once a record on "
    "chain names its SHA-256, a picture once such a document names it. Errors are RFC 9457 problems. Paths of records "
    "are those of the lab's API."
)
SCRIPTS: Final = Scripts(
    methods=("GET", "HEAD", "POST"),
    sent=("Content-Type", "If-None-Match"),
    read=("ETag", "Location", "Retry-After"),
)
SLOTS: Final = 64
"""Uploads read at the same time, each held in memory; others wait."""


def store_of(settings: Settings) -> Store:
    """Return the store of these settings; `prepare` makes it usable."""
    return Store(settings.database, Files(settings.folder))


def create_app(settings: Settings) -> FastAPI:
    """Return the application; while it runs, no other takes documents into its folder.

    Args:
        settings: Where files and database are, whom to ask what is on chain, and all limits.
    """
    store = store_of(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        with store.held_open():
            yield

    app = Service(
        title="Eranos documents", version=VERSION, description=DESCRIPTION, scripts=SCRIPTS, lifespan=lifespan
    )
    app.state.settings = settings
    app.state.store = store
    app.state.lab = Lab(settings.api_url, settings.api_timeout)
    app.state.meter = Meter()
    app.state.uploads = Buckets(settings.uploads_per_minute)
    app.state.searches = Buckets(settings.searches_per_minute)
    app.state.taken = Counter[str]()
    app.state.slots = asyncio.Semaphore(SLOTS)
    install(app, MEANINGS, answer)
    app.include_router(routes.router)
    return app
