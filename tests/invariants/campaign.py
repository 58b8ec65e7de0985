"""Runs the forge tests, and fails also where an act of a handler hardly ever succeeds.

An invariant that holds because nothing happens proves nothing. A handler's function reverts where the contract refuses
the act, so that forge's own count of calls and reverts tells how often each act succeeded.
"""

import json
import subprocess
import sys
from typing import Any

#: Least share of all calls of a campaign in which each act must succeed.
LEAST_SHARE = 0.01


def main(arguments: list[str]) -> int:
    """Run forge with these arguments and report.

    Args:
        arguments: Options of `forge test`, such as `--match-contract Credit`.

    Returns:
        0 if every test passed and every act was seen to succeed often enough, else 1.
    """
    print(" ".join(["forge test", *arguments]), flush=True)
    # No front around forge: the one from npm exits 0 when tests fail.
    command = ["forge", "test", "--json", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    start = done.stdout.find('{"')
    if start < 0:
        print(done.stdout)
        return 1
    suites: dict[str, Any] = json.loads(done.stdout[start:])
    tests = [(suite, *test) for suite, result in suites.items() for test in result["test_results"].items()]
    failed = [report(suite, name, result) for suite, name, result in tests]
    print(f"{len(failed) - sum(failed)} of {len(failed)} forge tests passed")
    return int(any(failed) or not failed or done.returncode != 0)


def report(suite: str, name: str, result: dict[str, Any]) -> bool:
    """Print what one test came to; return whether it failed."""
    passed = result["status"] == "Success"
    print(f"{result['status']}  {suite.rpartition(':')[2]}.{name}  {counts(result['kind'])}")
    if not passed:
        print(f"  {result['reason']}", *result["decoded_logs"], sep="\n  ")
        for act in acts(result["counterexample"]):
            print(f"  {act}")
    rare = rare_acts(result["kind"].get("Invariant")) if passed else []
    for line in rare:
        print(f"  {line}")
    return not passed or bool(rare)


def acts(counterexample: dict[str, Any] | None) -> list[str]:
    """Return the calls that led to a failure, in order, as short as forge could make them."""
    if not counterexample:
        return []
    calls = counterexample["Sequence"][1] if "Sequence" in counterexample else [counterexample["Single"]]
    return [f"{call.get('func_name', 'call')}({call['raw_args']})" for call in calls]


def counts(kind: dict[str, Any]) -> str:
    """Return how much forge tried, for tests that try more than once."""
    for how in ("Invariant", "Fuzz", "Table"):
        if how in kind:
            return ", ".join(f"{kind[how][what]} {what}" for what in ("runs", "calls") if what in kind[how])
    return ""


def rare_acts(invariant: dict[str, Any] | None) -> list[str]:
    """Return a line for each act that succeeded too seldom."""
    if invariant is None:
        return []
    shares = {
        act.rsplit(".", 1)[-1]: (metrics["calls"] - metrics["reverts"]) / invariant["calls"]
        for act, metrics in invariant["metrics"].items()
    }
    listed = ", ".join(f"{act} {100 * share:.1f}" for act, share in sorted(shares.items()))
    print(f"  succeeded in % of calls: {listed}")
    return [f"{act} succeeded in {share:.2%} of calls only" for act, share in shares.items() if share < LEAST_SHARE]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
