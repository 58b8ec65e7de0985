"""An application over HTTP of which every answer has the headers of the edge, and every failure is a problem."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp

from serving.edge import HEADERS, Edge
from serving.problems import MEDIA_TYPE

_OF_FRAMEWORK = ("HTTPValidationError", "ValidationError")
"""Bodies that FastAPI describes and that no service of ours answers with."""


class Service(FastAPI):
    """The application; its OpenAPI document says which failures are problems."""

    def __init__(self, *, headers: Mapping[str, str] = HEADERS, **options: Any) -> None:
        """Make an application.

        Args:
            headers: Of every answer that does not say otherwise.
            options: Those of FastAPI.
        """
        super().__init__(docs_url=None, redoc_url=None, redirect_slashes=False, **options)
        self._headers = headers

    def build_middleware_stack(self) -> ASGIApp:
        """Return all layers. The edge is the outermost: what answers to mistakes of ours is outside of added ones."""
        return Edge(super().build_middleware_stack(), self._headers)

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
