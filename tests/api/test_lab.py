"""What concerns the lab as a whole: roles, currencies, status

GET /v1/roles: each role with its holders, functions and delays in force at the time of the block
GET /v1/currencies: each currency ever listed
GET /v1/status: how far the mirror is; no address of a node in it
"""

from collections.abc import Callable

from tests.api import rows as r
from tests.api import scenario as s
from tests.api.client import Client
from tests.api.rows import DAY


def test_roles__unknown_parameter__is_refused(client: Client) -> None:
    assert client.get("/v1/roles?role=3").problem == "unknown-parameter"


def test_roles__of_the_lab__say_who_may_do_what_and_how_fast(client: Client) -> None:
    answer = client.get("/v1/roles").json()

    admin, reviewer, treasurer = answer["roles"]
    assert [role["name"] for role in answer["roles"]] == ["admin", "reviewer", "treasurer"]
    assert (admin["role_id"], admin["holders"][0]["delay"]) == ("0", 5 * DAY)
    assert [holder["account"].lower() for holder in reviewer["holders"]] == [r.REVIEWER]
    assert reviewer["grant_delay"] == 0  # five days, but from tomorrow on
    assert [(f["contract"], f["signature"]) for f in reviewer["functions"]] == [
        (None, None),
        ("Crowdfunding", "approveCampaign(uint32)"),
    ]
    assert [holder["active"] for holder in treasurer["holders"]] == [False]
    assert [item["contract"] for item in answer["closed"]] == [None]


def test_currencies__ever_listed__are_there(client: Client) -> None:
    old, euro = client.get("/v1/currencies").json()["currencies"]

    assert (old["address"].lower(), old["listed"], old["symbol"]) == (s.OLD_EURO, False, None)
    assert (euro["address"].lower(), euro["listed"], euro["symbol"], euro["decimals"]) == (r.EURO, True, "tEUR", 6)
    assert {client.get(link).status for link in euro["links"].values()} == {200}


def test_status__of_a_running_indexer__tells_all(client: Client) -> None:
    status = client.get("/v1/status").json()

    assert status["chain_id"] == 31337
    assert status["checkpoint"]["block_number"] == r.BLOCK
    assert status["checkpoint"]["finalized_number"] == r.BLOCK - 64
    assert status["lag"] == {"blocks": 2, "seconds": 30}
    assert [(j["contract"], j["sequence"], j["digest"]) for j in status["journals"]] == [
        ("Crowdfunding", 7, "0x" + "77" * 26),
        ("Marketplace", 7, "0x" + "77" * 26),
    ]
    assert status["quarantine"]["count"] == 1
    assert status["quarantine"]["newest"][0]["reason"] == "no event has this topic"
    assert (status["reconciliation"]["compared"], status["reconciliation"]["differences"]) == (500, 0)
    assert status["pauses"][0] == {"contract": "Crowdfunding", "paused_until": "2026-02-28T12:00:00Z", "active": False}


def test_status__of_an_error__hides_the_node(client: Client) -> None:
    answer = client.get("/v1/status")

    assert answer.json()["indexer"]["last_error"] == "the node at (address) did not answer"
    assert b"secret-key" not in answer.body


def test_status__of_a_new_mirror__knows_little(client_of: Callable[..., Client]) -> None:
    status = client_of([r.checkpoint(number=5, head_number=4, finalized_number=5)]).get("/v1/status").json()

    assert status["as_of"]["label"] == "finalized"
    assert (status["indexer"], status["reconciliation"]) == (None, None)
    assert status["lag"] == {"blocks": 0, "seconds": None}
