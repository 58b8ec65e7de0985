"""What a large lab has beside its campaigns: pools that match many of them, and an entity that does everything."""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

from indexer.store.columns import Base
from tests.api import case_rows as cases
from tests.api import rows

MATCHED: Final = 120
"""Campaigns that one pool matches, accounts that paid into it, pools of one manager, and records of each other kind."""
MATCHES: Final = 100
"""Pledges of each of these campaigns that called money of the pool."""
PLANNED: Final = 3
"""Milestones that each campaign has already."""
MILESTONES: Final = 12
"""The most that a campaign can have."""
_ABOUT: Final = "A cooperative of people who mend, grow and teach, open to everybody in the quarter. "


def account(number: int) -> str:
    """Return an account that looks as real ones do."""
    return "0x" + sha256(str(number).encode()).hexdigest()[:40]


def named(folder: Path, kind: str, number: int) -> str:
    """Write a document with a name and a text as long as people write them, and return its hash."""
    name = f"{kind} {number}"
    texts = {code: f"{name} ({code})" for code in ("en", "es", "ar")}
    about = dict.fromkeys(texts, _ABOUT * 20)
    content = json.dumps({"name": name, "title": texts, "about": about, "text": about}).encode()
    digest = sha256(content).hexdigest()
    (folder / digest).write_bytes(content)
    return f"0x{digest}"


def crowd(folder: Path) -> Iterator[Base]:
    """Yield it; the first entity and the campaigns are there."""
    for number in range(1, MATCHED + 1):
        event = rows.key(400, number)
        if number > 1:
            profile = named(folder, "Entity", number)
            yield rows.entity(number, kinds=7, profile_hash=profile, account=account(number))
        yield rows.pool(number, manager=1, funded=10**15, reserved=10**12, opened_event_key=event, campaigns=MATCHED)
        yield rows.reservation(1, number, 0, reserved=10**10, requested_event_key=event, backers=MATCHES)
        yield rows.funder(1, number, 10**13)
        yield rows.funding(1, account(number), 10**13, funder=number, first_event_key=event)
        yield from rows.milestones(number, *[{"share_bps": 100}] * MILESTONES)[PLANNED:]
        listing, offer = named(folder, "Listing", number), named(folder, "Offer", number)
        yield cases.listing(number, description_hash=listing, listed_event_key=event, delivery_modes=15)
        yield cases.offer(number, provider=1, details_hash=offer, offered_event_key=event)
        yield cases.redemption(number, requested_event_key=event, provider=1, beneficiary=number)
        yield cases.attestation(number, 3, provider=1, beneficiary=number, attested_event_key=event)
        for place in range(MATCHES):
            first = rows.key(500 + number, place)
            yield rows.match(1, number, f"0x{number + place * 1_000:040x}", 10**8, first_event_key=first)
