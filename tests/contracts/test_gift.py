"""Threshold gifts: who counts, and whether one is earned

earned: raised >= minRaised, and at least minMembers counted members each hold minMemberPledge
    raised one unit short, exact, above                    -> missed, earned, earned
    one member short, exact, above                         -> missed, earned, earned
    no members asked for                                   -> earned by what is raised
    when it holds while pledging is open, and then no more -> missed
qualifying: a member who counts in the campaign, through the account it counts through
    holding one unit less, exactly, more                   -> not, qualifies, qualifies
    reaching it by several pledges                         -> qualifies once
    a second pledge above it                               -> changes nothing
    a backer verified between two pledges                  -> all it holds counts from then on
    people of no registry, other entities, a member's second account, whatever they pledge -> never
    withdrawal                                             -> falls out; may come back
    expired, suspended or revoked afterwards               -> still counts
a pledge of a ratio's backer with the same pool list       -> test_match_of_pledges.py
"""

import pytest

from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.campaign_phases import Phase
from tests.contracts.conftest import now, travel_to
from tests.contracts.expect import emits

ENOUGH = d.MIN_MEMBER_PLEDGE


@pytest.fixture
def gift_campaign(pools, create_campaign):
    """(pool id, campaign id): live, without pledges, waiting for the goal and two members with 10 euro each."""
    pool_id = pools.open_gift()
    return pool_id, create_campaign(minPledge=0, approved=pools.enrol(pool_id))


@pytest.fixture
def gift_of(match_funding, gift_campaign):
    """Returns (qualifying members, earned) now."""

    def gift_of():
        reservation = match_funding.reservation(*gift_campaign)
        assert reservation.reserved == d.GIFT, "set aside all the time"
        earned = d.GIFT if reservation.earned else 0
        assert list(match_funding.reservationsOf(gift_campaign[1])) == [earned, 0, 0]
        return reservation.qualifyingMembers, reservation.earned

    return gift_of


def changed(match_funding, gift_campaign, old, new):
    pool_id, campaign_id = gift_campaign
    return match_funding.QualifyingMembersChanged(
        poolId=pool_id, campaignId=campaign_id, oldMembers=old, newMembers=new
    )


def changes_of(tx):
    return [log for log in tx.events if log.event_name == "QualifyingMembersChanged"]


# -------------------------------------------------------------------------------------------------------- qualifying


@pytest.mark.parametrize("amount, qualifying", [(1, 0), (ENOUGH - 1, 0), (ENOUGH, 1), (ENOUGH + 1, 1)])
def test_pledge__by_a_member__qualifies_from_the_threshold_on(
    gift_campaign, gift_of, crowdfunding, people, amount, qualifying
):
    crowdfunding.pledge(gift_campaign[1], amount, 0, sender=people.member)
    assert gift_of() == (qualifying, False)


@pytest.mark.parametrize("role", ["backer", "stranger", "provider", "region"])
def test_pledge__by_no_member__never_counts(gift_campaign, gift_of, crowdfunding, people, role):
    tx = crowdfunding.pledge(gift_campaign[1], d.GOAL, 0, sender=getattr(people, role))
    assert changes_of(tx) == []
    assert gift_of() == (0, False)
    tx = crowdfunding.withdrawPledge(gift_campaign[1], sender=getattr(people, role))
    assert changes_of(tx) == []
    assert gift_of() == (0, False)


def test_pledge__by_two_members__is_logged_and_counted(
    gift_campaign, gift_of, crowdfunding, match_funding, euro, people, entities
):
    campaign_id = gift_campaign[1]
    for count, role in enumerate(("member", "second_member"), start=1):
        member, sequence = getattr(people, role), match_funding.journal().sequence

        tx = crowdfunding.pledge(campaign_id, ENOUGH, 0, sender=member)

        emits(
            tx,
            crowdfunding.MemberCounted(campaignId=campaign_id, backer=member, memberId=entities[role], members=count),
            crowdfunding.PledgeMade(
                campaignId=campaign_id,
                backer=member,
                memberId=entities[role],
                amount=ENOUGH,
                pledged=ENOUGH,
                raised=ENOUGH * count,
            ),
            changed(match_funding, gift_campaign, count - 1, count),
            euro.Transfer(**{"from": member, "to": crowdfunding, "value": ENOUGH}),
        )
        assert match_funding.journal().sequence == sequence + 1, "journal"
        assert gift_of() == (count, False)


def test_pledge__in_parts__qualifies_once(gift_campaign, gift_of, crowdfunding, people):
    history = []
    for amount in (ENOUGH - 2, 1, 1, 1, ENOUGH):
        tx = crowdfunding.pledge(gift_campaign[1], amount, 0, sender=people.member)
        history.append((len(changes_of(tx)), *gift_of()))
    assert history == [(0, 0, False), (0, 0, False), (1, 1, False), (0, 1, False), (0, 1, False)]


@pytest.mark.parametrize("first, second, qualifying", [(1, 1, 0), (ENOUGH - 1, 1, 1), (ENOUGH, 1, 1), (1, ENOUGH, 1)])
def test_pledge__verified_between_two_pledges__counts_all_that_is_held(
    gift_campaign, gift_of, crowdfunding, people, verify, first, second, qualifying
):
    crowdfunding.pledge(gift_campaign[1], first, 0, sender=people.stranger)
    assert gift_of() == (0, False), "not counted yet"
    verify(people.stranger, d.MEMBER)
    assert gift_of() == (0, False), "nor by being verified alone"
    crowdfunding.pledge(gift_campaign[1], second, 0, sender=people.stranger)
    assert gift_of() == (qualifying, False)
    crowdfunding.withdrawPledge(gift_campaign[1], sender=people.stranger)
    assert gift_of() == (0, False)


def test_pledge__members_second_account__never_counts(
    gift_campaign, gift_of, crowdfunding, move_entity, people, entities
):
    """Neither as another member nor as part of what the member holds; nor does its withdrawal take anybody out."""
    campaign_id = gift_campaign[1]
    crowdfunding.pledge(campaign_id, ENOUGH - 1, 0, sender=people.member)
    move_entity(entities["member"], people.stranger)
    crowdfunding.pledge(campaign_id, ENOUGH, 0, sender=people.stranger)
    assert gift_of() == (0, False)
    crowdfunding.pledge(campaign_id, 1, 0, sender=people.member)
    assert gift_of() == (1, False), "the account it counts through"
    crowdfunding.withdrawPledge(campaign_id, sender=people.stranger)
    assert gift_of() == (1, False)


def test_withdraw__qualifying__falls_out_and_may_come_back(
    gift_campaign, gift_of, crowdfunding, match_funding, euro, people, entities
):
    campaign_id = gift_campaign[1]
    for member in (people.member, people.second_member):
        crowdfunding.pledge(campaign_id, ENOUGH + 1, 0, sender=member)

    tx = crowdfunding.withdrawPledge(campaign_id, sender=people.member)

    emits(
        tx,
        crowdfunding.PledgeWithdrawn(
            campaignId=campaign_id,
            backer=people.member,
            memberId=entities["member"],
            amount=ENOUGH + 1,
            raised=ENOUGH + 1,
            members=1,
        ),
        changed(match_funding, gift_campaign, 2, 1),
        euro.Transfer(**{"from": crowdfunding, "to": people.member, "value": ENOUGH + 1}),
    )
    assert gift_of() == (1, False)
    crowdfunding.pledge(campaign_id, ENOUGH - 1, 0, sender=people.member)
    assert gift_of() == (1, False), "counted again, with less"
    tx = crowdfunding.withdrawPledge(campaign_id, sender=people.member)
    assert changes_of(tx) == [], "did not qualify"
    crowdfunding.pledge(campaign_id, ENOUGH, 0, sender=people.member)
    assert gift_of() == (2, False)


@pytest.mark.parametrize("how", ["suspended", "revoked", "expired"])
def test_qualifying__not_verified_any_more__still_counts(
    gift_campaign, gift_of, crowdfunding, registry, people, entities, revoke_entity, how
):
    registry.verify(entities["member"], d.MEMBER, now() + 5 * DAY, sender=people.registrar)
    crowdfunding.pledge(gift_campaign[1], ENOUGH, 0, sender=people.member)
    if how == "suspended":
        registry.suspend(entities["member"], now() + 2 * DAY, d.REASON, sender=people.registrar)
    elif how == "revoked":
        revoke_entity(entities["member"])
    else:
        travel_to(registry.entity(entities["member"]).verifiedUntil)
    assert gift_of() == (1, False)
    crowdfunding.withdrawPledge(gift_campaign[1], sender=people.member)
    assert gift_of() == (0, False)


@pytest.mark.parametrize("amount, qualifying", [(1, 0), (2**30, 0)])
def test_qualifying__no_members_asked_for__are_not_counted(
    pools, create_campaign, crowdfunding, match_funding, people, amount, qualifying
):
    pool_id = pools.open_gift(minMembers=0, minMemberPledge=0)
    campaign_id = create_campaign(minPledge=0, approved=pools.enrol(pool_id))
    tx = crowdfunding.pledge(campaign_id, amount, 0, sender=people.member)
    assert changes_of(tx) == []
    assert match_funding.reservation(pool_id, campaign_id).qualifyingMembers == qualifying


# ------------------------------------------------------------------------------------------------------------ earned


@pytest.mark.parametrize("raised, earned", [(d.GOAL - 1, False), (d.GOAL, True), (d.GOAL + 1, True)])
@pytest.mark.parametrize("min_raised", [d.GOAL, d.GOAL + 200 * d.EURO])
def test_earned__around_what_must_be_raised__from_that_amount_on(
    pools, create_campaign, crowdfunding, match_funding, people, min_raised, raised, earned
):
    """Which may be more than the goal."""
    raised += min_raised - d.GOAL
    pool_id = pools.open_gift(minRaised=min_raised)
    campaign_id = create_campaign(minPledge=0, approved=pools.enrol(pool_id))
    for member in (people.member, people.second_member):
        crowdfunding.pledge(campaign_id, ENOUGH, 0, sender=member)
    crowdfunding.pledge(campaign_id, raised - 2 * ENOUGH, 0, sender=people.backer)
    assert match_funding.reservation(pool_id, campaign_id).earned == earned
    travel_to(crowdfunding.campaign(campaign_id).pledgingEndsAt)
    assert match_funding.reservation(pool_id, campaign_id).earned == earned


@pytest.mark.parametrize("counted, earned", [(0, False), (1, False), (2, True), (3, True)])
def test_earned__around_the_members_asked_for__from_that_number_on(
    gift_campaign, gift_of, crowdfunding, people, many_members, counted, earned
):
    for member in many_members[:counted]:
        crowdfunding.pledge(gift_campaign[1], ENOUGH, 0, sender=member)
    crowdfunding.pledge(gift_campaign[1], d.GOAL, 0, sender=people.backer)
    assert gift_of() == (counted, earned)


def test_earned__no_members_asked_for__by_what_is_raised(pools, create_campaign, crowdfunding, match_funding, people):
    pool_id = pools.open_gift(minMembers=0, minMemberPledge=0)
    campaign_id = create_campaign(approved=pools.enrol(pool_id))
    assert not match_funding.reservation(pool_id, campaign_id).earned
    crowdfunding.pledge(campaign_id, d.GOAL, 0, sender=people.backer)
    assert match_funding.reservation(pool_id, campaign_id).earned


def test_earned__while_live_and_then_no_more__is_missed(gift_campaign, gift_of, crowdfunding, match_funding, people):
    """Evaluated from final totals: what was earned for a day is not earned."""
    pool_id, campaign_id = gift_campaign
    for member in (people.member, people.second_member):
        crowdfunding.pledge(campaign_id, ENOUGH, 0, sender=member)
    crowdfunding.pledge(campaign_id, d.GOAL, 0, sender=people.backer)
    assert gift_of() == (2, True)
    crowdfunding.withdrawPledge(campaign_id, sender=people.member)
    assert gift_of() == (1, False)
    travel_to(crowdfunding.campaign(campaign_id).pledgingEndsAt)
    assert crowdfunding.phase(campaign_id) == Phase.Delivering
    assert match_funding.settleReservation(pool_id, campaign_id, sender=people.stranger).return_value == d.GIFT


def test_earned__in_the_extension__is_earned(pools, create_campaign, crowdfunding, match_funding, people):
    pool_id = pools.open_gift()
    campaign_id = create_campaign(approved=pools.enrol(pool_id))
    crowdfunding.pledge(campaign_id, d.GOAL, 0, sender=people.member)
    travel_to(crowdfunding.campaign(campaign_id).deadline)
    assert not match_funding.reservation(pool_id, campaign_id).earned
    crowdfunding.pledge(campaign_id, ENOUGH, 0, sender=people.second_member)
    assert match_funding.reservation(pool_id, campaign_id).earned


def test_earned__after_the_pools_window__is_earned(pools, create_campaign, crowdfunding, match_funding, people):
    """The window bounds funding, enrolment and quotes; a gift is set aside for as long as its campaign takes."""
    pool_id = pools.open_gift(funds=d.GIFT, endsAt=now() + d.OPENING_DELAY)
    campaign_id = create_campaign(minPledge=0, approved=pools.enrol(pool_id))
    assert now() >= match_funding.pool(pool_id).terms.endsAt
    assert match_funding.reclaimable(pool_id, people.town) == 0, "nobody takes it back"
    for member in (people.member, people.second_member):
        crowdfunding.pledge(campaign_id, d.GOAL, 0, sender=member)
    reservation = match_funding.reservation(pool_id, campaign_id)
    assert (reservation.earned, reservation.reserved) == (True, d.GIFT)
