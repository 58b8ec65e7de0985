"""Pro-bono help as both sides see it: what is next, and which acts the pages offer when."""

import json
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any

import pytest

from indexer.store.columns import Base
from indexer.store.models import RedemptionState
from tests.api import case_rows as c
from tests.api import rows as r
from tests.api.case_rows import HOUR
from tests.api.client import Client
from tests.api.rows import DAY, NOW
from tests.web.conftest import Show
from tests.web.reading import Element, read
from tests.web.test_desks import forms_of, spec_of

PROVIDER, ASKING = f"0x{7:040x}", f"0x{1:040x}"
WEEK = 7 * DAY
ACCEPTED = {"state": RedemptionState.ACCEPTED, "accepted_at": NOW - 20 * DAY}
UNDERWAY = ACCEPTED | {"starts_at": NOW - 19 * DAY}
DELIVERED = UNDERWAY | {
    "state": RedemptionState.DELIVERED,
    "delivered_at": NOW - DAY,
    "hours_delivered": 3,
    "evidence_hash": r.digest(0xEF),
    "window_ends_at": NOW + DAY,
}
REPORTED = UNDERWAY | {
    "state": RedemptionState.NO_SHOW,
    "reported_at": NOW - DAY,
    "reporter": 7,
    "report_reason": r.digest(0xEA),
    "window_ends_at": NOW + DAY,
}
CONTESTED = DELIVERED | {
    "state": RedemptionState.CONTESTED,
    "contested_at": NOW,
    "contest_reason": r.digest(0xEB),
}
CONFIRMED = DELIVERED | {
    "state": RedemptionState.CONFIRMED,
    "window_ends_at": None,
    "ended_at": NOW,
    "hours_given": 3,
    "hours_returned": 2,
}


def lab(*more: Base, **provider: Any) -> list[Base]:
    """Return a lab with an entity that asks and one that helps."""
    return [
        r.checkpoint(),
        r.entity(1, account=ASKING),
        r.tenure(1, 11, ASKING, NOW - 100 * DAY),
        r.entity(7, **({"account": PROVIDER, "kinds": 4} | provider)),
        r.tenure(7, 12, PROVIDER, NOW - 100 * DAY),
        *more,
    ]


def asked(**changes: Any) -> Iterable[Base]:
    return lab(c.offer(1), c.redemption(1, **changes))


def next_in(page: Element) -> list[str]:
    """Return what is next, the first one in front."""
    boxes = [one for one in page.all("div") if one.attributes.get("class") == "next"]
    return [next(one.all("p")).text for one in boxes]


@pytest.mark.parametrize(
    ("changes", "offered"),
    [
        ({}, ["acceptHelp", "declineHelp", "withdrawHelp"]),
        ({"starts_at": NOW}, ["expire"]),
        (ACCEPTED, ["cancelHelp"]),
        (UNDERWAY, ["deliverHelp", "reportNoShow"]),
        (UNDERWAY | {"deliver_by": NOW}, ["expire"]),
        (DELIVERED, ["confirmHelp", "contest"]),
        (DELIVERED | {"window_ends_at": NOW}, ["confirmHelp"]),
        (REPORTED, ["contest"]),
        (REPORTED | {"window_ends_at": NOW}, ["expire"]),
        (CONTESTED, ["voidSettlements"]),
        (CONTESTED | {"window_ends_at": NOW}, ["expire"]),
        (CONFIRMED, []),
    ],
)
def test_case__forms__are_those_of_the_acts_that_are_legal(
    show: Show, changes: dict[str, Any], offered: list[str]
) -> None:
    page = show("/en/redemptions/1/desk", asked(**changes))

    assert forms_of(page) == offered
    # Nobody waits for help to be canceled.
    assert len(next_in(page)) == (offered not in ([], ["cancelHelp"]))


def test_case__that_is_contested__is_next_settled_by_both(show: Show) -> None:
    assert next_in(show("/en/redemptions/1/desk", asked(**CONTESTED))) == ["Bring a settlement that both have signed"]


def test_case__hours__are_at_most_those_in_escrow_and_its_need_is_that_of_the_request(show: Show) -> None:
    spec: Any = spec_of(show("/en/redemptions/1/desk", asked(**UNDERWAY)), "deliverHelp-1")

    assert spec["fields"][-1] | {"name": "hours", "min": "1", "max": "5"} == spec["fields"][-1]
    assert (spec["call"]["args"][0], spec["call"]["args"][2]) == (1, r.digest(0xEE))


def test_case__that_is_over__says_so_and_leads_to_the_proof(show: Show) -> None:
    page = show("/en/redemptions/1/desk", asked(**CONFIRMED))

    assert "this request is over" in page.text
    assert "/en/attestations/1" in {one.attributes["href"] for one in page.all("a")}


@pytest.mark.parametrize(("account", "what"), [(PROVIDER, "Report the hours given"), (ASKING, "Report that the other")])
def test_help__of_each_side__names_its_own_next_act(show: Show, account: str, what: str) -> None:
    page = show(f"/en/desks/help?account={account}", asked(**UNDERWAY))

    (first,) = next_in(page)
    assert first.startswith(what)


def test_help__what_ends_first__stands_in_front(show: Show) -> None:
    sooner = c.redemption(2, starts_at=NOW + DAY // 2)
    later = c.redemption(3, **ACCEPTED, starts_at=NOW + 2 * DAY)
    page = show(f"/en/desks/help?account={PROVIDER}", lab(c.offer(1), c.redemption(1), sooner, later))

    links = [one.attributes["href"] for one in page.all("a") if one.attributes["href"].endswith("/desk")]
    assert links == [f"/en/redemptions/{number}/desk" for number in (2, 1, 3)]


def test_offering__ends__are_weeks_while_the_provider_is_verified(show: Show) -> None:
    until = NOW // WEEK * WEEK + 3 * WEEK
    page = show(f"/en/desks/help/offer?account={PROVIDER}", lab(verified_until=until))

    (choice,) = (one for one in page.all("select") if one.attributes["data-name"] == "until")
    ends = [int(one.attributes["value"]) for one in choice.all("option")]
    assert ends == [until - 2 * WEEK, until - WEEK, until]
    call: Any = spec_of(page, "offer")["call"]
    document = call["args"][2]
    assert document["kind"] == "offer"
    assert set(document["content"]) == {"type", "language", "title", "skill", "about", "spoken", "links"}


def test_offering__without_an_account__has_every_week_of_a_year(show: Show) -> None:
    page = show("/en/desks/help/offer", lab())

    (choice,) = (one for one in page.all("select") if one.attributes["data-name"] == "until")
    ends = [int(one.attributes["value"]) for one in choice.all("option")]
    assert len(ends) == 52
    assert all(one % WEEK == 0 and NOW < one <= NOW + 52 * WEEK for one in ends)


@pytest.mark.parametrize(
    ("account", "provider"), [(ASKING, {}), (PROVIDER, {"suspended_until": NOW + DAY}), ("0x" + "99" * 20, {})]
)
def test_offering__by_who_is_no_verified_provider__says_why(show: Show, account: str, provider: dict[str, Any]) -> None:
    page = show(f"/en/desks/help/offer?account={account}", lab(**provider))

    assert forms_of(page) == []
    assert "no verified provider" in page.text


def test_offering__by_a_provider_verified_too_shortly__has_no_form(show: Show) -> None:
    page = show(f"/en/desks/help/offer?account={PROVIDER}", lab(verified_until=NOW + 1))

    assert forms_of(page) == []
    assert "ends too soon" in page.text


def test_asking__for_free_hours__takes_at_most_those(show: Show) -> None:
    spec: Any = spec_of(show("/en/offers/1/ask", lab(c.offer(1))), "ask-1")

    (field,) = (one for one in spec["fields"] if one["name"] == "credits")
    assert (field["min"], field["max"], field["decimals"]) == (str(HOUR), str(50 * HOUR), 18)
    assert spec["gasless"] is True


@pytest.mark.parametrize("changes", [{"closed": True, "closed_at": NOW, "closed_by": PROVIDER}, {"until": NOW}])
def test_asking__of_an_offer_that_takes_no_requests__says_so(show: Show, changes: dict[str, Any]) -> None:
    page = show("/en/offers/1/ask", lab(c.offer(1, **changes)))

    assert forms_of(page) == []
    assert "takes no requests" in page.text


@pytest.mark.parametrize(
    ("provider", "says"),
    [({}, "Only the provider can close it"), ({"suspended_until": NOW + DAY}, "anybody may close this offer")],
)
def test_closing__is_the_providers_or_anybodys(show: Show, provider: dict[str, Any], says: str) -> None:
    page = show("/en/offers/1/close", lab(c.offer(1), **provider))

    assert forms_of(page) == ["closeOffer"]
    assert says in page.text


def test_closing__of_a_closed_offer__has_no_form(show: Show) -> None:
    page = show("/en/offers/1/close", lab(c.offer(1, closed=True, closed_at=NOW, closed_by=PROVIDER)))

    assert forms_of(page) == []
    assert "What was accepted before stays promised" in page.text


def test_specs__are_json_that_no_text_of_a_stranger_ends(pages: Client) -> None:
    body = pages.get("/en/redemptions/4/desk").body
    scripts = [one for one in read(body).all("script") if one.attributes.get("type") == "application/json"]
    assert scripts
    for one in scripts:
        json.loads(one.text)


def offered(**said: Any) -> bytes:
    return json.dumps({"type": "offer", "title": {"en": "Hours"}, "about": {"en": "Help"}} | said).encode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=BOOK", [1]),
        ("q=contab", [1]),
        ("q=hours", [1, 2]),
        ("spoken=es", [1]),
        ("spoken=en", []),
        ("q=law&spoken=es", []),
        ("q=law&spoken=", [2]),
        ("q=nothing", []),
    ],
)
def test_offers__by_skill_and_language__are_found(
    pages_of: Callable[..., Client], query: str, found: list[int]
) -> None:
    one = offered(skill={"en": "Bookkeeping", "es": "Contabilidad"}, spoken="es")
    other = offered(skill={"en": "Law"}, spoken="<b>")
    offers = [
        c.offer(number, details_hash="0x" + sha256(content).hexdigest())
        for number, content in enumerate((one, other), start=1)
    ]
    page = read(pages_of(lab(*offers), (one, other)).get(f"/en/offers?{query}").body)

    shown = {int(link.attributes["href"].rpartition("/")[2]) for title in page.all("h2") for link in title.all("a")}
    assert sorted(shown) == found
    assert ("Español" in [bdi.text for bdi in page.all("bdi")]) == (1 in found)
    assert "<b>" not in [bdi.text for bdi in page.all("bdi")]


def test_offer__skill_and_language__stand_on_its_page(pages_of: Callable[..., Client]) -> None:
    content = offered(skill={"en": "Bookkeeping"}, spoken="el")
    offer = c.offer(1, details_hash="0x" + sha256(content).hexdigest())
    page = read(pages_of(lab(offer), (content,)).get("/en/offers/1").body)

    facts = {row.text for row in page.all("dd")}
    assert {"Bookkeeping", "Ελληνικά"} <= facts


def test_attestation__shows_what_both_sides_wrote(pages_of: Callable[..., Client]) -> None:
    texts = "A lease to read.", "We <b>read</b> it."
    written = [json.dumps({"text": {"en": text}}).encode() for text in texts]
    need, evidence = ("0x" + sha256(content).hexdigest() for content in written)
    rows = [*asked(**CONFIRMED, need_hash=need), c.attestation(1, 4, need_hash=need, evidence_hash=evidence)]
    client = pages_of(rows, written)

    (article,) = read(client.get("/en/attestations/1").body).all("article")
    assert all(text in article.text for text in texts)
    assert {need, evidence} <= {one.attributes.get("title") for one in article.all("bdi")}


def test_help__accepted_and_not_begun__waits_for_the_hours_and_does_not_ask_to_cancel(show: Show) -> None:
    for path in ("/en/redemptions/1/desk", f"/en/desks/help?account={PROVIDER}", f"/en/my?account={PROVIDER}"):
        page = show(path, asked(**ACCEPTED, starts_at=NOW + DAY))
        assert next_in(page) == []
        assert "Report the hours given" in page.text
