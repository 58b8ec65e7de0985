"""The claims: what a page costs that nobody has asked for at this block, on a thousand campaigns, beside an empty one.

A page that was made at the same block is sent again as it is, which costs the same for every page. So each request asks
at an address of its own, and the page is made anew; so is the empty page, in turns with it.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from benchmarks.claims import Claim
from benchmarks.pages.crowd import crowd
from benchmarks.serving.mirror import CAMPAIGNS, PLEDGES, backer, fill
from indexer.store.models import Campaign
from indexer.store.session import open_engine
from tests.api import rows

MOST: Final = 8.0
"""The plan's."""
ROUNDS: Final = 60
WARM_UP: Final = 5
PAGES: Final = {
    "front page": "",
    "list of campaigns": "/campaigns",
    "list by filters": "/campaigns?territory=ES&theme=0&phase=live&sort=deadline",
    "search in titles": "/campaigns?q=garden+77",
    "one campaign": "/campaigns/77",
    "pledges of a campaign": "/campaigns/77/pledges",
    "public money": "/pools",
    "a pool that matches 120 campaigns": "/pools/1",
    "what it owes one of them": "/pools/1/campaigns/77",
    "open books": "/books",
    "an entity with 120 records of each kind": "/entities/1",
    "marketplace": "/listings",
    "my page of a backer": f"/my?account={backer(7)}",
    "help": "/help",
    "what is not there": "/campaigns/99999",
}
ORGANIZERS: Final = f"/my?account={rows.entity(1).account}"
"""What is next in each of the newest of 120 campaigns, and what is due: only reported."""
EMPTY: Final = "/empty"
_TEXT: Final = "A garden on the roof of the school, with rain water and a place to sit. "


def measure() -> Iterator[Claim]:
    """Yield the claims."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder / "mirror.db", events=0)
        describe(folder / "mirror.db", folder)
        with _server(folder / "mirror.db", folder) as connection:
            for what, path in PAGES.items():
                yield _slower(connection, what, path, MOST)
            yield _slower(connection, "my page of an organizer of 120 campaigns", ORGANIZERS, None)


def describe(mirror: Path, folder: Path) -> None:
    """Give each campaign a document of its own, as long as people write them."""
    engine = open_engine(f"sqlite:///{mirror}")
    with Session(engine) as session:
        session.add(rows.tenure(1, 11, rows.entity(1).account, rows.NOW - rows.DAY))
        for number in range(1, CAMPAIGNS + 1):
            title = {code: f"Garden {number} ({code})" for code in ("en", "es", "ar")}
            text = dict.fromkeys(title, _TEXT * 20)
            content = json.dumps({"title": title, "summary": title, "description": text}).encode()
            digest = sha256(content).hexdigest()
            (folder / digest).write_bytes(content)
            described = update(Campaign).where(Campaign.campaign_id == number)
            session.execute(described.values(description_hash=f"0x{digest}"))
        session.add_all(crowd(folder))
        session.commit()
    engine.dispose()


def _slower(connection: HTTPConnection, what: str, path: str, target: float | None) -> Claim:
    taken: list[tuple[float, float]] = []
    for number in range(WARM_UP + ROUNDS):
        both = _seconds(connection, path), _seconds(connection, EMPTY)
        taken += [both] if number >= WARM_UP else []
    page, empty = (1_000 * median(one) for one in zip(*taken, strict=True))
    return Claim(
        claim=f"{what}: server time of a page made anew, {CAMPAIGNS} campaigns and {PLEDGES} pledges",
        value=round(page, 2),
        unit="ms",
        reference=f"empty page of the same server: {empty:.2f}",
        ratio=round(page / empty, 2),
        target=target,
    )


_NUMBERS: Final = count(1)


def _seconds(connection: HTTPConnection, path: str) -> float:
    """Return how long a page took that nobody asked for before."""
    address = f"/en{path}{'&' if '?' in path else '?'}n={next(_NUMBERS)}"
    started = time.perf_counter()
    connection.request("GET", address)
    answer = connection.getresponse()
    answer.read()
    taken = time.perf_counter() - started
    if answer.status not in {200, 404}:
        raise RuntimeError(f"{address}: {answer.status}")
    return taken


@contextmanager
def _server(mirror: Path, folder: Path) -> Iterator[HTTPConnection]:
    command = [sys.executable, "-m", "benchmarks.pages.server", str(mirror), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own module
        try:
            port = int(process.stdout.readline() if process.stdout else "")
            connection = HTTPConnection("127.0.0.1", port, timeout=60)
            yield connection
            connection.close()
        finally:
            process.kill()
