"""Carries accepted requests: one transaction of the relay after the other, each signed and stored before it is sent."""

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import compress
from typing import Any, Final

from eth_account.signers.local import LocalAccount

from relay.chain import Block, Chain
from relay.errors import CallReverted, NodeRefused
from relay.fees import FeeLimits, Fees
from relay.forwarding import execute_batch
from relay.gas import gas_of_request, gas_of_transaction
from relay.metrics import Meter
from relay.outcomes import EXPIRED, outcome_elsewhere
from relay.records import Attempt, Entry, Transaction
from relay.settings import Settings
from relay.store import Store
from serving.logs import note

log = logging.getLogger(__package__)

MAX_IN_FLIGHT: Final = 4
"""Transactions in no block at the same time: enough for a batch in each block, few enough to replace in time."""
LAST_SECONDS: Final = 15
"""A request that expires sooner would most likely be paid for in vain."""


class Sender:
    """Signs and sends the transactions of one relay. There is only one in a process, and one process for a log."""

    def __init__(self, chain: Chain, store: Store, signer: LocalAccount, settings: Settings, meter: Meter) -> None:
        self._chain = chain
        self._store = store
        self._signer = signer
        self._settings = settings
        self._meter = meter
        self._limits = FeeLimits(settings.max_fee_wei, settings.max_tip_wei)
        self._handed_over: dict[str, float] = {}
        """When a transaction was last handed to the node, by its hash."""

    async def send(self, head: Block) -> str | None:
        """Send what waits, and send again what no block takes; returns what keeps new ones back, None if nothing does.

        Raises:
            NodeFailure: The node could not be asked; nothing is lost by trying again.
        """
        fees = await self._limits.present(self._chain, head.base_fee)
        in_flight = self._store.in_flight()
        self._forget_all_but(in_flight)
        for transaction in in_flight:
            await self._push(transaction, fees)
        if (nonce := await self._next_nonce()) is None:
            return "the chain counts more transactions of the key than the log: see docs/operating.md, Relay"
        if fees is None:
            return f"gas is too dear: the base fee is {head.base_fee} wei"
        own = [transaction for transaction in in_flight if transaction.sender == self._chain.sender]
        for next_nonce in range(nonce, nonce + MAX_IN_FLIGHT - len(own)):
            batch = await self._next_batch()
            if not batch:
                return None
            if (short := await self._begin(next_nonce, batch, fees)) is not None:
                return short
        return None

    def _forget_all_but(self, in_flight: Sequence[Transaction]) -> None:
        """What a block took is handed over at once, should that block vanish."""
        hashes = {attempt.tx_hash for transaction in in_flight for attempt in transaction.attempts}
        self._handed_over = {key: at for key, at in self._handed_over.items() if key in hashes}

    async def _next_nonce(self) -> int | None:
        """Return the nonce of the next transaction, None if the log does not know all that the chain counts.

        The log is believed, not the node: a node that lies can neither make us skip a nonce nor use one twice.
        """
        counted = await self._chain.count(self._chain.sender)
        logged = self._store.next_nonce(self._chain.sender)
        if logged is None:
            return counted
        return logged if counted <= logged else None

    async def _next_batch(self) -> list[Entry]:
        """Return the requests to carry now: the oldest ones that would go through, as many as fit."""
        chosen: list[Entry] = []
        gas: list[int] = []
        waiting = self._store.accepted()
        for start in range(0, len(waiting), self._settings.max_batch):
            some = waiting[start : start + self._settings.max_batch]
            good = await asyncio.gather(*(self._is_good(entry) for entry in some))
            for entry in compress(some, good):
                gas.append(gas_of_request(entry.request.gas, len(entry.request.data)))
                if len(gas) > self._settings.max_batch or gas_of_transaction(gas) > self._settings.max_batch_gas:
                    return chosen
                chosen.append(entry)
        return chosen

    async def _is_good(self, entry: Entry) -> bool:
        """Tell whether a request would go through now; one that never will is ended."""
        if entry.request.deadline < self._meter.chain_time() + LAST_SECONDS:
            return self._refuse(entry, EXPIRED)
        nonce = await self._chain.nonce_of(entry.request.account)
        if nonce > entry.nonce:
            if (outcome := await outcome_elsewhere(self._chain, entry)) is not None:
                self._store.settle([outcome])
            return False
        if nonce < entry.nonce:  # a reorg took the account's last request back; it will be carried again
            return False
        try:
            await self._chain.simulate(entry.request)
        except CallReverted as error:
            return self._refuse(entry, f"the contract refuses it: {error.revert}")
        return True

    def _refuse(self, entry: Entry, reason: str) -> bool:
        self._store.refuse(entry.id, reason)
        note(log, "refused", id=entry.id, reason=reason)
        return False

    async def _begin(self, nonce: int, batch: Sequence[Entry], fees: Fees) -> str | None:
        """Sign, store, send; returns why not, None if it was done."""
        gas = gas_of_transaction(gas_of_request(each.request.gas, len(each.request.data)) for each in batch)
        self._meter.balance = await self._chain.balance()
        if self._meter.balance < gas * fees.max_fee:
            return f"{self._meter.balance} wei do not pay for {gas} gas: send ether to {self._chain.sender}"
        data = bytes.fromhex(execute_batch([each.request for each in batch], self._chain.sender)[2:])
        unsigned = Transaction(self._chain.sender, nonce, gas, data, ())
        attempt = self._signed(unsigned, fees)
        transaction = replace(unsigned, attempts=(attempt,))
        self._store.begin(transaction, [each.id for each in batch])
        note(log, "signed", nonce=nonce, tx_hash=attempt.tx_hash, requests=len(batch), gas=gas, max_fee=attempt.max_fee)
        await self._hand_over(attempt)
        return None

    async def _push(self, transaction: Transaction, fees: Fees | None) -> None:
        """Send a transaction again if the node may not have it, at a higher fee if no block takes it."""
        attempt = transaction.attempts[-1]
        handed_over = self._handed_over.get(attempt.tx_hash)
        if handed_over is None:
            await self._hand_over(attempt)
            return
        if time.monotonic() - handed_over < self._settings.replace_seconds:
            return
        higher = self._limits.higher(Fees(attempt.max_fee, attempt.tip), fees)
        if higher is not None and transaction.sender == self._chain.sender:
            attempt = self._signed(transaction, higher)
            self._store.add_attempt(transaction, attempt)
            self._meter.replacements += 1
            note(
                log,
                "replaced",
                logging.WARNING,
                nonce=transaction.nonce,
                tx_hash=attempt.tx_hash,
                max_fee=higher.max_fee,
            )
        await self._hand_over(attempt)

    def _signed(self, transaction: Transaction, fees: Fees) -> Attempt:
        fields: dict[str, Any] = {
            "type": 2,
            "chainId": self._chain.domain.chain_id,
            "nonce": transaction.nonce,
            "to": self._chain.forwarder,
            "value": 0,
            "gas": transaction.gas,
            "maxFeePerGas": fees.max_fee,
            "maxPriorityFeePerGas": fees.tip,
            "data": transaction.data,
        }
        signed = self._signer.sign_transaction(fields)
        raw = bytes(signed.raw_transaction)
        return Attempt("0x" + bytes(signed.hash).hex(), raw, fees.max_fee, fees.tip, time.time())

    async def _hand_over(self, attempt: Attempt) -> None:
        try:
            await self._chain.send(attempt.raw)
        except NodeRefused as error:
            # Whatever it means, the next look at the chain tells more: it may be in a block by now.
            note(log, str(error), logging.WARNING, tx_hash=attempt.tx_hash)
        self._handed_over[attempt.tx_hash] = time.monotonic()
