"""docs/acts.md names every act that a contract lets people do, with a page and a test that are there."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from fastapi.routing import APIRoute

import deployments
from web.acts import ALL
from web.app import PAGES

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "acts.md").read_text(encoding="utf-8")
SECTIONS: Final = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL))
NOT_FOR_PEOPLE = "Not for people"
ROWS = {
    (contract, act): (page, file, test)
    for contract, text in SECTIONS.items()
    for act, page, file, test in re.findall(r"^\| `(\w+)` \| `(\S+)` \| `(\S+)` `(\w+)` \|$", text, re.MULTILINE)
}
OTHERS = dict(re.findall(r"^\| `(\w+\.\w+)` \| (.+?) \|$", SECTIONS[NOT_FOR_PEOPLE], re.MULTILINE))
each_row = pytest.mark.parametrize("row", ROWS, ids=".".join)
#: Every contract of a lab.
CONTRACTS: Final = (
    *("EntityRegistry", "Crowdfunding", "MatchFunding", "Marketplace", "ProBono", "InnovationCredit"),
    *("AccessManager", "ERC2771Forwarder"),
)


def acts_of(contract: str) -> set[str]:
    """Return what can be called on a contract and changes something."""
    return {
        one["name"]
        for one in deployments.abi(contract)
        if one["type"] == "function" and one["stateMutability"] not in {"view", "pure"}
    }


def pages(router: Any) -> Iterator[str]:
    """Yield the paths of a router's pages, below the language."""
    for route in router.routes:
        if isinstance(route, APIRoute):
            yield route.path.removeprefix("/{language}")
        else:
            yield from pages(route.original_router)


PATHS = {path for page in PAGES for path in pages(page.router)}


def test_table__every_line__is_read() -> None:
    lines = [line for line in TEXT.splitlines() if line.startswith("| `")]
    assert len(lines) == len(ROWS) + len(OTHERS)


@each_row
def test_row__act_page_and_test__are_there(row: tuple[str, str]) -> None:
    contract, act = row
    page, file, test = ROWS[row]
    assert act in acts_of(contract)
    assert page in PATHS
    assert re.search(rf"^def {test}\(", (ROOT / "tests" / "web" / file).read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("name", OTHERS)
def test_not_for_people__act__is_there_and_has_no_page(name: str) -> None:
    contract, act = name.split(".")
    assert act in acts_of(contract)
    assert (contract, act) not in ROWS


def test_table__every_act_with_a_form__is_in_it() -> None:
    called = {(act.contract, function) for act in ALL for function in (act.function, act.permit_function) if function}
    assert called <= ROWS.keys()


@pytest.mark.parametrize("contract", CONTRACTS)
def test_table__of_a_contract__forgets_no_act(contract: str) -> None:
    named = {act for name, act in ROWS if name == contract}
    others = {act for name, act in (other.split(".") for other in OTHERS) if name == contract}
    assert acts_of(contract) == named | others
