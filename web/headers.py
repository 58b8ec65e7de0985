"""Headers that keep a browser safe on our pages, and what is mended in a request before any page sees it."""

from typing import Final
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from web.settings import Settings

STATIC: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    # Some wallets sign in a window of their own, which must be able to answer.
    "Cross-Origin-Opener-Policy": "same-origin-allow-popups",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


def headers_of(settings: Settings) -> dict[str, str]:
    """Return the headers of every page. Scripts speak to the services that the settings name, and to nobody else."""
    services = (settings.relay_url, settings.documents_url, settings.rpc_url)
    connect = " ".join(["'self'", *dict.fromkeys(origin_of(url) for url in services if url)])
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src {connect}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return STATIC | {"Content-Security-Policy": policy}


def origin_of(url: str) -> str:
    """Return scheme, host and port of a URL."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class Tidy:
    """Layer that drops empty parameters: a form sends its empty fields too, and they mean "any"."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] == "http" and scope["query_string"]:
            kept = [part for part in scope["query_string"].split(b"&") if part and not part.endswith(b"=")]
            scope = dict(scope, query_string=b"&".join(kept))
        await self.app(scope, receive, send)
