"""Names and texts of strangers in entities, pools, listings, offers, roles and currencies stay text on every page."""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from indexer.store import models
from indexer.store.columns import Base
from indexer.store.models import RedemptionState
from indexer.store.operations import IndexerStatus, Reconciliation, ReconciliationDifference
from tests.api import case_rows as c
from tests.api import rows as r
from tests.api.client import Client, serving
from tests.api.conftest import make_mirror
from tests.api.rows import DAY, NOW
from tests.web.conftest import settings_of
from tests.web.hostile import CORPUS, SCRIPTS
from tests.web.reading import Element, read
from tests.web.test_hostile import foreign
from web.app import create_app

FIELDS = ("name", "title", "skill", "about", "text", "rule")
ORIGIN = "http://127.0.0.1:"
ACCOUNT = "0x" + "b6" * 20


def document(evil: str) -> bytes:
    """Return a profile, listing, offer and need in one, with the text in every field."""
    content: dict[str, Any] = {key: {"en": evil, evil: evil} for key in FIELDS}
    content |= {"name": evil, "language": evil, "spoken": evil}
    content["pictures"] = [{"sha256": "ab" * 32, "alt": {"en": evil}}, {"sha256": evil, "alt": evil}, evil]
    content["links"] = [{"url": evil, "title": {"en": evil}}, {"url": f"https://a.example/{evil}", "title": evil}, evil]
    return json.dumps(content).encode()


def rows(number: int, evil: str, digest: str) -> Iterator[Base]:
    """Yield one of everything that a stranger names."""
    account, currency = f"0x{number:040x}", f"0x{0xC0000 + number:040x}"
    name = evil.replace("\x00", "")[:99]  # NUL is in no text of a database
    yield r.entity(number, profile_hash=digest, account=account, kinds=7, reason=digest)
    yield r.tenure(number, 11, account, NOW - 100 * DAY)
    yield r.currency(currency=currency)
    yield r.metadata(currency=currency, symbol=name, name=name)
    yield r.campaign(
        number, organizer=number, currency=currency, description_hash=digest, raised=500, backers=1, pools=1
    )
    yield from r.milestones(number, {}, {})
    yield r.pool(
        number,
        manager=number,
        currency=currency,
        agreement_hash=digest,
        funded=1_000,
        reserved=300,
        first_funder=account,
        campaigns=1,
        open_reservations=1,
    )
    yield r.funder(number, number, 1_000)
    yield r.funding(number, account, 1_000, funder=number)
    yield r.reservation(number, number, 0, reserved=300, backers=1)
    yield r.match(number, number, r.BACKER, 300)
    yield c.listing(number, seller=number, currency=currency, description_hash=digest)
    hashes = {"evidence_hash": digest, "dispute_reason": digest, "ruling_reason": digest}
    yield c.order(number, listing_id=number, seller=number, currency=currency, **hashes)
    yield c.offer(number, provider=number, details_hash=digest)
    yield c.redemption(
        number,
        offer_id=number,
        provider=number,
        beneficiary=number,
        need_hash=digest,
        state=RedemptionState.CONFIRMED,
        ended_at=NOW - DAY,
        hours_given=3,
    )
    yield c.attestation(number, 3, provider=number, beneficiary=number, need_hash=digest)
    values = {"admin": 0, "guardian": 0, "grant_delay": 0, "grant_delay_since": 0, "previous_grant_delay": 0}
    yield models.Role(role_id=number, label=name, **values, **r.mirrored(r.key(30)))
    yield ReconciliationDifference(reconciliation_id=1, subject=name, row_key=name, field=name, mirror=name, chain=name)


def foreign_at_a_desk(page: Element) -> list[str]:
    """Return the same of a page with forms, whose scripts read JSON and whose address stands in a link of its own."""
    data = [one for one in page.all("script") if one.attributes.get("type") == "application/json"]
    for one in data:
        json.loads(one.text)
    ours = (*(f"script {one.attributes}" for one in data), "")
    own = [one.attributes["href"] for one in page.all("a") if "/en/" in one.text or "/ar/" in one.text]
    return [one for one in foreign(page) if one not in ours and not (one in own and one.startswith(ORIGIN))]


@pytest.fixture(scope="module")
def hostile(blank: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Return a client of the pages of a lab in which everybody is hostile."""
    folder = tmp_path_factory.mktemp("hostile-records")
    block = {"block_number": r.BLOCK, "block_hash": r.digest(r.BLOCK)}
    mirror: list[Base] = [
        r.checkpoint(),
        Reconciliation(id=1, checked_at=NOW, compared=9, differences=len(CORPUS), **block),
        IndexerStatus(id=1, activity="failing", updated_at=NOW, last_error=SCRIPTS[0], reorgs=0, refetches=0, gaps=0),
    ]
    for number, evil in enumerate(CORPUS, 1):
        content = document(evil)
        digest = sha256(content).hexdigest()
        (folder / digest).write_bytes(content)
        mirror += rows(number, evil, f"0x{digest}")
    make_mirror(folder / "own.db", mirror, blank)
    with serving(create_app(settings_of(folder / "own.db", folder), clock=lambda: NOW)) as pages:
        yield pages


@pytest.mark.parametrize("number", range(1, len(CORPUS) + 1))
def test_record__of_a_stranger__stays_text(hostile: Client, number: int) -> None:
    for path in ("entities", "pools", "listings", "orders", "offers", "redemptions", "attestations"):
        answer = hostile.get(f"/en/{path}/{number}")
        assert answer.status == 200, (path, answer)
        assert foreign(read(answer.body)) == [], path
    assert foreign(read(hostile.get(f"/en/pools/{number}/campaigns/{number}").body)) == []
    cases = (f"desks/arbiter/{kind}/{number}" for kind in ("campaigns", "orders", "redemptions"))
    own = (f"desks/{name}?account=0x{number:040x}" for name in ("pools", "issuer", "shop", "help"))
    sides = (
        *(f"{record}/{number}/desk" for record in ("pools", "listings", "orders", "redemptions")),
        f"offers/{number}/ask",
    )
    for path in (*cases, *own, *sides, f"basket?listing={number}&quantity=1&mode=pickup"):
        answer = hostile.get(f"/en/{path}")
        assert answer.status == 200, (path, answer)
        assert foreign_at_a_desk(read(answer.body)) == [], path


@pytest.mark.parametrize("path", ["/desks/arbiter", "/desks/treasurer", "/desks/pools/open"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_desk__of_strangers_records__stays_ours(hostile: Client, path: str, language: str) -> None:
    answer = hostile.get(f"/{language}{path}")

    assert answer.status == 200
    assert foreign_at_a_desk(read(answer.body)) == []


@pytest.mark.parametrize(
    "path",
    [
        *(f"/{kind}?limit=100" for kind in ("entities", "pools", "listings", "offers")),
        *("/books", "/books/checks", "/books/roles", "/books/administration", f"/credits?account={ACCOUNT}"),
    ],
)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_list__of_strangers__stays_text(hostile: Client, path: str, language: str) -> None:
    answer = hostile.get(f"/{language}{path}")

    assert answer.status == 200
    assert foreign(read(answer.body)) == []


@pytest.mark.parametrize("path", ["/sell", f"/desks/orders?account={ACCOUNT}&limit=100"])
def test_desk__of_strangers__stays_text(hostile: Client, path: str) -> None:
    answer = hostile.get(f"/en{path}")

    assert answer.status == 200
    assert foreign_at_a_desk(read(answer.body)) == []


@pytest.mark.parametrize("evil", SCRIPTS)
def test_text__of_a_request__stays_text(pages: Client, evil: str) -> None:
    text = quote(evil, safe="")

    for path in (
        *(f"/en/{kind}/{text}" for kind in ("pools", "entities", "listings", "orders", "offers", "records")),
        *(f"/en/{kind}?cursor={text}" for kind in ("pools", "entities", "listings", "offers")),
        f"/en/credits?account={text}",
        f"/en/entities?kind={text}",
        f"/en/listings?delivery_mode={text}",
        f"/en/basket?listing=1&quantity=1&mode={text}",
        f"/en/basket?listing={text}",
    ):
        answer = pages.get(path)
        assert answer.status in {400, 404}, (path, answer.status)
        assert foreign(read(answer.body)) == [], path


@pytest.mark.parametrize("evil", SCRIPTS)
def test_account_or_currency__of_a_request__stays_text(pages: Client, evil: str) -> None:
    text = quote(evil[:42], safe="")

    for path in (f"/en/desks/shop?account={text}", f"/en/desks/orders?account={text}", f"/en/sell?currency={text}"):
        answer = pages.get(path)
        assert answer.status == 200, (path, answer.status)
        assert foreign_at_a_desk(read(answer.body)) == [], path
