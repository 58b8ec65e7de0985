"""What is measured, each in a process of its own: the raw download of all logs, and the indexer from nothing.

Prints one line of JSON with wall and CPU seconds. Starting Python and importing modules is not in them.
"""

import asyncio
import json
import resource
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final

import aiohttp
import msgspec

from benchmarks.indexing.chain import ADDRESSES, FIRST_BLOCK
from indexer.events import Watched

WANTED: Final = ["0x" + address.hex() for address in ADDRESSES.values()]
IN_FLIGHT: Final = 2
READ_BUFFER: Final = 2**20


async def download(url: str, last: int, step: int, keep: Callable[[bytes], None]) -> None:
    """Get all logs in ranges of `step` blocks, two requests in flight, and do nothing with them."""
    ranges = iter([(first, min(last, first + step - 1)) for first in range(FIRST_BLOCK, last + 1, step)])

    async def worker(session: aiohttp.ClientSession) -> None:
        for first, end in ranges:
            where = {"fromBlock": hex(first), "toBlock": hex(end), "address": WANTED}
            question = {"jsonrpc": "2.0", "id": 1, "method": "eth_getLogs", "params": [where]}
            async with session.post(url, data=msgspec.json.encode(question)) as answer:
                keep(await answer.read())

    async with aiohttp.ClientSession(read_bufsize=READ_BUFFER) as session:
        await asyncio.gather(*[worker(session) for _ in range(IN_FLIGHT)])


async def raw(url: str, last: int, step: int) -> dict[str, Any]:
    """Download without keeping anything; then once more to see what orjson needs for the same bytes."""
    import orjson  # noqa: PLC0415 - the other process has no use for it

    clock = Clock()
    size = 0

    def count(body: bytes) -> None:
        nonlocal size
        size += len(body)

    await download(url, last, step, count)
    found = clock.read() | {"bytes": size}
    parsing = 0.0

    def parse(body: bytes) -> None:
        nonlocal parsing
        began = time.process_time()
        orjson.loads(body)
        parsing += time.process_time() - began

    await download(url, last, step, parse)
    return found | {"orjson": parsing}


async def bare(url: str, last: int, step: int, path: str) -> dict[str, Any]:
    """Store the events and nothing else: no check, no journal, no read model, no undo, no head of the chain."""
    import orjson  # noqa: PLC0415 - only here

    from benchmarks.indexing.bare import Store  # noqa: PLC0415

    bodies: list[bytes] = []
    await download(url, last, step, bodies.append)
    store = Store(path)
    clock = Clock()
    journal = 0.0
    while bodies:
        logs = orjson.loads(bodies.pop())["result"]
        store.add(logs)
        began = time.process_time()
        store.journal(logs)
        journal += time.process_time() - began
    found = clock.read()
    return {"cpu": found["cpu"] - journal, "journal": journal}


async def index(url: str, database: str) -> dict[str, Any]:
    """Make a mirror from nothing, as `eranos index once` does."""
    from indexer import loop  # noqa: F401, PLC0415 - loads modules before the clock runs; the raw download needs none
    from indexer.store import schema  # noqa: F401, PLC0415

    clock = Clock()
    events = 0

    def watch(step: Any) -> None:
        nonlocal events
        events += step.events

    async with _loop(url, database) as (made, _indexer):
        await made.once(watch)
    return clock.read() | {"events": events}


async def follow(url: str, database: str) -> dict[str, Any]:
    """Follow the chain until standard input ends; a line for the time to the head, and one for each head after it."""
    from indexer import heads, loop  # noqa: F401, PLC0415 - loads modules before the clock runs
    from indexer.store import schema  # noqa: F401, PLC0415

    clock = Clock()
    async with _loop(url, database) as (made, indexer):
        asyncio.get_running_loop().run_in_executor(None, _until_input_ends, made.stop, asyncio.get_running_loop())

        def watch(step: Any) -> None:
            if step.outcome == "idle":
                say(
                    {"number": indexer.checkpoint.number, "hash": indexer.checkpoint.hash, "wall": clock.read()["wall"]}
                )

        jobs = [
            asyncio.create_task(heads.follow(url.replace("http", "ws"), made.wake.set)),
            asyncio.create_task(_every_second(made.wake)),
        ]
        await made.run(watch)
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)
    return clock.read()


async def _every_second(wake: asyncio.Event) -> None:
    while True:
        await asyncio.sleep(1)
        wake.set()


def _until_input_ends(stop: asyncio.Event, loop: asyncio.AbstractEventLoop) -> None:
    sys.stdin.read()
    loop.call_soon_threadsafe(stop.set)


@asynccontextmanager
async def _loop(url: str, database: str) -> AsyncIterator[tuple[Any, Any]]:
    """Open everything the indexer needs, and close it again."""
    from indexer.endpoints import open_nodes  # noqa: PLC0415 - not measured with the raw download
    from indexer.fetch import Fetcher  # noqa: PLC0415
    from indexer.loop import Loop  # noqa: PLC0415
    from indexer.settings import Settings  # noqa: PLC0415
    from indexer.status import StatusBoard  # noqa: PLC0415
    from indexer.store import schema  # noqa: PLC0415
    from indexer.store.session import open_engine  # noqa: PLC0415
    from indexer.sync import Indexer  # noqa: PLC0415

    settings = Settings()
    engine = open_engine(database)
    schema.upgrade(engine)
    node = open_nodes(url, settings.rpc_timeout)
    chain_id, genesis = await node.identity()
    names = {"0x" + address.hex(): name for name, address in ADDRESSES.items()}
    watched = Watched(chain_id, genesis, names, FIRST_BLOCK)
    fetcher = Fetcher(node, watched, target_logs=settings.target_logs, max_range=settings.max_range)
    indexer = Indexer(node, engine, watched, fetcher)
    await indexer.start()
    yield Loop(indexer, fetcher, StatusBoard(engine)), indexer
    await fetcher.stop()
    await node.close()
    engine.dispose()


def say(found: dict[str, Any]) -> None:
    """Write one line of JSON."""
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()


class Clock:
    """Wall and CPU seconds since it was made, and the peak of resident memory."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def read(self) -> dict[str, Any]:
        """Return what was measured; memory in megabytes."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        unit = 2**20 if sys.platform == "darwin" else 2**10
        wall, cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu
        return {"wall": wall, "cpu": cpu, "memory": peak / unit}


def main() -> None:
    """Measure what the command line names."""
    what, *arguments = sys.argv[1:]
    jobs: dict[str, Callable[..., Coroutine[Any, Any, dict[str, Any]]]] = {
        "raw": raw,
        "bare": bare,
        "index": index,
        "follow": follow,
    }
    values: list[Any] = [int(text) if text.isdigit() else text for text in arguments]
    say(asyncio.run(jobs[what](*values)))


if __name__ == "__main__":
    main()
