"""How people of the story act: by transactions of their own, or by signed requests that the relayer carries."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from eth_account import Account
from hexbytes import HexBytes

from scripts._lab.clock import Clock
from scripts._lab.contracts import Contract
from scripts._lab.errors import ActFailed, NotReady, RpcError
from scripts._lab.rpc import Rpc
from scripts._lab.wallets import Wallet

ETHER: Final = 10**18
#: Wei that each wallet with ether begins with: enough for thousands of acts.
PURSE: Final = 10 * ETHER
#: More than any act of the story takes.
GAS: Final = 2_500_000
#: For a request inside the forwarder; the forwarder itself needs some as well.
FORWARDED_GAS: Final = 1_500_000
MAX_FEE: Final = 4 * 10**9
TIP: Final = 10**9
#: Seconds that signed requests and permits stay valid.
VALIDITY: Final = 3_600
#: Seconds to wait for a block that the node makes as soon as it has a transaction.
PATIENCE: Final = 20

FORWARD_REQUEST: Final = {
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
PERMIT: Final = {
    "Permit": [
        {"name": "owner", "type": "address"},
        {"name": "spender", "type": "address"},
        {"name": "value", "type": "uint256"},
        {"name": "nonce", "type": "uint256"},
        {"name": "deadline", "type": "uint256"},
    ]
}
SETTLEMENT: Final = {
    "Settlement": [
        {"name": "id", "type": "uint32"},
        {"name": "share", "type": "uint16"},
        {"name": "nonce", "type": "uint256"},
        {"name": "deadline", "type": "uint40"},
    ]
}


@dataclass
class Actor:
    """Sends the acts of all wallets, one block each.

    Attributes:
        rpc: The chain.
        clock: Sets the time of each block.
        contracts: By name.
        relayer: Carries the requests of wallets without ether.
        chain_id: As in EIP-155.
        after_act: Called after each transaction; the story checks its books there.
        count: Transactions so far.
    """

    rpc: Rpc
    clock: Clock
    contracts: dict[str, Contract]
    relayer: Wallet
    chain_id: int
    after_act: Callable[[], None] = lambda: None
    count: int = 0
    _nonces: dict[str, int] = field(default_factory=dict)

    def do(self, wallet: Wallet, contract: str, function: str, *arguments: Any) -> dict[str, Any]:
        """Lets a wallet call a contract, through the forwarder if it has no ether; returns the receipt.

        Raises:
            ActFailed: The call reverted.
        """
        target = self.contracts[contract]
        data = target.encode(function, *arguments)
        if wallet.has_ether:
            receipt = self.send(wallet, target, data)
        else:
            forwarder = self.contracts["ERC2771Forwarder"]
            request = self.signed_request(wallet, target, data)
            receipt = self.send(self.relayer, forwarder, forwarder.encode("execute", request))
        if int(receipt["status"], 16) != 1:
            message = f"{function} by {wallet.name} reverted: {self._reason(wallet.address, target, data)}"
            raise ActFailed(message)
        self.count += 1
        self.after_act()
        return receipt

    def fail(self, wallet: Wallet, error: str, contract: str, function: str, *arguments: Any) -> None:
        """Lets a wallet send a call that must revert with an error of this name.

        Raises:
            ActFailed: It did not revert, or with another error.
        """
        target = self.contracts[contract]
        data = target.encode(function, *arguments)
        receipt = self.send(wallet, target, data)
        reason = self._reason(wallet.address, target, data)
        if int(receipt["status"], 16) != 0 or not reason.startswith(error):
            message = f"{function} by {wallet.name} should have reverted with {error}, but {reason}"
            raise ActFailed(message)
        self.count += 1
        self.after_act()

    def send(self, wallet: Wallet, target: Contract, data: str) -> dict[str, Any]:
        """Signs and sends one transaction, and returns its receipt, whatever came of it."""
        nonce = self._nonces.get(wallet.address)
        if nonce is None:
            nonce = int(self.rpc.call("eth_getTransactionCount", wallet.address, "latest"), 16)
        transaction: dict[str, Any] = {
            "chainId": self.chain_id,
            "nonce": nonce,
            "to": target.address,
            "data": data,
            "value": 0,
            "gas": GAS,
            "maxFeePerGas": MAX_FEE,
            "maxPriorityFeePerGas": TIP,
        }
        signed = wallet.account.sign_transaction(transaction)
        self.clock.tick()
        tx_hash = self.rpc.call("eth_sendRawTransaction", signed.raw_transaction.to_0x_hex())
        self._nonces[wallet.address] = nonce + 1
        return self._receipt(tx_hash)

    def forget_nonces(self) -> None:
        """Ask the node again: somebody else may use the same keys now."""
        self._nonces.clear()

    def signed_request(self, wallet: Wallet, target: Contract, data: str) -> tuple[Any, ...]:
        """Returns a request for the forwarder, signed by its author (EIP-712, ERC-2771)."""
        forwarder = self.contracts["ERC2771Forwarder"]
        request = {
            "from": wallet.address,
            "to": target.address,
            "value": 0,
            "gas": FORWARDED_GAS,
            "nonce": forwarder.ask(self.rpc, "nonces", wallet.address),
            "deadline": self.clock.now + VALIDITY,
            "data": bytes(HexBytes(data)),
        }
        signature = self._sign(wallet, forwarder, FORWARD_REQUEST, request)
        fields = ("from", "to", "value", "gas", "deadline", "data")
        return (*(request[name] for name in fields), bytes(signature.signature))

    def permit(self, wallet: Wallet, currency: str, spender: str, amount: int) -> tuple[int, int, bytes, bytes]:
        """Returns deadline, v, r, s of a permit for exactly `amount` (ERC-2612)."""
        token = self.contracts[currency]
        message = {
            "owner": wallet.address,
            "spender": self.contracts[spender].address,
            "value": amount,
            "nonce": token.ask(self.rpc, "nonces", wallet.address),
            "deadline": self.clock.now + VALIDITY,
        }
        signed = self._sign(wallet, token, PERMIT, message)
        return message["deadline"], signed.v, signed.r.to_bytes(32), signed.s.to_bytes(32)

    def settlement(self, contract: str, number: int, share: int, signers: tuple[Wallet, Wallet]) -> tuple[Any, ...]:
        """Returns the arguments of `settle` for a case in escrow: what both sign, and their signatures (EIP-712)."""
        escrow = self.contracts[contract]
        nonce, deadline = escrow.ask(self.rpc, "settlementNonce", number), self.clock.now + VALIDITY
        message = {"id": number, "share": share, "nonce": nonce, "deadline": deadline}
        signed = [self._sign(wallet, escrow, SETTLEMENT, message) for wallet in signers]
        return (number, share, deadline, *(bytes(words.signature) for words in signed))

    def give_ether(self, wallets: list[Wallet]) -> None:
        """Fills the purses of those who pay for their own gas."""
        self.rpc.batch([("anvil_setBalance", [w.address, hex(PURSE)]) for w in wallets if w.has_ether])

    def _sign(self, wallet: Wallet, target: Contract, types: dict[str, Any], message: dict[str, Any]) -> Any:
        """Signs typed data for a contract, whose own words name the domain (ERC-5267)."""
        _, name, version, chain_id, verifier, _, _ = target.ask(self.rpc, "eip712Domain")
        domain = {"name": name, "version": version, "chainId": chain_id, "verifyingContract": verifier}
        return Account.sign_typed_data(wallet.account.key, domain, types, message)

    def _receipt(self, tx_hash: str) -> dict[str, Any]:
        """Waits for a transaction's block: the node answers before it has made it."""
        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up:
            receipt: dict[str, Any] | None = self.rpc.call("eth_getTransactionReceipt", tx_hash)
            if receipt is not None:
                return receipt
            time.sleep(0.002)
        message = f"the node made no block for {tx_hash} in {PATIENCE} seconds"
        raise NotReady(message)

    def _reason(self, sender: str, target: Contract, data: str) -> str:
        """Calls again without sending, to hear why it failed."""
        try:
            self.rpc.call("eth_call", {"from": sender, "to": target.address, "data": data}, "latest")
        except RpcError as error:
            last_word = str(error).rsplit(" ", 1)[-1]
            return target.explain(bytes(HexBytes(last_word))) if last_word.startswith("0x") else str(error)
        return "and works when it is tried again"
