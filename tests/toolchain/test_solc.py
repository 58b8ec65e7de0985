"""Our launcher of the WebAssembly compiler, as tools call it.

solc
├── --version → two lines, as the native compiler prints them
├── --standard-json
│   ├── when the input comes late through a pipe → waits for it
│   ├── when a source imports a file
│   │   ├── under the base path or an include path → compiles
│   │   ├── nowhere → an error of the compiler that names it
│   │   └── outside all allowed folders → refused, unless allowed
│   ├── when the input has an error → exit code 0 and the error in the output, as the native compiler does
│   └── when the AST is asked for → built-ins have negative ids
└── anything else → one line of usage, exit code 1
"""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SOLC = Path(__file__).resolve().parents[2] / "toolchain" / "solc.mjs"

SOURCE = "// SPDX-License-Identifier: AGPL-3.0-or-later\npragma solidity 0.8.37;\n"


def solc(*arguments: str, text: str = "", folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([SOLC, *arguments], input=text, capture_output=True, text=True, cwd=folder, check=False)


def standard_json(*arguments: str, folder: Path, content: str, outputs: tuple[str, ...] = ("abi",)) -> dict[str, Any]:
    settings = {"outputSelection": {"*": {"*": list(outputs), "": ["ast"] if "ast" in outputs else []}}}
    request = {"language": "Solidity", "sources": {"Main.sol": {"content": SOURCE + content}}, "settings": settings}
    done = solc("--standard-json", *arguments, text=json.dumps(request), folder=folder)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def errors(answer: dict[str, Any]) -> list[str]:
    return [error["formattedMessage"] for error in answer.get("errors", []) if error["severity"] == "error"]


def test_version__is_printed_as_by_the_native_compiler() -> None:
    done = solc("--version")
    first, second = done.stdout.splitlines()
    assert first == "solc, the solidity compiler commandline interface"
    assert second.startswith("Version: 0.8.37+commit.")


def test_standard_json__late_input__is_waited_for(tmp_path: Path) -> None:
    request = {"language": "Solidity", "sources": {"Main.sol": {"content": SOURCE + "contract Main {}"}}}
    command = f"(sleep 0.6; cat) | {SOLC} --standard-json"
    done = subprocess.run(
        ["/bin/sh", "-c", command], input=json.dumps(request), capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert errors(json.loads(done.stdout)) == []


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A folder with one importable file, beside an empty project."""
    (tmp_path / "project").mkdir()
    folder = tmp_path / "library"
    folder.mkdir()
    (folder / "Other.sol").write_text(SOURCE + "contract Other {}", encoding="utf-8")
    return folder


def flags(library: Path) -> Iterator[tuple[str, ...]]:
    yield ("--base-path", str(library))
    yield (f"--base-path={library}",)
    yield ("--base-path", ".", "--include-path", str(library))


@pytest.mark.parametrize("case", range(3))
def test_import__under_a_given_path__compiles(library: Path, case: int) -> None:
    arguments = list(flags(library))[case]
    content = 'import {Other} from "Other.sol"; contract Main is Other {}'
    answer = standard_json(*arguments, folder=library.parent / "project", content=content)
    assert errors(answer) == []
    assert set(answer["contracts"]) == {"Main.sol", "Other.sol"}


def test_import__nowhere__names_the_file(tmp_path: Path) -> None:
    (error,) = errors(standard_json(folder=tmp_path, content='import "Nowhere.sol"; contract Main {}'))
    assert "Nowhere.sol" in error
    assert "File not found" in error


@pytest.mark.parametrize("through_link", [False, True], ids=["path", "link"])
def test_import__outside_of_all_folders__is_refused(library: Path, through_link: bool) -> None:
    project = library.parent / "project"
    name = str(library / "Other.sol")
    if through_link:
        (project / "Link.sol").symlink_to(library / "Other.sol")
        name = "Link.sol"
    content = f'import "{name}"; contract Main {{}}'
    (error,) = errors(standard_json("--base-path", ".", folder=project, content=content))
    assert "outside of allowed directories" in error
    assert errors(standard_json("--allow-paths", f"{library},", folder=project, content=content)) == []


def test_standard_json__source_with_an_error__is_an_answer(tmp_path: Path) -> None:
    (error,) = errors(standard_json(folder=tmp_path, content="contract Main { uint256 x = true; }"))
    assert "TypeError" in error


def test_standard_json__ast__has_signed_ids(tmp_path: Path) -> None:
    content = "contract Main { function f() external view returns (address) { return msg.sender; } }"
    answer = standard_json(folder=tmp_path, content=content, outputs=("abi", "ast"))

    def identifiers(node: Any) -> Iterator[int]:
        if isinstance(node, dict):
            if node.get("nodeType") == "Identifier" and node.get("name") == "msg":
                yield node["referencedDeclaration"]
            for value in node.values():
                yield from identifiers(value)
        elif isinstance(node, list):
            for value in node:
                yield from identifiers(value)

    assert list(identifiers(answer["sources"]["Main.sol"]["ast"])) == [-15]


@pytest.mark.parametrize("arguments", [[], ["--bin", "Main.sol"], ["--standard-json", "--base-path"]])
def test_arguments__not_known__are_one_line_of_usage(arguments: list[str]) -> None:
    done = solc(*arguments)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "usage: solc" in done.stderr
    assert "    at " not in done.stderr
