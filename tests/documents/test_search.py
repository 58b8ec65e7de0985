"""GET /search
├── without a word, with too many, with a wrong filter or cursor ... refused
├── whatever is in q is words, never the search engine's own language
├── finds each document once, by every word, whole or begun, in any spelling and language
├── titles first; by kind; by language; page by page
└── says where the words are in a piece of plain text, and which records name the document
"""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest

from documents import search
from documents.search import MAX_WORDS
from documents.words import Word, words_of
from tests.api.client import Answer
from tests.documents import samples as s
from tests.documents.conftest import Service
from tests.documents.fake_lab import FakeLab


@pytest.fixture
def shelf(service: Service, lab: FakeLab) -> Callable[..., str]:
    """Return a function that gives a document; it returns its hash."""

    def give(kind: str = "need", **fields: Any) -> str:
        content = s.packed({"type": kind, **fields})
        digest = lab.name(content, kind)
        assert service.give(content).status == 201
        return digest

    return give


def look(service: Service, query: str) -> Answer:
    return service.get(f"/search?q={quote(query)}")


def found(service: Service, query: str, more: str = "") -> list[str]:
    """Return the hashes of all hits."""
    answer = service.get(f"/search?q={quote(query)}{more}")
    assert answer.status == 200, answer
    return [item["sha256"] for item in answer.json()["items"]]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "q=",
        "q=%20",
        "q=%3C%3E",
        "q=" + "+".join(f"w{number}" for number in range(MAX_WORDS + 1)),
        "q=" + "x" * 201,
        "q=oil&kind=markup",
        "q=oil&kind=picture",
        "q=oil&language=%27",
        "q=oil&limit=0",
        "q=oil&limit=51",
        "q=oil&cursor=x",
        "q=oil&cursor=%20",
        "q=oil&cursor=" + "A" * 14,
        "q=oil&cursor=%D8%B2",
    ],
)
def test_search__malformed__is_refused(service: Service, query: str) -> None:
    assert service.get(f"/search?{query}").problem == "invalid-parameter"


def test_search__with_a_filter_that_is_none__is_refused(service: Service) -> None:
    assert service.get("/search?q=oil&sort=newest").problem == "unknown-parameter"


@pytest.mark.parametrize(
    "query",
    [
        '"oil',
        'oil"',
        "oil*",
        "oil OR press",
        "NOT oil",
        "NEAR(oil press)",
        "title:oil",
        "^oil",
        "-oil",
        "oil'; DROP TABLE words",
        "(oil",
        "\0oil",
    ],
)
def test_search__in_the_engines_own_language__is_words(service: Service, shelf: Callable[..., str], query: str) -> None:
    digest = shelf(text={"en": "Not title: near or, drop table words; oil press"})

    assert found(service, query) == [digest]


@pytest.mark.parametrize(
    "text, query",
    [
        ("Una almazara para tres pueblos", "ALMAZARA"),
        ("L'économie sociale", "economie"),
        ("economie", "économie"),
        ("Συνεταιρισμός λαδιού", "συνεταιρισμος"),
        ("Συνεταιρισμος", "Συνεταιρισμός"),
        ("مُخْتَبَر الزَّيْت", "مختبر زيت"),
        ("إدارة المدرسة", "اداره مدرسه"),
        ("زيـــت", "والزيت"),
        ("olives and oil", "oli oil"),
        ("weighed 1250 kg", "١٢٥٠"),
        ("cafe\u0301", "café"),
    ],
)
def test_search__in_any_spelling__finds_the_text(
    service: Service, shelf: Callable[..., str], text: str, query: str
) -> None:
    digest = shelf(text={"en": text})
    shelf(text={"en": "Something else"})

    assert found(service, query) == [digest]


@pytest.mark.parametrize("query", ["oil bread", "lives", "zzz"])
def test_search__of_what_is_not_there__finds_nothing(service: Service, shelf: Callable[..., str], query: str) -> None:
    shelf(text={"en": "olives and oil"})
    shelf(text={"en": "bread"})

    assert found(service, query) == []


def test_search__of_a_word_in_a_title__comes_first(service: Service, shelf: Callable[..., str]) -> None:
    body = shelf(title={"en": "A mill"}, text={"en": "It makes oil."})
    title = shelf(title={"en": "Oil"}, text={"en": "It is a mill that makes something of olives."})

    assert found(service, "oil") == [title, body]


def test_search__by_kind_and_language__narrows(service: Service, shelf: Callable[..., str]) -> None:
    need = shelf(text={"en": "oil", "ar": "زيت"})
    reason = shelf("reason", text={"fr": "oil"})

    assert set(found(service, "oil")) == {need, reason}
    assert found(service, "oil", "&kind=reason") == [reason]
    assert found(service, "oil", "&language=en") == [need]
    assert found(service, "زيت", "&language=en") == []
    assert found(service, "زيت", "&language=ar") == [need]


def test_search__of_a_document_in_six_languages__finds_it_once(service: Service, shelf: Callable[..., str]) -> None:
    digest = shelf(text=dict.fromkeys(("en", "es", "fr", "pt", "el", "ar"), "radio"))

    assert found(service, "radio") == [digest]


def test_search__of_many__goes_page_by_page(service: Service, shelf: Callable[..., str]) -> None:
    all_of_them = {shelf(text={"en": f"oil {number}"}) for number in range(5)}

    first = service.get("/search?q=oil&limit=2").json()
    second = service.get(f"/search?q=oil&limit=2&cursor={first['next_cursor']}").json()
    last = service.get(f"/search?q=oil&limit=2&cursor={second['next_cursor']}").json()

    seen = [item["sha256"] for page in (first, second, last) for item in page["items"]]
    assert (len(seen), set(seen), last["next_cursor"]) == (5, all_of_them, None)
    assert service.get(f"/search?q=oil+5&cursor={first['next_cursor']}").problem == "invalid-parameter"


def test_search__says_where_the_words_are_and_who_names_them(service: Service, shelf: Callable[..., str]) -> None:
    digest = shelf(
        "profile", name="<b>Oil & Co</b>", place="Sfax", about={"fr": "Un <script>pressoir</script> à huile"}
    )

    (hit,) = look(service, "pressoir huile").json()["items"]

    text, marks = hit["snippet"]["text"], hit["snippet"]["marks"]
    assert [text[start:end] for start, end in marks] == ["pressoir", "huile"]
    assert text == "Un <script>pressoir</script> à huile\n\nSfax"
    assert (hit["sha256"], hit["kind"], hit["language"], hit["title"]) == (digest, "profile", "fr", "<b>Oil & Co</b>")
    assert hit["records"][0]["record"] == "/v1/campaigns/1"
    (by_name,) = look(service, "oil").json()["items"]
    assert by_name["snippet"] == {"text": "<b>Oil & Co</b>", "marks": [[3, 6]]}


def test_search__in_every_field_of_a_document__finds_it(service: Service, shelf: Callable[..., str]) -> None:
    line = {"en": "x"}
    digest = shelf(
        "campaign",
        title={"en": "alpha"},
        summary={"en": "beta"},
        description={"en": "gamma"},
        risks={"en": "delta"},
        budget=[{"item": {"en": "epsilon"}, "share_percent": 100}],
        pictures=[{"sha256": "ab" * 32, "alt": {"en": "zeta"}}],
        links=[{"url": "https://example.org/eta", "title": {"en": "theta"}}],
    )
    shelf(text=line)

    for word in ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "theta"):
        assert found(service, word) == [digest], word
    assert found(service, "eta") == []


def test_search__of_a_caller_that_sent_too_many__is_refused(service_of: Callable[..., Service]) -> None:
    service = service_of(searches_per_minute=2)

    assert [service.get("/search?q=oil").status for _ in range(3)] == [200, 200, 429]
    assert service.get("/search?q=oil").problem == "too-many-requests"
    assert service.get("/status").json()["limits"]["searches_per_minute"] == 2


def test_snippet__of_a_long_text__is_made_of_its_own_part_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    read = 0

    def counted(text: str) -> Iterator[Word]:
        nonlocal read
        for word in words_of(text):
            read += 1
            yield word

    monkeypatch.setattr(search, "words_of", counted)
    snippet, marks = search.snippet_of("olive oil " * 10_000, ["oil"])

    assert (len(snippet), len(marks), marks[0]) == (search.WINDOW, 24, (6, 9))
    assert read < 100
