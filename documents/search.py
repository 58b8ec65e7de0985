"""Full-text search over the documents, by SQLite's FTS5."""

import sqlite3
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from hashlib import blake2b
from typing import Final, NamedTuple

from documents.problems import INVALID_PARAMETER
from documents.store import Record, Store, records_of
from documents.words import words_of
from serving.problems import Problem

MAX_WORDS: Final = 12
MAX_FOUND: Final = 1_000
"""Documents that one query leads to; who wants more of them asks more precisely."""
WINDOW: Final = 240
"""Characters of a snippet."""
BEFORE: Final = 60
"""Of that, in front of the first word found."""
_DIGEST_BYTES: Final = 8
_OFFSET_BYTES: Final = 2


class Query(NamedTuple):
    """What is looked for."""

    text: str
    kind: str | None = None
    language: str | None = None
    limit: int = 20
    cursor: str | None = None


class Hit(NamedTuple):
    """A document in which all words were found."""

    sha256: str
    kind: str
    language: str
    title: str
    snippet: str
    marks: list[tuple[int, int]]
    """[start, end) of each word found in the snippet, in characters (Unicode code points)."""
    accepted_at: int
    records: list[Record]


def find(store: Store, query: Query) -> tuple[list[Hit], str | None]:
    """Return the documents that hold every word of a query, or a longer word that begins with it.

    The best comes first: words in titles count most, rare words more than common ones (BM25).

    Returns:
        A page of hits, and the cursor of the next one, None on the last.

    Raises:
        Problem: The query has no word or too many, or the cursor is not one of this query.
    """
    wanted = list(dict.fromkeys(word.folded for word in words_of(query.text)))
    if not 0 < len(wanted) <= MAX_WORDS:
        raise Problem(INVALID_PARAMETER, f"q: write 1 to {MAX_WORDS} words")
    start = _offset(query)
    with store.reading() as connection:
        found = _matches(connection, wanted, query)
        shown = found[start : start + query.limit]
        hits = [_hit(connection, passage, wanted) for passage in shown]
    end = start + query.limit
    return hits, _cursor(query, end) if end < len(found) else None


def _matches(connection: sqlite3.Connection, wanted: Sequence[str], query: Query) -> list[int]:
    """Return the best passage of each document that matches, the best document in front."""
    match = " AND ".join(f'"{word}"*' for word in wanted)
    rows = connection.execute(
        "SELECT passages.id, document FROM words JOIN passages ON passages.id = words.rowid "
        "JOIN documents ON documents.id = document "
        "WHERE words MATCH ? AND (? IS NULL OR kind = ?) AND (? IS NULL OR language = ?) "
        "ORDER BY bm25(words, 10.0, 1.0), passages.id LIMIT ?",
        (match, query.kind, query.kind, query.language, query.language, MAX_FOUND),
    )
    best: dict[int, int] = {}
    for passage, document in rows:
        best.setdefault(document, passage)
    return list(best.values())


def _hit(connection: sqlite3.Connection, passage: int, wanted: Sequence[str]) -> Hit:
    document, digest, kind, language, title, body, accepted_at = connection.execute(
        "SELECT document, sha256, kind, language, title, body, accepted_at "
        "FROM passages JOIN documents ON documents.id = document WHERE passages.id = ?",
        (passage,),
    ).fetchone()
    snippet, marks = snippet_of(body, wanted)
    if not marks:
        snippet, marks = snippet_of(title, wanted)
    return Hit(digest, kind, language, title, snippet, marks, accepted_at, records_of(connection, document))


def snippet_of(text: str, wanted: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """Return the part of a text around the first word that is wanted, and where such words stand in that part."""
    begins, first = tuple(wanted), 0
    places: list[tuple[int, int]] = []
    for word in words_of(text):
        if places and word.start > first + WINDOW:
            break  # a document is long, and a page has many
        if word.folded.startswith(begins):
            first = first if places else _beginning(text, word.start)
            places.append((word.start, word.end))
    part = text[first : first + WINDOW]
    return part, [(start - first, end - first) for start, end in places if end - first <= len(part)]


def _beginning(text: str, place: int) -> int:
    """Return where a snippet begins that shows a place: where a word does, if one does near enough."""
    first = max(0, place - BEFORE)
    while first and not text[first - 1].isspace() and first < place:
        first += 1
    return first


def _digest(query: Query) -> bytes:
    text = "\0".join([query.text, query.kind or "", query.language or ""])
    return blake2b(text.encode("utf-8", "replace"), digest_size=_DIGEST_BYTES).digest()


def _cursor(query: Query, offset: int) -> str:
    return urlsafe_b64encode(_digest(query) + offset.to_bytes(_OFFSET_BYTES)).decode().rstrip("=")


def _offset(query: Query) -> int:
    if query.cursor is None:
        return 0
    try:
        packed = urlsafe_b64decode(query.cursor + "=" * (-len(query.cursor) % 4))
    except ValueError:
        packed = b""
    if len(packed) != _DIGEST_BYTES + _OFFSET_BYTES or packed[:_DIGEST_BYTES] != _digest(query):
        raise Problem(INVALID_PARAMETER, "cursor: this is not `next_cursor` of a page of this query")
    return int.from_bytes(packed[_DIGEST_BYTES:])
