"""What the documents behind a campaign say: texts in the reader's language, a budget, pictures, links.

A document is written by a stranger and may be anything. What has not the expected form is left out, long texts are cut,
and letters that only steer the direction or the screen are dropped.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import orjson

from api.documents import find_document, is_erased
from serving.problems import Problem
from web.languages import Language

LONGEST: Final = 20_000
"""Bytes of a description that a page shows; the document itself has all of it."""
SHORT: Final = 1_200
"""The same of a milestone, an update, a summary."""
LINE: Final = 140
MOST_LANGUAGES: Final = 40
MOST_PICTURES: Final = 12
MOST_LINKS: Final = 12
MOST_ITEMS: Final = 50
MOST_BYTES: Final = 2**20
"""Of a document that is read at all."""
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_URL: Final = re.compile(r"https://[^\s\"<>\\^`{|}]{1,492}", re.ASCII)
_AUTHORITY_END: Final = re.compile(r"[/?#]")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
_JOINERS: Final = "\u200c\u200d"


@dataclass(frozen=True, slots=True)
class Text:
    """A text in the language that suits the reader best."""

    language: str | None
    """None if the document does not say."""
    words: str
    cut: bool = False
    """Whether the document has more of it."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture beside a document."""

    path: str
    alt: Text | None


@dataclass(frozen=True, slots=True)
class Link:
    """Where a document leads."""

    url: str
    title: Text | None

    @property
    def host(self) -> str:
        """Return whose page it is: what a title says of that may be a lie."""
        authority = _AUTHORITY_END.split(self.url.removeprefix("https://"), maxsplit=1)[0]
        return authority.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a budget."""

    name: Text
    percent: int


@dataclass(frozen=True, slots=True)
class Document:
    """A document as one reader sees it; empty if it is not here."""

    content: dict[str, Any]
    language: Language

    @property
    def is_here(self) -> bool:
        """Return whether there is anything to read."""
        return bool(self.content)

    def line(self, field: str) -> Text | None:
        """Return a text as one line; None if there is none."""
        return _text(self.content.get(field), self._order(), LINE, one_line=True)

    def text(self, field: str, longest: int = SHORT) -> Text | None:
        """Return a text, cut to so many bytes; None if there is none."""
        return _text(self.content.get(field), self._order(), longest)

    def wordings(self, field: str) -> dict[str, str]:
        """Return a text in each language that it is written in, each cut after `LONGEST` letters."""
        value = self.content.get(field)
        some = list(value.items())[:MOST_LANGUAGES] if isinstance(value, dict) else []
        return {
            code: _clean(words[:LONGEST], one_line=False)
            for code, words in some
            if _LANGUAGE.fullmatch(code) and isinstance(words, str) and words.strip()
        }

    def code(self, field: str) -> str | None:
        """Return the code of a language; None if there is none."""
        value = self.content.get(field)
        return value if isinstance(value, str) and _LANGUAGE.fullmatch(value) else None

    def pictures(self) -> list[Picture]:
        """Return the pictures, the first one in front."""
        found = (one for one in self._list("pictures", MOST_PICTURES) if _DIGEST.fullmatch(str(one.get("sha256"))))
        return [Picture(f"/documents/{one['sha256']}", _text(one.get("alt"), self._order(), SHORT)) for one in found]

    def links(self) -> list[Link]:
        """Return where it leads: addresses that begin with https:// only."""
        found = (one for one in self._list("links", MOST_LINKS) if _URL.fullmatch(str(one.get("url"))))
        return [Link(one["url"], _text(one.get("title"), self._order(), LINE, one_line=True)) for one in found]

    def budget(self) -> list[Item]:
        """Return what the money is for."""
        return list(self._items())

    def _items(self) -> Iterator[Item]:
        for one in self._list("budget", MOST_ITEMS):
            name, percent = _text(one.get("item"), self._order(), LINE, one_line=True), one.get("share_percent")
            if name is not None and type(percent) is int and 0 < percent <= 100:  # noqa: PLR2004 - percent
                yield Item(name, percent)

    def _list(self, field: str, most: int) -> list[dict[str, Any]]:
        value = self.content.get(field)
        return [one for one in value[:most] if isinstance(one, dict)] if isinstance(value, list) else []

    def _order(self) -> Sequence[str]:
        """Return the languages that are looked for, in this order, before any other."""
        own = self.content.get("language")
        return (self.language, Language.ENGLISH, *([own] if isinstance(own, str) else []))


def document_of(folder: Path | None, digest: str | None, language: Language) -> Document:
    """Return a document as JSON that a reader of a language sees.

    Args:
        folder: Where the documents are; None if there are none.
        digest: SHA-256 of the document, 0x text; None for none.
        language: That is wanted.
    """
    if folder is None or digest is None or is_erased(folder, digest):
        return Document({}, language)
    try:
        return Document(_read(folder, digest), language)
    except (Problem, ValueError):
        return Document({}, language)


@lru_cache(maxsize=512)
def _read(folder: Path, digest: str) -> dict[str, Any]:
    """Return a document. It never changes; failures are not kept. Whether it was erased is for the caller to see."""
    content = find_document(folder, digest.removeprefix("0x"))
    document = orjson.loads(content) if len(content) <= MOST_BYTES else None
    return document if isinstance(document, dict) else {}


def _text(value: Any, order: Sequence[str], longest: int, *, one_line: bool = False) -> Text | None:
    if isinstance(value, str):
        by_language: dict[str | None, str] = {None: value}
    elif isinstance(value, dict):
        some = list(value.items())[:MOST_LANGUAGES]
        by_language = {code: words for code, words in some if isinstance(words, str) and words.strip()}
    else:
        return None
    code = next((code for code in (*order, *by_language) if code in by_language), None)
    if code not in by_language:
        return None
    # Cut before it is cleaned: a stranger may have written millions of letters.
    whole = by_language[code]
    words = _clean(whole[:longest], one_line=one_line)
    shown = words.encode("utf-8", "ignore")[:longest].decode("utf-8", "ignore").strip()
    said = code if code is not None and _LANGUAGE.fullmatch(code) else None
    return Text(said, shown, cut=len(shown) < len(words) or len(whole) > longest) if shown else None


def _clean(text: str, *, one_line: bool) -> str:
    if one_line:
        return " ".join("".join(one if _is_shown(one) else " " for one in text).split())
    return "".join(one for one in text.replace("\r\n", "\n").replace("\t", " ") if one == "\n" or _is_shown(one))


def _is_shown(letter: str) -> bool:
    return letter.isprintable() or letter in _JOINERS
