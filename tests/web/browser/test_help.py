"""Help from the offer to its proof, in the browsers of both sides.

├── offering: not by who is no verified provider; its document is stored, found by skill and language; closed again
├── asking, said before the wallet opens: parts of an hour, more than is free, a beginning that is over, by the provider
│   itself, by who is no verified SSE entity
├── the whole way: asked, accepted, delivered, confirmed; its attestation leads to the event that proves it
├── without help all credits come back: declined, withdrawn, canceled, never answered
└── of two minds: a no-show contested; settled by both, the first signature by a link; signatures taken back
"""

from hashlib import sha256
from typing import Any

import pytest
from playwright.sync_api import expect

from scripts._lab.help_stage import WEEK
from scripts._lab.stage import CREDIT
from scripts._lab.wallets import Wallet
from tests.web.browser.lab import Lab
from tests.web.browser.people import DAY, Meet, Person, later, moment, now_of, wait_until_stored
from tests.web.browser.steps import fails, reaches

MINUTE = 1 / 1_440
"""Days."""
NEED = sha256(b"Somebody who reads a lease with us.").digest()


def offered(lab: Lab, hours: int = 3, provider: Wallet | None = None) -> int:
    """Have a provider promise hours, and return the number of the offer."""
    until = (now_of(lab) + 30 * DAY) // WEEK * WEEK
    lab.actor.do(provider or lab.cast.clinic, "ProBono", "offerHours", hours, until, sha256(b"Law").digest())
    return int(lab.ask("ProBono", "offerCount"))


def asked(lab: Lab, offer: int, hours: int = 2) -> int:
    """Have Nablus ask for hours that begin in two minutes, and return the number of the request."""
    start = now_of(lab) + 120
    terms = hours * CREDIT, start, start + 600, NEED
    lab.actor.do(lab.cast.nablus, "ProBono", "requestHelp", offer, *terms)
    return int(lab.ask("ProBono", "redemptionCount"))


def under_way(lab: Lab) -> int:
    """Return the number of a request that was accepted and has begun."""
    number = asked(lab, offered(lab))
    lab.actor.do(lab.cast.clinic, "ProBono", "acceptHelp", number)
    later(lab, 150)
    return number


def contested(lab: Lab) -> int:
    """Return the number of a request whose delivery is contested."""
    number = under_way(lab)
    lab.actor.do(lab.cast.clinic, "ProBono", "deliverHelp", number, 2, NEED, sha256(b"Done").digest())
    lab.actor.do(lab.cast.nablus, "ProBono", "contest", number, sha256(b"One hour only").digest())
    return number


def credits_of(lab: Lab, holder: Wallet) -> int:
    return int(lab.ask("InnovationCredit", "balanceOf", holder.address))


def request_of(lab: Lab, number: int) -> dict[str, Any]:
    lab.catch_up()
    return dict(lab.api.get(f"/v1/redemptions/{number}")["redemption"])


def ask_for(person: Person, lab: Lab, offer: int, hours: str, start: float = 2 * MINUTE) -> None:
    """Fill in the form that asks for help, and press its button."""
    person.goes_to(f"/offers/{offer}/ask")
    form = person.form("Ask for help")
    person.fills(form, title="Our lease", text="Somebody who reads a lease with us.")
    person.fills(form, credits=hours, start=moment(lab, start), by=moment(lab, 1))
    person.sends(form)


def act(meet: Meet, holder: Wallet, number: int, title: str, **values: str) -> Person:
    """Have one side do an act on the page of a request."""
    person = meet(holder)
    person.goes_to(f"/redemptions/{number}/desk")
    form = person.form(title)
    person.fills(form, **values)
    person.acts(form)
    return person


def first_signature(person: Person, lab: Lab, number: int, hours: str) -> str:
    """Have one side sign a settlement, and return where the link for the other one leads."""
    person.goes_to(f"/redemptions/{number}/desk")
    person.page.get_by_role("link", name="Settle it between you").click()
    person.fills(person.form("Settle it between you"), share=hours, deadline=moment(lab, 3))
    person.page.get_by_role("button", name="Sign, and make a link").click()
    link = person.page.get_by_label("Link for the other side")
    expect(link).to_be_focused()
    assert (len(person.wallet.signed()), person.wallet.sent()) == (1, [])
    return link.input_value().removeprefix(lab.url)


def test_ask__what_the_contract_refuses__is_said_before_the_wallet_opens(meet: Meet, lab: Lab) -> None:
    offer = offered(lab)
    nablus = meet(lab.cast.nablus)
    form = nablus.form("Ask for help")
    ask_for(nablus, lab, offer, "4")
    expect(form.locator("[data-summary]")).to_contain_text("at most 3")
    for hours, start, error in (
        ("1.5", 2 * MINUTE, "ProBono_NotWholeHours"),
        ("2", -1, "ProBono_InvalidTimes"),
        ("2", 2, "ProBono_InvalidTimes"),
    ):
        nablus.fills(form, credits=hours, start=moment(lab, start))
        nablus.sends(form)
        fails(form, error)
    expect(form.locator('[data-name="title"]').first).to_have_value("Our lease")
    assert (nablus.wallet.signed(), nablus.wallet.sent()) == ([], [])


@pytest.mark.long
def test_ask__of_oneself_or_unverified__is_said_before_the_wallet_opens(meet: Meet, lab: Lab) -> None:
    offer = offered(lab, provider=lab.cast.lisbon)
    for holder, error in (
        (lab.cast.lisbon, "ProBono_OwnOffer"),
        (lab.cast.carmen, "ProBono_NotSSEEntity"),
        (lab.cast.pierre, "ProBono_NotSSEEntity"),
    ):
        person = meet(holder)
        ask_for(person, lab, offer, "1")
        fails(person.form("Ask for help"), error)
        assert (person.wallet.signed(), person.wallet.sent()) == ([], [])


@pytest.mark.long
def test_offer__by_no_verified_provider__is_refused_in_words(meet: Meet, lab: Lab) -> None:
    person = meet(lab.cast.marseille)
    person.goes_to("/desks/help/offer")
    form = person.form("Offer hours of help")
    person.fills(form, title="Bicycles", skill="repair", about="We mend bicycles.", spoken="fr", hours="1.5")
    person.sends(form)
    expect(form.locator("[data-summary]")).to_contain_text("“Hours”")
    person.fills(form, hours="3")
    person.sends(form)
    fails(form, "ProBono_NotProvider")
    assert person.wallet.signed() == []
    person.goes_to(f"/desks/help/offer?account={lab.cast.marseille.address}")
    expect(person.page.locator("main")).to_contain_text("This account is no verified provider")
    expect(form).to_have_count(0)


@pytest.mark.long
def test_offer__is_found_by_skill_and_language_and_closed(meet: Meet, lab: Lab) -> None:
    clinic = meet(lab.cast.clinic)
    clinic.goes_to("/desks/help/offer")
    form = clinic.form("Offer hours of help")
    clinic.fills(form, title="Law for <i>bakers</i>", skill="food law", about="We answer.", spoken="ar", hours="4")
    clinic.acts(form)
    offer = int(lab.ask("ProBono", "offerCount"))
    assert (lab.ask("ProBono", "offer", offer)["offered"], clinic.wallet.sent()) == (4, [])
    lab.catch_up()
    wait_until_stored(clinic.page, lab, lab.api.get(f"/v1/offers/{offer}")["offer"]["details_hash"])
    link = clinic.page.get_by_role("link", name="Law for <i>bakers</i>")
    for query, count in (("q=food+LAW&spoken=ar", 1), ("q=food+law&spoken=el", 0), ("q=smiths", 0)):
        clinic.goes_to(f"/offers?{query}")
        expect(link).to_have_count(count)

    stranger = meet(lab.cast.pierre)
    stranger.goes_to(f"/offers/{offer}/close")
    stranger.sends(stranger.form("Close the offer"))
    fails(stranger.form("Close the offer"), "ProBono_NotOffering")
    clinic.goes_to(f"/desks/help?account={lab.cast.clinic.address}")
    clinic.page.get_by_role("link", name="Close the offer Law for <i>bakers</i>").click()
    clinic.acts(clinic.form("Close the offer"))
    assert lab.ask("ProBono", "offer", offer)["closed"]
    clinic.goes_to(f"/offers/{offer}/ask")
    expect(clinic.page.locator("main")).to_contain_text("This offer takes no requests")


@pytest.mark.long
def test_help__from_the_request_to_its_proof(meet: Meet, lab: Lab) -> None:
    offer = offered(lab)
    nablus = meet(lab.cast.nablus)
    before = credits_of(lab, lab.cast.nablus)
    ask_for(nablus, lab, offer, "2")
    reaches(nablus.form("Ask for help"), "in_block")
    number = int(lab.ask("ProBono", "redemptionCount"))
    assert credits_of(lab, lab.cast.nablus) == before - 2 * CREDIT
    wait_until_stored(nablus.page, lab, request_of(lab, number)["need_hash"])

    clinic = meet(lab.cast.clinic)
    clinic.goes_to(f"/desks/help?account={lab.cast.clinic.address}")
    clinic.page.get_by_role("link", name=f"Request {number}", exact=True).click()
    expect(clinic.page.locator("main")).to_contain_text("Somebody who reads a lease with us.")
    expect(clinic.form("Report the hours given")).to_have_count(0)
    clinic.acts(clinic.form("Accept the request"))
    later(lab, 150)
    clinic.goes_to(f"/redemptions/{number}/desk")
    form = clinic.form("Report the hours given")
    clinic.fills(form, text="We read it.", hours="3")
    clinic.sends(form)
    expect(form.locator("[data-summary]")).to_contain_text("at most 2")
    clinic.fills(form, hours="1")
    clinic.acts(form)

    stranger = meet(lab.cast.pierre)
    stranger.goes_to(f"/redemptions/{number}/desk")
    stranger.sends(stranger.form("Confirm the help"))
    fails(stranger.form("Confirm the help"), "Escrow_NotParty")
    nablus.goes_to(f"/redemptions/{number}/desk")
    expect(nablus.page.locator("main")).to_contain_text("We read it.")
    nablus.acts(nablus.form("Confirm the help"))
    assert credits_of(lab, lab.cast.nablus) == before - CREDIT
    assert (nablus.wallet.sent(), clinic.wallet.sent()) == ([], [])

    nablus.goes_to(f"/redemptions/{number}/desk")
    nablus.page.get_by_role("link", name="See the attestation").click()
    expect(nablus.page.get_by_role("article")).to_contain_text("for 1 hour")
    for words in ("Somebody who reads a lease with us.", "We read it."):
        expect(nablus.page.get_by_role("article")).to_contain_text(words)
    nablus.page.get_by_role("link", name="Proof").click()
    expect(nablus.page.locator("main")).to_contain_text("HelpAttested")


@pytest.mark.long
@pytest.mark.parametrize(
    "title, by, accepted, state",
    [
        ("Decline the request", "clinic", False, "declined"),
        ("Take the request back", "nablus", False, "withdrawn"),
        ("Cancel the help", "clinic", True, "canceled"),
        ("Cancel the help", "nablus", True, "canceled"),
    ],
)
def test_help__ended_before_it_began__gives_all_credits_back(
    meet: Meet, lab: Lab, title: str, by: str, accepted: bool, state: str
) -> None:
    before = credits_of(lab, lab.cast.nablus)
    number = asked(lab, offered(lab))
    if accepted:
        lab.actor.do(lab.cast.clinic, "ProBono", "acceptHelp", number)
    person = act(meet, getattr(lab.cast, by), number, title)
    assert request_of(lab, number)["state"] == state
    assert credits_of(lab, lab.cast.nablus) == before
    person.goes_to(f"/redemptions/{number}/desk")
    expect(person.page.locator("main")).to_contain_text("this request is over")
    expect(person.page.locator("form[data-act]")).to_have_count(0)


@pytest.mark.long
def test_help__nobody_answered__is_given_back_by_anybody(meet: Meet, lab: Lab) -> None:
    before = credits_of(lab, lab.cast.nablus)
    number = asked(lab, offered(lab))
    later(lab, 150)
    act(meet, lab.cast.pierre, number, "Give the credits back")
    assert request_of(lab, number)["state"] == "lapsed"
    assert credits_of(lab, lab.cast.nablus) == before


@pytest.mark.long
def test_no_show__is_reported_by_one_side_and_contested_by_the_other(meet: Meet, lab: Lab) -> None:
    number = under_way(lab)
    nablus = act(meet, lab.cast.nablus, number, "Report that the other side did not come", text="Nobody came.")
    nablus.goes_to(f"/redemptions/{number}/desk")
    form = nablus.form("Contest what the other side said")
    nablus.fills(form, text="We said so ourselves.")
    nablus.sends(form)
    fails(form, "Escrow_NotParty")
    clinic = act(meet, lab.cast.clinic, number, "Contest what the other side said", text="We waited at the door.")
    contested = request_of(lab, number)
    assert contested["state"] == "contested"
    for reason in ("report_reason", "contest_reason"):
        wait_until_stored(clinic.page, lab, contested[reason])
    clinic.goes_to(f"/redemptions/{number}/desk")
    for words in ("Nobody came.", "We waited at the door."):
        expect(clinic.page.locator("main")).to_contain_text(words)


@pytest.mark.long
def test_settle__first_signature_comes_by_a_link__ends_it_as_both_signed(meet: Meet, lab: Lab) -> None:
    number = contested(lab)
    before = credits_of(lab, lab.cast.nablus)
    path = first_signature(meet(lab.cast.clinic), lab, number, "1")
    assert request_of(lab, number)["state"] == "contested"

    nablus = meet(lab.cast.nablus)
    nablus.goes_to(path)
    expect(nablus.page.get_by_role("status").filter(has_text="The provider signed")).to_be_visible()
    form = nablus.form("Settle it between you")
    expect(form.locator('[data-name="share"]')).to_have_value("1")
    nablus.acts(form)
    assert request_of(lab, number)["state"] == "settled"
    assert credits_of(lab, lab.cast.nablus) == before + CREDIT
    nablus.goes_to(f"/attestations/{number}")
    expect(nablus.page.get_by_role("article")).to_contain_text("for 1 hour")


@pytest.mark.long
def test_settle__signature_taken_back__is_stale_in_its_link(meet: Meet, lab: Lab) -> None:
    number = contested(lab)
    clinic = meet(lab.cast.clinic)
    path = first_signature(clinic, lab, number, "2")
    clinic.goes_to(f"/redemptions/{number}/desk")
    clinic.acts(clinic.form("Take signed settlements back"))
    nablus = meet(lab.cast.nablus)
    nablus.goes_to(path)
    expect(nablus.page.get_by_text("was taken back. Ask for a new one")).to_be_visible()
    expect(nablus.form("Settle it between you").locator('[data-name="provider_signature"]')).to_have_value("")
