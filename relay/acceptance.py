"""Which requests the relay accepts: checks in order, the cheap ones first, each with its own problem."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from relay.acts import Target
from relay.chain import Chain
from relay.errors import CallReverted
from relay.fees import FeeLimits
from relay.forwarding import ForwardRequest
from relay.gas import gas_of_request, gas_of_transaction
from relay.metrics import Meter
from relay.problems import (
    BAD_SIGNATURE,
    CALL_FAILS,
    DEADLINE_PASSED,
    DEADLINE_TOO_FAR,
    DEADLINE_TOO_NEAR,
    FEES_TOO_HIGH,
    OUT_OF_BALANCE,
    REQUEST_WAITING,
    TOO_MUCH_GAS,
    UNKNOWN_FUNCTION,
    VALUE_NOT_ZERO,
    WRONG_NONCE,
    WRONG_TARGET,
)
from relay.quotas import Quotas
from relay.records import Entry, State
from relay.settings import Settings
from relay.store import Store
from serving.problems import Problem

NONCES_AROUND: Final = (-1, 1, -2, 2)
"""Nonces tried beside the present one, to tell a stale signature from a wrong one."""


@dataclass(frozen=True)
class Acceptance:
    """Judges requests of one relay."""

    chain: Chain
    store: Store
    settings: Settings
    targets: Mapping[str, Target]
    meter: Meter

    async def accept(self, request: ForwardRequest) -> Entry:
        """Return the request's entry in the log; when this returns, the request is on disk.

        The same request posted twice has one entry.

        Raises:
            Problem: Why it is not accepted.
            NodeFailure: The node could not be asked.
        """
        if (known := self.store.posted_before(request)) is not None:
            return known
        self._check_form(request)
        gas = gas_of_request(request.gas, len(request.data))
        quotas = Quotas(self.store, self.settings)
        quotas.check(request.account, gas)
        nonce = await self._nonce(request)
        entry = self._entry(request, nonce)
        if (same := self._under_way(entry)) is not None:
            return same
        await asyncio.gather(self._check_call(request), self._check_means(gas))
        # Other requests may have been accepted meanwhile; from here on there is nothing to wait for.
        if (same := self._under_way(entry)) is not None:
            return same
        quotas.check(request.account, gas)
        self.store.insert(entry, gas)
        return entry

    def _check_form(self, request: ForwardRequest) -> None:
        """Raise a problem that can be seen without asking the chain."""
        target = self.targets.get(request.target.lower())
        if target is None:
            raise Problem(WRONG_TARGET, f"{request.target} is no contract of this lab")
        if request.data[:4] not in target.functions:
            raise Problem(UNKNOWN_FUNCTION, f"{target.name} has no act with the selector 0x{request.data[:4].hex()}")
        if request.value:
            raise Problem(VALUE_NOT_ZERO, f"the value is {request.value} wei")
        if request.gas > self.settings.max_request_gas:
            raise Problem(TOO_MUCH_GAS, f"{request.gas} gas; at most {self.settings.max_request_gas} is carried")
        self._check_deadline(request.deadline)

    def _check_deadline(self, deadline: int) -> None:
        left = deadline - self.meter.chain_time()
        if left < 0:
            raise Problem(DEADLINE_PASSED, f"it expired {-left} s ago")
        if left < self.settings.min_deadline_seconds:
            detail = f"it expires in {left} s; at least {self.settings.min_deadline_seconds} s are needed"
            raise Problem(DEADLINE_TOO_NEAR, detail)
        if left > self.settings.max_deadline_seconds:
            detail = f"it expires in {left} s; at most {self.settings.max_deadline_seconds} s are accepted"
            raise Problem(DEADLINE_TOO_FAR, detail)

    async def _nonce(self, request: ForwardRequest) -> int:
        """Return the forwarder's nonce that the request was signed with: the present one."""
        nonce = await self.chain.nonce_of(request.account)
        if self.chain.domain.is_signed(request, nonce):
            return nonce
        for other in (nonce + step for step in NONCES_AROUND if nonce + step >= 0):
            if self.chain.domain.is_signed(request, other):
                detail = f"it was signed with nonce {other}; the present one is {nonce}"
                raise Problem(WRONG_NONCE, detail, nonce=str(nonce))
        raise Problem(
            BAD_SIGNATURE, f"{request.account} did not sign this for {self.chain.forwarder}", nonce=str(nonce)
        )

    def _entry(self, request: ForwardRequest, nonce: int) -> Entry:
        return Entry(
            id="0x" + self.chain.domain.digest(request, nonce).hex(),
            request=request,
            nonce=nonce,
            accepted_at=int(time.time()),
            accepted_block=self.meter.head_number,
            state=State.ACCEPTED,
            reason=None,
            tx_hash=None,
            block_number=None,
            block_hash=None,
            final=False,
        )

    def _under_way(self, entry: Entry) -> Entry | None:
        """Return the entry of the same request, None if there is none.

        Raises:
            Problem: Another request of the account has the same nonce.
        """
        if (same := self.store.entry(entry.id)) is not None:
            return same
        other = self.store.open_of(entry.request.account, entry.nonce)
        if other is not None:
            detail = f"request {other.id} of this account is {other.state}"
            raise Problem(REQUEST_WAITING, detail, id=other.id)
        return None

    async def _check_call(self, request: ForwardRequest) -> None:
        try:
            await self.chain.simulate(request)
        except CallReverted as error:
            revert = error.revert
            reason = {"name": revert.name, "arguments": dict(revert.arguments), "text": str(revert)}
            raise Problem(CALL_FAILS, f"the contract refuses it: {revert}", error=reason) from error

    async def _check_means(self, gas: int) -> None:
        """Raise a problem if the relay can't pay for what waits and this."""
        head = await self.chain.head()
        limits = FeeLimits(self.settings.max_fee_wei, self.settings.max_tip_wei)
        fees = await limits.present(self.chain, head.base_fee)
        if fees is None:
            detail = f"the base fee is {head.base_fee} wei; at most {self.settings.max_fee_wei} are paid"
            raise Problem(FEES_TOO_HIGH, detail)
        needed = (gas_of_transaction([gas]) + self.store.waiting_gas()) * fees.max_fee
        balance = await self.chain.balance()
        if balance < needed:
            raise Problem(OUT_OF_BALANCE, f"{needed} wei may be needed")
