"""Texts are folded as the documents service folds them: what is found there is found here."""

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.folding import folded
from documents.words import words_of

TEXTS = (
    "Économie ECONOMÍA Straße Λάδι Συνεταιρισμός ΣΥΝΕΤΑΙΡΙΣΜΟΣ ﬁnance cafe\u0301",
    "مُخْتَبَر أحمد إدارة آلة ٱسم مدرسة مستشفى زيـــــت ک مسؤول ٣٤",
    "الزيت والزيت للزيت بالزيت كالزيت فالزيت الم ال لل بال",
    "🌿 L'huile d’olive: 62 %, snake_case, co-op; — … !",
    "",
)


@pytest.mark.parametrize("text", TEXTS)
def test_folded__of_the_lab_s_languages__equals_the_documents_service(text: str) -> None:
    assert folded(text) == [word.folded for word in words_of(text)]


def letters(first: int, last: int) -> list[str]:
    """Return the letters of a block, without those that stand for a letter and a sign."""
    every = map(chr, range(first, last + 1))
    return [one for one in every if not one.isalpha() or "·" not in normalize("NFKD", one)]


#: Latin, Greek and Arabic, and what stands between words.
LETTERS = [*letters(0x20, 0x7E), *letters(0xC0, 0x148), *letters(0x14A, 0x17F), *letters(0x386, 0x3CE)]
LETTERS += letters(0x621, 0x669)


@given(st.text(st.sampled_from(LETTERS)))
def test_folded__of_any_letters__equals_the_documents_service(text: str) -> None:
    assert folded(text) == [word.folded for word in words_of(text)]
