"""What the set-up starts from: a Python and a Node that will do, and locks that name no address."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

BROKEN = "#!/bin/sh\necho 'not chosen by the version manager' >&2\nexit 127\n"


def program(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def python(version: str, *, venv: bool = True) -> str:
    """A program that answers what the script asks of a Python of that version."""
    parts = [int(part) for part in version.split(".")]
    itself = 'echo "$0"' if parts >= [3, 11] else "exit 1"
    return "\n".join(
        (
            "#!/bin/sh",
            'case "$2" in',
            f"    *'>= (3, 11)'*) {itself} ;;",
            f"    *'< (3, 14)'*) exit {int(parts < [3, 14])} ;;",
            f"    *venv*) exit {int(not venv)} ;;",
            f"    *) echo {version} ;;",
            "esac\n",
        )
    )


def run(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script of the set-up on a machine that has only what is in `folder`."""
    folder.mkdir(exist_ok=True)
    return subprocess.run(
        ["/bin/sh", ROOT / "toolchain" / script],
        env={"PATH": str(folder), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_python__none__is_one_line(tmp_path: Path) -> None:
    done = run("find_python.sh", tmp_path / "bin")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: Python 3.11 or newer is needed and none was found: install one")


def test_python__too_old__is_one_line_with_its_version(tmp_path: Path) -> None:
    program(tmp_path / "bin", "python3", python("3.9.18"))
    done = run("find_python.sh", tmp_path / "bin")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: Python 3.11 or newer is needed (python3 is 3.9.18)")


def test_python__first_one_too_old_or_broken__takes_the_next(tmp_path: Path) -> None:
    program(tmp_path / "bin", "python3", python("3.9.18"))
    program(tmp_path / "bin", "python3.13", BROKEN)
    program(tmp_path / "bin", "python3.12", python("3.12.1"))
    done = run("find_python.sh", tmp_path / "bin")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == str(tmp_path / "bin" / "python3.12")


def test_python__newer_than_our_packages__is_taken_only_without_another(tmp_path: Path) -> None:
    program(tmp_path / "bin", "python3", python("3.14.0"))
    assert run("find_python.sh", tmp_path / "bin").stdout == f"{tmp_path}/bin/python3\n"
    program(tmp_path / "bin", "python3.12", python("3.12.1"))
    assert run("find_python.sh", tmp_path / "bin").stdout == f"{tmp_path}/bin/python3.12\n"


def test_python__without_venv__names_the_package(tmp_path: Path) -> None:
    program(tmp_path / "bin", "python3", python("3.11.7", venv=False))
    done = run("find_python.sh", tmp_path / "bin")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "has no venv module" in line
    assert "python3-venv" in line


def test_python__named__is_the_only_candidate(tmp_path: Path) -> None:
    program(tmp_path / "bin", "python3", python("3.11.7"))
    program(tmp_path / "other", "python3.9", python("3.9.18"))
    done = run("find_python.sh", tmp_path / "bin", PYTHON=str(tmp_path / "other" / "python3.9"))
    assert done.returncode == 1
    assert "3.9.18" in done.stderr


@pytest.mark.parametrize(
    "version, complaint",
    [
        (None, "none was found"),
        ("v18.19.1", "node is v18.19.1"),
        ("v20.0.0", None),
        ("v104.1.0", None),
    ],
)
def test_node__missing_or_too_old__is_one_line(tmp_path: Path, version: str | None, complaint: str | None) -> None:
    if version is not None:
        program(tmp_path / "bin", "node", f"#!/bin/sh\necho {version}\n")
        program(tmp_path / "bin", "npm", "#!/bin/sh\necho 10.0.0\n")
    done = run("check_node.sh", tmp_path / "bin")
    if complaint is None:
        assert (done.returncode, done.stderr) == (0, "")
    else:
        (line,) = done.stderr.splitlines()
        assert done.returncode == 1
        assert line.startswith("error: Node 20 or newer is needed")
        assert complaint in line


def test_npm__missing__is_one_line(tmp_path: Path) -> None:
    program(tmp_path / "bin", "node", "#!/bin/sh\necho v22.1.0\n")
    done = run("check_node.sh", tmp_path / "bin")
    assert done.returncode == 1
    assert done.stderr.splitlines() == ["error: npm is needed beside Node v22.1.0 and was not found: install it"]


def test_step__that_fails__shows_what_it_printed_and_its_code() -> None:
    script = ROOT / "toolchain" / "step.sh"
    environment = {"PATH": os.environ["PATH"]}
    done = subprocess.run(
        [script, "Label", "sh", "-c", "echo reason; exit 7"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (7, "Label ... failed (exit 7)\n", "reason\n")


def test_step__that_succeeds__is_one_line() -> None:
    done = subprocess.run(
        [ROOT / "toolchain" / "step.sh", "Label", "echo", "noise"], capture_output=True, text=True, check=True
    )
    assert done.stdout in {"Label ... 0 s\n", "Label ... 1 s\n"}
    assert done.stderr == ""


CONSTRAINTS = [f"toolchain/{name}constraints.txt" for name in ("", "build-", "audit-")]


@pytest.mark.parametrize("name", ["package-lock.json", *CONSTRAINTS, ".npmrc"])
def test_lock__names_no_address(name: str) -> None:
    assert "://" not in (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_constraints__are_pinned_and_hashed(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", "")
    lines = [line for line in text.splitlines() if line]
    assert lines
    for line in lines:
        assert "==" in line, line
        assert "--hash=sha256:" in line, line
