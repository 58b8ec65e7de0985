"""Leads an address without a language to the page that it means, in the language that the browser likes best."""

from fastapi import Request
from fastapi.responses import RedirectResponse
from starlette.routing import Match

from web.languages import Language, negotiate


def lead(request: Request) -> RedirectResponse | None:
    """Return where an address of no page leads; None if it means no page of ours."""
    parts = [part for part in request.url.path.split("/") if part]
    if not parts or parts[0] not in set(Language):
        parts.insert(0, negotiate(request.headers.get("accept-language", "")))
    target = "/" + "/".join(parts)
    if request.method != "GET" or target == request.url.path or not _is_page(request, target):
        return None
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(target + query, 307, {"Vary": "Accept-Language", "Cache-Control": "no-cache"})


def _is_page(request: Request, path: str) -> bool:
    scope = dict(request.scope, path=path)
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.state.pages.routes)
