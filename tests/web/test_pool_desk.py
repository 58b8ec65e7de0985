"""What the public body's desk offers at which time, as the mirror has it."""

from typing import Any

import pytest

from indexer.store import models
from tests.api import rows as r
from tests.api import scenario
from tests.api.client import Client
from tests.api.rows import DAY, NOW
from tests.web.conftest import Show
from tests.web.reading import forms_of, read, spec_of
from tests.web.test_desks import registry


def between(reservation: dict[str, Any], campaign: dict[str, Any] | None = None, **pool: Any) -> list[Any]:
    """Return a pool of entity 2 and a campaign of entity 1, with what is between them."""
    return registry(
        r.entity(1, account=r.ORGANIZER),
        r.entity(2, kinds=2),
        r.tenure(2, 12, scenario.TOWN, NOW - 100 * DAY),
        r.currency(),
        r.metadata(),
        r.journal("Crowdfunding", r.CROWDFUNDING),
        r.campaign(1, **(campaign or {})),
        *r.milestones(1, {}, {}),
        r.pool(1, **pool),
        r.reservation(1, 1, **reservation),
    )


@pytest.mark.parametrize(
    ("reservation", "campaign", "pool", "offered"),
    [
        ({"place": None}, {}, {}, ["enrol", "fundPool"]),
        ({"place": None}, {}, {"ends_at": NOW + 1}, ["enrol", "fundPool"]),
        ({"place": None}, {}, {"ends_at": NOW}, []),
        ({"place": None}, {}, {"max_first_tranche_bps": 1}, ["fundPool"]),
        ({"place": 0}, {"pools": 1}, {}, ["fundPool"]),
        (
            {"place": 0, "reserved": 100},
            {"pools": 1, "state": "canceled", "canceled_at": NOW - DAY},
            {"reserved": 100, "open_reservations": 1, "campaigns": 1},
            ["settleReservation", "fundPool"],
        ),
    ],
)
def test_pool__forms__are_those_of_the_acts_that_are_legal(
    show: Show, reservation: dict[str, Any], campaign: dict[str, Any], pool: dict[str, Any], offered: list[str]
) -> None:
    assert forms_of(show("/en/pools/1/desk", between(reservation, campaign, **pool))) == offered


def test_pool__enrolment__names_pool_and_campaign_and_its_end(show: Show) -> None:
    page = show("/en/pools/1/desk", between({"place": None}, ends_at=NOW + DAY))

    assert spec_of(page, "enrol-1")["call"]["args"] == [1, 1]
    assert "Campaign 1" in page.text


def test_pool__payment__allows_exactly_the_amount_and_needs_gas(show: Show) -> None:
    spec = spec_of(show("/en/pools/1/desk", between({"place": None})), "fund")

    (permit,) = spec["permits"]
    assert permit["amount"] == {"$": "field", "name": "amount"}
    assert permit["currency"].lower() == r.EURO
    assert not spec["gasless"]


def claimed(**changes: Any) -> list[Any]:
    """Return a campaign that a pool matches, with an open claim."""
    over = {"opens_at": NOW - 65 * DAY, "deadline": NOW - 5 * DAY, "submitted_at": NOW - 70 * DAY, "extension": 0}
    claim = {"state": "claimed", "attempts": 1, "claimed_at": NOW - DAY, "window_ends_at": NOW + 2 * DAY} | changes
    rows = between({"place": 0, "reserved": 100, "enrolled_at": NOW - 60 * DAY}, over | {"raised": 1_000, "pools": 1})
    return [one for one in rows if type(one).__name__ != "Milestone"] + r.milestones(1, claim, {})


def test_pool__open_claim__is_for_the_manager_to_object_to(show: Show) -> None:
    page = show("/en/pools/1/desk", claimed())

    assert forms_of(page) == ["object", "fundPool"]
    assert spec_of(page, "object-1")["call"]["args"] == [1, 0, 1]
    assert "your objection alone stops the claim" in page.text


@pytest.mark.parametrize(("objected_pools", "told"), [(0, True), (1, False)])
def test_objecting__of_backers__tells_of_the_pool_that_stops_the_claim_alone(
    show: Show, objected_pools: int, told: bool
) -> None:
    page = show("/en/campaigns/1/object", claimed(objected_pools=objected_pools))

    assert forms_of(page) == ["object"]
    assert "If enough backers do" in page.text
    assert ("stops the claim alone, by an objection from the desk of the pool: Pool 1" in page.text) is told
    assert [one.text for one in page.all("dt")].count("Milestone") == 1


def test_pool__whose_window_is_over__gives_back_to_each_account(pages: Client) -> None:
    page = read(pages.get(f"/en/pools/{scenario.GIFT}/desk").body)

    assert "reclaim" in forms_of(page)
    assert "fundPool" not in forms_of(page)


def test_pools__of_a_body__say_who_asks(show: Show) -> None:
    asked = show(f"/en/desks/pools?account={scenario.TOWN}", between({"place": None}))
    assert "1 campaign asks for its money" in asked.text

    ended = between({"place": None}, {"state": "canceled", "canceled_at": NOW - DAY})
    assert "asks for its money" not in show(f"/en/desks/pools?account={scenario.TOWN}", ended).text


def test_pools__of_others_that_it_pays_into__are_shown_apart(pages: Client) -> None:
    page = read(pages.get(f"/en/desks/pools?account={scenario.TOWN}").body)

    links = [one.attributes.get("href") for one in page.all("a")]
    assert f"/en/pools/{scenario.GIFT}/desk" in links
    assert "Pools of others that it pays into" in page.text


def test_pools__of_no_public_body__cannot_be_opened(pages: Client) -> None:
    page = read(pages.get(f"/en/desks/pools?account={r.ORGANIZER}").body)

    assert "is no public body" in page.text
    assert "/en/desks/pools/open" not in [one.attributes.get("href") for one in page.all("a")]


def test_opening__each_rule__leaves_the_terms_of_the_other_at_nothing(pages: Client) -> None:
    page = read(pages.get("/en/desks/pools/open").body)

    ratio, gift = (spec_of(page, key)["call"]["args"][0] for key in ("ratio", "gift"))
    assert (ratio["rule"], ratio["minRaised"], ratio["minMemberPledge"], ratio["minMembers"]) == (0, 0, 0, 0)
    assert (gift["rule"], gift["ratioBps"], gift["membersOnly"], gift["memberCap"]) == (1, 0, False, 0)
    assert ratio["currency"].lower() == gift["currency"].lower() == r.EURO


GIFT = {"rule": models.Rule.THRESHOLD_GIFT, "ratio_bps": 0, "campaign_cap": 300, "min_raised": 1_000}
SOON = {"opens_at": NOW + DAY}


@pytest.mark.parametrize(
    ("campaign", "pool", "told"),
    [
        ({"state": "canceled", "canceled_at": NOW - DAY}, {}, "Pledging is over"),
        ({}, {"currency": scenario.OLD_EURO}, "another currency"),
        ({}, {"max_first_tranche_bps": 4_999}, "releases more at once"),
        ({"organizer": 2}, {}, "manages the pool or paid into it"),
        (SOON, GIFT | {"min_raised": 999}, "Its goal is higher"),
        (SOON, GIFT | {"funded": 299}, "pay in first"),
        ({}, GIFT, "open already"),
        ({}, {"ends_at": NOW}, "not open for campaigns"),
    ],
)
def test_pool__campaign_that_cannot_be_enrolled__is_told_why(
    show: Show, campaign: dict[str, Any], pool: dict[str, Any], told: str
) -> None:
    old = r.currency(currency=scenario.OLD_EURO)
    page = show("/en/pools/1/desk", [*between({"place": None}, campaign, **pool), old])

    assert "enrol" not in forms_of(page)
    assert "can't be enrolled" in page.text
    assert told in page.text


def test_pool__manager_who_is_not_verified__is_told_so(show: Show) -> None:
    rows = [one for one in between({"place": None}) if getattr(one, "entity_id", 0) != 2 or not hasattr(one, "kinds")]
    page = show(
        "/en/pools/1/desk", [*rows, r.entity(2, kinds=2, state="registered", verified_at=None, verified_until=0)]
    )

    assert forms_of(page) == ["fundPool"]
    assert "has to be verified" in page.text


def test_pool__campaign_that_three_pools_match__is_told_so(show: Show) -> None:
    others = [(r.pool(number), r.reservation(number, 1, number - 2)) for number in (2, 3, 4)]
    page = show(
        "/en/pools/1/desk", [*between({"place": None}, {"pools": 3}), *(one for pair in others for one in pair)]
    )

    assert "enrol" not in forms_of(page)
    assert "Three pools match it already" in page.text
