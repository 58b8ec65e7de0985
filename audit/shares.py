"""Which milestone spent which unit of whose money: every unit is somebody's and goes to one place.

The contracts keep totals only. To tell units apart, what is not spent yet is laid out in a row in the order in which it
came; a milestone's tranche is spread over the row evenly, and cut where one payer's part ends. So the parts of a
milestone sum to its tranche, nobody's part is above what is left of it, and in the end all is spent.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise


def shares(given: Mapping[int, int], released: Sequence[int]) -> dict[int, list[int]]:
    """Return what each milestone spent of what each gave.

    Args:
        given: Base units by payer, in the order in which they came.
        released: Base units released up to each milestone, all included; rising, at most the sum of what was given.
    """
    left = dict(given)
    spent: dict[int, list[int]] = {payer: [] for payer in given}
    for before, after in pairwise([0, *released]):
        total = sum(left.values())
        cuts = [end * (after - before) // total if total else 0 for end in accumulate(left.values(), initial=0)]
        for payer, (start, end) in zip(given, pairwise(cuts), strict=True):
            left[payer] -= end - start
            spent[payer].append(end - start)
    return spent
