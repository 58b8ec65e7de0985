"""Open books: supply and coverage, comparisons with the chain, roles, announced acts: as the API says them."""

from collections.abc import Callable

import pytest

from api.fields import checksummed
from indexer.store.models import Operation, OperationState
from indexer.store.operations import Reconciliation, ReconciliationDifference
from tests.api import rows as r
from tests.api import scenario
from tests.api.client import Client
from tests.api.rows import DAY, NOW
from tests.web.reading import Element, read
from web.pictures.coverage import HEIGHT, WIDTH, Step, coverage

PagesOf = Callable[..., Client]


def main_of(pages: Client, path: str) -> Element:
    """Return the content of a page."""
    answer = pages.get(f"/en{path}")
    assert answer.status == 200
    (main,) = read(answer.body).all("main")
    return main


def check(number: int, differences: int) -> Reconciliation:
    """Return a comparison with the chain."""
    block = {"block_number": r.BLOCK - number, "block_hash": r.digest(r.BLOCK - number)}
    return Reconciliation(id=number, checked_at=NOW - number, compared=500, differences=differences, **block)


def test_books__supply_and_coverage__are_those_of_the_api(pages: Client) -> None:
    told = main_of(pages, "/books").text.replace("\xa0", " ")
    credit = pages.get("/v1/credits").json()["credits"]

    for amount in (credit["supply"], credit["issued"], credit["redeemed"], credit["coverage"]["capacity"]):
        assert f"{int(amount) // 10**18} EIC" in told
    assert "Not fully covered" in told
    assert f"{credit['coverage']['ratio_bps'] // 100}%" in told


@pytest.mark.parametrize(
    ("comparisons", "words"), [((), "Not compared yet"), ((0,), "✓ Yes"), ((0, 2), "! No, values differ")]
)
def test_books__agreement__is_told_with_a_sign_and_a_word(
    pages_of: PagesOf, comparisons: tuple[int, ...], words: str
) -> None:
    pages = pages_of([r.checkpoint(), *(check(number, found) for number, found in enumerate(comparisons, 1))])
    assert words in main_of(pages, "/books").text


def test_checks__with_differences__show_each(pages_of: PagesOf) -> None:
    difference = ReconciliationDifference(
        reconciliation_id=2, subject="campaigns", row_key="7", field="raised", mirror="10", chain="<b>12</b>"
    )
    main = main_of(pages_of([r.checkpoint(), check(1, 0), check(2, 1), difference]), "/books/checks")

    assert "campaigns 7 raised : here 10, on the chain <b>12</b>" in main.text
    assert not list(main.all("b"))


def test_roles__holders_and_delays__are_those_of_the_api(pages: Client) -> None:
    main = main_of(pages, "/books/roles")
    shown = {one.attributes["title"] for one in main.all("bdi") if one.attributes.get("class") == "hex"}

    for role in pages.get("/v1/roles").json()["roles"]:
        assert {holder["account"] for holder in role["holders"]} <= shown
    assert "5 days" in main.text
    assert "approveCampaign(uint32)" in main.text


def test_administration__announced_acts__are_named_with_their_time(pages_of: PagesOf) -> None:
    announced = Operation(
        operation_id=r.digest(1),
        nonce=1,
        caller=r.PAYOUT,
        target="0x" + "77" * 20,
        data="0xdeadbeef" + "00" * 32,
        scheduled_at=NOW - DAY,
        executable_at=NOW + DAY,
        state=OperationState.SCHEDULED,
        finished_at=None,
        **r.mirrored(1),
    )
    told = main_of(pages_of([r.checkpoint(), announced]), "/books/administration").text

    assert "0xdeadbeef" in told
    assert "2 March 2026, 12:00 UTC" in told
    assert "Announced" in told


def test_books__of_a_lab_without_anything__have_words_for_it(pages_of: PagesOf) -> None:
    pages = pages_of([r.checkpoint()])

    for path, words in (
        ("/books", "No currency is accepted yet"),
        ("/books/checks", "Nothing was compared yet"),
        ("/books/administration", "Nothing was announced"),
        ("/books/roles", "Nobody holds this role."),
    ):
        assert words in main_of(pages, path).text


def test_coverage__steps__are_as_high_as_the_capacity() -> None:
    steps = [Step(0, 100), Step(50, 40), Step(100, 0)]
    svg = next(read(str(coverage(steps, 200, ("t", "d"), ("a", "b"), from_right=False)).encode()).all("svg"))
    capacity, supply, ground = (one.attributes["d"] for one in svg.all("path"))
    top, bottom = float(supply.split()[1].split("H")[0]), float(ground.split()[1].split("H")[0])

    assert bottom - top == HEIGHT
    assert f"V{bottom - HEIGHT / 2:.1f}H{WIDTH / 2:.1f}V{bottom - HEIGHT / 5:.1f}H{WIDTH:.1f}V{bottom:.1f}Z" in capacity


def test_coverage__from_right_to_left__begins_on_the_right() -> None:
    steps = [Step(0, 100), Step(100, 0)]
    svg = next(read(str(coverage(steps, 50, ("t", "d"), ("a", "b"), from_right=True)).encode()).all("svg"))

    assert next(svg.all("path")).attributes["d"].startswith(f"M{WIDTH:.1f} ")


@pytest.mark.parametrize("account", [scenario.HOLDERS[0], r.BUYER])
def test_credits__of_an_account__are_those_of_the_api(pages: Client, account: str) -> None:
    told = main_of(pages, f"/credits?account={account}").text.replace("\xa0", " ")
    items = pages.get(f"/v1/credits/holders?account={account}").json()["items"]

    for holder in items:
        for field in ("balance", "in_escrow", "received", "sent"):
            assert f"{int(holder[field]) // 10**18} EIC" in told
    assert checksummed(account)[:8] in told


def test_credits__of_an_account_without_any__say_where_they_come_from(pages: Client) -> None:
    assert "This account has no credits" in main_of(pages, "/credits?account=0x" + "99" * 20).text


@pytest.mark.parametrize("account", ["0x", "x" * 42, "0x" + "g" * 40, "<script>", "0x" + "Aa" * 20, "0x" + "1" * 41])
def test_credits__of_no_account__are_refused_with_words(pages: Client, account: str) -> None:
    answer = pages.get(f"/en/credits?account={account}")
    assert answer.status == 400
    assert b"<script>" not in answer.body
