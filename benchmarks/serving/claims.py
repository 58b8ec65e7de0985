"""The claims: what reading from a million events costs, beside an answer that is held in memory."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.claims import Claim
from benchmarks.serving.mirror import fill

CONNECTIONS: Final = 50
SECONDS: Final = 1.5
"""Of one round; a route and its constant take turns."""
ROUNDS: Final = 5

NEVER_ASKED: Final = "/v1/campaigns?deadline_from=1970-01-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
"""Holds all campaigns, and another address for each of a day's seconds in a month."""

TARGETS: Final[dict[str, float]] = {"list": 2.0, "record": 2.0, "conditional": 1.25, "latency": 5.0}
"""The plan's: half the constant's rate, 0.8 of it, and p99 of five times p50."""


def measure() -> Iterator[Claim]:
    """Yield the claims."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "mirror.db"
        fill(path)
        with _server(path) as port:
            campaigns, record = "/v1/campaigns", "/v1/campaigns/1"
            yield _slower(port, "list", "list of 20 campaigns", campaigns, "/constant/campaigns")
            yield _slower(port, "record", "one campaign", record, "/constant/campaigns/1")
            etag = asyncio.run(_etag(port, campaigns))
            yield _slower(port, "conditional", "list that the client holds", campaigns, "/constant/campaigns", etag)
            yield _slower(port, "new", "list never asked for before", NEVER_ASKED, "/constant/campaigns")
            with _indexing(path):
                yield _latency(port)


def _slower(port: int, name: str, what: str, path: str, constant: str, etag: str = "") -> Claim:
    ratios, rates = [], []
    for _ in range(ROUNDS):
        reference = len(asyncio.run(load(port, constant))) / SECONDS
        rate = len(asyncio.run(load(port, path, etag))) / SECONDS
        ratios.append(reference / rate)
        rates.append((reference, rate))
    reference, rate = (median(one) for one in zip(*rates, strict=True))
    return Claim(
        claim=f"{what}: requests per second against a constant's",
        value=round(rate),
        unit="requests/s",
        reference=f"constant of the same size: {reference:.0f}",
        ratio=round(median(ratios), 3),
        target=TARGETS.get(name),
    )


def _latency(port: int) -> Claim:
    ratios, shown = [], []
    for _ in range(ROUNDS):
        cuts = quantiles(asyncio.run(load(port, "/v1/campaigns")), n=100)
        ratios.append(cuts[98] / cuts[49])
        shown.append((cuts[98], cuts[49]))
    p99, p50 = (1_000 * median(one) for one in zip(*shown, strict=True))
    return Claim(
        claim=f"list of 20 campaigns: p99 at {CONNECTIONS} connections while blocks are written, against p50",
        value=round(p99, 1),
        unit="ms",
        reference=f"p50: {p50:.1f}",
        ratio=round(median(ratios), 3),
        target=TARGETS["latency"],
    )


async def load(port: int, path: str, etag: str = "") -> list[float]:
    """Ask for a path over all connections for some seconds; return the seconds that each answer took."""
    header = f"If-None-Match: {etag}\r\n" if etag else ""
    numbers = count(time.time_ns() // 1_000_000)
    taken: list[float] = []
    end = time.perf_counter() + SECONDS

    async def ask() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (started := time.perf_counter()) < end:
            writer.write(f"GET {_numbered(path, next(numbers))} HTTP/1.1\r\nHost: x\r\n{header}\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 304" if etag else b"HTTP/1.1 200"):
                raise RuntimeError(f"{path}: {head[:100]!r}")
            await reader.readexactly(_length(head))
            taken.append(time.perf_counter() - started)
        writer.close()

    await asyncio.gather(*(ask() for _ in range(CONNECTIONS)))
    return taken


async def _etag(port: int, path: str) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    return next(line.split(b": ", 1)[1].decode() for line in head.split(b"\r\n") if line.lower().startswith(b"etag"))


def _numbered(path: str, number: int) -> str:
    minutes, second = divmod(number, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    return path.format(day=1 + days % 28, hour=hour, minute=minute, second=second)


def _length(head: bytes) -> int:
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return int(lengths[0].split(b":")[1]) if lengths else 0


@contextmanager
def _server(path: Path) -> Iterator[int]:
    with _module("benchmarks.serving.server", path) as process:
        try:
            yield int(_line(process))
        finally:
            process.kill()


@contextmanager
def _indexing(path: Path) -> Iterator[None]:
    """Write blocks of 500 events while the block runs, in a process of its own as the indexer is."""
    with _module("benchmarks.serving.writer", path) as process:
        try:
            _line(process)
            yield
        finally:
            process.kill()


def _module(name: str, path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-m", name, str(path)], stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own


def _line(process: subprocess.Popen[str]) -> str:
    return process.stdout.readline() if process.stdout else ""
