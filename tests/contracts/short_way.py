"""Calls and transactions of tests on a short way to the node.

Ape asks the node about fifteen questions for each transaction, signs it, and asks for a trace of what reverts, which
takes a second and may lose the error. Here it is two questions: the node signs, and what is refused is called once more
to learn why.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, wraps
from http.client import HTTPConnection
from threading import get_ident
from typing import Any, Final
from urllib.parse import urlsplit

import ape
import pytest
from ape.api import ReceiptAPI
from ape.api.providers import CallResult
from ape.contracts.base import ContractCall, ContractMethodHandler, ContractTransaction
from ape.exceptions import ContractLogicError, VirtualMachineError
from ape_foundry.provider import FoundryProvider
from eth_pydantic_types import HexBytes
from web3.providers.rpc import HTTPProvider

#: As Ape gives: all that fits into a block.
GAS: Final = 30_000_000
#: Seconds after which a transaction without a block is taken for forgotten, and those after which hope is given up.
PATIENCE: Final = 1
HOPELESS: Final = 15
#: More than the longest answer of a loaded machine.
SECONDS_AN_ANSWER: Final = 300


class NeverMined(BaseException):
    """The node took a transaction and made no block, even when told to; not an Exception, as no test may expect it."""


@dataclass
class Wire:
    """One open connection to each node, for each thread: Ape asks for logs in several."""

    connections: dict[tuple[int, str], HTTPConnection] = field(default_factory=dict)

    def post(self, provider: HTTPProvider, method: str, body: bytes) -> bytes:
        """Sends a request to the node of a provider and returns its answer.

        Args:
            provider: Knows the address.
            method: What is asked, which is in the body as well.
            body: The request as JSON.
        """
        address = urlsplit(str(provider.endpoint_uri)).netloc
        end = get_ident(), address
        if end not in self.connections:
            self.connections[end] = HTTPConnection(address, timeout=SECONDS_AN_ANSWER)
        connection = self.connections[end]
        try:
            connection.request("POST", "/", body, {"Content-Type": "application/json"})
            return connection.getresponse().read()
        except BaseException:
            connection.close()
            raise


#: What the tests of this process speak through.
WIRE = Wire()


def post(self: HTTPProvider, method: str, body: bytes) -> bytes:
    """Replaces a method of web3."""
    return WIRE.post(self, method, body)


def install(patch: pytest.MonkeyPatch) -> None:
    """Replaces methods of Ape in this process, until the patch is undone."""
    patch.setattr(ContractTransaction, "__call__", transacting(ContractTransaction.__call__))
    patch.setattr(ContractCall, "__call__", calling(ContractCall.__call__))
    patch.setattr(HTTPProvider, "_make_request", post)
    # Asks the node for the whole code before each call.
    patch.setattr(ContractMethodHandler, "_validate_is_contract", lambda self: None)
    # What goes Ape's own way: deployments, the forwarder's batches with value, calls at past blocks.
    patch.setattr(FoundryProvider, "get_virtual_machine_error", explaining(FoundryProvider.get_virtual_machine_error))
    patch.setattr(FoundryProvider, "get_receipt", waiting(FoundryProvider.get_receipt))
    patch.setattr(FoundryProvider, "_eth_call", call_without_trace)


def transacting(original: Callable[..., ReceiptAPI]) -> Callable[..., ReceiptAPI]:
    """Wraps the method that sends a transaction."""

    @wraps(original)
    def send(self: ContractTransaction, *arguments: Any, **options: Any) -> ReceiptAPI:
        sender = str(getattr(options.get("sender"), "address", "")).lower()
        if sender not in signers(ape.networks.provider.uri) or not set(options) <= {"sender", "gas"}:
            return original(self, *arguments, **options)
        fields = {
            "from": sender,
            "to": str(self.address),
            "data": calldata(self.abi, self.conversion_manager.convert_method_args(self.abi, arguments)),
            "gas": hex(options.get("gas", GAS)),
        }
        provider = ape.networks.provider
        tx_hash = provider.make_request("eth_sendTransaction", [fields])
        found = receipt_of(provider, tx_hash)
        if found["status"] == "0x0":
            raise_refusal(provider, fields)
        return provider._create_receipt(
            type=2,
            chainId=31337,
            nonce=0,
            maxFeePerGas=0,
            maxPriorityFeePerGas=0,
            required_confirmations=0,
            **numbers(found),
            **{k: fields[k] for k in ("data", "gas")},
        )

    return send


@cache
def signers(uri: str) -> frozenset[str]:
    """Return the accounts that a node signs for: those of a test, and none of a lab's own chain."""
    assert ape.networks.provider.uri == uri
    return frozenset(account.lower() for account in ape.networks.provider.make_request("eth_accounts", []))


def receipt_of(provider: Any, tx_hash: str) -> dict[str, Any]:
    """Waits for a receipt: the node mines at once, but answers before.

    Once in some thousand times, after the chain was set back, anvil keeps a transaction and makes no block for it until
    it is told to.
    """
    started = time.monotonic()
    told = False
    while time.monotonic() < started + HOPELESS:
        found: dict[str, Any] | None = provider.make_request("eth_getTransactionReceipt", [tx_hash])
        if found:
            return found
        if not told and time.monotonic() > started + PATIENCE:
            provider.make_request("evm_mine", [])
            told = True
        time.sleep(0.002)
    raise NeverMined(tx_hash)


def raise_refusal(provider: Any, fields: dict[str, str]) -> None:
    """Raises the error of a transaction that failed."""
    answer = provider.web3.provider.make_request("eth_call", [fields, "latest"])
    raise refusal(answer.get("error", {}).get("data", "0x"), fields["to"])


def numbers(found: dict[str, Any]) -> dict[str, Any]:
    """Returns a receipt of the node with numbers as Ape wants them."""
    names = ("blockNumber", "gasUsed", "status", "transactionIndex", "effectiveGasPrice")
    plain = {name: int(found[name], 16) for name in names}
    kept = ("transactionHash", "from", "to", "contractAddress")
    logs = [readable(log) for log in found["logs"]]
    return plain | {name: found[name] for name in kept} | {"gasPrice": plain["effectiveGasPrice"], "logs": logs}


def readable(log: dict[str, Any]) -> dict[str, Any]:
    """Returns a log of the node as web3 gives it."""
    names = ("blockNumber", "logIndex", "transactionIndex")
    hexed = ("data", "transactionHash", "blockHash")
    values = {name: int(log[name], 16) for name in names} | {name: HexBytes(log[name]) for name in hexed}
    return log | values | {"topics": [HexBytes(topic) for topic in log["topics"]]}


def calling(original: Callable[..., Any]) -> Callable[..., Any]:
    """Wraps the method that asks a contract."""

    @wraps(original)
    def call(self: ContractCall, *arguments: Any, **options: Any) -> Any:
        if set(options) - {"sender"}:
            return original(self, *arguments, **options)
        fields = {"to": str(self.address), "data": calldata(self.abi, arguments)}
        if "sender" in options:
            fields["from"] = str(getattr(options["sender"], "address", options["sender"]))
        answer = ape.networks.provider.web3.provider.make_request("eth_call", [fields, "latest"])
        if "error" in answer:
            raise refusal(answer["error"].get("data", "0x"), fields["to"])
        return self._decode_returndata(HexBytes(answer["result"]))

    return call


def calldata(abi: Any, arguments: Any) -> str:
    """Returns what is sent to call a function."""
    ecosystem = ape.networks.ethereum
    return HexBytes(ecosystem.get_method_selector(abi) + ecosystem.encode_calldata(abi, *arguments)).to_0x_hex()


def refusal(data: str, called: str) -> ContractLogicError:
    """The error for what a node returned, decoded by the ABI of the contract that was called if it is in there."""
    undecoded = ContractLogicError(data, contract_address=called)
    decoded = ape.compilers.get_custom_error(undecoded) or undecoded
    decoded.returned = data
    return decoded


def explaining(original: Callable[..., VirtualMachineError]) -> Callable[..., VirtualMachineError]:
    """Wraps the method that explains a transaction that failed."""

    @wraps(original)
    def explain(self: FoundryProvider, exception: Exception, **details: Any) -> VirtualMachineError:
        data = getattr(exception, "data", None)
        if not isinstance(data, str):
            return original(self, exception, **details)
        return refusal(data, details["txn"].receiver)

    return explain


def waiting(original: Callable[..., ReceiptAPI]) -> Callable[..., ReceiptAPI]:
    """Wraps the method that waits for a receipt, for ever if it must."""

    @wraps(original)
    def wait(self: FoundryProvider, txn_hash: str, *arguments: Any, **options: Any) -> ReceiptAPI:
        receipt_of(self, txn_hash)
        return original(self, txn_hash, *arguments, **options)

    return wait


def call_without_trace(
    self: FoundryProvider, arguments: list[Any], raise_on_revert: bool = True, skip_trace: bool = True
) -> HexBytes | CallResult:
    """Replaces a method of Ape."""
    request = {name: value for name, value in arguments[0].items() if name not in ("type", "chainId")}
    answer = self.web3.provider.make_request("eth_call", [request, *arguments[1:]])
    if "error" not in answer:
        return HexBytes(answer["result"])
    error = refusal(answer["error"].get("data", "0x"), request["to"])
    if raise_on_revert:
        raise error
    return CallResult.from_revert(error)
