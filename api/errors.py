"""Errors of the API.

    ApiError
    ├── StartError                 the server can't start; the message says what to do
    │   ├── DatabaseMissing        no mirror where the settings say
    │   └── SchemaMismatch         the mirror was made by another version
    ├── NotModified                the client holds the present answer already
    ├── Known                      the present answer was made before
    └── BeingMade                  another request is making the present answer

Messages are one line, carry the values that matter and end with what to do.
"""

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.kept import Answer


class ApiError(Exception):
    """Base of all errors of this package."""


class StartError(ApiError):
    """The server can't start."""


class DatabaseMissing(StartError):
    """There is no mirror where the settings say."""


class SchemaMismatch(StartError):
    """The database was made by another version of this code."""


class NotModified(ApiError):
    """The client holds the present answer already.

    Attributes:
        etag: Tag of that answer.
        cache_control: How it may be kept on.
    """

    def __init__(self, etag: str, cache_control: str) -> None:
        super().__init__(etag)
        self.etag = etag
        self.cache_control = cache_control


class Known(ApiError):
    """The present answer was made before.

    Attributes:
        answer: What was sent.
    """

    def __init__(self, answer: "Answer") -> None:
        super().__init__(answer.headers["etag"])
        self.answer = answer


class BeingMade(ApiError):
    """Another request is making the present answer; the layer that keeps answers waits for it and asks again.

    Attributes:
        made: Is set once it is made or given up.
    """

    def __init__(self, made: asyncio.Event) -> None:
        super().__init__("another request makes this answer")
        self.made = made
