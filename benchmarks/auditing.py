"""What an audit takes: the ledger beside the raw download and decoding of the same events, and checking one proof.

The chain is the made one of the benchmarks of the indexer, so that no contract can be asked: what is measured is
reading all events, replaying their journals and keeping the books.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any, Final

from audit.journals import Replay
from audit.lab import Lab
from audit.ledger.books import CONTRACTS, Books
from audit.ledger.words import layouts
from audit.node import Log, Node
from audit.progress import Progress
from audit.proofs import proof as proofs
from audit.proofs.headers import Header
from audit.proofs.hex_text import text_of
from benchmarks.claims import Claim
from benchmarks.indexing.chain import ADDRESSES, FIRST_BLOCK
from benchmarks.indexing.claims import LOGS_PER_ANSWER, best, run, served
from benchmarks.indexing.client import Clock
from deployments import CompilerSettings, DeployedContract
from tests.audit.anvil import emit, running

EVENTS: Final = 100_000
FEWER: Final = 20_000
PER_BLOCK: Final = 500
ROUNDS: Final = 3
TRANSACTIONS: Final = 300
CHECKS: Final = 200
LEDGER_TARGET: Final = 3.0
"""Times the raw download and decoding, whether by our own client or by what nobody can beat."""
MEMORY_TARGET: Final = 1.1
"""Times that at a fifth of the events: flat."""
PROOF_MILLISECONDS: Final = 50
NOBODY: Final = CompilerSettings("", "", 0, via_ir=False)


def lab(url: str, last: int) -> Lab:
    """Return the lab of a made chain; the header is never asked about."""
    contracts = {
        name: DeployedContract(text_of(at), FIRST_BLOCK, "", "", NOBODY, name, 0) for name, at in ADDRESSES.items()
    }
    header = Header(b"", b"", b"", b"", b"", b"", last, 0)
    return Lab(Node(url), contracts, header)


def logs(url: str, last: int) -> Iterator[Log]:
    """Yield the logs of the contracts that hold or count money."""
    made = lab(url, last)
    names = [name for name in CONTRACTS if name in made.contracts]
    for some in made.logs(names, Progress(shown=False)):
        yield from some


def download(url: str, last: int) -> dict[str, Any]:
    """Download all events and decode their arguments."""
    decoders = {text_of(at): layouts(name) for name, at in ADDRESSES.items() if name in CONTRACTS}
    clock, count = Clock(), 0
    for log in logs(url, last):
        decoders[log.address][log.topics[0]].read(log)
        count += 1
    return clock.read() | {"events": count}


def ledger(url: str, last: int) -> dict[str, Any]:
    """Do the same, replay the journals and keep the books."""
    names = {text_of(at): name for name, at in ADDRESSES.items() if name in CONTRACTS}
    books, replays = Books(names), {address: Replay() for address in names}
    clock, count = Clock(), 0
    for log in logs(url, last):
        replays[log.address].take(log)
        books.take(log)
        count += 1
    if books.findings.differences:
        raise RuntimeError(books.findings.differences[0].line())
    return clock.read() | {"events": count}


def measure() -> Iterator[Claim]:
    """Measure the ledger of a long chain, its memory, and the check of one proof."""
    with served(EVENTS, PER_BLOCK) as node:
        rounds = [(_in_a_process("download", node), _in_a_process("ledger", node)) for _ in range(ROUNDS)]
        bare = best([run("raw", node.url, node.last, LOGS_PER_ANSWER // PER_BLOCK) for _ in range(ROUNDS)])
    reference, found = best([each for each, _ in rounds]), best([each for _, each in rounds])
    per_event = found["wall"] / found["events"] * 1e6
    yield Claim(
        "audit ledger: wall time",
        round(found["wall"], 3),
        "seconds",
        f"download and decoding of the same {reference['events']:,.0f} events, {reference['wall']:.2f} s; "
        f"{per_event:.1f} microseconds each",
        round(found["wall"] / reference["wall"], 3),
        LEDGER_TARGET,
    )
    yield Claim(
        "audit ledger: wall time against two requests in flight and nothing else",
        round(found["wall"], 3),
        "seconds",
        f"all logs by aiohttp, {bare['wall']:.2f} s, and orjson on the same bytes, {bare['orjson']:.2f} s",
        round(found["wall"] / (bare["wall"] + bare["orjson"]), 3),
        LEDGER_TARGET,
    )
    with served(FEWER, PER_BLOCK) as node:
        fewer = _in_a_process("ledger", node)
    yield Claim(
        f"audit ledger: memory at {EVENTS:,} events",
        round(found["memory"], 1),
        "MB resident at most",
        f"at {FEWER:,} events, and a fifth of the accounts, {fewer['memory']:.0f} MB",
        round(found["memory"] / fewer["memory"], 3),
        MEMORY_TARGET,
    )
    yield from proof()


def proof() -> Iterator[Claim]:
    """Measure checking one proof from a block of many transactions, inside a process and as a whole command."""
    with running() as anvil, tempfile.TemporaryDirectory() as folder:
        emitter = anvil.emitter()
        sent = {"to": emitter, "data": emit(2), "gas": hex(90_000)}
        mined = anvil.mine(*({**sent, "from": anvil.accounts[i % 10]} for i in range(TRANSACTIONS)))
        block = proofs.Block.of(mined, anvil.receipts(mined))
        text = proofs.write(block.prove(TRANSACTIONS))
        file = Path(folder) / "proof.json"
        file.write_bytes(text)
        inside = median(_seconds(lambda: proofs.check(proofs.parse(text), block.header.hash)) for _ in range(CHECKS))
        eranos = str(Path(sys.executable).with_name("eranos"))
        command = [eranos, "audit", "proof", str(file), "--block-hash", text_of(block.header.hash)]
        whole = median(_seconds(lambda: subprocess.run(command, check=True, capture_output=True)) for _ in range(5))  # noqa: S603
    reference = f"{len(text):,} bytes, block of {TRANSACTIONS} transactions; aim {PROOF_MILLISECONDS} ms"
    yield _milliseconds("audit proof: checking one", inside, reference)
    yield _milliseconds("audit proof: the command", whole, "the same; most of it is Python that starts and imports")


def _milliseconds(name: str, seconds: float, reference: str) -> Claim:
    ratio = round(seconds * 1e3 / PROOF_MILLISECONDS, 3)
    return Claim(name, round(seconds * 1e3, 2), "milliseconds", reference, ratio)


def _in_a_process(what: str, node: Any) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.auditing", what, node.url, str(node.last)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


if __name__ == "__main__":
    WHAT, URL, LAST = sys.argv[1:4]
    sys.stdout.write(json.dumps({"download": download, "ledger": ledger}[WHAT](URL, int(LAST))) + "\n")
