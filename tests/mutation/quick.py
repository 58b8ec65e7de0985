"""Calls and transactions of tests on a short way to the node.

Ape asks the node about fifteen questions for each transaction, signs it, and asks for its trace. Here it is two
questions: the node signs, and what is refused is called once more to learn why, as Ape does it.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

import ape
from ape.api import ReceiptAPI
from ape.contracts.base import ContractCall, ContractMethodHandler, ContractTransaction
from eth_pydantic_types import HexBytes

from tests.contracts.conftest import refusal

#: As Ape gives: all that fits into a block.
GAS: Final = 30_000_000


class NeverMined(BaseException):
    """The node took a transaction and made no block, which happens; not an Exception, as no test may expect it."""


def install() -> None:
    """Replaces methods of Ape in this process."""
    ContractTransaction.__call__ = transacting(ContractTransaction.__call__)
    ContractCall.__call__ = calling(ContractCall.__call__)
    # Asks the node for the whole code before each call.
    ContractMethodHandler._validate_is_contract = lambda self: None


def transacting(original: Callable[..., ReceiptAPI]) -> Callable[..., ReceiptAPI]:
    """Wraps the method that sends a transaction."""

    @wraps(original)
    def send(self: ContractTransaction, *arguments: Any, **options: Any) -> ReceiptAPI:
        if not {"sender"} <= set(options) <= {"sender", "gas"}:
            return original(self, *arguments, **options)
        fields = {
            "from": str(options["sender"].address),
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


def receipt_of(provider: Any, tx_hash: str) -> dict[str, Any]:
    """Waits for a receipt: the node mines at once, but answers before."""
    for attempt in range(1_000):
        found: dict[str, Any] | None = provider.make_request("eth_getTransactionReceipt", [tx_hash])
        if found:
            return found
        time.sleep(min(0.001 * attempt, 0.02))
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
