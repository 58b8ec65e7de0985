"""GET /v1/campaigns/{id}/pledges
    when there is no such campaign: unknown-campaign
    else every pledge ever made to it, by its first event
GET /v1/campaigns/{id}/pledges/{backer}
    when the account never pledged to it: unknown-pledge
    else that pledge
GET /v1/backers/{address}
    when the address is malformed or its checksum wrong: invalid-address
    when the account never pledged: unknown-backer
    else its pledges, with what can be taken back now
"""

import pytest

from tests.api import rows as r
from tests.api import scenario as s
from tests.api.client import Client

STRANGER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


@pytest.mark.parametrize("path", ["/v1/campaigns/99/pledges", f"/v1/campaigns/99/pledges/{STRANGER}"])
def test_campaign__unknown__is_a_problem(client: Client, path: str) -> None:
    assert client.get(path).problem == "unknown-campaign"


def test_pledge__of_a_stranger__is_a_problem(client: Client) -> None:
    answer = client.get(f"/v1/campaigns/{s.LIVE}/pledges/{STRANGER}")

    assert (answer.status, answer.problem) == (404, "unknown-pledge")
    assert STRANGER in answer.json()["detail"]


@pytest.mark.parametrize(
    "address",
    [
        "0x",
        "0x70997970C51812dc3A010C7d01b50e0d17dc79C",
        "0x70997970C51812dc3A010C7d01b50e0d17dc79C8a",
        "70997970C51812dc3A010C7d01b50e0d17dc79C8",
        "0X70997970c51812dc3a010c7d01b50e0d17dc79c8",
        "0x70997970c51812dc3A010C7d01b50e0d17dc79C8",
        "0x70997970C51812dc3A010C7d01b50e0d17dc79C8%00",
        "0x7099797%EF%BC%90C51812dc3A010C7d01b50e0d17dc79C8",
        "%ED%A0%80",
    ],
)
@pytest.mark.parametrize("path", ["/v1/backers/{}", f"/v1/campaigns/{s.LIVE}/pledges/{{}}"])
def test_address__malformed__is_a_problem(client: Client, path: str, address: str) -> None:
    answer = client.get(path.format(address))

    assert (answer.status, answer.problem) == (400, "invalid-address")


@pytest.mark.parametrize("address", [STRANGER, STRANGER.lower(), "0x" + STRANGER[2:].upper()])
def test_backer__who_never_pledged__is_a_problem(client: Client, address: str) -> None:
    answer = client.get(f"/v1/backers/{address}")

    assert (answer.status, answer.problem) == (404, "unknown-backer")
    assert STRANGER in answer.json()["detail"]


def test_campaign__with_pledges__lists_each(client: Client) -> None:
    items = client.get(f"/v1/campaigns/{s.LIVE}/pledges?sort=oldest").json()["items"]

    shown = [(item["backer"].lower(), item["amount"], item["member_id"], item["calls"]) for item in items]
    assert shown == [(r.BACKER, "400", None, 1), (r.MEMBER, "300", 3, 2), ("0x" + "b3" * 20, "0", None, 1)]
    assert [item["withdrawable_until"] for item in items] == ["2026-03-25T12:00:00Z"] * 2 + [None]
    assert {item["campaign_phase"] for item in items} == {"live"}


def test_campaign__without_pledges__lists_none(client: Client) -> None:
    page = client.get(f"/v1/campaigns/{s.APPROVED}/pledges").json()

    assert (page["items"], page["next_cursor"], page["links"]["next"]) == ([], None, None)


def test_backer__with_pledges__sees_what_comes_back(client: Client) -> None:
    items = client.get(f"/v1/backers/{r.BACKER}?sort=oldest").json()["items"]

    shown = {item["campaign_id"]: (item["campaign_phase"], item["refundable"]) for item in items}
    assert shown == {
        s.LIVE: ("live", "0"),
        s.EXTENSION: ("extension", "0"),
        s.DELIVERING: ("delivering", "0"),
        s.FAILED: ("failed", "600"),
        s.CANCELED: ("canceled", "50"),
        s.REVOKED: ("canceled", "50"),
        s.STOPPED: ("delivering", "0"),
        s.TERMINATED: ("terminated", "200"),
    }
    assert items[0]["currency"]["symbol"] == "tEUR"


def test_pledge__refunded__keeps_its_amount(client: Client) -> None:
    pledge = client.get(f"/v1/campaigns/{s.FAILED}/pledges/{r.MEMBER}").json()["pledge"]

    assert (pledge["amount"], pledge["refundable"], pledge["refunded"]) == ("300", "0", True)
    assert (pledge["refunded_amount"], pledge["refunded_at"]) == ("300", "2026-02-28T12:00:00Z")


def test_pledge__by_its_own_link__is_the_same(client: Client) -> None:
    (listed,) = client.get(f"/v1/campaigns/{s.EXTENSION}/pledges").json()["items"]

    assert client.get(listed["links"]["self"]).json()["pledge"] == listed
    assert client.get(listed["links"]["backer"]).status == 200
