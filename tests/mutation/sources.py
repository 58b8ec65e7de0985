"""The contracts as the compiler sees them: syntax trees, who calls whom, and a compiler that stays warm."""

import json
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeVar

from tests.mutation.mutants import Mutant, Node, mutants_of

ROOT: Final = Path(__file__).resolve().parents[2]
COMPILER: Final = Path(__file__).with_name("compiler.mjs")

#: Deployed contracts of which only the guards are mutated: money does not rest in them.
GUARDS_ONLY: Final = ("contracts/EntityRegistry.sol", "contracts/LabContract.sol")
CODE: Final = ("evm.bytecode.object", "evm.deployedBytecode.object")

Key = TypeVar("Key")

#: Source -> contract -> what the compiler is to put out.
Outputs = dict[str, dict[str, list[str]]]


class Compiler:
    """A compiler that is asked again and again; answers come in the order of the questions."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["/usr/bin/env", "node", COMPILER, ROOT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def compile(self, outputs: Mapping[str, Mapping[str, list[str]]], **details: Any) -> dict[str, Any]:
        """Compiles the sources that are named in `outputs`, and what they import.

        Args:
            outputs: What to put out of each contract.
            details: `edit` of one source, addresses of `libraries`, whether to `optimize`, other `entries`.

        Returns:
            `contracts` and `sources` as the compiler prints them, or the first `error`.
        """
        assert self._process.stdin
        assert self._process.stdout
        request = {"entries": list(outputs), "outputs": outputs} | details
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        """Ends the process."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()


@dataclass(frozen=True)
class Sources:
    """Every contract that is deployed, and what they import."""

    trees: Mapping[str, Node]

    @classmethod
    def read(cls, compiler: Compiler) -> "Sources":
        """Parses the sources."""
        entries = sorted(f"contracts/{path.name}" for path in (ROOT / "contracts").glob("*.sol"))
        answer = compiler.compile({"*": {"": ["ast"]}}, entries=entries)
        if "error" in answer:
            raise ValueError(answer["error"])
        return cls({name: source["ast"] for name, source in answer["sources"].items()})

    @cached_property
    def index(self) -> dict[int, Node]:
        """Nodes by their id."""
        return {node["id"]: node for tree in self.trees.values() for node in nodes(tree) if "id" in node}

    def mutants(self) -> list[Mutant]:
        """Every mutant of our own sources, in their order."""
        found = []
        for file, tree in sorted(self.trees.items()):
            if file.startswith("contracts/") and "/interfaces/" not in file:
                text = (ROOT / file).read_bytes()
                found += mutants_of(file, text, tree, self.index, guards_only=file in GUARDS_ONLY)
        # What no call can come to is done by constructors alone, of which the lab has to be deployed anew.
        return [
            mutant if self.entry_points(mutant.node_id) else replace(mutant, in_constructor=True) for mutant in found
        ]

    def outputs_for(self, node_id: int) -> Outputs:
        """Which deployed contracts hold code of a function, a modifier or a constant, and what to put out of them."""
        return {
            file: {contract: list(CODE)} for file, contract in self.deployed.items() if node_id in self._code_of[file]
        }

    @cached_property
    def _code_of(self) -> dict[str, set[int]]:
        """Source -> functions, modifiers and constants whose code is in the contract that it deploys."""
        code = {}
        linked = self._linked_functions()
        for file, name in self.deployed.items():
            (contract,) = (n for n in self.trees[file]["nodes"] if n.get("name") == name)
            bases = [self.index[base] for base in contract["linearizedBaseContracts"]]
            own = {member["id"] for base in bases for member in base["nodes"]}
            within = {one: others - (linked - own) for one, others in self._named.items()}
            code[file] = own.union(*(closure(member, within) for member in own))
        return code

    def _linked_functions(self) -> set[int]:
        """Functions of libraries that are deployed: who calls them does not hold their code."""
        names = set(self.deployed.values())
        return {
            node["id"]
            for node in self.index.values()
            if node["nodeType"] == "FunctionDefinition"
            and node["visibility"] in ("external", "public")
            and self.index[node["scope"]].get("contractKind") == "library"
            and self.index[node["scope"]]["name"] in names
        }

    @cached_property
    def deployed(self) -> dict[str, str]:
        """Source -> contract or library that is deployed on its own."""
        found = {}
        for file in (file for file in self.trees if file.startswith("contracts/")):
            for contract in (n for n in self.trees[file]["nodes"] if n["nodeType"] == "ContractDefinition"):
                functions = [n for n in contract["nodes"] if n["nodeType"] == "FunctionDefinition"]
                called = any(f["visibility"] in ("external", "public") for f in functions)
                kind = (
                    "linked library" if contract["contractKind"] == "library" and called else contract["contractKind"]
                )
                if kind in ("contract", "linked library") and not contract["abstract"]:
                    found[file] = contract["name"]
        return found

    @cached_property
    def _named(self) -> dict[int, set[int]]:
        """Function, modifier or constant -> what it names."""
        return {
            function["id"]: {n["referencedDeclaration"] for n in nodes(function) if n.get("referencedDeclaration")}
            for function in self.index.values()
            if function["nodeType"] in ("FunctionDefinition", "ModifierDefinition", "VariableDeclaration")
        }

    @cached_property
    def _callers(self) -> dict[int, set[int]]:
        """Function, modifier or constant -> functions and modifiers that name it."""
        callers: dict[int, set[int]] = defaultdict(set)
        for caller, named in self._named.items():
            for one in named:
                callers[one].add(caller)
            # Who calls what is overridden may come here.
            for base in self.index[caller].get("baseFunctions", []):
                callers[caller].add(base)
        return callers

    def entry_points(self, node_id: int) -> set[str]:
        """Selectors of the functions through which a call can come to a function, a modifier or a constant."""
        reached = closure(node_id, self._callers) | {node_id}
        return {self.index[i]["functionSelector"] for i in reached if "functionSelector" in self.index.get(i, {})}

    @cached_property
    def marks(self) -> frozenset[str]:
        """What may be looked for in calls and answers: selectors of functions and errors, topics of events."""
        keys = ("functionSelector", "errorSelector", "eventSelector")
        return frozenset(node[key] for node in self.index.values() for key in keys if key in node)


def nodes(tree: Any) -> Iterator[Node]:
    """Yields every node of a tree."""
    if isinstance(tree, dict):
        if "nodeType" in tree:
            yield tree
        for value in tree.values():
            yield from nodes(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from nodes(value)


def closure(start: Key, edges: Mapping[Key, set[Key]]) -> set[Key]:
    """Returns what can be reached from `start`, without `start` itself unless by a circle."""
    reached: set[Key] = set()
    ahead = [start]
    while ahead:
        for following in edges.get(ahead.pop(), set()) - reached:
            reached.add(following)
            ahead.append(following)
    return reached
