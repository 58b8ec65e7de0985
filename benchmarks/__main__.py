"""`python -m benchmarks [NAME ...]`: one line of JSON per claim on standard output, non-zero if one does not hold."""

import sys
from collections.abc import Callable, Iterator

import click

from benchmarks import auditing, gas
from benchmarks.claims import Claim
from benchmarks.indexing import claims as indexing
from benchmarks.pages import claims as pages
from benchmarks.serving import claims as serving

BENCHMARKS: dict[str, Callable[[], Iterator[Claim]]] = {
    "gas": gas.measure,
    "indexer": indexing.measure,
    "api": serving.measure,
    "web": pages.measure,
    "audit": auditing.measure,
}
DEEP: dict[str, Callable[[], Iterator[Claim]]] = {"indexer-deep": indexing.measure_deep}
"""Only when named: they take minutes."""


def main(names: list[str]) -> int:
    """Runs the benchmarks named, or all; returns the exit code."""
    known = BENCHMARKS | DEEP
    unknown = sorted(set(names) - set(known))
    if unknown:
        click.echo(f"no benchmark {', '.join(unknown)}; there are {', '.join(known)}", err=True)
        return 2
    # Standard output is for claims. Compilers and providers talk, and some of them only when Python ends.
    output, sys.stdout = sys.stdout, sys.stderr
    all_hold = True
    for name in names or BENCHMARKS:
        for claim in known[name]():
            click.echo(claim.as_line(), file=output)
            all_hold = all_hold and claim.holds
    return 0 if all_hold else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
