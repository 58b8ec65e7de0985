"""Takes a document in: reads it within bounds, finds out what it is, asks whether its hash is on chain, keeps it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, NamedTuple

from fastapi import Request

from documents import forms, kinds, pictures, store
from documents.kinds import PICTURE, Kind
from documents.lab import Lab, Naming
from documents.passages import passages_of, pictures_of
from documents.problems import HASH_DIFFERS, INVALID_UPLOAD, KIND_DIFFERS, TOO_LARGE, UNNAMED_PICTURE
from documents.reading import JSON, PICTURES, media_type_of, read_json
from documents.settings import Settings
from documents.store import Kept, Offered, Quota, Store
from serving.problems import Problem

FORM_OVERHEAD: Final = 8_192
"""Bytes that a form may have around its file."""
SNIFFED: Final = 12
"""Bytes that tell whether a file claims to be a picture."""


class Upload(NamedTuple):
    """What came."""

    content: bytes
    kind: str | None
    """What the sender says it is."""
    sha256: str | None
    """What the sender says its hash is."""


@dataclass(frozen=True)
class Limits:
    """The most bytes of a file."""

    json: int
    picture: int

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """Return those of the settings."""
        return cls(settings.max_json_bytes, settings.max_picture_bytes)

    def check(self, content: bytes | bytearray) -> None:
        """Compare what came so far with the most bytes of what it claims to be.

        Raises:
            Problem: It is more.
        """
        claims = any(signature.match(content) for signature, _ in PICTURES)
        # Until the first bytes are there it may be anything.
        most = self.picture if claims or len(content) < SNIFFED else self.json
        if len(content) > most:
            what = "picture" if claims else "document"
            raise Problem(TOO_LARGE, f"A {what} may have {most} bytes; this one has more", max_bytes=most)

    @property
    def largest(self) -> int:
        """Return the most bytes of any file."""
        return max(self.json, self.picture)


async def receive(request: Request, limits: Limits, kind: str | None, digest: str | None) -> Upload:
    """Read the body of a request, or the file in its form, and not a byte more than may be.

    Args:
        request: Whose body was not read yet.
        limits: The most bytes of a file.
        kind: What the query says the file is; a form may say so as well.
        digest: The same of its SHA-256.

    Raises:
        Problem: It is too large, empty, or no form that can be read.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limits.largest + FORM_OVERHEAD:
        raise Problem(TOO_LARGE, f"A file may have {limits.largest} bytes; this one has more", max_bytes=limits.largest)
    if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        upload = await _receive_form(request, limits, kind, digest)
    else:
        upload = Upload(await _receive_body(request, limits), kind, digest)
    if not upload.content:
        raise Problem(INVALID_UPLOAD, "The upload is empty")
    return upload


async def _receive_body(request: Request, limits: Limits) -> bytes:
    content = bytearray()
    async for chunk in request.stream():
        content += chunk[: limits.largest + 1 - len(content)]
        limits.check(content)
    return bytes(content)


async def _receive_form(request: Request, limits: Limits, kind: str | None, digest: str | None) -> Upload:
    most = limits.largest + FORM_OVERHEAD

    async def bounded() -> AsyncIterator[bytes]:
        count = 0
        async for chunk in request.stream():
            count += len(chunk)
            if count > most:
                raise Problem(TOO_LARGE, f"A file may have {limits.largest} bytes; this one has more")
            yield chunk

    form = await forms.read(request.headers["content-type"], bounded())
    content = bytes(form.file or b"")
    limits.check(content)
    return Upload(content, form.text("kind") or kind, form.text("sha256") or digest)


def accept(upload: Upload, kept: Store, lab: Lab, settings: Settings) -> tuple[Kept, bool]:
    """Keep what came, if it is in order and its hash is on chain.

    Returns:
        What is known of it, and whether it is new.

    Raises:
        Problem: It is not, or can't be kept now.
    """
    digest = sha256(upload.content).hexdigest()
    announced = upload.sha256 and upload.sha256.removeprefix("0x").lower()
    if announced and announced != digest:
        raise Problem(HASH_DIFFERS, f"The SHA-256 of what came is {digest}", sha256=digest)
    kept.refuse_erased(digest)
    known = kept.find(digest)
    if known is not None and known.kind == PICTURE and kept.files.has(digest):
        return known, False
    media_type = media_type_of(upload.content)
    if media_type == JSON:
        offered = _document(upload, digest, lab)
    else:
        offered = _picture(upload, digest, media_type, kept, settings)
    quota = Quota(settings.account_files_per_day, settings.account_bytes_per_day)
    return kept.add(offered, quota, store.now())


def _document(upload: Upload, digest: str, lab: Lab) -> Offered:
    document = read_json(upload.content)
    namings = lab.namings(digest)
    kind = _kind_of(document, namings, upload.kind)
    kinds.check(kind, document)
    return Offered(
        sha256=digest,
        content=upload.content,
        kind=kind,
        media_type=JSON,
        account=(namings[0].account or "").lower(),
        namings=namings,
        pictures=pictures_of(document),
        passages=passages_of(document),
    )


def _kind_of(document: dict[str, Any], namings: list[Naming], wanted: str | None) -> Kind:
    """Return what a document is, on which the record, the document and the sender agree."""
    named = list(dict.fromkeys(one.kind for one in namings if one.kind in set(Kind)))
    said = document.get("type")
    if said not in named or wanted not in {None, "", said}:
        who = f"the sender says that it is {str(wanted)[:20]!a}, " if wanted else ""
        message = (
            f"On chain the hash is named as {' and '.join(named) or 'nothing'}, {who}its `type` is {str(said)[:20]!a}"
        )
        raise Problem(KIND_DIFFERS, message, named_as=named)
    return Kind(said)


def _picture(upload: Upload, digest: str, media_type: str, kept: Store, settings: Settings) -> Offered:
    if upload.kind not in {None, "", PICTURE}:
        raise Problem(KIND_DIFFERS, f"This is a picture; documents of the kind {str(upload.kind)[:20]!a} are JSON")
    authors = kept.authors_of_picture(digest)
    if not authors:
        raise Problem(UNNAMED_PICTURE, f"No document that is kept here names the picture {digest}: send that one first")
    pictures.check(upload.content, media_type, settings.max_pixels)
    return Offered(digest, upload.content, PICTURE, media_type, authors[0].account)
