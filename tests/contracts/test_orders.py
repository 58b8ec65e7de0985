"""Marketplace: orders from the basket to the last payment.

every act x state x actor → as the table "Order acts" of docs/protocol.md says
every edge of a window → the last second of one state, the first of the next
every end → both legs are whose they should be, stock comes back unless goods were handed over
settle, rule → parts of both legs, floored for the seller, that sum to the leg
payPart, payOrder → once, to whom it belongs, by anyone; who can't be paid holds up nobody else
"""

import pytest

from scripts.deploy import ARBITER, DAY
from tests.contracts import defaults as d
from tests.contracts.acting import documented, who_may
from tests.contracts.conftest import act_at, now, travel_to
from tests.contracts.expect import emits, reverts
from tests.contracts.orders import BY_TIME, CREDITS, MONEY, QUANTITY, SHARE, STOCK, OrderState, Part
from tests.contracts.schedule import administer
from tests.contracts.settlements import settlement, signed_by

UNKNOWN = 1_000
ACTORS = {"seller", "buyer", "arbiter", "stranger"}
OPEN = [OrderState.Placed, OrderState.Accepted, OrderState.HandedOver, OrderState.Disputed]
ENDS = [state for state in OrderState if state >= OrderState.Completed]
ROWS = {state.name: state for state in OPEN} | {f"{state.name}, to carry out": state for state in BY_TIME}


@pytest.fixture
def actors(people, entities):
    return {
        "seller": people.organizer,
        "buyer": people.member,
        "arbiter": people.arbiter,
        "stranger": people.stranger,
    }


@pytest.fixture
def acts(marketplace, people):
    """Arguments of each act, good ones if the state is right."""

    def acts(order_id):
        deadline = now() + DAY
        message = settlement(marketplace, order_id, SHARE, deadline)
        signatures = signed_by((people.organizer, people.member), message)
        return {
            "acceptOrder": (order_id,),
            "declineOrder": (order_id,),
            "withdrawOrder": (order_id,),
            "cancelOrder": (order_id,),
            "handOver": (order_id, d.HASH),
            "completeOrder": (order_id,),
            "disputeOrder": (order_id, d.REASON),
            "settle": (order_id, SHARE, deadline, *signatures),
            "rule": (order_id, SHARE, d.REASON),
            "expire": (order_id,),
            "payOrder": (order_id,),
            "voidSettlements": (order_id,),
        }

    return acts


# ------------------------------------------------------------------------------------------------------------ table


def test_document__table__names_every_row():
    assert list(documented("Order acts", ACTORS)) == [*ROWS, "ended"]


@pytest.mark.parametrize("row", ROWS)
def test_acts__in_each_state__are_those_of_the_table(marketplace, orders, actors, acts, row):
    order_id = orders.reach(ROWS[row])
    assert (marketplace.order(order_id).state, marketplace.order(order_id).ended) == (ROWS[row], False)
    assert who_may(marketplace, acts(order_id), actors) == documented("Order acts", ACTORS)[row]


@pytest.mark.parametrize("state", ENDS, ids=lambda state: state.name)
def test_acts__ended__are_payments_once(marketplace, orders, actors, acts, state):
    order_id = orders.reach_end(state)
    row = documented("Order acts", ACTORS)["ended"]
    assert (marketplace.order(order_id).state, marketplace.order(order_id).ended) == (state, True)
    assert who_may(marketplace, acts(order_id), actors) == row
    marketplace.payOrder(order_id, sender=actors["stranger"])
    assert who_may(marketplace, acts(order_id), actors) == row | {"payOrder": set()}


@pytest.mark.parametrize(
    "act", ["acceptOrder", "withdrawOrder", "completeOrder", "expire", "payOrder", "voidSettlements"]
)
@pytest.mark.parametrize("order_id", [0, UNKNOWN])
def test_acts__unknown_order__revert(marketplace, people, act, order_id):
    with reverts(marketplace.Marketplace_UnknownOrder, orderId=order_id):
        getattr(marketplace, act)(order_id, sender=people.member)
    with reverts(marketplace.Marketplace_UnknownOrder, orderId=order_id):
        marketplace.order(order_id)


NEXT = {
    OrderState.Placed: OrderState.Lapsed,
    OrderState.Accepted: OrderState.Undelivered,
    OrderState.HandedOver: OrderState.Completed,
    OrderState.Disputed: OrderState.Unruled,
}
LAST_ACTS = {
    OrderState.Placed: ("acceptOrder", "seller"),
    OrderState.Accepted: ("handOver", "seller"),
    OrderState.HandedOver: ("disputeOrder", "buyer"),
    OrderState.Disputed: ("rule", "arbiter"),
}


@pytest.mark.parametrize("state", NEXT, ids=lambda state: state.name)
def test_state__at_its_end__changes_in_that_second(marketplace, orders, actors, acts, state):
    order_id = orders.reach(state)
    edge = orders.edge(order_id)
    act, who = LAST_ACTS[state]
    arguments = acts(order_id)[act]
    travel_to(edge - 1)
    assert marketplace.order(order_id).state == state
    travel_to(edge)
    assert marketplace.order(order_id).state == NEXT[state]
    act_at(edge + 1)
    with reverts(marketplace.Marketplace_WrongState, orderId=order_id, state=NEXT[state]):
        getattr(marketplace, act)(*arguments, sender=actors[who])


@pytest.mark.parametrize("state", NEXT, ids=lambda state: state.name)
def test_acts__around_the_end_of_a_window__are_those_of_both_rows(marketplace, orders, actors, acts, state):
    order_id = orders.reach(state)
    edge, table = orders.edge(order_id), documented("Order acts", ACTORS)
    for instant, row in ((edge - 1, state.name), (edge, f"{NEXT[state].name}, to carry out")):
        travel_to(instant)
        assert who_may(marketplace, acts(order_id), actors) == table[row], row


@pytest.mark.parametrize("state", NEXT, ids=lambda state: state.name)
def test_act__in_the_last_second__is_done(marketplace, orders, actors, acts, state):
    order_id = orders.reach(state)
    act, who = LAST_ACTS[state]
    arguments = acts(order_id)[act]
    act_at(orders.edge(order_id) - 1)
    getattr(marketplace, act)(*arguments, sender=actors[who])


# ------------------------------------------------------------------------------------------------------- from to end


def test_steps__to_a_dispute__emit_their_windows(marketplace, people, orders):
    order_id = orders.reach(OrderState.Placed)
    step = {"orderId": order_id, "account": people.organizer}

    # Each window begins with its own step, which comes a day after the last one.
    travel_to(now() + DAY)
    tx = marketplace.acceptOrder(order_id, sender=people.organizer)
    states = {"oldState": OrderState.Placed, "newState": OrderState.Accepted}
    emits(tx, marketplace.OrderAccepted(**step, windowEndsAt=tx.timestamp + 10 * DAY, **states))
    assert marketplace.openOrdersOf(people.member) == 0

    travel_to(now() + DAY)
    tx = marketplace.handOver(order_id, d.HASH, sender=people.organizer)
    states = {"oldState": OrderState.Accepted, "newState": OrderState.HandedOver}
    emits(
        tx,
        marketplace.OrderHandedOver(**step, evidenceHash=d.HASH, windowEndsAt=tx.timestamp + 5 * DAY, **states),
    )
    travel_to(now() + DAY)
    tx = marketplace.disputeOrder(order_id, d.REASON, sender=people.member)
    states = {"oldState": OrderState.HandedOver, "newState": OrderState.Disputed}
    emits(
        tx,
        marketplace.OrderDisputed(
            orderId=order_id,
            account=people.member,
            reason=d.REASON,
            windowEndsAt=tx.timestamp + d.ESCROW_RULING_WINDOW,
            **states,
        ),
    )


#: State before each end, who ends it, and whether units come back.
HOW = {
    OrderState.Completed: (OrderState.HandedOver, "stranger", False),
    OrderState.Declined: (OrderState.Placed, "organizer", True),
    OrderState.Withdrawn: (OrderState.Placed, "member", True),
    OrderState.Lapsed: (OrderState.Placed, "stranger", True),
    OrderState.Canceled: (OrderState.Accepted, "organizer", True),
    OrderState.Undelivered: (OrderState.Accepted, "stranger", True),
    OrderState.Settled: (OrderState.Disputed, "stranger", False),
    OrderState.Ruled: (OrderState.Disputed, "arbiter", False),
    OrderState.Unruled: (OrderState.Disputed, "stranger", False),
}


@pytest.mark.parametrize("state", HOW, ids=lambda state: state.name)
def test_end__each__books_and_pays_both_legs(marketplace, credit, people, euro, orders, state):
    old_state, ender, comes_back = HOW[state]
    share = {OrderState.Completed: 10_000, OrderState.Settled: SHARE, OrderState.Ruled: SHARE}.get(state, 0)
    buyer, seller = people.member, people.payout
    before = {who: (euro.balanceOf(who), credit.balanceOf(who)) for who in (buyer, seller)}

    order_id = orders.reach_end(state)

    (log,) = marketplace.OrderEnded.range(0, 2**32)
    stock = STOCK if comes_back else STOCK - QUANTITY
    assert log == marketplace.OrderEnded(
        orderId=order_id,
        account=getattr(people, ender),
        sellerBps=share,
        stock=stock,
        oldState=old_state,
        newState=state,
    )
    assert marketplace.listing(1).stock == stock
    assert marketplace.openOrdersOf(buyer) == 0
    sellers = MONEY * share // 10_000, CREDITS * share // 10_000
    dues = [marketplace.dueOf(order_id, part) for part in Part]
    assert dues == [MONEY - sellers[0], CREDITS - sellers[1], *sellers]

    marketplace.payOrder(order_id, sender=people.stranger)

    assert (euro.balanceOf(marketplace), credit.balanceOf(marketplace)) == (0, 0), "the books are empty"
    assert euro.balanceOf(seller) == before[seller][0] + sellers[0]
    assert credit.balanceOf(seller) == before[seller][1] + sellers[1]
    assert euro.balanceOf(buyer) == before[buyer][0] - sellers[0]
    assert credit.balanceOf(buyer) == before[buyer][1] - sellers[1]


def test_complete__by_the_buyer__within_the_window(marketplace, people, orders):
    order_id = orders.reach(OrderState.HandedOver)
    with reverts(marketplace.Escrow_NotParty, id=order_id, account=people.stranger):
        marketplace.completeOrder(order_id, sender=people.stranger)
    tx = marketplace.completeOrder(order_id, sender=people.member)
    emits(
        tx,
        marketplace.OrderEnded(
            orderId=order_id,
            account=people.member,
            sellerBps=10_000,
            stock=STOCK - QUANTITY,
            oldState=OrderState.HandedOver,
            newState=OrderState.Completed,
        ),
    )


def test_cancel__handed_over__gives_all_back_and_no_stock(marketplace, people, orders):
    order_id = orders.reach(OrderState.HandedOver)
    marketplace.cancelOrder(order_id, sender=people.organizer)
    assert marketplace.order(order_id).state == OrderState.Canceled
    assert marketplace.dueOf(order_id, Part.BuyerMoney) == MONEY
    assert marketplace.listing(1).stock == STOCK - QUANTITY


def test_acts__of_a_sellers_new_account__are_the_sellers(move_entity, marketplace, people, entities, orders):
    order_id = orders.reach(OrderState.Placed)
    move_entity(entities["organizer"], people.stranger)
    with reverts(marketplace.Escrow_NotParty, id=order_id, account=people.organizer):
        marketplace.acceptOrder(order_id, sender=people.organizer)
    marketplace.acceptOrder(order_id, sender=people.stranger)


# ------------------------------------------------------------------------------------------------ settlement, ruling


@pytest.mark.parametrize("state", [OrderState.Accepted, OrderState.HandedOver, OrderState.Disputed], ids=str)
@pytest.mark.parametrize("share", [0, 1, 3_333, 9_999, 10_000])
def test_settle__both_signed__parts_sum_to_the_legs(marketplace, orders, state, share):
    order_id = orders.reach(state)
    orders.settle(order_id, share)
    assert marketplace.order(order_id).state == OrderState.Settled
    dues = [marketplace.dueOf(order_id, part) for part in Part]
    assert dues[Part.SellerMoney] == MONEY * share // 10_000
    assert dues[Part.SellerCredits] == CREDITS * share // 10_000
    assert dues[Part.BuyerMoney] + dues[Part.SellerMoney] == MONEY
    assert dues[Part.BuyerCredits] + dues[Part.SellerCredits] == CREDITS


@pytest.mark.parametrize(
    "difference",
    [{"chainId": 1}, {"name": "Eranos ProBono"}, {"verifyingContract": "0x" + "11" * 20}, {"id": 2}, {"nonce": 1}],
    ids=str,
)
def test_settle__other_words_signed__reverts(marketplace, people, orders, difference):
    order_id = orders.reach(OrderState.Disputed)
    with reverts(marketplace.Escrow_InvalidSignature, id=order_id, signer=people.organizer):
        orders.settle(order_id, **difference)


def test_settle__signatures_of_others__reverts(marketplace, people, orders):
    order_id = orders.reach(OrderState.Disputed)
    for signers, missing in (
        ((people.member, people.organizer), people.organizer),
        ((people.organizer, people.organizer), people.member),
        ((people.attacker, people.member), people.organizer),
    ):
        with reverts(marketplace.Escrow_InvalidSignature, id=order_id, signer=missing):
            orders.settle(order_id, signers=signers)


@pytest.mark.parametrize("seconds_after", [-1, 0, 1])
def test_settle__around_the_deadline__is_done_before_it_only(marketplace, orders, seconds_after):
    order_id, deadline = orders.reach(OrderState.Disputed), now() + 50
    act_at(deadline + seconds_after)
    if seconds_after < 0:
        assert orders.settle(order_id, deadline=deadline).timestamp == deadline - 1
        return
    with reverts(marketplace.Escrow_SettlementExpired, id=order_id, deadline=deadline):
        orders.settle(order_id, deadline=deadline)


@pytest.mark.parametrize("share", [10_001, 2**16 - 1])
def test_split__above_all__reverts(marketplace, people, orders, share):
    order_id = orders.reach(OrderState.Disputed)
    with reverts(marketplace.Escrow_ShareTooLarge, id=order_id, share=share, max=10_000):
        orders.settle(order_id, share)
    with reverts(marketplace.Escrow_ShareTooLarge, id=order_id, share=share, max=10_000):
        marketplace.rule(order_id, share, d.REASON, sender=people.arbiter)


@pytest.mark.parametrize("role", ["organizer", "member", "payout"])
def test_rule__by_a_party__reverts(lab, marketplace, people, orders, role):
    order_id = orders.reach(OrderState.Disputed)
    party = getattr(people, role)
    administer(lab.authority, lab.authority.grantRole, ARBITER, party, 0, sender=people.admin)
    travel_to(now() + 5 * DAY)
    with reverts(marketplace.Escrow_ArbiterIsParty, id=order_id, arbiter=party):
        marketplace.rule(order_id, SHARE, d.REASON, sender=party)


def test_rule__by_another_account_of_the_entity_that_bought__reverts(registry, marketplace, people, entities, orders):
    """It once went through: the order knew only the account that had paid."""
    order_id = orders.reach(OrderState.Disputed)
    registry.proposeAccount(people.arbiter, sender=people.member)
    registry.acceptAccount(entities["member"], sender=people.arbiter)
    with reverts(marketplace.Escrow_ArbiterIsParty, id=order_id, arbiter=people.arbiter):
        marketplace.rule(order_id, SHARE, d.REASON, sender=people.arbiter)


def test_rule__buyer_and_arbiter_without_entity__is_done(registry, marketplace, people, euro, orders):
    euro.approve(marketplace, 2**256 - 1, sender=people.backer)
    orders.place(orders.list_item(creditPrice=0), sender=people.backer)
    marketplace.acceptOrder(1, sender=people.organizer)
    marketplace.handOver(1, d.HASH, sender=people.organizer)
    marketplace.disputeOrder(1, d.REASON, sender=people.backer)
    assert registry.entityOf(people.backer) == registry.entityOf(people.arbiter) == 0
    marketplace.rule(1, SHARE, d.REASON, sender=people.arbiter)
    assert marketplace.order(1).state == OrderState.Ruled


def test_pay__order_without_credits__moves_none(credit, marketplace, people, orders):
    orders.place(orders.list_item(creditPrice=0))
    marketplace.declineOrder(1, sender=people.organizer)
    tx = marketplace.payOrder(1, sender=people.stranger)
    assert [log.event_name for log in tx.events if log.contract_address == credit.address] == []


def test_rule__by_the_arbiter__is_told(marketplace, people, orders):
    order_id = orders.reach(OrderState.Disputed)
    tx = marketplace.rule(order_id, SHARE, d.REASON, sender=people.arbiter)
    emits(
        tx,
        marketplace.OrderRuled(orderId=order_id, arbiter=people.arbiter, sellerBps=SHARE, reason=d.REASON),
        marketplace.OrderEnded(
            orderId=order_id,
            account=people.arbiter,
            sellerBps=SHARE,
            stock=STOCK - QUANTITY,
            oldState=OrderState.Disputed,
            newState=OrderState.Ruled,
        ),
    )


# --------------------------------------------------------------------------------------------------------- payments


@pytest.mark.parametrize("part", Part, ids=lambda part: part.name)
def test_pay_part__nothing_due__reverts(marketplace, people, orders, part):
    order_id = orders.reach(OrderState.Disputed)
    with reverts(marketplace.Marketplace_NothingDue, orderId=order_id):
        marketplace.payPart(order_id, part, sender=people.stranger)
    orders.settle(order_id)
    marketplace.payPart(order_id, part, sender=people.stranger)
    with reverts(marketplace.Marketplace_NothingDue, orderId=order_id):
        marketplace.payPart(order_id, part, sender=people.stranger)
    assert marketplace.order(order_id).paidParts == 1 << part


def test_pay_order__ended_by_time_but_not_carried_out__reverts(marketplace, people, orders):
    order_id = orders.reach(OrderState.Lapsed)
    with reverts(marketplace.Marketplace_NothingDue, orderId=order_id):
        marketplace.payOrder(order_id, sender=people.member)


def test_pay_part__settled__goes_to_whom_it_belongs(marketplace, credit, people, euro, orders):
    order_id = orders.reach_end(OrderState.Settled)
    money, credits_ = MONEY * SHARE // 10_000, CREDITS * SHARE // 10_000
    for part, receiver, token, amount in (
        (Part.SellerMoney, people.payout, euro, money),
        (Part.BuyerMoney, people.member, euro, MONEY - money),
        (Part.BuyerCredits, people.member, credit, CREDITS - credits_),
        (Part.SellerCredits, people.payout, credit, credits_),
    ):
        tx = marketplace.payPart(order_id, part, sender=people.attacker)
        emits(
            tx,
            marketplace.PartPaid(orderId=order_id, receiver=receiver, part=part, amount=amount),
            token.Transfer(**{"from": marketplace, "to": receiver, "value": amount}),
        )


@pytest.fixture
def hostile_order(marketplace, people, hostile, orders):
    """A ruled order in a currency that can misbehave, of a buyer who pays no credits."""
    listing_id = orders.list_item(currency=hostile.address, creditPrice=0)
    hostile.approve(marketplace, 2**256 - 1, sender=people.backer)
    orders.place(listing_id, sender=people.backer)
    marketplace.acceptOrder(1, sender=people.organizer)
    marketplace.handOver(1, d.HASH, sender=people.organizer)
    marketplace.disputeOrder(1, d.REASON, sender=people.backer)
    marketplace.rule(1, SHARE, d.REASON, sender=people.arbiter)
    return 1


def test_pay__seller_blocked__buyer_is_paid_all_the_same(marketplace, people, hostile, hostile_order):
    hostile.setBlocked(people.payout, True, sender=people.stranger)
    for pay in (
        lambda: marketplace.payOrder(hostile_order, sender=people.backer),
        lambda: marketplace.payPart(hostile_order, Part.SellerMoney, sender=people.payout),
    ):
        with reverts(hostile.HostileToken_Blocked, account=people.payout):
            pay()
    marketplace.payPart(hostile_order, Part.BuyerMoney, sender=people.stranger)
    hostile.setBlocked(people.payout, False, sender=people.stranger)
    marketplace.payOrder(hostile_order, sender=people.stranger)
    assert hostile.balanceOf(marketplace) == 0


def test_pay__currency_takes_more__reverts_and_may_be_tried_again(marketplace, people, hostile, hostile_order):
    hostile.faucet(marketplace, 1_000, sender=people.stranger)
    hostile.setSurcharge(5, sender=people.stranger)
    due = marketplace.dueOf(hostile_order, Part.BuyerMoney)
    with reverts(marketplace.Crowdfunding_PaidTooMuch, currency=hostile, amount=due, lost=due + 5):
        marketplace.payPart(hostile_order, Part.BuyerMoney, sender=people.backer)
    hostile.setSurcharge(0, sender=people.stranger)
    marketplace.payOrder(hostile_order, sender=people.stranger)
    assert hostile.balanceOf(marketplace) == 1_000, "what was donated"


def test_pay__currency_returns_false__reverts(marketplace, people, hostile, hostile_order):
    hostile.setReturnsFalse(True, sender=people.stranger)
    with reverts(marketplace.SafeERC20FailedOperation, token=hostile):
        marketplace.payOrder(hostile_order, sender=people.stranger)


WAYS_TO_PAY = {"payPart": (Part.SellerMoney,), "payOrder": ()}


@pytest.mark.parametrize("inner", WAYS_TO_PAY)
@pytest.mark.parametrize("outer", WAYS_TO_PAY)
def test_pay__currency_calls_back__reverts(marketplace, people, hostile, hostile_order, outer, inner):
    call = getattr(marketplace, inner).encode_input(hostile_order, *WAYS_TO_PAY[inner])
    hostile.setHook(marketplace, call, sender=people.stranger)
    part = () if outer == "payOrder" else (Part.BuyerMoney,)
    with reverts(marketplace.ReentrancyGuardReentrantCall):
        getattr(marketplace, outer)(hostile_order, *part, sender=people.backer)


@pytest.mark.parametrize("end", ["suspended", "revoked"])
def test_pay__buyer_no_longer_verified__credits_come_back(
    registry, marketplace, credit, people, entities, orders, revoke_entity, end
):
    order_id = orders.reach(OrderState.Undelivered)
    if end == "suspended":
        registry.suspend(entities["member"], now() + 2 * DAY, d.REASON, sender=people.registrar)
    else:
        revoke_entity(entities["member"])
    marketplace.expire(order_id, sender=people.stranger)
    marketplace.payOrder(order_id, sender=people.stranger)
    assert credit.balanceOf(people.member) == 100 * d.CREDIT


def test_pay__currency_delisted__goes_on(marketplace, crowdfunding, people, euro, orders, as_treasurer):
    order_id = orders.reach_end(OrderState.Completed)
    as_treasurer(crowdfunding.delistCurrency, euro)
    marketplace.payOrder(order_id, sender=people.stranger)
    assert euro.balanceOf(marketplace) == 0


# -------------------------------------------------------------------------------------------------- forwarder, pause

STEPS = [
    ("acceptOrder", "seller", OrderState.Placed, OrderState.Accepted),
    ("declineOrder", "seller", OrderState.Placed, OrderState.Declined),
    ("withdrawOrder", "buyer", OrderState.Placed, OrderState.Withdrawn),
    ("cancelOrder", "seller", OrderState.Accepted, OrderState.Canceled),
    ("handOver", "seller", OrderState.Accepted, OrderState.HandedOver),
    ("completeOrder", "buyer", OrderState.HandedOver, OrderState.Completed),
    ("disputeOrder", "buyer", OrderState.HandedOver, OrderState.Disputed),
    ("settle", "stranger", OrderState.Disputed, OrderState.Settled),
    ("voidSettlements", "buyer", OrderState.Disputed, OrderState.Disputed),
    ("expire", "stranger", OrderState.Unruled, OrderState.Unruled),
    ("payOrder", "stranger", OrderState.Settled, OrderState.Settled),
]


@pytest.mark.parametrize(("act", "who", "before", "after"), STEPS, ids=[step[0] for step in STEPS])
def test_act__forwarded_during_a_pause__is_the_signers(
    relay, marketplace, people, orders, actors, acts, act, who, before, after
):
    order_id = orders.reach(before)
    marketplace.pauseEntry(sender=people.guardian)
    method, arguments = getattr(marketplace, act), acts(order_id)[act]
    if who != "stranger":
        with reverts(marketplace.Escrow_NotParty, id=order_id, account=people.attacker):
            relay.call(people.attacker, method, *arguments)
    relay.send(actors[who], method, *arguments)
    assert marketplace.order(order_id).state == after
    assert marketplace.entryPausedUntil() > now()


def test_listing_acts__forwarded_during_a_pause__are_the_signers(relay, marketplace, people, orders):
    listing_id = orders.list_item()
    terms = orders.terms()
    relay.send(people.organizer, marketplace.list, terms)
    assert marketplace.listingCount() == 2
    marketplace.pauseEntry(sender=people.guardian)
    for signer, act, arguments in (
        (people.organizer, "updatePrice", (1, 1)),
        (people.organizer, "pauseListing", ()),
        (people.organizer, "resumeListing", ()),
        (people.organizer, "withdrawListing", ()),
        (people.payout, "changePayoutAccount", (people.stranger,)),
    ):
        relay.send(signer, getattr(marketplace, act), listing_id, *arguments)
    assert marketplace.listing(listing_id).payoutAccount == people.stranger
