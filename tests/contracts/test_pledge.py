"""pledge

given entry is paused                                   -> refused (test_pause.py)
given no such campaign                                  -> refused
given another phase than Live or Extension              -> refused; each edge of the two is tried
given the currency was delisted                         -> refused (test_currencies.py)
given the organizer is suspended                        -> refused until the suspension ends
given an accepting campaign
    when the amount is zero, or above the rest          -> refused, with the rest
    when it is below the minimum and not the rest       -> refused
    when it is the rest, below the minimum              -> pledged
    when the backer insists on a match                  -> refused, there is none
    when the backer is the organizer                    -> refused; by the account that acts for it now
    when allowance or balance are missing               -> refused by the currency
    when all is well                                    -> pledged; totals add up
        in the Extension, reaching the stretch goal     -> Delivering in the same second
"""

import pytest

from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.campaign_phases import SMALL_PLEDGE, Phase
from tests.contracts.conftest import act_at, now, travel_to
from tests.contracts.expect import emits, reverts


def test_pledge__unknown_campaign__reverts(crowdfunding, people):
    with reverts(crowdfunding.Crowdfunding_UnknownCampaign, campaignId=1):
        crowdfunding.pledge(1, d.MIN_PLEDGE, 0, sender=people.backer)


@pytest.mark.parametrize("phase", [p for p in Phase if p not in (0, Phase.Live, Phase.Extension)])
def test_pledge__wrong_phase__reverts(campaigns, crowdfunding, people, phase):
    campaign_id = campaigns.reach(phase)
    with reverts(crowdfunding.Crowdfunding_WrongPhase, campaignId=campaign_id, phase=phase):
        crowdfunding.pledge(campaign_id, d.MIN_PLEDGE, 0, sender=people.second_backer)


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_pledge__around_the_opening__pledges_from_that_second(campaigns, crowdfunding, people, offset):
    campaign_id = campaigns.reach(Phase.Approved)
    act_at(crowdfunding.campaign(campaign_id).opensAt + offset)
    if offset < 0:
        with reverts(crowdfunding.Crowdfunding_WrongPhase, campaignId=campaign_id, phase=Phase.Approved):
            crowdfunding.pledge(campaign_id, d.MIN_PLEDGE, 0, sender=people.backer)
    else:
        crowdfunding.pledge(campaign_id, d.MIN_PLEDGE, 0, sender=people.backer)


@pytest.mark.parametrize("offset", [-1, 0, 1])
@pytest.mark.parametrize(
    "raised, extension, phase",
    [
        pytest.param(d.GOAL - 1, d.EXTENSION, Phase.Failed, id="goal missed by one unit"),
        pytest.param(d.GOAL, 0, Phase.Delivering, id="goal reached, no extension"),
        pytest.param(d.GOAL, d.EXTENSION, Phase.Extension, id="goal reached"),
        pytest.param(d.STRETCH_GOAL - 1, d.EXTENSION, Phase.Extension, id="stretch goal missed by one unit"),
        pytest.param(d.STRETCH_GOAL, d.EXTENSION, Phase.Delivering, id="stretch goal reached"),
    ],
)
def test_pledge__around_the_deadline__depends_on_what_is_raised(
    create_campaign, crowdfunding, people, raised, extension, phase, offset
):
    campaign_id = create_campaign(extension=extension, minPledge=0)
    crowdfunding.pledge(campaign_id, raised, 0, sender=people.backer)
    deadline = crowdfunding.campaign(campaign_id).deadline
    travel_to(deadline + offset)
    assert crowdfunding.phase(campaign_id) == (Phase.Live if offset < 0 else phase)
    if offset < 0:
        return
    if phase == Phase.Extension:
        crowdfunding.pledge(campaign_id, 1, 0, sender=people.second_backer)
    else:
        with reverts(crowdfunding.Crowdfunding_WrongPhase, campaignId=campaign_id, phase=phase):
            crowdfunding.pledge(campaign_id, 1, 0, sender=people.second_backer)


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_pledge__around_the_end_of_the_extension__pledges_only_before(campaigns, crowdfunding, people, offset):
    campaign_id = campaigns.reach(Phase.Extension)
    campaign = crowdfunding.campaign(campaign_id)
    assert campaign.pledgingEndsAt == campaign.deadline + d.EXTENSION
    act_at(campaign.pledgingEndsAt + offset)
    if offset < 0:
        crowdfunding.pledge(campaign_id, d.MIN_PLEDGE, 0, sender=people.backer)
    else:
        with reverts(crowdfunding.Crowdfunding_WrongPhase, campaignId=campaign_id, phase=Phase.Delivering):
            crowdfunding.pledge(campaign_id, d.MIN_PLEDGE, 0, sender=people.backer)


@pytest.mark.parametrize("phase", [Phase.Live, Phase.Extension])
def test_pledge__organizer_suspended__reverts_until_the_suspension_ends(
    campaigns, crowdfunding, registry, people, entities, phase
):
    campaign_id = campaigns.reach(phase)
    until = now() + 2 * DAY
    registry.suspend(entities["organizer"], until, d.REASON, sender=people.registrar)
    act_at(until - 1)
    with reverts(
        crowdfunding.Crowdfunding_OrganizerSuspended,
        campaignId=campaign_id,
        organizer=entities["organizer"],
        suspendedUntil=until,
    ):
        crowdfunding.pledge(campaign_id, d.MIN_PLEDGE, 0, sender=people.backer)
    act_at(until)
    crowdfunding.pledge(campaign_id, d.MIN_PLEDGE, 0, sender=people.backer)


def test_pledge__zero__reverts(campaigns, crowdfunding, people):
    campaign_id = campaigns.reach(Phase.Live)
    with reverts(crowdfunding.Crowdfunding_ZeroAmount, campaignId=campaign_id):
        crowdfunding.pledge(campaign_id, 0, 0, sender=people.backer)


def test_pledge__zero_where_there_is_no_minimum__reverts(create_campaign, crowdfunding, people):
    campaign_id = create_campaign(minPledge=0)
    with reverts(crowdfunding.Crowdfunding_ZeroAmount, campaignId=campaign_id):
        crowdfunding.pledge(campaign_id, 0, 0, sender=people.backer)
    crowdfunding.pledge(campaign_id, 1, 0, sender=people.backer)


@pytest.mark.parametrize("amount", [d.STRETCH_GOAL - SMALL_PLEDGE + 1, 2**96, 2**256 - 1])
def test_pledge__above_the_rest__reverts_with_the_rest(campaigns, crowdfunding, people, amount):
    campaign_id = campaigns.reach(Phase.Live)
    rest = d.STRETCH_GOAL - SMALL_PLEDGE
    with reverts(crowdfunding.Crowdfunding_PledgeAboveRest, campaignId=campaign_id, amount=amount, rest=rest):
        crowdfunding.pledge(campaign_id, amount, 0, sender=people.second_backer)


def test_pledge__nothing_left__reverts_with_no_rest(create_campaign, crowdfunding, people):
    campaign_id = create_campaign()
    crowdfunding.pledge(campaign_id, d.STRETCH_GOAL, 0, sender=people.backer)
    assert crowdfunding.phase(campaign_id) == Phase.Live
    with reverts(crowdfunding.Crowdfunding_PledgeAboveRest, campaignId=campaign_id, amount=1, rest=0):
        crowdfunding.pledge(campaign_id, 1, 0, sender=people.second_backer)


def test_pledge__below_the_minimum__reverts(campaigns, crowdfunding, people):
    campaign_id = campaigns.reach(Phase.Live)
    for amount in (1, d.MIN_PLEDGE - 1):
        with reverts(
            crowdfunding.Crowdfunding_PledgeBelowMinimum,
            campaignId=campaign_id,
            amount=amount,
            minPledge=d.MIN_PLEDGE,
        ):
            crowdfunding.pledge(campaign_id, amount, 0, sender=people.backer)
    crowdfunding.pledge(campaign_id, d.MIN_PLEDGE, 0, sender=people.second_backer)


def test_pledge__below_the_minimum_and_not_the_rest__reverts(create_campaign, crowdfunding, people):
    campaign_id = create_campaign()
    crowdfunding.pledge(campaign_id, d.STRETCH_GOAL - 3, 0, sender=people.backer)
    with reverts(
        crowdfunding.Crowdfunding_PledgeBelowMinimum, campaignId=campaign_id, amount=2, minPledge=d.MIN_PLEDGE
    ):
        crowdfunding.pledge(campaign_id, 2, 0, sender=people.second_backer)
    crowdfunding.pledge(campaign_id, 3, 0, sender=people.second_backer)
    assert crowdfunding.campaign(campaign_id).raised == d.STRETCH_GOAL


@pytest.mark.parametrize("min_match", [1, 2**256 - 1])
def test_pledge__match_wanted__reverts(campaigns, crowdfunding, people, min_match):
    campaign_id = campaigns.reach(Phase.Live)
    with reverts(crowdfunding.Crowdfunding_MatchBelowMinimum, campaignId=campaign_id, minMatch=min_match, available=0):
        crowdfunding.pledge(campaign_id, d.MIN_PLEDGE, min_match, sender=people.backer)


@pytest.mark.parametrize("phase", [Phase.Live, Phase.Extension])
def test_pledge__by_the_organizer__reverts(campaigns, crowdfunding, people, entities, phase):
    campaign_id = campaigns.reach(phase)
    with reverts(
        crowdfunding.Crowdfunding_OrganizerCannotPledge, campaignId=campaign_id, organizer=entities["organizer"]
    ):
        crowdfunding.pledge(campaign_id, d.MIN_PLEDGE, 0, sender=people.organizer)


def test_pledge__organizers_account_changed__refuses_the_new_account(
    campaigns, crowdfunding, move_entity, people, entities
):
    campaign_id = campaigns.reach(Phase.Live)
    move_entity(entities["organizer"], people.stranger)
    with reverts(
        crowdfunding.Crowdfunding_OrganizerCannotPledge, campaignId=campaign_id, organizer=entities["organizer"]
    ):
        crowdfunding.pledge(campaign_id, d.MIN_PLEDGE, 0, sender=people.stranger)
    crowdfunding.pledge(campaign_id, d.MIN_PLEDGE, 0, sender=people.organizer)


def test_pledge__no_allowance__reverts(campaigns, crowdfunding, euro, people):
    campaign_id = campaigns.reach(Phase.Live)
    euro.approve(crowdfunding, d.MIN_PLEDGE - 1, sender=people.stranger)
    with reverts(
        euro.ERC20InsufficientAllowance, spender=crowdfunding, allowance=d.MIN_PLEDGE - 1, needed=d.MIN_PLEDGE
    ):
        crowdfunding.pledge(campaign_id, d.MIN_PLEDGE, 0, sender=people.stranger)


def test_pledge__no_balance__reverts(campaigns, crowdfunding, euro, people):
    campaign_id = campaigns.reach(Phase.Live)
    balance = euro.balanceOf(people.stranger)
    euro.transfer(people.backer, balance - 1, sender=people.stranger)
    with reverts(euro.ERC20InsufficientBalance, sender=people.stranger, balance=1, needed=d.MIN_PLEDGE):
        crowdfunding.pledge(campaign_id, d.MIN_PLEDGE, 0, sender=people.stranger)


def test_pledge__first__is_recorded(create_campaign, crowdfunding, euro, people):
    campaign_id = create_campaign()
    amount = d.MIN_PLEDGE + 1
    before = euro.balanceOf(people.backer)

    tx = crowdfunding.pledge(campaign_id, amount, 0, sender=people.backer)

    emits(
        tx,
        crowdfunding.PledgeMade(
            campaignId=campaign_id,
            backer=people.backer,
            memberId=0,
            amount=amount,
            pledged=amount,
            raised=amount,
        ),
        euro.Transfer(**{"from": people.backer, "to": crowdfunding, "value": amount}),
    )
    pledge = crowdfunding.pledgeOf(campaign_id, people.backer)
    assert (pledge.amount, pledge.memberId, pledge.firstMatch) == (amount, 0, 0), "pledge"
    assert crowdfunding.campaign(campaign_id).raised == amount, "campaign"
    assert crowdfunding.refundable(campaign_id, people.backer) == 0, "nothing to refund while live"
    assert euro.balanceOf(people.backer) == before - amount, "backer"
    assert euro.balanceOf(crowdfunding) == amount, "contract"


def test_pledge__again_and_by_another__adds_up(create_campaign, crowdfunding, euro, people):
    campaign_id = create_campaign()
    first, second, third = 7 * d.EURO, 11 * d.EURO + 1, 13 * d.EURO + 2
    crowdfunding.pledge(campaign_id, first, 0, sender=people.backer)
    crowdfunding.pledge(campaign_id, second, 0, sender=people.second_backer)
    tx = crowdfunding.pledge(campaign_id, third, 0, sender=people.backer)
    emits(
        tx,
        crowdfunding.PledgeMade(
            campaignId=campaign_id,
            backer=people.backer,
            memberId=0,
            amount=third,
            pledged=first + third,
            raised=first + second + third,
        ),
        euro.Transfer(**{"from": people.backer, "to": crowdfunding, "value": third}),
    )
    assert crowdfunding.pledgeOf(campaign_id, people.backer).amount == first + third
    assert crowdfunding.pledgeOf(campaign_id, people.second_backer).amount == second
    assert euro.balanceOf(crowdfunding) == first + second + third


def test_pledge__two_campaigns__are_kept_apart(create_campaign, crowdfunding, people):
    opens_at = now() + d.OPENING_DELAY
    first, second = (create_campaign(phase="Approved", opensAt=opens_at) for _ in range(2))
    travel_to(opens_at)
    crowdfunding.pledge(first, d.MIN_PLEDGE, 0, sender=people.backer)
    crowdfunding.pledge(second, d.GOAL, 0, sender=people.backer)
    assert [crowdfunding.campaign(i).raised for i in (first, second)] == [d.MIN_PLEDGE, d.GOAL]
    assert [crowdfunding.pledgeOf(i, people.backer).amount for i in (first, second)] == [d.MIN_PLEDGE, d.GOAL]


@pytest.mark.parametrize("used", [0, 1, d.EXTENSION - 1])
def test_pledge__reaching_the_stretch_goal_in_the_extension__delivers_in_the_same_second(
    campaigns, crowdfunding, euro, people, used
):
    campaign_id = campaigns.reach(Phase.Live)
    crowdfunding.pledge(campaign_id, d.GOAL - SMALL_PLEDGE, 0, sender=people.backer)
    deadline = crowdfunding.campaign(campaign_id).deadline
    rest = d.STRETCH_GOAL - d.GOAL
    act_at(deadline + used)
    tx = crowdfunding.pledge(campaign_id, rest, 0, sender=people.second_backer)
    assert tx.timestamp == deadline + used
    emits(
        tx,
        crowdfunding.PledgeMade(
            campaignId=campaign_id,
            backer=people.second_backer,
            memberId=0,
            amount=rest,
            pledged=rest,
            raised=d.STRETCH_GOAL,
        ),
        crowdfunding.StretchGoalReached(
            campaignId=campaign_id, raised=d.STRETCH_GOAL, oldPhase=Phase.Extension, newPhase=Phase.Delivering
        ),
        euro.Transfer(**{"from": people.second_backer, "to": crowdfunding, "value": rest}),
    )
    assert crowdfunding.phase(campaign_id) == Phase.Delivering
    assert crowdfunding.campaign(campaign_id).pledgingEndsAt == deadline + used
    act_at(deadline + used + 1)
    crowdfunding.claimMilestone(campaign_id, d.HASH, sender=people.organizer)


def test_pledge__in_the_extension_below_the_stretch_goal__tells_of_none(campaigns, crowdfunding, euro, people):
    campaign_id = campaigns.reach(Phase.Extension)
    amount = d.STRETCH_GOAL - d.GOAL - 1

    tx = crowdfunding.pledge(campaign_id, amount, 0, sender=people.second_backer)

    pledge = {"campaignId": campaign_id, "backer": people.second_backer, "memberId": 0}
    emits(
        tx,
        crowdfunding.PledgeMade(**pledge, amount=amount, pledged=amount, raised=d.STRETCH_GOAL - 1),
        euro.Transfer(**{"from": people.second_backer, "to": crowdfunding, "value": amount}),
    )
    assert crowdfunding.phase(campaign_id) == Phase.Extension


def test_phase__around_a_stretch_goal_in_the_extension__changes_in_that_second(campaigns, crowdfunding, people):
    campaign_id = campaigns.reach(Phase.Extension)
    reached_at = now() + 5
    travel_to(reached_at - 1)
    assert crowdfunding.phase(campaign_id) == Phase.Extension
    act_at(reached_at)
    crowdfunding.pledge(campaign_id, d.STRETCH_GOAL - d.GOAL, 0, sender=people.second_backer)
    assert (now(), crowdfunding.phase(campaign_id)) == (reached_at, Phase.Delivering)
    travel_to(reached_at + 1)
    assert crowdfunding.phase(campaign_id) == Phase.Delivering


def test_pledge__reaching_the_stretch_goal_while_live__stays_live(create_campaign, crowdfunding, euro, people):
    campaign_id = create_campaign()
    tx = crowdfunding.pledge(campaign_id, d.STRETCH_GOAL, 0, sender=people.backer)
    emits(
        tx,
        crowdfunding.PledgeMade(
            campaignId=campaign_id,
            backer=people.backer,
            memberId=0,
            amount=d.STRETCH_GOAL,
            pledged=d.STRETCH_GOAL,
            raised=d.STRETCH_GOAL,
        ),
        euro.Transfer(**{"from": people.backer, "to": crowdfunding, "value": d.STRETCH_GOAL}),
    )
    assert crowdfunding.phase(campaign_id) == Phase.Live
    assert crowdfunding.campaign(campaign_id).pledgingEndsAt == crowdfunding.campaign(campaign_id).deadline
