"""Colour profiles (ICC): none is taken in, but for those that are known byte by byte.

A profile may name the device that made a picture, and whose it is. Browsers write one of their own into what a page
draws, always the same; it says no more than sRGB, which is what a picture without a profile is taken for.
"""

from hashlib import sha256
from typing import Final

from documents.problems import PICTURE_WITH_PROFILE
from serving.problems import Problem

KNOWN: Final = frozenset(
    {
        # sRGB as Chromium writes it into JPEG and WebP, 456 bytes: "sRGB", "Google Inc. 2016".
        "12afb4d9953adee0607d347daee5b78b18d6b3cab2d572b88970703f5edb37bc",
    }
)
"""SHA-256 of each profile that passes."""


def check(profile: bytes) -> None:
    """Make sure that a profile is one of those that say nothing.

    Raises:
        Problem: It is not.
    """
    if sha256(profile).hexdigest() not in KNOWN:
        raise Problem(PICTURE_WITH_PROFILE, "The picture holds a colour profile (ICC) that may name a device")
