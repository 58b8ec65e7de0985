"""JSON-RPC over HTTP: one question, one answer, within a time and a size. What comes back is believed by nobody yet."""

import json
from typing import Any, Final

import orjson
from aiohttp import ClientError, ClientSession, ClientTimeout

from relay.errors import CallReverted, NodeRefused, NodeUnavailable
from relay.reverts import Revert

MAX_ANSWER: Final = 8 * 1024 * 1024
MAX_WORDS: Final = 200
_REVERTED: Final = 3
"""Code of nodes for a call that reverted."""
_OK: Final = 200


class Node:
    """A node of the chain."""

    def __init__(self, url: str, timeout: float) -> None:
        """Args: seconds to wait for one whole answer, however slowly it drips."""
        self._url = url
        self._timeout = ClientTimeout(total=timeout)
        self._session: ClientSession | None = None

    async def close(self) -> None:
        """End the connections."""
        if self._session is not None:
            await self._session.close()

    async def ask(self, method: str, *params: Any) -> Any:
        """Return the result of one request.

        Raises:
            CallReverted: It was a call, and the contract refused it.
            NodeRefused: The node answered with another error.
            NodeUnavailable: It did not answer, or with something else than JSON-RPC.
        """
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        answer = _parsed(await self._post(json.dumps(body).encode()))
        if "error" in answer:
            raise _error(method, answer["error"])
        if "result" not in answer:
            raise NodeUnavailable(f"the node's answer to {method} has no result")
        return answer["result"]

    async def _post(self, body: bytes) -> bytes:
        if self._session is None:
            self._session = ClientSession(timeout=self._timeout, headers={"Content-Type": "application/json"})
        try:
            async with self._session.post(self._url, data=body, allow_redirects=False) as response:
                answer = bytearray()
                async for chunk in response.content.iter_any():
                    answer += chunk
                    if len(answer) > MAX_ANSWER:
                        raise NodeUnavailable(f"the node's answer is longer than {MAX_ANSWER} bytes")
        except (ClientError, OSError, ValueError) as error:
            # The address may hold a key: the message names the kind of failure alone.
            raise NodeUnavailable(f"no answer from the node ({type(error).__name__})") from error
        if response.status != _OK and not answer.startswith(b"{"):
            raise NodeUnavailable(f"the node answered with HTTP {response.status}")
        return bytes(answer)


def quantity(value: Any) -> int:
    """Return a number of a node's answer.

    Raises:
        NodeUnavailable: It is none.
    """
    try:
        number = int(value, 16)
    except (TypeError, ValueError) as error:
        raise NodeUnavailable(f"the node answered {str(value)[:MAX_WORDS]!r} where a number belongs") from error
    if not 0 <= number < 1 << 256:
        raise NodeUnavailable("the node answered a number out of bounds")
    return number


def octets(value: Any) -> bytes:
    """Return the bytes of a node's answer.

    Raises:
        NodeUnavailable: They are none.
    """
    try:
        return bytes.fromhex(value.removeprefix("0x"))
    except (AttributeError, ValueError) as error:
        raise NodeUnavailable(f"the node answered {str(value)[:MAX_WORDS]!r} where bytes belong") from error


def _parsed(answer: bytes) -> dict[str, Any]:
    try:
        # Has a bound of its own for nesting; the standard library's is the interpreter's, which any package may lift.
        parsed = orjson.loads(answer)
    except ValueError as error:
        raise NodeUnavailable("the node's answer is no JSON") from error
    if not isinstance(parsed, dict):
        raise NodeUnavailable("the node's answer is no JSON-RPC")
    return parsed


def _error(method: str, error: Any) -> Exception:
    if not isinstance(error, dict):
        return NodeUnavailable("the node's answer is no JSON-RPC")
    text = str(error.get("message") or "")[:MAX_WORDS]
    if method == "eth_call" and (error.get("code") == _REVERTED or _says_reverted(text)):
        data = error.get("data")
        return CallReverted(Revert.of(octets(data) if isinstance(data, str) and data.startswith("0x") else b"", text))
    return NodeRefused(f"the node refused {method}: {text}")


def _says_reverted(text: str) -> bool:
    words = text.lower()
    return any(sign in words for sign in ("revert", "out of gas", "outofgas", "invalid opcode"))
