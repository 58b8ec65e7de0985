"""What a person can meet is documented: errors, settings, commands, targets, problem types.

Each test lists what is missing, or what the documents still name although it is gone.
"""

import importlib
import inspect
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import click
import pytest
from pydantic_settings import BaseSettings

import api.settings
import documents.problems
import documents.settings
import indexer.settings
import relay.problems
import relay.settings
import web.settings
from api.problems import PROBLEM_TYPES
from eranos.cli import main
from scripts._deployment import lab

ROOT = Path(__file__).resolve().parents[1]
INTERFACES = ROOT / "contracts" / "interfaces"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
ERROR_MODULES = (
    "deployments.errors",
    "indexer.errors",
    "api.errors",
    "relay.errors",
    "audit.errors",
    "audit.proofs.errors",
    "documents.errors",
    "serving.listening",
    "serving.settings",
    "scripts._deployment.errors",
    "scripts._lab.errors",
)
"""Python errors that a person sees on the command line."""
NOT_SEEN = {"Problem", "NotModified", "Known", "BeingMade", "CallReverted", "NodeRefused", "Refusal"}
"""Python errors that never reach a person under their own name: the API turns them into answers."""
SETTINGS: tuple[type[BaseSettings], ...] = (
    indexer.settings.Settings,
    api.settings.Settings,
    web.settings.Settings,
    relay.settings.Settings,
    documents.settings.Settings,
)

SOLIDITY_ERROR = re.compile(r"^\s*error (\w+)\(([^)]*)\);", re.MULTILINE)
SOLIDITY_EVENT = re.compile(r"^\s*event (\w+)\(", re.MULTILINE)
ENTRY = re.compile(r"^\| `(\w+)(?:\(([^)`]*)\))?` \|", re.MULTILINE)
VARIABLE = re.compile(r"\bERANOS_[A-Z_]+\b")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@cache
def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def section(document: str, title: str) -> str:
    """Return what stands under a heading, subsections included."""
    level, start = next(
        (len(match[1]), match.end())
        for match in re.finditer(r"^(#+) (.+)$", text_of(document), re.MULTILINE)
        if match[2] == title
    )
    end = re.compile(rf"^#{{1,{level}}} ", re.MULTILINE).search(text_of(document), start)
    return text_of(document)[start : end.start() if end else None]


def entries(document: str, title: str) -> dict[str, str | None]:
    """Return the code in the first cell of each table row under a heading: name -> what is in parentheses, if any."""
    return {match[1]: match[2] for match in ENTRY.finditer(section(document, title))}


def custom_errors() -> dict[str, str]:
    """Return the arguments' names by error of our interfaces."""
    sources = [path.read_text(encoding="utf-8") for path in INTERFACES.glob("*.sol")]
    return {
        name: ", ".join(argument.split()[-1] for argument in arguments.split(",") if argument)
        for source in sources
        for name, arguments in SOLIDITY_ERROR.findall(source)
    }


def abi_errors() -> dict[str, str]:
    """Return the arguments' names by error of every exported ABI."""
    items = [item for path in ROOT.glob("deployments/abi/*.json") for item in json.loads(path.read_text("utf-8"))]
    return {
        item["name"]: ", ".join(argument["name"] for argument in item["inputs"])
        for item in items
        if item["type"] == "error"
    }


def python_errors() -> set[str]:
    """Return the errors that are no other's base."""
    classes = {
        member
        for name in ERROR_MODULES
        for _, member in inspect.getmembers(importlib.import_module(name), inspect.isclass)
        if member.__module__ == name and issubclass(member, Exception)
    }
    bases = {base for member in classes for base in member.__mro__[1:]}
    return {member.__name__ for member in classes - bases} - NOT_SEEN


def commands() -> Iterator[tuple[str, click.Command]]:
    """Yield every command of `eranos` that runs something, with its whole name."""
    yield from walk("eranos", main, click.Context(main))


def walk(name: str, command: click.Command, context: click.Context) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield name, command
        return
    for child_name in command.list_commands(context):
        child = command.get_command(context, child_name)
        assert child is not None, child_name
        yield from walk(f"{name} {child_name}", child, click.Context(child, parent=context))


def loaded(name: str) -> click.Command:
    """Return a command of `eranos` by name."""
    command = main.get_command(click.Context(main), name)
    assert command is not None, name
    return command


def options(command: click.Command) -> list[str]:
    """Return the flags of a command."""
    return [flag for parameter in command.params if isinstance(parameter, click.Option) for flag in parameter.opts]


def settings() -> dict[str, str]:
    """Return the default by environment variable, as the documents write it."""
    return {
        f"{model.model_config.get('env_prefix', '')}{name}".upper(): default_text(field.default)
        for model in SETTINGS
        for name, field in model.model_fields.items()
    }


def default_text(value: object) -> str:
    return "unset" if value is None else f"`{value}`"


def make_targets() -> set[str]:
    """Return what `make help` shows: the targets with a double-hash comment."""
    return set(re.findall(r"^([a-z][a-z-]*):[^\n]*?## ", text_of("Makefile"), re.MULTILINE))


def anchors(path: Path) -> set[str]:
    """Return the fragments that a document's headings answer to, as GitHub makes them."""
    found: set[str] = set()
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for heading in HEADING.findall(text):
        slug = re.sub(r"[^\w\- ]", "", re.sub(r"`|\[|\]\([^)]*\)", "", heading).lower()).replace(" ", "-")
        found.add(slug if slug not in found else f"{slug}-1")
    return found


# Errors


def test_errors__of_the_interfaces__are_documented_with_their_arguments() -> None:
    documented = entries("docs/errors.md", "On chain")

    missing = [
        f"{name}({arguments})" for name, arguments in custom_errors().items() if documented.get(name) != arguments
    ]

    assert not missing


def test_errors__of_every_abi__are_documented() -> None:
    documented = entries("docs/errors.md", "On chain")

    missing = [f"{name}({arguments})" for name, arguments in abi_errors().items() if documented.get(name) != arguments]

    assert not missing


def test_errors__documented_on_chain__exist() -> None:
    stale = entries("docs/errors.md", "On chain").keys() - custom_errors().keys() - abi_errors().keys()

    assert not stale


def test_errors__of_the_command_line__are_those_documented() -> None:
    assert set(entries("docs/errors.md", "On the command line")) == python_errors()


@pytest.mark.parametrize(
    "title, kinds",
    [
        ("From the API", PROBLEM_TYPES),
        ("From the relay", relay.problems.PROBLEM_TYPES),
        ("From the documents service", documents.problems.PROBLEM_TYPES),
    ],
)
def test_problem_types__with_their_status__are_those_documented(title: str, kinds: Mapping[str, Any]) -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (\d+) \|", section("docs/errors.md", title), re.MULTILINE)

    assert dict(rows) == {name: str(kind.status) for name, kind in kinds.items()}


# Settings, commands, targets


def test_settings__with_their_defaults__are_documented() -> None:
    rows = dict(re.findall(r"^\| `(ERANOS_\w+)` \| (.+?) \|", text_of("docs/operating.md"), re.MULTILINE))

    missing = {name: default for name, default in settings().items() if rows.get(name) != default}

    assert not missing


def test_settings__documented_anywhere__exist() -> None:
    code = [
        path
        for folder in (
            "deployments",
            "indexer",
            "api",
            "audit",
            "relay",
            "documents",
            "serving",
            "scripts",
            "toolchain",
        )
        for path in ROOT.glob(f"{folder}/**/*")
    ]
    sources = [
        path for path in [*code, ROOT / "Makefile"] if path.is_file() and path.suffix in {".py", ".sh", ".mjs", ""}
    ]
    known = settings().keys() | {name for path in sources for name in VARIABLE.findall(path.read_text("utf-8"))}

    stale = {name for path in DOCUMENTS for name in VARIABLE.findall(path.read_text("utf-8"))} - known

    assert not stale


def test_commands__and_their_options__are_documented() -> None:
    rows = dict(
        re.findall(r"^\| `(eranos[a-z -]*)` \| (.+) \|$", section("docs/operating.md", "Commands"), re.MULTILINE)
    )

    missing = [
        f"{name} {flag}"
        for name, command in commands()
        for flag in ["", *options(command)]
        if name not in rows or flag not in rows[name]
    ]

    assert not missing


def test_commands__options_of_groups__are_documented() -> None:
    text = section("docs/operating.md", "Commands")
    groups = [command for name in main.list_commands(click.Context(main)) if (command := loaded(name)).params]

    missing = [
        flag for group in groups if isinstance(group, click.Group) for flag in options(group) if f"`{flag}`" not in text
    ]

    assert not missing


def test_commands__documented__exist() -> None:
    documented = {
        " ".join(words.split())
        for words in re.findall(r"^\| `(eranos [a-z -]+)", text_of("docs/operating.md"), re.MULTILINE)
    }

    assert not documented - {name for name, _ in commands()}


def test_make_targets__of_make_help__are_documented() -> None:
    documented = set(re.findall(r"\bmake ([a-z][a-z-]*)", text_of("README.md") + text_of("docs/operating.md")))

    assert make_targets() - documented == set()


def test_make_targets__documented_anywhere__exist() -> None:
    named = {
        target
        for path in DOCUMENTS
        for code in re.findall(r"`[^`]+`|^```.*?^```", path.read_text("utf-8"), re.MULTILINE | re.DOTALL)
        for target in re.findall(r"\bmake ([a-z][a-z-]*)", code)
    }

    assert not named - make_targets()


# The protocol


def test_protocol__each_event__is_journaled_or_said_not_to_be() -> None:
    events = {name for path in INTERFACES.glob("*.sol") for name in SOLIDITY_EVENT.findall(path.read_text("utf-8"))}
    table, exceptions = section("docs/protocol.md", "Journal").split("**Not journaled**")
    journaled = set(re.findall(r"\b[A-Z]\w+", " ".join(re.findall(r"^\| \w+ \| (.*) \|$", table, re.MULTILINE))))

    unsaid = {name for name in events if (name in journaled) == (f"`{name}`" in exceptions)}

    assert not unsaid


def test_protocol__each_permission_and_delay__is_in_the_table_of_roles() -> None:
    rows = [line.split(" | ") for line in section("docs/protocol.md", "Authority and roles").splitlines()]
    table = {
        cells[0].removeprefix("| "): cells[1:] for cells in rows if len(cells) == len(("role", "id", "may", "delay"))
    }
    missing = []
    for by_role in lab.PERMISSIONS.values():
        for role, functions in by_role.items():
            number, may, _ = table[lab.role_name(role)]
            missing += [f"{role} {name}" for name in functions if f"`{name}`" not in may or number != str(role)]
    for role, delay in lab.EXECUTION_DELAYS.items():
        if not table[lab.role_name(role)][2].startswith(f"{delay // lab.DAY} days"):
            missing.append(f"{role} delay")

    assert not missing


def test_protocol__each_bound_of_the_terms__is_in_the_table() -> None:
    source = text_of("contracts/libraries/CampaignTerms.sol")
    named = set(re.findall(r"_within\(\s*\"(\w+)\"", source))

    assert named
    assert not named - entries("docs/protocol.md", "Terms").keys()


@pytest.mark.parametrize("folder", ["contracts", "deployments", "indexer", "api", "scripts"])
def test_protocol__sections_that_code_refers_to__exist(folder: str) -> None:
    headings = HEADING.findall(text_of("docs/protocol.md"))
    sources = [
        path for suffix in ("sol", "py") for path in ROOT.glob(f"{folder}/**/*.{suffix}") if ".cache" not in path.parts
    ]

    stale = {
        f"{path.relative_to(ROOT)}: {title}"
        for path in sources
        for title in re.findall(r"protocol\.md,\s+\"([^\"]+)\"", path.read_text("utf-8"))
        if not any(heading.startswith(title) for heading in headings)
    }

    assert not stale


# Everything


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links__relative_ones__resolve(path: Path) -> None:
    broken = []
    for link in LINK.findall(path.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        target, _, fragment = unquote(link).partition("#")
        file = (path.parent / target) if target else path
        if not file.exists() or (fragment and fragment not in anchors(file)):
            broken.append(link)

    assert not broken


def test_decisions__are_numbered_without_a_gap() -> None:
    numbers = [int(path.name[:4]) for path in sorted(ROOT.glob("docs/decisions/*.md"))]

    assert numbers == list(range(1, len(numbers) + 1))
