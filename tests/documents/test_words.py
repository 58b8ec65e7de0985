"""Words of a text
├── are parted where no letter, digit or mark stands, with places in characters
└── fold so that spellings meet: capitals, accents, Greek final sigma, Arabic vowels, alef, taa marbuta, yaa, tatweel,
    the article and what is written together with it, digits of any script
A snippet
└── is the part around the first word found, as plain text, with the places of such words
"""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.search import BEFORE, WINDOW, snippet_of
from documents.words import fold, words_of


@pytest.mark.parametrize(
    "one, other",
    [
        ("Économie", "economie"),
        ("ECONOMÍA", "economia"),
        ("Straße", "strasse"),
        ("Λάδι", "λαδι"),
        ("Συνεταιρισμός", "ΣΥΝΕΤΑΙΡΙΣΜΟΣ"),
        ("ﬁnance", "finance"),
        ("cafe\u0301", "café"),
        ("مُخْتَبَر", "مختبر"),
        ("أحمد", "احمد"),
        ("إدارة", "اداره"),
        ("آلة", "اله"),
        ("ٱسم", "اسم"),
        ("مدرسة", "مدرسه"),
        ("مستشفى", "مستشفي"),
        ("زيـــــت", "زيت"),
        ("الزيت", "زيت"),
        ("والزيت", "زيت"),
        ("للزيت", "زيت"),
        ("بالزيت", "الزيت"),
        ("ک", "ك"),
        ("٣٤", "34"),
        ("مسؤول", "مسوول"),
    ],
)
def test_fold__of_two_spellings__is_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other) != ""


@pytest.mark.parametrize("word", ["الم", "ال", "لل", "بال"])
def test_fold__of_a_short_word__keeps_what_may_be_no_article(word: str) -> None:
    assert fold(word) == word


@pytest.mark.parametrize("text", ["", " ", "\u0301", "—…!", "\u0640\u0640", "\0"])
def test_words__of_no_word__are_none(text: str) -> None:
    assert list(words_of(text)) == []


def test_words__of_a_text__stand_where_they_are() -> None:
    text = "🌿 L'huile d’olive: مُخْتَبَر, 62 %"

    found = list(words_of(text))

    assert [text[word.start : word.end] for word in found] == ["L", "huile", "d", "olive", "مُخْتَبَر", "62"]
    assert [word.folded for word in found] == ["l", "huile", "d", "olive", "مختبر", "62"]


def test_fold__of_every_letter_there_is__can_be_looked_for() -> None:
    """The search quotes what was folded: a quotation mark in it would end the quotation."""
    letters = (chr(code) for code in range(sys.maxunicode + 1) if chr(code).isalnum())

    assert not [letter for letter in letters if set(fold(letter)) & {'"', "\0"}]


@given(st.text())
def test_words__of_any_text__stand_in_it_in_order(text: str) -> None:
    found = list(words_of(text))

    edges = [edge for word in found for edge in (word.start, word.end)]
    assert edges == sorted(edges)
    assert all(
        word.start < word.end <= len(text) and fold(text[word.start : word.end]) == word.folded for word in found
    )


@given(st.text(), st.lists(st.text(min_size=1), min_size=1))
def test_snippet__of_any_text__marks_places_in_it(text: str, wanted: list[str]) -> None:
    part, marks = snippet_of(text, wanted)

    assert part in text
    assert all(0 <= start < end <= len(part) for start, end in marks)


def test_snippet__around_the_first_word__marks_each() -> None:
    text = "x " * 500 + "An Olive press, olives and oil. " + "y " * 500

    part, marks = snippet_of(text, ["olive", "oil"])

    assert len(part) <= WINDOW
    assert [part[start:end] for start, end in marks] == ["Olive", "olives", "oil"]
    assert marks[0][0] <= BEFORE
    assert part in text


def test_snippet__where_nothing_is_found__is_the_beginning() -> None:
    assert snippet_of("abc " * 100, ["olive"]) == (("abc " * 100)[:WINDOW], [])


def test_snippet__of_markup__is_plain_text() -> None:
    assert snippet_of("<script>alert(1)</script>", ["alert"]) == ("<script>alert(1)</script>", [(8, 13)])
