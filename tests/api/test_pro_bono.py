"""Offers, redemptions and attestations

unknown ones, malformed filters ........ refused, each with its own problem
lists .................................. by every filter, page by page
an offer ............................... hours, whether help can be asked for, next acts
a redemption ........................... state at the time of the block, hours, next acts
an attestation ......................... who gave how much to whom, and the event that proves it
credits, entities ...................... what stands behind the supply, what escrows hold, hours given and taken
the state as SQL ....................... equals that of `cases`, at every edge
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.fields import rfc3339
from api.pro_bono.queries import redemption_state_expression
from indexer.store import cases
from indexer.store.models import Redemption, RedemptionState
from indexer.store.session import open_engine
from tests.api import case_rows as c
from tests.api import case_scenario as cs
from tests.api import rows as r
from tests.api import scenario as s
from tests.api.client import Client
from tests.api.rows import BUYER, DAY, NOW


@pytest.mark.parametrize(
    "path, problem",
    [
        ("/v1/offers/99", "unknown-offer"),
        ("/v1/redemptions/99", "unknown-redemption"),
        ("/v1/attestations/99", "unknown-redemption"),
        (f"/v1/attestations/{cs.CANCELED}", "unknown-attestation"),
        ("/v1/offers/0", "invalid-parameter"),
        (f"/v1/redemptions/{2**32}", "invalid-parameter"),
        ("/v1/offers?has_free_hours=perhaps", "invalid-parameter"),
        ("/v1/offers?until_from=tomorrow", "invalid-parameter"),
        ("/v1/redemptions?state=done", "invalid-parameter"),
        ("/v1/redemptions?payer=0x12", "invalid-address"),
        ("/v1/attestations?provider=0", "invalid-parameter"),
        ("/v1/attestations?payer=1", "unknown-parameter"),
    ],
)
def test_paths__that_cannot_be__are_refused(client: Client, path: str, problem: str) -> None:
    assert client.get(path).problem == problem


@pytest.mark.parametrize(
    "query, expected",
    [
        ("", [4, 3, 2, 1]),
        ("sort=oldest&limit=1", [1]),
        ("sort=updated&limit=1", [4]),
        ("sort=ending", [cs.OVER, cs.FULL, cs.OPEN, cs.CLOSED]),
        ("provider=2", [cs.CLOSED]),
        ("has_free_hours=true", [cs.OPEN]),
        ("has_free_hours=false", [cs.OVER, cs.CLOSED, cs.FULL]),
        (f"until_from={rfc3339(NOW + 3 * DAY)}&until_before={rfc3339(NOW + 10 * DAY)}", [cs.FULL]),
    ],
)
def test_offers__by_filters__are_those_that_meet_them(client: Client, query: str, expected: list[int]) -> None:
    assert [item["offer_id"] for item in client.get(f"/v1/offers?{query}").json()["items"]] == expected


@pytest.mark.parametrize(
    "query, expected",
    [
        ("", list(range(14, 0, -1))),
        ("sort=oldest&limit=2", [1, 2]),
        ("sort=updated&limit=2", [14, 13]),
        ("sort=starting&limit=1", [3]),
        ("offer=2", []),
        ("provider=7&beneficiary=1&ended=true", [9, 8, 7]),
        ("provider=1", []),
        (f"payer={'0x' + 'b7' * 20}", [cs.CANCELED]),
        ("state=confirmed", [12, 7]),
        ("state=confirmed&ended=false", [12]),
        ("state=underway&state=lapsed", [10, 3]),
    ],
)
def test_redemptions__by_filters__are_those_that_meet_them(client: Client, query: str, expected: list[int]) -> None:
    assert [item["redemption_id"] for item in client.get(f"/v1/redemptions?{query}").json()["items"]] == expected


@pytest.mark.parametrize(
    "path, name",
    [("offers", "offer_id"), ("redemptions", "redemption_id"), ("attestations", "redemption_id")],
)
def test_lists__page_by_page__show_each_once(client: Client, path: str, name: str) -> None:
    following: str | None = f"/v1/{path}?limit=1"
    seen: list[int] = []
    while following is not None:
        page = client.get(following).json()
        seen += [item[name] for item in page["items"]]
        following = page["links"]["next"]
    assert seen == [item[name] for item in client.get(f"/v1/{path}?limit=100").json()["items"]]
    assert len(set(seen)) == len(seen) > 1


def offer(client: Client, offer_id: int) -> Any:
    return client.get(f"/v1/offers/{offer_id}").json()["offer"]


def redemption(client: Client, redemption_id: int) -> Any:
    return client.get(f"/v1/redemptions/{redemption_id}").json()["redemption"]


HOURS = ("hours_offered", "hours_reserved", "hours_given", "hours_free", "hours_open")


@pytest.mark.parametrize(
    "offer_id, hours, is_open",
    [
        (cs.OPEN, (100, 30, 20, 50, 80), True),
        (cs.FULL, (50, 30, 20, 0, 30), False),
        (cs.CLOSED, (100, 30, 20, 0, 30), False),
        (cs.OVER, (100, 30, 20, 0, 0), False),
    ],
)
def test_offer__of_each_kind__counts_its_hours(
    client: Client, offer_id: int, hours: tuple[int, ...], is_open: bool
) -> None:
    found = offer(client, offer_id)
    assert tuple(found[name] for name in HOURS) == hours
    assert found["open"] is is_open
    requests = [act for act in found["next_acts"] if act["act"] == "requestHelp"]
    assert [(act["max_quantity"], act["legal_now"]) for act in requests] == ([(50, True)] if is_open else [])


@pytest.mark.parametrize("redemption_id", cs.REDEMPTIONS)
def test_redemption__in_each_state__says_which(client: Client, redemption_id: int) -> None:
    found = redemption(client, redemption_id)
    assert found["state"] == cs.REDEMPTIONS[redemption_id]
    assert found["ended"] is (redemption_id in {7, 8, 9})
    ends = {1: NOW + DAY, 2: NOW + DAY, 3: NOW + 4 * DAY} | dict.fromkeys((4, 5, 6), NOW + DAY)
    ends_at = ends.get(redemption_id)
    assert found["state_ends_at"] == (None if ends_at is None else rfc3339(ends_at))


def test_redemption__requested__names_parties_and_acts(client: Client) -> None:
    found = redemption(client, 1)
    assert (found["provider"]["entity_id"], found["beneficiary"]["entity_id"]) == (7, 1)
    assert (found["hours_requested"], found["payer"].lower()) == (5, BUYER)
    acts = {(act["act"], act["by"]): act for act in found["next_acts"]}
    assert ("withdrawHelp", "beneficiary") in acts
    assert acts["expire", "anyone"]["from"] == rfc3339(NOW + DAY)
    # Entity 7 is a public body, not a provider any more.
    assert ("acceptHelp", "provider") not in acts
    assert ("declineHelp", "provider") in acts


def test_redemption__contested__is_settled_by_both_or_ruled_on(client: Client) -> None:
    acts = {act["act"]: act for act in redemption(client, 6)["next_acts"]}
    assert [account.lower() for account in acts["settle"]["signers"]] == [f"0x{7:040x}", r.ORGANIZER]
    assert [account.lower() for account in acts["rule"]["excluded"]] == [BUYER, f"0x{7:040x}", r.ORGANIZER]
    assert acts["rule"]["max_share"] == acts["settle"]["max_share"] == 5


def test_attestation__of_confirmed_help__is_one_event(client: Client) -> None:
    found = client.get(redemption(client, cs.CONFIRMED)["links"]["attestation"]).json()["attestation"]
    assert (found["provider"], found["beneficiary"], found["hours"], found["hours_returned"]) == (7, 1, 3, 2)
    assert (found["need_hash"], found["evidence_hash"]) == (r.digest(0xEE), r.digest(0xEF))
    assert found["links"]["event"] == found["last_event"]["href"]
    assert redemption(client, cs.CANCELED)["links"]["attestation"] is None


@pytest.mark.parametrize(
    "query, expected",
    [("", [8, 7]), ("sort=oldest", [7, 8]), ("provider=7&beneficiary=1", [8, 7]), ("provider=1", [])],
)
def test_attestations__by_parties__are_those_that_meet_them(client: Client, query: str, expected: list[int]) -> None:
    assert [item["redemption_id"] for item in client.get(f"/v1/attestations?{query}").json()["items"]] == expected


def test_attestation__without_a_delivery__has_no_documents(client: Client) -> None:
    found = client.get(f"/v1/attestations/{cs.RULED_HELP}").json()["attestation"]
    assert (found["need_hash"], found["evidence_hash"], found["links"]["need"]) == (None, None, None)


def test_credits__beside_what_stands_behind_them__have_coverage(client: Client) -> None:
    found = client.get("/v1/credits").json()["credits"]
    coverage = found["coverage"]
    assert (coverage["capacity"], coverage["supply"]) == ("70" + "0" * 18, "90" + "0" * 18)
    assert (coverage["ratio_bps"], coverage["issuable"]) == (7_777, "0")
    assert [(w["until"], w["hours"]) for w in coverage["weeks"]] == [
        (rfc3339(NOW + 3 * DAY), 30),
        (rfc3339(NOW + 10 * DAY), 40),
    ]
    market, help_ = found["escrows"]
    assert (market["contract"], market["address"].lower(), market["held"]) == (
        "Marketplace",
        r.MARKETPLACE,
        "9" + "0" * 18,
    )
    assert (help_["contract"], help_["address"], help_["redeemed"]) == ("ProBono", None, "8" + "0" * 18)


def test_credits__of_a_new_lab__are_covered_by_nothing(client_of: Callable[..., Client]) -> None:
    client = client_of([r.checkpoint(), c.week(NOW + 1, 3)])
    coverage = client.get("/v1/credits").json()["credits"]["coverage"]
    assert (coverage["ratio_bps"], coverage["issuable"]) == (None, "3" + "0" * 18)
    assert client.get("/v1/credits").json()["credits"]["escrows"][0]["held"] == "0"


def test_holders__with_credits_in_escrow__say_how_many(client_of: Callable[..., Client]) -> None:
    def holder(account: str, number: int) -> Any:
        event = {"first_event_key": r.key(500 + number), **r.mirrored(r.key(500 + number))}
        amounts = {"balance": number * c.HOUR, "received": number * c.HOUR, "sent": 0}
        return s.models.CreditBalance(account=account, **amounts, **event)

    rows = [r.checkpoint(), r.journal("Marketplace", r.MARKETPLACE), holder(r.MARKETPLACE, 3), holder(BUYER, 2)]
    rows += [c.order(1), c.order(2, ended_at=NOW), c.redemption(1), c.redemption(2, ended_at=NOW), holder(r.PAYOUT, 1)]
    items = client_of(rows).get("/v1/credits/holders").json()["items"]
    shown = [(item["contract"], item["balance"], item["in_escrow"]) for item in items]
    credit = "0" * 18
    assert shown == [("Marketplace", "3" + credit, "0"), (None, "2" + credit, "6" + credit), (None, "1" + credit, "0")]


def test_entities__that_helped_or_were_helped__have_hours(client: Client) -> None:
    listed = {e["entity_id"]: (e["hours_given"], e["hours_taken"]) for e in client.get("/v1/entities").json()["items"]}
    assert (listed[7], listed[1], listed[2]) == ((8, 0), (0, 8), (0, 0))
    provider = client.get("/v1/entities/7").json()["entity"]
    assert (provider["hours_given"], provider["hours_open"], provider["unruled_orders"]) == (8, 110, 0)
    assert client.get("/v1/entities/1").json()["entity"]["unruled_orders"] == 1
    assert client.get(provider["links"]["help_given"]).status == 200


@pytest.mark.parametrize("state", [state for state in list(RedemptionState)[1:] if state != "underway"])
def test_state__as_sql__equals_that_of_cases(
    client_of: Callable[..., Client], state: RedemptionState, tmp_path: Path
) -> None:
    window = NOW if state in cases.WINDOW_ENDS else None
    row = c.redemption(1, state=state, starts_at=NOW - 5, deliver_by=NOW, window_ends_at=window)
    times = [NOW + d for d in (-6, -5, -4, -1, 0, 1)]
    expected = [cases.redemption_state_at(row, time).value for time in times]
    client_of([row])
    engine = open_engine(f"sqlite:///{tmp_path}/own.db", read_only=True)
    with Session(engine) as session:
        found = [session.scalar(select(redemption_state_expression(t)).select_from(Redemption)) for t in times]
    engine.dispose()
    assert found == expected
