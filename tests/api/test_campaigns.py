"""GET /v1/campaigns
    when a filter is malformed
        it answers with the problem that names it
    when a filter is given
        it answers with the campaigns that meet it, phases in SQL equal to those in Python
    when an order is given
        it follows it over all pages
GET /v1/campaigns/{id}
    when there is none
        it answers unknown-campaign with the block it looked at
    when there is one
        it answers with terms, totals, milestones, and the next legal acts
"""

import random
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from api.campaigns.queries import phase_expression
from indexer.store import models, phases
from indexer.store.columns import Base
from indexer.store.phases import REVIEW_DURATION
from tests.api import rows as r
from tests.api import scenario as s
from tests.api.client import Client
from tests.api.rows import DAY, NOW

MIXED = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


def ids(client: Client, query: str) -> list[int]:
    answer = client.get(f"/v1/campaigns?{query}")
    assert answer.status == 200, answer
    return [item["campaign_id"] for item in answer.json()["items"]]


# What lists refuse


@pytest.mark.parametrize(
    "query, problem",
    [
        ("phase=sleeping", "invalid-parameter"),
        ("phase=", "invalid-parameter"),
        ("theme=32", "invalid-parameter"),
        ("theme=-1", "invalid-parameter"),
        ("theme=1.0", "invalid-parameter"),
        ("territory=es", "invalid-parameter"),
        ("territory=ES-%", "invalid-parameter"),
        ("territory=ES-SE%00", "invalid-parameter"),
        ("organizer=0", "invalid-parameter"),
        ("organizer=4294967296", "invalid-parameter"),
        ("organizer=9223372036854775808", "invalid-parameter"),
        (f"organizer={2**256}", "invalid-parameter"),
        (f"organizer={'9' * 6000}", "invalid-parameter"),
        ("organizer=+1", "invalid-parameter"),
        ("organizer=1_0", "invalid-parameter"),
        ("organizer=%D9%A1", "invalid-parameter"),
        ("opens_from=2026-03-01", "invalid-parameter"),
        ("opens_from=1772366400", "invalid-parameter"),
        ("opens_from=2026-02-30T00:00:00Z", "invalid-parameter"),
        ("opens_from=0001-01-01T00:00:00%2B23:59", "invalid-parameter"),
        ("opens_from=1969-12-31T23:59:59Z", "invalid-parameter"),
        ("deadline_before=9999-12-31T23:59:59-23:59", "invalid-parameter"),
        ("sort=random", "invalid-parameter"),
        ("sort=newest&sort=oldest", "invalid-parameter"),
        ("currency=0x12", "invalid-address"),
        (f"currency={MIXED.replace('dc79C8', 'dc79c8')}", "invalid-address"),
        ("phases=live", "unknown-parameter"),
        ("Limit=5", "unknown-parameter"),
        ("limit=0", "invalid-limit"),
        ("limit=101", "invalid-limit"),
        ("limit=-1", "invalid-limit"),
        ("limit=1e1", "invalid-limit"),
        ("limit=9223372036854775808", "invalid-limit"),
    ],
)
def test_list__malformed__is_refused(client: Client, query: str, problem: str) -> None:
    answer = client.get(f"/v1/campaigns?{query}")

    assert (answer.status, answer.problem) == (400, problem)


# What lists find


@pytest.mark.parametrize("phase", sorted(set(s.PHASES.values())))
def test_list__by_phase__finds_those_in_it(client: Client, phase: str) -> None:
    found = ids(client, f"phase={phase}&sort=oldest")

    assert found == [number for number, its in s.PHASES.items() if its == phase]


@pytest.mark.parametrize(
    "query, expected",
    [
        ("phase=live&phase=failed", [s.LIVE, s.FAILED]),
        ("phase=terminated&phase=none", [s.TERMINATED]),
        ("theme=1", [s.APPROVED]),
        ("theme=1&theme=31", [s.APPROVED]),
        ("theme=31", []),
        ("territory=PT", [s.APPROVED]),
        ("territory=PT-11", [s.APPROVED]),
        ("territory=PT-1", []),
        ("territory=TN", [s.DELIVERING]),
        ("organizer=6", [s.REVOKED]),
        (f"currency={s.OLD_EURO}", [s.LAPSED]),
        (f"currency={MIXED}", []),
        ("opens_from=2026-03-06T12:00:00Z", [s.SUBMITTED, s.APPROVED]),
        ("opens_from=2026-03-06T12:00:01Z", []),
        ("opens_before=2026-03-06T14:00:00%2B02:00&opens_from=2026-03-01T12:00:00Z", []),
        ("deadline_before=2026-02-24T12:00:01z&territory=TN", [s.DELIVERING]),
        ("deadline_before=2026-02-24T12:00:00Z&territory=TN", []),
    ],
)
def test_list__by_facts__finds_those_that_meet_all(client: Client, query: str, expected: list[int]) -> None:
    assert ids(client, f"{query}&sort=oldest") == expected


@pytest.mark.parametrize(
    "sort, expected",
    [
        ("newest", [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]),
        ("oldest", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]),
        ("updated", [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]),
        ("opening", [4, 5, 6, 7, 12, 13, 3, 8, 9, 10, 11, 1, 2]),
        ("deadline", [4, 5, 6, 7, 12, 13, 3, 8, 9, 10, 11, 1, 2]),
        ("raised", [6, 5, 4, 13, 12, 7, 3, 11, 8, 10, 9, 2, 1]),
        ("goal", [13, 12, 11, 10, 9, 8, 7, 5, 4, 3, 2, 1, 6]),
    ],
)
@pytest.mark.parametrize("limit", [1, 3, 13, 100])
def test_list__in_an_order__goes_through_all_pages(client: Client, sort: str, expected: list[int], limit: int) -> None:
    seen: list[int] = []
    following: str | None = f"/v1/campaigns?sort={sort}&limit={limit}"
    while following is not None:
        page = client.get(following).json()
        seen += [item["campaign_id"] for item in page["items"]]
        following = page["links"]["next"]

    assert seen == expected


def test_phase_expression__on_any_facts__equals_the_phase_in_python() -> None:
    chance = random.Random(1)
    rows: list[Base] = []
    for number in range(1, 1_501):
        at = [chance.randrange(1, 40) for _ in range(5)]
        facts = {
            "state": chance.choice(
                ["submitted", "approved", "approved", "rejected", "canceled", "terminated", "completed"]
            ),
            "submitted_at": at[0] - chance.choice([0, REVIEW_DURATION]),
            "opens_at": at[1],
            "deadline": at[2],
            "extension": chance.randrange(5),
            "goal": chance.randrange(1, 4),
            "stretch_goal": 3,
            "raised": chance.randrange(4),
            "stretch_goal_reached_at": chance.choice([None, at[3]]),
            "current_milestone": chance.randrange(3),
        }
        rows += [
            r.campaign(number, organizer=number, **facts),
            r.entity(number, revoked_at=chance.choice([None, at[4]])),
        ]
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine, [Base.metadata.tables[name] for name in ("campaigns", "entities")])
    with Session(engine) as session:
        session.add_all(rows)
        session.flush()
        of_organizer = models.Entity.entity_id == models.Campaign.organizer
        for now in range(0, 45, 3):
            wanted = select(models.Campaign, models.Entity.revoked_at, phase_expression(now)).join(
                models.Entity, of_organizer
            )
            for campaign, revoked_at, phase in session.execute(wanted):
                assert phase == phases.phase_at(campaign, revoked_at, now), (vars(campaign), revoked_at, now)
    engine.dispose()


# One


@pytest.mark.parametrize("number", ["99", "4294967295"])
def test_read__of_no_campaign__is_unknown_as_of_a_block(client: Client, number: str) -> None:
    answer = client.get(f"/v1/campaigns/{number}")

    assert (answer.status, answer.problem) == (404, "unknown-campaign")
    assert answer.json()["as_of"]["block_number"] == r.BLOCK


@pytest.mark.parametrize(
    "number", ["0", "-1", "x", "1.0", "%31%00", "%00", "4294967296", str(2**63), str(2**256), "%ED%A0%80"]
)
def test_read__of_no_id__is_refused(client: Client, number: str) -> None:
    answer = client.get(f"/v1/campaigns/{number}")

    assert (answer.status, answer.problem) == (400, "invalid-parameter")


def test_read__live__has_terms_totals_and_links(client: Client) -> None:
    answer = client.get(f"/v1/campaigns/{s.LIVE}").json()

    campaign = answer["campaign"]
    expected = {
        "campaign_id": s.LIVE,
        "phase": "live",
        "phase_ends_at": "2026-03-31T12:00:00Z",
        "currency": {
            "address": "0xE0E0E0e0e0E0e0E0E0E0e0e0e0E0E0E0E0E0e0E0",
            "decimals": 6,
            "symbol": "tEUR",
            "name": "Test Euro",
        },
        "goal": "1000",
        "raised": "700",
        "opens_at": "2026-01-30T12:00:00Z",
        "withdrawable_until": "2026-03-25T12:00:00Z",
        "deadline": "2026-03-31T12:00:00Z",
        "pledging_ends_at": "2026-03-31T12:00:00Z",
        "territory": "ES-SE",
        "themes": [0, 4],
        "canceled_at": None,
    }
    expected["currency"]["address"] = campaign["currency"]["address"]  # type: ignore[index]
    assert {name: campaign[name] for name in expected} == expected
    assert campaign["currency"]["address"].lower() == r.EURO
    assert campaign["organizer"]["entity_id"] == 1
    assert campaign["links"]["self"] == f"/v1/campaigns/{s.LIVE}"
    assert campaign["links"]["description"] == f"/documents/{r.digest(0xD0)[2:]}"
    assert campaign["last_event"]["href"] == f"/v1/events/{r.key(200 + s.LIVE)}"
    assert campaign["last_event"]["tx_hash"] == r.digest(200 + s.LIVE)


def test_read__delivering__shows_each_milestone(client: Client) -> None:
    first, second = client.get(f"/v1/campaigns/{s.DELIVERING}").json()["campaign"]["milestones"]

    assert (first["state"], first["tranche"], first["claim_by"]) == ("released", "1000", None)
    assert first["links"]["evidence"] == f"/documents/{r.digest(0xE1)[2:]}"
    assert (second["state"], second["tranche"]) == ("claimed", "1000")
    assert second["claim_by"] == "2026-06-29T12:00:00Z"
    assert second["links"]["evidence"] is None


def test_read__with_a_stopped_claim__shows_who_objects_and_until_when_to_rule(client: Client) -> None:
    stopped, planned = client.get(f"/v1/campaigns/{s.STOPPED}").json()["campaign"]["milestones"]

    assert (stopped["state"], stopped["attempts"]) == ("stopped", 2)
    assert (stopped["objectors"], stopped["objected_amount"]) == (2, "700")
    assert stopped["window_ends_at"] == "2026-02-28T12:00:00Z"
    assert stopped["ruling_ends_at"] == stopped["state_ends_at"] == "2026-03-07T12:00:00Z"
    assert (stopped["ruling"], stopped["ruled_by"], stopped["links"]["reason"]) == (None, None, None)
    assert (planned["state"], planned["objectors"], planned["ruling_ends_at"]) == ("planned", 0, None)


def test_read__terminated__shows_the_ruling_and_what_is_shared(client: Client) -> None:
    campaign = client.get(f"/v1/campaigns/{s.TERMINATED}").json()["campaign"]

    assert (campaign["phase"], campaign["terminated_at"]) == ("terminated", "2026-02-28T12:00:00Z")
    assert (campaign["terminated_by"].lower(), campaign["rest_pledged"]) == (r.ORGANIZER, "400")
    rejected = campaign["milestones"][1]
    assert (rejected["state"], rejected["ruling"], rejected["state_ends_at"]) == ("rejected", "reject", None)
    assert rejected["links"]["reason"] == f"/documents/{r.digest(0xBAD)[2:]}"
    assert acts_of(client, s.TERMINATED)["refund"]["max_amount"] == "200"


def test_read__with_a_stopped_claim__names_milestone_and_attempt_of_the_ruling(client: Client) -> None:
    rule = acts_of(client, s.STOPPED)["rule"]

    assert (rule["by"], rule["milestone"], rule["attempt"], rule["legal_now"]) == ("arbiter", 0, 2, True)
    assert (rule["from"], rule["until"]) == ("2026-02-28T12:00:00Z", "2026-03-07T12:00:00Z")
    assert [account.lower() for account in rule["excluded"]] == [r.ORGANIZER, r.PAYOUT, s.TOWN]


# Objections and updates


@pytest.mark.parametrize("what", ["objections", "updates"])
def test_lists__of_no_campaign__are_unknown(client: Client, what: str) -> None:
    assert client.get(f"/v1/campaigns/99/{what}").problem == "unknown-campaign"


@pytest.mark.parametrize("milestone", ["-1", "12", "x", "0.0", str(2**63)])
def test_objections__to_no_milestone__are_refused(client: Client, milestone: str) -> None:
    assert client.get(f"/v1/campaigns/{s.STOPPED}/objections?milestone={milestone}").problem == "invalid-parameter"


def test_objections__of_a_campaign__tell_who_and_how_much(client: Client) -> None:
    page = client.get(f"/v1/campaigns/{s.STOPPED}/objections?sort=oldest&milestone=0").json()

    shown = [(o["milestone"], o["attempt"], o["account"].lower(), o["amount"], o["counted"]) for o in page["items"]]
    again = [(0, 2, r.BACKER, "600", True), (0, 2, r.MEMBER, "400", True)]
    assert shown == [(0, 1, r.BACKER, "600", True), (0, 2, s.TOWN, "0", False), *again]
    assert [o["pools"] for o in page["items"]] == [[], [s.RATIO], [], []]
    assert page["items"][1]["links"]["pledge"] is None
    assert page["items"][0]["currency"]["symbol"] == "tEUR"
    assert client.get(page["items"][0]["links"]["pledge"]).status == 200
    assert len(client.get(f"/v1/campaigns/{s.STOPPED}/objections").json()["items"]) == 5


@pytest.mark.parametrize(("what", "number", "count"), [("objections", s.STOPPED, 5), ("updates", s.DELIVERING, 2)])
def test_lists__page_by_page__are_whole(client: Client, what: str, number: int, count: int) -> None:
    following: str | None = f"/v1/campaigns/{number}/{what}?limit=1"
    seen: list[int] = []
    while following is not None:
        page = client.get(following).json()
        seen += [item["last_event"]["event_key"] for item in page["items"]]
        following = page["links"]["next"]

    assert len(seen) == count
    assert client.get(f"/v1/campaigns/{s.LIVE}/{what}").json()["items"] == []


def test_updates__of_a_campaign__link_their_documents(client: Client) -> None:
    newest, oldest = client.get(f"/v1/campaigns/{s.DELIVERING}/updates").json()["items"]

    assert (newest["document_hash"], oldest["document_hash"]) == (r.digest(361), r.digest(360))
    assert newest["links"]["document"] == f"/documents/{r.digest(361)[2:]}"


def acts_of(client: Client, number: int) -> dict[str, dict[str, Any]]:
    return {act["act"]: act for act in client.get(f"/v1/campaigns/{number}").json()["campaign"]["next_acts"]}


@pytest.mark.parametrize(
    "number, expected",
    [
        (s.SUBMITTED, {"approveCampaign", "rejectCampaign", "cancelCampaign"}),
        (s.APPROVED, {"cancelCampaign", "pledge", "requestPool", "enrol"}),
        (s.LIVE, {"cancelCampaign", "pledge", "withdrawPledge", "refund", "requestPool", "settleReservation"}),
        (s.EXTENSION, {"pledge", "claimMilestone", "terminate", "requestPool", "settleReservation"}),
        (s.DELIVERING, {"object", "releaseMilestone"}),
        (s.STOPPED, {"rule", "claimMilestone", "terminate"}),
        (s.TERMINATED, {"refund", "releaseMatch"}),
        (s.COMPLETED, {"collect"}),
        (s.FAILED, {"refund"}),
        (s.CANCELED, {"refund"}),
        (s.REVOKED, {"refund"}),
        (s.REJECTED, set()),
        (s.LAPSED, set()),
    ],
)
def test_read__in_each_phase__names_the_next_acts(client: Client, number: int, expected: set[str]) -> None:
    news = set() if number == s.REVOKED else {"postUpdate"}
    assert set(acts_of(client, number)) == expected | {"changePayoutAccount"} | news


def test_read__of_acts__says_who_when_and_how_much(client: Client) -> None:
    pledge = acts_of(client, s.LIVE)["pledge"]

    assert pledge | {"excluded": None} == {
        "act": "pledge",
        "by": "anyone",
        "account": None,
        "excluded": None,
        "legal_now": True,
        "from": "2026-01-30T12:00:00Z",
        "until": "2026-03-31T12:00:00Z",
        "milestone": None,
        "attempt": None,
        "pool_id": None,
        "funding_account": None,
        "min_amount": "10",
        "max_amount": "1300",
    }
    assert [account.lower() for account in pledge["excluded"]] == [r.ORGANIZER, s.TOWN]


@pytest.mark.parametrize(
    "change, legal",
    [
        ([], True),
        ([r.currency(listed=False)], False),
        ([r.entity(1, suspended_until=NOW + DAY)], False),
        (
            [
                models.LabPause(
                    contract_name="Crowdfunding",
                    contract=r.CROWDFUNDING,
                    paused_at=NOW,
                    paused_until=NOW + DAY,
                    **r.mirrored(r.key(9)),
                )
            ],
            False,
        ),
        (
            [
                models.LabPause(
                    contract_name="EntityRegistry",
                    contract=r.CROWDFUNDING,
                    paused_at=NOW,
                    paused_until=NOW + DAY,
                    **r.mirrored(r.key(9)),
                )
            ],
            True,
        ),
    ],
)
def test_read__while_entry_is_stopped__offers_no_pledge_now(
    client_of: Callable[..., Client], change: list[Base], legal: bool
) -> None:
    rows: dict[type[Base], Base] = {
        type(row): row for row in (r.checkpoint(), r.entity(1), r.currency(), r.campaign(1), *change)
    }
    asking = client_of([*rows.values(), *r.milestones(1, {})])

    now = {name for name, act in acts_of(asking, 1).items() if act["legal_now"]}

    assert ("pledge" in now) == legal


def test_read__of_a_closed_contract__offers_no_review(client_of: Callable[..., Client]) -> None:
    delay = {"admin_delay": 0, "admin_delay_since": 0, "previous_admin_delay": 0}
    closed = models.Target(target=r.CROWDFUNDING, closed=True, **delay, **r.mirrored(r.key(9)))
    waiting = r.campaign(1, state="submitted", submitted_at=NOW - DAY, opens_at=NOW + DAY)
    asking = client_of(
        [
            r.checkpoint(),
            r.entity(1),
            r.currency(),
            waiting,
            *r.milestones(1, {}),
            closed,
            r.journal("Crowdfunding", r.CROWDFUNDING),
        ]
    )

    assert set(acts_of(asking, 1)) == {"cancelCampaign", "changePayoutAccount", "postUpdate"}
