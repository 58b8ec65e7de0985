"""Signed requests of people without ether to MatchFunding

given a request to fund a pool, or for a matched pledge
    when the relayer gives the inner call less gas             -> all or nothing
every act of a person: openPool, fundPool, requestPool, enrol  -> as if the signer had called
a matched pledge, its withdrawal, an objection                 -> as if the signer had called
every act of anyone                                            -> done; money goes to whom it belongs
an address appended to a direct call                           -> is nobody's signature
(requests that were changed or used: test_forwarded_money.py; administration: test_authority.py)
"""

import pytest
from eth_utils import to_bytes

from scripts.deploy import DAY
from tests.contracts import defaults as d
from tests.contracts.campaign_phases import Phase
from tests.contracts.conftest import now, travel_to
from tests.contracts.expect import emits, reverts

AMOUNT = 50 * d.EURO


@pytest.mark.parametrize("act", ["fundPool", "pledge"])
@pytest.mark.parametrize("function", ["execute", "executeBatch"])
def test_forwarded_act__relayer_starves_the_inner_call__all_or_nothing(
    pools, create_campaign, crowdfunding, match_funding, relay, people, act, function
):
    pool_id = pools.open()
    campaign_id = create_campaign(approved=pools.enrol(pool_id))
    signer, method, arguments = {
        "fundPool": (people.region, match_funding.fundPool, (pool_id, AMOUNT)),
        "pledge": (people.backer, crowdfunding.pledge, (campaign_id, AMOUNT, AMOUNT // 2)),
    }[act]
    request = relay.sign(signer, method, *arguments, gas=300_000)

    def done():
        return match_funding.fundingOf(pool_id, signer).funded + pools.reserved(pool_id, campaign_id) != 0

    relay.assert_never_wasted(request, function, range(60_000, 420_000, 24_000), done)


def test_forwarded_pledge__match_gone_meanwhile__reverts_and_pays_nothing(
    pools, create_campaign, crowdfunding, euro, relay, people
):
    """`minMatch` is signed: whoever submits it late, and whatever came before."""
    pool_id = pools.open(campaignCap=AMOUNT // 2)
    campaign_id = create_campaign(approved=pools.enrol(pool_id))
    request = relay.sign(people.backer, crowdfunding.pledge, campaign_id, AMOUNT, AMOUNT // 2)
    crowdfunding.pledge(campaign_id, AMOUNT // 2, AMOUNT // 4, sender=people.second_backer)
    balance = euro.balanceOf(people.backer)
    with reverts(relay.forwarder.FailedCall):
        relay.submit(request)
    refused = {"campaignId": campaign_id, "minMatch": AMOUNT // 2, "available": AMOUNT // 4}
    with reverts(crowdfunding.Crowdfunding_MatchBelowMinimum, **refused):
        relay.call(people.backer, crowdfunding.pledge, campaign_id, AMOUNT, AMOUNT // 2)
    assert euro.balanceOf(people.backer) == balance
    crowdfunding.withdrawPledge(campaign_id, sender=people.second_backer)
    relay.submit(request)
    assert pools.reserved(pool_id, campaign_id) == AMOUNT // 2


def test_direct_call__appended_address__is_not_believed(pools, create_campaign, match_funding, people):
    pool_id = pools.open()
    campaign_id = create_campaign(approved=pools.request(pool_id))
    calldata = bytes(match_funding.enrol.encode_input(pool_id, campaign_id)) + to_bytes(hexstr=people.town.address)
    with reverts(match_funding.MatchFunding_NotManager, poolId=pool_id, account=people.attacker):
        people.attacker.transfer(match_funding, 0, data=calldata)


def test_forwarded_acts__by_strangers__revert(pools, create_campaign, match_funding, relay, people):
    pool_id = pools.open()
    campaign_id = create_campaign(approved=pools.request(pool_id))
    other = pools.open()
    refusals = [
        (match_funding.openPool, (pools.ratio_terms(),), "MatchFunding_NotPublicBody", {}),
        (match_funding.fundPool, (pool_id, AMOUNT), "MatchFunding_NotPublicBody", {}),
        (match_funding.requestPool, (campaign_id, other), "MatchFunding_NotOrganizer", {"campaignId": campaign_id}),
        (match_funding.enrol, (pool_id, campaign_id), "MatchFunding_NotManager", {"poolId": pool_id}),
    ]
    for method, arguments, error, values in refusals:
        refused = getattr(match_funding, error), {"account": people.attacker, **values}
        relay.assert_reverts(*refused, people.attacker, method, *arguments)


# ---------------------------------------------------------------------------------------------- acts of the signer


def test_forwarded_town__opens_and_funds__is_the_signer(pools, match_funding, relay, euro, people, entities):
    relay.send(people.town, match_funding.openPool, pools.ratio_terms())
    assert match_funding.pool(1).manager == entities["town"]
    balance, ether = euro.balanceOf(people.region), people.region.balance

    tx = relay.send(people.region, match_funding.fundPool, 1, AMOUNT)

    emits(
        tx,
        match_funding.PoolFunded(
            poolId=1,
            funder=entities["region"],
            account=people.region,
            amount=AMOUNT,
            fundedByAccount=AMOUNT,
            funded=AMOUNT,
        ),
        euro.Transfer(**{"from": people.region, "to": match_funding, "value": AMOUNT}),
        relay.executed(people.region),
    )
    assert euro.balanceOf(people.region) == balance - AMOUNT
    assert people.region.balance == ether, "no gas"
    assert match_funding.firstFunder(1) == people.region


def test_forwarded_request_and_enrolment__are_the_signers(pools, create_campaign, match_funding, relay, people):
    pool_id = pools.open_gift()
    campaign_id = create_campaign(phase="Approved")
    tx = relay.send(people.organizer, match_funding.requestPool, campaign_id, pool_id)
    emits(
        tx,
        match_funding.PoolRequested(poolId=pool_id, campaignId=campaign_id, account=people.organizer),
        relay.executed(people.organizer),
    )
    tx = relay.send(people.town, match_funding.enrol, pool_id, campaign_id)
    emits(
        tx,
        match_funding.CampaignEnrolled(poolId=pool_id, campaignId=campaign_id, account=people.town, reserved=d.GIFT),
        relay.executed(people.town),
    )


def test_forwarded_pledge_and_withdrawal__are_matched_for_the_signer(
    pools, create_campaign, crowdfunding, match_funding, relay, people
):
    pool_id = pools.open_for_members()
    campaign_id = create_campaign(approved=pools.enrol(pool_id))
    relay.send(people.member, crowdfunding.pledge, campaign_id, AMOUNT, AMOUNT // 2)
    assert match_funding.matchOf(pool_id, campaign_id, people.member) == AMOUNT // 2
    assert match_funding.matchOf(pool_id, campaign_id, people.relayer) == 0
    relay.send(people.member, crowdfunding.withdrawPledge, campaign_id)
    assert pools.reserved(pool_id, campaign_id) == 0


def test_forwarded_pledge__by_a_funder__reverts(pools, create_campaign, crowdfunding, match_funding, relay, people):
    pool_id = pools.open()
    campaign_id = create_campaign(approved=pools.enrol(pool_id))
    refused = {"poolId": pool_id, "campaignId": campaign_id, "account": people.town}
    with reverts(match_funding.MatchFunding_FunderCannotPledge, **refused):
        relay.call(people.town, crowdfunding.pledge, campaign_id, AMOUNT, 0)


def test_forwarded_objection__of_the_manager__is_the_signers(pools, campaigns, crowdfunding, relay, people):
    campaign_id = campaigns.reach(Phase.Delivering, approved=pools.enrol(pools.open()))
    campaigns.open_claim(campaign_id)
    relay.send(people.town, crowdfunding.object, campaign_id, 0, 1)
    assert crowdfunding.milestone(campaign_id, 0).objectedPools == 0b1


def test_forwarded_exits__by_anyone__pay_whom_it_belongs_to(
    pools, campaigns, crowdfunding, match_funding, euro, relay, people
):
    pool_id = pools.open(endsAt=now() + 30 * DAY)
    campaign_id = campaigns.reach(Phase.Terminated, approved=pools.enrol(pool_id))
    balances = {account: euro.balanceOf(account) for account in (people.payout, people.town, people.stranger)}
    due = d.GOAL // 2 * 3_000 // 10_000
    relay.send(people.stranger, match_funding.releaseMatch, pool_id, campaign_id)
    relay.send(people.stranger, match_funding.settleReservation, pool_id, campaign_id)
    travel_to(max(now(), match_funding.pool(pool_id).terms.endsAt) + 1)
    relay.send(people.stranger, match_funding.reclaim, pool_id, people.town)
    gained = {account: euro.balanceOf(account) - before for account, before in balances.items()}
    assert gained == {people.payout: due, people.town: d.POOL_FUNDS - due, people.stranger: 0}
