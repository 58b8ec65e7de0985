"""Pools and what became of each unit of their money

unknown pools, and campaigns that never asked ........ refused, each with its own problem
a pool ................................................ terms, totals, funders, next acts
its campaigns ......................................... what is owed, due, left and earned
one of them ........................................... which milestone spends what, and what was paid
its matches ........................................... whose pledges called what, spent by which milestone
pledges and campaigns ................................. name their match and their pools
"""

import json
from typing import Any

import pytest

from api import exports
from api.fields import rfc3339
from tests.api import rows as r
from tests.api import scenario as s
from tests.api.client import Client
from tests.api.rows import DAY, NOW


@pytest.mark.parametrize(
    "path, problem",
    [
        ("/v1/pools/99", "unknown-pool"),
        ("/v1/pools/99/campaigns", "unknown-pool"),
        (f"/v1/pools/99/campaigns/{s.LIVE}", "unknown-pool"),
        (f"/v1/pools/{s.RATIO}/campaigns/{s.EXTENSION}", "unknown-reservation"),
        (f"/v1/pools/{s.RATIO}/campaigns/{s.EXTENSION}/matches", "unknown-reservation"),
        ("/v1/pools/0", "invalid-parameter"),
        ("/v1/pools?rule=quadratic", "invalid-parameter"),
        ("/v1/pools?is_open=perhaps", "invalid-parameter"),
        ("/v1/pools?currency=0x12", "invalid-address"),
    ],
)
def test_pools__that_cannot_be__are_refused(client: Client, path: str, problem: str) -> None:
    assert client.get(path).problem == problem


@pytest.mark.parametrize(
    "query, expected",
    [
        ("", [s.ASKED, s.GIFT, s.RATIO]),
        ("sort=oldest", [s.RATIO, s.GIFT, s.ASKED]),
        ("sort=funded", [s.RATIO, s.GIFT, s.ASKED]),
        ("sort=ending", [s.GIFT, s.RATIO, s.ASKED]),
        ("manager=7", [s.GIFT]),
        ("funder=2", [s.GIFT, s.RATIO]),
        ("funder=1", []),
        ("rule=threshold_gift", [s.GIFT]),
        ("is_open=true", [s.ASKED, s.RATIO]),
        ("is_open=false", [s.GIFT]),
        (f"currency={s.OLD_EURO}", []),
        ("limit=1&sort=updated", [s.ASKED]),
    ],
)
def test_list__by_filters__finds_those_that_meet_them(client: Client, query: str, expected: list[int]) -> None:
    assert [item["pool_id"] for item in client.get(f"/v1/pools?{query}").json()["items"]] == expected


@pytest.mark.parametrize("path", ["/v1/pools", f"/v1/pools/{s.RATIO}/campaigns"])
def test_lists__page_by_page__show_each_once(client: Client, path: str) -> None:
    following: str | None = f"{path}?limit=1"
    seen: list[tuple[Any, ...]] = []
    while following is not None:
        page = client.get(following).json()
        seen += [(item["pool_id"], item.get("campaign_id")) for item in page["items"]]
        following = page["links"]["next"]
    whole = client.get(f"{path}?limit=100").json()["items"]
    assert seen == [(item["pool_id"], item.get("campaign_id")) for item in whole]
    assert len(set(seen)) == len(seen) > 2


def pool(client: Client, pool_id: int) -> Any:
    return client.get(f"/v1/pools/{pool_id}").json()["pool"]


def test_read__of_a_pool__has_terms_totals_and_funders(client: Client) -> None:
    gift = pool(client, s.GIFT)

    totals = {name: gift[name] for name in ("funded", "reserved", "unreserved", "paid", "reclaimed")}
    assert totals == {"funded": "1001", "reserved": "300", "unreserved": "701", "paid": "0", "reclaimed": "200"}
    terms = {name: gift[name] for name in ("rule", "campaign_cap", "min_raised", "min_member_pledge", "min_members")}
    assert terms == {
        "rule": "threshold_gift",
        "campaign_cap": "300",
        "min_raised": "1200",
        "min_member_pledge": "100",
        "min_members": 2,
    }
    assert (gift["is_open"], gift["manager"]["entity_id"], gift["campaign_count"]) == (False, 7, 1)
    assert gift["currency"]["symbol"] == "tEUR"
    shown = [(f["account"].lower(), f["funded"], f["reclaimed"], f["reclaimable"]) for f in gift["fundings"]]
    # floor(701 * 700 / 1,001) and floor(701 * 301 / 1,001) - 200
    assert shown == [(s.REGION, "700", "0", "490"), (s.TOWN, "301", "200", "10")]


def test_read__of_a_pool_before_its_end__nothing_is_reclaimable(client: Client) -> None:
    assert [f["reclaimable"] for f in pool(client, s.RATIO)["fundings"]] == ["0"]


def acts_of(record: Any) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for act in record["next_acts"]:
        found.setdefault(act["act"], []).append(act)
    return found


def test_read__of_a_pool__names_the_next_acts(client: Client) -> None:
    acts = acts_of(pool(client, s.RATIO))
    (fund,), (reclaim,) = acts["fundPool"], acts["reclaim"]
    # MatchFunding is paused for two days.
    assert (fund["by"], fund["legal_now"], fund["from"]) == ("public_body", False, rfc3339(NOW + 2 * DAY))
    assert [account.lower() for account in fund["excluded"]] == [r.ORGANIZER]
    assert (reclaim["from"], reclaim["until"], reclaim["max_amount"]) == (rfc3339(NOW + 50 * DAY), None, "949")
    ended = acts_of(pool(client, s.GIFT))
    assert set(ended) == {"reclaim"}
    assert [(a["funding_account"].lower(), a["max_amount"]) for a in ended["reclaim"]] == [
        (s.REGION, "490"),
        (s.TOWN, "10"),
    ]


def test_campaigns__of_a_pool__tell_what_is_owed(client: Client) -> None:
    items = client.get(f"/v1/pools/{s.RATIO}/campaigns").json()["items"]
    names = ("called", "reserved", "freed", "paid", "due", "left")
    shown = {item["campaign_id"]: tuple(int(item[name]) for name in names) for item in items}
    assert shown == {
        s.LIVE: (500, 500, 0, 0, 0, 0),
        s.DELIVERING: (401, 401, 0, 200, 0, 99),
        s.STOPPED: (0, 0, 0, 0, 0, 500),
        s.TERMINATED: (301, 150, 151, 0, 150, 0),
    }
    phases = {item["campaign_id"]: item["campaign_phase"] for item in items}
    assert phases == {number: s.PHASES[number] for number in shown}
    acts = {item["campaign_id"]: set(acts_of(item)) for item in items}
    assert acts == {
        s.LIVE: {"settleReservation"},
        s.DELIVERING: set(),
        s.STOPPED: set(),
        s.TERMINATED: {"releaseMatch"},
    }


def provenance(client: Client, pool_id: int, campaign_id: int) -> Any:
    return client.get(f"/v1/pools/{pool_id}/campaigns/{campaign_id}").json()["reservation"]


def tranches(record: Any) -> list[tuple[int, str, bool, str]]:
    return [(t["milestone"], t["amount"], t["spent"], t["paid"]) for t in record["tranches"]]


def test_provenance__by_milestones__telescopes_and_says_what_was_paid(client: Client) -> None:
    delivering = provenance(client, s.RATIO, s.DELIVERING)
    assert tranches(delivering) == [(0, "200", True, "200"), (1, "201", False, "0")]
    (release,) = delivering["releases"]
    assert (release["amount"], release["milestones"], release["payout_account"].lower()) == ("200", 1, r.PAYOUT)
    terminated = provenance(client, s.RATIO, s.TERMINATED)
    assert tranches(terminated) == [(0, "150", True, "0"), (1, "151", False, "0")]
    assert terminated["releases"] == []


def test_provenance__of_a_missed_gift__is_spent_by_nobody(client: Client) -> None:
    gift = provenance(client, s.GIFT, s.EXTENSION)
    assert (gift["earned"], gift["due"], gift["qualifying_members"]) == (False, "0", 1)
    assert not any(tranche["spent"] for tranche in gift["tranches"])
    (settle,) = acts_of(gift)["settleReservation"]
    assert (settle["legal_now"], settle["max_amount"], settle["pool_id"]) == (False, "300", s.GIFT)


def matches(client: Client, campaign_id: int) -> list[tuple[Any, ...]]:
    items = client.get(f"/v1/pools/{s.RATIO}/campaigns/{campaign_id}/matches").json()["items"]
    return [
        (m["backer"].lower(), m["amount"], [p["amount"] for p in m["spent"]], m["waiting"], m["freed"]) for m in items
    ]


def test_matches__of_a_campaign__place_every_unit(client: Client) -> None:
    withdrawn = ("0x" + "b3" * 20, "0", [], "0", "0")
    assert matches(client, s.LIVE) == [
        (r.BACKER, "300", [], "300", "0"),
        (r.MEMBER, "200", [], "200", "0"),
        withdrawn,
    ]
    assert matches(client, s.DELIVERING) == [(r.BACKER, "401", ["200"], "201", "0")]
    # 150 of 301 spent: floor(150 * 200 / 301) and the rest of 150
    assert matches(client, s.TERMINATED) == [
        (r.BACKER, "200", ["99"], "0", "101"),
        (r.MEMBER, "101", ["51"], "0", "50"),
    ]


@pytest.mark.parametrize("batch", [1_000, 2])
def test_ways__of_a_pool__place_every_unit_and_name_its_payment(
    client: Client, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "BATCH", batch)
    answer = client.get(f"/v1/pools/{s.RATIO}/matches.jsonl")
    ways = [json.loads(line) for line in answer.body.splitlines()]

    found = {
        number: [
            (w["backer"].lower(), w["fate"], w["milestone"], w["amount"], w["payment"] is not None)
            for w in ways
            if w["campaign_id"] == number
        ]
        for number in (s.LIVE, s.DELIVERING, s.TERMINATED)
    }
    assert found[s.LIVE] == [(r.BACKER, "waiting", None, "300", False), (r.MEMBER, "waiting", None, "200", False)]
    spent, waiting = found[s.DELIVERING]
    assert spent[:4] == (r.BACKER, "spent", 0, "200")
    assert waiting == (r.BACKER, "waiting", None, "201", False)
    assert [way[:4] for way in found[s.TERMINATED]] == [
        (r.BACKER, "spent", 0, "99"),
        (r.BACKER, "freed", None, "101"),
        (r.MEMBER, "spent", 0, "51"),
        (r.MEMBER, "freed", None, "50"),
    ]
    for number in (s.DELIVERING, s.TERMINATED):
        released = client.get(f"/v1/pools/{s.RATIO}/campaigns/{number}").json()["reservation"]["releases"]
        paid = {w["payment"] for w in ways if w["campaign_id"] == number and w["fate"] == "spent"}
        assert paid == ({released[0]["href"]} if released else {None})


def test_ways__of_no_pool__are_refused(client: Client) -> None:
    assert client.get("/v1/pools/99/matches.csv").problem == "unknown-pool"


def test_pledges__of_a_matched_campaign__name_their_match(client: Client) -> None:
    pledge = client.get(f"/v1/campaigns/{s.LIVE}/pledges/{r.BACKER}").json()["pledge"]
    assert pledge["matched"] == "300"
    (match,) = pledge["matches"]
    assert (match["pool_id"], match["amount"]) == (s.RATIO, "300")
    assert client.get(match["href"]).status == 200
    listed = {p["campaign_id"]: p["matched"] for p in client.get(f"/v1/backers/{r.BACKER}").json()["items"]}
    assert {number: listed[number] for number in (s.LIVE, s.DELIVERING, s.TERMINATED, s.FAILED)} == {
        s.LIVE: "300",
        s.DELIVERING: "401",
        s.TERMINATED: "200",
        s.FAILED: "0",
    }


def test_campaigns__name_their_pools(client: Client) -> None:
    (asked,) = client.get(f"/v1/campaigns/{s.APPROVED}").json()["campaign"]["pools"]
    assert (asked["pool_id"], asked["enrolled_at"], asked["left"], asked["member_cap"]) == (s.ASKED, None, "0", "50")
    delivering = client.get(f"/v1/campaigns/{s.DELIVERING}").json()["campaign"]
    assert [(p["pool_id"], p["reserved"], p["left"]) for p in delivering["pools"]] == [(s.RATIO, "401", "99")]
    stopped = client.get(f"/v1/campaigns/{s.STOPPED}").json()["campaign"]
    assert stopped["milestones"][0]["objected_pools"] == [s.RATIO]
    assert stopped["pool_count"] == 1
