"""releaseMatch

given no such pool, or one that does not match the campaign     -> refused
given nothing is released, or what is was paid already          -> refused
given a gift that is missed                                     -> refused
given milestones were released
    one by one                                                  -> floor(reserved * cumulativeBps / 10,000) in all
    several at once                                             -> the same, in one payment
    until the last                                              -> the whole reservation, to the last unit
    after the payout account changed                            -> to the present one
    after the pool's window, a delisting, a pause               -> all the same
    then terminated, settled or not                             -> what was released before, and no more
by anyone; two pools and two campaigns are kept apart
"""

import pytest

from tests.contracts import defaults as d
from tests.contracts.campaign_phases import Phase
from tests.contracts.conftest import now, travel_to
from tests.contracts.expect import emits, reverts

#: Raised, so that neither tranche nor match divides well.
RAISED = d.GOAL + 7
#: Of a pool that adds half.
RESERVED = RAISED // 2
PLAN = ((2_777, 60), (3_333, 120), (3_890, 180))
#: What is due after each milestone.
DUE = (RESERVED * 2_777 // 10_000, RESERVED * 6_110 // 10_000, RESERVED)


@pytest.fixture
def matched(pools, campaigns):
    """(pool id, campaign id): delivering, `RESERVED` of public money on top of `RAISED`."""
    pool_id = pools.open()
    campaign_id = campaigns.reach(Phase.Delivering, raised=RAISED, milestones=PLAN, approved=pools.enrol(pool_id))
    assert pools.reserved(pool_id, campaign_id) == RESERVED
    return pool_id, campaign_id


def release(match_funding, people, matched):
    return match_funding.releaseMatch(*matched, sender=people.stranger)


def test_release_match__unknown_pool__reverts(matched, match_funding, people):
    for unknown in (0, 2):
        with reverts(match_funding.MatchFunding_UnknownPool, poolId=unknown):
            match_funding.releaseMatch(unknown, matched[1], sender=people.stranger)


def test_release_match__not_enrolled__reverts(matched, pools, campaigns, match_funding, people):
    """One that only asked is not enrolled, and neither is a campaign that does not exist."""
    pool_id, campaign_id = matched
    asked = pools.open()
    with reverts(match_funding.MatchFunding_NotEnrolled, poolId=asked, campaignId=campaign_id):
        match_funding.releaseMatch(asked, campaign_id, sender=people.stranger)
    other = campaigns.reach(Phase.Approved, approved=pools.request(asked))
    with reverts(match_funding.MatchFunding_NotEnrolled, poolId=asked, campaignId=other):
        match_funding.releaseMatch(asked, other, sender=people.stranger)
    with reverts(match_funding.MatchFunding_NotEnrolled, poolId=pool_id, campaignId=99):
        match_funding.releaseMatch(pool_id, 99, sender=people.stranger)


@pytest.mark.parametrize(
    "phase",
    [Phase.Approved, Phase.Live, Phase.Extension, Phase.Delivering, Phase.Failed, Phase.Canceled],
)
def test_release_match__nothing_released__reverts(pools, campaigns, match_funding, people, phase):
    pool_id = pools.open()
    campaign_id = campaigns.reach(phase, approved=pools.enrol(pool_id))
    with reverts(match_funding.MatchFunding_NothingDue, poolId=pool_id):
        match_funding.releaseMatch(pool_id, campaign_id, sender=people.payout)


def test_release_match__twice__reverts(matched, campaigns, match_funding, euro, people):
    campaigns.claim_and_release(matched[1])
    release(match_funding, people, matched)
    balance = euro.balanceOf(people.payout)
    with reverts(match_funding.MatchFunding_NothingDue, poolId=matched[0]):
        release(match_funding, people, matched)
    assert euro.balanceOf(people.payout) == balance


@pytest.mark.parametrize("state", ["claimed", "stopped", "rejected", "releasable"])
def test_release_match__next_milestone_not_released_yet__reverts(matched, campaigns, match_funding, people, state):
    """A claim is not enough, nor that it may be released: the match goes with the release of the tranche."""
    campaigns.claim_and_release(matched[1])
    release(match_funding, people, matched)
    advance = {
        "claimed": campaigns.open_claim,
        "stopped": campaigns.stop,
        "rejected": campaigns.reject,
        "releasable": campaigns.claim,
    }[state]
    advance(matched[1])
    with reverts(match_funding.MatchFunding_NothingDue, poolId=matched[0]):
        release(match_funding, people, matched)


def test_release_match__missed_gift__reverts(pools, campaigns, match_funding, people):
    """Also once everything is delivered, settled or not."""
    pool_id = pools.open_gift()
    campaign_id = campaigns.reach(Phase.Completed, approved=pools.enrol(pool_id))
    with reverts(match_funding.MatchFunding_NothingDue, poolId=pool_id):
        match_funding.releaseMatch(pool_id, campaign_id, sender=people.stranger)
    match_funding.settleReservation(pool_id, campaign_id, sender=people.stranger)
    with reverts(match_funding.MatchFunding_NothingDue, poolId=pool_id):
        match_funding.releaseMatch(pool_id, campaign_id, sender=people.stranger)


def test_release_match__each_milestone__pays_by_the_same_formula(
    matched, pools, campaigns, match_funding, euro, people
):
    pool_id, campaign_id = matched
    paid = 0
    for count, due in enumerate(DUE, start=1):
        campaigns.claim_and_release(campaign_id)
        balance, sequence = euro.balanceOf(people.payout), match_funding.journal().sequence

        tx = release(match_funding, people, matched)

        assert tx.return_value == due - paid
        emits(
            tx,
            match_funding.MatchReleased(
                poolId=pool_id,
                campaignId=campaign_id,
                payoutAccount=people.payout,
                milestones=count,
                amount=due - paid,
                paid=due,
            ),
            euro.Transfer(**{"from": match_funding, "to": people.payout, "value": due - paid}),
        )
        assert match_funding.journal().sequence == sequence + 1, "journal"
        assert euro.balanceOf(people.payout) == balance + due - paid, "payout account"
        paid = due
        reservation = match_funding.reservation(pool_id, campaign_id)
        assert (reservation.reserved, reservation.paid) == (RESERVED, paid), "reservation"
        pool = match_funding.pool(pool_id)
        assert (pool.reserved, pool.paid, pool.openReservations) == (RESERVED, paid, 1), "pool"
        pools.assert_books_agree()
    assert paid == RESERVED, "to the last unit"


@pytest.mark.parametrize("count", [2, 3])
def test_release_match__several_milestones_behind__catches_up(matched, campaigns, match_funding, people, count):
    for _ in range(count):
        campaigns.claim_and_release(matched[1])
    assert release(match_funding, people, matched).return_value == DUE[count - 1]


def test_release_match__after_the_tranche_is_collected__is_paid_apart(
    matched, campaigns, crowdfunding, match_funding, euro, people
):
    """The pledges' money and the pools' are in two contracts, and neither waits for the other."""
    campaigns.claim_and_release(matched[1])
    assert crowdfunding.collect(matched[1], sender=people.stranger).return_value == RAISED * 2_777 // 10_000
    balance = euro.balanceOf(crowdfunding)
    assert release(match_funding, people, matched).return_value == DUE[0]
    assert euro.balanceOf(crowdfunding) == balance


def test_release_match__payout_account_changed__goes_to_the_present_one(
    matched, campaigns, crowdfunding, match_funding, euro, people
):
    campaigns.claim_and_release(matched[1])
    crowdfunding.changePayoutAccount(matched[1], people.stranger, sender=people.payout)
    balances = euro.balanceOf(people.payout), euro.balanceOf(people.stranger)
    release(match_funding, people, matched)
    assert (euro.balanceOf(people.payout), euro.balanceOf(people.stranger)) == (balances[0], balances[1] + DUE[0])


def test_release_match__organizers_account_changed__money_stays_with_the_payout_account(
    matched, campaigns, match_funding, move_entity, euro, people, entities
):
    campaigns.claim_and_release(matched[1])
    move_entity(entities["organizer"], people.attacker)
    balance = euro.balanceOf(people.payout)
    match_funding.releaseMatch(*matched, sender=people.attacker)
    assert euro.balanceOf(people.payout) == balance + DUE[0]


@pytest.mark.parametrize("end", ["window over", "manager revoked", "delisted", "paused", "organizer revoked"])
def test_release_match__whatever_stops_entry__pays(
    matched, campaigns, crowdfunding, match_funding, euro, people, entities, revoke_entity, as_treasurer, end
):
    pool_id, campaign_id = matched
    campaigns.claim_and_release(campaign_id)
    if end == "window over":
        travel_to(match_funding.pool(pool_id).terms.endsAt + 1)
    elif end == "manager revoked":
        revoke_entity(entities["town"])
    elif end == "organizer revoked":
        revoke_entity(entities["organizer"])
    elif end == "delisted":
        as_treasurer(crowdfunding.delistCurrency, euro)
    else:
        match_funding.pauseEntry(sender=people.guardian)
    assert release(match_funding, people, matched).return_value == DUE[0]


@pytest.mark.parametrize("released", [0, 1, 2])
@pytest.mark.parametrize("paid_before", [False, True])
@pytest.mark.parametrize("settled", [False, True])
def test_release_match__terminated_half_way__pays_what_was_released_and_no_more(
    matched, pools, campaigns, crowdfunding, match_funding, people, released, paid_before, settled
):
    for _ in range(released):
        campaigns.claim_and_release(matched[1])
        if paid_before:
            release(match_funding, people, matched)
    crowdfunding.terminate(matched[1], sender=people.organizer)
    if settled:
        match_funding.settleReservation(*matched, sender=people.stranger)
    due = DUE[released - 1] if released else 0
    if due and not paid_before:
        assert release(match_funding, people, matched).return_value == due
    with reverts(match_funding.MatchFunding_NothingDue, poolId=matched[0]):
        release(match_funding, people, matched)
    assert match_funding.pool(matched[0]).paid == due
    pools.assert_books_agree()


def test_release_match__earned_gift__is_released_as_a_reservation_is(
    pools, campaigns, create_campaign, crowdfunding, match_funding, people
):
    pool_id = pools.open_gift(campaignCap=d.GIFT + 1)
    campaign_id = create_campaign(milestones=PLAN, approved=pools.enrol(pool_id))
    for member in (people.member, people.second_member):
        crowdfunding.pledge(campaign_id, d.GOAL // 2, 0, sender=member)
    travel_to(crowdfunding.campaign(campaign_id).pledgingEndsAt)
    gift, paid = d.GIFT + 1, 0
    for bps in (2_777, 6_110, 10_000):
        campaigns.claim_and_release(campaign_id)
        paid += match_funding.releaseMatch(pool_id, campaign_id, sender=people.stranger).return_value
        assert paid == gift * bps // 10_000
    pools.assert_books_agree()


def test_release_match__two_pools_and_two_campaigns__are_kept_apart(
    pools, create_campaign, campaigns, crowdfunding, match_funding, people
):
    pool_ids = pools.open(), pools.open(ratioBps=1_000)
    opens_at = now() + d.OPENING_DELAY
    first, second = (
        create_campaign(phase="Approved", opensAt=opens_at, milestones=PLAN, approved=pools.enrol(*pool_ids))
        for _ in range(2)
    )
    travel_to(opens_at)
    crowdfunding.pledge(first, d.GOAL, 0, sender=people.backer)
    crowdfunding.pledge(second, d.GOAL + 1_001, 0, sender=people.backer)
    travel_to(crowdfunding.campaign(first).pledgingEndsAt)
    campaigns.claim_and_release(first)
    campaigns.claim_and_release(second)
    for campaign_id, raised in ((first, d.GOAL), (second, d.GOAL + 1_001)):
        for pool_id, bps in zip(pool_ids, (5_000, 1_000), strict=True):
            tx = match_funding.releaseMatch(pool_id, campaign_id, sender=people.stranger)
            assert tx.return_value == (raised * bps // 10_000) * 2_777 // 10_000
    pools.assert_books_agree()
