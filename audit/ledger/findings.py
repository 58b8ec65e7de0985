"""What a ledger finds: each value that is not what the events before it, or all events, give."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from eth_utils.address import to_checksum_address

from audit.ledger.words import Values

AMOUNT_BITS: Final = 96
"""Wider integers are addresses; amounts are narrower by the protocol."""
ADDRESS_BITS: Final = 160


class Difference(NamedTuple):
    """One value that is not what it should be."""

    subject: str
    """Record, by contract and key: `pledge 3 of 0x...`."""
    field: str
    computed: str
    """By this ledger."""
    found: str
    source: str
    """Who says something else: the event at some place, the contract, the API."""

    def line(self) -> str:
        """Return it for a person."""
        return f"{self.subject}: {self.field} is {self.computed} by the events, {self.found} by {self.source}"


@dataclass
class Findings:
    """Differences, and how many values were compared."""

    compared: int = 0
    differences: list[Difference] = field(default_factory=list)

    def compare(self, subject: str, name: str, computed: int, found: int, source: str) -> None:
        """Compare one value."""
        self.compared += 1
        if computed != found:
            self.differences.append(Difference(subject, name, written(computed), written(found), source))


class Book:
    """Keeps one contract's books. Takes its events in order; `source` names the present one."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.source = ""
        self.handlers: dict[str, Callable[[Values], None]] = {}
        """By name of the event. Events without influence on money have none."""

    def said(self, subject: str, values: Values, **computed: int) -> None:
        """Compare what the present event states with what was computed."""
        for name, value in computed.items():
            self.findings.compare(subject, name, value, values[name], self.source)


def written(value: int) -> str:
    """Return a value for a person: an address as such, anything else as a number."""
    return address_of(value) if AMOUNT_BITS < value.bit_length() <= ADDRESS_BITS else str(value)


def address_of(value: int) -> str:
    """Return an address in EIP-55 form."""
    return str(to_checksum_address(f"0x{value:040x}"))
