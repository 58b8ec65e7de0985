"""Permits of a currency (ERC-2612), which backers sign without sending a transaction."""

from typing import Any

import ape
from ape.api import AccountAPI
from ape.contracts import ContractInstance
from eth_account.messages import encode_typed_data

TYPES = {
    "Permit": [
        {"name": "owner", "type": "address"},
        {"name": "spender", "type": "address"},
        {"name": "value", "type": "uint256"},
        {"name": "nonce", "type": "uint256"},
        {"name": "deadline", "type": "uint256"},
    ]
}


def permit(
    currency: ContractInstance,
    owner: AccountAPI,
    contract: ContractInstance,
    amount: int,
    deadline: int,
    **changes: Any,
) -> tuple[int, int, bytes, bytes]:
    """Returns (deadline, v, r, s) of a permit signed by `owner`; `changes` replaces parts of what is signed."""
    domain = {
        "name": currency.name(),
        "version": "1",
        "chainId": ape.chain.chain_id,
        "verifyingContract": currency.address,
    }
    message = {
        "owner": owner.address,
        "spender": contract.address,
        "value": amount,
        "nonce": currency.nonces(owner),
        "deadline": deadline,
    } | changes
    signature = owner.sign_message(encode_typed_data(domain, TYPES, message))
    # Ape leaves leading zeros out, and a value that is too short would be filled up at its other end.
    return deadline, signature.v, signature.r.rjust(32, b"\0"), signature.s.rjust(32, b"\0")
