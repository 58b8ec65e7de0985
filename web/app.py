"""Puts the pages together, and the API beside them at the same address."""

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from api import VERSION
from api.app import create_app as create_api
from api.kept import Keep, Kept
from api.problems import TOO_MANY_REQUESTS
from serving.callers import Buckets, RateLimit
from serving.service import Service
from web import (
    accounts,
    assets,
    backing,
    books,
    calendars,
    campaigns,
    desks,
    entities,
    error_words,
    explanations,
    home,
    marketplace,
    my,
    pools,
    pro_bono,
    problems,
    receipts,
    records,
    test_wallets,
)
from web.assets import Assets
from web.headers import Tidy, headers_of
from web.languages import FOLDER, Language
from web.rendering import TEMPLATES, environment_of
from web.settings import Settings

PAGES: Final = (
    home,
    campaigns,
    error_words,
    backing,
    pools,
    desks,
    entities,
    marketplace,
    pro_bono,
    accounts,
    books,
    calendars,
    records,
    explanations,
    my,
    receipts,
    test_wallets,
)

OF_THE_API: Final = frozenset({"v1", "documents", "problems", "docs", "openapi.json", "health", "ready"})
"""First parts of the paths that the API answers."""
SMALL: Final = 1_000
"""Bytes below which packing an answer is not worth the work."""
FAST: Final = 5
"""Level of gzip: nearly as small as the highest, in half the time."""


class Pages(Service):
    """The pages; the API's paths go to the API, past every layer of the pages."""

    def __init__(self, api: ASGIApp, headers: Mapping[str, str], **options: Any) -> None:
        super().__init__(headers=headers, openapi_url=None, **options)
        self._api = api

    def build_middleware_stack(self) -> ASGIApp:
        """Return all layers."""
        pages = super().build_middleware_stack()

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            to_api = scope["type"] == "http" and scope["path"].split("/")[1] in OF_THE_API
            await (self._api if to_api else pages)(scope, receive, send)

        return answer


def create_app(settings: Settings, clock: Callable[[], float] = time.time) -> FastAPI:
    """Return the application.

    Args:
        settings: Where the mirror and the documents are, and which services people are offered.
        clock: Unix time; tells only whether the mirror is kept up to date.

    Raises:
        DatabaseMissing: There is no mirror that these settings could mean.
    """
    api = create_api(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        api.state.engine.dispose()

    app = Pages(api, headers_of(settings), lifespan=lifespan)
    files = Assets()
    app.state.engine = api.state.engine
    app.state.settings = settings
    app.state.clock = clock
    app.state.kept = Kept()
    app.state.assets = files
    app.state.edition = sha256(f"{VERSION} {files.edition} {_texts_edition()}".encode()).hexdigest()
    app.state.environments = {language: environment_of(language, files) for language in Language}
    problems.install(app)
    _add_layers(app, settings)
    app.state.pages = APIRouter()
    for page in PAGES:
        app.state.pages.include_router(page.router)
    for router in (assets.router, app.state.pages):
        app.include_router(router)
    return app


def _add_layers(app: FastAPI, settings: Settings) -> None:
    """Add the layers, the innermost first."""
    app.add_middleware(Keep, kept=app.state.kept)
    app.add_middleware(GZipMiddleware, minimum_size=SMALL, compresslevel=FAST)
    app.add_middleware(Tidy)
    if settings.requests_per_minute:
        buckets = Buckets(settings.requests_per_minute)
        app.add_middleware(RateLimit, buckets=buckets, kind=TOO_MANY_REQUESTS, answer=problems.answer)


def _texts_edition() -> str:
    """Return what changes with any template or translation."""
    files = sorted([*TEMPLATES.rglob("*.html"), *FOLDER.rglob("*.po")])
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
