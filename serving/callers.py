"""How many requests one caller may send in a minute, told in the headers of every answer.

Each caller has a bucket that holds a minute's requests and fills up evenly. A caller is an IPv4 address or an IPv6 /64
network, which is what one household gets. Behind a proxy that uvicorn trusts it is the one for whom the proxy asks.
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
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.problems import Answer, Problem, ProblemType

MINUTE: Final = 60
MAX_CALLERS: Final = 50_000
_NETWORK_BITS: Final = 64


@dataclass
class Buckets:
    """The bucket of each caller.

    Attributes:
        per_minute: Requests that a caller may send in a minute; also what a full bucket holds.
        clock: Seconds that never go back.
        most: Buckets kept at the same time; the one that was used longest ago is forgotten first.
    """

    per_minute: int
    clock: Callable[[], float] = monotonic
    most: int = MAX_CALLERS
    _of: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def take(self, caller: str) -> tuple[int, int]:
        """Take one request out of a caller's bucket.

        Returns:
            Requests that are left, and seconds until the bucket is full again. If the bucket was empty, -1 and the
            seconds until there is one request in it.
        """
        now, full, rate = self.clock(), float(self.per_minute), self.per_minute / MINUTE
        left, at = self._of.pop(caller, (full, now))
        left = min(full, left + (now - at) * rate)
        is_empty = left < 1
        self._of[caller] = (left if is_empty else left - 1, now)
        if len(self._of) > self.most:
            self._of.popitem(last=False)
        return (-1, ceil((1 - left) / rate)) if is_empty else (int(left - 1), ceil((full - left + 1) / rate))


class RateLimit:
    """Layer that counts requests; at the limit it answers by itself."""

    def __init__(self, app: ASGIApp, buckets: Buckets, kind: ProblemType, answer: Answer) -> None:
        self.app = app
        self.buckets = buckets
        self.kind = kind
        self.answer = answer

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

        app = self.app if left >= 0 else self._refusal(scope, seconds)
        await app(scope, receive, send_with_limits)

    def _refusal(self, scope: Scope, seconds: int) -> ASGIApp:
        detail = f"{self.buckets.per_minute} requests a minute are answered; the next one in {seconds} s"
        return self.answer(Request(scope), Problem(self.kind, detail, retry_after=seconds))


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
