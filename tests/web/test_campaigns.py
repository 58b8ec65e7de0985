"""The list of campaigns, and one campaign whole.

the list
    words, territory, theme, phase, currency   only what meets all of them
    nothing meets them                         says so, and how to go on
    more than a page                           each campaign once, in order
one campaign
    in each phase                              its state in a word, its clock, what can happen next
    its document here, absent, or not one      its words in the reader's language, or its hash
the mirror
    the same block                             the page is made once, and 304 to who holds it
    not kept up to date                        the page is readable and says how old it is
"""

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from api.campaigns import queries
from tests.api import rows as r
from tests.api import scenario
from tests.api.client import Client, serving
from tests.api.rows import DAY, NOW
from tests.web.conftest import settings_of
from tests.web.reading import Element, read
from web.app import create_app
from web.visits import BEHIND_SECONDS

PagesOf = Callable[..., Client]


def tree(pages: Client, path: str) -> Element:
    answer = pages.get(path)
    assert answer.status == 200, answer
    return read(answer.body)


def titles(page: Element) -> list[str]:
    return [one.text for card in page.all("li") if card.attributes.get("class") == "card" for one in card.all("h2")]


def campaign_ids(page: Element) -> list[int]:
    links = [one for card in page.all("li") if card.attributes.get("class") == "card" for one in card.all("a")]
    return [int(one.attributes["href"].rpartition("/")[2]) for one in links]


def described(document: dict[str, Any]) -> tuple[bytes, str]:
    """Return a document and its hash as a campaign has it."""
    content = json.dumps(document, ensure_ascii=False).encode()
    return content, f"0x{sha256(content).hexdigest()}"


def lab(*campaigns: Any) -> list[Any]:
    return [r.checkpoint(), r.entity(1, account=r.ORGANIZER), r.currency(), r.metadata(), *campaigns]


# The list


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("phase=live", [scenario.LIVE]),
        ("phase=live&phase=extension", [scenario.EXTENSION, scenario.LIVE]),
        ("theme=1&phase=approved", [scenario.APPROVED]),
        ("territory=PT", [scenario.APPROVED]),
        ("territory=PT-11", [scenario.APPROVED]),
        ("territory=TN&phase=live", []),
        (f"currency={scenario.OLD_EURO}", [scenario.LAPSED]),
        ("phase=failed&sort=goal", [scenario.FAILED]),
    ],
)
def test_filters__leave_what_meets_all_of_them(pages: Client, query: str, ids: list[int]) -> None:
    assert campaign_ids(tree(pages, f"/en/campaigns?{query}")) == ids


def test_filters__that_nothing_meets__say_how_to_go_on(pages: Client) -> None:
    page = tree(pages, "/en/campaigns?territory=TN&phase=live")

    assert "No campaign meets all of this" in page.text
    assert "0 campaigns" in page.text


def test_filters__are_shown_as_they_were_chosen(pages: Client) -> None:
    page = tree(pages, "/en/campaigns?territory=PT&theme=1&phase=approved&sort=goal&q=x")

    chosen = [one.attributes["value"] for one in page.all("option") if "selected" in one.attributes]
    assert chosen == ["PT", "1", "approved", "", "goal"]
    (words,) = (one for one in page.all("input") if one.attributes["name"] == "q")
    assert words.attributes["value"] == "x"


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("garden", ["A garden", "Un jardín"]),
        ("JARDÍN", ["A garden", "Un jardín"]),
        ("garden un", []),  # not in one title
        ("van", []),
    ],
)
def test_search__finds_words_of_titles_in_any_language(pages_of: PagesOf, q: str, found: list[str]) -> None:
    first, first_hash = described({"title": {"en": "A garden", "es": "Un jardín"}})
    second, second_hash = described({"title": {"es": "Un jardín", "fr": "garden party"}})
    plain, plain_hash = described({"title": 7})
    rows = [
        r.campaign(1, description_hash=first_hash),
        r.campaign(2, description_hash=second_hash),
        r.campaign(3, description_hash=plain_hash),
    ]
    pages = pages_of(lab(*rows), [first, second, plain])

    assert sorted(titles(tree(pages, f"/en/campaigns?q={q.replace(' ', '+').replace('Í', '%C3%8D')}"))) == found


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("pan barrio", [1]),
        ("bread barrio", []),  # not in one language
        ("horno", [1]),
        ("HORNÓ", [1]),
        ("orno", []),  # words begin so, or are it
        ("مدرسه", [2]),
        ("المَدرسة", [2]),
        ("مدرسة شمس", [2]),
        ("σχολειο", [2]),
        ("ΣΧΟΛΕΊΟ ηλιος", []),
        ("secret", []),  # in a field that is not for reading
        ("!?", []),
        ('"*', []),
    ],
)
def test_search__finds_words_of_descriptions_in_any_spelling(pages_of: PagesOf, q: str, found: list[int]) -> None:
    words = {"es": "Un horno para el barrio", "en": "Bread, pan and oven"}
    first, first_hash = described({"title": {"es": "Pan del día"}, "description": words, "links": "secret"})
    said = {"ar": "ألواح على سطح المدرسة", "el": "Ηλιακά στο σχολείο"}
    second, second_hash = described({"title": {"ar": "طاقة الشمس"}, "summary": said})
    rows = [r.campaign(1, description_hash=first_hash), r.campaign(2, description_hash=second_hash)]
    pages = pages_of(lab(*rows), [first, second])

    assert campaign_ids(tree(pages, f"/en/campaigns?q={quote(q)}")) == found


def test_search__finds_no_erased_title(pages_of: PagesOf, tmp_path: Path) -> None:
    content, digest = described({"title": {"en": "A garden"}})
    pages = pages_of(lab(r.campaign(1, description_hash=digest)), [content])
    assert titles(tree(pages, "/en/campaigns?q=garden")) == ["A garden"]

    (erasure,) = (file.with_name(f"{file.name}.erased") for file in tmp_path.rglob(digest.removeprefix("0x")))
    erasure.write_bytes(b"{}")

    assert titles(tree(pages, "/es/campaigns?q=garden")) == []


def test_list__of_more_than_a_page__shows_each_campaign_once(pages: Client) -> None:
    path, found = "/en/campaigns?limit=4&sort=oldest", []
    while path:
        page = tree(pages, path)
        found += campaign_ids(page)
        path = next((one.attributes["href"] for one in page.all("a") if one.attributes.get("rel") == "next"), "")

    assert found == sorted(scenario.PHASES)


def test_list__without_any_campaign__says_so(pages_of: PagesOf) -> None:
    assert "There is no campaign yet" in tree(pages_of([r.checkpoint()]), "/en/campaigns").text


# One campaign


@pytest.mark.parametrize(
    ("campaign_id", "words"),
    [
        (scenario.SUBMITTED, ("In review", "Accept the campaign", "A reviewer", "Pledging opens")),
        (scenario.APPROVED, ("Opens soon", "Later", "Pledge", "Pledging opens")),
        (
            scenario.LIVE,
            ("Open for pledges", "Take a pledge back", "You can take a pledge back until", "Public bodies add"),
        ),
        (scenario.EXTENSION, ("Funded, still open", "150%", "released milestone by milestone")),
        (
            scenario.DELIVERING,
            ("At work", "Backers can object until", "Released to", "Object to the claim"),
        ),
        (scenario.COMPLETED, ("Completed", "Every milestone is released.", "Pay what is released to the organizer")),
        (scenario.FAILED, ("Goal not reached", "goes back to its backer", "Pay a pledge back to its backer")),
        (scenario.CANCELED, ("Canceled", "Every unit that was pledged goes back")),
        (scenario.REJECTED, ("Not accepted", "Reasons of the reviewer")),
        (scenario.LAPSED, ("Lapsed without review",)),
        (scenario.REVOKED, ("Canceled", "Verification revoked")),
        (scenario.STOPPED, ("Stopped by objections", "An arbiter can rule until", "Who objects", "2 verified members")),
        (scenario.TERMINATED, ("Ended early", "each in proportion to the pledge", "The arbiter's reasons")),
    ],
)
def test_campaign__in_each_phase__says_where_it_stands_and_what_comes(
    pages: Client, campaign_id: int, words: tuple[str, ...]
) -> None:
    text = tree(pages, f"/en/campaigns/{campaign_id}").text

    assert [one for one in words if one not in text] == []


def test_campaign__pledges__tell_what_was_withdrawn_and_paid_back(pages: Client) -> None:
    assert "taken back" in tree(pages, f"/en/campaigns/{scenario.LIVE}").text
    assert "paid back" in tree(pages, f"/en/campaigns/{scenario.FAILED}/pledges").text


def test_campaign__document__is_told_in_the_readers_language(pages_of: PagesOf) -> None:
    content, digest = described(
        {
            "type": "campaign",
            "language": "es",
            "title": {"es": "Un huerto", "ar": "حديقة"},
            "summary": {"es": "Para el barrio."},
            "description": {"es": "Primero.\n\nSegundo.", "fr": "D'abord."},
            "budget": [
                {"item": {"es": "Semillas"}, "share_percent": 60},
                {"item": {"es": "Agua"}, "share_percent": 40},
            ],
            "risks": {"es": "La sequía."},
            "pictures": [
                {"sha256": "ab" * 32, "alt": {"es": "El solar"}},
                {"sha256": "cd" * 32, "alt": {"es": "Plano"}},
            ],
            "links": [{"url": "https://huerto.example/", "title": {"es": "El huerto"}}],
        }
    )
    pages = pages_of(lab(r.campaign(1, description_hash=digest), *r.milestones(1, {}, {})), [content])

    page = tree(pages, "/fr/campaigns/1")

    assert next(page.all("h1")).text == "Un huerto"
    for words in ("Para el barrio.", "D'abord.", "Semillas", "La sequía.", "El huerto"):
        assert words in page.text
    assert "Primero." not in page.text
    pictures = [(one.attributes["src"], one.attributes["alt"]) for one in page.all("img")]
    assert pictures == [(f"/documents/{'ab' * 32}", "El solar"), (f"/documents/{'cd' * 32}", "Plano")]
    (lead,) = (one for one in page.all("p") if one.attributes.get("class") == "lead")
    assert lead.attributes["lang"] == "es"


@pytest.mark.parametrize("content", [b"", b"[]", b"7", b"\xff\xfe", b"no", b'{"title": {"en": "x"}}'])
def test_campaign__document__that_is_none__is_left_out(pages_of: PagesOf, content: bytes) -> None:
    digest = f"0x{sha256(content).hexdigest()}"

    page = tree(
        pages_of(lab(r.campaign(1, description_hash=digest), *r.milestones(1, {})), [content]), "/en/campaigns/1"
    )

    assert "What it is for" in page.text


def test_campaign__document__that_is_not_here__is_named_by_its_hash(pages_of: PagesOf) -> None:
    rows = lab(r.campaign(1, description_hash=r.digest(0xABC)), *r.milestones(1, {}))

    page = tree(pages_of(rows), "/en/campaigns/1")

    assert "The description is not on this server" in page.text
    assert next(page.all("h1")).text == "Campaign 1"


def test_campaign__shared__has_a_preview(mirror: Path, documents: Path) -> None:
    settings = settings_of(mirror, documents).model_copy(update={"url": "https://lab.example"})
    with serving(create_app(settings, clock=lambda: NOW)) as pages:
        page = tree(pages, f"/es/campaigns/{scenario.LIVE}")

    told = {
        one.attributes["property"]: one.attributes["content"]
        for one in page.all("meta")
        if "property" in one.attributes
    }
    assert told["og:url"] == f"https://lab.example/es/campaigns/{scenario.LIVE}"
    assert told["og:type"] == "article"
    assert told["og:title"]
    assert told["og:description"]


def test_campaign__records__lead_to_their_proofs(pages: Client) -> None:
    targets = [one.attributes["href"] for one in tree(pages, f"/en/campaigns/{scenario.LIVE}").all("a")]

    assert len([one for one in targets if one.startswith(("/v1/proofs/", "/en/records/"))]) >= 3


# The mirror


def test_page__at_the_same_block__is_made_once(pages_of: PagesOf, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    real = queries.find_campaign
    monkeypatch.setattr("web.campaigns.one.find_campaign", lambda *a: (asked.append(1), real(*a))[1])
    pages = pages_of(lab(r.campaign(1), *r.milestones(1, {})))

    answers = [pages.get("/en/campaigns/1") for _ in range(3)]

    assert len(asked) == 1
    assert len({one.body for one in answers}) == 1
    again = pages.get("/en/campaigns/1", {"If-None-Match": answers[0].headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    assert pages.get("/es/campaigns/1", {"If-None-Match": answers[0].headers["etag"]}).status == 200


@pytest.mark.parametrize(
    ("activity", "seconds", "told"),
    [
        ("following", 0, False),
        ("backfilling", 0, False),
        ("following", BEHIND_SECONDS, False),
        ("following", BEHIND_SECONDS + 1, True),
        ("failing", 0, True),
        ("stopped", 0, True),
    ],
)
def test_mirror__not_kept_up_to_date__is_readable_and_says_so(
    pages_of: PagesOf, activity: str, seconds: int, told: bool
) -> None:
    status = next(one for one in scenario.rows() if one.__tablename__ == "ops_indexer_status")
    status.activity, status.updated_at = activity, NOW
    pages = pages_of([*lab(r.campaign(1), *r.milestones(1, {})), status], clock=NOW + seconds)

    for path in ("/en", "/en/campaigns", "/en/campaigns/1"):
        assert ("not being kept up to date" in tree(pages, path).text) is told


def test_mirror__that_grows_old_at_the_same_block__is_told_anew(mirror: Path) -> None:
    clock = [float(NOW + 60)]
    with serving(create_app(settings_of(mirror), clock=lambda: clock[0])) as pages:
        fresh = pages.get("/en")
        clock[0] += DAY
        old = pages.get("/en", {"If-None-Match": fresh.headers["etag"]})

    assert b"not being kept up to date" not in fresh.body
    assert b"not being kept up to date" in old.body
