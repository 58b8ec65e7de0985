"""Follows what was sent until it is final: blocks that take it, blocks that vanish, deadlines that pass."""

import logging
from typing import Final

from relay.chain import Block, Chain
from relay.errors import NodeRefused
from relay.metrics import Meter
from relay.outcomes import EXPIRED, outcome_elsewhere, outcome_in
from relay.records import Entry, State, Transaction
from relay.store import Store
from serving.logs import note

log = logging.getLogger(__package__)

LOOK_BACK_SECONDS: Final = 3_600
"""After the deadline of a request, in which what somebody else carried must have become final."""


class Follower:
    """Keeps the log true to the chain."""

    def __init__(self, chain: Chain, store: Store, meter: Meter) -> None:
        self._chain = chain
        self._store = store
        self._meter = meter
        self._looked_at = -1
        """The final block up to which requests that we refused were looked for."""

    async def follow(self, finalized: Block | None) -> None:
        """Take over what the chain says now.

        Raises:
            NodeFailure: The node could not be asked; nothing is lost by trying again.
        """
        await self._undo_vanished()
        await self._settle_mined()
        if finalized is not None:
            await self._finalize(finalized)
            await self._end_expired(finalized)
            await self._correct_refused(finalized)

    async def _undo_vanished(self) -> None:
        """Take back what stands in blocks that are no more.

        Blocks are chained by their hashes: once one of them is still there, all before it are.
        """
        for number, hash_ in self._store.unsettled_blocks():
            block = await self._chain.block(number)
            if block is not None and block.hash == hash_:
                return
            self._store.vanish(hash_)
            self._meter.reorgs += 1
            note(
                log,
                "a block with transactions of ours vanished",
                logging.WARNING,
                block_number=number,
                block_hash=hash_,
            )

    async def _settle_mined(self) -> None:
        counts: dict[str, int] = {}
        for transaction in self._store.in_flight():
            sender = transaction.sender
            if sender not in counts:
                counts[sender] = await self._chain.count(sender)
            if transaction.nonce < counts[sender]:
                await self._settle(transaction)

    async def _settle(self, transaction: Transaction) -> None:
        for attempt in reversed(transaction.attempts):
            receipt = await self._chain.receipt(attempt.tx_hash)
            if receipt is None:
                continue
            block = (receipt.block_number, receipt.block_hash)
            open_ = [e for e in self._store.requests_of(transaction) if e.state is State.SENT and not e.final]
            ends = [await outcome_in(self._chain, entry, receipt) for entry in open_]
            self._store.mine(transaction, attempt.tx_hash, block, (receipt.gas_used, receipt.fee_wei), ends)
            level = logging.INFO if receipt.succeeded else logging.ERROR
            note(
                log, "mined", level, nonce=transaction.nonce, tx_hash=attempt.tx_hash, block_number=receipt.block_number
            )
            for end in ends:
                note(log, end.state, id=end.id, tx_hash=end.tx_hash, reason=end.reason or "")
            return
        await self._give_up(transaction)

    async def _give_up(self, transaction: Transaction) -> None:
        """Let go of a transaction whose nonce was used by one that we did not sign, once that is final.

        Its requests wait again: should the node have lied, the forwarder still executes each only once.
        """
        try:
            used = await self._chain.count(transaction.sender, "finalized")
        except NodeRefused:  # it knows no final block
            return
        if used > transaction.nonce:
            self._store.lose(transaction)
            note(log, "the key was used elsewhere", logging.ERROR, sender=transaction.sender, nonce=transaction.nonce)

    async def _finalize(self, finalized: Block) -> None:
        """What stands in a block of the chain up to the final one can't change any more."""
        blocks = [(number, hash_) for number, hash_ in self._store.unsettled_blocks() if number <= finalized.number]
        if blocks:
            number, hash_ = blocks[0]
            block = await self._chain.block(number)
            if block is not None and block.hash == hash_:
                self._store.finalize(number)

    async def _end_expired(self, finalized: Block) -> None:
        """End requests that no block can take any more: their deadline lies behind a final block."""
        for entry in (*self._store.sent(), *self._store.accepted()):
            if entry.request.deadline < finalized.time:
                await self._end(entry)

    async def _end(self, entry: Entry) -> None:
        if (outcome := await outcome_elsewhere(self._chain, entry)) is not None:
            self._store.settle([outcome])
        elif await self._chain.nonce_of(entry.request.account) <= entry.nonce:
            self._store.refuse(entry.id, EXPIRED)
            note(log, "refused", id=entry.id, reason=EXPIRED)

    async def _correct_refused(self, finalized: Block) -> None:
        """Find out which of the requests that we refused somebody else has had executed, for good.

        A signature is valid until its deadline, and what made a contract refuse it may vanish in a reorg.
        """
        if finalized.number == self._looked_at:
            return
        for entry in self._store.refused(finalized.time - LOOK_BACK_SECONDS):
            outcome = await outcome_elsewhere(self._chain, entry)
            if outcome is None or outcome.state is not State.MINED or outcome.block_number > finalized.number:
                continue
            self._store.correct(outcome)
            note(log, "refused by us and executed by another", id=entry.id, tx_hash=outcome.tx_hash)
        self._looked_at = finalized.number
