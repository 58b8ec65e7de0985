"""Deployed code: below 22,500 bytes for each contract, and compiled from these sources."""

import ape
import pytest

LIMIT = 22_500
LAB = (
    "authority",
    "forwarder",
    "registry",
    "credit",
    "submission",
    "delivery",
    "pool_opening",
    "crowdfunding",
    "match_funding",
    "listings",
    "marketplace",
    "pro_bono",
)


def test_sizes__lab__is_all_of_it(lab):
    assert tuple(name for name, _ in lab.items()) == LAB


@pytest.mark.parametrize("name", LAB)
def test_size__deployed__below_the_limit(lab, name):
    code = ape.chain.provider.get_code(getattr(lab, name).address)
    assert 0 < len(code) < LIMIT
