"""Every act x phase x actor, as docs/protocol.md tells it

for each phase, and for each state of the current milestone while delivering
    for each act and each of organizer, backer, reviewer, arbiter, payout account and stranger
        legal in the table   -> is really done
        not legal            -> is refused with a typed error
every error of a wrong phase, role or state with its arguments is in the files of the single acts.
"""

import re
from pathlib import Path

import pytest

from tests.contracts import defaults as d
from tests.contracts.campaign_acts import CampaignActs
from tests.contracts.campaign_phases import MilestoneState, Phase
from tests.contracts.conftest import travel_to

PROTOCOL = Path(__file__).parents[2] / "docs" / "protocol.md"
ACTORS = {"organizer", "backer", "reviewer", "arbiter", "payout account", "stranger"}
PHASES = [phase for phase in Phase if phase != Phase.None_]


def documented(heading: str) -> dict[str, dict[str, set[str]]]:
    """Returns row -> act -> actors of the first table below `heading` in docs/protocol.md."""
    text = PROTOCOL.read_text(encoding="utf-8").partition(f"### {heading}\n")[2]
    lines = re.search(r"(?:^\|.*\n)+", text, re.MULTILINE).group().splitlines()
    (_, *acts), _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return {name: dict(zip(acts, map(actors, cells), strict=True)) for name, *cells in rows}


def actors(cell: str) -> set[str]:
    """Returns the actors that a cell names."""
    words = re.sub(r"\[\^[a-z]+\]", "", cell).strip()
    if words in ("—", "anyone"):
        return ACTORS if words == "anyone" else set()
    return set(words.split(", "))


@pytest.fixture
def senders(people, entities):
    """Six accounts, each of which plays one part only."""
    return {
        "organizer": people.organizer,
        "backer": people.backer,
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
def test_acts__in_each_phase__are_those_of_the_table(campaigns, observe, phase):
    campaign_id = campaigns.reach(phase)
    assert observe(campaign_id) == expected(documented("Who may do what when")[phase.name])


@pytest.fixture(params=["Planned", "Claimed", "Stopped", "Rejected", "Releasable"])
def delivering(request, campaigns, crowdfunding, people):
    """(state, id) of a campaign whose first milestone is released and whose second is in the state."""
    campaign_id = campaigns.reach(Phase.Delivering)
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
