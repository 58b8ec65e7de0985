"""What api/match_acts.py and, with pools, api/acts.py say of the next legal acts is what the contracts accept

for each state of pools and of a campaign that asked for them, as the indexer derives it from the logs
    at every edge of every window, a second before, at it and a second after
        for each act and actor
            in a window that was announced  -> accepted
            in none                         -> refused with a typed error
what the acts that pay or free say they pay or free is what they do
"""

from dataclasses import dataclass
from typing import Any

import ape
import pytest
from eth_utils import to_bytes, to_hex

from api import match_acts
from api.acts import Act, Actor, next_acts
from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.campaign_phases import Phase
from tests.contracts.conftest import now, travel_to
from tests.contracts.mirrored_rows import MirroredRows

PUBLIC_BODY = 2
#: Pool ids: one that no campaign asked for, and the first one of a state.
OTHER, FIRST = 1, 2
APPROVED, LIVE, DELIVERING = Phase.Approved, Phase.Live, Phase.Delivering
#: (function, pool, funding account): what a call is about.
About = tuple[str, int | None, str | None]


@dataclass
class Stage:
    """What the states below are made with. The region funds each pool after the town, and manages the last one."""

    campaigns: Any
    pools: Any
    crowdfunding: Any
    match_funding: Any
    registry: Any
    people: Any
    entities: dict[str, int]
    as_treasurer: Any
    euro: Any
    revoke_entity: Any

    def fund(self, pool_id: int, amount: int = 701) -> int:
        self.match_funding.fundPool(pool_id, amount, sender=self.people.region)
        return pool_id

    def suspend(self, who: str, days: int) -> None:
        until = now() + days * DAY
        self.registry.suspend(self.entities[who], until, d.REASON, sender=self.people.registrar)

    def reach(self, phase: Phase, *pool_ids: int, enrolled: bool = True, **changes: Any) -> int:
        """A new campaign that asked for the pools, or is enrolled in them, while approved."""
        approved = (self.pools.enrol if enrolled else self.pools.request)(*pool_ids)
        return int(self.campaigns.reach(phase, approved=approved, **changes))


@pytest.fixture
def stage(campaigns, pools, crowdfunding, match_funding, registry, people, entities, as_treasurer, euro, revoke_entity):
    return Stage(
        campaigns,
        pools,
        crowdfunding,
        match_funding,
        registry,
        people,
        entities,
        as_treasurer,
        euro,
        revoke_entity,
    )


def ratio(**changes):
    return lambda stage: stage.fund(stage.pools.open(**changes))


def for_members(stage):
    return stage.fund(stage.pools.open_for_members())


def gift(**changes):
    return lambda stage: stage.fund(stage.pools.open_gift(**changes))


def missed(stage):
    return stage.fund(stage.pools.open_gift())


def kept(stage):
    """A gift that asks for no members."""
    return stage.fund(stage.pools.open_gift(minMembers=0, minMemberPledge=0))


def long_before_opening(stage):
    """It asked a ratio that opens later, and a gift that ends before the campaign opens."""
    later = stage.pools.open(funds=0, opensAt=now() + 5 * DAY)
    brief = stage.fund(stage.pools.open_gift(endsAt=now() + 9 * DAY))
    return stage.reach(APPROVED, later, brief, enrolled=False, opensAt=now() + 20 * DAY)


def asked(phase, *pools, **changes):
    return lambda stage: stage.reach(phase, *(make(stage) for make in pools), enrolled=False, **changes)


def matched(phase, *pools, **changes):
    return lambda stage: stage.reach(phase, *(make(stage) for make in pools), **changes)


def then(reach, *acts):
    def reach_and_act(stage):
        campaign_id = reach(stage)
        for act in acts:
            act(stage, campaign_id)
        return campaign_id

    return reach_and_act


def after(days):
    return lambda _, __: travel_to(now() + days * DAY)


def suspended(who, days):
    return lambda stage, _: stage.suspend(who, days)


def revoked(who):
    return lambda stage, _: stage.revoke_entity(stage.entities[who])


def paused(stage, _):
    stage.match_funding.pauseEntry(sender=stage.people.guardian)


def delisted(stage, _):
    stage.as_treasurer(stage.crowdfunding.delistCurrency, stage.euro)


def goal_reached(stage, campaign_id):
    stage.crowdfunding.pledge(campaign_id, d.GOAL, 0, sender=stage.people.second_backer)


def enrolled_too(stage, campaign_id):
    stage.pools.enrol(stage.fund(stage.pools.open()))(campaign_id)


def asked_too(stage, campaign_id):
    stage.pools.request(stage.fund(stage.pools.open()))(campaign_id)


def claimed(stage, campaign_id):
    stage.campaigns.open_claim(campaign_id)


def manager_objected(stage, campaign_id):
    stage.campaigns.object(campaign_id, stage.people.town)


def backer_objected(stage, campaign_id):
    stage.campaigns.object(campaign_id, stage.people.backer)


def window_over(stage, campaign_id):
    travel_to(stage.crowdfunding.milestone(campaign_id, 0).windowEndsAt)


def released(stage, campaign_id):
    stage.campaigns.claim_and_release(campaign_id)


def match_released(stage, campaign_id):
    stage.match_funding.releaseMatch(FIRST, campaign_id, sender=stage.people.stranger)


def settled(stage, campaign_id):
    stage.match_funding.settleReservation(FIRST, campaign_id, sender=stage.people.stranger)


def window_closed(stage, _):
    travel_to(stage.match_funding.pool(FIRST).terms.endsAt)


def reclaimed_by(who):
    def reclaim(stage, _):
        stage.match_funding.reclaim(FIRST, getattr(stage.people, who), sender=stage.people.stranger)

    return reclaim


FAILED_AND_OVER = then(matched(Phase.Failed, ratio()), window_closed)

STATES = {
    "Approved, asked a ratio and a gift": asked(APPROVED, ratio(), missed),
    "Approved, pools open later and end early": long_before_opening,
    "Approved, first tranche too large": asked(APPROVED, ratio(maxFirstTrancheBps=2_999)),
    "Approved, gift not covered": asked(APPROVED, lambda stage: stage.pools.open_gift(funds=d.GIFT - 1)),
    "Approved, gift below the goal": asked(APPROVED, gift(minRaised=d.GOAL - 1)),
    "Approved, manager suspended": then(asked(APPROVED, ratio(), missed), suspended("town", 2)),
    "Approved, manager revoked": then(asked(LIVE, ratio()), revoked("town")),
    "Approved, paused": then(asked(APPROVED, ratio(), missed), paused),
    "Approved, a pause is over": then(asked(LIVE, ratio()), paused, after(4)),
    "Approved, currency delisted": then(asked(LIVE, ratio()), delisted),
    "Approved, three pools and one more": then(matched(APPROVED, ratio(), missed, for_members), asked_too),
    "Approved, enrolled": matched(APPROVED, ratio(), missed),
    "Submitted lapses": lambda stage: stage.campaigns.reach(Phase.Submitted),
    "Live, matched": matched(LIVE, ratio(), missed, for_members),
    "Live, asked": asked(LIVE, ratio(), missed),
    "Live, enrolled too": then(matched(LIVE, ratio()), enrolled_too, asked_too),
    "Live with the goal reached": then(matched(LIVE, ratio(), missed), goal_reached, asked_too),
    "Live with the goal reached, gift kept": then(matched(LIVE, kept), goal_reached),
    "Live, organizer suspended": then(matched(LIVE, ratio()), asked_too, suspended("organizer", 9)),
    "Live, organizer revoked": then(matched(LIVE, ratio()), asked_too, revoked("organizer")),
    "Live, a funder is revoked": then(matched(LIVE, ratio()), revoked("region")),
    "Extension, matched": then(matched(Phase.Extension, ratio(), missed), asked_too),
    "Delivering, matched": matched(DELIVERING, ratio(), missed, kept),
    "Delivering, asked": asked(DELIVERING, ratio()),
    "Delivering, missed gift settled": then(matched(DELIVERING, missed), settled),
    "Delivering, claimed": then(matched(DELIVERING, ratio(), missed), claimed),
    "Delivering, claimed, manager revoked": then(matched(DELIVERING, ratio()), claimed, revoked("town")),
    "Delivering, manager objected": then(matched(DELIVERING, ratio()), claimed, manager_objected),
    "Delivering, stopped by a manager": then(matched(DELIVERING, ratio()), claimed, manager_objected, window_over),
    "Delivering, stopped by manager and backer": then(
        matched(DELIVERING, kept), claimed, manager_objected, backer_objected, window_over
    ),
    "Delivering, ruling overdue": then(matched(DELIVERING, ratio()), claimed, manager_objected, after(40)),
    "Delivering, one released": then(matched(DELIVERING, ratio(), kept, missed), released),
    "Delivering, one released and paid": then(matched(DELIVERING, ratio()), released, match_released),
    "Delivering, two released, one paid": then(matched(DELIVERING, ratio()), released, match_released, released),
    "Terminated": matched(Phase.Terminated, ratio(), missed, kept),
    "Terminated and settled": then(matched(Phase.Terminated, ratio()), settled),
    "Terminated, paid and settled": then(matched(Phase.Terminated, ratio()), match_released, settled),
    "Completed": matched(Phase.Completed, ratio(), kept),
    "Completed and settled": then(matched(Phase.Completed, ratio()), settled),
    "Failed": matched(Phase.Failed, ratio(), missed),
    "Failed and settled": then(matched(Phase.Failed, ratio()), settled),
    "Canceled": matched(Phase.Canceled, ratio(), missed),
    "Over, reserved": FAILED_AND_OVER,
    "Over, reserved, one funder reclaimed": then(FAILED_AND_OVER, reclaimed_by("region")),
    "Over and settled": then(FAILED_AND_OVER, settled),
    "Over and settled, the second reclaimed": then(FAILED_AND_OVER, settled, reclaimed_by("region")),
    "Over and settled, the first reclaimed": then(FAILED_AND_OVER, settled, reclaimed_by("town")),
    "Over and settled, all reclaimed": then(FAILED_AND_OVER, settled, reclaimed_by("region"), reclaimed_by("town")),
}


class Calls:
    """Calls of every act on a campaign and its pools, tried without a trace."""

    def __init__(self, stage: Stage, campaign_id: int, senders: dict[str, Any]) -> None:
        self.contracts = (stage.crowdfunding, stage.match_funding)
        people, pools = stage.people, range(FIRST, stage.match_funding.poolCount() + 1)
        claim = stage.campaigns.present_claim(campaign_id)
        fund, match = stage.crowdfunding, stage.match_funding
        calls: dict[About, Any] = {
            ("pledge", None, None): (fund.pledge, campaign_id, d.MIN_PLEDGE, 0),
            ("object", None, None): (fund.object, campaign_id, claim[0], max(claim[1], 1)),
            ("rule", None, None): (fund.rule, campaign_id, claim[0], max(claim[1], 1), True, d.REASON),
            ("requestPool", None, None): (match.requestPool, campaign_id, OTHER),
        }
        for pool_id in pools:
            calls["enrol", pool_id, None] = (match.enrol, pool_id, campaign_id)
            calls["releaseMatch", pool_id, None] = (match.releaseMatch, pool_id, campaign_id)
            calls["settleReservation", pool_id, None] = (match.settleReservation, pool_id, campaign_id)
            calls["fundPool", pool_id, None] = (match.fundPool, pool_id, 1)
            for account in (people.town.address, people.region.address):
                calls["reclaim", pool_id, account.lower()] = (match.reclaim, pool_id, account)
        self.calls = {
            (about, who): {"from": sender.address, "to": method.contract.address, "data": self._data(method, values)}
            for about, (method, *values) in calls.items()
            for who, sender in senders.items()
        }

    @staticmethod
    def _data(method: Any, values: list[Any]) -> str:
        return str(to_hex(method.encode_input(*values)))

    def accepted(self) -> dict[About, dict[str, int]]:
        """Who the contracts accept each act from now, and the number that the call returns."""
        requests = [("eth_call", [call, "latest"]) for call in self.calls.values()]
        answers = ape.networks.provider.web3.provider.make_batch_request(requests)
        accepted: dict[About, dict[str, int]] = {about: {} for about, _ in self.calls}
        for (about, who), answer in zip(self.calls, answers, strict=True):
            if "error" in answer:
                returned = to_bytes(hexstr=answer["error"].get("data", "0x"))
                typed = any(returned[:4] in contract.contract_type.errors for contract in self.contracts)
                assert typed, f"{about} by {who}: {answer}"
            else:
                accepted[about][who] = int(answer["result"].removeprefix("0x") or "0", 16)
        return accepted


def announced(
    acts: list[Act], rows: MirroredRows, senders: dict[str, Any], time: int, may_object: set[str]
) -> dict[About, dict[str, int | None]]:
    """What a call is about -> who may make it at `time`, and what it pays or frees."""
    may: dict[About, dict[str, int | None]] = {}
    for act in (act for act in acts if act.is_legal_at(time)):
        about = (act.name.value, act.pool_id, act.funding_account)
        for name, sender in senders.items():
            account = sender.address.lower()
            right = {
                Actor.BACKER: name in may_object,
                Actor.ARBITER: name == "arbiter",
                Actor.PUBLIC_BODY: is_public_body(rows, account, time),
            }
            named = act.account is None or act.account.lower() == account
            if named and right.get(act.by, True) and account not in {a.lower() for a in act.excluded}:
                may.setdefault(about, {})[name] = act.max_amount
    return may


def is_public_body(rows: MirroredRows, account: str, time: int) -> bool:
    return any(
        e.account == account
        and e.state == "verified"
        and e.kinds == PUBLIC_BODY
        and e.suspended_until <= time < e.verified_until
        for e in rows.all("entities")
    )


@pytest.mark.parametrize("state", STATES)
def test_next_acts__with_pools_at_every_edge__are_what_the_contracts_accept(stage, lab, people, state):
    assert stage.pools.open(funds=0) == OTHER
    campaign_id = STATES[state](stage)
    senders = {name: getattr(people, name) for name in ("organizer", "backer", "town", "region", "arbiter", "stranger")}
    rows, start = MirroredRows(lab), now()
    acts, campaign = acts_of(rows, campaign_id, start), rows.row("campaigns", campaign_id)
    backer = people.backer.address.lower()
    pledges = [row for row in rows.all("pledges", campaign_id=campaign_id, backer=backer) if row.amount]
    index, attempt = stage.campaigns.present_claim(campaign_id)
    objections = rows.all("objections", campaign_id=campaign_id, milestone=index, attempt=attempt, account=backer)
    may_object = {"backer"} if pledges and not objections else set()
    calls = Calls(stage, campaign_id, senders)

    edges = {edge for act in acts for edge in (act.starts_at, act.ends_at) if edge is not None}
    edges |= {campaign.opens_at, campaign.deadline, campaign.deadline + campaign.extension}
    edges |= {end for row in rows.all("pools") for end in (row.opens_at, row.ends_at)}
    times = {start} | {edge + offset for edge in edges for offset in (-1, 0, 1)}
    for time in sorted(time for time in times if start <= time < start + 500 * DAY):
        if time > now():
            travel_to(time)
        expected = announced(acts, rows, senders, time, may_object)
        observed = calls.accepted()
        found = {about: set(who) for about, who in observed.items()}
        assert found == {about: set(expected.get(about, ())) for about in found}, f"{time - start} seconds later"
        for about in observed:
            if about[0] in {"releaseMatch", "settleReservation", "reclaim"}:
                assert observed[about] == expected.get(about, {}), f"{about}, {time - start} seconds later"


def acts_of(rows: MirroredRows, campaign_id: int, time: int) -> list[Act]:
    """Every act on the campaign and on its pools, but not on the one that it did not ask for."""
    campaign = rows.row("campaigns", campaign_id)
    milestones = rows.all("milestones", campaign_id=campaign_id)
    organizer, gates = rows.row("entities", campaign.organizer), rows.gates(campaign.currency)
    found = next_acts(campaign, milestones, organizer, rows.asked_pools(campaign_id), gates, time)
    for pool_id in sorted(row.pool_id for row in rows.all("pools") if row.pool_id != OTHER):
        fundings, organizers = rows.all("fundings", pool_id=pool_id), rows.organizer_accounts(pool_id)
        found += match_acts.of_pool(rows.row("pools", pool_id), fundings, organizers, gates, time)
    return found
