"""How much gas a transaction of the relay needs, so that nobody's call in it can run short.

The forwarder destroys the whole transaction if a call gets less gas than its author signed for. So the limit counts
each call as if it used all of it, and everything around it generously: what is not used is not paid.
"""

from collections.abc import Iterable
from typing import Final

MAX_TRANSACTION_GAS: Final = 16_777_216
"""No block takes a transaction with more (EIP-7825)."""

_TRANSACTION: Final = 30_000
"""The transaction itself, and the head of the batch."""
_REQUEST: Final = 45_000
"""Around one call: the signature, whom the target trusts, a first nonce (22,100), the event. Some 30,000 are used."""
_BYTE: Final = 48
"""For one byte of a call or its signature: 40 where calldata is dearest (EIP-7623), the rest for copies in memory."""
_FRAME_BYTES: Final = 500
"""Of a request beside its call: seven words, a signature of three, offsets and lengths."""


def gas_of_request(gas: int, data_bytes: int) -> int:
    """Return what one request adds to the limit of a transaction.

    Args:
        gas: What its author signed for. A call is given at most 63 of 64 parts of what is left.
        data_bytes: Length of the call.
    """
    return gas * 64 // 63 + 1 + _REQUEST + _BYTE * (data_bytes + _FRAME_BYTES)


def gas_of_transaction(requests: Iterable[int]) -> int:
    """Return the limit of a transaction from what each of its requests adds."""
    return _TRANSACTION + sum(requests)
