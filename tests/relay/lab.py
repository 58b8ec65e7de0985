"""A small lab for the relay: a real node, the forwarder and the registry of entities, wallets without ether."""

import json
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from eth_abi.abi import encode
from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

import deployments
from deployments import CompilerSettings, DeployedContract, Deployment
from scripts._lab.errors import RpcError
from scripts._lab.rpc import Rpc
from tests.postgres import free_port
from tests.relay.contracts import ROOT, bytecode

ANVIL = ROOT / ".toolchain" / "bin" / "anvil"
CHAIN_ID = 31337
FORWARDER_NAME = "Eranos Forwarder"
FORWARD_REQUEST = {
    "ForwardRequest": [
        {"name": "from", "type": "address"},
        {"name": "to", "type": "address"},
        {"name": "value", "type": "uint256"},
        {"name": "gas", "type": "uint256"},
        {"name": "nonce", "type": "uint256"},
        {"name": "deadline", "type": "uint48"},
        {"name": "data", "type": "bytes"},
    ]
}
PASSPHRASE = "a passphrase of tests"
ETHER = 10**18
GAS = 200_000
VALIDITY = 3_600
MEMBER = 8


def wallet(index: int) -> LocalAccount:
    """Return one of any number of accounts that nobody else uses."""
    account: LocalAccount = Account.from_key(keccak(text=f"wallet {index} of the relay's tests"))
    return account


def call(signature: str, *arguments: Any) -> bytes:
    """Return a call of a function, given as `name(type,...)`."""
    types = signature[signature.index("(") + 1 : -1]
    return keccak(text=signature)[:4] + encode(types.split(",") if types else [], arguments)


def register(profile: int = 1, kinds: int = MEMBER) -> bytes:
    """Return the call by which an account becomes an entity; it works once for each."""
    return call("register(uint8,bytes32)", kinds, profile.to_bytes(32))


def update(profile: int) -> bytes:
    """Return the call by which an entity gets another profile; it works as often as one likes."""
    return call("updateProfile(bytes32)", profile.to_bytes(32))


@dataclass
class Lab:
    """A running chain and what stands on it."""

    rpc: Rpc
    forwarder: str
    registry: str
    folder: Path
    relayer: LocalAccount = field(default_factory=lambda: wallet(-1))

    @cached_property
    def record(self) -> Deployment:
        """Return the deployment record."""
        settings = CompilerSettings("0.8.37", "cancun", 200, via_ir=False)
        genesis = self.rpc.call("eth_getBlockByNumber", "0x0", False)["hash"]
        contracts = {"ERC2771Forwarder": self.forwarder, "EntityRegistry": self.registry}
        return Deployment(
            CHAIN_ID,
            genesis,
            {n: DeployedContract(a, 1, "0x" + "0" * 64, "tests", settings, n) for n, a in contracts.items()},
        )

    def time(self) -> int:
        """Return the earliest time of the next block."""
        head = int(self.rpc.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)
        return max(head, int(time.time()))

    def nonce(self, account: str) -> int:
        """Return the forwarder's nonce of an account."""
        data = "0x" + call("nonces(address)", account).hex()
        return int(self.rpc.call("eth_call", {"to": self.forwarder, "data": data}, "latest"), 16)

    def entities(self) -> int:
        """Return how many entities are registered."""
        data = "0x" + call("entityCount()").hex()
        return int(self.rpc.call("eth_call", {"to": self.registry, "data": data}, "latest"), 16)

    def signed(
        self,
        who: LocalAccount,
        data: bytes,
        *,
        nonce: int | None = None,
        domain: dict[str, Any] | None = None,
        **changes: Any,
    ) -> dict[str, str]:
        """Return a request as JSON, signed by its author; `changes` are made before it is signed."""
        message = {
            "from": who.address,
            "to": self.registry,
            "value": 0,
            "gas": GAS,
            "nonce": self.nonce(who.address) if nonce is None else nonce,
            "deadline": self.time() + VALIDITY,
            "data": data,
        } | changes
        usual = {"name": FORWARDER_NAME, "version": "1", "chainId": CHAIN_ID, "verifyingContract": self.forwarder}
        signature = Account.sign_typed_data(who.key, usual | (domain or {}), FORWARD_REQUEST, message).signature
        shown = {name: str(value) for name, value in message.items() if name != "nonce"}
        return shown | {"data": "0x" + message["data"].hex(), "signature": "0x" + bytes(signature).hex()}

    def sender_transactions(self) -> list[dict[str, Any]]:
        """Return the transactions of the relay that are in blocks, in order."""
        head = int(self.rpc.call("eth_blockNumber"), 16)
        blocks = self.rpc.batch([("eth_getBlockByNumber", [hex(n), True]) for n in range(head + 1)])
        mine = self.relayer.address.lower()
        return [t for block in blocks for t in block["transactions"] if t["from"] == mine]

    def executed(self) -> list[tuple[str, int, bool]]:
        """Return (account, nonce, success) of all that the forwarder executed, in order."""
        return [(account, nonce, success) for account, nonce, success, _ in self._executed()]

    def went_through(self, signature: bytes) -> list[tuple[str, int]]:
        """Return (account, nonce) of what succeeded in transactions that hold a signature."""
        return [
            (account, nonce)
            for account, nonce, success, tx_hash in self._executed()
            if success and signature.hex() in self.rpc.call("eth_getTransactionByHash", tx_hash)["input"]
        ]

    def _executed(self) -> list[tuple[str, int, bool, str]]:
        topic = "0x" + keccak(text="ExecutedForwardRequest(address,uint256,bool)").hex()
        logs = self.rpc.call("eth_getLogs", {"address": self.forwarder, "fromBlock": "0x0", "topics": [topic]})
        return [
            (
                to_checksum_address("0x" + log["topics"][1][-40:]),
                int(log["data"][2:66], 16),
                bool(int(log["data"][66:130], 16)),
                log["transactionHash"],
            )
            for log in logs
        ]

    def environment(self, port: int, **settings: Any) -> dict[str, str]:
        """Return the settings of a relay of this lab, whose key and record are written."""
        keystore, passphrase = self.folder / "key.json", self.folder / "passphrase"
        if not keystore.exists():
            keystore.write_text(json.dumps(Account.encrypt(self.relayer.key, PASSPHRASE, "pbkdf2", 2)), "utf-8")
            passphrase.write_text(PASSPHRASE + "\n", "utf-8")
            keystore.chmod(0o600)
            passphrase.chmod(0o600)
        path = self.folder / f"{CHAIN_ID}.json"
        path.write_text(json.dumps(asdict(self.record)), "utf-8")
        usual = {
            "rpc_url": self.rpc.url,
            "port": port,
            "keystore": keystore,
            "passphrase_file": passphrase,
            "database": self.folder / "relay.db",
            "poll_seconds": 0.2,
            "requests_per_minute": 0,
        } | settings
        variables = {f"ERANOS_RELAY_{name.upper()}": str(value) for name, value in usual.items()}
        return variables | {deployments.FOLDER_VARIABLE: str(self.folder)}


@contextmanager
def running(folder: Path, *options: str) -> Iterator[Lab]:
    """Run a node with the contracts on it; without options each transaction makes a block at once."""
    port = free_port()
    command = [
        ANVIL,
        "--port",
        str(port),
        "--silent",
        "--chain-id",
        str(CHAIN_ID),
        "--slots-in-an-epoch",
        "2",
        *options,
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        rpc = Rpc(f"http://127.0.0.1:{port}")
        try:
            sender = _accounts(rpc)[0]
            forwarder = _create(rpc, sender, "ERC2771Forwarder", encode(["string"], [FORWARDER_NAME]))
            registry = _create(rpc, sender, "EntityRegistry", encode(["address", "address"], [sender, forwarder]))
            lab = Lab(rpc, forwarder, registry, folder)
            rpc.call("anvil_setBalance", lab.relayer.address, hex(100 * ETHER))
            yield lab
        finally:
            rpc.close()
            process.terminate()


def _accounts(rpc: Rpc) -> Sequence[str]:
    until = time.monotonic() + 30
    while True:
        try:
            found: list[str] = rpc.call("eth_accounts")
        except RpcError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return found


def _create(rpc: Rpc, sender: str, name: str, arguments: bytes) -> str:
    tx = rpc.call("eth_sendTransaction", {"from": sender, "data": bytecode()[name] + arguments.hex()})
    rpc.call("anvil_mine", "0x1")
    return str(to_checksum_address(rpc.call("eth_getTransactionReceipt", tx)["contractAddress"]))
