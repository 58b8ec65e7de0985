"""JSON-RPC over one kept connection, with batches: the story's checks ask for thousands of values."""

import json
from collections.abc import Sequence
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

from scripts._lab.errors import RpcError

#: Seconds; a local node answers at once or is not there.
TIMEOUT = 30

Call = tuple[str, list[Any]]


class Rpc:
    """A local node."""

    def __init__(self, url: str) -> None:
        """Remembers where the node is; connects at the first request."""
        self.url = url
        self._connection = HTTPConnection(urlsplit(url).netloc, timeout=TIMEOUT)

    def close(self) -> None:
        """Ends the connection; the next request opens another."""
        self._connection.close()

    def call(self, method: str, *params: Any) -> Any:
        """Returns the result of one request.

        Raises:
            RpcError: The node answered with an error, or not at all.
        """
        return self.batch([(method, list(params))])[0]

    def batch(self, calls: Sequence[Call]) -> list[Any]:
        """Returns the results of many requests, in their order.

        Raises:
            RpcError: One of them failed.
        """
        if not calls:
            return []
        body = [
            {"jsonrpc": "2.0", "id": position, "method": method, "params": params}
            for position, (method, params) in enumerate(calls)
        ]
        answers = {answer["id"]: answer for answer in self._post(body)}
        for position, (method, _) in enumerate(calls):
            if "error" in answers[position]:
                error = answers[position]["error"]
                message = f"{method}: {error.get('message')} {error.get('data') or ''}".strip()
                raise RpcError(message)
        return [answers[position]["result"] for position in range(len(calls))]

    def _post(self, body: list[dict[str, Any]]) -> list[dict[str, Any]]:
        try:
            self._connection.request("POST", "/", json.dumps(body), {"Content-Type": "application/json"})
            answer = json.loads(self._connection.getresponse().read())
        except (OSError, HTTPException, ValueError) as error:
            self._connection.close()
            message = f"no answer from the node at {self.url}: {error}"
            raise RpcError(message) from error
        if isinstance(answer, dict):  # the node could not read the batch at all
            raise RpcError(str(answer.get("error", answer)))
        return list(answer)
