"""The command `eranos web`."""

import click

from api.cli import run
from web.app import create_app
from web.settings import Settings


@click.command()
def web() -> None:
    """Serve the pages, and the API beside them. Settings come from the environment, prefix ERANOS_WEB_."""
    run(Settings, create_app, "/")
