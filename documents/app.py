"""Puts the service together: routes, problems, headers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from documents import VERSION, problems, routes
from documents.files import Files
from documents.lab import Lab
from documents.limits import Buckets
from documents.metrics import Meter
from documents.settings import Settings
from documents.store import Store

DESCRIPTION: Final = (
    "Keeps the documents behind the hashes that the lab's contracts hold. A document is taken in once a record on "
    "chain names its SHA-256, a picture once such a document names it. Errors are RFC 9457 problems. Paths of records "
    "are those of the lab's API."
)
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""Of every answer that does not say otherwise."""
SLOTS: Final = 64
"""Uploads read at the same time, each held in memory; others wait."""


class Edge:
    """Outermost layer: HEAD is answered as GET is, and every answer gets the headers that keep browsers safe."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if scope["method"] == "HEAD":
            scope = dict(scope, method="GET")  # the server leaves the body out
        await self.app(scope, receive, send_with_headers)


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

    app = FastAPI(
        title="Eranos documents",
        version=VERSION,
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.settings = settings
    app.state.store = store
    app.state.lab = Lab(settings.api_url, settings.api_timeout)
    app.state.meter = Meter()
    app.state.buckets = Buckets(settings.uploads_per_minute)
    app.state.slots = asyncio.Semaphore(SLOTS)
    problems.install(app)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "HEAD", "POST"],
        allow_headers=["Content-Type", "If-None-Match"],
        expose_headers=["ETag", "Location", "Retry-After"],
        max_age=86_400,
    )
    app.add_middleware(Edge)
    app.include_router(routes.router)
    return app
