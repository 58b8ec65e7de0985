"""What a contract says when it refuses a call, by the errors of every ABI."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from eth_utils.abi import collapse_if_tuple
from eth_utils.address import is_address, to_checksum_address

import deployments
from relay.acts import selector_of

MAX_TEXT: Final = 200
_BUILT_IN: Final = (
    {"type": "error", "name": "Error", "inputs": [{"name": "message", "type": "string"}]},
    {"type": "error", "name": "Panic", "inputs": [{"name": "code", "type": "uint256"}]},
)


@dataclass(frozen=True, slots=True)
class Revert:
    """Why a contract refused a call.

    Attributes:
        name: Of the custom error; "" if it is none that we know.
        arguments: By name, as decimal numbers, addresses or hex.
        text: What the node said, where there is no error to name.
    """

    name: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)
    text: str = ""

    def __str__(self) -> str:
        """Return it in one line."""
        if not self.name:
            return self.text or "without a reason"
        return f"{self.name}({', '.join(f'{name}: {value}' for name, value in self.arguments.items())})"

    @classmethod
    def of(cls, data: bytes, text: str = "") -> "Revert":
        """Return what the data of a revert says.

        Args:
            data: As the contract returned it.
            text: What the node said.
        """
        item = _errors().get(data[:4])
        if item is None:
            return cls(text=text[:MAX_TEXT] or (f"unknown error 0x{data[:MAX_TEXT].hex()}" if data else ""))
        inputs = item["inputs"]
        try:
            values = decode([collapse_if_tuple(each) for each in inputs], data[4:])
        except DecodingError:
            return cls(text=f"{item['name']}, with arguments that can't be read")
        return cls(item["name"], {i["name"]: _text(value) for i, value in zip(inputs, values, strict=True)})


@cache
def _errors() -> dict[bytes, dict[str, Any]]:
    items = [item for name in deployments.abi_names() for item in deployments.abi(name) if item["type"] == "error"]
    return {selector_of(item): item for item in [*items, *_BUILT_IN]}


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    return to_checksum_address(value) if is_address(value) else str(value)[:MAX_TEXT]
