"""What is measured, each in a process of its own: the raw download of all logs, and the indexer from nothing.

Prints one line of JSON with wall and CPU seconds. Starting Python and importing modules is not in them.
"""

import asyncio
import json
import resource
import sys
import time
from collections.abc import Callable, Coroutine
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


async def index(url: str, database: str) -> dict[str, Any]:
    """Make a mirror from nothing, as `eranos index once` does."""
    from indexer.chain import HttpNode  # noqa: PLC0415 - not measured with the raw download
    from indexer.fetch import Fetcher  # noqa: PLC0415
    from indexer.loop import Loop  # noqa: PLC0415
    from indexer.settings import Settings  # noqa: PLC0415
    from indexer.status import StatusBoard  # noqa: PLC0415
    from indexer.store import schema  # noqa: PLC0415
    from indexer.store.session import open_engine  # noqa: PLC0415
    from indexer.sync import Indexer  # noqa: PLC0415

    settings = Settings()
    clock = Clock()
    engine = open_engine(database)
    schema.upgrade(engine)
    node = HttpNode.open(url, settings.rpc_timeout)
    chain_id, genesis = await node.identity()
    names = {"0x" + address.hex(): name for name, address in ADDRESSES.items()}
    watched = Watched(chain_id, genesis, names, FIRST_BLOCK)
    fetcher = Fetcher(node, watched, target_logs=settings.target_logs, max_range=settings.max_range)
    indexer = Indexer(node, engine, watched, fetcher)
    await indexer.start()
    events = 0

    def watch(step: Any) -> None:
        nonlocal events
        events += step.events

    await Loop(indexer, fetcher, StatusBoard(engine)).once(watch)
    await node.close()
    engine.dispose()
    return clock.read() | {"events": events}


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
    jobs: dict[str, Callable[..., Coroutine[Any, Any, dict[str, Any]]]] = {"raw": raw, "index": index}
    values: list[Any] = [int(text) if text.isdigit() else text for text in arguments]
    sys.stdout.write(json.dumps(asyncio.run(jobs[what](*values))) + "\n")


if __name__ == "__main__":
    main()
