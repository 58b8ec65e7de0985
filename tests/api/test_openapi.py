"""The OpenAPI document
names every route, parameter and failure, with descriptions and examples
and every answer has the form that it declares
"""

from typing import Any

import pytest

from api.problems import PROBLEM_TYPES
from tests.api import case_scenario as cs
from tests.api import rows as r
from tests.api import scenario as s
from tests.api.client import Answer, Client
from tests.api.forms import mismatches
from tests.api.test_app import READ

PATHS = {
    "/documents/{sha256}",
    "/health",
    "/ready",
    "/problems",
    "/problems/{name}",
    "/v1/360giving.json",
    "/v1/attestations",
    "/v1/attestations.{form}",
    "/v1/attestations/{redemption_id}",
    "/v1/backers/{address}",
    "/v1/campaigns",
    "/v1/campaigns.{form}",
    "/v1/campaigns/{campaign_id}",
    "/v1/campaigns/{campaign_id}/card",
    "/v1/campaigns/{campaign_id}/objections",
    "/v1/campaigns/{campaign_id}/pledges",
    "/v1/campaigns/{campaign_id}/pledges/{backer}",
    "/v1/campaigns/{campaign_id}/updates",
    "/v1/credits",
    "/v1/credits/holders",
    "/v1/credits/holders/{account}",
    "/v1/credits/holders.{form}",
    "/v1/credits/programmes",
    "/v1/currencies",
    "/v1/entities",
    "/v1/entities.{form}",
    "/v1/entities/{entity_id}",
    "/v1/events",
    "/v1/events.{form}",
    "/v1/events/{event_key}",
    "/v1/feeds/{lang}.atom",
    "/v1/hashes/{sha256}",
    "/v1/listings",
    "/v1/listings.{form}",
    "/v1/listings/{listing_id}",
    "/v1/offers",
    "/v1/offers.{form}",
    "/v1/offers/{offer_id}",
    "/v1/orders",
    "/v1/orders.{form}",
    "/v1/orders/{order_id}",
    "/v1/pledges.{form}",
    "/v1/pools",
    "/v1/pools.{form}",
    "/v1/pools/{pool_id}",
    "/v1/pools/{pool_id}/campaigns",
    "/v1/pools/{pool_id}/campaigns/{campaign_id}",
    "/v1/pools/{pool_id}/campaigns/{campaign_id}/matches",
    "/v1/pools/{pool_id}/matches.{form}",
    "/v1/proofs/{tx_hash}/{log_index}",
    "/v1/reconciliation",
    "/v1/redemptions",
    "/v1/redemptions.{form}",
    "/v1/redemptions/{redemption_id}",
    "/v1/roles",
    "/v1/stats",
    "/v1/stats/days",
    "/v1/status",
    "/v1/stream",
    "/v1/totals",
}


@pytest.fixture(scope="module")
def document(client: Client) -> Any:
    return client.get("/openapi.json").json()


def operations(document: Any) -> list[tuple[str, Any]]:
    return [(path, item) for path, methods in document["paths"].items() for item in methods.values()]


def test_document__of_the_api__has_every_route(document: Any) -> None:
    assert set(document["paths"]) == PATHS
    assert all(set(methods) == {"get"} for methods in document["paths"].values())


def test_document__of_each_route__is_described(document: Any) -> None:
    for path, operation in operations(document):
        assert operation["description"], path
        assert operation["summary"], path
        for parameter in operation.get("parameters", []):
            described = (
                parameter.get("description") or parameter["schema"].get("description") or path == "/problems/{name}"
            )
            assert described, (path, parameter)


def test_document__of_each_failure__is_a_problem(document: Any) -> None:
    for path, operation in operations(document):
        assert "422" not in operation["responses"], path
        assert "500" in operation["responses"], path
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert list(response["content"]) == ["application/problem+json"], (path, status)
                named = [kind for kind in PROBLEM_TYPES.values() if kind.path in response["description"]]
                assert {kind.status for kind in named} == {int(status)}, (path, status)


def test_document__of_each_kind_of_problem__is_declared_somewhere(document: Any) -> None:
    responses = [response for _, operation in operations(document) for response in operation["responses"].values()]
    text = " ".join(response["description"] for response in responses)

    undeclared = {kind.name for kind in PROBLEM_TYPES.values() if f"({kind.path})" not in text}

    # Those two have no route.
    assert undeclared == {"not-found", "method-not-allowed"}


def route_of(document: Any, path: str) -> Any:
    """Return the operation that answers at a path."""
    parts = path.split("?", maxsplit=1)[0].split("/")
    for template, operation in operations(document):
        names = template.split("/")
        if len(names) == len(parts) and all(n.startswith("{") or n == p for n, p in zip(names, parts, strict=True)):
            return operation
    raise AssertionError(path)


def declared(document: Any, path: str, answer: Answer) -> list[str]:
    """Return how an answer differs from what the document declares."""
    response = route_of(document, path)["responses"].get(str(answer.status))
    if response is None:
        return [f"{answer.status} is not declared"]
    media_type = answer.headers["content-type"]
    return list(mismatches(response["content"][media_type]["schema"], answer.json(), document, "$"))


@pytest.mark.parametrize(
    "path",
    [*READ, "/v1/status", "/health", "/ready", "/problems", "/problems/not-found"]
    + [f"/v1/campaigns/{number}" for number in s.PHASES]
    + [f"/v1/entities/{number}" for number in range(1, 8)]
    + [f"/v1/listings/{number}" for number in range(1, 7)]
    + [f"/v1/orders/{number}" for number in cs.ORDERS]
    + [f"/v1/offers/{number}" for number in range(1, 5)]
    + [f"/v1/redemptions/{number}" for number in cs.REDEMPTIONS],
)
def test_answer__of_each_route__has_the_declared_form(client: Client, document: Any, path: str) -> None:
    assert declared(document, path, client.get(path)) == []


@pytest.mark.parametrize(
    "path",
    [
        "/v1/campaigns?limit=0",
        "/v1/campaigns?x=1",
        "/v1/campaigns/99",
        "/v1/entities/99",
        "/v1/backers/0x",
        f"/v1/campaigns/{s.LIVE}/pledges/0x{'7' * 40}",
        "/v1/events/7",
        f"/documents/{r.digest(1)[2:]}",
        "/problems/nothing",
        "/health?x=1",
    ],
)
def test_problem__of_each_route__has_the_declared_form(client: Client, document: Any, path: str) -> None:
    assert declared(document, path, client.get(path)) == []
