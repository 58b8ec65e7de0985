"""next_acts, on facts alone (tests/contracts proves it against the contract)
every window is half open, not empty, and not over
an act is legal in its window and at no other time from now on
checked by asking again at each edge, a second before and after
pledges
given less room than the least pledge: exactly the rest
given a pause or a suspension: from its end on, if that comes in time
given the stretch goal: none
milestones
claims until claim_by; after a claim objections, then a ruling if it is stopped, then its release or the next claim
termination by the organizer while nothing is open, by anyone from claim_by on, with no attempt left, or a revocation
given a revoked organizer: no act of the organizer
"""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.act_facts import enrolled
from api.acts import Act, ActName, Actor, AskedPool, Gates, next_acts
from indexer.store import phases
from indexer.store.models import Campaign, CampaignState, Entity, Milestone
from tests.api import rows as r
from tests.api.rows import DAY, NOW


def acts(
    campaign: Campaign | None = None,
    plan: list[Milestone] | None = None,
    organizer: Entity | None = None,
    gates: Gates | None = None,
    now: int = NOW,
    pools: Sequence[AskedPool] = (),
) -> dict[ActName, Act]:
    campaign = campaign or r.campaign(1)
    plan = plan or r.milestones(1, {}, {})
    found = next_acts(campaign, plan, organizer or r.entity(1), pools, gates or Gates(), now)
    return {act.name: act for act in found}


# Pledges


@pytest.mark.parametrize(
    "raised, least, most",
    [(0, 10, 2_000), (1_000, 10, 1_000), (1_990, 10, 10), (1_991, 9, 9), (1_999, 1, 1)],
)
def test_pledge__by_what_is_left__is_bounded(raised: int, least: int, most: int) -> None:
    pledge = acts(r.campaign(1, raised=raised))[ActName.PLEDGE]

    assert (pledge.min_amount, pledge.max_amount) == (least, most)


def test_pledge__without_a_minimum__needs_one_unit() -> None:
    assert acts(r.campaign(1, min_pledge=0))[ActName.PLEDGE].min_amount == 1


def test_pledge__at_the_stretch_goal__is_over() -> None:
    assert ActName.PLEDGE not in acts(r.campaign(1, raised=2_000))


def test_pledge__in_a_delisted_currency__is_over() -> None:
    assert ActName.PLEDGE not in acts(gates=Gates(currency_listed=False))


@pytest.mark.parametrize("raised, end", [(999, 30 * DAY), (1_000, 40 * DAY)])
def test_pledge__above_the_goal__goes_on_in_the_extension(raised: int, end: int) -> None:
    assert acts(r.campaign(1, raised=raised))[ActName.PLEDGE].ends_at == NOW + end


@pytest.mark.parametrize("until", [NOW + DAY, NOW + 30 * DAY - 1])
def test_pledge__while_paused_or_suspended__begins_afterwards(until: int) -> None:
    assert acts(gates=Gates(paused_until=until))[ActName.PLEDGE].starts_at == until
    assert acts(organizer=r.entity(1, suspended_until=until))[ActName.PLEDGE].starts_at == until


def test_pledge__paused_to_the_end__never_begins() -> None:
    found = acts(gates=Gates(paused_until=NOW + 30 * DAY))

    assert ActName.PLEDGE not in found
    assert ActName.CANCEL in found


def test_withdraw__without_a_pledge__is_not_offered() -> None:
    assert ActName.WITHDRAW not in acts()
    assert acts(r.campaign(1, raised=5))[ActName.WITHDRAW].ends_at == NOW + 24 * DAY


# Reviews and cancellations


def test_review__of_a_submission__excludes_the_parties() -> None:
    waiting = r.campaign(1, state=CampaignState.SUBMITTED, submitted_at=NOW - DAY, opens_at=NOW + 60 * DAY)

    approve = acts(waiting)[ActName.APPROVE]

    assert (approve.by, approve.ends_at) == (Actor.REVIEWER, NOW + 29 * DAY)
    assert approve.excluded == (r.entity(1).account, r.PAYOUT)


def test_review__of_a_closed_contract__is_not_offered() -> None:
    waiting = r.campaign(1, state=CampaignState.SUBMITTED, submitted_at=NOW - DAY, opens_at=NOW + DAY)

    assert ActName.REJECT not in acts(waiting, gates=Gates(closed=True))


def test_cancel__at_the_goal__is_not_offered() -> None:
    assert ActName.CANCEL in acts(r.campaign(1, raised=999))
    assert ActName.CANCEL not in acts(r.campaign(1, raised=1_000))


# Refunds


def test_refund__of_a_campaign_below_its_goal__begins_at_the_deadline() -> None:
    refund = acts(r.campaign(1, raised=900, refunded=0))[ActName.REFUND]

    assert (refund.by, refund.starts_at, refund.ends_at, refund.max_amount) == (Actor.ANYONE, NOW + 30 * DAY, None, 900)


def test_refund__when_all_is_back__is_over() -> None:
    assert ActName.REFUND not in acts(r.campaign(1, raised=900, refunded=900), now=NOW + 31 * DAY)


def test_refund__after_a_revocation__begins_with_it() -> None:
    found = acts(r.campaign(1, raised=1_500), organizer=r.entity(1, revoked_at=NOW - DAY))

    assert found[ActName.REFUND].starts_at == NOW - DAY
    assert set(found) == {ActName.REFUND, ActName.CHANGE_PAYOUT_ACCOUNT}


# Milestones

DELIVERING: dict[str, Any] = {"raised": 1_501, "extension": 0}
LATER = NOW + 31 * DAY


def test_claim__of_the_first_milestone__runs_from_the_end_of_pledging() -> None:
    claim = acts(r.campaign(1, **DELIVERING), now=LATER)[ActName.CLAIM]

    assert (claim.by, claim.milestone) == (Actor.ORGANIZER, 0)
    assert (claim.starts_at, claim.ends_at) == (NOW + 30 * DAY, NOW + 90 * DAY)


def test_claim__of_a_revoked_organizer__is_not_offered() -> None:
    revoked = r.entity(1, revoked_at=NOW + 30 * DAY)

    assert ActName.CLAIM not in acts(r.campaign(1, **DELIVERING), organizer=revoked, now=LATER)


def test_release__of_a_claim__begins_at_the_end_of_its_window() -> None:
    plan = r.milestones(1, {"window_ends_at": LATER + DAY, "state": "claimed"}, {})

    found = acts(r.campaign(1, **DELIVERING), plan, now=LATER)

    assert ActName.CLAIM not in found
    release = found[ActName.RELEASE]
    assert (release.starts_at, release.ends_at, release.max_amount) == (LATER + DAY, None, 750)


def test_release__after_a_revocation__stays_if_it_was_releasable() -> None:
    campaign, revoked = r.campaign(1, **DELIVERING), r.entity(1, revoked_at=NOW + 30 * DAY + 9)

    plan = r.milestones(1, {"window_ends_at": NOW + 30 * DAY + 9, "state": "claimed", "attempts": 1}, {})
    assert acts(campaign, plan, revoked, now=LATER)[ActName.RELEASE].is_legal_at(LATER)
    plan = r.milestones(1, {"window_ends_at": NOW + 30 * DAY + 10, "state": "claimed", "attempts": 1}, {})
    found = acts(campaign, plan, revoked, now=LATER)
    assert set(found) == {ActName.TERMINATE, ActName.CHANGE_PAYOUT_ACCOUNT}
    terminate = found[ActName.TERMINATE]
    assert (terminate.by, terminate.starts_at, terminate.ends_at) == (Actor.ANYONE, NOW + 30 * DAY + 9, None)


def claim(**changes: Any) -> dict[str, Any]:
    """Return what a claim makes of a milestone: claimed at LATER, for three days."""
    return {
        "state": "claimed",
        "attempts": 1,
        "claimed_at": LATER,
        "window_ends_at": LATER + 3 * DAY,
    } | changes


WINDOW_ENDS, RULING_ENDS = LATER + 3 * DAY, LATER + 10 * DAY
BACKED = r.campaign(1, **DELIVERING, members=4)


def windows(changes: dict[str, Any], organizer: Entity | None = None, now: int = LATER) -> list[tuple[Any, ...]]:
    """Return (act, by, start, end, milestone, attempt) of the acts on a milestone."""
    found = next_acts(BACKED, r.milestones(1, changes, {}), organizer or r.entity(1), (), Gates(), now)
    return [(a.name, a.by, a.starts_at, a.ends_at, a.attempt) for a in found if a.milestone == 0]


OBJECT = (ActName.OBJECT, Actor.BACKER, LATER, WINDOW_ENDS, 1)
RULE = (ActName.RULE, Actor.ARBITER, WINDOW_ENDS, RULING_ENDS, 1)


def released_from(start: int) -> tuple[Any, ...]:
    return (ActName.RELEASE, Actor.ANYONE, start, None, None)


def claimable_from(start: int, attempt: int, due: int = NOW + 60 * DAY) -> list[tuple[Any, ...]]:
    claim_by = max(start, due) + 30 * DAY
    return [
        (ActName.CLAIM, Actor.ORGANIZER, start, claim_by, attempt),
        (ActName.TERMINATE, Actor.ORGANIZER, start, claim_by, None),
        (ActName.TERMINATE, Actor.ANYONE, claim_by, None, None),
    ]


def test_claimed__without_objections__is_released_by_time() -> None:
    assert windows(claim()) == [OBJECT, released_from(WINDOW_ENDS)]
    assert windows(claim(objectors=1, objected_amount=750)) == [OBJECT, released_from(WINDOW_ENDS)]


def test_claimed__with_everybody_against_it__has_nobody_left_to_object() -> None:
    assert windows(claim(objectors=4, objected_amount=1_501)) == [RULE, *claimable_from(RULING_ENDS, 2)]


def test_claimed__with_some_against_it__can_be_ruled_on_and_is_then_released() -> None:
    assert windows(claim(objectors=2, objected_amount=9)) == [OBJECT, RULE, released_from(RULING_ENDS)]
    assert windows(claim(objectors=2, objected_amount=9), now=WINDOW_ENDS) == [RULE, released_from(RULING_ENDS)]


@pytest.mark.parametrize("against", [{"objectors": 3}, {"objected_amount": 751}])
def test_claimed__with_most_against_it__can_be_claimed_again_after_the_ruling_window(against: dict[str, int]) -> None:
    assert windows(claim(**against)) == [OBJECT, RULE, *claimable_from(RULING_ENDS, 2)]
    assert windows(claim(**against), now=RULING_ENDS + 1) == claimable_from(RULING_ENDS, 2)


def test_ruled__for_release_or_not__is_so_at_once() -> None:
    ruled = claim(objectors=3, state="ruled", ruled_at=WINDOW_ENDS + 5)

    assert windows(ruled | {"ruling": "release"}, now=WINDOW_ENDS + 5) == [released_from(WINDOW_ENDS + 5)]
    again = claimable_from(WINDOW_ENDS + 5, 2)
    assert windows(ruled | {"ruling": "reject"}, now=WINDOW_ENDS + 5) == again


def test_rejected__late__has_thirty_days_from_there() -> None:
    late = claim(objectors=3, due_date=NOW + 30 * DAY)

    assert windows(late, now=RULING_ENDS) == claimable_from(RULING_ENDS, 2, due=0)


def test_rejected__for_the_third_time__leaves_only_termination() -> None:
    last = claim(objectors=3, attempts=3)

    assert windows(last, now=RULING_ENDS) == [(ActName.TERMINATE, Actor.ANYONE, RULING_ENDS, None, None)]


def test_rule__of_a_closed_contract__is_not_offered() -> None:
    plan = r.milestones(1, claim(objectors=3), {})

    assert ActName.RULE in acts(BACKED, plan, now=LATER)
    assert ActName.RULE not in acts(BACKED, plan, gates=Gates(closed=True), now=LATER)
    assert acts(BACKED, plan, now=LATER)[ActName.RULE].excluded == (r.entity(1).account, r.PAYOUT)


def test_terminate__of_a_planned_milestone__is_the_organizers_until_claim_by() -> None:
    assert windows({}) == claimable_from(NOW + 30 * DAY, 1)
    revoked = r.entity(1, revoked_at=LATER)
    assert windows({}, revoked) == [(ActName.TERMINATE, Actor.ANYONE, LATER, None, None)]


def test_refund__after_a_termination__shares_what_is_not_released() -> None:
    ended = r.campaign(1, **DELIVERING, state="terminated", terminated_at=LATER, released=750, refunded=51)

    refund = acts(ended, now=LATER)[ActName.REFUND]

    assert (refund.by, refund.starts_at, refund.ends_at, refund.max_amount) == (Actor.ANYONE, LATER, None, 700)
    ended.refunded = 751
    assert ActName.REFUND not in acts(ended, now=LATER)


def test_update__of_any_campaign__is_the_organizers() -> None:
    for state in CampaignState:
        found = acts(r.campaign(1, state=state, terminated_at=NOW, canceled_at=NOW))
        assert (found[ActName.POST_UPDATE].by, found[ActName.POST_UPDATE].ends_at) == (Actor.ORGANIZER, None)
    assert ActName.POST_UPDATE not in acts(organizer=r.entity(1, revoked_at=NOW))


def test_collect__of_what_was_booked__is_legal_in_any_phase() -> None:
    released = {"state": "released", "window_ends_at": LATER, "released_at": LATER}
    plan = r.milestones(1, released, {})
    booked = r.campaign(1, **DELIVERING, released=750, collected=50, current_milestone=1)

    collect = acts(booked, plan, now=LATER)[ActName.COLLECT]

    assert (collect.by, collect.starts_at, collect.ends_at, collect.max_amount) == (Actor.ANYONE, LATER, None, 700)


# All together


Situation = tuple[Campaign, list[Milestone], Entity, list[AskedPool], Gates, int]


@st.composite
def pools_of(draw: st.DrawFn, raised: int) -> list[AskedPool]:
    """Draw up to three pools that a campaign asked for."""
    at = lambda low, high: draw(st.integers(low, high))  # noqa: E731
    pools: list[AskedPool] = []
    for number in range(at(0, 3)):
        terms = {"opens_at": at(0, 60), "ends_at": at(61, 90), "campaign_cap": at(1, 2_000), "manager": number + 2}
        pool = draw(st.sampled_from([r.pool, r.gift]))(number + 1, **terms)
        pool.min_raised, pool.min_members = at(1, 5), at(0, 2)
        manager = r.entity(number + 2, kinds=at(1, 2), verified_until=at(30, 99), suspended_until=at(0, 80))
        place = len(enrolled(pools)) if draw(st.booleans()) else None
        owed = {"reserved": at(0, raised), "qualifying_members": at(0, 2), "requested_at": 1}
        pools.append(AskedPool(pool, r.reservation(number + 1, 1, place, **owed), manager, [r.entity(at(1, 9))], []))
    return pools


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """Draw coherent facts and a time at which they may be read."""
    at = lambda low, high: draw(st.integers(low, high))  # noqa: E731
    opens_at = at(5, 20)
    deadline = opens_at + at(3, 20)
    goal = at(1, 4)
    state = draw(st.sampled_from([CampaignState.SUBMITTED, CampaignState.APPROVED, CampaignState.CANCELED]))
    extension = at(0, 10)
    claimed_at = draw(st.none() | st.integers(deadline + extension, 60))
    # What has happened was legal when it did: only the future is asked.
    now = at(claimed_at or 1, 70)
    raised = at(goal if claimed_at else 0, 5) if state == CampaignState.APPROVED and now >= opens_at else 0
    campaign = r.campaign(
        1,
        state=state,
        submitted_at=1,
        opens_at=opens_at,
        deadline=deadline,
        extension=extension,
        withdrawal_cutoff=at(1, 3),
        goal=goal,
        stretch_goal=5,
        raised=raised,
        min_pledge=at(0, goal),
        milestone_count=1,
        canceled_at=1 if state == CampaignState.CANCELED else None,
        ruling_window=7,
        members=5,
    )
    window_ends_at = claimed_at and claimed_at + 5
    pools = draw(pools_of(raised))
    bits = {"objected_pools": at(0, (1 << len(enrolled(pools))) - 1)}
    against = {"objectors": at(0, 4), "objected_amount": at(0, raised), **bits} if claimed_at else {}
    ruled_at = at(window_ends_at, now) if window_ends_at and now >= window_ends_at and draw(st.booleans()) else None
    ruling = {"ruled_at": ruled_at, "ruling": draw(st.sampled_from(["release", "reject"]))} if ruled_at else {}
    last = {"claimed_at": claimed_at, "window_ends_at": window_ends_at, "attempts": at(1, 3) if claimed_at else 0}
    plan = r.milestones(1, {"due_date": deadline + at(0, 5), **last, **against, **ruling})
    revoked_at = draw(st.none() | st.integers(1, now))
    organizer = r.entity(1, suspended_until=at(0, 80), revoked_at=revoked_at)
    return campaign, plan, organizer, pools, Gates(draw(st.booleans()), at(0, 80), at(0, 80)), now


@settings(max_examples=200, deadline=None)
@given(situation=situations())
def test_next_acts__asked_again_later__says_the_same(situation: Situation) -> None:
    """What was announced for a time is what is legal when that time has come, if nothing happened."""
    *facts, now = situation
    announced = next_acts(*facts, now)
    assert all(act.ends_at is None or max(now, act.starts_at) < act.ends_at for act in announced)

    for later in range(now, 100):
        legal = {act.name for act in next_acts(*facts, later) if act.is_legal_at(later)}

        assert legal == {act.name for act in announced if act.is_legal_at(later)}, f"at {later} of {announced}"


@settings(max_examples=200, deadline=None)
@given(situation=situations())
def test_next_acts__in_a_phase__are_those_of_the_phase(situation: Situation) -> None:
    campaign, _, organizer, _, _, now = situation
    phase = phases.phase_at(campaign, organizer.revoked_at, now)
    of_phase = {
        phases.Phase.SUBMITTED: {ActName.APPROVE, ActName.REJECT, ActName.CANCEL},
        phases.Phase.APPROVED: {ActName.CANCEL, ActName.REQUEST_POOL, ActName.ENROL},
        phases.Phase.LIVE: {
            *(ActName.CANCEL, ActName.PLEDGE, ActName.WITHDRAW),
            *(ActName.REQUEST_POOL, ActName.ENROL),
        },
        phases.Phase.EXTENSION: {ActName.PLEDGE, ActName.REQUEST_POOL, ActName.ENROL},
        phases.Phase.DELIVERING: {
            *(ActName.CLAIM, ActName.OBJECT, ActName.RULE),
            *(ActName.RELEASE, ActName.TERMINATE, ActName.SETTLE),
        },
        phases.Phase.FAILED: {ActName.REFUND, ActName.SETTLE},
        phases.Phase.CANCELED: {ActName.REFUND, ActName.SETTLE},
    }

    legal = {act.name for act in next_acts(*situation) if act.is_legal_at(now)}

    assert legal <= of_phase.get(phase, set()) | {ActName.CHANGE_PAYOUT_ACCOUNT, ActName.POST_UPDATE}
