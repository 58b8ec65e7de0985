"""A caller who sends more requests than the limit
is refused with a problem that says when to come back, and is answered then
takes nothing from others; an IPv6 network is one caller
and reads in every answer how many are left
"""

import pytest
from starlette.types import Scope

from api.app import create_app
from api.limits import MAX_CALLERS, Buckets, caller_of
from api.settings import Settings
from tests.api.client import serving


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_caller__above_the_limit__is_refused_until_time_has_passed() -> None:
    clock = Clock()
    buckets = Buckets(per_minute=6, clock=clock)

    assert [buckets.take("a") for _ in range(6)] == [(5 - n, 10 * (n + 1)) for n in range(6)]
    assert buckets.take("a") == (-1, 10)
    clock.now += 9.9
    assert buckets.take("a") == (-1, 1)
    clock.now += 0.1
    assert buckets.take("a") == (0, 60)
    assert buckets.take("a") == (-1, 10)


def test_caller__who_waits_long__saves_no_more_than_a_minutes_requests() -> None:
    clock = Clock()
    buckets = Buckets(per_minute=6, clock=clock)
    buckets.take("a")
    clock.now += 1_000_000

    assert buckets.take("a") == (5, 10)


def test_caller__above_the_limit__takes_nothing_from_others() -> None:
    buckets = Buckets(per_minute=1, clock=Clock())
    buckets.take("a")

    assert buckets.take("a")[0] == -1
    assert buckets.take("b")[0] == 0


def test_callers__without_end__are_forgotten_in_turn() -> None:
    buckets = Buckets(per_minute=2, clock=Clock())
    for number in range(MAX_CALLERS + 10):
        buckets.take(str(number))

    assert len(buckets._of) == MAX_CALLERS
    assert buckets.take(str(MAX_CALLERS))[0] == 0, "the newest are remembered"


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


def test_caller__that_is_not_known__is_one_of_all_those() -> None:
    assert caller_of({"type": "http", "client": None}) == ""


def test_api__with_a_limit__says_so_in_every_answer_and_refuses_beyond(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.app.Buckets", lambda per_minute: Buckets(per_minute, clock=Clock()))
    app = create_app(Settings(database_url="sqlite:////nowhere/none.db", requests_per_minute=2))
    with serving(app) as client:
        first, second, third = (client.get("/problems/too-many-requests") for _ in range(3))

    assert (first.status, second.status) == (200, 200)
    assert first.headers["ratelimit-policy"] == '"minute";q=2;w=60'
    assert first.headers["ratelimit"] == '"minute";r=1;t=30'
    assert (third.status, third.problem) == (429, "too-many-requests")
    assert third.headers["ratelimit"] == '"minute";r=0;t=30'
    assert third.headers["retry-after"] == "30"
    assert third.headers["content-security-policy"], "what every answer has"
