"""What the relay offers for gas (EIP-1559), and how much more when a transaction is not taken."""

from dataclasses import dataclass
from typing import Final

from relay.chain import Chain
from relay.errors import NodeRefused

USUAL_TIP: Final = 10**9
"""Where the node proposes none."""
_MORE: Final = (1_126, 1_000)
"""Nodes ask for an eighth more, of fee and tip, before they replace a transaction."""


@dataclass(frozen=True, slots=True)
class Fees:
    """What a transaction offers for one gas, in wei.

    Attributes:
        max_fee: At most, all together.
        tip: Of it to the block's producer.
    """

    max_fee: int
    tip: int


@dataclass(frozen=True, slots=True)
class FeeLimits:
    """The most that the relay offers for one gas, in wei."""

    max_fee: int
    max_tip: int

    async def present(self, chain: Chain, base_fee: int) -> Fees | None:
        """Return what to offer now, so that a base fee twice as high would still do; None if gas is too dear."""
        try:
            proposed = await chain.tip()
        except NodeRefused:
            proposed = USUAL_TIP
        tip = min(proposed, self.max_tip)
        if base_fee + tip > self.max_fee:
            return None
        return Fees(min(2 * base_fee + tip, self.max_fee), tip)

    def higher(self, last: Fees, present: Fees | None) -> Fees | None:
        """Return what to offer instead of `last`, None if that would be more than the limits allow."""
        now = present or last
        max_fee = max(_more(last.max_fee), now.max_fee)
        tip = max(_more(last.tip), now.tip)
        return Fees(max_fee, tip) if tip <= max_fee <= self.max_fee else None


def _more(fee: int) -> int:
    numerator, denominator = _MORE
    return fee * numerator // denominator + 1
