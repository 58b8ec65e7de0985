"""Documents and pictures on their way to the documents service.

├── a photograph: damaged, it is refused at its field; else upright, without what a telephone writes into it, and shown
├── a file that is no picture: refused at its field
└── the service is down: said, kept in this browser, offered again on any page, stored once it is back, or thrown away
"""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from documents import pictures
from documents.pictures.parts import Size
from tests.web.browser.chapter import OPEN
from tests.web.browser.lab import Lab
from tests.web.browser.people import Meet, Person, is_stored, wait_until_stored
from tests.web.browser.steps import fails

PIXELS = 16_000_000
TURNED_TO_THE_LEFT = 6


def photograph() -> bytes:
    """Return a picture as telephones write them: lying on its side, with its place and maker."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = TURNED_TO_THE_LEFT, "Telephones of Troy"
    exif.get_ifd(0x8825)[2] = (37.0, 23.0, 4.0)
    output = BytesIO()
    Image.linear_gradient("L").resize((640, 480)).convert("RGB").save(output, "JPEG", exif=exif)
    return output.getvalue()


def update_form(person: Person, lab: Lab, title: str) -> Locator:
    person.goes_to(f"/campaigns/{lab.campaigns[OPEN]}/desk")
    form = person.form("Publish an update")
    person.fills(form, title=title, text="The first panels are on the roof.")
    return form


def chosen(form: Locator, content: bytes) -> None:
    """Choose a file as the first picture."""
    file = {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": content}
    form.locator('[data-name="picture"]').set_input_files(files=file)


def last_update(lab: Lab) -> dict[str, Any]:
    lab.catch_up()
    updates: list[dict[str, Any]] = lab.api.get(f"/v1/campaigns/{lab.campaigns[OPEN]}/updates")["items"]
    return updates[0]


def test_photograph__of_a_telephone__is_stored_upright_and_without_its_place(meet: Meet, lab: Lab) -> None:
    organizer = meet(lab.cast.seville)
    form = update_form(organizer, lab, "Panels")
    form.locator('[data-rows="pictures"] [data-add-row]').click()
    form.locator('[data-name="alt"]').fill("A roof with panels")
    for content, words in ((photograph()[:-900], "is damaged or cut off"), (b"<svg/>", "is no picture")):
        chosen(form, content)
        organizer.sends(form)
        expect(form.locator("[data-summary]")).to_be_focused()
        expect(form.locator("[data-summary]")).to_contain_text(words)
    assert organizer.wallet.signed() == []

    chosen(form, photograph())
    organizer.acts(form)
    update = last_update(lab)
    wait_until_stored(organizer.page, lab, update["document_hash"])
    document = lab.api.get(f"/documents/{update['document_hash'].removeprefix('0x')}")
    (picture,) = document["pictures"]
    assert picture["alt"] == {"en": "A roof with panels"}
    wait_until_stored(organizer.page, lab, picture["sha256"])
    content = lab.api.read(f"/documents/{picture['sha256']}")[1]
    assert b"Troy" not in content
    assert pictures.check(content, "image/jpeg", PIXELS) == Size(480, 640)

    organizer.goes_to(f"/campaigns/{lab.campaigns[OPEN]}/updates")
    shown = organizer.page.get_by_role("img", name="A roof with panels")
    expect(shown).to_be_visible()
    assert shown.evaluate("it => it.decode().then(() => it.naturalWidth)") == 480


@pytest.mark.long
def test_documents__down__are_kept_offered_again_and_stored(meet: Meet, lab: Lab) -> None:
    organizer = meet(lab.cast.seville)
    outbox = organizer.page.locator("[data-outbox]")
    lab.stop_documents()
    try:
        for title in ("Cables", "Sockets"):
            form = update_form(organizer, lab, title)
            organizer.acts(form)
            assert "This browser keeps it" in fails(form, "not_stored")
            assert not is_stored(lab, last_update(lab)["document_hash"])
        digest = last_update(lab)["document_hash"]
        organizer.goes_to(f"/campaigns/{lab.campaigns[OPEN]}/pledge")
        expect(outbox.get_by_role("listitem")).to_have_count(2)
        kept = outbox.get_by_role("listitem").filter(has_text=digest[:10])
        expect(kept.get_by_role("link", name="Save it as a file")).to_have_attribute("download", "update.json")
        kept.get_by_role("button", name="Store it now").click()
        expect(kept.get_by_role("status")).to_contain_text("could not be stored")
    finally:
        lab.start_documents()
    expect(kept.get_by_role("status")).not_to_contain_text("Storing")
    organizer.page.wait_for_timeout(3_000)
    kept.get_by_role("button", name="Store it now").click()
    expect(kept).to_contain_text("is stored.")
    assert is_stored(lab, digest)

    outbox.get_by_role("button", name="Forget it").click()
    expect(outbox).to_be_focused()
    organizer.page.reload()
    expect(outbox).to_be_hidden()
