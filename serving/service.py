"""An application over HTTP of which every answer has the headers of the edge, and every failure is a problem."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from serving.edge import HEADERS, Edge
from serving.problems import MEDIA_TYPE

DAY: Final = 86_400
_OF_FRAMEWORK: Final = ("HTTPValidationError", "ValidationError")
"""Bodies that FastAPI describes and that no service of ours answers with."""


class Scripts(NamedTuple):
    """What scripts of pages at any address may do (CORS)."""

    methods: tuple[str, ...]
    sent: tuple[str, ...]
    """Headers that they may send beside the usual ones."""
    read: tuple[str, ...]
    """Headers of an answer that they may read."""


class Service(FastAPI):
    """The application; its OpenAPI document says which failures are problems."""

    def __init__(self, *, headers: Mapping[str, str] = HEADERS, scripts: Scripts | None = None, **options: Any) -> None:
        """Make an application.

        Args:
            headers: Of every answer that does not say otherwise.
            scripts: What those of other pages may do; None: nothing.
            options: Those of FastAPI.
        """
        super().__init__(docs_url=None, redoc_url=None, redirect_slashes=False, **options)
        self._headers = headers
        self._scripts = scripts

    def build_middleware_stack(self) -> ASGIApp:
        """Return all layers; the outermost are not added ones, which what answers to mistakes of ours is outside of."""
        app = super().build_middleware_stack()
        if self._scripts is not None:
            methods, sent, read = self._scripts
            app = CORSMiddleware(app, ["*"], methods, sent, expose_headers=read, max_age=DAY)
        return Edge(app, self._headers)

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document."""
        if not self.openapi_schema:
            document = super().openapi()
            for operation in (o for methods in document["paths"].values() for o in methods.values()):
                _declare_problems(operation["responses"])
            for name in _OF_FRAMEWORK:
                document.get("components", {}).get("schemas", {}).pop(name, None)
        return self.openapi_schema or {}


def _declare_problems(responses: dict[str, Any]) -> None:
    """Say that failures are problems, and drop the failure that FastAPI adds and that we never answer with."""
    for status, response in list(responses.items()):
        for body in response.get("content", {}).values():
            described = body.get("schema", {}).get("$ref", "").rpartition("/")[2]
            if described == "HTTPValidationError":
                del responses[status]
            elif described == "ProblemDocument":
                response["content"] = {MEDIA_TYPE: body}
