"""Every act x phase x actor, as docs/protocol.md tells it

for each phase, and for each state of the current milestone while delivering
    for each act and each of organizer, backer, pool manager, reviewer, arbiter, payout account and stranger
        legal in the table   -> is really done
        not legal            -> is refused with a typed error
and for each phase, each act on a pool and each of organizer, manager, funder, backer and stranger
every error of a wrong phase, role or state with its arguments is in the files of the single acts.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from eth_utils import to_hex

from tests.contracts import defaults as d
from tests.contracts.campaign_acts import CampaignActs, accepted
from tests.contracts.campaign_phases import MilestoneState, Phase
from tests.contracts.conftest import travel_to
from tests.contracts.isolation import isolated

PROTOCOL = Path(__file__).parents[2] / "docs" / "protocol.md"
ACTORS = {"organizer", "backer", "pool manager", "reviewer", "arbiter", "payout account", "stranger"}
PARTIES = {"organizer", "manager", "funder", "backer", "stranger"}
PHASES = [phase for phase in Phase if phase != Phase.None_]


def documented(heading: str) -> dict[str, dict[str, set[str]]]:
    """Returns row -> act -> actors of the first table below `heading` in docs/protocol.md."""
    text = PROTOCOL.read_text(encoding="utf-8").partition(f"### {heading}\n")[2]
    lines = re.search(r"(?:^\|.*\n)+", text, re.MULTILINE).group().splitlines()
    (_, *acts), _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    everybody = PARTIES if "releaseMatch" in acts else ACTORS
    return {name: dict(zip(acts, (actors(cell, everybody) for cell in cells), strict=True)) for name, *cells in rows}


def actors(cell: str, everybody: set[str]) -> set[str]:
    """Returns the actors that a cell names."""
    words = re.sub(r"\[\^[a-z]+\]", "", cell).strip()
    if words in ("—", "anyone"):
        return everybody if words == "anyone" else set()
    return set(words.split(", "))


@pytest.fixture
def senders(people, entities):
    """Seven accounts, each of which plays one part only."""
    return {
        "organizer": people.organizer,
        "backer": people.backer,
        "pool manager": people.town,
        "reviewer": people.reviewer,
        "arbiter": people.arbiter,
        "payout account": people.payout,
        "stranger": people.stranger,
    }


@pytest.fixture
def observe(crowdfunding, people, senders):
    """Returns act -> actors that the contract accepts it from, in the present state of a campaign."""

    def observe(campaign_id):
        return CampaignActs(crowdfunding, campaign_id, people.backer, people.attacker).table(senders)

    return observe


def expected(row: dict[str, set[str]]) -> dict[str, set[str]]:
    """The documented row, with the two acts that begin like another of the table."""
    return row | {"pledgeWithPermit": row["pledge"], "releaseAndCollect": row["releaseMilestone"]}


def test_document__tables__name_every_phase_and_state_and_only_known_actors():
    phases = documented("Who may do what when")
    states = documented("Milestone acts")
    assert list(phases) == [phase.name for phase in PHASES]
    assert list(states) == [state.name for state in MilestoneState]
    for row in (*phases.values(), *states.values()):
        for act, who in row.items():
            assert who <= ACTORS, act


@pytest.mark.parametrize(
    "phase", [phase for phase in PHASES if phase != Phase.Delivering], ids=lambda phase: phase.name
)
def test_acts__in_each_phase__are_those_of_the_table(campaigns, pools, observe, phase):
    campaign_id = campaigns.reach(phase, approved=pools.enrol(pools.open(funds=0)))
    assert observe(campaign_id) == expected(documented("Who may do what when")[phase.name])


@pytest.fixture(params=["Planned", "Claimed", "Stopped", "Rejected", "Releasable"])
def delivering(request, campaigns, pools, crowdfunding, people):
    """(state, id) of a campaign whose first milestone is released and whose second is in the state."""
    campaign_id = campaigns.reach(Phase.Delivering, approved=pools.enrol(pools.open(funds=0)))
    campaigns.claim_and_release(campaign_id)
    if request.param == "Claimed":
        crowdfunding.claimMilestone(campaign_id, bytes(32), sender=people.organizer)
    if request.param == "Stopped":
        campaigns.stop(campaign_id)
    if request.param == "Rejected":
        campaigns.reject(campaign_id)
    if request.param == "Releasable":
        campaigns.claim(campaign_id)
    assert crowdfunding.milestone(campaign_id, 1).state == MilestoneState[request.param]
    return request.param, campaign_id


def test_acts__while_delivering__are_those_of_the_tables(delivering, observe):
    state, campaign_id = delivering
    row = documented("Who may do what when")["Delivering"] | documented("Milestone acts")[state]
    assert observe(campaign_id) == expected(row)


def test_acts__while_delivering__are_together_those_of_the_first_table():
    """The table of phases promises an act where some state of the milestone allows it."""
    states = documented("Milestone acts")
    row = documented("Who may do what when")["Delivering"]
    for act in ("claimMilestone", "object", "rule", "releaseMilestone", "terminate"):
        assert set().union(*(states[state][act] for state in states)) == row[act]


def test_acts__conditions_of_the_table_not_met__nobody_may(campaigns, crowdfunding, people, senders):
    """Each footnote, turned round."""

    def who_may(act, campaign_id):
        acts = CampaignActs(crowdfunding, campaign_id, people.backer, people.attacker)
        return acts.accepted(acts.calls(senders))[act]

    campaign_id = campaigns.reach(Phase.Delivering)
    assert who_may("collect", campaign_id) == set(), "nothing is booked"
    campaign_id = campaigns.reach(Phase.Failed)
    crowdfunding.refund(campaign_id, people.backer, sender=people.backer)
    assert who_may("refund", campaign_id) == set(), "refunded already"
    campaign_id = campaigns.reach(Phase.Live)
    travel_to(crowdfunding.campaign(campaign_id).deadline - d.WITHDRAWAL_CUTOFF)
    assert who_may("withdrawPledge", campaign_id) == set(), "too late to withdraw"
    rest = d.STRETCH_GOAL - crowdfunding.campaign(campaign_id).raised
    crowdfunding.pledge(campaign_id, rest, 0, sender=people.second_backer)
    assert who_may("pledge", campaign_id) == set(), "the stretch goal is reached"
    assert who_may("cancelCampaign", campaign_id) == set(), "the goal is reached"


# ------------------------------------------------------------------------------------------------------------- pools

POOL_TABLE = "Who may do what with a pool"


@dataclass(frozen=True)
class PoolsOfACampaign:
    """One that matches it, and a ratio and a gift that it asked for, and a fourth that it did not ask for."""

    enrolled: int
    ratio: int
    gift: int
    other: int


@pytest.fixture
def asked(pools, match_funding, people):
    """Opens such pools, all managed by the town and funded by the region."""

    def open_pool(terms):
        pool_id = pools.open(terms, funds=0)
        match_funding.fundPool(pool_id, d.POOL_FUNDS, sender=people.region)
        return pool_id

    terms = (pools.ratio_terms(), pools.ratio_terms(), pools.gift_terms(), pools.ratio_terms())
    return PoolsOfACampaign(*map(open_pool, terms))


@pytest.fixture
def observe_pools(match_funding, people, asked):
    """Returns act -> parties that the contract really lets do it, in the present state of a campaign."""
    senders = {
        "organizer": people.organizer,
        "manager": people.town,
        "funder": people.region,
        "backer": people.backer,
        "stranger": people.stranger,
    }

    def observe(campaign_id):
        acts = {
            "requestPool": (match_funding.requestPool, (campaign_id, asked.other)),
            "enrol (ratio)": (match_funding.enrol, (asked.ratio, campaign_id)),
            "enrol (gift)": (match_funding.enrol, (asked.gift, campaign_id)),
            "releaseMatch": (match_funding.releaseMatch, (asked.enrolled, campaign_id)),
            "settleReservation": (match_funding.settleReservation, (asked.enrolled, campaign_id)),
        }
        calls = {
            (name, who): {
                "from": sender.address,
                "to": match_funding.address,
                "data": to_hex(method.encode_input(*arguments)),
            }
            for name, (method, arguments) in acts.items()
            for who, sender in senders.items()
        }
        table = accepted(match_funding, calls)
        for name, legal in table.items():
            method, arguments = acts[name]
            for who in legal:
                with isolated():
                    assert method(*arguments, sender=senders[who]).events, f"{name} by {who} leaves no event"
        return table

    return observe


def test_document__table_of_pools__names_every_phase_and_only_known_parties():
    table = documented(POOL_TABLE)
    assert list(table) == [phase.name for phase in PHASES]
    for row in table.values():
        for act, who in row.items():
            assert who <= PARTIES, act


@pytest.mark.parametrize("phase", PHASES, ids=lambda phase: phase.name)
def test_pool_acts__in_each_phase__are_those_of_the_table(campaigns, pools, asked, observe_pools, phase):
    def enrol(campaign_id):
        pools.enrol(asked.enrolled)(campaign_id)
        pools.request(asked.ratio, asked.gift)(campaign_id)

    campaign_id = campaigns.reach(phase, approved=enrol)
    if phase == Phase.Delivering:
        campaigns.claim_and_release(campaign_id)
    assert observe_pools(campaign_id) == documented(POOL_TABLE)[phase.name]
