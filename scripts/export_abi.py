"""Writes the ABI of every deployed contract to `deployments/abi/`, or checks that the files are as compiled.

The events and errors of a library are declared in the interface that its contract inherits, so the ABI of the deployed
contract is everything that its logs and reverts can hold. Test tokens are not exported: whatever a currency is, it is
used through the four interfaces merged as `Currency`.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import ape
import click
from ape.contracts import ContractContainer

from scripts._deployment.sources import LIBRARIES, OPENZEPPELIN_SOURCES, container

ABI_FOLDER: Final = Path("deployments/abi")

CURRENCY: Final = {
    "IERC20": "token/ERC20/IERC20.sol",
    "IERC20Metadata": "token/ERC20/extensions/IERC20Metadata.sol",
    "IERC20Permit": "token/ERC20/extensions/IERC20Permit.sol",
    "IERC20Errors": "interfaces/draft-IERC6093.sol",
}
"""Interfaces that a currency of the allow-list has; the errors are those of OpenZeppelin's tokens."""


ANY_ADDRESS: Final = "0x" + "1" * 40
"""An ABI does not depend on where the libraries are."""


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; fail if a file is not what the compiler says.")
def cli(check: bool) -> None:
    """Export the ABIs of the deployed contracts."""
    wanted = {ABI_FOLDER / f"{name}.json": as_text(abi) for name, abi in compiled_abis().items()}
    present = {path: path.read_text(encoding="utf-8") for path in ABI_FOLDER.glob("*.json")}
    differences = list(compare(wanted, present))
    for line in differences:
        click.echo(line)
    if check:
        if differences:
            message = "the exported ABIs are not those of the compiled contracts: run `make abi` and commit"
            raise click.ClickException(message)
        return
    ABI_FOLDER.mkdir(parents=True, exist_ok=True)
    for path in present.keys() - wanted.keys():
        path.unlink()
    for path in sorted(wanted):
        if present.get(path) != wanted[path]:
            path.write_text(wanted[path], encoding="utf-8")
    click.echo(f"{len(wanted)} ABIs in {ABI_FOLDER}")


def compiled_abis() -> dict[str, list[dict[str, Any]]]:
    """Return the ABI of each deployed contract by name, and `Currency`."""
    abis = {name: items_of(container) for name, container in deployed_contracts().items()}
    packaged = openzeppelin({**OPENZEPPELIN_SOURCES, **CURRENCY})
    abis.update({name: items_of(packaged[name]) for name in OPENZEPPELIN_SOURCES})
    abis["Currency"] = merged(items_of(packaged[name]) for name in CURRENCY)
    return abis


def deployed_contracts() -> dict[str, ContractContainer]:
    """Compile the project and return what can be deployed of `contracts/*.sol`: no library, mock or interface."""
    ape.project.load_contracts()
    names = {path.stem for path in Path("contracts").glob("*.sol")}
    libraries = {library for needed in LIBRARIES.values() for library in needed}
    anywhere = dict.fromkeys(libraries, ANY_ADDRESS)
    containers = {name: container(name, anywhere) for name in names}
    return {name: container for name, container in containers.items() if has_code(container)}


def has_code(container: ContractContainer) -> bool:
    """Tell a contract from an abstract one, for which the compiler writes an empty bytecode."""
    bytecode = container.contract_type.deployment_bytecode
    return bytecode is not None and bytecode.bytecode not in (None, "", "0x")


def openzeppelin(sources: dict[str, str]) -> dict[str, ContractContainer]:
    """Compile the given files of OpenZeppelin, and only these: the whole package takes minutes."""
    (package,) = ape.project.dependencies.get_versions("openzeppelin")
    containers = package.project.load_contracts(*sources.values())
    return {name: containers[name] for name in sources}


def items_of(container: ContractContainer) -> list[dict[str, Any]]:
    """Return an ABI as the compiler writes it, sorted by kind, name and arguments."""
    items = [item.model_dump(mode="json", by_alias=True, exclude_none=True) for item in container.contract_type.abi]
    return sorted(items, key=sort_key)


def merged(abis: Iterable[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return the items of several ABIs, each once."""
    items = {sort_key(item): item for abi in abis for item in abi}
    return [items[key] for key in sorted(items)]


def sort_key(item: dict[str, Any]) -> tuple[str, str, str]:
    """Return what tells two items of one ABI apart, in a form that sorts."""
    return str(item["type"]), str(item.get("name", "")), json.dumps([i["type"] for i in item.get("inputs", [])])


def as_text(abi: list[dict[str, Any]]) -> str:
    """Return the text of an ABI file."""
    return json.dumps(abi, indent=2, sort_keys=True) + "\n"


def compare(wanted: dict[Path, str], present: dict[Path, str]) -> Iterable[str]:
    """Yield one line for each file that is missing, different or not exported any more."""
    for path in sorted(wanted.keys() | present.keys()):
        if path not in present:
            yield f"{path}: new"
        elif path not in wanted:
            yield f"{path}: of no deployed contract"
        elif present[path] != wanted[path]:
            yield f"{path}: {', '.join(changes(json.loads(present[path]), json.loads(wanted[path]))) or 'format'}"


def changes(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[str]:
    """Return the items that differ: `+event PledgeMade`, `-function pledge`, `~error ...` for a changed detail."""
    before = {sort_key(item): item for item in old}
    after = {sort_key(item): item for item in new}
    signs = {
        key: "+" if key not in before else "-" if key not in after else "~"
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
    }
    return [f"{sign}{kind} {name}".rstrip() for (kind, name, _), sign in signs.items()]
