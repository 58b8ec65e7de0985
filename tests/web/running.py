"""Runs the scripts of the pages outside of a browser."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def run(script: str, given: Any = None) -> Any:
    """Run a module that imports from ./web/wallet/ and return what it printed, as JSON; `given` is its input."""
    bundle = subprocess.run(
        [ROOT / "node_modules/.bin/esbuild", "--bundle", "--format=esm", "--platform=node", "--loader=js"],
        input=script.encode(),
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    ran = subprocess.run(
        [shutil.which("node") or "", "--input-type=module", "--eval", bundle.stdout.decode()],
        input=json.dumps(given).encode(),
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return json.loads(ran.stdout)
