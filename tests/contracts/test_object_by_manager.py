"""object, by the manager of a pool

given another phase, another claim or no open window        -> refused, as for backers (test_object.py)
given the account acts for no manager of the campaign's pools
    a funder, a manager of other pools, one that only was asked, one whose account changed  -> refused
given the manager
    alone, with nothing reserved, or a gift missed          -> stops, and without a ruling it is releasable
    twice, also after its account changed                   -> refused
    after the next claim                                    -> may object again
    of two pools                                            -> objects for both at once
    of three pools by two managers                          -> each for its own, whatever the place
    who has a pledge, too                                   -> both object in one call; each once
    suspended, or its verification expired                  -> may object: that is no entry act
    revoked                                                 -> refused
given its money, with P = pledged + reserved and w what objects
    2w around P, alone or with backers                      -> rejected from more than half on, without a ruling
    a gift that is missed                                   -> is no money
    a gift that is earned                                   -> is
"""

import pytest

from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.campaign_phases import MilestoneState, Phase
from tests.contracts.conftest import now, travel_to
from tests.contracts.expect import emits, reverts


@pytest.fixture
def claimed(pools, campaigns):
    """Returns the id of a new campaign with these pools and an open claim of its first milestone."""

    def claimed(*pool_ids, **changes):
        campaign_id = campaigns.reach(Phase.Delivering, approved=pools.enrol(*pool_ids), **changes)
        campaigns.open_claim(campaign_id)
        return campaign_id

    return claimed


def state_at_the_end(crowdfunding, campaign_id, *, of_the_ruling_window=False):
    """Lets the objection window, and the ruling window if asked, pass; returns the state of the first milestone."""
    ends_at = crowdfunding.milestone(campaign_id, 0).windowEndsAt
    travel_to(ends_at + (d.RULING_WINDOW if of_the_ruling_window else 0))
    return MilestoneState(crowdfunding.milestone(campaign_id, 0).state)


# --------------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize("role", ["region", "organizer", "stranger", "arbiter"])
def test_object__no_manager_and_no_backer__reverts(pools, claimed, crowdfunding, match_funding, people, role):
    """Not even a funder, who manages a pool of its own."""
    pool_id = pools.open()
    match_funding.openPool(pools.ratio_terms(), sender=people.region)
    match_funding.fundPool(pool_id, d.EURO, sender=people.region)
    campaign_id, account = claimed(pool_id), getattr(people, role)
    with reverts(crowdfunding.Crowdfunding_NoPledge, campaignId=campaign_id, backer=account):
        crowdfunding.object(campaign_id, 0, 1, sender=account)


def test_object__manager_of_a_pool_that_only_was_asked__reverts(pools, campaigns, crowdfunding, people):
    campaign_id = campaigns.reach(Phase.Delivering, approved=pools.request(pools.open()))
    campaigns.open_claim(campaign_id)
    with reverts(crowdfunding.Crowdfunding_NoPledge, campaignId=campaign_id, backer=people.town):
        crowdfunding.object(campaign_id, 0, 1, sender=people.town)


def test_object__managers_account_changed__follows_the_entity(
    pools, claimed, crowdfunding, move_entity, people, entities
):
    campaign_id = claimed(pools.open())
    move_entity(entities["town"], people.stranger)
    with reverts(crowdfunding.Crowdfunding_NoPledge, campaignId=campaign_id, backer=people.town):
        crowdfunding.object(campaign_id, 0, 1, sender=people.town)
    crowdfunding.object(campaign_id, 0, 1, sender=people.stranger)
    assert crowdfunding.milestone(campaign_id, 0).objectedPools == 0b1


def test_object__manager_revoked__reverts(pools, claimed, crowdfunding, people, entities, revoke_entity):
    campaign_id = claimed(pools.open())
    revoke_entity(entities["town"])
    with reverts(crowdfunding.Crowdfunding_NoPledge, campaignId=campaign_id, backer=people.town):
        crowdfunding.object(campaign_id, 0, 1, sender=people.town)


def test_object__manager_suspended_and_expired__objects(pools, claimed, crowdfunding, registry, people, entities):
    """Only entry acts need a verification that is valid now."""
    campaign_id = claimed(pools.open())
    registry.verify(entities["town"], d.PUBLIC_BODY, now() + DAY, sender=people.registrar)
    registry.suspend(entities["town"], now() + 3 * DAY, d.REASON, sender=people.registrar)
    travel_to(now() + DAY)
    assert not registry.isVerified(people.town, d.PUBLIC_BODY)
    crowdfunding.object(campaign_id, 0, 1, sender=people.town)


def test_object__manager_twice__reverts(pools, claimed, crowdfunding, move_entity, people, entities):
    """Nor once more through another account."""
    campaign_id = claimed(pools.open())
    crowdfunding.object(campaign_id, 0, 1, sender=people.town)
    refused = {"campaignId": campaign_id, "milestone": 0, "attempt": 1}
    with reverts(crowdfunding.Crowdfunding_AlreadyObjected, account=people.town, **refused):
        crowdfunding.object(campaign_id, 0, 1, sender=people.town)
    move_entity(entities["town"], people.stranger)
    with reverts(crowdfunding.Crowdfunding_AlreadyObjected, account=people.stranger, **refused):
        crowdfunding.object(campaign_id, 0, 1, sender=people.stranger)


def test_object__manager_after_the_window__reverts(pools, claimed, crowdfunding, people):
    campaign_id = claimed(pools.open())
    state_at_the_end(crowdfunding, campaign_id)
    refused = {"campaignId": campaign_id, "milestone": 0, "state": MilestoneState.Releasable}
    with reverts(crowdfunding.Crowdfunding_WrongMilestoneState, **refused):
        crowdfunding.object(campaign_id, 0, 1, sender=people.town)


# ------------------------------------------------------------------------------------------------ who objects to what


@pytest.mark.parametrize("kind", ["open", "open_for_members", "open_gift"])
def test_object__manager_alone__stops_the_claim(pools, claimed, crowdfunding, people, kind):
    """Even of a pool that reserved nothing, such as a gift that was missed."""
    campaign_id = claimed(getattr(pools, kind)())
    tx = crowdfunding.object(campaign_id, 0, 1, sender=people.town)
    emits(
        tx,
        crowdfunding.MilestoneObjected(
            campaignId=campaign_id,
            milestone=0,
            account=people.town,
            attempt=1,
            objectors=0,
            objectedAmount=0,
            objectedPools=0b1,
        ),
    )
    milestone = crowdfunding.milestone(campaign_id, 0)
    assert (milestone.objectors, milestone.objectedAmount, milestone.objectedPools) == (0, 0, 0b1)
    assert milestone.state == MilestoneState.Claimed, "until the window ends"
    assert state_at_the_end(crowdfunding, campaign_id) == MilestoneState.Stopped
    ruling_window = {"of_the_ruling_window": True}
    assert state_at_the_end(crowdfunding, campaign_id, **ruling_window) == MilestoneState.Releasable


@pytest.mark.parametrize("release, state", [(True, MilestoneState.Releasable), (False, MilestoneState.Rejected)])
def test_object__manager_alone__is_ruled(pools, claimed, campaigns, crowdfunding, people, release, state):
    campaign_id = claimed(pools.open())
    crowdfunding.object(campaign_id, 0, 1, sender=people.town)
    state_at_the_end(crowdfunding, campaign_id)
    campaigns.rule(campaign_id, release=release)
    assert crowdfunding.milestone(campaign_id, 0).state == state


def test_object__next_claim__starts_without_the_managers_objection(pools, claimed, campaigns, crowdfunding, people):
    campaign_id = claimed(pools.open())
    crowdfunding.object(campaign_id, 0, 1, sender=people.town)
    state_at_the_end(crowdfunding, campaign_id)
    campaigns.rule(campaign_id, release=False)
    campaigns.open_claim(campaign_id)
    assert crowdfunding.milestone(campaign_id, 0).objectedPools == 0
    crowdfunding.object(campaign_id, 0, 2, sender=people.town)
    assert crowdfunding.milestone(campaign_id, 0).objectedPools == 0b1


def test_object__managers_of_three_pools__object_each_for_their_own(
    pools, campaigns, crowdfunding, match_funding, people, entities
):
    """The town manages the first and the last, the region the one between."""
    first, last = pools.open(), pools.open_gift()
    between = match_funding.openPool(pools.ratio_terms(), sender=people.region).return_value

    def enrol(campaign_id):
        for pool_id, manager in ((first, people.town), (between, people.region), (last, people.town)):
            pools.request(pool_id)(campaign_id)
            match_funding.enrol(pool_id, campaign_id, sender=manager)

    campaign_id = campaigns.reach(Phase.Delivering, approved=enrol)
    campaigns.open_claim(campaign_id)
    managed = [match_funding.managedBy(campaign_id, entities[role]) for role in ("town", "region", "provider")]
    assert managed == [0b101, 0b010, 0]
    crowdfunding.object(campaign_id, 0, 1, sender=people.town)
    assert crowdfunding.milestone(campaign_id, 0).objectedPools == 0b101, "both at once"
    crowdfunding.object(campaign_id, 0, 1, sender=people.region)
    assert crowdfunding.milestone(campaign_id, 0).objectedPools == 0b111


def test_object__manager_with_a_pledge__objects_with_both_once(pools, campaigns, crowdfunding, match_funding, people):
    """It funds nothing, so that it may pledge."""
    pool_id = pools.open(funds=0)
    match_funding.fundPool(pool_id, d.POOL_FUNDS, sender=people.region)
    campaign_id = campaigns.reach(Phase.Approved, approved=pools.enrol(pool_id))
    travel_to(crowdfunding.campaign(campaign_id).opensAt)
    crowdfunding.pledge(campaign_id, 100 * d.EURO, 0, sender=people.town)
    crowdfunding.pledge(campaign_id, d.GOAL, 0, sender=people.backer)
    travel_to(crowdfunding.campaign(campaign_id).pledgingEndsAt)
    campaigns.open_claim(campaign_id)
    crowdfunding.object(campaign_id, 0, 1, sender=people.town)
    milestone = crowdfunding.milestone(campaign_id, 0)
    assert (milestone.objectedAmount, milestone.objectedPools) == (100 * d.EURO, 0b1)
    refused = {"campaignId": campaign_id, "milestone": 0, "attempt": 1, "account": people.town}
    with reverts(crowdfunding.Crowdfunding_AlreadyObjected, **refused):
        crowdfunding.object(campaign_id, 0, 1, sender=people.town)


def test_object__manager_that_moved_away_from_its_pledge__objects_with_each_from_its_account(
    pools, campaigns, crowdfunding, match_funding, move_entity, people, entities
):
    """The pledge stays with the old account, the pool goes with the entity; neither counts twice."""
    pool_id = pools.open(funds=0)
    campaign_id = campaigns.reach(Phase.Approved, approved=pools.enrol(pool_id))
    travel_to(crowdfunding.campaign(campaign_id).opensAt)
    crowdfunding.pledge(campaign_id, d.GOAL, 0, sender=people.town)
    travel_to(crowdfunding.campaign(campaign_id).pledgingEndsAt)
    campaigns.open_claim(campaign_id)
    crowdfunding.object(campaign_id, 0, 1, sender=people.town)
    move_entity(entities["town"], people.stranger)
    for account in (people.town, people.stranger):
        refused = {"campaignId": campaign_id, "milestone": 0, "attempt": 1, "account": account}
        with reverts(crowdfunding.Crowdfunding_AlreadyObjected, **refused):
            crowdfunding.object(campaign_id, 0, 1, sender=account)
    milestone = crowdfunding.milestone(campaign_id, 0)
    assert (milestone.objectedAmount, milestone.objectedPools) == (d.GOAL, 0b1)


# ----------------------------------------------------------------------------------------------------- its money


@pytest.mark.parametrize(
    "ratio, with_backer, state",
    [
        pytest.param(9_999, 0, MilestoneState.Releasable, id="less than half"),
        pytest.param(10_000, 0, MilestoneState.Releasable, id="half"),
        pytest.param(10_001, 0, MilestoneState.Rejected, id="more than half"),
        pytest.param(9_000, 1_000, MilestoneState.Rejected, id="more than half with a backer"),
        pytest.param(9_000, 500, MilestoneState.Releasable, id="half with a backer"),
        pytest.param(9_000, 510, MilestoneState.Rejected, id="little more than half with a backer"),
    ],
)
def test_window_end__money_of_the_pool_objects__rejects_from_more_than_half_on(
    pools, create_campaign, campaigns, crowdfunding, people, ratio, with_backer, state
):
    """Of 10,000 pledged units, and what the pool adds to them."""
    pool_id = pools.open(ratioBps=ratio)
    campaign_id = create_campaign(
        minPledge=0, goal=10_000, stretchGoal=10_000, extension=0, approved=pools.enrol(pool_id)
    )
    crowdfunding.pledge(campaign_id, 10_000 - with_backer, 0, sender=people.backer)
    if with_backer:
        crowdfunding.pledge(campaign_id, with_backer, 0, sender=people.second_backer)
    assert pools.reserved(pool_id, campaign_id) == ratio
    travel_to(crowdfunding.campaign(campaign_id).deadline)
    campaigns.open_claim(campaign_id)
    crowdfunding.object(campaign_id, 0, 1, sender=people.town)
    if with_backer:
        crowdfunding.object(campaign_id, 0, 1, sender=people.second_backer)
    assert state_at_the_end(crowdfunding, campaign_id) == MilestoneState.Stopped
    assert state_at_the_end(crowdfunding, campaign_id, of_the_ruling_window=True) == state


@pytest.mark.parametrize("objecting, state", [(7_500, MilestoneState.Releasable), (7_501, MilestoneState.Stopped)])
def test_window_end__backers_object__need_half_of_the_match_as_well(
    pools, create_campaign, campaigns, crowdfunding, people, objecting, state
):
    """P counts the reservation: of 10,000 pledged and 5,000 reserved, 7,500 are not more than half."""
    pool_id = pools.open()
    campaign_id = create_campaign(
        minPledge=0, goal=10_000, stretchGoal=10_000, extension=0, approved=pools.enrol(pool_id)
    )
    for backer, amount in ((people.backer, objecting), (people.second_backer, 10_000 - objecting)):
        crowdfunding.pledge(campaign_id, amount, 0, sender=backer)
    missing = 5_000 - pools.reserved(pool_id, campaign_id)
    assert missing in (0, 1), "flooring of two pledges"
    travel_to(crowdfunding.campaign(campaign_id).deadline)
    campaigns.open_claim(campaign_id)
    crowdfunding.object(campaign_id, 0, 1, sender=people.backer)
    assert state_at_the_end(crowdfunding, campaign_id) == state


@pytest.mark.parametrize("earned, state", [(True, MilestoneState.Rejected), (False, MilestoneState.Releasable)])
def test_window_end__gift_objects__is_money_if_it_is_earned(
    pools, create_campaign, campaigns, crowdfunding, match_funding, people, earned, state
):
    gift = {"campaignCap": d.GOAL + 1, "minMembers": 0, "minMemberPledge": 0}
    pool_id = pools.open_gift(**gift, minRaised=d.GOAL if earned else d.GOAL + 1)
    campaign_id = create_campaign(extension=0, approved=pools.enrol(pool_id))
    crowdfunding.pledge(campaign_id, d.GOAL, 0, sender=people.backer)
    travel_to(crowdfunding.campaign(campaign_id).deadline)
    if not earned:
        match_funding.settleReservation(pool_id, campaign_id, sender=people.stranger)
    campaigns.open_claim(campaign_id)
    crowdfunding.object(campaign_id, 0, 1, sender=people.town)
    assert state_at_the_end(crowdfunding, campaign_id) == MilestoneState.Stopped, "a manager alone stops"
    assert state_at_the_end(crowdfunding, campaign_id, of_the_ruling_window=True) == state


def test_window_end__another_pools_money__is_not_the_objectors(
    pools, create_campaign, campaigns, crowdfunding, match_funding, people
):
    """The region's pool of 2 for 1 does not object with the town's."""
    small = pools.open(ratioBps=1_000)
    large = match_funding.openPool(pools.ratio_terms(ratioBps=20_000), sender=people.region).return_value
    match_funding.fundPool(large, 1_000 * d.EURO, sender=people.region)

    def enrol(campaign_id):
        pools.enrol(small)(campaign_id)
        pools.request(large)(campaign_id)
        match_funding.enrol(large, campaign_id, sender=people.region)

    campaign_id = create_campaign(minPledge=0, goal=10_000, stretchGoal=10_000, extension=0, approved=enrol)
    crowdfunding.pledge(campaign_id, 10_000, 21_000, sender=people.backer)
    travel_to(crowdfunding.campaign(campaign_id).deadline)
    campaigns.open_claim(campaign_id)
    crowdfunding.object(campaign_id, 0, 1, sender=people.town)
    assert state_at_the_end(crowdfunding, campaign_id) == MilestoneState.Stopped
    ruling_window = {"of_the_ruling_window": True}
    assert state_at_the_end(crowdfunding, campaign_id, **ruling_window) == MilestoneState.Releasable
