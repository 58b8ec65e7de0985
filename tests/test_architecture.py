"""The house stands as drawn: who may import whom, and that every module is named after what it holds.

The lines of import, from the README's drawing::

    web --> api --> indexer.store <-- indexer (sync, ...) --> deployments <-- scripts, audit, relay, documents
    web, api, relay, documents, indexer --> serving

A package may also import itself, and everyone may import `deployments`.
"""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

MAY_IMPORT = {
    "api": {"indexer.store", "serving"},
    # What a proof is stands in one place; the indexer makes proofs with it.
    "audit": {"audit.proofs"},
    "audit.proofs": set(),
    "benchmarks": {
        "api",
        "audit",
        "audit.proofs",
        "deployments",
        "indexer",
        "indexer.store",
        "scripts",
        "serving",
        "web",
    },
    "deployments": set(),
    "documents": {"serving"},
    # The one command loads the other packages by name, when asked, and imports none of them.
    "eranos": set(),
    "indexer": {"audit.proofs", "indexer.store", "serving"},
    "indexer.store": set(),
    "relay": {"serving"},
    "scripts": {"scripts"},
    "serving": set(),
    "web": {"api", "serving"},
}
"""Unit -> units it may import besides itself and `deployments`. A unit is the longest of these names that fits."""

SERVICES = ("api", "audit", "deployments", "documents", "eranos", "indexer", "relay", "serving", "web")
"""They are installed where Ape is not."""

APE = frozenset({"ape", "ape_foundry", "ape_solidity", "ethpm_types", "solcx"})

ONLY_HERE = {
    "apscheduler": {"indexer/schedule.py"},
    "eth_account": {"benchmarks", "relay", "scripts"},
    # Who signed a request to erase a profile; nothing is signed.
    "eth_keys": {"documents/erasing.py", "relay"},
}
"""Package of others -> files or folders that may import it: one place for timed jobs; no key in a service."""

STANDARD_LIBRARY_ONLY = ("deployments",)
"""The auditor's tool depends on them."""

JUNK_DRAWERS = frozenset({"common", "core", "helper", "helpers", "lib", "misc", "shared", "util", "utils"})


def top(module: str) -> str:
    """Return the package at the top of a dotted name."""
    return module.partition(".")[0]


def unit_of(module: str) -> str | None:
    """Return the unit of `MAY_IMPORT` that a module belongs to, or None if it is not ours."""
    parts = module.split(".")
    candidates = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((name for name in candidates if name in MAY_IMPORT), None)


def modules() -> Iterator[tuple[Path, str]]:
    """Yield (path relative to the root, dotted name) of every module of ours."""
    for folder in sorted({top(unit) for unit in MAY_IMPORT}):
        for path in sorted((ROOT / folder).rglob("*.py")):
            relative = path.relative_to(ROOT)
            yield relative, ".".join(relative.with_suffix("").parts).removesuffix(".__init__")


def imports_of(path: Path, module: str) -> Iterator[tuple[int, str]]:
    """Yield (line, dotted name) of everything that a module imports, also inside functions."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"), filename=str(path))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            # `from indexer import store` imports indexer.store: the finer name is the one to judge.
            yield from ((node.lineno, f"{source}.{alias.name}") for alias in node.names)


MODULES = list(modules())
each_module = pytest.mark.parametrize(("path", "module"), MODULES, ids=[module for _, module in MODULES])


@each_module
def test_imports__between_our_packages__follow_the_drawing(path: Path, module: str) -> None:
    unit = unit_of(module)
    assert unit is not None
    allowed = MAY_IMPORT[unit] | {unit, "deployments"}
    for line, name in imports_of(path, module):
        imported = unit_of(name)
        assert imported is None or imported in allowed, f"{path}:{line}: {unit} may not import {imported} ({name})"


@each_module
def test_imports__of_ape__are_in_scripts_only(path: Path, module: str) -> None:
    if top(module) in SERVICES:
        used = [f"{path}:{line}: {name}" for line, name in imports_of(path, module) if top(name) in APE]
        assert used == []


@each_module
def test_imports__that_have_one_place__stay_there(path: Path, module: str) -> None:
    for line, name in imports_of(path, module):
        places = ONLY_HERE.get(top(name))
        if places is not None:
            here = {str(path), path.parts[0]}
            assert here & places, f"{path}:{line}: {name} is imported in {', '.join(sorted(places))} only"


@each_module
def test_imports__of_the_standard_library__suffice_where_promised(path: Path, module: str) -> None:
    if top(module) in STANDARD_LIBRARY_ONLY:
        ours = {top(module), *sys.stdlib_module_names}
        assert [f"{path}:{line}: {name}" for line, name in imports_of(path, module) if top(name) not in ours] == []


@each_module
def test_names__of_modules__say_what_they_hold(path: Path, module: str) -> None:
    assert JUNK_DRAWERS.isdisjoint(part.strip("_") for part in module.split(".")), path


def test_units__of_the_distribution__have_a_line_here() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = {top(name) for name in settings["tool"]["setuptools"]["packages"]["find"]["include"]}
    assert packages <= set(SERVICES)
    assert packages <= set(MAY_IMPORT)


@pytest.mark.parametrize(("package", "allowed"), [("audit", {"audit", "deployments"}), ("serving", {"serving"})])
def test_imports__of_what_stands_alone__are_no_more_than_that(package: str, allowed: set[str]) -> None:
    ours = {top(unit) for unit in MAY_IMPORT}
    used = {top(name) for path, module in MODULES if top(module) == package for _, name in imports_of(path, module)}
    assert used & ours <= allowed
