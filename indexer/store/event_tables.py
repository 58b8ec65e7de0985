"""One typed, append-only table for each event of each contract, derived from the exported ABI.

A table is named after its contract and event in snake case (``crowdfunding_pledge_made``): the name of the event is the
noun, and every row is one such fact. First come the columns of `META_COLUMNS`, then one column for each argument in
declared order; a static tuple is flattened with its own name in front (``terms_goal``). Indexed arguments are stored by
value.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, Boolean, Column, Index, MetaData, Table, Text
from sqlalchemy.types import TypeEngine

from deployments import abi
from indexer.store.columns import Base, Uint256, hex_text

CONTRACTS: Final = (
    "EntityRegistry",
    "InnovationCredit",
    "Crowdfunding",
    "MatchFunding",
    "Marketplace",
    "ProBono",
    "AccessManager",
    "ERC2771Forwarder",
)
"""The contracts whose events are mirrored; also the order of tables in digests and exports."""

NOT_JOURNALED: Final = frozenset({"EntryPaused", "EntryResumed", "Approval", "AuthorityUpdated", "EIP712DomainChanged"})
"""Events of our contracts that the journal does not count (docs/protocol.md, "Journal")."""

META_COLUMNS: Final = ("event_key", "block_number", "log_index", "block_time", "block_hash", "tx_hash", "contract")
"""Columns in front of each event table's arguments: where the event stands."""

BIGINT_BITS: Final = 63

DOCUMENTS: Final = {
    ("EntityRegistry", "EntityRegistered"): "profile_hash",
    ("EntityRegistry", "ProfileUpdated"): "profile_hash",
    ("EntityRegistry", "EntityRefused"): "reason",
    ("EntityRegistry", "EntitySuspended"): "reason",
    ("EntityRegistry", "EntityRevoked"): "reason",
    ("InnovationCredit", "ProgrammeOpened"): "purpose_hash",
    ("InnovationCredit", "CreditIssued"): "evidence_hash",
    ("Crowdfunding", "CampaignSubmitted"): "terms_description_hash",
    ("Crowdfunding", "MilestonePlanned"): "document_hash",
    ("Crowdfunding", "CampaignRejected"): "reason",
    ("Crowdfunding", "MilestoneClaimed"): "evidence_hash",
    ("Crowdfunding", "MilestoneRuled"): "reason",
    ("Crowdfunding", "UpdatePosted"): "document_hash",
    ("MatchFunding", "PoolOpened"): "terms_agreement_hash",
    ("Marketplace", "Listed"): "terms_description_hash",
    ("Marketplace", "OrderHandedOver"): "evidence_hash",
    ("Marketplace", "OrderDisputed"): "reason",
    ("Marketplace", "OrderRuled"): "reason",
    ("ProBono", "HoursOffered"): "details_hash",
    ("ProBono", "HelpRequested"): "need_hash",
    ("ProBono", "HelpDelivered"): "evidence_hash",
    ("ProBono", "NoShowReported"): "reason",
    ("ProBono", "HelpContested"): "reason",
    ("ProBono", "HelpRuled"): "reason",
}
"""(contract, event) -> the argument that is the SHA-256 of a document, by which records are looked for. Later events of
a redemption repeat the hash of its need; hashes of addresses and of terms are of no document."""

SUBJECTS: Final = frozenset(
    {"campaign_id", "pool_id", "listing_id", "order_id", "offer_id", "redemption_id", "from", "to"}
)
"""Arguments by which the events of one subject are looked for, where the contract indexes them."""


class Argument(NamedTuple):
    """One flattened argument of an event."""

    column: str
    type: str  # elementary ABI type: uint96, address, bytes32, bool, string, bytes
    indexed: bool


class Event(NamedTuple):
    """One event of one contract and the table that holds it."""

    contract: str
    name: str
    signature: str  # canonical, as hashed for topic 0: PledgeMade(uint32,address,...)
    arguments: tuple[Argument, ...]
    table: Table


def snake(name: str) -> str:
    """Return a CamelCase or mixedCase name in snake case; ``ERC2771Forwarder`` gives ``erc2771_forwarder``."""
    name = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    return re.sub(r"([A-Z])([A-Z][a-z])", r"\1_\2", name).lower()


def build(metadata: MetaData) -> dict[tuple[str, str], Event]:
    """Add the table of each event to `metadata`.

    Returns:
        Each event by (contract, event name): contracts in the order of `CONTRACTS`, events by name.
    """
    events = {}
    for contract in CONTRACTS:
        for item in sorted((i for i in abi(contract) if i["type"] == "event"), key=lambda i: str(i["name"])):
            events[contract, item["name"]] = _event(contract, item, metadata)
    return events


def _event(contract: str, item: Mapping[str, Any], metadata: MetaData) -> Event:
    arguments = tuple(_flatten(item["inputs"], ""))
    signature = f"{item['name']}({','.join(_canonical(i) for i in item['inputs'])})"
    name = f"{snake(contract)}_{snake(item['name'])}"
    columns = [Column(a.column, _column_type(a.type), nullable=False) for a in arguments]
    table = Table(name, metadata, *_meta_columns(), *columns)
    if (document := DOCUMENTS.get((contract, item["name"]))) is not None:
        Index(f"ix_{name}_{document}", table.c[document])
    for argument in arguments:
        if argument.indexed and argument.column in SUBJECTS:
            Index(f"ix_{name}_{argument.column}", table.c[argument.column])
    return Event(contract, item["name"], signature, arguments, table)


def _meta_columns() -> Iterator[Column[Any]]:
    yield Column("event_key", BigInteger, primary_key=True, autoincrement=False)
    for name in ("block_number", "log_index", "block_time"):
        yield Column(name, BigInteger, nullable=False)
    for name in ("block_hash", "tx_hash"):
        yield Column(name, hex_text(32), nullable=False)
    yield Column("contract", hex_text(20), nullable=False)


def _flatten(inputs: Sequence[Mapping[str, Any]], prefix: str, *, indexed: bool = False) -> Iterator[Argument]:
    for item in inputs:
        name = prefix + snake(item["name"])
        if item["type"] == "tuple":
            yield from _flatten(item["components"], name + "_", indexed=bool(item.get("indexed")))
        else:
            yield Argument(name, item["type"], bool(item.get("indexed", indexed)))


def _canonical(item: Mapping[str, Any]) -> str:
    if item["type"] == "tuple":
        return f"({','.join(_canonical(i) for i in item['components'])})"
    return str(item["type"])


def _column_type(abi_type: str) -> TypeEngine[Any]:
    if match := re.fullmatch(r"uint(\d+)", abi_type):
        return BigInteger() if int(match[1]) <= BIGINT_BITS else Uint256()
    if match := re.fullmatch(r"bytes(\d+)", abi_type):
        return hex_text(int(match[1]))
    fixed: dict[str, TypeEngine[Any]] = {
        "address": hex_text(20),
        "bool": Boolean(create_constraint=False),
        "string": Text(),
        "bytes": Text(),
    }
    if abi_type not in fixed:
        # Signed integers, arrays and dynamic tuples: our contracts have none in events, so nothing here stores them.
        raise TypeError(f"no column type for an event argument of type {abi_type}")
    return fixed[abi_type]


EVENTS: Final = build(Base.metadata)
