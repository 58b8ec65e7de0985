"""The files behind the hashes on chain, served by their SHA-256 from one folder."""

import re
from hashlib import sha256
from pathlib import Path as FilePath
from typing import Annotated, Final

import orjson
from fastapi import APIRouter, Path, Request, Response

from api.fields import HASH_EXAMPLE
from api.problems import ERASED_DOCUMENT, INVALID_PARAMETER, UNKNOWN_DOCUMENT, UNKNOWN_PARAMETER, failures
from serving.conditional import is_held
from serving.problems import Problem

MAX_BYTES: Final = 16 * 2**20
ERASURE: Final = ".erased"
"""Ending of the record that stands in the place of a document that was erased."""
KEPT: Final = {
    # What is behind a hash never changes, but it may be erased: caches ask again after ten minutes.
    "Cache-Control": "public, max-age=600",
    # Whatever the file is, nothing in it runs or loads here.
    "Content-Security-Policy": "default-src 'none'; sandbox",
}
SIGNATURES: Final = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"%PDF-"), "application/pdf"),
)

router = APIRouter(prefix="/documents", tags=["documents"])


def find_document(folder: FilePath | None, digest: str) -> bytes:
    """Return the content of a document.

    Args:
        folder: Where the files are, each named by the 64 hexadecimal digits of its SHA-256; None if there are none.
        digest: Those digits.

    Raises:
        Problem: It was erased, there is no such file, it is too large to serve, or its content has another hash.
    """
    if folder is not None and (erasure := erasure_of(folder, digest)) is not None:
        raise Problem(ERASED_DOCUMENT, erasure)
    try:
        file = (folder / digest) if folder is not None else None
        content = file.read_bytes() if file is not None and file.stat().st_size <= MAX_BYTES else None
    except OSError:
        content = None
    if content is None or sha256(content).hexdigest() != digest:
        raise Problem(UNKNOWN_DOCUMENT, f"There is no document with the SHA-256 {digest} here")
    return content


def is_erased(folder: FilePath, digest: str) -> bool:
    """Return whether a document was erased; asked by whoever keeps what it once read in a document.

    Args:
        folder: Where the documents are.
        digest: SHA-256 of the document, with or without 0x.
    """
    return (folder / f"{digest.removeprefix('0x')}{ERASURE}").exists()


def erasure_of(folder: FilePath, digest: str) -> str | None:
    """Return when, by whom and why a document was erased, one sentence; None if it was not."""
    try:
        record = orjson.loads((folder / f"{digest}{ERASURE}").read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError):  # whatever the record looks like: it is there, so that the document must not be
        record = {}
    known = {"by": "?", "erased_at": "?", "reason": "?"} | (record if isinstance(record, dict) else {})
    return "The document was erased at {erased_at} by {by}: {reason}".format_map(known)


def media_type_of(content: bytes) -> str:
    """Return what a document is, from its bytes alone: JSON, plain text, a picture, a PDF, or just bytes."""
    for signature, media_type in SIGNATURES:
        if signature.match(content):
            return media_type
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return "application/octet-stream"
    try:
        # Has a bound of its own for nesting; the standard library's is the interpreter's, which any package may lift.
        orjson.loads(text)
    except ValueError:
        return "text/plain; charset=utf-8"
    return "application/json"


@router.get(
    "/{sha256}",
    summary="Read a document",
    response_class=Response,
    responses={
        200: {"description": "The document, as it was hashed.", "content": {"*/*": {}}},
        304: {"description": "The client holds the document (`If-None-Match`)."},
        **failures(INVALID_PARAMETER, UNKNOWN_PARAMETER, UNKNOWN_DOCUMENT, ERASED_DOCUMENT),
    },
)
def read_document(
    request: Request,
    digest: Annotated[
        str,
        Path(
            alias="sha256",
            pattern="^[0-9a-f]{64}$",
            description="SHA-256 of the document: 64 hexadecimal digits in lower case.",
            examples=[HASH_EXAMPLE.removeprefix("0x")],
        ),
    ],
) -> Response:
    """Return the file whose bytes have this SHA-256. It never changes, but it may be erased."""
    etag = f'"{digest}"'
    content = find_document(request.app.state.settings.documents, digest)
    if is_held(request, etag):
        return Response(status_code=304, headers={"ETag": etag, **KEPT})
    return Response(content, media_type=media_type_of(content), headers={"ETag": etag, **KEPT})
