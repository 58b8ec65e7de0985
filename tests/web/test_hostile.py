"""Whatever a stranger writes stays text: no element, attribute, script or foreign address of theirs is in any page."""

import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from indexer.store.columns import Base
from tests.api import rows as r
from tests.api.client import Client, serving
from tests.api.conftest import make_mirror
from tests.api.rows import DAY, NOW
from tests.web.conftest import settings_of
from tests.web.hostile import CORPUS, SCRIPTS
from tests.web.reading import Element, read
from web.app import create_app

FIELDS = ("title", "summary", "description", "text", "note", "risks", "proof", "name")
SHAPES = ("text", "language", "list")
CASES = [(evil, shape) for shape in SHAPES for evil in CORPUS]


def document(evil: str, shape: str) -> bytes:
    """Return a document with the text in every field, name and place that a page may read."""
    value: Any = {"text": evil, "language": {"en": evil, evil: evil}, "list": [evil, {"en": evil}]}[shape]
    content: dict[str, Any] = dict.fromkeys(FIELDS, value)
    content |= {"type": evil, "language": evil, evil: evil}
    content["budget"] = [{"item": {"en": evil}, "share_percent": 50}, {"item": evil, "share_percent": evil}, evil]
    content["pictures"] = [{"sha256": "ab" * 32, "alt": {"en": evil}}, {"sha256": evil, "alt": evil}, evil]
    content["links"] = [{"url": evil, "title": {"en": evil}}, {"url": f"https://a.example/{evil}", "title": evil}, evil]
    return json.dumps(content).encode()


def rows(number: int, evil: str, digest: str) -> Iterator[Base]:
    """Yield an entity, a currency and a campaign in which every name and every hash is theirs."""
    currency = f"0x{number:040x}"
    yield r.entity(number, profile_hash=digest, account=f"0x{number:040x}")
    yield r.currency(currency=currency)
    # NUL is in no text of a database: the node's answer with one is refused before.
    name = evil.replace("\x00", "")[:99]
    yield r.metadata(currency=currency, symbol=name, name=name)
    terms = {"organizer": number, "currency": currency, "description_hash": digest, "reason": digest}
    yield r.campaign(number, raised=500, backers=1, submitted_event_key=r.key(100, number), **terms)
    claimed = {"state": "claimed", "attempts": 1, "claimed_at": NOW - DAY, "window_ends_at": NOW + DAY}
    hashes = {"document_hash": digest, "evidence_hash": digest, "reason": digest}
    yield from r.milestones(number, claimed | hashes, {"document_hash": digest})
    yield r.pledge(number, r.BACKER, 500)
    yield r.objection(number, r.BACKER, 500)
    update = r.update(number, 360)
    update.document_hash = digest
    yield update


@pytest.fixture(scope="module")
def hostile(blank: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Return a client of the pages of a lab in which everybody is hostile: one campaign for each case."""
    folder = tmp_path_factory.mktemp("hostile")
    mirror: list[Base] = [r.checkpoint()]
    for number, case in enumerate(CASES, 1):
        content = document(*case)
        digest = sha256(content).hexdigest()
        (folder / digest).write_bytes(content)
        mirror += rows(number, case[0], f"0x{digest}")
    make_mirror(folder / "own.db", mirror, blank)
    with serving(create_app(settings_of(folder / "own.db", folder), clock=lambda: NOW)) as pages:
        yield pages


def foreign(page: Element) -> list[str]:
    """Return what is in a page that we did not put there."""
    found = []
    for one in page.all():
        attributes = one.attributes
        if one.name in {"iframe", "object", "embed", "base", "style", "math", "mglyph", "x", "b"}:
            found.append(one.name)
        if one.name == "script" and not attributes.get("src", "").startswith("/static/"):
            found.append(f"script {attributes}")
        if one.name in {"img", "link", "form"}:
            target = attributes.get("src") or attributes.get("href") or attributes.get("action") or ""
            found += [target] if not target.startswith("/") or target.startswith("//") else []
        target, of_theirs = attributes.get("href", "/"), attributes.get("rel") == "nofollow noopener ugc"
        if one.name == "a" and not target.startswith(("https://" if of_theirs else "/", "#")):
            found.append(target)
        found += [name for name in attributes if name == "style" or name.startswith("on") or name in {"srcdoc", "ping"}]
        found += [name for name in attributes if name == "http-equiv"]
    return found


@pytest.mark.parametrize("place", range(len(CASES)))
def test_text__of_a_stranger__stays_text(hostile: Client, place: int) -> None:
    campaign = f"/en/campaigns/{place + 1}"

    for path in (campaign, f"{campaign}/pledges", f"{campaign}/objections", f"{campaign}/updates"):
        answer = hostile.get(path)
        assert answer.status == 200, (path, answer)
        assert foreign(read(answer.body)) == [], path


def test_text__of_strangers__stays_text_in_lists(hostile: Client) -> None:
    path, seen = "/en/campaigns?limit=100", 0
    while path:
        page = read(hostile.get(path).body)
        assert foreign(page) == []
        seen += sum(one.attributes.get("class") == "card" for one in page.all("li"))
        path = next((one.attributes["href"] for one in page.all("a") if one.attributes.get("rel") == "next"), "")

    assert seen == len(CASES)
    assert foreign(read(hostile.get("/en").body)) == []


@pytest.mark.parametrize("place", range(len(SCRIPTS)))
def test_text__of_a_request__stays_text(pages: Client, place: int) -> None:
    evil = quote(SCRIPTS[place], safe="")

    for path in (
        f"/en/campaigns?q={evil}",
        f"/en/campaigns?{evil}={evil}",
        f"/en/campaigns?theme=0&x={evil}",
        f"/en/campaigns?sort={evil}",
        f"/en/campaigns?cursor={evil}",
        f"/en/campaigns/{evil}",
        f"/{evil}",
        f"/en?{evil}",
    ):
        answer = pages.get(path, {"Accept-Language": "en", "X-Forwarded-Host": "evil.example", "Host": "evil.example"})
        assert answer.status in {200, 307, 400, 404}, path
        assert b"evil.example/" not in answer.body or "evil.example" in path
        if answer.status == 307:
            assert answer.headers["location"].startswith("/en")
        else:
            assert foreign(read(answer.body)) == [], path


def test_territory__that_is_no_ascii__stays_text(pages_of: Callable[..., Client]) -> None:
    lab = [r.checkpoint(), r.entity(1, account=r.ORGANIZER), r.currency(), r.metadata()]
    codes = ("0xff00ff00ff00ff00", "<b>x</b>", "ES-<i>")
    campaigns = [r.campaign(number, territory=code) for number, code in enumerate(codes, 1)]
    pages = pages_of([*lab, *campaigns, *(one for number in (1, 2, 3) for one in r.milestones(number, {}))])

    for path in ("", "/campaigns", "/campaigns/1", "/campaigns/2", "/campaigns/3"):
        answer = pages.get(f"/en{path}")
        assert answer.status == 200
        assert foreign(read(answer.body)) == [], path
