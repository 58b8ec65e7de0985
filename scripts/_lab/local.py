"""The parts of a local lab, started one after the other: chain, contracts, indexer, API, relay, documents."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from secrets import token_hex
from typing import Final

import ape
from ape.logging import LogLevel
from ape.logging import logger as ape_logger
from ape_test.accounts import TestAccount

import deployments
from deployments import Deployment
from scripts._deployment.deployment import deploy
from scripts._deployment.lab import RoleHolders
from scripts._lab.acts import PURSE
from scripts._lab.clock import DAY, GENESIS
from scripts._lab.contracts import TEST_CURRENCY
from scripts._lab.errors import FolderTaken, LabError, RpcError
from scripts._lab.http import Api
from scripts._lab.processes import Child, Processes
from scripts._lab.rpc import Rpc
from scripts._lab.wallets import Cast

#: File that tells a lab's folder, which may be emptied, from any other.
MARK: Final = ".eranos-lab"
HOST: Final = "127.0.0.1"
BLOCK_SECONDS: Final = 2
#: Blocks become final when twice as many are on top of them.
SLOTS_IN_AN_EPOCH: Final = 4
SECONDS_TO_FINALITY: Final = 2 * SLOTS_IN_AN_EPOCH * BLOCK_SECONDS
#: Seconds that a process may take until it answers. Generous: a test machine may be busy.
START: Final = 60


@dataclass(frozen=True)
class Place:
    """Where a local lab is.

    Attributes:
        folder: For logs, database and documents; emptied at each start.
        rpc_port: Of the chain.
        api_port: Of the API.
        chain_id: A local one.
        relay_port: Of the relay.
        documents_port: Of the documents service.
        web_port: Of the pages, with the same API beside them.
    """

    folder: Path
    rpc_port: int
    api_port: int
    chain_id: int = 31337
    relay_port: int = 8090
    documents_port: int = 8002
    web_port: int = 8080

    @property
    def rpc_url(self) -> str:
        """Address of the chain."""
        return f"http://{HOST}:{self.rpc_port}"

    @property
    def api_url(self) -> str:
        """Address of the API."""
        return f"http://{HOST}:{self.api_port}"

    @property
    def relay_url(self) -> str:
        """Address of the relay."""
        return f"http://{HOST}:{self.relay_port}"

    @property
    def documents_url(self) -> str:
        """Address of the documents service."""
        return f"http://{HOST}:{self.documents_port}"

    @property
    def web_url(self) -> str:
        """Address of the pages."""
        return f"http://{HOST}:{self.web_port}"

    @property
    def test_wallets(self) -> Path:
        """File of the wallets that the pages hand to browsers."""
        return self.folder / "test-wallets.json"

    @property
    def documents(self) -> Path:
        """Folder of the documents that the documents service keeps and the API serves."""
        return self.folder / "documents"

    @property
    def written(self) -> Path:
        """Folder of what the people of the story wrote, before they give it to the documents service."""
        return self.folder / "written"

    @property
    def database_url(self) -> str:
        """Database of the indexer."""
        return f"sqlite:///{(self.folder / f'eranos-{self.chain_id}.db').resolve()}"

    @property
    def environment(self) -> dict[str, str]:
        """Settings of the lab's processes."""
        return {
            "ERANOS_INDEX_RPC_URL": self.rpc_url,
            "ERANOS_INDEX_DATABASE_URL": self.database_url,
            "ERANOS_API_HOST": HOST,
            "ERANOS_API_PORT": str(self.api_port),
            "ERANOS_API_DATABASE_URL": self.database_url,
            "ERANOS_API_DOCUMENTS": str(self.documents.resolve()),
            "ERANOS_WEB_HOST": HOST,
            "ERANOS_WEB_PORT": str(self.web_port),
            "ERANOS_WEB_URL": self.web_url,
            "ERANOS_WEB_DATABASE_URL": self.database_url,
            "ERANOS_WEB_DOCUMENTS": str(self.documents.resolve()),
            "ERANOS_WEB_DOCUMENTS_URL": self.documents_url,
            "ERANOS_WEB_RELAY_URL": self.relay_url,
            "ERANOS_WEB_RPC_URL": self.rpc_url,
            "ERANOS_WEB_TEST_WALLETS": str(self.test_wallets.resolve()),
            "ERANOS_RELAY_HOST": HOST,
            "ERANOS_RELAY_PORT": str(self.relay_port),
            "ERANOS_RELAY_RPC_URL": self.rpc_url,
            "ERANOS_RELAY_KEYSTORE": str((self.folder / "relay-key.json").resolve()),
            "ERANOS_RELAY_PASSPHRASE_FILE": str((self.folder / "relay-passphrase").resolve()),
            "ERANOS_RELAY_DATABASE": str((self.folder / "relay.db").resolve()),
            "ERANOS_RELAY_POLL_SECONDS": "0.5",
            "ERANOS_DOCUMENTS_HOST": HOST,
            "ERANOS_DOCUMENTS_PORT": str(self.documents_port),
            "ERANOS_DOCUMENTS_FOLDER": str(self.documents.resolve()),
            "ERANOS_DOCUMENTS_DATABASE": str((self.folder / "documents.db").resolve()),
            "ERANOS_DOCUMENTS_API_URL": self.api_url,
            # The whole story is given from one address within a minute.
            "ERANOS_DOCUMENTS_UPLOADS_PER_MINUTE": "0",
        }


@contextmanager
def emptied(folder: Path) -> Iterator[None]:
    """Empties a lab's folder, or makes one, and keeps other labs out of it.

    Raises:
        FolderTaken: Another lab runs there, or it is no lab's folder and not empty.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()) and not (folder / MARK).exists():
        message = f"{folder} holds other things than a lab, which would be deleted: name another folder."
        raise FolderTaken(message)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for item in folder.iterdir():
            shutil.rmtree(item) if item.is_dir() else item.unlink()
        (folder / MARK).touch()
        yield
    except BlockingIOError as error:
        message = f"another lab runs in {folder}: stop it first."
        raise FolderTaken(message) from error
    finally:
        os.close(handle)


def start_chain(processes: Processes, place: Place) -> Rpc:
    """Starts a chain whose clock stands some days before the story begins. No account has any ether."""
    began = int(time.time()) + GENESIS * DAY
    command = ["anvil", "--host", HOST, "--port", str(place.rpc_port), "--chain-id", str(place.chain_id)]
    command += ["--timestamp", str(began), "--slots-in-an-epoch", str(SLOTS_IN_AN_EPOCH), "--accounts", "0"]
    processes.start("chain", command, {})
    rpc = Rpc(place.rpc_url)
    processes.at_end(rpc.close)
    processes.wait_until("the chain", lambda: _answers(rpc), START)
    return rpc


def deploy_lab_on(place: Place, rpc: Rpc, tell: Callable[[str], None] = lambda line: None) -> Deployment:
    """Deploys the lab with the roles of the story's wallets, and returns its record."""
    cast = Cast()
    holders = RoleHolders(**{name: getattr(cast, name).address for name in RoleHolders.__dataclass_fields__})
    rpc.call("anvil_setBalance", cast.deployer.address, hex(PURSE))
    deployer = TestAccount(index=0, address_str=cast.deployer.address, private_key=cast.deployer.key)
    with connected(place):
        deploy(deployer, holders, tell=tell)
    return deployments.load(place.chain_id)


@contextmanager
def connected(place: Place) -> Iterator[None]:
    """Connects Ape to the chain, quietly.

    By its address given to the Foundry plug-in, and not as a network choice: there web3 would first try the socket of
    whatever node runs on this machine.
    """
    settings = {"host": place.rpc_url}
    with ape_logger.at_level(LogLevel.WARNING), ape.networks.ethereum.local.use_provider("foundry", settings):
        yield


def start_indexer(processes: Processes, place: Place, settings: Mapping[str, str] | None = None) -> Child:
    """Starts the indexer, with further settings if any."""
    return processes.start("index", [eranos(), "index", "run"], {**place.environment, **(settings or {})})


def start_api(processes: Processes, place: Place, settings: Mapping[str, str] | None = None) -> Api:
    """Starts the API, with further settings if any; it may take a moment until it answers."""
    processes.start("api", [eranos(), "api"], {**place.environment, **(settings or {})})
    api = Api(place.api_url)
    processes.at_end(api.close)
    return api


def start_relay(processes: Processes, place: Place, rpc: Rpc) -> Child:
    """Starts the relay, the first time with a new key of its own and ether, and waits until it carries requests."""
    if not (place.folder / "relay-key.json").exists():
        _make_relay_key(place, rpc)
    child = processes.start("relay", [eranos(), "relay", "run"], place.environment)
    relay = HTTPConnection(HOST, place.relay_port, timeout=START)
    processes.at_end(relay.close)
    processes.wait_until("the relay", lambda: _is_ready(relay), START)
    return child


def start_documents(processes: Processes, place: Place) -> Api:
    """Starts the documents service and waits until it answers."""
    processes.start("documents", [eranos(), "documents", "run"], place.environment)
    service = Api(place.documents_url)
    processes.at_end(service.close)

    def answers() -> bool:
        try:
            return service.read("/health")[0] == HTTPStatus.OK
        except LabError:  # not listening yet
            return False

    processes.wait_until("the documents service", answers, START)
    return service


def start_web(processes: Processes, place: Place, settings: Mapping[str, str] | None = None) -> Api:
    """Starts the pages, with further settings if any; it may take a moment until they answer."""
    wallets = [{"name": w.name, "role": w.role, "address": w.address, "key": w.key} for w in Cast().everyone()]
    place.test_wallets.write_text(json.dumps(wallets), encoding="utf-8")
    processes.start("web", [eranos(), "web"], {**place.environment, **(settings or {})})
    pages = Api(place.web_url)
    processes.at_end(pages.close)
    return pages


def currency_codes(deployment: Deployment) -> dict[str, str]:
    """Settings by which API and pages show the test euro in open data as the euro that it plays."""
    codes = json.dumps({deployment.contracts[TEST_CURRENCY].address: "EUR"})
    return {"ERANOS_API_CURRENCY_CODES": codes, "ERANOS_WEB_CURRENCY_CODES": codes}


def wait_for_block(processes: Processes, api: Api, block: int) -> None:
    """Waits until the API answers as of a block, or a later one."""

    def indexed() -> bool:
        try:
            return api.as_of() >= block
        except LabError:  # not listening yet, or nothing indexed yet
            return False

    processes.wait_until(f"indexing up to block {block}", indexed, START)


def eranos() -> str:
    """Returns the command `eranos` of this environment."""
    return str(Path(sys.executable).with_name("eranos"))


def _make_relay_key(place: Place, rpc: Rpc) -> None:
    passphrase = place.folder / "relay-passphrase"
    passphrase.touch(0o600)
    passphrase.write_text(token_hex(), encoding="utf-8")
    environment = {**os.environ, **place.environment}
    made = subprocess.run(
        [eranos(), "relay", "new-key"], env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    rpc.call("anvil_setBalance", made.stdout.strip(), hex(PURSE))


def _is_ready(relay: HTTPConnection) -> bool:
    try:
        relay.request("GET", "/ready")
        answer = relay.getresponse()
        answer.read()
    except (OSError, HTTPException):  # not listening yet
        relay.close()
        return False
    return answer.status == HTTPStatus.OK


def _answers(rpc: Rpc) -> bool:
    try:
        rpc.call("eth_chainId")
    except RpcError:
        return False
    return True
