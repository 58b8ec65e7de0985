"""What a page draws and encodes is what the documents service takes in as a picture."""

import pytest
from playwright.sync_api import Browser

from documents import pictures
from documents.pictures.parts import Size
from documents.reading import media_type_of

DRAW = """async ([type, alpha]) => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [40, 30];
  const context = canvas.getContext("2d", { alpha });
  const colours = context.createLinearGradient(0, 0, 40, 30);
  colours.addColorStop(0, "red");
  colours.addColorStop(1, alpha ? "rgba(0, 0, 255, 0.2)" : "blue");
  context.fillStyle = colours;
  context.fillRect(0, 0, 40, 30);
  const blob = await new Promise((done) => canvas.toBlob(done, type, 0.85));
  return [...new Uint8Array(await blob.arrayBuffer())];
}"""


@pytest.mark.parametrize("alpha", [True, False])
@pytest.mark.parametrize("media_type", ["image/png", "image/jpeg", "image/webp"])
def test_picture__drawn_by_a_page__is_taken_in(browser: Browser, media_type: str, alpha: bool) -> None:
    page = browser.new_page()
    content = bytes(page.evaluate(DRAW, [media_type, alpha]))
    page.close()

    assert media_type_of(content) == media_type
    assert pictures.check(content, media_type, 10_000) == Size(40, 30)
