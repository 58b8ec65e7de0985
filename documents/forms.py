"""The one file of a form, and the few fields beside it, held in memory and never on a disk (RFC 7578)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Final

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from documents.problems import INVALID_UPLOAD
from serving.problems import Problem

MAX_FIELD: Final = 128
"""Bytes of a field that is no file, and of the name of a header."""
MAX_HEADER: Final = 1_024


@dataclass
class Form:
    """What came of a form so far."""

    file: bytearray | None = None
    fields: dict[str, bytearray] = field(default_factory=dict)
    whole: bool = False
    _header: bytearray = field(default_factory=bytearray)
    _value: bytearray = field(default_factory=bytearray)
    _disposition: bytes = b""
    _part: bytearray = field(default_factory=bytearray)

    def text(self, name: str) -> str | None:
        """Return a field, None if it is empty or not there."""
        return self.fields.get(name, b"").decode("utf-8", "replace") or None

    def part_begins(self) -> None:
        """Take note that another part begins."""
        self._disposition = b""

    def header_field(self, data: bytes, start: int, end: int) -> None:
        """Take a piece of a header's name."""
        self._header += data[start:end]
        _bound(self._header, MAX_FIELD)

    def header_value(self, data: bytes, start: int, end: int) -> None:
        """Take a piece of a header's value."""
        self._value += data[start:end]
        _bound(self._value, MAX_HEADER)

    def header_ends(self) -> None:
        """Keep the one header that says what a part is."""
        if bytes(self._header).lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._header.clear()
        self._value.clear()

    def headers_end(self) -> None:
        """Find out whether a part is the file or a field."""
        _, options = parse_options_header(self._disposition)
        name = options.get(b"name", b"").decode("utf-8", "replace")
        self._part = bytearray()
        if b"filename" in options:
            if self.file is not None:
                raise broken("there are two files")
            self.file = self._part
        elif name in {"kind", "sha256"} and name not in self.fields:
            self.fields[name] = self._part
        else:
            raise broken(f"there is no field {name[:20]!a}, or it is there twice")

    def part_data(self, data: bytes, start: int, end: int) -> None:
        """Take a piece of a part."""
        self._part += data[start:end]
        if self._part is not self.file:
            _bound(self._part, MAX_FIELD)

    def ends(self) -> None:
        """Take note that nothing is missing."""
        self.whole = True


def broken(why: str) -> Problem:
    """Return the refusal of a form that can't be read."""
    return Problem(INVALID_UPLOAD, f"The form can't be read: {why}")


def _bound(value: bytearray, most: int) -> None:
    if len(value) > most:
        raise broken("a field or header is too long")


async def read(content_type: str, stream: AsyncIterator[bytes]) -> Form:
    """Read a form whose size is bounded by its stream.

    Args:
        content_type: Header of the request.
        stream: Its body.

    Raises:
        Problem: It is malformed or cut off, or holds anything but one file and the fields that are known.
    """
    form = Form()
    boundary = parse_options_header(content_type)[1].get(b"boundary", b"")
    try:
        parser = MultipartParser(
            boundary,
            {
                "on_part_begin": form.part_begins,
                "on_part_data": form.part_data,
                "on_header_field": form.header_field,
                "on_header_value": form.header_value,
                "on_header_end": form.header_ends,
                "on_headers_finished": form.headers_end,
                "on_end": form.ends,
            },
        )
        async for chunk in stream:
            parser.write(chunk)
    except MultipartParseError as error:
        raise broken("its parts are not as its boundary says") from error
    if not boundary or not form.whole or form.file is None:
        raise broken("it has no boundary, no end, or no file")
    return form
