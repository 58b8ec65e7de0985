"""GET /v1/entities
    when a filter is malformed: a problem
    else those that meet every filter
GET /v1/entities/{id}
    when there is none: unknown-entity
    else its state, whether it is verified at the time of the block, its accounts and a pending change
"""

import pytest

from tests.api import rows as r
from tests.api.client import Client


@pytest.mark.parametrize(
    "query, problem",
    [
        ("kind=robot", "invalid-parameter"),
        ("kind=1", "invalid-parameter"),
        ("state=verified&state=refused", "invalid-parameter"),
        ("account=0xzz", "invalid-address"),
        ("role=admin", "unknown-parameter"),
    ],
)
def test_list__malformed__is_refused(client: Client, query: str, problem: str) -> None:
    assert client.get(f"/v1/entities?{query}").problem == problem


@pytest.mark.parametrize("number", ["8", "4294967295"])
def test_read__of_no_entity__is_unknown(client: Client, number: str) -> None:
    answer = client.get(f"/v1/entities/{number}")

    assert (answer.status, answer.problem) == (404, "unknown-entity")


@pytest.mark.parametrize("number", ["0", "a", str(2**32), str(2**63)])
def test_read__of_no_id__is_refused(client: Client, number: str) -> None:
    assert client.get(f"/v1/entities/{number}").problem == "invalid-parameter"


@pytest.mark.parametrize(
    "query, expected",
    [
        ("", [7, 6, 5, 4, 3, 2, 1]),
        ("sort=oldest&limit=2", [1, 2]),
        ("kind=member", [3]),
        ("kind=public_body&kind=member", [7, 3, 2]),
        ("kind=provider&state=verified", [2]),
        ("state=refused", [5]),
        (f"account={r.MEMBER}", [3]),
        (f"account={r.BACKER}", []),
    ],
)
def test_list__by_facts__finds_those_that_meet_all(client: Client, query: str, expected: list[int]) -> None:
    items = client.get(f"/v1/entities?{query}").json()["items"]

    assert [item["entity_id"] for item in items] == expected


@pytest.mark.parametrize(
    "number, state, verified, suspended",
    [
        (1, "verified", True, False),
        (2, "verified", False, True),
        (4, "registered", False, False),
        (5, "refused", False, False),
        (6, "revoked", False, False),
        (7, "verified", True, False),
    ],
)
def test_read__in_each_state__says_whether_verified(
    client: Client, number: int, state: str, verified: bool, suspended: bool
) -> None:
    entity = client.get(f"/v1/entities/{number}").json()["entity"]

    assert (entity["state"], entity["verified"], entity["suspended"]) == (state, verified, suspended)


def test_read__with_changed_account__tells_the_history(client: Client) -> None:
    entity = client.get("/v1/entities/3").json()["entity"]

    assert entity["kinds"] == ["member"]
    first, second = entity["accounts"]
    assert first["until"] == second["since"] == "2025-12-11T12:00:00Z"
    assert second["until"] is None
    assert second["account"] == entity["account"]
    assert entity["proposed_account"].lower() == "0x" + "f1" * 20


def test_read__revoked__ends_the_last_tenure(client: Client) -> None:
    entity = client.get("/v1/entities/6").json()["entity"]

    assert entity["accounts"][-1]["until"] == entity["revoked_at"] == "2026-02-24T12:00:00Z"


def test_read__in_recovery__names_the_next_account(client: Client) -> None:
    entity = client.get("/v1/entities/7").json()["entity"]

    assert entity["recovery"]["account"].lower() == "0x" + "f2" * 20
    assert entity["recovery"]["finishable_at"] == "2026-03-10T12:00:00Z"
    assert entity["recovery_barred_until"] == "2026-02-28T12:00:00Z"


def test_read__verified_beyond_the_calendar__says_the_last_second(client: Client) -> None:
    assert client.get("/v1/entities/7").json()["entity"]["verified_until"] == "9999-12-31T23:59:59Z"
