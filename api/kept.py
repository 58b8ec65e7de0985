"""Answers that were made once and stay true: those at one block.

An ETag names path, query and block, so that whoever asks the same at the same block is sent the same bytes. They are
kept up to a number of bytes; those that nobody asked for longest are forgotten first.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import Final, NamedTuple

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BYTES: Final = 32 * 2**20
"""Of all answers together."""
MAX_ANSWER: Final = 2**18
"""Of one; larger ones, such as exports, are made anew."""
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


class Keep:
    """Layer that keeps answers which have an ETag."""

    def __init__(self, app: ASGIApp, kept: Kept) -> None:
        self.app = app
        self.kept = kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and keep what it is answered with."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers: dict[str, str] = {}
        body = bytearray()

        async def send_and_keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = Headers(raw=message["headers"])
                if message["status"] == _OK and "etag" in sent:
                    headers.update((name, value) for name, value in sent.items() if name in _KEPT_HEADERS)
            elif headers and message["type"] == "http.response.body":
                body.extend(message.get("body", b""))
                if len(body) > MAX_ANSWER:
                    headers.clear()
                    body.clear()
                elif not message.get("more_body"):
                    self.kept.put(headers["etag"], Answer(bytes(body), dict(headers)))
            await send(message)

        await self.app(scope, receive, send_and_keep)
