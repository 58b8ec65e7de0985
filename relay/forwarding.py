"""Requests as the forwarder knows them (ERC-2771): what is signed, how it is carried, and what came of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from eth_abi.abi import decode, encode
from eth_account import Account
from eth_account.messages import SignableMessage
from eth_keys.exceptions import BadSignature, ValidationError
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

SIGNATURE_BYTES: Final = 65
REQUEST: Final = "(address,address,uint256,uint256,uint48,bytes,bytes)"
_REQUEST_TYPE: Final = keccak(
    text="ForwardRequest(address from,address to,uint256 value,uint256 gas,uint256 nonce,uint48 deadline,bytes data)"
)
_DOMAIN_TYPE: Final = keccak(text="EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")
EXECUTE: Final = keccak(text=f"execute({REQUEST})")[:4]
EXECUTE_BATCH: Final = keccak(text=f"executeBatch({REQUEST}[],address)")[:4]
NONCES: Final = keccak(text="nonces(address)")[:4]
EIP712_DOMAIN: Final = keccak(text="eip712Domain()")[:4]
EXECUTED: Final = "0x" + keccak(text="ExecutedForwardRequest(address,uint256,bool)").hex()
_HALF_ORDER: Final = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0


@dataclass(frozen=True, slots=True)
class ForwardRequest:
    """What an account asks a contract to do, with its signature.

    Attributes:
        account: Whose act it is, with checksum.
        target: The contract, with checksum.
        gas: What the call may use.
        deadline: Last second in which it may be executed.
        data: The call.
        signature: Over these and the forwarder's nonce of the account.
    """

    account: str
    target: str
    value: int
    gas: int
    deadline: int
    data: bytes
    signature: bytes

    def fields(self) -> tuple[Any, ...]:
        """Return it as the forwarder takes it."""
        return (self.account, self.target, self.value, self.gas, self.deadline, self.data, self.signature)

    @property
    def fingerprint(self) -> str:
        """Return what tells the same request posted twice, whatever the nonce is by then."""
        return "0x" + keccak(encode([REQUEST], [self.fields()])).hex()


@dataclass(frozen=True)
class Domain:
    """What a signature is valid for: one forwarder on one chain (EIP-712)."""

    name: str
    version: str
    chain_id: int
    forwarder: str

    @classmethod
    def of(cls, answer: bytes) -> "Domain":
        """Return what a forwarder answered to `eip712Domain()` (ERC-5267).

        Raises:
            DecodingError: It is no such answer.
        """
        types = ["bytes1", "string", "string", "uint256", "address", "bytes32", "uint256[]"]
        _, name, version, chain_id, forwarder, _, _ = decode(types, answer)
        return cls(name, version, chain_id, to_checksum_address(forwarder))

    @cached_property
    def separator(self) -> bytes:
        """Return the hash of the domain."""
        types = ["bytes32", "bytes32", "bytes32", "uint256", "address"]
        names = [keccak(text=self.name), keccak(text=self.version)]
        return keccak(encode(types, [_DOMAIN_TYPE, *names, self.chain_id, self.forwarder]))

    def digest(self, request: ForwardRequest, nonce: int) -> bytes:
        """Return what the account signed, if it signed this request with this nonce."""
        return keccak(b"\x19\x01" + self.separator + self._struct(request, nonce))

    def is_signed(self, request: ForwardRequest, nonce: int) -> bool:
        """Tell whether the account signed this request with this nonce, as the forwarder will see it."""
        if not is_canonical(request.signature):
            return False
        message = SignableMessage(b"\x01", self.separator, self._struct(request, nonce))
        try:
            signer: str = Account.recover_message(message, signature=request.signature)
        except (BadSignature, ValidationError, ValueError):
            return False
        return signer == request.account

    def _struct(self, request: ForwardRequest, nonce: int) -> bytes:
        types = ["bytes32", "address", "address", "uint256", "uint256", "uint256", "uint48", "bytes32"]
        parties = [request.account, request.target, request.value, request.gas]
        return keccak(encode(types, [_REQUEST_TYPE, *parties, nonce, request.deadline, keccak(request.data)]))


def is_canonical(signature: bytes) -> bool:
    """Tell whether a signature has the one form that the forwarder takes: 65 bytes, s in the lower half, v 27 or 28."""
    if len(signature) != SIGNATURE_BYTES:
        return False
    return int.from_bytes(signature[32:64]) <= _HALF_ORDER and signature[64] in {27, 28}


def execute(request: ForwardRequest) -> str:
    """Return the call that executes one request, or reverts."""
    return "0x" + (EXECUTE + encode([REQUEST], [request.fields()])).hex()


def execute_batch(requests: Sequence[ForwardRequest], refund_receiver: str) -> str:
    """Return the call that executes requests, and passes over those that are not valid by then.

    Args:
        requests: In this order.
        refund_receiver: Not the zero address: with it the forwarder would revert all because of one.
    """
    fields = [request.fields() for request in requests]
    return "0x" + (EXECUTE_BATCH + encode([f"{REQUEST}[]", "address"], [fields, refund_receiver])).hex()


def nonce_of(account: str) -> str:
    """Return the call that asks for the forwarder's present nonce of an account."""
    return "0x" + (NONCES + encode(["address"], [account])).hex()


@dataclass(frozen=True, slots=True)
class Executed:
    """That a request was executed.

    Attributes:
        account: Whose.
        nonce: The request's.
        success: Whether the call went through; if not, it had no effect.
        tx_hash: Of the transaction that carried it.
        block_number: Where that stands.
        block_hash: The same.
    """

    account: str
    nonce: int
    success: bool
    tx_hash: str
    block_number: int
    block_hash: str


def executed_in(logs: Sequence[Mapping[str, Any]], forwarder: str) -> Iterator[Executed]:
    """Yield what the forwarder says it executed, in order.

    Raises:
        KeyError, TypeError, ValueError, IndexError, DecodingError: They are no logs.
    """
    for log in logs:
        if log["address"].lower() == forwarder.lower() and log["topics"][0] == EXECUTED:
            nonce, success = decode(["uint256", "bool"], bytes.fromhex(log["data"][2:]))
            account = to_checksum_address("0x" + log["topics"][1][-40:])
            block = int(log["blockNumber"], 16), log["blockHash"]
            yield Executed(account, nonce, success, log["transactionHash"], *block)
