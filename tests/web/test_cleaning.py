"""What leaves a browser of a picture: web/wallet/pictures.js on bytes, seen by the documents service's own eyes.

├── no picture, one that moves ....................... refused, by the key of what is said
├── cut off anywhere ................................. refused as damaged
├── changed anywhere ................................. refused or cut as well, never an error of another kind
├── with metadata of any kind, or a tail ............. all of it is gone, no pixel changed, the service takes it
├── with nothing to cut .............................. byte by byte the same
├── turned by EXIF, of other colours, too big ........ to be drawn anew: the cut alone would change what is seen
└── named by a document that a form writes ........... as the schema of its kind has it
"""

import base64
import json
import random
import struct
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageCms

from documents import kinds, pictures
from documents.pictures.parts import Size
from documents.reading import media_type_of
from serving.problems import Problem
from tests.documents import samples as s
from tests.web.running import run
from web.acts import campaigns
from web.acts.model import Act, leaves

SCRIPT = """
import { PictureUnusable, stripped } from "./web/wallet/pictures.js";
import { readFileSync } from "node:fs";
const done = JSON.parse(readFileSync(0, "utf8")).map((one) => {
  try {
    const { bytes, type, redraw } = stripped(new Uint8Array(Buffer.from(one, "base64")));
    return { bytes: Buffer.from(bytes).toString("base64"), type, redraw };
  } catch (error) {
    return { refused: error instanceof PictureUnusable ? error.message : `unexpected: ${error.stack}` };
  }
});
console.log(JSON.stringify(done));
"""
PIXELS = 1_000_000
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
LAB = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
FORMS = {"PNG": {}, "JPEG": {}, "WEBP": {}, "WEBP-lossless": {"lossless": True}}
KEYS = {"not_picture", "picture_broken", "picture_moves"}


def stripped(*contents: bytes) -> list[dict[str, Any]]:
    """Return what the script makes of each."""
    found: list[dict[str, Any]] = run(SCRIPT, [base64.b64encode(one).decode() for one in contents])
    return [one | ({"bytes": base64.b64decode(one["bytes"])} if "bytes" in one else {}) for one in found]


def sample(form: str, **options: Any) -> bytes:
    return s.picture(form.partition("-")[0], (20, 14), **FORMS[form], **options)


def exif(orientation: int | None = None) -> bytes:
    """Return EXIF with a maker, a place on Earth and a thumbnail's worth of words."""
    found = Image.Exif()
    found[0x010F], found[0x013B] = "Telephones of Troy", "Somebody"
    if orientation is not None:
        found[0x0112] = orientation
    found.get_ifd(0x8825)[2] = (37.0, 23.0, 4.0)
    return bytes(found.tobytes())


def after(content: bytes, at: int, part: bytes) -> bytes:
    return content[:at] + part + content[at:]


def shown(content: bytes) -> bytes:
    with Image.open(BytesIO(content)) as picture:
        return picture.convert("RGBA").tobytes()


PNG, JPEG = sample("PNG"), sample("JPEG")
PLAIN = [sample(form) for form in FORMS]
JFIF = s.segment(0xE0, b"JFIF\0\1\2\0\0\1\0\1\1\1" + b"\xff\0\xd8")
LADEN = {
    "PNG text": sample("PNG", pnginfo=s.text_chunk()),
    "PNG EXIF": sample("PNG", exif=exif()),
    "PNG profile": after(PNG, 33, s.chunk(b"iCCP", b"sRGB IEC61966-2.1\0\0" + b"x" * 90)),
    "PNG unknown chunk": after(PNG, 33, s.chunk(b"prVt", b"me") + s.chunk(b"tIME", b"\7" * 7)),
    "PNG chunk twice": after(PNG, 33, s.chunk(b"gAMA", b"\0\0\xb1\x8f") * 2),
    "PNG chunk too long": after(PNG, 33, s.chunk(b"sRGB", b"\0who took it")),
    "PNG with a tail": PNG + b"PK\x03\x04" + b"secrets" * 9,
    "JPEG EXIF": sample("JPEG", exif=exif()),
    "JPEG upright": sample("JPEG", exif=exif(1)),
    "JPEG comment": sample("JPEG", comment=b"taken at home"),
    "JPEG profile": sample("JPEG", icc_profile=SRGB),
    "JPEG XMP": after(JPEG, 2, s.segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>")),
    "JPEG IPTC": after(JPEG, 20, s.segment(0xED, b"Photoshop 3.0\08BIM")),
    "JPEG thumbnail": JPEG[:2] + JFIF + JPEG[20:],
    "JPEG with further pictures": after(JPEG, 20, s.segment(0xE2, b"MPF\0" + b"\1" * 40)) + JPEG,
    "JPEG with fill bytes": after(JPEG, 20, b"\xff\xff\xff"),
    "JPEG with a tail": JPEG + b"MotionPhoto" * 20,
    "JPEG progressive": sample("JPEG", progressive=True, exif=exif()),
    "JPEG of four inks": s.picture("JPEG", (20, 14), "CMYK", exif=exif()),
    "WebP EXIF": sample("WEBP", exif=exif()),
    "WebP XMP": sample("WEBP", xmp=b"<x:xmpmeta/>"),
    "WebP profile": sample("WEBP", icc_profile=SRGB),
    "WebP lossless": sample("WEBP-lossless", exif=exif(), icc_profile=SRGB),
    "WebP transparent": s.picture("WEBP", (20, 14), "RGBA", exif=exif()),
    "WebP unknown chunk": s.webp(PLAIN[2][12:], s.riff_chunk(b"who ", b"me!")),
    "WebP with a tail": PLAIN[2] + b"PK\x03\x04",
}


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "not_picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_picture"),
        (b"GIF89a" + b"\0" * 40, "not_picture"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 40, "not_picture"),
        (b"%PDF-1.7", "not_picture"),
        (s.animated("PNG"), "picture_moves"),
        (s.animated("WEBP"), "picture_moves"),
        (JPEG[:2] + b"\0" + JPEG[2:], "picture_broken"),
        (JPEG[:2] + b"\xff\xd9", "picture_broken"),
        (after(JPEG, 20, b"\xff\xe1\0\1"), "picture_broken"),
        (after(JPEG, 20, s.segment(0xC3, b"\x08\0\1\0\1\1\1\x11\0")), "picture_broken"),
        (s.SIGNATURE + s.chunk(b"IEND", b""), "picture_broken"),
        (s.png(0, 4, b""), "picture_broken"),
        (s.webp(s.riff_chunk(b"EXIF", b"")), "picture_broken"),
        (s.webp(PLAIN[2][12:], PLAIN[2][12:]), "picture_broken"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_strip__what_can_not_be_taken__is_refused_by_name(content: bytes, key: str) -> None:
    assert stripped(content) == [{"refused": key}]


@pytest.mark.parametrize("content", [*PLAIN, LADEN["JPEG EXIF"], LADEN["WebP EXIF"]], ids=range(6))
def test_strip__cut_off_anywhere__is_damaged(content: bytes) -> None:
    found = stripped(*(content[:length] for length in range(12, len(content))))

    assert {one.get("refused") for one in found} == {"picture_broken"}


def test_strip__changed_anywhere__is_cut_or_refused_and_nothing_else() -> None:
    chance = random.Random(7)
    broken = []
    for content in LADEN.values():
        for _ in range(40):
            bent = bytearray(content)
            for _ in range(chance.choice([1, 1, 2, 8])):
                bent[chance.randrange(len(bent))] = chance.choice([0, 0xFF, chance.randrange(256)])
            broken.append(bytes(bent))

    for one in stripped(*broken):
        assert one.get("refused", "picture_broken") in KEYS


@pytest.fixture(scope="module")
def results() -> dict[str, dict[str, Any]]:
    """What became of everything laden."""
    return dict(zip(LADEN, stripped(*LADEN.values()), strict=True))


@pytest.mark.filterwarnings("ignore:Image appears to be a malformed MPO")
@pytest.mark.parametrize("name", LADEN)
def test_strip__metadata__is_gone_and_the_service_takes_the_picture(
    name: str, results: dict[str, dict[str, Any]]
) -> None:
    content, found = LADEN[name], results[name]
    with pytest.raises(Problem):
        pictures.check(content, media_type_of(content), PIXELS)

    assert not found["redraw"]
    assert found["type"] == media_type_of(content)
    assert pictures.check(found["bytes"], found["type"], PIXELS) == Size(20, 14)
    assert shown(found["bytes"]) == shown(content)


def test_strip__nothing_to_cut__changes_nothing() -> None:
    assert [one["bytes"] for one in stripped(*PLAIN)] == PLAIN


@pytest.mark.parametrize(
    "content", [s.picture("JPEG", (20, 14), exif=exif(6)), s.picture("WEBP", (20, 14), exif=exif(3))]
)
def test_strip__turned__is_to_be_drawn_anew(content: bytes) -> None:
    assert stripped(content)[0]["redraw"]


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_strip__of_other_colours__is_to_be_drawn_anew(form: str) -> None:
    assert stripped(sample(form, icc_profile=LAB))[0]["redraw"]


@pytest.mark.parametrize(
    "content",
    [
        s.png(5_000, 5_000, b"\0"),
        s.png(16_384, 1, b"\0"),
        s.picture("JPEG", (4_100, 4_000)),
        s.webp(s.riff_chunk(b"VP8L", b"\x2f" + struct.pack("<I", 5_000 | 5_000 << 14))),
    ],
    ids=["png", "long", "jpeg", "webp"],
)
def test_strip__too_big__is_to_be_drawn_anew(content: bytes) -> None:
    assert stripped(content)[0]["redraw"]


WRITING = """
import { contextOf, fillIn } from "./web/wallet/arguments.js";
import { readFileSync } from "node:fs";
const { template, values } = JSON.parse(readFileSync(0, "utf8"));
const context = contextOf({ account: "0x", now: 0, values });
const hash = await fillIn(template, context);
const written = [...context.uploads.values()].find((one) => one.hash === hash);
const others = [...context.uploads.values()].map((one) => one.kind);
console.log(JSON.stringify({ text: await written.blob.text(), uploads: others }));
"""


@pytest.mark.parametrize("count", [0, 1, 12])
@pytest.mark.parametrize("act", [campaigns.SUBMIT, campaigns.POST_UPDATE], ids=lambda act: act.function)
def test_document__with_pictures__is_one_that_the_service_takes(act: Act, count: int) -> None:
    (template,) = (one for one in leaves(act.args) if one["$"] == "document" and one["kind"] in {"campaign", "update"})
    text = dict.fromkeys(("title", "summary", "description", "risks", "text"), "A roof")
    rows = [{"picture": {"hash": f"0x{place:064x}"}, "alt": f"Panel {place}"} for place in range(count)]
    more = [{"language": "ar", "title": "سقف"}]
    links = [{"url": f"https://a.example/{place}", "name": "Roofs" if place else ""} for place in range(count)]
    values = text | {"language": "en", "translations": more, "pictures": rows, "links": links}
    found = run(WRITING, {"template": template, "values": values})
    document = json.loads(found["text"])

    kinds.check(kinds.Kind(template["kind"]), document)
    assert document["title"] == {"en": "A roof", "ar": "سقف"}
    assert document.get("pictures", []) == [
        {"sha256": f"{place:064x}", "alt": {"en": f"Panel {place}"}} for place in range(count)
    ]
    assert document.get("links", []) == [
        {"url": f"https://a.example/{place}"} | ({"title": {"en": "Roofs"}} if place else {}) for place in range(count)
    ]
    assert found["uploads"] == ["picture"] * count + [template["kind"]]
