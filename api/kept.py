"""Answers that were made once and stay true: those at one block.

An ETag names path, query and block, so that whoever asks the same at the same block is sent the same bytes. They are
kept up to a number of bytes; those that nobody asked for longest are forgotten first. What was made for the present
block is sent before the application is asked anything.

Right after a block everybody asks for what nobody has made yet. The first one makes it; the others wait, without a
thread or a connection to the database, and then ask again as if for the first time: what they get is never older than
what they would have made.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock
from typing import Final, NamedTuple

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import BeingMade
from serving.conditional import address_of, is_held

MAX_BYTES: Final = 32 * 2**20
"""Of all answers together."""
OVERHEAD: Final = 1_024
"""Bytes that an answer is counted as beside its body and its address, for its headers and its place."""
MAX_ANSWER: Final = 2**18
"""Of one; larger ones, such as exports, are made anew."""
PATIENCE_SECONDS: Final = 1.0
"""How long to wait for an answer that another request makes; then a request makes its own."""
_OK: Final = 200
_KEPT_HEADERS: Final = frozenset(
    {"content-type", "etag", "cache-control", "content-security-policy", "content-disposition"}
)
_NOT_MODIFIED_HEADERS: Final = frozenset({"etag", "cache-control"})


PresentEtag = Callable[[Request], Awaitable[str | None]]
"""Returns the ETag that the answer to a request has at the present block; None if that is not known."""


class Answer(NamedTuple):
    """What was sent."""

    body: bytes
    headers: dict[str, str]

    def to(self, request: Request) -> Response:
        """Return it as the response to a request; without what the client holds already."""
        if is_held(request, self.headers["etag"]):
            held = {name: value for name, value in self.headers.items() if name in _NOT_MODIFIED_HEADERS}
            return Response(status_code=304, headers=held)
        return Response(self.body, headers=self.headers)


@dataclass
class Kept:
    """Answers by their ETag. Threads may use it at the same time."""

    max_bytes: int = MAX_BYTES
    _answers: OrderedDict[str, tuple[str | None, Answer]] = field(default_factory=OrderedDict)
    """By ETag, each with its address if that and the present block alone told it."""
    _last: dict[str, str] = field(default_factory=dict)
    """The ETag of the last answer at each of these addresses."""
    _bytes: int = 0
    _lock: Lock = field(default_factory=Lock)
    _being_made: dict[str, asyncio.Event] = field(default_factory=dict)

    def get(self, etag: str) -> Answer | None:
        """Return the answer with this ETag if it is still here."""
        with self._lock:
            if etag not in self._answers:
                return None
            self._answers.move_to_end(etag)
            return self._answers[etag][1]

    def knows(self, address: str) -> bool:
        """Tell whether an answer is here that address (path and query) and block alone tell."""
        return address in self._last

    def put(self, answer: Answer, address: str | None = None) -> None:
        """Keep an answer.

        Args:
            answer: What was sent.
            address: Path and query, if they and the present block alone tell the answer.
        """
        etag = answer.headers["etag"]
        with self._lock:
            if etag in self._answers:
                self._bytes -= _size(*self._answers.pop(etag))
            self._bytes += _size(address, answer)
            self._answers[etag] = (address, answer)
            if address is not None:
                self._last[address] = etag
            while self._bytes > self.max_bytes:
                self._forget_oldest()

    def _forget_oldest(self) -> None:
        etag, (address, answer) = self._answers.popitem(last=False)
        self._bytes -= _size(address, answer)
        if address is not None and self._last.get(address) == etag:
            del self._last[address]

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


def _size(address: str | None, answer: Answer) -> int:
    return OVERHEAD + len(address or "") + len(answer.body)


class Making:
    """The part of one request in making answers together with others."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self._waited_for: set[str] = set()
        self._own: set[str] = set()
        self.of_present = False
        """Whether the answer is told by address and present block alone."""

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

    def makes(self, etag: str | None) -> bool:
        """Tell whether this request makes this answer; documents and proofs are read anew for each."""
        return etag in self._own or etag in self._waited_for

    def end(self) -> None:
        """Let those go on who wait for this request."""
        while self._own:
            self._kept.end(self._own.pop())


class Keep:
    """Layer that keeps answers which have an ETag, and has each made by one request."""

    def __init__(self, app: ASGIApp, kept: Kept, present_etag: PresentEtag | None = None) -> None:
        """Make a layer.

        Args:
            app: The layer behind.
            kept: Where answers are.
            present_etag: Tells which of them are still true; None: the layer behind does.
        """
        self.app = app
        self.kept = kept
        self.present_etag = present_etag

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and keep what it is answered with."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        address = address_of(request)
        making = Making(self.kept)
        scope.setdefault("state", {})["making"] = making
        try:
            while True:
                try:
                    if (known := await self._known(request, address, making)) is not None:
                        await known.to(request)(scope, receive, send)
                    else:
                        await self.app(scope, receive, self._keeping(address, making, send))
                except BeingMade as another:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(another.made.wait(), PATIENCE_SECONDS)
                else:
                    return
        finally:
            making.end()

    async def _known(self, request: Request, address: str, making: Making) -> Answer | None:
        """Return the answer of the present block if it was made before; take its making on if not.

        Raises:
            BeingMade: Another request is making it.
        """
        if self.present_etag is None or request.method != "GET" or not self.kept.knows(address):
            return None
        if (etag := await self.present_etag(request)) is None:
            return None
        known = self.kept.get(etag)
        if known is None:
            making.begin(etag)
        return known

    def _keeping(self, address: str, making: Making, send: Send) -> Send:
        """Return a `send` that also keeps the answer; whoever waits goes on once its fate is clear."""
        headers: dict[str, str] = {}
        body = bytearray()

        async def send_and_keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = Headers(raw=message["headers"])
                if message["status"] == _OK and making.makes(sent.get("etag")):
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
                    self.kept.put(Answer(bytes(body), dict(headers)), address if making.of_present else None)
                    making.end()
            await send(message)

        return send_and_keep
