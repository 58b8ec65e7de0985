"""Plays the lab's story on a local chain where the lab is deployed: `ape run story`. `make up` does both.

Every act is a signed transaction of a person in `_lab.wallets`. The chain's clock is moved from act to act, and ends
at the present time.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

import deployments
from deployments import Deployment
from scripts._deployment.chains import KNOWN
from scripts._deployment.errors import UnknownChain
from scripts._lab import chapters
from scripts._lab.acts import Actor
from scripts._lab.books import Books
from scripts._lab.clock import Clock
from scripts._lab.contracts import TEST_CURRENCY, Contract, contracts_of
from scripts._lab.documents import Library
from scripts._lab.errors import LabError
from scripts._lab.rpc import Rpc
from scripts._lab.stage import Stage
from scripts._lab.wallets import Cast

DOCUMENTS: Final = Path(".lab") / "documents"


@dataclass(frozen=True)
class Told:
    """What the story leaves behind."""

    contracts: dict[str, Contract]
    transactions: int
    checks: int
    """How often money was compared with books: after every transaction."""


def tell_story(
    rpc: Rpc,
    deployment: Deployment,
    documents: Path,
    *,
    tell: Callable[[str], None],
    after_act: Callable[[], None] = lambda: None,
) -> Told:
    """Plays the whole story; afterwards the chain's clock is still some minutes behind the present.

    Args:
        rpc: The local chain, with its clock at `chapters.FIRST_DAY` or before.
        deployment: The lab there.
        documents: Folder for the documents whose hashes go on chain.
        tell: Called with one line for each scene.
        after_act: Called after each transaction.

    Raises:
        LabError: With what went wrong.
    """
    cast, contracts = Cast(), contracts_of(deployment)
    books = Books(rpc, contracts["Crowdfunding"], contracts[TEST_CURRENCY])
    clock = Clock.of(rpc, int(time.time()))
    actor = Actor(rpc, clock, contracts, cast.relayer, deployment.chain_id)
    stage = Stage(actor, Library(documents), books, cast)

    def check_and_go_on() -> None:
        books.check()
        after_act()

    actor.after_act = check_and_go_on
    actor.give_ether(cast.everyone())
    chapters.everything(stage)
    stage.play(tell)
    return Told(contracts, actor.count, books.checks)


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
