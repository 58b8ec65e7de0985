"""requestPool

given no such pool, or no such campaign                      -> refused
given the caller does not act for the organizer              -> refused
given another phase than Approved, Live or Extension         -> refused; each edge is tried
given the campaign asked for this pool before                -> refused, enrolled since or not
given it did not                                             -> asked; nothing is matched by that
    for a pool that cannot match it, or that ended           -> asked all the same: enrol decides
    during a pause                                           -> asked (test_pause.py)
"""

import pytest

from tests.contracts import defaults as d
from tests.contracts.campaign_phases import Phase
from tests.contracts.conftest import act_at, now, travel_to
from tests.contracts.expect import emits, reverts

OPEN = (Phase.Approved, Phase.Live, Phase.Extension)


@pytest.fixture
def pool_id(pools):
    return pools.open()


@pytest.mark.parametrize("unknown", [0, 2, 2**32 - 1])
def test_request_pool__unknown_pool__reverts(pool_id, create_campaign, match_funding, people, unknown):
    campaign_id = create_campaign()
    with reverts(match_funding.MatchFunding_UnknownPool, poolId=unknown):
        match_funding.requestPool(campaign_id, unknown, sender=people.organizer)


@pytest.mark.parametrize("unknown", [0, 1])
def test_request_pool__unknown_campaign__reverts(pool_id, crowdfunding, match_funding, people, unknown):
    with reverts(crowdfunding.Crowdfunding_UnknownCampaign, campaignId=unknown):
        match_funding.requestPool(unknown, pool_id, sender=people.organizer)


@pytest.mark.parametrize("role", ["town", "reviewer", "payout", "backer", "member", "stranger"])
def test_request_pool__not_the_organizer__reverts(pool_id, campaigns, match_funding, people, role):
    campaign_id, account = campaigns.reach(Phase.Live), getattr(people, role)
    with reverts(match_funding.MatchFunding_NotOrganizer, campaignId=campaign_id, account=account):
        match_funding.requestPool(campaign_id, pool_id, sender=account)


def test_request_pool__organizers_account_changed__follows_the_entity(
    pool_id, campaigns, match_funding, move_entity, people, entities
):
    campaign_id = campaigns.reach(Phase.Live)
    move_entity(entities["organizer"], people.stranger)
    with reverts(match_funding.MatchFunding_NotOrganizer, campaignId=campaign_id, account=people.organizer):
        match_funding.requestPool(campaign_id, pool_id, sender=people.organizer)
    match_funding.requestPool(campaign_id, pool_id, sender=people.stranger)


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase not in (0, *OPEN)])
def test_request_pool__wrong_phase__reverts(pool_id, campaigns, match_funding, people, phase):
    campaign_id = campaigns.reach(phase)
    with reverts(match_funding.MatchFunding_WrongPhase, campaignId=campaign_id, phase=phase):
        match_funding.requestPool(campaign_id, pool_id, sender=people.organizer)


@pytest.mark.parametrize("offset", [-1, 0])
@pytest.mark.parametrize(
    "raised, edge, phase",
    [
        (d.GOAL - 1, "deadline", Phase.Failed),
        (d.GOAL, "pledgingEndsAt", Phase.Delivering),
        (d.STRETCH_GOAL, "deadline", Phase.Delivering),
    ],
)
def test_request_pool__around_the_end_of_pledging__asks_only_before(
    pool_id, create_campaign, crowdfunding, match_funding, people, raised, edge, phase, offset
):
    campaign_id = create_campaign()
    crowdfunding.pledge(campaign_id, raised, 0, sender=people.backer)
    act_at(crowdfunding.campaign(campaign_id)[edge] + offset)
    if offset < 0:
        match_funding.requestPool(campaign_id, pool_id, sender=people.organizer)
    else:
        with reverts(match_funding.MatchFunding_WrongPhase, campaignId=campaign_id, phase=phase):
            match_funding.requestPool(campaign_id, pool_id, sender=people.organizer)


def test_request_pool__twice__reverts(pool_id, pools, create_campaign, match_funding, people):
    asked = create_campaign(phase="Approved", approved=pools.request(pool_id))
    enrolled = create_campaign(phase="Approved", approved=pools.enrol(pool_id))
    for campaign_id in (asked, enrolled):
        with reverts(match_funding.MatchFunding_AlreadyRequested, poolId=pool_id, campaignId=campaign_id):
            match_funding.requestPool(campaign_id, pool_id, sender=people.organizer)


@pytest.mark.parametrize("phase", OPEN)
def test_request_pool__first__is_recorded_and_nothing_else(
    pool_id, campaigns, crowdfunding, match_funding, people, phase
):
    campaign_id = campaigns.reach(phase)
    sequence = match_funding.journal().sequence

    tx = match_funding.requestPool(campaign_id, pool_id, sender=people.organizer)

    emits(tx, match_funding.PoolRequested(poolId=pool_id, campaignId=campaign_id, account=people.organizer))
    assert match_funding.journal().sequence == sequence + 1, "journal"
    reservation = match_funding.reservation(pool_id, campaign_id)
    assert (reservation.requested, reservation.enrolled, reservation.earned) == (True, False, False), "reservation"
    assert list(match_funding.poolsOf(campaign_id)) == [0, 0, 0], "pools"
    assert crowdfunding.campaign(campaign_id).pools == 0, "campaign"
    assert match_funding.quote(campaign_id, people.backer, d.GOAL) == 0, "nothing is matched"


def test_request_pool__of_many_pools__may_be_more_than_three(pools, create_campaign, match_funding):
    pool_ids = [pools.open(funds=0) for _ in range(4)]
    campaign_id = create_campaign(phase="Approved", approved=pools.request(*pool_ids))
    assert all(match_funding.reservation(pool_id, campaign_id).requested for pool_id in pool_ids)


def test_request_pool__of_a_pool_that_ended__asks(pools, create_campaign, match_funding, people):
    pool_id = pools.open(endsAt=now() + 1_000)
    travel_to(now() + 1_000)
    campaign_id = create_campaign()
    match_funding.requestPool(campaign_id, pool_id, sender=people.organizer)
    assert match_funding.reservation(pool_id, campaign_id).requested
