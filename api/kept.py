"""Answers that were made once and stay true: those at one block.

An ETag names path, query and block, so that whoever asks the same at the same block is sent the same bytes. They are
kept up to a number of bytes; those that nobody asked for longest are forgotten first.

Right after a block everybody asks for what nobody has made yet. The first one makes it; the others wait, without a
thread or a connection to the database, and then ask again as if for the first time: what they get is never older than
what they would have made.
"""

import asyncio
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock
from typing import Final, NamedTuple

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import BeingMade

MAX_BYTES: Final = 32 * 2**20
"""Of all answers together."""
MAX_ANSWER: Final = 2**18
"""Of one; larger ones, such as exports, are made anew."""
PATIENCE_SECONDS: Final = 1.0
"""How long to wait for an answer that another request makes; then a request makes its own."""
_OK: Final = 200
_KEPT_HEADERS: Final = frozenset(
    {"content-type", "etag", "cache-control", "content-security-policy", "content-disposition"}
)


class Answer(NamedTuple):
    """What was sent."""

    body: bytes
    headers: dict[str, str]


@dataclass
class Kept:
    """Answers by their ETag. Threads may use it at the same time."""

    max_bytes: int = MAX_BYTES
    _answers: OrderedDict[str, Answer] = field(default_factory=OrderedDict)
    _bytes: int = 0
    _lock: Lock = field(default_factory=Lock)
    _being_made: dict[str, asyncio.Event] = field(default_factory=dict)

    def get(self, etag: str) -> Answer | None:
        """Return the answer with this ETag if it is still here."""
        with self._lock:
            answer = self._answers.get(etag)
            if answer is not None:
                self._answers.move_to_end(etag)
            return answer

    def put(self, etag: str, answer: Answer) -> None:
        """Keep an answer."""
        with self._lock:
            before = self._answers.pop(etag, None)
            self._bytes += len(answer.body) - (len(before.body) if before else 0)
            self._answers[etag] = answer
            while self._bytes > self.max_bytes:
                _, oldest = self._answers.popitem(last=False)
                self._bytes -= len(oldest.body)

    def begin(self, etag: str) -> asyncio.Event | None:
        """Return None to the first who wants to make an answer; to all others what is set once it is made or given up.

        Who got None must call `end`.
        """
        with self._lock:
            made = self._being_made.get(etag)
            if made is None:
                self._being_made[etag] = asyncio.Event()
            return made

    def end(self, etag: str) -> None:
        """Let those go on who wait for an answer; in the thread of the event loop."""
        with self._lock:
            made = self._being_made.pop(etag, None)
        if made is not None:
            made.set()


class Making:
    """The part of one request in making answers together with others."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self._waited_for: set[str] = set()
        self._own: set[str] = set()

    def begin(self, etag: str) -> None:
        """Take the making of an answer on, unless another request does it already.

        Raises:
            BeingMade: Another one does, and was not waited for yet. One that failed, or was too slow, is not waited
                for again.
        """
        if etag in self._own or etag in self._waited_for:
            return
        made = self._kept.begin(etag)
        if made is not None:
            self._waited_for.add(etag)
            raise BeingMade(made)
        self._own.add(etag)

    def end(self) -> None:
        """Let those go on who wait for this request."""
        while self._own:
            self._kept.end(self._own.pop())


class Keep:
    """Layer that keeps answers which have an ETag, and has each made by one request."""

    def __init__(self, app: ASGIApp, kept: Kept) -> None:
        self.app = app
        self.kept = kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and keep what it is answered with."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        making = Making(self.kept)
        scope.setdefault("state", {})["making"] = making
        try:
            while True:
                try:
                    await self.app(scope, receive, self._keeping(making, send))
                except BeingMade as another:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(another.made.wait(), PATIENCE_SECONDS)
                else:
                    return
        finally:
            making.end()

    def _keeping(self, making: Making, send: Send) -> Send:
        """Return a `send` that also keeps the answer; whoever waits goes on once its fate is clear."""
        headers: dict[str, str] = {}
        body = bytearray()

        async def send_and_keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = Headers(raw=message["headers"])
                if message["status"] == _OK and "etag" in sent:
                    headers.update((name, value) for name, value in sent.items() if name in _KEPT_HEADERS)
                else:
                    making.end()
            elif headers and message["type"] == "http.response.body":
                body.extend(message.get("body", b""))
                if len(body) > MAX_ANSWER:
                    headers.clear()
                    body.clear()
                    making.end()
                elif not message.get("more_body"):
                    self.kept.put(headers["etag"], Answer(bytes(body), dict(headers)))
                    making.end()
            await send(message)

        return send_and_keep
