"""`make mutate`: does a test fail when a contract is wrong?

Every deleted guard is tried, and of the other mutants a sample, always the same. Survivors are tests that are missing,
or changes that change nothing: docs/mutation.md explains those one by one.
"""

import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import click

from tests.mutation import report
from tests.mutation.choice import Choice, Learned
from tests.mutation.crew import Crew, Worker
from tests.mutation.mutants import Mutant, shown
from tests.mutation.report import Report
from tests.mutation.sources import Compiler, Sources


@dataclass
class Progress:
    """One line that says how far it is; on a terminal it is written over."""

    total: int
    started: float = field(default_factory=time.monotonic)
    told: float = 0.0

    def tell(self, done: int, text: str) -> None:
        """Says it, at most once in a while."""
        now = time.monotonic()
        live = sys.stderr.isatty()
        if done < self.total and now - self.told < (0.2 if live else 30):
            return
        self.told = now
        rate = done / (now - self.started)
        left = (self.total - done) / rate / 60 if rate else 0
        line = f"{done}/{self.total} {text}, {60 * rate:.0f} a minute, {left:.0f} min left"
        print(f"\r{line:<110}" if live else line, end="" if live and done < self.total else "\n", file=sys.stderr)


def sample(mutants: list[Mutant], size: str) -> list[Mutant]:
    """Returns every deleted guard and, up to `size` together, others; always the same of the same mutants."""
    guards = [mutant for mutant in mutants if mutant.guard]
    others = sorted((m for m in mutants if not m.guard), key=lambda m: sha256(m.name.encode()).digest())
    return guards + (others if size == "all" else others[: max(0, int(size) - len(guards))])


def learn(crew: Crew, learned: Learned) -> None:
    """Runs tests of which nothing is known against the unchanged contracts."""
    ahead = learned.unknown()
    progress = Progress(len(ahead))
    for done, (test, seen) in enumerate(crew.each(ahead, lambda worker, name: worker.do({"learn": name})), start=1):
        learned.note(test, seen)
        if done % 100 == 0:
            learned.save()
        progress.tell(done, "new tests tried on the unchanged contracts")
    learned.save()


def try_all(crew: Crew, sources: Sources, choice: Choice, mutants: list[Mutant], found: Report, most: int) -> None:
    """Tries each mutant and writes down what comes of it."""

    def kill(worker: Worker, mutant: Mutant) -> Any:
        started = time.monotonic()
        result = worker.do(
            {
                "outputs": sources.outputs_for(mutant.node_id),
                "edit": {"file": mutant.file, "start": mutant.start, "end": mutant.end, "text": mutant.new},
                "tests": choice.tests_for(mutant)[:most],
                "anew": mutant.in_constructor,
            }
        )
        learned, test = choice.learned, result.get("by")
        if test in learned.facts:
            # A test that once passed may fail by now for other reasons, such as what a node has forgotten.
            if not learned.note(test, worker.do({"learn": test})):
                return kill(worker, mutant)
            result["facts"] = learned.facts[test]
        return result | {"seconds": round(time.monotonic() - started, 2)}

    progress = Progress(len(mutants))
    for done, (mutant, result) in enumerate(crew.each(mutants, kill), start=1):
        found.add(mutant, result)
        if "by" in result:
            choice.note(mutant, result["by"])
        if found.outcome(mutant, result) == "survived":
            print(f"survived {mutant.name} {mutant} ({result['tried']} tests, {result['seconds']} s)", flush=True)
        total = found.total()
        progress.tell(done, f"tried, {total['killed']} killed, {total['survived']} survived")


def select(mutants: Iterable[Mutant], only: str) -> list[Mutant]:
    """Returns the mutants whose name is, or whose place contains, one of some words."""
    words = only.split(",")
    return [m for m in mutants if any(word == m.name or word in f"{m.file} {m.function}" for word in words)]


@click.command()
@click.option("--mutants", "size", default="1200", show_default=True, help="How many, or `all`.")
@click.option("--only", default="", help="Names of mutants, parts of sources or functions; with commas between them.")
@click.option("--workers", default=2, show_default=True, help="Processes, each with its own chain.")
@click.option("--tests", "most", default=300, show_default=True, help="How many tests a mutant has to survive.")
@click.option("--explained", "again", is_flag=True, help="Try those that docs/mutation.md explains too.")
@click.option(
    "--afresh", is_flag=True, help="Try what an earlier run has killed too, with the same contracts and tests."
)
@click.option("--list", "listing", is_flag=True, help="Print the mutants and end.")
def cli(size: str, only: str, workers: int, most: int, again: bool, afresh: bool, listing: bool) -> None:
    """Changes the contracts in small wrong ways and asks the contract tests to notice."""
    compiler = Compiler()
    sources = Sources.read(compiler)
    compiler.close()
    every = sources.mutants()
    if gone := report.stale(every):
        raise click.ClickException(f"docs/mutation.md explains what is no mutant any more: {', '.join(sorted(gone))}")
    reasons = report.explained()
    chosen = [m for m in (select(every, only) if only else sample(every, size)) if again or m.name not in reasons]
    if listing:
        for mutant in chosen:
            print(mutant.name, mutant)
        return
    print(f"{len(chosen)} of {len(every)} mutants; {len(reasons)} are explained in docs/mutation.md", flush=True)
    found = Report(reasons)
    with Crew(workers, sources) as crew:
        learned = Learned.load(crew.tests)
        learn(crew, learned)
        known = {} if afresh else report.known_kills(learned.facts)
        for mutant in chosen:
            if mutant.name in known:
                found.results.append((mutant, known[mutant.name]))
        print(f"{len(found.results)} are known to be killed by tests that have not changed since", flush=True)
        before = report.earlier()
        choice = Choice(sources, learned, {name: result["by"] for name, result in before.items() if "by" in result})
        ahead = [mutant for mutant in chosen if mutant.name not in known]
        # What lived last time takes long, and comes last.
        ahead.sort(key=lambda mutant: before.get(mutant.name, {}).get("outcome") == "survived")
        try:
            try_all(crew, sources, choice, ahead, found, most)
        finally:
            learned.save()
    for mutant in every:
        if mutant.name in reasons and not again and not only:
            found.results.append((mutant, {"outcome": "survived"}))
    print(found.table())
    for mutant in found.survivors():
        print(f"{'guard' if mutant.guard else 'alive'} {mutant.name} {mutant.file}:{mutant.line} {shown(mutant.old)}")
    for test, failure in learned.broken.items():
        print(f"fails on the unchanged contracts: {test}: {failure}")
    sys.exit(0 if found.passes() and not learned.broken else 1)


if __name__ == "__main__":
    cli()
