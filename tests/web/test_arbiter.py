"""What the arbiter's desk shows and lets rule, as the mirror has it."""

from collections.abc import Iterator
from typing import Any

import pytest

from indexer.store.columns import Base
from tests.api import case_scenario, scenario
from tests.api import rows as r
from tests.api.client import Client
from tests.api.rows import DAY, NOW
from tests.web.conftest import Show
from tests.web.reading import Element, forms_of, read, spec_of
from tests.web.test_desks import registry

CLAIM = f"/en/desks/arbiter/campaigns/{scenario.STOPPED}"
DISPUTE = f"/en/desks/arbiter/orders/{case_scenario.DISPUTED}"
CONTEST = "/en/desks/arbiter/redemptions/6"
UNCONTESTED = (f"/en/desks/arbiter/orders/{case_scenario.PLACED}", "/en/desks/arbiter/redemptions/1")
SUCCESSOR = "0x" + "f7" * 20


def stopped(**milestone: Any) -> Iterator[Base]:
    """Yield a campaign whose first claim everybody objects to."""
    over = {"opens_at": NOW - 65 * DAY, "deadline": NOW - 25 * DAY, "submitted_at": NOW - 70 * DAY, "extension": 0}
    claim = {"state": "claimed", "attempts": 1, "claimed_at": NOW - 23 * DAY, "evidence_hash": r.digest(0xE1)}
    objected = {"objectors": 2, "objected_amount": 1_000, "window_ends_at": NOW - DAY}
    yield from registry(r.entity(1, account=r.ORGANIZER), r.currency(), r.metadata())
    yield r.journal("Crowdfunding", r.CROWDFUNDING)
    yield r.campaign(1, raised=1_000, backers=2, members=2, ruling_window=7 * DAY, **over)
    yield from r.milestones(1, claim | objected | milestone, {})
    yield r.pledge(1, r.BACKER, 600)
    yield r.pledge(1, r.MEMBER, 400, member_id=3)


def links_of(page: Element) -> list[str]:
    return [one.attributes.get("href", "") for one in page.all("a")]


def test_desk__everything_that_waits__is_named_with_its_end(pages: Client) -> None:
    page = read(pages.get("/en/desks/arbiter").body)

    assert {CLAIM, DISPUTE, CONTEST} <= set(links_of(page))
    assert page.text.index("Next: what ends first") < page.text.index("Stopped milestones")


@pytest.mark.parametrize(
    ("milestone", "waits"),
    [
        ({"window_ends_at": NOW}, True),
        ({"window_ends_at": NOW + 1}, False),
        ({"window_ends_at": NOW - 7 * DAY + 1}, True),
        ({"window_ends_at": NOW - 7 * DAY}, False),
        ({"objectors": 1, "objected_amount": 500}, False),
        ({"objectors": 0, "objected_amount": 501}, True),
        ({"ruling": "reject", "ruled_at": NOW - 60, "state": "ruled"}, False),
    ],
)
def test_claim__waits__while_it_is_stopped_and_not_ruled(show: Show, milestone: dict[str, Any], waits: bool) -> None:
    assert ("/en/desks/arbiter/campaigns/1" in links_of(show("/en/desks/arbiter", stopped(**milestone)))) is waits


def test_claim__not_to_be_ruled__has_no_form(show: Show) -> None:
    page = show("/en/desks/arbiter/campaigns/1", stopped(window_ends_at=NOW + 1))

    assert forms_of(page) == []
    assert "There is nothing to rule on" in page.text


def test_claim__ruling__is_of_the_stopped_claim(pages: Client) -> None:
    spec = spec_of(read(pages.get(CLAIM).body), "rule")

    assert spec["call"]["args"][:3] == [scenario.STOPPED, 0, 2]
    assert spec["call"]["args"][3] == {
        "$": "when",
        "name": "decision",
        "is": "release",
        "then": "true",
        "else": "false",
    }
    assert not spec["gasless"]


@pytest.mark.parametrize("account", [r.ORGANIZER, r.PAYOUT, r.BACKER, r.MEMBER])
def test_claim__of_an_arbiter_with_a_part_in_it__is_not_ruled(show: Show, account: str) -> None:
    page = show(f"/en/desks/arbiter/campaigns/1?account={account}", stopped())

    assert forms_of(page) == []
    assert "This account can't rule here" in page.text


@pytest.mark.parametrize(("account", "offered"), [(SUCCESSOR, []), (r.ARBITER, ["rule"])])
def test_claim__of_an_arbiter_who_acts_for_a_counted_member__is_not_ruled(
    show: Show, account: str, offered: list[str]
) -> None:
    rows = [*stopped(), r.entity(3, kinds=8, account=SUCCESSOR), r.tenure(3, 13, SUCCESSOR, NOW - DAY)]

    assert forms_of(show(f"/en/desks/arbiter/campaigns/1?account={account}", rows)) == offered


def test_dispute__ruling__shares_the_escrow(pages: Client) -> None:
    spec = spec_of(read(pages.get(DISPUTE).body), "rule")

    assert spec["call"]["args"][:2] == [case_scenario.DISPUTED, {"$": "field", "name": "share"}]
    (share,) = (one for one in spec["fields"] if one["name"] == "share")
    assert (share["min"], share["max"], share["decimals"]) == ("0", "10000", 2)


def test_contest__ruling__is_of_at_most_the_hours_asked_for(pages: Client) -> None:
    spec = spec_of(read(pages.get(CONTEST).body), "rule")

    assert spec["call"]["args"][:2] == [6, {"$": "field", "name": "hours"}]
    (hours,) = (one for one in spec["fields"] if one["name"] == "hours")
    assert (hours["min"], hours["max"]) == ("0", "5")


@pytest.mark.parametrize(("path", "party"), [(DISPUTE, r.BUYER), (DISPUTE, r.ORGANIZER), (CONTEST, r.BUYER)])
def test_case__of_an_arbiter_with_a_part_in_it__is_not_ruled(pages: Client, path: str, party: str) -> None:
    page = read(pages.get(f"{path}?account={party}").body)

    assert forms_of(page) == []
    assert "Another arbiter has to rule" in page.text
    assert forms_of(read(pages.get(f"{path}?account={r.ARBITER}").body)) == ["rule"]


@pytest.mark.parametrize(
    "path", [f"/en/desks/arbiter/orders/{case_scenario.PLACED}", "/en/desks/arbiter/redemptions/1"]
)
def test_case__that_nobody_contests__has_no_form(pages: Client, path: str) -> None:
    assert forms_of(read(pages.get(path).body)) == []
