"""Conditional requests: whether a client holds the present answer already."""

from starlette.requests import Request


def is_held(request: Request, etag: str) -> bool:
    """Tell whether the client says that it holds the answer with this tag (`If-None-Match`)."""
    return etag in {tag.strip() for tag in request.headers.get("if-none-match", "").split(",")}
