"""Which language a person is served.

the address begins with one of ours            that one
there is none in it                            the browser's favourite of ours, else English; the query stays
it begins with another, or the page is unknown a helpful page with 404, in the browser's favourite
"""

import pytest

from tests.api.client import Client
from tests.web.reading import read
from web.languages import Language, catalogue_of, negotiate


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("*", "en"),
        ("de, zh-Hant;q=0.9", "en"),
        ("pt-BR", "pt"),
        ("PT-br,en;q=0.5", "pt"),
        ("fr;q=0.2, el;q=0.9, ar;q=0.5", "el"),
        ("en;q=0, es;q=0.1", "es"),
        ("ar-TN, fr;q=0.9", "ar"),
        ("es;q=nonsense, fr;q=0.1", "fr"),
        ("es;q=" + "9" * 400, "en"),
        ("xx," * 10_000 + "fr", "en"),
        (";;;=,,,;q=", "en"),
        ("es-" + "x" * 5000, "es"),
        ("\x00\xff, el", "el"),
    ],
)
def test_negotiation__of_what_a_browser_likes__finds_one_of_ours(accepted: str, language: str) -> None:
    assert negotiate(accepted) == language


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/", "/fr"),
        ("/campaigns", "/fr/campaigns"),
        ("/campaigns/3", "/fr/campaigns/3"),
        ("/campaigns?theme=1&sort=goal", "/fr/campaigns?theme=1&sort=goal"),
        ("/campaigns/", "/fr/campaigns"),
    ],
)
def test_address__without_a_language__leads_to_the_browsers(pages: Client, path: str, target: str) -> None:
    answer = pages.get(path, {"Accept-Language": "fr-TN, ar;q=0.9"})

    assert answer.status == 307
    assert answer.headers["location"] == target
    assert "Accept-Language" in answer.headers["vary"]


@pytest.mark.parametrize("path", ["/en/", "/ar/campaigns/", "//en", "/en//campaigns"])
def test_address__with_slashes_too_many__leads_to_the_page(pages: Client, path: str) -> None:
    answer = pages.get(path)

    assert answer.status == 307
    assert pages.get(answer.headers["location"]).status == 200
    assert not answer.headers["location"].startswith("//")


@pytest.mark.parametrize(
    "path", ["/de", "/de/campaigns", "/nothing", "/EN/campaigns", "/en/nothing", "/en/campaigns/1/x"]
)
def test_address__of_no_page__is_a_helpful_404_in_the_browsers_language(pages: Client, path: str) -> None:
    answer = pages.get(path, {"Accept-Language": "el"})

    assert answer.status == 404
    page = read(answer.body)
    (html,) = page.all("html")
    assert html.attributes["lang"] == ("en" if path.startswith("/en") else "el")
    assert "/campaigns" in " ".join(one.attributes["href"] for one in page.all("a"))


def test_address__that_leads_off_our_site__is_refused(pages: Client) -> None:
    for path in ("//evil.example", "/\\evil.example", "/%2f%2fevil.example", "/en/%2f%2fevil.example", "/%0d%0aX:y"):
        answer = pages.get(path)
        assert answer.status == 404, path


def test_switch__of_language__stays_on_the_page_and_keeps_the_filters(pages: Client) -> None:
    page = read(pages.get("/en/campaigns?theme=1&limit=1").body)

    (menu,) = (one for one in page.all("details") if "menu" in one.attributes.get("class", ""))
    targets = {one.attributes["hreflang"]: one.attributes["href"] for one in menu.all("a")}
    assert targets == {one: f"/{one}/campaigns?theme=1&limit=1" for one in Language}
    assert [one.attributes["lang"] for one in menu.all("a") if "aria-current" in one.attributes] == ["en"]


def test_switch__of_language__leaves_the_place_in_a_list(pages: Client) -> None:
    first = read(pages.get("/en/campaigns?limit=2").body)
    (following,) = (one.attributes["href"] for one in first.all("a") if one.attributes.get("rel") == "next")

    page = read(pages.get(following).body)

    assert not any("cursor" in one.attributes["href"] for one in page.all("a") if "hreflang" in one.attributes)


@pytest.mark.parametrize("language", Language)
def test_catalogue__of_every_language__knows_its_numbers_and_direction(language: Language) -> None:
    catalogue = catalogue_of(language)

    assert catalogue.direction == ("rtl" if language == "ar" else "ltr")
    assert catalogue.gettext("nobody translated %(this)s", this="x") == "nobody translated x"
    assert catalogue.ngettext("%(num)s nothing", "%(num)s nothings", 2) == "2 nothings"
