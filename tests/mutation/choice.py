"""Which tests to run against a mutant, and in which order: those first that are likely to fail, and quick."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from math import sqrt
from pathlib import Path
from typing import Any, Final

from tests.mutation.mutants import Mutant
from tests.mutation.sources import ROOT, Sources, closure

LEARNED: Final = ROOT / ".build" / "mutation" / "learned.json"
#: What these ask is not what the contracts do, but how large they are and whether all of the tests ran.
LEFT_OUT: Final = ("tests/contracts/test_sizes.py", "tests/contracts/test_abi_coverage.py")
WORD: Final = re.compile(r"[A-Z]?[a-z]+")
IMPORT: Final = re.compile(r"^from tests\.contracts(?:\.(\w+) import| import (\w+))", re.MULTILINE)
#: What a test is likely to do before anything is known of it.
UNKNOWN: Final = 0.02
#: A test that has seen every error and event that a mutant is about comes before all that have not.
SEEN: Final = 100.0
#: How much more is expected of a test that names the mutated function.
NAMESAKE: Final = 4
#: How much of what is expected of others is expected of a refusal, where nothing is about refusing.
REFUSAL: Final = 0.1
#: How much less is expected of each further case of the same test.
SIBLING: Final = 0.75


@dataclass
class Learned:
    """What running each test against the unchanged contracts has shown, kept between runs.

    Attributes:
        tests: Test -> seconds it took, selectors and topics that were heard, and a hash of all that this depends on.
        facts: Test -> that hash as it is now.
        broken: Test -> why it fails on the unchanged contracts.
    """

    tests: dict[str, dict[str, Any]] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, tests: Iterable[str]) -> "Learned":
        """Reads what is known of these tests; nothing the first time."""
        known = json.loads(LEARNED.read_text(encoding="utf-8")) if LEARNED.is_file() else {}
        facts = facts_of(test for test in tests if not test.startswith(LEFT_OUT))
        return cls({test: known[test] for test in facts if test in known}, facts)

    def save(self) -> None:
        """Writes what is known."""
        LEARNED.parent.mkdir(parents=True, exist_ok=True)
        draft = LEARNED.with_suffix(".tmp")
        draft.write_text(json.dumps(self.tests), encoding="utf-8")
        draft.replace(LEARNED)

    def unknown(self) -> list[str]:
        """Returns the tests that were never run."""
        return [test for test in self.facts if test not in self.tests]

    def note(self, test: str, seen: dict[str, Any]) -> bool:
        """Keeps what a run has shown; returns whether the test passed."""
        if seen["failure"]:
            # A test that fails without any change can kill no mutant.
            self.broken[test] = seen["failure"]
            self.tests.pop(test, None)
            return False
        self.tests[test] = {"seconds": seen["seconds"], "heard": seen["heard"], "facts": self.facts[test]}
        return True


def facts_of(tests: Iterable[str]) -> dict[str, str]:
    """Returns a hash for each test: of the contracts, of its own file, and of what that imports from its neighbours."""
    contracts = [*ROOT.glob("contracts/*.sol"), *ROOT.glob("contracts/[!.]*/*.sol")]
    common = b"".join(path.read_bytes() for path in sorted(contracts))
    imports = {path: imported(path) for path in ROOT.glob("tests/contracts/*.py")}
    facts: dict[str, str] = {}
    of_file: dict[str, str] = {}
    for test in tests:
        file = test.split("::")[0]
        if file not in of_file:
            start = {ROOT / file, ROOT / "tests/contracts/conftest.py"}
            needed = start.union(*(closure(path, imports) for path in start))
            texts = b"".join(path.read_bytes() for path in sorted(needed))
            of_file[file] = sha256(common + texts).hexdigest()[:16]
        facts[test] = of_file[file]
    return facts


def imported(path: Path) -> set[Path]:
    """Returns the neighbours of a test file that it imports."""
    text = path.read_text(encoding="utf-8")
    names = {match[1] or match[2] for match in IMPORT.finditer(text)}
    return {path.with_name(f"{name}.py") for name in names} & set(path.parent.glob("*.py"))


@dataclass
class Choice:
    """Orders tests, and learns from each kill.

    Attributes:
        sources: For who calls whom.
        learned: What each test does.
        killers: Mutant -> test that killed it in an earlier run.
    """

    sources: Sources
    learned: Learned
    killers: dict[str, str] = field(default_factory=dict)
    _kills: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    _entry_points: dict[int, set[str]] = field(default_factory=dict)

    def tests_for(self, mutant: Mutant) -> list[str]:
        """Returns every test that may come to the mutated place, in the order to try."""
        reached = self._reached(mutant)
        promise = {
            test: self._promise(mutant, test, reached & set(seen["heard"]), seen)
            for test, seen in list(self.learned.tests.items())
            if mutant.in_constructor or reached & set(seen["heard"])
        }
        able = in_turns(promise)
        killer = self.killers.get(mutant.name)
        return [killer, *(test for test in able if test != killer)] if killer in promise else able

    def note(self, mutant: Mutant, test: str) -> None:
        """Takes note of a kill."""
        self.killers[mutant.name] = test
        self._kills[mutant.function][test] += 1
        self._kills[mutant.file][test] += 1

    def _reached(self, mutant: Mutant) -> set[str]:
        if mutant.node_id not in self._entry_points:
            self._entry_points[mutant.node_id] = self.sources.entry_points(mutant.node_id)
        return self._entry_points[mutant.node_id]

    def _promise(self, mutant: Mutant, test: str, called: set[str], seen: dict[str, Any]) -> float:
        """Guesses how likely the test is to fail, and weighs that with its time.

        Args:
            mutant: What is to be noticed.
            test: Which test.
            called: Functions that it calls and that may come to the mutated place.
            seen: What it did when it was learned.
        """
        heard = seen["heard"]
        hinted = sum(hint in heard for hint in mutant.hints) / max(len(mutant.hints), 1)
        promise = UNKNOWN * (1 + hinted)
        for kills, weight in ((self._kills[mutant.function], 1.0), (self._kills[mutant.file], 0.5)):
            promise += weight * kills[test] / (kills.total() + 2)
        promise *= likeness(mutant.function, test)
        if not mutant.hints and "reverts" in test:
            promise *= REFUSAL
        # A test of many things is less about each of them. What takes its time sees more: hence the root.
        promise *= (len(called) + 1) / (len(heard) + 1) / sqrt(float(seen["seconds"]) + 0.02)
        return promise + SEEN * (hinted == 1)


def likeness(function: str, test: str) -> float:
    """Returns a factor: more for a test whose name shares words with a function's."""
    name = function.rsplit(".", maxsplit=1)[-1]
    words = [word.lower() for word in WORD.findall(name) if len(word) > len("has")]
    named = test.lower()
    factor = 1 + sum(word in named for word in words) / max(len(words), 1)
    return factor * NAMESAKE if name.lower() in named.replace("_", "") else factor


def in_turns(promise: dict[str, float]) -> list[str]:
    """Sorts tests by what they promise, with cases of the same test function apart from each other."""
    turn: Counter[str] = Counter()
    weighed = []
    for test in sorted(promise, key=promise.__getitem__, reverse=True):
        function = test.split("[")[0]
        weighed.append((promise[test] * SIBLING ** turn[function], test))
        turn[function] += 1
    return [test for _, test in sorted(weighed, key=lambda pair: pair[0], reverse=True)]
