"""What came of each mutant: JSON lines while it goes on, a table in the end."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from tests.mutation.mutants import Mutant
from tests.mutation.sources import ROOT

RESULTS: Final = ROOT / ".build" / "mutation" / "results.jsonl"
EXPLANATIONS: Final = ROOT / "docs" / "mutation.md"
ENTRY: Final = re.compile(r"^\| `([0-9a-f]{8})` \|", re.MULTILINE)
#: Share of the mutants that tests must kill.
FLOOR: Final = 0.95
#: What is written down of a mutant.
FACTS: Final = ("file", "line", "function", "operator", "old", "new", "guard")
COLUMNS: Final = ("killed", "survived", "explained", "equivalent", "invalid")


def explained() -> set[str]:
    """Returns the mutants that docs/mutation.md explains."""
    return set(ENTRY.findall(EXPLANATIONS.read_text(encoding="utf-8"))) if EXPLANATIONS.is_file() else set()


def earlier() -> dict[str, dict[str, Any]]:
    """Returns the last result of each mutant that was ever tried; a line that a killed run left half is none."""
    if not RESULTS.is_file():
        return {}
    found = {}
    for line in RESULTS.read_text(encoding="utf-8").splitlines():
        with suppress(json.JSONDecodeError):
            result = json.loads(line)
            found[result["mutant"]] = result
    return found


def known_kills(facts: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Returns kills of earlier runs that still hold: by a test that, like the contracts, is as it was.

    Args:
        facts: Test -> hash of all that its result depends on.
    """
    kills = {name: result for name, result in earlier().items() if "by" in result}
    return {name: kill for name, kill in kills.items() if facts.get(kill["by"]) == kill.get("facts", "")}


@dataclass
class Report:
    """Results so far.

    Attributes:
        reasons: Mutants that docs/mutation.md explains.
        results: (mutant, result) in the order in which they came.
    """

    reasons: set[str]
    results: list[tuple[Mutant, Mapping[str, Any]]] = field(default_factory=list)

    def add(self, mutant: Mutant, result: Mapping[str, Any]) -> None:
        """Takes a result and writes it down."""
        self.results.append((mutant, result))
        facts = {name: getattr(mutant, name) for name in FACTS}
        with RESULTS.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"mutant": mutant.name, **facts, **result}) + "\n")

    def outcome(self, mutant: Mutant, result: Mapping[str, Any]) -> str:
        """Returns the column of a result."""
        if result["outcome"] == "survived" and mutant.name in self.reasons:
            return "explained"
        return str(result["outcome"])

    def counts(self) -> dict[str, Counter[str]]:
        """Counts outcomes by source."""
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for mutant, result in self.results:
            counts[mutant.file][self.outcome(mutant, result)] += 1
        return counts

    def total(self) -> Counter[str]:
        """Counts outcomes."""
        return sum(self.counts().values(), Counter())

    def survivors(self, *, guards: bool = False) -> list[Mutant]:
        """Returns the mutants that no test kills and nobody explains."""
        return [m for m, r in self.results if self.outcome(m, r) == "survived" and (m.guard or not guards)]

    def score(self) -> float:
        """Share of the killed among those that could be: explained ones count as not killed."""
        total = self.total()
        return share(total)

    def passes(self) -> bool:
        """Whether enough are killed and no deleted guard survives unexplained."""
        return self.score() >= FLOOR and not self.survivors(guards=True)

    def table(self) -> str:
        """Returns counts and shares by source."""
        counts = self.counts()
        width = max(map(len, counts), default=10)
        lines = [f"{'':{width}}  {'  '.join(f'{name:>10}' for name in COLUMNS)}  {'share':>6}"]
        for name, row in [*sorted(counts.items()), ("together", self.total())]:
            cells = "  ".join(f"{row[column]:>10}" for column in COLUMNS)
            lines.append(f"{name:{width}}  {cells}  {share(row):>6.1%}")
        return "\n".join(lines)


def share(row: Mapping[str, int]) -> float:
    """Killed of all that are code and differ."""
    valid = sum(row.get(name, 0) for name in ("killed", "survived", "explained"))
    return row.get("killed", 0) / valid if valid else 1.0


def stale(mutants: Iterable[Mutant]) -> set[str]:
    """Returns explanations of mutants that there are no more."""
    return explained() - {mutant.name for mutant in mutants}
