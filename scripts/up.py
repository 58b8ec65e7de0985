"""Starts a whole lab on this machine: `ape run up`, or `make up`, which installs everything first.

Chain, contracts, a story with real transactions, indexer, API, relay and documents; then a check of the API against the
contracts. It stays until Ctrl-C and leaves nothing running.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from deployments import Deployment
from scripts._lab import check
from scripts._lab.clock import Clock
from scripts._lab.errors import SettingInvalid
from scripts._lab.giving import give_all
from scripts._lab.local import (
    BLOCK_SECONDS,
    SECONDS_TO_FINALITY,
    Place,
    currency_codes,
    deploy_lab_on,
    emptied,
    start_api,
    start_chain,
    start_documents,
    start_indexer,
    start_relay,
    start_web,
    wait_for_block,
)
from scripts._lab.processes import Processes, check_port
from scripts._lab.storytelling import tell_story
from scripts._lab.wallets import PHRASE, Cast

FOLDER: Final = Path(".lab")
API_PORT: Final = ("ERANOS_API_PORT", 8000)
RPC_PORT: Final = ("ERANOS_RPC_PORT", 8545)
RELAY_PORT: Final = ("ERANOS_RELAY_PORT", 8090)
DOCUMENTS_PORT: Final = ("ERANOS_DOCUMENTS_PORT", 8002)
WEB_PORT: Final = ("ERANOS_WEB_PORT", 8080)
MAX_PORT: Final = 65_535
#: Exit code of a command that a signal ended before it was done, as shells have it.
INTERRUPTED: Final = 130


@click.command(short_help="Start a local lab: chain, contracts, story, indexer, API, relay, documents, pages")
@click.option("--once", is_flag=True, help="Play the story, check, and end.")
@click.option("--folder", type=click.Path(path_type=Path), default=FOLDER, help="For data and logs; is emptied.")
def cli(*, once: bool, folder: Path) -> None:
    """Starts a local lab and tells its story.

    Ports are taken from ERANOS_WEB_PORT (8080), ERANOS_API_PORT (8000), ERANOS_RELAY_PORT (8090),
    ERANOS_DOCUMENTS_PORT (8002) and ERANOS_RPC_PORT (8545).
    """
    ports = ports_of(RPC_PORT, API_PORT, RELAY_PORT, DOCUMENTS_PORT, WEB_PORT)
    place = Place(
        folder,
        ports[RPC_PORT[0]],
        ports[API_PORT[0]],
        relay_port=ports[RELAY_PORT[0]],
        documents_port=ports[DOCUMENTS_PORT[0]],
        web_port=ports[WEB_PORT[0]],
    )
    for variable, port in ports.items():
        check_port(port, variable)
    is_up = False
    try:
        with emptied(folder), Processes(folder / "logs") as processes:
            deployment = bring_up(processes, place)
            is_up = True
            if once:
                return
            click.echo(addresses(place, deployment))
            processes.watch()
    except KeyboardInterrupt:
        click.echo("Stopped.")
        if not is_up:
            raise SystemExit(INTERRUPTED) from None


def bring_up(processes: Processes, place: Place) -> Deployment:
    """Starts everything in order, plays the story and checks the result."""
    with timed("Chain and contracts"):
        rpc = start_chain(processes, place)
        deployment = deploy_lab_on(place, rpc)
    with timed("Story"):
        told = tell_story(rpc, deployment, place.written, tell=click.echo)
        Clock.of(rpc, int(time.time())).run(BLOCK_SECONDS)
        click.echo(f"{told.transactions} transactions; money agreed with the books after each of them")
    with timed("Index and API"):
        start_indexer(processes, place)
        api = start_api(processes, place, currency_codes(deployment))
        wait_for_block(processes, api, int(rpc.call("eth_blockNumber"), 16))
    with timed("Relay"):
        start_relay(processes, place, rpc)
    with timed("Documents"):
        given = give_all(start_documents(processes, place), place.written)
        click.echo(f"{given} documents and pictures of the story were taken in")
    with timed("Pages"):
        pages = start_web(processes, place, currency_codes(deployment))
        wait_for_block(processes, pages, int(rpc.call("eth_blockNumber"), 16))
    with timed("Check of the API against the contracts"):
        checked = check.compare(api, rpc, deployment, [wallet.address for wallet in Cast().everyone()])
        click.echo(f"{checked.compared} values of the API equal those of the contracts")
    return deployment


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Prints how long something took."""
    click.secho(f"{what} ...", bold=True)
    began = time.monotonic()
    yield
    click.secho(f"{what}: {time.monotonic() - began:.1f} s", bold=True)


def ports_of(*wanted: tuple[str, int]) -> dict[str, int]:
    """Returns ports from the environment, given as variables with their defaults.

    Raises:
        SettingInvalid: One is no port number, or two are the same.
    """
    ports: dict[str, int] = {}
    for variable, default in wanted:
        port = port_of(variable, default)
        if port in ports.values():
            other = next(name for name, taken in ports.items() if taken == port)
            message = f"{other} and {variable} are both {port}."
            raise SettingInvalid(message)
        ports[variable] = port
    return ports


def port_of(variable: str, default: int) -> int:
    """Returns a port from the environment.

    Raises:
        SettingInvalid: It is no port number.
    """
    text = os.environ.get(variable) or str(default)
    if not text.isdecimal() or not 1 <= int(text) <= MAX_PORT:
        message = f"{variable} is {text!r}, which is no port: set it to a number from 1 to {MAX_PORT}."
        raise SettingInvalid(message)
    return int(text)


def addresses(place: Place, deployment: Deployment) -> str:
    """Returns what a person needs to look around and to play on."""
    contracts = "\n".join(f"  {name:<18} {contract.address}" for name, contract in sorted(deployment.contracts.items()))
    wallets = "\n".join(
        f"  {w.name:<32} {w.role:<42} {w.address} {w.key}{'' if w.has_ether else '  (no ether)'}"
        for w in Cast().everyone()
    )
    return f"""
Open
  Pages              {place.web_url}/
  Test wallets       {place.web_url}/test-wallets
  API                {place.api_url}/docs
  Documents          {place.documents_url}/status
  Campaigns          {place.api_url}/v1/campaigns
  Status             {place.api_url}/v1/status
  Relay              {place.relay_url}/status

Chain
  RPC                {place.rpc_url}
  Chain id           {deployment.chain_id}
  A block every {BLOCK_SECONDS} seconds, final after {SECONDS_TO_FINALITY} seconds.

Contracts
{contracts}

Test wallets: keys that everybody knows, for this chain only. Phrase: {PHRASE}
{wallets}

Logs are in {place.folder / "logs"}. Ctrl-C stops everything.
"""
