"""Every custom error of every ABI has words: none is missing, none is of an error that nobody declares."""

import re
from itertools import chain
from pathlib import Path
from string import Formatter
from typing import Any, Final

import pytest
from eth_utils.crypto import keccak

from deployments import abi, abi_names
from indexer.store import phases
from indexer.store.models import EntityState, ListingState, OrderState, RedemptionState
from tests.api.client import Client
from web import error_words, words
from web.error_words.kinds import TERMS, Kind, kind_of
from web.error_words.states import STATES
from web.languages import Language

CONTRACTS: Final = Path(__file__).parents[2] / "contracts"
DECLARED: Final[dict[str, Any]] = {
    entry["name"]: entry for name in abi_names() for entry in abi(name) if entry["type"] == "error"
}
TYPES_OF_KIND: Final = {
    Kind.ACCOUNT: {"address"},
    Kind.CURRENCY: {"address"},
    Kind.TERM: {"bytes32"},
    Kind.TIME: {"uint40", "uint48", "uint256"},
    Kind.PHASE: {"uint8"},
    Kind.STATE: {"uint8"},
    Kind.NUMBER: {"uint32"},
    Kind.ENTITY: {"uint32"},
    Kind.MILESTONE: {"uint8"},
    Kind.ROLE: {"uint64"},
    Kind.SHARE: {"uint16"},
}
"""What a kind can be made of; those not named are numbers of any size."""


def placeholders(sentence: str) -> set[str]:
    """Return the names in braces."""
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_words__all_errors__none_missing_and_none_unknown() -> None:
    assert set(error_words.WORDS) == set(DECLARED)
    assert len(DECLARED) >= 175


@pytest.mark.parametrize("name", sorted(DECLARED))
def test_words__placeholders__are_arguments_that_can_be_shown(name: str) -> None:
    arguments = {each["name"]: each["type"] for each in DECLARED[name]["inputs"]}
    for sentence in error_words.WORDS[name]:
        assert placeholders(sentence) <= set(arguments), sentence
        assert sentence[0].isupper() or sentence[0] in "{“", sentence
        assert sentence.endswith("."), sentence
        assert "  " not in sentence
    for argument, kind in {argument: kind_of(name, argument) for argument in arguments}.items():
        allowed = TYPES_OF_KIND.get(kind)
        assert allowed is None or arguments[argument] in allowed, (argument, kind)


def test_words__no_jargon_of_programs() -> None:
    told = " ".join(chain.from_iterable(error_words.WORDS.values()))
    for jargon in ("revert", "calldata", "uint", "wei", "msg.sender", "base unit", "()", "0x"):
        assert jargon not in told


def test_terms__every_one_that_a_contract_bounds__has_words() -> None:
    libraries = (path.read_text() for path in CONTRACTS.joinpath("libraries").glob("*.sol"))
    bounded = {name for source in libraries for name in re.findall(r'_within\(\s*"([a-zA-Z]+)"', source)}
    assert bounded == set(TERMS)


@pytest.mark.parametrize(
    ("table", "states"),
    [
        (words.ENTITY_STATES, EntityState),
        (words.LISTING_STATES, ListingState),
        (words.ORDER_STATES, OrderState),
        (words.REDEMPTION_STATES, RedemptionState),
        (words.PHASES, phases.Phase),
    ],
)
def test_states__every_one__has_words_in_the_order_of_the_chain(table: dict[str, str], states: type) -> None:
    assert list(table) == [state.value for state in states][1:]


def test_states__milestones__count_from_zero() -> None:
    assert list(words.MILESTONE_STATES) == [state.value for state in phases.MilestonePhase]
    assert set(STATES["milestone"]) == set(range(len(phases.MilestonePhase)))


@pytest.mark.parametrize("language", Language)
def test_errors_json__each_language__can_be_decoded_by_selector(pages: Client, language: Language) -> None:
    answer = pages.get(f"/{language}/errors.json")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("application/json")
    file = answer.json()
    assert len(file["errors"]) == len(DECLARED)
    for selector, entry in file["errors"].items():
        types = ",".join(each["type"] for each in entry["inputs"])
        assert selector == "0x" + keccak(text=f"{entry['name']}({types})")[:4].hex()
        assert entry["what"]
        assert entry["next"]
        if any(each["kind"] == "state" for each in entry["inputs"]):
            assert file["states"][entry["states"]]
    assert file["phases"]["3"]
    assert file["roles"]["0"]
    assert file["terms"]["goal"]["kind"] == "money"


def test_errors_json__another_language__is_no_page(pages: Client) -> None:
    assert pages.get("/xx/errors.json").status == 404
