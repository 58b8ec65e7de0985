"""Which small wrong changes are made of a contract.

guard     → deleted: require, if that reverts, call of a check, modifier
condition → each operand deleted, each branch taken always
boundary  → moved by one, and turned round
write     → zero, or the old value
log       → journal and event deleted, arguments of the same type exchanged
name      → stays when lines move, differs for equal changes in two places
"""

import json
import subprocess
from typing import Any

import pytest

from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.sources import ROOT, nodes

SOURCE = """
pragma solidity 0.8.37;
contract Box {
    error TooMuch(uint256 amount, uint256 most);
    event Put(address by, uint256 amount, uint256 total);
    uint256 public constant MOST = 10;
    uint256 public total;
    address public owner;
    modifier onlyOwner() { _checkOwner(); _; }
    constructor() { owner = msg.sender; }
    function put(uint256 amount) external onlyOwner returns (uint256) {
        require(amount != 0 && amount <= MOST, TooMuch(amount, MOST));
        if (total >= 100) revert TooMuch(total, 100);
        if (amount == 5) return 0;
        total += amount;
        emit Put(msg.sender, amount, total);
        (owner, total) = (amount > 7 ? msg.sender : owner, total - 1);
        return total;
    }
    function full() external view returns (bool) { return !(total < MOST); }
    function _checkOwner() private view { require(msg.sender == owner); }
}
"""


def mutants(source: str = SOURCE, *, guards_only: bool = False) -> list[Mutant]:
    request = {
        "language": "Solidity",
        "sources": {"Box.sol": {"content": source}},
        "settings": {"outputSelection": {"*": {"": ["ast"]}}},
    }
    solc = [ROOT / "toolchain" / "solc.mjs", "--standard-json"]
    done = subprocess.run(solc, input=json.dumps(request), capture_output=True, text=True, check=True)
    tree: dict[str, Any] = json.loads(done.stdout)["sources"]["Box.sol"]["ast"]
    index = {node["id"]: node for node in nodes(tree) if "id" in node}
    return mutants_of("Box.sol", source.encode(), tree, index, guards_only=guards_only)


@pytest.fixture(scope="module")
def changes() -> set[tuple[str, str, str]]:
    return {(m.operator, " ".join(m.old.split()), m.new) for m in mutants()}


GUARDS = {
    ("delete modifier", "onlyOwner", ""),
    ("delete guard", "_checkOwner();", "{}"),
    ("delete guard", "require(msg.sender == owner);", "{}"),
    ("delete guard", "require(amount != 0 && amount <= MOST, TooMuch(amount, MOST));", "{}"),
    ("delete guard", "if (total >= 100) revert TooMuch(total, 100);", "{}"),
}


def test_guards__are_all_deleted_one_by_one() -> None:
    assert {(m.operator, " ".join(m.old.split()), m.new) for m in mutants() if m.guard} == GUARDS


def test_guards_only__leaves_everything_else() -> None:
    assert {(m.operator, " ".join(m.old.split()), m.new) for m in mutants(guards_only=True)} == GUARDS


@pytest.mark.parametrize(
    "change",
    [
        ("delete operand", "amount != 0 && amount <= MOST", "amount != 0"),
        ("delete operand", "amount != 0 && amount <= MOST", "amount <= MOST"),
        ("delete operand", "!(total < MOST)", "(total < MOST)"),
        ("comparison", "<=", "<"),
        ("comparison", "<=", ">"),
        ("comparison", ">=", ">"),
        ("comparison", "!=", "=="),
        ("condition", "amount == 5", "true"),
        ("condition", "amount == 5", "false"),
        ("condition", "amount > 7", "true"),
        ("arithmetic", "+=", "-="),
        ("arithmetic", "-", "+"),
        ("number", "10", "11"),
        ("number", "100", "101"),
        ("assign zero", "msg.sender", "address(0)"),
        ("assign zero", "total - 1", "0"),
        ("delete state write", "total += amount;", "{}"),
        ("delete state write", "total - 1", "total"),
        ("delete emit", "emit Put(msg.sender, amount, total);", "{}"),
        ("exchange arguments", "amount, total", "total, amount"),
        ("return zero", "total", "0"),
        ("return the opposite", "!(total < MOST)", "!(!(total < MOST))"),
    ],
)
def test_mutants__of_each_kind__are_made(changes: set[tuple[str, str, str]], change: tuple[str, str, str]) -> None:
    assert change in changes


def test_mutants__each__replaces_what_it_says() -> None:
    for mutant in mutants():
        assert SOURCE.encode()[mutant.start : mutant.end].decode() == mutant.old != mutant.new
        assert SOURCE.splitlines()[mutant.line - 1].strip().startswith(mutant.old.splitlines()[0].strip()) or (
            mutant.old.splitlines()[0] in SOURCE.splitlines()[mutant.line - 1]
        )


def test_mutants__in_the_constructor__are_told_apart() -> None:
    assert {m.function for m in mutants() if m.in_constructor} == {"Box.constructor"}


def test_names__are_unique_and_stay_when_lines_move() -> None:
    names = [m.name for m in mutants()]
    assert len(set(names)) == len(names)
    assert [m.name for m in mutants(SOURCE.replace("contract Box", "\n// moved\ncontract Box"))] == names


def test_names__of_equal_changes_in_one_function__differ() -> None:
    source = SOURCE.replace("return total;", "total += amount; return total;")
    twins = [m for m in mutants(source) if m.old == "total += amount;" and m.operator == "delete state write"]
    assert [m.twin for m in twins] == [0, 1]
    assert twins[0].name != twins[1].name


def test_hints__name_the_error_that_a_deleted_guard_gave() -> None:
    (guard,) = [m for m in mutants() if m.guard and m.old.startswith("if (total")]
    assert guard.hints == ("6073b21f",), "the selector of TooMuch(uint256,uint256)"
