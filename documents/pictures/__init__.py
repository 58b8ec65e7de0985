"""Pictures: whether a file is nothing but the picture it claims to be.

First the file is walked part by part, by code that unpacks nothing it has not measured. Every part must be one that a
reader needs to show the picture, and no byte may be left over. Only then is it decoded whole, by Pillow.
"""

import warnings
from io import BytesIO
from threading import BoundedSemaphore
from typing import Final

from PIL import Image

from documents.pictures import jpeg, png, webp
from documents.pictures.parts import Size
from documents.problems import BROKEN_PICTURE, PICTURE_TOO_BIG
from serving.problems import Problem

MAX_SIDE: Final = 16_383
"""Pixels; what WebP can hold."""
DECODERS: Final = BoundedSemaphore(2)
"""So many pictures are unpacked at the same time: each takes four bytes a pixel."""


WALKS: Final = {"image/png": png.walk, "image/jpeg": jpeg.walk, "image/webp": webp.walk}
NAMES: Final = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}


def check(content: bytes, media_type: str, max_pixels: int) -> Size:
    """Make sure that a file is a picture and nothing else.

    Args:
        content: The file.
        media_type: What its first bytes claim.
        max_pixels: Width times height.

    Returns:
        Its size in pixels.

    Raises:
        Problem: It is damaged, too big, moves, or holds anything else.
    """

    def measured(size: Size) -> None:
        if not size.width or not size.height:
            raise Problem(BROKEN_PICTURE, "The picture has no pixels")
        if max(size) > MAX_SIDE or size.width * size.height > max_pixels:
            message = (
                f"The picture has {size.width} x {size.height} pixels, more than {max_pixels} or {MAX_SIDE} a side"
            )
            raise Problem(PICTURE_TOO_BIG, message)

    size = WALKS[media_type](content, measured)
    with DECODERS:
        _decode(content, media_type, size)
    return size


def _decode(content: bytes, media_type: str, size: Size) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(BytesIO(content), formats=[NAMES[media_type]]) as picture:
                picture.verify()
            with Image.open(BytesIO(content), formats=[NAMES[media_type]]) as picture:
                picture.load()
                found = Size(*picture.size)
    except Exception as error:  # the decoders raise whatever they like on damaged files
        raise Problem(BROKEN_PICTURE, "The picture can't be decoded") from error
    if found != size:
        raise Problem(BROKEN_PICTURE, "The picture says of itself that it has two sizes")
