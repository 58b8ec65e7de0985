"""Where contracts come before they are created."""

import rlp
from eth_utils import keccak, to_bytes, to_checksum_address


def address_created_by(account: str, nonce: int) -> str:
    """Returns the address of the contract that a transaction creates (yellow paper, section 7)."""
    return to_checksum_address(keccak(rlp.encode([to_bytes(hexstr=account), nonce]))[12:])
