"""Phases and milestone states as a table: each window edge at t-1, t and t+1 (docs/protocol.md, "Crowdfunding")."""

from dataclasses import dataclass, replace

import pytest

from indexer.store import phases
from indexer.store.phases import Phase, phase_at

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
    ruling_window: int = 7 * DAY
    members: int = 10
    released: int = 0
    refunded: int = 0
    rest_pledged: int = 0


@dataclass(frozen=True)
class Milestone:
    """The facts of a milestone."""

    milestone: int = 0
    due_date: int = DEADLINE + 100 * DAY
    state: str = "planned"
    window_ends_at: int | None = None
    attempts: int = 0
    objectors: int = 0
    objected_amount: int = 0
    objected_pools: int = 0
    ruling: str | None = None
    ruled_at: int | None = None


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


@pytest.mark.parametrize("state", ["rejected", "canceled", "terminated"])
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
    assert list(phases.MILESTONE_PHASES) == ["planned", "claimed", "stopped", "rejected", "releasable", "released"]
    assert {Phase.COMPLETED, Phase.FAILED, Phase.TERMINATED} < phases.FINAL_PHASES
    assert Phase.DELIVERING not in phases.FINAL_PHASES


WINDOW_ENDS = EXTENSION_ENDS + 20 * DAY
RULING_ENDS = WINDOW_ENDS + 7 * DAY
CLAIMED = Milestone(state="claimed", window_ends_at=WINDOW_ENDS, attempts=1)


def claimed(objectors: int = 0, amount: int = 0, pools: int = 0) -> Milestone:
    return replace(CLAIMED, objectors=objectors, objected_amount=amount, objected_pools=pools)


NO_POOL: tuple[int, ...] = ()


def states(
    campaign: Campaign,
    milestone: Milestone,
    *times: int,
    reserved: tuple[int, ...] = NO_POOL,
    revoked_at: int | None = None,
) -> list[str]:
    return [phases.milestone_at(campaign, milestone, reserved, revoked_at, now).value for now in times]


def around(edge: int) -> tuple[int, int, int]:
    return edge - 1, edge, edge + 1


# Of 10 members and 100 pledged units.
OBJECTIONS = [
    ("nobody", claimed(), False, False),
    ("one member", claimed(1), False, False),
    ("two members, a fifth", claimed(2), True, False),
    ("half of the members", claimed(5), True, False),
    ("more than half of the members", claimed(6), True, True),
    ("half of the money", claimed(0, GOAL // 2), False, False),
    ("more than half of the money", claimed(0, GOAL // 2 + 1), True, True),
    ("a fifth of the members, half of the money", claimed(2, GOAL // 2), True, False),
    ("one member, more than half of the money", claimed(1, GOAL // 2 + 1), True, True),
]


@pytest.mark.parametrize(("milestone", "stops", "rejects"), [o[1:] for o in OBJECTIONS], ids=[o[0] for o in OBJECTIONS])
def test_milestone__when_windows_end__is_what_objections_make_of_it(
    milestone: Milestone, stops: bool, rejects: bool
) -> None:
    after = "stopped" if stops else "releasable"
    at_last = "rejected" if rejects else "releasable"
    assert states(FUNDED, milestone, *around(WINDOW_ENDS)) == ["claimed", after, after]
    assert states(FUNDED, milestone, *around(RULING_ENDS)) == [after, at_last, at_last]
    assert phases.settles(FUNDED, milestone, NO_POOL).since == (RULING_ENDS if stops else WINDOW_ENDS)
    ends = [phases.milestone_ends_at(FUNDED, milestone, NO_POOL, None, now) for now in (WINDOW_ENDS - 1, WINDOW_ENDS)]
    assert ends == [WINDOW_ENDS, RULING_ENDS if stops else None]


# Of 100 pledged units; amounts of pools by place.
POOL_OBJECTIONS = [
    ("nobody, money reserved", claimed(), (60, 0, 30), False, False),
    ("a pool of little", claimed(pools=1), (1,), True, False),
    ("a gift that is not earned", claimed(pools=1), (0,), True, False),
    ("half of all money", claimed(pools=2), (0, 100), True, False),
    ("more than half of all money", claimed(pools=2), (0, 101), True, True),
    ("pledges and pools, half", claimed(0, 30, pools=4), (20, 20, 60), True, False),
    ("pledges and pools, more than half", claimed(0, 41, pools=5), (20, 20, 40), True, True),
    ("half of pledges and reservations", claimed(0, 80), (60,), False, False),
    ("more than half of them", claimed(0, 81), (60,), True, True),
    ("a fifth of the members, a pool", claimed(2, pools=1), (10,), True, False),
    ("most members, a pool", claimed(6, pools=1), (10,), True, True),
]


@pytest.mark.parametrize(
    ("milestone", "reserved", "stops", "rejects"), [o[1:] for o in POOL_OBJECTIONS], ids=[o[0] for o in POOL_OBJECTIONS]
)
def test_milestone__with_pools__counts_what_is_reserved_and_stops_at_any_manager(
    milestone: Milestone, reserved: tuple[int, ...], stops: bool, rejects: bool
) -> None:
    after, at_last = "stopped" if stops else "releasable", "rejected" if rejects else "releasable"
    assert states(FUNDED, milestone, *around(WINDOW_ENDS), reserved=reserved) == ["claimed", after, after]
    assert states(FUNDED, milestone, *around(RULING_ENDS), reserved=reserved) == [after, at_last, at_last]


@pytest.mark.parametrize(
    ("members", "objectors", "stops", "rejects"),
    [
        (1, 1, False, False),
        (2, 1, False, False),
        (2, 2, True, True),
        (3, 2, True, True),
        (4, 2, True, False),
        (11, 2, False, False),
        (14, 3, True, False),
        (15, 3, True, False),
        (16, 3, False, False),
    ],
)
def test_milestone__in_small_and_odd_numbers__needs_two_and_a_fifth(
    members: int, objectors: int, stops: bool, rejects: bool
) -> None:
    campaign = replace(FUNDED, members=members)
    assert states(campaign, claimed(objectors), WINDOW_ENDS) == ["stopped" if stops else "releasable"]
    assert states(campaign, claimed(objectors), RULING_ENDS) == ["rejected" if rejects else "releasable"]


@pytest.mark.parametrize(("ruling", "state"), [("release", "releasable"), ("reject", "rejected")])
def test_milestone__ruled__is_so_from_the_ruling_on(ruling: str, state: str) -> None:
    ruled = replace(claimed(6), state="ruled", ruling=ruling, ruled_at=WINDOW_ENDS + 5)
    assert states(FUNDED, ruled, WINDOW_ENDS + 5, RULING_ENDS, RULING_ENDS + DAY) == [state] * 3
    assert phases.standing_at(FUNDED, ruled, NO_POOL, None, RULING_ENDS).since == WINDOW_ENDS + 5
    assert phases.milestone_ends_at(FUNDED, ruled, NO_POOL, None, WINDOW_ENDS + 5) is None


def test_milestone__planned_or_released__stays_so() -> None:
    for now in (WINDOW_ENDS, RULING_ENDS):
        assert states(FUNDED, Milestone(), now) == ["planned"]
        assert states(FUNDED, Milestone(), now, revoked_at=EXTENSION_ENDS) == ["planned"]
        assert states(FUNDED, replace(claimed(6), state="released"), now, revoked_at=now) == ["released"]


def test_milestone__of_a_terminated_campaign__stays_rejected_whatever_pools_free() -> None:
    ended = Campaign(state="terminated", raised=GOAL)
    for reserved in ((101,), (0,)):
        assert states(ended, claimed(pools=1), RULING_ENDS, reserved=reserved) == ["rejected"]
    assert states(ended, Milestone(), RULING_ENDS) == ["planned"]


REVOKED_CLAIMS = [
    ("claimed", claimed(), WINDOW_ENDS - 1, "rejected", WINDOW_ENDS - 1),
    ("the second it becomes releasable", claimed(), WINDOW_ENDS, "releasable", WINDOW_ENDS),
    ("stopped", claimed(2), RULING_ENDS - 1, "rejected", RULING_ENDS - 1),
    ("the second it is releasable by default", claimed(2), RULING_ENDS, "releasable", RULING_ENDS),
    ("rejected by default before", claimed(6), RULING_ENDS + 1, "rejected", RULING_ENDS),
]


@pytest.mark.parametrize(
    ("milestone", "revoked_at", "state", "since"), [c[1:] for c in REVOKED_CLAIMS], ids=[c[0] for c in REVOKED_CLAIMS]
)
def test_milestone__organizer_revoked__open_claims_are_rejected_at_that_instant(
    milestone: Milestone, revoked_at: int, state: str, since: int
) -> None:
    for now in (revoked_at, revoked_at + 1, RULING_ENDS + DAY):
        assert phases.standing_at(FUNDED, milestone, NO_POOL, revoked_at, now) == (state, since)
        assert phases.milestone_ends_at(FUNDED, milestone, NO_POOL, revoked_at, now) is None


def claim_by(
    milestone: Milestone, previous: Milestone | None = None, revoked_at: int | None = None, now: int = 0
) -> int:
    return phases.claim_by(FUNDED, milestone, previous, NO_POOL, revoked_at, now or RULING_ENDS) - 30 * DAY


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
    assert claim_by(Milestone(due_date=due), previous) == latest


def test_claim_by__after_a_milestone_that_was_ruled_or_released_by_default__counts_from_there() -> None:
    current = Milestone(due_date=DEADLINE)
    assert claim_by(current, replace(claimed(2), state="released")) == RULING_ENDS
    ruled = replace(claimed(6), state="released", ruling="release", ruled_at=WINDOW_ENDS + 5)
    assert claim_by(current, ruled) == WINDOW_ENDS + 5


def test_claim_by__of_a_rejected_claim__counts_from_the_rejection() -> None:
    rejected = replace(claimed(6), due_date=DEADLINE)
    assert claim_by(rejected, now=RULING_ENDS - 1) == EXTENSION_ENDS
    assert claim_by(rejected, now=RULING_ENDS) == RULING_ENDS
    assert claim_by(rejected, revoked_at=WINDOW_ENDS + 3) == WINDOW_ENDS + 3
    assert claim_by(replace(claimed(), due_date=DEADLINE)) == EXTENSION_ENDS, "releasable"
    ruled = replace(rejected, ruling="reject", ruled_at=WINDOW_ENDS + 5)
    assert claim_by(ruled) == WINDOW_ENDS + 5
    assert claim_by(replace(ruled, due_date=RULING_ENDS + DAY)) == RULING_ENDS + DAY


def test_tranches__of_any_total__telescope_to_it() -> None:
    for raised in (0, 1, 99, 10_001, 2**96 - 1):
        shares = [3_333, 3_333, 1, 3_333]
        ends = [sum(shares[: i + 1]) for i in range(4)]
        parts = [phases.tranche(raised, end, end - share) for end, share in zip(ends, shares, strict=True)]
        assert sum(parts) == raised


def test_refundable__only_in_refunding_phases_and_once() -> None:
    refunding = (Phase.FAILED, Phase.CANCELED, Phase.LIVE)
    assert [phases.refundable(EMPTY, p, 7, refunded=False) for p in refunding] == [7, 7, 0]
    assert phases.refundable(EMPTY, Phase.FAILED, 7, refunded=True) == 0
    assert phases.refundable(EMPTY, Phase.TERMINATED, 0, refunded=False) == 0
    assert phases.withdrawable_until(EMPTY) == DEADLINE - DAY


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_refundable__of_a_terminated_campaign__parts_that_empty_the_books(order: tuple[int, ...]) -> None:
    pledges = (1, 34, 65)
    campaign = Campaign(state="terminated", raised=100, released=33, rest_pledged=100)
    for place, backer in enumerate(order):
        paid = phases.refundable(campaign, Phase.TERMINATED, pledges[backer], refunded=False)
        assert abs(paid - pledges[backer] * 67 / 100) < place + 1, "what rounding leaves falls to those after"
        campaign = replace(
            campaign, refunded=campaign.refunded + paid, rest_pledged=campaign.rest_pledged - pledges[backer]
        )
    assert (campaign.refunded, campaign.rest_pledged) == (67, 0)
