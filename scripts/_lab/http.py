"""Reads the API as anybody would: over HTTP, page by page."""

import json
from collections.abc import Iterator
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

from scripts._lab.errors import ApiFailed

#: Seconds.
TIMEOUT = 30


class Api:
    """The API of a local lab."""

    def __init__(self, url: str) -> None:
        """Remembers where the API is; connects at the first request."""
        self.url = url
        self._connection = HTTPConnection(urlsplit(url).netloc, timeout=TIMEOUT)

    def close(self) -> None:
        """Ends the connection; the next request opens another."""
        self._connection.close()

    def get(self, path: str) -> Any:
        """Returns the JSON of an answer.

        Raises:
            ApiFailed: The API did not answer, or answered with a problem.
        """
        status, body = self.read(path)
        if status != HTTPStatus.OK:
            message = f"GET {path} answered {status}: {body.decode(errors='replace')[:300]}"
            raise ApiFailed(message)
        return json.loads(body)

    def read(self, path: str, give: bytes | None = None) -> tuple[int, bytes]:
        """Returns status and body of an answer, whatever it is.

        Args:
            path: What is asked for.
            give: Bytes to be posted there; None only reads.

        Raises:
            ApiFailed: The API did not answer.
        """
        try:
            return self._read(path, give)
        except ConnectionError:  # servers close connections that nobody used for a while
            self._connection.close()
        except (OSError, HTTPException) as error:
            raise self._failed(path, error) from error
        try:
            return self._read(path, give)
        except (OSError, HTTPException) as error:
            raise self._failed(path, error) from error

    def _read(self, path: str, give: bytes | None) -> tuple[int, bytes]:
        self._connection.request("GET" if give is None else "POST", path, give)
        answer = self._connection.getresponse()
        return answer.status, answer.read()

    def _failed(self, path: str, error: Exception) -> ApiFailed:
        self._connection.close()
        return ApiFailed(f"GET {self.url}{path}: {error}")

    def pages(self, path: str) -> Iterator[dict[str, Any]]:
        """Yields the pages of a list."""
        following: str | None = path
        while following is not None:
            page = self.get(following)
            yield page
            following = page["links"]["next"]

    def as_of(self) -> int:
        """Returns the number of the block that answers are as of now."""
        return int(self.get("/v1/status")["as_of"]["block_number"])
