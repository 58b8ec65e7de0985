"""terminate, what revocation does to a claim, and refunds after a termination

given no such campaign, or another phase than Delivering          -> refused (test_delivery_phases.py)
given the current milestone is Claimed, Stopped or Releasable     -> refused, also for the organizer, also after claimBy
given it is Planned or Rejected
    when the organizer calls                                      -> Terminated
    when anyone else calls
        before claimBy, attempts left                             -> refused
        from claimBy on, which a rejection moves                  -> Terminated
        after the third rejection                                 -> Terminated at once
        when the organizer's entity is revoked                    -> Terminated at once
given the organizer's entity is revoked
    when the claim is open or stopped                             -> Rejected from that second
    when it is Releasable, also by a ruling                       -> stays so, and is released
given Terminated
    then milestones are over, news and what is booked are not     -> for good
    refund, with rests of pledges and of what is not released     -> floor(pledge * restUnreleased / restPledged)
        in any order                                              -> the last one empties the books
        at each step                                              -> never more than the part of those that remain
"""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.campaign_phases import MilestoneState, Phase
from tests.contracts.conftest import act_at, now, travel_to
from tests.contracts.expect import emits, reverts
from tests.contracts.isolation import isolated

BPS = 10_000
#: Milestones due so early that other instants set `claimBy`.
EARLY = ((3_333, 0), (3_334, 1), (3_333, 2))
OTHERS = ("backer", "payout", "reviewer", "arbiter", "town", "stranger")


def state_of(crowdfunding, campaign_id, index=0):
    return MilestoneState(crowdfunding.milestone(campaign_id, index).state)


@pytest.fixture(params=["Claimed", "Stopped", "Releasable"])
def unsettled(request, campaigns):
    """(id of a campaign whose second milestone is in a state in which nobody may terminate, that state)"""
    campaign_id = campaigns.reach(Phase.Delivering)
    campaigns.claim_and_release(campaign_id)
    {"Claimed": campaigns.open_claim, "Stopped": campaigns.stop, "Releasable": campaigns.claim}[request.param](
        campaign_id
    )
    return campaign_id, MilestoneState[request.param]


def test_terminate__claim_not_settled__reverts(unsettled, crowdfunding, people):
    campaign_id, state = unsettled
    for sender in (people.organizer, people.stranger):
        with reverts(crowdfunding.Crowdfunding_WrongMilestoneState, campaignId=campaign_id, milestone=1, state=state):
            crowdfunding.terminate(campaign_id, sender=sender)


@pytest.mark.parametrize("state", [MilestoneState.Claimed, MilestoneState.Stopped, MilestoneState.Releasable])
def test_terminate__claimed_in_the_last_second_and_claim_by_over__reverts(campaigns, crowdfunding, people, state):
    """A claim in time can't be outrun."""
    campaign_id = campaigns.reach(Phase.Delivering, milestones=EARLY)
    claim_by = crowdfunding.milestone(campaign_id, 0).claimBy
    act_at(claim_by - 1)
    window_ends_at = campaigns.open_claim(campaign_id)
    if state == MilestoneState.Stopped:
        campaigns.object(campaign_id, people.backer)
    travel_to(claim_by + 1 if state == MilestoneState.Claimed else window_ends_at)
    with reverts(crowdfunding.Crowdfunding_WrongMilestoneState, campaignId=campaign_id, milestone=0, state=state):
        crowdfunding.terminate(campaign_id, sender=people.stranger)


@pytest.mark.parametrize("role", OTHERS)
def test_terminate__before_claim_by_by_another__reverts(campaigns, crowdfunding, people, entities, role):
    campaign_id = campaigns.reach(Phase.Delivering)
    claim_by = crowdfunding.milestone(campaign_id, 0).claimBy
    act_at(claim_by - 1)
    with reverts(crowdfunding.Crowdfunding_TerminateTooEarly, campaignId=campaign_id, claimBy=claim_by):
        crowdfunding.terminate(campaign_id, sender=getattr(people, role))


@pytest.mark.parametrize("offset", [-1, 0, 1])
@pytest.mark.parametrize("waits_for", ["due date", "end of pledging", "release before", "ruling", "no ruling"])
def test_terminate__around_claim_by__anyone_from_that_second(campaigns, crowdfunding, people, waits_for, offset):
    """By each of the instants that claimBy may follow from."""
    campaign_id = campaigns.reach(Phase.Delivering, milestones=d.MILESTONES if waits_for == "due date" else EARLY)
    campaign = crowdfunding.campaign(campaign_id)
    match waits_for:
        case "due date":
            waited_for = campaign.deadline + d.MILESTONES[0][1]
        case "end of pledging":
            waited_for = campaign.pledgingEndsAt
        case "release before":
            waited_for = campaigns.open_claim(campaign_id)
            travel_to(waited_for + 9 * DAY)
            crowdfunding.releaseMilestone(campaign_id, sender=people.stranger)
        case "ruling":
            waited_for = campaigns.reject(campaign_id)
        case "no ruling":
            waited_for = campaigns.stop(campaign_id) + d.RULING_WINDOW
    claim_by = waited_for + d.CLAIM_DURATION
    act_at(claim_by + offset)
    if offset < 0:
        with reverts(crowdfunding.Crowdfunding_TerminateTooEarly, campaignId=campaign_id, claimBy=claim_by):
            crowdfunding.terminate(campaign_id, sender=people.stranger)
    else:
        crowdfunding.terminate(campaign_id, sender=people.stranger)
        assert crowdfunding.phase(campaign_id) == Phase.Terminated


@pytest.mark.parametrize("role", ["organizer", *OTHERS])
def test_terminate__attempts_spent__anyone_at_once(campaigns, crowdfunding, people, entities, role):
    campaign_id = campaigns.reach(Phase.Delivering)
    campaigns.reject(campaign_id)
    campaigns.reject(campaign_id)
    claim_by = crowdfunding.milestone(campaign_id, 0).claimBy
    with reverts(crowdfunding.Crowdfunding_TerminateTooEarly, campaignId=campaign_id, claimBy=claim_by):
        crowdfunding.terminate(campaign_id, sender=people.stranger)
    campaigns.reject(campaign_id)
    assert now() < crowdfunding.milestone(campaign_id, 0).claimBy
    crowdfunding.terminate(campaign_id, sender=getattr(people, role))
    assert crowdfunding.phase(campaign_id) == Phase.Terminated


@pytest.mark.parametrize("offset", [-1, 0])
def test_terminate__third_attempt_stopped__anyone_from_the_end_of_the_ruling_window(
    campaigns, crowdfunding, people, offset
):
    campaign_id = campaigns.reach(Phase.Delivering)
    campaigns.reject(campaign_id)
    campaigns.reject(campaign_id)
    act_at(campaigns.stop(campaign_id) + d.RULING_WINDOW + offset)
    if offset < 0:
        with reverts(
            crowdfunding.Crowdfunding_WrongMilestoneState,
            campaignId=campaign_id,
            milestone=0,
            state=MilestoneState.Stopped,
        ):
            crowdfunding.terminate(campaign_id, sender=people.stranger)
    else:
        crowdfunding.terminate(campaign_id, sender=people.stranger)


@pytest.mark.parametrize("rejected", [False, True])
def test_terminate__by_the_organizer__at_once(campaigns, crowdfunding, euro, people, rejected):
    raised = d.GOAL + 7
    campaign_id = campaigns.reach(Phase.Delivering, raised=raised, milestones=EARLY)
    campaigns.claim_and_release(campaign_id)
    if rejected:
        campaigns.reject(campaign_id)
    released = raised * 3_333 // BPS

    tx = crowdfunding.terminate(campaign_id, sender=people.organizer)

    emits(
        tx,
        crowdfunding.CampaignTerminated(
            campaignId=campaign_id,
            account=people.organizer,
            restPledged=raised,
            restUnreleased=raised - released,
            oldPhase=Phase.Delivering,
            newPhase=Phase.Terminated,
        ),
    )
    campaign = crowdfunding.campaign(campaign_id)
    assert (campaign.phase, campaign.raised, campaign.released, campaign.refunded) == (
        Phase.Terminated,
        raised,
        released,
        0,
    ), "campaign"
    assert (campaign.releasedBps, campaign.currentMilestone) == (3_333, 1), "milestones"
    assert crowdfunding.milestone(campaign_id, 1).claimBy == 0, "nothing to claim any more"
    assert euro.balanceOf(crowdfunding) == raised, "no money moves"


def test_terminate__organizers_account_changed__belongs_to_the_new_account(
    campaigns, crowdfunding, move_entity, people, entities
):
    campaign_id = campaigns.reach(Phase.Delivering)
    claim_by = crowdfunding.milestone(campaign_id, 0).claimBy
    move_entity(entities["organizer"], people.stranger)
    with reverts(crowdfunding.Crowdfunding_TerminateTooEarly, campaignId=campaign_id, claimBy=claim_by):
        crowdfunding.terminate(campaign_id, sender=people.organizer)
    crowdfunding.terminate(campaign_id, sender=people.stranger)


def test_terminated__milestone_acts__are_over_for_good(campaigns, crowdfunding, people):
    campaign_id = campaigns.reach(Phase.Delivering)
    campaigns.claim_and_release(campaign_id)
    crowdfunding.terminate(campaign_id, sender=people.organizer)
    travel_to(now() + 1_000 * DAY)
    refused = {"campaignId": campaign_id, "phase": Phase.Terminated}
    with reverts(crowdfunding.Crowdfunding_WrongPhase, **refused):
        crowdfunding.claimMilestone(campaign_id, d.HASH, sender=people.organizer)
    with reverts(crowdfunding.Crowdfunding_WrongPhase, **refused):
        crowdfunding.releaseMilestone(campaign_id, sender=people.stranger)
    with reverts(crowdfunding.Crowdfunding_WrongPhase, **refused):
        crowdfunding.terminate(campaign_id, sender=people.organizer)


def test_terminated__booked_and_not_collected__is_collected(campaigns, crowdfunding, euro, people):
    campaign_id = campaigns.reach(Phase.Delivering, raised=d.GOAL + 7, milestones=EARLY)
    campaigns.claim_and_release(campaign_id)
    crowdfunding.terminate(campaign_id, sender=people.organizer)
    released = (d.GOAL + 7) * 3_333 // BPS
    crowdfunding.refund(campaign_id, people.backer, sender=people.stranger)
    assert euro.balanceOf(crowdfunding) == released, "refunds leave what is booked"
    assert crowdfunding.collect(campaign_id, sender=people.stranger).return_value == released
    assert euro.balanceOf(crowdfunding) == 0


# ---------------------------------------------------------------------------------------------------- revocation


def test_revocation__planned__anyone_terminates_at_once(campaigns, crowdfunding, people, entities, revoke_entity):
    campaign_id = campaigns.reach(Phase.Delivering)
    revoke_entity(entities["organizer"])
    assert state_of(crowdfunding, campaign_id) == MilestoneState.Planned
    assert now() < crowdfunding.milestone(campaign_id, 0).claimBy
    crowdfunding.terminate(campaign_id, sender=people.stranger)


@pytest.mark.parametrize("objection", [False, True])
def test_revocation__claim_open__is_rejected_in_that_second(
    campaigns, crowdfunding, people, entities, revoke_entity, objection
):
    campaign_id = campaigns.funded_by({people.backer: 600, people.second_backer: 400}, milestones=EARLY)
    campaigns.open_claim(campaign_id)
    if objection:
        campaigns.object(campaign_id, people.backer)
    revoked_at = revoke_entity(entities["organizer"]).timestamp
    assert now() == revoked_at
    milestone = crowdfunding.milestone(campaign_id, 0)
    assert (milestone.state, milestone.claimBy) == (MilestoneState.Rejected, revoked_at + d.CLAIM_DURATION)
    rejected = {"campaignId": campaign_id, "milestone": 0, "state": MilestoneState.Rejected}
    with reverts(crowdfunding.Crowdfunding_WrongMilestoneState, **rejected):
        crowdfunding.object(campaign_id, 0, 1, sender=people.second_backer)
    travel_to(milestone.windowEndsAt)
    assert state_of(crowdfunding, campaign_id) == MilestoneState.Rejected, "for good"
    with reverts(crowdfunding.Crowdfunding_WrongMilestoneState, **rejected):
        crowdfunding.releaseMilestone(campaign_id, sender=people.stranger)
    crowdfunding.terminate(campaign_id, sender=people.stranger)


def test_revocation__claim_stopped__is_rejected_in_that_second(
    campaigns, crowdfunding, people, entities, revoke_entity
):
    campaign_id = campaigns.reach(Phase.Delivering, milestones=EARLY)
    campaigns.stop(campaign_id)
    revoked_at = revoke_entity(entities["organizer"]).timestamp
    milestone = crowdfunding.milestone(campaign_id, 0)
    assert (milestone.state, milestone.rulingEndsAt) == (MilestoneState.Rejected, 0)
    assert milestone.claimBy == revoked_at + d.CLAIM_DURATION
    with reverts(
        crowdfunding.Crowdfunding_WrongMilestoneState,
        campaignId=campaign_id,
        milestone=0,
        state=MilestoneState.Rejected,
    ):
        crowdfunding.rule(campaign_id, 0, 1, True, d.REASON, sender=people.arbiter)
    crowdfunding.terminate(campaign_id, sender=people.stranger)


def test_revocation__rejected_before__stays_rejected_from_then(
    campaigns, crowdfunding, people, entities, revoke_entity
):
    campaign_id = campaigns.reach(Phase.Delivering, milestones=EARLY)
    rejected_at = campaigns.reject(campaign_id)
    revoke_entity(entities["organizer"])
    milestone = crowdfunding.milestone(campaign_id, 0)
    assert (milestone.state, milestone.claimBy) == (MilestoneState.Rejected, rejected_at + d.CLAIM_DURATION)
    crowdfunding.terminate(campaign_id, sender=people.stranger)


@pytest.mark.parametrize("by_ruling", [False, True])
def test_revocation__releasable__stays_and_is_released(
    campaigns, crowdfunding, people, entities, revoke_entity, by_ruling
):
    campaign_id = campaigns.reach(Phase.Delivering)
    if by_ruling:
        campaigns.stop(campaign_id)
        campaigns.rule(campaign_id, release=True)
    else:
        campaigns.claim(campaign_id)
    revoke_entity(entities["organizer"])
    refused = {"campaignId": campaign_id, "milestone": 0, "state": MilestoneState.Releasable}
    with reverts(crowdfunding.Crowdfunding_WrongMilestoneState, **refused):
        crowdfunding.terminate(campaign_id, sender=people.stranger)
    travel_to(now() + 200 * DAY)
    crowdfunding.releaseMilestone(campaign_id, sender=people.stranger)
    crowdfunding.terminate(campaign_id, sender=people.stranger)
    assert crowdfunding.refund(campaign_id, people.backer, sender=people.stranger).return_value == d.GOAL * 7 // 10


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_revocation__around_the_end_of_the_window__rejects_only_before(
    campaigns, lab, crowdfunding, registry, people, entities, offset
):
    """The revocation comes in the last second of the window, in the first second after it, or one later."""
    campaign_id = campaigns.reach(Phase.Delivering)
    window_ends_at = campaigns.open_claim(campaign_id)
    arguments = (entities["organizer"], d.REASON)
    calldata = registry.revoke.encode_input(*arguments)
    lab.authority.schedule(registry, calldata, 0, sender=people.registrar)
    act_at(window_ends_at + offset)
    registry.revoke(*arguments, sender=people.registrar)
    expected = MilestoneState.Rejected if offset < 0 else MilestoneState.Releasable
    assert state_of(crowdfunding, campaign_id) == expected
    travel_to(window_ends_at + d.RULING_WINDOW)
    assert state_of(crowdfunding, campaign_id) == expected, "for good"


# ------------------------------------------------------------------------------------------------------- refunds


def test_refund__terminated__is_pro_rata_to_the_unit(campaigns, crowdfunding, euro, people):
    pledges = {people.backer: 701, people.second_backer: 199, people.member: 103}
    campaign_id = campaigns.funded_by(pledges, milestones=EARLY)
    campaigns.claim_and_release(campaign_id)
    released = 1_003 * 3_333 // BPS
    assert [crowdfunding.refundable(campaign_id, backer) for backer in pledges] == [0, 0, 0]
    crowdfunding.terminate(campaign_id, sender=people.organizer)
    rest_pledged, rest_unreleased, refunded = 1_003, 1_003 - released, 0
    for backer, amount in pledges.items():
        before = euro.balanceOf(backer)
        expected = amount * rest_unreleased // rest_pledged
        assert crowdfunding.refundable(campaign_id, backer) == expected

        tx = crowdfunding.refund(campaign_id, backer, sender=people.stranger)

        refunded += expected
        assert tx.return_value == expected, "return value"
        emits(
            tx,
            crowdfunding.PledgeRefunded(campaignId=campaign_id, backer=backer, amount=expected, refunded=refunded),
            euro.Transfer(**{"from": crowdfunding, "to": backer, "value": expected}),
        )
        rest_pledged, rest_unreleased = rest_pledged - amount, rest_unreleased - expected
        assert euro.balanceOf(backer) == before + expected, "backer"
        assert crowdfunding.refundable(campaign_id, backer) == 0, "nothing more"
        with reverts(crowdfunding.Crowdfunding_NoPledge, campaignId=campaign_id, backer=backer):
            crowdfunding.refund(campaign_id, backer, sender=backer)
    campaign = crowdfunding.campaign(campaign_id)
    assert campaign.raised - campaign.released - campaign.refunded == 0, "books"
    assert euro.balanceOf(crowdfunding) == released, "only what is booked is left"


def test_refund__terminated_without_a_pledge__reverts(campaigns, crowdfunding, people):
    campaign_id = campaigns.reach(Phase.Terminated)
    assert crowdfunding.refundable(campaign_id, people.stranger) == 0
    with reverts(crowdfunding.Crowdfunding_NoPledge, campaignId=campaign_id, backer=people.stranger):
        crowdfunding.refund(campaign_id, people.stranger, sender=people.stranger)
    crowdfunding.refund(campaign_id, people.backer, sender=people.stranger)
    assert crowdfunding.refundable(campaign_id, people.stranger) == 0, "with nothing left to divide by"


def test_refund__terminated_and_floored_to_nothing__leaves_it_to_the_others(campaigns, crowdfunding, euro, people):
    """One unit of a thousand is worth less than a unit once something is released."""
    pledges = {people.second_backer: 1, people.backer: 1_000}
    campaign_id = campaigns.funded_by(pledges, milestones=((1, 0), (9_999, 1)))
    campaigns.claim_and_release(campaign_id)
    assert crowdfunding.campaign(campaign_id).released == 0
    crowdfunding.terminate(campaign_id, sender=people.organizer)
    assert crowdfunding.refund(campaign_id, people.second_backer, sender=people.stranger).return_value == 1
    assert crowdfunding.refund(campaign_id, people.backer, sender=people.stranger).return_value == 1_000
    campaign_id = campaigns.funded_by(pledges, milestones=((10, 0), (9_990, 1)))
    campaigns.claim_and_release(campaign_id)
    assert crowdfunding.campaign(campaign_id).released == 1
    crowdfunding.terminate(campaign_id, sender=people.organizer)
    assert crowdfunding.refund(campaign_id, people.second_backer, sender=people.stranger).return_value == 0
    assert crowdfunding.refund(campaign_id, people.backer, sender=people.stranger).return_value == 1_000
    assert euro.balanceOf(crowdfunding) == 1


def test_refund__floored_to_nothing_and_currency_refuses__leaves_the_books(campaigns, crowdfunding, hostile, people):
    """Else the others would be refunded as if that pledge still had to be paid, and a unit would stay for ever."""
    pledges = {people.second_backer: 1, people.backer: 1_000}
    campaign_id = campaigns.funded_by(pledges, currency=hostile.address, milestones=((10, 0), (9_990, 1)))
    campaigns.claim_and_release(campaign_id)
    crowdfunding.terminate(campaign_id, sender=people.organizer)
    hostile.setBlocked(people.second_backer, True, sender=people.deployer)
    tx = crowdfunding.refund(campaign_id, people.second_backer, sender=people.stranger)
    emits(tx, crowdfunding.PledgeRefunded(campaignId=campaign_id, backer=people.second_backer, amount=0, refunded=0))
    assert crowdfunding.refund(campaign_id, people.backer, sender=people.stranger).return_value == 1_000
    assert crowdfunding.collect(campaign_id, sender=people.stranger).return_value == 1
    assert hostile.balanceOf(crowdfunding) == 0


@st.composite
def terminations(draw: st.DrawFn) -> tuple[list[int], list[int], int]:
    """(pledges in the order of refunds, shares in bps, how many of the milestones are released)"""
    amounts = st.one_of(st.integers(1, 20), st.integers(1, 2**94 - 1))
    pledges = draw(st.lists(amounts, min_size=1, max_size=4))
    cuts = draw(st.sets(st.integers(1, BPS - 1), min_size=1, max_size=2))
    shares = [after - before for before, after in pairwise([0, *sorted(cuts), BPS])]
    return pledges, shares, draw(st.integers(0, len(shares) - 1))


@given(termination=terminations(), data=st.data())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_refund__terminated_any_amounts_in_any_order__empties_the_books(
    campaigns, crowdfunding, euro, people, termination, data
):
    amounts, shares, released_milestones = termination
    order = data.draw(st.permutations(range(len(amounts))))
    note(f"pledges {amounts}, refunded in the order {order}, shares {shares}, {released_milestones} released")
    backers = [people.backer, people.second_backer, people.member, people.second_member][: len(amounts)]
    with isolated():
        for backer, amount in zip(backers, amounts, strict=True):
            euro.faucet(backer, amount, sender=people.deployer)
        campaign_id = campaigns.funded_by(
            dict(zip(backers, amounts, strict=True)),
            milestones=[(share, due) for due, share in enumerate(shares)],
        )
        for _ in range(released_milestones):
            campaigns.claim_and_release(campaign_id)
        crowdfunding.terminate(campaign_id, sender=people.organizer)
        raised = sum(amounts)
        released = raised * sum(shares[:released_milestones]) // BPS
        rest_pledged, rest_unreleased = raised, raised - released
        for index in order:
            expected = amounts[index] * rest_unreleased // rest_pledged
            worth = Fraction(rest_unreleased, rest_pledged)
            assert crowdfunding.refundable(campaign_id, backers[index]) == expected
            tx = crowdfunding.refund(campaign_id, backers[index], sender=people.stranger)
            assert tx.return_value == expected <= amounts[index], "never more than the pledge"
            assert expected <= amounts[index] * worth, "never more than its part"
            rest_pledged, rest_unreleased = rest_pledged - amounts[index], rest_unreleased - expected
            assert rest_pledged == 0 or Fraction(rest_unreleased, rest_pledged) >= worth, "nobody who waits loses"
        assert (rest_pledged, rest_unreleased) == (0, 0)
        assert euro.balanceOf(crowdfunding) == released
        if released:
            crowdfunding.collect(campaign_id, sender=people.stranger)
        assert euro.balanceOf(crowdfunding) == 0
