"""What schemathesis makes of the OpenAPI document, right and wrong
no answer is a 5xx, none has a status, media type or form that its route does not declare

`make test` sends some hundreds of its requests, `make test-fuzz` tens of thousands (`ERANOS_FUZZ=full`).
"""

from collections.abc import Iterator
from typing import Any, Final

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.problems import NOT_FOUND
from tests.api.client import Client
from tests.api.test_fuzz import FULL, SEED

EXAMPLES: Final = 350 if FULL else 8
"""Requests of each route."""
CHECKS: Final = [not_a_server_error, status_code_conformance, content_type_conformance]
ENDLESS: Final = "/v1/stream"


@pytest.fixture
def document(client: Client) -> Any:
    """Return what schemathesis reads."""
    return schemathesis.openapi.from_dict(client.get("/openapi.json").json())


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    """Return connections that stay open."""
    with requests.Session() as opened:
        yield opened


def base_of(client: Client) -> str:
    """Return the address of a client's server."""
    return f"http://127.0.0.1:{client.connection.port}"


schema = schemathesis.pytest.from_fixture("document")


@seed(SEED)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@schema.exclude(path=ENDLESS).parametrize()
def test_requests__of_the_document__are_answered_as_declared(
    case: schemathesis.Case[Any], session: requests.Session, client: Client, indexed_client: Client
) -> None:
    # Earlier blocks need a mirror made of events. The amounts in ours are drawn, so that some results are below zero.
    drawn = "at" in (case.query or {})
    answer = case.call(base_of(indexed_client if drawn else client), session=session)

    if answer.status_code == NOT_FOUND.status and answer.json()["type"] == NOT_FOUND.path:
        return  # a value held what ends the path: it is another one
    case.validate_response(answer, checks=[*CHECKS, *([] if drawn else [response_schema_conformance])])
