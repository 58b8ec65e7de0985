"""What one caller may send: so many requests a minute, and so many bytes in one.

Each caller has a bucket that holds a minute's requests and fills up evenly. A caller is an IPv4 address or an IPv6 /64
network, which is what one household gets.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from math import ceil
from time import monotonic
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from relay.problems import TOO_LARGE, TOO_MANY_REQUESTS, answer

MINUTE: Final = 60
MAX_CALLERS: Final = 50_000
"""Buckets kept at the same time; the one that was used longest ago is forgotten first."""
MAX_BODY: Final = 65_536
"""Bytes: the longest call, as hex, and room for the rest."""
_NETWORK_BITS: Final = 64


@dataclass
class Buckets:
    """The bucket of each caller.

    Attributes:
        per_minute: Requests that a caller may send in a minute; also what a full bucket holds.
        clock: Seconds that never go back.
    """

    per_minute: int
    clock: Callable[[], float] = monotonic
    _of: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def take(self, caller: str) -> int:
        """Take one request out of a caller's bucket; returns 0, or the seconds until there is one in it."""
        now, rate = self.clock(), self.per_minute / MINUTE
        left, at = self._of.pop(caller, (float(self.per_minute), now))
        left = min(float(self.per_minute), left + (now - at) * rate)
        is_empty = left < 1
        self._of[caller] = (left if is_empty else left - 1, now)
        if len(self._of) > MAX_CALLERS:
            self._of.popitem(last=False)
        return ceil((1 - left) / rate) if is_empty else 0


class RateLimit:
    """Layer that counts what callers post; at the limit it answers by itself."""

    def __init__(self, app: ASGIApp, buckets: Buckets) -> None:
        self.app = app
        self.buckets = buckets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, unless its caller sent too many."""
        if scope["type"] == "http" and (seconds := self.buckets.take(caller_of(scope))):
            detail = f"{self.buckets.per_minute} requests a minute are answered; the next one in {seconds} s"
            await answer(Request(scope), TOO_MANY_REQUESTS, detail, retry_after=seconds)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


class BodyLimit:
    """Layer that reads no more of a body than any request needs."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body within its bound, then pass the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = await _body(scope, receive)
        if body is None:
            refusal = answer(Request(scope), TOO_LARGE, f"at most {MAX_BODY} bytes are read")
            refusal.headers["Connection"] = "close"  # the rest of it is not read
            await refusal(scope, receive, send)
            return
        given = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive_again() -> Message:
            return next(given, None) or await receive()

        await self.app(scope, receive_again, send)


async def _body(scope: Scope, receive: Receive) -> bytes | None:
    """Return the whole body, None if it is too long."""
    length = Headers(scope=scope).get("content-length", "0")
    if not length.isdecimal() or len(length) > len(str(MAX_BODY)) or int(length) > MAX_BODY:
        return None
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            return None
        if not message.get("more_body"):
            return bytes(body)


def caller_of(scope: Scope) -> str:
    """Return who sent a request: an address, or the /64 network of an IPv6 address; "" if that is not known."""
    host = scope["client"][0] if scope.get("client") else ""
    try:
        address = ip_address(host)
    except ValueError:
        return str(host)
    if isinstance(address, IPv6Address):
        return f"{int(address) >> _NETWORK_BITS:x}::/{_NETWORK_BITS}"
    return str(address)
