"""Erasing a profile on the word of its entity: a typed message (EIP-712), signed by the account that acts for it now.

There is no nonce: a signature names one document, which can be erased once and is never taken in again, so that there
is nothing to repeat. Only signatures of keys are read; an account that is a contract (ERC-1271) would have to be asked
through a node, which this service does not know. The operator can erase its profile instead.
"""

import re
from typing import Any, Final, NamedTuple

from eth_keys import keys
from eth_keys.exceptions import BadSignature, ValidationError
from eth_utils.crypto import keccak

from documents.kinds import Kind
from documents.lab import Lab
from documents.problems import NOT_YOURS_TO_ERASE, SIGNATURE_REFUSED, UNKNOWN_DOCUMENT
from documents.store import Store
from serving.problems import Problem

NAME: Final = "Eranos documents"
VERSION: Final = "1"
TYPE: Final = "EraseDocument"
FIELDS: Final = (("sha256", "bytes32"), ("reason", "string"), ("deadline", "uint256"))
DOMAIN_FIELDS: Final = (("name", "string"), ("version", "string"), ("chainId", "uint256"))
LONGEST: Final = 86_400
"""Seconds that a deadline may be away."""
SIGNATURE: Final = re.compile(r"0x[0-9a-fA-F]{130}")
LEGACY_V: Final = 27
"""Wallets write 27 and 28 for 0 and 1."""


class Request(NamedTuple):
    """What an account asks for."""

    sha256: str
    account: str
    """0x text in lower case."""
    reason: str
    deadline: int
    """Unix time from which on the signature means nothing."""
    signature: str


def typed_message(chain_id: int) -> dict[str, Any]:
    """Return what a wallet needs to sign, but for the message itself."""
    return {
        "domain": {"name": NAME, "version": VERSION, "chainId": chain_id},
        "primaryType": TYPE,
        "types": {TYPE: [{"name": name, "type": kind} for name, kind in FIELDS]},
        "longest_deadline_seconds": LONGEST,
    }


def digest_of(request: Request, chain_id: int) -> bytes:
    """Return what is signed: the hash of 0x1901, the domain's hash and the message's (EIP-712)."""
    domain = keccak(
        _type_hash("EIP712Domain", DOMAIN_FIELDS) + keccak(NAME.encode()) + keccak(VERSION.encode()) + _word(chain_id)
    )
    message = keccak(
        _type_hash(TYPE, FIELDS)
        + bytes.fromhex(request.sha256)
        + keccak(request.reason.encode())
        + _word(request.deadline)
    )
    return keccak(b"\x19\x01" + domain + message)


def erase(request: Request, store: Store, lab: Lab, now: int) -> list[str]:
    """Erase a profile, if its entity asks for it.

    Returns:
        The hashes of the profile and of the pictures that only it named.

    Raises:
        Problem: It is gone already, no profile or shared, or another account's; or the signature does not hold.
    """
    store.refuse_erased(request.sha256)
    kept = store.find(request.sha256)
    if kept is None:
        raise Problem(UNKNOWN_DOCUMENT, f"No document with the SHA-256 {request.sha256} is kept here")
    _check_signature(request, lab, now)
    if kept.kind != Kind.PROFILE:
        raise Problem(NOT_YOURS_TO_ERASE, f"This is of the kind {kept.kind}; accounts erase profiles only")
    # Asked anew: what is on chain, and who acts for the entity, may have changed since the document was taken in.
    namings = lab.namings(request.sha256)
    entities = {one.entity_id for one in namings}
    if {one.kind for one in namings} != {Kind.PROFILE} or len(entities) != 1 or None in entities:
        raise Problem(NOT_YOURS_TO_ERASE, "Other records name the same document")
    account = lab.account_of(next(one for one in entities if one is not None))
    if account != request.account:
        raise Problem(NOT_YOURS_TO_ERASE, f"The account that acts for the entity is {account}")
    return store.erase(request.sha256, by=request.account, reason=request.reason, at=now)


def _check_signature(request: Request, lab: Lab, now: int) -> None:
    if not now < request.deadline <= now + LONGEST:
        raise Problem(SIGNATURE_REFUSED, f"The deadline {request.deadline} is not within the {LONGEST} s from {now} on")
    if not SIGNATURE.fullmatch(request.signature):
        raise Problem(SIGNATURE_REFUSED, "A signature is 0x and 130 hexadecimal digits")
    raw = bytes.fromhex(request.signature[2:])
    v = raw[-1] - LEGACY_V if raw[-1] >= LEGACY_V else raw[-1]
    try:
        signature = keys.Signature(raw[:-1] + bytes([v]))
        key = signature.recover_public_key_from_msg_hash(digest_of(request, lab.status().chain_id))
    except (BadSignature, ValidationError) as error:
        raise Problem(SIGNATURE_REFUSED, "The signature is none") from error
    if key.to_address() != request.account:
        raise Problem(SIGNATURE_REFUSED, f"It was signed by {key.to_address()}, or asks for something else")


def _type_hash(name: str, fields: tuple[tuple[str, str], ...]) -> bytes:
    return keccak(f"{name}({','.join(f'{kind} {field}' for field, kind in fields)})".encode())


def _word(number: int) -> bytes:
    return number.to_bytes(32)
