"""How many uploads one caller may send in a minute: each has a bucket that fills up evenly.

A caller is an IPv4 address or an IPv6 /64 network, which is what one household gets.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from math import ceil
from time import monotonic
from typing import Final

from documents.errors import Refusal
from documents.problems import TOO_MANY_REQUESTS

MINUTE: Final = 60
MAX_CALLERS: Final = 50_000
"""Buckets kept at the same time; the one that was used longest ago is forgotten first."""
_NETWORK_BITS: Final = 64


@dataclass
class Buckets:
    """The bucket of each caller.

    Attributes:
        per_minute: Uploads that a caller may send in a minute; also what a full bucket holds. 0: no limit.
        clock: Seconds that never go back.
    """

    per_minute: int
    clock: Callable[[], float] = monotonic
    _of: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def take(self, host: str) -> None:
        """Take one upload out of a caller's bucket.

        Raises:
            Refusal: It is empty.
        """
        if not self.per_minute:
            return
        caller, now, rate = caller_of(host), self.clock(), self.per_minute / MINUTE
        left, at = self._of.pop(caller, (float(self.per_minute), now))
        left = min(float(self.per_minute), left + (now - at) * rate)
        taken = left >= 1
        self._of[caller] = (left - taken, now)
        if len(self._of) > MAX_CALLERS:
            self._of.popitem(last=False)
        if not taken:
            seconds = ceil((1 - left) / rate)
            message = f"{self.per_minute} uploads a minute are looked at; the next one in {seconds} s"
            raise Refusal(TOO_MANY_REQUESTS, message, retry_seconds=seconds)


def caller_of(host: str) -> str:
    """Return the caller behind an address."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        return f"{int(address) >> _NETWORK_BITS:x}::/{_NETWORK_BITS}"
    return str(address)
