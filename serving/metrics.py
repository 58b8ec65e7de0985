"""What a process counts, in Prometheus' text format."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

Metric = tuple[str, str, str, int | Mapping[str, int]]
"""Name, `gauge` or `counter`, meaning, and the number: or the numbers that `labelled` returns."""
Label = TypeVar("Label", bound=str)


def labelled(label: str, counts: Mapping[Label, int]) -> dict[str, int]:
    """Return numbers by the value of a label, as a metric has them: sorted by it."""
    return {f'{{{label}="{value}"}}': count for value, count in sorted(counts.items())}


def as_text(prefix: str, metrics: Iterable[Metric]) -> str:
    """Return everything in Prometheus' text format.

    Args:
        prefix: In front of each name.
        metrics: No two of one name.
    """
    lines = []
    for name, kind, meaning, value in metrics:
        numbers = value if isinstance(value, Mapping) else {"": value}
        lines += [f"# HELP {prefix}_{name} {meaning}", f"# TYPE {prefix}_{name} {kind}"]
        lines += [f"{prefix}_{name}{labels} {number}" for labels, number in numbers.items()]
    return "\n".join(lines) + "\n"
