"""Cases that a test needs of its own, made on the chain by everybody who is not in the browser."""

from hashlib import sha256
from typing import Any

from eth_utils import to_checksum_address

from scripts._lab.clock import DAY
from scripts._lab.contracts import TEST_CURRENCY
from scripts._lab.stage import CREDIT, EURO
from scripts._lab.wallets import Wallet
from tests.web.browser.lab import Lab
from tests.web.browser.people import let_pass, now_of

PICKUP = 1
NOWHERE = bytes(32)
BPS = 100
"""Basis points of a percent."""


def a_campaign(lab: Lab, *shares: int, days: float = 2) -> int:
    """Make a campaign of Seville that opens tomorrow, with a milestone for each share in percent, due a day apart."""
    cast, opens = lab.cast, now_of(lab) + DAY
    deadline = opens + round(days * DAY)
    terms = (
        cast.seville.address,
        _address(lab, TEST_CURRENCY),
        *(1_000 * EURO, 5_000 * EURO, 5 * EURO),
        *(opens, deadline, 0, DAY, 3 * DAY, 7 * DAY),
        *(b"ES-SE".ljust(8, b"\0"), 1, document("campaign")),
    )
    plan = [(share * BPS, deadline + place * DAY, document("milestone")) for place, share in enumerate(shares, 1)]
    number = _made(lab, "campaignCount", cast.seville, "Crowdfunding", "submitCampaign", terms, plan)
    lab.actor.do(cast.reviewer, "Crowdfunding", "approveCampaign", number)
    return number


def pledge(lab: Lab, wallet: Wallet, number: int, euros: int) -> None:
    """Pledge, by an account with ether."""
    allow(lab, wallet, "Crowdfunding", euros)
    lab.actor.do(wallet, "Crowdfunding", "pledge", number, euros * EURO, 0)


def claim(lab: Lab, number: int) -> None:
    """Have the organizer claim the milestone that is next."""
    lab.actor.do(lab.cast.seville, "Crowdfunding", "claimMilestone", number, document("proof"))


def allow(lab: Lab, wallet: Wallet, spender: str, euros: int) -> None:
    """Let a contract take test euros that the account gets for it."""
    lab.actor.do(wallet, TEST_CURRENCY, "faucet", wallet.address, euros * EURO)
    lab.actor.do(wallet, TEST_CURRENCY, "approve", _address(lab, spender), euros * EURO)


def a_dispute(lab: Lab, buyer: Wallet) -> int:
    """Make an order of 25 euros with Marseille that its buyer disputes."""
    seller = lab.cast.marseille
    windows = 3 * DAY, 10 * DAY, 4 * DAY
    terms = (_address(lab, TEST_CURRENCY), 25 * EURO, 0, 5, PICKUP, *windows, seller.address, document("listing"))
    listing = _made(lab, "listingCount", seller, "Marketplace", "list", terms)
    allow(lab, buyer, "Marketplace", 25)
    shown = lab.ask("Marketplace", "listing", listing)["termsHash"]
    order = _made(lab, "orderCount", buyer, "Marketplace", "placeOrders", [(listing, 1, PICKUP, shown, NOWHERE)])
    lab.actor.do(seller, "Marketplace", "acceptOrder", order)
    lab.actor.do(seller, "Marketplace", "handOver", order, document("evidence"))
    lab.actor.do(buyer, "Marketplace", "disputeOrder", order, document("reason"))
    return order


def contested_help(lab: Lab) -> int:
    """Make two hours of help by Lisbon for Nablus, which contests that they were given; some time passes."""
    provider, asking = lab.cast.lisbon, lab.cast.nablus
    account = provider.address.lower()
    (offer, *_) = (one for one in lab.api.get("/v1/offers")["items"] if one["provider"]["account"].lower() == account)
    start = now_of(lab) + DAY // 24
    asked = offer["offer_id"], 2 * CREDIT, start, start + 5 * DAY, document("need")
    number = _made(lab, "redemptionCount", asking, "ProBono", "requestHelp", *asked)
    lab.actor.do(provider, "ProBono", "acceptHelp", number)
    let_pass(lab, 0.1)
    lab.actor.do(provider, "ProBono", "deliverHelp", number, 2, document("need"), document("evidence"))
    lab.actor.do(asking, "ProBono", "contest", number, document("reason"))
    return number


def a_listed_currency(lab: Lab, byte: str = "c1") -> str:
    """Put another token on the chain and have it accepted, which takes two days."""
    coin, treasurer, contract = a_currency(lab, byte), lab.cast.treasurer, lab.contracts["Crowdfunding"]
    data = bytes.fromhex(contract.encode("listCurrency", coin)[2:])
    lab.actor.do(treasurer, "AccessManager", "schedule", contract.address, data, 0)
    let_pass(lab, 2)
    lab.actor.do(treasurer, "Crowdfunding", "listCurrency", coin)
    return coin


def a_currency(lab: Lab, byte: str = "c0") -> str:
    """Put another token like the test euro on the chain, which nobody allowed yet, and return its address."""
    address = to_checksum_address("0x" + byte * 20)
    code = lab.rpc.call("eth_getCode", _address(lab, TEST_CURRENCY), "latest")
    lab.rpc.call("anvil_setCode", address, code)
    for slot, text in ((3, b"Test Crown"), (4, b"tCRN")):
        short = text.ljust(31, b"\0") + bytes([2 * len(text)])
        lab.rpc.call("anvil_setStorageAt", address, f"0x{slot:064x}", "0x" + short.hex())
    return address


def _made(lab: Lab, counter: str, wallet: Wallet, contract: str, function: str, *arguments: Any) -> int:
    """Act, and return the number of what was made."""
    lab.actor.do(wallet, contract, function, *arguments)
    return int(lab.ask(contract, counter))


def _address(lab: Lab, contract: str) -> str:
    return lab.contracts[contract].address


def document(kind: str) -> bytes:
    """Return the hash of a document that nobody stored."""
    return sha256(kind.encode()).digest()
