"""What each contract event is: its topic, where it is stored, whether it is journaled; from the exported ABI.

Also which contracts of a deployment are watched, and the digest that ties a mirror to them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import msgspec

from deployments import Deployment
from indexer.chain import keccak
from indexer.errors import DeploymentInvalid
from indexer.store.event_tables import CONTRACTS, EVENTS, NOT_JOURNALED, Event

LAB_CONTRACTS: Final = (
    *("EntityRegistry", "InnovationCredit", "Crowdfunding", "MatchFunding"),
    *("Marketplace", "ProBono"),
)
"""Contracts of ours: those with a journal and a pause."""


def topic_of(event: Event) -> str:
    """Return topic 0 of an event, 0x text."""
    return "0x" + keccak(event.signature.encode()).hex()


def is_journaled(event: Event) -> bool:
    """Return whether the contract's journal counts this event."""
    return event.contract in LAB_CONTRACTS and event.name not in NOT_JOURNALED


BY_TOPIC: Final = {(event.contract, topic_of(event)): event for event in EVENTS.values()}
"""Each event by (contract name, topic 0)."""


@dataclass(frozen=True, slots=True)
class Watched:
    """The contracts a mirror follows."""

    chain_id: int
    genesis_hash: str
    names: Mapping[str, str]
    """Contract name by address, lower-case 0x text, in the order of `CONTRACTS`."""
    first_block: int
    """No event of any of them is older."""

    @property
    def addresses(self) -> tuple[str, ...]:
        """Return the addresses of all contracts."""
        return tuple(self.names)

    def address_of(self, contract: str) -> str:
        """Return the address of the contract with this name."""
        return next(address for address, name in self.names.items() if name == contract)

    def config_digest(self) -> str:
        """Return what a mirror depends on besides the chain: addresses, first block and every event's schema."""
        events = [(e.contract, e.signature, *e.arguments) for e in EVENTS.values()]
        text = msgspec.json.encode([list(self.names.items()), self.first_block, events])
        return "0x" + sha256(text).hexdigest()


def watched(deployment: Deployment) -> Watched:
    """Return what to follow of a deployment.

    Raises:
        DeploymentInvalid: A contract is missing in the record.
    """
    missing = [name for name in CONTRACTS if name not in deployment.contracts]
    if missing:
        raise DeploymentInvalid(
            f"the deployment record of chain {deployment.chain_id} lacks {', '.join(missing)}: deploy again"
        )
    contracts = {name: deployment.contracts[name] for name in CONTRACTS}
    return Watched(
        chain_id=deployment.chain_id,
        genesis_hash=deployment.genesis_hash,
        names={contract.address.lower(): name for name, contract in contracts.items()},
        first_block=min(contract.block_number for contract in contracts.values()),
    )
