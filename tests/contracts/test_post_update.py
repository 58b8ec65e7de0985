"""postUpdate

given no such campaign                                            -> refused
given the caller does not act for the organizer                   -> refused
given the organizer's entity is revoked                           -> refused, nobody acts for it
given the organizer                                               -> published, in every phase
    when it is suspended                                          -> published all the same
    when its account changed                                      -> the new account's
"""

import pytest

from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.campaign_phases import Phase
from tests.contracts.conftest import now
from tests.contracts.expect import emits, reverts


def test_post_update__unknown_campaign__reverts(crowdfunding, people):
    with reverts(crowdfunding.Crowdfunding_UnknownCampaign, campaignId=1):
        crowdfunding.postUpdate(1, d.HASH, sender=people.organizer)


@pytest.mark.parametrize("role", ["backer", "payout", "reviewer", "arbiter", "stranger", "town", "member"])
def test_post_update__not_the_organizer__reverts(campaigns, crowdfunding, people, entities, role):
    campaign_id = campaigns.reach(Phase.Live)
    account = getattr(people, role)
    with reverts(crowdfunding.Crowdfunding_NotOrganizer, campaignId=campaign_id, account=account):
        crowdfunding.postUpdate(campaign_id, d.HASH, sender=account)


def test_post_update__organizer_revoked__reverts(campaigns, crowdfunding, people, entities, revoke_entity):
    campaign_id = campaigns.reach(Phase.Delivering)
    revoke_entity(entities["organizer"])
    with reverts(crowdfunding.Crowdfunding_NotOrganizer, campaignId=campaign_id, account=people.organizer):
        crowdfunding.postUpdate(campaign_id, d.HASH, sender=people.organizer)


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase != 0])
def test_post_update__in_each_phase__publishes_and_changes_nothing(campaigns, crowdfunding, people, phase):
    campaign_id = campaigns.reach(phase)
    before = crowdfunding.campaign(campaign_id)
    sequence = crowdfunding.journal().sequence
    for document in (d.HASH, d.OTHER_HASH):
        tx = crowdfunding.postUpdate(campaign_id, document, sender=people.organizer)
        emits(tx, crowdfunding.UpdatePosted(campaignId=campaign_id, documentHash=document))
    assert crowdfunding.campaign(campaign_id) == before
    assert crowdfunding.journal().sequence == sequence + 2


def test_post_update__organizer_suspended__publishes(campaigns, crowdfunding, registry, people, entities):
    """News is owed to backers whatever the organizer's standing."""
    campaign_id = campaigns.reach(Phase.Live)
    registry.suspend(entities["organizer"], now() + 9 * DAY, d.REASON, sender=people.registrar)
    crowdfunding.postUpdate(campaign_id, d.HASH, sender=people.organizer)


def test_post_update__organizers_account_changed__belongs_to_the_new_account(
    campaigns, crowdfunding, move_entity, people, entities
):
    campaign_id = campaigns.reach(Phase.Live)
    move_entity(entities["organizer"], people.stranger)
    with reverts(crowdfunding.Crowdfunding_NotOrganizer, campaignId=campaign_id, account=people.organizer):
        crowdfunding.postUpdate(campaign_id, d.HASH, sender=people.organizer)
    crowdfunding.postUpdate(campaign_id, d.HASH, sender=people.stranger)
