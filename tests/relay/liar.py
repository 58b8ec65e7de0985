"""A node that lies: it passes questions on to a real one, and says something else where a test wants it."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

Lie = Callable[[Any], Any]
"""From a true result to a false one."""


class Liar:
    """What to answer instead of the truth.

    Attributes:
        lies: By method.
        raw: A whole answer, whatever was asked: status, type and body.
        hangs: Whether it never answers.
    """

    def __init__(self, url: str) -> None:
        self.truth = urlsplit(url).netloc
        self.lies: dict[str, Lie] = {}
        self.raw: tuple[int, bytes] | None = None
        self.drips = False
        self.over = threading.Event()
        self.url = ""

    def answer(self, body: bytes) -> tuple[int, bytes]:
        if self.raw is not None:
            return self.raw
        connection = HTTPConnection(self.truth, timeout=30)
        connection.request("POST", "/", body, {"Content-Type": "application/json"})
        answer = json.loads(connection.getresponse().read())
        connection.close()
        lie = self.lies.get(json.loads(body)["method"])
        if lie is not None and "result" in answer:
            answer["result"] = lie(answer["result"])
        return 200, json.dumps(answer).encode()


@contextmanager
def lying(url: str) -> Iterator[Liar]:
    """Run a node that says the truth until it is told not to."""
    liar = Liar(url)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if liar.drips:  # a byte now and then, so that no single read takes long
                self.send_response(200)
                self.send_header("Content-Length", "1000000")
                self.end_headers()
                while not liar.over.is_set():
                    self.wfile.write(b" ")
                    time.sleep(0.05)
                self.close_connection = True
                return
            status, answer = liar.answer(body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
            pass

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:  # hung up on
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    liar.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield liar
    finally:
        liar.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
