"""Workers that run at the same time, each with its own local chain."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from threading import Lock
from typing import Any, Final, Self

from tests.mutation.sources import CODE, ROOT, Sources

LOGS: Final = ROOT / ".build" / "mutation"
#: A worker whose chain holds the states of so many tests is replaced by a fresh one.
ORDERS_A_WORKER: Final = 400

Order = dict[str, Any]


class WorkerLost(Exception):
    """A worker ended before its work was done."""


class Worker:
    """A process of `ape test` that does one order after the other."""

    def __init__(self, number: int, sources: Sources) -> None:
        ours, theirs = socket.socketpair()
        LOGS.mkdir(parents=True, exist_ok=True)
        self.log = LOGS / f"worker-{number}.log"
        with theirs, self.log.open("w", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                [
                    Path(sys.executable).with_name("ape"),
                    "test",
                    "tests/contracts",
                    "-p",
                    "tests.mutation.worker",
                    "--disable-isolation",
                    "--tb=line",
                    "-q",
                    "-p",
                    "no:cacheprovider",
                ],
                cwd=ROOT,
                env={**os.environ, "MUTATION_WORK": str(theirs.fileno()), "PYTHONPATH": str(ROOT)},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._work = Connection(ours.detach())
        self.done = 0
        try:
            self.tests: list[str] = self._work.recv()
            outputs = {file: {name: list(CODE)} for file, name in sources.deployed.items()}
            self._work.send({"marks": sorted(sources.marks), "outputs": outputs})
        except (EOFError, OSError) as error:
            raise self._lost() from error

    def do(self, order: Order) -> Any:
        """Returns the answer to an order.

        Raises:
            WorkerLost: With the last lines that it printed.
        """
        try:
            self._work.send(order)
            self.done += 1
            return self._work.recv()
        except (EOFError, OSError) as error:
            raise self._lost() from error

    def _lost(self) -> WorkerLost:
        self._process.kill()
        self._process.wait()
        return WorkerLost("\n".join(self.log.read_text(encoding="utf-8").splitlines()[-15:]))

    def close(self) -> None:
        """Ends the process and its chain."""
        try:
            self._work.send(None)
        except OSError:
            self._process.kill()
        self._process.wait()


class Crew:
    """A few workers. Each takes the next piece of work when it is free."""

    def __init__(self, size: int, sources: Sources) -> None:
        self._sources = sources
        self._size = size
        self._free: SimpleQueue[Worker] = SimpleQueue()
        self._workers: list[Worker] = []
        self._lock = Lock()

    def __enter__(self) -> Self:
        with ThreadPoolExecutor(self._size) as pool:
            self._workers = list(pool.map(lambda number: Worker(number, self._sources), range(self._size)))
        for worker in self._workers:
            self._free.put(worker)
        self.tests = self._workers[0].tests
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.close()

    def each(self, work: Iterable[Any], do: Callable[[Worker, Any], Any]) -> Iterator[tuple[Any, Any]]:
        """Yields (piece, result) of all work in the order in which it gets done."""
        results: SimpleQueue[tuple[Any, Any]] = SimpleQueue()
        ahead = iter(work)

        def labor() -> None:
            worker = self._free.get()
            try:
                while True:
                    with self._lock:
                        piece = next(ahead, None)
                    if piece is None:
                        return
                    if worker.done >= ORDERS_A_WORKER:
                        worker = self._renewed(worker)
                    results.put((piece, do(worker, piece)))
            except Exception as error:  # noqa: BLE001
                # Raised again where the results are read.
                results.put((None, error))
            finally:
                self._free.put(worker)
                results.put((None, None))

        with ThreadPoolExecutor(self._size) as pool:
            for _ in range(self._size):
                pool.submit(labor)
            at_work = self._size
            while at_work:
                piece, result = results.get()
                if isinstance(result, BaseException):
                    raise result
                if piece is None:
                    at_work -= 1
                else:
                    yield piece, result

    def _renewed(self, worker: Worker) -> Worker:
        number = self._workers.index(worker)
        worker.close()
        self._workers[number] = Worker(number, self._sources)
        return self._workers[number]
