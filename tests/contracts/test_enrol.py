"""enrol

given entry is paused                                                  -> refused (test_pause.py)
given no such pool                                                     -> refused
given the caller does not act for the manager                          -> refused
given the manager is suspended, revoked or its verification expired    -> refused
given a moment outside the pool's window                               -> refused; each edge is tried
given the campaign did not ask for the pool                            -> refused
given the pool matches it already                                      -> refused, settled or not
given another phase than
    Approved, Live or Extension, for a ratio                           -> refused; each edge is tried
    Approved, for a gift                                               -> refused; each edge is tried
given a gift that asks for less than the goal                          -> refused
given another currency than the pool's, or a delisted one              -> refused
given a first milestone larger than the pool allows                    -> refused
given the organizer manages or funds the pool                          -> refused
given a gift larger than what is unreserved                            -> refused with both
given the campaign has three pools                                     -> refused
given all is well                                                      -> enrolled, in the next place
    a ratio                                                            -> matches later pledges only
    a gift                                                             -> is set aside
addPool by anyone but MatchFunding                                     -> refused
"""

import pytest

from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.campaign_phases import SMALL_PLEDGE, Phase
from tests.contracts.conftest import act_at, now, travel_to
from tests.contracts.expect import emits, reverts

KINDS = ["open", "open_for_members", "open_gift"]


@pytest.fixture(params=KINDS)
def pool_id(request, pools):
    """A funded pool of each kind in turn."""
    return getattr(pools, request.param)()


def test_enrol__unknown_pool__reverts(pools, create_campaign, match_funding, people):
    campaign_id = create_campaign()
    with reverts(match_funding.MatchFunding_UnknownPool, poolId=1):
        match_funding.enrol(1, campaign_id, sender=people.town)


@pytest.mark.parametrize("role", ["organizer", "region", "reviewer", "member", "stranger"])
def test_enrol__not_the_manager__reverts(pools, create_campaign, match_funding, people, role):
    """A funder is not the manager either."""
    pool_id, account = pools.open(), getattr(people, role)
    match_funding.fundPool(pool_id, d.EURO, sender=people.region)
    campaign_id = create_campaign(phase="Approved", approved=pools.request(pool_id))
    with reverts(match_funding.MatchFunding_NotManager, poolId=pool_id, account=account):
        match_funding.enrol(pool_id, campaign_id, sender=account)


def test_enrol__managers_account_changed__follows_the_entity(
    pools, create_campaign, match_funding, move_entity, people, entities
):
    pool_id = pools.open()
    campaign_id = create_campaign(phase="Approved", approved=pools.request(pool_id))
    move_entity(entities["town"], people.stranger)
    with reverts(match_funding.MatchFunding_NotManager, poolId=pool_id, account=people.town):
        match_funding.enrol(pool_id, campaign_id, sender=people.town)
    match_funding.enrol(pool_id, campaign_id, sender=people.stranger)


def test_enrol__manager_suspended__reverts_until_the_suspension_ends(
    pools, create_campaign, match_funding, registry, people, entities
):
    pool_id = pools.open()
    campaign_id = create_campaign(approved=pools.request(pool_id))
    until = now() + 2 * DAY
    registry.suspend(entities["town"], until, d.REASON, sender=people.registrar)
    act_at(until - 1)
    with reverts(match_funding.MatchFunding_NotPublicBody, account=people.town):
        match_funding.enrol(pool_id, campaign_id, sender=people.town)
    act_at(until)
    match_funding.enrol(pool_id, campaign_id, sender=people.town)


def test_enrol__manager_no_public_body_any_more__reverts(
    pools, create_campaign, match_funding, registry, people, entities
):
    pool_id = pools.open()
    campaign_id = create_campaign(approved=pools.request(pool_id))
    registry.verify(entities["town"], d.SSE, now() + DAY, sender=people.registrar)
    with reverts(match_funding.MatchFunding_NotPublicBody, account=people.town):
        match_funding.enrol(pool_id, campaign_id, sender=people.town)


def test_enrol__manager_revoked__reverts(
    pools, create_campaign, match_funding, people, entities, revoke_entity, verify
):
    """Nobody acts for it any more, not even who registers anew with the same account."""
    pool_id = pools.open()
    campaign_id = create_campaign(approved=pools.request(pool_id))
    revoke_entity(entities["town"])
    with reverts(match_funding.MatchFunding_NotManager, poolId=pool_id, account=people.town):
        match_funding.enrol(pool_id, campaign_id, sender=people.town)
    verify(people.town, d.PUBLIC_BODY)
    with reverts(match_funding.MatchFunding_NotManager, poolId=pool_id, account=people.town):
        match_funding.enrol(pool_id, campaign_id, sender=people.town)


@pytest.mark.parametrize(
    "edge, offset", [("opensAt", -1), ("opensAt", 0), ("endsAt", -1), ("endsAt", 0), ("endsAt", 1)]
)
def test_enrol__around_the_window__enrols_within_it(pools, create_campaign, match_funding, people, edge, offset):
    opens_at, ends_at = now() + 4 * DAY, now() + 5 * DAY
    pool_id = pools.open(funds=0, opensAt=opens_at, endsAt=ends_at)
    campaign_id = create_campaign(approved=pools.request(pool_id))
    moment = {"opensAt": opens_at, "endsAt": ends_at}[edge] + offset
    act_at(moment)
    if opens_at <= moment < ends_at:
        match_funding.enrol(pool_id, campaign_id, sender=people.town)
    else:
        refused = {"poolId": pool_id, "opensAt": opens_at, "endsAt": ends_at}
        with reverts(match_funding.MatchFunding_OutsideWindow, **refused):
            match_funding.enrol(pool_id, campaign_id, sender=people.town)
    assert now() == moment


def test_enrol__not_requested__reverts(pool_id, pools, create_campaign, match_funding, people):
    """Another campaign's request, or one to another pool, is none."""
    create_campaign(phase="Approved", approved=pools.request(pool_id))
    campaign_id = create_campaign(phase="Approved", approved=pools.request(pools.open()))
    with reverts(match_funding.MatchFunding_NotRequested, poolId=pool_id, campaignId=campaign_id):
        match_funding.enrol(pool_id, campaign_id, sender=people.town)
    with reverts(match_funding.MatchFunding_NotRequested, poolId=pool_id, campaignId=99):
        match_funding.enrol(pool_id, 99, sender=people.town)


@pytest.mark.parametrize("settled", [False, True])
def test_enrol__twice__reverts(pool_id, pools, create_campaign, crowdfunding, match_funding, people, settled):
    campaign_id = create_campaign(phase="Approved", approved=pools.enrol(pool_id))
    if settled:
        crowdfunding.cancelCampaign(campaign_id, sender=people.organizer)
        match_funding.settleReservation(pool_id, campaign_id, sender=people.stranger)
    with reverts(match_funding.MatchFunding_AlreadyEnrolled, poolId=pool_id, campaignId=campaign_id):
        match_funding.enrol(pool_id, campaign_id, sender=people.town)


@pytest.mark.parametrize("phase", [Phase.Delivering, Phase.Completed, Phase.Failed, Phase.Canceled, Phase.Terminated])
def test_enrol__wrong_phase__reverts(pool_id, pools, campaigns, match_funding, people, phase):
    campaign_id = campaigns.reach(phase, approved=pools.request(pool_id))
    with reverts(match_funding.MatchFunding_WrongPhase, campaignId=campaign_id, phase=phase):
        match_funding.enrol(pool_id, campaign_id, sender=people.town)


@pytest.mark.parametrize("offset", [-1, 0])
def test_enrol__around_the_end_of_pledging__enrols_a_ratio_only_before(
    pools, campaigns, crowdfunding, match_funding, people, offset
):
    pool_id = pools.open()
    campaign_id = campaigns.reach(Phase.Extension, approved=pools.request(pool_id))
    act_at(crowdfunding.campaign(campaign_id).pledgingEndsAt + offset)
    if offset < 0:
        match_funding.enrol(pool_id, campaign_id, sender=people.town)
    else:
        with reverts(match_funding.MatchFunding_WrongPhase, campaignId=campaign_id, phase=Phase.Delivering):
            match_funding.enrol(pool_id, campaign_id, sender=people.town)


@pytest.mark.parametrize("phase", [Phase.Live, Phase.Extension])
def test_enrol__gift_to_a_campaign_that_opened__reverts(pools, campaigns, match_funding, people, phase):
    pool_id = pools.open_gift()
    campaign_id = campaigns.reach(phase, approved=pools.request(pool_id))
    with reverts(match_funding.MatchFunding_WrongPhase, campaignId=campaign_id, phase=phase):
        match_funding.enrol(pool_id, campaign_id, sender=people.town)


@pytest.mark.parametrize("offset", [-1, 0])
def test_enrol__gift_around_the_opening__enrols_only_before(
    pools, campaigns, crowdfunding, match_funding, people, offset
):
    pool_id = pools.open_gift()
    campaign_id = campaigns.reach(Phase.Approved, approved=pools.request(pool_id))
    act_at(crowdfunding.campaign(campaign_id).opensAt + offset)
    if offset < 0:
        match_funding.enrol(pool_id, campaign_id, sender=people.town)
    else:
        with reverts(match_funding.MatchFunding_WrongPhase, campaignId=campaign_id, phase=Phase.Live):
            match_funding.enrol(pool_id, campaign_id, sender=people.town)


@pytest.mark.parametrize("asked", [1, d.GOAL - 1])
def test_enrol__gift_below_the_goal__reverts(pools, campaigns, match_funding, people, asked):
    pool_id = pools.open_gift(minRaised=asked)
    campaign_id = campaigns.reach(Phase.Approved, approved=pools.request(pool_id))
    refused = {"poolId": pool_id, "campaignId": campaign_id, "minRaised": asked, "goal": d.GOAL}
    with reverts(match_funding.MatchFunding_GiftBelowGoal, **refused):
        match_funding.enrol(pool_id, campaign_id, sender=people.town)


def test_enrol__another_currency__reverts(pool_id, pools, campaigns, match_funding, euro, hostile, people):
    campaign_id = campaigns.reach(Phase.Approved, currency=hostile.address, approved=pools.request(pool_id))
    refused = {"poolId": pool_id, "campaignId": campaign_id, "poolCurrency": euro, "currency": hostile}
    with reverts(match_funding.MatchFunding_CurrencyDiffers, **refused):
        match_funding.enrol(pool_id, campaign_id, sender=people.town)


@pytest.mark.parametrize("share", [d.MAX_FIRST_TRANCHE_BPS, d.MAX_FIRST_TRANCHE_BPS + 1])
def test_enrol__around_the_largest_first_tranche__enrols_up_to_it(
    pool_id, pools, campaigns, match_funding, people, share
):
    plan = ((share, 0), (10_000 - share, 1))
    campaign_id = campaigns.reach(Phase.Approved, milestones=plan, approved=pools.request(pool_id))
    if share == d.MAX_FIRST_TRANCHE_BPS:
        match_funding.enrol(pool_id, campaign_id, sender=people.town)
        return
    refused = {
        "poolId": pool_id,
        "campaignId": campaign_id,
        "shareBps": share,
        "maxBps": d.MAX_FIRST_TRANCHE_BPS,
    }
    with reverts(match_funding.MatchFunding_FirstTrancheTooLarge, **refused):
        match_funding.enrol(pool_id, campaign_id, sender=people.town)


@pytest.mark.parametrize("terms", ["ratio_terms", "gift_terms"])
def test_enrol__own_campaign_of_the_manager__reverts(
    pools, create_campaign, match_funding, people, public_organizer, terms
):
    pool_id = match_funding.openPool(getattr(pools, terms)(), sender=people.organizer).return_value
    match_funding.fundPool(pool_id, d.POOL_FUNDS, sender=people.town)
    campaign_id = create_campaign(phase="Approved", approved=pools.request(pool_id))
    refused = {"poolId": pool_id, "campaignId": campaign_id, "organizer": public_organizer}
    with reverts(match_funding.MatchFunding_OwnCampaign, **refused):
        match_funding.enrol(pool_id, campaign_id, sender=people.organizer)


def test_enrol__own_campaign_of_a_funder__reverts(
    pool_id, pools, create_campaign, match_funding, move_entity, euro, people, public_organizer
):
    """One unit is enough, and another account for the same entity is no way round."""
    euro.approve(match_funding, 1, sender=people.organizer)
    match_funding.fundPool(pool_id, 1, sender=people.organizer)
    campaign_id = create_campaign(phase="Approved", approved=pools.request(pool_id))
    move_entity(public_organizer, people.stranger)
    refused = {"poolId": pool_id, "campaignId": campaign_id, "organizer": public_organizer}
    with reverts(match_funding.MatchFunding_OwnCampaign, **refused):
        match_funding.enrol(pool_id, campaign_id, sender=people.town)


@pytest.mark.parametrize("funds", [0, 1, d.GIFT - 1])
def test_enrol__gift_not_covered__reverts_with_what_there_is(pools, campaigns, match_funding, people, funds):
    pool_id = pools.open_gift(funds=funds)
    campaign_id = campaigns.reach(Phase.Approved, approved=pools.request(pool_id))
    with reverts(match_funding.MatchFunding_NotCovered, poolId=pool_id, needed=d.GIFT, available=funds):
        match_funding.enrol(pool_id, campaign_id, sender=people.town)


def test_enrol__second_gift_of_what_is_set_aside__reverts(pools, campaigns, match_funding, people):
    """Reserved money is never promised twice."""
    pool_id = pools.open_gift(funds=2 * d.GIFT - 1)
    campaigns.reach(Phase.Approved, approved=pools.enrol(pool_id))
    campaign_id = campaigns.reach(Phase.Approved, approved=pools.request(pool_id))
    with reverts(match_funding.MatchFunding_NotCovered, poolId=pool_id, needed=d.GIFT, available=d.GIFT - 1):
        match_funding.enrol(pool_id, campaign_id, sender=people.town)
    match_funding.fundPool(pool_id, 1, sender=people.region)
    match_funding.enrol(pool_id, campaign_id, sender=people.town)
    assert match_funding.pool(pool_id).reserved == 2 * d.GIFT


def test_enrol__fourth_pool__reverts(pools, campaigns, match_funding, people):
    enrolled = [pools.open(), pools.open_gift(), pools.open()]
    campaign_id = campaigns.reach(Phase.Approved, approved=pools.enrol(*enrolled))
    for pool_id in (pools.open(), pools.open_gift()):
        pools.request(pool_id)(campaign_id)
        with reverts(match_funding.MatchFunding_TooManyPools, campaignId=campaign_id, max=3):
            match_funding.enrol(pool_id, campaign_id, sender=people.town)
        assert match_funding.pool(pool_id).reserved == 0, "nothing is set aside"
    assert list(match_funding.poolsOf(campaign_id)) == enrolled


@pytest.mark.parametrize("role", ["organizer", "town", "admin", "deployer", "attacker"])
def test_add_pool__by_a_person__reverts(create_campaign, crowdfunding, people, role):
    campaign_id, account = create_campaign(), getattr(people, role)
    with reverts(crowdfunding.Crowdfunding_NotMatchFunding, account=account):
        crowdfunding.addPool(campaign_id, sender=account)
    assert crowdfunding.campaign(campaign_id).pools == 0


@pytest.mark.parametrize("kind, set_aside", [("open", 0), ("open_for_members", 0), ("open_gift", d.GIFT)])
def test_enrol__all_is_well__is_recorded(
    pools, campaigns, crowdfunding, match_funding, people, entities, kind, set_aside
):
    pool_id = getattr(pools, kind)()
    campaign_id = campaigns.reach(Phase.Approved, approved=pools.request(pool_id))
    sequence = match_funding.journal().sequence

    tx = match_funding.enrol(pool_id, campaign_id, sender=people.town)

    emits(
        tx,
        match_funding.CampaignEnrolled(poolId=pool_id, campaignId=campaign_id, account=people.town, reserved=set_aside),
    )
    assert match_funding.journal().sequence == sequence + 1, "journal"
    reservation = match_funding.reservation(pool_id, campaign_id)
    assert (reservation.requested, reservation.enrolled, reservation.settled) == (True, True, False), "reservation"
    assert (reservation.reserved, reservation.paid, reservation.qualifyingMembers) == (set_aside, 0, 0), "reservation"
    assert reservation.earned == (kind != "open_gift"), "a gift is not earned yet"
    pool = match_funding.pool(pool_id)
    assert (pool.funded, pool.reserved, pool.openReservations) == (d.POOL_FUNDS, set_aside, 1), "pool"
    assert crowdfunding.campaign(campaign_id).pools == 1, "campaign"
    assert list(match_funding.poolsOf(campaign_id)) == [pool_id, 0, 0], "place"
    assert match_funding.isMatchedOrganizer(pool_id, entities["organizer"]), "organizer"
    assert match_funding.managedBy(campaign_id, entities["town"]) == 0b1, "manager"
    assert match_funding.isParty(campaign_id, entities["town"], people.stranger), "party"
    assert not match_funding.isParty(campaign_id, entities["region"], people.region), "no party"


def test_enrol__several__keep_the_order_of_enrolment(pools, create_campaign, crowdfunding, match_funding, people):
    """Not that of the requests."""
    pool_ids = [pools.open(funds=0) for _ in range(3)]
    campaign_id = create_campaign(phase="Approved", approved=pools.request(*pool_ids))
    for count, pool_id in enumerate(reversed(pool_ids), start=1):
        match_funding.enrol(pool_id, campaign_id, sender=people.town)
        assert crowdfunding.campaign(campaign_id).pools == count
    assert list(match_funding.poolsOf(campaign_id)) == pool_ids[::-1]


@pytest.mark.parametrize("phase", [Phase.Live, Phase.Extension])
def test_enrol__after_pledges__matches_later_pledges_only(pools, campaigns, crowdfunding, match_funding, people, phase):
    """A pledge that was there before gives nothing back when it is withdrawn either."""
    pool_id = pools.open()
    campaign_id = campaigns.reach(phase, approved=pools.request(pool_id))
    match_funding.enrol(pool_id, campaign_id, sender=people.town)
    assert pools.reserved(pool_id, campaign_id) == 0
    crowdfunding.pledge(campaign_id, 10 * d.EURO, 5 * d.EURO, sender=people.second_backer)
    assert pools.reserved(pool_id, campaign_id) == 5 * d.EURO
    if phase == Phase.Live:
        tx = crowdfunding.withdrawPledge(campaign_id, sender=people.backer)
        assert [log.event_name for log in tx.events] == ["PledgeWithdrawn", "Transfer"]
        assert crowdfunding.campaign(campaign_id).raised == 10 * d.EURO
        assert pools.reserved(pool_id, campaign_id) == 5 * d.EURO


def test_enrol__one_pool_for_two_campaigns__keeps_them_apart(pools, create_campaign, crowdfunding, people):
    pool_id = pools.open()
    opens_at = now() + d.OPENING_DELAY
    first, second = (
        create_campaign(phase="Approved", opensAt=opens_at, approved=pools.enrol(pool_id)) for _ in range(2)
    )
    travel_to(opens_at)
    crowdfunding.pledge(first, 10 * d.EURO, 5 * d.EURO, sender=people.backer)
    crowdfunding.pledge(second, SMALL_PLEDGE, 0, sender=people.backer)
    assert [pools.reserved(pool_id, campaign_id) for campaign_id in (first, second)] == [
        5 * d.EURO,
        SMALL_PLEDGE // 2,
    ]
