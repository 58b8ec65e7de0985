"""A picture
├── that is cut off anywhere, or changed in one byte of its structure ... is refused, never an error of ours
├── with bytes behind its end: an archive, a page, a script ............ hidden-data
├── with EXIF, XMP, IPTC, text, a comment, a thumbnail, unknown parts .. picture-with-metadata
├── with a colour profile, but the one that Chromium always writes ..... picture-with-profile
├── that moves ......................................................... animated-picture
├── that unpacks to more than it says, or to more than is allowed ...... hidden-data, picture-too-big
├── of one type that claims to be another .............................. broken-picture
└── that is nothing but a picture, of any kind that encoders make ...... passes, with its size
"""

import struct
import tracemalloc
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms

from documents import pictures
from documents.pictures.parts import Size
from documents.reading import media_type_of
from serving.problems import Problem
from tests.documents import samples as s

FOLDER = Path(__file__).parent / "pictures"
"""What Chromium's canvas gives: 40 by 30 pixels of a gradient."""
PIXELS = 1_000_000
ARCHIVE = b"PK\x03\x04" + b"\0" * 26 + b"PK\x05\x06" + b"\0" * 18
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
JPEG = s.picture("JPEG")
WEBP = s.picture("WEBP")
LOSSLESS = s.picture("WEBP", lossless=True)
PNG = s.picture("PNG")


def short(value: object) -> str:
    """Return how a case is shown: its bytes would fill the screen."""
    return value if isinstance(value, str) else ""


def refusal(content: bytes, media_type: str | None = None) -> str:
    """Return the problem with which a picture is refused."""
    with pytest.raises(Problem) as caught:
        pictures.check(content, media_type or media_type_of(content), PIXELS)
    return caught.value.kind.name


def after_start(jpeg: bytes, part: bytes) -> bytes:
    """Return a JPEG with one more segment."""
    return jpeg[:2] + part + jpeg[2:]


@pytest.mark.parametrize("content", [PNG, JPEG, WEBP, LOSSLESS], ids=["png", "jpeg", "webp", "lossless"])
def test_check__cut_off_anywhere__is_refused(content: bytes) -> None:
    for length in range(16, len(content)):
        assert refusal(content[:length], media_type_of(content)) == "broken-picture", length


@pytest.mark.parametrize("content", [PNG, JPEG, WEBP, LOSSLESS], ids=["png", "jpeg", "webp", "lossless"])
def test_check__with_any_byte_changed__never_fails_otherwise(content: bytes) -> None:
    for at in range(len(content)):
        for value in (0x00, 0xFF, content[at] ^ 0x01):
            changed = content[:at] + bytes([value]) + content[at + 1 :]
            try:
                pictures.check(changed, media_type_of(content), PIXELS)
            except Problem:
                continue


@pytest.mark.parametrize("content", [PNG, JPEG, WEBP], ids=["png", "jpeg", "webp"])
@pytest.mark.parametrize(
    "tail", [b"\0", b"\n", ARCHIVE, b"<script>alert(1)</script>", b"%PDF-1.7", PNG, JPEG], ids=short
)
def test_check__with_bytes_behind_the_end__is_two_things_at_once(content: bytes, tail: bytes) -> None:
    assert refusal(content + tail) == "hidden-data"


@pytest.mark.parametrize(
    "content",
    [
        s.picture("PNG", pnginfo=s.text_chunk()),
        s.picture("PNG", exif=s.exif()),
        s.png(1, 1, b"\0\0", s.chunk(b"tIME", b"\0" * 7)),
        s.png(1, 1, b"\0\0", s.chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"A" * 1_000_000))),
        s.png(1, 1, b"\0\0", s.chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta/>")),
        s.png(1, 1, b"\0\0", s.chunk(b"prVt", ARCHIVE)),
        s.picture("JPEG", exif=s.exif()),
        s.picture("JPEG", comment=b"taken at home"),
        after_start(JPEG, s.segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>")),
        after_start(JPEG, s.segment(0xED, b"Photoshop 3.0\08BIM\x04\x04")),
        after_start(JPEG, s.segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\1\1" + b"\0\0\0")),
        after_start(JPEG, s.segment(0xE0, b"JFXX\0\x10thumbnail")),
        after_start(JPEG, s.segment(0xEE, b"Adobe\0" + b"\0" * 40)),
        after_start(JPEG, s.segment(0xEB, b"JP maker's own")),
        s.picture("WEBP", exif=s.exif()),
        s.picture("WEBP", xmp=b"<x:xmpmeta/>"),
        s.webp(s.riff_chunk(b"VP8 ", WEBP[20:]), s.riff_chunk(b"NOTE", b"taken at home")),
    ],
    ids=short,
)
def test_check__with_metadata__says_so(content: bytes) -> None:
    assert refusal(content) == "picture-with-metadata"


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_check__with_a_colour_profile__says_so(form: str) -> None:
    assert refusal(s.picture(form, icc_profile=PROFILE)) == "picture-with-profile"


KNOWN = Image.open(BytesIO((FOLDER / "chromium.jpeg").read_bytes())).info["icc_profile"]


@pytest.mark.parametrize(
    "content",
    [
        s.picture("PNG", icc_profile=KNOWN),
        s.picture("JPEG", icc_profile=KNOWN + b"\0"),
        s.picture("WEBP", icc_profile=KNOWN.replace(b"s\0R\0G\0B", b"M\0i\0n\0e")),
        after_start(JPEG, s.segment(0xE2, b"ICC_PROFILE\0\1\2" + KNOWN)),
        s.webp(s.riff_chunk(b"ICCP", b""), s.riff_chunk(b"VP8 ", WEBP[20:])),
    ],
    ids=short,
)
def test_check__with_a_profile_beside_the_known_one__says_so(content: bytes) -> None:
    assert refusal(content) == "picture-with-profile"


def test_check__with_further_pictures__says_so() -> None:
    assert refusal(after_start(JPEG, s.segment(0xE2, b"MPF\0" + b"\0" * 40))) == "picture-with-metadata"


@pytest.mark.parametrize("name", ["chromium.jpeg", "chromium.webp"])
def test_check__as_a_browser_draws_it__passes(name: str) -> None:
    content = (FOLDER / name).read_bytes()

    assert pictures.check(content, media_type_of(content), PIXELS) == Size(40, 30)
    assert refusal(content + b"\0") == "hidden-data"


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_check__that_moves__says_so(form: str) -> None:
    assert refusal(s.animated(form)) == "animated-picture"


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_check__with_too_many_pixels__is_refused_before_it_is_unpacked(form: str) -> None:
    content = s.picture(form, (1_001, 1_000))
    tracemalloc.start()
    try:
        assert refusal(content) == "picture-too-big"
        assert tracemalloc.get_traced_memory()[1] < 2 * len(content) + 100_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("size", [(16_384, 1), (1, 16_384), (2**31 - 1, 2**31 - 1)])
def test_check__longer_than_any_screen__is_refused(size: tuple[int, int]) -> None:
    assert refusal(s.png(*size, b"\0")) == "picture-too-big"


def test_check__of_a_bomb__unpacks_no_more_than_the_pixels() -> None:
    bomb = s.png(10, 10, b"\0" * 200_000_000)
    tracemalloc.start()
    try:
        assert refusal(bomb) == "hidden-data"
        assert tracemalloc.get_traced_memory()[1] < 10 * len(bomb)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "content, problem",
    [
        (s.png(2, 2, b"\0\0\0" * 2, tail=ARCHIVE), "hidden-data"),
        (s.png(2, 2, b"\0\0\0" * 2 + b"<script>"), "hidden-data"),
        (s.png(2, 2, b"\0\0\0"), "broken-picture"),
        (s.png(0, 2, b""), "broken-picture"),
        (s.png(2, 2, b"\0\0\0" * 2, s.chunk(b"gAMA", b"\0" * 400)), "hidden-data"),
        (s.png(2, 2, b"\0\0\0" * 2, s.chunk(b"gAMA", b"\0\0\0\1"), s.chunk(b"gAMA", b"\0\0\0\1")), "broken-picture"),
        (s.SIGNATURE + s.chunk(b"IEND", b""), "broken-picture"),
        (PNG.replace(b"\r\n\x1a", b"\n\x1a"), "broken-picture"),
        (s.png(2, 2, b"\7\0\0" * 2), "broken-picture"),
        (after_start(JPEG, b"<!--"), "hidden-data"),
        (JPEG[:2] + JPEG[-2:], "broken-picture"),
        (after_start(JPEG, JPEG[2:-2]), "broken-picture"),
        (after_start(JPEG, s.segment(0xDA, b"\0" * 10)), "broken-picture"),
        (after_start(JPEG, b"\xff\xdb\0\1"), "broken-picture"),
        (s.webp(s.riff_chunk(b"VP8 ", WEBP[20:]), s.riff_chunk(b"VP8 ", WEBP[20:])), "broken-picture"),
        (
            s.webp(s.riff_chunk(b"VP8X", struct.pack("<I", 0) + b"\7\0\0\6\0\0"), s.riff_chunk(b"VP8 ", WEBP[20:])),
            "broken-picture",
        ),
        (s.webp(), "broken-picture"),
    ],
    ids=short,
)
def test_check__built_otherwise_than_the_format_says__is_refused(content: bytes, problem: str) -> None:
    assert refusal(content, media_type_of(content)) == problem


def test_check__with_a_filling_byte_that_is_none__is_refused() -> None:
    data = WEBP[20:] if len(WEBP[20:]) % 2 else WEBP[20:] + b"\0"
    assert refusal(s.webp(b"VP8 " + struct.pack("<I", len(data)) + data + b"!")) == "hidden-data"


def test_check__of_very_many_scans__is_refused() -> None:
    progressive = s.picture("JPEG", (64, 64), progressive=True)
    at = progressive.rindex(b"\xff\xda")
    scan = progressive[at:-2]

    assert refusal(progressive[:-2] + scan * 64 + progressive[-2:]) == "broken-picture"


@pytest.mark.parametrize("claimed", s.TYPES.values())
@pytest.mark.parametrize("form", s.TYPES)
def test_check__of_another_type_than_claimed__is_refused(form: str, claimed: str) -> None:
    content = s.picture(form)
    if s.TYPES[form] != claimed:
        assert refusal(content, claimed) == "broken-picture"


@pytest.mark.parametrize(
    "content",
    [
        *(s.picture("PNG", mode=mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
        s.picture("PNG", dpi=(72, 72)),
        *(s.picture("JPEG", mode=mode) for mode in ("L", "RGB", "CMYK")),
        s.picture("JPEG", progressive=True),
        s.picture("JPEG", restart_marker_blocks=1),
        *(s.picture("WEBP", mode=mode, lossless=lossless) for mode in ("RGB", "RGBA") for lossless in (True, False)),
        s.picture("WEBP", mode="RGBA", quality=10),
    ],
    ids=short,
)
def test_check__of_a_picture_and_nothing_else__passes(content: bytes) -> None:
    assert pictures.check(content, media_type_of(content), PIXELS) == Size(8, 6)


def test_check__of_an_interlaced_png__passes() -> None:
    header = s.chunk(b"IHDR", struct.pack(">IIBBBBB", 3, 3, 8, 0, 0, 0, 1))
    scanlines = b"\0\1" + b"\0\1" + b"\0\1\2" + b"\0\1\0\1" + b"\0\1\2\3"
    content = s.SIGNATURE + header + s.chunk(b"IDAT", zlib.compress(scanlines)) + s.chunk(b"IEND", b"")

    assert pictures.check(content, "image/png", PIXELS) == Size(3, 3)


def test_check__whatever_another_part_of_the_program_allows__keeps_to_its_bounds(monkeypatch: Any) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)

    assert refusal(s.picture("PNG", (1_001, 1_000))) == "picture-too-big"
