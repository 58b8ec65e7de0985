"""The command `eranos api`."""

import logging
import time
from collections.abc import Callable
from typing import Final, TypeVar

import click
import uvicorn
from fastapi import FastAPI
from sqlalchemy import Engine

from api.app import create_app
from api.database import check_schema
from api.errors import DatabaseMissing, SchemaMismatch, StartError
from api.settings import Settings
from serving.listening import AddressTaken, listen
from serving.settings import SettingInvalid, settings_of

PATIENCE_SECONDS: Final = 15
"""How long to wait for a mirror that an indexer started at the same time may be making."""
STEP_SECONDS: Final = 0.5
LAST_SECONDS: Final = 2
"""For answers that are on their way when a signal comes; a stream would never end by itself."""

S = TypeVar("S", bound=Settings)


@click.command()
def api() -> None:
    """Serve the read-only HTTP API. Settings come from the environment, prefix ERANOS_API_."""
    run(Settings, create_app, "/docs")


def run(kind: type[S], make: Callable[[S], FastAPI], first: str) -> None:
    """Read the settings and serve until a signal ends it; what is wrong at the start is one line.

    Args:
        kind: Settings of the process.
        make: Makes its application of them.
        first: Path to open first.
    """
    try:
        settings = settings_of(kind)
        serve(settings, make(settings), first)
    except (StartError, SettingInvalid, AddressTaken) as error:
        raise click.ClickException(str(error)) from error


def serve(settings: Settings, app: FastAPI, first: str) -> None:
    """Serve until a signal ends it.

    Raises:
        DatabaseMissing: There is no mirror, also after some patience.
        SchemaMismatch: It was made by another version.
        AddressTaken: The address to listen at can't be used.
    """
    with listen(settings.host, settings.port, settings.model_config["env_prefix"]) as listener:
        _wait_for_mirror(app.state.engine)
        config = uvicorn.Config(
            app,
            log_level=logging.INFO,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=LAST_SECONDS,
        )
        click.echo(f"Serving http://{settings.host}:{settings.port}{first}", err=True)
        uvicorn.Server(config).run(sockets=[listener])


def _wait_for_mirror(engine: Engine) -> None:
    """Return once the mirror can be served; an indexer started at the same moment may still be making it.

    Raises:
        DatabaseMissing: It is not there in the end.
        SchemaMismatch: It was made by another version.
    """
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    told = False
    while True:
        try:
            return check_schema(engine)
        except (DatabaseMissing, SchemaMismatch) as error:
            if time.monotonic() >= give_up_at:
                raise
            if not told:
                click.echo(f"Waiting up to {PATIENCE_SECONDS} s: {error}", err=True)
                told = True
        time.sleep(STEP_SECONDS)
