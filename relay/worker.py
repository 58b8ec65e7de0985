"""The one worker of a relay: looks at the chain, follows what was sent, sends what waits, and rests."""

import asyncio
import logging
from contextlib import suppress
from typing import Final

from relay.chain import Chain
from relay.errors import NodeFailure
from relay.following import Follower
from relay.metrics import Meter
from relay.sending import Sender
from serving.logs import note

log = logging.getLogger(__package__)

LONGEST_PAUSE: Final = 30.0


class Worker:
    """Repeats its step until it is stopped."""

    def __init__(self, chain: Chain, follower: Follower, sender: Sender, meter: Meter, poll_seconds: float) -> None:
        """Args: seconds between two looks at the chain."""
        self._chain = chain
        self._follower = follower
        self._sender = sender
        self._meter = meter
        self._poll_seconds = poll_seconds
        self._failures = 0
        self._alarmed = False
        self.wake = asyncio.Event()
        """Set it to look at once."""

    async def run(self) -> None:
        """Work until canceled. A mistake of ours ends it: the supervisor then starts the process anew."""
        while True:
            pause = self._poll_seconds
            try:
                trouble = await self.step()
                self._failures = 0
            except NodeFailure as error:
                self._failures += 1
                trouble = str(error)
                pause = min(LONGEST_PAUSE, self._poll_seconds * 2.0 ** min(self._failures, 8))
            self._tell(trouble)
            self._meter.alive()
            await self._rest(pause)

    async def step(self) -> str | None:
        """Do all that can be done now; returns what keeps new transactions back, None if nothing does.

        Raises:
            NodeFailure: The node could not be asked; nothing is lost by trying again.
        """
        finalized = await self._chain.finalized()
        head = await self._chain.head()
        self._meter.head_number, self._meter.head_time = head.number, head.time
        await self._follower.follow(finalized)
        trouble = await self._sender.send(head)
        self._meter.balance = await self._chain.balance()
        self._watch_balance()
        return trouble

    def _watch_balance(self) -> None:
        if self._meter.balance_is_low and not self._alarmed:
            facts = {"balance_wei": self._meter.balance, "alarm_wei": self._meter.alarm, "address": self._chain.sender}
            note(log, "the balance is low: send ether", logging.ERROR, **facts)
        self._alarmed = self._meter.balance_is_low

    def _tell(self, trouble: str | None) -> None:
        if trouble != self._meter.trouble:
            note(log, trouble or "ready", logging.WARNING if trouble else logging.INFO)
        self._meter.trouble = trouble

    async def _rest(self, seconds: float) -> None:
        """Wait for `wake`, or so long; after a failure always so long."""
        if self._failures:
            await asyncio.sleep(seconds)
        else:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.wake.wait(), seconds)
        self.wake.clear()
