"""What a log says, in words: the event's name and arguments by the exported ABIs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from eth_abi.abi import decode, encode
from eth_utils.address import to_checksum_address

from audit.proofs.errors import ProofRefuted, ProofUnreadable
from audit.proofs.receipts import Log
from audit.proofs.trie import keccak
from deployments import abi, abi_names


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a contract, from its ABI."""

    name: str
    signature: str
    """As hashed for topic 0."""
    inputs: Sequence[Mapping[str, Any]]

    @property
    def topic(self) -> bytes:
        """Return topic 0."""
        return keccak(self.signature.encode())

    @property
    def indexed(self) -> int:
        """Return how many arguments are topics."""
        return sum(1 for item in self.inputs if item["indexed"])

    def arguments(self, log: Log) -> dict[str, Any]:
        """Return the arguments by name, in declared order: integers as decimal text, structs as objects."""
        plain = [item for item in self.inputs if not item["indexed"]]
        kinds = [type_of(item) for item in plain]
        values = decode(kinds, log.data)
        if encode(kinds, values) != log.data:  # some decoders take what is missing for zero
            raise ValueError("its data are not what its arguments encode to")
        data = iter(values)
        topics = iter(log.topics[1:])
        return {i["name"]: _from_topic(i, next(topics)) if i["indexed"] else _value(i, next(data)) for i in self.inputs}


def events(contract: str) -> Iterator[Event]:
    """Yield the events that a contract's ABI declares."""
    for item in abi(contract):
        if item["type"] == "event":
            yield Event(item["name"], f"{item['name']}({','.join(map(type_of, item['inputs']))})", item["inputs"])


@cache
def by_topic() -> dict[tuple[bytes, int], Event]:
    """Return every event of every exported ABI by topic 0 and number of indexed arguments.

    Where two contracts have the same event, they have it from the same standard, with the same names.
    """
    return {(event.topic, event.indexed): event for name in abi_names() for event in events(name)}


def explained(log: Log) -> tuple[Event, dict[str, Any]]:
    """Return the event of a log and its arguments.

    Raises:
        ProofUnreadable: No exported ABI has this event.
        ProofRefuted: It has it, and the log has another form.
    """
    event = by_topic().get((log.topics[0], len(log.topics) - 1)) if log.topics else None
    if event is None:
        raise ProofUnreadable("no ABI of this version has the event: update eranos")
    try:
        return event, event.arguments(log)
    except Exception as error:  # eth_abi has many ways to say that bytes are not of a type
        raise ProofRefuted(f"the log has not the form of {event.signature}: {error}") from error


def type_of(item: Mapping[str, Any]) -> str:
    """Return the type of an argument as signatures write it."""
    kind = str(item["type"])
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(map(type_of, item['components']))})" + kind.removeprefix("tuple")


def _from_topic(item: Mapping[str, Any], topic: bytes) -> Any:
    if item["type"] in {"string", "bytes"} or item["type"].endswith("]") or item["type"].startswith("tuple"):
        return "0x" + topic.hex()  # of what has no fixed size, a topic is the hash
    return _value(item, decode([item["type"]], topic)[0])


def _value(item: Mapping[str, Any], value: Any) -> Any:
    if item["type"] == "tuple":
        return {each["name"]: _value(each, part) for each, part in zip(item["components"], value, strict=True)}
    if isinstance(value, tuple | list):
        inner = {**item, "type": item["type"].rpartition("[")[0]}
        return [_value(inner, part) for part in value]
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if item["type"] == "address":
        return to_checksum_address(value)
    return value if isinstance(value, bool | str) else str(value)
