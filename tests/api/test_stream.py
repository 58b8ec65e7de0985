"""The stream of events
refuses an id that is none of its own, and more readers than it can hold
tells each event once, in the order of the chain, to readers who come, go and come back
after a reorganisation says from which block on to forget, then tells what replaces it
    to who listens, to who comes back, and to who was told nothing yet
ends when the server does
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import Engine, delete, insert, update
from sqlalchemy.orm import Session

from api import stream
from api.app import create_app
from api.settings import Settings
from indexer.store.models import EVENTS, Checkpoint
from indexer.store.session import open_engine
from tests.api import rows as r
from tests.api.client import Client, serving
from tests.api.conftest import make_mirror

PROFILE = EVENTS["EntityRegistry", "ProfileUpdated"].table
FINALIZED = r.BLOCK - 64


class Chain:
    """Writes blocks of a chain into a mirror."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def write(self, block: int, events: int = 1, *, branch: int = 0, kept: int | None = None) -> None:
        """Write a block with some events; first forget those above `kept`."""
        with Session(self.engine) as session:
            if kept is not None:
                session.execute(delete(PROFILE).where(PROFILE.c.block_number > kept))
            for index in range(events):
                session.execute(insert(PROFILE), row(block, index, branch))
            moved = {"number": block, "hash": block_hash(block, branch), "block_time": r.NOW + block}
            session.execute(update(Checkpoint).values(**moved, head_number=block))
            session.commit()

    def finalize(self, block: int) -> None:
        """Say that a block is final."""
        with Session(self.engine) as session:
            session.execute(update(Checkpoint).values(finalized_number=block))
            session.commit()


def block_hash(block: int, branch: int) -> str:
    return r.digest(block + (branch << 32))


def row(block: int, index: int, branch: int) -> dict[str, Any]:
    return {
        "event_key": r.key(block, index),
        "block_number": block,
        "log_index": index,
        "block_time": r.NOW + block,
        "block_hash": block_hash(block, branch),
        "tx_hash": r.digest(block + (branch << 32) + (1 << 64)),
        "contract": r.CROWDFUNDING,
        "entity_id": 1 + index % 2,
        "profile_hash": r.digest(9),
    }


class Listener:
    """Reads messages of a stream."""

    def __init__(self, client: Client, path: str, last_id: str | None) -> None:
        self.connection = HTTPConnection("127.0.0.1", client.connection.port, timeout=20)
        self.connection.request("GET", path, headers={"Last-Event-ID": last_id} if last_id else {})
        self.response = self.connection.getresponse()
        self.last_id = last_id or ""

    def hear(self, *, blocks: bool = False) -> tuple[str, Any]:
        """Return the kind and the data of the next message; `block` messages only if they are asked for."""
        while True:
            message: dict[str, str] = {}
            while line := self.response.readline().decode().rstrip("\n"):
                name, _, value = line.partition(": ")
                message[name] = value
            self.last_id = message.get("id", self.last_id)
            if "event" in message and (blocks or message["event"] != "block"):
                return message["event"], json.loads(message["data"])

    def keys(self, count: int) -> list[int]:
        """Return the keys of the next events."""
        heard = [self.hear() for _ in range(count)]
        assert {kind for kind, _ in heard} <= {"event"}, heard
        return [data["event_key"] for _, data in heard]


@pytest.fixture
def path(tmp_path: Path, blank: Path) -> Path:
    made = tmp_path / "stream.db"
    make_mirror(made, [r.checkpoint()], blank)
    return made


@pytest.fixture
def chain(path: Path) -> Iterator[Chain]:
    engine = open_engine(f"sqlite:///{path}")
    yield Chain(engine)
    engine.dispose()


@pytest.fixture
def asking(path: Path) -> Iterator[Client]:
    with serving(create_app(Settings(database_url=f"sqlite:///{path}"))) as client:
        yield client


Listen = Callable[..., Any]


@pytest.fixture
def listen(asking: Client) -> Listen:
    @contextmanager
    def listen(path: str = "/v1/stream", last_id: str | None = None) -> Iterator[Listener]:
        listener = Listener(asking, path, last_id)
        try:
            assert listener.response.status == 200
            if last_id is None:
                listener.hear(blocks=True)  # where the mirror is: from here on nothing is missed
            yield listener
        finally:
            listener.connection.close()

    return listen


# What goes wrong


@pytest.mark.parametrize(
    "last_id", ["x", "1", "1.2.3", f"1.{'0' * 16}", f"{2**64}.{'0' * 16}.1", f"1.{'0' * 16}.{2**64}", "1" * 200]
)
def test_stream__with_an_id_of_another__is_refused(asking: Client, chain: Chain, last_id: str) -> None:
    answer = asking.get("/v1/stream", {"Last-Event-ID": last_id})

    assert (answer.status, answer.problem) == (400, "invalid-parameter")


@pytest.mark.parametrize("query", ["x=1", "contract=Nothing", "after=-1", "limit=3"])
def test_stream__with_a_parameter_it_lacks__is_refused(asking: Client, chain: Chain, query: str) -> None:
    assert asking.get(f"/v1/stream?{query}").status == 400


def test_stream__of_a_mirror_without_a_block__is_not_ready(blank_client: Client) -> None:
    assert blank_client.get("/v1/stream").problem == "mirror-not-ready"


def test_stream__with_too_many_readers__asks_to_come_back(
    asking: Client, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "MAX_STREAMS", 1)
    with listen():
        answer = asking.get("/v1/stream")
    assert (answer.status, answer.problem, answer.headers["retry-after"]) == (503, "streams-full", "5")

    end = monotonic() + 10
    while monotonic() < end:  # the server notices soon that the reader has gone
        again = Listener(asking, "/v1/stream", None)
        again.connection.close()
        if again.response.status == 200:
            return
    pytest.fail("the place of the reader who left stayed taken")


def test_stream__of_a_caller_with_too_many__is_refused_to_that_caller_alone(
    asking: Client, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "MAX_OF_CALLER", 1)
    other = HTTPConnection("127.0.0.1", asking.connection.port, timeout=20, source_address=("127.0.0.2", 0))
    with listen():
        answer = asking.get("/v1/stream")
        other.request("GET", "/v1/stream")
        others = other.getresponse().status
        other.close()

    assert (answer.status, answer.problem, others) == (503, "streams-full", 200)
    assert answer.json()["detail"] == "1 streams of one caller are served at the same time"


# What is told


def test_events__that_are_indexed__are_told_once_and_in_order(chain: Chain, listen: Listen) -> None:
    with listen() as one, listen() as other:
        chain.write(r.BLOCK + 1, 2)
        chain.write(r.BLOCK + 2, 0)
        chain.write(r.BLOCK + 3, 1)
        expected = [r.key(r.BLOCK + 1), r.key(r.BLOCK + 1, 1), r.key(r.BLOCK + 3)]
        assert one.keys(3) == expected
        assert other.keys(3) == expected


def test_event__as_told__is_the_one_that_is_served(asking: Client, chain: Chain, listen: Listen) -> None:
    with listen() as listener:
        chain.write(r.BLOCK + 1)
        _, told = listener.hear()

    assert told == asking.get(f"/v1/events/{r.key(r.BLOCK + 1)}").json()["event"]


def test_events__more_than_one_batch__are_all_told(
    chain: Chain, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "BATCH", 3)
    with listen() as listener:
        chain.write(r.BLOCK + 1, 10)
        assert listener.keys(10) == [r.key(r.BLOCK + 1, index) for index in range(10)]


def test_events__of_others__are_not_told(chain: Chain, listen: Listen) -> None:
    with listen("/v1/stream?entity=2") as listener:
        chain.write(r.BLOCK + 1, 4)
        assert listener.keys(2) == [r.key(r.BLOCK + 1, 1), r.key(r.BLOCK + 1, 3)]


def test_block__without_events__is_told(chain: Chain, listen: Listen) -> None:
    with listen() as listener:
        chain.write(r.BLOCK + 1, 0)
        kind, data = listener.hear(blocks=True)

    assert (kind, data["block_number"], data["label"]) == ("block", r.BLOCK + 1, "head")


def test_reader__who_comes_back__hears_what_was_missed(chain: Chain, listen: Listen) -> None:
    with listen() as listener:
        chain.write(r.BLOCK + 1, 2)
        listener.keys(1)
        last_id = listener.last_id
    chain.write(r.BLOCK + 2)

    with listen(last_id=last_id) as again:
        assert again.keys(2) == [r.key(r.BLOCK + 1, 1), r.key(r.BLOCK + 2)]


def test_reader__who_names_an_event__hears_those_behind_it(asking: Client, chain: Chain) -> None:
    chain.write(r.BLOCK + 1, 3)
    listener = Listener(asking, f"/v1/stream?after={r.key(r.BLOCK + 1)}", None)

    assert listener.keys(2) == [r.key(r.BLOCK + 1, 1), r.key(r.BLOCK + 1, 2)]
    listener.connection.close()


# Reorganisations


def test_reorg__of_told_events__names_the_first_lost_block(chain: Chain, listen: Listen) -> None:
    with listen() as listener:
        for block in (1, 2, 3):
            chain.write(r.BLOCK + block, 2)
        listener.keys(6)
        chain.write(r.BLOCK + 3, 3, branch=1, kept=r.BLOCK + 1)

        assert listener.hear() == ("reorg", {"from_block": r.BLOCK + 2})
        assert listener.keys(3) == [r.key(r.BLOCK + 3, index) for index in range(3)]


def test_reorg__to_the_same_block_number_and_keys__is_told(chain: Chain, listen: Listen) -> None:
    with listen() as listener:
        chain.write(r.BLOCK + 1)
        listener.keys(1)
        chain.write(r.BLOCK + 1, branch=1, kept=r.BLOCK)

        assert listener.hear() == ("reorg", {"from_block": FINALIZED + 1})
        assert listener.hear()[1]["block_hash"] == block_hash(r.BLOCK + 1, 1)


def test_reorg__to_a_shorter_chain__is_told(chain: Chain, listen: Listen) -> None:
    with listen() as listener:
        for block in (1, 2, 3):
            chain.write(r.BLOCK + block)
        listener.keys(3)
        chain.write(r.BLOCK + 2, 0, branch=1, kept=r.BLOCK + 1)

        assert listener.hear() == ("reorg", {"from_block": r.BLOCK + 2})


def test_reorg__while_a_reader_was_away__is_told_when_it_comes_back(chain: Chain, listen: Listen) -> None:
    with listen() as listener:
        chain.write(r.BLOCK + 1)
        chain.write(r.BLOCK + 2)
        listener.keys(2)
        last_id = listener.last_id
    chain.write(r.BLOCK + 3, branch=1, kept=r.BLOCK + 1)

    with listen(last_id=last_id) as again:
        # Which of the blocks above the finalized one were replaced is not known of a reader who comes back.
        assert again.hear() == ("reorg", {"from_block": FINALIZED + 1})
        assert again.keys(2) == [r.key(r.BLOCK + 1), r.key(r.BLOCK + 3)]


def test_reorg__of_blocks_that_were_final__is_none(chain: Chain, listen: Listen) -> None:
    with listen() as listener:
        chain.write(r.BLOCK + 1)
        listener.keys(1)
        chain.finalize(r.BLOCK + 1)
        chain.write(r.BLOCK + 2)
        listener.keys(1)
        last_id = listener.last_id

    with listen(last_id=last_id) as again:
        chain.write(r.BLOCK + 3)
        assert again.keys(1) == [r.key(r.BLOCK + 3)]


def test_reorg__before_anything_was_told__is_told(chain: Chain, listen: Listen) -> None:
    chain.write(r.BLOCK + 1)
    with listen() as listener:
        chain.write(r.BLOCK + 1, 2, branch=1, kept=r.BLOCK)

        assert listener.hear() == ("reorg", {"from_block": FINALIZED + 1})
        assert listener.keys(2) == [r.key(r.BLOCK + 1), r.key(r.BLOCK + 1, 1)]


# Its end


def test_server__with_a_reader__ends_all_the_same(path: Path) -> None:
    with serving(create_app(Settings(database_url=f"sqlite:///{path}"))) as client:
        listener = Listener(client, "/v1/stream", None)
        started = monotonic()
    assert monotonic() - started < 10
    listener.connection.close()
