"""How JSON writes and queries name addresses, hashes, times, amounts and ids.

The mirror stores addresses in lower case, times as Unix seconds and amounts as integers of base units. Every answer
shows EIP-55 addresses, RFC 3339 times in UTC and amounts as strings; what a caller writes is checked here.
"""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any, Final

from eth_utils.address import to_checksum_address
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

UINT32_MAX: Final = 2**32 - 1
INT63_MAX: Final = 2**63 - 1
BLOCK_MAX: Final = 2**43 - 1
"""An event key has 63 bits, 20 of which are the place in the block."""
LAST_TIME: Final = int(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())
"""RFC 3339 has four digits for the year. The chain's uint40 reaches further, so later times are shown as this one."""

_ADDRESS: Final = re.compile(r"0x[0-9a-fA-F]{40}")
_DECIMAL: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)

ADDRESS_EXAMPLE: Final = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
HASH_EXAMPLE: Final = "0x9f64a747e1b97f131fabb6b447296c9b6f0201e79fb3c5356e6c77e89b6a806a"


@lru_cache(maxsize=8192)
def checksummed(address: str) -> str:
    """Return an address in EIP-55 form."""
    return str(to_checksum_address(address))


@lru_cache(maxsize=8192)
def rfc3339(time: int) -> str:
    """Return a Unix time in RFC 3339 form, UTC; times after the year 9999 as the last second of it."""
    return datetime.fromtimestamp(min(time, LAST_TIME), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_address(text: str) -> str:
    """Return an address as the mirror stores it.

    Raises:
        PydanticCustomError: It is not an address, or mixes upper and lower case in another way than EIP-55.
    """
    if not _ADDRESS.fullmatch(text):
        raise PydanticCustomError("invalid_address", "An address is 0x and 40 hexadecimal digits")
    digits = text[2:]
    if digits not in (digits.lower(), digits.upper()) and checksummed(text.lower()) != text:
        raise PydanticCustomError(
            "invalid_address", "The checksum is wrong: a digit was changed, or write the address in lower case"
        )
    return text.lower()


def parse_decimal(text: Any) -> Any:
    """Return the integer that `text` writes in plain decimal digits; anything but text is left to the next check."""
    if not isinstance(text, str):
        return text
    if not _DECIMAL.fullmatch(text):
        raise PydanticCustomError("invalid_integer", "Write a number in decimal digits, below 2^63")
    return int(text)


def parse_time(text: Any) -> Any:
    """Return the Unix time of an RFC 3339 time, fractions of a second cut off."""
    if not isinstance(text, str):
        return text
    try:
        time = datetime.fromisoformat(text.upper()) if _TIME.fullmatch(text) else None
        seconds = None if time is None else int(time.timestamp())
    except (ValueError, OverflowError):
        seconds = None
    if seconds is None or not 0 <= seconds <= LAST_TIME:
        raise PydanticCustomError(
            "invalid_time", "Write an RFC 3339 time from 1970 on, such as 2026-03-01T00:00:00Z; a plus sign as %2B"
        )
    return seconds


# What answers hold; each is built from the stored value.
Address = Annotated[
    str,
    BeforeValidator(checksummed),
    WithJsonSchema({"type": "string", "pattern": "^0x[0-9a-fA-F]{40}$", "examples": [ADDRESS_EXAMPLE]}),
]
Hash = Annotated[str, WithJsonSchema({"type": "string", "pattern": "^0x[0-9a-f]{64}$", "examples": [HASH_EXAMPLE]})]
Time = Annotated[
    str,
    BeforeValidator(rfc3339),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-03-01T12:00:00Z"]}),
]
Amount = Annotated[
    str,
    BeforeValidator(str),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]+$", "examples": ["1500000000"]}),
]
Path = Annotated[
    str, WithJsonSchema({"type": "string", "format": "uri-reference", "examples": ["/v1/events/44040192"]})
]

# What callers write; each becomes the stored value.
Id = Annotated[int, Field(ge=1, le=UINT32_MAX), BeforeValidator(parse_decimal)]
EventKey = Annotated[int, Field(ge=0, le=INT63_MAX), BeforeValidator(parse_decimal)]
BlockNumber = Annotated[int, Field(ge=0, le=BLOCK_MAX), BeforeValidator(parse_decimal)]
LogIndex = Annotated[int, Field(ge=0, lt=2**20), BeforeValidator(parse_decimal)]
ThemeNumber = Annotated[int, Field(ge=0, le=31), BeforeValidator(parse_decimal)]
MilestoneIndex = Annotated[int, Field(ge=0, le=11), BeforeValidator(parse_decimal)]
Territory = Annotated[str, Field(pattern="^[A-Z]{2}(-[A-Z0-9]{1,3})?$", max_length=6)]
AddressText = Annotated[
    str,
    AfterValidator(parse_address),
    WithJsonSchema({"type": "string", "pattern": "^0x[0-9a-fA-F]{40}$", "examples": [ADDRESS_EXAMPLE]}),
]
HashText = Annotated[str, Field(pattern="^0x[0-9a-f]{64}$", max_length=66, examples=[HASH_EXAMPLE])]
TimeText = Annotated[
    int,
    BeforeValidator(parse_time),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-03-01T00:00:00Z"]}),
]
