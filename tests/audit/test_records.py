"""Words for logs: every event of every exported ABI, with values of all its types."""

from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils.address import to_checksum_address

from audit.proofs.receipts import Log
from audit.proofs.records import Event, by_topic, events, explained, type_of
from deployments import abi_names

EVENTS = [(name, event) for name in abi_names() for event in events(name)]
each_event = pytest.mark.parametrize(("contract", "event"), EVENTS, ids=[f"{n}.{e.name}" for n, e in EVENTS])


def sample(kind: str, seed: int) -> Any:
    """Return a value of a type."""
    if kind.startswith("("):
        return tuple(sample(part, seed + i) for i, part in enumerate(kind[1:-1].split(",")))
    if kind.startswith(("uint", "int")):
        return seed
    if kind == "address":
        return f"0x{0xABCDEF00 + seed:040x}"
    if kind == "bool":
        return bool(seed % 2)
    if kind == "string":
        return f"text {seed}"
    return bytes([seed]) * (5 if kind == "bytes" else int(kind.removeprefix("bytes")))


def expected(item: dict[str, Any], value: Any) -> Any:
    if item["type"] == "tuple":
        return {c["name"]: expected(c, part) for c, part in zip(item["components"], value, strict=True)}
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if item["type"] == "address":
        return to_checksum_address(value)
    return value if isinstance(value, bool | str) else str(value)


@each_event
def test_explained__of_each_event__gives_names_and_values(contract: str, event: Event) -> None:
    values = [sample(type_of(item), seed) for seed, item in enumerate(event.inputs, start=1)]
    pairs = list(zip(event.inputs, values, strict=True))
    topics = [encode([type_of(item)], [value]) for item, value in pairs if item["indexed"]]
    plain = [(type_of(item), value) for item, value in pairs if not item["indexed"]]
    log = Log(b"\1" * 20, (event.topic, *topics), encode([k for k, _ in plain], [v for _, v in plain]))

    found, arguments = explained(log)

    assert found.signature == event.signature
    assert list(arguments.items()) == [(item["name"], expected(dict(item), value)) for item, value in pairs]


def test_events__of_one_topic__have_one_declaration() -> None:
    named: dict[Any, Any] = {}
    for name, event in EVENTS:
        declared = [(item["name"], item["indexed"]) for item in event.inputs]
        assert named.setdefault((event.topic, event.indexed), declared) == declared, f"{name}.{event.name}"
    assert by_topic().keys() == named.keys()
