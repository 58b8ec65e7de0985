"""One person's visit of one page: its language, one view of the mirror, and the page drawn from it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import quote, urlencode

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse

from api.database import Mirror, Reader, base_of
from api.status import seen_following
from web.languages import NAMES, Catalogue, Language, catalogue_of
from web.test_lab import test_lab_of

BEHIND_SECONDS: Final = 120
"""Without a sign of life of the indexer for so long, readers are told how old the page is."""


@dataclass(slots=True)
class Visit:
    """What a view draws on.

    Attributes:
        request: What was asked for.
        response: Headers of the answer are gathered here.
        language: Of the page.
    """

    request: Request
    response: Response
    language: Language
    mirror: Mirror | None = None
    """While it is open."""

    @property
    def origin(self) -> str:
        """Return what whole addresses of pages begin with: as the settings say, else as whoever asks calls us."""
        url: str | None = self.request.app.state.settings.url
        return url or base_of(self.request)

    @property
    def words(self) -> Catalogue:
        """Return the words of this visit's language."""
        return catalogue_of(self.language)

    @contextmanager
    def open(self) -> Iterator[Mirror]:
        """Open one view of the mirror, unless the page as of this very block is held by the browser or was made before.

        Raises:
            NotModified: The browser holds it.
            Known: It was made before.
            Problem: Nothing is indexed yet.
        """
        with Reader(self.request, self.response).open(variant=self._variant) as mirror:
            self.mirror = mirror
            yield mirror

    def page(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """Return a page.

        Args:
            template: File below `web/templates`.
            status: Of the answer.
            values: What the template names.
        """
        environment = self.request.app.state.environments[self.language]
        text = environment.get_template(template).render(self._frame() | values)
        return HTMLResponse(text, status, dict(self.response.headers))

    def address(self, language: Language) -> str:
        """Return the address of this page in a language; without its place in a list, which has its own."""
        query = [(name, value) for name, value in self.request.query_params.multi_items() if name != "cursor"]
        return f"/{language}{quote(self._path())}" + (f"?{urlencode(query)}" if query else "")

    def _frame(self) -> dict[str, Any]:
        """Return what the frame around every page needs."""
        mirror, settings = self.mirror, self.request.app.state.settings
        addresses: Sequence[tuple[str, str, str]] = [(one, name, self.address(one)) for one, name in NAMES.items()]
        return {
            "path": self._path(),
            "addresses": addresses,
            "origin": settings.url,
            "settings": settings,
            "as_of": mirror.as_of if mirror else None,
            "block_time": mirror.now if mirror else None,
            "test_lab": self.test_lab,
            "behind": mirror is not None and self._is_behind(mirror),
        }

    @property
    def test_lab(self) -> dict[str, Any] | None:
        """Return the wallets of the local lab, where this server offers them."""
        if self.mirror is None:
            return None
        return test_lab_of(self.request.app.state.settings, self.mirror.checkpoint.chain_id)

    def _path(self) -> str:
        """Return this page's path below its language."""
        path: str = self.request.scope["path"]
        first = f"/{self.language}"
        return path.removeprefix(first) if path == first or path.startswith(f"{first}/") else path.rstrip("/")

    def _variant(self, mirror: Mirror) -> str:
        return f"{self.request.app.state.edition} {self._is_behind(mirror)} {self.origin}"

    def _is_behind(self, mirror: Mirror) -> bool:
        seen_at = seen_following(mirror)
        return seen_at is None or self.request.app.state.clock() - seen_at > BEHIND_SECONDS


async def _visit(request: Request, response: Response, language: Language) -> Visit:
    return Visit(request, response, language)


VisitDep = Annotated[Visit, Depends(_visit)]
