"""Orders and redemptions of the story, as the contracts tell them, and the API.

given the story was played
├── orders and redemptions stand in every state that a person should see, with windows open for days, as the docs say
├── a basket of two sellers: one transaction, addresses that only buyer and seller know, one item declined and back
├── a ruling of 60/40 and a settlement at half part both legs to the last unit
├── hours: given ones are burned, all others are back with who paid; what is promised covers what there is
├── what had to be refused was refused: too few hours promised, another price than was seen
├── who has no ether sold, bought and asked for help through the relayer
├── books of the escrows agree, and notice a listing, a hand-over or a holder that is missing
├── the check of the API finds wrong rows
└── over HTTP: a basket, the parts and reasons of a ruling, attestations, coverage
"""

import json
import re
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_utils import keccak

from scripts._lab import check
from scripts._lab.documents import salted_address
from scripts._lab.errors import AnswerDiffers, BooksDiffer
from scripts._lab.escrow_books import EscrowBooks
from scripts._lab.http import Api
from scripts._lab.rpc import Call, Rpc
from scripts._lab.stage import euros, hours
from scripts._lab.wallets import Cast
from tests.contracts.orders import OrderState, Part
from tests.contracts.redemptions import State
from tests.e2e.conftest import Played, forged

#: Order by order, as they were placed.
ORDERS = {
    "pierre-tandem": OrderState.Unruled,
    "yusra-soap": OrderState.Completed,
    "yusra-bicycle": OrderState.Declined,
    "rana-bicycle": OrderState.Completed,
    "tiago-soap": OrderState.Ruled,
    "carmen-bicycles": OrderState.Settled,
    "eleni-bicycle": OrderState.Undelivered,
    "yusra-mending": OrderState.Withdrawn,
    "marco-bicycle": OrderState.Canceled,
    "pierre-bicycle": OrderState.Lapsed,
    "carmen-wheel": OrderState.Disputed,
    "tiago-mending": OrderState.HandedOver,
    "yusra-more-soap": OrderState.Accepted,
    "eleni-again": OrderState.Placed,
    "eleni-twice": OrderState.Placed,
}
#: Redemption by redemption, as they were requested.
REDEMPTIONS = {
    "seville-statutes": State.Confirmed,
    "tunis-export": State.Lapsed,
    "lisbon-accounts": State.Missed,
    "tunis-lease": State.Settled,
    "seville-website": State.Confirmed,
    "nablus-label": State.Ruled,
    "seville-court": State.Declined,
    "tunis-loan": State.Expired,
    "lisbon-choir": State.Canceled,
    "lisbon-ledger": State.Underway,
    "tunis-grant": State.Delivered,
    "nablus-contract": State.Accepted,
    "seville-archive": State.Requested,
}
ORDER_IDS, REDEMPTION_IDS = ({name: i for i, name in enumerate(names, 1)} for names in (ORDERS, REDEMPTIONS))
SOAP, REPAIR, MENDING = 1, 2, 3
STOCKS = {SOAP: 40, REPAIR: 12, MENDING: 20}
HANDED_OVER = {
    ORDER_IDS[name]
    for name in ("pierre-tandem", "yusra-soap", "rana-bicycle", "tiago-soap", "carmen-bicycles", "carmen-wheel")
} | {ORDER_IDS["tiago-mending"]}
PRICE, CREDIT_PRICE = euros("17.950003"), hours("0.4")
DAY = 24 * 60 * 60


def order(played: Played, name: str) -> dict[str, int]:
    found: dict[str, int] = played.contracts["Marketplace"].ask(played.rpc, "order", ORDER_IDS[name])
    return found


def redemption(played: Played, name: str) -> dict[str, int]:
    found: dict[str, int] = played.contracts["ProBono"].ask(played.rpc, "redemption", REDEMPTION_IDS[name])
    return found


def euros_of(played: Played, account: str) -> int:
    return int(played.contracts["TestEuro"].ask(played.rpc, "balanceOf", account))


def credits_of(played: Played, account: str) -> int:
    return int(played.contracts["InnovationCredit"].ask(played.rpc, "balanceOf", account))


def now(played: Played) -> int:
    return int(played.rpc.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)


def test_orders__of_the_story__stand_in_thirteen_states(played: Played) -> None:
    found = {name: OrderState(order(played, name)["state"]) for name in ORDERS}
    assert found == ORDERS
    assert set(ORDERS.values()) == set(OrderState) - {OrderState.None_}
    assert played.contracts["Marketplace"].ask(played.rpc, "orderCount") == len(ORDERS)


def test_redemptions__of_the_story__stand_where_they_should(played: Played) -> None:
    found = {name: State(redemption(played, name)["state"]) for name in REDEMPTIONS}
    assert found == REDEMPTIONS
    assert played.contracts["ProBono"].ask(played.rpc, "redemptionCount") == len(REDEMPTIONS)


def test_story__in_the_docs__is_the_one_on_chain(played: Played) -> None:
    text = (Path(__file__).parents[2] / "docs" / "story.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| ([\w-]+) \| (\w+) \|", text, re.MULTILINE)
    told = [
        (str(i), name, state.name)
        for states in (ORDERS, REDEMPTIONS)
        for i, (name, state) in enumerate(states.items(), 1)
    ]
    assert rows == told
    phases = [row.split(" | ")[1] for row in text.splitlines() if re.match(r"\| [a-z]+-[a-z]+ \|", row)]
    found = [played.contracts["Crowdfunding"].ask(played.rpc, "phase", i) for i in range(1, len(phases) + 1)]
    assert phases == [check.PHASES[phase] for phase in found]


def test_ended__orders_and_redemptions__are_paid_out(played: Played) -> None:
    marketplace = played.contracts["Marketplace"]
    for name, state in ORDERS.items():
        found = order(played, name)
        assert found["ended"] == (state >= OrderState.Completed), name
        due = [marketplace.ask(played.rpc, "dueOf", ORDER_IDS[name], part) for part in Part]
        assert due == [0, 0, 0, 0], name
    for name, help_state in REDEMPTIONS.items():
        assert redemption(played, name)["ended"] == (help_state >= State.Confirmed), name


def test_windows__that_the_story_leaves_open__stay_open_for_two_days(played: Played) -> None:
    later = now(played) + 2 * DAY
    for name, state in ORDERS.items():
        if state < OrderState.Completed:
            assert order(played, name)["windowEndsAt"] > later, name
    for name, edge in (
        ("seville-archive", "start"),
        ("nablus-contract", "start"),
        ("lisbon-ledger", "deliverBy"),
        ("tunis-grant", "windowEndsAt"),
    ):
        assert redemption(played, name)[edge] > later, name


def test_basket__of_two_sellers__is_one_transaction_with_salted_addresses(played: Played) -> None:
    event = "OrderPlaced(uint32,uint32,address,uint32,uint96,uint96,uint8,bytes32)"
    marketplace, topic = played.contracts["Marketplace"], "0x" + keccak(text=event).hex()
    asked = {"address": marketplace.address, "fromBlock": "0x0", "toBlock": "latest", "topics": [topic]}
    logs = {int(log["topics"][1], 16): log for log in played.rpc.call("eth_getLogs", asked)}
    assert sorted(logs) == sorted(ORDER_IDS.values())
    basket = [logs[ORDER_IDS[name]] for name in ("yusra-soap", "yusra-bicycle")]
    assert len({log["transactionHash"] for log in basket}) == 1
    assert [int(log["topics"][2], 16) for log in basket] == [SOAP, REPAIR]
    for log in logs.values():
        buyer = "0x" + log["topics"][3][-40:]
        wallet = next(w for w in Cast().everyone() if w.address.lower() == buyer)
        assert log["data"][-64:] == salted_address(wallet.address).hex()
        assert not (played.calm.documents / log["data"][-64:]).exists(), "nobody keeps it for them"


def test_basket__of_two_sellers__one_completed_one_declined_and_back(played: Played) -> None:
    soap, bicycle = order(played, "yusra-soap"), order(played, "yusra-bicycle")
    assert (soap["money"], soap["credits"], soap["sellerBps"]) == (2 * PRICE, 2 * CREDIT_PRICE, 10_000)
    assert (bicycle["money"], bicycle["credits"], bicycle["sellerBps"]) == (euros("25"), 0, 0)
    # Two pledges, to the schools and the rewards, and soap twice, the second time at the new price.
    spent = euros("200.000007") + euros("250") + 2 * PRICE + euros("18.5")
    assert euros_of(played, Cast().yusra.address) == euros("5000") - spent


def test_completed_by_time__is_the_sellers(played: Played) -> None:
    found = order(played, "rana-bicycle")
    assert (found["money"], found["sellerBps"], found["paidParts"]) == (euros("25"), 10_000, 1 << Part.SellerMoney)


def test_dispute__ruled_60_to_40__parts_both_legs_to_the_last_unit(played: Played) -> None:
    found = order(played, "tiago-soap")
    assert (found["money"], found["credits"], found["sellerBps"]) == (3 * PRICE, 3 * CREDIT_PRICE, 6_000)
    assert found["paidParts"] == 0b1111
    # 53.850009 euros: 32.3100054 are 32.310005 for the seller, who also sold two boxes to Yusra.
    assert euros_of(played, Cast().nablus.address) == 2 * PRICE + euros("32.310005")
    # The buyer's other order is of an evening for one credit.
    assert credits_of(played, Cast().tiago.address) == hours("4") - hours("0.72") - hours("1")


def test_settlement__at_half__is_paid_to_both(played: Played) -> None:
    found = order(played, "carmen-bicycles")
    assert (found["money"], found["sellerBps"]) == (euros("50"), 5_000)
    assert found["paidParts"] == 1 << Part.BuyerMoney | 1 << Part.SellerMoney
    # With Rana's bicycle this is all that the workshop was paid.
    assert euros_of(played, Cast().marseille.address) == euros("25") + euros("25")


def test_hours__given_are_burned_and_all_others_are_back(played: Played) -> None:
    hours_of = {
        name: (redemption(played, name)["hoursRequested"], redemption(played, name)["hoursDelivered"])
        for name in REDEMPTIONS
    }
    given = {name: parts for name, parts in hours_of.items() if REDEMPTIONS[name] >= State.Confirmed and parts[1]}
    assert given == {
        "seville-statutes": (5, 4),
        "tunis-lease": (6, 4),
        "seville-website": (2, 2),
        "nablus-label": (3, 2),
    }
    # What each earned, was granted or was paid, what was burned, and what waits in escrow for help that is under way.
    for name, earned, burned, waiting in (
        ("seville", "9.75", 6, 2),
        ("tunis_new", "12", 4, 2),
        ("lisbon", "16", 0, 2),
        ("nablus", "71.52", 2, 3),
    ):
        left = hours(earned) - hours(str(burned + waiting))
        assert credits_of(played, getattr(Cast(), name).address) == left, name


def test_capacity__at_the_end__covers_all_credits(played: Played) -> None:
    capacity, supply = played.contracts["InnovationCredit"].ask(played.rpc, "coverage")
    # Of five promises the law clinic's of the summer is over.
    assert (capacity, supply) == (hours(str(60 + 40 + 24 + 25 - 12)), hours("124.75") - hours("12"))


def test_refusals__of_the_story__are_three(played: Played) -> None:
    calls = [("eth_getBlockReceipts", [hex(block)]) for block in range(played.head() + 1)]
    receipts = [receipt for block in played.rpc.batch(calls) for receipt in block]
    refused = [(receipt["from"], receipt["to"]) for receipt in receipts if receipt["status"] == "0x0"]
    cast = Cast()
    expected = [(cast.marco, "Crowdfunding"), (cast.beitillu, "InnovationCredit"), (cast.tiago, "Marketplace")]
    assert refused == [
        (wallet.address.lower(), played.contracts[contract].address.lower()) for wallet, contract in expected
    ]


def test_forwarder__who_has_no_ether__sold_bought_and_asked(played: Played) -> None:
    cast, forwarder = Cast(), played.contracts["ERC2771Forwarder"]
    acts = {cast.nablus: 11, cast.yusra: 8, cast.rana: 4}
    for wallet, least in acts.items():
        assert forwarder.ask(played.rpc, "nonces", wallet.address) >= least, wallet.name
        assert int(played.rpc.call("eth_getBalance", wallet.address, "latest"), 16) == 0
    assert order(played, "rana-bicycle")["buyer"] == cast.rana.address.lower()
    assert redemption(played, "nablus-label")["payer"] == cast.nablus.address.lower()


def books_of(played: Played) -> EscrowBooks:
    """Returns books that know every listing and every hand-over."""
    books = EscrowBooks.of(played.rpc, played.contracts)
    books.stock.update(STOCKS)
    books.handed_over.update(HANDED_OVER)
    return books


def test_books__at_the_end__agree(played: Played) -> None:
    books = books_of(played)
    books.check()
    books.check_holders(wallet.address for wallet in Cast().everyone())


def test_books__of_another_stock__differ(played: Played) -> None:
    books = books_of(played)
    books.stock[MENDING] += 1
    with pytest.raises(BooksDiffer, match=r"stock of listing 3 is 18, not 21 - 2"):
        books.check()


def test_books__without_a_hand_over__differ(played: Played) -> None:
    books = books_of(played)
    books.handed_over.remove(ORDER_IDS["tiago-soap"])
    with pytest.raises(BooksDiffer, match=r"stock of listing 1 is 34, not 40 - 3"):
        books.check()


def test_books__without_one_holder__differ(played: Played) -> None:
    holders = [wallet.address for wallet in Cast().everyone() if wallet != Cast().tiago]
    with pytest.raises(BooksDiffer, match="credits of all accounts"):
        books_of(played).check_holders(holders)


class Distorted(Rpc):
    """A node that says one less than is true in one word of one answer."""

    def __init__(self, url: str, lie: Call, word: int) -> None:
        super().__init__(url)
        self.lie, self.word = lie, word

    def batch(self, calls: Sequence[Call]) -> list[Any]:
        return [self._told(call, answer) for call, answer in zip(calls, super().batch(calls), strict=True)]

    def _told(self, call: Call, answer: Any) -> Any:
        if str(call).lower() != str(self.lie).lower():  # addresses may be in checksum form
            return answer
        words = [int(answer[i : i + 64], 16) for i in range(2, len(answer), 64)]
        words[self.word] -= 1
        return "0x" + "".join(f"{word:064x}" for word in words)


@pytest.mark.parametrize(
    ("contract", "function", "argument", "word", "message"),
    [
        ("TestEuro", "balanceOf", "Marketplace", 0, "balance of orders in 0x"),
        ("InnovationCredit", "balanceOf", "Marketplace", 0, "credits in escrow for orders and help"),
        ("InnovationCredit", "balanceOf", "ProBono", 0, "credits in escrow for orders and help"),
        ("InnovationCredit", "totalSupply", None, 0, "supply of credits is 112749999999999999999"),
        ("ProBono", "capacity", None, 0, "capacity is 136999999999999999999, not 137"),
        ("ProBono", "offer", 1, 2, r"hours reserved and given of offer 1 is \(1, 2\), not \(2, 2\)"),
        ("Marketplace", "order", ORDER_IDS["yusra-soap"], 8, "seller's share of order 2 is 9999, not 10000"),
    ],
)
def test_books__of_a_node_that_lies__differ(
    played: Played, contract: str, function: str, argument: str | int | None, word: int, message: str
) -> None:
    known = played.contracts
    arguments = [] if argument is None else [known[argument].address if isinstance(argument, str) else argument]
    with closing(Distorted(played.rpc.url, known[contract].view(function, *arguments), word)) as rpc:
        books = books_of(replace(played, rpc=rpc))
        with pytest.raises(BooksDiffer, match=message):
            books.check()


def test_check__of_wrong_rows__names_them(played: Played, tmp_path: Path) -> None:
    ruled, confirmed = ORDER_IDS["tiago-soap"], REDEMPTION_IDS["seville-statutes"]
    statements = (
        f"update listings set stock = stock + 1 where listing_id = {SOAP}",
        f"update orders set quantity = quantity + 1 where order_id = {ruled}",
        "delete from orders where order_id = 1",
        "update offers set reserved = reserved + 1 where offer_id = 1",
        f"update redemptions set hours_given = hours_given + 1 where redemption_id = {confirmed}",
        "update redemptions set hours_requested = 4 where redemption_id = 12",
        "update credit_escrows set held = replace(held, '9', '8') where contract_name = 'ProBono'",
    )
    with forged(played, tmp_path, *statements) as api, pytest.raises(AnswerDiffers) as differs:
        check.compare(api, played.rpc, played.deployment)
    for words in (
        "listing 1 stock: API 35, contract 34",
        f"order {ruled} quantity: API 4, contract 3",
        "ids of orders: API",
        "offer 1 hours_reserved: API 3, contract 2",
        f"redemption {confirmed} hours: API 5, contract 4",
        "redemption 12 hours_requested: API 4, contract 3",
        "credits in ProBono: API ('8000000000000000000'",
        "credits in escrow by account: API {",
    ):
        assert words in str(differs.value)


def test_basket__over_http__is_found_by_its_transaction(api: Api) -> None:
    basket = api.get(f"/v1/orders/{ORDER_IDS['yusra-soap']}")["order"]["links"]["basket"]
    assert {order["order_id"] for order in api.get(basket)["items"]} == {
        ORDER_IDS["yusra-soap"],
        ORDER_IDS["yusra-bicycle"],
    }


def test_ruling__over_http__shows_parts_and_reasons(api: Api) -> None:
    found = api.get(f"/v1/orders/{ORDER_IDS['tiago-soap']}")["order"]
    parts = {part["part"]: (part["amount"], part["receiver"]) for part in found["parts"]}
    nablus, tiago = Cast().nablus.address, Cast().tiago.address
    assert parts == {
        "seller_money": (str(euros("32.310005")), nablus),
        "buyer_money": (str(euros("21.540004")), tiago),
        "seller_credits": (str(hours("0.72")), nablus),
        "buyer_credits": (str(hours("0.48")), tiago),
    }
    for link, kind in (("dispute", "reason"), ("ruling", "reason"), ("evidence", "evidence")):
        status, content = api.read(found["links"][link])
        assert (status, json.loads(content)["type"]) == (200, kind)


def test_help__over_http__is_attested_to_provider_and_beneficiary(api: Api) -> None:
    proofs = api.get("/v1/attestations?limit=100")["items"]
    assert {proof["redemption_id"]: proof["hours"] for proof in proofs} == {1: 4, 4: 4, 5: 2, 6: 2}
    for proof in proofs:
        for link in ("need", "evidence"):
            assert api.read(proof["links"][link])[0] == 200, proof
    entities = {e["account"]: e for page in api.pages("/v1/entities?limit=100") for e in page["items"]}
    shown = [
        (entities[wallet.address]["hours_given"], entities[wallet.address]["hours_taken"])
        for wallet in (Cast().clinic, Cast().alkoura, Cast().lisbon, Cast().seville, Cast().tunis_new, Cast().nablus)
    ]
    assert shown == [(8, 0), (2, 0), (2, 0), (0, 6), (0, 4), (0, 2)]


def test_coverage__over_http__is_more_than_all_credits(api: Api) -> None:
    coverage = api.get("/v1/credits")["credits"]["coverage"]
    amounts = [str(hours(amount)) for amount in ("137", "112.75", "24.25")]
    assert [coverage[name] for name in ("capacity", "supply", "issuable")] == amounts
    assert coverage["ratio_bps"] == 12_150
