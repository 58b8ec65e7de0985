"""Marketplace: baskets.

placeOrders
├── given any item that is refused → the whole basket reverts, nothing changes
│   ├── no such listing, one that is paused or withdrawn, or whose seller is not verified now
│   ├── terms that are not those the buyer saw, more than is in stock over all items, no or another delivery mode
│   └── the seller itself, a currency no longer listed, a leg above 2^96
├── when empty, or more than 20 open orders → reverts
├── given a buyer who pays credits and is not verified now, or who holds or allows too little → reverts
├── given a currency that lies, or calls back → reverts
└── otherwise → one order for each item, both legs in escrow
placeOrdersWithPermits
├── when a permit is for a currency that is not listed → reverts
├── when a permit fails → needs the allowance
└── otherwise → without an allowance
"""

import pytest

from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.conftest import now
from tests.contracts.expect import emits, reverts
from tests.contracts.orders import CREDIT_PRICE, CREDITS, MONEY, PRICE, QUANTITY, STOCK, ListingState, OrderState
from tests.contracts.permits import permit

UNKNOWN = 1_000
ZERO = "0x" + 40 * "0"
MAX_ORDERS = 20


@pytest.fixture
def listing_id(orders):
    return orders.list_item()


@pytest.mark.parametrize("unknown", [0, UNKNOWN])
def test_place__unknown_listing__reverts(marketplace, orders, listing_id, unknown):
    with reverts(marketplace.Marketplace_UnknownListing, listingId=unknown):
        orders.place(unknown, termsHash=d.HASH)


@pytest.mark.parametrize("state", ["Paused", "Withdrawn"])
def test_place__listing_not_active__reverts(marketplace, people, orders, listing_id, state):
    act = {"Paused": marketplace.pauseListing, "Withdrawn": marketplace.withdrawListing}[state]
    act(listing_id, sender=people.organizer)
    with reverts(marketplace.Marketplace_WrongListingState, listingId=listing_id, state=ListingState[state]):
        orders.place(listing_id)


@pytest.mark.parametrize("end", ["suspended", "revoked"])
def test_place__seller_not_verified__reverts(registry, marketplace, people, entities, orders, revoke_entity, end):
    orders.list_item()
    listing_id = orders.list_item()
    assert listing_id != entities["organizer"], "one id could be taken for the other"
    if end == "suspended":
        registry.suspend(entities["organizer"], now() + 2 * DAY, d.REASON, sender=people.registrar)
    else:
        revoke_entity(entities["organizer"])
    with reverts(marketplace.Marketplace_SellerNotVerified, listingId=listing_id, seller=entities["organizer"]):
        orders.place(listing_id)


def test_place__price_changed_since_it_was_seen__reverts_the_basket(marketplace, people, euro, orders, listing_id):
    other = orders.list_item()
    basket = [orders.item(other), orders.item(listing_id)]
    marketplace.updatePrice(listing_id, PRICE + 1, CREDIT_PRICE, sender=people.organizer)
    present = marketplace.listing(listing_id).termsHash
    journal = marketplace.journal()
    with reverts(marketplace.Marketplace_TermsChanged, listingId=listing_id, termsHash=present):
        marketplace.placeOrders(basket, sender=people.member)
    assert marketplace.journal() == journal
    assert marketplace.listing(other).stock == STOCK
    assert euro.balanceOf(marketplace) == marketplace.orderCount() == 0


def test_place__terms_of_another_listing__reverts(marketplace, orders, listing_id):
    other = orders.list_item()
    present = marketplace.listing(other).termsHash
    with reverts(marketplace.Marketplace_TermsChanged, listingId=other, termsHash=present):
        orders.place(other, termsHash=marketplace.listing(listing_id).termsHash)


@pytest.mark.parametrize("quantity", [0, STOCK + 1, 2**32 - 1])
def test_place__more_than_in_stock__reverts(marketplace, orders, listing_id, quantity):
    with reverts(marketplace.Marketplace_NotEnoughStock, listingId=listing_id, quantity=quantity, left=STOCK):
        orders.place(listing_id, quantity)


def test_place__stock_exceeded_by_the_sum_of_items__reverts(marketplace, people, orders, listing_id):
    other = orders.list_item()
    basket = [orders.item(listing_id, STOCK - 1), orders.item(other, 1), orders.item(listing_id, 2)]
    with reverts(marketplace.Marketplace_NotEnoughStock, listingId=listing_id, quantity=2, left=1):
        marketplace.placeOrders(basket, sender=people.member)
    basket[2]["quantity"] = 1
    marketplace.placeOrders(basket, sender=people.member)
    assert (marketplace.listing(listing_id).stock, marketplace.listing(other).stock) == (0, STOCK - 1)


@pytest.mark.parametrize("mode", [0, 3, 4, 128])
def test_place__not_one_of_the_delivery_modes__reverts(marketplace, orders, listing_id, mode):
    with reverts(marketplace.Marketplace_InvalidDeliveryMode, listingId=listing_id, deliveryMode=mode):
        orders.place(listing_id, deliveryMode=mode)


def test_place__own_listing__reverts(marketplace, people, entities, orders, listing_id):
    with reverts(marketplace.Marketplace_OwnListing, listingId=listing_id, seller=entities["organizer"]):
        orders.place(listing_id, sender=people.organizer)


def test_place__currency_no_longer_listed__reverts(marketplace, crowdfunding, euro, orders, listing_id, as_treasurer):
    as_treasurer(crowdfunding.delistCurrency, euro)
    with reverts(marketplace.Marketplace_CurrencyNotListed, currency=euro):
        orders.place(listing_id)


@pytest.mark.parametrize("leg", ["price", "creditPrice"])
def test_place__leg_too_large__reverts(marketplace, orders, leg):
    listing_id = orders.list_item(**{leg: 2**95})
    with reverts(marketplace.Marketplace_AmountTooLarge, listingId=listing_id, amount=2**96):
        orders.place(listing_id, 2)


def test_place__empty_basket__reverts(marketplace, people, orders):
    with reverts(marketplace.Marketplace_EmptyBasket):
        marketplace.placeOrders([], sender=people.member)


def test_place__21st_open_order__reverts(marketplace, people, orders, listing_id):
    item = orders.item(listing_id, 1)
    with reverts(marketplace.Marketplace_TooManyOrders, buyer=people.member, max=MAX_ORDERS):
        marketplace.placeOrders([item] * (MAX_ORDERS + 1), sender=people.member)
    marketplace.placeOrders([item] * MAX_ORDERS, sender=people.member)
    assert marketplace.openOrdersOf(people.member) == MAX_ORDERS
    with reverts(marketplace.Marketplace_TooManyOrders, buyer=people.member, max=MAX_ORDERS):
        orders.place(listing_id, 1)
    marketplace.acceptOrder(1, sender=people.organizer)
    orders.place(listing_id, 1)


def test_place__for_credits_not_verified__reverts(marketplace, people, orders, listing_id):
    with reverts(marketplace.Marketplace_NotVerified, account=people.stranger):
        orders.place(listing_id, sender=people.stranger)


def test_place__for_money_only_by_anyone__is_placed(marketplace, people, euro, orders):
    listing_id = orders.list_item(creditPrice=0)
    euro.approve(marketplace, MONEY, sender=people.stranger)
    orders.place(listing_id, sender=people.stranger)
    assert marketplace.order(1).buyer == people.stranger


def test_place__more_credits_than_held__reverts(marketplace, credit, people, orders):
    listing_id = orders.list_item(creditPrice=101 * d.CREDIT)
    with reverts(credit.ERC20InsufficientBalance, sender=people.member, balance=100 * d.CREDIT, needed=101 * d.CREDIT):
        orders.place(listing_id, 1)


def test_place__money_not_allowed__reverts(marketplace, people, euro, orders, listing_id):
    euro.approve(marketplace, MONEY - 1, sender=people.member)
    with reverts(euro.ERC20InsufficientAllowance, spender=marketplace, allowance=MONEY - 1, needed=MONEY):
        orders.place(listing_id)


@pytest.fixture
def hostile_listing(marketplace, people, hostile, orders):
    """A listing in a currency that can misbehave; the backer buys without credits."""
    hostile.approve(marketplace, 2**256 - 1, sender=people.backer)
    return orders.list_item(currency=hostile.address, creditPrice=0)


@pytest.mark.parametrize(("fee", "theft"), [(1, 0), (MONEY, 0), (0, 1)])
def test_place__currency_delivers_less__reverts(marketplace, people, hostile, orders, hostile_listing, fee, theft):
    if theft:
        hostile.faucet(marketplace, 10 * MONEY, sender=people.stranger)
    hostile.setFee(fee, sender=people.stranger)
    hostile.setTheft(theft, sender=people.stranger)
    with reverts(
        marketplace.Crowdfunding_ReceivedDiffers,
        currency=hostile,
        expected=MONEY,
        received=0 if theft else MONEY - fee,
    ):
        orders.place(hostile_listing, sender=people.backer)
    assert marketplace.orderCount() == 0


@pytest.mark.parametrize(("act", "permits"), [("placeOrders", ()), ("placeOrdersWithPermits", ([],))])
def test_place__currency_calls_back__reverts(marketplace, people, hostile, orders, hostile_listing, act, permits):
    basket = [orders.item(hostile_listing, 1)]
    hostile.setHook(marketplace, marketplace.placeOrders.encode_input(basket), sender=people.stranger)
    with reverts(marketplace.ReentrancyGuardReentrantCall):
        getattr(marketplace, act)(basket, *permits, sender=people.backer)


def test_place__two_sellers_and_currencies__are_in_escrow(
    marketplace, credit, people, entities, euro, hostile, orders, listing_id
):
    """One basket: money of two currencies, credits for both."""
    hostile.faucet(people.member, 1_000, sender=people.stranger)
    hostile.approve(marketplace, 1_000, sender=people.member)
    second = orders.list_item(sender=people.town, currency=hostile.address, price=10, creditPrice=1)
    before = euro.balanceOf(people.member)

    tx = marketplace.placeOrders([orders.item(listing_id), orders.item(second, 4)], sender=people.member)

    placed = [
        marketplace.OrderPlaced(
            orderId=order_id,
            listingId=listing,
            buyer=people.member,
            quantity=quantity,
            money=money,
            credits=credits_,
            deliveryMode=2,
            addressHash=d.OTHER_HASH,
        )
        for order_id, listing, quantity, money, credits_ in (
            (1, listing_id, QUANTITY, MONEY, CREDITS),
            (2, second, 4, 40, 4),
        )
    ]
    emits(
        tx,
        *placed,
        euro.Transfer(**{"from": people.member, "to": marketplace, "value": MONEY}),
        hostile.Transfer(**{"from": people.member, "to": marketplace, "value": 40}),
        credit.Transfer(**{"from": people.member, "to": marketplace, "value": CREDITS + 4}),
    )
    assert tx.return_value == 1
    assert marketplace.orderCount() == marketplace.openOrdersOf(people.member) == 2
    assert euro.balanceOf(people.member) == before - MONEY
    assert credit.balanceOf(marketplace) == CREDITS + 4
    assert dict(marketplace.order(2).items()) == {
        "state": OrderState.Placed,
        "ended": False,
        "listingId": second,
        "seller": entities["town"],
        "buyer": people.member,
        "quantity": 4,
        "money": 40,
        "credits": 4,
        "sellerBps": 0,
        "paidParts": 0,
        "windowEndsAt": tx.timestamp + 2 * DAY,
    }


def test_place__forwarded__is_the_signers(relay, marketplace, people, orders, listing_id):
    relay.send(people.member, marketplace.placeOrders, [orders.item(listing_id)])
    assert marketplace.order(1).buyer == people.member


def _permit(marketplace, euro, owner, amount):
    deadline, v, r, s = permit(euro, owner, marketplace, amount, now() + DAY)
    return (euro, amount, deadline, v, r, s)


def test_place_with_permits__currency_not_listed__reverts(marketplace, people, orders, listing_id):
    with reverts(marketplace.Marketplace_CurrencyNotListed, currency=people.attacker):
        marketplace.placeOrdersWithPermits(
            [orders.item(listing_id)], [(people.attacker, 1, 0, 27, bytes(32), bytes(32))], sender=people.member
        )


def test_place_with_permits__permit_of_less__reverts(marketplace, people, euro, orders, listing_id):
    euro.approve(marketplace, 0, sender=people.member)
    permits = [_permit(marketplace, euro, people.member, MONEY - 1)]
    with reverts(euro.ERC20InsufficientAllowance, spender=marketplace, allowance=MONEY - 1, needed=MONEY):
        marketplace.placeOrdersWithPermits([orders.item(listing_id)], permits, sender=people.member)


def test_place_with_permits__used_up_by_somebody__needs_the_allowance_it_gave(
    marketplace, people, euro, orders, listing_id
):
    euro.approve(marketplace, 0, sender=people.member)
    signed_permit = _permit(marketplace, euro, people.member, MONEY)
    euro.permit(people.member, marketplace, *signed_permit[1:], sender=people.attacker)
    marketplace.placeOrdersWithPermits([orders.item(listing_id)], [signed_permit], sender=people.member)
    assert euro.balanceOf(marketplace) == MONEY


def test_place_with_permits__forwarded__needs_no_allowance(relay, marketplace, people, euro, orders, listing_id):
    euro.approve(marketplace, 0, sender=people.member)
    permits = [_permit(marketplace, euro, people.member, MONEY)]
    relay.send(people.member, marketplace.placeOrdersWithPermits, [orders.item(listing_id)], permits)
    assert marketplace.order(1).buyer == people.member
    assert euro.balanceOf(marketplace) == MONEY
