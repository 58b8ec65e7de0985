"""The edge of a process
├── every answer has the headers that keep browsers safe, unless it says otherwise
│   └── one that may be framed anywhere is not said to be framed nowhere
├── HEAD is answered as GET is, without a body
└── a body that is longer than any request needs is refused before it is read, however it comes
"""

import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse

from serving.edge import FRAMED_ANYWHERE, HEADERS, BodyLimit, Edge
from serving.problems import ProblemType, answer
from tests.api.client import Client, serving

TOO_LARGE = ProblemType("too-large", 413, "Too large", "It has more bytes than are read.", "Send fewer.")
MOST = 1_000


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    app = FastAPI()

    @app.get("/text")
    def text() -> PlainTextResponse:
        return PlainTextResponse("a text")

    @app.get("/own")
    def own() -> PlainTextResponse:
        policy = f"default-src 'self'; {FRAMED_ANYWHERE}"
        return PlainTextResponse("", headers={"Content-Security-Policy": policy, "Referrer-Policy": "origin"})

    @app.post("/length")
    async def length(request: Request) -> int:
        return len(await request.body())

    app.add_middleware(BodyLimit, most=MOST, kind=TOO_LARGE, answer=answer)
    app.add_middleware(Edge)
    with serving(app) as made:
        yield made


@pytest.mark.parametrize("path", ["/text", "/nothing"])
def test_headers__of_every_answer__keep_browsers_safe(client: Client, path: str) -> None:
    headers = client.get(path).headers

    assert {name: headers[name.lower()] for name in HEADERS} == HEADERS
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"


def test_headers__that_an_answer_says_itself__stay(client: Client) -> None:
    headers = client.get("/own").headers

    assert headers["referrer-policy"] == "origin"
    assert headers["content-security-policy"].startswith("default-src 'self'")
    assert "x-frame-options" not in headers
    assert headers["x-content-type-options"] == "nosniff"


def test_head__of_a_path__is_answered_as_get(client: Client) -> None:
    got, asked = client.get("/text"), client.get("/text", method="HEAD")

    assert (asked.status, asked.body) == (200, b"")
    assert asked.headers["content-length"] == got.headers["content-length"] == "6"


def said(client: Client, text: bytes) -> bytes:
    """Return what is answered to bytes on the wire until the server hangs up."""
    told = b""
    with socket.create_connection(("127.0.0.1", client.connection.port), timeout=20) as connection:
        connection.sendall(text)
        # A server that hangs up on bytes that it did not read resets the connection.
        with suppress(ConnectionResetError):
            while part := connection.recv(65_536):
                told += part
    return told


HEAD = b"POST /length HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"


def test_body__of_all_bytes_that_are_read__arrives_whole(client: Client) -> None:
    at_once = said(client, HEAD + b"Content-Length: %d\r\n\r\n" % MOST + b"x" * MOST)
    chunk = b"%x\r\n" % (MOST // 2) + b"x" * (MOST // 2) + b"\r\n"
    in_chunks = said(client, HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 2 + b"0\r\n\r\n")

    for answered in (at_once, in_chunks):
        assert b" 200 " in answered.splitlines()[0]
        assert answered.endswith(b"\r\n\r\n1000")


@pytest.mark.parametrize(
    "text",
    [
        b"Content-Length: 1001\r\n\r\n",
        b"Content-Length: " + b"9" * 19 + b"\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n3e9\r\n" + b"x" * 1_001,
    ],
    ids=["announced", "announced far beyond", "in chunks"],
)
def test_body__of_more_bytes__is_refused_unread(client: Client, text: bytes) -> None:
    answered = said(client, HEAD.replace(b"Connection: close\r\n", b"") + text)

    assert b" 413 " in answered.splitlines()[0]
    assert b"/problems/too-large" in answered
    assert b"at most 1000 bytes are read" in answered
    assert b"connection: close" in answered.lower()
