"""The chains that a lab may be deployed to without being asked twice."""

from dataclasses import dataclass
from typing import Final

from scripts._deployment.errors import ForkedNetwork, UnknownChain

FORK_SUFFIX: Final = "-fork"


@dataclass(frozen=True)
class Chain:
    """A chain we know.

    `local` chains live on one machine and are worth nothing: only there the test currency is deployed, and a restart
    with another genesis block makes an old record void instead of wrong.
    """

    name: str
    symbol: str
    local: bool = False


KNOWN: Final = {
    1337: Chain("local chain", "ETH", local=True),
    31337: Chain("local chain", "ETH", local=True),
    100: Chain("Gnosis", "xDAI"),
    10200: Chain("Chiado, testnet of Gnosis", "xDAI"),
    560048: Chain("Hoodi, testnet of Ethereum", "ETH"),
    11155111: Chain("Sepolia, testnet of Ethereum", "ETH"),
}
"""By chain id (EIP-155). All have the Cancun instructions that our code uses."""


def identify(chain_id: int, network: str, *, allow_unknown: bool) -> Chain:
    """Returns what we know of the chain we are connected to.

    Args:
        chain_id: As the node reports it.
        network: Ape's name of the network.
        allow_unknown: Whether `--unknown-chain` was given.

    Raises:
        ForkedNetwork: The network is a fork.
        UnknownChain: The id is in no table, and that was not allowed.
    """
    if network.endswith(FORK_SUFFIX):
        message = f"{network} is a fork and has the chain id of the real one ({chain_id}): its record would mislead."
        raise ForkedNetwork(message)
    if chain_id in KNOWN:
        return KNOWN[chain_id]
    if not allow_unknown:
        known = ", ".join(map(str, sorted(KNOWN)))
        message = f"chain {chain_id} is not known (known: {known}). Pass --unknown-chain if you mean it."
        raise UnknownChain(message)
    return Chain(f"unknown chain {chain_id}", "native")
