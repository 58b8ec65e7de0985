"""settleReservation

given no such pool, or one that does not match the campaign          -> refused
given a phase before Completed, Failed, Canceled and Terminated      -> refused; each edge is tried
    unless it is a gift that is missed, in Delivering                -> freed
given it was settled                                                 -> refused
in Completed                                                         -> nothing is freed; the rest stays payable
    a gift that was missed                                           -> all is freed
in Failed and Canceled, by the organizer or by a revocation          -> all is freed
in Terminated, with 0, 1, 2 milestones released, paid or not         -> the part of those stays, the rest is freed
what is freed       -> is quoted again inside the window, set aside again for a gift, reclaimable after it
another campaign of the same pool                                    -> keeps its reservation
a milestone of a terminated campaign                                 -> stays as it was when that ended
"""

import pytest

from tests.contracts import defaults as d
from tests.contracts.campaign_phases import SMALL_PLEDGE, MilestoneState, Phase
from tests.contracts.conftest import act_at, now, travel_to
from tests.contracts.expect import emits, reverts

AMOUNT = 100 * d.EURO
RESERVED = d.GOAL // 2
FINAL = (Phase.Completed, Phase.Failed, Phase.Canceled, Phase.Terminated)
OPEN = (Phase.Approved, Phase.Live, Phase.Extension, Phase.Delivering)


@pytest.fixture
def pool_id(pools):
    return pools.open()


def settle(match_funding, people, pool_id, campaign_id):
    return match_funding.settleReservation(pool_id, campaign_id, sender=people.stranger)


def settled(match_funding, pool_id, campaign_id, freed, reserved):
    return match_funding.ReservationSettled(poolId=pool_id, campaignId=campaign_id, freed=freed, reserved=reserved)


def test_settle__unknown_pool__reverts(match_funding, people, campaigns):
    campaign_id = campaigns.reach(Phase.Failed)
    with reverts(match_funding.MatchFunding_UnknownPool, poolId=1):
        settle(match_funding, people, 1, campaign_id)


def test_settle__not_enrolled__reverts(pool_id, pools, campaigns, match_funding, people):
    for campaign_id in (
        campaigns.reach(Phase.Canceled),
        campaigns.reach(Phase.Canceled, approved=pools.request(pool_id)),
    ):
        with reverts(match_funding.MatchFunding_NotEnrolled, poolId=pool_id, campaignId=campaign_id):
            settle(match_funding, people, pool_id, campaign_id)


@pytest.mark.parametrize("phase", OPEN)
def test_settle__not_final__reverts(pool_id, pools, campaigns, match_funding, people, phase):
    """Nobody takes a reservation back, neither the manager nor a funder."""
    campaign_id = campaigns.reach(phase, approved=pools.enrol(pool_id))
    for account in (people.town, people.stranger):
        with reverts(match_funding.MatchFunding_WrongPhase, campaignId=campaign_id, phase=phase):
            match_funding.settleReservation(pool_id, campaign_id, sender=account)


@pytest.mark.parametrize("phase", [Phase.Approved, Phase.Live, Phase.Extension])
def test_settle__gift_that_may_still_be_earned__reverts(pools, campaigns, match_funding, people, phase):
    pool_id = pools.open_gift()
    campaign_id = campaigns.reach(phase, approved=pools.enrol(pool_id))
    assert not match_funding.reservation(pool_id, campaign_id).earned
    with reverts(match_funding.MatchFunding_WrongPhase, campaignId=campaign_id, phase=phase):
        settle(match_funding, people, pool_id, campaign_id)


@pytest.fixture
def earned(pools, create_campaign, crowdfunding, people):
    """(pool id, campaign id) of a gift that is earned, in Delivering."""
    pool_id = pools.open_gift()
    campaign_id = create_campaign(approved=pools.enrol(pool_id))
    for member in (people.member, people.second_member):
        crowdfunding.pledge(campaign_id, d.GOAL // 2, 0, sender=member)
    travel_to(crowdfunding.campaign(campaign_id).pledgingEndsAt)
    return pool_id, campaign_id


def test_settle__earned_gift_in_delivery__reverts(earned, match_funding, people):
    with reverts(match_funding.MatchFunding_WrongPhase, campaignId=earned[1], phase=Phase.Delivering):
        settle(match_funding, people, *earned)


@pytest.mark.parametrize("offset", [-1, 0])
def test_settle__around_the_end_of_pledging__frees_a_missed_gift_from_then_on(
    pools, campaigns, crowdfunding, match_funding, people, offset
):
    pool_id = pools.open_gift()
    campaign_id = campaigns.reach(Phase.Extension, approved=pools.enrol(pool_id))
    act_at(crowdfunding.campaign(campaign_id).pledgingEndsAt + offset)
    if offset < 0:
        with reverts(match_funding.MatchFunding_WrongPhase, campaignId=campaign_id, phase=Phase.Extension):
            settle(match_funding, people, pool_id, campaign_id)
    else:
        tx = settle(match_funding, people, pool_id, campaign_id)
        emits(tx, settled(match_funding, pool_id, campaign_id, d.GIFT, 0))


@pytest.mark.parametrize("offset", [-1, 0])
def test_settle__around_a_missed_deadline__frees_from_then_on(
    pool_id, pools, campaigns, crowdfunding, match_funding, people, offset
):
    campaign_id = campaigns.reach(Phase.Live, approved=pools.enrol(pool_id))
    act_at(crowdfunding.campaign(campaign_id).deadline + offset)
    if offset < 0:
        with reverts(match_funding.MatchFunding_WrongPhase, campaignId=campaign_id, phase=Phase.Live):
            settle(match_funding, people, pool_id, campaign_id)
    else:
        assert settle(match_funding, people, pool_id, campaign_id).return_value == SMALL_PLEDGE // 2


@pytest.mark.parametrize("phase", FINAL)
def test_settle__twice__reverts(pool_id, pools, campaigns, match_funding, people, phase):
    campaign_id = campaigns.reach(phase, approved=pools.enrol(pool_id))
    settle(match_funding, people, pool_id, campaign_id)
    unreserved = match_funding.pool(pool_id).reserved
    with reverts(match_funding.MatchFunding_AlreadySettled, poolId=pool_id, campaignId=campaign_id):
        settle(match_funding, people, pool_id, campaign_id)
    assert match_funding.pool(pool_id).reserved == unreserved


@pytest.mark.parametrize("then", [Phase.Delivering, Phase.Completed])
def test_settle__missed_gift_twice__reverts(pools, campaigns, match_funding, people, then):
    pool_id = pools.open_gift()
    campaign_id = campaigns.reach(Phase.Delivering, approved=pools.enrol(pool_id))
    settle(match_funding, people, pool_id, campaign_id)
    if then == Phase.Completed:
        for _ in d.MILESTONES:
            campaigns.claim_and_release(campaign_id)
    with reverts(match_funding.MatchFunding_AlreadySettled, poolId=pool_id, campaignId=campaign_id):
        settle(match_funding, people, pool_id, campaign_id)
    with reverts(match_funding.MatchFunding_NothingDue, poolId=pool_id):
        match_funding.releaseMatch(pool_id, campaign_id, sender=people.payout)


@pytest.mark.parametrize(
    "phase, reserved, kept",
    [
        (Phase.Completed, RESERVED, RESERVED),
        (Phase.Failed, SMALL_PLEDGE // 2, 0),
        (Phase.Canceled, SMALL_PLEDGE // 2, 0),
        (Phase.Terminated, RESERVED, RESERVED * 3_000 // 10_000),
    ],
)
def test_settle__each_final_phase__frees_what_was_not_released(
    pool_id, pools, campaigns, match_funding, people, phase, reserved, kept
):
    campaign_id = campaigns.reach(phase, approved=pools.enrol(pool_id))
    assert pools.reserved(pool_id, campaign_id) == reserved
    sequence = match_funding.journal().sequence

    tx = settle(match_funding, people, pool_id, campaign_id)

    assert tx.return_value == reserved - kept
    emits(tx, settled(match_funding, pool_id, campaign_id, reserved - kept, kept))
    assert match_funding.journal().sequence == sequence + 1, "journal"
    reservation = match_funding.reservation(pool_id, campaign_id)
    assert (reservation.settled, reservation.reserved, reservation.paid) == (True, kept, 0), "reservation"
    pool = match_funding.pool(pool_id)
    assert (pool.funded, pool.reserved, pool.openReservations) == (d.POOL_FUNDS, kept, 0), "pool"
    pools.assert_books_agree()
    if kept:
        assert match_funding.releaseMatch(pool_id, campaign_id, sender=people.stranger).return_value == kept
    pools.assert_books_agree()


def test_settle__organizer_revoked__frees_all(
    pool_id, pools, campaigns, match_funding, people, entities, revoke_entity
):
    """Canceled by the revocation alone, without an act on the campaign."""
    campaign_id = campaigns.reach(Phase.Live, approved=pools.enrol(pool_id))
    revoke_entity(entities["organizer"])
    assert settle(match_funding, people, pool_id, campaign_id).return_value == SMALL_PLEDGE // 2


@pytest.mark.parametrize("released", [0, 1, 2])
@pytest.mark.parametrize("paid", [False, True])
def test_settle__terminated__keeps_what_was_released(
    pools, campaigns, crowdfunding, match_funding, people, released, paid
):
    """Of a gift as of a ratio, whether the payout account had it already or not."""
    ratio, gift = pools.open(), pools.open_gift(minMembers=0, minMemberPledge=0, campaignCap=d.GIFT + 1)
    campaign_id = campaigns.reach(Phase.Delivering, raised=d.GOAL + 1, approved=pools.enrol(ratio, gift))
    for _ in range(released):
        campaigns.claim_and_release(campaign_id)
    if paid and released:
        for pool_id in (ratio, gift):
            match_funding.releaseMatch(pool_id, campaign_id, sender=people.stranger)
    crowdfunding.terminate(campaign_id, sender=people.organizer)
    for pool_id, reserved in ((ratio, (d.GOAL + 1) // 2), (gift, d.GIFT + 1)):
        kept = reserved * 3_000 * released // 10_000
        tx = settle(match_funding, people, pool_id, campaign_id)
        emits(tx, settled(match_funding, pool_id, campaign_id, reserved - kept, kept))
        assert match_funding.reservation(pool_id, campaign_id).paid == (kept if paid else 0)
    pools.assert_books_agree()


@pytest.mark.parametrize("phase", FINAL)
def test_settle__missed_gift__frees_all(pools, campaigns, match_funding, people, phase):
    pool_id = pools.open_gift()
    campaign_id = campaigns.reach(phase, approved=pools.enrol(pool_id))
    tx = settle(match_funding, people, pool_id, campaign_id)
    emits(tx, settled(match_funding, pool_id, campaign_id, d.GIFT, 0))
    assert not match_funding.reservation(pool_id, campaign_id).earned
    pools.assert_books_agree()


def test_settle__earned_gift_completed__frees_nothing(earned, campaigns, match_funding, people):
    for _ in d.MILESTONES:
        campaigns.claim_and_release(earned[1])
    tx = settle(match_funding, people, *earned)
    emits(tx, settled(match_funding, *earned, 0, d.GIFT))
    assert match_funding.releaseMatch(*earned, sender=people.stranger).return_value == d.GIFT


def test_settle__inside_the_window__can_be_quoted_and_set_aside_again(
    pools, create_campaign, crowdfunding, match_funding, people
):
    ratio, gift = pools.open(funds=AMOUNT), pools.open_gift(funds=d.GIFT)
    first = create_campaign(approved=pools.enrol(ratio, gift))
    crowdfunding.pledge(first, 2 * AMOUNT, AMOUNT, sender=people.backer)
    crowdfunding.cancelCampaign(first, sender=people.organizer)
    second = create_campaign(phase="Approved", approved=pools.enrol(ratio))
    pools.request(gift)(second)
    with reverts(match_funding.MatchFunding_NotCovered, poolId=gift, needed=d.GIFT, available=0):
        match_funding.enrol(gift, second, sender=people.town)
    settle(match_funding, people, gift, first)
    match_funding.enrol(gift, second, sender=people.town)
    travel_to(crowdfunding.campaign(second).opensAt)
    assert crowdfunding.quote(second, people.backer, 2 * AMOUNT) == 0
    settle(match_funding, people, ratio, first)
    assert crowdfunding.quote(second, people.backer, 2 * AMOUNT) == AMOUNT
    crowdfunding.pledge(second, 2 * AMOUNT, AMOUNT, sender=people.backer)
    pools.assert_books_agree()


def test_settle__after_the_window__is_reclaimable(pools, create_campaign, crowdfunding, match_funding, people):
    pool_id = pools.open(funds=AMOUNT, endsAt=now() + d.OPENING_DELAY + d.LIVE)
    campaign_id = create_campaign(approved=pools.enrol(pool_id))
    crowdfunding.pledge(campaign_id, 2 * AMOUNT, AMOUNT, sender=people.backer)
    travel_to(crowdfunding.campaign(campaign_id).deadline)
    assert match_funding.reclaimable(pool_id, people.town) == 0
    settle(match_funding, people, pool_id, campaign_id)
    assert match_funding.reclaimable(pool_id, people.town) == AMOUNT


def test_settle__one_of_two_campaigns__keeps_the_others_reservation(
    pool_id, pools, create_campaign, crowdfunding, match_funding, people
):
    opens_at = now() + d.OPENING_DELAY
    first, second = (
        create_campaign(phase="Approved", opensAt=opens_at, approved=pools.enrol(pool_id)) for _ in range(2)
    )
    travel_to(opens_at)
    for campaign_id in (first, second):
        crowdfunding.pledge(campaign_id, AMOUNT, AMOUNT // 2, sender=people.backer)
    crowdfunding.cancelCampaign(first, sender=people.organizer)
    settle(match_funding, people, pool_id, first)
    assert [pools.reserved(pool_id, campaign_id) for campaign_id in (first, second)] == [0, AMOUNT // 2]
    pool = match_funding.pool(pool_id)
    assert (pool.reserved, pool.openReservations) == (AMOUNT // 2, 1)


@pytest.mark.parametrize("is_settled", [False, True])
def test_refund__whatever_the_pools__is_the_pledges_alone(
    pool_id, pools, campaigns, crowdfunding, match_funding, euro, people, is_settled
):
    """Public money never goes to a backer, and a refund never waits for a pool."""
    campaign_id = campaigns.reach(Phase.Failed, approved=pools.enrol(pool_id))
    if is_settled:
        settle(match_funding, people, pool_id, campaign_id)
    held = euro.balanceOf(match_funding)
    assert crowdfunding.refund(campaign_id, people.backer, sender=people.stranger).return_value == SMALL_PLEDGE
    assert (euro.balanceOf(match_funding), euro.balanceOf(crowdfunding)) == (held, 0)


def test_milestone__rejected_by_the_pools_money_and_terminated__stays_rejected_when_settled(
    pools, campaigns, crowdfunding, match_funding, people
):
    """What is freed afterwards does not change which objections had the majority."""
    pool_id = pools.open(ratioBps=20_000, campaignCap=4_000 * d.EURO, funds=4_000 * d.EURO)
    campaign_id = campaigns.reach(Phase.Delivering, approved=pools.enrol(pool_id))
    window_ends_at = campaigns.open_claim(campaign_id)
    campaigns.object(campaign_id, people.town)
    travel_to(window_ends_at + d.RULING_WINDOW)
    assert crowdfunding.milestone(campaign_id, 0).state == MilestoneState.Rejected
    crowdfunding.terminate(campaign_id, sender=people.organizer)
    assert crowdfunding.milestone(campaign_id, 0).state == MilestoneState.Rejected
    settle(match_funding, people, pool_id, campaign_id)
    assert crowdfunding.milestone(campaign_id, 0).state == MilestoneState.Rejected
