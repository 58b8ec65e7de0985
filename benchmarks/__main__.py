"""`python -m benchmarks [NAME ...]`: one line of JSON per claim on standard output, non-zero if one does not hold."""

import sys
from collections.abc import Callable, Iterator

import click

from benchmarks import gas
from benchmarks.claims import Claim

BENCHMARKS: dict[str, Callable[[], Iterator[Claim]]] = {"gas": gas.measure}


def main(names: list[str]) -> int:
    """Runs the benchmarks named, or all; returns the exit code."""
    unknown = sorted(set(names) - set(BENCHMARKS))
    if unknown:
        click.echo(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}", err=True)
        return 2
    # Standard output is for claims. Compilers and providers talk, and some of them only when Python ends.
    output, sys.stdout = sys.stdout, sys.stderr
    all_hold = True
    for name in names or BENCHMARKS:
        for claim in BENCHMARKS[name]():
            click.echo(claim.as_line(), file=output)
            all_hold = all_hold and claim.holds
    return 0 if all_hold else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
