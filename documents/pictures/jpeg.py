"""JPEG, segment by segment (ITU-T T.81, annex B; JFIF 1.02)."""

from typing import Final

from documents.pictures import profiles
from documents.pictures.parts import Bytes, Measured, Size, broken
from documents.problems import HIDDEN_DATA, PICTURE_WITH_METADATA
from serving.problems import Problem

MARKER: Final = 0xFF
END: Final = 0xD9
SCAN: Final = 0xDA
IN_SCAN: Final = {0x00, *range(0xD0, 0xD8)}
"""What follows 0xFF among pixels: a stuffed zero, or a restart."""
NOT_HERE: Final = {*IN_SCAN, 0x01, 0xD8, MARKER}
"""No segment begins so."""
FRAMES: Final = {0xC0, 0xC1, 0xC2}
"""Baseline, extended and progressive; browsers show no other."""
TABLES: Final = {0xC4: "DHT", 0xDB: "DQT", 0xDD: "DRI"}
JFIF: Final = 0xE0
ADOBE: Final = 0xEE
PROFILE: Final = 0xE2
PROFILE_START: Final = b"ICC_PROFILE\0"
WHOLE_PROFILE: Final = PROFILE_START + b"\1\1"
"""The first of one part."""
COMMENT: Final = 0xFE
METADATA: Final = {0xE1: "EXIF or XMP", PROFILE: "further pictures", 0xED: "IPTC", COMMENT: "a comment"}
MAX_SCANS: Final = 64
"""Decoding goes over all pixels once for each scan: thousands of them are an attack. Encoders make about ten."""


def walk(content: bytes, measured: Measured) -> Size:
    """Make sure that a file is a JPEG and nothing else.

    Raises:
        Problem: It is not.
    """
    file = Bytes(content)
    if file.take(2) != b"\xff\xd8":
        raise broken("it does not begin as a JPEG")
    size: Size | None = None
    scans = 0
    while (marker := _marker(file)) != END:
        data = _segment(file)
        if marker in FRAMES:
            size = _frame(data, size)
            measured(size)
        elif marker == SCAN:
            scans += 1
            if size is None or scans > MAX_SCANS:
                raise broken("its scans are not as an encoder makes them")
            _skip_pixels(file)
        else:
            _allow(marker, data)
    file.end()
    if size is None or not scans:
        raise broken("it holds no picture")
    return size


def _marker(file: Bytes) -> int:
    if file.number(1) != MARKER:
        raise Problem(HIDDEN_DATA, "Bytes stand between the parts of the picture")
    marker = file.number(1)
    if marker in NOT_HERE:
        raise broken("a marker stands where none may")
    return marker


def _segment(file: Bytes) -> bytes:
    length = file.number(2)
    if length < 2:  # noqa: PLR2004 - it counts itself
        raise broken("a segment is shorter than its own length")
    return file.take(length - 2)


def _frame(data: bytes, known: Size | None) -> Size:
    if known is not None:
        raise broken("it holds two pictures")
    file = Bytes(data)
    file.take(1)
    height, width = file.number(2), file.number(2)
    if file.number(1) * 3 != file.rest:
        raise Problem(HIDDEN_DATA, "The header of the picture is longer than its numbers")
    return Size(width, height)


def _allow(marker: int, data: bytes) -> None:
    if marker in TABLES:
        return
    if marker == PROFILE and data.startswith(PROFILE_START):
        profiles.check(data.removeprefix(WHOLE_PROFILE))
    elif marker == JFIF and data.startswith(b"JFIF\0"):
        # Fourteen bytes of numbers; the last two are the size of a thumbnail that would follow.
        if len(data) != 14 or data[12] or data[13]:  # noqa: PLR2004
            raise Problem(PICTURE_WITH_METADATA, "The picture holds a thumbnail (JFIF)")
    elif marker == ADOBE and data.startswith(b"Adobe"):
        if len(data) != 12:  # noqa: PLR2004 - the name and seven bytes that tell how colours are coded
            raise Problem(PICTURE_WITH_METADATA, "The picture holds data of a program (APP14)")
    else:
        raise Problem(PICTURE_WITH_METADATA, f"The picture holds {METADATA.get(marker, f'the part 0x{marker:02x}')}")


def _skip_pixels(file: Bytes) -> None:
    """Go to the next marker that is not among the pixels."""
    while True:
        at = file.content.find(MARKER, file.at)
        if at < 0 or at + 1 == len(file.content):
            raise broken("it is cut off")
        if file.content[at + 1] not in IN_SCAN:
            file.at = at
            return
        file.at = at + 2
