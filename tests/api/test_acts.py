"""next_acts, on facts alone (tests/contracts proves it against the contract)
every window is half open, not empty, and not over
an act is legal in its window and at no other time from now on
checked by asking again at each edge, a second before and after
pledges
given less room than the least pledge: exactly the rest
given a pause or a suspension: from its end on, if that comes in time
given the stretch goal: none
milestones
claims until claim_by; after a claim its release
given a revoked organizer: no act of the organizer
"""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.acts import Act, ActName, Actor, Gates, next_acts
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
) -> dict[ActName, Act]:
    campaign = campaign or r.campaign(1)
    found = next_acts(campaign, plan or r.milestones(1, {}, {}), organizer or r.entity(1), gates or Gates(), now)
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


def test_release__after_a_revocation__stays() -> None:
    plan = r.milestones(1, {"window_ends_at": LATER, "state": "claimed"}, {})
    revoked = r.entity(1, revoked_at=NOW + 30 * DAY)

    assert acts(r.campaign(1, **DELIVERING), plan, revoked, now=LATER)[ActName.RELEASE].is_legal_at(LATER)


def test_collect__of_what_was_booked__is_legal_in_any_phase() -> None:
    released = {"state": "released", "window_ends_at": LATER, "released_at": LATER}
    plan = r.milestones(1, released, {})
    booked = r.campaign(1, **DELIVERING, released=750, collected=50, current_milestone=1)

    collect = acts(booked, plan, now=LATER)[ActName.COLLECT]

    assert (collect.by, collect.starts_at, collect.ends_at, collect.max_amount) == (Actor.ANYONE, LATER, None, 700)


# All together


@st.composite
def situations(draw: st.DrawFn) -> tuple[Campaign, list[Milestone], Entity, Gates, int]:
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
    )
    plan = r.milestones(1, {"due_date": deadline + at(0, 5), "window_ends_at": claimed_at and claimed_at + 5})
    revoked_at = draw(st.none() | st.integers(1, now))
    organizer = r.entity(1, suspended_until=at(0, 80), revoked_at=revoked_at)
    return campaign, plan, organizer, Gates(draw(st.booleans()), at(0, 80)), now


@settings(max_examples=200, deadline=None)
@given(situation=situations())
def test_next_acts__asked_again_later__says_the_same(
    situation: tuple[Campaign, list[Milestone], Entity, Gates, int],
) -> None:
    """What was announced for a time is what is legal when that time has come, if nothing happened."""
    *facts, now = situation
    announced = next_acts(*facts, now)
    assert all(act.ends_at is None or max(now, act.starts_at) < act.ends_at for act in announced)

    for later in range(now, 100):
        legal = {act.name for act in next_acts(*facts, later) if act.is_legal_at(later)}

        assert legal == {act.name for act in announced if act.is_legal_at(later)}, f"at {later} of {announced}"


@settings(max_examples=200, deadline=None)
@given(situation=situations())
def test_next_acts__in_a_phase__are_those_of_the_phase(
    situation: tuple[Campaign, list[Milestone], Entity, Gates, int],
) -> None:
    campaign, _, organizer, _, now = situation
    phase = phases.phase_at(campaign, organizer.revoked_at, now)
    of_phase = {
        phases.Phase.SUBMITTED: {ActName.APPROVE, ActName.REJECT, ActName.CANCEL},
        phases.Phase.APPROVED: {ActName.CANCEL},
        phases.Phase.LIVE: {ActName.CANCEL, ActName.PLEDGE, ActName.WITHDRAW},
        phases.Phase.EXTENSION: {ActName.PLEDGE},
        phases.Phase.DELIVERING: {ActName.CLAIM, ActName.RELEASE},
        phases.Phase.FAILED: {ActName.REFUND},
        phases.Phase.CANCELED: {ActName.REFUND},
    }

    legal = {act.name for act in next_acts(*situation) if act.is_legal_at(now)}

    assert legal <= of_phase.get(phase, set()) | {ActName.CHANGE_PAYOUT_ACCOUNT}
