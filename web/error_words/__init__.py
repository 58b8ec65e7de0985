"""Every custom error of every ABI as two sentences: what happened, and what to do next; more in docs/errors.md.

`errors_of` makes the file that a page's script reads when a contract refuses: the script decodes what came back by the
selector, shows each argument by its kind, and puts it in the place that the sentence names, `{amount}`.
"""

from collections.abc import Callable, Mapping
from functools import cache
from itertools import chain
from typing import Any, Final

from eth_utils.crypto import keccak
from fastapi import APIRouter
from fastapi.responses import JSONResponse

from deployments import abi, abi_names
from web.error_words import crowdfunding, escrow, match_funding, openzeppelin, registry
from web.error_words.kinds import TERMS, Kind, kind_of
from web.error_words.states import PHASES, ROLES, STATES, TABLE_OF
from web.visits import VisitDep

__all__ = ["WORDS", "Kind", "errors_of", "kind_of", "router"]

KEPT: Final = {"Cache-Control": "public, max-age=300"}

router = APIRouter()


WORDS: Final[Mapping[str, tuple[str, str]]] = dict(
    chain.from_iterable(
        table.items()
        for table in (
            *(registry.LAB, registry.ENTITIES, registry.CREDITS, crowdfunding.WORDS, match_funding.WORDS),
            *(escrow.CASES, escrow.MARKETPLACE, escrow.PRO_BONO),
            *(openzeppelin.ROLES, openzeppelin.FORWARDER, openzeppelin.CURRENCIES, openzeppelin.INNER),
        )
    )
)
"""Name of an error -> what happened, what to do next; English messages of the catalogues."""


@cache
def declared_errors() -> Mapping[str, Mapping[str, Any]]:
    """Return every error that an ABI declares, by name."""
    entries = chain.from_iterable(abi(name) for name in abi_names())
    return {entry["name"]: entry for entry in entries if entry["type"] == "error"}


def errors_of(translate: Callable[[str], str]) -> dict[str, Any]:
    """Return what a script needs to put any refusal into words of one language.

    Args:
        translate: Returns a message in that language.

    Returns:
        `errors` by selector (0x text); `terms`, `phases`, `roles` and `states` are the words of the kinds so called.
    """
    return {
        "errors": {_selector(entry): _one(entry, translate) for entry in declared_errors().values()},
        "terms": {term: {"words": translate(words), "kind": kind} for term, (words, kind) in TERMS.items()},
        "phases": {number: translate(words) for number, words in PHASES.items()},
        "roles": {number: translate(words) for number, words in ROLES.items()},
        "states": {
            table: {number: translate(words) for number, words in numbers.items()} for table, numbers in STATES.items()
        },
    }


@router.get("/{language}/errors.json")
def read_errors(visit: VisitDep) -> JSONResponse:
    """Return the words of every error, for scripts."""
    return JSONResponse(errors_of(visit.words.gettext), headers=KEPT)


def _one(entry: Mapping[str, Any], translate: Callable[[str], str]) -> dict[str, Any]:
    name = entry["name"]
    happened, to_do = WORDS[name]
    inputs = [
        {"name": each["name"], "type": each["type"], "kind": kind_of(name, each["name"])} for each in entry["inputs"]
    ]
    words = {"name": name, "inputs": inputs, "what": translate(happened), "next": translate(to_do)}
    return words | ({"states": TABLE_OF[name]} if name in TABLE_OF else {})


def _selector(entry: Mapping[str, Any]) -> str:
    types = ",".join(each["type"] for each in entry["inputs"])
    return "0x" + keccak(text=f"{entry['name']}({types})")[:4].hex()
