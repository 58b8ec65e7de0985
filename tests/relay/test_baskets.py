"""The largest basket, with leaves for two currencies, fits into what the relay takes of one request."""

import deployments
from relay.settings import MAX_DATA_BYTES
from scripts._lab.contracts import Contract

MOST_ITEMS = 20
SOMEBODY = "0x" + "ab" * 20
DIGEST = bytes.fromhex("cd" * 32)


def test_basket__of_twenty_to_addresses_in_two_currencies__is_a_third_of_what_a_request_may_hold() -> None:
    marketplace = Contract("Marketplace", SOMEBODY, deployments.abi("Marketplace"))
    items = [(2**32 - 1, 2**24 - 1, 2, DIGEST, DIGEST)] * MOST_ITEMS
    permits = [(SOMEBODY, 2**95, 2**40, 28, DIGEST, DIGEST)] * 2
    data = marketplace.encode("placeOrdersWithPermits", items, permits)

    assert len(bytes.fromhex(data[2:])) < MAX_DATA_BYTES // 3
