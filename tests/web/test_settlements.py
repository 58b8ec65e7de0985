"""A settlement: which words both sides sign, whose wallet is asked, and what goes over by a link."""

from typing import Any

import pytest
from eth_abi.abi import encode
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak

from indexer.store.models import OrderState
from tests.api import case_rows as c
from tests.api import rows as r
from tests.api.client import Client
from tests.api.rows import BUYER, DAY, NOW
from tests.web.conftest import Show
from tests.web.running import run
from tests.web.test_desks import forms_of, spec_of
from tests.web.test_market_desks import args_of, market

CHAIN = 31337
ACCEPTED = {"state": OrderState.ACCEPTED, "accepted_at": NOW - DAY}


@pytest.mark.parametrize(
    ("changes", "offered"),
    [
        ({}, []),
        (ACCEPTED, ["settle"]),
        (ACCEPTED | {"window_ends_at": NOW + 1}, ["settle"]),
        (ACCEPTED | {"window_ends_at": NOW}, []),
        (ACCEPTED | {"state": OrderState.DISPUTED, "handed_over_at": NOW - DAY, "disputed_at": NOW}, ["settle"]),
        ({"state": OrderState.DECLINED, "window_ends_at": None, "ended_at": NOW, "seller_bps": 0}, []),
    ],
)
def test_settle__is_offered_while_both_can_sign(show: Show, changes: dict[str, Any], offered: list[str]) -> None:
    page = show("/en/orders/1/settle", market(c.listing(1), c.order(1, **changes)))

    assert forms_of(page) == offered
    assert ("can't be settled now" in page.text) == (offered == [])


def test_settle__signers__are_the_sellers_account_and_the_buyer_with_the_present_nonce(show: Show) -> None:
    page = show("/en/orders/1/settle", market(c.listing(1), c.order(1, **ACCEPTED, settlement_nonce=3)))

    order, _, _, seller, buyer = args_of(page, "settle")
    assert (order, seller["account"].lower(), buyer["account"].lower()) == (1, r.ORGANIZER, BUYER)
    assert seller["message"] == buyer["message"]
    assert (seller["message"]["id"], seller["message"]["nonce"]) == (1, "3")
    (section,) = (one for one in page.all("div") if "data-settlement" in one.attributes)
    assert section.attributes["data-nonce"] == "3"
    assert section.attributes["data-path"] == "/orders/1/settle"


SIGNING = """
import { contextOf, fillIn } from "./web/wallet/arguments.js";
import { signatureOf } from "./web/wallet/signed.js";
import { readFileSync } from "node:fs";
const { args, accounts, contract, chain, domain, values } = JSON.parse(readFileSync(0, "utf8"));
const [done, asked] = [[], []];
for (const account of accounts) {
  const request = async ({ method, params }) => {
    if (method === "eth_call") return domain;
    asked.push({ account, signer: params[0], data: JSON.parse(params[1]) });
    return "0x5151";
  };
  const sign = (leaf, message) => signatureOf({ provider: { request }, account }, contract, chain, leaf, message);
  const context = contextOf({ account, now: 0, values: { ...values, share: 6000n, deadline: 1800000000n }, sign });
  done.push((await fillIn(args, context)).slice(3), (await fillIn(args, context)).slice(3));
}
console.log(JSON.stringify({ done, asked }));
"""


def signed(
    page_args: list[Any], accounts: list[str], contract: str, name: str = "Marketplace", **values: str
) -> dict[str, Any]:
    """Return what each account's wallet is asked to sign for the arguments of a page, twice each."""
    types = ["bytes1", "string", "string", "uint256", "address", "bytes32", "uint256[]"]
    domain = encode(types, [b"\x0f", name, "1", CHAIN, contract, bytes(32), []])
    given = {"args": page_args, "accounts": accounts, "contract": contract, "chain": CHAIN}
    fields = {"seller_signature": "", "buyer_signature": ""} | values
    done: dict[str, Any] = run(SIGNING, given | {"domain": "0x" + domain.hex(), "values": fields})
    return done


def check_words(typed: dict[str, Any], name: str, contract: str) -> None:
    """Compare what a wallet is asked to sign with the words of `Escrow.SETTLEMENT_TYPEHASH`, in a contract's domain."""
    message = encode_typed_data(full_message=typed)
    kind = keccak(text="Settlement(uint32 id,uint16 share,uint256 nonce,uint40 deadline)")
    words = encode(["bytes32", "uint32", "uint16", "uint256", "uint40"], [kind, 1, 6_000, 3, 1_800_000_000])
    place = keccak(text="EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")
    names = [place, keccak(text=name), keccak(text="1"), CHAIN, contract]
    assert message.body == keccak(words)
    assert message.header == keccak(encode(["bytes32", "bytes32", "bytes32", "uint256", "address"], names))


def test_settle__signed_words__are_those_that_the_contract_checks(show: Show) -> None:
    page = show("/en/orders/1/settle", market(c.listing(1), c.order(1, **ACCEPTED, settlement_nonce=3)))
    contract = str(spec_of(page, "settle")["to"])
    done = signed(args_of(page, "settle"), [BUYER], contract)

    (asked,) = done["asked"]
    check_words(asked["data"], "Marketplace", contract)


def test_settle__wallet__is_asked_once_and_for_its_own_side_alone(show: Show) -> None:
    page = show("/en/orders/1/settle", market(c.listing(1), c.order(1, **ACCEPTED)))
    args, contract = args_of(page, "settle"), str(spec_of(page, "settle")["to"])
    stranger = "0x" + "99" * 20

    done = signed(args, [BUYER, r.ORGANIZER, stranger], contract)
    assert [one["signer"] for one in done["asked"]] == [BUYER, r.ORGANIZER]
    assert done["done"][::2] == done["done"][1::2] == [["0x", "0x5151"], ["0x5151", "0x"], ["0x", "0x"]]

    brought = signed(args, [BUYER, stranger], contract, seller_signature="0xaa")
    assert brought["done"][::2] == [["0xaa", "0x5151"], ["0xaa", "0x"]]


LINKS = """
import { linkOf, minuteOf, offeredIn, shareOf } from "./web/wallet/offered.js";
import { readFileSync } from "node:fs";
const { offered, broken, sides } = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify({
  same: offeredIn(linkOf(offered), sides), broken: broken.map((it) => offeredIn(it, sides)),
  percents: ["0", "5", "50", "6000", "10000"].map((it) => shareOf(it, 2)), hours: shareOf("12", 0),
  minute: minuteOf("1800000000"),
}));
"""


def test_link__carries_terms_and_signature_and_what_is_no_settlement_is_told() -> None:
    offered = {"share": "6000", "deadline": "1800000000", "nonce": "3", "signatures": {"buyer_signature": "0xab"}}
    terms = "#share=6000&deadline=1800000000&nonce=3"
    broken = [
        *("", "#", terms, f"{terms}&buyer_signature=0x", f"{terms}&buyer_signature=0xabc", f"{terms}&thief=0xab"),
        *("#share=60.5&deadline=1&nonce=0&buyer_signature=0xab", "#share=1&nonce=0&buyer_signature=0xab"),
        "#share=1&deadline=999999999999&nonce=0&buyer_signature=0xab",
    ]
    done = run(LINKS, {"offered": offered, "broken": broken, "sides": ["seller_signature", "buyer_signature"]})

    assert done["same"] == offered
    assert done["broken"] == [None] * len(broken)
    assert done["percents"] == ["0.00", "0.05", "0.50", "60.00", "100.00"]
    assert done["hours"] == "12"
    assert done["minute"] == "2027-01-15T08:00"


def test_settle__of_what_is_not_there__is_not_found(pages: Client) -> None:
    assert pages.get("/en/orders/999/settle").status == 404


def test_order__that_can_be_settled__leads_to_its_settlement(show: Show) -> None:
    links = [
        {one.attributes["href"] for one in show("/en/orders/1/desk", market(c.listing(1), c.order(1, **more))).all("a")}
        for more in ({}, ACCEPTED)
    ]
    assert ["/en/orders/1/settle" in found for found in links] == [False, True]
