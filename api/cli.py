"""The command `eranos api`."""

import logging
import socket
import time
from collections.abc import Callable
from typing import Final, TypeVar

import click
import uvicorn
from fastapi import FastAPI
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
        settings = _settings(kind)
        serve(settings, make(settings), first)
    except StartError as error:
        raise click.ClickException(str(error)) from error


def serve(settings: Settings, app: FastAPI, first: str) -> None:
    """Serve until a signal ends it.

    Raises:
        DatabaseMissing: There is no mirror, also after some patience.
        SchemaMismatch: It was made by another version.
        PortTaken: The address to listen at can't be used.
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


def listen(host: str, port: int, prefix: str = "ERANOS_API_") -> socket.socket:
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
        raise PortTaken(f"can't listen at {host}:{port} ({reason}): set {prefix}PORT or {prefix}HOST") from error
    return listener


def _settings(kind: type[S]) -> S:
    try:
        return kind()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"{kind.model_config['env_prefix']}{'_'.join(str(part) for part in first['loc'])}".upper()
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
