"""Titles and names out of the documents behind hashes on chain, where this server holds them.

A document is written by a stranger: whatever has not the expected form has no title here.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from os import scandir
from pathlib import Path
from typing import Any, Final

import orjson

from api.documents import ERASURE, find_document, is_erased
from api.folding import folded
from api.words import Language
from serving.problems import Problem

MAX_LENGTH: Final = 140
MAX_SEARCHED: Final = 20_000
"""Letters of a text that are searched; what a schema lets a text have."""
MOST_LANGUAGES: Final = 40


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
    folder: Path | None, digests: Iterable[tuple[int, str]], text: str, fields: tuple[str, ...] = ("title",)
) -> list[int]:
    """Return the numbers of the documents that have every word of a text, in any one language.

    Args:
        folder: Where the documents are; None if there are none.
        digests: Number and SHA-256 of each document, 0x text.
        text: Words, or beginnings of words, in any spelling that `api.folding` knows for the same.
        fields: What is looked at; titles where nothing else is said.
    """
    words = [f" {word}" for word in folded(text)]
    if folder is None or not words:
        return []
    # Looked for once: a file asked for by name for each of a thousand documents takes most of the time.
    try:
        files = {entry.name for entry in scandir(folder)}
    except OSError:
        return []

    def is_meant(digest: str) -> bool:
        name = digest.removeprefix("0x")
        if name not in files or f"{name}{ERASURE}" in files:
            return False
        return any(all(word in known for word in words) for known in _known_words(folder, digest, fields))

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


def _known_words(folder: Path, digest: str, fields: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return _words(folder, digest, fields)
    except (Problem, ValueError):
        return ()


@lru_cache(maxsize=4_096)
def _words(folder: Path, digest: str, fields: tuple[str, ...]) -> tuple[str, ...]:
    """Return the different words of some fields of a document, a text for each language; each begins with a space."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for field in fields:
        for language, text in _by_language(folder, digest, field).items():
            found[language].update(dict.fromkeys(folded(text[:MAX_SEARCHED])))
    return tuple("".join(f" {word}" for word in words) for words in found.values())


@lru_cache(maxsize=4_096)
def _read(folder: Path, digest: str, field: str) -> dict[str, str]:
    """Return a field's text by language, "" where it has none. A document never changes; failures are not kept.

    Whether it was erased meanwhile is for the caller to see.
    """
    lines = {name: _line(text) for name, text in _by_language(folder, digest, field).items()}
    return {name: line for name, line in lines.items() if line}


def _by_language(folder: Path, digest: str, field: str) -> dict[str, str]:
    document = orjson.loads(find_document(folder, digest.removeprefix("0x")))
    value: Any = document.get(field) if isinstance(document, dict) else None
    by_language = list(value.items())[:MOST_LANGUAGES] if isinstance(value, dict) else [("", value)]
    return {str(name): text for name, text in by_language if isinstance(text, str)}


def _line(text: str) -> str:
    """Return a text as one line without characters that only steer, cut where it is too long."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= MAX_LENGTH else line[: MAX_LENGTH - 1] + "…"
