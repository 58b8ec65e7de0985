"""A whole lab for the browser's tests: chain, contracts, story, index, relay and pages, all real."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ape
from ape_test.accounts import TestAccount

from deployments import Deployment
from scripts._lab.acts import Actor
from scripts._lab.clock import Clock
from scripts._lab.contracts import TEST_CURRENCY, Contract, contracts_of
from scripts._lab.http import Api
from scripts._lab.local import (
    Place,
    connected,
    deploy_lab_on,
    eranos,
    start_chain,
    start_indexer,
    start_relay,
    start_web,
    wait_for_block,
)
from scripts._lab.processes import Child, Processes
from scripts._lab.rpc import Rpc
from scripts._lab.stage import Stage
from scripts._lab.storytelling import tell_story
from scripts._lab.wallets import Cast
from tests.e2e.conftest import free_port
from tests.web.browser import chapter

PATIENCE = 60
#: Further settings of the pages.
WEB = {
    "ERANOS_WEB_CHAIN_NAME": "Local chain of the tests",
    "ERANOS_WEB_REQUESTS_PER_MINUTE": "0",
}


@dataclass
class Lab:
    """What the tests act on."""

    place: Place
    processes: Processes
    rpc: Rpc
    deployment: Deployment
    contracts: dict[str, Contract]
    actor: Actor
    cast: Cast
    campaigns: dict[str, int]
    orders: dict[str, int]
    relay: Child
    documents: Child
    api: Api
    indexer: Child

    @property
    def url(self) -> str:
        """Address of the pages."""
        return self.place.web_url

    def ask(self, contract: str, function: str, *arguments: Any) -> Any:
        """Ask a contract."""
        return self.contracts[contract].ask(self.rpc, function, *arguments)

    def head(self) -> int:
        """Return the number of the newest block."""
        return int(self.rpc.call("eth_blockNumber"), 16)

    def stop_relay(self) -> None:
        """End the relay, as a power cut would."""
        self.processes.kill(self.relay)

    def start_relay(self) -> None:
        """Start it again."""
        self.relay = start_relay(self.processes, self.place, self.rpc)

    def stop_documents(self) -> None:
        """End the documents service, as a power cut would."""
        self.processes.kill(self.documents)

    def start_documents(self) -> None:
        """Start it again."""
        self.documents = start_documents(self.processes, self.place)

    @contextmanager
    def without_blocks(self) -> Iterator[None]:
        """Have the chain make no block while this runs."""
        self.rpc.call("evm_setIntervalMining", 0)
        try:
            yield
        finally:
            self.rpc.call("evm_setIntervalMining", 1)

    def knows_symbols(self) -> bool:
        """Tell whether the index has read what the currencies are called."""
        return all(one["symbol"] for one in self.api.get("/v1/currencies")["currencies"])

    def catch_up(self) -> None:
        """Wait until the pages know the newest block."""
        wait_for_block(self.processes, self.api, self.head())


class RunningClock(Clock):
    """The clock of a chain that makes blocks by itself: nobody moves it."""

    def tick(self) -> None:
        """Look at it."""
        self.now = int(self.rpc.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)


@contextmanager
def whole_lab(folder: Path) -> Iterator[Lab]:
    """Run a lab while the block runs; its chain makes a block for each transaction, and one more every second."""
    place = Place(folder, free_port(), 0, web_port=free_port(), relay_port=free_port(), documents_port=free_port())
    with Processes(folder / "logs") as processes:
        rpc = start_chain(processes, place)
        deployment = deploy_lab_on(place, rpc)
        staged: list[Stage] = []

        abi = contracts_of(deployment)[TEST_CURRENCY].abi
        plain = Contract(chapter.PLAIN_CURRENCY, deploy_plain_currency(place), abi)

        def more(stage: Stage) -> None:
            stage.actor.contracts[plain.name] = plain
            chapter.everything(stage)
            staged.append(stage)

        tell_story(rpc, deployment, place.written, tell=lambda line: None, more=more)
        (stage,) = staged
        stage.actor.forget_nonces()
        stage.actor.after_act = stage.actor.forget_nonces
        stage.actor.clock.run(1)
        stage.actor.clock = RunningClock.of(rpc, stage.actor.clock.present)
        stage.actor.clock.tick()
        campaigns = {name: chapter.number_of(stage, name) for name in chapter.NAMES}
        orders = {name: chapter.order_of(stage, name) for name in chapter.ORDERS}
        contracts = contracts_of(deployment) | {plain.name: plain}
        indexer = start_indexer(processes, place, {"ERANOS_INDEX_POLL_SECONDS": "0.2"})
        relay = start_relay(processes, place, rpc)
        store = start_documents(processes, place)
        pages = start_web(processes, place, WEB | {"ERANOS_WEB_DOCUMENTS": str(place.written)})
        lab = Lab(
            place,
            processes,
            rpc,
            deployment,
            contracts,
            stage.actor,
            stage.cast,
            campaigns,
            orders,
            relay,
            store,
            pages,
            indexer,
        )
        lab.catch_up()
        processes.wait_until("the symbols of currencies", lab.knows_symbols, PATIENCE)
        yield lab


def deploy_plain_currency(place: Place) -> str:
    """Deploy a currency that takes no permits and return its address."""
    cast = Cast()
    deployer = TestAccount(index=0, address_str=cast.deployer.address, private_key=cast.deployer.key)
    with connected(place):
        return str(deployer.deploy(ape.project.HostileToken, 6).address)


def start_documents(processes: Processes, place: Place) -> Child:
    """Start the documents service beside what the story wrote; it asks the pages' own API what is on chain."""
    changes = {"ERANOS_DOCUMENTS_FOLDER": str(place.written), "ERANOS_DOCUMENTS_API_URL": place.web_url}
    return processes.start("documents", [eranos(), "documents", "run"], place.environment | changes)
