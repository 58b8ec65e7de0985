"""A public body at its desk.

├── opening a pool: refused in words to who is no public body; then done, with an agreement that is stored
└── a pool's life: the money paid in exactly, a campaign let in, its reservation seen, an objection, what is due paid,
    what is not earned freed, and the rest given back when the window is over
"""

import pytest
from playwright.sync_api import expect

from scripts._lab.stage import EURO
from scripts._lab.wallets import Wallet
from tests.web.browser import scenery
from tests.web.browser.lab import Lab
from tests.web.browser.people import Meet, Person, let_pass, moment, wait_until_stored
from tests.web.browser.steps import fails, held

BY_PLEDGE, BY_THRESHOLD = "Open a pool that matches each pledge", "Open a pool that gives when thresholds are met"


def write(person: Person, title: str, *, days: float, **values: str) -> None:
    """Fill in the form of a pool that is open at once."""
    person.goes_to("/desks/pools/open")
    opens, ends = moment(person.lab, -1), moment(person.lab, days)
    texts = {"title": "For our quarter", "rule": "Decided by the council on the third of May."}
    person.fills(person.form(title), opens=opens, ends=ends, first="50", **texts, **values)


def opened(person: Person, title: str) -> int:
    person.acts(person.form(title))
    person.lab.catch_up()
    return int(person.lab.ask("MatchFunding", "poolCount"))


def reserved(lab: Lab, pool: int, campaign: int) -> dict[str, object]:
    lab.catch_up()
    found: dict[str, object] = lab.api.get(f"/v1/pools/{pool}/campaigns/{campaign}")["reservation"]
    return found


def test_open__is_for_public_bodies_and_stores_the_agreement(meet: Meet, lab: Lab) -> None:
    stranger = meet(lab.cast.seville)
    write(stranger, BY_PLEDGE, days=30, ratio="100", cap="300")
    form = stranger.form(BY_PLEDGE)
    stranger.sends(form)
    assert "public bod" in fails(form, "MatchFunding_NotPublicBody")
    assert (stranger.wallet.signed(), stranger.wallet.sent()) == ([], [])

    town = meet(lab.cast.town)
    write(town, BY_PLEDGE, days=30, ratio="62.5", cap="300")
    number = opened(town, BY_PLEDGE)
    pool = lab.api.get(f"/v1/pools/{number}")["pool"]
    assert (pool["rule"], pool["ratio_bps"], pool["campaign_cap"]) == ("capped_ratio", 6_250, str(300 * EURO))
    assert (pool["members_only"], pool["max_first_tranche_bps"]) == (False, 5_000)
    wait_until_stored(town.page, lab, pool["agreement_hash"])
    town.goes_to(f"/desks/pools?account={lab.cast.town.address}")
    expect(town.page.get_by_role("link", name=f"For our quarter (pool {number})", exact=True)).to_be_visible()


@pytest.mark.long
def test_open__for_members_or_by_thresholds__has_exactly_those_terms(meet: Meet, lab: Lab) -> None:
    town = meet(lab.cast.town)
    write(town, BY_PLEDGE, days=20, ratio="100", cap="300", member_cap="40")
    town.chooses(town.form(BY_PLEDGE), whose="members")
    pool = lab.api.get(f"/v1/pools/{opened(town, BY_PLEDGE)}")["pool"]
    assert (pool["members_only"], pool["member_cap"]) == (True, str(40 * EURO))

    write(town, BY_THRESHOLD, days=-2, cap="300", raised="1000", members="3", member_pledge="10")
    form = town.form(BY_THRESHOLD)
    town.sends(form)
    fails(form, "MatchFunding_TermOutOfBounds")
    town.fills(form, ends=moment(lab, 20))
    pool = lab.api.get(f"/v1/pools/{opened(town, BY_THRESHOLD)}")["pool"]
    assert (pool["rule"], pool["campaign_cap"], pool["ratio_bps"]) == ("threshold_gift", str(300 * EURO), 0)
    assert (pool["min_raised"], pool["min_members"]) == (str(1_000 * EURO), 3)
    assert pool["min_member_pledge"] == str(10 * EURO)


def pay_in(person: Person, pool: int, euros: int) -> None:
    """Pay into a pool: exactly that is allowed, and nothing is left of the leave."""
    lab, holder = person.lab, person.wallet.holder
    person.goes_to(f"/pools/{pool}/desk")
    form = person.form("Pay into the pool")
    person.fills(form, amount=str(euros))
    person.acts(form)
    currency, contract = lab.contracts["TestEuro"], lab.contracts["MatchFunding"]
    allowed, paid = person.wallet.sent()[-2:]
    assert allowed["to"].lower() == currency.address.lower()
    assert allowed["data"] == currency.encode("approve", contract.address, euros * EURO)
    assert paid["data"] == contract.encode("fundPool", pool, euros * EURO)
    assert lab.ask("TestEuro", "allowance", holder.address, contract.address) == 0


def act(meet: Meet, wallet: Wallet, path: str, title: str) -> Person:
    person = meet(wallet)
    person.goes_to(path)
    person.acts(person.form(title))
    return person


def refused(person: Person, path: str, title: str, error: str, **values: str) -> str:
    person.goes_to(path)
    form = person.form(title)
    person.fills(form, **values)
    person.sends(form)
    return fails(form, error)


def in_time(lab: Lab, town: Person, campaign: int, pool: int) -> None:
    """Reach the goal, claim the first milestone, have the town object; in the end nobody rules, and it is due."""
    desk = f"/pools/{pool}/desk"
    let_pass(lab, 1)
    scenery.pledge(lab, lab.cast.marco, campaign, 1_000)
    town.goes_to(desk)
    expect(town.page.get_by_role("table").first).to_contain_text("60")
    assert reserved(lab, pool, campaign)["reserved"] == str(60 * EURO)
    let_pass(lab, 2)
    scenery.claim(lab, campaign)
    town.goes_to(desk)
    town.acts(town.form("Object to this milestone"))
    lab.catch_up()
    milestone = lab.api.get(f"/v1/campaigns/{campaign}")["campaign"]["milestones"][0]
    assert milestone["objected_pools"] == [pool]
    let_pass(lab, 3 + 7)


@pytest.mark.long
def test_pool__from_its_opening_to_the_last_unit_given_back(meet_later: Meet, later: Lab) -> None:
    lab, cast = later, later.cast
    campaign = scenery.a_campaign(lab, 50, 50)
    town, stranger = meet_later(cast.town), meet_later(cast.marco)
    write(town, BY_PLEDGE, days=16, ratio="100", cap="60")
    pool = opened(town, BY_PLEDGE)
    desk, enrolling = f"/pools/{pool}/desk", "Let the pool match this campaign"
    assert "public bod" in refused(stranger, desk, "Pay into the pool", "MatchFunding_NotPublicBody", amount="5")
    before = held(lab, cast.town.address)
    pay_in(town, pool, 500)
    assert before - held(lab, cast.town.address) == 500 * EURO

    lab.actor.do(cast.seville, "MatchFunding", "requestPool", campaign, pool)
    lab.catch_up()
    town.goes_to(f"/desks/pools?account={cast.town.address}")
    expect(town.page.locator("main")).to_contain_text("1 campaign asks for its money")
    refused(stranger, desk, enrolling, "MatchFunding_NotManager")
    town.goes_to(desk)
    town.acts(town.form(enrolling))
    in_time(lab, town, campaign, pool)

    act(meet_later, cast.tiago, f"/campaigns/{campaign}/desk", "Release the milestone without paying it out")
    act(meet_later, cast.tiago, desk, "Pay out the public money that is due")
    act(meet_later, cast.seville, f"/campaigns/{campaign}/desk", "End the campaign early")
    act(meet_later, cast.tiago, desk, "Free what the campaign will not earn")
    found = reserved(lab, pool, campaign)
    assert (found["paid"], found["freed"]) == (str(30 * EURO), str(30 * EURO))
    reclaiming = "Give unused public money back"
    town.goes_to(desk)
    expect(town.form(reclaiming)).to_have_count(0)
    let_pass(lab, 3)
    town.goes_to(desk)
    town.acts(town.form(reclaiming))
    assert before - held(lab, cast.town.address) == 30 * EURO
    town.goes_to(desk)
    expect(town.form(reclaiming)).to_have_count(0)
