"""Texts in the form in which they are searched: spellings of one word meet.

The rules are those of the documents service (`documents.words`, where they are explained), so that a word finds the
same here and there; a test compares the two. Here a whole text is folded at once, and places in it are forgotten.
"""

import re
import unicodedata
from typing import Final

_LETTERS: Final = {"\u0671": "\u0627", "\u0629": "\u0647", "\u0649": "\u064a", "\u06cc": "\u064a", "\u06a9": "\u0643"}
_TATWEEL: Final = "\u0640"
_PARTICLES: Final = ("\u0648\u0627\u0644", "\u0628\u0627\u0644", "\u0643\u0627\u0644", "\u0641\u0627\u0644")
_ARTICLES: Final = (*_PARTICLES, "\u0644\u0644", "\u0627\u0644")
_ARTICLE: Final = re.compile(rf"^(?:{'|'.join(_ARTICLES)})(?=..)")
_WORD: Final = re.compile(r"[^\W_]+")


class _Folding(dict[int, str | None]):
    """What becomes of each letter, found out when it is met first."""

    def __missing__(self, code: int) -> str | None:
        letter = chr(code)
        digit = unicodedata.decimal(letter, None)
        if letter == _TATWEEL or unicodedata.category(letter).startswith("M"):
            self[code] = None
        else:
            self[code] = _LETTERS.get(letter, letter) if digit is None else str(digit)
        return self[code]


_FOLDING: Final = _Folding()


def folded(text: str) -> list[str]:
    """Return the words of a text in order, each as it is searched."""
    letters = unicodedata.normalize("NFKD", text.casefold()).casefold()
    return [_ARTICLE.sub("", word) for word in _WORD.findall(letters.translate(_FOLDING))]
