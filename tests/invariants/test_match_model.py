"""Whole lives of a campaign with its pools against a model, from the opening of the pools to the last part reclaimed.

The numbers of the invariants are those of README.md.
"""

import ape
import pytest
from ape.exceptions import ContractLogicError
from hypothesis import HealthCheck, event, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule, run_state_machine_as_test

from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.campaign_phases import Phase
from tests.contracts.conftest import act_at, now
from tests.contracts.test_journal import journaled_topics, recomputed
from tests.invariants.crowdfunding_model import BPS, FINAL
from tests.invariants.pool_model import BEFORE_END, PoolModel
from tests.invariants.test_crowdfunding_model import (
    BACKERS,
    PLEDGING,
    RICHES,
    CampaignLife,
    name_of,
    read,
    terms_of_campaigns,
)

#: Accounts that act for public bodies; the first manages every pool.
FUNDERS = ("town", "relayer")
RATIO, GIFT = 0, 1
#: The most that one payment brings into a pool.
BUDGET = 3_000 * d.EURO
KINDS = ["ratio", "members", "gift"]
#: Where lives begin: before anything, in Live with enrolled pools, in Delivering, with a claim.
STARTS = ["submitted", "live", "live", "funded", "delivering", "claimed"]


@st.composite
def terms_of_pools(draw):
    """(kind, ratio, cap for a campaign, cap for a member, members and their pledge for a gift, days open)"""
    return (
        draw(st.sampled_from(KINDS)),
        draw(st.one_of(st.just(BPS), st.integers(1, 2**16 - 1))),
        draw(st.one_of(st.integers(1, 50), st.integers(1, BUDGET))),
        draw(st.integers(1, BPS)),
        draw(st.tuples(st.integers(0, 2), st.integers(1, RICHES))),
        draw(st.sampled_from([3, 60, 300])),
    )


class MatchedCampaignLife(CampaignLife):
    """As its parent, with up to three pools."""

    def __init__(self, match_funding, *parent):
        super().__init__(*parent)
        self.match_funding = match_funding
        self.topics_of_pools = journaled_topics("match_funding")
        self.pools = []

    # ---------------------------------------------------------------------------------------------------- the start

    @initialize(
        terms=terms_of_campaigns(),
        pools=st.lists(terms_of_pools(), min_size=1, max_size=3),
        budget=st.integers(1, BUDGET),
        start=st.sampled_from(STARTS),
    )
    def submit(self, terms, pools, budget, start):
        """Opens and funds pools; most lives begin with all of them enrolled."""
        self.begin(terms)
        for pool in pools:
            self.open_pool(*pool)
            self.fund(len(self.pools) - 1, FUNDERS[0], budget)
        if start == "submitted":
            return
        self.approve()
        for place in range(len(self.pools)):
            self.request(place)
            self.enrol(place)
        self.advance(start)

    def open_pool(self, kind, ratio_bps, cap, member_part, members, days):
        """Opens a pool that any campaign of the euro may ask."""
        model = PoolModel(
            kind=kind,
            manager=FUNDERS[0],
            opens_at=self.time,
            ends_at=self.time + days * DAY,
            verified_until=self.registry.entity(self.entities[FUNDERS[0]]).verifiedUntil,
            campaign_cap=cap,
        )
        if kind == "gift":
            model.min_raised = self.model.goal
            model.min_members, model.min_member_pledge = members if members[0] else (0, 0)
        else:
            model.ratio_bps = ratio_bps
            model.member_cap = max(1, cap * member_part // BPS) if kind == "members" else 0
        terms = {
            "currency": self.euro,
            "opensAt": model.opens_at,
            "endsAt": model.ends_at,
            "rule": GIFT if kind == "gift" else RATIO,
            "maxFirstTrancheBps": BPS,
            "campaignCap": cap,
            "ratioBps": model.ratio_bps,
            "membersOnly": kind == "members",
            "memberCap": model.member_cap,
            "minRaised": model.min_raised,
            "minMemberPledge": model.min_member_pledge,
            "minMembers": model.min_members,
            "agreementHash": d.HASH,
        }
        if self.pool_act(None, "openPool", terms, sender=FUNDERS[0]):
            self.pools.append(model)
            note(f"pool {len(self.pools)}: {model}")

    # ------------------------------------------------------------------------------------------------------- acting

    def pool_act(self, refusal, method, *arguments, sender):
        """As `act`, for the contract of the pools."""
        note(f"at {self.time}: {method} {arguments} by {sender}, to be refused by {refusal}")
        act_at(self.time)
        self.time += 1
        send = getattr(self.match_funding, method)
        if refusal is None:
            return send(*arguments, sender=getattr(self.people, sender))
        with pytest.raises(ContractLogicError) as refused:
            send(*arguments, sender=getattr(self.people, sender))
        assert name_of(refused.value, self.lab) == f"MatchFunding_{refusal}"
        return None

    def fund(self, place, who, amount):
        pool, account = self.pools[place], getattr(self.people, who)
        refusal = pool.refuse_funding(amount, self.time)
        if refusal is None and amount > self.euro.balanceOf(account):
            self.euro.faucet(account, amount, sender=self.people.deployer)
        if self.pool_act(refusal, "fundPool", place + 1, amount, sender=who):
            pool.fund(who, amount)

    def request(self, place):
        refusal = self.pools[place].refuse_request(self.model, self.time)
        if self.pool_act(refusal, "requestPool", self.campaign_id, place + 1, sender="organizer"):
            self.pools[place].requested = True

    def enrol(self, place, who=FUNDERS[0]):
        pool = self.pools[place]
        refusal = pool.refuse_enrolment(who, self.model, self.time)
        if self.pool_act(refusal, "enrol", place + 1, self.campaign_id, sender=who):
            pool.enrol()
            self.model.pools.append(pool)

    def quotes(self, backer, amount):
        """(pool, what a pledge at `self.time` would call from it) in the order of enrolment."""
        return [(pool, pool.quote(self.model, backer, amount, self.time)) for pool in self.model.pools]

    def pledge(self, backer, amount, more=0):
        """With exactly the match that the model expects as the least, or `more`."""
        refusal, quotes = self.model.refuse_pledge(backer, amount, self.time), self.quotes(backer, amount)
        if refusal is None and any(backer in pool.funded for pool in self.model.pools):
            refusal = "MatchFunding_FunderCannotPledge"
        least = max(0, sum(quote for _, quote in quotes) + more)
        if refusal is None and more > 0:
            refusal = "MatchBelowMinimum"
        time, account = self.time, getattr(self.people, backer)
        if refusal is None and amount > self.euro.balanceOf(account):
            self.euro.faucet(account, amount, sender=self.people.deployer)
        if self.act(refusal, "pledge", amount, least, sender=backer):
            self.model.pledge(backer, amount, time)
            for pool, quote in quotes:
                pool.call(backer, quote)

    def withdraw(self, backer):
        if self.act(self.model.refuse_withdrawal(backer, self.time), "withdrawPledge", sender=backer):
            self.model.withdraw(backer)
            for pool in self.model.pools:
                pool.give_back(backer)

    def release_match(self, place):
        pool = self.pools[place]
        receipt = self.pool_act(
            pool.refuse_release(self.model), "releaseMatch", place + 1, self.campaign_id, sender="stranger"
        )
        if receipt:
            assert receipt.return_value == pool.release(self.model)

    def settle(self, place):
        pool = self.pools[place]
        refusal = pool.refuse_settlement(self.model, self.time)
        receipt = self.pool_act(refusal, "settleReservation", place + 1, self.campaign_id, sender="stranger")
        if receipt:
            assert receipt.return_value == pool.settle(self.model)

    def reclaim(self, place, who):
        pool = self.pools[place]
        refusal = pool.refuse_reclaim(who, self.time)
        receipt = self.pool_act(refusal, "reclaim", place + 1, getattr(self.people, who), sender="stranger")
        if receipt:
            assert receipt.return_value == pool.reclaim(who)

    def places(self, data, chosen):
        """One of the pools for which `chosen` holds."""
        return data.draw(st.sampled_from([place for place, pool in enumerate(self.pools) if chosen(pool)]))

    # ------------------------------------------------------------------------------------- acts where they make sense

    @precondition(lambda self: self.pools)
    @rule(data=st.data(), who=st.sampled_from(FUNDERS), amount=st.integers(0, BUDGET))
    def pay_in(self, data, who, amount):
        self.fund(self.places(data, lambda pool: True), who, amount)

    @precondition(lambda self: self.phase in BEFORE_END and any(not pool.enrolled for pool in self.pools))
    @rule(data=st.data())
    def shake_hands(self, data):
        place = self.places(data, lambda pool: not pool.enrolled)
        if not self.pools[place].requested:
            self.request(place)
        self.enrol(place)

    @precondition(lambda self: self.phase in PLEDGING)
    @rule(backer=st.sampled_from((*BACKERS, *FUNDERS)), part=st.integers(1, BPS), more=st.sampled_from([-1, 0, 0, 1]))
    def pledge_with_match(self, backer, part, more):
        self.pledge(backer, max(1, self.model.rest * part // BPS), more)

    @precondition(lambda self: any(pool.entitled(self.model) > pool.paid for pool in self.pools))
    @rule(data=st.data())
    def pay_match(self, data):
        self.release_match(self.places(data, lambda pool: pool.entitled(self.model) > pool.paid))

    @precondition(
        lambda self: (
            self.phase in (*FINAL, Phase.Delivering) and any(pool.enrolled and not pool.settled for pool in self.pools)
        )
    )
    @rule(data=st.data())
    def free(self, data):
        self.settle(self.places(data, lambda pool: pool.enrolled and not pool.settled))

    @precondition(lambda self: any(self.time >= pool.ends_at for pool in self.pools))
    @rule(data=st.data(), who=st.sampled_from(FUNDERS))
    def take_back(self, data, who):
        self.reclaim(self.places(data, lambda pool: self.time >= pool.ends_at), who)

    @precondition(lambda self: self.phase == Phase.Delivering)
    @rule(attempt=st.sampled_from([0, 0, 0, 1]))
    def manager_objects(self, attempt):
        self.raise_objection(FUNDERS[0], self.model.attempts + attempt)

    @precondition(lambda self: self.phase in FINAL and self.pools)
    @rule()
    def settle_everything(self):
        """What is left to do at the end of a life, by anyone; then nothing is left (29)."""
        for place, pool in enumerate(self.pools):
            if pool.enrolled and not pool.settled:
                self.settle(place)
            if pool.entitled(self.model) > pool.paid:
                self.release_match(place)
        self.time = max(self.time, *(pool.ends_at for pool in self.pools))
        for place, pool in enumerate(self.pools):
            for who in reversed(pool.funded):
                if who not in pool.finished:
                    self.reclaim(place, who)
        assert self.euro.balanceOf(self.match_funding) == 0
        event("books of pools closed")

    # ----------------------------------------------------------------------------------------------- any act, any time

    @precondition(lambda self: self.pools)
    @rule(
        data=st.data(),
        act=st.sampled_from(["request", "enrol", "release_match", "settle"]),
    )
    def pool_act_anyhow(self, data, act):
        getattr(self, act)(self.places(data, lambda pool: True))

    @precondition(lambda self: self.pools)
    @rule(data=st.data(), who=st.sampled_from((*FUNDERS, "stranger")), act=st.sampled_from(["enrol", "reclaim"]))
    def act_for_pool_anyhow(self, data, who, act):
        getattr(self, act)(self.places(data, lambda pool: True), who)

    @precondition(lambda self: self.pools)
    @rule(data=st.data(), offset=st.sampled_from([-1, 0, 1]))
    def wait_for_pool(self, data, offset):
        """Jumps to the end of a window, or a second beside it."""
        ends = [pool.ends_at for pool in self.pools if pool.ends_at > self.time + 1]
        if ends:
            self.time = data.draw(st.sampled_from(ends)) + offset

    # --------------------------------------------------------------------------------------------------- invariants

    @invariant()
    def pools_are_as_in_the_model(self):
        """All that can be read of pools, at the block of the last act."""
        match_funding, numbers = self.match_funding, range(1, len(self.pools) + 1)
        accounts = [(backer, getattr(self.people, backer)) for backer in BACKERS]
        balance, journal, *views = read(
            (self.euro.balanceOf, match_funding),
            (match_funding.journal,),
            *((match_funding.pool, number) for number in numbers),
            *((match_funding.reservation, number, self.campaign_id) for number in numbers),
            *((match_funding.matchOf, n, self.campaign_id, account) for n in numbers for _, account in accounts),
            *((self.crowdfunding.quote, self.campaign_id, account, 10**9) for _, account in accounts),
        )
        count = len(self.pools)
        for pool, view, reservation in zip(self.pools, views[:count], views[count : 2 * count], strict=True):
            self.check_pool(pool, view)
            self.check_reservation(pool, reservation)
        assert balance == sum(pool.held for pool in self.pools)
        expected = [
            0 if backer in self.model.refunds else pool.matches.get(backer, 0)
            for pool in self.pools
            for backer, _ in accounts
        ]
        assert views[2 * count : -len(accounts)] == expected
        for (backer, _), quoted in zip(accounts, views[-len(accounts) :], strict=True):
            if backer in self.model.refunds:  # the pledge is erased, and with it which member it counted for
                continue
            assert quoted == sum(pool.quote(self.model, backer, 10**9, now()) for pool in self.model.pools)
        logs = ape.chain.provider.web3.eth.get_logs({"address": match_funding.address, "fromBlock": 0})
        assert (journal.sequence, bytes(journal.digest)) == recomputed(logs, self.topics_of_pools)

    def check_pool(self, pool, view):
        """20 to 22, and 24."""
        assert (view.funded, view.reserved) == (pool.total, pool.reserved)
        assert (view.paid, view.reclaimed) == (pool.paid, sum(pool.reclaimed.values()))
        assert view.paid <= view.reserved <= view.funded
        assert view.paid + view.reclaimed <= view.funded
        assert view.openReservations == (pool.enrolled and not pool.settled)

    def check_reservation(self, pool, view):
        """25 to 28."""
        event(f"{pool.kind} pool, reserved {'nothing' if not pool.reserved else 'something'}, settled {pool.settled}")
        assert (view.requested, view.enrolled, view.settled) == (pool.requested, pool.enrolled, pool.settled)
        assert (view.reserved, view.paid) == (pool.reserved, pool.paid)
        if pool.enrolled:
            assert view.earned == pool.is_earned(self.model)
            if pool.kind == "gift":
                assert view.qualifyingMembers == pool.qualifying(self.model)
            elif not pool.settled:
                assert pool.reserved == sum(pool.matches.values()) <= pool.campaign_cap


def test_life_of_campaign_and_pools__any_acts_at_any_time__agrees_with_the_model(
    lab, registry, crowdfunding, match_funding, euro, people, entities, verify, campaign_terms
):
    entities = {**entities, "relayer": verify(people.relayer, d.PUBLIC_BODY)}
    for funder in FUNDERS:
        euro.approve(match_funding, 2**256 - 1, sender=getattr(people, funder))
    parent = (lab, registry, crowdfunding, euro, people, entities, campaign_terms)
    run_state_machine_as_test(
        lambda: MatchedCampaignLife(match_funding, *parent),
        settings=settings(
            max_examples=15,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
        ),
    )
