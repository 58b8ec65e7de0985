"""The commands `eranos documents ...`."""

import json
import logging
import re
import sqlite3
from contextlib import suppress
from typing import Final

import click
import uvicorn

from documents.app import create_app, store_of
from documents.errors import NothingToErase, StartError
from documents.settings import Settings
from documents.store import Store, now
from serving.listening import AddressTaken, listen
from serving.logs import set_up
from serving.problems import Problem
from serving.settings import SettingInvalid, settings_of

LAST_SECONDS: Final = 10
"""For uploads that are on their way when a signal comes."""
OPERATOR: Final = "operator"

log = logging.getLogger(__name__)


@click.group()
@click.pass_context
def documents(ctx: click.Context) -> None:
    """Keep the documents behind hashes on chain. Settings come from the environment, prefix ERANOS_DOCUMENTS_."""
    try:
        ctx.obj = settings_of(Settings)
    except SettingInvalid as error:
        raise click.ClickException(str(error)) from error
    set_up(ctx.obj.log_format)


@documents.command()
@click.pass_obj
def run(settings: Settings) -> None:
    """Take documents in and serve them, until a signal ends it."""
    try:
        store = _prepared(settings)
        with store.files.taken(), listen(settings.host, settings.port, settings.model_config["env_prefix"]) as listener:
            config = uvicorn.Config(
                create_app(settings),
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=LAST_SECONDS,
            )
            log.info(
                "taking documents at http://%s:%s for what %s tells", settings.host, settings.port, settings.api_url
            )
            # Ctrl-C has ended it in order by now; the server raises it once more.
            with suppress(KeyboardInterrupt):
                uvicorn.Server(config).run(sockets=[listener])
    except (StartError, AddressTaken) as error:
        raise click.ClickException(str(error)) from error


@documents.command()
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.pass_obj
def status(settings: Settings, *, as_json: bool) -> None:
    """Show how much is kept, after reading every file; ends with 1 if files and database do not agree."""
    try:
        store = _prepared(settings)
        found = store.totals()._asdict()
        amiss = store.amiss()
    except (StartError, sqlite3.Error) as error:
        raise click.ClickException(str(error)) from error
    lines = [f"{name}: {value}" for name, value in found.items()]
    click.echo(json.dumps(found | {"amiss": amiss}) if as_json else "\n".join([*lines, *amiss]))
    if amiss:
        raise SystemExit(1)


@documents.command()
@click.argument("sha256")
@click.option("--reason", required=True, help="For everybody to read.")
@click.pass_obj
def erase(settings: Settings, sha256: str, reason: str) -> None:
    """Erase a document of any kind for a legal reason, with the pictures that only it names.

    The hash on chain stays, and a record of the erasure is left; the document is not taken in again.
    """
    digest = sha256.removeprefix("0x").lower()
    if not re.fullmatch("[0-9a-f]{64}", digest):
        raise click.ClickException("a SHA-256 is 64 hexadecimal digits")
    if not reason.strip() or not reason.isprintable():
        raise click.ClickException("--reason is one line of text")
    try:
        store = _prepared(settings)
        store.refuse_erased(digest)
        if store.find(digest) is None and not store.files.has(digest):
            raise NothingToErase(f"no document {digest} is kept in {settings.folder}: see `eranos documents status`")
        removed = store.erase(digest, by=OPERATOR, reason=reason, at=now())
    except (StartError, Problem, sqlite3.Error) as error:
        raise click.ClickException(str(error)) from error
    click.echo("\n".join(f"erased {one}" for one in removed))


def _prepared(settings: Settings) -> Store:
    store = store_of(settings)
    store.prepare()
    return store
