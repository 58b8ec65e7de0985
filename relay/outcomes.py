"""How a request ended: in our transaction, in somebody else's, or not at all."""

from typing import Final

from relay.chain import Chain, Receipt
from relay.errors import NodeRefused
from relay.forwarding import Executed
from relay.records import Entry, Outcome, State

REORG_MARGIN: Final = 64
"""Blocks below the one at which a request was accepted, where it may stand after a reorg."""
PASSED_OVER: Final = "the forwarder passed over it: it was not valid any more when a block took it"
EXPIRED: Final = "it expired before a block took it"
OTHER: Final = "another request with the same nonce was executed"


async def outcome_in(chain: Chain, entry: Entry, receipt: Receipt) -> Outcome:
    """Return how a request ended that a mined transaction of ours carries."""
    for executed in receipt.executed:
        if (executed.account, executed.nonce) == (entry.request.account, entry.nonce):
            return await _outcome(chain, entry, executed)
    if (elsewhere := await outcome_elsewhere(chain, entry)) is not None:
        return elsewhere
    block = await chain.block(receipt.block_number)
    expired = block is not None and block.time > entry.request.deadline
    reason = EXPIRED if expired else PASSED_OVER
    return Outcome(entry.id, State.REFUSED, reason, receipt.tx_hash, receipt.block_number, receipt.block_hash)


async def outcome_elsewhere(chain: Chain, entry: Entry) -> Outcome | None:
    """Return how a request ended whose nonce was used in any transaction, None if it was not used.

    Anyone may submit a signed request. Another request with its nonce, carried by somebody else, ends it as well.
    """
    if await chain.nonce_of(entry.request.account) <= entry.nonce:
        return None
    since = max(0, entry.accepted_block - REORG_MARGIN)
    executed = await chain.executed_elsewhere(entry.request.account, entry.nonce, since)
    if executed is None:
        return None
    if not await chain.carries(executed.tx_hash, entry.request):
        reason = f"{OTHER}, in transaction {executed.tx_hash}"
        return Outcome(entry.id, State.REFUSED, reason, executed.tx_hash, executed.block_number, executed.block_hash)
    return await _outcome(chain, entry, executed)


async def _outcome(chain: Chain, entry: Entry, executed: Executed) -> Outcome:
    where = (executed.tx_hash, executed.block_number, executed.block_hash)
    if executed.success:
        return Outcome(entry.id, State.MINED, None, *where)
    return Outcome(entry.id, State.REFUSED, await _why(chain, entry, executed.block_number), *where)


async def _why(chain: Chain, entry: Entry, number: int) -> str:
    """Return the contract's reason, as it would give it after the block: the failure itself left none on chain."""
    try:
        revert = await chain.reason_of(entry.request, hex(number))
    except NodeRefused:  # it has forgotten the state
        revert = None
    return f"the contract refused it: {revert}" if revert else "the contract refused it when a block took it"
