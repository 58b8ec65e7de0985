"""Organizers and reviewers at their desks.

├── a campaign: its draft survives a closed page, bad shares are refused in words, then it is on chain and its documents
│   are stored; the reviewer is not the organizer, and accepts
├── running it: news, a pool asked for, another payout account, and canceled in the end
├── claiming a milestone: not by a stranger; with evidence that is stored
└── turning a campaign down with reasons
"""

import pytest
from playwright.sync_api import expect

from tests.web.browser.chapter import DUE
from tests.web.browser.lab import Lab
from tests.web.browser.people import Meet, Person, day, moment, wait_until_stored
from tests.web.browser.steps import fails

TITLE = "A kitchen for the quarter"


def write(person: Person, lab: Lab, title: str, share: str = "100") -> None:
    """Fill in the form of a campaign with one milestone."""
    form = person.form("Start a campaign")
    person.fills(
        form,
        title=title,
        summary="Neighbours cook for each other.",
        description="We rebuild the old bakery.\n\nThen we cook.",
        territory="ES-SE",
        goal="1000",
        stretch="3000",
        least="5",
        opens=moment(lab, 10),
        deadline=moment(lab, 40),
        cutoff="5",
    )
    row = form.locator('[data-row="milestones"]').first
    for name, value in {"name": "The kitchen opens", "share": share, "due": day(lab, 60)}.items():
        row.locator(f'[data-name="{name}"]').fill(value)


def submitted(person: Person, lab: Lab, title: str) -> int:
    person.goes_to("/start")
    write(person, lab, title)
    person.acts(person.form("Start a campaign"))
    return int(lab.ask("Crowdfunding", "campaignCount"))


@pytest.mark.keyboard
def test_start__draft_refusal_and_submission__end_with_a_review(meet: Meet, lab: Lab) -> None:
    organizer = meet(lab.cast.seville)
    organizer.goes_to("/start")
    write(organizer, lab, TITLE, share="90")
    preview = organizer.page.locator("#preview")
    expect(preview).to_contain_text(TITLE)
    expect(preview).to_contain_text("90 percent, 900")
    expect(preview).to_contain_text("make 90 of 100 percent")
    organizer.page.wait_for_timeout(600)
    organizer.page.reload()
    form = organizer.form("Start a campaign")
    expect(form.locator('[data-name="title"]').first).to_have_value(TITLE)
    organizer.sends(form)
    fails(form, "Crowdfunding_TermOutOfBounds")
    assert (organizer.wallet.signed(), organizer.wallet.sent()) == ([], [])
    form.locator('[data-row="milestones"] [data-name="share"]').fill("100")
    before = int(lab.ask("Crowdfunding", "campaignCount"))
    organizer.acts(form)
    number = int(lab.ask("Crowdfunding", "campaignCount"))
    assert number == before + 1
    assert organizer.wallet.sent() == []
    lab.catch_up()
    campaign = lab.api.get(f"/v1/campaigns/{number}")["campaign"]
    assert (campaign["goal"], campaign["territory"]) == ("1000000000", "ES-SE")
    for digest in (campaign["description_hash"], campaign["milestones"][0]["document_hash"]):
        wait_until_stored(organizer.page, lab, digest)
    organizer.goes_to(f"/desks/campaigns?account={lab.cast.seville.address}")
    expect(organizer.page.locator("main")).to_contain_text(TITLE)

    organizer.goes_to(f"/desks/reviewer/{number}")
    form = organizer.form("Accept the campaign")
    organizer.sends(form)
    fails(form, "AccessManagedUnauthorized")
    reviewer = meet(lab.cast.reviewer)
    reviewer.goes_to("/desks/reviewer")
    reviewer.page.get_by_role("link", name=TITLE).click()
    reviewer.acts(reviewer.form("Accept the campaign"))
    lab.catch_up()
    assert lab.api.get(f"/v1/campaigns/{number}")["campaign"]["phase"] == "approved"


@pytest.mark.long
def test_run__each_act_of_the_organizer__is_done_from_one_page(meet: Meet, lab: Lab) -> None:
    organizer = meet(lab.cast.seville)
    number = submitted(organizer, lab, "A workshop for all")
    desk = f"/campaigns/{number}/desk"
    organizer.goes_to(desk)
    expect(organizer.page.locator("main")).to_contain_text("A reviewer has until")
    form = organizer.form("Publish an update")
    organizer.fills(form, title="We found the room", text="It is in the old bakery.")
    organizer.acts(form)
    lab.catch_up()
    (update,) = lab.api.get(f"/v1/campaigns/{number}/updates")["items"]
    wait_until_stored(organizer.page, lab, update["document_hash"])

    expect(organizer.form("Ask for public money")).to_have_count(0)
    reviewer = meet(lab.cast.reviewer)
    reviewer.goes_to(f"/desks/reviewer/{number}")
    reviewer.acts(reviewer.form("Accept the campaign"))
    organizer.goes_to(desk)
    organizer.acts(organizer.form("Ask for public money"))
    organizer.goes_to(desk)
    form = organizer.form("Name another account to be paid")
    organizer.fills(form, account=lab.cast.seville_bank.address)
    organizer.acts(form)
    lab.catch_up()
    campaign = lab.api.get(f"/v1/campaigns/{number}")["campaign"]
    assert campaign["payout_account"] == lab.cast.seville_bank.address
    assert len(campaign["pools"]) == 1
    # From now on only the bank's own account can name another one.
    organizer.goes_to(desk)
    form = organizer.form("Name another account to be paid")
    organizer.fills(form, account=lab.cast.seville.address)
    organizer.sends(form)
    fails(form, "Crowdfunding_NotPayoutAccount")
    organizer.acts(organizer.form("Cancel the campaign"))
    lab.catch_up()
    assert lab.api.get(f"/v1/campaigns/{number}")["campaign"]["phase"] == "canceled"
    organizer.goes_to(desk)
    expect(organizer.form("Cancel the campaign")).to_have_count(0)


@pytest.mark.long
def test_claim__with_evidence__is_the_organizers_alone(meet: Meet, lab: Lab) -> None:
    number = lab.campaigns[DUE]
    desk = f"/campaigns/{number}/desk"
    stranger = meet(lab.cast.pierre)
    stranger.goes_to(desk)
    expect(stranger.page.locator(".next")).to_contain_text("Claim the milestone, with evidence")
    form = stranger.form("Claim the milestone")
    stranger.fills(form, title="Done", text="All done.")
    stranger.sends(form)
    fails(form, "Crowdfunding_NotOrganizer")

    organizer = meet(lab.cast.seville)
    organizer.goes_to(desk)
    form = organizer.form("Claim the milestone")
    organizer.sends(form)
    expect(form.locator("[data-summary]")).to_contain_text("is empty")
    organizer.fills(form, title="The café is open", text="41 things were mended on the first day.")
    organizer.acts(form)
    lab.catch_up()
    milestone = lab.api.get(f"/v1/campaigns/{number}")["campaign"]["milestones"][0]
    assert milestone["state"] == "claimed"
    wait_until_stored(organizer.page, lab, milestone["evidence_hash"])


def test_reject__with_reasons__ends_the_campaign(meet: Meet, lab: Lab) -> None:
    number = submitted(meet(lab.cast.seville), lab, "A tower of mirrors")
    reviewer = meet(lab.cast.reviewer)
    reviewer.goes_to(f"/desks/reviewer/{number}")
    form = reviewer.form("Turn the campaign down")
    reviewer.fills(form, text="Nobody would use it.")
    reviewer.acts(form)
    lab.catch_up()
    campaign = lab.api.get(f"/v1/campaigns/{number}")["campaign"]
    assert campaign["phase"] == "rejected"
    wait_until_stored(reviewer.page, lab, campaign["reason"])
