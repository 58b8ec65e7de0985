"""PNG, chunk by chunk (W3C PNG Specification, third edition, sections 5 and 11)."""

import zlib
from typing import Final

from documents.pictures.parts import Bytes, Measured, Size, broken
from documents.problems import ANIMATED_PICTURE, HIDDEN_DATA, PICTURE_WITH_METADATA, PICTURE_WITH_PROFILE
from serving.problems import Problem

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
NEEDED: Final = {b"IHDR", b"PLTE", b"IDAT", b"IEND"}
NUMBERS: Final = {
    b"tRNS": 256,
    b"gAMA": 4,
    b"cHRM": 32,
    b"sRGB": 1,
    b"cICP": 4,
    b"sBIT": 4,
    b"bKGD": 6,
    b"pHYs": 9,
    b"PLTE": 768,
    b"IHDR": 13,
    b"IEND": 0,
}
"""Chunks that hold numbers on colour and size, and how many bytes they have at most."""
MOVING: Final = {b"acTL", b"fcTL", b"fdAT"}
CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""By colour type."""
DEPTHS: Final = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}
PASSES: Final = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""Of Adam7: first column and row, and the steps between them."""
STEP: Final = 2**16
"""Bytes unpacked at once; they are counted and thrown away."""


def walk(content: bytes, measured: Measured) -> Size:
    """Make sure that a file is a PNG and nothing else.

    Raises:
        Problem: It is not.
    """
    file = Bytes(content)
    if file.take(8) != SIGNATURE:
        raise broken("its signature was changed, as happens in text mode")
    size, scanlines = Size(0, 0), 0
    seen: list[bytes] = []
    packed = bytearray()
    while not seen or seen[-1] != b"IEND":
        name, data = _chunk(file)
        _allow(name, data, seen)
        if name == b"IHDR":
            size, scanlines = _header(data)
            measured(size)
        elif name == b"IDAT":
            packed += data
        seen.append(name)
    file.end()
    _unpack(bytes(packed), scanlines)
    return size


def _chunk(file: Bytes) -> tuple[bytes, bytes]:
    length, name = file.number(4), file.take(4)
    data = file.take(length)
    if zlib.crc32(name + data) != file.number(4):
        raise broken(f"the checksum of its chunk {name!a} is wrong")
    return name, data


def _allow(name: bytes, data: bytes, seen: list[bytes]) -> None:
    if (name == b"IHDR") != (not seen):
        raise broken("its header is not in front")
    if name in MOVING:
        raise Problem(ANIMATED_PICTURE, "The picture is an animated PNG")
    if name == b"iCCP":
        raise Problem(PICTURE_WITH_PROFILE, "The picture holds a colour profile (iCCP)")
    if name not in NEEDED and name not in NUMBERS:
        raise Problem(PICTURE_WITH_METADATA, f"The picture holds the chunk {name.decode('latin-1')!a}")
    if len(data) > NUMBERS.get(name, len(data)):
        raise Problem(HIDDEN_DATA, f"The chunk {name.decode()} is longer than its numbers")
    if name in seen and (name != b"IDAT" or seen[-1] != b"IDAT"):
        raise broken(f"its chunk {name.decode()} comes twice")


def _header(data: bytes) -> tuple[Size, int]:
    """Return the size, and how many bytes the unpacked pixels have."""
    file = Bytes(data)
    size = Size(file.number(4), file.number(4))
    depth, colour, packing, filtering, interlace = (file.number(1) for _ in range(5))
    if depth not in DEPTHS.get(colour, ()) or packing or filtering or interlace > 1:
        raise broken("its header holds what no PNG has")
    bits = depth * CHANNELS[colour]
    parts = PASSES if interlace else ((0, 0, 1, 1),)
    total = 0
    for left, top, across, down in parts:
        columns, rows = -(-(size.width - left) // across), -(-(size.height - top) // down)
        if columns > 0 and rows > 0:
            total += rows * (1 + (columns * bits + 7) // 8)
    return size, total


def _unpack(packed: bytes, scanlines: int) -> None:
    """Make sure that the pixels unpack to just what the header says: neither a bomb nor a hiding place."""
    decompressor = zlib.decompressobj()
    unpacked, data = 0, packed
    try:
        while not decompressor.eof and unpacked <= scanlines:
            part = decompressor.decompress(data, STEP)
            data = decompressor.unconsumed_tail
            unpacked += len(part)
            if not part and not data:
                break
    except zlib.error as error:
        raise broken("its pixels can't be unpacked") from error
    if unpacked > scanlines:
        raise Problem(HIDDEN_DATA, "The picture unpacks to more than its pixels")
    if unpacked < scanlines or not decompressor.eof:
        raise broken("pixels are missing")
    if decompressor.unused_data:
        raise Problem(HIDDEN_DATA, "Bytes are tucked away behind the pixels")
