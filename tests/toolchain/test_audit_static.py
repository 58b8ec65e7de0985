"""What `make audit-static` is told to leave out: one finding at a time, each with its reason."""

import json
import re
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SILENCED = re.compile(r"^\s*// slither-disable-next-line [a-z0-9-]+$")
REASON = re.compile(r"^\s*// (?!slither)\w.*\.$")


def test_contracts__silenced_finding__has_its_reason_in_the_line_above() -> None:
    silenced = 0
    for path in (path for path in ROOT.glob("contracts/**/*.sol") if ".cache" not in path.parts):
        lines = path.read_text(encoding="utf-8").splitlines()
        for before, line in pairwise(lines):
            if "slither-" in line:
                silenced += 1
                assert SILENCED.match(line), f"{path.name}: {line.strip()} silences more than one line's finding"
                assert REASON.match(before), f"{path.name}: {line.strip()} is without a reason"
    assert silenced > 0


def test_config__leaves_out_no_detector_and_none_of_our_deployed_contracts() -> None:
    config = json.loads((ROOT / "slither.config.json").read_text(encoding="utf-8"))
    assert config["fail_on"] == "medium"
    assert config["filter_paths"] == "node_modules|contracts/mocks"
    assert "detectors_to_exclude" not in config, "the Makefile switches one off, and says why"
