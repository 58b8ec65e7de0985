"""Whole lives of a marketplace against a model: every act accepted or refused alike, every view and balance equal.

The numbers of the invariants are those of README.md.
"""

from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule, run_state_machine_as_test

from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.conftest import now
from tests.contracts.orders import ListingState, OrderState, Part
from tests.invariants.escrow_life import FLAWS, EscrowLife
from tests.invariants.market_model import BPS, LEADS, SETTLING, Item, ListingModel, MarketModel, all_parts
from tests.invariants.test_crowdfunding_model import read

ZERO = "0x" + 40 * "0"
SELLERS = ("organizer", "town")
#: The first acts for a member, the second for nobody, the third sells as well.
BUYERS = ("member", "backer", "organizer")
ANYBODY = (*BUYERS, "town", "stranger", "arbiter")
SHARES = st.one_of(st.sampled_from([0, 1, BPS - 1, BPS, BPS + 1]), st.integers(0, BPS))
RIGHTFUL = {"acceptOrder": "seller", "declineOrder": "seller", "cancelOrder": "seller", "handOver": "seller"}
#: Acts by what they carry besides the order.
EVIDENCE = {"handOver": (d.HASH,), "disputeOrder": (d.REASON,)}
#: The way to a dispute.
PATH = ("acceptOrder", "handOver", "disputeOrder")
#: How often each act is drawn, so that some orders get far.
OFTEN = [*LEADS, "acceptOrder", "acceptOrder", "handOver", "handOver", "handOver", "disputeOrder", "disputeOrder"]


@st.composite
def terms_of_listings(draw):
    """(price, price in credits, stock, windows)"""
    price = draw(st.one_of(st.just(0), st.integers(1, 50), st.integers(1, 20 * d.EURO)))
    credit_price = draw(st.one_of(st.just(0 if price else 1), st.integers(1, d.CREDIT)))
    stock = draw(st.sampled_from([3, 7, 50]))
    windows = [draw(st.sampled_from([low * DAY, 20 * DAY])) for low in (1, 1, 3)]
    return price, credit_price, stock, windows


class MarketLife(EscrowLife):
    """Two listings of two sellers, and whatever three buyers order."""

    def __init__(self, euro, *parent):
        super().__init__(*parent, "marketplace")
        self.euro, self.credit = euro, self.lab.credit
        self.model = MarketModel(self.verified_until())
        self.pockets = [(token, who) for token in (euro, self.credit) for who in (*BUYERS, "payout")]
        self.start = {(token, who): token.balanceOf(self.account(who)) for token, who in self.pockets}
        self.moved = dict.fromkeys(self.start, 0)

    # ---------------------------------------------------------------------------------------------------- the start

    @initialize(
        terms=st.tuples(terms_of_listings(), terms_of_listings()),
        far=st.lists(st.sampled_from(range(len(PATH) + 1)), max_size=4),
    )
    def begin(self, terms, far):
        """Lists twice; most lives begin with orders on their way, each as far as drawn."""
        for seller, of_one in zip(SELLERS, terms, strict=True):
            self.list(seller, *of_one)
        for place, steps in enumerate(far):
            self.place("member", [Item(place % 2, 1 + place // 2)])
            for act in PATH[:steps]:
                self.step(act, len(self.model.orders))

    def list(self, seller, price, credit_price, stock, windows):
        terms = {
            "currency": self.euro.address if price else ZERO,
            "price": price,
            "creditPrice": credit_price,
            "stock": stock,
            "deliveryModes": 3,
            "acceptWindow": windows[0],
            "deliverWindow": windows[1],
            "confirmWindow": windows[2],
            "payoutAccount": self.people.payout,
            "descriptionHash": d.HASH,
        }
        self.act(None, "list", terms, sender=seller)
        states = (OrderState.Placed, OrderState.Accepted, OrderState.HandedOver)
        windows = dict(zip(states, windows, strict=True))
        self.model.listings.append(ListingModel(seller, price, credit_price, stock, windows))

    # ------------------------------------------------------------------------------------------------------- acting

    def place(self, buyer, items):
        time, hashes = self.time, [self.contract.listing(item.place + 1).termsHash for item in items]
        basket = [
            (item.place + 1, item.quantity, item.mode, d.OTHER_HASH if item.outdated else seen, d.HASH)
            for item, seen in zip(items, hashes, strict=True)
        ]
        if self.act(self.model.refuse_basket(buyer, items, time), "placeOrders", basket, sender=buyer):
            self.model.place(buyer, items, time)
            for order in self.model.orders[-len(items) :]:
                self.moved[self.euro, buyer] -= order.money
                self.moved[self.credit, buyer] -= order.credits

    def order(self, order_id):
        return self.model.orders[order_id - 1]

    def step(self, act, order_id, who=None):
        order, time = self.order(order_id), self.time
        rightful = order.listing.seller if act in RIGHTFUL else order.buyer
        refusal = self.model.refuse_act(act, order, who or rightful, time)
        if self.act(refusal, act, order_id, *EVIDENCE.get(act, ()), sender=who or rightful):
            self.model.step(act, order, time)

    def complete(self, order_id, who):
        refusal = self.model.refuse_completion(self.order(order_id), who, self.time)
        if self.act(refusal, "completeOrder", order_id, sender=who):
            self.model.end(self.order(order_id), OrderState.Completed, BPS)

    def expire(self, order_id, who):
        order = self.order(order_id)
        state, refusal = order.state_at(self.time), self.model.refuse_expiry(order, self.time)
        if self.act(refusal, "expire", order_id, sender=who):
            self.model.end(order, state)

    def pay(self, order_id, parts, method, *arguments):
        order = self.order(order_id)
        refusal = self.model.refuse_payment(order, parts)
        if self.act(refusal, method, order_id, *arguments, sender="stranger"):
            for part, amount in self.model.pay(order, parts).items():
                token = self.euro if part in (Part.BuyerMoney, Part.SellerMoney) else self.credit
                buyers = part in (Part.BuyerMoney, Part.BuyerCredits)
                self.moved[token, order.buyer if buyers else "payout"] += amount

    def has(self, *states):
        return any(order.state_at(self.time) in states and not order.ended for order in self.model.orders)

    def some(self, data, *states):
        """The id of an order, one in one of these states if there is any."""
        fitting = [i for i, order in enumerate(self.model.orders, 1) if order.state_at(self.time) in states]
        return data.draw(st.sampled_from(fitting or range(1, len(self.model.orders) + 1)))

    # ------------------------------------------------------------------------------------------------------ listings

    @rule(
        place=st.integers(0, 1),
        act=st.sampled_from(["pause", "resume", "resume", "withdraw"]),
        who=st.sampled_from([*SELLERS, "stranger"]),
    )
    def change_listing(self, place, act, who):
        listing = self.model.listings[place]
        needed = {"pause": ListingState.Active, "resume": ListingState.Paused}.get(act)
        refusal = self.model.refuse_listing_act(listing, needed, who)
        if self.act(refusal, f"{act}Listing", place + 1, sender=who):
            changed = {"pause": ListingState.Paused, "resume": ListingState.Active}
            listing.state = changed.get(act, ListingState.Withdrawn)

    @rule(place=st.integers(0, 1), part=st.integers(0, 3), who=st.sampled_from([*SELLERS, "stranger"]))
    def change_price(self, place, part, who):
        listing = self.model.listings[place]
        prices = (listing.price * part, listing.credit_price * part)
        refusal = self.model.refuse_price(listing, prices, who)
        if self.act(refusal, "updatePrice", place + 1, *prices, sender=who):
            listing.price, listing.credit_price = prices

    # -------------------------------------------------------------------------------------------------------- orders

    @rule(
        buyer=st.sampled_from(("member", "member", *BUYERS)),
        items=st.lists(st.builds(Item, st.integers(0, 1), st.integers(1, 4)), min_size=1, max_size=3),
    )
    def order_something(self, buyer, items):
        self.place(buyer, items)

    @rule(
        buyer=st.sampled_from(BUYERS),
        items=st.lists(
            st.builds(Item, st.integers(0, 1), st.sampled_from([0, 1, 51]), st.integers(0, 4), st.booleans()),
            min_size=1,
            max_size=3,
        ),
    )
    def order_anyhow(self, buyer, items):
        self.place(buyer, items)

    @precondition(lambda self: self.model.orders)
    @rule(data=st.data(), act=st.sampled_from(OFTEN))
    def go_on(self, data, act):
        """A party's own act, on an order that may be in the state for it."""
        before = {"handOver": [OrderState.Accepted], "disputeOrder": [OrderState.HandedOver]}
        early = [OrderState.Accepted, OrderState.HandedOver] if act == "cancelOrder" else [OrderState.Placed]
        self.step(act, self.some(data, *before.get(act, early)))

    @precondition(lambda self: self.model.orders)
    @rule(data=st.data(), act=st.sampled_from(sorted(LEADS)), who=st.sampled_from(ANYBODY))
    def go_on_anyhow(self, data, act, who):
        self.step(act, self.some(data), who)

    @precondition(lambda self: self.has(OrderState.HandedOver))
    @rule(data=st.data(), who=st.sampled_from(ANYBODY))
    def finish(self, data, who):
        order_id = self.some(data, OrderState.HandedOver)
        self.complete(order_id, data.draw(st.sampled_from([who, self.order(order_id).buyer])))

    @precondition(lambda self: self.model.orders)
    @rule(data=st.data(), who=st.sampled_from(ANYBODY))
    def carry_out(self, data, who):
        late = [i for i, order in enumerate(self.model.orders, 1) if order.state_at(self.time) != order.state]
        if not late:
            self.time = self.model.edges(self.time)[0] if self.model.edges(self.time) else self.time
        order_id = data.draw(st.sampled_from(late or range(1, len(self.model.orders) + 1)))
        if self.order(order_id).state_at(self.time) == OrderState.Completed:
            self.complete(order_id, who)
        else:
            self.expire(order_id, who)

    @precondition(lambda self: self.has(*SETTLING))
    @rule(data=st.data(), share=SHARES, flaw=st.sampled_from(FLAWS))
    def agree(self, data, share, flaw):
        self.end_by_settlement(self.some(data, *SETTLING), share, flaw)

    def end_by_settlement(self, order_id, share, flaw):
        order = self.order(order_id)

        def refusal(deadline, time):
            return self.model.refuse_settlement(order, share, deadline, time)

        if self.settle(refusal, order_id, share, flaw, (order.listing.seller, order.buyer)):
            self.model.end(order, OrderState.Settled, share)

    @precondition(lambda self: self.has(OrderState.Disputed))
    @rule(data=st.data(), share=SHARES)
    def judge(self, data, share):
        self.end_by_ruling(self.some(data, OrderState.Disputed), share)

    def end_by_ruling(self, order_id, share):
        order = self.order(order_id)
        refusal = self.model.refuse_ruling(order, share, self.time)
        if self.act(refusal, "rule", order_id, share, d.REASON, sender="arbiter"):
            self.model.end(order, OrderState.Ruled, share)

    @precondition(lambda self: self.model.orders)
    @rule(data=st.data(), who=st.sampled_from(ANYBODY), act=st.sampled_from(["complete", "settle", "rule", "expire"]))
    def end_anyhow(self, data, who, act):
        order_id = self.some(data)
        if act == "complete":
            self.complete(order_id, who)
        elif act == "settle":
            self.end_by_settlement(order_id, BPS // 2, "none")
        elif act == "rule":
            self.end_by_ruling(order_id, BPS // 2)
        else:
            self.expire(order_id, who)

    @precondition(lambda self: self.model.orders)
    @rule(data=st.data(), part=st.sampled_from([None, *Part]))
    def pay_out(self, data, part):
        owing = [i for i, order in enumerate(self.model.orders, 1) if any(map(order.due, Part))]
        order_id = data.draw(st.sampled_from(owing or range(1, len(self.model.orders) + 1)))
        if part is None:
            self.pay(order_id, list(Part), "payOrder")
        else:
            self.pay(order_id, [part], "payPart", part)

    # ---------------------------------------------------------------------------------------------------------- time

    @rule(who=st.sampled_from(["organizer", "member"]), really=st.integers(0, 3))
    def suspension(self, who, really):
        if not really:
            self.suspend(self.model, who)

    @rule(data=st.data(), offset=st.sampled_from([-1, 0, 1]))
    def wait(self, data, offset):
        """Jumps to one of the next edges, or a second beside it."""
        if edges := self.model.edges(self.time)[:2]:
            self.time = max(self.time, data.draw(st.sampled_from(edges)) + offset)

    # ---------------------------------------------------------------------------------------------------- invariants

    @invariant()
    def everything_is_as_in_the_model(self):
        """All that can be read, at the block of the last act."""
        market, model = self.contract, self.model
        numbers, parts = range(1, len(model.orders) + 1), all_parts(model.orders)
        money, credits_, journal, *views = read(
            (self.euro.balanceOf, market),
            (self.credit.balanceOf, market),
            (market.journal,),
            *((market.openOrdersOf, self.account(buyer)) for buyer in BUYERS),
            *((market.listing, place + 1) for place in range(len(model.listings))),
            *((token.balanceOf, self.account(who)) for token, who in self.pockets),
            *((market.order, number) for number in numbers),
            *((market.dueOf, number, part) for number, part in parts),
        )
        cuts = [len(BUYERS), len(model.listings), len(self.pockets), len(numbers), len(parts)]
        opened, listings, pockets, orders, dues = (views[sum(cuts[:i]) : sum(cuts[: i + 1])] for i in range(len(cuts)))
        assert money == model.held(Part.BuyerMoney, Part.SellerMoney), "39"
        assert credits_ == model.held(Part.BuyerCredits, Part.SellerCredits), "39"
        assert opened == [model.open_orders(buyer) for buyer in BUYERS], "48"
        for seen, listing in zip(listings, model.listings, strict=True):
            assert (seen.state, seen.stock) == (listing.state, listing.stock), "43"
            assert (seen.price, seen.creditPrice) == listing.prices
        for balance, pocket in zip(pockets, self.pockets, strict=True):
            assert balance == self.start[pocket] + self.moved[pocket], "47"
        for number, view, order in zip(numbers, orders, model.orders, strict=True):
            self.check_order(number, view, order)
        assert dues == [model.orders[number - 1].due(part) for number, part in parts], "44"
        self.check_journal(journal)

    def check_order(self, number, view, order):
        """40, 41, 44 and 45."""
        state = order.state_at(now())
        event(f"order {state.name}, ended {order.ended}")
        assert (view.state, view.ended, view.windowEndsAt) == (state, order.ended, order.window_ends_at)
        assert (view.buyer, view.quantity) == (self.account(order.buyer), order.quantity)
        assert (view.money, view.credits, view.sellerBps) == (order.money, order.credits, order.share)
        assert view.paidParts == sum(1 << part for part in order.paid)
        self.check_final(number, state, view.ended)


def test_life_of_a_marketplace__any_acts_at_any_time__agrees_with_the_model(
    lab, euro, people, entities, marketplace, give_credits
):
    give_credits(100 * d.CREDIT, people.member, people.organizer)
    for buyer in BUYERS:
        euro.approve(marketplace, 2**256 - 1, sender=getattr(people, buyer))
    run_state_machine_as_test(
        lambda: MarketLife(euro, lab, people, entities),
        settings=settings(
            max_examples=15,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
        ),
    )
