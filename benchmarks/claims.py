"""One claim, measured."""

import json
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Claim:
    """A number of ours beside a reference that was measured or computed in the same run.

    Attributes:
        claim: Name, stable between runs.
        value: What was measured.
        unit: Of `value` and of the reference.
        reference: What the value is compared with, and how much that was.
        ratio: Value / reference; lower is better.
        target: Highest ratio that is claimed; None if nothing is claimed and the numbers are only reported.
    """

    claim: str
    value: float
    unit: str
    reference: str
    ratio: float
    target: float | None = None

    @property
    def holds(self) -> bool:
        """Whether the claim is true; one that claims nothing can't be false."""
        return self.target is None or self.ratio <= self.target

    def as_line(self) -> str:
        """One line of JSON."""
        fields: dict[str, Any] = asdict(self) | {"holds": self.holds}
        return json.dumps(fields)
