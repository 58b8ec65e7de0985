"""Words of texts in any language, folded so that spellings of one word meet.

Marks are dropped (accents of Greek and Latin letters, Arabic vowels), capitals made small. In Arabic, forms of alef are
one letter, so are taa marbuta and haa, and alef maqsura and yaa; tatweel, which only stretches, is dropped; the
article, with the particles that are written together with it, is cut off (the prefixes of Larkey, Ballesteros and
Connell, "Light stemming for Arabic information retrieval", 2007).
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

TATWEEL: Final = "\u0640"
LETTERS: Final = str.maketrans(
    {
        "\u0671": "\u0627",  # alef wasla -> alef; hamza and madda are marks once decomposed
        "\u0629": "\u0647",  # taa marbuta -> haa
        "\u0649": "\u064a",  # alef maqsura -> yaa
        "\u06cc": "\u064a",  # Persian yeh -> yaa
        "\u06a9": "\u0643",  # Persian kaf -> kaf
        TATWEEL: None,
    }
)
ARTICLE: Final = re.compile(
    "^(?:\u0648\u0627\u0644|\u0628\u0627\u0644|\u0643\u0627\u0644|\u0641\u0627\u0644|\u0644\u0644|\u0627\u0644)(?=..)"
)
"""wal-, bil-, kal-, fal-, lil-, al-, before two letters or more."""

WORDS_KEPT: Final = 2**15
"""Folded words that are kept: texts say the same ones again and again."""
LONGEST_KEPT: Final = 40
"""Letters of a word that is kept; longer ones are none of a language, and a stranger may send many."""


class Word(NamedTuple):
    """One word of a text."""

    folded: str
    start: int
    """Of its first character in the text."""
    end: int
    """After its last character."""


def words_of(text: str) -> Iterator[Word]:
    """Yield the words of a text in order; places are counted in characters (Unicode code points)."""
    start = None
    for at, character in enumerate([*text, " "]):
        if _is_part(character):
            start = at if start is None else start
        elif start is not None:
            if folded := fold(text[start:at]):
                yield Word(folded, start, at)
            start = None


def fold(word: str) -> str:
    """Return the form in which a word is looked for; empty if nothing but marks is in it."""
    return _fold_known(word) if len(word) <= LONGEST_KEPT else _fold(word)


def _fold(word: str) -> str:
    letters = unicodedata.normalize("NFKD", word.casefold()).casefold()
    kept = "".join(_digit(one) for one in letters if not unicodedata.category(one).startswith("M"))
    return ARTICLE.sub("", kept.translate(LETTERS))


_fold_known = lru_cache(maxsize=WORDS_KEPT)(_fold)


def _digit(character: str) -> str:
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)


def _is_part(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character).startswith("M")
