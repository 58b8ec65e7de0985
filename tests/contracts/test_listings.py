"""Marketplace: listings.

list
├── given the caller acts for no verified entity → reverts
├── when a term is out of bounds, nothing is asked for, or the currency is not listed → reverts
└── otherwise → active under the next id
pauseListing, resumeListing, withdrawListing, updatePrice
├── given no such listing, another caller, or the wrong state → reverts
└── otherwise → done; a price gives another hash of the terms, and open orders keep theirs
changePayoutAccount
├── given another caller, or an account from which nothing comes out → reverts
└── otherwise → the seller is paid there
"""

import pytest
from eth_abi import encode
from eth_utils import keccak

from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.conftest import now
from tests.contracts.expect import emits, reverts
from tests.contracts.orders import CREDIT_PRICE, MONEY, PRICE, STOCK, ListingState, OrderState, Part

UNKNOWN = 1_000
ZERO = "0x" + 40 * "0"


def hash_of(listing_id, terms):
    """What an order has to name, as docs/protocol.md says."""
    fixed = keccak(
        encode(
            ["uint32", "address", "uint8", "uint32", "uint32", "uint32", "bytes32"],
            [
                listing_id,
                terms["currency"],
                terms["deliveryModes"],
                *(terms[f"{window}Window"] for window in ("accept", "deliver", "confirm")),
                terms["descriptionHash"],
            ],
        )
    )
    return keccak(encode(["bytes32", "uint96", "uint96"], [fixed, terms["price"], terms["creditPrice"]]))


@pytest.mark.parametrize("role", ["stranger", "arbiter"])
def test_list__no_verified_entity__reverts(marketplace, people, orders, role):
    account = getattr(people, role)
    with reverts(marketplace.Marketplace_NotVerified, account=account):
        orders.list_item(sender=account)


def test_list__suspended__reverts(registry, marketplace, people, entities, orders):
    registry.suspend(entities["organizer"], now() + 2 * DAY, d.REASON, sender=people.registrar)
    with reverts(marketplace.Marketplace_NotVerified, account=people.organizer):
        orders.list_item()


@pytest.mark.parametrize(
    ("term", "value", "bounds"),
    [
        ("stock", 0, (1, 2**24 - 1)),
        ("stock", 2**24, (1, 2**24 - 1)),
        ("deliveryModes", 0, (1, 15)),
        ("deliveryModes", 16, (1, 15)),
        ("acceptWindow", 3_599, (3_600, 30 * DAY)),
        ("acceptWindow", 30 * DAY + 1, (3_600, 30 * DAY)),
        ("deliverWindow", 3_599, (3_600, 180 * DAY)),
        ("deliverWindow", 180 * DAY + 1, (3_600, 180 * DAY)),
        ("confirmWindow", 3 * DAY - 1, (3 * DAY, 30 * DAY)),
        ("confirmWindow", 30 * DAY + 1, (3 * DAY, 30 * DAY)),
    ],
)
def test_list__out_of_bounds__reverts(marketplace, orders, term, value, bounds):
    low, high = bounds
    name = term.encode().ljust(32, b"\0")
    with reverts(marketplace.Marketplace_TermOutOfBounds, term=name, value=value, min=low, max=high):
        orders.list_item(**{term: value})


@pytest.mark.parametrize("edge", [0, 1], ids=["shortest", "longest"])
def test_list__at_the_bounds__is_listed(marketplace, orders, edge):
    windows = {
        "acceptWindow": (3_600, 30 * DAY),
        "deliverWindow": (3_600, 180 * DAY),
        "confirmWindow": (3 * DAY, 30 * DAY),
        "stock": (1, 2**24 - 1),
        "deliveryModes": (1, 15),
    }
    changes = {term: values[edge] for term, values in windows.items()}
    shown = marketplace.listing(orders.list_item(**changes))
    assert {term: shown[term] for term in changes} == changes


@pytest.mark.parametrize(
    ("price", "credit_price", "with_currency"),
    [(0, 0, False), (0, 0, True), (0, 1, True), (1, 0, False), (1, 1, False)],
)
def test_list__price_and_currency_do_not_match__reverts(marketplace, euro, orders, price, credit_price, with_currency):
    currency = euro.address if with_currency else ZERO
    with reverts(marketplace.Marketplace_InvalidPrice, currency=currency, price=price, creditPrice=credit_price):
        orders.list_item(price=price, creditPrice=credit_price, currency=currency)


@pytest.mark.parametrize("which", ["zero", "contract", "currency"])
def test_list__payout_account_that_can_not_pay_on__reverts(marketplace, euro, orders, which):
    account = {"zero": ZERO, "contract": marketplace.address, "currency": euro.address}[which]
    with reverts(marketplace.Marketplace_InvalidPayoutAccount, account=account):
        orders.list_item(payoutAccount=account)


def test_list__currency_not_listed__reverts(marketplace, credit, orders):
    for currency in (credit, marketplace):
        with reverts(marketplace.Marketplace_CurrencyNotListed, currency=currency):
            orders.list_item(currency=currency.address)


def test_list__good__is_active(marketplace, people, entities, orders):
    terms = orders.terms()

    tx = marketplace.list(terms, sender=people.organizer)

    listed = marketplace.Listed(
        listingId=1,
        seller=entities["organizer"],
        account=people.organizer,
        termsHash=hash_of(1, terms),
    )
    # As Ape decodes a struct in a log: a list, addresses in small letters.
    lower = {name: terms[name].lower() for name in ("payoutAccount", "currency")}
    listed.event_arguments["terms"] = list((terms | lower).values())
    emits(tx, listed)
    assert tx.return_value == marketplace.listingCount() == 1
    assert dict(marketplace.listing(1).items()) == {
        "state": ListingState.Active,
        "seller": entities["organizer"],
        "termsHash": hash_of(1, terms),
        **{name: value for name, value in terms.items() if name != "descriptionHash"},
    }


def test_list__for_credits_only__is_active(marketplace, orders):
    listing_id = orders.list_item(currency=ZERO, price=0)
    orders.place(listing_id)
    assert (marketplace.order(1).money, marketplace.order(1).credits) == (0, 3 * CREDIT_PRICE)


ACTS = {"pauseListing": (), "resumeListing": (), "withdrawListing": (), "updatePrice": (1, 1)}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("listing_id", [0, UNKNOWN])
def test_listing_acts__unknown__revert(marketplace, people, orders, act, listing_id):
    with reverts(marketplace.Marketplace_UnknownListing, listingId=listing_id):
        getattr(marketplace, act)(listing_id, *ACTS[act], sender=people.organizer)
    with reverts(marketplace.Marketplace_UnknownListing, listingId=listing_id):
        marketplace.listing(listing_id)


@pytest.mark.parametrize("act", ACTS)
def test_listing_acts__not_the_seller__revert(marketplace, people, orders, act):
    listing_id = orders.list_item()
    for account in (people.member, people.payout, people.stranger, people.arbiter):
        with reverts(marketplace.Marketplace_NotSeller, listingId=listing_id, account=account):
            getattr(marketplace, act)(listing_id, *ACTS[act], sender=account)


LEGAL = {
    ListingState.Active: {"pauseListing", "withdrawListing", "updatePrice"},
    ListingState.Paused: {"resumeListing", "withdrawListing", "updatePrice"},
    ListingState.Withdrawn: set(),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("state", LEGAL, ids=lambda state: state.name)
def test_listing_acts__in_each_state__are_those_of_the_table(marketplace, people, orders, state, act):
    listing_id = orders.list_item()
    if state == ListingState.Paused:
        marketplace.pauseListing(listing_id, sender=people.organizer)
    if state == ListingState.Withdrawn:
        marketplace.withdrawListing(listing_id, sender=people.organizer)
    method = getattr(marketplace, act)
    if act not in LEGAL[state]:
        with reverts(marketplace.Marketplace_WrongListingState, listingId=listing_id, state=state):
            method(listing_id, *ACTS[act], sender=people.organizer)
        return
    tx = method(listing_id, *ACTS[act], sender=people.organizer)
    if act == "updatePrice":
        return
    after = {"pauseListing": "Paused", "resumeListing": "Active", "withdrawListing": "Withdrawn"}[act]
    emits(
        tx,
        marketplace.ListingChanged(
            listingId=listing_id, account=people.organizer, oldState=state, newState=ListingState[after]
        ),
    )
    assert marketplace.listing(listing_id).state == ListingState[after]


def test_update_price__without_a_price__reverts(marketplace, people, euro, orders):
    listing_id = orders.list_item()
    for price in (0, 1):
        currency = euro.address
        if price:
            listing_id, currency = orders.list_item(currency=ZERO, price=0), ZERO
        with reverts(marketplace.Marketplace_InvalidPrice, currency=currency, price=price, creditPrice=0):
            marketplace.updatePrice(listing_id, price, 0, sender=people.organizer)


def test_update_price__with_open_orders__changes_later_ones_only(marketplace, people, orders):
    order_id = orders.reach(OrderState.Placed)
    credit_price = CREDIT_PRICE + 1
    terms = orders.terms(price=PRICE + 5, creditPrice=credit_price)

    tx = marketplace.updatePrice(1, PRICE + 5, credit_price, sender=people.organizer)

    emits(
        tx,
        marketplace.PriceUpdated(
            listingId=1,
            account=people.organizer,
            price=PRICE + 5,
            creditPrice=credit_price,
            termsHash=hash_of(1, terms),
        ),
    )
    assert marketplace.listing(1).termsHash == hash_of(1, terms)
    assert marketplace.order(order_id).money == MONEY
    orders.place(1, 1)
    assert (marketplace.order(2).money, marketplace.order(2).credits) == (PRICE + 5, credit_price)
    assert marketplace.listing(1).stock == STOCK - 4


def test_withdraw_listing__open_order__goes_on(marketplace, people, orders):
    order_id = orders.reach(OrderState.Placed)
    marketplace.withdrawListing(1, sender=people.organizer)
    marketplace.acceptOrder(order_id, sender=people.organizer)
    assert marketplace.order(order_id).state == OrderState.Accepted


def test_change_payout_account__not_the_present_one__reverts(marketplace, people, orders):
    listing_id = orders.list_item()
    for account in (people.organizer, people.admin, people.attacker):
        with reverts(marketplace.Marketplace_NotPayoutAccount, listingId=listing_id, account=account):
            marketplace.changePayoutAccount(listing_id, people.attacker, sender=account)


@pytest.mark.parametrize("which", ["zero", "contract", "currency"])
def test_change_payout_account__that_can_not_pay_on__reverts(marketplace, people, euro, orders, which):
    listing_id = orders.list_item()
    account = {"zero": ZERO, "contract": marketplace.address, "currency": euro.address}[which]
    with reverts(marketplace.Marketplace_InvalidPayoutAccount, account=account):
        marketplace.changePayoutAccount(listing_id, account, sender=people.payout)


def test_change_payout_account__by_the_present_one__is_paid_there(marketplace, people, euro, orders):
    order_id = orders.reach_end(OrderState.Completed)
    before = euro.balanceOf(people.attacker)

    tx = marketplace.changePayoutAccount(1, people.attacker, sender=people.payout)

    emits(tx, marketplace.SellerPayoutChanged(listingId=1, oldAccount=people.payout, newAccount=people.attacker))
    marketplace.payPart(order_id, Part.SellerMoney, sender=people.stranger)
    assert euro.balanceOf(people.attacker) == before + MONEY
