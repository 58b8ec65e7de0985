"""Whole lists as files: CSV for spreadsheets, JSON Lines for programs.

An export has the filters and the records of the list beside it. It is read in one view of the mirror and written to a
temporary file before the first byte is sent, so that a slow reader holds no connection to the database.
"""

import csv
import io
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated, Any, Final, Protocol, get_args

from fastapi import Path
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from api.database import Reader
from api.paging import PageRequest, Rows
from api.problems import EXPORTS_BUSY, read_failures
from serving.problems import Problem
from serving.problems import ProblemType as Kind

BATCH: Final = 1_000
"""Records read at once."""
IN_MEMORY: Final = 2**20
"""Bytes above which an export goes to the disk."""
CHUNK: Final = 2**16
AT_ONCE: Final = 2
"""Exports that are being read at the same time; reading a large one keeps a core busy."""
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""

_slots = threading.BoundedSemaphore(AT_ONCE)


class Format(StrEnum):
    """Form of an export."""

    CSV = "csv"
    JSON_LINES = "jsonl"


MEDIA_TYPES: Final = {Format.CSV: "text/csv; charset=utf-8", Format.JSON_LINES: "application/jsonl"}

FormatPath = Annotated[
    Format,
    Path(description="`csv` (nested fields as `a.b`) or `jsonl` (the list's records, a line each)."),
]


class Writer(Protocol):
    """Writes records to a file."""

    def __call__(self, records: Sequence[BaseModel]) -> None:
        """Write some records."""


def export_responses(*kinds: Kind) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a route that exports a list."""
    content = {media_type.split(";")[0]: {"schema": {"type": "string"}} for media_type in MEDIA_TYPES.values()}
    success = {200: {"description": "The whole list, each record with the event that proves it.", "content": content}}
    return success | read_failures(EXPORTS_BUSY, *kinds)


def export(reader: Reader, kind: Format, name: str, model: type[BaseModel], rows: Rows[Any, Any]) -> StreamingResponse:
    """Return a list as a file.

    Args:
        reader: Of the request.
        kind: Form of the file.
        name: Of the list, for the name of the file.
        model: Of its records.
        rows: How it is read.

    Raises:
        NotModified: The client holds this file.
        Problem: Nothing is indexed yet, or too many are being exported.
    """
    with _slot(), reader.open() as mirror:
        # Closed by the response, which outlives this function.
        file: IO[bytes] = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115
        try:
            write = _csv_writer(file, model) if kind is Format.CSV else _json_writer(file)
            page = PageRequest(BATCH, None, "", ())
            while True:
                found = rows.find(mirror, page)
                write(rows.shown(mirror, found[:BATCH]))
                if len(found) <= BATCH:
                    break
                page = replace(page, after=rows.position(found[BATCH - 1]))
        except BaseException:
            file.close()
            raise
        headers = dict(reader.response.headers) | {
            "Content-Disposition": f'attachment; filename="{name}-{mirror.as_of.block_number}.{kind}"',
            "Content-Length": str(file.tell()),
        }
    file.seek(0)
    return StreamingResponse(_chunks(file), media_type=MEDIA_TYPES[kind], headers=headers)


def columns(model: type[BaseModel]) -> list[tuple[str, ...]]:
    """Return the way to each plain field of a record; those of nested records in place."""
    found: list[tuple[str, ...]] = []
    for name, field in model.model_fields.items():
        nested = _model_in(field.annotation)
        inner = [()] if nested is None else columns(nested)
        found += [(field.alias or name, *rest) for rest in inner]
    return found


@contextmanager
def _slot() -> Iterator[None]:
    if not _slots.acquire(blocking=False):
        raise Problem(EXPORTS_BUSY, EXPORTS_BUSY.meaning)
    try:
        yield
    finally:
        _slots.release()


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK):
            yield chunk


def _json_writer(file: IO[bytes]) -> Writer:
    def write(records: Sequence[BaseModel]) -> None:
        file.write(b"".join(record.model_dump_json(by_alias=True).encode() + b"\n" for record in records))

    return write


def _csv_writer(file: IO[bytes], model: type[BaseModel]) -> Writer:
    paths = columns(model)

    def put(rows: Sequence[Sequence[str]]) -> None:
        text = io.StringIO(newline="")
        csv.writer(text).writerows(rows)
        file.write(text.getvalue().encode())

    def write(records: Sequence[BaseModel]) -> None:
        dumps = (record.model_dump(mode="json", by_alias=True) for record in records)
        put([[_cell(_at(dump, path)) for path in paths] for dump in dumps])

    put([[".".join(path) for path in paths]])
    return write


def _at(record: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        if record is None:
            return None
        record = record[name]
    return record


def _cell(value: Any) -> str:
    """Return a value as text; what a spreadsheet would run as a formula begins with an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the record that a field holds, alone or as the one choice beside null."""
    choices = [annotation, *get_args(annotation)] if type(None) in get_args(annotation) else [annotation]
    return next((kind for kind in choices if isinstance(kind, type) and issubclass(kind, BaseModel)), None)
