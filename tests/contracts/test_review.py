"""approveCampaign, rejectCampaign

given the caller is no reviewer                                   -> refused
given the caller comes through the forwarder                      -> refused (test_authority.py)
given the caller is the authority, executing a reviewer's call    -> refused
given the reviewer acts for the organizer, or is paid by it       -> refused
given no such campaign                                            -> refused
given another phase than Submitted
    decided, canceled, lapsed at min(submission + 30 days, opensAt) -> refused
given Submitted, to its last second                               -> decided, for good
"""

import pytest

from scripts.deploy import ADMIN, DAY, REVIEWER
from tests.contracts import defaults as d
from tests.contracts.campaign_phases import Phase
from tests.contracts.conftest import act_at, now, travel_to
from tests.contracts.expect import emits, reverts
from tests.contracts.schedule import administer

REVIEW_DURATION = 30 * DAY


@pytest.fixture
def review(crowdfunding):
    """Calls either act of review."""

    def review(act, campaign_id, sender):
        if act == "approve":
            return crowdfunding.approveCampaign(campaign_id, sender=sender)
        return crowdfunding.rejectCampaign(campaign_id, d.REASON, sender=sender)

    return review


both_acts = pytest.mark.parametrize("act", ["approve", "reject"])


@both_acts
@pytest.mark.parametrize("role", ["organizer", "backer", "registrar", "treasurer", "arbiter", "guardian", "admin"])
def test_review__without_the_role__reverts(campaigns, review, crowdfunding, people, act, role):
    campaign_id = campaigns.reach(Phase.Submitted)
    account = getattr(people, role)
    with reverts(crowdfunding.AccessManagedUnauthorized, caller=account):
        review(act, campaign_id, account)


@both_acts
def test_review__through_the_authority__reverts(campaigns, crowdfunding, lab, people, act):
    campaign_id = campaigns.reach(Phase.Submitted)
    method, arguments = {
        "approve": (crowdfunding.approveCampaign, (campaign_id,)),
        "reject": (crowdfunding.rejectCampaign, (campaign_id, d.REASON)),
    }[act]
    with reverts(crowdfunding.Lab_ActByAuthority, authority=lab.authority):
        lab.authority.execute(crowdfunding, method.encode_input(*arguments), sender=people.reviewer)


@both_acts
def test_review__unknown_campaign__reverts(review, crowdfunding, people, act):
    with reverts(crowdfunding.Crowdfunding_UnknownCampaign, campaignId=1):
        review(act, 1, people.reviewer)


@both_acts
def test_review__by_the_organizer__reverts(campaigns, review, crowdfunding, lab, people, act):
    campaign_id = campaigns.reach(Phase.Submitted)
    administer(lab.authority, lab.authority.grantRole, REVIEWER, people.organizer, 0, sender=people.admin)
    campaign_id = campaigns.reach(Phase.Submitted)
    with reverts(crowdfunding.Crowdfunding_OwnCampaign, campaignId=campaign_id, reviewer=people.organizer):
        review(act, campaign_id, people.organizer)


@both_acts
def test_review__by_the_payout_account__reverts(campaigns, review, crowdfunding, people, act):
    campaign_id = campaigns.reach(Phase.Submitted, payoutAccount=people.reviewer.address)
    with reverts(crowdfunding.Crowdfunding_OwnCampaign, campaignId=campaign_id, reviewer=people.reviewer):
        review(act, campaign_id, people.reviewer)


@both_acts
def test_review__payout_account_changed_to_the_reviewer__reverts(campaigns, review, crowdfunding, people, act):
    campaign_id = campaigns.reach(Phase.Submitted)
    crowdfunding.changePayoutAccount(campaign_id, people.reviewer, sender=people.payout)
    with reverts(crowdfunding.Crowdfunding_OwnCampaign, campaignId=campaign_id, reviewer=people.reviewer):
        review(act, campaign_id, people.reviewer)


@both_acts
def test_review__reviewer_of_another_entity__decides(campaigns, review, crowdfunding, verify, people, act):
    verify(people.reviewer, d.SSE)
    campaign_id = campaigns.reach(Phase.Submitted)
    review(act, campaign_id, people.reviewer)
    assert crowdfunding.phase(campaign_id) == {"approve": Phase.Approved, "reject": Phase.Rejected}[act]


@both_acts
@pytest.mark.parametrize("phase", [phase for phase in Phase if phase not in (0, Phase.Submitted)])
def test_review__wrong_phase__reverts(campaigns, review, crowdfunding, people, act, phase):
    campaign_id = campaigns.reach(phase)
    with reverts(crowdfunding.Crowdfunding_WrongPhase, campaignId=campaign_id, phase=phase):
        review(act, campaign_id, people.reviewer)


@both_acts
@pytest.mark.parametrize(
    "opening_delay, lapse",
    [
        pytest.param(10 * DAY, 10 * DAY, id="at the opening"),
        pytest.param(REVIEW_DURATION, REVIEW_DURATION, id="at both"),
        pytest.param(60 * DAY, REVIEW_DURATION, id="after 30 days"),
    ],
)
@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_review__around_the_lapse__decides_only_before(
    campaigns, review, crowdfunding, people, act, opening_delay, lapse, offset
):
    opens_at = now() + 10 + opening_delay
    act_at(now() + 10)
    campaign_id = campaigns.reach(Phase.Submitted, opensAt=opens_at)
    lapses_at = crowdfunding.campaign(campaign_id).submittedAt + lapse
    travel_to(lapses_at + offset - 1)
    assert crowdfunding.phase(campaign_id) == (Phase.Submitted if offset <= 0 else Phase.Lapsed)
    act_at(lapses_at + offset)
    if offset < 0:
        review(act, campaign_id, people.reviewer)
    else:
        with reverts(crowdfunding.Crowdfunding_WrongPhase, campaignId=campaign_id, phase=Phase.Lapsed):
            review(act, campaign_id, people.reviewer)


def test_approve_campaign__submitted__approves(campaigns, crowdfunding, people):
    campaign_id = campaigns.reach(Phase.Submitted)
    tx = crowdfunding.approveCampaign(campaign_id, sender=people.reviewer)
    emits(
        tx,
        crowdfunding.CampaignApproved(
            campaignId=campaign_id, reviewer=people.reviewer, oldPhase=Phase.Submitted, newPhase=Phase.Approved
        ),
    )
    assert crowdfunding.phase(campaign_id) == Phase.Approved


def test_reject_campaign__submitted__rejects_for_good(campaigns, crowdfunding, people):
    campaign_id = campaigns.reach(Phase.Submitted)
    tx = crowdfunding.rejectCampaign(campaign_id, d.REASON, sender=people.reviewer)
    emits(
        tx,
        crowdfunding.CampaignRejected(
            campaignId=campaign_id,
            reviewer=people.reviewer,
            reason=d.REASON,
            oldPhase=Phase.Submitted,
            newPhase=Phase.Rejected,
        ),
    )
    travel_to(crowdfunding.campaign(campaign_id).deadline + 100 * DAY)
    assert crowdfunding.phase(campaign_id) == Phase.Rejected


@pytest.mark.parametrize("offset, phase", [(-1, Phase.Approved), (0, Phase.Live), (1, Phase.Live)])
def test_phase__around_the_opening__is_live_from_that_second(campaigns, crowdfunding, offset, phase):
    campaign_id = campaigns.reach(Phase.Approved)
    travel_to(crowdfunding.campaign(campaign_id).opensAt + offset)
    assert crowdfunding.phase(campaign_id) == phase


def test_phase__lapsed_then_organizer_revoked__stays_lapsed(campaigns, crowdfunding, entities, revoke_entity):
    campaign_id = campaigns.reach(Phase.Lapsed)
    revoke_entity(entities["organizer"])
    assert crowdfunding.phase(campaign_id) == Phase.Lapsed


def test_roles__the_tests_admin_is_openzeppelins(lab, people):
    assert lab.authority.hasRole(ADMIN, people.admin).isMember
