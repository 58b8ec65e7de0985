"""Compiles what is deployed, and says from which source and with which settings."""

import subprocess
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from json import dumps
from pathlib import Path
from typing import Final

import ape
from ape.contracts import ContractContainer
from ethpm_types import ContractType

from deployments import CompilerSettings

OPENZEPPELIN: Final = "5.7.0"
#: Where OpenZeppelin's two contracts are in their package.
OPENZEPPELIN_SOURCES: Final = {
    "AccessManager": "access/manager/AccessManager.sol",
    "ERC2771Forwarder": "metatx/ERC2771Forwarder.sol",
}
#: Which of our contracts need libraries, and which.
LIBRARIES: Final = {
    "Crowdfunding": ("Submission", "Delivery"),
    "MatchFunding": ("PoolOpening",),
    "Marketplace": ("Listings",),
}


def container(name: str, libraries: Mapping[str, str]) -> ContractContainer:
    """Returns the compiled contract `name`.

    Args:
        name: As in the source.
        libraries: Address by name of each library already deployed (or to be deployed there).
    """
    if name in OPENZEPPELIN_SOURCES:
        return _cached(f"openzeppelin {OPENZEPPELIN}", name, openzeppelin_contracts)
    if name in LIBRARIES:
        needed = {library: libraries[library] for library in LIBRARIES[name]}
        context = " ".join(f"{library} {address}" for library, address in needed.items())
        return _cached(context, name, lambda: {name: linked(name, needed)})
    return getattr(ape.project, name)


def openzeppelin_contracts() -> dict[str, ContractContainer]:
    """Compiles the two contracts of OpenZeppelin that are deployed as they are.

    Only these two files and what they import: the whole package would take minutes.
    """
    package = ape.project.dependencies.get_dependency("@openzeppelin/contracts", OPENZEPPELIN).project
    contract_types = package.load_contracts(*OPENZEPPELIN_SOURCES.values())
    return {c.contract_type.name: c for c in contract_types.values()}


def linked(name: str, libraries: Mapping[str, str]) -> ContractContainer:
    """Compiles a contract against deployed libraries, given as address by name.

    Ape caches linked code without regard to the addresses in it, so the result stays out of its cache. The compiler
    writes the addresses into the metadata of all that it compiles with them, so they are forgotten afterwards.
    """
    solidity = ape.compilers.solidity
    sources = {f"contracts/libraries/{library}.sol": {library: at} for library, at in libraries.items()}
    solidity.libraries.update(sources)
    try:
        source = ape.project.path / "contracts" / f"{name}.sol"
        contract_types = {c.name: c for c in solidity.compile((Path(source),), project=ape.project)}
    finally:
        for source_id in sources:
            del solidity.libraries[source_id]
    return ContractContainer(contract_types[name])


def compiler_settings() -> CompilerSettings:
    """Returns the settings with which everything is compiled, from Ape's manifest."""
    compilers = ape.project.manifest.compilers or []
    (solidity,) = [c for c in compilers if c.name.lower() == "solidity"]
    settings = solidity.settings or {}
    optimizer = settings.get("optimizer", {})
    return CompilerSettings(
        version=solidity.version,
        evm_version=settings.get("evmVersion", ""),
        optimizer_runs=optimizer.get("runs", 0) if optimizer.get("enabled") else 0,
        via_ir=bool(settings.get("viaIR", False)),
    )


def source_commit() -> str:
    """Returns the commit of our sources, with `-dirty` if there are local changes to contracts; else `unknown`."""
    commit = _git("rev-parse", "HEAD")
    if commit is None:
        return "unknown"
    return f"{commit}-dirty" if _git("status", "--porcelain", "--", "contracts") else commit


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(("git", *arguments), cwd=ape.project.path, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def _cached(context: str, name: str, compile_: Callable[[], Mapping[str, ContractContainer]]) -> ContractContainer:
    """Keeps compiled code that Ape would compile again in each process, which takes five seconds a time."""
    path = ape.project.path / ".build" / "deployable" / f"{name}-{_fingerprint(context)}.json"
    if path.is_file():
        return _load(path)
    containers = compile_()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".tmp")
    draft.write_text(containers[name].contract_type.model_dump_json(by_alias=True), encoding="utf-8")
    draft.replace(path)
    return containers[name]


@cache
def _load(path: Path) -> ContractContainer:
    return ContractContainer(ContractType.model_validate_json(path.read_text(encoding="utf-8")))


def _fingerprint(context: str) -> str:
    """Hash of everything that decides the compiled code."""
    root = ape.project.path
    sources = sorted((root / "contracts").glob("*.sol")) + sorted((root / "contracts").glob("[il]*/*.sol"))
    texts = [path.read_text(encoding="utf-8") for path in [root / "ape-config.yaml", *sources]]
    return sha256(dumps([context, *texts]).encode()).hexdigest()[:16]
