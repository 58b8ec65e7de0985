"""Plays the lab's story on a local chain where the lab is deployed: `ape run story`. `make up` does both.

Every act is a signed transaction of a person in `_lab.wallets`. The chain's clock is moved from act to act, and ends
at the present time.
"""

import time
from pathlib import Path
from typing import Final

import click

import deployments
from scripts._deployment.chains import KNOWN
from scripts._deployment.errors import UnknownChain
from scripts._lab.clock import Clock
from scripts._lab.errors import LabError
from scripts._lab.rpc import Rpc
from scripts._lab.storytelling import tell_story

DOCUMENTS: Final = Path(".lab") / "documents"


@click.command(short_help="Play the story on a local chain where the lab is deployed")
@click.option("--rpc-url", default="http://127.0.0.1:8545", show_default=True, help="The local chain.")
@click.option("--documents", type=click.Path(path_type=Path), default=DOCUMENTS, help="Folder for the documents.")
@click.option("--block-seconds", default=2, show_default=True, help="Seconds between blocks when the story is told.")
def cli(rpc_url: str, documents: Path, block_seconds: int) -> None:
    """Plays the story on a chain that begins 90 days ago, deployed with the roles of the story's wallets.

    Refuses every chain that is not local: the keys of its people are public.
    """
    rpc = Rpc(rpc_url)
    chain_id = int(rpc.call("eth_chainId"), 16)
    if not (chain_id in KNOWN and KNOWN[chain_id].local):
        message = f"chain {chain_id} is no local chain, and the keys of the story's people are public."
        raise UnknownChain(message)
    try:
        told = tell_story(rpc, deployments.load(chain_id), documents, tell=click.echo)
    except deployments.DeploymentError as error:
        raise LabError(str(error)) from error
    Clock.of(rpc, int(time.time())).run(block_seconds)
    click.echo(f"{told.transactions} transactions, money compared with books after each.")
