"""Signed requests that somebody else submits through the forwarder."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import ape
from ape.api import AccountAPI, ReceiptAPI
from ape.contracts import ContractInstance
from ape.exceptions import VirtualMachineError
from eth_account import Account
from eth_account.messages import SignableMessage, encode_typed_data

from scripts.deploy import DAY
from tests.contracts.expect import reverts
from tests.contracts.isolation import isolated

TYPES = {
    "ForwardRequest": [
        {"name": "from", "type": "address"},
        {"name": "to", "type": "address"},
        {"name": "value", "type": "uint256"},
        {"name": "gas", "type": "uint256"},
        {"name": "nonce", "type": "uint256"},
        {"name": "deadline", "type": "uint48"},
        {"name": "data", "type": "bytes"},
    ]
}

#: Enough for any act of ours.
GAS = 1_000_000


@dataclass(frozen=True)
class Request:
    """A request as the forwarder takes it; its nonce is in the signature only."""

    signer: str
    to: str
    value: int
    gas: int
    deadline: int
    data: bytes
    signature: bytes = b""

    def altered(self, **changes: Any) -> "Request":
        """The same signature under other words."""
        return replace(self, **changes)

    def as_struct(self) -> dict[str, Any]:
        """For the forwarder's functions."""
        fields = asdict(self)
        return {"from": fields.pop("signer"), **fields}


def domain(forwarder: ContractInstance, **changes: Any) -> dict[str, Any]:
    """The forwarder's EIP-712 domain."""
    return {
        "name": "Eranos Forwarder",
        "version": "1",
        "chainId": ape.chain.chain_id,
        "verifyingContract": forwarder.address,
    } | changes


def signed(
    forwarder: ContractInstance,
    signer: AccountAPI,
    method: Any,
    *arguments: Any,
    nonce: int | None = None,
    gas: int = GAS,
    deadline: int | None = None,
    by: AccountAPI | None = None,
    **domain_changes: Any,
) -> Request:
    """Signs a request to call `method` of one of our contracts in the name of `signer`.

    Args:
        forwarder: The forwarder that the contract trusts.
        signer: In whose name.
        method: Bound method of the contract to call.
        arguments: Its arguments.
        nonce: The signer's next one by default.
        gas: For the inner call.
        deadline: Last Unix time at which it may be submitted; a day from now by default.
        by: Who signs in truth; `signer` by default.
        domain_changes: What differs from the forwarder's domain.
    """
    request = Request(
        signer=signer.address,
        to=method.contract.address,
        value=0,
        gas=gas,
        deadline=int(ape.chain.blocks.head.timestamp) + DAY if deadline is None else deadline,
        data=bytes(method.encode_input(*arguments)),
    )
    nonce = int(forwarder.nonces(signer)) if nonce is None else nonce
    signature = (by or signer).sign_message(typed(forwarder, request, nonce, **domain_changes))
    return request.altered(signature=signature.encode_rsv())


def typed(forwarder: ContractInstance, request: Request, nonce: int, **domain_changes: Any) -> SignableMessage:
    """What is signed of a request."""
    message = request.as_struct() | {"nonce": nonce}
    del message["signature"]
    return encode_typed_data(domain(forwarder, **domain_changes), TYPES, message)


def recovered(forwarder: ContractInstance, request: Request, nonce: int) -> str:
    """Whom the forwarder takes for the signer of these words: a stranger unless they are the words signed."""
    return str(Account.recover_message(typed(forwarder, request, nonce), signature=request.signature))


def as_forwarder(forwarder: ContractInstance, signer: AccountAPI, method: Any, *arguments: Any) -> Any:
    """Makes the inner call that the forwarder would make, so that its own refusal is seen.

    The forwarder itself only says that the call failed.
    """
    account = ape.accounts[forwarder.address]
    account.balance += 10**18
    data = bytes(method.encode_input(*arguments)) + bytes.fromhex(signer.address[2:])
    return account.transfer(method.contract, 0, data=data)


@dataclass(frozen=True)
class Relay:
    """The forwarder, and the relayer who submits to it."""

    forwarder: ContractInstance
    relayer: AccountAPI

    def sign(self, signer: AccountAPI, method: Any, *arguments: Any, **changes: Any) -> Request:
        """Signs a request in the name of `signer`; see `signed`."""
        return signed(self.forwarder, signer, method, *arguments, **changes)

    def submit(self, request: Request) -> ReceiptAPI:
        """Has the relayer submit a request."""
        receipt: ReceiptAPI = self.forwarder.execute(request.as_struct(), sender=self.relayer)
        return receipt

    def send(self, signer: AccountAPI, method: Any, *arguments: Any) -> ReceiptAPI:
        """Signs a call in the name of `signer` and has the relayer submit it."""
        return self.submit(self.sign(signer, method, *arguments))

    def call(self, signer: AccountAPI, method: Any, *arguments: Any) -> Any:
        """Makes the inner call alone, so that its own refusal is seen; see `as_forwarder`."""
        return as_forwarder(self.forwarder, signer, method, *arguments)

    def assert_reverts(
        self, error: Any, values: dict[str, Any], signer: AccountAPI, method: Any, *arguments: Any
    ) -> None:
        """The contract refuses the inner call with this error, and the forwarder the request because of that."""
        with reverts(self.forwarder.FailedCall):
            self.send(signer, method, *arguments)
        with reverts(error, **values):
            self.call(signer, method, *arguments)

    def executed(self, signer: AccountAPI, nonce: int = 0, *, success: bool = True) -> Any:
        """The forwarder's event of a request that was carried out."""
        return self.forwarder.ExecutedForwardRequest(signer=signer, nonce=nonce, success=success)

    def assert_refused(self, request: Request, nonce: int = 0) -> None:
        """The forwarder takes somebody else for the signer."""
        stranger = recovered(self.forwarder, request, nonce)
        assert stranger != request.signer
        assert not self.forwarder.verify(request.as_struct())
        with reverts(self.forwarder.ERC2771ForwarderInvalidSigner, **{"signer": stranger, "from": request.signer}):
            self.submit(request)

    def assert_never_wasted(self, request: Request, function: str, gas_limits: range, done: Callable[[], bool]) -> None:
        """With whatever gas the relayer sends along: the request is used up exactly if it is done.

        Args:
            request: The first of its signer.
            function: `execute` or `executeBatch`, which tolerates failed calls.
            gas_limits: On both sides of what is enough.
            done: Whether what was asked for has happened.
        """
        one = request.as_struct()
        arguments = (one,) if function == "execute" else ([one], self.relayer)
        outcomes = set()
        for gas_limit in gas_limits:
            with isolated():
                try:
                    getattr(self.forwarder, function)(*arguments, sender=self.relayer, gas=gas_limit)
                    went_through = True
                except VirtualMachineError:
                    went_through = False
                used = self.forwarder.nonces(request.signer) == 1
                assert used == done() == went_through, f"with {gas_limit} gas"
                outcomes.add(went_through)
        assert outcomes == {True, False}, "both sides of the edge were tried"
