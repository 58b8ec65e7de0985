"""The commands of `eranos relay`."""

import asyncio
import json
import logging
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

import click
import uvicorn
from eth_account.signers.local import LocalAccount

import deployments
from deployments import Deployment
from relay import keystore
from relay.acceptance import Acceptance
from relay.acts import Target, targets_of
from relay.app import create_app
from relay.chain import FIELDS_ONLY, Chain, domain_of
from relay.errors import (
    ChainUnusable,
    KeystoreUnusable,
    NodeFailure,
    StartError,
)
from relay.following import Follower
from relay.forwarding import Domain
from relay.metrics import Meter
from relay.node import Node, quantity
from relay.sending import Sender
from relay.settings import Settings
from relay.store import Store
from relay.worker import Worker
from serving.listening import AddressTaken, listen
from serving.logs import note, set_up
from serving.settings import SettingInvalid, settings_of

LAST_SECONDS: Final = 2
"""For answers that are on their way when a signal comes."""
FORWARDER: Final = "ERC2771Forwarder"

log = logging.getLogger(__package__)


@click.group()
def relay() -> None:
    """Pay the gas of signed requests. Settings come from the environment, prefix ERANOS_RELAY_."""


@relay.command("run")
def run() -> None:
    """Serve the relay until a signal ends it."""
    try:
        settings = settings_of(Settings)
        set_up(settings.log_format)
        signer = _unlocked(settings)
        asyncio.run(serve(settings, signer))
    except (StartError, SettingInvalid, AddressTaken, deployments.DeploymentError) as error:
        raise click.ClickException(str(error)) from error


@relay.command("status")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def status(as_json: bool) -> None:
    """Show what the request log holds; works while the relay runs and while it does not."""
    try:
        store = Store(settings_of(Settings).database, read_only=True)
    except (StartError, SettingInvalid) as error:
        raise click.ClickException(str(error)) from error
    facts = _facts(store)
    store.close()
    if as_json:
        click.echo(json.dumps(facts))
    else:
        click.echo("\n".join(f"{name.replace('_', ' '):<24}{value}" for name, value in facts.items()))


@relay.command("new-key")
@click.option("--keystore", "path", type=click.Path(path_type=Path), help="File to write; else ERANOS_RELAY_KEYSTORE.")
@click.option(
    "--passphrase-file", type=click.Path(path_type=Path), help="File that holds the passphrase; else it is asked for."
)
def new_key(path: Path | None, passphrase_file: Path | None) -> None:
    """Make a gas key, write it encrypted, and print its address. An existing file is never overwritten."""
    try:
        settings = settings_of(Settings)
        file = passphrase_file or settings.passphrase_file
        if file is not None:
            passphrase = keystore.passphrase_in(file)
        else:
            passphrase = click.prompt("Passphrase", hide_input=True, confirmation_prompt=True, err=True)
        click.echo(keystore.create(path or settings.keystore, passphrase))
    except (StartError, SettingInvalid) as error:
        raise click.ClickException(str(error)) from error


async def serve(settings: Settings, signer: LocalAccount) -> None:
    """Serve until a signal ends it.

    Raises:
        ChainUnusable: No node answers, or it is of another chain.
        LogUnusable, LogTaken: The request log can't be used.
        AddressTaken: The address can't be listened at.
    """
    node = Node(settings.rpc_url, settings.rpc_timeout)
    try:
        deployment, domain = await _reached(node, settings.chain_id)
        store = Store(settings.database)
        try:
            store.claim(deployment.chain_id, deployment.genesis_hash, domain.forwarder)
            await _serve(settings, signer, Chain(node, domain, str(signer.address)), store, targets_of(deployment))
        finally:
            store.close()
    finally:
        await node.close()


async def _reached(node: Node, chain_id: int | None) -> tuple[Deployment, Domain]:
    try:
        deployment = await _deployment(node, chain_id)
        return deployment, await domain_of(node, deployment.contracts[FORWARDER].address, deployment.chain_id)
    except NodeFailure as error:
        raise ChainUnusable(f"the chain can't be reached: {error}: check ERANOS_RELAY_RPC_URL") from error


async def _serve(
    settings: Settings, signer: LocalAccount, chain: Chain, store: Store, targets: Mapping[str, Target]
) -> None:
    meter = Meter(settings.alarm_wei)
    sender = Sender(chain, store, signer, settings, meter)
    worker = Worker(chain, Follower(chain, store, meter), sender, meter, settings.poll_seconds)
    app = create_app(Acceptance(chain, store, settings, targets, meter), worker.wake)
    with listen(settings.host, settings.port, settings.model_config["env_prefix"]) as listener:
        config = uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=LAST_SECONDS
        )
        note(log, "serving", url=f"http://{settings.host}:{settings.port}", address=signer.address)
        await _together(uvicorn.Server(config), listener, worker)


async def _together(server: uvicorn.Server, listener: socket.socket, worker: Worker) -> None:
    """Serve and work until a signal ends the server; a mistake of ours in the worker ends both."""
    working = asyncio.create_task(worker.run())
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    await asyncio.wait({working, serving}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    await serving
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working


async def _deployment(node: Node, chain_id: int | None) -> Deployment:
    """Return the record of the node's chain, after making sure that it is of this very chain."""
    found = quantity(await node.ask("eth_chainId"))
    if chain_id is not None and found != chain_id:
        raise ChainUnusable(f"the node is of chain {found}, not {chain_id}: check ERANOS_RELAY_RPC_URL")
    deployment = deployments.load(found)
    genesis = await node.ask("eth_getBlockByNumber", "0x0", FIELDS_ONLY)
    if not isinstance(genesis, dict) or genesis.get("hash") != deployment.genesis_hash:
        raise ChainUnusable(
            f"the node's chain {found} is not the one of the deployment record: check ERANOS_RELAY_RPC_URL"
        )
    if FORWARDER not in deployment.contracts:
        raise ChainUnusable(f"the deployment record of chain {found} has no {FORWARDER}: deploy again")
    return deployment


def _unlocked(settings: Settings) -> LocalAccount:
    """Return the gas key, with a warning if others may read its files."""
    for path in (settings.keystore, settings.passphrase_file):
        if path is not None and (warning := keystore.warning_about(path)) is not None:
            click.echo(f"Warning: {warning}", err=True)
    if settings.passphrase_file is not None:
        passphrase = keystore.passphrase_in(settings.passphrase_file)
    elif sys.stdin.isatty():
        passphrase = click.prompt("Passphrase", hide_input=True, err=True)
    else:
        raise KeystoreUnusable("nobody can be asked for the passphrase: set ERANOS_RELAY_PASSPHRASE_FILE")
    return keystore.unlock(settings.keystore, passphrase)


def _facts(store: Store) -> dict[str, object]:
    gas, wei = store.spent()
    return {
        **{str(state): count for state, count in store.by_state().items()},
        "transactions_in_flight": len(store.in_flight()),
        "oldest_waiting_since": store.oldest_waiting(),
        "gas_spent": gas,
        "fees_spent_wei": str(wei),
    }
