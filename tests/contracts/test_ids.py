"""Ids in events and errors are in their places: told where campaign, pool and entities have different numbers.

In most tests the first campaign meets the first pool and the first entity, and which number stands where can't be seen.
"""

import pytest

from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.campaign_phases import Phase
from tests.contracts.conftest import now, travel_to
from tests.contracts.expect import reverts
from tests.contracts.test_journal import journal_of, journaled_topics, raw_logs, recomputed

AMOUNT = 100 * d.EURO


@pytest.fixture
def unlike(pools, create_campaign, entities, people):
    """Makes so many campaigns and pools that the next have numbers that no entity has, nor each other."""
    for _ in entities:
        create_campaign(phase="Submitted")
    for _ in (*entities, None):
        pools.open(funds=0)


@pytest.fixture
def pool_id(unlike, pools):
    return pools.open()


def ids(tx, name):
    """The ids in the only event of this name."""
    (event,) = (event for event in tx.events if event.event_name == name)
    return {key: value for key, value in event.event_arguments.items() if key in ("poolId", "campaignId", "funder")}


def test_match_events__of_a_whole_life__name_pool_and_campaign(
    pool_id, pools, campaigns, create_campaign, crowdfunding, match_funding, people, entities
):
    funded = match_funding.fundPool(pool_id, d.EURO, sender=people.region)
    assert ids(funded, "PoolFunded") == {"poolId": pool_id, "funder": entities["region"]}
    gift = pools.open_gift()
    campaign_id = create_campaign(phase="Approved", goal=AMOUNT, stretchGoal=3 * AMOUNT, extension=0)
    assert len({campaign_id, pool_id, gift, *entities.values()}) == 3 + len(entities)

    for pool in (pool_id, gift):
        expected = {"poolId": pool, "campaignId": campaign_id}
        asked = match_funding.requestPool(campaign_id, pool, sender=people.organizer)
        assert ids(asked, "PoolRequested") == expected
        assert ids(match_funding.enrol(pool, campaign_id, sender=people.town), "CampaignEnrolled") == expected
        assert match_funding.reservation(pool, campaign_id).enrolled

    travel_to(crowdfunding.campaign(campaign_id).opensAt)
    pledged = crowdfunding.pledge(campaign_id, AMOUNT, 0, sender=people.member)
    assert ids(pledged, "MatchReserved") == {"poolId": pool_id, "campaignId": campaign_id}
    assert ids(pledged, "QualifyingMembersChanged") == {"poolId": gift, "campaignId": campaign_id}
    withdrawn = crowdfunding.withdrawPledge(campaign_id, sender=people.member)
    assert ids(withdrawn, "MatchReturned") == {"poolId": pool_id, "campaignId": campaign_id}
    assert ids(withdrawn, "QualifyingMembersChanged") == {"poolId": gift, "campaignId": campaign_id}
    assert pools.reserved(pool_id, campaign_id) == 0

    crowdfunding.pledge(campaign_id, AMOUNT, 0, sender=people.backer)
    travel_to(crowdfunding.campaign(campaign_id).pledgingEndsAt)
    campaigns.claim_and_release(campaign_id)
    released = match_funding.releaseMatch(pool_id, campaign_id, sender=people.stranger)
    assert ids(released, "MatchReleased") == {"poolId": pool_id, "campaignId": campaign_id}
    settled = match_funding.settleReservation(gift, campaign_id, sender=people.stranger)
    assert ids(settled, "ReservationSettled") == {"poolId": gift, "campaignId": campaign_id}
    journal = recomputed(raw_logs(match_funding), journaled_topics("match_funding"))
    assert journal_of(match_funding) == journal, "the journal has them in the same places"


def test_enrolment_errors__name_pool_and_campaign(pool_id, pools, create_campaign, match_funding, people):
    campaign_id = create_campaign(phase="Approved")
    names = {"poolId": pool_id, "campaignId": campaign_id}
    with reverts(match_funding.MatchFunding_NotRequested, **names):
        match_funding.enrol(pool_id, campaign_id, sender=people.town)
    pools.request(pool_id)(campaign_id)
    with reverts(match_funding.MatchFunding_AlreadyRequested, **names):
        match_funding.requestPool(campaign_id, pool_id, sender=people.organizer)
    for act in (match_funding.releaseMatch, match_funding.settleReservation):
        with reverts(match_funding.MatchFunding_NotEnrolled, **names):
            act(pool_id, campaign_id, sender=people.stranger)
    match_funding.enrol(pool_id, campaign_id, sender=people.town)
    with reverts(match_funding.MatchFunding_AlreadyEnrolled, **names):
        match_funding.enrol(pool_id, campaign_id, sender=people.town)


def test_enrolment_errors__of_terms__name_pool_and_campaign(
    unlike, pools, create_campaign, match_funding, hostile, people
):
    campaign_id = create_campaign(phase="Approved")
    other_currency, small_tranche = pools.open(funds=0, currency=hostile.address), pools.open(maxFirstTrancheBps=2_999)
    small_gift = pools.open_gift()
    bigger = create_campaign(phase="Approved", goal=d.GOAL + 1)
    for pool, campaign in ((other_currency, campaign_id), (small_tranche, campaign_id), (small_gift, bigger)):
        pools.request(pool)(campaign)
    with reverts(
        match_funding.MatchFunding_CurrencyDiffers,
        poolId=other_currency,
        campaignId=campaign_id,
        poolCurrency=hostile,
        currency=pools.currency,
    ):
        match_funding.enrol(other_currency, campaign_id, sender=people.town)
    with reverts(
        match_funding.MatchFunding_FirstTrancheTooLarge,
        poolId=small_tranche,
        campaignId=campaign_id,
        shareBps=3_000,
        maxBps=2_999,
    ):
        match_funding.enrol(small_tranche, campaign_id, sender=people.town)
    with reverts(
        match_funding.MatchFunding_GiftBelowGoal,
        poolId=small_gift,
        campaignId=bigger,
        minRaised=d.GOAL,
        goal=d.GOAL + 1,
    ):
        match_funding.enrol(small_gift, bigger, sender=people.town)


def test_settle_and_pledge_errors__name_pool_and_campaign(
    pool_id, pools, campaigns, crowdfunding, match_funding, people
):
    campaign_id = campaigns.reach(Phase.Live, approved=pools.enrol(pool_id))
    match_funding.fundPool(pool_id, d.EURO, sender=people.region)
    names = {"poolId": pool_id, "campaignId": campaign_id}
    with reverts(match_funding.MatchFunding_FunderCannotPledge, **names, account=people.region):
        crowdfunding.pledge(campaign_id, AMOUNT, 0, sender=people.region)
    crowdfunding.cancelCampaign(campaign_id, sender=people.organizer)
    match_funding.settleReservation(pool_id, campaign_id, sender=people.stranger)
    with reverts(match_funding.MatchFunding_AlreadySettled, **names):
        match_funding.settleReservation(pool_id, campaign_id, sender=people.stranger)


def test_pledge_errors__name_campaign_and_organizer(unlike, create_campaign, crowdfunding, registry, people, entities):
    campaign_id = create_campaign()
    names = {"campaignId": campaign_id, "organizer": entities["organizer"]}
    with reverts(crowdfunding.Crowdfunding_OrganizerCannotPledge, **names):
        crowdfunding.pledge(campaign_id, AMOUNT, 0, sender=people.organizer)
    until = now() + 2 * DAY
    registry.suspend(entities["organizer"], until, d.REASON, sender=people.registrar)
    with reverts(crowdfunding.Crowdfunding_OrganizerSuspended, **names, suspendedUntil=until):
        crowdfunding.pledge(campaign_id, AMOUNT, 0, sender=people.backer)


def test_match_of__three_gifts__is_nothing(pools, create_campaign, crowdfunding, match_funding, people):
    """There is no ratio pool to come to, and no fourth place to look at."""
    gifts = [pools.open_gift() for _ in range(3)]
    campaign_id = create_campaign(approved=pools.enrol(*gifts))
    crowdfunding.pledge(campaign_id, AMOUNT, 0, sender=people.member)
    for pool in gifts:
        assert match_funding.matchOf(pool, campaign_id, people.member) == 0
    assert crowdfunding.quote(campaign_id, people.member, AMOUNT) == 0


def test_quote__at_the_caps__are_those_of_this_pool_and_campaign(
    unlike, pools, create_campaign, crowdfunding, match_funding, people
):
    """The first pool's cap for the campaign, and the second's for the member, are reached by the first pledge."""
    for_campaign = pools.open(campaignCap=AMOUNT // 2)
    for_member = pools.open_for_members(ratioBps=10_000, memberCap=AMOUNT)
    campaign_id = create_campaign(approved=pools.enrol(for_campaign, for_member))
    crowdfunding.pledge(campaign_id, AMOUNT, AMOUNT // 2 + AMOUNT, sender=people.member)
    assert match_funding.matchOf(for_member, campaign_id, people.member) == AMOUNT

    assert crowdfunding.quote(campaign_id, people.member, AMOUNT) == 0
    crowdfunding.pledge(campaign_id, AMOUNT, 0, sender=people.member)

    assert pools.reserved(for_campaign, campaign_id) == AMOUNT // 2
    assert pools.reserved(for_member, campaign_id) == AMOUNT
    pools.assert_books_agree()
