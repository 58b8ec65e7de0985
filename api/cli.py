"""The command `eranos api`."""

import logging
import socket
import time
from typing import Final

import click
import uvicorn
from pydantic import ValidationError
from sqlalchemy import Engine

from api.app import create_app
from api.database import check_schema
from api.errors import DatabaseMissing, PortTaken, SchemaMismatch, StartError
from api.settings import Settings

PATIENCE_SECONDS: Final = 15
"""How long to wait for a mirror that an indexer started at the same time may be making."""
STEP_SECONDS: Final = 0.5
BACKLOG: Final = 2048
LAST_SECONDS: Final = 2
"""For answers that are on their way when a signal comes; a stream would never end by itself."""


@click.command()
def api() -> None:
    """Serve the read-only HTTP API. Settings come from the environment, prefix ERANOS_API_."""
    try:
        serve(_settings())
    except StartError as error:
        raise click.ClickException(str(error)) from error


def serve(settings: Settings) -> None:
    """Serve until a signal ends it.

    Raises:
        DatabaseMissing: There is no mirror, also after some patience.
        SchemaMismatch: It was made by another version.
        PortTaken: The address to listen at can't be used.
    """
    app = create_app(settings)
    with listen(settings.host, settings.port) as listener:
        _wait_for_mirror(app.state.engine)
        config = uvicorn.Config(
            app,
            log_level=logging.INFO,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=LAST_SECONDS,
        )
        click.echo(f"Serving http://{settings.host}:{settings.port}/docs", err=True)
        uvicorn.Server(config).run(sockets=[listener])


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Raises:
        PortTaken: The address is in use, or not this machine's.
    """
    # The protocol is named so that asyncio switches Nagle's delay off: it looks for it on each accepted socket.
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        reason = error.strerror or error
        raise PortTaken(f"can't listen at {host}:{port} ({reason}): set ERANOS_API_PORT or ERANOS_API_HOST") from error
    return listener


def _settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"ERANOS_API_{'_'.join(str(part) for part in first['loc'])}".upper()
        raise click.ClickException(f"{name}: {first['msg']}") from error


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
