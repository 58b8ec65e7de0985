"""The command `eranos audit proof`: what it says, and its exit code, in a process that reaches no network.

proof FILE --block-hash H
├── given a file that is missing, a folder, cut off, no proof ... 2, one line
├── given a hash that is none ................................... 2
├── given another hash, or a file that was changed .............. 1, one line
├── interrupted, or stopped by a mistake of ours ................ 2, one line
└── given the file and the hash of its block .................... 0, and the record
"""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from audit.cli import audit
from audit.proofs.hex_text import text_of
from audit.proofs.proof import Block, write
from tests.audit.anvil import Anvil, emit


@pytest.fixture(scope="module")
def block(anvil: Anvil, emitter: str) -> Block:
    mined = anvil.mine({"from": anvil.accounts[0], "to": emitter, "data": emit(3)})
    return Block.of(mined, anvil.receipts(mined))


@pytest.fixture
def file(block: Block, tmp_path: Path) -> Path:
    path = tmp_path / "proof.json"
    path.write_bytes(write(block.prove(1)))
    return path


def check(file: Path, block_hash: str) -> Result:
    return CliRunner(mix_stderr=False).invoke(audit, ["proof", str(file), "--block-hash", block_hash])


def assert_one_line(result: Result, code: int, words: str) -> None:
    assert result.exit_code == code
    assert result.stdout == ""
    assert words in result.stderr
    assert result.stderr.count("\n") == 1


def test_proof__of_a_file_that_is_missing__ends_with_2(tmp_path: Path, block: Block) -> None:
    assert_one_line(check(tmp_path / "none.json", text_of(block.header.hash)), 2, "could not check: ")
    assert_one_line(check(tmp_path, text_of(block.header.hash)), 2, "could not check: ")


@pytest.mark.parametrize("length", [0, 1, 100, 1000])
def test_proof__of_a_file_cut_off__ends_with_2(file: Path, block: Block, length: int) -> None:
    file.write_bytes(file.read_bytes()[:length])
    assert_one_line(check(file, text_of(block.header.hash)), 2, "could not check: this is no proof of version 1")


@pytest.mark.parametrize("wrong", ["0x12", "12" * 32, "0x" + "zz" * 32, "0x" + "12" * 33, ""])
def test_proof__with_a_hash_that_is_none__ends_with_2(file: Path, wrong: str) -> None:
    result = check(file, wrong)
    assert result.exit_code == 2
    assert "is no block hash" in result.stderr


def test_proof__without_a_hash__ends_with_2(file: Path) -> None:
    assert CliRunner(mix_stderr=False).invoke(audit, ["proof", str(file)]).exit_code == 2


def test_proof__with_the_hash_of_another_block__ends_with_1(file: Path, block: Block) -> None:
    found = check(file, text_of(block.header.parent_hash))
    assert_one_line(found, 1, "does not hold: the header is that of block")


def test_proof__of_a_file_that_was_changed__ends_with_1(file: Path, block: Block) -> None:
    file.write_text(file.read_text().replace('"value":"2"', '"value":"3"'))
    assert_one_line(check(file, text_of(block.header.hash)), 1, "does not hold: the record says arguments")


@pytest.mark.parametrize(
    ("error", "words"),
    [(KeyboardInterrupt(), "interrupted"), (ZeroDivisionError("in\nours"), "a mistake of this tool")],
)
def test_proof__that_could_not_be_looked_at_to_the_end__ends_with_2(
    file: Path, block: Block, monkeypatch: pytest.MonkeyPatch, error: BaseException, words: str
) -> None:
    def broken(*_: object) -> None:
        raise error

    monkeypatch.setattr("audit.cli.proofs.check", broken)

    assert_one_line(check(file, text_of(block.header.hash)), 2, f"could not check: {words}")


def test_proof__of_a_file_and_the_hash_of_its_block__ends_with_0(file: Path, block: Block) -> None:
    result = check(file, text_of(block.header.hash).upper().replace("X", "x"))

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("holds: Transfer of 0x5FbDB2315678afecb367f032d93F642f64180aa3 in block")
    assert "was signed for chain 31337" in result.stdout
    assert "  value: 2\n" in result.stdout


def test_proof__needs_no_network_no_database_and_no_server_code(file: Path, block: Block) -> None:
    program = (
        "import socket, sys\n"
        "def refuse(*_): raise OSError('no network')\n"
        "socket.socket.connect = refuse\n"
        "from audit.cli import audit\n"
        "try: audit(sys.argv[1:])\n"
        "finally:\n"
        "    strangers = {'indexer', 'api', 'sqlalchemy', 'fastapi', 'aiohttp', 'web3'} & set(sys.modules)\n"
        "    assert not strangers, strangers\n"
    )
    command = [sys.executable, "-c", program, "proof", str(file), "--block-hash", text_of(block.header.hash)]
    began = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert time.monotonic() - began < 30
