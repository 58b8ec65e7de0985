"""`python -m benchmarks.pages.server FILE FOLDER`: serves the pages, and an empty one beside them.

The empty page goes through the same layers, opens the mirror and is drawn with the same frame. The port is written to
standard output.
"""

import sys
from pathlib import Path
from typing import Final

import click
import uvicorn
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, DictLoader

from serving.listening import listen
from web.app import create_app
from web.settings import Settings
from web.visits import VisitDep

EMPTY: Final = (
    '{% extends "base.html" %}{% block title %}Empty{% endblock %}{% block main %}<h1>Empty</h1>{% endblock %}'
)


def main(mirror: str, documents: str) -> None:
    """Serve until a signal ends it."""
    app = create_app(Settings(database_url=f"sqlite:///{mirror}", documents=Path(documents), requests_per_minute=0))
    add_empty_page(app)
    with listen("127.0.0.1", 0, "") as listener:
        click.echo(listener.getsockname()[1])
        uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False, server_header=False)).run([listener])


def add_empty_page(app: FastAPI) -> None:
    """Add `/{language}/empty`."""
    for environment in app.state.environments.values():
        environment.loader = ChoiceLoader([environment.loader, DictLoader({"empty.html": EMPTY})])

    @app.get("/{language}/empty")
    def show_empty(visit: VisitDep) -> HTMLResponse:
        with visit.open():
            return visit.page("empty.html")


if __name__ == "__main__":
    main(*sys.argv[1:])
