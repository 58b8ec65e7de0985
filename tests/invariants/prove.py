"""Runs halmos on the proofs, and fails where a property is refuted, not decided, or not there any more.

usage: python -m tests.invariants.prove [OPTION OF HALMOS]...
       python -m tests.invariants.prove --broken [PROPERTY]...

The second breaks the contracts in the ways of `broken.py`, and fails where halmos does not notice.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copy, copytree, ignore_patterns
from typing import Any

from tests.invariants.broken import ROUNDS, Break

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / ".toolchain" / "prove"

#: Fewer would mean that a file of proofs was not read.
PROPERTIES = 72

#: What halmos answers with an example of how a property does not hold.
REFUTED = 1

#: Options for one example, which is all that a broken property needs.
FIRST_EXAMPLE = ("--early-exit", "--solver-timeout-assertion", "2m")

#: A broken property that is not refuted by then counts as not refuted, so that a run of all of them ends.
BROKEN_SECONDS = 600


def main(arguments: list[str]) -> int:
    """Prove what the arguments choose, all by default, or see that the proofs can fail.

    Args:
        arguments: Options of halmos, such as `--contract ArithmeticProofs` or `--function check_refund`; or `--broken`,
            and maybe the properties to break.

    Returns:
        0 if every property was proved, or with `--broken` refuted; else 1.
    """
    if arguments[:1] == ["--broken"]:
        return _break(arguments[1:])
    found = _halmos(ROOT, arguments)
    unproved = [proof["name"] for proof in found if proof["exitcode"] != 0 or proof["num_bounded_loops"]]
    for name in unproved:
        print(f"not proved: {name}")
    print(f"{len(found) - len(unproved)} of {len(found)} properties proved")
    return int(bool(unproved) or len(found) < (1 if arguments else PROPERTIES))


def _break(chosen: list[str]) -> int:
    rounds = [[broken for broken in together if not chosen or broken.property in chosen] for together in ROUNDS]
    noticed = [_noticed(broken) for broken in rounds if broken]
    seen, tried = sum(map(sum, noticed)), sum(map(len, noticed))
    print(f"{seen} of {tried} ways to break a property noticed")
    return int(seen < tried or not tried)


def _noticed(together: list[Break]) -> list[bool]:
    """Whether halmos refutes each property that is broken."""
    with _copy() as root:
        for file, old, new in {(broken.file, broken.old, broken.new) for broken in together}:
            text = (root / file).read_text(encoding="utf-8")
            assert text.count(old) == 1, f"{file} has this {text.count(old)} times: {old}"
            (root / file).write_text(text.replace(old, new), encoding="utf-8")
        # As halmos does it, for which it is done then: what does not compile is no proof that failed.
        build = ["forge", "build", "--ast", "--extra-output", "storageLayout", "metadata"]
        subprocess.run(build, cwd=root, env=_environment(), check=True)
        return [_refuted(root, broken) for broken in together]


def _refuted(root: Path, broken: Break) -> bool:
    """Whether halmos finds an example against one property, in a process of its own, so that no other waits for it."""
    began = time.monotonic()
    found = _halmos(root, ["--function", f"check_{broken.property}\\(", *FIRST_EXAMPLE], BROKEN_SECONDS)
    refuted = any(proof["exitcode"] == REFUTED for proof in found)
    verdict = "refuted" if refuted else "NOT REFUTED"
    print(f"{verdict} in {time.monotonic() - began:.0f} s: {broken.property} ({broken.says})", flush=True)
    return refuted


@contextmanager
def _copy() -> Iterator[Path]:
    """What the proofs are compiled from, in a folder of its own."""
    with tempfile.TemporaryDirectory(dir=ROOT / ".toolchain") as folder:
        root = Path(folder)
        for name in ("contracts", "tests/invariants/proofs"):
            copytree(ROOT / name, root / name, ignore=ignore_patterns(".cache"))
        copy(ROOT / "tests/invariants/Vm.sol", root / "tests/invariants")
        for name in ("foundry.toml", "node_modules", ".toolchain/bin"):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).symlink_to(ROOT / name)
        yield root


def _halmos(root: Path, options: list[str], seconds: float | None = None) -> list[dict[str, Any]]:
    """What halmos says of each property; an empty list if it did not get that far, or not in time."""
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.json"
        command = [str(HOME / "bin" / "halmos"), "--root", str(root), "--forge-build-out", ".toolchain/prove/out"]
        # Loops over the three pools of a campaign end before the fourth round. Divisions take solvers minutes.
        command += ["--loop", "4", "--solver-timeout-assertion", "10m", "--solver-timeout-branching", "20ms"]
        command += ["--no-status", "--statistics", "--json-output", str(results), *options]
        _run(command, root, seconds)
        if not results.exists():
            return []
        proofs = json.loads(results.read_text(encoding="utf-8"))["test_results"]
    return [proof for of_contract in proofs.values() for proof in of_contract]


def _run(command: list[str], root: Path, seconds: float | None) -> None:
    """Run halmos in a session of its own, to end its solvers with it."""
    process = subprocess.Popen(command, cwd=root, env=_environment(), start_new_session=True)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        print(f"no answer in {seconds:.0f} s", flush=True)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _environment() -> dict[str, str]:
    # halmos keeps solvers in the home folder; ours comes from PyPI, in its environment.
    path = f"{HOME / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "FOUNDRY_PROFILE": "prove", "HOME": str(HOME), "PATH": path}


if __name__ == "__main__":
    # Who ends this ends halmos and its solvers as well, which have no terminal of their own.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    sys.exit(main(sys.argv[1:]))
