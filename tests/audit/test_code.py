"""Deployed code against compiled code.

compare
├── given another length, another instruction, one byte anywhere ....... differs
├── given an immutable with two values ................................. differs
├── given a library linked elsewhere, or missing in the record ......... differs
├── given a library made for another address ........................... differs
├── given code that has not the hash in the state ...................... differs
└── given the code, with immutables, links and another metadata hash ... equal, and said so

Sources
└── given no compiler, one that fails or talks nonsense, a missing file, an error ... SourceUnusable
"""

import json
from pathlib import Path

import pytest

from audit.code import Compiled, Sources, compare
from audit.errors import SourceUnusable
from deployments import CompilerSettings, DeployedContract

SETTINGS = CompilerSettings("0.8.37+commit.f401782d", "cancun", 200, via_ir=False)
ADDRESS = "0x" + "AA" * 20
LIBRARY = "0x" + "BB" * 20
CONTRACT = DeployedContract(ADDRESS, 1, "0x" + "11" * 32, "commit", SETTINGS, "Vault", 0)
METADATA = bytes(range(51)) + (51).to_bytes(2)
# Ten instructions, a link, an immutable in two places, the metadata.
BODY = bytes(range(10)) + bytes(20) + b"\x60" + bytes(32) + b"\x61" + bytes(32)
COMPILED = Compiled(
    "contracts/Vault.sol",
    bytes(range(10)).hex() + "__$" + "0" * 34 + "$__" + BODY[30:].hex() + METADATA.hex(),
    {"Sums": [(10, 20)]},
    {"owner": [(31, 32), (64, 32)]},
)
OWNER = bytes(12) + bytes.fromhex(ADDRESS[2:])
AT = {"Vault": ADDRESS, "Sums": LIBRARY}


def deployed() -> bytearray:
    code = bytearray(BODY + METADATA)
    code[10:30] = bytes.fromhex(LIBRARY[2:])
    code[31:63] = code[64:96] = OWNER
    return code


def problem(code: bytes | None, compiled: Compiled = COMPILED, at: dict[str, str] | None = None) -> str:
    return compare("Vault", CONTRACT, code, compiled, at or AT).problem


def test_compare__of_one_byte_changed_anywhere__differs_but_for_the_metadata() -> None:
    end = len(BODY)
    for place in range(len(deployed())):
        code = deployed()
        code[place] ^= 1
        if place < end:
            assert problem(bytes(code)), place
        else:
            assert not problem(bytes(code)), place


def test_compare__of_another_length__differs() -> None:
    assert "bytes" in problem(bytes(deployed()) + b"\0")
    assert "bytes" in problem(b"")


def test_compare__of_a_library_elsewhere_or_missing__differs() -> None:
    assert problem(bytes(deployed()), at={**AT, "Sums": ADDRESS})
    assert "no library Sums" in problem(bytes(deployed()), at={"Vault": ADDRESS})


def test_compare__of_code_that_the_state_has_not__differs() -> None:
    assert "other code than the state" in problem(None)


def test_compare__of_a_library__must_be_made_for_its_address() -> None:
    library = Compiled("contracts/Sums.sol", "73" + "00" * 20 + "30" * 9 + METADATA.hex(), {}, {})
    for address, fits in ((ADDRESS, True), (LIBRARY, False)):
        code = b"\x73" + bytes.fromhex(address[2:]) + b"\x30" * 9 + METADATA
        assert compare("Vault", CONTRACT, code, library, AT).holds is fits


def test_compare__of_the_code__is_equal_and_names_what_was_masked() -> None:
    verdict = compare("Vault", CONTRACT, bytes(deployed()), COMPILED, AT)

    assert verdict.holds
    assert verdict.notes == ("owner = Vault",)
    assert verdict.line() == f"Vault at {ADDRESS}: is what the source compiles to\n  owner = Vault"


def test_compare__with_other_metadata__is_equal_and_says_so() -> None:
    code = deployed()
    code[-10] ^= 1
    assert "metadata" in compare("Vault", CONTRACT, bytes(code), COMPILED, AT).notes[-1]


# Sources

VAULT = """
import {Sums} from "./libraries/Sums.sol";
import {
    X
} from "@openzeppelin/contracts/x/X.sol";
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A check-out with one contract and what it imports."""
    files = {
        "contracts/Vault.sol": VAULT,
        "contracts/libraries/Sums.sol": "",
        "contracts/mocks/TestEuro.sol": 'import "../libraries/Sums.sol";',
        "node_modules/@openzeppelin/contracts/x/X.sol": 'import {Y} from "../Y.sol";',
        "node_modules/@openzeppelin/contracts/Y.sol": "",
        "node_modules/@openzeppelin/contracts/access/manager/AccessManager.sol": "",
        "node_modules/@openzeppelin/contracts/metatx/ERC2771Forwarder.sol": "",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def compiler(folder: Path, program: str) -> Path:
    path = folder / "solc"
    path.write_text(f"#!/bin/sh\n{program}\n")
    path.chmod(0o755)
    return path


def test_sources__without_a_compiler__are_unusable(checkout: Path) -> None:
    with pytest.raises(SourceUnusable, match="does not run"):
        Sources(checkout, None).compiled(SETTINGS)


def test_sources__with_a_compiler_that_talks_nonsense__are_unusable(checkout: Path) -> None:
    with pytest.raises(SourceUnusable, match="something else than JSON"):
        Sources(checkout, compiler(checkout, "echo nonsense")).compiled(SETTINGS)


def test_sources__that_do_not_compile__are_unusable(checkout: Path) -> None:
    answer = json.dumps({"errors": [{"severity": "error", "formattedMessage": "no semicolon"}]})
    with pytest.raises(SourceUnusable, match="no semicolon"):
        Sources(checkout, compiler(checkout, f"echo '{answer}'")).compiled(SETTINGS)


def test_sources__with_a_file_missing__are_unusable(checkout: Path) -> None:
    (checkout / "node_modules/@openzeppelin/contracts/Y.sol").unlink()
    with pytest.raises(SourceUnusable, match=r"Y\.sol can't be read"):
        Sources(checkout, compiler(checkout, "cat")).compiled(SETTINGS)


def test_sources__of_a_checkout__are_all_that_is_imported_with_the_settings(checkout: Path) -> None:
    item = {"object": "6001", "linkReferences": {}, "immutableReferences": {"7": [{"start": 1, "length": 1}]}}
    variable = {"nodeType": "VariableDeclaration", "id": 7, "name": "owner"}
    tree = {"nodes": [{"nodeType": "ContractDefinition", "nodes": [variable]}]}
    contracts = {
        "Vault": {"evm": {"deployedBytecode": item}},
        "IVault": {"evm": {"deployedBytecode": {**item, "object": ""}}},
    }
    answer = {"contracts": {"contracts/Vault.sol": contracts}, "sources": {"contracts/Vault.sol": {"ast": tree}}}
    (checkout / "answer").write_text(json.dumps(answer))

    found = Sources(checkout, compiler(checkout, "cat > question; cat answer")).compiled(SETTINGS)

    assert found == {"Vault": Compiled("contracts/Vault.sol", "6001", {}, {"owner": [(1, 1)]})}
    question = json.loads((checkout / "question").read_text())
    assert len(question["sources"]) == 7
    assert question["settings"]["optimizer"] == {"enabled": True, "runs": 200}
    assert question["settings"]["evmVersion"] == "cancun"
