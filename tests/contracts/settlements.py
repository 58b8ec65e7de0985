"""Settlements of a case in escrow, which both parties sign (EIP-712)."""

from typing import Any

import ape
from ape.api import AccountAPI
from ape.contracts import ContractInstance
from eth_account.messages import SignableMessage, encode_typed_data

TYPES = {
    "Settlement": [
        {"name": "id", "type": "uint32"},
        {"name": "share", "type": "uint16"},
        {"name": "nonce", "type": "uint256"},
        {"name": "deadline", "type": "uint40"},
    ]
}
NAMES = {"ProBono": "Eranos ProBono", "Marketplace": "Eranos Marketplace"}


def settlement(contract: ContractInstance, case_id: int, share: int, deadline: int, **changes: Any) -> SignableMessage:
    """What both sign; `changes` replaces parts of the message or of the domain."""
    domain = {
        "name": NAMES[contract.contract_type.name],
        "version": "1",
        "chainId": ape.chain.chain_id,
        "verifyingContract": contract.address,
    }
    message = {"id": case_id, "share": share, "nonce": contract.settlementNonce(case_id), "deadline": deadline}
    for fields in (domain, message):
        fields.update({name: value for name, value in changes.items() if name in fields})
    return encode_typed_data(domain, TYPES, message)


def signed_by(signers: tuple[AccountAPI, AccountAPI], message: SignableMessage) -> tuple[bytes, bytes]:
    """Both signatures, in the order of the contract's arguments."""
    first, second = (signer.sign_message(message).encode_rsv() for signer in signers)
    return first, second
