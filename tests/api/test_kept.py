"""One answer, one maker: whoever asks for what another request is making waits for it, and gets nothing older."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, update
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from api import currencies
from api.app import create_app
from api.database import Present, engine_of
from api.errors import BeingMade
from api.kept import MAX_ANSWER, Keep, Kept, Making
from api.kept import Answer as KeptAnswer
from api.settings import Settings
from indexer.store.models import Checkpoint
from indexer.store.session import reading
from tests.api import rows as r
from tests.api import scenario as s
from tests.api.client import Answer, Client, serving
from tests.api.conftest import make_mirror

PATH = "/v1/currencies"
MANY = 60
"""More than the server has threads."""


class Slow:
    """Stands in for what makes the list of currencies: says when it began, and goes on when it may."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, failures: int = 0) -> None:
        self.made, self.failures = 0, failures
        self.began, self.may_go_on = threading.Event(), threading.Event()
        self._real = currencies.all_currencies
        monkeypatch.setattr("api.currencies.all_currencies", self)

    def __call__(self, mirror: Any) -> Any:
        self.made += 1
        number = self.made
        self.began.set()
        assert self.may_go_on.wait(20)
        if number <= self.failures:
            raise ZeroDivisionError
        return self._real(mirror)


@pytest.fixture
def ask_many() -> Iterator[Callable[[Client], list[Future[Answer]]]]:
    """Return what sends a request many times at once, each over a connection of its own."""
    with ThreadPoolExecutor(MANY) as pool:

        def ask(client: Client) -> list[Future[Answer]]:
            return [pool.submit(get_once, client) for _ in range(MANY)]

        yield ask


def get_once(client: Client) -> Answer:
    """Ask over a connection of its own."""
    own = Client(client.connection.port)
    try:
        return own.get(PATH)
    finally:
        own.connection.close()


def waiting(client: Client) -> None:
    """Return once the server answered something else: what was sent before is waiting by then."""
    for _ in range(5):
        assert client.get("/health").status == 200


def test_answer__that_many_ask_for_at_once__is_made_once(
    client_of: Callable[..., Client],
    monkeypatch: pytest.MonkeyPatch,
    ask_many: Callable[[Client], list[Future[Answer]]],
) -> None:
    monkeypatch.setattr("api.kept.PATIENCE_SECONDS", 20)
    asking, slow = client_of(s.rows()), Slow(monkeypatch)

    answers = ask_many(asking)
    assert slow.began.wait(20)
    waiting(asking)  # more wait than there are threads, and others are still answered
    slow.may_go_on.set()

    assert {(a.result().status, a.result().body) for a in answers} == {(200, asking.get(PATH).body)}
    assert slow.made == 1


def test_answer__whose_maker_fails__is_made_by_the_others(
    client_of: Callable[..., Client],
    monkeypatch: pytest.MonkeyPatch,
    ask_many: Callable[[Client], list[Future[Answer]]],
) -> None:
    monkeypatch.setattr("api.kept.PATIENCE_SECONDS", 20)
    asking, slow = client_of(s.rows()), Slow(monkeypatch, failures=1)

    answers = ask_many(asking)
    assert slow.began.wait(20)
    waiting(asking)
    slow.may_go_on.set()

    assert sorted(a.result().status for a in answers) == [*[200] * (MANY - 1), 500]


def test_answer__waited_for_while_a_block_comes__is_of_that_block(
    client_of: Callable[..., Client], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("api.kept.PATIENCE_SECONDS", 20)
    asking, slow = client_of(s.rows()), Slow(monkeypatch)
    engine = create_engine(f"sqlite:///{tmp_path / 'own.db'}")

    with ThreadPoolExecutor(2) as pool:
        maker = pool.submit(get_once, asking)
        assert slow.began.wait(20)
        late = pool.submit(get_once, asking)
        waiting(asking)
        with engine.begin() as connection:
            connection.execute(update(Checkpoint).values(number=r.BLOCK + 1, hash=r.digest(r.BLOCK + 1)))
        slow.may_go_on.set()
    engine.dispose()

    assert maker.result().json()["as_of"]["block_number"] == r.BLOCK
    assert late.result().json()["as_of"]["block_number"] == r.BLOCK + 1


def test_answer__known_while_the_database_fails__is_not_sent(
    client_of: Callable[..., Client], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    asking = client_of(s.rows())
    assert asking.get(PATH).status == 200
    engine = create_engine(f"sqlite:///{tmp_path / 'own.db'}")
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE checkpoint RENAME TO lost")

    assert asking.get(PATH).problem == "database-unavailable"

    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE lost RENAME TO checkpoint")
    engine.dispose()
    assert asking.get(PATH).status == 200


def test_answer__whose_maker_is_slow__is_not_waited_for_for_ever(
    client_of: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.kept.PATIENCE_SECONDS", 0.05)
    asking, slow = client_of(s.rows()), Slow(monkeypatch)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(get_once, asking)
        assert slow.began.wait(20)
        slow.began.clear()
        second = pool.submit(asking.get, PATH)
        assert slow.began.wait(20), "the second one makes it, too"
        slow.may_go_on.set()

    assert (first.result().status, second.result().status, slow.made) == (200, 200, 2)


# The layer alone


ASKED: Scope = {"type": "http", "method": "GET", "path": "/v1/x", "query_string": b"a=b", "headers": []}


async def nothing() -> Message:
    """Stand in for what a client sends."""
    return {"type": "http.disconnect"}


async def drop(_message: Message) -> None:
    """Stand in for a client that reads."""


def app_of(send_all: Callable[[Send], Any]) -> Callable[[Scope, Receive, Send], Any]:
    """Return an application that makes the answer "x" and sends it by `send_all`."""

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        scope["state"]["making"].begin("x")
        await send_all(send)

    return app


async def stream_too_much(send: Send) -> None:
    """Send more than is kept, to a client that stops reading."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"etag", b"x")]})
    await send({"type": "http.response.body", "body": b"y" * (MAX_ANSWER + 1), "more_body": True})
    await asyncio.sleep(60)


async def send_a_problem(send: Send) -> None:
    """Send what is not kept, to a client that stops reading."""
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await asyncio.sleep(60)


async def hang(_send: Send) -> None:
    """Never send anything."""
    await asyncio.sleep(60)


@pytest.mark.parametrize("send_all", [stream_too_much, send_a_problem])
def test_answer__that_is_not_kept__keeps_nobody_waiting(send_all: Callable[[Send], Any]) -> None:
    kept = Kept()

    async def run() -> None:
        first = asyncio.create_task(Keep(app_of(send_all), kept)(dict(ASKED), nothing, drop))
        await asyncio.sleep(0.01)
        assert kept.begin("x") is None, "nobody makes it any more"
        first.cancel()
        with suppress(asyncio.CancelledError):
            await first

    asyncio.run(run())


def test_answer__whose_maker_is_canceled__keeps_nobody_waiting() -> None:
    kept = Kept()

    async def run() -> None:
        first = asyncio.create_task(Keep(app_of(hang), kept)(dict(ASKED), nothing, drop))
        await asyncio.sleep(0.01)
        waiter = kept.begin("x")
        assert waiter is not None
        first.cancel()
        with suppress(asyncio.CancelledError):
            await first
        await asyncio.wait_for(waiter.wait(), 1)

    asyncio.run(run())


@dataclass
class Behind:
    """A layer behind the one that keeps; its answer has the present ETag."""

    present: str | None = "1"
    etag: str = "1"
    of_present: bool = True
    asked: int = 0

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        self.asked += 1
        scope["state"]["making"].begin(self.etag)
        scope["state"]["making"].of_present = self.of_present
        await asyncio.sleep(0.001)
        headers = [(b"etag", self.etag.encode()), (b"cache-control", b"no-cache"), (b"content-type", b"text/plain")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"made" * 5})

    async def present_etag(self, _request: Request) -> str | None:
        return self.present


def answers(behind: Behind, *asked: Scope, kept: Kept | None = None) -> list[tuple[int, bytes]]:
    """Return status and body of the answer to each of some requests, one after the other."""
    layer, sent = Keep(behind, kept or Kept(), behind.present_etag), []

    async def run() -> None:
        for scope in asked:
            messages: list[Message] = []

            async def send(message: Message, into: list[Message] = messages) -> None:
                into.append(message)

            await layer(dict(scope), nothing, send)
            sent.append((messages[0]["status"], messages[1]["body"]))

    asyncio.run(run())
    return sent


@pytest.mark.parametrize(
    "other",
    [
        {"path": "/v1/y"},
        {"query_string": b"a=c"},
        {"query_string": b""},
        {"method": "POST"},
        {"method": "DELETE", "query_string": b"a=b"},
    ],
)
def test_answer__to_another_request__is_not_sent(other: dict[str, Any]) -> None:
    behind = Behind()

    answers(behind, ASKED, {**ASKED, **other})

    assert behind.asked == 2


@pytest.mark.parametrize("present", [None, "2"])
def test_answer__of_a_block_that_is_not_present__is_not_sent(present: str | None) -> None:
    behind = Behind(present)

    answers(behind, ASKED, ASKED)

    assert behind.asked == 2


def test_answer__that_more_than_the_block_tells__is_not_sent() -> None:
    behind = Behind(of_present=False)

    answers(behind, ASKED, ASKED)

    assert behind.asked == 2


def test_answer__of_a_new_block__is_asked_of_the_layer_behind_by_one_request() -> None:
    behind = Behind()
    layer = Keep(behind, Kept(), behind.present_etag)

    async def run() -> None:
        await layer(dict(ASKED), nothing, drop)
        behind.present = behind.etag = "2"
        await asyncio.gather(*(layer(dict(ASKED), nothing, drop) for _ in range(MANY)))

    asyncio.run(run())
    assert behind.asked == 2


def test_answer__that_was_forgotten__is_made_anew() -> None:
    behind = Behind()

    assert answers(behind, ASKED, ASKED, kept=Kept(max_bytes=19)) == [(200, b"made" * 5)] * 2

    assert behind.asked == 2


def test_answer__of_the_present_block__is_sent_without_asking_the_layer_behind() -> None:
    behind = Behind()
    holding = {**ASKED, "headers": [(b"if-none-match", b'"0", 1')]}

    assert answers(behind, ASKED, ASKED, holding) == [(200, b"made" * 5), (200, b"made" * 5), (304, b"")]

    assert behind.asked == 1


def test_present_block__that_many_ask_for_at_once__is_read_twice_and_never_told_from_before_the_question(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, blank: Path
) -> None:
    path = tmp_path / "own.db"
    make_mirror(path, s.rows(), blank)
    engine, writer = engine_of(f"sqlite:///{path}"), create_engine(f"sqlite:///{path}")
    readings, began, may_go_on = 0, threading.Event(), threading.Event()

    @contextmanager
    def slowly(engine: Engine) -> Iterator[Connection]:
        nonlocal readings
        readings += 1
        with reading(engine) as connection:
            connection.exec_driver_sql("SELECT number FROM checkpoint")  # the snapshot is of now
            began.set()
            assert may_go_on.wait(20)
            yield connection

    monkeypatch.setattr("api.database.reading", slowly)
    request = Request(ASKED)

    async def run() -> None:
        present = Present(engine)
        first = asyncio.create_task(present.etag(request))
        await asyncio.to_thread(began.wait, 20)
        late = [asyncio.create_task(present.etag(request)) for _ in range(MANY)]
        await asyncio.sleep(0.01)
        with writer.begin() as connection:
            connection.execute(update(Checkpoint).values(number=r.BLOCK + 1, hash=r.digest(r.BLOCK + 1)))
        late[0].cancel()
        may_go_on.set()
        before, after = await first, set(await asyncio.gather(*late[1:]))
        assert len(after) == 1
        assert before not in after

    asyncio.run(run())
    engine.dispose()
    writer.dispose()
    assert readings == 2


def test_making__after_one_wait__waits_no_more() -> None:
    kept = Kept()
    kept.begin("x")
    making = Making(kept)

    with pytest.raises(BeingMade):
        making.begin("x")
    making.begin("x")
    making.begin("y")
    making.end()

    assert kept.begin("y") is None, "what it made is given up"
    assert kept.begin("x") is not None, "what another makes is not"


@pytest.mark.parametrize("path", ["/v1/feeds/en.atom", "/v1/360giving.json"])
def test_answer__made_for_another_host__is_not_sent(mirror: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    settings = Settings(database_url=f"sqlite:///{mirror}", currency_codes={r.EURO: "EUR"})
    with serving(create_app(settings)) as asking:
        foreign, own = asking.get(path, {"Host": "evil.example"}), asking.get(path)

    assert b"evil.example" in foreign.body
    assert own.status == 200
    assert b"evil.example" not in own.body


def test_answers__with_next_to_nothing_in_them__are_bounded_too() -> None:
    kept = Kept(max_bytes=10_000)

    for number in range(1_000):
        address = f"/v1/x.jsonl?{number}"
        kept.put(KeptAnswer(b"", {"etag": str(number)}), address)

    assert sum(kept.knows(f"/v1/x.jsonl?{number}") for number in range(1_000)) < 100
    assert kept.get("999") is not None


def test_answer__to_a_long_address__is_counted_with_it() -> None:
    kept = Kept(max_bytes=100_000)

    for number in range(10):
        kept.put(KeptAnswer(b"x", {"etag": str(number)}), f"/v1/x?{number}{'0' * 20_000}")

    assert sum(kept.get(str(number)) is not None for number in range(10)) < 5


def test_answer__that_is_made_anew_for_every_request__drives_no_other_out() -> None:
    behind, kept = Behind(), Kept(max_bytes=MAX_ANSWER)

    async def documents(scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"etag", scope["query_string"])]})
        await send({"type": "http.response.body", "body": b"x" * 100_000})

    async def run() -> None:
        await Keep(behind, kept, behind.present_etag)(dict(ASKED), nothing, drop)
        for number in range(10):
            await Keep(documents, kept)({**ASKED, "query_string": b"%d" % number}, nothing, drop)

    asyncio.run(run())
    assert kept.get("1") is not None
