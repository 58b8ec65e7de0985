"""Cards, feeds and grants: what other sites show of the lab
refuse a campaign, a language or a format that is none
show titles of documents as text, whatever somebody wrote into them
and figures that are those of the records, in all six languages
Grants have every field that the 360Giving standard requires, in its form
"""

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft4Validator

from api.app import create_app
from api.grants import locations_of
from api.money import in_units
from api.settings import Settings
from api.titles import MAX_LENGTH, name_of, title_of
from api.words import BACKERS, CAMPAIGN, HAPPENINGS, PHASES, Language
from indexer.store.models import EVENTS
from indexer.store.phases import Phase
from tests.api import rows as r
from tests.api import scenario as s
from tests.api.client import Client, serving
from tests.api.conftest import make_mirror
from tests.api.test_exports import records

ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = "<script>alert(1)</script>\"'&\u202e"


def stored(folder: Path, content: bytes) -> str:
    digest = sha256(content).hexdigest()
    (folder / digest).write_bytes(content)
    return f"0x{digest}"


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory, blank: Path) -> Iterator[Client]:
    """Return a client of a mirror whose documents are there, one of them hostile."""
    folder = tmp_path_factory.mktemp("public")
    title = stored(folder, json.dumps({"title": {"es": "Cubos", "en": "Bins"}}).encode())
    hostile = stored(folder, json.dumps({"title": {"en": HOSTILE}}).encode())
    town = stored(folder, json.dumps({"name": "Ayuntamiento"}).encode())
    rows = list(s.rows())
    for row in rows:
        if getattr(row, "__tablename__", "") == "campaigns" and row.campaign_id in (s.LIVE, s.DELIVERING):
            row.description_hash = title if row.campaign_id == s.LIVE else hostile
        if getattr(row, "__tablename__", "") == "entities" and row.entity_id == 2:
            row.profile_hash = town
    path = tmp_path_factory.mktemp("mirror") / "public.db"
    make_mirror(path, rows, blank, events=True)
    settings = Settings(
        database_url=f"sqlite:///{path}", documents=folder, requests_per_minute=0, currency_codes={r.EURO: "EUR"}
    )
    with serving(create_app(settings)) as client:
        yield client


# Titles


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{", b'{"title": 7}', b'{"title": {"en": ""}}', b'{"title": "\\u0000"}', b"[" * 100_000, b"\xff"],
)
def test_title__of_a_document_without_one__is_none(tmp_path: Path, content: bytes) -> None:
    assert title_of(tmp_path, stored(tmp_path, content), Language.ENGLISH) is None


def test_title__of_no_document__is_none_until_it_comes(tmp_path: Path) -> None:
    content = b'{"title": "Later"}'
    digest = "0x" + sha256(content).hexdigest()
    assert title_of(None, digest, Language.ENGLISH) is title_of(tmp_path, None, Language.ENGLISH) is None
    assert title_of(tmp_path, digest, Language.ENGLISH) is None
    stored(tmp_path, content)
    assert title_of(tmp_path, digest, Language.ENGLISH) == "Later"


def test_title__in_some_languages__is_in_the_wanted_one_or_english_or_the_first(tmp_path: Path) -> None:
    both = stored(tmp_path, json.dumps({"title": {"es": "Uno", "en": "One"}}).encode())
    one = stored(tmp_path, json.dumps({"title": {"ar": "واحد"}}).encode())
    assert title_of(tmp_path, both, Language.SPANISH) == "Uno"
    assert title_of(tmp_path, both, Language.GREEK) == "One"
    assert title_of(tmp_path, one, Language.GREEK) == "واحد"


def test_title__of_many_lines_and_characters__is_one_short_line(tmp_path: Path) -> None:
    digest = stored(tmp_path, json.dumps({"title": "a\nb\u202ec " + "x" * 500, "name": "n\r\nm"}).encode())
    title = title_of(tmp_path, digest, Language.ENGLISH)
    assert title is not None
    assert title.startswith("a b c xxx")
    assert len(title) == MAX_LENGTH
    assert name_of(tmp_path, digest) == "n m"


@pytest.mark.parametrize(
    ("amount", "decimals", "text"),
    [
        (0, 6, "0"),
        (1, 6, "0.000001"),
        (1_234_500, 6, "1.2345"),
        (10**6, 6, "1"),
        (7, 0, "7"),
        (2**96, 18, "79228162514.264337593543950336"),
    ],
)
def test_amount__in_units__is_exact(amount: int, decimals: int, text: str) -> None:
    assert in_units(amount, decimals) == text


def test_words__of_phases_and_events__are_there_for_all() -> None:
    assert {phase.value for phase in Phase} - {Phase.NONE} == set(PHASES)
    assert {event.name for event in EVENTS.values()} >= set(HAPPENINGS)


# Cards


@pytest.mark.parametrize("path", ["99/card", f"{s.LIVE}/card?lang=de", f"{s.LIVE}/card?x=1", "0/card"])
def test_card__of_nothing__is_a_problem(asking: Client, path: str) -> None:
    assert asking.get(f"/v1/campaigns/{path}").problem in {"unknown-campaign", "invalid-parameter", "unknown-parameter"}


@pytest.mark.parametrize("lang", list(Language))
@pytest.mark.parametrize("campaign", list(s.PHASES))
def test_card__of_each_campaign_and_language__is_complete(asking: Client, campaign: int, lang: Language) -> None:
    answer = asking.get(f"/v1/campaigns/{campaign}/card?lang={lang}")
    record = asking.get(f"/v1/campaigns/{campaign}").json()["campaign"]
    page = answer.body.decode()

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert f'lang="{lang}" dir="{"rtl" if lang == "ar" else "ltr"}"' in page
    assert PHASES[record["phase"]][lang] in page
    assert BACKERS[lang] in page
    decimals = record["currency"]["decimals"]
    assert f"<bdi>{in_units(int(record['raised']), decimals)} {record['currency']['symbol'] or ''}</bdi>" in page
    lengths = [int(length) for length in re.findall(r'width="(\d+)" height', page)]
    starts = [int(start) for start in re.findall(r' x="(-?\d+)"', page)]
    assert all(start >= 0 and start + length <= 1_000 for start, length in zip(starts, lengths, strict=True))
    assert len(answer.body) < 5_000


def test_card__anywhere__is_shown_in_a_frame_and_runs_nothing(asking: Client) -> None:
    answer = asking.get(f"/v1/campaigns/{s.LIVE}/card")

    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors *" in policy
    assert "script-src" not in policy
    assert policy.startswith("default-src 'none'")
    assert "x-frame-options" not in answer.headers
    assert "x-frame-options" in asking.get("/v1/campaigns").headers
    assert asking.get(f"/v1/campaigns/{s.LIVE}/card", {"If-None-Match": answer.headers["etag"]}).status == 304


def test_card__with_a_title_that_attacks__shows_it_as_text(asking: Client) -> None:
    page = asking.get(f"/v1/campaigns/{s.DELIVERING}/card").body.decode()

    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "\u202e" not in page


def test_card__without_its_document__has_its_number(asking: Client) -> None:
    assert (
        CAMPAIGN[Language.FRENCH].format(s.FAILED) in asking.get(f"/v1/campaigns/{s.FAILED}/card?lang=fr").body.decode()
    )


# Feeds


@pytest.mark.parametrize("path", ["de.atom", "en.rss", "en.atom?campaign=0", "en.atom?x=1"])
def test_feed__of_nothing__is_a_problem(asking: Client, path: str) -> None:
    assert asking.get(f"/v1/feeds/{path}").status in {400, 404}


@pytest.mark.parametrize("lang", list(Language))
def test_feed__in_each_language__tells_events_newest_first(asking: Client, lang: Language) -> None:
    answer = asking.get(f"/v1/feeds/{lang}.atom")
    feed = ET.fromstring(answer.body)  # noqa: S314 - our own server's

    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert feed.attrib["{http://www.w3.org/XML/1998/namespace}lang"] == lang
    entries = feed.findall(f"{ATOM}entry")
    times = [entry.findtext(f"{ATOM}updated") for entry in entries]
    assert times == sorted(times, reverse=True)
    title = {"es": "Cubos"}.get(lang, "Bins")
    assert f"{title}: {HAPPENINGS['CampaignApproved'][lang]}" in [entry.findtext(f"{ATOM}title") for entry in entries]
    for entry in entries:
        event = (entry.findtext(f"{ATOM}id") or "").split("/v1/")[1]
        assert asking.get(f"/v1/{event}").status == 200


def test_feed__of_a_campaign__tells_no_other(asking: Client) -> None:
    def ids(path: str) -> list[str | None]:
        return [one.findtext(f"{ATOM}id") for one in ET.fromstring(asking.get(path).body).findall(f"{ATOM}entry")]  # noqa: S314

    assert len(ids(f"/v1/feeds/en.atom?campaign={s.LIVE}")) == 1
    assert ids("/v1/feeds/en.atom?campaign=99") == []
    assert len(ids("/v1/feeds/en.atom")) == 2, "a pool is about no campaign"


# Grants


def test_grants__without_the_code_of_a_currency__are_a_problem(client: Client) -> None:
    assert client.get("/v1/360giving.json").problem == "no-grants"


TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
ADDRESS = {"type": "string", "format": "uri", "pattern": "^https?://[^ ]+$"}
DAY = {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[012])-(0[1-9]|[12][0-9]|3[01])$"}
TIME = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"}


def objects(required: list[str], *, least: int = 1, **fields: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a list of objects with no other fields than these."""
    item = {"type": "object", "required": required, "properties": fields, "additionalProperties": False}
    return {"type": "array", "minItems": least, "uniqueItems": True, "items": item}


OF_OURS = {"amountAwardedExact": TEXT, "amountDisbursedExact": TEXT}
"""Fields beside those of the standard, which allows them."""
ORGANIZATION = objects(["id", "name"], id=TEXT, name=TEXT, url=ADDRESS)
REQUIRED = ("id", "title", "description", "currency", "amountAwarded", "awardDate")
GRANTS = objects(
    [*REQUIRED, "recipientOrganization", "fundingOrganization"],
    id=TEXT,
    title=TEXT | {"maxLength": 140},
    description=TEXT,
    url=ADDRESS,
    dataSource=ADDRESS,
    currency={"type": "string", "enum": ["EUR", "GBP", "TND", "MAD", "JOD"]},
    amountAwarded={"type": "number"},
    amountDisbursed={"type": "number"},
    awardDate=DAY,
    dateModified=TIME,
    recipientOrganization=ORGANIZATION,
    fundingOrganization=ORGANIZATION,
    grantProgramme=objects([], code=TEXT, title=TEXT, url=ADDRESS),
    beneficiaryLocation=objects(
        [], least=0, countryCode=TEXT | {"pattern": "^[A-Z]{2}$"}, geoCode=TEXT, geoCodeType=TEXT
    ),
    relatedDocument=objects([], title=TEXT, url=ADDRESS),
    **OF_OURS,
)
PACKAGE = {
    "type": "object",
    "required": ["grants"],
    "additionalProperties": False,
    "properties": {
        "grants": GRANTS,
        "version": {"type": "string", "pattern": "^[0-9]+[.][0-9]+$"},
        "title": TEXT,
        "license": ADDRESS,
        "modified": TIME,
        "downloadURL": ADDRESS,
        "publisher": {"type": "object", "required": ["name"], "properties": {"name": TEXT}},
        "leftOut": {"type": "integer", "minimum": 0},
    },
}
"""Of the standard's published schemas what we write: required fields, names, types, forms. Only what is of ours is let
through beside it."""


def test_grants__with_anything_else_than_the_standard__would_be_noticed(asking: Client) -> None:
    package = asking.get("/v1/360giving.json").json()
    lies: list[tuple[str, Any]] = [("awardDate", "2026-13-01"), ("id", ""), ("fundingOrganization", []), ("more", 1)]
    for name, value in [*lies, ("amountAwarded", "1"), ("currency", "euro"), ("url", "/v1/pools/1")]:
        wrong = {**package, "grants": [{**package["grants"][0], name: value}]}
        assert not Draft4Validator(PACKAGE).is_valid(wrong), name


def test_grants__of_pools__have_the_form_of_the_standard(asking: Client) -> None:
    package = asking.get("/v1/360giving.json").json()

    Draft4Validator(PACKAGE).validate(package)
    grants = package["grants"]
    assert len({one["id"] for one in grants}) == len(grants)
    for one in grants:
        for organization in one["recipientOrganization"] + one["fundingOrganization"]:
            assert organization["id"].startswith("360G-eranos-ORG-")
            assert organization["name"]
        for address in (one["url"], one["dataSource"], one["relatedDocument"][0]["url"]):
            assert re.match(r"http://127\.0\.0\.1:\d+/v1/", address)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", one["dateModified"])


@pytest.mark.parametrize(
    ("territory", "country"),
    [("ES-SE", "ES"), ("PS", "PS"), (None, None), ("es", None), ("ES-", None), ("ESP", None), ("0x00ff", None)],
)
def test_location__of_a_territory__is_there_if_it_is_a_code(territory: str | None, country: str | None) -> None:
    assert [one.country_code for one in locations_of(territory)] == ([country] if country else [])


def test_grants__of_pools__are_what_reservations_say(asking: Client) -> None:
    def key(one: dict[str, Any]) -> tuple[int, int]:
        return one["pool_id"], one["campaign_id"]

    grants = asking.get("/v1/360giving.json").json()["grants"]
    reservations = {
        key(one): one
        for pool in records(asking, "/v1/pools")
        for one in records(asking, pool["links"]["campaigns"])
        if one["enrolled_at"] and one["reserved"] != "0"
    }
    told = {tuple(int(part) for part in one["id"].split("-")[3:]): one for one in grants}
    assert told.keys() == reservations.keys()
    for pair, one in told.items():
        assert one["amountAwardedExact"] == in_units(int(reservations[pair]["reserved"]), 6)
        assert one["amountDisbursedExact"] == in_units(int(reservations[pair]["paid"]), 6)
    live = told[s.RATIO, s.LIVE]
    assert (live["title"], live["fundingOrganization"][0]["name"]) == ("Bins", "Ayuntamiento")
    assert live["beneficiaryLocation"] == [{"countryCode": "ES", "geoCode": "ES-SE", "geoCodeType": "ISO 3166-2"}]
