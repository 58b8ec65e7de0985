"""No page grows with the lab: its HTML stays below 60 KB packed, with the largest texts, lists and campaigns."""

import json
import random
from collections.abc import Iterator
from gzip import compress
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from indexer.store.columns import Base
from tests.api import rows as r
from tests.api.client import Client, serving
from tests.api.conftest import make_mirror
from tests.api.rows import DAY, NOW
from tests.web.conftest import settings_of
from web.app import create_app

MOST_BYTES = 60 * 1024
SOURCE = random.Random(7)
LETTERS = "".join(map(chr, [*range(0x61, 0x7B), *range(0x3B1, 0x3CA), *range(0x621, 0x64A), *range(0x4E00, 0x4F00)]))


def noise(length: int) -> str:
    """Return text that no packing makes small, another one each time: a stranger may write it."""
    return "".join(SOURCE.choices(LETTERS, k=length))


def largest_document() -> bytes:
    """Return the largest document that the schemas let through, and more."""
    text: dict[str, Any] = {
        name: {"en": noise(20_000)} for name in ("description", "text", "risks", "proof", "summary")
    }
    text["title"] = {"en": noise(140)}
    text["budget"] = [{"item": {"en": noise(140 - n)}, "share_percent": 2} for n in range(50)]
    text["pictures"] = [{"sha256": f"{n:064x}", "alt": {"en": noise(600 - n)}} for n in range(12)]
    text["links"] = [{"url": "https://a.example/" + "x" * 400, "title": {"en": noise(140 - n)}} for n in range(12)]
    return json.dumps(text, ensure_ascii=False).encode()


def smaller_document() -> bytes:
    """Return an update, a milestone or a profile of the largest size."""
    return json.dumps(
        {"title": {"en": noise(140)}, "name": noise(140), "text": {"en": noise(1_300)}, "description": noise(1_300)}
    ).encode()


def large_lab(digests: list[str], pledges: int) -> Iterator[Base]:
    """Yield a lab with many campaigns, one of which has many pledges, milestones, objections and updates.

    Args:
        digests: Hashes of documents: the description of each campaign, then as many as there are left.
        pledges: To the first campaign.
    """
    digest = digests[0]
    yield r.checkpoint()
    yield r.entity(1, account=r.ORGANIZER, profile_hash=digest)
    yield r.currency()
    yield r.metadata()
    objected = {"state": "claimed", "attempts": 3, "claimed_at": NOW - 9 * DAY, "window_ends_at": NOW + DAY}
    objected |= {"objectors": 2**31, "objected_amount": 2**95, "evidence_hash": digest, "reason": digest}
    for number in range(1, 101):
        yield r.campaign(
            number, raised=2**96 - 1, stretch_goal=2**96 - 1, backers=pledges, description_hash=digests[number % 100]
        )
        yield from r.milestones(
            number, *(objected | {"document_hash": digests[100 + n], "share_bps": 833} for n in range(12))
        )
    for number in range(pledges):
        yield r.pledge(1, f"0x{number:040x}", 2**90 + number, first_event_key=r.key(400, number), member_id=number + 1)
    for number in range(200):
        yield r.objection(1, f"0x{number:040x}", 2**90 + number, counted=True, objected_event_key=r.key(401, number))
    for number in range(200):
        update = r.update(1, 500 + number)
        update.document_hash = digests[100 + number]
        yield update


@pytest.fixture(scope="module")
def large(blank: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Return a client of the pages of a lab in which everything is as large as it can be."""
    folder = tmp_path_factory.mktemp("large")
    contents = [largest_document() for _ in range(100)] + [smaller_document() for _ in range(200)]
    digests = [sha256(content).hexdigest() for content in contents]
    for digest, content in zip(digests, contents, strict=True):
        (folder / digest).write_bytes(content)
    make_mirror(folder / "own.db", large_lab([f"0x{digest}" for digest in digests], 500), blank)
    with serving(create_app(settings_of(folder / "own.db", folder), clock=lambda: NOW)) as pages:
        yield pages


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/campaigns",
        "/campaigns?limit=100",
        "/campaigns/1",
        "/campaigns/1/pledges",
        "/campaigns/1/pledges?limit=100",
        "/campaigns/1/objections?limit=100",
        "/campaigns/1/updates?limit=100",
        "/campaigns?q=" + "x" * 100,
    ],
)
def test_page__of_the_largest_records__stays_small(large: Client, path: str) -> None:
    for language in ("en", "ar"):
        answer = large.get(f"/{language}{path}")

        assert answer.status == 200
        size = len(compress(answer.body, 5))
        assert size <= MOST_BYTES
        # Or the largest records are not on the page.
        assert path != "/campaigns/1" or size > MOST_BYTES // 3
