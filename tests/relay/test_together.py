"""The server and the worker live and die together."""

import asyncio
import socket

import pytest
import uvicorn

from relay.cli import _together
from relay.worker import Worker


class Failing(Worker):
    """A worker with a mistake of ours in it."""

    def __init__(self) -> None:
        pass

    async def run(self) -> None:
        raise ZeroDivisionError


async def _answer(scope: object, receive: object, send: object) -> None:
    raise AssertionError("nobody asks")


def test_serve__with_a_worker_that_fails__ends_with_its_error() -> None:
    """A relay that answers and carries nothing would be worse than one that its supervisor starts again."""
    server = uvicorn.Server(uvicorn.Config(_answer, log_config=None, lifespan="off"))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        with pytest.raises(ZeroDivisionError):
            asyncio.run(asyncio.wait_for(_together(server, listener, Failing()), 20))
