"""submitCampaign

given entry is paused                                        -> refused (test_pause.py)
given the caller acts for no entity                          -> refused
given the caller's entity
    only registered, expired, suspended or revoked           -> refused
    verified as provider or member only                      -> refused
when the currency is not listed                              -> refused
when the payout account is zero, the currency, one of ours  -> refused
when a term or a milestone is out of bounds                  -> refused with its name, value and both bounds
when every term is at its least or its greatest              -> submitted
when all is well
    as SSE entity, as public body                            -> submitted, with terms and plan in events
    then the organizer's verification expires                -> the campaign goes on
"""

from collections.abc import Callable
from typing import Any

import pytest

from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.campaign_phases import MilestoneState, Phase
from tests.contracts.conftest import act_at, now, travel_to
from tests.contracts.expect import emits, reverts

MAX_UINT96 = 2**96 - 1
MAX_OPENING_DELAY = 90 * DAY
MIN_LIVE = 2 * DAY  # a Live of one day has no withdrawal cutoff
MAX_LIVE = 90 * DAY
MAX_DELIVERY = 3 * 365 * DAY
ZERO = "0x0000000000000000000000000000000000000000"


def plan_of(deadline: int, *milestones: tuple[int, int]) -> list[tuple[int, int, bytes]]:
    """Returns the plan for (share in bps, seconds from the deadline to the due date) of each milestone."""
    return [(share, deadline + due, d.HASH) for share, due in milestones or d.MILESTONES]


def campaign_submitted(crowdfunding: Any, terms: dict[str, Any], **arguments: Any) -> Any:
    """The event with its terms, which Ape can't build itself: it takes a struct for the only argument."""
    event = crowdfunding.CampaignSubmitted(**arguments)
    values = terms | {name: terms[name].lower() for name in ("payoutAccount", "currency")}
    event.event_arguments["terms"] = list(values.values())
    return event


@pytest.fixture
def submit(crowdfunding: Any, campaign_terms: Callable[..., dict[str, Any]], people: Any) -> Callable[..., Any]:
    """Submits at `at` with the changes to the default terms that are named; returns the receipt."""

    def submit(
        *, at: int | None = None, plan: Any = None, milestones: Any = (), sender: Any = people.organizer, **changes: Any
    ) -> Any:
        terms = campaign_terms(**changes)
        if at is not None:
            act_at(at)
        plan = plan_of(terms["deadline"], *milestones) if plan is None else plan
        return crowdfunding.submitCampaign(terms, plan, sender=sender)

    return submit


def test_submit_campaign__without_entity__reverts(submit, crowdfunding, people):
    with reverts(crowdfunding.Crowdfunding_OrganizerNotVerified, account=people.stranger):
        submit(sender=people.stranger)


def test_submit_campaign__entity_only_registered__reverts(submit, crowdfunding, registry, people):
    registry.register(d.SSE, d.HASH, sender=people.stranger)
    with reverts(crowdfunding.Crowdfunding_OrganizerNotVerified, account=people.stranger):
        submit(sender=people.stranger)


@pytest.mark.parametrize("role", ["provider", "member"])
def test_submit_campaign__kind_that_cannot_organize__reverts(submit, crowdfunding, people, role):
    account = getattr(people, role)
    with reverts(crowdfunding.Crowdfunding_OrganizerNotVerified, account=account):
        submit(sender=account)


def test_submit_campaign__verification_expires__reverts_from_that_second(
    submit, crowdfunding, registry, people, entities
):
    expiry = registry.entity(entities["organizer"]).verifiedUntil
    submit(at=expiry - 1, opensAt=expiry + DAY)
    with reverts(crowdfunding.Crowdfunding_OrganizerNotVerified, account=people.organizer):
        submit(at=expiry, opensAt=expiry + DAY)


def test_submit_campaign__suspended__reverts_until_the_suspension_ends(
    submit, crowdfunding, registry, people, entities
):
    until = now() + 3 * DAY
    registry.suspend(entities["organizer"], until, d.REASON, sender=people.registrar)
    with reverts(crowdfunding.Crowdfunding_OrganizerNotVerified, account=people.organizer):
        submit(at=until - 1, opensAt=until + DAY)
    submit(at=until, opensAt=until + DAY)


def test_submit_campaign__revoked__reverts(submit, crowdfunding, people, entities, revoke_entity):
    revoke_entity(entities["organizer"])
    with reverts(crowdfunding.Crowdfunding_OrganizerNotVerified, account=people.organizer):
        submit()


def test_submit_campaign__currency_not_listed__reverts(submit, crowdfunding, credit):
    with reverts(crowdfunding.Crowdfunding_CurrencyNotListed, currency=credit):
        submit(currency=credit.address)


def test_submit_campaign__currency_delisted__reverts(submit, crowdfunding, euro, as_treasurer):
    as_treasurer(crowdfunding.delistCurrency, euro)
    with reverts(crowdfunding.Crowdfunding_CurrencyNotListed, currency=euro):
        submit()


@pytest.mark.parametrize("whose", ["nobody", "contract", "pools", "currency"])
def test_submit_campaign__payout_account_without_exit__reverts(submit, crowdfunding, match_funding, euro, whose):
    account = {
        "nobody": ZERO,
        "contract": crowdfunding.address,
        "pools": match_funding.address,
        "currency": euro.address,
    }[whose]
    with reverts(crowdfunding.Crowdfunding_InvalidPayoutAccount, account=account):
        submit(payoutAccount=account)


#: (term, its value, least, greatest, other terms)
OUT_OF_BOUNDS = [
    ("goal", 0, 1, MAX_UINT96, {"minPledge": 0}),
    ("stretchGoal", d.GOAL - 1, d.GOAL, MAX_UINT96, {}),
    ("stretchGoal", 0, d.GOAL, MAX_UINT96, {}),
    ("minPledge", d.GOAL + 1, 0, d.GOAL, {}),
    ("extension", 60 * DAY + 1, 0, 60 * DAY, {}),
    ("objectionWindow", 3 * DAY - 1, 3 * DAY, 30 * DAY, {}),
    ("objectionWindow", 30 * DAY + 1, 3 * DAY, 30 * DAY, {}),
    ("rulingWindow", 7 * DAY - 1, 7 * DAY, 60 * DAY, {}),
    ("rulingWindow", 60 * DAY + 1, 7 * DAY, 60 * DAY, {}),
]


@pytest.mark.parametrize("term, value, least, greatest, others", OUT_OF_BOUNDS)
def test_submit_campaign__term_out_of_bounds__reverts(submit, crowdfunding, term, value, least, greatest, others):
    with reverts(crowdfunding.Crowdfunding_TermOutOfBounds, term=term.encode(), value=value, min=least, max=greatest):
        submit(**{term: value}, **others)


@pytest.mark.parametrize("delay", [-1, 0, MAX_OPENING_DELAY + 1])
def test_submit_campaign__opening_out_of_bounds__reverts(submit, crowdfunding, delay):
    submission = now() + 10
    with reverts(
        crowdfunding.Crowdfunding_TermOutOfBounds,
        term=b"opensAt",
        value=submission + delay,
        min=submission + 1,
        max=submission + MAX_OPENING_DELAY,
    ):
        submit(at=submission, opensAt=submission + delay)


@pytest.mark.parametrize("live", [-1, 0, DAY - 1, MAX_LIVE + 1])
def test_submit_campaign__live_out_of_bounds__reverts(submit, crowdfunding, live):
    opens_at = now() + d.OPENING_DELAY
    with reverts(
        crowdfunding.Crowdfunding_TermOutOfBounds,
        term=b"deadline",
        value=opens_at + live,
        min=opens_at + DAY,
        max=opens_at + MAX_LIVE,
    ):
        submit(opensAt=opens_at, deadline=opens_at + live)


#: (Live, withdrawal cutoff, least, greatest) in seconds
CUTOFFS_OUT_OF_BOUNDS = [
    (DAY, DAY, DAY, DAY // 2),  # no cutoff fits such a short Live
    (DAY, DAY // 2, DAY, DAY // 2),
    (2 * DAY - 1, DAY, DAY, DAY - 1),
    (2 * DAY, DAY - 1, DAY, DAY),
    (2 * DAY, DAY + 1, DAY, DAY),
    (10 * DAY + 9, DAY - 1, DAY, 5 * DAY + 4),
    (10 * DAY + 10, DAY, DAY + 1, 5 * DAY + 5),
    (MAX_LIVE, 9 * DAY - 1, 9 * DAY, 45 * DAY),
    (MAX_LIVE, 45 * DAY + 1, 9 * DAY, 45 * DAY),
]


@pytest.mark.parametrize("live, cutoff, least, greatest", CUTOFFS_OUT_OF_BOUNDS)
def test_submit_campaign__cutoff_out_of_bounds__reverts(submit, crowdfunding, live, cutoff, least, greatest):
    opens_at = now() + d.OPENING_DELAY
    with reverts(
        crowdfunding.Crowdfunding_TermOutOfBounds, term=b"withdrawalCutoff", value=cutoff, min=least, max=greatest
    ):
        submit(opensAt=opens_at, deadline=opens_at + live, withdrawalCutoff=cutoff)


@pytest.mark.parametrize("count", [0, 13])
def test_submit_campaign__number_of_milestones_out_of_bounds__reverts(submit, crowdfunding, count):
    plan = [(1, now() + 100 * DAY + i, d.HASH) for i in range(count)]
    with reverts(crowdfunding.Crowdfunding_TermOutOfBounds, term=b"milestones", value=count, min=1, max=12):
        submit(plan=plan)


@pytest.mark.parametrize(
    "due_dates, offending, least",
    [
        ((-1, 1, 2), 0, 0),
        ((0, 0, 2), 1, 1),
        ((5, 4, 6), 1, 6),
        ((5, 6, 6), 2, 7),
        ((MAX_DELIVERY + 1,), 0, 0),
        ((0, MAX_DELIVERY, MAX_DELIVERY + 1), 2, MAX_DELIVERY + 1),
    ],
)
def test_submit_campaign__due_date_out_of_bounds__reverts(submit, crowdfunding, due_dates, offending, least):
    opens_at = now() + d.OPENING_DELAY
    deadline = opens_at + d.LIVE
    with reverts(
        crowdfunding.Crowdfunding_TermOutOfBounds,
        term=b"dueDate",
        value=deadline + due_dates[offending],
        min=deadline + least,
        max=deadline + MAX_DELIVERY,
    ):
        submit(opensAt=opens_at, milestones=[(10_000 // len(due_dates), due) for due in due_dates])


@pytest.mark.parametrize("shares, offending", [((0, 10_000), 0), ((10_000, 0), 1), ((10_001,), 0), ((65_535, 1), 0)])
def test_submit_campaign__share_out_of_bounds__reverts(submit, crowdfunding, shares, offending):
    with reverts(
        crowdfunding.Crowdfunding_TermOutOfBounds, term=b"shareBps", value=shares[offending], min=1, max=10_000
    ):
        submit(milestones=[(share, due) for due, share in enumerate(shares)])


@pytest.mark.parametrize(
    "shares", [(9_999,), (5_000, 5_001), (1,), (10_000, 10_000, 10_000, 10_000, 10_000, 10_000, 5_536)]
)
def test_submit_campaign__shares_do_not_sum_to_all__reverts(submit, crowdfunding, shares):
    with reverts(
        crowdfunding.Crowdfunding_TermOutOfBounds, term=b"shareBpsTotal", value=sum(shares), min=10_000, max=10_000
    ):
        submit(milestones=[(share, due) for due, share in enumerate(shares)])


AT_THE_LEAST = {
    "goal": 1,
    "stretchGoal": 1,
    "minPledge": 0,
    "extension": 0,
    "withdrawalCutoff": DAY,
    "objectionWindow": 3 * DAY,
    "rulingWindow": 7 * DAY,
    "territory": bytes(8),
    "themes": 0,
    "descriptionHash": bytes(32),
}
AT_THE_MOST = {
    "goal": MAX_UINT96,
    "stretchGoal": MAX_UINT96,
    "minPledge": MAX_UINT96,
    "extension": 60 * DAY,
    "withdrawalCutoff": 45 * DAY,
    "objectionWindow": 30 * DAY,
    "rulingWindow": 60 * DAY,
    "territory": b"\xff" * 8,
    "themes": 2**32 - 1,
    "descriptionHash": b"\xff" * 32,
}
TWELVE = [(1, DAY * i) for i in range(11)] + [(9_989, MAX_DELIVERY)]


@pytest.mark.parametrize(
    "delay, live, changes, milestones",
    [
        pytest.param(1, MIN_LIVE, AT_THE_LEAST, [(10_000, 0)], id="least"),
        pytest.param(MAX_OPENING_DELAY, MAX_LIVE, AT_THE_MOST, TWELVE, id="greatest"),
    ],
)
def test_submit_campaign__terms_at_their_bounds__submits(submit, crowdfunding, delay, live, changes, milestones):
    submission = now() + 10
    opens_at = submission + delay
    tx = submit(at=submission, opensAt=opens_at, deadline=opens_at + live, milestones=milestones, **changes)

    campaign = crowdfunding.campaign(tx.return_value)
    for term in (
        "goal",
        "stretchGoal",
        "minPledge",
        "extension",
        "withdrawalCutoff",
        "objectionWindow",
        "rulingWindow",
    ):
        assert campaign[term] == changes[term], term
    assert (campaign.opensAt, campaign.deadline) == (opens_at, opens_at + live)
    assert campaign.milestoneCount == len(milestones)
    planned = [crowdfunding.milestone(tx.return_value, i) for i in range(len(milestones))]
    assert [(m.shareBps, m.dueDate - campaign.deadline) for m in planned] == milestones


@pytest.mark.parametrize("live, cutoff", [(10 * DAY + 9, DAY), (10 * DAY + 10, DAY + 1), (10 * DAY + 9, 5 * DAY + 4)])
def test_submit_campaign__cutoff_at_its_bounds__submits(submit, crowdfunding, live, cutoff):
    opens_at = now() + d.OPENING_DELAY
    tx = submit(opensAt=opens_at, deadline=opens_at + live, withdrawalCutoff=cutoff)
    assert crowdfunding.campaign(tx.return_value).withdrawalCutoff == cutoff


@pytest.mark.parametrize("role", ["organizer", "town"])
def test_submit_campaign__verified__submits(crowdfunding, campaign_terms, people, entities, role):
    account = getattr(people, role)
    terms = campaign_terms()
    plan = plan_of(terms["deadline"])

    tx = crowdfunding.submitCampaign(terms, plan, sender=account)

    assert tx.return_value == 1, "return value"
    assert crowdfunding.campaignCount() == 1, "count"
    emits(
        tx,
        campaign_submitted(
            crowdfunding,
            terms,
            campaignId=1,
            organizer=entities[role],
            account=account,
            milestoneCount=3,
            oldPhase=Phase.None_,
            newPhase=Phase.Submitted,
        ),
        *(
            crowdfunding.MilestonePlanned(
                campaignId=1, milestone=index, shareBps=share, dueDate=due, documentHash=document
            )
            for index, (share, due, document) in enumerate(plan)
        ),
    )
    stored = crowdfunding.campaign(1)
    expected = {name: value for name, value in terms.items() if name not in ("territory", "themes", "descriptionHash")}
    expected |= {"phase": Phase.Submitted, "organizer": entities[role], "submittedAt": tx.timestamp}
    expected |= {"pledgingEndsAt": terms["deadline"], "milestoneCount": 3, "currentMilestone": 0}
    expected |= dict.fromkeys(("raised", "released", "collected", "refunded", "members", "releasedBps", "pools"), 0)
    assert dict(stored.items()) == expected, "view"
    for index, (share, due, _) in enumerate(plan):
        milestone = crowdfunding.milestone(1, index)
        assert (milestone.state, milestone.shareBps, milestone.dueDate) == (MilestoneState.Planned, share, due)
        assert (milestone.attempts, milestone.claimedAt, milestone.windowEndsAt, milestone.claimBy) == (0, 0, 0, 0)
        assert milestone.tranche == 0


def test_submit_campaign__twice__counts_up(create_campaign, crowdfunding):
    first = create_campaign(phase="Submitted")
    second = create_campaign(phase="Submitted", goal=d.GOAL - 1)
    assert (first, second, crowdfunding.campaignCount()) == (1, 2, 2)
    assert [crowdfunding.campaign(i).goal for i in (first, second)] == [d.GOAL, d.GOAL - 1]


def test_submit_campaign__then_verification_expires__campaign_goes_on(
    create_campaign, crowdfunding, registry, people, entities
):
    expiry = now() + DAY
    registry.verify(entities["organizer"], d.SSE, expiry, sender=people.registrar)
    campaign_id = create_campaign(phase="Live", extension=0)
    assert now() > expiry
    crowdfunding.pledge(campaign_id, d.GOAL, 0, sender=people.backer)
    travel_to(crowdfunding.campaign(campaign_id).deadline)
    crowdfunding.claimMilestone(campaign_id, d.HASH, sender=people.organizer)
    assert crowdfunding.milestone(campaign_id, 0).state == MilestoneState.Claimed


@pytest.mark.parametrize("campaign_id", [0, 2, 2**32 - 1])
def test_campaign_views__unknown_campaign__reverts(create_campaign, crowdfunding, people, campaign_id):
    create_campaign(phase="Submitted")
    for view, arguments in (
        (crowdfunding.campaign, ()),
        (crowdfunding.phase, ()),
        (crowdfunding.milestone, (0,)),
        (crowdfunding.refundable, (people.backer,)),
    ):
        with reverts(crowdfunding.Crowdfunding_UnknownCampaign, campaignId=campaign_id):
            view(campaign_id, *arguments)


@pytest.mark.parametrize("index", [3, 255])
def test_milestone__unknown__reverts(create_campaign, crowdfunding, index):
    campaign_id = create_campaign(phase="Submitted")
    with reverts(crowdfunding.Crowdfunding_UnknownMilestone, campaignId=campaign_id, milestone=index, milestoneCount=3):
        crowdfunding.milestone(campaign_id, index)
