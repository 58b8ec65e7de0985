"""Entities and the registrar at their desks.

├── registering: refused while empty; gasless, with a profile that is stored; as a member, with nothing stored
├── verifying: refused to a stranger, done by the registrar; refusing with reasons
├── the own entity: the profile written anew, the account handed over and accepted
├── recovery: started by the registrar, told loudly, not vetoed by a stranger, vetoed by the account; or finished
└── suspending at once; revoking by an announcement, and not before its delay is over
"""

import json

import pytest
from playwright.sync_api import expect

from scripts._lab.wallets import Wallet
from tests.web.browser.lab import Lab
from tests.web.browser.people import Meet, alarmed, day, is_stored, let_pass, moment, wait_until_stored
from tests.web.browser.steps import fails

SSE = 1


def newcomer(number: int) -> Wallet:
    return Wallet(200 + number, f"Newcomer {number}", "nobody yet", has_ether=False)


def entity_of(lab: Lab, holder: Wallet) -> int:
    return int(lab.ask("EntityRegistry", "entityOf", holder.address))


def profile_of(lab: Lab, number: int) -> str:
    lab.catch_up()
    return str(lab.api.get(f"/v1/entities/{number}")["entity"]["profile_hash"])


def register(meet: Meet, lab: Lab, holder: Wallet, name: str) -> int:
    person = meet(holder)
    person.goes_to("/register")
    form = person.form("Register an organisation")
    form.get_by_label("Social and solidarity economy entity").check()
    person.fills(form, name=name, about="We mend what others throw away.")
    person.acts(form)
    return entity_of(lab, holder)


def test_register__empty_then_filled__is_gasless_and_its_profile_is_stored(meet: Meet, lab: Lab) -> None:
    holder = newcomer(1)
    person = meet(holder)
    person.goes_to("/register")
    form = person.form("Register an organisation")
    person.sends(form)
    expect(form.locator("[data-summary]")).to_be_focused()
    expect(form.locator("[data-summary]")).to_contain_text("“Name” is empty")
    assert person.wallet.signed() == []

    form.get_by_label("Social and solidarity economy entity").check()
    person.fills(form, name="Menders <b>of</b> Murcia", place="Murcia", about="<script>alert(1)</script> & repairs")
    person.page.wait_for_timeout(600)
    person.page.reload()
    expect(form.locator('[data-name="place"]')).to_have_value("Murcia")
    person.acts(form)

    number = entity_of(lab, holder)
    assert number > 0
    assert person.wallet.sent() == []
    wait_until_stored(person.page, lab, profile_of(lab, number))
    # The wallet is known by now: the page goes to its account by itself.
    person.page.goto(f"{lab.url}/en/desks/entity")
    person.page.wait_for_url("**account=0x**")
    expect(person.page.locator("main")).to_contain_text("Menders <b>of</b> Murcia")
    expect(person.page.locator("main")).to_contain_text("Waiting to be verified")


def test_register__member__leaves_nothing_of_a_person(meet: Meet, lab: Lab) -> None:
    holder = newcomer(2)
    person = meet(holder)
    person.goes_to("/register")
    person.acts(person.form("Register as a member"))
    number = entity_of(lab, holder)
    assert number > 0
    assert not is_stored(lab, profile_of(lab, number))


@pytest.mark.long
def test_verify__by_a_stranger__is_refused_in_words_and_by_the_registrar_done(meet: Meet, lab: Lab) -> None:
    holder = newcomer(3)
    number = register(meet, lab, holder, "Menders of Malta")
    stranger = meet(lab.cast.pierre)
    stranger.goes_to(f"/desks/registrar/{number}")
    form = stranger.form("Verify")
    stranger.fills(form, until=day(lab, 200))
    stranger.sends(form)
    assert "does not hold the role" in fails(form, "AccessManagedUnauthorized")
    assert stranger.wallet.sent() == []

    registrar = meet(lab.cast.registrar)
    registrar.goes_to("/desks/registrar")
    registrar.page.get_by_role("link", name="Menders of Malta").click()
    form = registrar.form("Verify")
    expect(form.get_by_label("Social and solidarity economy entity")).to_be_checked()
    registrar.fills(form, until=day(lab, -3))
    registrar.sends(form)
    assert "is over" in fails(form, "EntityRegistry_ExpiryInPast")
    assert not lab.ask("EntityRegistry", "isVerified", holder.address, SSE)
    registrar.fills(form, until=day(lab, 200))
    registrar.acts(form)
    assert lab.ask("EntityRegistry", "isVerified", holder.address, SSE)

    registrar.goes_to(f"/desks/registrar/{number}")
    form = registrar.form("Suspend")
    registrar.fills(form, until=moment(lab, 3), text="The accounts of last year are missing.")
    registrar.acts(form)
    assert not lab.ask("EntityRegistry", "isVerified", holder.address, SSE)


@pytest.mark.long
def test_refuse__with_reasons__stores_them(meet: Meet, lab: Lab) -> None:
    number = register(meet, lab, newcomer(4), "Quick Yield")
    registrar = meet(lab.cast.registrar)
    registrar.goes_to(f"/desks/registrar/{number}")
    form = registrar.form("Refuse")
    registrar.fills(form, text="It promises yields.")
    registrar.acts(form)
    lab.catch_up()
    entity = lab.api.get(f"/v1/entities/{number}")["entity"]
    assert entity["state"] == "refused"
    wait_until_stored(registrar.page, lab, entity["reason"])


@pytest.mark.long
def test_own_entity__profile_written_anew__keeps_its_languages_and_links(meet: Meet, lab: Lab) -> None:
    holder = newcomer(13)
    number = register(meet, lab, holder, "Weavers of Volos")
    owner = meet(holder)
    for about in ("We weave.", "We weave, and we teach weaving."):
        owner.goes_to(f"/desks/entity?account={holder.address}")
        form = owner.form("Write the profile anew")
        others, links = (form.locator(f'[data-rows="{name}"]') for name in ("translations", "links"))
        if about == "We weave.":
            others.locator("[data-add-row]").click()
            others.locator('[data-name="language"]').select_option("el")
            others.locator('[data-name="about"]').fill("Υφαίνουμε.")
            links.locator("[data-add-row]").click()
            links.locator('[data-name="url"]').fill("https://weavers.example/")
        owner.fills(form, about=about)
        owner.acts(form)
        lab.catch_up()
        wait_until_stored(owner.page, lab, profile_of(lab, number))

    written = json.loads(lab.api.read(f"/documents/{profile_of(lab, number)[2:]}")[1])
    assert written["about"] == {"en": "We weave, and we teach weaving.", "el": "Υφαίνουμε."}
    assert written["links"] == [{"url": "https://weavers.example/"}]
    owner.page.goto(f"{lab.url}/en/entities/{number}")
    expect(owner.page.get_by_role("link", name="https://weavers.example/")).to_be_visible()


@pytest.mark.long
def test_own_entity__profile_and_account__change_by_its_own_acts(meet: Meet, lab: Lab) -> None:
    old, new = newcomer(5), newcomer(6)
    number = register(meet, lab, old, "Menders of Madeira")
    owner = meet(old)
    owner.goes_to(f"/desks/entity?account={old.address}")
    form = owner.form("Write the profile anew")
    expect(form.locator('[data-name="name"]')).to_have_value("Menders of Madeira")
    owner.fills(form, about="We mend, and we teach mending.")
    before = profile_of(lab, number)
    owner.acts(form)
    assert profile_of(lab, number) != before
    owner.goes_to(f"/desks/entity?account={old.address}")
    form = owner.form("Hand the entity to another account")
    owner.fills(form, account="0x12")
    owner.sends(form)
    expect(form.locator("[data-summary]")).to_contain_text("is no account")
    owner.fills(form, account=new.address)
    owner.acts(form)
    owner.goes_to(f"/desks/entity?account={old.address}")
    expect(owner.form("Take the proposal back")).to_be_visible()

    heir = meet(new)
    heir.goes_to(f"/desks/entity?account={new.address}")
    heir.acts(heir.form("Take over"))
    assert (entity_of(lab, old), entity_of(lab, new)) == (0, number)


@pytest.mark.long
def test_own_entity__proposal__can_be_taken_back(meet: Meet, lab: Lab) -> None:
    holder = newcomer(7)
    number = register(meet, lab, holder, "Menders of Messina")
    lab.actor.do(holder, "EntityRegistry", "proposeAccount", lab.cast.caller.address)
    owner = meet(holder)
    owner.goes_to(f"/desks/entity?account={holder.address}")
    owner.acts(owner.form("Take the proposal back"))
    assert int(lab.ask("EntityRegistry", "proposedAccountOf", number), 16) == 0


@pytest.mark.long
def test_recovery__is_told_loudly_and_vetoed_by_the_account_alone(meet: Meet, lab: Lab) -> None:
    holder = newcomer(8)
    number = register(meet, lab, holder, "Menders of Mykonos")
    registrar = meet(lab.cast.registrar)
    registrar.goes_to(f"/desks/registrar/{number}")
    form = registrar.form("Start a recovery")
    registrar.fills(form, account=newcomer(9).address)
    registrar.acts(form)

    stranger = meet(lab.cast.marco)
    stranger.goes_to(f"/entities/{number}")
    alarmed(stranger.page, "Somebody else is about to take over Menders of Mykonos")
    stranger.goes_to(f"/entities/{number}/recovery")
    form = stranger.form("Stop the recovery")
    stranger.sends(form)
    fails(form, "EntityRegistry_NotEntityAccount")
    assert (stranger.wallet.signed(), stranger.wallet.sent()) == ([], [])

    owner = meet(holder)
    owner.goes_to(f"/desks/entity?account={holder.address}")
    alarmed(owner.page, "Somebody else is about to take over")
    owner.acts(owner.form("Stop the recovery"))
    owner.goes_to(f"/entities/{number}/recovery")
    expect(owner.page.locator("main")).to_contain_text("No recovery is under way")
    registrar.goes_to(f"/desks/registrar/{number}")
    expect(registrar.form("Start a recovery")).to_have_count(0)


@pytest.mark.long
def test_recovery__that_nobody_stops__is_finished_by_anybody(meet_later: Meet, later: Lab) -> None:
    lost, found = newcomer(11), newcomer(12)
    number = register(meet_later, later, lost, "Menders of Modica")
    later.actor.do(later.cast.registrar, "EntityRegistry", "startRecovery", number, found.address)
    let_pass(later, 29)
    stranger = meet_later(later.cast.marco)
    stranger.goes_to(f"/entities/{number}/recovery")
    expect(stranger.form("Finish the recovery")).to_have_count(0)
    let_pass(later, 1)
    stranger.goes_to(f"/entities/{number}/recovery")
    stranger.acts(stranger.form("Finish the recovery"))
    assert (entity_of(later, lost), entity_of(later, found)) == (0, number)


@pytest.mark.long
def test_revoke__is_announced_first(meet: Meet, lab: Lab) -> None:
    holder = newcomer(10)
    number = register(meet, lab, holder, "Menders of Mahón")
    registrar = meet(lab.cast.registrar)
    registrar.goes_to(f"/desks/registrar/{number}")
    form = registrar.form("Verify")
    registrar.fills(form, until=day(lab, 100))
    registrar.acts(form)
    registrar.goes_to(f"/desks/registrar/{number}")
    form = registrar.form("Announce that it will be revoked")
    registrar.fills(form, text="It does not answer.")
    registrar.acts(form)
    registrar.goes_to(f"/desks/registrar/{number}")
    expect(registrar.page.locator("main")).to_contain_text("it will be revoked. Possible from")
    expect(registrar.form("Announce that it will be revoked")).to_have_count(0)
    expect(registrar.form("Revoke, as announced")).to_have_count(0)
    expect(registrar.page.locator("[data-outbox]")).to_contain_text("reason.json")
    assert entity_of(lab, holder) == number
