"""Compiles the two contracts that the tests of the relay need, as they are deployed, without Ape."""

import json
import re
import subprocess
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SOLC = ROOT / ".toolchain" / "bin" / "solc-v0.8.37"
CACHE = ROOT / ".build" / "relay"
NAMES = ("EntityRegistry", "ERC2771Forwarder")
IMPORT = re.compile(r"^import [^;]*\"([^\"]+)\";", re.MULTILINE)
LIBRARY = ROOT / "node_modules" / "@openzeppelin" / "contracts"


@cache
def bytecode() -> dict[str, str]:
    """Return the deploying code of each contract."""
    sources = {p.relative_to(ROOT).as_posix(): {"content": p.read_text("utf-8")} for p in sorted(_sources())}
    task: dict[str, Any] = {
        "language": "Solidity",
        "sources": sources,
        "settings": {
            "evmVersion": "cancun",
            "optimizer": {"enabled": True, "runs": 200},
            "remappings": ["@openzeppelin/=node_modules/@openzeppelin/"],
            "outputSelection": {"*": {name: ["evm.bytecode.object"] for name in NAMES}},
        },
    }
    text = json.dumps(task, sort_keys=True)
    kept = CACHE / f"{sha256(text.encode()).hexdigest()[:16]}.json"
    if not kept.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(_compiled(text)), encoding="utf-8")
    found: dict[str, str] = json.loads(kept.read_text("utf-8"))
    return found


def _sources() -> set[Path]:
    """Return the files of both contracts and all they import."""
    found: set[Path] = set()
    todo = [ROOT / "contracts" / "EntityRegistry.sol", LIBRARY / "metatx" / "ERC2771Forwarder.sol"]
    while todo:
        path = todo.pop().resolve()
        if path not in found:
            found.add(path)
            todo += [_imported(path, name) for name in IMPORT.findall(path.read_text("utf-8"))]
    return found


def _imported(path: Path, name: str) -> Path:
    return LIBRARY.parent / name.removeprefix("@openzeppelin/") if name.startswith("@") else path.parent / name


def _compiled(text: str) -> dict[str, str]:
    done = subprocess.run([SOLC, "--standard-json"], input=text, capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout)
    assert not [e for e in answer.get("errors", ()) if e["severity"] == "error"], answer["errors"]
    return {
        name: "0x" + code["evm"]["bytecode"]["object"]
        for contracts in answer["contracts"].values()
        for name, code in contracts.items()
    }
