"""Whole lives of pro-bono help against a model: every act accepted or refused alike, every view and balance equal.

The numbers of the invariants are those of README.md.
"""

from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule, run_state_machine_as_test

from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.conftest import now
from tests.contracts.redemptions import State
from tests.invariants.escrow_life import FLAWS, EscrowLife
from tests.invariants.help_model import ACTS, HOUR, WEEK, HelpModel, OfferModel, RedemptionModel
from tests.invariants.test_crowdfunding_model import read

PROVIDERS = ("provider", "relayer")
BENEFICIARIES = ("organizer", "backer")
ANYBODY = (*PROVIDERS, *BENEFICIARIES, "stranger", "arbiter")
HOURS = st.one_of(st.sampled_from([1, 2, 5, 6]), st.integers(1, 9))
#: The way to a case before the arbiter, and the two that end by time.
PATHS = [
    [],
    ["acceptHelp"],
    ["acceptHelp", "deliver"],
    ["acceptHelp", "deliver", "contest"],
    ["acceptHelp", "reportNoShow"],
    ["acceptHelp", "reportNoShow", "contest"],
]


class HelpLife(EscrowLife):
    """Two providers, one of whom backs all credits so far, and two who ask for help."""

    def __init__(self, *parent):
        super().__init__(*parent, "pro_bono")
        self.credit = self.lab.credit
        self.model = HelpModel(self.verified_until(), PROVIDERS, BENEFICIARIES)
        for number in range(1, self.contract.offerCount() + 1):
            o = self.contract.offer(number)
            self.model.offers.append(OfferModel("provider", o.offered, o.until, o.reserved, o.confirmed, o.closed))
        self.supply = self.credit.totalSupply()
        self.start = {who: self.credit.balanceOf(self.account(who)) for who in BENEFICIARIES}
        self.moved = dict.fromkeys(BENEFICIARIES, 0)

    # ---------------------------------------------------------------------------------------------------- the start

    @initialize(
        hours=st.sampled_from([4, 30, 2_000]),
        weeks=st.sampled_from([3, 10, 51]),
        paths=st.lists(st.sampled_from(PATHS), min_size=1, max_size=5),
    )
    def begin(self, hours, weeks, paths):
        """The second provider offers some hours; lives begin with redemptions on their way."""
        self.offer("relayer", hours, weeks)
        for place, path in enumerate(paths):
            self.request("organizer", 1 if place % 2 else len(self.model.offers), 1 + place, HOUR, (60, 9 * DAY))
            for act in path if len(self.model.redemptions) == place + 1 else []:
                self.go(act, place + 1)

    def go(self, act, redemption_id):
        """The way to a case, by whom it belongs to."""
        r = self.redemption(redemption_id)
        if act == "deliver":
            self.time = max(self.time, r.start)
            self.deliver(redemption_id, r.offer.provider, r.requested)
        elif act == "contest":
            self.contest(redemption_id, r.beneficiary)
        else:
            self.time = max(self.time, r.start) if act == "reportNoShow" else self.time
            self.step(act, redemption_id, r.offer.provider)

    # ------------------------------------------------------------------------------------------------------- acting

    def offer(self, who, hours, weeks, offset=0):
        until = (self.time // WEEK + weeks) * WEEK + offset
        refusal = self.model.refuse_offer(who, hours, until, self.time)
        if self.act(refusal, "offerHours", hours, until, d.HASH, sender=who):
            self.model.offers.append(OfferModel(who, hours, until))

    def request(self, who, offer_id, hours, unit, times):
        """Args: unit: What is paid for each hour. times: Seconds from now to the start, and from there to the end."""
        start, offer = self.time + times[0], self.model.offers[offer_id - 1]
        deliver_by = start + times[1]
        refusal = self.model.refuse_request(who, offer, hours * unit, (start, deliver_by), self.time)
        arguments = (offer_id, hours * unit, start, deliver_by, d.HASH)
        if self.act(refusal, "requestHelp", *arguments, sender=who):
            self.model.redemptions.append(RedemptionModel(offer, who, hours, start, deliver_by))
            self.moved[who] -= hours

    def redemption(self, redemption_id):
        return self.model.redemptions[redemption_id - 1]

    def step(self, act, redemption_id, who):
        r, time = self.redemption(redemption_id), self.time
        refusal = self.model.refuse_act(act, r, who, time)
        reason = (d.REASON,) if act == "reportNoShow" else ()
        if self.act(refusal, act, redemption_id, *reason, sender=who):
            self.model.step(act, r, who, time)
            if r.ended:
                self.moved[r.beneficiary] += r.requested

    def deliver(self, redemption_id, who, hours):
        r, time = self.redemption(redemption_id), self.time
        refusal = self.model.refuse_delivery(r, who, hours, time)
        if self.act(refusal, "deliverHelp", redemption_id, hours, d.HASH, d.OTHER_HASH, sender=who):
            r.delivered = hours
            self.model.open_window(r, State.Delivered, time)

    def contest(self, redemption_id, who):
        r, time = self.redemption(redemption_id), self.time
        if self.act(self.model.refuse_contest(r, who, time), "contest", redemption_id, d.REASON, sender=who):
            self.model.open_window(r, State.Contested, time)

    def confirm(self, redemption_id, who):
        r = self.redemption(redemption_id)
        if self.act(self.model.refuse_confirmation(r, who, self.time), "confirmHelp", redemption_id, sender=who):
            self.end(r, State.Confirmed, r.delivered)

    def expire(self, redemption_id, who):
        r = self.redemption(redemption_id)
        state = r.state_at(self.time)
        if self.act(self.model.refuse_expiry(r, self.time), "expire", redemption_id, sender=who):
            self.end(r, state, 0)

    def give_ruling(self, redemption_id, share):
        r = self.redemption(redemption_id)
        refusal = self.model.refuse_decision(r, share, self.time + 1, self.time)
        if self.act(refusal, "rule", redemption_id, share, d.REASON, sender="arbiter"):
            self.end(r, State.Ruled, share)

    def agree_on(self, redemption_id, share, flaw):
        r = self.redemption(redemption_id)

        def refusal(deadline, time):
            return self.model.refuse_decision(r, share, deadline, time)

        if self.settle(refusal, redemption_id, share, flaw, (r.offer.provider, r.beneficiary)):
            self.end(r, State.Settled, share)

    def end(self, r, state, burned):
        self.moved[r.beneficiary] += self.model.end(r, state, burned)

    def has(self, *states):
        return any(r.state_at(self.time) in states and not r.ended for r in self.model.redemptions)

    def some(self, data, *states):
        """The id of a redemption, one in one of these states if there is any."""
        fitting = [i for i, r in enumerate(self.model.redemptions, 1) if r.state_at(self.time) in states]
        return data.draw(st.sampled_from(fitting or range(1, len(self.model.redemptions) + 1)))

    # -------------------------------------------------------------------------------------------- offers and credits

    @precondition(lambda self: len(self.model.offers) < 4)
    @rule(
        who=st.sampled_from((*PROVIDERS, "organizer")),
        hours=st.sampled_from([0, 1, 3, 400, 2_000, 2_001]),
        weeks=st.sampled_from([0, 1, 20, 52, 53]),
        offset=st.sampled_from([0, 0, 0, 1]),
    )
    def promise(self, who, hours, weeks, offset):
        self.offer(who, hours, weeks, offset)

    @rule(data=st.data(), who=st.sampled_from((*PROVIDERS, "stranger")), really=st.integers(0, 2))
    def close(self, data, who, really):
        if really:
            return
        number = data.draw(st.sampled_from(range(1, len(self.model.offers) + 1)))
        offer = self.model.offers[number - 1]
        if self.act(self.model.refuse_closing(offer, who, self.time), "closeOffer", number, sender=who):
            offer.closed = True

    @rule(kind=st.sampled_from(["some", "all", "too many"]), amount=st.integers(1, 5 * HOUR))
    def issue(self, kind, amount):
        """38: no more than hours back at that moment."""
        free = self.model.capacity(self.time) - self.supply
        amount = {"some": amount, "all": free, "too many": max(free, 0) + 1}[kind]
        if kind == "all" and free <= 0:
            return
        programme_id = self.credit.programmeCount()
        programme = self.credit.programme(programme_id)
        refusal = "InnovationCredit_AboveCapacity" if amount > free else None
        if amount > programme.cap - programme.issued:
            refusal = "InnovationCredit_AboveCap"
        arguments = (programme_id, self.people.member, amount, d.HASH)
        if self.act(refusal, "issue", *arguments, sender="town", contract=self.credit):
            self.supply += amount

    # ------------------------------------------------------------------------------------------------------ requests

    @rule(who=st.sampled_from(BENEFICIARIES), data=st.data(), hours=HOURS, days=st.integers(1, 20))
    def ask(self, who, data, hours, days):
        number = data.draw(st.sampled_from(range(1, len(self.model.offers) + 1)))
        self.request(who, number, hours, HOUR, (days * DAY // 4, days * DAY))

    @rule(
        who=st.sampled_from((*BENEFICIARIES, "provider")),
        data=st.data(),
        hours=st.sampled_from([0, 1, 5, 2_001]),
        unit=st.sampled_from([HOUR, HOUR, HOUR, HOUR - 1]),
        times=st.tuples(st.sampled_from([0, 1, DAY]), st.sampled_from([0, 1, 400 * DAY])),
    )
    def ask_anyhow(self, who, data, hours, unit, times):
        number = data.draw(st.sampled_from(range(1, len(self.model.offers) + 1)))
        self.request(who, number, hours, unit, times)

    @precondition(lambda self: self.has(State.Requested, State.Accepted, State.Underway))
    @rule(data=st.data(), act=st.sampled_from([*ACTS, "acceptHelp", "acceptHelp"]), hours=HOURS)
    def go_on(self, data, act, hours):
        """A party's own act, on a redemption that may be in the state for it."""
        part, state = ACTS[act]
        redemption_id = self.some(data, state)
        r = self.redemption(redemption_id)
        who = r.beneficiary if part == "beneficiary" else r.offer.provider
        if part == "party":
            who = data.draw(st.sampled_from([r.beneficiary, r.offer.provider]))
        if act == "deliverHelp":
            self.deliver(redemption_id, who, hours)
        else:
            self.step(act, redemption_id, who)

    @precondition(lambda self: self.model.redemptions)
    @rule(
        data=st.data(),
        act=st.sampled_from([*ACTS, "contest", "confirm", "expire", "rule", "settle"]),
        who=st.sampled_from(ANYBODY),
    )
    def act_anyhow(self, data, act, who):
        redemption_id = self.some(data)
        if act == "deliverHelp":
            self.deliver(redemption_id, who, 1)
        elif act == "rule":
            self.give_ruling(redemption_id, 1)
        elif act == "settle":
            self.agree_on(redemption_id, 1, "none")
        elif act in ACTS:
            self.step(act, redemption_id, who)
        else:
            getattr(self, act)(redemption_id, who)

    @precondition(lambda self: self.has(State.Delivered, State.NoShow))
    @rule(data=st.data(), act=st.sampled_from(["contest", "contest", "confirm"]), who=st.sampled_from(ANYBODY))
    def answer(self, data, act, who):
        redemption_id = self.some(data, State.Delivered, State.NoShow)
        r = self.redemption(redemption_id)
        getattr(self, act)(redemption_id, data.draw(st.sampled_from([who, r.beneficiary, r.offer.provider])))

    @precondition(lambda self: self.has(State.Contested))
    @rule(data=st.data(), how=st.sampled_from(["rule", *FLAWS]), part=st.integers(0, 10))
    def decide(self, data, how, part):
        redemption_id = self.some(data, State.Contested)
        share = self.redemption(redemption_id).requested * part // 9  # a tenth of the time too many
        if how == "rule":
            self.give_ruling(redemption_id, share)
        else:
            self.agree_on(redemption_id, share, how)

    @precondition(lambda self: self.model.redemptions)
    @rule(data=st.data(), who=st.sampled_from(ANYBODY))
    def carry_out(self, data, who):
        late = [i for i, r in enumerate(self.model.redemptions, 1) if not r.ended and r.state_at(self.time) >= 7]
        if not late and self.model.edges(self.time):
            self.time = self.model.edges(self.time)[0]
        redemption_id = data.draw(st.sampled_from(late or range(1, len(self.model.redemptions) + 1)))
        confirmed = self.redemption(redemption_id).state_at(self.time) == State.Confirmed
        (self.confirm if confirmed else self.expire)(redemption_id, who)

    # ---------------------------------------------------------------------------------------------------------- time

    @rule(who=st.sampled_from([*PROVIDERS, *BENEFICIARIES]), really=st.integers(0, 4))
    def suspension(self, who, really):
        if not really:
            self.suspend(self.model, who)

    @rule(data=st.data(), offset=st.sampled_from([-1, 0, 1]))
    def wait(self, data, offset):
        """Jumps to one of the next edges, seldom to the end of an offer, or a second beside it."""
        ends = sorted(offer.until for offer in self.model.offers if offer.until > self.time)
        if edges := [*self.model.edges(self.time)[:3], *ends[:1]]:
            self.time = max(self.time, data.draw(st.sampled_from(edges)) + offset)

    # ---------------------------------------------------------------------------------------------------- invariants

    @invariant()
    def everything_is_as_in_the_model(self):
        """All that can be read, at the block of the last act."""
        pro_bono, model, time = self.contract, self.model, now()
        offers, redemptions = range(1, len(model.offers) + 1), range(1, len(model.redemptions) + 1)
        held, supply, redeemed, capacity, journal, *views = read(
            (self.credit.balanceOf, pro_bono),
            (self.credit.totalSupply,),
            (self.credit.redeemed,),
            (pro_bono.capacity,),
            (pro_bono.journal,),
            *((pro_bono.openHoursOf, self.entities[who]) for who in PROVIDERS),
            *((pro_bono.liveRequestsOf, self.entities[who]) for who in BENEFICIARIES),
            *((self.credit.balanceOf, self.account(who)) for who in BENEFICIARIES),
            *((pro_bono.offer, number) for number in offers),
            *((pro_bono.redemption, number) for number in redemptions),
        )
        assert held == model.held * HOUR, "50"
        assert redeemed == model.burned * HOUR, "51"
        assert supply == self.supply - model.burned * HOUR, "51"
        assert capacity == model.capacity(time), "53"
        assert views[:2] == [model.open_hours(who, time) for who in PROVIDERS], "54"
        assert views[2:4] == [model.requests_of(who) for who in BENEFICIARIES], "56"
        assert views[4:6] == [self.start[who] + HOUR * self.moved[who] for who in BENEFICIARIES], "51"
        for offer, view in zip(model.offers, views[6 : 6 + len(offers)], strict=True):
            assert (view.reserved, view.confirmed, view.closed) == (offer.reserved, offer.confirmed, offer.closed), "55"
            assert (view.offered, view.until) == (offer.offered, offer.until), "55"
        for number, view in zip(redemptions, views[6 + len(offers) :], strict=True):
            self.check_redemption(number, view, model.redemptions[number - 1])
        self.check_journal(journal)

    def check_redemption(self, number, view, r):
        """52 and 58."""
        state = r.state_at(now())
        event(f"redemption {state.name}, ended {r.ended}")
        assert (view.state, view.ended, view.windowEndsAt) == (state, r.ended, r.window_ends_at)
        assert (view.hoursRequested, view.hoursDelivered) == (r.requested, r.delivered)
        assert (view.payer, view.start, view.deliverBy) == (self.account(r.beneficiary), r.start, r.deliver_by)
        self.check_final(number, state, view.ended)


def test_life_of_pro_bono_help__any_acts_at_any_time__agrees_with_the_model(
    lab, people, entities, verify, give_credits
):
    entities = {
        **entities,
        "relayer": verify(people.relayer, d.PROVIDER),
        "backer": verify(people.backer, d.SSE),
    }
    give_credits(50 * d.CREDIT, people.organizer, people.backer)
    run_state_machine_as_test(
        lambda: HelpLife(lab, people, entities),
        settings=settings(
            max_examples=15,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
        ),
    )
