"""A service
answers with the headers of the edge, also where it fails by a mistake of ours
describes its failures as problems, and none with which it never answers
"""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from serving.edge import HEADERS
from serving.problems import MEDIA_TYPE, ProblemType, install, responses_of
from serving.service import Scripts, Service
from tests.api.client import Client, serving

MISSING = ProblemType("missing", 404, "Not there", "There is no such thing.", "Look elsewhere.")


class ProblemDocument(BaseModel):
    """A problem."""

    type: str


class Verdict(BaseModel):
    """Whether something is well."""

    status: str


def service(**options: Any) -> Service:
    app = Service(title="Some service", **options)
    install(app, {})

    @app.get("/things/{number}", responses=responses_of([MISSING], {"model": ProblemDocument}))
    def thing(number: int) -> int:
        return 1 // number

    @app.get("/card", response_class=HTMLResponse, responses=responses_of([MISSING], {"model": ProblemDocument}))
    def card() -> Response:
        return HTMLResponse("")

    @app.get("/health", responses={503: {"model": Verdict}})
    def health() -> Verdict:
        return Verdict(status="ok")

    return app


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with serving(service()) as made:
        yield made


@pytest.mark.parametrize(("path", "status"), [("/things/1", 200), ("/nothing", 404), ("/things/0", 500)])
def test_headers__of_every_answer__keep_browsers_safe(client: Client, path: str, status: int) -> None:
    answer = client.get(path)

    assert answer.status == status
    assert {name: answer.headers[name.lower()] for name in HEADERS} == HEADERS


def test_headers__of_ones_own__take_the_place_of_those() -> None:
    with serving(service(headers={"X-Own": "1"})) as client:
        headers = client.get("/things/0").headers

    assert headers["x-own"] == "1"
    assert "x-frame-options" not in headers


def test_openapi__of_each_failure__says_that_it_is_a_problem(client: Client) -> None:
    document = client.get("/openapi.json").json()

    problem = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}
    assert document["info"]["title"] == "Some service"
    for path in ("/things/{number}", "/card"):
        responses = document["paths"][path]["get"]["responses"]
        assert list(responses) == ["200", "404"], "FastAPI adds 422"
        assert responses["404"]["content"] == problem
    assert list(document["components"]["schemas"]) == ["ProblemDocument", "Verdict"]
    assert "application/json" in document["paths"]["/health"]["get"]["responses"]["503"]["content"]


def test_scripts__of_other_pages__may_do_what_the_service_says_and_read_its_failures() -> None:
    origin = {"Origin": "https://page.example"}
    asking = origin | {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "X-Sent"}
    with serving(service(scripts=Scripts(("GET", "POST"), ("X-Sent",), ("X-Read",)))) as client:
        preflight = client.get("/things/1", asking, method="OPTIONS")
        other = client.get("/things/1", asking | {"Access-Control-Request-Method": "DELETE"}, method="OPTIONS")
        failed = client.get("/things/0", origin)

    assert (preflight.status, other.status) == (200, 400)
    assert preflight.headers["access-control-allow-methods"] == "GET, POST"
    assert "X-Sent" in preflight.headers["access-control-allow-headers"]
    assert (failed.status, failed.headers["access-control-allow-origin"]) == (500, "*")
    assert failed.headers["access-control-expose-headers"] == "X-Read"
    assert failed.headers["x-content-type-options"] == "nosniff"


def test_scripts__of_other_pages__may_do_nothing_else(client: Client) -> None:
    assert "access-control-allow-origin" not in client.get("/health", {"Origin": "https://page.example"}).headers


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_pages__of_the_framework__are_not_served(client: Client, path: str) -> None:
    assert client.get(path).status == 404


def test_path__with_a_slash_more__is_not_led_elsewhere(client: Client) -> None:
    assert client.get("/health/").status == 404
