"""The credits of an account: where they came from, and passing them on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, insert

from indexer.store import models
from tests.api import rows as r
from tests.api import scenario
from tests.api.client import Client, serving
from tests.api.conftest import make_mirror
from tests.api.rows import NOW
from tests.web.conftest import settings_of
from tests.web.reading import Element, read
from tests.web.test_desks import forms_of, spec_of
from web.app import create_app

CREDIT = 10**18
OWNER, FRIEND, ESCROW = "0x" + "a1" * 20, "0x" + "a2" * 20, "0x" + "a3" * 20
NOBODY = "0x" + "00" * 20
Show = Callable[[list[tuple[str, int, dict[str, Any]]]], Element]


@pytest.fixture
def show(tmp_path: Path, blank: Path) -> Show:
    """Return a function that shows the credits of an account after some events of the credit."""

    def shown(happened: list[tuple[str, int, dict[str, Any]]]) -> Element:
        file = tmp_path / "mirror.db"
        rows = [r.checkpoint(), r.entity(1), r.tenure(1, 11, f"0x{1:040x}", NOW), r.journal("ProBono", ESCROW)]
        rows += [r.entity(2, account=FRIEND), r.tenure(2, 12, FRIEND, NOW)]
        make_mirror(file, rows, blank)
        engine = create_engine(f"sqlite:///{file}")
        with engine.begin() as session:
            for name, key, arguments in happened:
                session.execute(insert(models.EVENTS["InnovationCredit", name].table), placed(key) | arguments)
        engine.dispose()
        with serving(create_app(settings_of(file), clock=lambda: NOW + 60)) as client:
            return read(client.get(f"/en/credits?account={OWNER}").body)

    return shown


def placed(block: int, place: int = 0) -> dict[str, Any]:
    return {
        "event_key": r.key(block, place),
        "block_number": block,
        "log_index": place,
        "block_time": NOW - 1_000 + block,
        "block_hash": r.digest(block),
        "tx_hash": r.digest(block),
        "contract": "0x" + "cc" * 20,
    }


def moved(block: int, sender: str, receiver: str, value: int) -> tuple[str, int, dict[str, Any]]:
    return "Transfer", block, {"from": sender, "to": receiver, "value": value}


def movements(page: Element) -> list[tuple[str, str]]:
    """Return what happened and how much, the newest one in front."""
    (table,) = (one for one in page.all("table") if "Receipt" in one.text)
    return [(cells[0].text, cells[1].text) for row in table.all("tr") if len(cells := list(row.all("td"))) == 3]


def test_credits__that_came_and_went__are_told_with_their_other_side(show: Show) -> None:
    issue = {"programme_id": 4, "to": OWNER, "issuer": 1, "amount": 9 * CREDIT, "issued": 9 * CREDIT}
    page = show(
        [
            moved(20, NOBODY, OWNER, 9 * CREDIT),
            ("CreditIssued", 20, issue | {"evidence_hash": r.digest(1)}),
            moved(21, OWNER, ESCROW, 3 * CREDIT),
            moved(22, ESCROW, OWNER, CREDIT),
            moved(23, FRIEND, OWNER, CREDIT // 2),
            moved(24, OWNER, "0x" + "a4" * 20, CREDIT),
            moved(25, FRIEND, ESCROW, CREDIT),
        ]
    )

    told = movements(page)
    assert [what.split(",")[0].split(" 0x")[0].strip() for what, _ in told] == [
        "To",
        "From",
        "Back from escrow",
        "Into escrow (Pro-bono help)",
        "Issued by Entity 1",
    ]
    assert told[1][0].endswith("Entity 2")
    assert [amount for _, amount in told] == [
        "− out: 1 EIC",
        "+ in: 0.50 EIC",
        "+ in: 1 EIC",
        "− out: 3 EIC",
        "+ in: 9 EIC",
    ]


def test_credits__of_an_account_without_any__say_so(show: Show) -> None:
    assert "This account has no credits" in show([moved(25, FRIEND, ESCROW, CREDIT)]).text


def test_credits__of_a_holder__can_be_used_in_three_ways(pages: Client) -> None:
    page = read(pages.get(f"/en/credits?account={scenario.HOLDERS[0]}").body)

    targets = {one.attributes["href"] for one in page.all("a")}
    assert {
        "/en/offers?has_free_hours=true",
        "/en/listings?takes_credits=true",
        f"/en/credits/transfer?account={scenario.HOLDERS[0]}",
    } <= targets


def test_transfer__of_an_account__takes_at_most_its_balance(pages: Client) -> None:
    spec: Any = spec_of(read(pages.get(f"/en/credits/transfer?account={scenario.HOLDERS[1]}").body), "transfer")

    amount = spec["fields"][1]
    assert (amount["min"], amount["max"], amount["decimals"]) == ("1", str(30 * CREDIT), 18)
    assert [one["name"] for one in spec["call"]["args"]] == ["to", "amount"]


def test_transfer__without_an_account__names_no_balance(pages: Client) -> None:
    page = read(pages.get("/en/credits/transfer").body)

    assert forms_of(page) == ["transfer"]
    spec: Any = spec_of(page, "transfer")
    assert spec["fields"][1]["max"] is None


@pytest.mark.parametrize("account", ["0x" + "99" * 20, scenario.HOLDERS[4]])
def test_transfer__of_nothing__is_not_offered(pages: Client, account: str) -> None:
    page = read(pages.get(f"/en/credits/transfer?account={account}").body)

    assert forms_of(page) == []
    assert "This account has no credits" in page.text
