"""Tells the story on a chain where the lab is deployed, and checks the money after each act."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deployments import Deployment
from scripts._lab import chapters
from scripts._lab.acts import Actor
from scripts._lab.books import Books
from scripts._lab.clock import FIRST_DAY, Clock
from scripts._lab.contracts import TEST_CURRENCY, Contract, contracts_of
from scripts._lab.documents import Library
from scripts._lab.escrow_books import EscrowBooks
from scripts._lab.rpc import Rpc
from scripts._lab.stage import Stage
from scripts._lab.wallets import Cast


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
    more: Callable[[Stage], None] = lambda stage: None,
) -> Told:
    """Plays the whole story; afterwards the chain's clock is still some minutes behind the present.

    Args:
        rpc: The local chain, with its clock at `FIRST_DAY` or before.
        deployment: The lab there.
        documents: Folder for the documents whose hashes go on chain.
        tell: Called with one line for each scene.
        after_act: Called after each transaction.
        more: Puts further scenes on the stage.

    Raises:
        LabError: With what went wrong.
    """
    cast, contracts = Cast(), contracts_of(deployment)
    books = Books(rpc, contracts["Crowdfunding"], contracts["MatchFunding"], contracts[TEST_CURRENCY])
    escrows = EscrowBooks.of(rpc, contracts)
    clock = Clock.of(rpc, int(time.time()))
    actor = Actor(rpc, clock, contracts, cast.relayer, deployment.chain_id)
    stage = Stage(actor, Library(documents), books, escrows, cast)

    def check_and_go_on() -> None:
        books.check()
        escrows.check()
        after_act()

    clock.begin(FIRST_DAY)
    actor.after_act = check_and_go_on
    actor.give_ether(cast.everyone())
    chapters.everything(stage)
    more(stage)
    stage.play(tell)
    escrows.check_holders(wallet.address for wallet in cast.everyone())
    return Told(contracts, actor.count, books.checks)
