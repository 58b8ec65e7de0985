"""Titles and names out of the documents behind hashes on chain, where this server holds them.

A document is written by a stranger: whatever has not the expected form has no title here.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from os import scandir
from pathlib import Path
from typing import Any, Final

import orjson

from api.documents import ERASURE, find_document, is_erased
from api.words import Language
from serving.problems import Problem

MAX_LENGTH: Final = 140


def title_of(folder: Path | None, digest: str | None, language: Language) -> str | None:
    """Return the title of a document in a language, else in English, else in the one it was written in.

    Args:
        folder: Where the documents are; None if there are none.
        digest: SHA-256 of the document, 0x text.
        language: That is wanted.

    Returns:
        One line of at most 140 characters; None if there is no such document, or it has no title.
    """
    titles = _texts(folder, digest, "title")
    return next((titles[one] for one in (language, Language.ENGLISH, *titles) if one in titles), None)


def search(
    folder: Path | None, digests: Iterable[tuple[int, str]], text: str, fields: Sequence[str] = ("title",)
) -> list[int]:
    """Return the numbers of the documents that have every word of a text in one of their titles, in any language.

    Args:
        folder: Where the documents are; None if there are none.
        digests: Number and SHA-256 of each document, 0x text.
        text: Words, or parts of words; upper and lower case are the same.
        fields: What is looked at; titles where nothing else is said.
    """
    if folder is None:
        return []
    # Looked for once: a file asked for by name for each of a thousand titles takes most of the time.
    try:
        files = {entry.name for entry in scandir(folder)}
    except OSError:
        return []
    words = text.casefold().split()

    def is_meant(digest: str) -> bool:
        name = digest.removeprefix("0x")
        if name not in files or f"{name}{ERASURE}" in files:
            return False
        titles = (title for field in fields for title in _readable(folder, digest, field).values())
        return any(all(word in title.casefold() for word in words) for title in titles)

    return [number for number, digest in digests if is_meant(digest)]


def name_of(folder: Path | None, digest: str | None) -> str | None:
    """Return the name in an entity's profile; None if there is none."""
    return _texts(folder, digest, "name").get("")


def _texts(folder: Path | None, digest: str | None, field: str) -> dict[str, str]:
    if folder is None or digest is None or is_erased(folder, digest):
        return {}
    return _readable(folder, digest, field)


def _readable(folder: Path, digest: str, field: str) -> dict[str, str]:
    try:
        return _read(folder, digest, field)
    except (Problem, ValueError):
        return {}


@lru_cache(maxsize=4_096)
def _read(folder: Path, digest: str, field: str) -> dict[str, str]:
    """Return a field's text by language, "" where it has none. A document never changes; failures are not kept.

    Whether it was erased meanwhile is for the caller to see.
    """
    document = orjson.loads(find_document(folder, digest.removeprefix("0x")))
    value: Any = document.get(field) if isinstance(document, dict) else None
    by_language = value if isinstance(value, dict) else {"": value}
    lines = {str(name): _line(text) for name, text in by_language.items() if isinstance(text, str)}
    return {name: line for name, line in lines.items() if line}


def _line(text: str) -> str:
    """Return a text as one line without characters that only steer, cut where it is too long."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= MAX_LENGTH else line[: MAX_LENGTH - 1] + "…"
