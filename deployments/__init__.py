"""The hand-over from chain to everything else: where the contracts are, and what their ABIs are.

`<chain_id>.json` is written by the deploy script through `save`, `abi/*.json` by the export script. This module is the
only reader of both and needs nothing but the standard library, so that the auditor's tool can depend on it alone.

The records are the operator's and may live in another folder (`ERANOS_DEPLOYMENTS`). The ABIs belong to the code that
decodes with them and always come with it.
"""

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from deployments.errors import AbiNotFound, DeploymentError, DeploymentInvalid, DeploymentNotFound

__all__ = [
    "FOLDER_VARIABLE",
    "AbiNotFound",
    "CompilerSettings",
    "DeployedContract",
    "Deployment",
    "DeploymentError",
    "DeploymentInvalid",
    "DeploymentNotFound",
    "Role",
    "abi",
    "abi_names",
    "folder",
    "load",
    "path_of",
    "save",
]

FOLDER_VARIABLE: Final = "ERANOS_DEPLOYMENTS"
"""Environment variable that names another folder of deployment records."""

_PACKAGE: Final = Path(__file__).resolve().parent
_ADDRESS: Final = re.compile(r"0x[0-9a-fA-F]{40}")
_HASH: Final = re.compile(r"0x[0-9a-f]{64}")
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*")


@dataclass(frozen=True, slots=True)
class CompilerSettings:
    """What has to be equal for the same source to give the same bytecode."""

    version: str
    """Long version as the compiler prints it, `0.8.37+commit.f401782d`."""
    evm_version: str
    optimizer_runs: int
    """0 means that the optimizer was off."""
    via_ir: bool


@dataclass(frozen=True, slots=True)
class DeployedContract:
    """One deployed contract."""

    address: str
    """Checksummed, with `0x`."""
    block_number: int
    """Block of the deploying transaction: no event of this contract is older."""
    tx_hash: str
    source_commit: str
    """Commit of this repository that the code was compiled from; ends with `-dirty` if there were local changes."""
    compiler: CompilerSettings
    abi: str
    """Name to give to the function `abi`; several currencies share one."""
    journal_slot: int | None = None
    """Storage slot of `sequence` and `digest`, or None for a contract without journal."""


@dataclass(frozen=True, slots=True)
class Role:
    """One role of the AccessManager as it was set up."""

    id: int
    execution_delay_seconds: int
    """Between scheduling an act of this role and being allowed to do it."""
    grant_delay_seconds: int = 0
    """Between granting the role and its use."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """Everything deployed on one chain."""

    chain_id: int
    genesis_hash: str
    """Hash of block 0: tells a restarted local chain from the one that this record describes."""
    contracts: Mapping[str, DeployedContract]
    """By name: `Crowdfunding`, `AccessManager`, ..."""
    roles: Mapping[str, Role] = field(default_factory=dict)
    """By name: `registrar`, `reviewer`, ..."""

    @property
    def first_block(self) -> int:
        """Number of the oldest block that can hold an event of these contracts."""
        return min((contract.block_number for contract in self.contracts.values()), default=0)


def folder() -> Path:
    """Return the folder of the deployment records."""
    return Path(os.environ.get(FOLDER_VARIABLE) or _PACKAGE)


def path_of(chain_id: int) -> Path:
    """Return where the record of a chain is, whether it exists or not."""
    return folder() / f"{chain_id:d}.json"


def load(chain_id: int) -> Deployment:
    """Read the record of one chain.

    Args:
        chain_id: As in EIP-155; also the name of the file.

    Raises:
        DeploymentNotFound: No such file.
        DeploymentInvalid: The file is not a record, or is that of another chain.
    """
    path = path_of(chain_id)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        message = (
            f"no contracts are known on chain {chain_id}: {path} does not exist. "
            f"Deploy them with `ape run deploy`, start a local lab with `make up`, "
            f"or set {FOLDER_VARIABLE} to the folder that holds the record."
        )
        raise DeploymentNotFound(message) from None
    try:
        deployment = _deployment(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        reason = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
        message = f"{path} is not a deployment record: {reason}. Restore it from version control or deploy again."
        raise DeploymentInvalid(message) from error
    if deployment.chain_id != chain_id:
        message = f"{path} describes chain {deployment.chain_id}, not {chain_id}: rename or restore it."
        raise DeploymentInvalid(message)
    return deployment


def save(deployment: Deployment) -> Path:
    """Write the record of one chain, sorted so that differences stay small, and return its path.

    The file is replaced in one step: a reader sees the old record or the new one.
    """
    path = path_of(deployment.chain_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    record = asdict(deployment)
    _deployment(record)  # refuses here what `load` would refuse later
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    draft.write_text(json.dumps(record, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    draft.replace(path)
    return path


def abi(name: str) -> list[dict[str, Any]]:
    """Return the ABI of a contract, as the compiler wrote it.

    Args:
        name: Name of the contract; `Currency` is any ERC-20 token with permit.

    Raises:
        AbiNotFound: No ABI of that name was exported.
    """
    path = _PACKAGE / "abi" / f"{name}.json"
    if not _NAME.fullmatch(name) or not path.is_file():
        known = ", ".join(abi_names()) or "none; write them with `ape run export_abi`"
        message = f"there is no ABI named {name!r}; known: {known}"
        raise AbiNotFound(message)
    items: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return items


def abi_names() -> list[str]:
    """Return the names for which `abi` has an answer, sorted."""
    return sorted(path.stem for path in (_PACKAGE / "abi").glob("*.json"))


def _deployment(record: dict[str, Any]) -> Deployment:
    return Deployment(
        chain_id=_integer(record, "chain_id"),
        genesis_hash=_text(record, "genesis_hash", _HASH.fullmatch),
        contracts={name: _contract(name, item) for name, item in record["contracts"].items()},
        roles={name: Role(**item) for name, item in record.get("roles", {}).items()},
    )


def _contract(name: str, record: dict[str, Any]) -> DeployedContract:
    slot = record.get("journal_slot")
    return DeployedContract(
        address=_text(record, "address", _ADDRESS.fullmatch),
        block_number=_integer(record, "block_number"),
        tx_hash=_text(record, "tx_hash", _HASH.fullmatch),
        source_commit=_text(record, "source_commit"),
        compiler=CompilerSettings(**record["compiler"]),
        abi=_text(record, "abi", _NAME.fullmatch) if "abi" in record else name,
        journal_slot=None if slot is None else _integer(record, "journal_slot"),
    )


def _integer(record: dict[str, Any], key: str) -> int:
    value = record[key]
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        message = f"{key} is {value!r}, not a number from 0"
        raise ValueError(message)
    return value


def _text(record: dict[str, Any], key: str, accept: Callable[[str], object] = bool) -> str:
    value = record[key]
    if not isinstance(value, str) or not accept(value):
        message = f"{key} is {value!r}, which has not the form of one"
        raise ValueError(message)
    return value
