"""How many requests one caller may send in a minute, told in the headers of every answer.

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

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import TOO_MANY_REQUESTS, answer

MINUTE: Final = 60
MAX_CALLERS: Final = 50_000
"""Buckets kept at the same time; the one that was used longest ago is forgotten first."""
_NETWORK_BITS: Final = 64


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


@dataclass
class Buckets:
    """The bucket of each caller.

    Attributes:
        per_minute: Requests that a caller may send in a minute; also what a full bucket holds.
        clock: Seconds that never go back.
    """

    per_minute: int
    clock: Callable[[], float] = monotonic
    _of: OrderedDict[str, _Bucket] = field(default_factory=OrderedDict)

    def take(self, caller: str) -> tuple[int, int]:
        """Take one request out of a caller's bucket.

        Returns:
            Requests that are left, and seconds until the bucket is full again. If the bucket was empty, -1 and the
            seconds until there is one request in it.
        """
        now = self.clock()
        bucket = self._of.pop(caller, None) or _Bucket(self.per_minute, now)
        rate = self.per_minute / MINUTE
        bucket.left = min(float(self.per_minute), bucket.left + (now - bucket.at) * rate)
        bucket.at = now
        self._of[caller] = bucket
        if len(self._of) > MAX_CALLERS:
            self._of.popitem(last=False)
        if bucket.left < 1:
            return -1, ceil((1 - bucket.left) / rate)
        bucket.left -= 1
        return int(bucket.left), ceil((self.per_minute - bucket.left) / rate)


def as_problem(request: Request, detail: str) -> Response:
    """Return the answer to a request too many."""
    return answer(request, TOO_MANY_REQUESTS, detail)


class Limits:
    """Layer that counts requests; at the limit it answers by itself."""

    def __init__(self, app: ASGIApp, buckets: Buckets, refuse: Callable[[Request, str], Response] = as_problem) -> None:
        self.app = app
        self.buckets = buckets
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, unless its caller sent too many."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        left, seconds = self.buckets.take(caller_of(scope))
        told = {
            "RateLimit-Policy": f'"minute";q={self.buckets.per_minute};w={MINUTE}',
            "RateLimit": f'"minute";r={max(left, 0)};t={seconds}',
        }

        async def send_with_limits(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(told)
            await send(message)

        if left < 0:
            detail = f"{self.buckets.per_minute} requests a minute are answered; the next one in {seconds} s"
            refusal = self.refuse(Request(scope), detail)
            refusal.headers["Retry-After"] = str(seconds)
            await refusal(scope, receive, send_with_limits)
        else:
            await self.app(scope, receive, send_with_limits)


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
