"""Counted members: in a campaign one member counts once, through one account

given a backer that is no member, or not verified at the pledge      -> not counted
given a verified member's first pledge                               -> counted, the id is in the pledge
    when it pledges again                                            -> counted once
    when it expires, is suspended or revoked later                   -> still counted
    when it withdraws                                                -> not counted; counted again with the next pledge
given a member that was not verified at its first pledge
    when it pledges again, verified                                  -> counted from then on
given the member moves to another account
    when the new account pledges                                     -> accepted, not counted
    when the old account pledges again                               -> counted as before
    when the old account withdraws, then the new one pledges again   -> counted through the new account
given the old account becomes another member
    when it pledges again                                            -> counted as the first member only
    when that other member pledges through a third account           -> counted
"""

import pytest

from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.conftest import now, travel_to
from tests.contracts.expect import emits

ZERO = "0x0000000000000000000000000000000000000000"
AMOUNT = d.MIN_PLEDGE


@pytest.fixture
def campaign_id(create_campaign):
    return create_campaign()


@pytest.fixture
def pledge(crowdfunding, campaign_id, euro):
    """Pledges, expects to be counted as `member_id` in a total of `members`, and checks the event."""

    def pledge(account, *, member_id, members):
        before = crowdfunding.pledgeOf(campaign_id, account).amount
        campaign = crowdfunding.campaign(campaign_id)
        raised, members_before = campaign.raised, campaign.members
        tx = crowdfunding.pledge(campaign_id, AMOUNT, 0, sender=account)
        counted = crowdfunding.MemberCounted(
            campaignId=campaign_id, backer=account, memberId=member_id, members=members
        )
        emits(
            tx,
            *([counted] if members > members_before else []),
            crowdfunding.PledgeMade(
                campaignId=campaign_id,
                backer=account,
                memberId=member_id,
                amount=AMOUNT,
                pledged=before + AMOUNT,
                raised=raised + AMOUNT,
            ),
            euro.Transfer(**{"from": account, "to": crowdfunding, "value": AMOUNT}),
        )
        assert crowdfunding.pledgeOf(campaign_id, account).memberId == member_id
        assert crowdfunding.campaign(campaign_id).members == members
        if member_id:
            assert crowdfunding.countedThrough(campaign_id, member_id) == account

    return pledge


@pytest.fixture
def withdraw(crowdfunding, campaign_id, euro):
    """Withdraws a pledge that counted as `member_id`, after which `members` are left, and checks the event."""

    def withdraw(account, *, member_id, members):
        amount = crowdfunding.pledgeOf(campaign_id, account).amount
        raised = crowdfunding.campaign(campaign_id).raised
        tx = crowdfunding.withdrawPledge(campaign_id, sender=account)
        emits(
            tx,
            crowdfunding.PledgeWithdrawn(
                campaignId=campaign_id,
                backer=account,
                memberId=member_id,
                amount=amount,
                raised=raised - amount,
                members=members,
            ),
            euro.Transfer(**{"from": crowdfunding, "to": account, "value": amount}),
        )
        assert crowdfunding.campaign(campaign_id).members == members
        if member_id:
            assert crowdfunding.countedThrough(campaign_id, member_id) == ZERO

    return withdraw


@pytest.mark.parametrize("role", ["backer", "town", "provider", "reviewer"])
def test_members__no_member__is_not_counted(pledge, people, role):
    pledge(getattr(people, role), member_id=0, members=0)


def test_members__only_registered__is_not_counted(pledge, registry, people):
    registry.register(d.MEMBER, d.HASH, sender=people.backer)
    pledge(people.backer, member_id=0, members=0)


def test_members__expired__is_not_counted(pledge, registry, people, entities):
    expiry = now() + 100
    registry.verify(entities["member"], d.MEMBER, expiry, sender=people.registrar)
    travel_to(expiry)
    pledge(people.member, member_id=0, members=0)


def test_members__suspended__is_not_counted(pledge, registry, people, entities):
    registry.suspend(entities["member"], now() + 2 * DAY, d.REASON, sender=people.registrar)
    pledge(people.member, member_id=0, members=0)


def test_members__revoked__is_not_counted(pledge, people, entities, revoke_entity):
    revoke_entity(entities["member"])
    pledge(people.member, member_id=0, members=0)


def test_members__verified__count_once_each(pledge, people, entities):
    pledge(people.member, member_id=entities["member"], members=1)
    pledge(people.second_member, member_id=entities["second_member"], members=2)
    pledge(people.member, member_id=entities["member"], members=2)
    pledge(people.backer, member_id=0, members=2)


@pytest.mark.parametrize("change", ["expiry", "suspension", "revocation"])
def test_members__status_lost_after_the_pledge__still_counts(
    pledge, withdraw, registry, people, entities, revoke_entity, change
):
    member = entities["member"]
    pledge(people.member, member_id=member, members=1)
    if change == "expiry":
        registry.verify(member, d.MEMBER, now() + 2, sender=people.registrar)
    elif change == "suspension":
        registry.suspend(member, now() + 2 * DAY, d.REASON, sender=people.registrar)
    else:
        revoke_entity(member)
    pledge(people.member, member_id=member, members=1)
    withdraw(people.member, member_id=member, members=0)


def test_members__verified_after_the_first_pledge__counts_from_the_next(pledge, registry, people):
    registry.register(d.MEMBER, d.HASH, sender=people.backer)
    member = registry.entityCount()
    pledge(people.backer, member_id=0, members=0)
    registry.verify(member, d.MEMBER, now() + 300 * DAY, sender=people.registrar)
    pledge(people.backer, member_id=member, members=1)


def test_members__withdrawn_and_pledged_again__counts_again(pledge, withdraw, people, entities):
    pledge(people.member, member_id=entities["member"], members=1)
    withdraw(people.member, member_id=entities["member"], members=0)
    pledge(people.member, member_id=entities["member"], members=1)


def test_members__uncounted_pledge_withdrawn__changes_no_count(pledge, withdraw, people, entities):
    pledge(people.member, member_id=entities["member"], members=1)
    pledge(people.backer, member_id=0, members=1)
    withdraw(people.backer, member_id=0, members=1)


def test_members__moved_to_another_account__counts_through_the_first(pledge, withdraw, move_entity, people, entities):
    member = entities["member"]
    pledge(people.member, member_id=member, members=1)
    move_entity(member, people.stranger)
    pledge(people.stranger, member_id=0, members=1)
    pledge(people.member, member_id=member, members=1)
    withdraw(people.stranger, member_id=0, members=1)


def test_members__first_account_withdrew__counts_through_the_other(pledge, withdraw, move_entity, people, entities):
    member = entities["member"]
    pledge(people.member, member_id=member, members=1)
    move_entity(member, people.stranger)
    pledge(people.stranger, member_id=0, members=1)
    withdraw(people.member, member_id=member, members=0)
    pledge(people.stranger, member_id=member, members=1)
    pledge(people.member, member_id=0, members=1)


def test_members__another_member_in_the_same_account__is_not_counted(pledge, move_entity, verify, people, entities):
    first = entities["member"]
    pledge(people.member, member_id=first, members=1)
    move_entity(first, people.stranger)
    second = verify(people.member, d.MEMBER)
    pledge(people.member, member_id=first, members=1)
    move_entity(second, people.attacker)
    pledge(people.attacker, member_id=second, members=2)


def test_members__of_two_campaigns__are_counted_in_each(create_campaign, crowdfunding, people, entities):
    opens_at = now() + d.OPENING_DELAY
    campaign_ids = [create_campaign(phase="Approved", opensAt=opens_at) for _ in range(2)]
    travel_to(opens_at)
    for campaign_id in campaign_ids:
        crowdfunding.pledge(campaign_id, AMOUNT, 0, sender=people.member)
        assert crowdfunding.campaign(campaign_id).members == 1
        assert crowdfunding.countedThrough(campaign_id, entities["member"]) == people.member
