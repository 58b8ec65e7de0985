"""What goes wrong in an application
├── that is a problem: answered with its kind, detail, members and headers
├── that means one: the same, by the table of meanings
├── that the framework refuses: the kind of that status, else that of every other mistake of a caller
└── that nobody expected: 500, logged, and nothing of the inside is told
"""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.exceptions import HTTPException

from serving.problems import (
    INTERNAL_ERROR,
    MAX_INSTANCE,
    Problem,
    ProblemType,
    install,
    kinds_in,
    of_framework,
    responses_of,
)
from tests.api.client import Answer, Client, serving

INVALID = ProblemType("invalid", 400, "Not valid", "It is not as it should be.", "Mend it.")
MISSING = ProblemType("missing", 404, "Not there", "There is no such thing.", "Look elsewhere.")
WRONG_WAY = ProblemType("wrong-way", 405, "Not that way", "There is another.", "Take that.")
AWAY = ProblemType("away", 503, "Away", "It is not here now.", "Come again.")


class Odd(Exception):
    """An error that has a meaning."""


RAISED: dict[str, Exception] = {
    "bare": Problem(INVALID),
    "told": Problem(INVALID, "x is 7", headers={"X-More": "1"}, errors=[{"name": "x"}]),
    "away": Problem(AWAY),
    "away-long": Problem(AWAY, retry_after=60),
    "wait": Problem(INVALID, retry_after=0),
    "odd": Odd("x"),
    "teapot": HTTPException(418, "short and stout", {"X-Inside": "secret", "allow": "GET"}),
    "theirs": HTTPException(502, "secret"),
    "ours": RuntimeError("the secret of the house"),
}


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    app = FastAPI()

    @app.get("/raise/{name}")
    def fail(name: str) -> None:
        raise RAISED[name]

    def odd(_request: Any, error: Odd) -> Problem:
        return Problem(MISSING, f"odd: {error}")

    framework = of_framework({404: MISSING, 405: WRONG_WAY}, otherwise=INVALID)
    install(app, {Odd: odd, HTTPException: framework})
    with serving(app) as made:
        yield made


def test_problem__without_a_detail__says_what_its_kind_means(client: Client) -> None:
    answer = client.get("/raise/bare")

    assert (answer.status, answer.headers["content-type"]) == (400, "application/problem+json")
    assert answer.json() == {
        "type": "/problems/invalid",
        "title": "Not valid",
        "status": 400,
        "detail": "It is not as it should be.",
        "instance": "/raise/bare",
    }
    assert answer.headers["cache-control"] == "no-store"
    assert "retry-after" not in answer.headers


def test_problem__with_more__has_its_members_and_headers(client: Client) -> None:
    answer = client.get("/raise/told")

    assert (answer.json()["detail"], answer.json()["errors"]) == ("x is 7", [{"name": "x"}])
    assert answer.headers["x-more"] == "1"


@pytest.mark.parametrize(("name", "seconds"), [("away", "5"), ("away-long", "60"), ("wait", "0"), ("bare", None)])
def test_problem__that_passes__says_when_to_come_back(client: Client, name: str, seconds: str | None) -> None:
    assert client.get(f"/raise/{name}").headers.get("retry-after") == seconds


def test_error__with_a_meaning__is_that_problem(client: Client) -> None:
    answer = client.get("/raise/odd")

    assert (answer.status, answer.problem, answer.json()["detail"]) == (404, "missing", "odd: x")


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [("GET", "/nothing", MISSING), ("DELETE", "/raise/bare", WRONG_WAY), ("GET", "/raise/teapot", INVALID)],
)
def test_refusal__of_the_framework__is_the_kind_of_its_status(
    client: Client, method: str, path: str, kind: ProblemType
) -> None:
    answer = client.get(path, method=method)

    assert (answer.status, answer.problem) == (kind.status, kind.name)
    assert answer.json()["detail"] == kind.meaning
    assert b"stout" not in answer.body


def test_refusal__of_the_framework__keeps_the_allowed_methods_and_no_other_header(client: Client) -> None:
    assert client.get("/raise/bare", method="DELETE").headers["allow"] == "GET"
    teapot = client.get("/raise/teapot").headers
    assert (teapot["allow"], teapot.get("x-inside")) == ("GET", None)


@pytest.mark.parametrize("name", ["theirs", "ours"])
def test_failure__of_ours__tells_nothing_of_the_inside(client: Client, name: str) -> None:
    answer = client.get(f"/raise/{name}")

    assert (answer.status, answer.problem) == (500, INTERNAL_ERROR.name)
    assert b"secret" not in answer.body


def test_failure__of_ours__is_logged_with_its_path_on_one_line(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    RAISED["a\nb"] = RuntimeError("the secret of the house")

    client.get("/raise/a%0Ab")

    (record,) = [one for one in caplog.records if one.name == "serving.problems"]
    assert record.getMessage() == "request failed: b'/raise/a\\nb'"
    assert "the secret of the house" in caplog.text


def instance(answer: Answer) -> str:
    return str(answer.json()["instance"])


def test_instance__of_a_long_or_strange_path__is_bounded_and_escaped(client: Client) -> None:
    assert instance(client.get("/" + "x" * 5_000)) == "/" + "x" * (MAX_INSTANCE - 1)
    assert instance(client.get("/%3Cscript%3E%0d%0a")) == "/%3Cscript%3E%0D%0A"
    assert instance(client.get("/%ff")).isascii()


def test_kinds__among_names__are_found_by_their_own_name_in_the_order_of_status() -> None:
    names = {"AWAY": AWAY, "INVALID": INVALID, "OTHER": 7, "AGAIN": AWAY, "MISSING": MISSING}

    assert list(kinds_in(names).items()) == [("invalid", INVALID), ("missing", MISSING), ("away", AWAY)]


def test_explanation__of_a_kind__is_all_that_its_page_says() -> None:
    assert AWAY.explanation() == {
        "type": "/problems/away",
        "title": "Away",
        "status": 503,
        "meaning": "It is not here now.",
        "remedy": "Come again.",
    }


def test_responses__of_kinds__share_a_description_where_they_share_a_status() -> None:
    gone = ProblemType("gone", 404, "Gone", "", "")

    found = responses_of((MISSING, gone, AWAY, MISSING), {"model": dict})

    assert found == {
        404: {"model": dict, "description": "[Not there](/problems/missing); [Gone](/problems/gone)"},
        503: {"model": dict, "description": "[Away](/problems/away)"},
    }
