"""Whole lives of a campaign against a model: every act accepted or refused alike, every view and balance equal.

The numbers of the invariants are those of README.md.
"""

from itertools import pairwise

import ape
import pytest
from ape.exceptions import ContractLogicError
from eth_pydantic_types import HexBytes
from eth_utils import keccak, to_hex
from hypothesis import HealthCheck, event, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from scripts.deploy import DAY, REVOKER
from tests.contracts import defaults as d
from tests.contracts.campaign_phases import MilestoneState, Phase
from tests.contracts.conftest import act_at, now, travel_to
from tests.contracts.schedule import EXPIRATION, schedule
from tests.contracts.test_journal import journaled_topics, recomputed
from tests.invariants.crowdfunding_model import BPS, FINAL, CampaignModel

MEMBERS = {"member", "second_member"}
BACKERS = ("backer", "second_backer", "member", "second_member")
#: All that a backer holds: goals are drawn so that one backer can reach them.
RICHES = 10_000 * d.EURO

#: Where lives begin: after submission, in Live, in Live with the goal reached, in Delivering, with a claim.
STARTS = ["submitted", "live", "live", "funded", "funded", "delivering", "claimed", "claimed", "claimed"]
PLEDGING = (Phase.Live, Phase.Extension)


def read(*calls):
    """Returns what the views return, for calls as (view, arguments ...), all at the last block."""
    requests = [
        ("eth_call", [{"to": view.contract.address, "data": to_hex(view.encode_input(*arguments))}, "latest"])
        for view, *arguments in calls
    ]
    answers = ape.networks.provider.web3.provider.make_batch_request(requests)
    decode = ape.networks.provider.network.ecosystem.decode_returndata
    decoded = [
        decode(view.abis[0], HexBytes(answer["result"])) for (view, *_), answer in zip(calls, answers, strict=True)
    ]
    return [value[0] if isinstance(value, (list, tuple)) and len(value) == 1 else value for value in decoded]


def name_of(refused, lab):
    """Returns the name of the error that the contract called, or one that it called, reverted with."""
    contracts = (lab.crowdfunding, lab.match_funding, lab.marketplace, lab.pro_bono, lab.credit)
    errors = [error for contract in contracts for error in contract.contract_type.errors]
    names = {to_hex(keccak(text=error.selector)[:4]): error.name for error in errors}
    return names.get(refused.returned[:10], refused.returned)


@st.composite
def terms_of_campaigns(draw):
    """(goal, stretch goal, minimum pledge, Live, extension, shares of the milestones)"""
    goal = draw(st.one_of(st.integers(1, 50), st.integers(1, RICHES // 2)))
    stretch_goal = goal + draw(st.one_of(st.just(0), st.integers(0, RICHES // 2)))
    min_pledge = draw(st.one_of(st.just(0), st.integers(0, goal)))
    live = draw(st.sampled_from([2 * DAY, 20 * DAY, 90 * DAY]))
    extension = draw(st.sampled_from([0, 1, 60 * DAY]))
    cuts = draw(st.sets(st.integers(1, BPS - 1), max_size=2))
    shares = [after - before for before, after in pairwise([0, *sorted(cuts), BPS])]
    return goal, stretch_goal, min_pledge, live, extension, shares


class CampaignLife(RuleBasedStateMachine):
    """Acts at `self.time`, which only jumps forward; each act is one block."""

    def __init__(self, lab, registry, crowdfunding, euro, people, entities, campaign_terms):
        super().__init__()
        self.lab, self.registry, self.crowdfunding, self.euro = lab, registry, crowdfunding, euro
        self.people, self.entities, self.campaign_terms = people, entities, campaign_terms
        self.topics = journaled_topics("crowdfunding")
        self.snapshot = ape.chain.snapshot()
        self.donated = 0
        self.final = None

    def teardown(self):
        ape.chain.restore(self.snapshot)

    # ---------------------------------------------------------------------------------------------------- the start

    @initialize(terms=terms_of_campaigns(), start=st.sampled_from(STARTS))
    def submit(self, terms, start):
        """Submits a campaign; most lives begin later, so that more of them get far."""
        self.begin(terms)
        if start != "submitted":
            self.approve()
            self.advance(start)

    def begin(self, terms):
        """Submits a campaign."""
        goal, stretch_goal, min_pledge, live, extension, shares = terms
        # The revocation is prepared early, because its three days must not pass in the middle of an act.
        arguments = (self.entities["organizer"], d.REASON)
        revoke = self.registry.revoke
        ready = schedule(self.lab.authority, revoke, *arguments, sender=self.people.registrar, role=REVOKER)
        travel_to(ready)
        asked = self.campaign_terms(
            goal=goal, stretchGoal=stretch_goal, minPledge=min_pledge, extension=extension, withdrawalCutoff=live // 2
        )
        asked["deadline"] = asked["opensAt"] + live
        plan = [(share, asked["deadline"] + index * 10 * DAY) for index, share in enumerate(shares)]
        documented = [(*milestone, d.HASH) for milestone in plan]
        receipt = self.crowdfunding.submitCampaign(asked, documented, sender=self.people.organizer)
        self.campaign_id = receipt.return_value
        self.model = CampaignModel(
            submitted_at=receipt.timestamp,
            goal=goal,
            stretch_goal=stretch_goal,
            min_pledge=min_pledge,
            opens_at=asked["opensAt"],
            deadline=asked["deadline"],
            extension=extension,
            withdrawal_cutoff=live // 2,
            objection_window=d.OBJECTION_WINDOW,
            ruling_window=d.RULING_WINDOW,
            plan=plan,
            members=MEMBERS,
        )
        self.time = receipt.timestamp + 1
        self.revocable_until = ready + EXPIRATION

    def advance(self, start):
        """Brings the approved campaign to where its life begins."""
        self.time = max(self.time, self.model.opens_at)
        if start in ("funded", "delivering", "claimed"):
            self.pledge("member", self.model.goal)
        if start == "claimed":
            for backer in ("second_member", "backer"):
                self.pledge(backer, self.amount_of("least"))
        if start in ("delivering", "claimed"):
            self.time = self.model.pledging_ends_at()
        if start == "claimed":
            self.claim()

    def amount_of(self, size):
        """A pledge's amount by the limits of the contract."""
        model = self.model
        least = max(1, min(model.min_pledge, model.rest))
        return {
            "nothing": 0,
            "below the least": least - 1,
            "least": least,
            "to the goal": max(model.goal - model.raised, least),
            "rest": model.rest,
            "above the rest": model.rest + 1,
        }[size]

    # ------------------------------------------------------------------------------------------------------- acting

    def act(self, refusal, method, *arguments, sender):
        """Calls at `self.time` what the model refuses with `refusal`, or accepts if that is None.

        A refusal is the name of an error, with its contract if that is another than the one called.

        Returns:
            The receipt, None if it was refused as expected.
        """
        note(f"at {self.time}: {method} {arguments} by {sender}, to be refused by {refusal}")
        act_at(self.time)
        self.time += 1
        send = getattr(self.crowdfunding, method)
        if refusal is None:
            return send(self.campaign_id, *arguments, sender=getattr(self.people, sender))
        with pytest.raises(ContractLogicError) as refused:
            send(self.campaign_id, *arguments, sender=getattr(self.people, sender))
        assert name_of(refused.value, self.lab) == (refusal if "_" in refusal else f"Crowdfunding_{refusal}")
        return None

    @property
    def phase(self):
        """Phase in which the next act will find the campaign."""
        return self.model.phase(self.time)

    @property
    def state(self):
        """State in which the next act will find the current milestone."""
        return self.model.milestone_state(self.time)

    def approve(self):
        if self.act(self.model.refuse_review(self.time), "approveCampaign", sender="reviewer"):
            self.model.decision = Phase.Approved

    def reject(self):
        if self.act(self.model.refuse_review(self.time), "rejectCampaign", d.REASON, sender="reviewer"):
            self.model.decision = Phase.Rejected

    def cancel(self):
        if self.act(self.model.refuse_cancel(self.time), "cancelCampaign", sender="organizer"):
            self.model.decision = Phase.Canceled

    def claim(self):
        time = self.time
        if self.act(self.model.refuse_claim(time), "claimMilestone", d.HASH, sender="organizer"):
            self.model.claim(time)

    def raise_objection(self, backer, attempt=None):
        attempt = self.model.attempts if attempt is None else attempt
        refusal = self.model.refuse_objection(backer, attempt, self.time)
        if self.act(refusal, "object", self.model.current, attempt, sender=backer):
            self.model.object(backer)

    def give_ruling(self, verdict, attempt=None):
        attempt, time = self.model.attempts if attempt is None else attempt, self.time
        refusal = self.model.refuse_ruling(attempt, time)
        release = verdict == MilestoneState.Releasable
        if self.act(refusal, "rule", self.model.current, attempt, release, d.REASON, sender="arbiter"):
            self.model.rule(verdict, time)

    def terminate(self, who="organizer"):
        if self.act(self.model.refuse_termination(who, self.time), "terminate", sender=who):
            self.model.decision = Phase.Terminated

    def release(self):
        time = self.time
        receipt = self.act(self.model.refuse_release(time), "releaseMilestone", sender="stranger")
        if receipt:
            assert receipt.return_value == self.model.release(time)

    def collect(self):
        receipt = self.act(self.model.refuse_collect(), "collect", sender="stranger")
        if receipt:
            assert receipt.return_value == self.model.collect()

    def pledge(self, backer, amount):
        time = self.time
        refusal = self.model.refuse_pledge(backer, amount, time)
        if refusal is None and amount > self.euro.balanceOf(getattr(self.people, backer)):
            self.euro.faucet(getattr(self.people, backer), amount, sender=self.people.deployer)
        if self.act(refusal, "pledge", amount, 0, sender=backer):
            self.model.pledge(backer, amount, time)

    def withdraw(self, backer):
        if self.act(self.model.refuse_withdrawal(backer, self.time), "withdrawPledge", sender=backer):
            self.model.withdraw(backer)

    def refund(self, backer, by="stranger"):
        time = self.time
        refusal = self.model.refuse_refund(backer, time)
        receipt = self.act(refusal, "refund", getattr(self.people, backer), sender=by)
        if receipt:
            assert receipt.return_value == self.model.refund(backer, time)

    def revoke(self):
        note(f"at {self.time}: the organizer is revoked")
        act_at(self.time)
        self.registry.revoke(self.entities["organizer"], d.REASON, sender=self.people.registrar)
        self.model.revoked_at = self.time
        self.time += 1

    # -------------------------------------------------------- acts where they make sense, so that a life gets far

    @precondition(lambda self: self.phase == Phase.Submitted)
    @rule(verdict=st.sampled_from(["approve", "approve", "reject"]))
    def review(self, verdict):
        getattr(self, verdict)()

    @precondition(lambda self: self.phase in PLEDGING)
    @rule(backer=st.sampled_from(BACKERS), size=st.sampled_from(["least", "to the goal", "to the goal", "rest"]))
    def fund(self, backer, size):
        self.pledge(backer, self.amount_of(size))

    @precondition(lambda self: self.phase in PLEDGING)
    @rule(backer=st.sampled_from(BACKERS), part=st.integers(1, BPS))
    def fund_in_part(self, backer, part):
        self.pledge(backer, self.model.rest * part // BPS)

    @precondition(lambda self: self.phase in PLEDGING)
    @rule(
        backer=st.sampled_from((*BACKERS, "organizer")),
        size=st.sampled_from(["nothing", "below the least", "above the rest", "least", "rest"]),
    )
    def fund_at_the_limits(self, backer, size):
        if backer != "organizer" or self.model.revoked_at is None:
            self.pledge(backer, self.amount_of(size))

    @precondition(lambda self: self.phase == Phase.Live and self.model.pledges)
    @rule(data=st.data())
    def change_of_mind(self, data):
        self.withdraw(data.draw(st.sampled_from(sorted(self.model.pledges))))

    @precondition(lambda self: self.phase in (Phase.Failed, Phase.Canceled, Phase.Terminated) and self.model.pledges)
    @rule(data=st.data(), by=st.sampled_from(["backer", "stranger"]))
    def money_back(self, data, by):
        self.refund(data.draw(st.sampled_from(sorted(self.model.pledges))), by)

    @precondition(lambda self: self.phase == Phase.Delivering)
    @rule(offset=st.sampled_from([-1, 0, 0, 1]))
    def deliver(self, offset):
        """Claims, or releases around the end of the window in which the claim is."""
        match self.model.milestone_state(self.time):
            case MilestoneState.Planned | MilestoneState.Rejected:
                self.claim()
            case MilestoneState.Claimed:
                self.time = max(self.time, self.model.window_ends_at() + offset)
                self.release()
            case MilestoneState.Stopped:
                self.time = max(self.time, self.model.ruling_ends_at() + offset)
                self.release()
            case _:
                self.release()

    @precondition(lambda self: self.phase == Phase.Delivering and self.state == MilestoneState.Claimed)
    @rule(backers=st.sets(st.sampled_from(BACKERS), min_size=1), patient=st.booleans())
    def protest(self, backers, patient):
        """Some object, and perhaps the window ends."""
        for backer in sorted(backers):
            self.raise_objection(backer)
        if patient:
            self.time = max(self.time, self.model.window_ends_at())

    @precondition(lambda self: self.phase == Phase.Delivering and self.state == MilestoneState.Stopped)
    @rule(verdict=st.sampled_from([MilestoneState.Releasable, MilestoneState.Rejected, MilestoneState.Rejected]))
    def judge(self, verdict):
        self.give_ruling(verdict)

    @precondition(lambda self: self.phase == Phase.Delivering)
    @rule(who=st.sampled_from(["organizer", "stranger", "backer"]), really=st.integers(0, 2))
    def give_up(self, who, really):
        """Not too often, for milestones are over then."""
        if not really:
            self.terminate("stranger" if who == "organizer" and self.model.revoked_at is not None else who)

    @precondition(lambda self: self.model.released > self.model.collected)
    @rule()
    def pay_out(self):
        self.collect()

    @precondition(lambda self: self.model.revoked_at is None and self.time < self.revocable_until)
    @rule(really=st.integers(0, 5))
    def revocation(self, really):
        """Seldom, for little happens afterwards."""
        if not really:
            self.revoke()

    # ---------------------------------------------------------------------------------- any act at any time, and time

    @rule(act=st.sampled_from(["approve", "reject", "cancel", "claim", "release", "collect"]))
    def act_anyhow(self, act):
        getattr(self, act)()

    @rule(attempt=st.integers(0, 4), verdict=st.sampled_from([MilestoneState.Releasable, MilestoneState.Rejected]))
    def rule_anyhow(self, attempt, verdict):
        self.give_ruling(verdict, attempt)

    @rule(attempt=st.integers(0, 4), backer=st.sampled_from(BACKERS))
    def object_anyhow(self, attempt, backer):
        self.raise_objection(backer, attempt)

    @rule(act=st.sampled_from(["withdraw", "refund"]), backer=st.sampled_from(BACKERS))
    def leave_anyhow(self, act, backer):
        getattr(self, act)(backer)

    @rule(backer=st.sampled_from(BACKERS), amount=st.integers(0, 2**96))
    def pledge_anyhow(self, backer, amount):
        self.pledge(backer, amount)

    @rule(data=st.data(), offset=st.sampled_from([-1, 0, 1]))
    def wait(self, data, offset):
        """Jumps to one of the next edges, or a second beside it."""
        edges = self.model.edges(self.time)[:2]
        if edges:
            self.time = data.draw(st.sampled_from(edges)) + offset
            note(f"wait until {self.time}")

    @rule(amount=st.integers(0, 100))
    def donate(self, amount):
        """Only changes a balance; of nothing, it only makes a block."""
        note(f"at {self.time}: somebody donates {amount}")
        act_at(self.time)
        self.euro.transfer(self.crowdfunding, amount, sender=self.people.attacker)
        self.donated += amount
        self.time += 1

    # --------------------------------------------------------------------------------------------------- invariants

    @invariant()
    def everything_is_as_in_the_model(self):
        """All that can be read, at the block of the last act; read at once, because Ape needs 20 ms for each view."""
        crowdfunding, campaign_id, model = self.crowdfunding, self.campaign_id, self.model
        current = min(model.current, len(model.plan) - 1)
        accounts = [getattr(self.people, backer) for backer in BACKERS]
        view, phase, milestone, balance, journal, *positions = read(
            (crowdfunding.campaign, campaign_id),
            (crowdfunding.phase, campaign_id),
            (crowdfunding.milestone, campaign_id, current),
            (self.euro.balanceOf, crowdfunding),
            (crowdfunding.journal,),
            *((crowdfunding.pledgeOf, campaign_id, account) for account in accounts),
            *((crowdfunding.refundable, campaign_id, account) for account in accounts),
        )
        self.check_books(view, balance)
        self.check_phase(view, phase)
        self.check_milestone(milestone)
        self.check_pledges(positions[: len(BACKERS)], positions[len(BACKERS) :])
        self.check_journal(journal)

    def check_books(self, view, balance):
        """1 to 8."""
        model = self.model
        assert view.raised == model.raised
        assert view.released == model.released
        assert view.collected == model.collected
        assert view.refunded == model.total_refunded
        assert 0 <= view.collected <= view.released <= view.raised <= view.stretchGoal
        assert view.released + view.refunded <= view.raised
        assert 0 in (view.released, view.refunded) or view.phase == Phase.Terminated
        assert balance == model.held + self.donated
        assert view.members == model.counted_members
        if model.refunds.keys() == model.pledges.keys() or view.phase == Phase.Completed:
            assert view.raised - view.released - view.refunded == 0
            assert balance - self.donated == view.released - view.collected

    def check_phase(self, view, phase):
        """9 and 10."""
        event(f"phase {Phase(phase).name}")
        assert view.phase == phase == self.model.phase(now())
        assert view.pledgingEndsAt == self.model.pledging_ends_at()
        assert self.final in (None, phase)
        self.final = phase if phase in FINAL else None

    def check_milestone(self, milestone):
        """9, for the milestone in turn."""
        model = self.model
        if model.current == len(model.plan):
            assert milestone.state == MilestoneState.Released
            return
        assert milestone.state == model.milestone_state(now())
        assert milestone.claimBy == (model.claim_by(now()) if model.phase(now()) == Phase.Delivering else 0)
        event(f"milestone {MilestoneState(milestone.state).name}, attempt {milestone.attempts}")
        assert milestone.attempts == model.attempts
        assert (milestone.objectors, milestone.objectedAmount) == (model.objectors, model.objected_amount)
        stopped = milestone.state == MilestoneState.Stopped
        assert milestone.rulingEndsAt == (model.ruling_ends_at() if stopped else 0)

    def check_pledges(self, pledges, refundables):
        """1, 3, 8, 13 and 14, backer by backer."""
        model = self.model
        unreleased = model.raised - model.released
        for backer, pledge, refundable in zip(BACKERS, pledges, refundables, strict=True):
            amount = model.pledges.get(backer, 0)
            if backer in model.refunds:  # erased
                assert (pledge.amount, pledge.objections, pledge.memberId) == (0, 0, 0)
            else:
                assert (pledge.amount, pledge.objections) == (amount, model.objections.get(backer, 0))
                assert pledge.memberId == (self.entities[backer] if amount and backer in MEMBERS else 0)
            assert refundable == model.refundable(backer, now())
            refund = model.refunds.get(backer, refundable)
            assert refund <= amount
            if refund:
                assert model.raised * refund < amount * unreleased + model.raised * len(model.pledges)

    def check_journal(self, journal):
        """12."""
        logs = ape.chain.provider.web3.eth.get_logs({"address": self.crowdfunding.address, "fromBlock": 0})
        assert (journal.sequence, bytes(journal.digest)) == recomputed(logs, self.topics)


def test_campaign_life__any_acts_at_any_time__agrees_with_the_model(
    lab, registry, crowdfunding, euro, people, entities, campaign_terms
):
    run_state_machine_as_test(
        lambda: CampaignLife(lab, registry, crowdfunding, euro, people, entities, campaign_terms),
        settings=settings(
            max_examples=15,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
        ),
    )
