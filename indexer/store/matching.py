"""What pools owe campaigns and funders, computed from stored facts as MatchFunding computes it.

Pure functions of row facts; docs/protocol.md, "Match funding", is the source of every rule. Amounts are base units.
"""

from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from typing import Final, Protocol

from indexer.store.phases import BPS
from indexer.store.pool_models import Rule

MAX_POOLS: Final = 3
"""Of one campaign."""
MAX_AMOUNT: Final = 2**96 - 1
"""The most that a pool can ever hold."""


class PoolFacts(Protocol):
    """What amounts depend on of a pool; a row of `pools` has it all."""

    @property
    def rule(self) -> str:
        """Rule."""

    @property
    def ends_at(self) -> int:
        """Unix time."""

    @property
    def campaign_cap(self) -> int:
        """The most for one campaign; of a gift, the gift."""

    @property
    def min_raised(self) -> int:
        """Gift: what a campaign must raise."""

    @property
    def min_members(self) -> int:
        """Gift: counted members who must hold enough."""

    @property
    def first_funder(self) -> str | None:
        """Account that paid in first; None if none did."""

    @property
    def funded(self) -> int:
        """Ever paid in."""

    @property
    def reserved(self) -> int:
        """For campaigns and not freed."""

    @property
    def reclaimed(self) -> int:
        """Paid back to funders."""

    @property
    def finished(self) -> int:
        """Funded by accounts that took their last part."""

    @property
    def open_reservations(self) -> int:
        """Enrolments that are not settled."""


class ReservationFacts(Protocol):
    """What amounts depend on of a reservation; a row of `reservations` has it all."""

    @property
    def reserved(self) -> int:
        """Not freed."""

    @property
    def paid(self) -> int:
        """Of that, paid."""

    @property
    def qualifying_members(self) -> int:
        """Gift: counted members who hold enough."""

    @property
    def settled_at(self) -> int | None:
        """Unix time; None until settled."""


class FundingFacts(Protocol):
    """What a reclaim depends on of a funding account; a row of `fundings` has it all."""

    @property
    def account(self) -> str:
        """Account that paid in."""

    @property
    def funded(self) -> int:
        """Ever paid in."""

    @property
    def reclaimed(self) -> int:
        """Paid back."""

    @property
    def finished(self) -> bool:
        """Whether it took its last part."""


def is_earned(pool: PoolFacts, reservation: ReservationFacts, raised: int) -> bool:
    """Return whether a campaign that raised `raised` gets what is reserved: of a gift as of now, of a ratio always."""
    if pool.rule != Rule.THRESHOLD_GIFT:
        return True
    return raised >= pool.min_raised and reservation.qualifying_members >= pool.min_members


def earned(pool: PoolFacts, reservation: ReservationFacts, raised: int) -> int:
    """Return what a pool owes a campaign as of now: its reservation, 0 for a gift that is not earned."""
    return reservation.reserved if is_earned(pool, reservation, raised) else 0


def entitled(pool: PoolFacts, reservation: ReservationFacts, raised: int, released_bps: int) -> int:
    """Return what the milestones released so far entitle a campaign to: floor(reserved * released_bps / 10,000)."""
    if reservation.settled_at is not None:
        return reservation.reserved
    return earned(pool, reservation, raised) * released_bps // BPS


def left(pool: PoolFacts, reservation: ReservationFacts, now: int) -> int:
    """Return the most that further pledges to a campaign can call from a ratio pool; the pool shares it among all."""
    if pool.rule == Rule.THRESHOLD_GIFT or now >= pool.ends_at:
        return 0
    return min(pool.funded - pool.reserved, pool.campaign_cap - reservation.reserved)


def is_last_part(pool: PoolFacts, funding: FundingFacts) -> bool:
    """Return whether nothing can be added to what the account may reclaim now."""
    if pool.open_reservations:
        return False
    return funding.account != pool.first_funder or pool.finished + funding.funded == pool.funded


def reclaimable(pool: PoolFacts, funding: FundingFacts) -> int:
    """Return what `reclaim` pays an account from the end of the window on.

    floor(unreserved * funded / total) - reclaimed; the first funding account also takes what flooring leaves, once
    nothing is reserved any more and every other account has had its last part.
    """
    if funding.finished or not funding.funded:
        return 0
    unreserved = pool.funded - pool.reserved
    if funding.account == pool.first_funder and is_last_part(pool, funding):
        return unreserved - pool.reclaimed
    return unreserved * funding.funded // pool.funded - funding.reclaimed


def tranches(total: int, shares_bps: Iterable[int]) -> list[int]:
    """Return what each milestone spends of `total`: differences of floor(total * cumulative share / 10,000)."""
    ends = [total * bps // BPS for bps in accumulate(shares_bps, initial=0)]
    return [end - start for start, end in pairwise(ends)]


def spent(matches: Sequence[int], tranches: Iterable[int]) -> list[list[int]]:
    """Return which milestone spends how much of which match, so that every unit of a reservation has one place.

    Each tranche is shared among what is left of the matches, in proportion to it and telescoping: a match never spends
    more than it called, the parts of a tranche sum to it, and the last milestone empties all.

    Args:
        matches: What each backer's pledges called, in the order of their first event.
        tranches: What each milestone spends; together at most the sum of `matches`.

    Returns:
        For each match, its part of each tranche.
    """
    rests = list(matches)
    parts: list[list[int]] = [[] for _ in rests]
    for tranche in tranches:
        total = sum(rests)
        ends = [tranche * end // total if total else 0 for end in accumulate(rests, initial=0)]
        for index, (start, end) in enumerate(pairwise(ends)):
            parts[index].append(end - start)
            rests[index] -= end - start
    return parts
