"""What goes wrong is a page that says what happened and where to go on, with the right status.

an id, filter, order, cursor or page size that cannot be     400 or 404
something that is not there                                  404
a method other than GET and HEAD                             405
nothing indexed yet, or the mirror is not readable           503, come again in some seconds
a mistake of ours                                            500, and nothing of it is told
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.api import rows as r
from tests.api.client import Answer, Client, serving
from tests.api.conftest import make_mirror
from tests.web.conftest import settings_of
from tests.web.reading import Element, read
from web import home
from web.app import create_app
from web.languages import Language

EUR = r.EURO


def problem(answer: Answer, status: int) -> Element:
    assert answer.status == status, answer
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    page = read(answer.body)
    assert len(list(page.all("h1"))) == 1
    assert any(one.attributes["href"] == "/en/campaigns" for one in page.all("a"))
    return page


@pytest.mark.parametrize(
    "path",
    [
        "/en/campaigns/0",
        "/en/campaigns/-1",
        "/en/campaigns/01",
        "/en/campaigns/1e3",
        "/en/campaigns/abc",
        "/en/campaigns/999999999999999999999999",
        "/en/campaigns/%00",
        "/en/campaigns/1%2f2",
        "/en/campaigns/..%2f..%2fetc%2fpasswd",
        "/en/campaigns/%f0%9f%98%80",
        "/en/campaigns/" + "9" * 3000,
        "/en/campaigns/4294967295",
        "/en/campaigns/99",
        "/en/campaigns/99/pledges",
        "/en/campaigns/99/objections",
        "/en/campaigns/99/updates",
        "/en/campaigns/x/pledges",
        "/en/campaigns/1/nothing",
        "/en/nothing",
    ],
)
def test_page__that_is_not_there__is_a_404(pages: Client, path: str) -> None:
    problem(pages.get(path), 404)


@pytest.mark.parametrize(
    "query",
    [
        "phase=nothing",
        "phase=live&phase=nothing",
        "theme=32",
        "theme=-1",
        "theme=x",
        "territory=Spain",
        "territory=es",
        "territory=ES-TOOLONG",
        "currency=0x12",
        "currency=" + EUR.upper().replace("0X", "0x")[:-1] + "g",
        "sort=best",
        "limit=0",
        "limit=101",
        "limit=1e1",
        "limit=99999999999999999999",
        "cursor=x",
        "cursor=" + "A" * 43,
        "cursor=" + "A" * 5000,
        "cursor=%00",
        "q=" + "x" * 101,
        "organizer=0",
        "opens_from=yesterday",
        "limit=1&limit=x",
        "phase=%f0%9f%98%80",
        "theme=%00",
    ],
)
def test_list__asked_for_what_cannot_be__is_a_400(pages: Client, query: str) -> None:
    problem(pages.get(f"/en/campaigns?{query}"), 400)


@pytest.mark.parametrize("query", ["fbclid=abc", "utm_source=x&utm_medium=y", "=", "&&&", "phase=", "q=&sort="])
def test_list__with_parameters_that_mean_nothing__is_shown(pages: Client, query: str) -> None:
    assert pages.get(f"/en/campaigns?{query}").status == 200


def test_cursor__of_another_list__says_so(pages: Client) -> None:
    page = read(pages.get("/en/campaigns?limit=2").body)
    (following,) = (one.attributes["href"] for one in page.all("a") if one.attributes.get("rel") == "next")

    told = problem(pages.get(f"{following}&theme=0"), 400)

    assert "no longer fits the list" in told.text


@pytest.mark.parametrize("language", Language)
def test_problem__is_a_page_in_every_language(pages: Client, language: Language) -> None:
    answer = pages.get(f"/{language}/campaigns/99")

    assert answer.status == 404
    (html,) = read(answer.body).all("html")
    assert html.attributes["lang"] == language


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_method__that_writes__is_refused(pages: Client, method: str) -> None:
    answer = pages.get("/en/campaigns", method=method)

    assert answer.headers["allow"] == "GET"
    problem(answer, 405)


def test_head__is_answered_as_get_is(pages: Client) -> None:
    answer = pages.get("/en/campaigns", method="HEAD")

    assert answer.status == 200
    assert answer.body == b""


@pytest.mark.parametrize("path", ["", "/campaigns", "/campaigns/1", "/campaigns/1/pledges"])
def test_mirror__with_nothing_in_it__is_a_503_that_says_so(blank_pages: Client, path: str) -> None:
    answer = blank_pages.get(f"/en{path}")

    assert "still being loaded" in problem(answer, 503).text
    assert answer.headers["retry-after"] == "5"


@pytest.mark.parametrize("harm", ["DROP TABLE campaigns", "DROP TABLE checkpoint"])
def test_mirror__that_cannot_be_read__is_a_503_that_tells_no_secret(tmp_path: Path, blank: Path, harm: str) -> None:
    path = tmp_path / "own.db"
    make_mirror(path, [r.checkpoint()], blank)
    with sqlite3.connect(path) as connection:
        connection.execute(harm)
    connection.close()

    with serving(create_app(settings_of(path))) as pages:
        answer = pages.get("/en/campaigns")

    text = problem(answer, 503).text
    assert "can't be read at the moment" in text
    assert not any(word in text for word in ("sqlite", "SELECT", "campaigns.db", str(tmp_path)))


def test_mistake_of_ours__is_a_500_that_tells_nothing(
    pages_of: Callable[..., Client], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr(home, "phase_counts", fail)
    answer = pages_of([r.checkpoint()]).get("/en")

    assert answer.status == 500
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert b"secret" not in answer.body
    assert b"our side" in answer.body
    assert "the secret of the house" in caplog.text


def test_caller__who_asks_too_often__is_told(mirror: Path) -> None:
    settings = settings_of(mirror).model_copy(update={"requests_per_minute": 2})
    with serving(create_app(settings)) as pages:
        answers = [pages.get("/en/campaigns") for _ in range(3)]

    assert [one.status for one in answers] == [200, 200, 429]
    assert int(answers[2].headers["retry-after"]) > 0
    assert "Wait some seconds" in problem(answers[2], 429).text
