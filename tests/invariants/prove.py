"""Runs halmos on the proofs, and fails where a property is refuted, not decided, or not there any more.

usage: python -m tests.invariants.prove [OPTION OF HALMOS]...
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / ".toolchain" / "prove"

#: Fewer would mean that a file of proofs was not read.
PROPERTIES = 18


def main(arguments: list[str]) -> int:
    """Prove what the arguments choose, all by default.

    Args:
        arguments: Options of halmos, such as `--contract ArithmeticProofs` or `--function check_refund`.

    Returns:
        0 if every property was proved, else 1.
    """
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.json"
        command = [str(HOME / "bin" / "halmos"), "--root", str(ROOT), "--forge-build-out", ".toolchain/prove/out"]
        # Loops over the three pools of a campaign end before the fourth round. Divisions take solvers minutes.
        command += ["--loop", "4", "--solver-timeout-assertion", "10m"]
        command += ["--no-status", "--statistics", "--json-output", str(results), *arguments]
        # halmos keeps solvers in the home folder; ours comes from PyPI, in its environment.
        path = f"{HOME / 'bin'}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "FOUNDRY_PROFILE": "prove", "HOME": str(HOME), "PATH": path}
        done = subprocess.run(command, cwd=ROOT, env=environment, check=False)
        if not results.exists():
            return done.returncode or 1
        proofs = json.loads(results.read_text(encoding="utf-8"))["test_results"]
    found = [proof for of_contract in proofs.values() for proof in of_contract]
    unproved = [proof["name"] for proof in found if proof["exitcode"] != 0 or proof["num_bounded_loops"]]
    for name in unproved:
        print(f"not proved: {name}")
    print(f"{len(found) - len(unproved)} of {len(found)} properties proved")
    return int(bool(unproved) or len(found) < (1 if arguments else PROPERTIES))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
