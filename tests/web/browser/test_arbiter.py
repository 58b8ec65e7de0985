"""Arbiters at their desk.

├── a disputed order: refused to a stranger and to an arbiter who bought it, in words; then shared by the arbiter
├── a stopped claim: refused to an arbiter who pledged; ruled with reasons, which are stored
└── contested help: at most the hours asked for; the arbiter finds one
"""

import pytest
from playwright.sync_api import expect

from scripts._lab.wallets import Wallet
from tests.web.browser import scenery
from tests.web.browser.lab import Lab
from tests.web.browser.people import Meet, Person, let_pass, wait_until_stored
from tests.web.browser.steps import fails


def refused(person: Person, path: str, title: str, error: str, **values: str) -> str:
    """Fill in a form and send it; return in which words the contract refuses."""
    person.goes_to(path)
    form = person.form(title)
    if "decision" in values:
        person.chooses(form, decision=values.pop("decision"))
    person.fills(form, text="Because I say so.", **values)
    person.sends(form)
    words = fails(form, error)
    assert (person.wallet.signed(), person.wallet.sent()) == ([], [])
    return words


def test_order__is_ruled_by_an_arbiter_without_a_part_in_it(meet: Meet, lab: Lab) -> None:
    order, own = scenery.a_dispute(lab, lab.cast.pierre), scenery.a_dispute(lab, lab.cast.arbiter)
    path, title = f"/desks/arbiter/orders/{order}", "Rule on the order"
    stranger = meet(lab.cast.marco)
    words = refused(stranger, path, title, "AccessManagedUnauthorized", share="60")
    assert "does not hold the role" in words

    arbiter = meet(lab.cast.arbiter)
    own_path = f"/desks/arbiter/orders/{own}"
    assert "Another arbiter has to rule" in refused(arbiter, own_path, title, "Escrow_ArbiterIsParty", share="100")
    arbiter.goes_to(f"{own_path}?account={lab.cast.arbiter.address}")
    expect(arbiter.page.locator("main")).to_contain_text("Another arbiter has to rule")
    expect(arbiter.form(title)).to_have_count(0)

    arbiter.goes_to("/desks/arbiter")
    arbiter.page.locator(f'a[href$="{path}"]').first.click()
    form = arbiter.form(title)
    arbiter.fills(form, share="101", text="Half of the work was done.")
    arbiter.sends(form)
    expect(form.locator("[data-summary]")).to_be_focused()
    arbiter.fills(form, share="60")
    arbiter.acts(form)
    lab.catch_up()
    ruled = lab.api.get(f"/v1/orders/{order}")["order"]
    assert ruled["seller_bps"] == 6_000
    wait_until_stored(arbiter.page, lab, ruled["ruling_reason"])
    arbiter.goes_to(path)
    expect(arbiter.page.locator("main")).to_contain_text("There is nothing to rule on")


def stopped(lab: Lab, *more: Wallet) -> int:
    """Make a campaign whose claim two backers stopped, and let the time for objections pass."""
    cast = lab.cast
    number = scenery.a_campaign(lab, 100)
    let_pass(lab, 1)
    for wallet in (cast.pierre, cast.marco, *more):
        scenery.pledge(lab, wallet, number, 500)
    let_pass(lab, 2)
    scenery.claim(lab, number)
    for wallet in (cast.pierre, cast.marco):
        lab.actor.do(wallet, "Crowdfunding", "object", number, 0, 1)
    let_pass(lab, 3)
    return number


@pytest.mark.long
def test_claim__that_backers_stopped__is_ruled_with_reasons_that_are_stored(meet_later: Meet, later: Lab) -> None:
    title, arbiter = "Rule on the claim", meet_later(later.cast.arbiter)
    own = stopped(later, later.cast.arbiter)
    words = refused(arbiter, f"/desks/arbiter/campaigns/{own}", title, "Crowdfunding_ArbiterIsParty", decision="reject")
    assert "Another arbiter has to rule" in words

    number = stopped(later)
    path = f"/desks/arbiter/campaigns/{number}"
    arbiter.goes_to("/desks/arbiter")
    arbiter.page.locator(f'a[href$="{path}"]').first.click()
    expect(arbiter.page.locator("main")).to_contain_text("Who objects")
    form = arbiter.form(title)
    arbiter.sends(form)
    expect(form.locator("[data-summary]")).to_be_focused()
    arbiter.chooses(form, decision="release")
    arbiter.fills(form, text="We were there: it works.")
    arbiter.acts(form)
    later.catch_up()
    (milestone,) = later.api.get(f"/v1/campaigns/{number}")["campaign"]["milestones"]
    assert (milestone["ruling"], milestone["state"]) == ("release", "releasable")
    wait_until_stored(arbiter.page, later, milestone["reason"])


@pytest.mark.long
def test_help__that_is_contested__is_ruled_by_the_hour(meet_later: Meet, later: Lab) -> None:
    number = scenery.contested_help(later)
    path, title = f"/desks/arbiter/redemptions/{number}", "Rule on the help"
    stranger = meet_later(later.cast.tiago)
    assert "does not hold the role" in refused(stranger, path, title, "AccessManagedUnauthorized", hours="2")

    arbiter = meet_later(later.cast.arbiter)
    arbiter.goes_to(path)
    form = arbiter.form(title)
    arbiter.fills(form, hours="3", text="One hour was given.")
    arbiter.sends(form)
    expect(form.locator("[data-summary]")).to_be_focused()
    arbiter.fills(form, hours="1")
    arbiter.acts(form)
    later.catch_up()
    ruled = later.api.get(f"/v1/redemptions/{number}")["redemption"]
    assert (ruled["hours_given"], ruled["hours_returned"]) == (1, 1)
    wait_until_stored(arbiter.page, later, ruled["ruling_reason"])
