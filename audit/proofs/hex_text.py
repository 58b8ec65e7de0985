"""Bytes and numbers as JSON-RPC writes them."""

import re
from typing import Any, Final

BYTES: Final = re.compile("0x(?:[0-9a-fA-F]{2})*")
QUANTITY: Final = re.compile("0x[0-9a-fA-F]+")


def bytes_of(text: Any) -> bytes:
    """Return bytes from 0x text.

    Raises:
        ValueError: It is none; Python's own reader would also take blanks.
    """
    if not isinstance(text, str) or not BYTES.fullmatch(text):
        raise ValueError(f"{str(text)[:80]!r} are no bytes")
    return bytes.fromhex(text[2:])


def number_of(text: Any) -> int:
    """Return a number from 0x text.

    Raises:
        ValueError: It is none.
    """
    if not isinstance(text, str) or not QUANTITY.fullmatch(text):
        raise ValueError(f"{str(text)[:80]!r} is not a number")
    return int(text, 16)


def minimal(text: Any) -> bytes:
    """Return a number from 0x text as RLP has it: big end first, no leading zeros, nothing for 0."""
    number = number_of(text)
    return number.to_bytes((number.bit_length() + 7) // 8)


def text_of(data: bytes) -> str:
    """Return bytes as 0x text in lower case."""
    return "0x" + data.hex()
