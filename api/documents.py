"""The files behind the hashes on chain, served by their SHA-256 from one folder."""

import re
from hashlib import sha256
from pathlib import Path as FilePath
from typing import Annotated, Final

import orjson
from fastapi import APIRouter, Path, Request, Response

from api.errors import Problem
from api.fields import HASH_EXAMPLE
from api.problems import INVALID_PARAMETER, UNKNOWN_DOCUMENT, UNKNOWN_PARAMETER, failures

MAX_BYTES: Final = 16 * 2**20
IMMUTABLE: Final = {
    "Cache-Control": "public, max-age=31536000, immutable",
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
        Problem: There is no such file, it is too large to serve, or its content has another hash.
    """
    try:
        file = (folder / digest) if folder is not None else None
        content = file.read_bytes() if file is not None and file.stat().st_size <= MAX_BYTES else None
    except OSError:
        content = None
    if content is None or sha256(content).hexdigest() != digest:
        raise Problem(UNKNOWN_DOCUMENT, f"There is no document with the SHA-256 {digest} here")
    return content


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
        **failures(INVALID_PARAMETER, UNKNOWN_PARAMETER, UNKNOWN_DOCUMENT),
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
    """Return the file whose bytes have this SHA-256. It never changes."""
    etag = f'"{digest}"'
    content = find_document(request.app.state.settings.documents, digest)
    if etag in {tag.strip() for tag in request.headers.get("if-none-match", "").split(",")}:
        return Response(status_code=304, headers={"ETag": etag, **IMMUTABLE})
    return Response(content, media_type=media_type_of(content), headers={"ETag": etag, **IMMUTABLE})
