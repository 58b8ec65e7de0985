"""GET /v1/events
    when a filter is malformed or names no event: a problem
    else the events of all contracts that meet every filter, by their place on chain
GET /v1/events/{event_key}
    when nothing stands there: unknown-event
    else the event with its arguments
"""

import pytest

from tests.api import rows as r
from tests.api import scenario as s
from tests.api.client import Client

TX = r.digest(310)


@pytest.mark.parametrize(
    "query, problem",
    [
        ("contract=Nothing", "invalid-parameter"),
        ("event=PledgeLost", "invalid-parameter"),
        ("event=%27%20OR%201", "invalid-parameter"),
        ("tx_hash=0x12", "invalid-parameter"),
        (f"tx_hash={TX.upper()}", "invalid-parameter"),
        ("campaign=0", "invalid-parameter"),
        ("pool=x", "invalid-parameter"),
        (f"from_block={2**43}", "invalid-parameter"),
        (f"from_block={2**64}", "invalid-parameter"),
        ("to_block=-1", "invalid-parameter"),
        ("block=1", "unknown-parameter"),
    ],
)
def test_list__malformed__is_refused(client: Client, query: str, problem: str) -> None:
    assert client.get(f"/v1/events?{query}").problem == problem


@pytest.mark.parametrize("key", ["0", "1", str(2**63 - 1)])
def test_read__where_nothing_stands__is_unknown(client: Client, key: str) -> None:
    answer = client.get(f"/v1/events/{key}")

    assert (answer.status, answer.problem) == (404, "unknown-event")


@pytest.mark.parametrize("key", ["-1", "x", str(2**63), str(2**256)])
def test_read__of_no_key__is_refused(client: Client, key: str) -> None:
    assert client.get(f"/v1/events/{key}").problem == "invalid-parameter"


@pytest.mark.parametrize(
    "query, expected",
    [
        ("limit=6", ["ProfileUpdated", "Transfer", "PledgeMade", "MatchReserved", "CampaignApproved", "PoolOpened"]),
        ("sort=oldest&limit=3", ["SettlementsVoided", "SettlementsVoided", "HelpDelivered"]),
        ("order=1", ["OrderEnded", "SettlementsVoided"]),
        ("redemption=2", ["SettlementsVoided"]),
        ("redemption=7", ["HelpRequested", "HelpDelivered"]),
        ("offer=1", ["HelpRequested"]),
        ("listing=1", ["PriceUpdated"]),
        ("order=1&redemption=2", []),
        ("contract=Crowdfunding", ["PledgeMade", "CampaignApproved"]),
        ("event=Transfer", ["Transfer"]),
        ("contract=EntityRegistry&event=Transfer", []),
        (f"tx_hash={TX}", ["Transfer", "PledgeMade"]),
        (f"tx_hash={r.digest(5)}", []),
        (f"campaign={s.LIVE}", ["PledgeMade", "MatchReserved", "CampaignApproved"]),
        (f"pool={s.RATIO}", ["MatchReserved", "PoolOpened"]),
        (f"pool={s.RATIO}&campaign={s.LIVE}", ["MatchReserved"]),
        (f"pool={s.GIFT}", []),
        ("entity=2", ["PoolOpened"]),
        ("campaign=99", []),
        ("entity=3", ["PledgeMade"]),
        ("entity=1", ["ProfileUpdated", "HelpRequested"]),
        ("from_block=310&to_block=310", ["Transfer", "PledgeMade"]),
        ("from_block=311&to_block=310", []),
        (f"to_block={2**43 - 1}&from_block=700", ["ProfileUpdated"]),
    ],
)
def test_list__by_facts__finds_those_that_meet_all(client: Client, query: str, expected: list[str]) -> None:
    items = client.get(f"/v1/events?{query}").json()["items"]

    assert [item["event"] for item in items] == expected


def test_list__page_by_page__misses_none(client: Client) -> None:
    seen: list[int] = []
    following: str | None = "/v1/events?limit=1"
    while following is not None:
        page = client.get(following).json()
        seen += [item["event_key"] for item in page["items"]]
        following = page["links"]["next"]

    cases = [r.key(block) for block in range(46, 40, -1)]
    assert seen == [r.key(700), r.key(310, 6), r.key(310, 5), r.key(309, 4), r.key(150), r.key(61), *cases]


def test_read__of_a_pledge__has_its_arguments(client: Client) -> None:
    event = client.get(f"/v1/events/{r.key(310, 5)}").json()["event"]

    assert (event["contract"], event["event"]) == ("Crowdfunding", "PledgeMade")
    assert event["signature"] == "PledgeMade(uint32,address,uint32,uint96,uint96,uint96)"
    assert list(event["arguments"]) == ["campaign_id", "backer", "member_id", "amount", "pledged", "raised"]
    # Amounts are strings, ids and counts numbers, addresses checksummed.
    assert event["arguments"] | {"backer": None} == {
        "campaign_id": 3,
        "backer": None,
        "member_id": 3,
        "amount": "300",
        "pledged": "300",
        "raised": "700",
    }
    assert event["arguments"]["backer"].lower() == r.MEMBER
    assert client.get(event["links"]["transaction"]).json()["items"][1] == event
