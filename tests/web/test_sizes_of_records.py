"""Pages of pools, entities, listings, offers and books stay below 60 KB packed in a lab in which all is large."""

import json
from collections.abc import Iterator
from gzip import compress
from hashlib import sha256
from pathlib import Path

import pytest

from indexer.store import models
from indexer.store.columns import Base
from tests.api import case_rows as c
from tests.api import rows as r
from tests.api.client import Client, serving
from tests.api.conftest import make_mirror
from tests.api.rows import DAY, NOW
from tests.web.conftest import settings_of
from tests.web.test_sizes import MOST_BYTES, largest_document, noise
from web.app import create_app

MANY = 120
MOST = 2**96 - 1

DELIVERING = {"opens_at": NOW - 65 * DAY, "deadline": NOW - 25 * DAY, "submitted_at": NOW - 70 * DAY, "extension": 0}
STOPPED = {"state": "claimed", "attempts": 1, "claimed_at": NOW - 9 * DAY, "window_ends_at": NOW - DAY}
STOPPED |= {"objectors": 2, "objected_amount": MOST}


def account(number: int) -> str:
    """Return an account that packs badly, as real ones do."""
    return "0x" + sha256(str(number).encode()).hexdigest()[:40]


def named_document() -> bytes:
    """Return the largest document, with a name and what a profile, listing or offer says."""
    more = {"name": noise(200), "about": {"en": noise(20_000)}, "text": {"en": noise(20_000)}}
    return json.dumps(json.loads(largest_document()) | more, ensure_ascii=False).encode()


def large_lab(digests: list[str]) -> Iterator[Base]:
    """Yield a lab in which one entity runs, sells, offers and funds all there is, and one pool matches everything."""
    yield r.checkpoint()
    yield r.currency()
    yield r.metadata()
    for number in range(1, MANY + 1):
        digest, event = digests[number - 1], r.key(400, number)
        yield r.entity(number, kinds=7, profile_hash=digest, account=account(number), registered_event_key=event)
        yield r.tenure(number, 11, account(number), NOW - 100 * DAY)
        yield r.campaign(
            number, raised=MOST, stretch_goal=MOST, description_hash=digest, submitted_event_key=event, **DELIVERING
        )
        papers = [digests[(number + place) % MANY] for place in range(4)]
        claim = STOPPED | {"document_hash": papers[0], "evidence_hash": papers[1]}
        yield from r.milestones(number, claim | {"share_bps": 833}, *[{"share_bps": 833}] * 11)
        yield r.pool(number, manager=1, funded=MOST, reserved=MOST, opened_event_key=event, campaigns=MANY)
        yield r.reservation(1, number, 0, reserved=MOST // MANY, requested_event_key=event, backers=MANY)
        yield r.match(1, 1, account(number), MOST // MANY, first_event_key=event)
        yield r.funder(1, number, MOST // MANY)
        yield r.funding(1, account(number), MOST // MANY, funder=number, first_event_key=event)
        yield c.listing(number, description_hash=digest, listed_event_key=event, delivery_modes=15)
        yield c.offer(number, provider=1, details_hash=digest, offered_event_key=event)
        said = {"need_hash": digest, "evidence_hash": papers[0], "contest_reason": papers[1]}
        times = {"starts_at": NOW - 3 * DAY, "delivered_at": NOW - 2 * DAY, "contested_at": NOW - DAY}
        said |= times | {"report_reason": papers[2], "state": "contested", "window_ends_at": NOW + DAY}
        yield c.redemption(number, requested_event_key=event, provider=1, beneficiary=number, **said)
        yield c.attestation(number, 3, provider=1, beneficiary=number, attested_event_key=event)
        said = {"evidence_hash": papers[0], "dispute_reason": papers[1], "disputed_at": NOW - DAY, "state": "disputed"}
        yield c.order(number, listing_id=number, placed_event_key=event, money=MOST, credits=MOST, **said)
        yield _programme(number, event, digest)
        yield _holder(number)
    for week in range(52):
        yield c.week(NOW + (week + 1) * 7 * DAY, 2_000_000)


def _programme(number: int, event: int, digest: str) -> models.Programme:
    amounts = {"cap": MOST, "issued": MOST - number}
    times = {"starts_at": NOW - DAY, "ends_at": NOW + DAY, "opened_at": NOW - DAY, "opened_event_key": event}
    ids = {"programme_id": number, "issuer": number, "purpose_hash": digest}
    return models.Programme(**ids, **amounts, **times, **r.mirrored(event))


def _holder(number: int) -> models.RoleMember:
    times = {"granted_at": NOW, "since": NOW, "delay": 86_400, "delay_since": NOW, "previous_delay": 0}
    return models.RoleMember(role_id=number % 8, account=account(number), **times, **r.mirrored(r.key(31, number)))


@pytest.fixture(scope="module")
def large(blank: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Return a client of the pages of that lab."""
    folder = tmp_path_factory.mktemp("large-records")
    contents = [named_document() for _ in range(MANY)]
    digests = [sha256(content).hexdigest() for content in contents]
    for digest, content in zip(digests, contents, strict=True):
        (folder / digest).write_bytes(content)
    make_mirror(folder / "own.db", large_lab([f"0x{digest}" for digest in digests]), blank)
    with serving(create_app(settings_of(folder / "own.db", folder), clock=lambda: NOW)) as pages:
        yield pages


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(
    "path",
    [
        *(f"/{kind}?limit=100" for kind in ("pools", "entities", "listings", "offers")),
        *("/pools/1?limit=100", "/pools/1/campaigns/1?limit=100", "/entities/1", "/listings/1", "/offers/1?limit=100"),
        *("/orders/1", "/redemptions/1", "/attestations/1", f"/credits?account={r.BUYER}"),
        *("/listings/1/desk", "/orders/1/desk", "/orders/1/settle", f"/desks/orders?account={r.BUYER}&limit=100"),
        f"/desks/shop?account={account(1)}&limit=100",
        "/basket?" + "&".join(f"listing={number}&quantity=1&mode=shipping" for number in range(1, 21)),
        *("/books", "/books/roles", "/books/checks", "/books/administration", "/help", "/glossary"),
        *("/pools/1/desk", f"/desks/pools?limit=100&account={account(1)}", "/desks/pools/open", "/desks/treasurer"),
        *("/desks/arbiter", "/desks/arbiter/campaigns/1", "/desks/arbiter/orders/1", "/desks/arbiter/redemptions/1"),
        f"/desks/issuer?account={account(1)}",
        *("/redemptions/1/desk", "/redemptions/1/settle", "/offers/1/ask"),
        *(f"/{page}?account={account(1)}" for page in ("my", "desks/help", "credits/transfer")),
    ],
)
def test_page__of_the_largest_records__stays_small(large: Client, path: str, language: str) -> None:
    answer = large.get(f"/{language}{path}")

    assert answer.status == 200, answer
    size = len(compress(answer.body, 5))
    assert size <= MOST_BYTES
    # Or the largest records are not on the page.
    assert not path.startswith("/desks/arbiter/") or size > MOST_BYTES // 5
