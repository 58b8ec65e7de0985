"""A wallet of ours in the browser: announced by EIP-6963, with its keys on this side.

A test can see everything that it is asked, and have it refuse.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eth_account import Account
from playwright.sync_api import BrowserContext

from scripts._lab.acts import GAS, MAX_FEE, TIP
from scripts._lab.errors import RpcError
from scripts._lab.rpc import Rpc
from scripts._lab.wallets import Wallet

SCRIPT = (Path(__file__).parent / "wallet.js").read_text(encoding="utf-8")
REJECTED, UNAUTHORIZED, UNKNOWN_CHAIN, UNSUPPORTED = 4001, 4100, 4902, 4200


@dataclass
class Asked:
    """One thing that a page asked of the wallet."""

    method: str
    params: list[Any]


class Refusal(Exception):
    """The wallet says no."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code, self.message, self.data = code, message, data


@dataclass
class BrowserWallet:
    """One wallet in one browser."""

    name: str
    holder: Wallet
    rpc: Rpc
    chain_id: int
    """Of the lab."""
    on_chain: int
    """That it is on."""
    is_locked: bool = False
    rejects: set[str] = field(default_factory=set)
    """Methods that the person says no to."""
    knows: set[int] = field(default_factory=set)
    """Chains."""
    node_is_down: bool = False
    lacks: set[tuple[str, str]] = field(default_factory=set)
    """Contract and selector of functions that it is told not to exist."""
    before: dict[str, Callable[[], None]] = field(default_factory=dict)
    """What happens in the world just before it answers a method, once."""
    asked: list[Asked] = field(default_factory=list)

    def announce_in(self, context: BrowserContext) -> None:
        """Have every page of a browser hear of it."""
        binding = f"eranosWallet{self.name.replace(' ', '')}"
        context.expose_binding(binding, lambda source, method, params: self.answer(method, params))
        context.add_init_script(SCRIPT.replace("__NAME__", self.name).replace("__BINDING__", binding))

    def answer(self, method: str, params: list[Any]) -> dict[str, Any]:
        """Return a result, or an error as wallets throw it."""
        self.asked.append(Asked(method, params))
        try:
            if method in self.before:
                self.before.pop(method)()
            return {"result": self._result(method, params)}
        except Refusal as refusal:
            return {"error": {"code": refusal.code, "message": refusal.message, "data": refusal.data}}

    def signed(self) -> list[dict[str, Any]]:
        """Return everything that it signed as typed data."""
        return [json.loads(one.params[1]) for one in self.asked if one.method == "eth_signTypedData_v4"]

    def sent(self) -> list[dict[str, Any]]:
        """Return every transaction that it sent."""
        return [one.params[0] for one in self.asked if one.method == "eth_sendTransaction"]

    def _result(self, method: str, params: list[Any]) -> Any:
        if method in self.rejects:
            raise Refusal(REJECTED, "User rejected the request.")
        own = {
            "eth_accounts": lambda: [] if self.is_locked else [self.holder.address],
            "eth_requestAccounts": self._accounts,
            "eth_chainId": lambda: hex(self.on_chain),
            "wallet_switchEthereumChain": lambda: self._switch(int(params[0]["chainId"], 16)),
            "wallet_addEthereumChain": lambda: self._add(int(params[0]["chainId"], 16)),
            "eth_signTypedData_v4": lambda: self._sign(params),
            "eth_sendTransaction": lambda: self._send(params[0]),
        }
        if method in own:
            return own[method]()
        if method.startswith(("personal_", "eth_sign", "wallet_")):
            raise Refusal(UNSUPPORTED, f"{method} is never to be asked")
        return self._node(method, params)

    def _accounts(self) -> list[str]:
        if self.is_locked:
            raise Refusal(UNAUTHORIZED, "The wallet is locked.")
        return [self.holder.address]

    def _switch(self, chain_id: int) -> None:
        if chain_id not in self.knows:
            raise Refusal(UNKNOWN_CHAIN, "Unrecognized chain.")
        self.on_chain = chain_id

    def _add(self, chain_id: int) -> None:
        self.knows.add(chain_id)
        self.on_chain = chain_id

    def _sign(self, params: list[Any]) -> str:
        account, text = params
        assert account == self.holder.address
        typed = json.loads(text)
        assert typed["domain"]["chainId"] == self.on_chain
        return "0x" + bytes(Account.sign_typed_data(self.holder.key, full_message=typed).signature).hex()

    def _send(self, call: dict[str, Any]) -> str:
        assert call["from"] == self.holder.address
        nonce = int(self._node("eth_getTransactionCount", [self.holder.address, "pending"]), 16)
        transaction: dict[str, Any] = {
            "chainId": self.chain_id,
            "nonce": nonce,
            "to": call["to"],
            "data": call["data"],
            "value": int(call["value"], 16),
            "gas": GAS,
            "maxFeePerGas": MAX_FEE,
            "maxPriorityFeePerGas": TIP,
        }
        signed = self.holder.account.sign_transaction(transaction)
        return str(self._node("eth_sendRawTransaction", [signed.raw_transaction.to_0x_hex()]))

    def _node(self, method: str, params: list[Any]) -> Any:
        if self.node_is_down:
            raise Refusal(-32603, "The node does not answer.")
        if method == "eth_call" and (params[0]["to"], params[0]["data"][:10]) in self.lacks:
            raise Refusal(3, "execution reverted")
        try:
            return self.rpc.call(method, *params)
        except RpcError as error:
            last = str(error).rsplit(" ", 1)[-1]
            raise Refusal(3, "execution reverted", last if last.startswith("0x") else None) from error
