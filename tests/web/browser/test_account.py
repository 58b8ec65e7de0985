"""What concerns one account, in its own browser.

├── credits passed on: refused while unverified, more than there is; what was typed stays when the wallet joins in
├── what is next: found with the wallet alone; marked if it changed since the last visit, and then not any more
└── calendar files of a campaign and of an account, as the browser stores them
"""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from scripts._lab.stage import CREDIT
from tests.web.browser.chapter import DUE, OPEN
from tests.web.browser.lab import Lab
from tests.web.browser.people import Meet, now_of
from tests.web.browser.steps import fails
from tests.web.browser.test_help import asked, credits_of, offered
from tests.web.test_calendars import parsed


def stored_calendar(page: Page) -> list[dict[str, str]]:
    """Return the entries of the calendar file that a page offers."""
    with page.expect_download() as download:
        page.locator("a[download][href$='.ics'], a[download][href*='.ics?']").click()
    return parsed(download.value.path().read_bytes().decode())


def instant(entry: dict[str, str]) -> int:
    return int(datetime.strptime(entry["DTSTART"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp())


def test_transfer__to_an_unverified_account__is_refused_and_to_a_member_done(meet: Meet, lab: Lab) -> None:
    before = credits_of(lab, lab.cast.tiago)
    yusra = meet(lab.cast.yusra)
    yusra.goes_to("/credits/transfer")
    form = yusra.form("Pass credits on")
    yusra.fills(form, to=lab.cast.pierre.address, amount="0.5")
    yusra.sends(form)
    fails(form, "InnovationCredit_RecipientNotVerified")
    expect(form.locator('[data-name="amount"]')).to_have_value("0.5")
    assert yusra.wallet.signed() == []
    yusra.fills(form, to=lab.cast.tiago.address)
    yusra.acts(form)
    assert credits_of(lab, lab.cast.tiago) == before + CREDIT // 2
    assert yusra.wallet.sent() == []

    yusra.goes_to(f"/credits?account={lab.cast.yusra.address}")
    newest = yusra.page.get_by_role("region", name="Where they came from, and went").get_by_role("row").nth(1)
    expect(newest).to_contain_text("out: 0.5")
    yusra.page.get_by_role("link", name="Pass credits on").click()
    yusra.fills(form, to=lab.cast.tiago.address, amount="1000")
    yusra.sends(form)
    expect(form.locator("[data-summary]")).to_contain_text("“Credits”")


@pytest.mark.long
def test_my__changes__are_marked_once(meet: Meet, lab: Lab) -> None:
    number = asked(lab, offered(lab))
    nablus = meet(lab.cast.nablus)
    nablus.goes_to(f"/my?account={lab.cast.nablus.address}")
    marked = nablus.page.locator("[data-change]").filter(has=nablus.page.locator("[data-new]:visible"))
    expect(marked).to_have_count(0)
    expect(nablus.page.locator("[data-changes-note]")).to_be_hidden()

    lab.actor.do(lab.cast.clinic, "ProBono", "acceptHelp", number)
    for name, count in (("what changed since your last visit", 1), ("Nothing changed", 0)):
        nablus.page = nablus.page.context.new_page()
        nablus.goes_to(f"/my?account={lab.cast.nablus.address}")
        marked = nablus.page.locator("[data-change]").filter(has=nablus.page.locator("[data-new]:visible"))
        expect(nablus.page.locator("[data-changes-note]")).to_contain_text(name)
        expect(marked).to_have_count(count)
        if count:
            expect(marked).to_contain_text(f"Request for help {number}")
            nablus.page.reload()
            expect(marked).to_have_count(1)


@pytest.mark.long
def test_my__without_an_account__is_that_of_the_wallet_and_leads_to_what_is_next(meet: Meet, lab: Lab) -> None:
    number = asked(lab, offered(lab))
    clinic = meet(lab.cast.clinic)
    clinic.goes_to("/my")
    clinic.page.get_by_role("button", name="Olive Wallet").click()
    clinic.page.wait_for_url(f"**account={lab.cast.clinic.address}**")
    nexts = clinic.page.get_by_role("region", name="What is next")
    nexts.get_by_role("listitem").filter(has_text=f"Request for help {number}").get_by_role("link").click()
    clinic.acts(clinic.form("Accept the request"))


def test_calendars__of_a_campaign_and_an_account__hold_what_is_to_come(meet: Meet, lab: Lab) -> None:
    pierre = meet(lab.cast.pierre)
    pierre.goes_to(f"/campaigns/{lab.campaigns[OPEN]}")
    entries = stored_calendar(pierre.page)
    assert len(entries) >= 3
    assert all(instant(one) > now_of(lab) and lab.url in one["URL"] for one in entries)
    assert any("deadline" in one["SUMMARY"] for one in entries)

    pierre.goes_to(f"/my?account={lab.cast.seville.address}")
    mine = stored_calendar(pierre.page)
    assert f"{lab.url}/en/campaigns/{lab.campaigns[DUE]}/desk" in {one["URL"] for one in mine}
    for one in mine:
        pierre.page.goto(one["URL"])
        expect(pierre.page.get_by_role("heading", level=1)).to_be_visible()
