"""What the relay pays for: the acts of people in the lab's contracts, not administration.

A function that is not listed is refused. The forwarder would carry administration just as well, and the contracts would
refuse it: the relay need not pay for that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from eth_utils.abi import collapse_if_tuple
from eth_utils.crypto import keccak

import deployments
from deployments import Deployment

ACTS: Final[Mapping[str, tuple[str, ...]]] = {
    "Crowdfunding": (
        "cancelCampaign",
        "changePayoutAccount",
        "claimMilestone",
        "collect",
        "object",
        "pledge",
        "pledgeWithPermit",
        "postUpdate",
        "refund",
        "releaseAndCollect",
        "releaseMilestone",
        "submitCampaign",
        "terminate",
        "withdrawPledge",
    ),
    "EntityRegistry": (
        "acceptAccount",
        "finishRecovery",
        "proposeAccount",
        "register",
        "updateProfile",
        "vetoRecovery",
    ),
    "InnovationCredit": ("issue", "transfer"),
    "Marketplace": (
        "acceptOrder",
        "cancelOrder",
        "changePayoutAccount",
        "completeOrder",
        "declineOrder",
        "disputeOrder",
        "expire",
        "handOver",
        "list",
        "pauseListing",
        "payOrder",
        "payPart",
        "placeOrders",
        "placeOrdersWithPermits",
        "resumeListing",
        "settle",
        "updatePrice",
        "voidSettlements",
        "withdrawListing",
        "withdrawOrder",
    ),
    "MatchFunding": (
        "enrol",
        "fundPool",
        "openPool",
        "reclaim",
        "releaseMatch",
        "requestPool",
        "settleReservation",
    ),
    "ProBono": (
        "acceptHelp",
        "cancelHelp",
        "closeOffer",
        "confirmHelp",
        "contest",
        "declineHelp",
        "deliverHelp",
        "expire",
        "offerHours",
        "reportNoShow",
        "requestHelp",
        "settle",
        "voidSettlements",
        "withdrawHelp",
    ),
}
"""Contract -> functions."""


@dataclass(frozen=True, slots=True)
class Target:
    """One contract that requests may go to.

    Attributes:
        name: Of the contract.
        address: As the deployment record has it.
        functions: Name by selector.
    """

    name: str
    address: str
    functions: Mapping[bytes, str]


def selector_of(item: Mapping[str, Any]) -> bytes:
    """Return the first four bytes of a call of a function, or of the data of an error."""
    types = ",".join(collapse_if_tuple(dict(argument)) for argument in item["inputs"])
    return keccak(text=f"{item['name']}({types})")[:4]


def targets_of(deployment: Deployment) -> dict[str, Target]:
    """Return the contracts of a lab that requests may go to, by address in lower case."""
    found = {}
    for name, functions in ACTS.items():
        if name in deployment.contracts:
            address = deployment.contracts[name].address
            known = {item["name"]: item for item in deployments.abi(name) if item["type"] == "function"}
            selectors = {selector_of(known[function]): function for function in functions}
            found[address.lower()] = Target(name, address, selectors)
    return found
