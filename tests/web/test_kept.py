"""Pages that were made once: nobody is sent a page that somebody else's address or header shaped."""

from collections.abc import Callable

import pytest

from tests.api import rows as r
from tests.api import scenario as s
from tests.api.client import Client

FOREIGN = {"Host": "evil.example"}


@pytest.mark.parametrize(
    ("trap", "page"),
    [
        # Everything behind # is a parameter for those who read them, and no part of what a URL calls its query.
        (f"/en/credits?#&account={r.BACKER}", "/en/credits"),
        ("/en/campaigns?#&phase=live&limit=1", "/en/campaigns"),
        # A route matches also in front of the end of a line, which a URL leaves out.
        ("/en/campaigns%0A", "/en/campaigns"),
    ],
)
def test_page__of_another_address__is_not_sent(pages_of: Callable[..., Client], trap: str, page: str) -> None:
    pages = pages_of(s.rows())

    trapped, own = pages.get(trap), pages.get(page)

    assert own.status == 200
    assert own.headers["etag"] != trapped.headers.get("etag")
    assert own.body != trapped.body


@pytest.mark.parametrize("path", ["/en/campaigns/1/calendar.ics", "/en/campaigns/3/pledge"])
def test_page__made_for_another_host__is_not_sent(pages_of: Callable[..., Client], path: str) -> None:
    pages = pages_of(s.rows())

    trapped, own = pages.get(path, FOREIGN), pages.get(path)

    assert b"evil.example" in trapped.body
    assert own.status == 200
    assert b"evil.example" not in own.body
