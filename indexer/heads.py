"""Hears of new blocks by `newHeads`, where the node has a socket, and wakes the loop.

What the socket says is not believed, only that there may be something to look at: one that is silent, cut or repeats
itself costs time at most, because a timer wakes the loop anyway.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

import aiohttp
import msgspec

log = logging.getLogger(__name__)

SILENCE_SECONDS: Final = 60.0
"""Without a word for so long, the socket is taken for dead and opened anew."""

FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 30.0
SUBSCRIBE: Final = '{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}'


class _Head(msgspec.Struct):
    number: str
    hash: str = ""


class _Params(msgspec.Struct):
    result: _Head


class _Note(msgspec.Struct):
    params: _Params | None = None


async def follow(url: str, wake: Callable[[], None], *, silence: float = SILENCE_SECONDS) -> None:
    """Call `wake` at each new head, for ever; a broken socket is opened again after a pause.

    Args:
        url: WebSocket address of the node.
        wake: What to call.
        silence: Seconds without a word after which the socket is opened anew.
    """
    pause = FIRST_PAUSE
    async with aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.ws_connect(url, heartbeat=silence / 2) as socket:
                    await socket.send_str(SUBSCRIBE)
                    heard = await _listen(socket, wake, silence)
                pause = FIRST_PAUSE if heard else pause
            except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                log.info("no new heads by socket (%s), the timer does it", str(error) or type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)


async def _listen(socket: aiohttp.ClientWebSocketResponse, wake: Callable[[], None], silence: float) -> bool:
    """Wake at each head that is another than the last one; return whether there was any."""
    last: _Head | None = None
    while True:
        message = await asyncio.wait_for(socket.receive(), silence)
        if message.type is not aiohttp.WSMsgType.TEXT:
            return last is not None
        try:
            note = msgspec.json.decode(message.data, type=_Note)
        except msgspec.DecodeError:
            continue
        if note.params is not None and note.params.result != last:
            last = note.params.result
            wake()
