"""Treasurers, issuers, guardians and registrars at their desks.

├── guardian: a pause refused to a stranger in words, begun, told, ended
├── treasurer: a currency and a programme announced, done when the delay is over, ended; an announcement taken back
├── issuer: credits issued; refused when another issue took the hours meanwhile; not at all by a stranger
└── registrar: a revocation announced, and done when its delay is over
"""

from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from scripts._lab.stage import CREDIT
from tests.web.browser import scenery
from tests.web.browser.lab import Lab
from tests.web.browser.people import Meet, Person, is_stored, let_pass, moment, wait_until_stored
from tests.web.browser.steps import fails
from web.acts.guard import CONTRACTS
from web.words import CONTRACTS as WORDS

DO, WITHDRAW = "Do it, as announced", "Take the announcement back"


def of_contract(person: Person, name: str) -> Locator:
    """Return the form below the heading of a contract."""
    return person.page.locator("h2", has_text=name).locator("xpath=following-sibling::section[1]").get_by_role("form")


def announced(person: Person, title: str, about: str = "") -> Locator:
    """Return what the page says of an announcement, of an address if one is named, with its forms."""
    page = person.page
    found = page.locator("section.announced", has=page.get_by_role("heading", name=f"Announced: {title}"))
    return found.filter(has=page.locator(f'[title="{about}"]')) if about else found


def in_it(section: Locator, title: str) -> Locator:
    return section.get_by_role("form", name=title, exact=True)


def test_pause__is_the_guardians_and_ends_when_it_is_ended(meet: Meet, lab: Lab) -> None:
    stranger = meet(lab.cast.pierre)
    stranger.goes_to("/desks/guardian")
    for contract in CONTRACTS:
        form = of_contract(stranger, WORDS[contract])
        stranger.sends(form)
        assert "does not hold the role" in fails(form, "AccessManagedUnauthorized")
    assert stranger.wallet.sent() == []

    guardian = meet(lab.cast.guardian)
    guardian.goes_to("/desks/guardian")
    for contract in CONTRACTS:
        guardian.acts(of_contract(guardian, WORDS[contract]))
        assert lab.ask(contract, "entryPausedUntil") > 0
    guardian.goes_to("/desks/guardian")
    expect(guardian.page.locator("main")).to_contain_text("pauses end by themselves")
    issuer = meet(lab.cast.beitillu)
    issuer.goes_to(f"/desks/issuer?account={lab.cast.beitillu.address}")
    expect(issuer.page.locator("main")).to_contain_text("Issuing is paused until")
    for contract in CONTRACTS:
        guardian.acts(of_contract(guardian, WORDS[contract]))
        assert lab.ask(contract, "entryPausedUntil") == 0
    guardian.goes_to("/desks/guardian")
    expect(guardian.page.get_by_text("can be paused again from")).to_have_count(len(CONTRACTS))
    for contract in CONTRACTS:
        expect(of_contract(guardian, WORDS[contract])).to_have_count(0)


@pytest.mark.long
def test_treasurer__announces_and_does_it_when_the_delay_is_over(meet_later: Meet, later: Lab) -> None:
    lab, cast = later, later.cast
    coin, euro = scenery.a_currency(lab), lab.contracts["TestEuro"].address
    stranger = meet_later(cast.pierre)
    stranger.goes_to("/desks/treasurer")
    form = stranger.form("Allow a currency")
    stranger.fills(form, currency=coin)
    stranger.sends(form)
    fails(form, "AccessManagerUnauthorizedCall")
    assert stranger.wallet.sent() == []

    treasurer = meet_later(cast.treasurer)
    treasurer.goes_to("/desks/treasurer")
    form = treasurer.form("Allow a currency")
    treasurer.fills(form, currency=coin)
    treasurer.acts(form)
    form = treasurer.form("Stop accepting a currency")
    treasurer.fills(form, currency=euro)
    treasurer.acts(form)
    issuer = int(lab.ask("EntityRegistry", "entityOf", cast.beitillu.address))
    form = treasurer.form("Open a programme of credits")
    treasurer.fills(form, title="For those who sort", rule="An hour for an hour.", issuer=str(issuer), cap="25")
    treasurer.fills(form, starts=moment(lab, 0), ends=moment(lab, 90))
    treasurer.acts(form)

    treasurer.goes_to("/desks/treasurer")
    section = announced(treasurer, "Open a programme of credits")
    expect(section).to_contain_text("25")
    expect(in_it(section, DO)).to_have_count(0)
    expect(treasurer.page.locator("[data-outbox]")).to_contain_text("programme.json")
    treasurer.acts(in_it(announced(treasurer, "Stop accepting a currency", euro), WITHDRAW))
    let_pass(lab, 2)
    treasurer.goes_to("/desks/treasurer")
    expect(announced(treasurer, "Stop accepting a currency", euro)).to_have_count(0)
    treasurer.acts(in_it(announced(treasurer, "Allow a currency", coin), DO))
    assert lab.ask("Crowdfunding", "isCurrency", coin)
    treasurer.acts(in_it(announced(treasurer, "Open a programme of credits"), DO))
    lab.catch_up()
    programme = newest_programme(lab)
    assert (programme["issuer"], programme["cap"]) == (issuer, str(25 * CREDIT))
    wait_until_stored(treasurer.page, lab, programme["purpose_hash"])
    treasurer.goes_to("/desks/treasurer")
    expect(announced(treasurer, "Allow a currency", coin)).to_have_count(0)
    expect(announced(treasurer, "Open a programme of credits")).to_have_count(0)
    expect(treasurer.page.locator("[data-outbox]")).to_be_hidden()


@pytest.mark.long
def test_treasurer__stops_a_currency_and_closes_a_programme(meet_later: Meet, later: Lab) -> None:
    lab, treasurer = later, meet_later(later.cast.treasurer)
    coin, mentoring = scenery.a_listed_currency(lab), 2
    stopping, closing = "Stop accepting a currency", "Close a programme of credits"
    treasurer.goes_to("/desks/treasurer")
    form = treasurer.form(stopping)
    treasurer.fills(form, currency=coin)
    treasurer.acts(form)
    form = treasurer.form(closing)
    treasurer.fills(form, programme=str(mentoring))
    treasurer.acts(form)
    let_pass(lab, 2)
    treasurer.goes_to("/desks/treasurer")
    treasurer.acts(in_it(announced(treasurer, stopping, coin), DO))
    treasurer.acts(in_it(announced(treasurer, closing), DO))
    assert not lab.ask("Crowdfunding", "isCurrency", coin)
    lab.catch_up()
    programmes = lab.api.get("/v1/credits")["credits"]["programmes"]
    assert mentoring in [one["programme_id"] for one in programmes if one["closed_at"]]


def newest_programme(lab: Lab) -> dict[str, Any]:
    programmes: list[dict[str, Any]] = lab.api.get("/v1/credits")["credits"]["programmes"]
    return max(programmes, key=lambda one: int(one["programme_id"]))


@pytest.mark.long
def test_issuer__issues_what_hours_cover_and_no_more(meet_later: Meet, later: Lab) -> None:
    lab, cast = later, later.cast
    desk, sorting = "/desks/issuer", 1
    issuer, stranger = meet_later(cast.beitillu), meet_later(cast.town)
    stranger.goes_to(f"{desk}?account={cast.beitillu.address}")
    write_issue(stranger, sorting, cast.seville.address, "1")
    fails(issue_form(stranger, sorting), "InnovationCredit_NotIssuer")
    assert (stranger.wallet.signed(), stranger.wallet.sent()) == ([], [])

    issuer.goes_to(f"{desk}?account={cast.beitillu.address}")
    before = int(lab.ask("InnovationCredit", "balanceOf", cast.seville.address))
    write_issue(issuer, sorting, cast.seville.address, "1.5")
    form = issue_form(issuer, sorting)
    expect(form.locator("[data-state-of]")).to_have_attribute("data-state", "in_block", timeout=40_000)
    after = int(lab.ask("InnovationCredit", "balanceOf", cast.seville.address))
    assert after - before == 1.5 * CREDIT
    assert issuer.wallet.sent() == []

    issuer.goes_to(f"{desk}?account={cast.beitillu.address}")
    rest = int(lab.api.get("/v1/credits")["credits"]["coverage"]["issuable"]) - CREDIT
    to = cast.nablus.address
    lab.actor.do(cast.beitillu, "InnovationCredit", "issue", sorting, to, rest, scenery.document("evidence"))
    write_issue(issuer, sorting, cast.seville.address, "2")
    assert "hours" in fails(issue_form(issuer, sorting), "InnovationCredit_AboveCapacity")


def issue_form(person: Person, programme: int) -> Locator:
    """Return the form of one programme; an issuer may have several."""
    return person.page.locator(f'form[data-act="act-issue-{programme}-spec"]')


def write_issue(person: Person, programme: int, to: str, amount: str) -> None:
    form = issue_form(person, programme)
    person.fills(form, to=to, amount=amount, title="A day of sorting", text="Glass and paper of forty households.")
    person.sends(form)


@pytest.mark.long
def test_registrar__revokes_when_the_announced_time_has_come(meet_later: Meet, later: Lab) -> None:
    lab, cast = later, later.cast
    number = int(lab.ask("EntityRegistry", "entityOf", cast.marseille.address))
    registrar = meet_later(cast.registrar)
    path = f"/desks/registrar/{number}"
    registrar.goes_to(path)
    form = registrar.form("Announce that it will be revoked")
    registrar.fills(form, text="It does not answer.")
    registrar.acts(form)
    registrar.goes_to("/desks/registrar")
    expect(registrar.page.locator("main")).to_contain_text("Announced revocations")
    let_pass(lab, 3)
    registrar.goes_to(path)
    registrar.acts(in_it(announced(registrar, "Revoke"), DO))
    lab.catch_up()
    entity = lab.api.get(f"/v1/entities/{number}")["entity"]
    assert entity["state"] == "revoked"
    wait_until_stored(registrar.page, lab, entity["reason"])
    registrar.goes_to(path)
    expect(registrar.page.locator("main")).to_contain_text("Nothing more can be done here")
    assert is_stored(lab, entity["reason"])
