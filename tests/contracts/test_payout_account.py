"""changePayoutAccount

given no such campaign                                       -> refused
given the caller is not the present payout account           -> refused, whatever role it has
given it is
    when the new one is zero, the currency, one of ours      -> refused
    when it is anything else, in any phase                   -> changed; only the new one may change it again
a recovery or change of the organizer's account              -> leaves it
"""

import pytest

from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.campaign_phases import Phase
from tests.contracts.conftest import now, travel_to
from tests.contracts.expect import emits, reverts

ZERO = "0x0000000000000000000000000000000000000000"


def test_change_payout_account__unknown_campaign__reverts(crowdfunding, people):
    with reverts(crowdfunding.Crowdfunding_UnknownCampaign, campaignId=1):
        crowdfunding.changePayoutAccount(1, people.stranger, sender=people.payout)


@pytest.mark.parametrize("role", ["organizer", "backer", "reviewer", "treasurer", "registrar", "admin", "stranger"])
def test_change_payout_account__by_another__reverts(campaigns, crowdfunding, people, role):
    campaign_id = campaigns.reach(Phase.Live)
    account = getattr(people, role)
    with reverts(crowdfunding.Crowdfunding_NotPayoutAccount, campaignId=campaign_id, account=account):
        crowdfunding.changePayoutAccount(campaign_id, account, sender=account)


@pytest.mark.parametrize("whose", ["nobody", "contract", "pools", "currency"])
def test_change_payout_account__to_one_without_exit__reverts(
    campaigns, crowdfunding, match_funding, euro, people, whose
):
    """Paid to the contract of the pools, a match would be booked as paid and stay there for ever."""
    campaign_id = campaigns.reach(Phase.Live)
    account = {
        "nobody": ZERO,
        "contract": crowdfunding.address,
        "pools": match_funding.address,
        "currency": euro.address,
    }[whose]
    with reverts(crowdfunding.Crowdfunding_InvalidPayoutAccount, account=account):
        crowdfunding.changePayoutAccount(campaign_id, account, sender=people.payout)


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase != 0])
def test_change_payout_account__in_any_phase__changes(campaigns, crowdfunding, people, phase):
    campaign_id = campaigns.reach(phase)
    tx = crowdfunding.changePayoutAccount(campaign_id, people.stranger, sender=people.payout)
    emits(
        tx,
        crowdfunding.PayoutAccountChanged(campaignId=campaign_id, oldAccount=people.payout, newAccount=people.stranger),
    )
    assert crowdfunding.campaign(campaign_id).payoutAccount == people.stranger
    assert crowdfunding.phase(campaign_id) == phase
    with reverts(crowdfunding.Crowdfunding_NotPayoutAccount, campaignId=campaign_id, account=people.payout):
        crowdfunding.changePayoutAccount(campaign_id, people.payout, sender=people.payout)
    crowdfunding.changePayoutAccount(campaign_id, people.payout, sender=people.stranger)


def test_change_payout_account__to_itself__is_recorded(campaigns, crowdfunding, people):
    campaign_id = campaigns.reach(Phase.Live)
    tx = crowdfunding.changePayoutAccount(campaign_id, people.payout, sender=people.payout)
    emits(
        tx,
        crowdfunding.PayoutAccountChanged(campaignId=campaign_id, oldAccount=people.payout, newAccount=people.payout),
    )


def test_recovery__of_the_organizer__leaves_the_payout_account(campaigns, crowdfunding, registry, people, entities):
    campaign_id = campaigns.reach(Phase.Delivering)
    registry.startRecovery(entities["organizer"], people.attacker, sender=people.registrar)
    travel_to(now() + 30 * DAY)
    registry.finishRecovery(entities["organizer"], sender=people.stranger)
    assert registry.entityOf(people.attacker) == entities["organizer"]
    assert crowdfunding.campaign(campaign_id).payoutAccount == people.payout
    with reverts(crowdfunding.Crowdfunding_NotPayoutAccount, campaignId=campaign_id, account=people.attacker):
        crowdfunding.changePayoutAccount(campaign_id, people.attacker, sender=people.attacker)
    crowdfunding.claimMilestone(campaign_id, d.HASH, sender=people.attacker)
