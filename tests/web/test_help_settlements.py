"""The settlement of contested help: whose signatures under which words, and when it is offered."""

from typing import Any

import pytest

from tests.api.client import Client
from tests.api.rows import NOW
from tests.web.conftest import Show
from tests.web.test_desks import forms_of, spec_of
from tests.web.test_help_desks import ACCEPTED, ASKING, CONFIRMED, CONTESTED, DELIVERED, PROVIDER, asked
from tests.web.test_market_desks import args_of
from tests.web.test_settlements import check_words, signed

PAGE = "/en/redemptions/1/settle"


@pytest.mark.parametrize(
    ("changes", "offered"),
    [
        ({}, []),
        (ACCEPTED, []),
        (DELIVERED, []),
        (CONTESTED, ["settle"]),
        (CONTESTED | {"window_ends_at": NOW}, []),
        (CONFIRMED, []),
    ],
)
def test_settle__is_offered_while_it_is_contested(show: Show, changes: dict[str, Any], offered: list[str]) -> None:
    page = show(PAGE, asked(**changes))

    assert forms_of(page) == offered
    assert ("can't be settled now" in page.text) == (offered == [])


def test_settle__of_what_is_not_there__is_not_found(pages: Client) -> None:
    assert pages.get("/en/redemptions/999/settle").status == 404


def test_settle__signers__are_both_accounts_with_the_present_nonce_and_at_most_all_hours(show: Show) -> None:
    page = show(PAGE, asked(**CONTESTED, settlement_nonce=3))

    redemption, _, _, provider, beneficiary = args_of(page, "settle")
    assert (redemption, provider["account"].lower(), beneficiary["account"].lower()) == (1, PROVIDER, ASKING)
    assert provider["message"] == beneficiary["message"]
    assert (provider["message"]["id"], provider["message"]["nonce"]) == (1, "3")
    (share,) = (one for one in spec_of(page, "settle")["fields"] if one["name"] == "share")
    assert (share["min"], share["max"]) == ("0", "5")
    (section,) = (one for one in page.all("div") if "data-settlement" in one.attributes)
    assert section.attributes["data-path"] == "/redemptions/1/settle"
    assert section.attributes["data-sides"].split() == [provider["name"], beneficiary["name"]]
    assert section.attributes["data-decimals"] == "0"


def test_settle__signed_words__are_those_that_the_contract_checks(show: Show) -> None:
    page = show(PAGE, asked(**CONTESTED, settlement_nonce=3))
    contract = str(spec_of(page, "settle")["to"])
    fields = {"provider_signature": "", "beneficiary_signature": ""}
    done = signed(args_of(page, "settle"), [ASKING], contract, name="ProBono", **fields)

    (one,) = done["asked"]
    check_words(one["data"], "ProBono", contract)


def test_case__that_can_be_settled__leads_to_its_settlement(show: Show) -> None:
    links = [
        {one.attributes["href"] for one in show("/en/redemptions/1/desk", asked(**changes)).all("a")}
        for changes in (DELIVERED, CONTESTED)
    ]
    assert ["/en/redemptions/1/settle" in found for found in links] == [False, True]
