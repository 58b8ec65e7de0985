"""What api/marketplace/acts.py says of the next legal acts is what the contract accepts

for each state of an order or a listing, as the indexer derives it from the logs
    at every edge of every window, a second before, at it and a second after
        for each act and actor
            in a window that was announced  -> accepted
            in none                         -> refused with a typed error
        every view of the contract says what the rows say
what payments are announced to pay is what they pay; as many units as announced can be ordered, and no more
"""

from dataclasses import dataclass
from typing import Any

import pytest

from api.case_acts import CaseAct, CaseActName
from api.marketplace.acts import OrderParties, of_listing, of_order
from indexer.store.cases import PARTS
from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.announced import Calls, Reconciled, empty_mirror, prove
from tests.contracts.conftest import now, travel_to
from tests.contracts.expect import reverts
from tests.contracts.mirrored_rows import MirroredRows
from tests.contracts.orders import BY_TIME, SHARE, OrderState
from tests.contracts.schedule import administer
from tests.contracts.settlements import settlement, signed_by


@dataclass
class Stage:
    """What the states below are made with."""

    orders: Any
    marketplace: Any
    crowdfunding: Any
    registry: Any
    lab: Any
    people: Any
    entities: dict[str, int]
    euro: Any
    as_treasurer: Any
    revoke_entity: Any
    move_entity: Any


@pytest.fixture
def stage(
    orders, marketplace, crowdfunding, registry, lab, people, entities, euro, as_treasurer, revoke_entity, move_entity
):
    for person in vars(people).values():
        euro.approve(marketplace, 2**256 - 1, sender=person)
    return Stage(
        orders,
        marketplace,
        crowdfunding,
        registry,
        lab,
        people,
        entities,
        euro,
        as_treasurer,
        revoke_entity,
        move_entity,
    )


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    return empty_mirror(tmp_path_factory.mktemp("empty"))


def reached(state):
    return lambda stage: stage.orders.reach(state)


def carried_out(state):
    return lambda stage: stage.orders.reach_end(state)


def then(reach, *acts):
    def reach_and_act(stage):
        subject = reach(stage)
        for act in acts:
            act(stage, subject)
        return subject

    return reach_and_act


def after(days):
    return lambda *_: travel_to(now() + days * DAY)


def suspended(stage, _):
    until = now() + 3 * DAY
    stage.registry.suspend(stage.entities["organizer"], until, d.REASON, sender=stage.people.registrar)


def verified_for_a_day(stage, _):
    stage.registry.verify(stage.entities["organizer"], d.SSE, now() + DAY, sender=stage.people.registrar)


def revoked(stage, _):
    stage.revoke_entity(stage.entities["organizer"])


def moved(role, to):
    """An entity gets another account."""

    def move(stage, _):
        stage.move_entity(stage.registry.entityOf(getattr(stage.people, role)), getattr(stage.people, to))

    return move


def disputed_by_nobodys(stage):
    """An order of an account that acts for no entity then, and for one soon after."""
    stage.orders.place(stage.orders.list_item(creditPrice=0), sender=stage.people.backer)
    order_id = stage.marketplace.orderCount()
    stage.marketplace.acceptOrder(order_id, sender=stage.people.organizer)
    stage.marketplace.handOver(order_id, d.HASH, sender=stage.people.organizer)
    stage.marketplace.disputeOrder(order_id, d.REASON, sender=stage.people.backer)
    stage.registry.register(d.SSE, d.HASH, sender=stage.people.backer)
    return order_id


def voided(stage, order_id):
    stage.marketplace.voidSettlements(order_id, sender=stage.people.member)


def paused(stage, _):
    stage.marketplace.pauseEntry(sender=stage.people.guardian)


def resumed(stage, _):
    stage.marketplace.resumeEntry(sender=stage.people.guardian)


def closed(stage, _):
    authority = stage.lab.authority
    administer(authority, authority.setTargetClosed, stage.marketplace, True, sender=stage.people.admin)


def paid(part):
    return lambda stage, order_id: stage.marketplace.payPart(order_id, part, sender=stage.people.stranger)


def all_paid(stage, order_id):
    stage.marketplace.payOrder(order_id, sender=stage.people.stranger)


def payout_changed(stage, order_id):
    listing_id = stage.marketplace.order(order_id).listingId
    stage.marketplace.changePayoutAccount(listing_id, stage.people.attacker, sender=stage.people.payout)


def listing_withdrawn(stage, order_id):
    stage.marketplace.withdrawListing(stage.marketplace.order(order_id).listingId, sender=stage.people.organizer)


OPEN = (OrderState.Placed, OrderState.Accepted, OrderState.HandedOver, OrderState.Disputed)
ENDED = [state for state in OrderState if state >= OrderState.Completed]
ORDERS = {state.name: reached(state) for state in OPEN}
ORDERS |= {f"{state.name}, to carry out": reached(state) for state in BY_TIME}
ORDERS |= {f"{state.name}, ended": carried_out(state) for state in ENDED}
ORDERS |= {
    "Placed, seller suspended": then(reached(OrderState.Placed), suspended),
    "Placed, listing withdrawn and entry paused": then(reached(OrderState.Placed), listing_withdrawn, paused),
    "Accepted, seller revoked": then(reached(OrderState.Accepted), revoked),
    "HandedOver, seller's account changed": then(reached(OrderState.HandedOver), moved("organizer", "attacker")),
    "Disputed, seller revoked": then(reached(OrderState.Disputed), revoked),
    "Disputed, buyer's entity moved to the arbiter": then(reached(OrderState.Disputed), moved("member", "arbiter")),
    "Disputed, buyer of no entity then": then(disputed_by_nobodys, moved("backer", "arbiter")),
    "Disputed, settlements voided": then(reached(OrderState.Disputed), voided),
    "Disputed, payout account changed": then(reached(OrderState.Disputed), payout_changed),
    "Disputed, contract closed": then(reached(OrderState.Disputed), closed),
    "Ruled, a part paid": then(carried_out(OrderState.Ruled), paid(2)),
    "Settled, payout account changed": then(carried_out(OrderState.Settled), payout_changed),
    "Settled, all paid": then(carried_out(OrderState.Settled), all_paid),
}


def person_of(stage, account: str):
    return next(person for person in vars(stage.people).values() if person.address.lower() == account)


def order_calls(stage, order_id: int, rows: MirroredRows):
    deadline = now() + 600 * DAY
    message = settlement(stage.marketplace, order_id, SHARE, deadline)
    accounts = (rows.row("entities", stage.entities["organizer"]).account, rows.row("orders", order_id).buyer)
    signatures = signed_by(tuple(person_of(stage, account) for account in accounts), message)
    names = ("acceptOrder", "declineOrder", "withdrawOrder", "cancelOrder", "completeOrder", "expire", "payOrder")
    acts = {(name, None): (order_id,) for name in (*names, "voidSettlements")}
    acts |= {("handOver", None): (order_id, d.HASH), ("disputeOrder", None): (order_id, d.REASON)}
    acts |= {("rule", None): (order_id, SHARE, d.REASON)}
    acts |= {("settle", None): (order_id, SHARE, deadline, *signatures)}
    return acts | {("payPart", part.value): (order_id, number) for number, part in enumerate(PARTS)}


def order_acts(rows: MirroredRows, order_id: int, time: int) -> list[CaseAct]:
    order = rows.row("orders", order_id)
    payout_account = rows.row("listings", order.listing_id).payout_account
    parties = OrderParties(rows.row("entities", order.seller), payout_account, rows.bought_for(order))
    return of_order(order, parties, rows.escrow_gates("Marketplace"), time)


def people_of(stage, *names: str):
    return {name: getattr(stage.people, name) for name in (*names, "arbiter", "stranger", "attacker")}


@pytest.mark.parametrize("state", ORDERS)
def test_next_acts__on_an_order_at_every_edge__are_what_the_contract_accepts(stage, lab, state, template, tmp_path):
    order_id = ORDERS[state](stage)
    rows = MirroredRows(lab)
    senders = people_of(stage, "organizer", "member", "payout")
    acts = order_acts(rows, order_id, now())
    calls = Calls(stage.marketplace, order_calls(stage, order_id, rows), senders)
    mirror = Reconciled(template, tmp_path, rows)
    for time in prove(acts, calls, senders, rows):
        mirror.check(time)


@pytest.mark.parametrize("state", [OrderState.Ruled, OrderState.Canceled, OrderState.Completed])
def test_next_acts__that_pay__pay_what_they_say_to_whom_they_say(stage, lab, state):
    order_id = stage.orders.reach_end(state)
    payments = [a for a in order_acts(MirroredRows(lab), order_id, now()) if a.name is CaseActName.PAY_PART]
    assert payments
    for act in payments:
        receipt = stage.marketplace.payPart(order_id, PARTS.index(act.part), sender=stage.people.stranger)
        (event,) = [log for log in receipt.events if log.event_name == "PartPaid"]
        assert (event.receiver.lower(), event.amount) == (act.receiver, act.amount)
    names = {act.name for act in order_acts(MirroredRows(lab), order_id, now())}
    assert names == {CaseActName.VOID_SETTLEMENTS}


# --------------------------------------------------------------------------------------------------------- listings


def listed(**changes):
    return lambda stage: stage.orders.list_item(creditPrice=0, **changes)


def listing_paused(stage, listing_id):
    stage.marketplace.pauseListing(listing_id, sender=stage.people.organizer)


def withdrawn(stage, listing_id):
    stage.marketplace.withdrawListing(listing_id, sender=stage.people.organizer)


def sold_out(stage, listing_id):
    stage.orders.place(listing_id, quantity=stage.marketplace.listing(listing_id).stock)


def delisted(stage, _):
    stage.as_treasurer(stage.crowdfunding.delistCurrency, stage.euro)


def paid_elsewhere(stage, listing_id):
    stage.marketplace.changePayoutAccount(listing_id, stage.people.attacker, sender=stage.people.payout)


LISTINGS = {
    "Active": listed(),
    "Active, sold out": then(listed(), sold_out),
    "Active, seller suspended": then(listed(), suspended),
    "Active, a suspension is over": then(listed(), suspended, after(4)),
    "Active, seller's verification ends": then(listed(), verified_for_a_day),
    "Active, seller revoked": then(listed(), revoked),
    "Active, seller's account changed": then(listed(), moved("organizer", "attacker")),
    "Active, entry paused": then(listed(), paused),
    "Active, a pause was ended": then(listed(), paused, resumed),
    "Active, currency delisted": then(listed(), delisted),
    "Active, payout account changed": then(listed(), paid_elsewhere),
    "Paused": then(listed(), listing_paused),
    "Withdrawn": then(listed(), withdrawn),
}


def listing_acts(rows: MirroredRows, listing_id: int, time: int) -> list[CaseAct]:
    listing = rows.row("listings", listing_id)
    gates, seller = rows.escrow_gates("Marketplace"), rows.row("entities", listing.seller)
    is_listed = listing.currency is None or rows.row("currencies", listing.currency).listed
    return of_listing(listing, seller, gates, time, currency_listed=is_listed)


@pytest.mark.parametrize("state", LISTINGS)
def test_next_acts__on_a_listing_at_every_edge__are_what_the_contract_accepts(stage, lab, state, template, tmp_path):
    listing_id = LISTINGS[state](stage)
    rows = MirroredRows(lab)
    senders = people_of(stage, "organizer", "member", "payout", "backer")
    item = stage.orders.item(listing_id, 1)
    calls = {(name, None): (listing_id,) for name in ("pauseListing", "resumeListing", "withdrawListing")}
    calls |= {("updatePrice", None): (listing_id, 9, 0), ("placeOrders", None): ([item],)}
    calls |= {("changePayoutAccount", None): (listing_id, stage.people.relayer.address)}
    mirror = Reconciled(template, tmp_path, rows)
    acts = listing_acts(rows, listing_id, now())
    for time in prove(acts, Calls(stage.marketplace, calls, senders), senders, rows):
        mirror.check(time)


def test_next_acts__place_orders__as_many_units_as_announced_and_no_more(stage, lab, marketplace):
    listing_id = stage.orders.list_item(creditPrice=0, stock=4)
    (act,) = [a for a in listing_acts(MirroredRows(lab), listing_id, now()) if a.name is CaseActName.PLACE_ORDERS]
    assert act.max_quantity == 4
    with reverts(marketplace.Marketplace_NotEnoughStock, listingId=listing_id, quantity=5, left=4):
        stage.orders.place(listing_id, quantity=act.max_quantity + 1)
    stage.orders.place(listing_id, quantity=act.max_quantity)
    assert all(a.name is not CaseActName.PLACE_ORDERS for a in listing_acts(MirroredRows(lab), listing_id, now()))
