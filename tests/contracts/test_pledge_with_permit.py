"""pledgeWithPermit

given entry is paused                                        -> refused (test_pause.py)
given no such campaign, or a pledge that is refused anyway   -> refused as by pledge
given no allowance
    when the permit is valid                                 -> pledged, the allowance is used up
    when it is expired, foreign, tampered with, for less     -> refused by the currency
    when the currency has no permit                          -> refused by the currency
given an allowance
    when the permit was used by a front-runner               -> pledged
    when it is expired, or the currency has none             -> pledged
"""

import pytest

from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.campaign_phases import Phase
from tests.contracts.conftest import act_at, now
from tests.contracts.expect import emits, reverts
from tests.contracts.permits import permit

AMOUNT = 123 * d.EURO


@pytest.fixture
def campaign_id(create_campaign, euro, crowdfunding, people):
    """A live campaign; `people.backer` has allowed nothing."""
    euro.approve(crowdfunding, 0, sender=people.backer)
    return create_campaign()


def test_pledge_with_permit__unknown_campaign__reverts(crowdfunding, euro, people):
    signed = permit(euro, people.backer, crowdfunding, AMOUNT, now() + DAY)
    with reverts(crowdfunding.Crowdfunding_UnknownCampaign, campaignId=1):
        crowdfunding.pledgeWithPermit(1, AMOUNT, 0, *signed, sender=people.backer)


@pytest.mark.parametrize("phase", [p for p in Phase if p not in (0, Phase.Live, Phase.Extension)])
def test_pledge_with_permit__wrong_phase__reverts(campaigns, crowdfunding, euro, people, phase):
    campaign_id = campaigns.reach(phase)
    signed = permit(euro, people.member, crowdfunding, AMOUNT, now() + DAY)
    with reverts(crowdfunding.Crowdfunding_WrongPhase, campaignId=campaign_id, phase=phase):
        crowdfunding.pledgeWithPermit(campaign_id, AMOUNT, 0, *signed, sender=people.member)


def test_pledge_with_permit__match_wanted__reverts(campaign_id, crowdfunding, euro, people):
    signed = permit(euro, people.backer, crowdfunding, AMOUNT, now() + DAY)
    with reverts(crowdfunding.Crowdfunding_MatchBelowMinimum, campaignId=campaign_id, minMatch=1, available=0):
        crowdfunding.pledgeWithPermit(campaign_id, AMOUNT, 1, *signed, sender=people.backer)
    assert euro.allowance(people.backer, crowdfunding) == 0, "the permit was not used either"


def test_pledge_with_permit__by_the_organizer__reverts(campaign_id, crowdfunding, euro, people, entities):
    signed = permit(euro, people.organizer, crowdfunding, AMOUNT, now() + DAY)
    with reverts(
        crowdfunding.Crowdfunding_OrganizerCannotPledge, campaignId=campaign_id, organizer=entities["organizer"]
    ):
        crowdfunding.pledgeWithPermit(campaign_id, AMOUNT, 0, *signed, sender=people.organizer)


def refused_for_want_of_allowance(crowdfunding, euro, allowance=0):
    return reverts(euro.ERC20InsufficientAllowance, spender=crowdfunding, allowance=allowance, needed=AMOUNT)


def test_pledge_with_permit__signed_by_another__reverts(campaign_id, crowdfunding, euro, people):
    signed = permit(euro, people.second_backer, crowdfunding, AMOUNT, now() + DAY)
    with refused_for_want_of_allowance(crowdfunding, euro):
        crowdfunding.pledgeWithPermit(campaign_id, AMOUNT, 0, *signed, sender=people.backer)


@pytest.mark.parametrize(
    "change", [{"value": AMOUNT - 1}, {"value": AMOUNT + 1}, {"nonce": 1}, {"spender": "0x" + "11" * 20}]
)
def test_pledge_with_permit__of_something_else__reverts(campaign_id, crowdfunding, euro, people, change):
    signed = permit(euro, people.backer, crowdfunding, AMOUNT, now() + DAY, **change)
    with refused_for_want_of_allowance(crowdfunding, euro):
        crowdfunding.pledgeWithPermit(campaign_id, AMOUNT, 0, *signed, sender=people.backer)


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_pledge_with_permit__around_its_deadline__pledges_to_that_second(
    campaign_id, crowdfunding, euro, people, offset
):
    expiry = now() + 100
    signed = permit(euro, people.backer, crowdfunding, AMOUNT, expiry)
    act_at(expiry + offset)
    if offset <= 0:
        crowdfunding.pledgeWithPermit(campaign_id, AMOUNT, 0, *signed, sender=people.backer)
    else:
        with refused_for_want_of_allowance(crowdfunding, euro):
            crowdfunding.pledgeWithPermit(campaign_id, AMOUNT, 0, *signed, sender=people.backer)


def test_pledge_with_permit__used_already_by_the_backer__reverts(campaign_id, crowdfunding, euro, people):
    signed = permit(euro, people.backer, crowdfunding, AMOUNT, now() + DAY)
    crowdfunding.pledgeWithPermit(campaign_id, AMOUNT, 0, *signed, sender=people.backer)
    with refused_for_want_of_allowance(crowdfunding, euro):
        crowdfunding.pledgeWithPermit(campaign_id, AMOUNT, 0, *signed, sender=people.backer)


def pledge_made(crowdfunding, campaign_id, backer):
    return crowdfunding.PledgeMade(
        campaignId=campaign_id, backer=backer, memberId=0, amount=AMOUNT, pledged=AMOUNT, raised=AMOUNT
    )


def test_pledge_with_permit__valid__pledges_and_uses_up_the_allowance(campaign_id, crowdfunding, euro, people):
    signed = permit(euro, people.backer, crowdfunding, AMOUNT, now() + DAY)
    before = euro.balanceOf(people.backer)

    tx = crowdfunding.pledgeWithPermit(campaign_id, AMOUNT, 0, *signed, sender=people.backer)

    emits(
        tx,
        euro.Approval(owner=people.backer, spender=crowdfunding, value=AMOUNT),
        pledge_made(crowdfunding, campaign_id, people.backer),
        euro.Transfer(**{"from": people.backer, "to": crowdfunding, "value": AMOUNT}),
    )
    assert crowdfunding.pledgeOf(campaign_id, people.backer).amount == AMOUNT, "pledge"
    assert crowdfunding.campaign(campaign_id).raised == AMOUNT, "campaign"
    assert euro.allowance(people.backer, crowdfunding) == 0, "allowance"
    assert euro.balanceOf(people.backer) == before - AMOUNT, "backer"
    assert euro.balanceOf(crowdfunding) == AMOUNT, "contract"


def test_pledge_with_permit__used_by_a_front_runner__pledges(campaign_id, crowdfunding, euro, people):
    signed = permit(euro, people.backer, crowdfunding, AMOUNT, now() + DAY)
    euro.permit(people.backer, crowdfunding, AMOUNT, *signed, sender=people.attacker)

    tx = crowdfunding.pledgeWithPermit(campaign_id, AMOUNT, 0, *signed, sender=people.backer)

    emits(
        tx,
        pledge_made(crowdfunding, campaign_id, people.backer),
        euro.Transfer(**{"from": people.backer, "to": crowdfunding, "value": AMOUNT}),
    )


def test_pledge_with_permit__expired_with_allowance__pledges(campaign_id, crowdfunding, euro, people):
    signed = permit(euro, people.second_backer, crowdfunding, AMOUNT, now() - 1)
    crowdfunding.pledgeWithPermit(campaign_id, AMOUNT, 0, *signed, sender=people.second_backer)
    assert crowdfunding.pledgeOf(campaign_id, people.second_backer).amount == AMOUNT


@pytest.mark.parametrize("allowance", [AMOUNT - 1, AMOUNT])
def test_pledge_with_permit__currency_without_permit__needs_the_allowance(
    create_campaign, crowdfunding, hostile, people, allowance
):
    campaign_id = create_campaign(currency=hostile.address)
    hostile.approve(crowdfunding, allowance, sender=people.backer)
    nonsense = (now() + DAY, 27, bytes(32), bytes(32))
    if allowance < AMOUNT:
        with refused_for_want_of_allowance(crowdfunding, hostile, allowance):
            crowdfunding.pledgeWithPermit(campaign_id, AMOUNT, 0, *nonsense, sender=people.backer)
    else:
        tx = crowdfunding.pledgeWithPermit(campaign_id, AMOUNT, 0, *nonsense, sender=people.backer)
        emits(
            tx,
            pledge_made(crowdfunding, campaign_id, people.backer),
            hostile.Transfer(**{"from": people.backer, "to": crowdfunding, "value": AMOUNT}),
        )
