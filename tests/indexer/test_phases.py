"""Phases and milestone states as a table: each window edge at t-1, t and t+1 (docs/protocol.md, section 3)."""

from dataclasses import dataclass, replace

import pytest

from indexer.store import phases
from indexer.store.phases import MilestonePhase, Phase, phase_at

DAY = 86_400
SUBMITTED, OPENS, DEADLINE, EXTENSION = 1_000_000, 1_000_000 + 10 * DAY, 1_000_000 + 30 * DAY, 5 * DAY
EXTENSION_ENDS = DEADLINE + EXTENSION
REACHED = DEADLINE + 2 * DAY
GOAL, STRETCH = 100, 200


@dataclass(frozen=True)
class Campaign:
    """The facts of a campaign."""

    state: str = "approved"
    submitted_at: int = SUBMITTED
    opens_at: int = OPENS
    deadline: int = DEADLINE
    extension: int = EXTENSION
    goal: int = GOAL
    stretch_goal: int = STRETCH
    raised: int = 0
    stretch_goal_reached_at: int | None = None
    withdrawal_cutoff: int = DAY
    milestone_count: int = 2
    current_milestone: int = 0


@dataclass(frozen=True)
class Milestone:
    """The facts of a milestone."""

    milestone: int = 0
    due_date: int = DEADLINE + 100 * DAY
    state: str = "planned"
    window_ends_at: int | None = None


SUBMITTED_ONE = Campaign(state="submitted")
EARLY_LAPSE = Campaign(state="submitted", opens_at=SUBMITTED + 60 * DAY, deadline=SUBMITTED + 80 * DAY)
EMPTY, FUNDED = Campaign(), Campaign(raised=GOAL)
NO_EXTENSION = Campaign(raised=GOAL, extension=0)
STRETCHED = Campaign(raised=STRETCH)
STRETCHED_LATE = Campaign(raised=STRETCH, stretch_goal_reached_at=REACHED)
ONE_GOAL = Campaign(raised=GOAL, stretch_goal=GOAL)
DONE = Campaign(state="completed", raised=GOAL, current_milestone=2)

EDGES = [
    ("submitted, opening comes first", SUBMITTED_ONE, OPENS, Phase.SUBMITTED, Phase.LAPSED),
    ("submitted, 30 days come first", EARLY_LAPSE, SUBMITTED + 30 * DAY, Phase.SUBMITTED, Phase.LAPSED),
    ("approved opens", EMPTY, OPENS, Phase.APPROVED, Phase.LIVE),
    ("below the goal at the deadline", EMPTY, DEADLINE, Phase.LIVE, Phase.FAILED),
    ("one unit below", Campaign(raised=GOAL - 1), DEADLINE, Phase.LIVE, Phase.FAILED),
    ("goal reached", FUNDED, DEADLINE, Phase.LIVE, Phase.EXTENSION),
    ("extension ends", FUNDED, EXTENSION_ENDS, Phase.EXTENSION, Phase.DELIVERING),
    ("no extension", NO_EXTENSION, DEADLINE, Phase.LIVE, Phase.DELIVERING),
    ("stretch goal reached while live", STRETCHED, DEADLINE, Phase.LIVE, Phase.DELIVERING),
    ("stretch goal is the goal", ONE_GOAL, DEADLINE, Phase.LIVE, Phase.DELIVERING),
    ("stretch goal one unit away", Campaign(raised=STRETCH - 1), EXTENSION_ENDS, Phase.EXTENSION, Phase.DELIVERING),
    ("all released", DONE, EXTENSION_ENDS, Phase.EXTENSION, Phase.COMPLETED),
]


@pytest.mark.parametrize(("campaign", "edge", "before", "after"), [e[1:] for e in EDGES], ids=[e[0] for e in EDGES])
def test_phase__at_each_edge__half_open(campaign: Campaign, edge: int, before: Phase, after: Phase) -> None:
    assert [phase_at(campaign, None, edge + d) for d in (-1, 0, 1)] == [before, after, after]
    assert phases.phase_ends_at(campaign, None, edge - 1) == edge
    assert phases.phase_ends_at(campaign, None, edge) != edge


def test_phase__pledge_that_reaches_the_stretch_goal_in_the_extension__ends_it_at_once() -> None:
    assert [phase_at(STRETCHED_LATE, None, REACHED + d) for d in (0, 1)] == [Phase.DELIVERING] * 2
    assert phases.pledging_ends_at(STRETCHED_LATE) == REACHED


@pytest.mark.parametrize("state", ["rejected", "canceled"])
def test_phase__stored_end__stays_whatever_happens(state: str) -> None:
    for now in (SUBMITTED, OPENS, DEADLINE, EXTENSION_ENDS):
        assert phase_at(Campaign(state=state, raised=GOAL), 1, now) == state
        assert phases.phase_ends_at(Campaign(state=state), None, now) is None


REVOCATIONS = [
    ("submitted, before it lapses", SUBMITTED_ONE, OPENS - 1, Phase.CANCELED),
    ("submitted, when it lapses", SUBMITTED_ONE, OPENS, Phase.LAPSED),
    ("below the goal, before the deadline", EMPTY, DEADLINE - 1, Phase.CANCELED),
    ("below the goal, at the deadline", EMPTY, DEADLINE, Phase.FAILED),
    ("in the extension", FUNDED, EXTENSION_ENDS - 1, Phase.CANCELED),
    ("when pledging ends", FUNDED, EXTENSION_ENDS, Phase.DELIVERING),
    ("before the pledge to the stretch goal", STRETCHED_LATE, REACHED - 1, Phase.CANCELED),
    ("in the block of the pledge to the stretch goal", STRETCHED_LATE, REACHED, Phase.DELIVERING),
    ("at the deadline, no extension", NO_EXTENSION, DEADLINE, Phase.DELIVERING),
    ("after completion", DONE, EXTENSION_ENDS, Phase.COMPLETED),
]


@pytest.mark.parametrize(
    ("campaign", "revoked", "phase"), [r[1:] for r in REVOCATIONS], ids=[r[0] for r in REVOCATIONS]
)
def test_phase__organizer_revoked__cancels_only_before_delivering(
    campaign: Campaign, revoked: int, phase: Phase
) -> None:
    assert phase_at(campaign, revoked, EXTENSION_ENDS + DAY) == phase


def test_numbers__on_chain__are_positions() -> None:
    assert [phases.PHASES.index(p) for p in (Phase.NONE, Phase.DELIVERING, Phase.TERMINATED)] == [0, 5, 11]
    assert list(phases.MILESTONE_PHASES) == ["planned", "claimed", "releasable", "released"]
    assert {Phase.COMPLETED, Phase.FAILED, Phase.TERMINATED} < phases.FINAL_PHASES
    assert Phase.DELIVERING not in phases.FINAL_PHASES


def test_milestone__at_its_edges__half_open() -> None:
    claimed = Milestone(state="claimed", window_ends_at=500)
    assert phases.milestone_at(Milestone(), 499) is MilestonePhase.PLANNED
    assert [phases.milestone_at(claimed, now) for now in (499, 500, 501)] == ["claimed", "releasable", "releasable"]
    assert phases.milestone_at(replace(claimed, state="released"), 0) is MilestonePhase.RELEASED


@pytest.mark.parametrize(
    ("due", "released_at", "latest"),
    [
        pytest.param(EXTENSION_ENDS + 9, None, EXTENSION_ENDS + 9, id="due date"),
        pytest.param(DEADLINE, None, EXTENSION_ENDS, id="end of pledging"),
        pytest.param(DEADLINE, EXTENSION_ENDS + 5, EXTENSION_ENDS + 5, id="milestone before releasable"),
    ],
)
def test_claim_by__latest_of_what_was_waited_for__and_30_days(due: int, released_at: int | None, latest: int) -> None:
    previous = Milestone(state="released", window_ends_at=released_at) if released_at else None
    assert phases.claim_by(FUNDED, Milestone(due_date=due), previous) == latest + 30 * DAY


def test_tranches__of_any_total__telescope_to_it() -> None:
    for raised in (0, 1, 99, 10_001, 2**96 - 1):
        shares = [3_333, 3_333, 1, 3_333]
        ends = [sum(shares[: i + 1]) for i in range(4)]
        parts = [phases.tranche(raised, end, end - share) for end, share in zip(ends, shares, strict=True)]
        assert sum(parts) == raised


def test_refundable__only_in_refunding_phases_and_once() -> None:
    assert [phases.refundable(p, 7, refunded=False) for p in (Phase.FAILED, Phase.CANCELED, Phase.LIVE)] == [7, 7, 0]
    assert phases.refundable(Phase.FAILED, 7, refunded=True) == 0
    assert phases.withdrawable_until(EMPTY) == DEADLINE - DAY
