"""Is the deployed code what the sources compile to? Compiled again here, compared byte by byte.

What the constructor writes into the code, immutables, is masked and shown. Addresses of linked libraries must be those
of the deployment record; the libraries are compared, too. The hash of the metadata at the end of the code depends on
paths and comments, executes nothing, and is told apart.
"""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from audit.errors import SourceUnusable
from audit.lab import Lab
from audit.proofs.trie import keccak
from audit.state import proved
from deployments import CompilerSettings, DeployedContract

OPENZEPPELIN: Final = "@openzeppelin/contracts/"
PATIENCE: Final = 600
"""Seconds for the compiler."""
IMPORT: Final = re.compile(r"""^\s*import\s[^;]*?["']([^"']+)["']\s*;""", re.MULTILINE)
ADDRESS_BYTES: Final = 20
LIBRARY_PREFIX: Final = 0x73
"""PUSH20: deployed libraries begin with their own address, which the compiler leaves at zero."""

Masks = list[tuple[int, int]]
"""(start, length) of bytes that the constructor writes."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """The deployed form of one contract, as the compiler gives it."""

    source: str
    """Path of its file."""
    hex: str
    """Placeholders stand where libraries are linked."""
    links: Mapping[str, Masks]
    """By name of the library."""
    immutables: Mapping[str, Masks]
    """By name of the variable."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one contract compares."""

    contract: str
    address: str
    problem: str
    """What differs; empty if nothing does."""
    notes: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the code is that of the source."""
        return not self.problem

    def line(self) -> str:
        """Return it for a person."""
        said = self.problem or "is what the source compiles to"
        return "\n  ".join([f"{self.contract} at {self.address}: {said}", *self.notes])


class Sources:
    """A check-out of the project, and its compiler."""

    def __init__(self, folder: Path, compiler: Path | None) -> None:
        """Args: compiler: a solc; else the one that the project installs."""
        self._folder = folder
        self._compiler = compiler

    def compiled(self, settings: CompilerSettings) -> dict[str, Compiled]:
        """Compile every contract and return them by name.

        Raises:
            SourceUnusable: There is no compiler, or the sources do not compile.
        """
        short = settings.version.partition("+")[0]
        compiler = self._compiler or self._folder / ".toolchain" / "bin" / f"solc-v{short}"
        answer = self._run(compiler, _input(self._texts, settings))
        broken = [e["formattedMessage"] for e in answer.get("errors", ()) if e["severity"] == "error"]
        if broken:
            raise SourceUnusable(f"the sources in {self._folder} do not compile: {broken[0]}")
        names = _variables(answer["sources"])
        return {
            name: _compiled(source, item["evm"]["deployedBytecode"], names)
            for source, contracts in answer["contracts"].items()
            for name, item in contracts.items()
            if item["evm"]["deployedBytecode"]["object"]
        }

    @cached_property
    def _texts(self) -> dict[str, str]:
        """Return every source that matters by the name that the compiler knows it by."""
        roots = ["contracts/" + path.name for path in sorted((self._folder / "contracts").glob("*.sol"))]
        waiting = [
            *roots,
            f"{OPENZEPPELIN}access/manager/AccessManager.sol",
            f"{OPENZEPPELIN}metatx/ERC2771Forwarder.sol",
            "contracts/mocks/TestEuro.sol",
        ]
        found: dict[str, str] = {}
        while waiting:
            name = waiting.pop()
            if name in found:
                continue
            found[name] = self._text(name)
            waiting += [_resolved(target, name) for target in IMPORT.findall(found[name])]
        return found

    def _text(self, name: str) -> str:
        path = self._folder / ("node_modules" if name.startswith("@") else ".") / name
        try:
            return path.read_text(encoding="utf-8")
        except OSError as error:
            raise SourceUnusable(f"{path} can't be read ({error.strerror}): name the check-out by --sources") from error

    def _run(self, compiler: Path, question: dict[str, Any]) -> dict[str, Any]:
        try:
            done = subprocess.run(  # noqa: S603 - the compiler that the auditor names
                [str(compiler), "--standard-json"],
                input=json.dumps(question),
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=False,
                cwd=self._folder,
            )
            answer: dict[str, Any] = json.loads(done.stdout)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SourceUnusable(f"the compiler {compiler} does not run ({error}): `make setup`, or --solc") from error
        except ValueError as error:
            raise SourceUnusable(f"the compiler {compiler} answers with something else than JSON") from error
        return answer


def check(lab: Lab, sources: Sources) -> Iterator[Verdict]:
    """Compare the code of every contract of a lab with what the sources compile to.

    Raises:
        SourceUnusable: The sources do not compile, or there is no compiler.
        NodeUntrue: The node shows other code than the state of the block has.
    """
    by_settings: dict[CompilerSettings, dict[str, Compiled]] = {}
    addresses = {name: each.address for name, each in lab.contracts.items()}
    for name, contract in sorted(lab.contracts.items()):
        if contract.compiler not in by_settings:
            by_settings[contract.compiler] = sources.compiled(contract.compiler)
        compiled = by_settings[contract.compiler].get(name)
        if compiled is None:
            yield Verdict(name, contract.address, "no source has a contract of this name")
            continue
        yield compare(name, contract, deployed_code(lab, contract), compiled, addresses)


def deployed_code(lab: Lab, contract: DeployedContract) -> bytes | None:
    """Return the code at a contract's address, None if it is not the one whose hash the state has."""
    account = proved(lab.node, contract.address, 0, lab.header).account
    code = lab.node.code(contract.address, lab.header)
    return code if keccak(code) == account.code_hash else None


def compare(
    name: str, contract: DeployedContract, deployed: bytes | None, compiled: Compiled, addresses: Mapping[str, str]
) -> Verdict:
    """Compare one contract's code."""
    if deployed is None:
        return Verdict(name, contract.address, "the node shows other code than the state of the block has")
    missing = [library for library in compiled.links if library not in addresses]
    if missing:
        return Verdict(name, contract.address, f"the record has no library {', '.join(missing)}")
    expected = _linked(compiled, addresses)
    if len(expected) != len(deployed):
        return Verdict(name, contract.address, f"has {len(deployed)} bytes, the source compiles to {len(expected)}")
    notes, problems = [], []
    known = {address.lower(): name for name, address in addresses.items()}
    for variable, places in compiled.immutables.items():
        values = {deployed[start : start + length] for start, length in places}
        notes.append(f"{variable} = {_shown(next(iter(values)), known)}")
        if len(values) > 1:
            problems.append(f"{variable} has different values in different places")
    masks = [place for places in compiled.immutables.values() for place in places]
    if deployed[:1] == expected[:1] == bytes([LIBRARY_PREFIX]) and not any(expected[1 : 1 + ADDRESS_BYTES]):
        masks.append((1, ADDRESS_BYTES))
        if deployed[1 : 1 + ADDRESS_BYTES] != bytes.fromhex(contract.address[2:]):
            problems.append("is a library made for another address")
    differing = _differing(deployed, expected, masks)
    code_end = len(expected) - _metadata_bytes(expected)
    if any(place < code_end for place in differing):
        problems.append(f"differs in {len(differing)} bytes, the first at {differing[0]}")
    elif differing:
        notes.append("the hash of the metadata differs: other paths or comments, the same instructions")
    return Verdict(name, contract.address, "; ".join(problems), tuple(notes))


def _differing(deployed: bytes, expected: bytes, masks: Masks) -> list[int]:
    masked = {place for start, length in masks for place in range(start, start + length)}
    pairs = enumerate(zip(deployed, expected, strict=True))
    return [place for place, (one, other) in pairs if one != other and place not in masked]


def _linked(compiled: Compiled, addresses: Mapping[str, str]) -> bytes:
    text = compiled.hex
    for library, places in compiled.links.items():
        for start, length in places:
            text = text[: 2 * start] + addresses[library][2:].lower() + text[2 * (start + length) :]
    return bytes.fromhex(text)


def _metadata_bytes(code: bytes) -> int:
    """Return how long the metadata at the end is; its last two bytes say so (Solidity, "Contract Metadata")."""
    length = int.from_bytes(code[-2:]) + 2
    return length if length < len(code) else 0


def _shown(value: bytes, known: Mapping[str, str]) -> str:
    number = int.from_bytes(value)
    address = f"0x{number:040x}"
    return known.get(address, "0x" + value.hex() if number >> 64 else str(number))


def _input(texts: Mapping[str, str], settings: CompilerSettings) -> dict[str, Any]:
    return {
        "language": "Solidity",
        "sources": {name: {"content": text} for name, text in texts.items()},
        "settings": {
            "evmVersion": settings.evm_version,
            "optimizer": {"enabled": bool(settings.optimizer_runs), "runs": settings.optimizer_runs or 200},
            "viaIR": settings.via_ir,
            "outputSelection": {"*": {"*": ["evm.deployedBytecode"], "": ["ast"]}},
        },
    }


def _compiled(source: str, item: Mapping[str, Any], names: Mapping[int, str]) -> Compiled:
    links = {
        library: _masks(places) for by_name in item["linkReferences"].values() for library, places in by_name.items()
    }
    immutables = {names.get(int(key), key): _masks(places) for key, places in item["immutableReferences"].items()}
    return Compiled(source, item["object"], links, immutables)


def _masks(places: list[dict[str, int]]) -> Masks:
    return [(place["start"], place["length"]) for place in places]


def _variables(sources: Mapping[str, Any]) -> dict[int, str]:
    """Return the name of each state variable by its id in the syntax trees."""
    found: dict[int, str] = {}
    for source in sources.values():
        for contract in source["ast"]["nodes"]:
            if contract["nodeType"] == "ContractDefinition":
                variables = (node for node in contract["nodes"] if node["nodeType"] == "VariableDeclaration")
                found |= {node["id"]: node["name"] for node in variables}
    return found


def _resolved(target: str, importer: str) -> str:
    if not target.startswith("."):
        return target
    parts = importer.split("/")[:-1]
    for step in target.split("/"):
        if step == "..":
            parts.pop()
        elif step != ".":
            parts.append(step)
    return "/".join(parts)
