"""quote, and what a pledge calls from capped-ratio pools

onPledge, onWithdraw by anyone but Crowdfunding         -> refused
a pledge by a funder of any of the campaign's pools     -> refused, by the account that acts for it now
    by the manager that is no funder                    -> matched
a pledge with `minMatch`
    above what the pools have                           -> refused with what they have; nothing changes
    up to that                                          -> pledged
the match of one pool, quoted and reserved alike
    floor(amount * ratioBps / 10,000)                   at most
    what is left of the campaign's cap                  at most
    what is unreserved, whatever campaign called it     at most
    for members: what is left of the member's cap       at most, nothing for other people
    from the end of the pool's window on                nothing
    in the extension                                    as while live
several pools                                           each on the whole pledge, in the order of enrolment
a withdrawal                                            gives back all that the account called, no less and no more
two pledges for the last of a cap                       the second reverts by its `minMatch`
"""

from itertools import pairwise

import pytest

from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.campaign_phases import Phase
from tests.contracts.conftest import act_at, now, travel_to
from tests.contracts.expect import emits, reverts

MAX_UINT96 = 2**96 - 1
AMOUNT = 100 * d.EURO
NOTHING = 2**256 - 1
#: What a pledge of the goal by a member would tell the pools.
FACTS = {
    "entityId": 0,
    "member": True,
    "countedBefore": 0,
    "countedAfter": d.GOAL,
    "amount": d.GOAL,
    "firstMatch": 0,
}


@pytest.fixture
def call(crowdfunding, match_funding, pools):
    """Pledges what was quoted, no more and no less than what is then reserved; returns that."""

    def call(campaign_id, backer, amount):
        before = pools.total_reserved(campaign_id)
        quoted = crowdfunding.quote(campaign_id, backer, amount)
        assert match_funding.quote(campaign_id, backer, amount) == quoted
        refused = {"campaignId": campaign_id, "minMatch": quoted + 1, "available": quoted}
        with reverts(crowdfunding.Crowdfunding_MatchBelowMinimum, **refused):
            crowdfunding.pledge(campaign_id, amount, quoted + 1, sender=backer)
        crowdfunding.pledge(campaign_id, amount, quoted, sender=backer)
        assert pools.total_reserved(campaign_id) == before + quoted
        pools.assert_books_agree()
        return quoted

    return call


# -------------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize("role", ["town", "organizer", "backer", "admin", "deployer", "attacker"])
def test_on_pledge__by_a_person__reverts(pools, create_campaign, match_funding, people, role):
    campaign_id = create_campaign(approved=pools.enrol(pools.open()))
    account = getattr(people, role)
    with reverts(match_funding.MatchFunding_NotCrowdfunding, account=account):
        match_funding.onPledge(campaign_id, FACTS | {"backer": account.address}, sender=account)
    with reverts(match_funding.MatchFunding_NotCrowdfunding, account=account):
        match_funding.onWithdraw(campaign_id, people.backer, d.GOAL, 0, sender=account)
    assert pools.total_reserved(campaign_id) == 0


def test_on_pledge__signed_by_nobody_through_the_forwarder__reverts(
    lab, pools, create_campaign, crowdfunding, match_funding, relay, people
):
    """Not even a request that names the crowdfunding contract as its signer."""
    campaign_id = create_campaign(approved=pools.enrol(pools.open()))
    facts = FACTS | {"backer": people.attacker.address}
    with reverts(match_funding.MatchFunding_NotCrowdfunding, account=lab.forwarder):
        relay.call(crowdfunding, match_funding.onPledge, campaign_id, facts)
    with reverts(crowdfunding.Crowdfunding_NotMatchFunding, account=lab.forwarder):
        relay.call(match_funding, crowdfunding.addPool, campaign_id)


@pytest.mark.parametrize("kind", ["open", "open_for_members", "open_gift"])
@pytest.mark.parametrize("place", [0, 2])
@pytest.mark.parametrize("phase", [Phase.Live, Phase.Extension])
def test_pledge__by_a_funder__reverts(pools, campaigns, crowdfunding, match_funding, people, kind, place, phase):
    """Of any pool of the campaign, whatever its place and rule."""
    pool_ids = [match_funding.openPool(pools.ratio_terms(), sender=people.town).return_value for _ in range(2)]
    pool_ids.insert(place, getattr(pools, kind)())
    match_funding.fundPool(pool_ids[place], 1, sender=people.region)
    campaign_id = campaigns.reach(phase, approved=pools.enrol(*pool_ids))
    for funder in (people.region, people.town):
        refused = {"poolId": pool_ids[place], "campaignId": campaign_id, "account": funder}
        with reverts(match_funding.MatchFunding_FunderCannotPledge, **refused):
            crowdfunding.pledge(campaign_id, AMOUNT, 0, sender=funder)


def test_pledge__funded_after_the_enrolment__reverts(pools, create_campaign, crowdfunding, match_funding, people):
    pool_id = pools.open()
    campaign_id = create_campaign(approved=pools.enrol(pool_id))
    crowdfunding.pledge(campaign_id, AMOUNT, 0, sender=people.region)
    match_funding.fundPool(pool_id, 1, sender=people.region)
    refused = {"poolId": pool_id, "campaignId": campaign_id, "account": people.region}
    with reverts(match_funding.MatchFunding_FunderCannotPledge, **refused):
        crowdfunding.pledge(campaign_id, AMOUNT, 0, sender=people.region)
    crowdfunding.withdrawPledge(campaign_id, sender=people.region)


def test_pledge__funders_account_changed__refuses_the_new_account(
    pools, create_campaign, crowdfunding, match_funding, move_entity, people, entities
):
    pool_id = pools.open()
    campaign_id = create_campaign(approved=pools.enrol(pool_id))
    move_entity(entities["town"], people.stranger)
    refused = {"poolId": pool_id, "campaignId": campaign_id, "account": people.stranger}
    with reverts(match_funding.MatchFunding_FunderCannotPledge, **refused):
        crowdfunding.pledge(campaign_id, AMOUNT, 0, sender=people.stranger)
    crowdfunding.pledge(campaign_id, AMOUNT, 0, sender=people.town)


def test_pledge__funder_of_another_pool__is_matched(pools, create_campaign, match_funding, people, call):
    """Of one that only was asked for, and of one for other campaigns."""
    pool_id = match_funding.openPool(pools.ratio_terms(), sender=people.town).return_value
    match_funding.fundPool(pool_id, d.POOL_FUNDS, sender=people.region)
    campaign_id = create_campaign(approved=pools.enrol(pool_id))
    pools.request(pools.open())(campaign_id)
    assert call(campaign_id, people.town, AMOUNT) == AMOUNT // 2, "the manager, who funds others"


@pytest.mark.parametrize("funds, available", [(AMOUNT, AMOUNT // 2), (1, 1), (0, 0)])
def test_pledge__match_below_minimum__reverts_and_changes_nothing(
    pools, create_campaign, crowdfunding, match_funding, euro, people, funds, available
):
    pool_id = pools.open(funds=funds)
    campaign_id = create_campaign(approved=pools.enrol(pool_id))
    journals = tuple(crowdfunding.journal()), tuple(match_funding.journal())
    balance = euro.balanceOf(people.backer)
    for min_match in (available + 1, NOTHING):
        refused = {"campaignId": campaign_id, "minMatch": min_match, "available": available}
        with reverts(crowdfunding.Crowdfunding_MatchBelowMinimum, **refused):
            crowdfunding.pledge(campaign_id, AMOUNT, min_match, sender=people.backer)
    assert crowdfunding.campaign(campaign_id).raised == 0, "pledges"
    assert pools.reserved(pool_id, campaign_id) == 0, "reservation"
    assert euro.balanceOf(people.backer) == balance, "balance"
    assert (tuple(crowdfunding.journal()), tuple(match_funding.journal())) == journals, "journals"


def test_pledge__currency_not_paid__reserves_nothing(pools, create_campaign, crowdfunding, euro, people):
    """The pledge and its match are there together, or not at all."""
    pool_id = pools.open()
    campaign_id = create_campaign(approved=pools.enrol(pool_id))
    euro.approve(crowdfunding, AMOUNT - 1, sender=people.backer)
    with reverts(euro.ERC20InsufficientAllowance, spender=crowdfunding, allowance=AMOUNT - 1, needed=AMOUNT):
        crowdfunding.pledge(campaign_id, AMOUNT, 0, sender=people.backer)
    assert pools.reserved(pool_id, campaign_id) == 0


# ------------------------------------------------------------------------------------------------- one pool's quote


def test_pledge__matched__is_recorded_and_logged(pools, create_campaign, crowdfunding, match_funding, euro, people):
    pool_id = pools.open()
    campaign_id = create_campaign(approved=pools.enrol(pool_id))
    steps = ((people.backer, 7 * d.EURO + 1), (people.second_backer, AMOUNT), (people.backer, 9 * d.EURO))
    raised = reserved = 0
    pledged, matched = dict.fromkeys(vars(people), 0), dict.fromkeys(vars(people), 0)
    for backer, amount in steps:
        role = next(role for role, account in vars(people).items() if account == backer)
        match = amount // 2
        raised, reserved = raised + amount, reserved + match
        pledged[role] += amount
        matched[role] += match
        sequence = match_funding.journal().sequence

        tx = crowdfunding.pledge(campaign_id, amount, match, sender=backer)

        emits(
            tx,
            crowdfunding.PledgeMade(
                campaignId=campaign_id,
                backer=backer,
                memberId=0,
                amount=amount,
                pledged=pledged[role],
                raised=raised,
            ),
            match_funding.MatchReserved(
                poolId=pool_id,
                campaignId=campaign_id,
                backer=backer,
                pledged=amount,
                amount=match,
                reserved=reserved,
            ),
            euro.Transfer(**{"from": backer, "to": crowdfunding, "value": amount}),
        )
        assert match_funding.journal().sequence == sequence + 1, "journal"
        assert match_funding.matchOf(pool_id, campaign_id, backer) == matched[role], "by backer"
        assert pools.reserved(pool_id, campaign_id) == match_funding.pool(pool_id).reserved == reserved, "totals"
        assert list(match_funding.reservationsOf(campaign_id)) == [reserved, 0, 0], "places"
    assert euro.balanceOf(match_funding) == d.POOL_FUNDS, "nothing is paid yet"
    assert crowdfunding.campaign(campaign_id).raised == raised, "the match comes on top"


@pytest.mark.parametrize(
    "ratio, amount, match",
    [
        (5_000, 1, 0),
        (5_000, 2, 1),
        (5_000, 3, 1),
        (3_333, 3, 0),
        (3_333, 4, 1),
        (3_333, 10_001, 3_333),
        (9_999, 10_001, 9_999),
        (10_000, 7, 7),
        (10_001, 9_999, 9_999),
        (10_001, 10_000, 10_001),
        (2**16 - 1, 10_000, 65_535),
        (1, 9_999, 0),
        (1, 10_000, 1),
    ],
)
def test_pledge__by_ratio__is_matched_rounded_down(pools, create_campaign, people, call, ratio, amount, match):
    campaign_id = create_campaign(minPledge=0, approved=pools.enrol(pools.open(ratioBps=ratio)))
    assert call(campaign_id, people.backer, amount) == match == amount * ratio // 10_000


def test_pledge__too_small_to_be_matched__emits_no_reservation(pools, create_campaign, crowdfunding, people):
    campaign_id = create_campaign(minPledge=0, approved=pools.enrol(pools.open()))
    tx = crowdfunding.pledge(campaign_id, 1, 0, sender=people.backer)
    assert [log.event_name for log in tx.events] == ["PledgeMade", "Transfer"]


def test_pledge__in_parts__is_matched_no_better(pools, create_campaign, people, call):
    """Rounding favours the pool, however a pledge is cut."""
    campaign_id = create_campaign(minPledge=0, approved=pools.enrol(pools.open(ratioBps=3_333)))
    assert sum(call(campaign_id, people.backer, part) for part in (1, 2, 3, 4)) == 1
    assert call(campaign_id, people.second_backer, 10) == 3


def test_pledge__at_the_campaigns_cap__is_matched_up_to_it(pools, create_campaign, people, call):
    campaign_id = create_campaign(approved=pools.enrol(pools.open(campaignCap=AMOUNT)))
    assert call(campaign_id, people.backer, 2 * AMOUNT - 10 * d.EURO) == AMOUNT - 5 * d.EURO
    assert call(campaign_id, people.second_backer, AMOUNT) == 5 * d.EURO, "the rest"
    assert call(campaign_id, people.backer, AMOUNT) == 0, "nothing left"


def test_pledge__at_the_pools_funds__is_matched_up_to_them(
    pools, create_campaign, match_funding, crowdfunding, people, call
):
    """Whichever campaign called them, and as soon as there are more."""
    pool_id = pools.open(funds=AMOUNT)
    opens_at = now() + d.OPENING_DELAY
    first, second = (
        create_campaign(phase="Approved", opensAt=opens_at, approved=pools.enrol(pool_id)) for _ in range(2)
    )
    travel_to(opens_at)
    assert call(first, people.backer, 2 * AMOUNT - 2 * d.EURO * 3) == AMOUNT - 3 * d.EURO
    assert call(second, people.backer, AMOUNT) == 3 * d.EURO, "the rest"
    assert call(second, people.second_backer, AMOUNT) == 0, "nothing left"
    assert match_funding.pool(pool_id).reserved == AMOUNT
    match_funding.fundPool(pool_id, 7, sender=people.region)
    assert call(second, people.backer, AMOUNT) == 7, "funded anew"
    crowdfunding.withdrawPledge(first, sender=people.backer)
    assert call(second, people.second_backer, AMOUNT) == AMOUNT // 2, "given back by the other campaign"


@pytest.mark.parametrize("amount", [2**96 - 1, 2**96, 2**96 + 1, NOTHING])
def test_quote__of_more_than_there_is__is_what_there_is(pools, create_campaign, crowdfunding, people, amount):
    campaign_id = create_campaign(approved=pools.enrol(pools.open()))
    assert crowdfunding.quote(campaign_id, people.backer, amount) == d.CAMPAIGN_CAP


def test_pledge__largest_pools_and_pledge__does_not_overflow(pools, create_campaign, crowdfunding, euro, people, call):
    """What one backer calls from the first ratio pool stays below 2^88, because it is kept in the pledge's own slot."""
    for account, amount in ((people.town, 2 * MAX_UINT96), (people.backer, MAX_UINT96)):
        euro.faucet(account, amount, sender=people.deployer)
    largest = {"funds": MAX_UINT96, "campaignCap": MAX_UINT96, "ratioBps": 2**16 - 1}
    first, second = pools.open(**largest), pools.open(**largest)
    terms = {"goal": 1, "stretchGoal": MAX_UINT96, "minPledge": 0}
    campaign_id = create_campaign(**terms, approved=pools.enrol(first, second))
    part = 2**90
    assert call(campaign_id, people.backer, part) == 2**88 - 1 + part * (2**16 - 1) // 10_000
    assert call(campaign_id, people.second_backer, d.EURO) == 2 * (d.EURO * (2**16 - 1) // 10_000), "each has its own"
    assert call(campaign_id, people.backer, MAX_UINT96 - part - d.EURO) > 0, "the first pool adds nothing more"
    assert crowdfunding.campaign(campaign_id).raised == MAX_UINT96
    assert [pools.reserved(pool_id, campaign_id) for pool_id in (first, second)] == [
        2**88 - 1 + d.EURO * (2**16 - 1) // 10_000,
        MAX_UINT96,
    ]
    crowdfunding.withdrawPledge(campaign_id, sender=people.backer)
    assert pools.total_reserved(campaign_id) == 2 * (d.EURO * (2**16 - 1) // 10_000)
    pools.assert_books_agree()


# -------------------------------------------------------------------------------------------------------- members


def test_pledge__members_only__matches_members_up_to_their_cap(pools, create_campaign, people, entities, call):
    campaign_id = create_campaign(approved=pools.enrol(pools.open_for_members(memberCap=30 * d.EURO)))
    assert call(campaign_id, people.backer, AMOUNT) == 0, "in no registry"
    assert call(campaign_id, people.provider, AMOUNT) == 0, "verified, and no member"
    assert call(campaign_id, people.member, 50 * d.EURO) == 25 * d.EURO
    assert call(campaign_id, people.member, 50 * d.EURO) == 5 * d.EURO, "the rest"
    assert call(campaign_id, people.member, 50 * d.EURO) == 0, "nothing left"
    assert call(campaign_id, people.second_member, AMOUNT) == 30 * d.EURO, "each has a cap of its own"


def test_pledge__members_only_in_two_campaigns__has_a_cap_in_each(pools, create_campaign, people, call):
    pool_id = pools.open_for_members(memberCap=30 * d.EURO)
    opens_at = now() + d.OPENING_DELAY
    campaigns = [create_campaign(phase="Approved", opensAt=opens_at, approved=pools.enrol(pool_id)) for _ in range(2)]
    travel_to(opens_at)
    assert [call(campaign_id, people.member, AMOUNT) for campaign_id in campaigns] == [30 * d.EURO] * 2


def test_pledge__members_only__campaigns_cap_and_funds_limit_as_well(pools, create_campaign, people, call):
    small_cap = pools.open_for_members(campaignCap=30 * d.EURO, memberCap=20 * d.EURO)
    small_funds = pools.open_for_members(funds=5, memberCap=20 * d.EURO)
    opens_at = now() + d.OPENING_DELAY
    capped, poor = (
        create_campaign(phase="Approved", opensAt=opens_at, approved=pools.enrol(pool_id))
        for pool_id in (small_cap, small_funds)
    )
    travel_to(opens_at)
    assert call(capped, people.member, AMOUNT) == 20 * d.EURO
    assert call(capped, people.second_member, AMOUNT) == 10 * d.EURO
    assert call(poor, people.member, AMOUNT) == 5


def test_pledge__members_other_account__is_not_matched(pools, create_campaign, move_entity, people, entities, call):
    """A member counts, and is matched, through one account in a campaign."""
    campaign_id = create_campaign(approved=pools.enrol(pools.open_for_members()))
    assert call(campaign_id, people.member, 50 * d.EURO) == 25 * d.EURO
    move_entity(entities["member"], people.stranger)
    assert call(campaign_id, people.stranger, 50 * d.EURO) == 0, "the member, through a second account"
    assert call(campaign_id, people.member, 50 * d.EURO) == 0, "the first account, of no member any more"


def test_pledge__another_member_from_the_same_account__is_not_matched(
    pools, create_campaign, move_entity, people, entities, verify, call
):
    campaign_id = create_campaign(approved=pools.enrol(pools.open_for_members()))
    call(campaign_id, people.member, 50 * d.EURO)
    move_entity(entities["member"], people.stranger)
    verify(people.member, d.MEMBER)
    assert call(campaign_id, people.member, 50 * d.EURO) == 0


@pytest.mark.parametrize("how", ["suspended", "revoked", "expired"])
def test_pledge__member_not_verified_any_more__is_not_matched(
    pools, create_campaign, registry, people, entities, revoke_entity, call, how
):
    """What was matched before stays reserved."""
    registry.verify(entities["member"], d.MEMBER, now() + 10 * DAY, sender=people.registrar)
    pool_id = pools.open_for_members()
    campaign_id = create_campaign(approved=pools.enrol(pool_id))
    assert call(campaign_id, people.member, 50 * d.EURO) == 25 * d.EURO
    if how == "suspended":
        registry.suspend(entities["member"], now() + 2 * DAY, d.REASON, sender=people.registrar)
    elif how == "revoked":
        revoke_entity(entities["member"])
    else:
        travel_to(registry.entity(entities["member"]).verifiedUntil)
    assert call(campaign_id, people.member, 50 * d.EURO) == 0
    assert pools.reserved(pool_id, campaign_id) == 25 * d.EURO


def test_pledge__verified_between_two_pledges__matches_the_second(pools, create_campaign, people, verify, call):
    campaign_id = create_campaign(approved=pools.enrol(pools.open_for_members()))
    assert call(campaign_id, people.stranger, 50 * d.EURO) == 0
    verify(people.stranger, d.MEMBER)
    assert call(campaign_id, people.stranger, 50 * d.EURO) == 25 * d.EURO


def test_pledge__withdrawn_and_through_another_account__is_matched_anew(
    pools, create_campaign, crowdfunding, move_entity, people, entities, call
):
    """The cap is the member's: nothing of it is left behind with the first account."""
    pool_id = pools.open_for_members(memberCap=30 * d.EURO)
    campaign_id = create_campaign(approved=pools.enrol(pool_id))
    call(campaign_id, people.member, AMOUNT)
    crowdfunding.withdrawPledge(campaign_id, sender=people.member)
    move_entity(entities["member"], people.stranger)
    assert call(campaign_id, people.stranger, AMOUNT) == 30 * d.EURO
    assert pools.reserved(pool_id, campaign_id) == 30 * d.EURO


# ----------------------------------------------------------------------------------------------------------- windows


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_pledge__around_the_end_of_the_pools_window__is_matched_only_before(
    pools, create_campaign, crowdfunding, match_funding, people, offset
):
    ends_at = now() + d.OPENING_DELAY + 5 * DAY
    pool_id = pools.open(endsAt=ends_at)
    campaign_id = create_campaign(approved=pools.enrol(pool_id))
    act_at(ends_at + offset)
    crowdfunding.pledge(campaign_id, AMOUNT, 0, sender=people.backer)
    match = AMOUNT // 2 if offset < 0 else 0
    assert pools.reserved(pool_id, campaign_id) == match
    assert match_funding.quote(campaign_id, people.backer, AMOUNT) == match
    refused = {"campaignId": campaign_id, "minMatch": 1, "available": 0}
    act_at(ends_at + 2)
    with reverts(crowdfunding.Crowdfunding_MatchBelowMinimum, **refused):
        crowdfunding.pledge(campaign_id, AMOUNT, 1, sender=people.second_backer)


def test_pledge__pools_window_ended__other_pools_still_match(pools, create_campaign, people, call):
    ended = pools.open(endsAt=now() + d.OPENING_DELAY + DAY)
    lasting = pools.open(ratioBps=1_000)
    campaign_id = create_campaign(approved=pools.enrol(ended, lasting))
    assert call(campaign_id, people.backer, AMOUNT) == AMOUNT // 2 + AMOUNT // 10
    travel_to(now() + DAY)
    assert call(campaign_id, people.backer, AMOUNT) == AMOUNT // 10


def test_pledge__in_the_extension__is_matched(pools, campaigns, people, call):
    pool_id = pools.open()
    campaign_id = campaigns.reach(Phase.Extension, approved=pools.enrol(pool_id))
    before = pools.reserved(pool_id, campaign_id)
    assert before == d.GOAL // 2
    assert call(campaign_id, people.second_backer, AMOUNT) == AMOUNT // 2
    assert call(campaign_id, people.member, d.STRETCH_GOAL - d.GOAL - AMOUNT) == d.CAMPAIGN_CAP - before - AMOUNT // 2


# ----------------------------------------------------------------------------------------------------- several pools


def test_pledge__three_pools__each_matches_the_whole_pledge_in_order(
    pools, create_campaign, crowdfunding, match_funding, euro, people, entities
):
    """The gift between them reserves nothing, but counts the member."""
    half, gift, members = pools.open(), pools.open_gift(), pools.open_for_members(ratioBps=10_000)
    order = (members, gift, half)
    campaign_id = create_campaign(approved=pools.enrol(*order))
    amount = 60 * d.EURO
    assert crowdfunding.quote(campaign_id, people.member, amount) == amount + amount // 2
    assert crowdfunding.quote(campaign_id, people.backer, amount) == amount // 2
    sequence = match_funding.journal().sequence

    tx = crowdfunding.pledge(campaign_id, amount, amount + amount // 2, sender=people.member)

    reserved = {"campaignId": campaign_id, "backer": people.member, "pledged": amount}
    emits(
        tx,
        crowdfunding.MemberCounted(
            campaignId=campaign_id, backer=people.member, memberId=entities["member"], members=1
        ),
        crowdfunding.PledgeMade(
            campaignId=campaign_id,
            backer=people.member,
            memberId=entities["member"],
            amount=amount,
            pledged=amount,
            raised=amount,
        ),
        match_funding.MatchReserved(poolId=members, amount=amount, reserved=amount, **reserved),
        match_funding.QualifyingMembersChanged(poolId=gift, campaignId=campaign_id, oldMembers=0, newMembers=1),
        match_funding.MatchReserved(poolId=half, amount=amount // 2, reserved=amount // 2, **reserved),
        euro.Transfer(**{"from": people.member, "to": crowdfunding, "value": amount}),
    )
    assert match_funding.journal().sequence == sequence + 3, "journal"
    assert list(match_funding.reservationsOf(campaign_id)) == [amount, 0, amount // 2], "the gift is not earned"
    pools.assert_books_agree()


def test_pledge__two_pools_with_caps__are_capped_one_by_one(pools, create_campaign, people, call):
    first, second = pools.open(campaignCap=10 * d.EURO), pools.open(funds=20 * d.EURO)
    campaign_id = create_campaign(approved=pools.enrol(first, second))
    assert call(campaign_id, people.backer, 30 * d.EURO) == 10 * d.EURO + 15 * d.EURO
    assert call(campaign_id, people.second_backer, 30 * d.EURO) == 5 * d.EURO
    assert [pools.reserved(pool_id, campaign_id) for pool_id in (first, second)] == [10 * d.EURO, 20 * d.EURO]


# ------------------------------------------------------------------------------------------------------- withdrawals


def test_withdraw__matched__gives_back_to_each_pool(
    pools, create_campaign, crowdfunding, match_funding, euro, people, call
):
    """All that this account called, and nothing of what others did."""
    first, second = pools.open(), pools.open(ratioBps=1_000)
    campaign_id = create_campaign(approved=pools.enrol(first, second))
    for backer, amount in ((people.backer, 31 * d.EURO + 1), (people.second_backer, AMOUNT), (people.backer, AMOUNT)):
        call(campaign_id, backer, amount)
    parts = {first: (31 * d.EURO + 1) // 2 + AMOUNT // 2, second: (31 * d.EURO + 1) // 10 + AMOUNT // 10}
    sequence = match_funding.journal().sequence

    tx = crowdfunding.withdrawPledge(campaign_id, sender=people.backer)

    pledged, returned = 131 * d.EURO + 1, {"campaignId": campaign_id, "backer": people.backer}
    emits(
        tx,
        crowdfunding.PledgeWithdrawn(
            campaignId=campaign_id, backer=people.backer, memberId=0, amount=pledged, raised=AMOUNT, members=0
        ),
        match_funding.MatchReturned(poolId=first, amount=parts[first], reserved=AMOUNT // 2, **returned),
        match_funding.MatchReturned(poolId=second, amount=parts[second], reserved=AMOUNT // 10, **returned),
        euro.Transfer(**{"from": crowdfunding, "to": people.backer, "value": pledged}),
    )
    assert match_funding.journal().sequence == sequence + 2, "journal"
    for pool_id, rest in ((first, AMOUNT // 2), (second, AMOUNT // 10)):
        assert match_funding.matchOf(pool_id, campaign_id, people.backer) == 0, "by backer"
        assert match_funding.matchOf(pool_id, campaign_id, people.second_backer) == rest, "of the other"
        assert pools.reserved(pool_id, campaign_id) == match_funding.pool(pool_id).reserved == rest, "totals"
    pools.assert_books_agree()


def test_withdraw__pledged_again_and_again__gains_nothing(pools, create_campaign, crowdfunding, people, call):
    first, second = pools.open(), pools.open(ratioBps=1_000)
    campaign_id = create_campaign(approved=pools.enrol(first, second))
    for _ in range(3):
        assert call(campaign_id, people.backer, AMOUNT) == AMOUNT // 2 + AMOUNT // 10
        crowdfunding.withdrawPledge(campaign_id, sender=people.backer)
        assert pools.reserved(first, campaign_id) == pools.reserved(second, campaign_id) == 0
        pools.assert_books_agree()


def test_withdraw__pools_window_ended__gives_back_to_the_funders(
    pools, create_campaign, crowdfunding, match_funding, people
):
    """Nothing can call it any more, and it may be reclaimed."""
    ends_at = now() + d.OPENING_DELAY + 5 * DAY
    pool_id = pools.open(funds=AMOUNT, endsAt=ends_at)
    campaign_id = create_campaign(approved=pools.enrol(pool_id))
    crowdfunding.pledge(campaign_id, AMOUNT, AMOUNT // 2, sender=people.backer)
    travel_to(ends_at)
    assert match_funding.reclaimable(pool_id, people.town) == AMOUNT // 2
    crowdfunding.withdrawPledge(campaign_id, sender=people.backer)
    assert match_funding.reclaimable(pool_id, people.town) == AMOUNT
    assert crowdfunding.quote(campaign_id, people.backer, AMOUNT) == 0


# -------------------------------------------------------------------------------------------------------------- race


def test_race__for_the_last_of_a_cap__the_second_reverts_by_its_minimum(
    pools, create_campaign, crowdfunding, euro, people
):
    """Both saw the same quote; whoever comes second pays nothing, or pledges for what is left on purpose."""
    pool_id = pools.open(campaignCap=60 * d.EURO)
    campaign_id = create_campaign(approved=pools.enrol(pool_id))
    racers = (people.backer, people.second_backer)
    seen = {racer: crowdfunding.quote(campaign_id, racer, AMOUNT) for racer in racers}
    assert set(seen.values()) == {50 * d.EURO}
    balance = euro.balanceOf(people.second_backer)
    crowdfunding.pledge(campaign_id, AMOUNT, seen[people.backer], sender=people.backer)
    refused = {"campaignId": campaign_id, "minMatch": 50 * d.EURO, "available": 10 * d.EURO}
    with reverts(crowdfunding.Crowdfunding_MatchBelowMinimum, **refused):
        crowdfunding.pledge(campaign_id, AMOUNT, seen[people.second_backer], sender=people.second_backer)
    assert euro.balanceOf(people.second_backer) == balance
    crowdfunding.pledge(campaign_id, AMOUNT, 10 * d.EURO, sender=people.second_backer)
    assert pools.reserved(pool_id, campaign_id) == 60 * d.EURO


def test_reserved__while_nobody_withdraws__never_shrinks(pools, create_campaign, crowdfunding, people):
    """What was signed stays, whoever pledges after."""
    pool_id = pools.open(campaignCap=70 * d.EURO)
    campaign_id = create_campaign(approved=pools.enrol(pool_id))
    history = []
    for backer in (people.backer, people.second_backer, people.member, people.backer):
        crowdfunding.pledge(campaign_id, 40 * d.EURO, 0, sender=backer)
        history.append(pools.reserved(pool_id, campaign_id))
    assert all(earlier <= later for earlier, later in pairwise(history))
    assert history[-1] == 70 * d.EURO
