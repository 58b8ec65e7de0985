"""A transaction that the node takes and makes no block for

given the node does not mine by itself -> the transaction is mined all the same, and the test goes on
"""

import ape

from tests.contracts import defaults as d


def test_transaction__node_makes_no_block__is_mined_all_the_same(registry, people):
    provider = ape.networks.provider
    provider.make_request("evm_setAutomine", [False])
    try:
        registry.register(d.SSE, d.HASH, sender=people.stranger)
    finally:
        provider.make_request("evm_setAutomine", [True])
    assert registry.entityOf(people.stranger) == registry.entityCount()
