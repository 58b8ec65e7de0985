"""A caller who sends more requests than the limit
is refused with a problem that says when to come back, and is answered then
takes nothing from others; an IPv6 network is one caller
and reads in every answer how many are left
"""

import pytest
from fastapi import FastAPI
from starlette.types import Scope

from serving.callers import Buckets, RateLimit, caller_of
from serving.problems import ProblemType, answer
from tests.api.client import serving

TOO_MANY = ProblemType("too-many", 429, "Too many", "More than are answered.", "Wait.")


class Clock:
    """Stands still until it is moved."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_take__above_the_limit__is_refused_until_time_has_passed() -> None:
    clock = Clock()
    buckets = Buckets(per_minute=6, clock=clock)

    assert [buckets.take("a") for _ in range(6)] == [(5 - n, 10 * (n + 1)) for n in range(6)]
    assert buckets.take("a") == (-1, 10)
    clock.now += 9.9
    assert buckets.take("a") == (-1, 1)
    clock.now += 0.1
    assert buckets.take("a") == (0, 60)
    assert buckets.take("a") == (-1, 10)


def test_take__after_a_long_time__saves_no_more_than_a_minutes_requests() -> None:
    clock = Clock()
    buckets = Buckets(per_minute=6, clock=clock)
    buckets.take("a")
    clock.now += 1_000_000

    assert buckets.take("a") == (5, 10)


def test_take__above_the_limit__takes_nothing_from_others() -> None:
    buckets = Buckets(per_minute=1, clock=Clock())
    buckets.take("a")

    assert buckets.take("a")[0] == -1
    assert buckets.take("b")[0] == 0


def test_take__of_very_many_callers__forgets_the_one_of_longest_ago() -> None:
    buckets = Buckets(per_minute=1, clock=Clock(), most=2)
    for caller in ("a", "b", "a", "c"):
        buckets.take(caller)

    assert [buckets.take(caller)[0] for caller in ("a", "c", "b")] == [-1, -1, 0]


@pytest.mark.parametrize(
    ("host", "caller"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "20010db800010002::/64"),
        ("2001:db8:1:2::7", "20010db800010002::/64"),
        ("2001:db8:1:3::7", "20010db800010003::/64"),
        ("not an address", "not an address"),
    ],
)
def test_caller__of_each_kind__is_told_apart(host: str, caller: str) -> None:
    scope: Scope = {"type": "http", "client": (host, 1)}

    assert caller_of(scope) == caller


@pytest.mark.parametrize("scope", [{"type": "http", "client": None}, {"type": "http"}])
def test_caller__that_is_not_known__is_one_of_all_those(scope: Scope) -> None:
    assert caller_of(scope) == ""


def test_answers__with_a_limit__say_so_and_refuse_beyond() -> None:
    app = FastAPI()
    app.add_middleware(RateLimit, buckets=Buckets(2, Clock()), kind=TOO_MANY, answer=answer)
    with serving(app) as client:
        first, second, third = (client.get("/nothing") for _ in range(3))

    assert (first.status, second.status) == (404, 404)
    assert first.headers["ratelimit-policy"] == '"minute";q=2;w=60'
    assert first.headers["ratelimit"] == '"minute";r=1;t=30'
    assert (third.status, third.problem) == (429, "too-many")
    assert third.json()["detail"] == "2 requests a minute are answered; the next one in 30 s"
    assert third.headers["ratelimit"] == '"minute";r=0;t=30'
    assert third.headers["retry-after"] == "30"
