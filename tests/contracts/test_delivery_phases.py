"""Acts on milestones and their money: claimMilestone, object, rule, releaseMilestone, releaseAndCollect, terminate

given no such campaign                        -> refused, whichever act
given another phase than Delivering           -> refused, whichever act
(in Delivering: test_milestones.py, test_object.py, test_rule.py, test_terminate.py, test_collect.py)
"""

import pytest

from tests.contracts import defaults as d
from tests.contracts.campaign_phases import Phase
from tests.contracts.expect import reverts

#: Arguments after the campaign's id, and who may call in Delivering; others may be refused for who they are first.
ACTS = {
    "claimMilestone": ((d.HASH,), ("organizer",)),
    "object": ((0, 1), ("backer",)),
    "rule": ((0, 1, True, d.REASON), ("arbiter",)),
    "releaseMilestone": ((), ("stranger",)),
    "releaseAndCollect": ((), ("payout",)),
    "terminate": ((), ("organizer", "stranger")),
}


@pytest.mark.parametrize("act", ACTS)
def test_delivery_act__unknown_campaign__reverts(crowdfunding, people, act):
    arguments, callers = ACTS[act]
    for role in callers:
        with reverts(crowdfunding.Crowdfunding_UnknownCampaign, campaignId=1):
            getattr(crowdfunding, act)(1, *arguments, sender=getattr(people, role))


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase not in (0, Phase.Delivering)])
def test_delivery_acts__wrong_phase__revert(campaigns, crowdfunding, people, phase):
    campaign_id = campaigns.reach(phase)
    for act, (arguments, callers) in ACTS.items():
        for role in callers:
            with reverts(crowdfunding.Crowdfunding_WrongPhase, campaignId=campaign_id, phase=phase):
                getattr(crowdfunding, act)(campaign_id, *arguments, sender=getattr(people, role))
