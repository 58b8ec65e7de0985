"""Compares single values of the API with those of the contracts, and notes what differs."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from eth_utils import to_checksum_address

from scripts._lab.contracts import Contract
from scripts._lab.http import Api
from scripts._lab.rpc import Call, Rpc

PAGE: Final = "limit=100"


@dataclass
class Comparison:
    """One comparison, and what it found."""

    api: Api
    rpc: Rpc
    contracts: dict[str, Contract]
    accounts: set[str]
    """Lower case; who might hold something. Grows by those whom the API names."""
    compared: int = 0
    differences: list[str] = field(default_factory=list)

    def same(self, what: str, said: object, true: object) -> None:
        """Notes whether the API says what the contract says."""
        self.compared += 1
        if said != true:
            self.differences.append(f"{what}: API {said!r}, contract {true!r}")

    def views(self, name: str, calls: Iterable[tuple[str, Sequence[Any]]], block: int) -> list[Any]:
        """Asks a contract several things at a block, in one request."""
        contract, asked = self.contracts[name], list(calls)
        requests: list[Call] = [contract.view(function, *args, block=block) for function, args in asked]
        answers = self.rpc.batch(requests)
        return [contract.decode(function, answer) for (function, _), answer in zip(asked, answers, strict=True)]

    def items(self, path: str) -> Iterator[tuple[dict[str, Any], int]]:
        """Yields (record, block that it is as of) of a list."""
        for page in self.api.pages(path):
            block = page["as_of"]["block_number"]
            for item in page["items"]:
                yield item, block

    def complete(self, what: str, ids: Iterable[int], contract: str, counter: str) -> None:
        """Notes whether a list holds every id that the contract has given, now that it was read to its end."""
        (count,) = self.views(contract, [(counter, ())], self.api.as_of())
        self.same(f"ids of {what}", sorted(ids), list(range(1, count + 1)))


def unix(time: str | None) -> int:
    """Returns a time of the API as Unix time, 0 for none, as the contracts have it."""
    return 0 if time is None else int(datetime.fromisoformat(time).timestamp())


def address_or_none(address: str) -> str | None:
    """Returns an address of a contract as the API has it: in checksum form, None for zero."""
    return str(to_checksum_address(address)) if int(address, 16) else None
