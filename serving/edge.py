"""The edge of a process: what every answer has, and how much of a request is read at all."""

from collections.abc import Mapping
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.problems import Answer, Problem, ProblemType

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""Of every answer that does not say otherwise."""
FRAMED_ANYWHERE: Final = "frame-ancestors *"


class Edge:
    """Outermost layer: HEAD is answered as GET is, and every answer gets the headers that keep browsers safe."""

    def __init__(self, app: ASGIApp, defaults: Mapping[str, str] = HEADERS) -> None:
        self.app = app
        self.defaults = defaults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.defaults.items():
                    headers.setdefault(name, value)
                # The older header can't say it.
                if FRAMED_ANYWHERE in headers.get("Content-Security-Policy", ""):
                    del headers["X-Frame-Options"]
            await send(message)

        if scope["method"] == "HEAD":
            scope = dict(scope, method="GET")  # the server leaves the body out
        await self.app(scope, receive, send_with_headers)


class BodyLimit:
    """Layer that reads no more of a body than any request needs; what is longer it answers by itself."""

    def __init__(self, app: ASGIApp, most: int, kind: ProblemType, answer: Answer) -> None:
        """Set the bound.

        Args:
            app: The layer behind.
            most: Bytes of a body.
            kind: What a longer one is.
            answer: Says so.
        """
        self.app = app
        self.most = most
        self.kind = kind
        self.answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body within its bound, then pass the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = await self._body(scope, receive)
        if body is None:
            problem = Problem(self.kind, f"at most {self.most} bytes are read", headers={"Connection": "close"})
            await self.answer(Request(scope), problem)(scope, receive, send)
            return
        given = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive_again() -> Message:
            return next(given, None) or await receive()

        await self.app(scope, receive_again, send)

    async def _body(self, scope: Scope, receive: Receive) -> bytes | None:
        """Return the whole body, None if it is too long."""
        length = Headers(scope=scope).get("content-length", "0")
        if not length.isdecimal() or len(length) > len(str(self.most)) or int(length) > self.most:
            return None
        body = bytearray()
        while True:
            message = await receive()
            body += message.get("body", b"")
            if len(body) > self.most:
                return None
            if not message.get("more_body"):
                return bytes(body)
