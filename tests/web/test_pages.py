"""What holds for every page of `tests/web/site.py`, in every language."""

from itertools import pairwise

import pytest

from tests.api.client import Answer, Client
from tests.web.reading import Element, read
from tests.web.site import PAGES
from web.languages import Language

each_page = pytest.mark.parametrize("path", PAGES)
each_language = pytest.mark.parametrize("language", Language)


def get(pages: Client, path: str, language: str = "en") -> Answer:
    answer = pages.get(f"/{language}{path}")
    assert answer.status == 200, answer
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return answer


def tree(pages: Client, path: str, language: str = "en") -> Element:
    return read(get(pages, path, language).body)


@each_language
@each_page
def test_page__in_each_language__is_well_formed_and_says_which(pages: Client, path: str, language: Language) -> None:
    (html,) = tree(pages, path, language).all("html")

    assert html.attributes["lang"] == language
    assert html.attributes["dir"] == ("rtl" if language is Language.ARABIC else "ltr")


@each_page
def test_page__landmarks__are_complete(pages: Client, path: str) -> None:
    page = tree(pages, path)

    names = [one.name for one in page.all()]
    assert [names.count(name) for name in ("h1", "main", "header", "footer")] == [1, 1, 1, 1]
    (main,) = page.all("main")
    assert main.attributes["id"] == "main"
    assert next(page.all("a")).attributes["href"] == "#main"


@each_page
def test_page__headings__never_skip_a_level(pages: Client, path: str) -> None:
    levels = [int(one.name[1]) for one in tree(pages, path).all() if one.name in {"h1", "h2", "h3", "h4"}]

    assert levels[0] == 1
    assert all(later <= before + 1 for before, later in pairwise(levels))


@each_page
def test_page__ids__are_unique_and_labels_lead_to_them(pages: Client, path: str) -> None:
    page = tree(pages, path)

    ids = [one.attributes["id"] for one in page.all() if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    assert {one.attributes["for"] for one in page.all("label") if "for" in one.attributes} <= set(ids)


@each_page
def test_page__holds_no_inline_script_or_style(pages: Client, path: str) -> None:
    for one in tree(pages, path).all():
        assert one.name != "style"
        assert one.name != "script" or "src" in one.attributes or one.attributes.get("type") == "application/json"
        assert not any(name == "style" or name.startswith("on") for name in one.attributes)


@each_page
def test_page__title_and_languages__are_told(pages: Client, path: str) -> None:
    page = tree(pages, path)

    (title,) = (one for head in page.all("head") for one in head.all("title"))
    assert title.text.endswith(" · Eranos")
    alternates = [one.attributes["hreflang"] for one in page.all("link") if one.attributes["rel"] == "alternate"]
    assert alternates == list(Language)


@each_page
def test_page__links__lead_somewhere(pages: Client, path: str) -> None:
    targets = {one.attributes["href"] for one in tree(pages, path).all("a")}

    # The mirror of these tests holds the events of few of its records.
    for target in sorted(one for one in targets if one.startswith("/en") and not one.startswith("/en/records/")):
        assert pages.get(target).status == 200, target
