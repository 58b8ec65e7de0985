"""The bucket of a caller
├── holds a minute's uploads, and fills up evenly
├── is the same for all addresses of one IPv6 /64 network, and another for each IPv4 address
└── is forgotten when very many others came since
"""

import pytest

from documents import limits
from documents.errors import Refusal
from documents.limits import Buckets


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def is_refused(buckets: Buckets, host: str) -> bool:
    try:
        buckets.take(host)
    except Refusal as refusal:
        return refusal.kind.name == "too-many-requests"
    return False


def test_take__more_than_a_minutes__is_refused_until_the_next_one_is_there() -> None:
    clock = Clock()
    buckets = Buckets(3, clock)
    assert [is_refused(buckets, "192.0.2.1") for _ in range(4)] == [False, False, False, True]
    with pytest.raises(Refusal) as caught:
        buckets.take("192.0.2.1")
    assert caught.value.retry_seconds == 20

    clock.now = 19.9
    assert is_refused(buckets, "192.0.2.1")
    clock.now = 20.1
    assert [is_refused(buckets, "192.0.2.1") for _ in range(2)] == [False, True]
    clock.now = 1_000_000
    assert [is_refused(buckets, "192.0.2.1") for _ in range(4)] == [False, False, False, True]


@pytest.mark.parametrize(
    "one, other, same",
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("nowhere", "", False),
    ],
)
def test_take__from_two_addresses__counts_by_household(one: str, other: str, same: bool) -> None:
    buckets = Buckets(1, Clock())
    buckets.take(one)

    assert is_refused(buckets, other) is same


def test_take__of_very_many_callers__forgets_the_one_of_longest_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_CALLERS", 2)
    buckets = Buckets(1, Clock())
    for host in ("192.0.2.1", "192.0.2.2", "192.0.2.3"):
        buckets.take(host)

    assert [is_refused(buckets, host) for host in ("192.0.2.3", "192.0.2.1")] == [True, False]


def test_take__without_a_limit__is_never_refused() -> None:
    buckets = Buckets(0)

    assert not any(is_refused(buckets, "192.0.2.1") for _ in range(100))
