"""Encodes calls to the deployed contracts and decodes what they answer, from the exported ABIs."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from eth_abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_utils import keccak
from eth_utils.abi import collapse_if_tuple

import deployments
from deployments import Deployment
from scripts._lab.rpc import Call, Rpc

#: Deployed on local chains only.
TEST_CURRENCY: Final = "TestEuro"

#: What the test currency can do that is not in the ABI of every currency.
TEST_CURRENCY_ABI: Final[list[dict[str, Any]]] = [
    {
        "type": "function",
        "name": "faucet",
        "inputs": [{"name": "to", "type": "address"}, {"name": "amount", "type": "uint256"}],
        "outputs": [],
    },
    {
        "type": "function",
        "name": "eip712Domain",
        "inputs": [],
        "outputs": [
            {"name": "fields", "type": "bytes1"},
            {"name": "name", "type": "string"},
            {"name": "version", "type": "string"},
            {"name": "chainId", "type": "uint256"},
            {"name": "verifyingContract", "type": "address"},
            {"name": "salt", "type": "bytes32"},
            {"name": "extensions", "type": "uint256[]"},
        ],
    },
]


@dataclass(frozen=True)
class Contract:
    """One deployed contract."""

    name: str
    address: str
    abi: list[dict[str, Any]]

    @cached_property
    def _functions(self) -> dict[str, dict[str, Any]]:
        return {item["name"]: item for item in self.abi if item["type"] == "function"}

    @cached_property
    def _errors(self) -> dict[bytes, dict[str, Any]]:
        return {_selector(item): item for item in self.abi if item["type"] == "error"}

    @cached_property
    def _decoded(self) -> dict[tuple[str, str], Any]:
        return {}

    def encode(self, function: str, *arguments: Any) -> str:
        """Returns the calldata of a call, as hex with `0x`."""
        item = self._functions[function]
        return "0x" + (_selector(item) + encode(_types(item["inputs"]), arguments)).hex()

    def view(self, function: str, *arguments: Any, block: int | None = None) -> Call:
        """Returns the request that asks a view function, at a block or at the head."""
        transaction = {"to": self.address, "data": self.encode(function, *arguments)}
        return ("eth_call", [transaction, "latest" if block is None else hex(block)])

    def decode(self, function: str, answer: str) -> Any:
        """Returns what a view function answered: a value, or a dict where it returns a struct.

        The same answer is decoded once: from one act of the story to the next most of them do not change.
        """
        if (function, answer) not in self._decoded:
            self._decoded[function, answer] = self._decode(function, answer)
        return self._decoded[function, answer]

    def _decode(self, function: str, answer: str) -> Any:
        outputs = self._functions[function]["outputs"]
        values = decode(_types(outputs), bytes.fromhex(answer[2:]))
        named = [_named(output, value) for output, value in zip(outputs, values, strict=True)]
        return named[0] if len(named) == 1 else tuple(named)

    def ask(self, rpc: Rpc, function: str, *arguments: Any, block: int | None = None) -> Any:
        """Asks a view function now."""
        method, params = self.view(function, *arguments, block=block)
        return self.decode(function, rpc.call(method, *params))

    def explain(self, data: bytes) -> str:
        """Returns a custom error in words; `data` is what the call reverted with."""
        item = self._errors.get(data[:4])
        if item is None:
            return f"an unknown error 0x{data.hex()}"
        try:
            values = decode(_types(item["inputs"]), data[4:])
        except DecodingError:
            return str(item["name"])
        arguments = (f"{spec['name']}={value}" for spec, value in zip(item["inputs"], values, strict=True))
        return f"{item['name']}({', '.join(arguments)})"


#: A contract, one of its view functions, and the arguments.
Question = tuple[Contract, str, tuple[Any, ...]]


def ask_all(rpc: Rpc, questions: Sequence[Question]) -> list[Any]:
    """Asks many view functions now, in one request."""
    answers = rpc.batch([contract.view(function, *arguments) for contract, function, arguments in questions])
    return [
        contract.decode(function, answer) for (contract, function, _), answer in zip(questions, answers, strict=True)
    ]


def all_of(rpc: Rpc, *kinds: tuple[Contract, str]) -> list[dict[int, Any]]:
    """Asks for all things of some kinds now, in two requests.

    Args:
        rpc: The chain.
        kinds: Contract and view of each, such as `campaign`; the contract counts them in `campaignCount`.

    Returns:
        For each kind what the view says, by id.
    """
    counts = ask_all(rpc, [(contract, f"{view}Count", ()) for contract, view in kinds])
    ids = [range(1, count + 1) for count in counts]
    asked = [(contract, view, (i,)) for (contract, view), numbers in zip(kinds, ids, strict=True) for i in numbers]
    answers = iter(ask_all(rpc, asked))
    return [{number: next(answers) for number in numbers} for numbers in ids]


def contracts_of(deployment: Deployment) -> dict[str, Contract]:
    """Returns the contracts of a deployment that have an ABI, by name."""
    known = set(deployments.abi_names())
    return {
        name: Contract(
            name, contract.address, deployments.abi(contract.abi) + (TEST_CURRENCY_ABI if name == TEST_CURRENCY else [])
        )
        for name, contract in deployment.contracts.items()
        if contract.abi in known
    }


def _selector(item: dict[str, Any]) -> bytes:
    return bytes(keccak(text=f"{item['name']}({','.join(_types(item['inputs']))})")[:4])


def _types(items: list[dict[str, Any]]) -> list[str]:
    return [collapse_if_tuple(item) for item in items]


def _named(spec: dict[str, Any], value: Any) -> Any:
    if spec["type"] != "tuple":
        return value
    return {part["name"]: _named(part, item) for part, item in zip(spec["components"], value, strict=True)}
