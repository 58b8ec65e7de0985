"""Small wrong changes of the contracts, found in the compiler's syntax tree.

Each is one edit of one source. What is changed:

guards        a `require`, an `if` that reverts, a call of a `_check`, a modifier: deleted
conditions    operands of `&&` and `||` deleted, `!` deleted, `if` and `?:` decided either way
comparisons   the boundary moved, the direction turned, `==` and `!=` exchanged
arithmetic    the operator exchanged; numbers one higher
values        what is assigned, declared or returned: zero, or the opposite
state writes  deleted, so that the old value stays
calls         deleted; a journal append, an `emit` and others
arguments     two neighbours of the same type exchanged
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise
from typing import Any, Final

Node = dict[str, Any]

#: Operator -> what replaces it.
COMPARISONS: Final = {
    "<": ("<=", ">="),
    "<=": ("<", ">"),
    ">": (">=", "<="),
    ">=": (">", "<"),
    "==": ("!=",),
    "!=": ("==",),
}
ARITHMETIC: Final = {
    "+": "-",
    "-": "+",
    "*": "/",
    "/": "*",
    "%": "*",
    "&": "|",
    "|": "&",
    "<<": ">>",
    ">>": "<<",
    "+=": "-=",
    "-=": "+=",
    "|=": "=",
    "++": "--",
    "--": "++",
}
GUARD_CALLS: Final = ("require", "assert", "check", "_check", "_within")
NOTHING: Final = "{}"


@dataclass(frozen=True)
class Mutant:
    """One change.

    Attributes:
        file: Source, relative to the project.
        function: `Contract.function` around it; the contract alone for a constant.
        node_id: Of that function, or of the constant, in the syntax tree.
        line: Where it is, from 1.
        operator: Kind of change.
        start: First byte replaced.
        end: First byte kept after it.
        old: What is replaced.
        new: What replaces it.
        guard: Whether a refusal is deleted.
        in_constructor: Whether the code runs at deployment only.
        hints: Selectors of errors and topics of events that this place is about, in hex without prefix.
        twin: How many equal changes stand before it in the same function.
    """

    file: str
    function: str
    node_id: int
    line: int
    operator: str
    start: int
    end: int
    old: str
    new: str
    guard: bool = False
    in_constructor: bool = False
    hints: tuple[str, ...] = ()
    twin: int = 0

    @property
    def name(self) -> str:
        """Stays the same when code elsewhere changes."""
        facts = (self.function, self.operator, squeezed(self.old), squeezed(self.new), self.twin)
        return sha256(repr(facts).encode()).hexdigest()[:8]

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.function}: {self.operator}: {shown(self.old)} -> {shown(self.new)}"


@dataclass(frozen=True)
class Place:
    """Where in a source the walk is."""

    file: str
    text: bytes
    index: dict[int, Node]
    function: str
    node_id: int
    in_constructor: bool = False
    found: list[Mutant] = field(default_factory=list)
    about: list[tuple[str, ...]] = field(default_factory=list)

    def source(self, node: Node) -> str:
        start, end = span(node)
        return self.text[start:end].decode()

    def add(self, operator: str, where: Node | tuple[int, int], new: str, **facts: Any) -> None:
        start, end = where if isinstance(where, tuple) else span(where)
        if not facts.get("hints"):
            facts["hints"] = self.about[-1] if self.about else ()
        old = self.text[start:end].decode()
        if old != new:
            line = self.text.count(b"\n", 0, start) + 1
            self.found.append(
                Mutant(
                    self.file,
                    self.function,
                    self.node_id,
                    line,
                    operator,
                    start,
                    end,
                    old,
                    new,
                    in_constructor=self.in_constructor,
                    **facts,
                )
            )


def mutants_of(
    file: str, text: bytes, tree: Node, index: dict[int, Node], *, guards_only: bool = False
) -> list[Mutant]:
    """Returns every mutant of one source, in its order.

    Args:
        file: Its name.
        text: Its bytes, to which positions in the tree refer.
        tree: Its syntax tree.
        index: Nodes by id, of all sources.
        guards_only: Leave everything but deleted guards out.
    """
    found: list[Mutant] = []
    for contract in (n for n in tree["nodes"] if n["nodeType"] == "ContractDefinition"):
        for member in contract["nodes"]:
            if member["nodeType"] in ("FunctionDefinition", "ModifierDefinition") and member.get("body"):
                name = f"{contract['name']}.{member['name'] or member.get('kind')}"
                constructor = member.get("kind") == "constructor"
                place = Place(file, text, index, name, member["id"], constructor)
                _modifiers(place, member)
                _visit(place, member["body"])
                found += place.found
            elif member["nodeType"] == "VariableDeclaration" and member.get("value"):
                place = Place(file, text, index, contract["name"], member["id"])
                _visit(place, member["value"])
                found += place.found
    return _with_twins([mutant for mutant in found if mutant.guard or not guards_only])


def _with_twins(mutants: list[Mutant]) -> list[Mutant]:
    """Drops what two operators make alike, and numbers equal changes in different places."""
    seen: Counter[tuple[str, ...]] = Counter()
    edits: set[tuple[int, int, str]] = set()
    numbered = []
    for mutant in mutants:
        edit = (mutant.start, mutant.end, mutant.new)
        if edit in edits:
            continue
        edits.add(edit)
        facts = (mutant.function, mutant.operator, squeezed(mutant.old), squeezed(mutant.new))
        numbered.append(Mutant(**{**vars(mutant), "twin": seen[facts]}))
        seen[facts] += 1
    return numbered


# ------------------------------------------------------------------------------------------------------ what is walked


def _modifiers(place: Place, function: Node) -> None:
    for modifier in function.get("modifiers", []):
        if modifier.get("kind") == "modifierInvocation":
            place.add("delete modifier", modifier, "", guard=True, hints=_hints(place, modifier))


def _visit(place: Place, node: Node) -> None:
    operator = OPERATORS.get(node["nodeType"])
    about = _about(place, node)
    if about:
        place.about.append(about)
    if operator:
        operator(place, node)
    for child in _children(node):
        _visit(place, child)
    if about:
        place.about.pop()


def _about(place: Place, node: Node) -> tuple[str, ...]:
    """Returns what a statement refuses, logs or journals: a test that saw it looks at all that is in the statement."""
    match node["nodeType"]:
        case "Block" if "Journals" in place.file:
            return _journal_hints(place.index)
        case "ExpressionStatement" if _callee(node["expression"]).endswith("append"):
            return (*_hints(place, node), *_journal_hints(place.index))
        case "ExpressionStatement" if _callee(node["expression"]).startswith(GUARD_CALLS):
            return _hints(place, node)
        case "EmitStatement" | "RevertStatement":
            return _hints(place, node)
        case "IfStatement" if _refusals(node):
            return tuple(hint for refusal in _refusals(node) for hint in _hints(place, refusal))
        case _:
            return ()


def _refusals(statement: Node) -> list[Node]:
    return [node for node in _descendants(statement["trueBody"]) if node["nodeType"] == "RevertStatement"]


def _children(node: Node) -> Iterator[Node]:
    for value in node.values():
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, dict) and "nodeType" in child:
                yield child


def _expression_statement(place: Place, statement: Node) -> None:
    expression = statement["expression"]
    match expression["nodeType"]:
        case "FunctionCall":
            name = _callee(expression)
            guard = name.startswith(GUARD_CALLS)
            kind = "delete guard" if guard else "delete call"
            place.add(kind, _with_semicolon(place, statement), NOTHING, guard=guard)
        case "Assignment":
            _assignment_statement(place, statement, expression)
        case "UnaryOperation" if _is_storage(place, expression["subExpression"]):
            place.add("delete state write", _with_semicolon(place, statement), NOTHING)


def _assignment_statement(place: Place, statement: Node, assignment: Node) -> None:
    left, right = assignment["leftHandSide"], assignment["rightHandSide"]
    if assignment["operator"] != "=":
        _operator(place, left, right, assignment["operator"], "arithmetic")
        place.add("delete state write", _with_semicolon(place, statement), NOTHING)
        return
    if left["nodeType"] != "TupleExpression":
        _assigned(place, left, right, _with_semicolon(place, statement))
    elif right["nodeType"] == "TupleExpression":
        for one, value in zip(left["components"], right["components"], strict=True):
            _assigned(place, one, value, None)


def _assigned(place: Place, left: Node, value: Node, statement: tuple[int, int] | None) -> None:
    zero = _zero(value, place.source(value), left)
    if zero is not None:
        place.add("assign zero", value, zero)
    if _is_storage(place, left) or zero is None:
        if statement:
            place.add("delete state write", statement, NOTHING)
        else:
            place.add("delete state write", value, place.source(left))


def _declaration(place: Place, statement: Node) -> None:
    value, declared = statement.get("initialValue"), statement["declarations"]
    if not value:
        return
    pairs = [(declared[0], value)]
    if value["nodeType"] == "TupleExpression" and len(declared) > 1:
        pairs = list(zip(declared, value["components"], strict=True))
    for variable, one in pairs:
        if variable and len(pairs) == len(declared):
            zero = _zero(one, place.source(one), variable)
            if zero is not None:
                place.add("declare as zero", one, zero)


def _return(place: Place, statement: Node) -> None:
    value = statement.get("expression")
    if not value:
        return
    for one in value["components"] if value["nodeType"] == "TupleExpression" else [value]:
        if _type(one) == "bool":
            place.add("return the opposite", one, f"!({place.source(one)})")
        else:
            zero = _zero(one, place.source(one), one)
            if zero is not None:
                place.add("return zero", one, zero)


def _if(place: Place, statement: Node) -> None:
    if _refusals(statement) and not statement.get("falseBody"):
        body = statement["trueBody"]
        where = span(statement) if body["nodeType"] == "Block" else _with_semicolon(place, statement)
        place.add("delete guard", where, NOTHING, guard=True)
        return
    place.add("condition", statement["condition"], "true")
    place.add("condition", statement["condition"], "false")


def _conditional(place: Place, expression: Node) -> None:
    place.add("condition", expression["condition"], "true")
    place.add("condition", expression["condition"], "false")


def _binary(place: Place, expression: Node) -> None:
    left, right, operator = expression["leftExpression"], expression["rightExpression"], expression["operator"]
    if operator in ("&&", "||"):
        place.add("delete operand", expression, place.source(left))
        place.add("delete operand", expression, place.source(right))
    elif operator in COMPARISONS:
        for new in COMPARISONS[operator]:
            _operator(place, left, right, operator, "comparison", new)
    else:
        _operator(place, left, right, operator, "arithmetic")


def _unary(place: Place, expression: Node) -> None:
    start, end = span(expression)
    operator = expression["operator"]
    if operator == "!":
        place.add("delete operand", expression, place.source(expression["subExpression"]))
    elif operator in ARITHMETIC:
        at = (start, start + 2) if expression["prefix"] else (end - 2, end)
        place.add("arithmetic", at, ARITHMETIC[operator])


def _call(place: Place, call: Node) -> None:
    if call["kind"] == "typeConversion" or call.get("names"):
        return
    by_type: dict[str, list[Node]] = {}
    for argument in call["arguments"]:
        by_type.setdefault(_type(argument), []).append(argument)
    for same in by_type.values():
        for one, other in pairwise(same):
            start, end = span(one)[0], span(other)[1]
            between = place.text[span(one)[1] : span(other)[0]].decode()
            new = f"{place.source(other)}{between}{place.source(one)}"
            place.add("exchange arguments", (start, end), new)


def _literal(place: Place, literal: Node) -> None:
    text = place.source(literal)
    if literal["kind"] == "bool":
        place.add("value", literal, "false" if text == "true" else "true")
    elif literal["kind"] == "number" and (number := re.match(r"[1-9][0-9_]*(?![x.e0-9_])", text)):
        start = span(literal)[0]
        place.add("number", (start, start + number.end()), str(int(number[0].replace("_", "")) + 1))


def _emit(place: Place, statement: Node) -> None:
    place.add("delete emit", _with_semicolon(place, statement), NOTHING)


OPERATORS: Final = {
    "BinaryOperation": _binary,
    "Conditional": _conditional,
    "EmitStatement": _emit,
    "ExpressionStatement": _expression_statement,
    "FunctionCall": _call,
    "IfStatement": _if,
    "Literal": _literal,
    "Return": _return,
    "UnaryOperation": _unary,
    "VariableDeclarationStatement": _declaration,
}


# ------------------------------------------------------------------------------------------------------------- pieces


def _operator(place: Place, left: Node, right: Node, old: str, kind: str, new: str | None = None) -> None:
    """Exchanges the operator between two expressions."""
    new = new or ARITHMETIC.get(old)
    start = span(left)[1]
    between = place.text[start : span(right)[0]]
    at = between.find(old.encode())
    if new and at >= 0:
        place.add(kind, (start + at, start + at + len(old)), new)


def _zero(value: Node, text: str, target: Node) -> str | None:
    """Returns the zero of a value's type as an expression; None if there is none, or the value is it."""
    kind = _type(value)
    if kind.startswith("int_const"):
        kind = _type(target)
    zero = None
    if re.match(r"u?int\d*$", kind):
        zero = "0"
    elif kind == "bool":
        zero = "true" if text == "false" else "false"
    elif kind.startswith("address"):
        zero = "address(0)"
    elif re.match(r"bytes\d+$", kind):
        zero = f"{kind}(0)"
    elif kind.startswith("enum "):
        zero = f"{kind.removeprefix('enum ')}(0)"
    return None if zero == text else zero


def _is_storage(place: Place, expression: Node) -> bool:
    """Whether assigning to an expression changes the contract's storage."""
    match expression["nodeType"]:
        case "Identifier":
            declaration = place.index.get(expression.get("referencedDeclaration", 0), {})
            return bool(declaration.get("stateVariable"))
        case "MemberAccess":
            return "storage" in _type(expression["expression"])
        case "IndexAccess":
            base = _type(expression["baseExpression"])
            return "storage" in base or base.startswith("mapping(")
        case _:
            return False


def _hints(place: Place, node: Node, seen: frozenset[int] = frozenset()) -> tuple[str, ...]:
    """Returns selectors of errors and topics of events that are named inside a node, or in what it calls."""
    found: list[str] = []
    for name in _descendants(node):
        declaration = place.index.get(name.get("referencedDeclaration") or 0, {})
        if mark := declaration.get("errorSelector") or declaration.get("eventSelector"):
            found.append(mark)
        elif declaration.get("body") and declaration["id"] not in seen:
            found += _hints(place, declaration["body"], seen | {declaration["id"]})
    return tuple(dict.fromkeys(found))


def _journal_hints(index: dict[int, Node]) -> tuple[str, ...]:
    """Returns the selector of the function by which a test looks at the journal."""
    functions = [node for node in index.values() if node.get("name") == "journal"]
    return tuple(sorted({function["functionSelector"] for function in functions if "functionSelector" in function}))


def _descendants(node: Node) -> Iterator[Node]:
    yield node
    for child in _children(node):
        yield from _descendants(child)


def _callee(call: Node) -> str:
    expression = call.get("expression", {})
    return str(expression.get("name") or expression.get("memberName") or "")


def _type(node: Node) -> str:
    return str(node["typeDescriptions"].get("typeString", ""))


def _with_semicolon(place: Place, statement: Node) -> tuple[int, int]:
    start, end = span(statement)
    semicolon = place.text.index(b";", end - 1) + 1
    return start, semicolon


def span(node: Node) -> tuple[int, int]:
    """Returns first byte and end of a node in its source."""
    start, length, _ = map(int, node["src"].split(":"))
    return start, start + length


def squeezed(text: str) -> str:
    """Returns a text without line breaks and indents."""
    return " ".join(text.split())


def shown(text: str, most: int = 90) -> str:
    """Returns a text short enough for a line."""
    line = squeezed(text)
    return f"`{line}`" if len(line) <= most else f"`{line[: most - 3]}...`"
