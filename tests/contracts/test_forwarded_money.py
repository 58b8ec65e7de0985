"""Signed requests that move money of people without ether: a pledge, the funding of a pool, an order

given a request
    when a word of it was changed, or it is for another domain        -> refused, nothing moves
    when it was used                                                  -> refused, nothing moves again
    around its deadline                                               -> done to that second, refused after it
(the forwarder itself: test_forwarder.py)
"""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.contracts import defaults as d
from tests.contracts.campaign_phases import Phase
from tests.contracts.conftest import act_at
from tests.contracts.expect import reverts
from tests.contracts.forward import Request

AMOUNT = 50 * d.EURO


@dataclass(frozen=True)
class Payment:
    """A call that moves `AMOUNT` of the signer's euros, and the same with other words."""

    signer: Any
    method: Any
    arguments: tuple[Any, ...]
    other_arguments: tuple[Any, ...]
    other_act: bytes


@pytest.fixture(params=["pledge", "fundPool", "placeOrders"])
def payment(request, people, campaigns, crowdfunding, pools, match_funding, orders, marketplace):
    if request.param == "pledge":
        campaign_id = campaigns.reach(Phase.Live)
        other_act = crowdfunding.collect.encode_input(campaign_id)
        arguments = (campaign_id, AMOUNT, 0), (campaign_id, AMOUNT + 1, 0)
        return Payment(people.second_backer, crowdfunding.pledge, *arguments, bytes(other_act))
    if request.param == "fundPool":
        pool_id = pools.open()
        other_act = match_funding.enrol.encode_input(pool_id, 1)
        return Payment(
            people.region, match_funding.fundPool, (pool_id, AMOUNT), (pool_id, AMOUNT + 1), bytes(other_act)
        )
    listing_id = orders.list_item(price=AMOUNT, creditPrice=0)
    other_act = marketplace.withdrawOrder.encode_input(1)
    baskets = [([orders.item(listing_id, quantity)],) for quantity in (1, 2)]
    return Payment(people.member, marketplace.placeOrders, *baskets, bytes(other_act))


@pytest.fixture
def signed_request(payment, relay) -> Request:
    return relay.sign(payment.signer, payment.method, *payment.arguments)


@pytest.fixture
def paid(payment, euro):
    """What the signer has paid since the beginning of the test, in base units."""
    before = euro.balanceOf(payment.signer)
    return lambda: before - euro.balanceOf(payment.signer)


@pytest.mark.parametrize("changed", ["arguments", "act", "signer", "contract", "gas", "deadline"])
def test_forwarded_payment__changed__reverts(payment, signed_request, paid, registry, relay, people, changed):
    change = {
        "arguments": {"data": bytes(payment.method.encode_input(*payment.other_arguments))},
        "act": {"data": payment.other_act},
        "signer": {"signer": people.town.address},
        "contract": {"to": registry.address},
        "gas": {"gas": signed_request.gas - 1},
        "deadline": {"deadline": signed_request.deadline + 1},
    }[changed]
    relay.assert_refused(signed_request.altered(**change))
    assert paid() == 0


@pytest.mark.parametrize(
    "difference",
    [{"chainId": 1}, {"name": "Another Forwarder"}, {"version": "2"}, {"verifyingContract": "0x" + "11" * 20}],
)
def test_forwarded_payment__another_domain__reverts(payment, paid, relay, difference):
    relay.assert_refused(relay.sign(payment.signer, payment.method, *payment.arguments, **difference))
    assert paid() == 0


def test_forwarded_payment__replayed__reverts(signed_request, paid, relay):
    relay.submit(signed_request)
    relay.assert_refused(signed_request, nonce=1)
    assert paid() == AMOUNT


@pytest.mark.parametrize("offset", [0, 1])
def test_forwarded_payment__around_its_deadline__is_done_to_that_second(signed_request, paid, relay, offset):
    act_at(signed_request.deadline + offset)
    if offset == 0:
        relay.submit(signed_request)
    else:
        with reverts(relay.forwarder.ERC2771ForwarderExpiredRequest, deadline=signed_request.deadline):
            relay.submit(signed_request)
    assert paid() == (AMOUNT if offset == 0 else 0)
