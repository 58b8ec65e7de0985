"""WebP, chunk by chunk (RFC 9649)."""

from typing import Final

from documents.pictures import profiles
from documents.pictures.parts import Bytes, Measured, Size, broken
from documents.problems import ANIMATED_PICTURE, HIDDEN_DATA, PICTURE_WITH_METADATA
from serving.problems import Problem

ALPHA_FLAG: Final = 0x10
PROFILE_FLAG: Final = 0x20
REFUSED: Final = {
    b"ANIM": (ANIMATED_PICTURE, "The picture is animated"),
    b"ANMF": (ANIMATED_PICTURE, "The picture is animated"),
    b"EXIF": (PICTURE_WITH_METADATA, "The picture holds EXIF"),
    b"XMP ": (PICTURE_WITH_METADATA, "The picture holds XMP"),
}
FLAGS: Final = {0x02: b"ANIM", 0x04: b"XMP ", 0x08: b"EXIF"}
"""What the header of an extended file announces, and is refused."""
PIXELS: Final = ([b"VP8 "], [b"VP8L"], [b"ALPH", b"VP8 "])
EXTENDED: Final = ([b"VP8X"], [b"VP8X", b"ICCP"])
ORDERS: Final = (*PIXELS[:2], *([*header, *pixels] for header in EXTENDED for pixels in PIXELS))
"""Which chunks a still picture has."""
LOSSLESS_SIGNATURE: Final = 0x2F
KEY_FRAME: Final = b"\x9d\x01\x2a"


def walk(content: bytes, measured: Measured) -> Size:
    """Make sure that a file is a WebP and nothing else.

    Raises:
        Problem: It is not.
    """
    file = Bytes(content)
    if file.take(4) != b"RIFF":
        raise broken("it does not begin as a WebP")
    length = file.number(4, "little")
    if length > file.rest:
        raise broken("it is cut off")
    if length < file.rest:
        raise Problem(HIDDEN_DATA, f"{file.rest - length} bytes follow the end of the picture")
    file.take(4)
    seen: list[bytes] = []
    sizes: set[Size] = set()
    while file.rest:
        name, data = _chunk(file)
        size = _size(name, data)
        if size is not None:
            measured(size)
            sizes.add(size)
        seen.append(name)
    if seen not in ORDERS or len(sizes) != 1:
        raise broken("its chunks are not those of one picture")
    return sizes.pop()


def _chunk(file: Bytes) -> tuple[bytes, bytes]:
    name, length = file.take(4), file.number(4, "little")
    data = file.take(length)
    if length % 2 and file.number(1):
        raise Problem(HIDDEN_DATA, "A byte that only fills up is not zero")
    if name in REFUSED:
        raise Problem(*REFUSED[name])
    if name == b"ICCP":
        profiles.check(data)
    elif name not in {b"VP8 ", b"VP8L", b"VP8X", b"ALPH"}:
        raise Problem(PICTURE_WITH_METADATA, f"The picture holds the chunk {name.decode('latin-1')!a}")
    return name, data


def _size(name: bytes, data: bytes) -> Size | None:
    file = Bytes(data)
    if name == b"VP8X":
        flags = file.number(4, "little")
        for flag, part in FLAGS.items():
            if flags & flag:
                raise Problem(*REFUSED[part])
        if flags & ~(ALPHA_FLAG | PROFILE_FLAG):
            raise broken("its header holds what no WebP has")
        size = Size(file.number(3, "little") + 1, file.number(3, "little") + 1)
        file.end()
        return size
    if name == b"VP8 ":
        file.take(3)
        if file.take(3) != KEY_FRAME:
            raise broken("its first frame is none")
        return Size(file.number(2, "little") & 0x3FFF, file.number(2, "little") & 0x3FFF)
    if name == b"VP8L":
        if file.number(1) != LOSSLESS_SIGNATURE:
            raise broken("its pixels are not as WebP packs them")
        bits = file.number(4, "little")
        return Size((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    return None
