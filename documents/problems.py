"""Everything that can go wrong over HTTP, as RFC 9457 problems (`application/problem+json`).

Each kind of problem has a stable address, `/problems/<name>`, that explains it. This is the only place where an error
becomes an answer.
"""

import logging
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from serving import problems
from serving.problems import (
    INTERNAL_ERROR,
    MEDIA_TYPE,
    Meaning,
    Problem,
    ProblemType,
    kinds_in,
    of_framework,
    responses_of,
)

MAX_ERRORS: Final = 20

log = logging.getLogger(__name__)


class Fault(NamedTuple):
    """One place in a document that is wrong."""

    path: str
    """JSON pointer (RFC 6901); the empty text is the whole document."""
    detail: str


INVALID_PARAMETER: Final = ProblemType(
    "invalid-parameter",
    400,
    "A parameter is not valid",
    "A part of the path, of the query or of the body has not the form, or lies outside the bounds, that is documented.",
    "`errors` names each parameter and what it needs. See /openapi.json for every parameter.",
)
UNKNOWN_PARAMETER: Final = ProblemType(
    "unknown-parameter",
    400,
    "There is no such parameter",
    "The query holds a parameter that this address does not know, or one twice.",
    "Correct its name, or leave it out. See /openapi.json for every parameter.",
)
INVALID_UPLOAD: Final = ProblemType(
    "invalid-upload",
    400,
    "The upload can't be read",
    "The body is empty, ended early, or is a form that holds no file or more than one.",
    "Send the bytes of one file as the body, or a form with one file and nothing but `kind` and `sha256` beside it.",
)
SIGNATURE_REFUSED: Final = ProblemType(
    "signature-refused",
    403,
    "The signature is not that of the account",
    "The signed message asks for another erasure than this request, was signed by another key, for another chain, or "
    "its deadline is over or too far away. Signatures of contracts (ERC-1271) are not read.",
    "Sign the typed message with the values of `erasing` in /status and the account that acts for the entity now.",
)
NOT_YOURS_TO_ERASE: Final = ProblemType(
    "not-yours-to-erase",
    403,
    "This document can't be erased by this account",
    "An account may erase the profile of the entity it acts for, as long as no other record names the same document. "
    "All else is part of what others relied on.",
    "If the law asks for it, write to those who run the lab: they can erase any document, and say why.",
)
NOT_FOUND: Final = ProblemType(
    "not-found", 404, "There is nothing at this address", "The path is not one of this service.", "See /openapi.json."
)
UNKNOWN_DOCUMENT: Final = ProblemType(
    "unknown-document",
    404,
    "There is no such document here",
    "No document with this SHA-256 is kept here. The hash on chain stays valid without it.",
    "Ask the author of the record for the document and compare its SHA-256 with the hash.",
)
METHOD_NOT_ALLOWED: Final = ProblemType(
    "method-not-allowed",
    405,
    "This can't be done here",
    "The address exists, but does not answer this method.",
    "See the header `Allow`, and /openapi.json.",
)
UPLOAD_TOO_SLOW: Final = ProblemType(
    "upload-too-slow",
    408,
    "The upload took too long",
    "The whole body did not come within the time that is given to one upload.",
    "Try again over a faster connection, or with a smaller file.",
)
UNKNOWN_HASH: Final = ProblemType(
    "unknown-hash",
    409,
    "No record on chain names this document",
    "A document is taken in once its SHA-256 is on chain. The lab's mirror, which stands at the block in `as_of`, "
    "holds no event with this hash.",
    "Put the hash on chain first; if you did so just now, try again when the mirror has reached the block of your "
    "transaction. If the hash differs from yours, the file was changed on the way.",
)
KIND_DIFFERS: Final = ProblemType(
    "kind-differs",
    409,
    "The document is not what the record names it as",
    "The record on chain names this hash as one kind of document, and the document says that it is another.",
    "Put the document's hash on chain where a document of its kind belongs, or set its `type` right and hash it anew.",
)
UNNAMED_PICTURE: Final = ProblemType(
    "unnamed-picture",
    409,
    "No document names this picture",
    "Pictures belong to documents, which say in words what they show. None that is kept here names this one.",
    "Send the document that names the picture first, then the picture with exactly these bytes.",
)
ERASED_DOCUMENT: Final = ProblemType(
    "erased-document",
    410,
    "This document was erased",
    "The entity it describes, or those who run the lab, had it erased; `erasure` says when, by whom and why. The hash "
    "on chain and every total stay as they are, and the document is not taken in again.",
    "Nothing: it does not come back. A new document with another hash can be put on chain.",
)
TOO_LARGE: Final = ProblemType(
    "too-large",
    413,
    "The file is too large",
    "The file has more bytes than one of its type may have; `limits` in /status has them all. It was not read to its "
    "end.",
    "Shorten the text, or make the picture smaller, before you put the hash on chain.",
)
UNSUPPORTED_TYPE: Final = ProblemType(
    "unsupported-type",
    415,
    "Files of this type are not taken in",
    "Documents are JSON by a published schema; pictures are PNG, JPEG or WebP. Everything else, such as SVG, HTML, "
    "PDF, GIF and archives, may run, hide or change what it shows.",
    "Write the text as JSON (/schemas), and export pictures as PNG, JPEG or WebP.",
)
HASH_DIFFERS: Final = ProblemType(
    "hash-differs",
    422,
    "The file has another hash than announced",
    "The SHA-256 of the bytes that came is not the one that the request named.",
    "Send the very bytes that were hashed. Editors and mail programs change line ends and pictures.",
)
INVALID_JSON: Final = ProblemType(
    "invalid-json",
    422,
    "The document is not valid JSON",
    "It is not UTF-8, breaks the grammar of JSON, names a field twice, or holds half a character (a lone surrogate).",
    "Write it with a JSON library, hash the bytes that it gives, and send them unchanged.",
)
NESTED_TOO_DEEP: Final = ProblemType(
    "nested-too-deep",
    422,
    "The document is nested too deep",
    "No schema has lists and objects in one another deeper than this service reads.",
    "Follow the schema of the kind: /schemas/{kind}.json.",
)
SCHEMA_VIOLATED: Final = ProblemType(
    "schema-violated",
    422,
    "The document does not follow its schema",
    "Each kind of document has a published schema. `errors` names each place that differs, as a JSON pointer.",
    "Mend it, put the hash of the mended document on chain, and send that.",
)
BROKEN_PICTURE: Final = ProblemType(
    "broken-picture",
    422,
    "The picture is damaged",
    "It is cut off, a checksum is wrong, or it is not built as its format says.",
    "Open and save it again with a picture program, and hash the new file.",
)
PICTURE_WITH_METADATA: Final = ProblemType(
    "picture-with-metadata",
    422,
    "The picture holds more than a picture",
    "It carries EXIF, XMP, IPTC, text, a comment, a thumbnail or another part that no reader needs. Such parts may "
    "tell where, when and by whom it was taken.",
    "Remove the metadata before hashing; the pages of the lab do so by themselves.",
)
PICTURE_WITH_PROFILE: Final = ProblemType(
    "picture-with-profile",
    422,
    "The picture holds a colour profile",
    "Colour profiles (ICC) may name the device that made a picture. Pictures are taken in as sRGB, without one, or "
    "with the one that Chromium writes into everything.",
    "Convert the picture to sRGB and leave the profile out before hashing.",
)
ANIMATED_PICTURE: Final = ProblemType(
    "animated-picture",
    422,
    "The picture moves",
    "Moving pictures disturb readers and can't be described in one text.",
    "Export one frame as a picture.",
)
PICTURE_TOO_BIG: Final = ProblemType(
    "picture-too-big",
    422,
    "The picture has too many pixels",
    "Unpacked it would take more memory than a reader's telephone has, however small the file is.",
    "Make it smaller: see `limits` in /status.",
)
HIDDEN_DATA: Final = ProblemType(
    "hidden-data",
    422,
    "There is something behind the picture",
    "Bytes follow the end of the picture, or are tucked away inside, so that the file is two things at once.",
    "Open and save it again with a picture program, and hash the new file.",
)
ACCOUNT_LIMIT: Final = ProblemType(
    "account-limit",
    429,
    "This account has given enough for today",
    "The account that put the hash on chain has a number of files and of bytes for each day (UTC).",
    "Go on after the seconds in the header `Retry-After`.",
)
TOO_MANY_REQUESTS: Final = ProblemType(
    "too-many-requests",
    429,
    "Too many requests",
    "One caller sent more uploads or searches in a minute than are looked at.",
    "Go on after the seconds in the header `Retry-After`.",
)
MIRROR_UNAVAILABLE: Final = ProblemType(
    "mirror-unavailable",
    503,
    "The lab's mirror can't be asked now",
    "Whether a hash is on chain is told by the lab's API, which does not answer or is not ready.",
    "Try again after the seconds in the header `Retry-After`. Your hash on chain is not concerned.",
)
STORE_BUSY: Final = ProblemType(
    "store-busy",
    503,
    "The store is busy",
    "Others are writing, or the disk is slow.",
    "Try again after the seconds in the header `Retry-After`; what was sent twice is kept once.",
)
STORE_FULL: Final = ProblemType(
    "store-full",
    507,
    "The store is full",
    "There is no room on the disk. Nothing of the file was kept.",
    "Tell those who run the lab, and try again later.",
)

PROBLEM_TYPES: Final = kinds_in(globals())
"""Every kind of problem by its name."""


def failures(*kinds: ProblemType) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a route that can fail in these ways, and in that in which every route can."""
    return responses_of((*kinds, INTERNAL_ERROR), {"content": {MEDIA_TYPE: {}}})


def answer(request: Request, problem: Problem) -> Response:
    """Return the answer that says what is wrong; each is counted."""
    request.app.state.meter.refused(problem.kind.name)
    response = problems.answer(request, problem)
    if request.method == "POST":
        # The rest of a body that was not read to its end would be read for nothing.
        response.headers["Connection"] = "close"
    return response


def of_faults(kind: ProblemType, detail: str, faults: Iterable[Fault], **members: Any) -> Problem:
    """Return the problem of a document or of a request that is wrong at some places."""
    return Problem(kind, detail, **members, errors=[fault._asdict() for fault in faults])


def of_database(error: sqlite3.OperationalError) -> Problem:
    """Return what a failure of the database means for the caller."""
    # The message may name files: it belongs in the log, not in the answer.
    log.warning("the store can't be used: %s", error)
    return Problem(STORE_FULL if error.sqlite_errorcode == sqlite3.SQLITE_FULL else STORE_BUSY)


def _invalid(_request: Request, error: RequestValidationError) -> Problem:
    faults = [Fault(".".join(str(part) for part in item["loc"][1:]), item["msg"]) for item in error.errors()]
    return of_faults(INVALID_PARAMETER, f"{faults[0].path}: {faults[0].detail}", faults[:MAX_ERRORS])


MEANINGS: Final[Mapping[type[Exception], Meaning]] = {
    RequestValidationError: _invalid,
    HTTPException: of_framework({404: NOT_FOUND, 405: METHOD_NOT_ALLOWED}, otherwise=INVALID_PARAMETER),
    sqlite3.OperationalError: lambda _request, error: of_database(error),
}
"""What each error means for the caller."""
