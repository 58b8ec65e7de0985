"""What an act is made of.

The arguments of a call are a template: a value stands for itself, and what is known later is one of the leaves below.
Structs are mappings by member, arrays are lists. web/wallet/arguments.js fills the template in.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

Template = Any
"""A value of JSON with leaves in it."""
Leaf = dict[str, Any]

ACCOUNT: Final[Leaf] = {"$": "account"}
"""The account of the wallet."""
NOW: Final[Leaf] = {"$": "now"}
"""Unix time when the person sends."""


def typed(name: str) -> Leaf:
    """Stand for what the person typed or chose in a field."""
    return {"$": "field", "name": name}


def given(name: str) -> Leaf:
    """Stand for what the page knows, such as the campaign; the server fills it in."""
    return {"$": "given", "name": name}


def permitted(index: int, part: str) -> Leaf:
    """Stand for a part of a permit that the person signs: `deadline`, `v`, `r` or `s`."""
    return {"$": "permit", "index": index, "part": part}


def looked_up(name: str) -> Leaf:
    """Stand for what a `Lookup` found when the person sent."""
    return {"$": "read", "name": name}


def when(name: str, value: str, then: Template, otherwise: Template) -> Leaf:
    """Stand for one of two values, by the choice in a field."""
    return {"$": "when", "name": name, "is": value, "then": then, "else": otherwise}


def each(name: str, template: Template) -> Leaf:
    """Stand for an array with one item for every row of a field of rows; within, `typed` names the row's own fields."""
    return {"$": "each", "name": name, "of": template}


def document(kind: str, content: Template) -> Leaf:
    """Stand for the SHA-256 of a document that is made of fields, and uploaded once its hash is on chain."""
    return {"$": "document", "kind": kind, "content": content}


def file(name: str, kind: str) -> Leaf:
    """Stand for the SHA-256 of a chosen file, uploaded in the same way; zero if the field may stay empty and did."""
    return {"$": "file", "name": name, "kind": kind}


def digest(name: str, kind: str) -> Leaf:
    """Stand for the same as documents write it, without 0x."""
    return {"$": "digest", "name": name, "kind": kind}


def worded(name: str, rows: str = "translations") -> Leaf:
    """Stand for a text by language: what a field says in the language of the field `language`, and what rows add."""
    return {"$": "worded", "name": name, "rows": rows}


def sealed(content: Template) -> Leaf:
    """Stand for the SHA-256 of a document that stays with the person; a salt in it keeps others from guessing."""
    return {"$": "sealed", "content": content}


def signed(
    name: str, account: Template, kind: str, members: Sequence[tuple[str, str]], message: Mapping[str, Template]
) -> Leaf:
    """Stand for a signature (EIP-712, in the domain of the act's contract) of one of several people.

    It is what stands in the field `name`; if that is empty, the wallet of `account` is asked for it, and for the one of
    anybody else the signature is empty.

    Args:
        name: Field in which it may stand already.
        account: Whose signature it is.
        kind: Name of the type that is signed.
        members: Name and type of each member, in the order that is signed.
        message: Value of each.
    """
    return {"$": "signed", "name": name, "account": account, "type": kind, "members": members, "message": message}


def contract(name: str) -> Leaf:
    """Stand for the address of a contract of the lab."""
    return {"$": "contract", "name": name}


def call(contract: str, function: str, args: Sequence[Template]) -> Leaf:
    """Stand for the data of another call, which a contract passes on or waits for."""
    return {"$": "call", "contract": contract, "function": function, "args": args}


def salt(name: str) -> Leaf:
    """Stand for a random text, inside of a document whose content could be guessed."""
    return {"$": "salt", "name": name}


PROSE_LETTERS: Final = 20_000
"""Most letters of a text of several lines that says nothing else, as the schemas of documents have it."""


class Kind(StrEnum):
    """How a field is filled in, and what it becomes."""

    AMOUNT = "amount"
    """Decimal number -> base units. In the unit of the page, or with `decimals` and `symbol` of its own: 2 and "%" make
    basis points."""
    INTEGER = "integer"
    TEXT = "text"
    PROSE = "prose"
    """Text of several lines."""
    ADDRESS = "address"
    TIME = "time"
    """Date and time in UTC -> Unix time."""
    DATE = "date"
    """Day in UTC -> Unix time of its beginning."""
    DURATION = "duration"
    """Whole number of `seconds` each (a day) -> seconds."""
    CHOICE = "choice"
    """One of a few, all in sight."""
    LIST = "list"
    """One of many."""
    FLAGS = "flags"
    """Any of some, whose values are bits -> their sum."""
    SWITCH = "switch"
    """Yes or no -> bool."""
    HASH = "hash"
    """32 bytes as 0x text."""
    BYTES = "bytes"
    """Bytes of any number as 0x text, such as a signature."""
    LINK = "link"
    """Address of a page elsewhere that begins with https://."""
    CODE = "code"
    """ASCII letters, put to the left in so many `bytes`."""
    FILE = "file"
    PICTURE = "picture"
    """A file; all that it holds beside the picture is taken out in the browser."""
    HIDDEN = "hidden"
    ROWS = "rows"
    """`fields` again and again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form. Words are messages of the catalogues."""

    name: str
    label: str
    kind: Kind = Kind.TEXT
    hint: str = ""
    required: bool = True
    value: str | bool | None = None
    """What it holds at first."""
    choices: Sequence[tuple[str, str]] = ()
    """Value and words; an empty one is given by the page."""
    ticked: Sequence[str] = ()
    """FLAGS: values that are ticked at first."""
    least: int | None = None
    """Of the value in base units, or of the number of rows."""
    most: int | None = None
    """Likewise; of a text its letters, of a file its bytes."""
    decimals: int | None = None
    symbol: str = ""
    size: int | None = None
    """CODE: bytes."""
    seconds: int = 86_400
    """DURATION: in one of what is typed."""
    accept: str = ""
    """FILE and PICTURE: types, as in HTML."""
    autocomplete: str = "off"
    fields: "Sequence[Field]" = ()
    """ROWS: of each row."""
    rows: "Sequence[Mapping[str, str]]" = ()
    """ROWS: what each of those there at first holds, by the names of `fields`."""
    more: str = ""
    """ROWS: words of the button that adds one."""

    def first_rows(self) -> "list[Sequence[Field]]":
        """Return the fields of each row that is there at first: `rows`, and as many more as there have to be."""
        least = 1 if self.least is None else self.least
        held = [*self.rows, *({} for _ in range(len(self.rows), least))]
        return [[replace(one, value=row.get(one.name, one.value)) for one in self.fields] for row in held]


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """Leave for a contract to take exactly an amount, for this act alone."""

    currency: Template
    """Address; usually `given`."""
    spender: str
    """Name of the contract."""
    amount: Template


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """What is asked of a contract while the person types, and again before anything is signed.

    If a later answer is lower than the one that the person saw, nothing is signed.
    """

    name: str
    contract: str
    function: str
    args: Sequence[Template]
    words: str
    """Message with `{amount}`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act. Words are messages of the catalogues."""

    contract: str
    function: str
    args: Sequence[Template]
    title: str
    says: str = ""
    """What it does, before the fields."""
    button: str
    then: str
    """What happens next, when it is done."""
    fields: Sequence[Field] = ()
    permits: Sequence[Permit] = ()
    permit_function: str = ""
    """Called instead where every currency takes permits; unset: the amounts are approved first."""
    permit_args: Sequence[Template] = ()
    lookups: Sequence[Lookup] = ()
    gasless: bool = True
    """Whether the relay may carry it; administration must come from the account itself."""
    draft: bool = False
    """Whether what was typed is kept in the browser until it is sent."""

    def calls(self) -> Iterator[tuple[str, str, Sequence[Template]]]:
        """Yield contract, function and arguments of everything that it may call."""
        yield self.contract, self.function, self.args
        if self.permit_function:
            yield self.contract, self.permit_function, self.permit_args
        for leaf in leaves(self.args):
            if leaf["$"] == "call":
                yield leaf["contract"], leaf["function"], leaf["args"]
        for lookup in self.lookups:
            yield lookup.contract, lookup.function, lookup.args


def leaves(template: Template) -> Iterator[Leaf]:
    """Yield every leaf of a template."""
    if isinstance(template, Mapping):
        if "$" in template:
            yield dict(template)
        for part in template.values():
            yield from leaves(part)
    elif isinstance(template, Sequence) and not isinstance(template, str):
        for part in template:
            yield from leaves(part)


def filled(template: Template, known: Mapping[str, Any]) -> Template:
    """Return a template with what the page knows in the place of `given`.

    Raises:
        KeyError: The page does not know it.
    """
    if isinstance(template, Mapping):
        if template.get("$") == "given":
            return known[template["name"]]
        return {name: filled(part, known) for name, part in template.items()}
    if isinstance(template, Sequence) and not isinstance(template, str):
        return [filled(part, known) for part in template]
    return template
