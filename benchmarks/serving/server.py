"""`python -m benchmarks.serving.server FILE`: serves a mirror and, beside each route, an answer that never changes.

A constant goes through the same server, layers and response model as the route it stands beside. The port is written
to standard output.
"""

import sys
from typing import Annotated, Any, Final

import click
import uvicorn
from fastapi import Depends, FastAPI, Request, Response

from api.app import create_app
from api.campaigns import routes, schemas
from api.campaigns.queries import CampaignFilters, CampaignSort
from api.database import Reader
from api.paging import PageDep, PageRequest, refuse_unknown_parameters
from api.settings import Settings
from serving.listening import listen

LIMIT: Final = 20


def main(path: str) -> None:
    """Serve until a signal ends it."""
    app = create_app(Settings(database_url=f"sqlite:///{path}", requests_per_minute=0))
    add_constants(app)
    with listen("127.0.0.1", 0, "") as listener:
        click.echo(listener.getsockname()[1])
        uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False, server_header=False)).run([listener])


def add_constants(app: FastAPI) -> None:
    """Add `/constant/campaigns` and `/constant/campaigns/1`."""
    page = routes.list_campaigns(
        _reader(app), PageRequest(LIMIT, None, "/", ()), CampaignFilters(), CampaignSort.NEWEST
    )
    one = routes.read_campaign(_reader(app), 1)
    checked = [Depends(refuse_unknown_parameters)]

    @app.get("/constant/campaigns", dependencies=checked)
    def constant_list(
        _page: PageDep, _wanted: Annotated[CampaignFilters, Depends(routes.filters)]
    ) -> schemas.CampaignPage:
        return page

    @app.get("/constant/campaigns/1", dependencies=checked)
    def constant_record() -> schemas.CampaignAnswer:
        return one


def _reader(app: FastAPI) -> Reader:
    scope: dict[str, Any] = {
        "type": "http",
        "app": app,
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "headers": [],
    }
    return Reader(Request(scope | {"server": ("127.0.0.1", 80), "scheme": "http"}), Response())


if __name__ == "__main__":
    main(sys.argv[1])
