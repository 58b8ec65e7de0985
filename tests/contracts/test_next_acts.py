"""What api/acts.py says of the next legal acts is what the contract accepts

for each state of a campaign, and of what stops acts on it
    at every edge of every window, a second before, at it and a second after
        for each act and actor
            in a window that next_acts returned  -> accepted
            in none                              -> refused with a typed error
        a pledge of the least and the most       -> accepted
        of one unit less or more                 -> refused
"""

from dataclasses import dataclass, field

import ape
import pytest
from eth_utils import keccak, to_hex

from api.acts import ActName, Actor, AskedPool, Gates, next_acts
from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.campaign_acts import CampaignActs
from tests.contracts.campaign_phases import SMALL_PLEDGE, MilestoneState, Phase
from tests.contracts.conftest import now, travel_to
from tests.contracts.schedule import administer

# ------------------------------------------------------------------------------ the facts, as the indexer stores them


#: Rulings by the state that they lead to, the last argument of the event.
VERDICTS = {MilestoneState.Releasable: "release", MilestoneState.Rejected: "reject"}


@dataclass
class Campaign:
    """`api.acts.ActFacts`, from the views and the logs."""

    state: str
    submitted_at: int
    opens_at: int
    deadline: int
    extension: int
    goal: int
    stretch_goal: int
    raised: int
    stretch_goal_reached_at: int | None
    withdrawal_cutoff: int
    milestone_count: int
    current_milestone: int
    payout_account: str
    min_pledge: int
    released: int
    collected: int
    refunded: int
    canceled_at: int | None
    terminated_at: int | None
    completed_at: int | None
    ruling_window: int
    members: int
    organizer: int
    currency: str


@dataclass
class Milestone:
    """`api.acts.PlanFacts`."""

    milestone: int
    due_date: int
    state: str
    window_ends_at: int | None
    share_bps: int
    released_at: int | None
    claimed_at: int | None
    attempts: int
    objectors: int
    objected_amount: int
    objected_pools: int
    ruling: str | None
    ruled_at: int | None


@dataclass
class Organizer:
    """`api.acts.OrganizerFacts`."""

    account: str
    suspended_until: int
    revoked_at: int | None


@dataclass
class Facts:
    """Everything that `next_acts` takes, but the time."""

    campaign: Campaign
    milestones: list[Milestone]
    organizer: Organizer
    pools: list[AskedPool] = field(default_factory=list)
    gates: Gates = field(default_factory=Gates)

    def acts(self, time):
        return next_acts(self.campaign, self.milestones, self.organizer, self.pools, self.gates, time)

    def edges(self):
        """Every instant at which anything may change by time alone."""
        acts = [act for time in (self.campaign.submitted_at, now()) for act in self.acts(time)]
        windows = {edge for act in acts for edge in (act.starts_at, act.ends_at) if edge is not None}
        c = self.campaign
        plan = {c.opens_at, c.deadline, c.deadline + c.extension, c.deadline - c.withdrawal_cutoff}
        return windows | plan | {c.submitted_at + 30 * DAY}


@pytest.fixture
def read_facts(crowdfunding, registry, lab):
    """Reads a campaign's facts from the chain."""

    def last_log(event, *indexed):
        """The last log of an event with these first indexed arguments, None if there is none."""
        topics = [to_hex(keccak(text=event.abi.selector)), *(to_hex(value.to_bytes(32)) for value in indexed)]
        wanted = {"address": event.contract.address, "fromBlock": "0x0", "topics": topics}
        logs = ape.networks.provider.make_request("eth_getLogs", [wanted])
        return logs[-1] if logs else None

    def last(event, *indexed):
        """When such an event was last emitted, None if never."""
        log = last_log(event, *indexed)
        return int(log["blockTimestamp"], 16) if log else None

    def state(view, campaign_id):
        if view.currentMilestone == view.milestoneCount:
            return "completed"
        decisions = {
            "terminated": crowdfunding.CampaignTerminated,
            "rejected": crowdfunding.CampaignRejected,
            "canceled": crowdfunding.CampaignCanceled,
            "approved": crowdfunding.CampaignApproved,
        }
        return next((word for word, event in decisions.items() if last(event, campaign_id)), "submitted")

    def milestone(view, campaign_id, index):
        shown = crowdfunding.milestone(campaign_id, index)
        released = index < view.currentMilestone
        ruled = last_log(crowdfunding.MilestoneRuled, campaign_id, index)
        ruled_at = int(ruled["blockTimestamp"], 16) if ruled else 0
        # Of an earlier attempt otherwise.
        is_ruled = ruled_at > shown.claimedAt
        claimed = ("ruled" if is_ruled else "claimed") if shown.claimedAt else "planned"
        return Milestone(
            milestone=index,
            due_date=shown.dueDate,
            state="released" if released else claimed,
            window_ends_at=shown.windowEndsAt or None,
            share_bps=shown.shareBps,
            released_at=last(crowdfunding.MilestoneReleased, campaign_id, index),
            claimed_at=shown.claimedAt or None,
            attempts=shown.attempts,
            objectors=shown.objectors,
            objected_amount=shown.objectedAmount,
            objected_pools=shown.objectedPools,
            ruling=VERDICTS[int(ruled["data"][-64:], 16)] if is_ruled else None,
            ruled_at=ruled_at if is_ruled else None,
        )

    def read(campaign_id):
        view = crowdfunding.campaign(campaign_id)
        entity = registry.entity(view.organizer)
        campaign = Campaign(
            state=state(view, campaign_id),
            submitted_at=view.submittedAt,
            opens_at=view.opensAt,
            deadline=view.deadline,
            extension=view.extension,
            goal=view.goal,
            stretch_goal=view.stretchGoal,
            raised=view.raised,
            stretch_goal_reached_at=last(crowdfunding.StretchGoalReached, campaign_id),
            withdrawal_cutoff=view.withdrawalCutoff,
            milestone_count=view.milestoneCount,
            current_milestone=view.currentMilestone,
            payout_account=view.payoutAccount,
            min_pledge=view.minPledge,
            released=view.released,
            collected=view.collected,
            refunded=view.refunded,
            canceled_at=last(crowdfunding.CampaignCanceled, campaign_id),
            terminated_at=last(crowdfunding.CampaignTerminated, campaign_id),
            completed_at=last(crowdfunding.CampaignCompleted, campaign_id),
            ruling_window=view.rulingWindow,
            members=view.members,
            organizer=view.organizer,
            currency=view.currency,
        )
        milestones = [milestone(view, campaign_id, index) for index in range(view.milestoneCount)]
        organizer = Organizer(
            account=entity.account,
            suspended_until=entity.suspendedUntil,
            revoked_at=last(registry.EntityRevoked, view.organizer),
        )
        gates = Gates(
            currency_listed=crowdfunding.isCurrency(view.currency),
            paused_until=crowdfunding.entryPausedUntil(),
            closed=lab.authority.isTargetClosed(crowdfunding),
        )
        return Facts(campaign, milestones, organizer, gates=gates)

    return read


# ------------------------------------------------------------------------------------------------------- the states


@dataclass
class Stage:
    """What the states below are made with."""

    campaigns: object
    crowdfunding: object
    registry: object
    lab: object
    people: object
    entities: dict
    euro: object
    as_treasurer: object
    revoke_entity: object

    def suspend(self, days):
        until = now() + days * DAY
        self.registry.suspend(self.entities["organizer"], until, d.REASON, sender=self.people.registrar)

    def revoke(self):
        self.revoke_entity(self.entities["organizer"])

    def pause(self):
        self.crowdfunding.pauseEntry(sender=self.people.guardian)

    def delist(self):
        self.as_treasurer(self.crowdfunding.delistCurrency, self.euro)

    def close(self):
        administer(
            self.lab.authority,
            self.lab.authority.setTargetClosed,
            self.crowdfunding,
            True,
            sender=self.people.admin,
        )

    def pledge(self, campaign_id, amount):
        self.crowdfunding.pledge(campaign_id, amount, 0, sender=self.people.second_backer)

    def claim(self, campaign_id):
        self.crowdfunding.claimMilestone(campaign_id, d.HASH, sender=self.people.organizer)


@pytest.fixture
def stage(campaigns, crowdfunding, registry, lab, people, entities, euro, as_treasurer, revoke_entity):
    return Stage(campaigns, crowdfunding, registry, lab, people, entities, euro, as_treasurer, revoke_entity)


def in_phase(phase, **changes):
    return lambda stage: stage.campaigns.reach(phase, **changes)


def then(reach, *acts):
    """The state that `acts` on the stage, or on the stage and the campaign, make of another."""

    def reach_and_act(stage):
        campaign_id = reach(stage)
        for act in acts:
            act(stage, campaign_id)
        return campaign_id

    return reach_and_act


def on_campaign(act, *arguments):
    return lambda stage, campaign_id: getattr(stage, act)(campaign_id, *arguments)


def on_stage(act, *arguments):
    return lambda stage, _: getattr(stage, act)(*arguments)


def after(days):
    return lambda _, __: travel_to(now() + days * DAY)


def submitted_long_before_opening(stage):
    return stage.campaigns.reach(Phase.Submitted, opensAt=now() + 60 * DAY)


def approved_long_before_opening(stage):
    return stage.campaigns.reach(Phase.Approved, opensAt=now() + 20 * DAY)


def released_once(stage, campaign_id):
    stage.campaigns.claim_and_release(campaign_id)


def released(stage, campaign_id):
    stage.crowdfunding.releaseMilestone(campaign_id, sender=stage.people.stranger)


def window_over(stage, campaign_id):
    stage.campaigns.claim(campaign_id)


def rejected(stage, campaign_id):
    stage.campaigns.reject(campaign_id)


def stopped(stage, campaign_id):
    stage.campaigns.stop(campaign_id)


def let_through(stage, campaign_id):
    stage.campaigns.stop(campaign_id)
    stage.campaigns.rule(campaign_id, release=True)


def objected(stage, campaign_id):
    stage.campaigns.object(campaign_id, stage.people.backer)


def members_objected(stage, campaign_id):
    stage.campaigns.object(campaign_id, stage.people.member, stage.people.second_member)


def terminated(stage, campaign_id):
    stage.crowdfunding.terminate(campaign_id, sender=stage.people.organizer)


def arbiter_paid(stage, campaign_id):
    stage.crowdfunding.changePayoutAccount(campaign_id, stage.people.arbiter, sender=stage.people.payout)


def by_several(stage):
    """The backer has less than half of the money; two members are all there are, whose money is not half either."""
    people = stage.people
    parts = {people.backer: 400, people.member: 201, people.second_member: 200, people.second_backer: 200}
    return stage.campaigns.funded_by(parts)


def by_one_and_a_rest(stage):
    """The backer alone can stop a claim, and another could still object."""
    return stage.campaigns.funded_by({stage.people.backer: 600, stage.people.second_backer: 401}, milestones=EARLY)


def collected(stage, campaign_id):
    stage.crowdfunding.collect(campaign_id, sender=stage.people.stranger)


def refunded(stage, campaign_id):
    stage.crowdfunding.refund(campaign_id, stage.people.backer, sender=stage.people.stranger)


#: Milestones due so early that other instants set `claimBy`.
EARLY = ((5_000, 0), (5_000, 1))
LIVE, EXTENSION, DELIVERING = in_phase(Phase.Live), in_phase(Phase.Extension), in_phase(Phase.Delivering)
TO_GOAL = on_campaign("pledge", d.GOAL - SMALL_PLEDGE)
TO_STRETCH_GOAL = on_campaign("pledge", d.STRETCH_GOAL - SMALL_PLEDGE)
NEARLY_TO_STRETCH_GOAL = on_campaign("pledge", d.STRETCH_GOAL - SMALL_PLEDGE - 3)

STATES = {phase.name: in_phase(phase) for phase in Phase if phase != Phase.None_} | {
    "Submitted long before opening": submitted_long_before_opening,
    "Submitted, authority closed": then(submitted_long_before_opening, on_stage("close")),
    "Submitted, organizer revoked": then(submitted_long_before_opening, on_stage("revoke")),
    "Submitted, currency delisted": then(submitted_long_before_opening, on_stage("delist")),
    "Approved, paused past the opening": then(in_phase(Phase.Approved), on_stage("pause")),
    "Approved, paused before the opening": then(approved_long_before_opening, on_stage("pause")),
    "Approved, organizer suspended past the opening": then(in_phase(Phase.Approved), on_stage("suspend", 9)),
    "Approved, organizer revoked": then(approved_long_before_opening, on_stage("revoke")),
    "Live without a pledge": lambda stage: stage.campaigns.create_campaign(minPledge=0),
    "Live without extension": in_phase(Phase.Live, extension=0),
    "Live with the goal reached": then(LIVE, TO_GOAL),
    "Live with the goal reached, without extension": then(in_phase(Phase.Live, extension=0), TO_GOAL),
    "Live with three units left": then(LIVE, NEARLY_TO_STRETCH_GOAL),
    "Live with the stretch goal reached": then(LIVE, TO_STRETCH_GOAL),
    "Live, after the withdrawal cutoff": then(LIVE, after(18)),
    "Live, paused": then(LIVE, on_stage("pause")),
    "Live, a pause is over": then(LIVE, on_stage("pause"), after(4)),
    "Live, organizer suspended": then(LIVE, on_stage("suspend", 3)),
    "Live, organizer suspended past the deadline": then(LIVE, on_stage("suspend", 50)),
    "Live, organizer revoked": then(LIVE, on_stage("revoke")),
    "Live, currency delisted": then(LIVE, on_stage("delist")),
    "Extension, organizer suspended": then(EXTENSION, on_stage("suspend", 3)),
    "Extension, organizer revoked": then(EXTENSION, on_stage("revoke")),
    "Extension, paused": then(EXTENSION, on_stage("pause")),
    "Delivering from the stretch goal in the extension": then(
        EXTENSION, after(4), on_campaign("pledge", d.STRETCH_GOAL - d.GOAL)
    ),
    "Delivering, due before pledging ends": in_phase(Phase.Delivering, milestones=((5_000, 0), (5_000, 1))),
    "Delivering, claimed": then(DELIVERING, on_campaign("claim")),
    "Delivering, releasable": then(DELIVERING, window_over),
    "Delivering, one released": then(DELIVERING, released_once),
    "Delivering, one released late": then(
        in_phase(Phase.Delivering, milestones=((5_000, 0), (5_000, 1))), after(29), window_over, after(9), released
    ),
    "Delivering, one collected": then(DELIVERING, released_once, collected),
    "Delivering, second claimed": then(DELIVERING, released_once, on_campaign("claim")),
    "Delivering, too late to claim": then(DELIVERING, after(100)),
    "Delivering, organizer revoked": then(DELIVERING, on_stage("revoke")),
    "Delivering, claimed, organizer revoked": then(DELIVERING, on_campaign("claim"), on_stage("revoke")),
    "Delivering, organizer suspended": then(DELIVERING, on_stage("suspend", 9)),
    "Delivering, currency delisted and paused": then(DELIVERING, released_once, on_stage("delist"), on_stage("pause")),
    "Delivering, claimed and nobody left to object": then(DELIVERING, on_campaign("claim"), objected),
    "Delivering, claimed and going to be stopped": then(by_one_and_a_rest, on_campaign("claim"), objected),
    "Delivering, claimed and not going to be stopped": then(by_several, on_campaign("claim"), objected),
    "Delivering, claimed and to be stopped by members": then(by_several, on_campaign("claim"), members_objected),
    "Delivering, stopped": then(DELIVERING, stopped),
    "Delivering, stopped, due early": then(by_one_and_a_rest, stopped),
    "Delivering, stopped, arbiter is payout account": then(DELIVERING, stopped, arbiter_paid),
    "Delivering, stopped, authority closed": then(DELIVERING, stopped, on_stage("close")),
    "Delivering, stopped, organizer revoked": then(DELIVERING, stopped, on_stage("revoke")),
    "Delivering, ruling overdue": then(DELIVERING, stopped, after(14)),
    "Delivering, rejected": then(DELIVERING, rejected),
    "Delivering, rejected, due early": then(by_one_and_a_rest, rejected),
    "Delivering, rejected, too late to claim": then(by_one_and_a_rest, rejected, after(40)),
    "Delivering, rejected, organizer revoked": then(by_one_and_a_rest, rejected, on_stage("revoke")),
    "Delivering, second attempt": then(by_one_and_a_rest, rejected, on_campaign("claim")),
    "Delivering, second attempt stopped": then(by_one_and_a_rest, rejected, stopped),
    "Delivering, third attempt": then(DELIVERING, rejected, rejected, on_campaign("claim")),
    "Delivering, third attempt stopped": then(DELIVERING, rejected, rejected, stopped),
    "Delivering, attempts spent": then(DELIVERING, rejected, rejected, rejected),
    "Delivering, releasable by ruling": then(DELIVERING, let_through),
    "Delivering, releasable, organizer revoked": then(DELIVERING, window_over, on_stage("revoke")),
    "Delivering, one released by ruling": then(by_one_and_a_rest, let_through, after(9), released),
    "Terminated and collected": then(in_phase(Phase.Terminated), collected),
    "Terminated and refunded": then(in_phase(Phase.Terminated), refunded),
    "Terminated with nothing released": then(DELIVERING, terminated),
    "Terminated after a rejection": then(DELIVERING, released_once, rejected, terminated),
    "Terminated, organizer revoked": then(in_phase(Phase.Terminated), on_stage("revoke")),
    "Completed and collected": then(in_phase(Phase.Completed), collected),
    "Completed, organizer revoked": then(in_phase(Phase.Completed), on_stage("revoke")),
    "Failed and refunded": then(in_phase(Phase.Failed), refunded),
    "Failed, organizer revoked": then(in_phase(Phase.Failed), on_stage("revoke")),
    "Canceled and refunded": then(in_phase(Phase.Canceled), refunded),
}


# -------------------------------------------------------------------------------------------------------- the proof


@pytest.fixture
def senders(people):
    return {
        "organizer": people.organizer,
        "backer": people.backer,
        "reviewer": people.reviewer,
        "arbiter": people.arbiter,
        "payout account": people.payout,
        "stranger": people.stranger,
    }


def announced(acts, senders, time, *, has_pledge, has_objected):
    """Returns act -> who of `senders` may do it at `time`, as `next_acts` told."""
    may = {name: set() for name in ("withdrawPledge", "refund")}
    for act in acts:
        if not act.is_legal_at(time):
            continue
        who = {
            name
            for name, sender in senders.items()
            if sender.address not in act.excluded
            and (act.account is None or sender.address == act.account)
            and (act.by != Actor.BACKER or (name == "backer" and has_pledge))
            and (act.name != ActName.OBJECT or not has_objected)
            and (act.by != Actor.REVIEWER or name == "reviewer")
            and (act.by != Actor.ARBITER or name == "arbiter")
        }
        may[act.name.value] = may.get(act.name.value, set()) | who
    return may


@pytest.mark.parametrize("state", STATES)
def test_next_acts__at_every_edge__are_what_the_contract_accepts(
    stage, read_facts, crowdfunding, people, senders, state
):
    campaign_id = STATES[state](stage)
    start = now()
    facts = read_facts(campaign_id)
    acts = facts.acts(start)
    campaign_acts = CampaignActs(crowdfunding, campaign_id, people.backer, people.attacker)
    calls = campaign_acts.calls(senders)
    pledge = crowdfunding.pledgeOf(campaign_id, people.backer)
    index, attempt = stage.campaigns.present_claim(campaign_id)
    has_objected = attempt > 0 and bool(pledge.objections >> (3 * index + attempt - 1) & 1)

    times = {start} | {edge + offset for edge in facts.edges() for offset in (-1, 0, 1)}
    for time in sorted(time for time in times if time >= start):
        if time > now():
            travel_to(time)
        expected = announced(acts, senders, time, has_pledge=pledge.amount > 0, has_objected=has_objected)
        expected["pledgeWithPermit"] = expected.get("pledge", set())
        expected["releaseAndCollect"] = expected.get("releaseMilestone", set())
        observed = campaign_acts.accepted(calls)
        assert observed == {name: expected.get(name, set()) for name in observed}, f"{time - start} seconds later"


@pytest.mark.parametrize("state", [state for state in STATES if state.startswith(("Live", "Extension"))])
def test_next_acts__pledge__names_the_least_and_the_most(stage, read_facts, crowdfunding, people, state):
    campaign_id = STATES[state](stage)
    acts = [act for act in read_facts(campaign_id).acts(now()) if act.name == "pledge"]
    campaign_acts = CampaignActs(crowdfunding, campaign_id, people.backer, people.attacker)

    def accepted(amount):
        calls = campaign_acts.calls({"stranger": people.stranger}, pledge=(campaign_id, amount, 0))
        return campaign_acts.accepted(calls)["pledge"] == {"stranger"}

    for act in acts:
        travel_to(max(act.starts_at, now() + 1))
        amounts = (act.min_amount - 1, act.min_amount, act.max_amount, act.max_amount + 1)
        assert [accepted(amount) for amount in amounts] == [False, True, True, False], amounts
    assert bool(acts) == (state not in NOT_PLEDGEABLE)


NOT_PLEDGEABLE = {
    "Live with the stretch goal reached",
    "Live, organizer suspended past the deadline",
    "Live, organizer revoked",
    "Live, currency delisted",
    "Extension, organizer revoked",
}
