"""Figures of the lab
refuse a span that is too long, that runs backwards, and filters that are none
are those that one finds by adding up the records themselves, exactly, in numbers that no machine word holds
count an act on its day, in its currency, of the campaigns that meet the filters
and the history of comparisons with the chain
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import create_engine, insert, select
from sqlalchemy.orm import Session

from api.sums import exact_sum
from indexer.store.columns import Base
from indexer.store.models import EVENTS, CreditBalance, ReconciliationDifference
from tests.api import rows as r
from tests.api import scenario as s
from tests.api.client import Client
from tests.api.test_exports import records

DAY = 86_400
PLEDGED = EVENTS["Crowdfunding", "PledgeMade"].table


# What goes wrong


@pytest.mark.parametrize(
    "query",
    [
        "from=2025-01-01T00:00:00Z&before=2026-01-03T00:00:00Z",
        "from=2026-01-02T00:00:00Z&before=2026-01-01T00:00:00Z",
        "from=2026-03-02T00:00:00Z",
        "from=yesterday",
        "theme=32",
        "territory=spain",
    ],
)
def test_days__of_a_span_or_filter_that_is_none__are_refused(client: Client, query: str) -> None:
    assert client.get(f"/v1/stats/days?{query}").problem == "invalid-parameter"


def test_days__of_a_wrong_address__are_refused(client: Client) -> None:
    assert client.get("/v1/stats/days?currency=0x12").problem == "invalid-address"


# Totals


def test_sum__of_amounts_beyond_a_word__is_exact() -> None:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine, [Base.metadata.tables["credit_balances"]])
    amounts = [2**96 - 1] * 7 + [0, 1, 10**12 - 1, 10**12, 10**24 - 1, 10**24]
    with Session(engine) as session:
        assert session.scalar(select(exact_sum(CreditBalance.balance))) == 0
        for number, amount in enumerate(amounts):
            zero = {"received": 0, "sent": 0, "first_event_key": number, **r.mirrored(number)}
            session.add(CreditBalance(account=f"0x{number:040x}", balance=amount, **zero))
        session.flush()
        assert session.scalar(select(exact_sum(CreditBalance.balance))) == sum(amounts)


def test_totals__of_campaigns__are_the_sums_of_their_records(client: Client) -> None:
    stats = client.get("/v1/stats").json()
    campaigns = list(records(client, "/v1/campaigns?limit=100"))
    pools = list(records(client, "/v1/pools"))
    pledges = [one for c in campaigns for one in records(client, c["links"]["pledges"])]

    assert {one["phase"]: one["campaigns"] for one in stats["phases"] if one["campaigns"]} == Counter(
        one["phase"] for one in campaigns
    )
    for totals in stats["currencies"]:
        address = totals["currency"]["address"]
        ours = [one for one in campaigns if one["currency"]["address"] == address]
        held = [one for one in pledges if one["currency"]["address"] == address and one["amount"] != "0"]
        assert totals["campaigns"] == len(ours)
        for name in ("raised", "released", "refunded"):
            assert int(totals[name]) == sum(int(one[name]) for one in ours), name
        of_ours = [one for one in pledges if one["currency"]["address"] == address]
        assert int(totals["matched"]) == sum(int(one["matched"]) for one in of_ours)
        assert totals["backers"] == len({one["backer"] for one in held})
        assert totals["members"] == len({one["member_id"] for one in held if one["member_id"]})
        paid_in = [one for one in pools if one["currency"]["address"] == address]
        assert int(totals["funded"]) == sum(int(one["funded"]) for one in paid_in)
        assert int(totals["match_paid"]) == sum(int(one["paid"]) for one in paid_in)
    assert sum(one["campaigns"] for one in stats["currencies"]) == len(campaigns)


@pytest.mark.parametrize(("name", "field"), [("territories", "territory"), ("themes", "themes")])
def test_totals__by_territory_and_theme__are_the_sums_of_their_campaigns(client: Client, name: str, field: str) -> None:
    expected: dict[Any, dict[str, int]] = defaultdict(lambda: {"campaigns": 0, "raised": 0})
    for one in records(client, "/v1/campaigns?limit=100"):
        for part in one[field] if isinstance(one[field], list) else [one[field]]:
            sums = expected[part, one["currency"]["address"]]
            sums["campaigns"] += 1
            sums["raised"] += int(one["raised"])

    told = client.get("/v1/stats").json()[name]
    key = "theme" if name == "themes" else field
    assert {
        (one[key], one["currency"]): {"campaigns": one["campaigns"], "raised": int(one["raised"])} for one in told
    } == expected


# Days


@pytest.fixture
def asking(client_of: Callable[..., Client], tmp_path: Any) -> Client:
    """Return a client of a mirror with two campaigns and pledges on three days."""
    euro = r.currency()
    campaigns = [r.campaign(1, territory="ES-SE", themes=0b10), r.campaign(2, territory="PT", themes=0b01)]
    asking = client_of([r.checkpoint(), r.entity(1), euro, r.metadata(), *campaigns])
    engine = create_engine(f"sqlite:///{tmp_path / 'own.db'}")
    midnight = r.NOW - r.NOW % DAY
    acts = [(1, midnight - DAY, 10), (1, midnight - 1, 2**95), (1, midnight, 7), (2, midnight, 5), (2, midnight + 1, 1)]
    with Session(engine) as session:
        for number, (campaign_id, time, amount) in enumerate(acts):
            event = {
                "event_key": r.key(100 + number),
                "block_number": 100 + number,
                "log_index": 0,
                "block_time": time,
                "block_hash": r.digest(number),
                "tx_hash": r.digest(number),
                "contract": r.CROWDFUNDING,
                "campaign_id": campaign_id,
                "backer": r.BACKER,
                "member_id": 0,
                "amount": amount,
                "pledged": amount,
                "raised": amount,
            }
            session.execute(insert(PLEDGED), event)
        session.commit()
    engine.dispose()
    return asking


def told(client: Client, query: str = "") -> list[tuple[str, int, int]]:
    days = client.get(f"/v1/stats/days{query}").json()["days"]
    assert all(one["withdrawn"] == one["refunded"] == "0" for one in days)
    return [(one["day"], one["pledges"], int(one["pledged"])) for one in days]


def test_days__with_pledges__hold_each_on_its_day(asking: Client) -> None:
    assert told(asking) == [("2026-02-28", 2, 10 + 2**95), ("2026-03-01", 3, 13)]


def test_days__of_a_span__leave_out_what_is_outside(asking: Client) -> None:
    span = "?from=2026-02-28T23:59:59Z&before=2026-03-01T00:00:01Z"
    assert told(asking, span) == [("2026-02-28", 1, 2**95), ("2026-03-01", 2, 12)]
    assert told(asking, "?from=2026-02-28T00:00:01Z&before=2026-02-28T23:59:59Z") == []


@pytest.mark.parametrize("query", ["?territory=ES", "?territory=ES-SE", "?theme=1"])
def test_days__of_a_territory_or_theme__count_its_campaigns(asking: Client, query: str) -> None:
    assert told(asking, query) == [("2026-02-28", 2, 10 + 2**95), ("2026-03-01", 1, 7)]


def test_days__in_a_currency__are_those_of_its_campaigns(asking: Client) -> None:
    assert told(asking, f"?currency={r.EURO}") == told(asking)
    assert told(asking, f"?currency=0x{'99' * 20}") == []


# Comparisons with the chain


def test_reconciliation__with_differences__shows_them(client_of: Callable[..., Client]) -> None:
    values = {"row_key": "1", "field": "raised", "mirror": "1", "chain": "2", "subject": "campaigns"}
    differing = [ReconciliationDifference(reconciliation_id=1, **values | {"row_key": str(n)}) for n in range(103)]
    asking = client_of([*s.rows(), *differing])

    first, second = asking.get("/v1/reconciliation").json()["items"]

    assert (first["differences"], first["shown"]) == (0, [])
    assert (second["differences"], len(second["shown"])) == (3, 100)
    assert second["shown"][0] == values | {"row_key": "0"}
    assert [one["compared"] for one in records(asking, "/v1/reconciliation?limit=1")] == [500, 500]
