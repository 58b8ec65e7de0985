"""Conditional requests: what an answer is the answer to, and whether a client holds the present one already."""

from starlette.requests import Request


def address_of(request: Request) -> str:
    """Return path and query as routes and parameters read them, which no other pair has.

    A URL would leave out line ends and everything behind a #, which both of them see.
    """
    return repr((request.scope["path"], request.scope["query_string"]))


def is_held(request: Request, etag: str) -> bool:
    """Tell whether the client says that it holds the answer with this tag (`If-None-Match`)."""
    return etag in {tag.strip() for tag in request.headers.get("if-none-match", "").split(",")}
